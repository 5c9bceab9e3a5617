/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"

enum {
    FRAGMENT_BYTES = 64 * 1024,
    FRAGMENTS_BYTES = 200 * FRAGMENT_BYTES, /* limit for all of them together */
    FORMS = 20,
    WORDS = 40,
    LINE_CHARACTERS = 300,
};

static bool looks_like_code(const char *text)
{
    return regex_fits("\\A[A-Za-z]{2,}(_[A-Za-z]+)+\\z", text);
}

/* ---- JSON ---- */

struct json_search {
    struct paste_text *paste;
    gsize at;
    bool found;
};

static int code_rank(const Json *error, const char *code)
{
    if (answer_code_is_halted(code))
        return RANK_OAUTH;
    if (failure_code_is_known(code))
        return RANK_KNOWN;
    if (!looks_like_code(code) || g_str_has_prefix(code, "ERR_")) /* Node.js's own codes */
        return RANK_WORDS_ONLY;
    bool is_salesforce =
        json_get_string(error, "errorCode") == code || json_get_string(error, "statusCode") == code;
    return is_salesforce ? RANK_CODE : RANK_OAUTH;
}

static bool add_json(const Json *error, const char *code, const char *message, long status,
                     gpointer user)
{
    struct json_search *search = user;
    struct failure failure = {.status = status};
    answer_take(&failure, error, code, message);
    paste_add(search->paste, &failure, code_rank(error, code), search->at);
    search->found = true;
    return false;
}

/* Some programs put a label or a heading between a code and its sentence. If what was read as the
 * message decides nothing, what stands around the code may. */
static void look_around(const struct paste_text *paste, struct failure *failure, gsize at)
{
    enum { BEFORE = 240, AROUND = 480 };
    char *message = failure->message;
    failure->message = NULL;
    const enum cause bare = failure_match(failure).cause;
    failure->message = message;
    if (failure_match(failure).cause != bare)
        return;
    const char *start = paste->text + (at > BEFORE ? at - BEFORE : 0);
    g_autofree char *piece = g_strndup(start, AROUND);
    g_autofree char *valid = g_utf8_make_valid(piece, -1);
    failure->message = presentable(valid, LINE_CHARACTERS);
    const bool decides = failure_match(failure).cause != bare;
    g_free(decides ? message : failure->message);
    if (!decides)
        failure->message = message;
}

void paste_find_json(struct paste_text *paste)
{
    gsize read = 0;
    for (const char *p = paste->text; (p = strpbrk(p, "[{")) != NULL && read < FRAGMENTS_BYTES;) {
        gsize length = bracketed(p, FRAGMENT_BYTES);
        read += length > 0 ? length : strnlen(p, FRAGMENT_BYTES);
        g_autoptr(Json) json = length == 0 ? NULL : json_parse(p, length, NULL);
        struct json_search search = {paste, (gsize)(p - paste->text), false};
        if (json != NULL)
            answer_json_each(json, 0, add_json, &search);
        p += json != NULL ? length : 1;
    }
    struct failure failure = {0};
    if (answer_from_loose_json(&failure, paste->text)) {
        const char *at = strstr(paste->text, failure.code); /* missing if cleaning changed it */
        if (at != NULL && failure.message == NULL)
            look_around(paste, &failure, (gsize)(at - paste->text));
        paste_add(paste, &failure,
                  failure_code_is_known(failure.code) ? RANK_LOOSE : RANK_WORDS_ONLY,
                  at == NULL ? 0 : (gsize)(at - paste->text));
    }
    failure_clear(&failure);
}

/* ---- error=...&error_description=..., in an address or alone ---- */

void paste_find_forms(struct paste_text *paste)
{
    const GRegex *regex = regex_of("(?:^|[?&#;>\\s\"'(`])((?:error_description=[^&#<\"'\\n)]*+&)?"
                                   "(?:oauth_)?error=[^&#<\"'\\s)]+"
                                   "(?:&(?:amp;)?\\w+=[^&#<\"'\\n)]*+)*+)");
    g_autoptr(GMatchInfo) info = NULL;
    int count = 0;
    for (g_regex_match(regex, paste->text, 0, &info); g_match_info_matches(info) && count < FORMS;
         g_match_info_next(info, NULL), count++) {
        struct failure failure = {0};
        int start = 0;
        g_autofree char *form = g_match_info_fetch(info, 1);
        g_match_info_fetch_pos(info, 1, &start, NULL);
        if (!answer_from_form(&failure, form))
            continue;
        int rank = failure_code_is_known(failure.code) ? RANK_KNOWN
                   : looks_like_code(failure.code)     ? RANK_OAUTH
                                                       : RANK_WORDS_ONLY;
        if (failure.message == NULL)
            look_around(paste, &failure, (gsize)start);
        paste_add(paste, &failure, rank, (gsize)start);
    }
}

