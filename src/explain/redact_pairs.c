/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"
#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "redact_private.h"

/*
 * A secret beside its name: a table of names, a table of signs between a name and its value, and
 * what a value looks like. Both may be quoted by any program, so they are looked for in the text
 * without its quoting; what is cut is cut out of the text as it stands.
 */

/* ---- names ---- */

enum kind {
    KIND_NUMBER,   /* a code that somebody types */
    KIND_PASSWORD, /* any signs may be in it */
    KIND_SECRET,
    KIND_MAYBE, /* a secret if it looks like one */
    KIND_LINE,  /* all of the line */
};

#define S "[_. -]?"
#define ALONE "(?<![\\pL\\d])"
#define ENDED(name) \
    name "=", name ":", name "\"", name "'", name " ", name "]", name ">", name ",", name "\n"

static const struct {
    enum kind kind;
    const char *pattern;
} names[] = {
#define NAME(kind, pattern, ...) {KIND_##kind, pattern},
#define WORDS(pattern)
#include "perch/explain/secret_names.def"
};

static const char *const pieces[] = {
#define NAME(kind, pattern, ...) __VA_ARGS__,
#define WORDS(pattern)
#include "perch/explain/secret_names.def"
};

/* What accuses a value instead of telling it. */
#define ACCUSED                                                                     \
    "(?i)(?:invalid|expired|missing|incorrect|wrong|bad|unknown|unexpected|revoked" \
    "|error|falsch\\pL*|ungültig\\pL*|abgelaufen\\pL*)[_ -]*(?:\\w{1,8}[_ -])?\\z"

/* ---- from a name to its value ---- */

enum sign {
#define SIGN(name, ...) SIGN_##name,
#include "perch/explain/secret_signs.def"
    SIGNS
};

#define SCHEME "(?:bearer|basic|oauth|token|digest|negotiate|ntlm|ssws|apikey)"
/* What only a program makes up: no word, no name of a class, no id of a record. */
#define MADE                                                                                   \
    "\\A\\(?(?![A-Za-z0-9]{15}[A-Z0-5]{3}\\b)(?!(?:\\p{Lu}{0,3}+\\p{Ll}{2,}+\\d{0,2}+)++"      \
    "\\W*\\z)(?:(?=\\S*\\d)(?=\\S*\\p{Ll})(?=\\S*\\p{Lu})[\\w!$#@%^*+=~-]{16,}|[\\da-f]{32,})" \
    "\\W*\\z"
#define LOOKS_SECRET                                                            \
    "(?i)\\A(?:" SCHEME                                                         \
    " )?(?!https?:|\\w+::|[\\w.]*(?:Error|Exception)\\b|[\\w.]*\\()(?=\\S*\\d)" \
    "(?:\\S{12}|(?=\\S*[A-Za-z!$#@])\\S{8})"

static const struct {
    const char *pattern, *before, *value, *ends; /* NULL: anything, or as usual */
} signs[] = {
#define SIGN(name, ...) [SIGN_##name] = {__VA_ARGS__},
#include "perch/explain/secret_signs.def"
};

/* What may stand between a sign and its value: b'x', Some("x"), ["x"], and how it is used. */
#define WRAPPED                                                                        \
    "(?:(?:(?:[A-Za-z][\\w.]{0,20})?[(\\[]\\s?){0,2}+[bBuUrRfNL@$]{0,2}+(?=[\"'`]))?+" \
    "(?:\\{\\s?[\"']?(?:value|token)[\"']?\\s?[:=]\\s?)?+(?:\\[?" SCHEME "\\s+)?+"

enum { NAMES = G_N_ELEMENTS(names) };

/* Groups 1 to NAMES are names. */
static GString *names_pattern(const char *before)
{
    GString *pattern = g_string_new("(?i)");
    g_string_append_printf(pattern, "%s(?:", before);
    for (gsize i = 0; i < NAMES; i++)
        g_string_append_printf(pattern, "%s(%s)", i > 0 ? "|" : "", names[i].pattern);
    g_string_append(pattern,
                    ")(?:" S "(?:\\d{1,2}|value|again|confirm(?:ation)?|b64|base64|base|s))?");
    return pattern;
}

