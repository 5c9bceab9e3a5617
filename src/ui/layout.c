/* SPDX-License-Identifier: MIT */
#include "layout.h"

#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"

#define TEXT_MAX 78  /* columns of running text */
#define LABEL_MAX 24 /* longer labels go above their value */
#define LONG_LABEL_MAX 40

/* Kinds whose labels share one column. */
enum label_class { CLASS_NONE, CLASS_FIELD, CLASS_CHECK, CLASS_SETTING, CLASS_COUNT };

static const enum label_class classes[] = {
    [VIEW_INPUT] = CLASS_FIELD,     [VIEW_CHOICE] = CLASS_FIELD, [VIEW_PAIR] = CLASS_FIELD,
    [VIEW_SETTING] = CLASS_SETTING, [VIEW_CHECK] = CLASS_CHECK,  [VIEW_ROW] = CLASS_NONE,
};

struct builder {
    const struct ui_look *look;
    struct ui_layout *layout;
    int body;
    int labels[CLASS_COUNT]; /* width of the label column, its gap included */
    int long_labels;         /* the same for settings whose labels are longer */
    GArray *columns;         /* int: widths of the table's columns */
    int gap;                 /* between the columns */
    const struct view_item *item;
    int index;
    int first; /* first line of the item */
    bool focused;
};

static enum ui_style role_style(enum view_role role)
{
    static const enum ui_style styles[] = {
        [ROLE_PLAIN] = STYLE_PLAIN, [ROLE_DIM] = STYLE_DIM,   [ROLE_ACCENT] = STYLE_ACCENT,
        [ROLE_OK] = STYLE_OK,       [ROLE_WARN] = STYLE_WARN, [ROLE_FAIL] = STYLE_FAIL,
        [ROLE_TITLE] = STYLE_TITLE,
    };
    return styles[role];
}

/* Columns of a mark and the blank after it. */
static int mark_width(const struct builder *b)
{
    return b->look->ascii ? 3 : 2;
}

/* ---- lines ---- */

static void span_clear(gpointer data)
{
    struct ui_span *span = data;
    wipe_free(span->text); /* it may show typed text */
}

static void line_free(gpointer data)
{
    struct ui_line *line = data;
    g_array_unref(line->spans);
    g_free(line);
}

static struct ui_line *add_line(struct builder *b)
{
    struct ui_line *line = g_new0(struct ui_line, 1);
    line->item = b->index;
    line->option = line->selected = -1;
    line->marker = MARKER_NONE;
    line->spans = g_array_new(FALSE, TRUE, sizeof(struct ui_span));
    g_array_set_clear_func(line->spans, span_clear);
    g_ptr_array_add(b->layout->lines, line);
    return line;
}

static int last_line(const struct builder *b)
{
    return (int)b->layout->lines->len - 1;
}

/* Takes ownership of text. */
static void put_taken(struct ui_line *line, int column, enum ui_style style, char *text)
{
    struct ui_span span = {column, style, text};
    for (char *p = text; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p))
            *p = ' ';
    g_array_append_val(line->spans, span);
}

static void put(struct ui_line *line, int column, enum ui_style style, const char *text)
{
    if (text != NULL && *text != '\0')
        put_taken(line, column, style, g_strdup(text));
}

/* Columns that the item's right text needs, with two blanks before it. */
static int right_width(const struct builder *b)
{
    const char *right = b->item->right;
    int most = b->body / 2;
    if (b->item->kind == VIEW_HEADING && b->item->label != NULL)
        most = MAX(most, b->body - text_width(b->item->label));
    return right == NULL || *right == '\0' ? 0 : MIN(text_width(right) + 2, most);
}

static void put_right(const struct builder *b, struct ui_line *line)
{
    int width = right_width(b);
    if (width > 0)
        put_taken(line, b->body - width + 2, STYLE_DIM, text_truncate(b->item->right, width - 2));
}

