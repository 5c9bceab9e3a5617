/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/handoff/handoff.h"
#include "wizard_private.h"

/* Two screens over the Hand-off step: the formats of an export, and the flow's own webhook. */

static void close_screen(struct wizard *w)
{
    wizard_error(w, ITEM_WEBHOOK, NULL);
    screen_close(w);
}

/* Address, key and header as the text described in handoff.h; owned by the caller. */
static Secret *webhook_of(const struct wizard *w)
{
    g_autoptr(SecretBuf) lines = secret_buf_new();
    const char *more[] = {secret_peek(w->webhook_key), w->webhook_header};
    secret_buf_add(lines, secret_peek(w->webhook));
    for (gsize i = 0; i < G_N_ELEMENTS(more) && more[i] != NULL && *more[i] != '\0'; i++) {
        secret_buf_add(lines, "\n");
        secret_buf_add(lines, more[i]);
    }
    return secret_buf_to_secret(lines);
}

void wizard_rehearse(struct wizard *w, bool with_flow, GArray *out)
{
    w->with_flow = with_flow;
    list_start(w, CHECKS_REHEARSE, false, out);
    if (with_flow)
        g_array_index(out, struct effect, out->len - 1).secret = webhook_of(w);
}

/* ---- the formats ---- */

/* The format at index choice of those on the screen; HANDOFF_FORMAT_COUNT: none. */
static enum handoff_format offered(int choice)
{
    int format = 0;
    while (format < HANDOFF_FORMAT_COUNT &&
           (!handoff_format_on_screen((enum handoff_format)format) || choice-- > 0))
        format++;
    return (enum handoff_format)format;
}

void export_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_FORMAT && event->index >= 0 &&
        offered(event->index) < HANDOFF_FORMAT_COUNT) {
        w->export_choice = (guint)event->index;
    } else if (is_action(event, ACTION_NEXT)) {
        w->handed = true;
        effect_add(out, EFFECT_EXPORT)->format = offered((int)w->export_choice);
        close_screen(w);
    } else if (is_action(event, ACTION_BACK)) {
        close_screen(w);
    }
}

void export_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    view_heading(view, _("Export the values"), NULL);
    view_blank(view);
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_FORMAT, _("Format"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; offered(i) < HANDOFF_FORMAT_COUNT; i++)
        g_ptr_array_add(item->options, g_strdup_printf("%s: %s", handoff_format_name(offered(i)),
                                                       handoff_format_what(offered(i))));
    item->selected = (int)w->export_choice;
    item->stays = true;
    view_blank(view);
    view_text(
        view, ROLE_DIM, 0,
        offered((int)w->export_choice) == HANDOFF_FUNCTION
            ? _("A new file in the current folder. It contains no secrets: the function takes "
                "them from its environment.")
            : _("A new file in the current folder that only you can read. It contains the "
                "secrets."));
    view_text(view, ROLE_DIM, 0,
              _("perch handoff --list names the formats for other places, such as Vault."));
    view->focus = ITEM_FORMAT;
    view_key(view, ACTION_NEXT, _("write the file"));
    view_key(view, ACTION_BACK, _("back"));
}

/* ---- the flow's webhook ---- */

static void set_secret(struct wizard *w, Secret **place, const char *text)
{
    g_autoptr(WipedText) trimmed = g_strdup(text);
    g_strstrip(trimmed);
    g_autoptr(Secret) secret = *trimmed == '\0' ? NULL : secret_new(trimmed);
    secret_set(place, secret);
    wizard_error(w, ITEM_WEBHOOK, NULL);
}

static void call_flow(struct wizard *w, GArray *out)
{
    g_autoptr(Secret) webhook = webhook_of(w);
    const char *problem = webhook_problem(secret_peek(webhook));
    if (problem != NULL) {
        wizard_error(w, ITEM_WEBHOOK, problem);
        return;
    }
    close_screen(w);
    wizard_rehearse(w, true, out);
}

void flow_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_WEBHOOK)
        set_secret(w, &w->webhook, event->text);
    else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_WEBHOOK_KEY)
        set_secret(w, &w->webhook_key, event->text);
    else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_WEBHOOK_HEADER)
        connection_set(&w->webhook_header, event->text);
    else if (is_action(event, ACTION_NEXT))
        call_flow(w, out);
    else if (is_action(event, ACTION_BACK))
        close_screen(w);
}

/* The keys in the webhook's payload, which its step must declare. */
static char *payload_keys(const struct channel *channel)
{
    GString *keys = g_string_new(NULL);
    for (guint i = 0; i < channel->variables->len; i++) {
        const struct variable *variable = channel->variables->pdata[i];
        g_string_append_printf(keys, "%s, ", variable->name);
    }
    g_string_append(keys, "channel");
    return g_string_free(keys, FALSE);
}

void flow_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    g_autofree char *channel = channel_heading(w);
    g_autofree char *keys = payload_keys(connection_channel(w->connection));
    view_heading(view, _("Start the flow itself"), channel)->settled = true;
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              _("The only proof of the whole chain: perch calls the webhook that starts your "
                "flow, with sample values that carry a mark, watches the org for a minute for a "
                "record with that mark, and deletes it."));
    view_blank(view);
    struct view_item *item =
        secret_view(w, view, ITEM_WEBHOOK, _("Webhook"), w->webhook,
                    _("its address; anyone who knows it can start the flow, so it is not stored"));
    item->settled = w->webhook != NULL;
    item = secret_view(w, view, ITEM_WEBHOOK_KEY, _("Key"), w->webhook_key,
                       _("if its trigger asks for one: it is sent as Authorization: Bearer"));
    item->settled = w->webhook_key != NULL;
    input_view(w, view, ITEM_WEBHOOK_HEADER, _("Signature"), w->webhook_header,
               _("the name of its header, if the trigger asks for one: HMAC-SHA256 with the key"));
    view_blank(view);
    view_item_set(&view_add(view, VIEW_PAIR, 0, _("perch sends"))->value,
                  _("POST, application/json"));
    view_item_take(&view_add(view, VIEW_PAIR, 0, _("with the keys"))->value,
                   g_steal_pointer(&keys));
    view_blank(view);
    view_text(view, ROLE_DIM, 0,
              _("How to build such a flow: perch help handoff, and man perch-handoff."));
    view->focus = ITEM_WEBHOOK;
    view_key(view, ACTION_NEXT, _("start the flow"));
    view_key(view, ACTION_BACK, _("back"));
}
