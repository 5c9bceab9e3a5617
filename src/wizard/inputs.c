/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

/* Shared by all steps with inputs. */

void wizard_error(struct wizard *w, int item, const char *text)
{
    connection_set(&w->errors[item], text);
}

bool wizard_has_errors(const struct wizard *w)
{
    for (gsize i = 0; i < G_N_ELEMENTS(w->errors); i++)
        if (w->errors[i] != NULL)
            return true;
    return false;
}

void wizard_notice(struct wizard *w, const char *text)
{
    connection_set(&w->notice, text);
}

void member_set(struct wizard *w, char **member, const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    if (g_strcmp0(*member == NULL ? "" : *member, trimmed) == 0)
        return;
    connection_set(member, *trimmed == '\0' ? NULL : trimmed);
    w->changed = true;
}

bool is_action(const struct view_event *event, enum action action)
{
    return event->kind == VIEW_EVENT_ACTION && event->action == action;
}

struct view_item *input_view(const struct wizard *w, struct view *view, int id, const char *label,
                             const char *value, const char *note)
{
    struct view_item *item = view_add(view, VIEW_INPUT, id, label);
    view_item_set(&item->value, value == NULL ? "" : value);
    view_item_set(&item->note, note);
    if (id < (int)G_N_ELEMENTS(w->errors))
        view_item_set(&item->error, w->errors[id]);
    return item;
}

static bool is_forward(const char *line)
{
    return g_str_has_prefix(line, "ssh ");
}

void view_lines(struct view *view, enum view_role role, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
        if (is_forward(lines[i]))
            view_item_set(&view_add(view, VIEW_ADDRESS, 0, NULL)->value, lines[i]);
        else
            view_text(view, role, 0, lines[i]);
}

/* The command that brings this machine's pages to the person's own browser, over SSH; NULL = none
 * is on the screen. Owned by the caller. */
static char *forward_line(const struct wizard *w)
{
    const struct check_result *browser =
        w->step == STEP_PREFLIGHT ? list_find(w, CHECKS_PREFLIGHT, "browser") : NULL;
    const char *told = browser == NULL ? NULL : json_get_string(browser->evidence, "forward");
    g_auto(GStrv) lines = g_strsplit(w->introduction == NULL ? "" : w->introduction, "\n", -1);
    for (gsize i = 0; told == NULL && lines[i] != NULL; i++)
        if (is_forward(lines[i]))
            return g_strdup(lines[i]);
    return g_strdup(told);
}

void forward_keys(const struct wizard *w, struct view *view)
{
    g_autofree char *line = forward_line(w);
    if (line == NULL)
        return;
    view_key(view, ACTION_COPY, _("copy ssh line"));
    view_key(view, ACTION_WRITE, _("to file"));
}

void forward_action(const struct wizard *w, const struct view_event *event, GArray *out)
{
    g_autofree char *line = forward_line(w);
    if (line == NULL)
        return;
    g_autoptr(Secret) text = secret_new(line);
    if (is_action(event, ACTION_COPY))
        effect_secret(out, EFFECT_COPY, text);
    else if (is_action(event, ACTION_WRITE))
        effect_text(out, EFFECT_WRITE, line);
}

struct view_item *secret_view(const struct wizard *w, struct view *view, int id, const char *label,
                              Secret *value, const char *note)
{
    struct view_item *item = input_view(w, view, id, label, NULL, note);
    item->secret = true;
    item->kept = secret_ref(value);
    item->length = (gsize)g_utf8_strlen(secret_peek(value), -1);
    if (w->show_secrets && value != NULL) {
        item->secret = false;
        view_item_set(&item->value, secret_peek(value));
    }
    return item;
}