/* Wraps text into line (NULL: a new one) and as many new lines as needed. */
static void put_wrapped(struct builder *b, struct ui_line *line, int column, int width,
                        enum ui_style style, const char *text)
{
    if (text == NULL)
        return;
    g_autoptr(GPtrArray) lines = text_wrap(text, MAX(1, MIN(width, TEXT_MAX)));
    for (guint i = 0; i < lines->len; i++) {
        if (i > 0 || line == NULL)
            line = add_line(b);
        put(line, column, style, lines->pdata[i]);
    }
}

/* Below the item: its error, then its note. */
static void put_below(struct builder *b, int column)
{
    const struct view_item *item = b->item;
    int indent = mark_width(b);
    if (item->error != NULL && *item->error != '\0') {
        struct ui_line *line = add_line(b);
        put(line, column, STYLE_FAIL, ui_mark(MARK_FAILED, 0, b->look->ascii));
        put_wrapped(b, line, column + indent, b->body - column - indent, STYLE_FAIL, item->error);
    }
    bool at_foot = item->kind == VIEW_SETTING || item->kind == VIEW_ROW;
    if (item->note != NULL && *item->note != '\0' && !at_foot)
        put_wrapped(b, NULL, column, b->body - column, STYLE_DIM, item->note);
}

static void park_cursor(struct builder *b, int line, int column)
{
    if (b->focused) {
        b->layout->cursor_line = line;
        b->layout->cursor_column = column;
    }
}

/* Marks the item's lines from first on as having the focus. */
static void select_from(struct builder *b, int first, int marker, int column)
{
    if (!b->focused)
        return;
    for (int i = first; i <= last_line(b); i++)
        ((struct ui_line *)b->layout->lines->pdata[i])->selected = column;
    ((struct ui_line *)b->layout->lines->pdata[first])->marker = marker;
    park_cursor(b, first, column);
}

/* ---- the label column ---- */

static int item_prefix(const struct builder *b, const struct view_item *item)
{
    int own = item->kind == VIEW_CHECK || item->kind == VIEW_SETTING ? mark_width(b)
              : item->kind == VIEW_TOGGLE                            ? 4
                                                                     : 0;
    return item->indent + own;
}

static int widest_line(const char *text)
{
    g_autoptr(GPtrArray) lines = text_wrap(text, G_MAXINT);
    int widest = 0;
    for (guint i = 0; i < lines->len; i++)
        widest = MAX(widest, text_width(lines->pdata[i]));
    return widest;
}

static void measure_labels(struct builder *b)
{
    int limit = MIN(LABEL_MAX, b->body / 2), gap = b->body >= 60 ? 3 : 2, whole = 0;
    for (guint i = 0; i < b->look->view->items->len; i++) {
        const struct view_item *item = b->look->view->items->pdata[i];
        enum label_class class = classes[item->kind];
        int width = item->label == NULL ? 0 : text_width(item->label);
        bool alone = item->value == NULL && item->kind == VIEW_CHECK;
        if (class != CLASS_NONE && width <= limit && width > 0 && !alone)
            b->labels[class] = MAX(b->labels[class], width + gap);
        else if (class == CLASS_SETTING && width <= LONG_LABEL_MAX)
            b->long_labels = MAX(b->long_labels, width + gap);
        if (class == CLASS_SETTING && item->value != NULL && strchr(item->value, ' ') == NULL)
            whole = MAX(whole, widest_line(item->value));
    }
    /* A smaller gap may keep addresses in the column of the other values. */
    int *column = &b->labels[CLASS_SETTING], spare = b->body - mark_width(b) - *column - whole;
    if (spare < 0 && spare > -gap)
        *column += spare;
}

static struct ui_line *current_line(const struct builder *b)
{
    return b->layout->lines->pdata[b->layout->lines->len - 1];
}

/* The column behind a setting's long label, where a short value goes; 0 = no room. */
static int behind_label(struct builder *b)
{
    const struct view_item *item = b->item;
    const struct ui_line *line = current_line(b);
    const struct ui_span *last = &g_array_index(line->spans, struct ui_span, line->spans->len - 1);
    int column = MAX(last->column + text_width(last->text) + 2, last->column + b->long_labels);
    bool fits = item->kind == VIEW_SETTING && item->value != NULL &&
                column + widest_line(item->value) + right_width(b) <= b->body;
    return fits ? column : 0;
}

