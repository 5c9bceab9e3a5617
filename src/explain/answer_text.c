/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/text.h"

enum { SCAN_BYTES = 64 * 1024, JSON_TRIES = 32, PAGE_CHARACTERS = 200 };

/* ---- XML: the OAuth endpoints with format=xml, REST with Accept: application/xml, SOAP ---- */

static const char *const code_tags[] = {"errorCode", "exceptionCode", "faultcode", "error"};
static const char *const message_tags[] = {"message", "exceptionMessage", "faultstring",
                                           "error_description", "error"};

static const char *first_of(GHashTable *texts, const char *const *tags, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const char *text = g_hash_table_lookup(texts, tags[i]);
        if (text != NULL)
            return text;
    }
    return NULL;
}

/* The name without its namespace: "sf:exceptionCode". */
static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon == NULL ? name : colon + 1;
}

static void xml_text(GMarkupParseContext *context, const char *text, gsize length, gpointer user,
                     GError **error)
{
    GHashTable *texts = user;
    const char *element = g_markup_parse_context_get_element(context);
    (void)error;
    if (element == NULL || g_hash_table_contains(texts, local_name(element)))
        return;
    char *value = g_strstrip(g_strndup(text, length));
    if (*value == '\0')
        g_free(value);
    else
        g_hash_table_insert(texts, g_strdup(local_name(element)), value);
}

static bool from_xml(struct failure *failure, const char *text)
{
    static const GMarkupParser parser = {.text = xml_text};
    g_autoptr(GHashTable) texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, texts, NULL);
    /* A page that is not XML is parsed up to the first error. */
    g_markup_parse_context_parse(context, text, (gssize)strlen(text), NULL);
    const char *found = first_of(texts, code_tags, G_N_ELEMENTS(code_tags));
    if (found == NULL)
        return false;
    g_autofree char *code = g_strdup(local_name(found));
    code[strcspn(code, "( ")] = '\0'; /* LOGIN_OAUTH_INVALID_TOKEN(db=1703,...) */
    failure_say(failure, code, first_of(texts, message_tags, G_N_ELEMENTS(message_tags)));
    return true;
}

/* ---- HTML ---- */

static char *replace(const char *text, const char *pattern, const char *with)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
    char *out = g_regex_replace_literal(regex, text, -1, 0, with, 0, NULL);
    return out == NULL ? g_strdup("") : out;
}

/* Whether the tag at p has this name: "<script " and "</script>". */
static bool is_tag(const char *p, const char *name)
{
    gsize length = strlen(name);
    return g_ascii_strncasecmp(p, name, length) == 0 && !g_ascii_isalnum(p[length]);
}

/* The end of the markup at p: a tag, a comment, or a script with its content. */
static const char *skip_markup(const char *p)
{
    static const char *const hidden[][2] = {{"<script", "</script"}, {"<style", "</style"}};
    const char *end = strchr(p, '>');
    if (text_begins(p, "<!--"))
        end = strstr(p, "-->");
    for (gsize i = 0; i < G_N_ELEMENTS(hidden); i++)
        if (is_tag(p, hidden[i][0])) {
            const char *closed = strcasestr(p, hidden[i][1]);
            end = closed == NULL ? NULL : strchr(closed, '>');
        }
    return end == NULL ? p + strlen(p) : end + 1 + (text_begins(p, "<!--") ? 2 : 0);
}

char *page_text(const char *html)
{
    static const struct {
        const char *entity, *text;
    } entities[] = {{"&nbsp;", " "}, {"&amp;", "&"}};
    g_autoptr(GString) out = g_string_new(NULL);
    const char *last_tag = strrchr(html, '>');
    for (const char *p = html; *p != '\0' && out->len < PAGE_CHARACTERS * 4;) {
        if ((*p == '<' && p < last_tag) || g_ascii_isspace(*p)) {
            if (out->len > 0 && out->str[out->len - 1] != ' ')
                g_string_append_c(out, ' ');
            p = *p == '<' ? skip_markup(p) : p + 1;
            continue;
        }
        gsize i = 0;
        while (i < G_N_ELEMENTS(entities) && !g_str_has_prefix(p, entities[i].entity))
            i++;
        if (i < G_N_ELEMENTS(entities)) {
            g_string_append(out, entities[i].text);
            p += strlen(entities[i].entity);
        } else {
            g_string_append_c(out, *p++);
        }
    }
    g_autofree char *valid =
        g_utf8_make_valid(g_strstrip(out->str), -1); /* may be cut inside a character */
    return text_abbreviate(valid, PAGE_CHARACTERS);
}