/* Groups 1 to NAMES are names, those behind them signs. */
static const GRegex *pair_regex(void)
{
    static GRegex *regex;
    if (regex != NULL)
        return regex;
    g_autoptr(GString) pattern = names_pattern("");
    g_string_append(pattern, "(?![\\pL\\d_])(?:");
    for (gsize i = 0; i < SIGN_WORD; i++)
        g_string_append_printf(pattern, "%s(%s)", i > 0 ? "|" : "", signs[i].pattern);
    g_string_append(pattern, ")" WRAPPED);
    regex = g_regex_new(pattern->str, G_REGEX_OPTIMIZE | G_REGEX_NEWLINE_LF, 0, NULL);
    return regex;
}

struct pair {
    enum kind kind;
    enum sign sign;
    gsize name, value; /* where they start */
    bool broken;       /* a line ends between them */
};

static int start_of(const GMatchInfo *info, int group, int *ret_end)
{
    int start = -1;
    g_match_info_fetch_pos(info, group, &start, ret_end);
    return start;
}

/* Whether pattern fits what stands before a name, as NULL does. */
static bool stands_behind(const struct bare *bare, const struct pair *pair, const char *pattern)
{
    enum { NEAR = 120 };
    if (pattern == NULL)
        return true;
    g_autofree char *near = bare_piece(bare, pair->name - MIN(pair->name, NEAR), pair->name);
    return regex_fits(pattern, near);
}

static bool next_pair(const struct bare *bare, gsize from, gsize to, struct pair *ret_pair)
{
    g_autoptr(GMatchInfo) info = NULL;
    int end = 0, name = 0, sign = 0;
    if (!g_regex_match_full(pair_regex(), bare->text->str, (gssize)to, (int)from, 0, &info, NULL))
        return false;
    ret_pair->name = (gsize)start_of(info, 0, &end);
    ret_pair->value = (gsize)end;
    while (start_of(info, 1 + name, NULL) < 0)
        name++;
    ret_pair->kind = names[name].kind;
    while (start_of(info, 1 + NAMES + sign, NULL) < 0)
        sign++;
    const int at = start_of(info, 1 + NAMES + sign, &end);
    ret_pair->broken = memchr(bare->text->str + at, '\n', (gsize)(end - at)) != NULL;
    ret_pair->sign = (enum sign)sign;
    /* a blank: the first of those that fits */
    while (sign >= SIGN_OPTION && sign < SIGN_PROSE &&
           !stands_behind(bare, ret_pair, signs[sign].before))
        ret_pair->sign = (enum sign)++ sign;
    return true;
}

/* ---- the value ---- */

static bool same_raw(const struct bare *bare, const char *raw, gsize a, gsize b)
{
    const guint length = bare->at[a + 1] - bare->at[a];
    return length == bare->at[b + 1] - bare->at[b] &&
           memcmp(raw + bare->at[a], raw + bare->at[b], length) == 0;
}

/* The quote that closes in the next line what a terminal or an email broke; 0: none. */
static gsize closed_below(const struct bare *bare, const char *raw, gsize open, gsize line)
{
    const char *text = bare->text->str;
    const gsize start = line + 1 + strspn(text + line + 1, "> \t");
    const gsize end = start + strcspn(text + start, "\"'`<{[( \t\n");
    return end > start && text[end] == text[open] && same_raw(bare, raw, open, end) &&
                   strchr(",;)]} \t\r\n", text[end + 1]) != NULL
               ? end
               : 0;
}

/* The quote that closes the one at open; a line's end where there is none. */
static gsize closing_quote(const struct bare *bare, const char *raw, gsize open)
{
    enum { FAR = 64 * 1024 };
    const char *text = bare->text->str;
    gsize line = 0;
    for (gsize at = open + 1; at - open < FAR && text[at] != '\0'; at++) {
        if (text[at] == text[open] && same_raw(bare, raw, open, at))
            return at;
        if (text[at] == '\n' && line == 0)
            line = at;
        if (text[at] == '\n' && raw[bare->at[at]] == '\n')
            return MAX(line, closed_below(bare, raw, open, at));
    }
    return line != 0 ? line : bare_character(bare->text, open + strnlen(text + open, FAR));
}

/* The three quotes of TOML and Python; NULL: there are none. */
static const char *fence_at(const char *text)
{
    return text_begins(text, "\"\"\"") ? "\"\"\"" : text_begins(text, "'''") ? "'''" : NULL;
}

static gsize fenced_end(const char *text, gsize start, const char *fence)
{
    enum { FAR = 64 * 1024 };
    const char *end = g_strstr_len(text + start, FAR, fence);
    return end != NULL ? (gsize)(end - text) : start + strcspn(text + start, "\n");
}