/* Puts the label and returns the column of the value, which goes into the last line. */
static int put_label(struct builder *b, struct ui_line *line, enum ui_style style)
{
    const struct view_item *item = b->item;
    int prefix = item_prefix(b, item), room = b->labels[classes[item->kind]];
    if (item->label == NULL || *item->label == '\0')
        return prefix;
    bool above = text_width(item->label) >= room;
    int right = item->kind == VIEW_INPUT ? 0 : right_width(b);
    put_wrapped(b, line, prefix, b->body - prefix - (above ? right : 0), style, item->label);
    if (!above)
        return prefix + room;
    int behind = behind_label(b);
    if (behind > 0)
        return behind;
    if (item->value != NULL && (*item->value != '\0' || item->kind == VIEW_INPUT))
        add_line(b);
    return prefix;
}

/* ---- kinds ---- */

static void add_heading(struct builder *b)
{
    struct ui_line *line = add_line(b);
    put_right(b, line);
    put_wrapped(b, line, 0, b->body - right_width(b), STYLE_TITLE, b->item->label);
}

static void add_text(struct builder *b)
{
    const struct view_item *item = b->item;
    const char *text = item->label == NULL ? "" : item->label;
    int column = item->indent, first = last_line(b) + 1;
    enum ui_style style = role_style(item->role);
    /* "1. Do this": a hanging indent after the number. */
    gsize digits = strspn(text, "0123456789");
    struct ui_line *line = add_line(b);
    put_right(b, line);
    if (digits > 0 && digits < 4 && g_str_has_prefix(text + digits, ". ")) {
        g_autofree char *number = g_strndup(text, digits + 1);
        put(line, column, style, number);
        column += (int)digits + 2;
        text += digits + 2;
    }
    put_wrapped(b, line, column, b->body - column - right_width(b), style, text);
    select_from(b, first, -1, item->indent);
    put_below(b, column);
}

static void add_blank(struct builder *b)
{
    add_line(b);
}

/* Content of the field while nobody edits it. Wiped by the caller. */
static char *resting_value(const struct builder *b, LineEdit *edit, int room)
{
    const struct view_item *item = b->item;
    if (item->secret) {
        gsize count = edit != NULL ? line_edit_characters(edit) : item->length;
        g_autofree char *shown = g_strnfill(MIN(count, LINE_EDIT_BULLETS), '*');
        return text_truncate(shown, room);
    }
    return text_truncate(edit != NULL  ? line_edit_text(edit)
                         : item->value ? item->value
                                       : "",
                         room);
}

/* A secret's stars as this terminal shows them. Takes ownership of text. */
static char *disguise(char *text, bool secret, bool ascii)
{
    if (!secret)
        return text;
    GString *out = g_string_new(NULL);
    for (glong i = g_utf8_strlen(text, -1); i > 0; i--)
        g_string_append(out, ascii ? "*" : "•");
    g_free(text);
    return g_string_free(out, FALSE);
}

static char *padded(char *text, int room)
{
    int missing = room - text_width(text);
    g_autofree char *blanks = g_strnfill((gsize)MAX(0, missing), ' ');
    char *out = g_strconcat(text, blanks, NULL);
    wipe_free(text);
    return out;
}

static void add_input(struct builder *b)
{
    const struct view_item *item = b->item;
    const struct ui_look *look = b->look;
    struct ui_line *line = add_line(b);
    enum ui_style label = item->wanted ? STYLE_FAIL : b->focused ? STYLE_TITLE : STYLE_PLAIN;
    line->marker = b->focused ? -1 : MARKER_NONE;
    int column = put_label(b, line, label), cursor = 0;
    line = current_line(b);
    int room = MAX(1, b->body - column - right_width(b));
    LineEdit *edit = look->edit == NULL ? NULL : look->edit(item->id, look->user);
    char *text = b->focused && edit != NULL ? line_edit_show(edit, room, &cursor)
                                            : resting_value(b, edit, room);
    text = disguise(text, item->secret, look->ascii);
    put_taken(line, column, item->fixed ? STYLE_PLAIN : STYLE_INPUT,
              item->fixed ? text : padded(text, room));
    put_right(b, line);
    park_cursor(b, last_line(b), column + cursor);
    put_below(b, column);
}

