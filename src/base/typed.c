/* SPDX-License-Identifier: MIT */
#include "perch/base/typed.h"

#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"

/* ---- files ---- */

/* NULL = neither UTF-16 nor UTF-32. Without a byte order mark, every second byte of the beginning
 * is zero. */
static char *from_wide(const char *bytes, gsize length)
{
    static const struct {
        char start[5];
        gsize size;
        const char *charset;
    } marks[] = {{"\xFF\xFE\0\0", 4, "UTF-32LE"},
                 {"\0\0\xFE\xFF", 4, "UTF-32BE"},
                 {"\xFF\xFE", 2, "UTF-16LE"},
                 {"\xFE\xFF", 2, "UTF-16BE"}};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (length >= 4 && memcmp(bytes, marks[i].start, marks[i].size) == 0)
            return g_convert(bytes + marks[i].size,
                             (gssize)((length - marks[i].size) & ~(marks[i].size - 1)), "UTF-8",
                             marks[i].charset, NULL, NULL, NULL);
    gsize zeros[2] = {0};
    for (gsize i = 0; i < 8 && length >= 8; i++)
        zeros[i % 2] += bytes[i] == '\0';
    return zeros[0] + zeros[1] == 4 && (zeros[0] == 0 || zeros[1] == 0)
               ? g_convert(bytes, (gssize)length & ~(gssize)1, "UTF-8",
                           zeros[0] == 0 ? "UTF-16LE" : "UTF-16BE", NULL, NULL, NULL)
               : NULL;
}

char *typed_utf8(const char *bytes, gsize length)
{
    g_autoptr(WipedText) wide = from_wide(bytes, length);
    if (wide != NULL)
        return g_utf8_make_valid(wide, -1);
    gsize mark = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return g_utf8_make_valid(bytes + mark, (gssize)(length - mark));
}

/* ---- base64 ---- */

/* What code stands for, and a NUL behind it; the caller wipes it. */
static char *base64_bytes(const char *code, gsize length, gsize *ret_length)
{
    g_autoptr(WipedText) padded = g_strdup_printf("%.*s==", (int)length, code);
    g_strdelimit(g_strdelimit(padded, "-", '+'), "_", '/');
    guchar *bytes = g_base64_decode(padded, ret_length);
    char *out = g_strndup((const char *)bytes, *ret_length);
    wipe(bytes, *ret_length);
    g_free(bytes);
    return out;
}

char *typed_base64(const char *code)
{
    gsize length;
    char *text = base64_bytes(code, strlen(code), &length);
    if (g_utf8_validate_len(text, length, NULL))
        return text;
    wipe(text, length);
    g_free(text);
    return NULL;
}

/* ---- around the text ---- */

static gboolean add_escaped(const GMatchInfo *info, GString *out, gpointer user)
{
    g_autofree char *hex = g_match_info_fetch(info, 1), *decimal = g_match_info_fetch(info, 2);
    (void)user;
    const bool is_hex = *hex != '\0';
    g_string_append_c(out, (char)g_ascii_strtoull(is_hex ? hex : decimal, NULL, is_hex ? 16 : 10));
    return FALSE;
}

char *typed_unmarked(const char *text)
{
    g_autoptr(WipedText) plain = text_replace(text, "\x1B\\[20[01]~|(?m)^[>| ]*[>|] ?", "");
    g_autoptr(GRegex) escape = g_regex_new("(?|\\\\+(?:u00|x)([2-7][0-9a-f])|&#x0*([2-7][0-9a-f]);)"
                                           "|&#0*(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]);",
                                           G_REGEX_CASELESS, 0, NULL);
    g_autoptr(WipedText) whole =
        g_regex_replace_eval(escape, plain, -1, 0, 0, add_escaped, NULL, NULL);
    return text_replace(
        whole == NULL ? plain : whole,
        "(?i)\"(?:name|key)\"\\s*:\\s*(\"[\\w-]+\")\\s*,\\s*\"value\"\\s*:", "\\1:");
}

/* ---- keys and secrets ---- */

/* Names of the values in .env files, JSON, forms and letters; the value is the group. */
#define NAMED(names)                                                                             \
    "(?im)(?:^|[{,;&?\\s])[ \\t>*-]*(?:(?:export|set)\\s+)?[\"':]?[\\w.-]*(?:" names ")[\"']?[ " \
    "\\t]*(?>=>|[:=])[ \\t]*[\"']?([^\"'\\s,;&}]+)"

