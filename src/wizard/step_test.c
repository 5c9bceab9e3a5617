/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard_private.h"

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

/* The list whose diagnosis is on the screen. */
static enum check_list_id shown_list(const struct wizard *w)
{
    return list_failed(w, CHECKS_DESCRIBE) ? CHECKS_DESCRIBE : test_list(w);
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
    connection_channel(w->connection)->tested |= w->tested && list == CHECKS_INSERT;
    w->marks[STEP_TEST] = check_status_mark(status);
}

/* The field of a row, either mapped or required and missing; NULL = none. Owned by the caller. */
static char *field_of(const struct wizard *w, int id)
{
    const GPtrArray *mappings = connection_channel(w->connection)->mappings;
    if (id >= ITEM_FIELD && id < ITEM_FIELD + (int)mappings->len)
        return g_strdup(((const struct mapping *)mappings->pdata[id - ITEM_FIELD])->field);
    if (w->describe == NULL || id < ITEM_MISSING)
        return NULL;
    g_autoptr(GPtrArray) missing = channel_missing(connection_channel(w->connection), w->describe);
    return id < ITEM_MISSING + (int)missing->len
               ? g_strdup(((const struct field *)missing->pdata[id - ITEM_MISSING])->name)
               : NULL;
}

static void step_channel(struct wizard *w, int by, GArray *out)
{
    if (w->connection->channels->len < 2) {
        wizard_notice(w, _("There is only one channel; n adds another."));
        return;
    }
    wizard_turn_channel(w, by, out);
    if (w->describe == NULL)
        list_start(w, CHECKS_DESCRIBE, false, out);
}

/* Whether fields must be filled in before a record can be inserted. */
static bool is_unfilled(const struct wizard *w)
{
    return !w->dry_run && w->describe != NULL &&
           !channel_is_fine(connection_channel(w->connection), w->describe);
}

static void next(struct wizard *w, GArray *out)
{
    if (w->lists[test_list(w)].running)
        return;
    if (w->tested) /* whether or not the fields are being read again */
        wizard_go(w, STEP_HANDOFF, out);
    else if (w->lists[CHECKS_DESCRIBE].running)
        return;
    else if (w->describe == NULL)
        list_start(w, CHECKS_DESCRIBE, false, out);
    else if (is_unfilled(w) && !w->no_input) /* if nobody can fill them in, let the org answer */
        wizard_notice(w, _("Fill in the marked fields first."));
    else
        list_start(w, test_list(w), false, out);
}

/* The problem may have been fixed in the org meanwhile: read its fields again. */
static void retry(struct wizard *w, GArray *out)
{
    w->tested = false;
    if (is_unfilled(w) && !w->lists[CHECKS_DESCRIBE].running)
        list_start(w, CHECKS_DESCRIBE, false, out);
    else
        next(w, out);
}

static const char *record_address(const struct wizard *w)
{
    const struct check_result *inserted = list_find(w, CHECKS_INSERT, "inserted");
    const struct check_result *deleted = list_find(w, CHECKS_INSERT, "deleted");
    return inserted == NULL || inserted->status != CHECK_OK ||
                   (deleted != NULL && deleted->status == CHECK_OK)
               ? NULL
               : json_get_string(inserted->evidence, "url");
}

/* The page with the fields of the object, while one has no value; NULL = none has to be opened.
 * Owned by the caller. */
static char *fields_address(const struct wizard *w)
{
    const Connection *connection = w->connection;
    return !is_unfilled(w)
               ? NULL
               : setup_page_url(connection->test_object == TEST_CASE ? SETUP_PAGE_CASE_FIELDS
                                                                     : SETUP_PAGE_LEAD_FIELDS,
                                connection->instance_url, NULL);
}

static void toggle(struct wizard *w, int id)
{
    if (id == ITEM_KEEP) {
        w->connection->test_keep = !w->connection->test_keep;
        w->changed = true;
    } else if (id == ITEM_DRY_RUN) {
        w->dry_run = !w->dry_run;
        w->tested = false;
    }
}

/* TRUE: the event concerned the mapping or the channels. */
static bool mapping_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    g_autofree char *field = field_of(w, event->id);
    bool fields_known = w->describe != NULL;
    if (is_action(event, ACTION_PREVIOUS) || is_action(event, ACTION_FOLLOWING)) {
        step_channel(w, is_action(event, ACTION_PREVIOUS) ? -1 : 1, out);
    } else if (is_action(event, ACTION_NEW) || is_action(event, ACTION_CHANNEL)) {
        editor_channel(w, is_action(event, ACTION_NEW));
    } else if (fields_known && (is_action(event, ACTION_ADD) ||
                                (is_action(event, ACTION_NEXT) && event->id == ITEM_ADD))) {
        editor_pick(w);
    } else if (fields_known && field != NULL &&
               (is_action(event, ACTION_EDIT) ||
                (is_action(event, ACTION_NEXT) && event->id >= ITEM_MISSING))) {
        editor_edit(w, field);
    } else if (is_action(event, ACTION_EDIT) || is_action(event, ACTION_ADD)) {
        wizard_notice(w, fields_known ? _("Select a field first.")
                                      : _("The org's fields are not known yet."));
    } else if (is_action(event, ACTION_REMOVE) && field != NULL) {
        channel_unmap(connection_channel(w->connection), field);
        wizard_mapping_changed(w, out);
    } else {
        return false;
    }
    return true;
}

