/* SPDX-License-Identifier: MIT */
#include "lineedit.h"

#include <string.h>
#include <wchar.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"

#define TEXT_MAX (1024 * 1024) /* bytes; far longer than any address or key */

struct LineEdit {
    SecretBuf *buf;
    gsize cursor; /* byte offset, at the start of a cluster or at the end */
    gsize first;  /* byte offset of the first character shown */
    gsize held;   /* characters of a secret kept elsewhere; then buf is empty */
    bool secret;
};

LineEdit *line_edit_new(bool secret)
{
    LineEdit *edit = g_new0(LineEdit, 1);
    edit->buf = secret_buf_new();
    edit->secret = secret;
    return edit;
}

void line_edit_free(LineEdit *edit)
{
    if (edit == NULL)
        return;
    secret_buf_free(edit->buf);
    g_free(edit);
}

static int width_at(const char *p)
{
    return MAX(0, wcwidth((wchar_t)g_utf8_get_char(p)));
}

/* The cluster after offset; combining marks without a base are clusters of their own. */
static gsize next_cluster(const LineEdit *edit, gsize offset)
{
    const char *text = edit->buf->text;
    if (offset >= edit->buf->length)
        return edit->buf->length;
    const char *p = g_utf8_next_char(text + offset);
    while (*p != '\0' && width_at(p) == 0)
        p = g_utf8_next_char(p);
    return (gsize)(p - text);
}

static gsize previous_cluster(const LineEdit *edit, gsize offset)
{
    const char *text = edit->buf->text;
    while (offset > 0) {
        offset = (gsize)(g_utf8_prev_char(text + offset) - text);
        if (width_at(text + offset) > 0)
            break;
    }
    return offset;
}

char *line_edit_clean(const char *bytes, gsize length, const char *kept)
{
    /* Grows at most threefold: each bad byte becomes U+FFFD. */
    char *out = g_malloc(3 * length + 1), *to = out;
    for (const char *p = bytes, *end = bytes + length; p < end;) {
        gunichar c = g_utf8_get_char_validated(p, end - p);
        if (c == (gunichar)-1 || c == (gunichar)-2) {
            to += g_unichar_to_utf8(0xFFFD, to);
            p++;
            continue;
        }
        p = g_utf8_next_char(p);
        if (c == '\r' && p < end && *p == '\n')
            continue;
        if (c == '\r')
            c = '\n';
        GUnicodeType type = g_unichar_type(c);
        if (c > 0 && c < ' ' && strchr(kept, (int)c) != NULL)
            type = G_UNICODE_SPACE_SEPARATOR;
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
            type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR)
            continue;
        to += g_unichar_to_utf8(c == 0xA0 || c == 0x202F ? ' ' : c, to);
    }
    *to = '\0';
    return out;
}

void line_edit_set(LineEdit *edit, const char *text)
{
    secret_buf_clear(edit->buf);
    edit->held = edit->first = edit->cursor = 0;
    line_edit_insert(edit, text, strlen(text));
}

void line_edit_hold(LineEdit *edit, gsize characters)
{
    line_edit_set(edit, "");
    edit->held = characters;
}

bool line_edit_insert(LineEdit *edit, const char *bytes, gsize length)
{
    g_autoptr(WipedText) clean = line_edit_clean(bytes, MIN(length, TEXT_MAX), "");
    gsize count = strlen(clean), tail = edit->buf->length - edit->cursor;
    if (count == 0 || edit->buf->length + count > TEXT_MAX)
        return false; /* NOLINT(clang-analyzer-unix.Malloc): it does not know of g_autoptr */
    edit->held = 0;
    secret_buf_add_len(edit->buf, clean, count);
    char *at = edit->buf->text + edit->cursor;
    memmove(at + count, at, tail);
    memcpy(at, clean, count);
    edit->cursor += count;
    /* A typed combining mark joins the character before it; the cursor stays after both. */
    while (edit->cursor < edit->buf->length && width_at(edit->buf->text + edit->cursor) == 0)
        edit->cursor = next_cluster(edit, edit->cursor);
    return true;
}

static bool cut(LineEdit *edit, gsize from, gsize to)
{
    if (from >= to)
        return false;
    SecretBuf *buf = edit->buf;
    memmove(buf->text + from, buf->text + to, buf->length - to);
    buf->length -= to - from;
    wipe(buf->text + buf->length, to - from);
    edit->cursor = from;
    return true;
}

static bool blank_at(const LineEdit *edit, gsize offset)
{
    return edit->buf->text[offset] == ' ';
}