static const char *const named[] = {
    [TYPED_KEY] = NAMED("client[ _-]?id|(?:consumer|client)[ _-]?key"),
    [TYPED_SECRET] = NAMED("(?:client|consumer)[ _-]?secret|\\bsecret"),
};

static bool is_around(gunichar c)
{
    return g_unichar_isspace(c) || c == 0xA0 || (c < 128 && strchr("\"'`<>,;", (int)c) != NULL) ||
           (c >= 0x2018 && c <= 0x201F) || c == 0xAB || c == 0xBB;
}

/* Without invisible characters and line breaks, and what stands around it. */
static char *bare(const char *text)
{
    g_autoptr(SecretBuf) out = secret_buf_new();
    gsize end = 0;
    bool line_starts = true; /* a terminal indents what it wraps */
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        bool blank = c == ' ' || c == '\t';
        line_starts = c == '\n' || c == '\r' || (line_starts && blank);
        if (line_starts || (!blank && text_is_hidden(c)) || (out->length == 0 && is_around(c)))
            continue;
        secret_buf_add_len(out, p, (gsize)(g_utf8_next_char(p) - p));
        if (!is_around(c))
            end = out->length;
    }
    return g_strndup(out->text, end);
}

char *typed_match(const char *text, const char *pattern)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    g_autoptr(WipedText) only = NULL;
    g_regex_match(regex, text, 0, &info);
    for (; g_match_info_matches(info); g_match_info_next(info, NULL)) {
        g_autoptr(WipedText) match = g_match_info_fetch(info, 0);
        if (only != NULL && !g_str_equal(only, match))
            return NULL;
        wipe_free(only);
        only = g_steal_pointer(&match);
    }
    return g_steal_pointer(&only);
}

/* Keys are of letters, digits, '.' and '_', and a line of them alone goes on with the one above;
 * secrets have 64 hexadecimal digits, those of old apps 16 to 20 decimal ones. */
#define HEX "(?<![0-9A-Za-z])[0-9A-Fa-f]{64}(?![0-9A-Za-z])"
#define DIGITS "(?<![\\w.])[0-9]{16,20}(?!\\.?\\w|\\.\\.)"
#define MARKDOWN_BOLD "(?<![\\w*])\\*\\*([^*\\s](?:[^*\n]*[^*\\s])?)\\*\\*(?![\\w*])"
/* "=" in a letter, in an address within another one, before a value. */
#define ENCODED_SIGN "(?i)(?:=|%(?:25)*)3D(?=3MVG9|[0-9A-F]{64}(?![0-9A-Z])|[0-9]{16,20}(?![\\w.]))"
#define SHORTENED "[…•●∙⋯＊]|\\*{3}"
/* What stands in the middle of a key: then it is asked for again. */
#define BROKEN                                                                               \
    "(?![-+=!@[(\\x{2010}-\\x{2015}]|" SHORTENED "|[\"'*~^$#]\\w|%(?!(?:25)*[0-9A-Fa-f]{2})" \
    "|\\\\++(?![nrtu\"'&<>/\\s]|$))"
#define PEM "-----BEGIN "
static const char key[] = "(?<![0-9A-Za-z.])3MVG9(?:[\\w.]{80}(?![\\w.])|[\\w.]++(?! "
                          "+[\\w.]{0,40}\\d[\\w.]{0,20}$))" BROKEN "(?: *\n *(?!" HEX "|" DIGITS
                          ")[\\w.]++(?= *(?:\n|$)))*";
enum { KEY_LENGTH = 85, SECRET_LENGTH = 64 };

static bool is_key(const char *value)
{
    return strlen(value) == KEY_LENGTH && g_regex_match_simple("^3MVG9[\\w.]+$", value, 0, 0);
}

/* What is left of a key without the full stops of a sentence after it: a key may end in one. */
static gsize without_stops(const char *found, gsize length)
{
    gsize dots = 0;
    while (dots < length && found[length - dots - 1] == '.')
        dots++;
    if (length - dots <= KEY_LENGTH && length >= KEY_LENGTH)
        return KEY_LENGTH;
    return dots < 3 ? length - dots : length; /* else it was shortened */
}

/* Without what wraps it; no more lines than make a whole key, if there is no other one. */
static void join(char *found)
{
    gsize length = 0;
    char *p = found;
    for (; *p != '\0'; p++)
        if (*p == '\n' && without_stops(found, length) == KEY_LENGTH && strstr(p, "3MVG9") == NULL)
            break;
        else if (*p != ' ' && *p != '\n')
            found[length++] = *p;
    wipe(found + length, strlen(found + length));
}

