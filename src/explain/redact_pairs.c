/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"
#include "perch/base/secret.h"

/*
 * A secret beside its name: a table of names, a table of ways to write a value beside a name, and
 * what a value looks like. Names and signs may be quoted by any program, so they are looked for in
 * the text without its quoting; what is cut is cut out of the text as it stands.
 */

/* ---- the text without its quoting ---- */

struct bare {
    GString *text;
    guint *at; /* where each byte, and the end, stands in the text with its quoting */
};

static gunichar hex_at(const char *p, gsize digits)
{
    gunichar value = 0;
    for (gsize i = 0; i < digits; i++) {
        if (!g_ascii_isxdigit(p[i]))
            return 0;
        value = value * 16 + (gunichar)g_ascii_xdigit_value(p[i]);
    }
    return value;
}

/* A run of backslashes and what it quotes. */
static gsize take_escape(const char *p, GString *out)
{
    gsize run = strspn(p, "\\");
    const char c = p[run];
    gsize digits = c == 'u' ? 4 : c == 'x' ? 2 : 0;
    gunichar code = hex_at(p + run + 1, digits);
    if (c != '\0' && strchr("\"'`/", c) != NULL)
        g_string_append_c(out, c);
    else if (c == 'n' || c == 'r' || c == 't')
        g_string_append_c(out, c == 't' ? ' ' : '\n');
    else if (code != 0 && g_unichar_validate(code))
        g_string_append_unichar(out, code);
    else {
        g_string_append_len(out, p, (gssize)run);
        return run;
    }
    return run + 1 + digits;
}

static gsize take_entity(const char *p, GString *out)
{
    static const char *const entities[] = {"\"quot;", "'apos;", "&amp;",  "<lt;",    ">gt;",
                                           "\"#34;",  "'#39;",  "'#039;", "\"#x22;", "'#x27;"};
    for (gsize i = 0; i < G_N_ELEMENTS(entities); i++)
        if (g_str_has_prefix(p + 1, entities[i] + 1)) {
            g_string_append_c(out, entities[i][0]);
            return strlen(entities[i]);
        }
    g_string_append_c(out, '&');
    return 1;
}

static gsize take_percent(const char *p, GString *out)
{
    gsize length = 1;
    while (g_str_has_prefix(p + length, "25") && g_ascii_isxdigit(p[length + 2]))
        length += 2;
    const gunichar code = hex_at(p + length, 2);
    const bool text = code == '\n' || code == '\r' || (code >= ' ' && code < 0x7F);
    g_string_append_c(out, text ? (char)code : '%');
    return text ? length + 2 : 1;
}

static gsize take(const char *p, GString *out)
{
    if (*p == '\\')
        return take_escape(p, out);
    if (*p == '&')
        return take_entity(p, out);
    if (*p == '%')
        return take_percent(p, out);
    gsize plain = strcspn(p, "\\&%");
    g_string_append_len(out, p, (gssize)plain);
    return plain;
}

static void bare_clear(struct bare *bare)
{
    wipe(bare->text->str, bare->text->len);
    g_string_free(bare->text, TRUE);
    g_free(bare->at);
}

/* One layer of quoting less, which never makes a text longer. */
static void unquote(struct bare *bare)
{
    struct bare old = *bare;
    const gsize length = old.text->len;
    bare->text = g_string_sized_new(length);
    bare->at = g_new(guint, length + 1);
    for (gsize from = 0, to = 0; from < length; to = bare->text->len) {
        const gsize taken = take(old.text->str + from, bare->text);
        const gsize made = bare->text->len - to;
        for (gsize i = 0; i < made; i++)
            bare->at[to + i] = old.at[from + (made == taken ? i : 0)];
        from += taken;
    }
    bare->at[bare->text->len] = old.at[length];
    bare_clear(&old);
}

static struct bare bare_of(const char *text)
{
    enum { LAYERS = 3 };
    struct bare bare = {.text = g_string_new(text)};
    const gsize length = bare.text->len;
    bare.at = g_new(guint, length + 1);
    for (gsize i = 0; i <= length; i++)
        bare.at[i] = (guint)i;
    for (gsize i = 0, was = 0; i < LAYERS && bare.text->len != was; i++) {
        was = bare.text->len;
        if (strpbrk(bare.text->str, "\\&%") != NULL)
            unquote(&bare);
    }
    return bare;
}

