/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard_private.h"

/*
 * The mapping editor, two screens over the Test step: one picks a field of the org by label or API
 * name, the other sets the field's content: a variable of the flow or fixed text.
 */

void editor_clear(struct wizard *w)
{
    g_free(w->editor.find);
    g_free(w->editor.field);
    g_free(w->editor.text);
    g_free(w->editor.sample);
    g_free(w->editor.fallback);
    g_free(w->editor.name);
    w->editor = (struct mapping_editor){0};
}

void editor_open(struct wizard *w, enum wizard_screen screen)
{
    editor_clear(w);
    if (wizard_screen(w) == SCREEN_PICK) /* the picked field's screen replaces the list */
        screen_close(w);
    screen_open(w, screen);
}

void editor_close(struct wizard *w)
{
    editor_clear(w);
    screen_close(w);
}

static struct channel *channel_of(const struct wizard *w)
{
    return connection_channel(w->connection);
}

void wizard_mapping_changed(struct wizard *w, GArray *out)
{
    static const enum check_list_id lists[] = {CHECKS_INSERT, CHECKS_DRY_RUN, CHECKS_REHEARSE};
    w->changed = true;
    w->tested = connection_channel(w->connection)->tested = false;
    w->marks[STEP_TEST] = MARK_OPEN;
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        list_forget(w, lists[i], out);
    effect_add(out, EFFECT_HANDOFF);
}

/* ---- picking a field ---- */

void editor_pick(struct wizard *w)
{
    editor_open(w, SCREEN_PICK);
    w->editor.find = g_strdup("");
}

static bool holds(const char *text, const char *part)
{
    g_autofree char *a = g_utf8_casefold(text, -1);
    g_autofree char *b = g_utf8_casefold(part, -1);
    return strstr(a, b) != NULL;
}

static bool is_shown(const struct wizard *w, const struct field *field)
{
    const char *find = w->editor.find;
    return field->createable &&
           (find == NULL || holds(field->label, find) || holds(field->name, find));
}

static const struct field *first_shown(const struct wizard *w)
{
    for (guint i = 0; i < w->describe->fields->len; i++)
        if (is_shown(w, w->describe->fields->pdata[i]))
            return w->describe->fields->pdata[i];
    return NULL;
}

static const struct field *picked(const struct wizard *w, int id)
{
    if (id >= ITEM_PICK && id < ITEM_PICK + (int)w->describe->fields->len)
        return w->describe->fields->pdata[id - ITEM_PICK];
    return first_shown(w);
}

void pick_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    (void)out;
    if (event->kind == VIEW_EVENT_INPUT)
        wizard_notice(w, NULL);
    if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_FIND) {
        connection_set(&w->editor.find, event->text);
    } else if (is_action(event, ACTION_FIND)) {
        connection_set(&w->editor.find, "");
        w->screen++;
    } else if (is_action(event, ACTION_NEXT)) {
        const struct field *field = picked(w, event->id);
        if (field != NULL)
            editor_edit(w, field->name);
    } else if (is_action(event, ACTION_BACK)) {
        editor_close(w);
    }
}

static void view_field_row(const struct wizard *w, struct view *view, int focus, guint index)
{
    const struct field *field = w->describe->fields->pdata[index];
    const struct mapping *mapping = channel_mapping(channel_of(w), field->name);
    struct view_item *item = view_add(view, VIEW_ROW, ITEM_PICK + (int)index, field->label);
    item->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->columns,
                    g_strconcat(field->label, field_is_required(field) ? " *" : "", NULL));
    g_ptr_array_add(item->columns, g_strdup(field->name));
    g_ptr_array_add(item->columns, mapping != NULL ? text_clean(mapping->text) : field_type(field));
    if (focus == item->id)
        item->note = field_facts(field);
    if (mapping != NULL)
        item->role = ROLE_DIM;
}

void pick_screen_view(const struct wizard *w, struct view *view, int focus)
{
    g_autofree char *count =
        g_strdup_printf(_("%u that you can write"), describe_createable_count(w->describe));
    view_heading(view, _("Add a field"), count);
    view_blank(view);
    struct view_item *item = input_view(w, view, ITEM_FIND, _("Find"), w->editor.find, NULL);
    item->settled = true;
    view_blank(view);
    for (guint i = 0; i < w->describe->fields->len; i++)
        if (is_shown(w, w->describe->fields->pdata[i]))
            view_field_row(w, view, focus, i);
    if (first_shown(w) == NULL)
        view_text(view, ROLE_WARN, 0, _("No field has that in its label or API name."));
    view->focus = ITEM_FIND;
    view_key(view, ACTION_NEXT, _("pick"));
    view_key(view, ACTION_FIND, _("find"));
    view_key(view, ACTION_BACK, _("back"));
}

/* ---- the field's content ---- */

/* The choices: the channel's variables, then another variable, then fixed text. */
static guint source_other(const struct wizard *w)
{
    return channel_of(w)->variables->len;
}