static char *key_in(const char *text)
{
    g_autoptr(WipedText) found = typed_match(text, key);
    if (found == NULL)
        return NULL;
    join(found);
    char *value = text_replace(found, "^(.+)\\1(?:\\.?)$", "\\1"); /* pasted twice */
    value[without_stops(value, strlen(value))] = '\0';
    return value;
}

static char *secret_in(const char *text)
{
    g_autoptr(WipedText) once =
        text_replace(text, "(?<![0-9A-Za-z])([0-9A-Fa-f]{64})\\1(?![0-9A-Za-z])", "\\1");
    char *found = typed_match(once, HEX);
    if (found == NULL)
        found = typed_match(
            text, "(?<![0-9A-Za-z])(?:[0-9A-Fa-f](?: *\n *)?){63}[0-9A-Fa-f](?![0-9A-Za-z])");
    if (found != NULL)
        join(found);
    return found;
}

/* A secret of an old app, or the only line of several that is one word, no comment, key or name. */
static char *lone_value(const char *text)
{
    char *value = typed_match(text, DIGITS);
    return value != NULL || strchr(text, '\n') == NULL
               ? value
               : typed_match(text,
                             "(?m)^ *+(?!3MVG9|#|//|\\p{Lu}\\p{Ll}* *$)[^\\s:=,;{}<>|]+(?= *$)");
}

/* The key or the secret of an Authorization header; NULL = there is none. */
static char *from_basic(const char *text, enum typed_kind kind)
{
    g_autoptr(GRegex) regex = g_regex_new("(?i)\\bbasic\\s+([\\w+/]{16,}={0,2})", 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(regex, text, 0, &info))
        return NULL;
    g_autoptr(WipedText) code = g_match_info_fetch(info, 1);
    g_autoptr(WipedText) both = typed_base64(code);
    char *colon = both == NULL ? NULL : strchr(both, ':');
    return colon == NULL          ? NULL
           : kind == TYPED_SECRET ? g_strdup(colon + 1)
                                  : g_strndup(both, (gsize)(colon - both));
}

/* A key as links and Markdown write it: %5F, \\_ */
static char *key_unescaped(const char *text)
{
    g_autoptr(WipedText) lines =
        text_replace(text, "(?i)%(?:25)*5F|&(?:lowbar|underbar);|\\\\+_", "_");
    return text_replace(lines, "(?i)%(?:25)*2E|&period;|\\\\+\\.", ".");
}

/* The value that text holds in Salesforce's format; NULL = none. */
static char *value_in(const char *text, enum typed_kind kind)
{
    return kind == TYPED_KEY ? key_in(text) : secret_in(text);
}

/* value; or what Salesforce made, if that is what it says: base64 of it (Kubernetes), with the full
 * stop of a sentence, or a part of a wrapped key in text. */
static char *made_of(char *value, const char *text, enum typed_kind kind)
{
    char *made = NULL;
    if (g_regex_match_simple("^[\\w+/]{84,}={0,2}$", value, 0, 0)) {
        g_autoptr(WipedText) plain = typed_base64(value);
        made = plain == NULL ? NULL : value_in(plain, kind);
    } else if (kind == TYPED_SECRET && g_regex_match_simple("^" DIGITS "\\.$", value, 0, 0)) {
        made = typed_match(value, DIGITS);
    } else if (kind == TYPED_SECRET && *value != '\0') {
        made = key_in(text);
        if (made != NULL && !(is_key(made) && g_str_has_suffix(made, value)))
            g_clear_pointer(&made, wipe_free);
    }
    if (made == NULL)
        return value;
    wipe_free(value);
    return made;
}