/* ---- names ---- */

enum kind {
    KIND_NUMBER = 1, /* a code that somebody types */
    KIND_PASSWORD,   /* any signs may be in it */
    KIND_SECRET,
    KIND_MAYBE, /* a secret if it looks like one */
    KIND_LINE,  /* all of the line */
    KINDS
};

#define S "[_. -]?"
#define ALONE "(?<![\\pL\\d])"

static const char *const names[KINDS] = {
#define NAME(kind, pattern) [KIND_##kind] = (pattern),
#define PIECES(...)
#define WORDS(pattern)
#include "perch/explain/secret_names.def"
};

#define ENDED(name) \
    name "=", name ":", name "\"", name "'", name " ", name "]", name ">", name ",", name "\n"
#define KEY(end) end "key", end "_key", end "-key", end ".key", end " key"
static const char *const pieces[] = {
#define NAME(kind, pattern)
#define PIECES(...) __VA_ARGS__
#define WORDS(pattern)
#include "perch/explain/secret_names.def"
};

/* What accuses a value instead of telling it. */
#define ACCUSED                                                                     \
    "(?i)(?:invalid|expired|missing|incorrect|wrong|bad|unknown|unexpected|revoked" \
    "|error|falsch\\pL*|ungültig\\pL*|abgelaufen\\pL*)[_ -]*(?:\\w{1,8}[_ -])?\\z"

/* ---- from a name to its value ---- */

enum sign {
    SIGN_ASSIGNED,
    SIGN_SAID, /* "the password is x" */
    SIGN_LABEL,
    SIGN_PAIR,
    SIGN_LIST,
    SIGN_ELEMENT,
    SIGN_PART,
    SIGN_OPTION,
    SIGNS
};

#define IS "\\s+(?:is(?:t)?|was|are|lautet|war|est|es|é|è|jest|to)"
#define ATTRIBUTE "[\\w:-]{1,30}\\s?=\\s?[\"'][^\"'<>\\n]{0,200}[\"']"

#define MEMBER "\\s*+[\"'](?!value)\\w{1,20}[\"']\\s*+:\\s*+[\"'][^\"'\\n]{0,80}[\"']\\s*+,"

static const struct {
    const char *pattern;
    const char *before; /* what stands before the name: one of these */
    bool weak;          /* so may other things stand beside a name */
} signs[SIGNS] = {
    [SIGN_ASSIGNED] = {"(?:\\s{0,2}\\([^()\\n]{1,40}\\))?[\\]\"'`*)}]{0,4}(?:" IS
                       ")?\\s*+(?:=>|:=|==?|->|::?|：)[*]{0,2}\\s*+(?:[|>][+-]?\\n\\s*+"
                       "|string\\(\\d+\\) ?)?",
                       NULL, false},
    [SIGN_SAID] = {"[\"'`*]{0,3}" IS "\\s+|\\s+(?=[\"'`])", NULL, true},
    /* a label, and a value that has its cell or line to itself */
    [SIGN_LABEL] = {"[ \\r]{0,9}+[\\t\\n]\\s*+(?=\\S{8,}+[ \\t\\r]{0,9}+(?:\\n|\\z))", NULL, true},
    /* {"name":"password","value":"x"}, <add key="password" value="x"/>, <name>...</name><value> */
    [SIGN_PAIR] = {"[\"'](?:\\s*+,(?:" MEMBER "){0,3}+|(?:\\s+(?!value)" ATTRIBUTE
                   "){0,4}+)\\s*+[\"':]?(?:value|val|text|content)"
                   "[\"']?\\s*+(?:=>|[:=])\\s*+"
                   "|</(?:\\w{1,9}:)?(?:key|name)>\\s*+<(?:\\w{1,9}:)?(?:string|value|val|data)"
                   "[^<>]{0,80}>|,\\s*+value\\s?=\\s?|[\"']\\s?>\\s*+(?:<value>)?",
                   NULL, false},
    /* ('password', 'x'), [password, x] */
    [SIGN_LIST] = {"[\"']?\\s*+,\\s*+", "\"'[(", true},
    [SIGN_ELEMENT] = {"(?:\\s[^<>\\n]{0,200})?>\\s*+(?:<!\\[CDATA\\[)?", "<:", false},
    /* a part of a form: name="password", an empty line */
    [SIGN_PART] =
        {"[\"'](?:;[^\\n]{0,200}+)?(?:\\n\\r?[^\\n:]{1,40}+:[^\\n]{0,200}+)?(?:\\n\\s?){2}", "\"'",
         false},
    [SIGN_OPTION] = {"[ \\t]++(?![-<\\[|])", "-", false},
};