static void add_choice(struct builder *b)
{
    const struct view_item *item = b->item;
    bool ascii = b->look->ascii;
    guint count = item->options == NULL ? 0 : item->options->len;
    int column = put_label(b, add_line(b), b->focused ? STYLE_TITLE : STYLE_PLAIN);
    if (column == item_prefix(b, item) && count > 0 && item->label != NULL)
        add_line(b);
    for (guint i = 0; i < count; i++) {
        struct ui_line *line = i == 0 ? current_line(b) : add_line(b);
        int first = last_line(b);
        bool on = item->selected == (int)i;
        put(line, column, on ? STYLE_ACCENT : STYLE_PLAIN, !on ? "( )" : ascii ? "(*)" : "(•)");
        put_wrapped(b, line, column + 4, b->body - column - 4, STYLE_PLAIN,
                    item->options->pdata[i]);
        for (int l = first; l <= last_line(b); l++)
            ((struct ui_line *)b->layout->lines->pdata[l])->option = (int)i;
        if (b->look->option == (int)i)
            select_from(b, first, -1, column);
    }
    put_below(b, column);
}

/* What is done has a mark: a box would seem to show the box in Setup. */
static void put_done(struct builder *b, struct ui_line *line)
{
    enum mark mark = b->item->ticked ? MARK_OK : MARK_OPEN;
    put(line, b->item->indent, ui_mark_style(mark), ui_mark(mark, 0, b->look->ascii));
}

static void put_box(struct builder *b, struct ui_line *line)
{
    put(line, b->item->indent, b->item->ticked ? STYLE_OK : STYLE_PLAIN,
        b->item->ticked ? "[x]" : "[ ]");
}

/* Puts each line of text whole, the first into line (NULL: a new one). */
static void put_each_line(struct builder *b, struct ui_line *line, int column, enum ui_style style,
                          const char *text)
{
    g_autoptr(GPtrArray) lines = text_wrap(text, G_MAXINT);
    for (guint i = 0; i < lines->len; i++)
        put(i > 0 || line == NULL ? add_line(b) : line, column, style, lines->pdata[i]);
}

/* Avoids breaking a value: text at its right moves below, a check's time is left out. One without
 * blanks, which a person may want to select, begins further left if it is too long by a little,
 * else gets its own line. */
static void put_value(struct builder *b, int column, enum ui_style style)
{
    const char *value = b->item->value == NULL ? "" : b->item->value;
    struct ui_line *line = current_line(b);
    int room = b->body - column, right = right_width(b), width = widest_line(value);
    int indent = item_prefix(b, b->item);
    bool crowded = right > 0 && width > room - right, fits = width <= MIN(room, TEXT_MAX);
    if (crowded && b->item->kind == VIEW_CHECK && (fits || b->item->mark == MARK_FAILED)) {
        right = 0;
    } else if (crowded && fits) {
        put(line, column, style, value);
        put_right(b, add_line(b));
        return;
    } else {
        put_right(b, b->layout->lines->pdata[b->first]);
    }
    room -= right;
    bool whole = width > room && width <= b->body - indent && strchr(value, ' ') == NULL;
    int left = column - (width - room), label = indent + 2;
    if (b->item->label != NULL)
        label += text_width(b->item->label);
    if (!whole)
        put_wrapped(b, line, column, room, style, value);
    else if (column > indent && width - room <= room / 4 && left >= label)
        put_each_line(b, line, left, style, value);
    else
        put_each_line(b, NULL, indent, style, value);
}

