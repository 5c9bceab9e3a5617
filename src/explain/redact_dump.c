/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/secret.h"
#include "redact_private.h"

/*
 * Dumps of what went over the wire, which break a secret and its name into lines: hexdump -C, xxd,
 * tcpdump -X, curl --trace and --trace-ascii.
 */

struct dump {
    GString *text;  /* what it says */
    gsize expected; /* the offset that goes on with it */
    bool joined;    /* whether lines went on */
};

/* Adds the bytes that stand at p in hexadecimal; returns how many. */
static gsize take_bytes(const char *p, GString *text)
{
    enum { ROW = 16 };
    gsize count = 0;
    for (;;) {
        const gsize digits = strspn(p, "0123456789abcdefABCDEF");
        if (digits == 0 || digits % 2 != 0 || digits > 8 || count + digits / 2 > ROW ||
            (p[digits] != '\0' && strchr(" \t\r\n", p[digits]) == NULL))
            return count;
        for (gsize i = 0; i < digits; i += 2) {
            const int byte = g_ascii_xdigit_value(p[i]) * 16 + g_ascii_xdigit_value(p[i + 1]);
            g_string_append_c(text,
                              byte == '\n' || (byte >= ' ' && byte < 0x7F) ? (char)byte : ' ');
        }
        count += digits / 2;
        const gsize gap = strspn(p + digits, " \t");
        if (gap == 0 || gap > 2 || count == ROW)
            return count;
        p += digits + gap;
    }
}

/* Adds what one line of a dump says; false: it is none, or not of the same one. */
static bool take_line(const char *line, struct dump *dump)
{
    enum { TEXT_ROW = 64 };
    const char *p = line + strspn(line, "> \t");
    p += p[0] == '0' && p[1] == 'x' ? 2 : 0;
    const gsize digits = strspn(p, "0123456789abcdefABCDEF");
    const gsize colon = p[digits] == ':';
    if (digits < 4 || digits > 8 || (p[digits + colon] != ' ' && p[digits + colon] != '\t'))
        return false;
    const gsize offset = g_ascii_strtoull(p, NULL, 16);
    if (dump->text->len > 0 && offset != dump->expected)
        return false;
    p += digits + colon;
    gsize taken = take_bytes(p + strspn(p, " \t"), dump->text);
    if (taken == 0 && colon == 1) { /* curl --trace-ascii, which has a line for each of the text */
        taken = strcspn(++p, "\r\n");
        g_string_append_len(dump->text, p, (gssize)taken);
        const char *next = p + taken + strspn(p + taken, "\r\n");
        next += strspn(next, "> \t");
        dump->expected = g_ascii_strtoull(next, NULL, 16);
        if (dump->expected != offset + taken)
            g_string_append_c(dump->text, '\n');
        if (taken > TEXT_ROW || dump->expected <= offset)
            dump->expected = G_MAXSIZE;
    } else {
        dump->expected = offset + taken;
    }
    dump->joined = dump->joined || dump->expected == offset + taken;
    return taken > 0;
}

/* Replaces each dump among these lines that holds a secret with what it says. */
static gboolean cut_dumps(const GMatchInfo *info, GString *out, gpointer user)
{
    g_autoptr(WipedText) lines = g_match_info_fetch(info, 0);
    struct dump dump = {.text = g_string_new(NULL)};
    (void)user;
    for (const char *line = lines, *end; *line != '\0'; line = end) {
        g_string_truncate(dump.text, 0);
        dump.joined = false;
        for (end = line; *end != '\0' && take_line(end, &dump);) {
            end += strcspn(end, "\n");
            end += *end == '\n';
        }
        if (end == line) {
            end += strcspn(end, "\n");
            end += *end == '\n';
        }
        g_autofree char *safe = dump.joined ? cut_secrets(dump.text->str) : NULL;
        if (safe == NULL || strcmp(safe, dump.text->str) == 0) {
            g_string_append_len(out, line, end - line);
        } else {
            g_string_append(out, safe);
            g_string_append(out, g_str_has_suffix(safe, "\n") ? "" : "\n");
        }
    }
    wipe(dump.text->str, dump.text->len);
    g_string_free(dump.text, TRUE);
    return FALSE;
}

char *redact_dumps(const char *text)
{
    static const char lines[] =
        "(?:^[> \\t]*+(?:0x)?[0-9A-Fa-f]{4,8}+(?::|(?=[ \\t]))[^\\n]*+\\n?+)++";
    char *out = g_regex_replace_eval(regex_of(lines), text, -1, 0, 0, cut_dumps, NULL, NULL);
    return out == NULL ? g_strdup("…") : out;
}