static gsize word_left(const LineEdit *edit)
{
    gsize at = edit->secret ? 0 : edit->cursor;
    while (at > 0 && blank_at(edit, previous_cluster(edit, at)))
        at = previous_cluster(edit, at);
    while (at > 0 && !blank_at(edit, previous_cluster(edit, at)))
        at = previous_cluster(edit, at);
    return at;
}

static gsize word_right(const LineEdit *edit)
{
    gsize at = edit->secret ? edit->buf->length : edit->cursor;
    while (at < edit->buf->length && blank_at(edit, at))
        at = next_cluster(edit, at);
    while (at < edit->buf->length && !blank_at(edit, at))
        at = next_cluster(edit, at);
    return at;
}

/* A secret held elsewhere can only be discarded as a whole. */
static bool press_held(LineEdit *edit, enum line_edit_key key)
{
    if (key < EDIT_BACKSPACE || key == EDIT_DELETE || key == EDIT_KILL_END)
        return false; /* the cursor is after it */
    edit->held = 0;
    return true;
}

bool line_edit_press(LineEdit *edit, enum line_edit_key key)
{
    gsize at = edit->cursor, end = edit->buf->length;
    if (edit->held > 0)
        return press_held(edit, key);
    switch (key) {
    case EDIT_LEFT:
        edit->cursor = previous_cluster(edit, at);
        return false;
    case EDIT_RIGHT:
        edit->cursor = next_cluster(edit, at);
        return false;
    case EDIT_WORD_LEFT:
        edit->cursor = word_left(edit);
        return false;
    case EDIT_WORD_RIGHT:
        edit->cursor = word_right(edit);
        return false;
    case EDIT_HOME:
        edit->cursor = 0;
        return false;
    case EDIT_END:
        edit->cursor = end;
        return false;
    case EDIT_BACKSPACE:
        return cut(edit, previous_cluster(edit, at), at);
    case EDIT_DELETE:
        return cut(edit, at, next_cluster(edit, at));
    case EDIT_KILL_WORD:
        return cut(edit, word_left(edit), at);
    case EDIT_KILL_END:
        return cut(edit, at, end);
    case EDIT_KILL_ALL:
        return cut(edit, 0, end);
    }
    return false;
}

const char *line_edit_text(const LineEdit *edit)
{
    return edit->buf->text;
}

gsize line_edit_characters(const LineEdit *edit)
{
    return edit->held > 0 ? edit->held : (gsize)g_utf8_strlen(edit->buf->text, -1);
}

bool line_edit_is_secret(const LineEdit *edit)
{
    return edit->secret;
}

bool line_edit_is_held(const LineEdit *edit)
{
    return edit->held > 0;
}

static char *bullets(gsize count)
{
    GString *text = g_string_sized_new(3 * count);
    for (gsize i = 0; i < count; i++)
        g_string_append(text, "•");
    return g_string_free(text, FALSE);
}

/* The leftmost start of a window that shows offset in its last column. */
static gsize leftmost(const LineEdit *edit, gsize offset, int columns)
{
    int room = columns - 1;
    while (offset > 0) {
        gsize before = previous_cluster(edit, offset);
        room -= width_at(edit->buf->text + before);
        if (room < 0)
            break;
        offset = before;
    }
    return offset;
}

/* A secret shows one bullet per character, whatever its width, to reveal nothing else. */
static char *show_secret(LineEdit *edit, int columns, int *ret_cursor)
{
    gsize count = line_edit_characters(edit), room = MIN((gsize)columns, LINE_EDIT_BULLETS + 1);
    gsize cursor = edit->held > 0 ? count
                                  : (gsize)g_utf8_pointer_to_offset(edit->buf->text,
                                                                    edit->buf->text + edit->cursor);
    gsize first = cursor >= room ? cursor - room + 1 : 0;
    *ret_cursor = (int)(cursor - first);
    return bullets(MIN(count - first, room));
}

char *line_edit_show(LineEdit *edit, int columns, int *ret_cursor)
{
    columns = MAX(columns, 1);
    if (edit->secret)
        return show_secret(edit, columns, ret_cursor);
    edit->first = MIN(edit->first, edit->cursor);
    /* After a deletion, no more blank columns at the end than the cursor needs. */
    edit->first = MIN(edit->first, leftmost(edit, edit->buf->length, columns));
    edit->first = MAX(edit->first, leftmost(edit, edit->cursor, columns));
    *ret_cursor = 0;
    for (const char *p = edit->buf->text + edit->first; p < edit->buf->text + edit->cursor;
         p = g_utf8_next_char(p))
        *ret_cursor += width_at(p);
    const char *from = edit->buf->text + edit->first;
    return g_strndup(from, text_fit(from, columns));
}