static void add_setting(struct builder *b)
{
    struct ui_line *line = add_line(b);
    int first = last_line(b);
    put_done(b, line);
    put_value(b, put_label(b, line, STYLE_PLAIN), role_style(b->item->role));
    select_from(b, first, -1, b->item->indent);
    put_below(b, item_prefix(b, b->item));
}

static void add_toggle(struct builder *b)
{
    struct ui_line *line = add_line(b);
    int first = last_line(b), column = item_prefix(b, b->item);
    put_box(b, line);
    put_right(b, line);
    put_wrapped(b, line, column, b->body - column - right_width(b), STYLE_PLAIN, b->item->label);
    select_from(b, first, -1, b->item->indent);
    put_below(b, column);
}

static void add_check(struct builder *b)
{
    const struct view_item *item = b->item;
    struct ui_line *line = add_line(b);
    int first = last_line(b);
    enum ui_style style = ui_mark_style(item->mark);
    put(line, item->indent, style, ui_mark(item->mark, b->look->view->now_ms, b->look->ascii));
    bool quiet = style != STYLE_FAIL && style != STYLE_WARN && style != STYLE_DIM;
    int column = put_label(b, line, quiet ? STYLE_PLAIN : style);
    put_value(b, column, item->mark == MARK_SKIPPED ? STYLE_DIM : role_style(item->role));
    select_from(b, first, -1, item->indent);
    put_below(b, column);
}

static void add_address(struct builder *b)
{
    g_autoptr(GPtrArray) lines =
        text_break(b->item->value == NULL ? "" : b->item->value, b->look->screen);
    park_cursor(b, last_line(b) + 1, 0);
    for (guint i = 0; i < lines->len; i++) {
        struct ui_line *line = add_line(b);
        line->address = true;
        put(line, 0, STYLE_PLAIN, lines->pdata[i]);
    }
}

static void add_pair(struct builder *b)
{
    struct ui_line *line = add_line(b);
    int first = last_line(b);
    int column = put_label(b, line, STYLE_PLAIN);
    put_value(b, column, role_style(b->item->role));
    select_from(b, first, -1, b->item->indent);
    put_below(b, column);
}

/* ---- the table ---- */

static void measure_columns(struct builder *b)
{
    int total = 0;
    b->columns = g_array_new(FALSE, TRUE, sizeof(int));
    for (guint i = 0; i < b->look->view->items->len; i++) {
        const struct view_item *item = b->look->view->items->pdata[i];
        bool alone = item->columns != NULL && item->columns->len == 1;
        for (guint c = 0; item->columns != NULL && !alone && c < item->columns->len; c++) {
            int width = text_width(item->columns->pdata[c]);
            if (item->mark != MARK_NONE && c + 1 == item->columns->len)
                width += mark_width(b);
            if (c >= b->columns->len)
                g_array_set_size(b->columns, c + 1);
            int *column = &g_array_index(b->columns, int, c);
            *column = MAX(*column, width);
        }
    }
    for (guint c = 0; c < b->columns->len; c++)
        total += g_array_index(b->columns, int, c);
    int gaps = (int)b->columns->len - 1, room = b->look->width - 2;
    for (; gaps >= 0 && total > MAX(room - 2 * gaps, 4 * (gaps + 1)); total--) {
        int *widest = &g_array_index(b->columns, int, 0);
        for (guint c = 1; c < b->columns->len; c++)
            if (g_array_index(b->columns, int, c) > *widest)
                widest = &g_array_index(b->columns, int, c);
        --*widest;
    }
    b->gap = gaps > 0 ? CLAMP((room - total) / gaps, 2, 4) : 2;
}

