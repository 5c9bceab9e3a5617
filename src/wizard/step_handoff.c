/* SPDX-License-Identifier: MIT */
#include "perch/handoff.h"
#include "wizard-private.h"

void step_handoff_enter(struct wizard *w, GArray *out)
{
    (void)out;
    w->marks[STEP_HANDOFF] = MARK_OK;
}

void step_handoff_leave(struct wizard *w, GArray *out)
{
    (void)out;
    w->show_secrets = false;
}

void step_handoff_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out)
{
    (void)w;
    (void)list;
    (void)done;
    (void)out;
}

static const struct handoff_item *item_of(const struct wizard *w, int id)
{
    if (w->handoff == NULL || id < ITEM_VALUE || id >= ITEM_VALUE + (int)w->handoff->len)
        return NULL;
    return w->handoff->pdata[id - ITEM_VALUE];
}

void step_handoff_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    const struct handoff_item *item = item_of(w, event->id);
    if (is_action(event, ACTION_COPY) && item != NULL)
        effect_secret(out, EFFECT_COPY, item->value);
    else if (is_action(event, ACTION_SHOW))
        w->show_secrets = !w->show_secrets;
    else if (is_action(event, ACTION_EXPORT))
        effect_add(out, EFFECT_EXPORT);
    else if (is_action(event, ACTION_DOCTOR))
        wizard_open_doctor(w, false, out);
    else if (is_action(event, ACTION_TEST))
        wizard_go(w, STEP_TEST, out);
    else if (is_action(event, ACTION_NEXT)) {
        effect_add(out, EFFECT_SAVE);
        struct effect *effect = effect_add(out, EFFECT_QUIT);
        effect->code = wizard_exit(w);
        effect->home = true;
    }
}

static char *masked(const struct handoff_item *item)
{
    if (!item->secret)
        return text_clean(secret_peek(item->value));
    gsize length = secret_length(item->value);
    GString *dots = g_string_new(NULL);
    for (gsize i = 0; i < MIN(length, 24); i++)
        g_string_append(dots, "•");
    char *text = g_strdup_printf(_("%s (%zu characters)"), dots->str, length);
    g_string_free(dots, TRUE);
    return text;
}

void step_handoff_view(const struct wizard *w, struct view *view, int focus)
{
    const char *group = NULL;
    (void)focus;
    view->focus = ITEM_VALUE;
    view_heading(view, _("Into Flow Builder"),
                 w->connection->test_object == TEST_CASE ? _("Viber → Case")
                                                         : _("WhatsApp → Lead"));
    if (w->handoff_problem != NULL) {
        view_blank(view);
        view_text(view, ROLE_FAIL, 0, w->handoff_problem);
    }
    view_blank(view);
    for (guint i = 0; w->handoff != NULL && i < w->handoff->len; i++) {
        const struct handoff_item *value = w->handoff->pdata[i];
        if (g_strcmp0(group, value->group) != 0) {
            group = value->group;
            view_text(view, ROLE_TITLE, 0, group);
        }
        struct view_item *item = view_add(view, VIEW_PAIR, ITEM_VALUE + (int)i, value->label);
        item->secret = value->secret && !w->show_secrets;
        view_item_take(&item->value,
                       item->secret ? masked(value) : text_clean(secret_peek(value->value)));
        item->indent = 2;
    }
    view_key(view, ACTION_NEXT, _("done"));
    view_key(view, ACTION_COPY, _("copy field"));
    view_key(view, ACTION_SHOW, w->show_secrets ? _("hide secrets") : _("show secrets"));
    view_key(view, ACTION_EXPORT, _("export"));
    view_key(view, ACTION_TEST, _("test"));
    view_key(view, ACTION_DOCTOR, _("doctor"));
    view_key(view, ACTION_BACK, _("back"));
}
