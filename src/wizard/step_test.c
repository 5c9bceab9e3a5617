/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard-private.h"

void step_test_enter(struct wizard *w, GArray *out)
{
    if (w->describe == NULL)
        list_start(w, CHECKS_DESCRIBE, false, out);
}

void step_test_leave(struct wizard *w, GArray *out)
{
    list_cancel(w, CHECKS_DESCRIBE, out);
}

static enum check_list_id test_list(const struct wizard *w)
{
    return w->dry_run ? CHECKS_DRY_RUN : CHECKS_INSERT;
}

void step_test_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    (void)out;
    if (!done || (list != CHECKS_INSERT && list != CHECKS_DRY_RUN && list != CHECKS_DESCRIBE))
        return;
    enum check_status status = check_results_status(w->lists[list].results);
    if (list == CHECKS_DESCRIBE && status != CHECK_FAILED)
        return;
    w->tested = status != CHECK_FAILED;
    w->marks[STEP_TEST] = check_status_mark(status);
}

static bool is_field(const struct wizard *w, int id)
{
    return id >= ITEM_FIELD && id < ITEM_FIELD + (int)w->fields->len;
}

static char *row_problem(const struct test_field *row)
{
    if (*row->text == '\0')
        return field_is_required(row->field) ? g_strdup(_("This field is required.")) : NULL;
    return field_problem(row->field, row->text);
}

static bool fields_fine(const struct wizard *w)
{
    for (guint i = 0; i < w->fields->len; i++) {
        g_autofree char *problem = row_problem(w->fields->pdata[i]);
        if (problem != NULL)
            return false;
    }
    return true;
}

static void set_object(struct wizard *w, GArray *out)
{
    w->connection->test_object = w->connection->test_object == TEST_LEAD ? TEST_CASE : TEST_LEAD;
    w->changed = true;
    w->tested = false;
    w->describe = NULL;
    g_ptr_array_set_size(w->fields, 0);
    list_forget(w, CHECKS_INSERT, out);
    list_forget(w, CHECKS_DRY_RUN, out);
    list_start(w, CHECKS_DESCRIBE, false, out);
}

static void next(struct wizard *w, GArray *out)
{
    if (w->lists[CHECKS_DESCRIBE].running || w->lists[test_list(w)].running)
        return;
    if (w->tested)
        wizard_go(w, STEP_HANDOFF, out);
    else if (w->describe == NULL)
        list_start(w, CHECKS_DESCRIBE, false, out);
    else if (!fields_fine(w) && !w->dry_run)
        wizard_notice(w, _("Fill in the fields that are marked first."));
    else
        list_start(w, test_list(w), false, out);
}

void step_test_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_INPUT && is_field(w, event->id)) {
        struct test_field *row = w->fields->pdata[event->id - ITEM_FIELD];
        if (strcmp(row->text, event->text) == 0)
            return;
        g_free(row->text);
        row->text = g_strdup(event->text);
        w->tested = false;
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_KEEP) {
        w->connection->test_keep = !w->connection->test_keep;
        w->changed = true;
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_DRY_RUN) {
        w->dry_run = !w->dry_run;
        w->tested = false;
    } else if (is_action(event, ACTION_PREVIOUS) || is_action(event, ACTION_FOLLOWING)) {
        set_object(w, out);
    } else if (is_action(event, ACTION_NEXT)) {
        next(w, out);
    } else if (is_action(event, ACTION_RETRY)) {
        w->tested = false;
        next(w, out);
    } else if (is_action(event, ACTION_SKIP)) {
        wizard_go(w, STEP_HANDOFF, out);
    } else if (is_action(event, ACTION_OPEN)) {
        const struct check_result *inserted = list_find(w, CHECKS_INSERT, "inserted");
        const char *url = inserted == NULL || inserted->status != CHECK_OK
                              ? NULL
                              : json_get_string(inserted->evidence, "url");
        if (url != NULL)
            effect_text(out, EFFECT_OPEN, url);
        else
            list_action(w, test_list(w), event, out);
    } else {
        list_action(w, test_list(w), event, out);
    }
}