static void add_row(struct builder *b)
{
    const struct view_item *item = b->item;
    struct ui_line *line = add_line(b);
    int column = item->indent + 2, first = last_line(b);
    bool header = item->id == 0 && item->role == ROLE_PLAIN;
    enum ui_style style = header ? STYLE_DIM : role_style(item->role);
    guint count = item->columns == NULL ? 0 : item->columns->len;
    for (guint c = 0; c < count; c++) {
        int at = column,
            room = count > 1 ? g_array_index(b->columns, int, c) : b->look->width - column;
        if (item->mark != MARK_NONE && c + 1 == count) {
            put(line, at, ui_mark_style(item->mark),
                ui_mark(item->mark, b->look->view->now_ms, b->look->ascii));
            at += mark_width(b);
            room -= mark_width(b);
        }
        put_taken(line, at, style, text_truncate(item->columns->pdata[c], MAX(room, 1)));
        if (count > 1)
            column += g_array_index(b->columns, int, c) + b->gap;
    }
    if (count == 0)
        put_wrapped(b, line, column, b->look->width - column, style, item->label);
    select_from(b, first, item->indent, item->indent + 2);
    put_below(b, item->indent + 2);
}

/* ---- the whole ---- */

static void add_notes(struct builder *b)
{
    const GPtrArray *items = b->look->view->items;
    for (guint i = 0; i < items->len; i++) {
        const struct view_item *item = items->pdata[i];
        if ((item->kind != VIEW_SETTING && item->kind != VIEW_ROW) || item->note == NULL)
            continue;
        g_autoptr(GPtrArray) lines = text_wrap(item->note, MAX(1, MIN(b->body, TEXT_MAX)));
        b->layout->foot_rows = MAX(b->layout->foot_rows, (int)lines->len);
        if (item->id > 0 && item->id == b->look->focus)
            b->layout->foot = g_steal_pointer(&lines);
    }
}

/* Whether a blank line sets the item off: the title of a section, or what follows a diagnosis. */
static bool wants_air(const GPtrArray *items, guint i)
{
    const struct view_item *item = items->pdata[i], *before = i > 0 ? items->pdata[i - 1] : NULL;
    if (before == NULL || before->kind == VIEW_BLANK || before->kind == VIEW_HEADING)
        return false;
    return item->kind == VIEW_TEXT    ? item->role == ROLE_TITLE
           : item->kind == VIEW_CHECK ? before->kind == VIEW_TEXT && before->indent > 0
                                      : false;
}

struct ui_layout *ui_layout_new(const struct ui_look *look)
{
    static void (*const add[])(struct builder *) = {
        [VIEW_HEADING] = add_heading, [VIEW_TEXT] = add_text,     [VIEW_BLANK] = add_blank,
        [VIEW_INPUT] = add_input,     [VIEW_CHOICE] = add_choice, [VIEW_SETTING] = add_setting,
        [VIEW_TOGGLE] = add_toggle,   [VIEW_CHECK] = add_check,   [VIEW_ADDRESS] = add_address,
        [VIEW_PAIR] = add_pair,       [VIEW_ROW] = add_row,
    };
    struct ui_layout *layout = g_new0(struct ui_layout, 1);
    struct builder b = {.look = look, .layout = layout, .body = CLAMP(look->width, 1, UI_BODY_MAX)};
    layout->lines = g_ptr_array_new_with_free_func(line_free);
    layout->extents = g_array_new(FALSE, TRUE, sizeof(struct ui_extent));
    layout->cursor_line = -1;
    measure_labels(&b);
    measure_columns(&b);
    for (guint i = 0; i < look->view->items->len; i++) {
        b.item = look->view->items->pdata[i];
        b.index = (int)i;
        if (look->air && wants_air(look->view->items, i))
            add_line(&b);
        struct ui_extent extent = {.first = (int)layout->lines->len};
        b.first = extent.first;
        b.focused = look->focus > 0 && b.item->id == look->focus;
        add[b.item->kind](&b);
        extent.count = (int)layout->lines->len - extent.first;
        g_array_append_val(layout->extents, extent);
    }
    add_notes(&b);
    g_array_unref(b.columns);
    return layout;
}

void ui_layout_free(struct ui_layout *layout)
{
    if (layout == NULL)
        return;
    g_ptr_array_unref(layout->lines);
    g_array_unref(layout->extents);
    g_clear_pointer(&layout->foot, g_ptr_array_unref);
    g_free(layout);
}
