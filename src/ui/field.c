/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "ui_private.h"

#define UNDO_MAX 50

/* The buffer of one input, and its last value in the host's view. */
struct field {
    LineEdit *edit;
    char *seen;
    gsize seen_length;
    Secret *kept;    /* the host's value of a secret input */
    char *before;    /* the text when the focus came */
    GPtrArray *past; /* char *: earlier texts, newest last */
    int last;        /* kind of the last change or move; 0 = none since the focus came */
};

static void field_free(gpointer data)
{
    struct field *field = data;
    line_edit_free(field->edit);
    wipe_free(field->seen);
    wipe_free(field->before);
    secret_unref(field->kept);
    g_ptr_array_unref(field->past);
    g_free(field);
}

static struct field *find(const Ui *ui, int id)
{
    return g_hash_table_lookup(ui->fields, GINT_TO_POINTER(id));
}

void ui_fields_clear(Ui *ui)
{
    g_clear_pointer(&ui->fields, g_hash_table_unref);
    ui->fields = g_hash_table_new_full(NULL, NULL, NULL, field_free);
}

static const char *text_of(const struct field *field)
{
    return line_edit_is_held(field->edit) ? secret_peek(field->kept) : line_edit_text(field->edit);
}

static void field_take(struct field *field, const struct view_item *item)
{
    if (item->secret)
        line_edit_hold(field->edit, item->length);
    else
        line_edit_set(field->edit, item->value == NULL ? "" : item->value);
}

static struct field *field_new(Ui *ui, const struct view_item *item)
{
    struct field *field = g_new0(struct field, 1);
    field->edit = line_edit_new(item->secret);
    field->past = g_ptr_array_new_with_free_func((GDestroyNotify)wipe_free);
    field_take(field, item);
    g_hash_table_replace(ui->fields, GINT_TO_POINTER(item->id), field);
    return field;
}

/* The view's value wins if the host changed it, or if nobody is typing. */
static void field_sync(Ui *ui, const struct view_item *item)
{
    const char *value = item->value == NULL ? "" : item->value;
    struct field *field = find(ui, item->id);
    if (field == NULL || line_edit_is_secret(field->edit) != item->secret) {
        field = field_new(ui, item);
    } else {
        bool changed =
            item->secret ? item->length != field->seen_length : g_strcmp0(value, field->seen) != 0;
        bool differs = item->secret ? item->length != line_edit_characters(field->edit)
                                    : strcmp(value, line_edit_text(field->edit)) != 0;
        if (differs && (changed || item->id != ui->focus))
            field_take(field, item);
    }
    wipe_free(field->seen);
    field->seen = g_strdup(item->secret ? "" : value);
    field->seen_length = item->length;
    secret_set(&field->kept, item->kept);
    if (field->before == NULL || item->id != ui->focus) {
        wipe_free(field->before);
        field->before = g_strdup(text_of(field));
        field->last = 0;
    }
}

void ui_fields_sync(Ui *ui)
{
    for (guint i = 0; i < ui->view->items->len; i++) {
        const struct view_item *item = ui->view->items->pdata[i];
        if (item->kind == VIEW_INPUT && item->id > 0)
            field_sync(ui, item);
    }
}

LineEdit *ui_field(const Ui *ui, int id)
{
    struct field *field = find(ui, id);
    return field == NULL ? NULL : field->edit;
}

/* ---- taking changes back ---- */

void ui_field_mark(Ui *ui, int id, int kind)
{
    struct field *field = find(ui, id);
    if (field == NULL)
        return;
    if (kind == 0 || (kind != field->last && kind >= EDIT_BACKSPACE)) {
        g_ptr_array_add(field->past, g_strdup(text_of(field)));
        if (field->past->len > UNDO_MAX)
            g_ptr_array_remove_index(field->past, 0);
    }
    field->last = kind;
}

void ui_field_yields(Ui *ui, int id)
{
    struct field *field = find(ui, id);
    if (field == NULL)
        return;
    g_clear_pointer(&field->seen, wipe_free);
    field->seen_length = G_MAXSIZE;
}

bool ui_field_is_typed(const Ui *ui, int id)
{
    const struct field *field = find(ui, id);
    return field != NULL && field->last != 0;
}

static struct field *focused(const Ui *ui)
{
    return ui_focus_on_input(ui) ? find(ui, ui->focus) : NULL;
}

static void put_back(Ui *ui, struct field *field, const char *text)
{
    if (line_edit_is_secret(field->edit))
        line_edit_hold(field->edit, (gsize)g_utf8_strlen(text, -1));
    else
        line_edit_set(field->edit, text);
    field->last = 0;
    ui->scrolled = false;
    ui_send(ui, (struct view_event){.kind = VIEW_EVENT_INPUT, .id = ui->focus, .text = text});
}

void ui_field_undo(Ui *ui)
{
    struct field *field = focused(ui);
    g_autoptr(WipedText) text = NULL;
    while (field != NULL && field->past->len > 0) {
        g_clear_pointer(&text, wipe_free);
        text = g_ptr_array_steal_index(field->past, field->past->len - 1);
        if (strcmp(text, text_of(field)) == 0)
            continue;
        put_back(ui, field, text);
        return;
    }
}

bool ui_field_is_changed(const Ui *ui)
{
    const struct field *field = focused(ui);
    /* Going back from what is pasted gives it up; what is typed elsewhere stays. */
    const bool matters = field != NULL && (*field->before != '\0' || ui->focus == ui->view->paste);
    return matters && !ui->view->discards && strcmp(field->before, text_of(field)) != 0;
}

bool ui_field_restore(Ui *ui)
{
    struct field *field = focused(ui);
    if (!ui_field_is_changed(ui))
        return false;
    ui_field_mark(ui, ui->focus, 0);
    g_autoptr(WipedText) before = g_strdup(field->before);
    put_back(ui, field, before);
    return true;
}