static guint source_fixed(const struct wizard *w)
{
    return channel_of(w)->variables->len + 1;
}

static const struct variable *source_variable(const struct wizard *w)
{
    return w->editor.source < source_other(w) ? channel_of(w)->variables->pdata[w->editor.source]
                                              : NULL;
}

static guint place_of(const struct wizard *w, const char *name)
{
    const GPtrArray *variables = channel_of(w)->variables;
    for (guint i = 0; i < variables->len; i++)
        if (strcmp(((const struct variable *)variables->pdata[i])->name, name) == 0)
            return i;
    return variables->len;
}

static void set_source(struct wizard *w, guint source)
{
    w->editor.source = source;
    const struct variable *variable = source_variable(w);
    connection_set(&w->editor.sample, variable == NULL ? "perch test" : variable->sample);
}

void editor_edit(struct wizard *w, const char *field)
{
    const struct mapping *mapping = channel_mapping(channel_of(w), field);
    g_autofree char *name = mapping == NULL ? NULL : text_variable(mapping->text);
    g_autofree char *fallback = mapping == NULL ? NULL : text_fallback(mapping->text);
    g_autofree char *api_name = g_strdup(field);
    editor_open(w, SCREEN_FIELD);
    connection_set(&w->editor.fallback, fallback == NULL ? "" : fallback);
    connection_set(&w->edited, api_name);
    w->editor.field = g_steal_pointer(&api_name);
    w->editor.text = g_strdup(mapping == NULL || name != NULL ? "" : mapping->text);
    set_source(w, name != NULL ? place_of(w, name) : source_fixed(w));
}

/* The resulting text of the row. */
static char *chosen_text(const struct wizard *w)
{
    const struct variable *variable = source_variable(w);
    if (variable == NULL && w->editor.source == source_fixed(w))
        return g_strdup(w->editor.text);
    return text_of_variable(variable != NULL ? variable->name : w->editor.text,
                            *w->editor.fallback == '\0' ? NULL : w->editor.fallback);
}

static const struct field *edited_field(const struct wizard *w)
{
    return w->describe == NULL ? NULL : describe_field(w->describe, w->editor.field);
}

static char *source_problem(const struct wizard *w)
{
    g_autofree char *text = chosen_text(w);
    if (w->editor.source == source_other(w) && !text_path_is_valid(w->editor.text))
        return g_strdup(_("Write the variable as in the flow, without braces: senderName, "
                          "contact.phones[0].value."));
    if (w->editor.source != source_fixed(w) && strpbrk(w->editor.fallback, "\"{}") != NULL)
        return g_strdup(_("The text for an empty variable cannot contain quotation marks or "
                          "braces."));
    if (text_is_broken(text))
        return g_strdup(_("What is in double braces is not a variable such as {{senderName}} or "
                          "{{a.b[0].c|default:\"x\"}}."));
    return NULL;
}

/* What is wrong with the text in the record, with samples for variables. */
static char *value_problem(const struct wizard *w)
{
    const struct field *field = edited_field(w);
    g_autofree char *text = chosen_text(w);
    bool fixed = w->editor.source == source_fixed(w);
    if (field == NULL)
        return g_strdup(_("This org has no such field. Go back and remove it with x."));
    g_autofree char *filled =
        fixed ? channel_fill(channel_of(w), text)
              : g_strdup(*w->editor.sample != '\0' ? w->editor.sample : w->editor.fallback);
    char *problem = field_problem(field, filled);
    return problem == NULL && !fixed && *w->editor.fallback != '\0'
               ? field_problem(field, w->editor.fallback)
               : problem;
}

bool field_points_elsewhere(const struct field *field)
{
    return field != NULL && strcmp(field->type, "reference") == 0;
}

/* Whether the fixed text is still to be typed or chosen. */
static bool is_empty(const struct wizard *w)
{
    return w->editor.source == source_fixed(w) && *w->editor.text == '\0';
}

static void keep(struct wizard *w, GArray *out)
{
    if (is_empty(w)) {
        wizard_notice(w, field_points_elsewhere(edited_field(w))
                             ? _("Enter the id of a record: 15 or 18 letters and digits, in the "
                                 "address of its page.")
                             : _("Enter the text, or choose a variable."));
        return;
    }
    const struct field *field = edited_field(w);
    g_autofree char *wrong_source = source_problem(w);
    g_autofree char *wrong_value = value_problem(w);
    if (wrong_source != NULL || wrong_value != NULL) {
        wizard_notice(w, wrong_source != NULL ? wrong_source : wrong_value);
        return;
    }
    g_autofree char *text = chosen_text(w);
    g_autofree char *name = text_variable(text);
    if (!channel_map(channel_of(w), field->name, field->label, field->type, text)) {
        wizard_notice(w, _("perch can map no more fields. Remove one first."));
        return;
    }
    if (name != NULL)
        channel_set_sample(channel_of(w), name, w->editor.sample);
    wizard_mapping_changed(w, out);
    editor_close(w);
}