char *typed_value(const char *text, enum typed_kind kind)
{
    g_autoptr(WipedText) marked = g_utf8_make_valid(text == NULL ? "" : text, -1);
    g_autoptr(WipedText) basic = from_basic(marked, kind);
    g_autoptr(WipedText) bold = typed_unmarked(basic == NULL ? marked : basic);
    g_autoptr(WipedText) plain = text_replace(bold, MARKDOWN_BOLD, "\\1");
    g_autoptr(WipedText) joined =
        text_replace(plain, "=\\r?\n(?!3MVG9|[0-9A-F]{64})", ""); /* a soft break */
    g_autoptr(WipedText) signs = text_replace(joined, ENCODED_SIGN, "=");
    g_autoptr(WipedText) valid = kind == TYPED_KEY ? key_unescaped(signs) : g_strdup(signs);
    g_autoptr(WipedText) lines = text_clean_lines(valid);
    char *value = value_in(lines, kind);
    if (value != NULL)
        return value;
    if (strstr(valid, PEM) != NULL) /* no line of it is a value */
        return bare(valid);
    g_autoptr(GRegex) regex = g_regex_new(named[kind], 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    g_autoptr(WipedText) found = NULL;
    if (g_regex_match(regex, valid, 0, &info))
        found = g_match_info_fetch(info, 1);
    else if (kind == TYPED_SECRET)
        found = lone_value(lines);
    return made_of(bare(found == NULL ? valid : found), lines, kind);
}

bool typed_is_stump(const char *value)
{
    return g_regex_match_simple(
        "\\.{3}|" SHORTENED "|^[[:punct:]]+$|^\\$?\\{.*\\}$|^\\$[A-Z][A-Z0-9]*_[A-Z0-9_]+$"
        "|(?i)x{5}|redacted|^[\\W_]*(?:your[ _-]|(?:(?:my|sf|sfdc|salesforce)[ _-])*"
        "(?:(?:client|consumer|app)[ _-]?)?(?:id|key|secret)[\\W_]*$)"
        "|^[\\W_]*(?:hidden|nil|none|null|undefined|n/a|tbd|todo)[\\W_]*$",
        value, 0, 0);
}

#define TOKEN "(?:5Aep|00D\\w+(?:!|%21)|eyJ[\\w-]+\\.|force:)"
#define KEY_FILE PEM "|^LS0tLS1CRUdJT|^MII[0-9A-Za-z+/]{60}|^ssh-[a-z]|^PuTTY-User"

bool typed_is_secret(const char *text)
{
    return text != NULL &&
           g_regex_match_simple("(?<![0-9A-Za-z])(?:[0-9A-F]{64}(?![0-9A-Za-z])|" TOKEN
                                "\\S{10})|^" DIGITS "$|" KEY_FILE,
                                text, 0, 0);
}

/* What else people give instead, by Salesforce's formats. */
const char *typed_problem(const char *value, enum typed_kind kind)
{
    static const struct {
        const char *pattern;
        int kind; /* where it is right; -1 = nowhere */
        const char *problem;
    } others[] = {
        {"3MVG9.*3MVG9", -1, N_("These are two consumer keys. Paste the one of your app alone.")},
        {"^(?:[0-9A-Fa-f]{64}){2,}$|^[0-9]{32,60}$", TYPED_KEY,
         N_("These are two consumer secrets. Paste the one of your app alone.")},
        {"^3MVG9", TYPED_KEY,
         N_("This is a consumer key. The consumer secret stands beside it in Setup: copy that.")},
        /* Salesforce writes its secrets in capitals; a key that was chosen for an app may be
         * hexadecimal too. */
        {"^(?:[0-9A-F]{64}|" DIGITS ")$", TYPED_SECRET,
         N_("This is a consumer secret. The consumer key stands beside it in Setup: copy that.")},
        {"(?:^|[=:\\s])" TOKEN, -1,
         N_("This is a token of a login: keep it secret. Copy what is asked for from the app in "
            "Setup.")},
        {KEY_FILE, -1,
         N_("This is a private key or a certificate. Copy what is asked for from the app in "
            "Setup.")},
        {"^0(?:xI|H4)\\w{12}(?:\\w{3})?$", -1,
         N_("This is the app's id. Copy what is asked for from the app in Setup.")},
        {"^(?!3MVG9).*(?:://|%3[Aa]%2[Ff]|\\.(?:com|mil|cn)(?:[/:]|$))", -1,
         N_("This is an address. Copy what is asked for from the app in Setup.")},
    };
    for (gsize i = 0; value != NULL && i < G_N_ELEMENTS(others); i++)
        if (others[i].kind != (int)kind && g_regex_match_simple(others[i].pattern, value, 0, 0))
            return _(others[i].problem);
    if (value != NULL && typed_is_stump(value) && !(kind == TYPED_KEY && is_key(value)))
        return _("Part of this is missing, hidden or only described. Copy it again whole from the "
                 "app in Setup.");
    if (value != NULL && !g_str_is_ascii(value))
        return _("This holds a character that only looks like one of Salesforce's. Copy it again "
                 "from the app in Setup.");
    if (value != NULL && kind == TYPED_KEY &&
        !g_regex_match_simple("^(?:3MVG9[\\w.]*|(?!3MVG9)[\\w.-]*)$", value, 0, 0))
        return _("A consumer key has letters, digits, dots and underscores only. Copy it again "
                 "from the app in Setup.");
    return NULL;
}

const char *typed_doubt(const char *value, enum typed_kind kind)
{
    if (value == NULL)
        return NULL;
    const bool odd = kind == TYPED_KEY
                         ? g_str_has_prefix(value, "3MVG9") && !is_key(value)
                         : strlen(value) != SECRET_LENGTH &&
                               g_regex_match_simple("^(?![0-9]{13,20}$)[0-9A-Fa-f]+$", value, 0, 0);
    if (!odd)
        return NULL;
    return kind == TYPED_KEY
               ? _("Salesforce's consumer keys have 85 characters, this one does not: a part is "
                   "missing, or too much was copied. Copy it again whole. If this is all of it, go "
                   "on with it as it is.")
               : _("Salesforce's consumer secrets have 64 characters, this one does not: a part is "
                   "missing, or too much was copied. Copy it again whole. If this is all of it, go "
                   "on with it as it is.");
}

guint typed_port(const char *text)
{
    enum { PORT_MAX = 200 }; /* of a callback URL */
    g_autofree char *plain = g_utf8_normalize(text == NULL ? "" : text, -1, G_NORMALIZE_ALL);
    g_autoptr(GRegex) regex =
        g_regex_new("^(?:.*:)?[^0-9]*(?<![-.0-9])([0-9]{1,5})[^0-9]*$", 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    if (plain == NULL || strlen(plain) > PORT_MAX || !g_regex_match(regex, plain, 0, &info))
        return 0;
    g_autofree char *digits = g_match_info_fetch(info, 1);
    const guint64 port = g_ascii_strtoull(digits, NULL, 10);
    return port > 65535 ? 0 : (guint)port;
}

/* ---- links ---- */

/* Percent signs undone; NULL when there is none, or what comes out is no text. */
static char *unescape(const char *text)
{
    g_autofree char *plain = strchr(text, '%') == NULL ? NULL : g_uri_unescape_string(text, NULL);
    return plain != NULL && g_utf8_validate(plain, -1, NULL) ? g_steal_pointer(&plain) : NULL;
}

/* .../v2/url?u=https-3A__acme.example_page&d=...: %3A is -3A, and a slash is _. */
static char *from_proofpoint_2(const char *text)
{
    const char *start = strstr(text, "urldefense.proofpoint.com/v2/");
    start = start == NULL ? NULL : strstr(start, "u=");
    if (start == NULL)
        return NULL;
    g_autoptr(WipedText) url = g_strndup(start + 2, strcspn(start + 2, "& \"'<>"));
    g_strdelimit(g_strdelimit(url, "-", '%'), "_", '/');
    return unescape(url);
}

/* .../v3/__https://acme.example/a*b__;JQ!!...: each * is the next of the characters that stand
 * after the semicolon in base64; **A stands for two of them, **B for three, and so on. */
static char *from_proofpoint_3(const char *text)
{
    static const char lengths[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *start = strstr(text, "/v3/__");
    const char *end = start == NULL ? NULL : strstr(start, "__;");
    if (end == NULL || strstr(text, "urldefense") == NULL)
        return NULL;
    gsize left;
    g_autofree char *characters = base64_bytes(end + 3, strcspn(end + 3, "!"), &left);
    g_autoptr(SecretBuf) out = secret_buf_new();
    const char *next = characters;
    for (const char *p = start + strlen("/v3/__"); p < end; p++) {
        const char *length = p[0] == '*' && p[1] == '*' ? strchr(lengths, p[2]) : NULL;
        gsize run = *p != '*' ? 0 : length == NULL ? 1 : (gsize)(length - lengths) + 2;
        if (run == 0)
            secret_buf_add_len(out, p, 1);
        run = MIN(run, left);
        secret_buf_add_len(out, next, run);
        next += run;
        left -= run;
        p += length == NULL ? 0 : 2;
    }
    return g_utf8_make_valid(out->text, -1);
}

/* Base64, as logs show an address that begins with http. */
static char *from_base64(const char *text)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    const char *start = strstr(text, "aHR0c");
    if (start == NULL)
        return NULL;
    gsize length;
    g_autoptr(WipedText) plain = base64_bytes(start, strspn(start, digits), &length);
    return g_utf8_make_valid(plain, -1);
}

char *typed_unwrap(const char *text)
{
    char *inner = from_proofpoint_3(text);
    if (inner == NULL)
        inner = from_base64(text);
    if (inner == NULL)
        inner = from_proofpoint_2(text);
    return inner != NULL ? inner : unescape(text);
}
