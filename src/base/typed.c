/* SPDX-License-Identifier: MIT */
#include "perch/base/typed.h"

#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"

/* ---- files ---- */

/* NULL = not UTF-16. Without a byte order mark, every second byte of the beginning is zero. */
static char *from_utf16(const char *bytes, gsize length)
{
    static const struct {
        const char *start, *charset;
    } marks[] = {{"\xFF\xFE", "UTF-16LE"}, {"\xFE\xFF", "UTF-16BE"}};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (length >= 4 && memcmp(bytes, marks[i].start, 2) == 0)
            return g_convert(bytes + 2, (gssize)(length - 2) & ~(gssize)1, "UTF-8",
                             marks[i].charset, NULL, NULL, NULL);
    bool every_second = length >= 8;
    for (gsize i = 1; i < 8 && every_second; i += 2)
        every_second = bytes[i] == '\0' && bytes[i - 1] != '\0';
    return every_second ? g_convert(bytes, (gssize)length & ~(gssize)1, "UTF-8", "UTF-16LE", NULL,
                                    NULL, NULL)
                        : NULL;
}

char *typed_utf8(const char *bytes, gsize length)
{
    g_autoptr(WipedText) wide = from_utf16(bytes, length);
    if (wide != NULL)
        return g_utf8_make_valid(wide, -1);
    gsize mark = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return g_utf8_make_valid(bytes + mark, (gssize)(length - mark));
}

/* ---- keys and secrets ---- */

/* Names of the values in .env files, JSON, forms and letters; the value is the group. */
#define NAMED(names)                                                                            \
    "(?im)(?:^|[{,;&?\\s])[ \\t>*-]*(?:(?:export|set)\\s+)?[\"']?[\\w.-]*(?:" names ")[\"']?[ " \
    "\\t]*[:=][ \\t]*[\"']?([^\"'\\s,;&}]+)"

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

char *typed_value(const char *text, enum typed_kind kind)
{
    g_autoptr(WipedText) valid = g_utf8_make_valid(text == NULL ? "" : text, -1);
    g_autoptr(GRegex) regex = g_regex_new(named[kind], 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(regex, valid, 0, &info))
        return bare(valid);
    g_autoptr(WipedText) value = g_match_info_fetch(info, 1);
    return bare(value);
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
    g_autofree char *code = g_strndup(end + 3, strcspn(end + 3, "!"));
    g_autofree char *padded = g_strconcat(g_strdelimit(code, "-", '+'), "===", NULL);
    gsize left;
    g_autofree guchar *characters = g_base64_decode(g_strdelimit(padded, "_", '/'), &left);
    g_autoptr(SecretBuf) out = secret_buf_new();
    const guchar *next = characters;
    for (const char *p = start + strlen("/v3/__"); p < end; p++) {
        const char *length = p[0] == '*' && p[1] == '*' ? strchr(lengths, p[2]) : NULL;
        gsize run = *p != '*' ? 0 : length == NULL ? 1 : (gsize)(length - lengths) + 2;
        if (run == 0)
            secret_buf_add_len(out, p, 1);
        run = MIN(run, left);
        secret_buf_add_len(out, (const char *)next, run);
        next += run;
        left -= run;
        p += length == NULL ? 0 : 2;
    }
    return g_utf8_make_valid(out->text, -1);
}

char *typed_unwrap(const char *text)
{
    char *inner = from_proofpoint_3(text);
    if (inner == NULL)
        inner = from_proofpoint_2(text);
    return inner != NULL ? inner : unescape(text);
}
