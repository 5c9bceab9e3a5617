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

void view_introduction(const struct wizard *w, struct view *view)
{
    g_auto(GStrv) lines = g_strsplit(w->introduction, "\n", -1);
    for (gsize i = 0; *lines[i] != '\0'; i++)
        view_text(view, ROLE_ACCENT, 0, lines[i]);
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
