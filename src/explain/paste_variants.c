/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"
#include "perch/base/secret.h"
#include "perch/base/typed.h"

/* The same text with one more layer of quoting removed. */

/* "\r\n", and the "\r" of spinners and progress bars, which begin their line again, become "\n". */
static void keep_one_break(char *text)
{
    char *out = text;
    for (const char *p = text; *p != '\0'; p++)
        if (*p != '\r')
            *out++ = *p;
        else if (p[1] != '\n')
            *out++ = '\n';
    *out = '\0';
}

/* JSON inside a string of JSON: \" \\ \/ \n \t \r \u0022. */
static char *unescape(const char *text)
{
    GString *out = g_string_sized_new(strlen(text));
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '\\' || p[1] == '\0') {
            g_string_append_c(out, *p);
            continue;
        }
        p++;
        if (*p == 'n' || *p == 'r')
            g_string_append_c(out, '\n');
        else if (*p == 't')
            g_string_append_c(out, ' ');
        else if (*p == 'u' && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2]) &&
                 g_ascii_isxdigit(p[3]) && g_ascii_isxdigit(p[4])) {
            g_autofree char *digits = g_strndup(p + 1, 4);
            gunichar c = (gunichar)g_ascii_strtoull(digits, NULL, 16);
            if (c != 0 && g_unichar_validate(c))
                g_string_append_unichar(out, c);
            p += 4;
        } else {
            g_string_append_c(out, *p);
        }
    }
    return g_string_free(out, FALSE);
}

static char *replace(const char *text, const char *pattern, const char *with)
{
    char *out = g_regex_replace_literal(regex_of(pattern), text, -1, 0, with, 0, NULL);
    return out == NULL ? g_strdup(text) : out;
}

/* A replied or forwarded email: "> " before each line. */
static char *unquote_letter(const char *text)
{
    return replace(text, "^(?:> ?+)++", "");
}

/* Quoted-printable: soft line breaks and =3D. */
static char *unquote_printable(const char *text)
{
    g_autofree char *joined = replace(text, "=\\n", "");
    g_autofree char *signs = replace(joined, "=3D", "=");
    return replace(signs, "=22", "\"");
}

static char *unescape_markup(const char *text)
{
    static const struct {
        const char *entity, *character;
    } entities[] = {
        {"&(?:quot|#0*34|#x22);", "\""}, {"&(?:#0*39|#x27|apos);", "'"}, {"&(?:lt|#0*60);", "<"},
        {"&(?:gt|#0*62);", ">"},         {"&(?:amp|#0*38);", "&"},
    };
    char *out = g_strdup(text);
    for (gsize i = 0; i < G_N_ELEMENTS(entities); i++) {
        g_autofree char *before = out;
        out = replace(before, entities[i].entity, entities[i].character);
    }
    return out;
}

/* How Python prints what it parsed: 'key': 'value', None. */
static char *unquote_python(const char *text)
{
    g_autofree char *opened = replace(text, "(?<=[{\\[,:])(\\s*)'(?=[^\\n])", "\"");
    g_autofree char *closed = replace(opened, "(?<![\\s{\\[,:])'(?=\\s*[,:}\\]])", "\"");
    g_autofree char *none = replace(closed, "(?<=:) ?None\\b", " null");
    g_autofree char *yes = replace(none, "(?<=:) ?True\\b", " true");
    return replace(yes, "(?<=:) ?False\\b", " false");
}

/* An address inside an address. Left unchanged if the result is not UTF-8. */
static char *unescape_percent(const char *text)
{
    GString *out = g_string_sized_new(strlen(text));
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '%' && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
            int c = g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2]);
            g_string_append_c(out, c == 0 ? ' ' : (char)c);
            p += 2;
        } else if (*p == '+' && p > text && g_ascii_isalpha(p[-1]) && g_ascii_isalpha(p[1])) {
            g_string_append_c(out, ' ');
        } else {
            g_string_append_c(out, *p);
        }
    }
    char *valid = g_utf8_make_valid(out->str, -1);
    g_string_free(out, TRUE);
    keep_one_break(valid);
    return valid;
}

/* Quotes and apostrophes as word processors, phones and web pages set them. */
static char *straighten(const char *text)
{
    g_autofree char *single = replace(text, "[‘’ʼ]", "'");
    return replace(single, "[“”„«»] ?", "\"");
}

static gboolean decode_run(const GMatchInfo *info, GString *out, gpointer user)
{
    g_autofree char *run = g_match_info_fetch(info, 0);
    g_autoptr(WipedText) text = base64_text(run);
    (void)user;
    g_string_append(out, text != NULL ? text : run);
    return FALSE;
}

/* A body in base64, as API gateways and workflow programs log it, or in a letter's lines. */
static char *decode_base64(const char *text)
{
    g_autofree char *joined = replace(text, "(?<=[\\w+/]{60})\\n(?=[\\w+/=]{4,}(?:\\n|\\z))", "");
    char *out =
        g_regex_replace_eval(regex_of(BASE64_RUN), joined, -1, 0, 0, decode_run, NULL, NULL);
    return out == NULL ? g_strdup(text) : out;
}

/* Each works on the result of the previous one. Email quoting and entities come first, as they
 * enclose everything else. */
static const struct {
    const char *sign; /* skip if the text does not contain it */
    char *(*take_off)(const char *text);
} layers[] = {
    {">", unquote_letter},    {"=", unquote_printable}, {"&", unescape_markup},
    {"': '", unquote_python}, {"\\", unescape},         {"\\", unescape},
    {"\\", unescape},         {"%", unescape_percent},  {"%", unescape_percent},
    {"+", unescape_percent},  {"", decode_base64},      {"\\", unescape},
    {"", straighten},
};

char *paste_next_variant(const char *text, guint *layer)
{
    while (*layer < G_N_ELEMENTS(layers)) {
        guint i = (*layer)++;
        if (strstr(text, layers[i].sign) == NULL)
            continue;
        char *out = layers[i].take_off(text);
        if (strcmp(out, text) != 0)
            return out;
        g_free(out);
    }
    return NULL;
}

/* Whether most lines begin with an email's quote mark. */
static bool is_quoted_letter(const char *text)
{
    int lines = 0, quoted = 0;
    bool begins = true;
    for (const char *p = text; *p != '\0'; p++) {
        lines += begins;
        quoted += begins && *p == '>';
        begins = *p == '\n';
    }
    return quoted > 2 && quoted * 2 > lines;
}

/* Removes what a terminal adds to copied text: colours and bracketed-paste marks. */
char *paste_plain(const char *text, gsize length)
{
    g_autoptr(WipedText) valid = typed_utf8(text, length);
    char *plain =
        replace(valid, "\\x1B\\[[0-9;?]*[ -/]*[@-~]|\\x1B\\][^\\x07\\x1B]*(?:\\x07|\\x1B\\\\)", "");
    keep_one_break(plain);
    if (!is_quoted_letter(plain))
        return plain;
    g_autoptr(WipedText) quoted = plain;
    return unquote_letter(quoted);
}