/* ---- pages and XML ---- */

void paste_find_markup(struct paste_text *paste)
{
    static const char pattern[] =
        "(?i)<(?:!doctype html|html|head|body|title|\\?xml|[\\w]+:envelope|response"
        "|errors?|oauth)\\b";
    const GRegex *regex = regex_of(pattern);
    g_autoptr(GMatchInfo) info = NULL;
    struct failure failure = {0};
    int start = 0;
    if (!g_regex_match(regex, paste->text, 0, &info) ||
        !g_match_info_fetch_pos(info, 0, &start, NULL) ||
        !answer_from_markup(&failure, paste->text + start))
        return;
    /* SOAP's answer to a call is no page. */
    if (failure.code == NULL ||
        (strcmp(failure.code, "html") == 0 &&
         regex_fits("(?i)<\\w+:body>\\s*<(?:\\w+:)?\\w+Response\\b", paste->text + start))) {
        failure_clear(&failure);
        return;
    }
    int rank = failure_code_is_known(failure.code) ? RANK_KNOWN : RANK_CODE;
    if (g_str_has_suffix(failure.code, "-page") || strcmp(failure.code, "html") == 0 ||
        strcmp(failure.code, "maintenance") == 0)
        rank = RANK_PAGE;
    paste_add(paste, &failure, rank, (gsize)start);
}

/* ---- known codes anywhere ---- */

char *paste_near_in_line(const char *text, gsize at)
{
    enum { AROUND = 200 };
    gsize start = at, end = at;
    while (start > 0 && at - start < AROUND && text[start - 1] != '\n')
        start--;
    while (text[end] != '\0' && text[end] != '\n' && end - at < AROUND)
        end++;
    return g_strndup(text + start, end - start);
}

char *paste_line_at(const char *text, gsize at)
{
    const char *start = text + at;
    while (start > text && start[-1] != '\n')
        start--;
    g_autofree char *line = g_strndup(start, strcspn(start, "\n"));
    char *shown = presentable(line, LINE_CHARACTERS);
    return shown != NULL ? shown : g_strdup(""); /* nothing but blanks, as far as it is read */
}

#define NAMED(name) "\\h*[\\[\"']?" name "[\\]\"']?\\h*(?:=>?|:)"
#define VALUE "\\h*[\"']?([^\\n\"']+)[^\\n]*"

/* In a dump (PHP's print_r, Objective-C's description) the message has a line of its own beside the
 * code's; NULL = it is none. */
static char *message_beside(const char *text, gsize at)
{
    enum { FAR = 1000 }; /* bytes; such lines are no dump */
    const char *start = text + at, *end = start + strcspn(start, "\n");
    for (int lines = 0; start > text && (start[-1] != '\n' || ++lines < 2);)
        if (text + at - --start > FAR)
            return NULL;
    end += *end == '\0' ? 0 : 1 + strcspn(end + 1, "\n");
    if (end - start > FAR)
        return NULL;
    g_autofree char *near = g_strndup(start, (gsize)(end - start));
    static const char pair[] = "(?m)(?|^" NAMED("message") VALUE
        "\\n" NAMED("errorCode") "|^" NAMED("errorCode") "[^\\n]*\\n" NAMED("message") VALUE ")";
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(regex_of(pair), near, 0, &info))
        return NULL;
    g_autofree char *message = g_match_info_fetch(info, 1);
    return presentable(message, LINE_CHARACTERS);
}

/* The message is the rest of the line after the code, or what is labelled as message; else the
 * whole line. */
static char *message_of_word(const char *text, gsize at, gsize length)
{
    char *beside = message_beside(text, at);
    if (beside != NULL)
        return beside;
    const char *rest = text + at + length;
    rest += strspn(rest, " \t:,;)]>\"'");
    rest += strspn(rest, "\n"); /* some programs put the message below the code */
    g_autofree char *line = g_strndup(rest, strcspn(rest, "\n"));
    const GRegex *named = regex_of("(?:message|msg|error_description)\"?\\s*[:=]\\s*\"([^\"]+)\"");
    g_autoptr(GMatchInfo) info = NULL;
    if (g_regex_match(named, line, 0, &info)) {
        g_autofree char *message = g_match_info_fetch(info, 1);
        return presentable(message, LINE_CHARACTERS);
    }
    const char *p = line + strspn(line, " \t:,;-|)]>\"'");
    bool has_words = regex_fits("\\A[\\p{L}\\d].*\\s", p) && strpbrk(p, "{}\"") == NULL &&
                     !regex_fits("(?<!max )\\b\\w+=", p);
    return has_words ? presentable(p, LINE_CHARACTERS) : paste_line_at(text, at);
}