static bool is_html(const char *text)
{
    return g_regex_match_simple("<!doctype html|<html\\b|<body\\b|<head\\b|<title\\b", text,
                                G_REGEX_CASELESS, 0);
}

bool answer_from_markup(struct failure *failure, const char *text)
{
    if (*text != '<' || strchr(text, '>') == NULL) /* "<unfinished" only looks like it */
        return false;
    if (!is_html(text) && from_xml(failure, text))
        return true;
    /* Case A of the authorize errors: one line of url-encoded text inside <pre>. */
    if (g_regex_match_simple("[>\\s]error=[^&<\\s]+&(amp;)?error_description=", text, 0, 0) &&
        answer_from_form(failure, text))
        return true;
    const char *code = page_code(text);
    if (strcmp(code, "html") == 0 && !is_html(text) && !regex_fits("\\A<(?:\\?xml|\\w+:)", text))
        return false; /* "<response> status=400" only looks like markup */
    g_autofree char *readable = page_text(text);
    failure_say_own(failure, code, readable);
    return true;
}

/* ---- url-encoded text, also inside an address or a page ---- */

static char *form_value(const char *text, const char *name)
{
    g_autofree char *pattern = g_strdup_printf("(?:^|[?&#;>\\s\"'])%s=([^&#<\"']*)", name);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(regex, text, 0, &info))
        return NULL;
    char *raw = g_match_info_fetch(info, 1);
    g_strdelimit(raw, "+", ' ');
    char *value = g_uri_unescape_string(raw, NULL);
    if (value == NULL)
        return raw;
    g_free(raw);
    return value;
}

bool answer_from_form(struct failure *failure, const char *text)
{
    g_autofree char *plain = replace(text, "&amp;", "&");
    g_autofree char *error = form_value(plain, "error");
    if (error == NULL)
        error = form_value(plain, "oauth_error"); /* passed on by another page */
    if (error == NULL)
        return false;
    g_strstrip(error);
    error[strcspn(error, " \t\r\n")] = '\0';
    if (*error == '\0')
        return false;
    g_autofree char *description = form_value(plain, "error_description");
    if (description == NULL)
        description = form_value(plain, "oauth_error_description");
    failure_say(failure, error, description);
    return true;
}

/* ---- a line of a log with JSON somewhere in it ---- */

gsize bracketed(const char *text, gsize limit)
{
    int depth = 0;
    bool quoted = false;
    for (const char *p = text; *p != '\0' && (gsize)(p - text) < limit; p++) {
        if (quoted && *p == '\\' && p[1] != '\0')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && (*p == '[' || *p == '{'))
            depth++;
        else if (!quoted && (*p == ']' || *p == '}') && --depth == 0)
            return (gsize)(p - text) + 1;
    }
    return 0;
}

static bool from_inner_json(struct failure *failure, const char *text)
{
    int tries = JSON_TRIES;
    for (const char *p = text; (p = strpbrk(p, "[{")) != NULL && tries > 0; p++, tries--) {
        g_autoptr(Json) json = json_parse(p, bracketed(p, SCAN_BYTES), NULL);
        if (json != NULL && answer_from_json(failure, json))
            return true;
    }
    return false;
}

static char *loose_value(const char *text, const char *names, const char *value)
{
    /* Match a run of backslashes at its start only. */
    g_autofree char *pattern =
        g_strdup_printf("(?<!\\\\)\\\\*+\"(?:%s)\\\\*+\"\\s*+:\\s*+\\\\*+\"(%s)", names, value);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    return g_regex_match(regex, text, 0, &info) ? g_match_info_fetch(info, 1) : NULL;
}

bool answer_from_loose_json(struct failure *failure, const char *text)
{
    g_autofree char *code =
        loose_value(text, "errorCode|statusCode|exceptionCode|error", "[A-Za-z][A-Za-z_-]+");
    if (code == NULL)
        return false;
    g_autofree char *message =
        loose_value(text, "message|exceptionMessage|error_description", "[^\"\\\\]*");
    failure_say(failure, code, message);
    return true;
}

bool answer_from_log(struct failure *failure, const char *text)
{
    return from_inner_json(failure, text) || answer_from_loose_json(failure, text);
}