void step_test_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    g_autofree char *fields = fields_address(w);
    if (mapping_event(w, event, out))
        return;
    if (event->kind == VIEW_EVENT_SELECT) {
        toggle(w, event->id);
    } else if (is_action(event, ACTION_NEXT)) {
        next(w, out);
    } else if (is_action(event, ACTION_RETRY)) {
        retry(w, out);
    } else if (is_action(event, ACTION_SKIP)) {
        wizard_go(w, STEP_HANDOFF, out);
    } else if (is_action(event, ACTION_OPEN) && record_address(w) != NULL) {
        effect_text(out, EFFECT_OPEN, record_address(w));
    } else if (!list_action(w, shown_list(w), event, out) && is_action(event, ACTION_OPEN) &&
               fields != NULL) {
        effect_text(out, EFFECT_OPEN, fields);
    }
}

/* ---- what it shows ---- */

static struct view_item *row(struct view *view, int id, const char *a, char *b, char *c)
{
    struct view_item *item = view_add(view, VIEW_ROW, id, a);
    item->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->columns, text_clean(a));
    g_ptr_array_add(item->columns, b);
    g_ptr_array_add(item->columns, c);
    return item;
}

/* A variable as it is, fixed text in quotes. */
static char *source_text(const struct mapping *mapping)
{
    g_autofree char *clean = text_clean(mapping->text);
    g_autoptr(GPtrArray) names = text_variables(clean);
    return names->len > 0 ? g_steal_pointer(&clean) : g_strdup_printf("\"%s\"", clean);
}

static char *facts_of(const struct field *field)
{
    g_autofree char *facts = field_facts(field);
    return g_strdup_printf("%s · %s", field->name, facts);
}

static void view_mapping(const struct wizard *w, struct view *view, int focus, guint index)
{
    const struct channel *channel = connection_channel(w->connection);
    const struct mapping *mapping = channel->mappings->pdata[index];
    const struct field *field =
        w->describe == NULL ? NULL : describe_field(w->describe, mapping->field);
    g_autofree char *label =
        g_strconcat(mapping->label != NULL ? mapping->label : mapping->field,
                    field != NULL && field_is_required(field) ? " *" : "", NULL);
    g_autofree char *filled = channel_fill(channel, mapping->text);
    int id = ITEM_FIELD + (int)index;
    struct view_item *item = row(view, id, label, source_text(mapping), text_clean(filled));
    item->error = w->describe == NULL ? NULL : mapping_problem(channel, mapping, w->describe);
    if (item->error != NULL)
        item->role = ROLE_FAIL;
    if (focus == id && field != NULL)
        item->note = facts_of(field);
}

static void view_missing(const struct wizard *w, struct view *view, int focus)
{
    g_autoptr(GPtrArray) missing = channel_missing(connection_channel(w->connection), w->describe);
    for (guint i = 0; i < missing->len; i++) {
        const struct field *field = missing->pdata[i];
        int id = ITEM_MISSING + (int)i;
        g_autofree char *label = g_strconcat(field->label, " *", NULL);
        struct view_item *item = row(view, id, label, g_strdup(_("nothing yet")), g_strdup(""));
        item->role = ROLE_FAIL;
        item->error = g_strdup(
            field_points_elsewhere(field)
                ? _("This field is required and points to another record. Enter that record's id, "
                    "which is in the address of its page; or open the field's Setup page and "
                    "untick Required.")
                : _("This field is required: fill it, or open its Setup page and untick Required "
                    "or set a default value."));
        if (focus == id)
            item->note = facts_of(field);
    }
}

static void view_fields(const struct wizard *w, struct view *view, int focus)
{
    const struct channel *channel = connection_channel(w->connection);
    row(view, 0, _("Field"), g_strdup(_("Filled with")), g_strdup(_("Sample")));
    for (guint i = 0; i < channel->mappings->len; i++)
        view_mapping(w, view, focus, i);
    if (w->describe == NULL)
        return;
    view_missing(w, view, focus);
    struct view_item *add = view_add(view, VIEW_ROW, ITEM_ADD, NULL);
    add->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(add->columns, g_strdup_printf(_("+ add a field (%u in this org)"),
                                                  describe_createable_count(w->describe)));
}

