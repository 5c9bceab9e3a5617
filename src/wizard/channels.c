/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard_private.h"

/* The channels of a connection: their names and what they create. */

static char *channel_title(const struct channel *channel)
{
    g_autofree char *name = text_clean(channel->name);
    return g_strdup_printf("%s → %s", name, object_name(channel->object));
}

char *channel_heading(const struct wizard *w)
{
    const Connection *c = w->connection;
    g_autofree char *what = channel_title(connection_channel(c));
    return c->channels->len > 1 ? g_strdup_printf(_("‹ %s ›  channel %u of %u"), what,
                                                  c->channel + 1, c->channels->len)
                                : g_steal_pointer(&what);
}

char *channels_untested(const struct wizard *w)
{
    const GPtrArray *channels = w->connection->channels;
    const struct channel *next = NULL;
    guint tested = 0;
    for (guint i = 1; i <= channels->len; i++) { /* the one on the screen last */
        const struct channel *channel =
            channels->pdata[(w->connection->channel + i) % channels->len];
        tested += channel->tested;
        next = next == NULL && !channel->tested ? channel : next;
    }
    if (tested == 0 || next == NULL)
        return NULL;
    if (next == connection_channel(w->connection))
        return g_strdup_printf(_("%u of %u channels tested. Not yet: this one."), tested,
                               channels->len);
    g_autofree char *title = channel_title(next);
    return g_strdup_printf(
        _("%u of %u channels tested. Not yet: %s. Switch to it and test it, too."), tested,
        channels->len, title);
}

void channels_keys(const struct wizard *w, struct view *view)
{
    if (w->connection->channels->len < 2)
        return;
    view_key(view, ACTION_PREVIOUS, _("channel"));
    view_key(view, ACTION_FOLLOWING, _("channel"));
}

void wizard_set_channel(struct wizard *w, guint index, GArray *out)
{
    enum test_object before = w->connection->test_object;
    connection_set_channel(w->connection, index);
    secret_set(&w->webhook, NULL); /* it belongs to the other channel's flow */
    secret_set(&w->webhook_key, NULL);
    connection_set(&w->webhook_header, NULL);
    w->with_flow = false;
    if (w->connection->test_object != before || !connection_channel(w->connection)->fitted)
        w->describe = NULL;
    w->changed = true;
    const bool tested = connection_channel(w->connection)->tested;
    wizard_mapping_changed(w, out);
    w->tested = connection_channel(w->connection)->tested = tested;
    w->marks[STEP_TEST] = tested ? MARK_OK : MARK_OPEN;
    if (!tested)
        w->marks[STEP_HANDOFF] = MARK_OPEN;
}

/* What was seen of each channel stays to be seen when it comes back. */
static const enum check_list_id kept_lists[] = {CHECKS_INSERT, CHECKS_DRY_RUN, CHECKS_REHEARSE};

void channels_forget_kept(struct wizard *w)
{
    for (int c = 0; c < CHANNELS_MAX; c++)
        for (int i = 0; i < KEPT_LISTS; i++)
            g_clear_pointer(&w->kept[c][i], g_ptr_array_unref);
}

void wizard_turn_channel(struct wizard *w, int by, GArray *out)
{
    G_STATIC_ASSERT(G_N_ELEMENTS(kept_lists) == KEPT_LISTS);
    guint count = w->connection->channels->len;
    GPtrArray **before = w->kept[w->connection->channel];
    for (int i = 0; i < KEPT_LISTS; i++) {
        list_cancel(w, kept_lists[i], out);
        g_clear_pointer(&before[i], g_ptr_array_unref);
        before[i] = g_steal_pointer(&w->lists[kept_lists[i]].results);
    }
    wizard_set_channel(w, (w->connection->channel + count + (guint)by) % count, out);
    for (int i = 0; i < KEPT_LISTS; i++)
        w->lists[kept_lists[i]].results = g_steal_pointer(&w->kept[w->connection->channel][i]);
    if (list_failed(w, CHECKS_INSERT))
        w->marks[STEP_TEST] = MARK_FAILED;
    w->screen++;
}