static char *values_note(const struct field *field)
{
    GString *note = g_string_new(NULL);
    if (field->values == NULL)
        return g_string_free(note, TRUE);
    for (guint i = 0; i < field->values->len && note->len < 60; i++)
        g_string_append_printf(note, "%s%s", i > 0 ? ", " : "",
                               (const char *)field->values->pdata[i]);
    g_autofree char *list = g_string_free(note, FALSE);
    return g_strdup_printf(ngettext("%u value: %s", "%u values: %s", field->values->len),
                           field->values->len, list);
}

static void view_fields(const struct wizard *w, struct view *view, int focus)
{
    for (guint i = 0; i < w->fields->len; i++) {
        const struct test_field *row = w->fields->pdata[i];
        int id = ITEM_FIELD + (int)i;
        bool required = field_is_required(row->field);
        g_autofree char *label = g_strdup_printf("%s%s", row->field->label, required ? " *" : "");
        g_autofree char *note = focus == id ? values_note(row->field) : NULL;
        struct view_item *item = input_view(w, view, id, label, row->text, note);
        item->error = row_problem(row);
        item->wanted = required && *row->text == '\0';
        item->settled = item->error == NULL;
        if (focus == id)
            item->right = g_strdup(row->field->name);
    }
}

static void view_toggles(const struct wizard *w, struct view *view)
{
    struct view_item *item =
        view_add(view, VIEW_TOGGLE, ITEM_KEEP, _("keep the record (else it is deleted again)"));
    item->ticked = w->connection->test_keep;
    item->settled = true;
    item = view_add(view, VIEW_TOGGLE, ITEM_DRY_RUN, _("dry run: rights only, nothing is written"));
    item->ticked = w->dry_run;
    item->settled = true;
}

static void view_results(const struct wizard *w, struct view *view, int focus)
{
    if (w->lists[CHECKS_DESCRIBE].running || list_failed(w, CHECKS_DESCRIBE))
        list_view(w, CHECKS_DESCRIBE, view, focus);
    list_view(w, test_list(w), view, focus);
    const struct check_result *inserted = list_find(w, CHECKS_INSERT, "inserted");
    const char *url = inserted == NULL || inserted->status != CHECK_OK
                          ? NULL
                          : json_get_string(inserted->evidence, "url");
    if (url != NULL && !w->dry_run)
        view_item_set(&view_add(view, VIEW_PAIR, 0, _("Record"))->value, url);
}

void step_test_view(const struct wizard *w, struct view *view, int focus)
{
    bool running = w->lists[CHECKS_DESCRIBE].running || w->lists[test_list(w)].running;
    const char *object = w->connection->test_object == TEST_CASE ? "Case" : "Lead";
    g_autofree char *channel = g_strdup_printf(
        "‹ %s → %s ›", w->connection->test_object == TEST_CASE ? "Viber" : "WhatsApp", object);
    view_heading(view, _("Insert a test record"), channel);
    view_blank(view);
    view_results(w, view, focus);
    if (view->items->len > 2)
        view_blank(view);
    view_toggles(w, view);
    view_fields(w, view, focus);
    view->focus = w->fields->len > 0 ? ITEM_FIELD : ITEM_KEEP;
    view->busy = running;
    view->failed = list_failed(w, CHECKS_DESCRIBE) || list_failed(w, test_list(w));
    g_autofree char *insert =
        g_strdup_printf(w->dry_run ? _("check rights on %s") : _("insert %s"), object);
    if (w->tested) {
        view_key(view, ACTION_NEXT, _("hand-off"));
        view_key(view, ACTION_RETRY, _("once more"));
    } else if (!running) {
        view_key(view, ACTION_NEXT, w->describe == NULL ? _("again") : insert);
        view_key(view, ACTION_SKIP, _("skip"));
    }
    view_key(view, ACTION_FOLLOWING, _("Lead or Case"));
    view_key(view, ACTION_OPEN, _("open in browser"));
    view_key(view, ACTION_BACK, _("back"));
}