static void view_toggles(const struct wizard *w, struct view *view)
{
    struct view_item *item = view_add(view, VIEW_TOGGLE, ITEM_KEEP,
                                      _("keep the test record (normally perch deletes "
                                        "it)"));
    item->ticked = w->connection->test_keep;
    item->settled = true;
    item = view_add(view, VIEW_TOGGLE, ITEM_DRY_RUN, _("check permissions only"));
    item->ticked = w->dry_run;
    item->settled = true;
}

static void view_results(const struct wizard *w, struct view *view, int focus)
{
    guint before = view->items->len;
    g_autofree char *untested = view->busy ? NULL : channels_untested(w);
    if (untested != NULL) {
        view_text(view, ROLE_PLAIN, 0, untested);
        view_blank(view);
    }
    if (w->lists[CHECKS_DESCRIBE].running || list_failed(w, CHECKS_DESCRIBE))
        list_view(w, CHECKS_DESCRIBE, view, focus);
    list_view(w, test_list(w), view, focus);
    if (record_address(w) != NULL && !w->dry_run)
        view_item_set(&view_add(view, VIEW_PAIR, 0, _("Record"))->value, record_address(w));
    if (view->items->len > before)
        view_blank(view);
}

static void view_keys(const struct wizard *w, struct view *view, int focus)
{
    bool running = w->lists[CHECKS_DESCRIBE].running || w->lists[test_list(w)].running;
    g_autofree char *insert =
        g_strdup_printf(w->dry_run ? _("check permissions on %s") : _("insert %s"),
                        object_name(w->connection->test_object));
    g_autofree char *fields = fields_address(w);
    bool missing = focus >= ITEM_MISSING && focus < ITEM_VALUE;
    if (focus == ITEM_ADD && w->describe != NULL) {
        view_key(view, ACTION_NEXT, _("add a field"));
    } else if (missing) {
        view_key(view, ACTION_NEXT, _("fill it"));
        view_key(view, ACTION_RETRY, _("read the fields again"));
    } else if (w->tested) {
        view_key(view, ACTION_NEXT, _("hand-off"));
        channels_keys(w, view);
        view_key(view, ACTION_RETRY, _("again"));
    } else if (!running) {
        view_key(view, ACTION_NEXT, w->describe == NULL ? _("again") : insert);
        if (view->failed || is_unfilled(w))
            view_key(view, ACTION_RETRY, view->failed ? _("again") : _("read the fields again"));
        list_keys(w, shown_list(w), view, focus);
    }
    if (fields != NULL && !view->failed)
        view_key(view, ACTION_OPEN, _("open Setup page"));
    if (!running && !w->tested)
        view_key(view, ACTION_SKIP, _("skip"));
    view_key(view, ACTION_EDIT, _("edit"));
    view_key(view, ACTION_ADD, _("add field"));
    if (focus >= ITEM_FIELD && focus < ITEM_MISSING)
        view_key(view, ACTION_REMOVE, _("remove"));
    if (!w->tested)
        channels_keys(w, view);
    view_key(view, ACTION_NEW, _("new channel"));
    view_key(view, ACTION_CHANNEL, _("change channel"));
    if (record_address(w) != NULL)
        view_key(view, ACTION_OPEN, _("open in browser"));
    view_key(view, ACTION_BACK, _("back"));
}

/* After the editor, the edited row; else the first one that is to be filled, or that there is. */
static int first_focus(const struct wizard *w)
{
    const GPtrArray *mappings = connection_channel(w->connection)->mappings;
    g_autoptr(GPtrArray) missing =
        w->describe == NULL ? NULL
                            : channel_missing(connection_channel(w->connection), w->describe);
    if (missing != NULL && missing->len > 0)
        return ITEM_MISSING;
    for (guint i = 0; i < mappings->len; i++)
        if (g_strcmp0(((const struct mapping *)mappings->pdata[i])->field, w->edited) == 0)
            return ITEM_FIELD + (int)i;
    return mappings->len > 0 ? ITEM_FIELD : ITEM_ADD;
}

void step_test_view(const struct wizard *w, struct view *view, int focus)
{
    g_autofree char *channel = channel_heading(w);
    view_heading(view, _("Insert a test record"), channel)->settled = true;
    view->failed = list_failed(w, CHECKS_DESCRIBE) || list_failed(w, test_list(w));
    view->busy = w->lists[CHECKS_DESCRIBE].running || w->lists[test_list(w)].running;
    view_blank(view);
    /* A failure must be visible at once, whatever the size of the screen. */
    if (view->failed)
        view_results(w, view, focus);
    view_fields(w, view, focus);
    view_blank(view);
    view_toggles(w, view);
    view_blank(view);
    if (!view->failed)
        view_results(w, view, focus);
    view->retries = view->failed && !is_unfilled(w);
    view->focus = first_focus(w);
    view_keys(w, view, focus);
}