void wizard_forget_tests(struct wizard *w, GArray *out)
{
    const GPtrArray *channels = w->connection->channels;
    for (guint i = 0; i < channels->len; i++)
        ((struct channel *)channels->pdata[i])->tested = false;
    channels_forget_kept(w);
    w->describe = NULL;
    wizard_mapping_changed(w, out);
    w->marks[STEP_HANDOFF] = MARK_OPEN;
}

void editor_channel(struct wizard *w, bool new_channel)
{
    const struct channel *channel = connection_channel(w->connection);
    if (new_channel && w->connection->channels->len >= CHANNELS_MAX) {
        wizard_notice(w, _("A connection can have no more channels. Remove one first."));
        return;
    }
    editor_open(w, SCREEN_CHANNEL);
    w->editor.new_channel = new_channel;
    w->editor.name = g_strdup(new_channel ? "" : channel->name);
    w->editor.object = new_channel ? TEST_LEAD : channel->object;
}

static void keep_channel(struct wizard *w, GArray *out)
{
    Connection *c = w->connection;
    struct channel *channel = connection_channel(c);
    g_autofree char *name = g_strstrip(g_strdup(w->editor.name));
    enum test_object object = w->editor.object;
    guint index = c->channel;
    const char *problem = channel_name_problem(name);
    if (problem != NULL) {
        wizard_error(w, ITEM_CHANNEL_NAME, problem);
        return;
    }
    if (w->editor.new_channel) {
        index = c->channels->len;
        channel = channel_new(name, object);
        g_free(channel->id);
        channel->id = channels_new_id(c->channels, name);
        g_ptr_array_add(c->channels, channel);
    } else {
        connection_set(&channel->name, name);
        channel_set_object(channel, object);
        channel->tested = false;
    }
    editor_close(w);
    wizard_set_channel(w, index, out);
    if (w->describe == NULL)
        list_start(w, CHECKS_DESCRIBE, false, out);
}

static void remove_channel(struct wizard *w, GArray *out)
{
    Connection *c = w->connection;
    if (w->editor.new_channel || c->channels->len == 1) {
        wizard_notice(w, _("A connection needs at least one channel."));
        return;
    }
    channels_forget_kept(w);
    g_ptr_array_remove_index(c->channels, c->channel);
    editor_close(w);
    c->channel = 0;
    w->describe = NULL;
    wizard_set_channel(w, 0, out);
    list_start(w, CHECKS_DESCRIBE, false, out);
}

void channel_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_CHANNEL_NAME) {
        g_free(w->editor.name);
        w->editor.name = g_strdup(event->text);
        wizard_error(w, ITEM_CHANNEL_NAME, NULL);
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_OBJECT) {
        w->editor.object = event->index == TEST_CASE ? TEST_CASE : TEST_LEAD;
    } else if (is_action(event, ACTION_NEXT)) {
        keep_channel(w, out);
    } else if (is_action(event, ACTION_REMOVE)) {
        remove_channel(w, out);
    } else if (is_action(event, ACTION_BACK)) {
        wizard_error(w, ITEM_CHANNEL_NAME, NULL);
        editor_close(w);
    }
}

void channel_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    const struct channel *channel = connection_channel(w->connection);
    bool changes = !w->editor.new_channel && w->editor.object != channel->object;
    view_heading(view, w->editor.new_channel ? _("New channel") : _("Channel"), NULL);
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              _("A channel is a way for customers to write: WhatsApp, Viber, SMS, Telegram. Each "
                "has its own flow, which creates a Lead or a Case from a message."));
    view_blank(view);
    input_view(w, view, ITEM_CHANNEL_NAME, _("Name"), w->editor.name, NULL);
    struct view_item *item = view_add(view, VIEW_CHOICE, ITEM_OBJECT, _("Creates"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->options, g_strdup(_("a Lead")));
    g_ptr_array_add(item->options, g_strdup(_("a Case")));
    item->selected = (int)w->editor.object;
    if (changes)
        view_item_set(&item->note, _("The other object's fields replace these."));
    view->focus = ITEM_CHANNEL_NAME;
    view_key(view, ACTION_NEXT, _("keep"));
    if (!w->editor.new_channel && w->connection->channels->len > 1)
        view_key(view, ACTION_REMOVE, _("remove it"));
    view_key(view, ACTION_BACK, _("back"));
}
