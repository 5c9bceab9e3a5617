/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/secret.h"
#include "redact_private.h"

/* The text without its quoting. */

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

/* What begins with a byte of OTHERS: entities, and signs of other scripts and of drawn tables. */
#define OTHERS "&\xC2\xE2\xE3\xEF"
static gsize take_other(const char *p, GString *out)
{
    static const char *const others[] = {
        "\"&quot;", "\"&#34;", "\"&#x22;", "'&apos;", "'&#39;", "'&#039;",  "'&#x27;", "&&amp;",
        "<&lt;",    ">&gt;",   ":：",      "=＝",     "|│",     "\t\u3000", " \u00A0",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_str_has_prefix(p, others[i] + 1)) {
            g_string_append_c(out, others[i][0]);
            return strlen(others[i] + 1);
        }
    g_string_append_c(out, *p);
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
    if (*p == '%')
        return take_percent(p, out);
    if (strchr(OTHERS, *p) != NULL)
        return take_other(p, out);
    gsize plain = strcspn(p, "\\%" OTHERS);
    g_string_append_len(out, p, (gssize)plain);
    return plain;
}

void bare_clear(struct bare *bare)
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

struct bare bare_of(const char *text)
{
    enum { LAYERS = 3 };
    struct bare bare = {.text = g_string_new(text)};
    const gsize length = bare.text->len;
    bare.at = g_new(guint, length + 1);
    for (gsize i = 0; i <= length; i++)
        bare.at[i] = (guint)i;
    for (gsize i = 0, was = 0; i < LAYERS && bare.text->len != was; i++) {
        was = bare.text->len;
        if (strpbrk(bare.text->str, "\\%" OTHERS) != NULL)
            unquote(&bare);
    }
    return bare;
}

gsize bare_character(const GString *text, gsize at)
{
    at = MIN(at, text->len);
    while ((text->str[at] & 0xC0) == 0x80)
        at--;
    return at;
}

void bare_cut(GString *out, const char *raw, const struct bare *bare, gsize from, gsize start)
{
    g_string_append_len(out, raw + bare->at[from], (gssize)(bare->at[start] - bare->at[from]));
    g_string_append(out, "…");
}

char *bare_piece(const struct bare *bare, gsize from, gsize to)
{
    g_autofree char *piece = g_strndup(bare->text->str + from, to - from);
    return g_utf8_make_valid(piece, -1);
}
