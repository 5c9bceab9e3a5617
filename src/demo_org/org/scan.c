/* SPDX-License-Identifier: MIT */
#include "demo_org/org/scan.h"

#include <string.h>

enum { DEPTH_MAX = 100 };

static bool scan_value(struct scan *scan);

static void clear_member(gpointer data)
{
    g_free(((struct scan_member *)data)->name);
}

static guint column_of(const struct scan *scan)
{
    return (guint)(scan->at - scan->line_start) + 1;
}

static int peek(const struct scan *scan)
{
    return scan->at < scan->length ? (unsigned char)scan->text[scan->at] : -1;
}

static bool fail(struct scan *scan, const char *what)
{
    if (scan->problem == NULL)
        scan->problem =
            g_strdup_printf("%s at [line:%u, column:%u]", what, scan->line, column_of(scan));
    return false;
}

static bool fail_char(struct scan *scan, const char *wanted)
{
    if (peek(scan) < 0)
        return fail(scan, "Unexpected end-of-input: expected close marker for Object");
    g_autofree char *what = NULL;
    const gunichar c = g_utf8_get_char(scan->text + scan->at);
    char letter[7] = {0};
    g_unichar_to_utf8(c, letter);
    what = g_strdup_printf("Unexpected character ('%s' (code %u)): %s\n", letter, c, wanted);
    return fail(scan, what);
}

static void skip_blanks(struct scan *scan)
{
    for (int c; (c = peek(scan)) == ' ' || c == '\t' || c == '\r' || c == '\n'; scan->at++) {
        if (c == '\n') {
            scan->line++;
            scan->line_start = scan->at + 1;
        }
    }
}

static bool scan_string(struct scan *scan)
{
    scan->at++;
    for (int c; (c = peek(scan)) != '"'; scan->at++) {
        if (c < 0)
            return fail(scan, "Unexpected end-of-input: was expecting closing quote for a string "
                              "value");
        if (c < ' ') {
            g_autofree char *what = g_strdup_printf(
                "Illegal unquoted character ((CTRL-CHAR, code %d)): has to be escaped using "
                "backslash to be included in string value\n",
                c);
            return fail(scan, what);
        }
        if (c != '\\')
            continue;
        scan->at++;
        c = peek(scan);
        if (c < 0 || strchr("\"\\/bfnrtu", c) == NULL)
            return fail_char(scan, "was expecting an escape sequence");
    }
    scan->at++;
    return true;
}

static bool scan_number(struct scan *scan)
{
    const gsize start = scan->at;
    if (peek(scan) == '-')
        scan->at++;
    while (peek(scan) >= 0 && strchr("0123456789+-.eE", peek(scan)) != NULL)
        scan->at++;
    g_autofree char *number = g_strndup(scan->text + start, scan->at - start);
    char *end;
    g_ascii_strtod(number, &end);
    const char *digits = number + (*number == '-');
    if (*end != '\0' || !g_ascii_isdigit(*digits) || !g_ascii_isdigit(end[-1]) ||
        (digits[0] == '0' && g_ascii_isdigit(digits[1]))) {
        scan->at = start;
        return fail_char(scan, "expected a valid value (number, String, array, object, 'true', "
                               "'false' or 'null')");
    }
    return true;
}

static bool scan_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        const gsize length = strlen(words[i]);
        if (scan->length - scan->at >= length &&
            strncmp(scan->text + scan->at, words[i], length) == 0) {
            scan->at += length;
            return true;
        }
    }
    return fail_char(scan, "expected a valid value (number, String, array, object, 'true', "
                           "'false' or 'null')");
}

static void remember(struct scan *scan, gsize key_start, gsize key_end)
{
    struct scan_member member = {g_strndup(scan->text + key_start + 1, key_end - key_start - 2),
                                 scan->line, column_of(scan)};
    g_array_append_val(scan->members, member);
}

static bool scan_member(struct scan *scan)
{
    const gsize key_start = scan->at;
    if (peek(scan) != '"')
        return fail_char(scan, "was expecting double-quote to start field name");
    if (!scan_string(scan))
        return false;
    const gsize key_end = scan->at;
    skip_blanks(scan);
    if (peek(scan) != ':')
        return fail_char(scan, "was expecting a colon to separate field name and value");
    scan->at++;
    skip_blanks(scan);
    if (scan->depth == 1)
        remember(scan, key_start, key_end);
    return scan_value(scan);
}

/* The content of an object or array; close is its closing character. */
static bool scan_list(struct scan *scan, char close)
{
    scan->at++;
    if (++scan->depth > DEPTH_MAX)
        return fail(scan, "Nested too deeply");
    skip_blanks(scan);
    if (peek(scan) == close) {
        scan->at++;
        scan->depth--;
        return true;
    }
    for (;;) {
        skip_blanks(scan);
        if (!(close == '}' ? scan_member(scan) : scan_value(scan)))
            return false;
        skip_blanks(scan);
        if (peek(scan) == close)
            break;
        if (peek(scan) != ',')
            return fail_char(scan, close == '}' ? "was expecting comma to separate OBJECT entries"
                                                : "was expecting comma to separate ARRAY entries");
        scan->at++;
    }
    scan->at++;
    scan->depth--;
    return true;
}

static bool scan_value(struct scan *scan)
{
    skip_blanks(scan);
    const int c = peek(scan);
    if (c == '{')
        return scan_list(scan, '}');
    if (c == '[')
        return scan_list(scan, ']');
    if (c == '"')
        return scan_string(scan);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(scan);
    return scan_word(scan);
}

bool scan_run(struct scan *scan, const char *text, gsize length)
{
    *scan = (struct scan){.text = text, .length = length, .line = 1};
    scan->members = g_array_new(FALSE, FALSE, sizeof(struct scan_member));
    g_array_set_clear_func(scan->members, clear_member);
    if (!g_utf8_validate_len(text, length, NULL))
        return fail(scan, "Invalid UTF-8 start byte");
    if (!scan_value(scan))
        return false;
    skip_blanks(scan);
    return scan->at == length || fail_char(scan, "expected end of input");
}

void scan_clear(struct scan *scan)
{
    g_clear_pointer(&scan->problem, g_free);
    g_clear_pointer(&scan->members, g_array_unref);
}

char *scan_place(const struct scan *scan, const char *member)
{
    for (guint i = 0; i < scan->members->len; i++) {
        const struct scan_member *found = &g_array_index(scan->members, struct scan_member, i);
        if (strcmp(found->name, member) == 0)
            return g_strdup_printf(" at [line:%u, column:%u]", found->line, found->column);
    }
    return g_strdup(" at [line:1, column:1]");
}