void field_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    const struct field *field = edited_field(w);
    bool picks = field != NULL && field->values != NULL;
    if (event->kind == VIEW_EVENT_INPUT)
        wizard_notice(w, NULL);
    if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_TEXT) {
        connection_set(&w->editor.text, event->text);
    } else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_SAMPLE) {
        connection_set(&w->editor.sample, event->text);
    } else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_FALLBACK) {
        connection_set(&w->editor.fallback, event->text);
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_SOURCE) {
        if (event->index >= 0 && (guint)event->index <= source_fixed(w))
            set_source(w, (guint)event->index);
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_PICK_VALUE && picks) {
        if (event->index >= 0 && (guint)event->index < field->values->len)
            connection_set(&w->editor.text, field->values->pdata[event->index]);
    } else if (is_action(event, ACTION_NEXT)) {
        keep(w, out);
    } else if (is_action(event, ACTION_BACK)) {
        editor_close(w);
    }
}

static void view_source(const struct wizard *w, struct view *view)
{
    const GPtrArray *variables = channel_of(w)->variables;
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_SOURCE, _("Filled with"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < variables->len; i++)
        g_ptr_array_add(item->options,
                        text_of_variable(((struct variable *)variables->pdata[i])->name, NULL));
    g_ptr_array_add(item->options, g_strdup(_("another variable of the flow")));
    g_ptr_array_add(item->options, g_strdup(_("a fixed text")));
    item->selected = (int)w->editor.source;
}

/* Offers a short picklist as choices; in a long or multi-select one, values are typed. */
static bool offers_values(const struct field *field)
{
    enum { MOST = 40 };
    return field != NULL && field->values != NULL && field->values->len > 0 &&
           field->values->len <= MOST && strcmp(field->type, "picklist") == 0;
}

static void view_values(const struct wizard *w, struct view *view, const struct field *field)
{
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_PICK_VALUE, _("Text"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    item->selected = -1;
    item->wanted = is_empty(w);
    for (guint i = 0; i < field->values->len; i++) {
        g_ptr_array_add(item->options, g_strdup(field->values->pdata[i]));
        if (strcmp(field->values->pdata[i], w->editor.text) == 0)
            item->selected = (int)i;
    }
}

/* The record's value for a text with variables; NULL if it has none. */
static char *filled_note(const struct wizard *w)
{
    g_autoptr(GPtrArray) names = text_variables(w->editor.text);
    g_autofree char *filled = names->len == 0 ? NULL : channel_fill(channel_of(w), w->editor.text);
    g_autofree char *clean = filled == NULL ? NULL : text_clean(filled);
    return clean == NULL ? NULL : g_strdup_printf("→ %s", clean);
}

static void view_variable(const struct wizard *w, struct view *view, const struct field *field,
                          bool other)
{
    g_autofree char *wrong = source_problem(w);
    if (other) {
        struct view_item *name =
            input_view(w, view, ITEM_TEXT, _("Its name"), w->editor.text, NULL);
        name->error = g_strdup(wrong);
    }
    struct view_item *item =
        input_view(w, view, ITEM_SAMPLE, _("Sample"), w->editor.sample,
                   _("What tests put in its place. If the flow's text is longer than the field, "
                     "Salesforce refuses the record."));
    item->error = value_problem(w);
    bool bare = field != NULL && field_is_required(field) && *w->editor.fallback == '\0';
    item = input_view(w, view, ITEM_FALLBACK, _("When empty"), w->editor.fallback,
                      bare ? _("A sender without a name, a picture without a text: Salesforce "
                               "refuses a record whose required field is empty.")
                           : _("What the field gets when the variable is empty."));
    if (!other)
        item->error = g_strdup(wrong);
}

void field_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    const struct field *field = edited_field(w);
    bool fixed = w->editor.source == source_fixed(w), other = w->editor.source == source_other(w);
    g_autofree char *facts = field == NULL ? NULL : field_facts(field);
    g_autofree char *heading =
        facts == NULL ? g_strdup(w->editor.field) : g_strdup_printf("%s · %s", field->name, facts);
    view_heading(view, field == NULL ? w->editor.field : field->label, NULL);
    view_text(view, ROLE_DIM, 0, heading);
    view_blank(view);
    view_source(w, view);
    view_blank(view);
    if (fixed && offers_values(field)) {
        view_values(w, view, field);
    } else if (fixed) {
        struct view_item *item = input_view(w, view, ITEM_TEXT, _("Text"), w->editor.text, NULL);
        item->wanted = is_empty(w);
        item->error = source_problem(w);
        if (item->error == NULL)
            item->error = value_problem(w);
        view_item_take(&item->note, filled_note(w));
    } else {
        view_variable(w, view, field, other);
    }
    /* Where somebody who types at once means to type; letters are no keys here. */
    view->focus = !fixed ? ITEM_SOURCE : offers_values(field) ? ITEM_PICK_VALUE : ITEM_TEXT;
    view_key(view, ACTION_NEXT, _("keep"));
    view_key(view, ACTION_BACK, _("back"));
}