/* The end of a value in quotes, and of the one that Terraform changes it to: "x" -> "y". */
static gsize quoted_end(const struct bare *bare, const char *raw, gsize open)
{
    const char *text = bare->text->str;
    const gsize end = closing_quote(bare, raw, open);
    return text[end] == text[open] && text_begins(text + end + 1, " -> \"")
               ? closing_quote(bare, raw, end + strlen("\" -> "))
               : end;
}

/* Where a code follows the last cookie, or the end. */
static gsize code_before(const char *text, gsize from, gsize end)
{
    g_autoptr(GMatchInfo) info = NULL;
    int at = (int)end;
    if (g_regex_match_full(regex_of(";\\s*(?=[A-Z]{2,}(?:_[A-Z]+)+(?![\\w=]))"), text, (gssize)end,
                           (int)from, 0, &info, NULL))
        start_of(info, 0, &at);
    return (gsize)at;
}

/* Whether the sign at ends a value without quotes. If it is quoted, and the sign before the value
 * is not, then it belongs to it: <password>a&lt;b</password>, password=a%26b. So does an "&"
 * without a parameter behind it. */
static bool ends_value(const struct bare *bare, const char *raw, gsize at, bool coded)
{
    const char *sign = bare->text->str + at;
    const char written = raw[bare->at[at]];
    if (!coded && written != *sign && (written == '%' || written == '&'))
        return false;
    const gsize name = strspn(sign + 1, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-");
    return *sign != '&' || (name > 0 && sign[1 + name] == '=');
}

/* Where a value goes on that an email broke: its lines have up to 76 characters and end with "=".
 * 0: it does not. */
static gsize behind_soft_break(const char *text, gsize at)
{
    enum { SHORTEST = 70 };
    gsize column = 0;
    if (at < SHORTEST || text[at] == '\0' || strchr("\r\n", text[at]) == NULL ||
        text[at - 1] != '=')
        return 0;
    while (column < SHORTEST && text[at - 1 - column] != '\n')
        column++;
    at += strcspn(text + at, "\n");
    return column < SHORTEST || text[at] == '\0' ? 0 : at + 1 + strspn(text + at + 1, "> \t");
}

/* Words that a person remembers: no sentence about a password is without words of these. */
#define REMEMBERED                                                                                 \
    "(?!(?i:the|this|that|your|you|and|for|not|was|are|has|have|had|with|from|must|may|can|could"  \
    "|should|will|too|than|only|please|try|again|after|before|while|when|does|did|contain\\w*"     \
    "|characters?|letters?|digits?|length|minimum|maximum|\\w*error|\\w*exception|fail\\w*|unable" \
    "|invalid|incorrect|wrong|missing|required|expired|denied|refused|unauthorized|unexpected"     \
    "|server|connection|request|response|login|policy|handshake|certificate|timeout|timed"         \
    "|password|token|secret|user|username|field|value|key|file|null|none)\\b)[A-Za-z0-9]{3,40}+"
static gsize phrase_end(const struct bare *bare, const struct pair *pair, gsize start)
{
    static const char words[] = "\\G" REMEMBERED "(?:[ -]" REMEMBERED "){3,11}+"
                                "(?=[\"'`](?!\\w)|[ \\t\\r]*+(?:\\n|\\z))";
    g_autoptr(GMatchInfo) info = NULL;
    int end = (int)start;
    if (pair->kind == KIND_PASSWORD && pair->sign <= SIGN_SAID &&
        g_regex_match_full(regex_of(words), bare->text->str, (gssize)bare->text->len, (int)start, 0,
                           &info, NULL))
        start_of(info, 0, &end);
    return (gsize)end;
}

static gsize end_of(const struct bare *bare, const char *raw, const struct pair *pair)
{
    const char *text = bare->text->str;
    const char *ends = signs[pair->sign].ends != NULL ? signs[pair->sign].ends
                       : pair->kind == KIND_LINE      ? "\"'\r\n"
                       : pair->kind == KIND_PASSWORD  ? "\"'`&<> \t\r\n"
                                                      : "\"'`&<> \t\r\n,;}\\";
    const char *sign = raw + bare->at[pair->name];
    const gsize length = bare->at[pair->value] - bare->at[pair->name];
    const bool coded = memchr(sign, '%', length) != NULL || memchr(sign, '&', length) != NULL;
    gsize at = pair->value;
    for (gsize next = at; next != 0; next = behind_soft_break(text, at))
        for (at = next; text[at] != '\0' &&
                        (strchr(ends, text[at]) == NULL || !ends_value(bare, raw, at, coded));)
            at++;
    if (pair->kind == KIND_LINE)
        at = code_before(text, pair->value, at);
    if (pair->sign == SIGN_ELEMENT && text[at] != '<') /* "<sid>" may be a word */
        at = pair->value + strcspn(text + pair->value, " \t\r\n<");
    return at;
}

/* Words that say what is wrong with a value, or that there is none. */
static const char no_secret[] = "(?i)\\A\\W*+(?:(?:"
#define NAME(...)
#define WORDS(pattern) pattern "|"
#include "perch/explain/secret_names.def"
                                ")\\W*+)?\\z";
static const char sentence[] =
    "(?i)\\b(?:required|invalid|missing|must|expired|incorrect|wrong|empty|blank|failed|revoked"
    "|cannot|can't|isn't|not)\\b|ungültig|abgelaufen|falsch";

/* What a program tells in the place of a value that it did not get: an error's own form, a status;
 * and the first word of several, for what programs make is none. */
static const char told[] =
    "\\A(?:(?:[\\pL_.$]+|x509|asn1|pkcs\\d+|[A-Z]{2,4}\\d{5}):\\s|error:[0-9A-F]{8}:"
    "|[\\w.$]*(?:Error|Exception)(?![\\pL\\d_$!])|[A-Za-z.]{6,}\\((?:\\w+=|[\"'\\[)])"
    "|(?:HTTP(?:/[\\d.]+)? )?[1-5]\\d\\d(?:[.,:;)]*\\s|[.,;:)]*\\z)|\\d errors? )";
static const char in_words[] = "\\A(?:\\p{Lu}?\\p{Ll}+|\\p{Lu}{2,6}|[A-Za-z]+(?:_[A-Za-z]+)+),? "
                               "(?! ?(?!tcp|error)\\w+ ?[:=])[\\pL\\d(\"'<]";

/* An answer instead of a value; the secrets in it have names of their own. */
static const char answer[] = "(?i)\\A[\\[({\\s]*\\{\\s*[\"']?(?:error|errors|errorcode|message|"
                             "code|status|success)\\b[\"']?\\s*:";

static bool is_said(const char *name, const char *value)
{
    if (regex_fits(no_secret, value) || regex_fits(answer, value))
        return true;
    if (strpbrk(value, " \n") != NULL)
        return regex_fits("\\A[\"']?\\pL[\\pL'’]*[ ,.:]", value) && regex_fits(sentence, value);
    if (!regex_fits("\\A\\pL[\\pL_]*[.,:;)!]*\\z", value))
        return false;
    g_autofree char *both = g_strdup_printf("%s %s", name, value);
    const char *p = both;
    return regex_fits("\\A(?:E(?:NOENT|PERM|ISDIR|CONN\\w+|A[CES]{4})|[A-Z]+(?:_[A-Z]+)+)\\W*\\z",
                      value) ||
           failure_code_has_row(value) || paste_topic(&p) != NULL;
}

static bool is_secret(const struct bare *bare, const struct pair *pair, const char *value,
                      bool quoted)
{
    const char *text = bare->text->str;
    const char *looks = signs[pair->sign].value;
    g_autofree char *name = bare_piece(bare, pair->name, MIN(pair->value, pair->name + 60));
    if (g_str_has_prefix(value, "…") || is_said(name, value))
        return false;
    if (pair->sign == SIGN_PROSE)
        return regex_fits(looks, value);
    g_autofree char *line =
        bare_piece(bare, pair->value, bare_character(bare->text, pair->value + 200));
    if (!quoted && pair->sign == SIGN_ASSIGNED &&
        (regex_fits(told, line) ||
         /* a program that joins a name and a password puts no blank between them */
         ((pair->kind == KIND_SECRET || g_ascii_isspace(text[pair->value - 1])) &&
          regex_fits(in_words, line))))
        return false;
    /* force:user:password:generate */
    if (!quoted && pair->name > 0 && text[pair->name - 1] == ':' &&
        regex_fits("\\A\\p{Ll}+\\z", value))
        return false;
    if (pair->kind == KIND_NUMBER)
        return regex_fits("\\A(?=\\S*\\d)\\S{4}", value);
    if (pair->kind == KIND_LINE && strchr(value, '=') != NULL)
        return true;
    if (pair->kind == KIND_LINE || pair->kind == KIND_MAYBE ||
        (pair->broken && !quoted && pair->sign == SIGN_ASSIGNED) ||
        stands_behind(bare, pair, ACCUSED))
        looks = LOOKS_SECRET;
    return looks == NULL || regex_fits(looks, value);
}

bool secret_is_named(const char *label)
{
    static GRegex *regex;
    if (regex == NULL) {
        g_autoptr(GString) pattern = names_pattern("\\A[^\\n]{0,40}?");
        g_string_append(pattern, "[\\W_]*+\\z");
        regex = g_regex_new(pattern->str, G_REGEX_OPTIMIZE | G_REGEX_NEWLINE_LF, 0, NULL);
    }
    return g_regex_match(regex, label, 0, NULL);
}

bool secret_is_made(const char *value)
{
    return regex_fits(MADE, value);
}

bool secret_is_value(const char *value)
{
    return !g_str_has_prefix(value, "…") && regex_fits(LOOKS_SECRET, value) && !is_said("", value);
}

/* Finds the value of a pair; false: there is none, or it is no secret. */
static bool value_of(const struct bare *bare, const char *raw, const struct pair *pair,
                     gsize *ret_start, gsize *ret_end)
{
    if (!stands_behind(bare, pair, signs[pair->sign].before)) /* first: the end may be far away */
        return false;
    const char *text = bare->text->str;
    const bool quoted = text[pair->value] != '\0' && strchr("\"'`", text[pair->value]) != NULL;
    const bool listed = !quoted && text[pair->value] == '[' && pair->kind != KIND_PASSWORD;
    const char *fence = fence_at(text + pair->value);
    const gsize phrase = phrase_end(bare, pair, pair->value + quoted);
    *ret_start = pair->value + (quoted || listed);
    *ret_end = quoted ? quoted_end(bare, raw, pair->value) : end_of(bare, raw, pair);
    if (listed)
        *ret_end = MIN(*ret_end, *ret_start + strcspn(text + *ret_start, "]\n"));
    if (fence != NULL) {
        *ret_start += 2 + strspn(text + *ret_start + 2, " \t\r\n");
        *ret_end = fenced_end(text, *ret_start, fence);
    }
    if (phrase > pair->value + quoted) {
        *ret_end = phrase;
        return true;
    }
    if (*ret_end <= *ret_start ||
        (!quoted && text[*ret_start] == '{' && pair->kind != KIND_PASSWORD))
        return false;
    g_autoptr(WipedText) value = g_strndup(text + *ret_start, *ret_end - *ret_start);
    return is_secret(bare, pair, value, quoted);
}

/* ---- private keys ---- */

#define BODY                                                                       \
    "(?:[\\s>|\"'+]*+(?:(?:Proc-Type|DEK-Info)[^\\n]*+|[A-Za-z0-9+/]{16,}+=*+))++" \
    "(?:\\s++(?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{2,}+=*+(?!\\S))?+"
#define LINE "[^\\n]{0,12}+\\n[^\\n]{0,80}?" /* a log writes something before each line */
#define LINES "(?:" LINE "[A-Za-z0-9+/]{40,}+=*+)"

/* The body of a key, with or without its last line, or the base64 that such keys begin with; and
 * lines that may be the rest of one. */
static const char keys[] =
    "(?:BEGIN (?:[A-Z0-9]+ ){0,3}?PRIVATE KEY(?: BLOCK)?-*+"
    "|Private-Lines: \\d+)\\K(?:(?:[^-]++|-(?!-))++(?=-+ ?END)|" BODY LINES "*+|" LINES "++)"
    "|\\b(?:MII[A-Za-z0-9+/]{3}IBA[AD]|MHcCAQEE|MIGHAgEAMBMG|b3BlbnNzaC1r)"
    "[A-Za-z0-9+/]" BODY LINES "*+"
    "|(?<![A-Za-z0-9+/])([A-Za-z0-9+/]{60,}+)=*+" LINES "*+(?:" LINE
    "[A-Za-z0-9+/]{2,40}+=*+(?=[^\\n]{0,12}\\n))?"
    "(?:" LINE "(-+ ?END (?:[A-Z0-9]+ ){0,3}?PRIVATE KEY))?+";

static bool next_key(const struct bare *bare, gsize from, gsize *ret_start, gsize *ret_end)
{
    int start = 0, end = 0;
    for (;; from = (gsize)end) {
        g_autoptr(GMatchInfo) info = NULL;
        if (!g_regex_match_full(regex_of(keys), bare->text->str, (gssize)bare->text->len, (int)from,
                                0, &info, NULL))
            return false;
        start = start_of(info, 0, &end);
        const int tail = start_of(info, 2, NULL);
        *ret_start = (gsize)start;
        *ret_end = (gsize)(tail >= 0 ? tail : end);
        if (tail >= 0 || start_of(info, 1, NULL) < 0)
            return true;
    }
}

/* ---- all of them ---- */

/* raw without private keys; NULL: there are none. Owned by the caller. */
static char *cut_keys(const char *raw, const struct bare *bare)
{
    gsize from = 0, start, end;
    if (!regex_fits("PRIVATE KEY|Private-Lines|IBA|MHcCAQEE|MIGHAgEAMBMG|b3BlbnNzaC1r",
                    bare->text->str))
        return NULL;
    GString *out = g_string_sized_new(strlen(raw));
    for (; next_key(bare, from, &start, &end); from = end)
        bare_cut(out, raw, bare, from, start);
    g_string_append(out, raw + bare->at[from]);
    return g_string_free(out, FALSE);
}

/* ---- where names may be ---- */

struct part {
    gsize from, to;
};

struct places {
    GArray *names; /* gsize: where one may begin */
    GArray *parts; /* struct part: where there may be one with its value */
};

static void add_place(guint piece, gsize at, gpointer user)
{
    enum { BEFORE = 40, BEHIND = 800 };
    struct places *places = user;
    GArray *parts = places->parts;
    struct part part = {at - MIN(at, BEFORE), at + BEHIND};
    struct part *last = parts->len == 0 ? NULL : &g_array_index(parts, struct part, parts->len - 1);
    (void)piece;
    g_array_append_val(places->names, at);
    if (last != NULL && part.from <= last->to)
        last->to = part.to;
    else
        g_array_append_val(parts, part);
}

static void find_places(const struct bare *bare, struct places *places)
{
    static struct words *words;
    if (words == NULL)
        words = words_new(pieces, G_N_ELEMENTS(pieces));
    g_autoptr(WipedText) lower = g_ascii_strdown(bare->text->str, (gssize)bare->text->len);
    g_array_set_size(places->names, 0);
    g_array_set_size(places->parts, 0);
    words_each(words, lower, bare->text->len, add_place, places);
}

static char *cut_pairs(const char *raw, const struct bare *bare, const GArray *parts)
{
    GString *out = g_string_sized_new(strlen(raw));
    gsize done = 0, start, end;
    for (guint i = 0; i < parts->len; i++) {
        const struct part *part = &g_array_index(parts, struct part, i);
        gsize from = MAX(done, bare_character(bare->text, part->from));
        const gsize to = bare_character(bare->text, part->to);
        for (struct pair pair; from < to && next_pair(bare, from, to, &pair);) {
            from = pair.value;
            if (!value_of(bare, raw, &pair, &start, &end))
                continue;
            bare_cut(out, raw, bare, done, start);
            done = from = end;
        }
    }
    g_string_append(out, raw + bare->at[done]);
    return g_string_free(out, FALSE);
}

/* Puts next, if there is one, in the place of *text and of what is made of it. */
static void go_on_with(char *next, char **text, struct bare *bare)
{
    if (next == NULL)
        return;
    wipe_free(*text);
    *text = next;
    bare_clear(bare);
    *bare = bare_of(next);
}

char *redact_pairs(const char *text)
{
    g_autoptr(WipedText) now = g_strdup(text);
    struct bare bare = bare_of(text);
    struct places places = {g_array_new(FALSE, FALSE, sizeof(gsize)),
                            g_array_new(FALSE, FALSE, sizeof(struct part))};
    go_on_with(cut_keys(now, &bare), &now, &bare);
    find_places(&bare, &places);
    char *next = redact_tables(now, &bare, places.names);
    go_on_with(next, &now, &bare);
    if (next != NULL)
        find_places(&bare, &places);
    char *out = cut_pairs(now, &bare, places.parts);
    bare_clear(&bare);
    g_array_unref(places.names);
    g_array_unref(places.parts);
    return out;
}
