/* SPDX-License-Identifier: MIT */

#include <locale.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "perch/base/text.h"

/* Nothing that a terminal would obey: no C0 and C1 controls, no bidi controls. */
static bool is_harmless(const char *text, bool lines)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        bool bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
        if ((g_unichar_iscntrl(c) && !(lines && c == '\n')) || bidi) {
            return false;
        }
    }
    return g_utf8_validate(text, -1, NULL);
}

static void check_lines(GPtrArray *lines, int columns)
{
    must(lines->len >= 1);
    for (guint i = 0; i < lines->len; i++) {
        const char *line = g_ptr_array_index(lines, i);
        must(g_utf8_validate(line, -1, NULL));
        /* A character that is wider than the room has to stand somewhere. */
        must(text_width(line) <= MAX(columns, 2));
    }
    g_ptr_array_unref(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    setlocale(LC_ALL, "C.UTF-8");
    int columns = data[0] % 100 + 1;
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    g_autofree char *clean = text_clean(text);
    g_autofree char *lines = text_clean_lines(text);
    must(is_harmless(clean, false));
    must(is_harmless(lines, true));
    g_autofree char *again = text_clean(clean);
    must(strcmp(again, clean) == 0);

    check_lines(text_wrap(lines, columns), columns);
    check_lines(text_break(clean, columns), columns);
    g_autofree char *cut = text_truncate(clean, columns);
    must(text_width(cut) <= columns);
    must(text_fit(clean, columns) <= strlen(clean));
    g_autofree char *word = text_shell_word(text);
    must(word[0] != '\0');
    return 0;
}