#define SCHEME "(?:bearer|basic|oauth|token|digest|negotiate|ntlm|ssws|apikey)"
/* What may stand between a sign and its value: b'x', Some("x"), ["x"], and how it is used. */
#define WRAPPED                                                                        \
    "(?:(?:(?:[A-Za-z][\\w.]{0,20})?[(\\[]\\s?){0,2}+[bBuUrRfNL@$]{0,2}+(?=[\"'`]))?+" \
    "(?:\\{\\s?[\"']?(?:value|token)[\"']?\\s?[:=]\\s?)?+(?:" SCHEME "\\s+)?+"

/* Groups 1 to KINDS - 1 are names, those behind them signs. */
static const GRegex *pair_regex(void)
{
    static GRegex *regex;
    if (regex != NULL)
        return regex;
    g_autoptr(GString) pattern = g_string_new("(?i)(?:");
    for (gsize i = 1; i < KINDS; i++)
        g_string_append_printf(pattern, "%s(%s)", i > 1 ? "|" : "", names[i]);
    g_string_append(pattern,
                    ")(?:" S "(?:\\d{1,2}|value|again|confirm(?:ation)?|b64|base64|base|s))?"
                    "(?![\\pL\\d_])(?:");
    for (gsize i = 0; i < SIGNS; i++)
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

static bool next_pair(const struct bare *bare, gsize from, gsize to, struct pair *ret_pair)
{
    g_autoptr(GMatchInfo) info = NULL;
    int end = 0, ignored;
    if (!g_regex_match_full(pair_regex(), bare->text->str, (gssize)to, (int)from, 0, &info, NULL))
        return false;
    ret_pair->name = (gsize)start_of(info, 0, &end);
    ret_pair->value = (gsize)end;
    for (ret_pair->kind = KIND_NUMBER; ret_pair->kind < KINDS - 1; ret_pair->kind++)
        if (start_of(info, (int)ret_pair->kind, &ignored) >= 0)
            break;
    int sign = 0;
    while (sign < SIGNS - 1 && start_of(info, KINDS + sign, &ignored) < 0)
        sign++;
    ret_pair->sign = (enum sign)sign;
    const int at = start_of(info, KINDS + sign, &end);
    ret_pair->broken = memchr(bare->text->str + at, '\n', (gsize)(end - at)) != NULL;
    return true;
}

/* ---- the value ---- */

/* Where the character at an offset begins. */
static gsize character_at(const GString *text, gsize at)
{
    at = MIN(at, text->len);
    while ((text->str[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static bool same_raw(const struct bare *bare, const char *raw, gsize a, gsize b)
{
    const guint length = bare->at[a + 1] - bare->at[a];
    return length == bare->at[b + 1] - bare->at[b] &&
           memcmp(raw + bare->at[a], raw + bare->at[b], length) == 0;
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
            break;
    }
    return line != 0 ? line : character_at(bare->text, open + strnlen(text + open, FAR));
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

/* The end of a value without quotes. What is percent-encoded belongs to it, unless the sign before
 * it was, too. */
static gsize end_of(const struct bare *bare, const char *raw, const struct pair *pair)
{
    const char *text = bare->text->str;
    const bool line = pair->kind == KIND_LINE || pair->sign == SIGN_PART;
    const char *ends = pair->sign == SIGN_ELEMENT    ? "<\n"
                       : line                        ? "\"'\r\n"
                       : pair->kind == KIND_PASSWORD ? "\"'`&<> \t\r\n"
                                                     : "\"'`&<> \t\r\n,;}\\";
    const bool coded = memchr(raw + bare->at[pair->name], '%',
                              bare->at[pair->value] - bare->at[pair->name]) != NULL;
    gsize at = pair->value;
    while (text[at] != '\0' &&
           (strchr(ends, text[at]) == NULL || (raw[bare->at[at]] == '%' && !coded)))
        at++;
    if (pair->kind == KIND_LINE)
        at = code_before(text, pair->value, at);
    if (pair->sign == SIGN_ELEMENT && text[at] != '<') /* "<sid>" may be a word */
        at = pair->value + strcspn(text + pair->value, " \t\r\n<");
    return at;
}

/* Words that say what is wrong with a value, or that there is none. */
static const char no_secret[] = "(?i)\\A\\W*(?:(?:"
#define NAME(kind, pattern)
#define PIECES(...)
#define WORDS(pattern) pattern
#include "perch/explain/secret_names.def"
                                ")\\W*)?\\z";
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

static bool is_said(const char *name, const char *value)
{
    if (regex_fits(no_secret, value))
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

static bool looks_secret(const char *value)
{
    return regex_fits("(?i)\\A(?:" SCHEME " )?(?!https?:|\\w+::|[\\w.]*(?:Error|Exception)\\b|[\\w."
                      "]*\\()(?=\\S*\\d)(?:\\S{12}|(?=\\S*[A-Za-z!$#@])\\S{8})",
                      value);
}

/* Valid, wherever it begins and ends. */
static char *piece_of(const struct bare *bare, gsize from, gsize to)
{
    g_autofree char *piece = g_strndup(bare->text->str + from, to - from);
    return g_utf8_make_valid(piece, -1);
}

static bool is_secret(const struct bare *bare, const struct pair *pair, const char *value,
                      bool quoted)
{
    const char *text = bare->text->str;
    g_autofree char *name = piece_of(bare, pair->name, MIN(pair->value, pair->name + 60));
    g_autofree char *near = piece_of(bare, pair->name - MIN(pair->name, 24), pair->name);
    if (g_str_has_prefix(value, "…") || is_said(name, value))
        return false;
    g_autofree char *line =
        piece_of(bare, pair->value, character_at(bare->text, pair->value + 200));
    if (!quoted && pair->sign == SIGN_ASSIGNED &&
        (regex_fits(told, line) ||
         /* a program that joins a name and a password puts no blank between them */
         ((pair->kind == KIND_SECRET || g_ascii_isspace(text[pair->value - 1])) &&
          regex_fits(in_words, line))))
        return false;
    /* force:user:password:generate */
    if (!quoted && g_str_has_suffix(near, ":") && regex_fits("\\A\\p{Ll}+\\z", value))
        return false;
    if (pair->kind == KIND_NUMBER)
        return regex_fits("\\A(?=\\S*\\d)\\S{4}", value);
    if (pair->kind == KIND_LINE && strchr(value, '=') != NULL)
        return true;
    if (signs[pair->sign].weak || pair->kind == KIND_LINE || pair->kind == KIND_MAYBE ||
        (pair->broken && !quoted && pair->sign == SIGN_ASSIGNED) || regex_fits(ACCUSED, near))
        return looks_secret(value);
    return true;
}

static bool stands_right(const struct bare *bare, const struct pair *pair)
{
    const char *before = signs[pair->sign].before;
    gsize at = pair->name;
    if (before == NULL)
        return true;
    while (at > 0 && pair->sign != SIGN_LIST && pair->name - at < 40 &&
           (g_ascii_isalnum(bare->text->str[at - 1]) || bare->text->str[at - 1] == '_'))
        at--;
    return at > 0 && strchr(before, bare->text->str[at - 1]) != NULL;
}

/* Finds the value of a pair; false: there is none, or it is no secret. */
static bool value_of(const struct bare *bare, const char *raw, const struct pair *pair,
                     gsize *ret_start, gsize *ret_end)
{
    const char *text = bare->text->str;
    const bool quoted = text[pair->value] != '\0' && strchr("\"'`", text[pair->value]) != NULL;
    const bool listed = !quoted && text[pair->value] == '[' && pair->kind != KIND_PASSWORD;
    *ret_start = pair->value + (quoted || listed);
    *ret_end = quoted ? closing_quote(bare, raw, pair->value) : end_of(bare, raw, pair);
    if (listed)
        *ret_end = MIN(*ret_end, *ret_start + strcspn(text + *ret_start, "]\n"));
    if (*ret_end <= *ret_start || !stands_right(bare, pair) ||
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
    int start = 0, end = 0, ignored;
    for (;; from = (gsize)end) {
        g_autoptr(GMatchInfo) info = NULL;
        if (!g_regex_match_full(regex_of(keys), bare->text->str, (gssize)bare->text->len, (int)from,
                                0, &info, NULL))
            return false;
        start = start_of(info, 0, &end);
        const int tail = start_of(info, 2, &ignored);
        *ret_start = (gsize)start;
        *ret_end = (gsize)(tail >= 0 ? tail : end);
        if (tail >= 0 || start_of(info, 1, &ignored) < 0)
            return true;
    }
}

/* ---- all of them ---- */

static void cut(GString *out, const char *raw, const struct bare *bare, gsize from, gsize start)
{
    g_string_append_len(out, raw + bare->at[from], (gssize)(bare->at[start] - bare->at[from]));
    g_string_append(out, "…");
}

/* raw without private keys; NULL: there are none. Owned by the caller. */
static char *cut_keys(const char *raw, const struct bare *bare)
{
    static const char *const signs_of_keys[] = {"PRIVATE KEY", "Private-Lines", "IBA",
                                                "MHcCAQEE",    "MIGHAgEAMBMG",  "b3BlbnNzaC1r"};
    gsize from = 0, start, end, i = 0;
    while (i < G_N_ELEMENTS(signs_of_keys) && strstr(bare->text->str, signs_of_keys[i]) == NULL)
        i++;
    if (i == G_N_ELEMENTS(signs_of_keys))
        return NULL;
    GString *out = g_string_sized_new(strlen(raw));
    for (; next_key(bare, from, &start, &end); from = end)
        cut(out, raw, bare, from, start);
    g_string_append(out, raw + bare->at[from]);
    return g_string_free(out, FALSE);
}

/* ---- where names may be ---- */

struct part {
    gsize from, to;
};

static void add_part(guint piece, gsize at, gpointer user)
{
    enum { BEFORE = 40, BEHIND = 800 };
    GArray *parts = user;
    struct part part = {at - MIN(at, BEFORE), at + BEHIND};
    struct part *last = parts->len == 0 ? NULL : &g_array_index(parts, struct part, parts->len - 1);
    (void)piece;
    if (last != NULL && part.from <= last->to)
        last->to = part.to;
    else
        g_array_append_val(parts, part);
}

static char *cut_pairs(const char *raw, const struct bare *bare)
{
    static struct words *words;
    if (words == NULL)
        words = words_new(pieces, G_N_ELEMENTS(pieces));
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(struct part));
    g_autoptr(WipedText) lower = g_ascii_strdown(bare->text->str, (gssize)bare->text->len);
    words_each(words, lower, bare->text->len, add_part, parts);
    GString *out = g_string_sized_new(strlen(raw));
    gsize done = 0, start, end;
    for (guint i = 0; i < parts->len; i++) {
        const struct part *part = &g_array_index(parts, struct part, i);
        gsize from = MAX(done, character_at(bare->text, part->from));
        const gsize to = character_at(bare->text, part->to);
        for (struct pair pair; from < to && next_pair(bare, from, to, &pair);) {
            from = pair.value;
            if (!value_of(bare, raw, &pair, &start, &end))
                continue;
            cut(out, raw, bare, done, start);
            done = from = end;
        }
    }
    g_string_append(out, raw + bare->at[done]);
    return g_string_free(out, FALSE);
}

char *redact_pairs(const char *text)
{
    struct bare bare = bare_of(text);
    g_autoptr(WipedText) keyless = cut_keys(text, &bare);
    if (keyless != NULL) {
        bare_clear(&bare);
        bare = bare_of(keyless);
    }
    char *out = cut_pairs(keyless != NULL ? keyless : text, &bare);
    bare_clear(&bare);
    return out;
}
