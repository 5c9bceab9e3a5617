/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/secret.h"
#include "perch/base/text.h"

enum { SCAN_BYTES = 64 * 1024, CODE_CHARACTERS = 100, MESSAGE_CHARACTERS = 1000, EXCERPT = 300 };

char *presentable(const char *text, guint characters)
{
    if (text == NULL)
        return NULL;
    /* Cut first: an answer can be megabytes long. */
    text += strspn(text, " \t\r\n");
    g_autoptr(WipedText) head = g_strndup(text, (gsize)characters * 8);
    g_autoptr(WipedText) clean = text_clean(head);
    g_autofree char *safe = redact(g_strstrip(clean));
    return *safe == '\0' ? NULL : text_abbreviate(safe, characters);
}

void failure_say(struct failure *failure, const char *code, const char *message)
{
    g_free(failure->code);
    g_free(failure->message);
    failure->code = presentable(code, CODE_CHARACTERS);
    failure->message = presentable(message, MESSAGE_CHARACTERS);
    failure->own = false;
}

void failure_say_own(struct failure *failure, const char *code, const char *message)
{
    failure_say(failure, code, message);
    failure->own = true;
}

void failure_clear(struct failure *failure)
{
    g_free(failure->code);
    g_free(failure->message);
    g_strfreev(failure->fields);
    g_free(failure->object);
    g_free(failure->named);
    g_free(failure->excerpt);
    *failure = (struct failure){0};
}

void failure_copy(struct failure *ret_copy, const struct failure *failure)
{
    *ret_copy = *failure;
    ret_copy->code = g_strdup(failure->code);
    ret_copy->message = g_strdup(failure->message);
    ret_copy->fields = g_strdupv(failure->fields);
    ret_copy->object = g_strdup(failure->object);
    ret_copy->named = g_strdup(failure->named);
    ret_copy->excerpt = g_strdup(failure->excerpt);
}

void failure_free(struct failure *failure)
{
    if (failure == NULL)
        return;
    failure_clear(failure);
    g_free(failure);
}

void failure_own(struct failure *ret_failure, enum stage stage, const char *code,
                 const char *message)
{
    *ret_failure = (struct failure){.stage = stage};
    failure_say_own(ret_failure, code, message);
}

void failure_add(struct failure *failure, const char *sentence)
{
    const char *said = failure->message != NULL ? failure->message : failure->code;
    char *both = said == NULL ? g_strdup(sentence)
                              : g_strdup_printf(g_str_has_suffix(said, ".") ? "%s %s" : "%s. %s",
                                                said, sentence);
    g_free(failure->message);
    failure->message = both;
}

char *failure_words(const struct failure *failure)
{
    if (failure->code == NULL || failure->message == NULL || failure->own)
        return g_strdup(failure->message != NULL ? failure->message : failure->code);
    return g_strdup_printf("%s: %s", failure->code, failure->message);
}

/* userinfo answers with the bare word Bad_OAuth_Token. */
static bool answer_from_word(struct failure *failure, const char *text)
{
    if (!g_regex_match_simple("^[A-Za-z][A-Za-z_]{2,63}$", text, 0, 0))
        return false;
    if (strchr(text, '_') == NULL && !failure_code_is_known(text))
        return false;
    failure_say(failure, text, NULL);
    return true;
}

static void parse_text(struct failure *failure, const char *text)
{
    g_autoptr(WipedText) head = g_strndup(text, SCAN_BYTES);
    g_autoptr(WipedText) valid = g_utf8_make_valid(head, -1);
    if (*text == '\0')
        failure_say(failure, "empty", _("The answer is empty."));
    else if (answer_from_markup(failure, valid) || answer_from_word(failure, valid) ||
             answer_from_log(failure, valid) || answer_from_form(failure, valid))
        return;
    else if (strchr("{[", *text) != NULL)
        failure_say_own(failure, "bad-answer", valid);
    else
        failure_say(failure, NULL, valid);
}

/*
 * The shape is recognised from the body alone: the Content-Type is missing or wrong on Salesforce's
 * error pages.
 */
void failure_parse(struct failure *ret_failure, enum stage stage, long status, const char *body,
                   gsize length)
{
    *ret_failure = (struct failure){.stage = stage, .status = status};
    g_autoptr(WipedText) copy = g_strndup(body == NULL ? "" : body, body == NULL ? 0 : length);
    const char *text = copy;
    if (g_str_has_prefix(text, "\xEF\xBB\xBF"))
        text += 3;
    text = g_strstrip((char *)(guintptr)text);
    ret_failure->excerpt = presentable(text, EXCERPT);
    g_autoptr(Json) json =
        strchr("{[", *text) == NULL || *text == '\0' ? NULL : json_parse(text, strlen(text), NULL);
    if (json == NULL)
        parse_text(ret_failure, text);
    else if (!answer_from_json(ret_failure, json))
        failure_say(ret_failure, NULL, text);
}