/* A new code of a family counts where a line begins with it and a sentence follows; MAX_RETRIES=3
 * is a setting. */
static bool is_new_code(const char *word, const char *text, gsize at)
{
    const char *behind = text + at + strlen(word);
    return (at == 0 || text[at - 1] == '\n') && failure_code_is_of_a_family(word) &&
           regex_fits("\\A(?:: ?| )[A-Z][a-z]", behind);
}

/* Whether a word is certainly a code: "Inactive" is one only if it stands alone. */
static bool is_code_word(const char *word, const char *text, gsize at)
{
    bool telling =
        strchr(word, '_') != NULL || regex_fits("\\A(?:(?:[A-Z][a-z]+){2,}|[A-Z]{9,})\\z", word);
    if (!telling && regex_fits("\\A[A-Z]{6,}\\z", word)) /* "first error: FORBIDDEN, ..." */
        telling = strchr(",:", text[at + strlen(word)]) != NULL && text[at + strlen(word)] != '\0';
    if (!telling) { /* what comes behind is looked at first: most words have more there */
        const char *behind = text + at + strlen(word), *before = text;
        while (g_ascii_isspace(*behind))
            behind++;
        while (*behind == '\0' && g_ascii_isspace(*before))
            before++;
        telling = *behind == '\0' && before == text + at;
    }
    return telling && (failure_code_is_known(word) || failure_code_resembled(word) != NULL ||
                       is_new_code(word, text, at));
}

/* statusCode=REQUIRED_FIELD_MISSING: no program's own code, which may stand before it. */
static bool is_labelled(const char *text, gsize at)
{
    static const char *const labels[] = {"statusCode=", "errorCode=", "exceptionCode="};
    for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
        const gsize length = strlen(labels[i]);
        if (at >= length && strncmp(text + at - length, labels[i], length) == 0)
            return true;
    }
    return false;
}

/* A code to the letter comes before another spelling of one, and that before a word that may be a
 * heading of the program that shows it. */
static int word_rank(const char *word, bool labelled)
{
    if (answer_code_is_halted(word))
        return RANK_OAUTH;
    if (failure_code_has_row(word))
        return labelled ? RANK_WORD + 1 : RANK_WORD;
    if (!failure_code_is_known(word) && failure_code_is_of_a_family(word))
        return RANK_OAUTH;
    return regex_fits("[a-z]", word) ? RANK_WORD - 1 : RANK_WORD - 2;
}

/* "convertedINVALID_STATUS": where a program glued a code to the words around it, only the code
 * remains of word; *at moves with it. */
static void unglue(char **word, gsize *at)
{
    int start = 0, end = 0;
    g_autoptr(GMatchInfo) info = NULL;
    if (strchr(*word, '_') == NULL ||
        !g_regex_match(regex_of("(?<![A-Z_])[A-Z]{2,}(?:_[A-Z]+)+(?=[A-Z][a-z]|[^A-Za-z_]|\\z)"),
                       *word, 0, &info) ||
        !g_match_info_fetch_pos(info, 0, &start, &end))
        return;
    char *code = g_strndup(*word + start, (gsize)(end - start));
    char *other = failure_code_has_row(code) ? *word : code;
    if (other == *word) {
        *word = code;
        *at += (gsize)start;
    }
    g_free(other);
}

/* Of a code. ASCII alone: in languages without blanks the sentence goes on right behind it. */
#define LETTER "[A-Za-z0-9_]"

void paste_find_words(struct paste_text *paste)
{
    const GRegex *regex = regex_of("(?<![.]|" LETTER ")[A-Za-z]" LETTER "{5,59}(?!" LETTER ")"
                                   "|(?<=" LETTER "\\.)[A-Z]+(?:_[A-Z]+)+(?!" LETTER ")");
    g_autoptr(GMatchInfo) info = NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    int count = 0;
    for (g_regex_match(regex, paste->text, 0, &info); g_match_info_matches(info) && count < WORDS;
         g_match_info_next(info, NULL)) {
        g_autofree char *word = g_match_info_fetch(info, 0);
        int start = 0;
        g_match_info_fetch_pos(info, 0, &start, NULL);
        gsize at = (gsize)start;
        unglue(&word, &at);
        if (g_hash_table_contains(seen, word) || !is_code_word(word, paste->text, at) ||
            (strchr(word, '_') == NULL && paste_is_in_code(paste->text, at)))
            continue;
        struct failure failure = {0};
        g_autofree char *message = message_of_word(paste->text, at, strlen(word));
        failure_say(&failure, word, g_strcmp0(message, word) == 0 ? NULL : message);
        look_around(paste, &failure, at);
        paste_add(paste, &failure, word_rank(word, is_labelled(paste->text, at)), at);
        g_hash_table_add(seen, g_steal_pointer(&word));
        count++;
    }
}
