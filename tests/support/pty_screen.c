/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "support/pty_private.h"

static int color_of(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color)) {
        return -1;
    }
    return VTERM_COLOR_IS_INDEXED(color) ? color->indexed.idx : -2;
}

struct pty_cell pty_cell(const Pty *pty, int row, int column)
{
    struct pty_cell cell = {.width = 1};
    VTermScreenCell from;
    VTermPos position = {.row = row, .col = column};
    if (vterm_screen_get_cell(pty->screen, position, &from) == 0) {
        return cell;
    }
    gsize length = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && from.chars[i] != 0; i++) {
        if (from.chars[i] == (uint32_t)-1) {
            break; /* right half of a wide character */
        }
        length += (gsize)g_unichar_to_utf8(from.chars[i], cell.text + length);
    }
    cell.text[length] = '\0';
    cell.width = from.width;
    cell.bold = from.attrs.bold;
    cell.underline = from.attrs.underline != 0;
    cell.reverse = from.attrs.reverse;
    cell.blink = from.attrs.blink;
    cell.italic = from.attrs.italic;
    cell.foreground = color_of(&from.fg);
    cell.background = color_of(&from.bg);
    return cell;
}

/* The row as text; starts (may be NULL) receives the byte at which each column begins. */
static char *row_text(const Pty *pty, int row, GArray *starts)
{
    GString *line = g_string_new(NULL);
    int column = 0;
    while (column < pty->columns) {
        struct pty_cell cell = pty_cell(pty, row, column);
        for (int i = 0; starts != NULL && i < MAX(cell.width, 1); i++) {
            g_array_append_val(starts, line->len);
        }
        g_string_append(line, cell.text[0] == '\0' ? " " : cell.text);
        column += MAX(cell.width, 1);
    }
    return g_string_free(line, FALSE);
}

char *pty_row(const Pty *pty, int row)
{
    return g_strchomp(row_text(pty, row, NULL));
}

char *pty_dump(const Pty *pty)
{
    GString *all = g_string_new(NULL);
    for (int row = 0; row < pty->rows; row++) {
        g_autofree char *line = pty_row(pty, row);
        g_string_append(all, line);
        g_string_append_c(all, '\n');
    }
    return g_string_free(all, FALSE);
}

bool pty_has(const Pty *pty, const char *text)
{
    g_autofree char *all = pty_dump(pty);
    return strstr(all, text) != NULL;
}

int pty_find(const Pty *pty, const char *text, int *ret_column)
{
    for (int row = 0; row < pty->rows; row++) {
        g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(gsize));
        g_autofree char *line = row_text(pty, row, starts);
        const char *hit = strstr(line, text);
        if (hit == NULL) {
            continue;
        }
        for (guint column = 0; ret_column != NULL && column < starts->len; column++) {
            if (g_array_index(starts, gsize, column) == (gsize)(hit - line)) {
                *ret_column = (int)column;
                break;
            }
        }
        return row;
    }
    return -1;
}

struct pty_cursor pty_cursor(const Pty *pty)
{
    return pty->cursor;
}

bool pty_alternate_screen(const Pty *pty)
{
    return pty->alternate;
}

bool pty_mouse_on(const Pty *pty)
{
    return pty->mouse;
}

const char *pty_title(const Pty *pty)
{
    return pty->has_title ? pty->title->str : NULL;
}

const GByteArray *pty_raw(const Pty *pty)
{
    return pty->raw;
}
