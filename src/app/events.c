/* SPDX-License-Identifier: MIT */
#include "events.h"

#include "perch/explain/explain.h"

/* An event that owns what it points to, except describe and connection, which outlive it. */
struct kept {
    struct wizard_event event;
    struct failure failure;
    char *text;
};

static struct kept *keep(const struct wizard_event *event)
{
    struct kept *kept = g_new0(struct kept, 1);
    g_assert(event->view == NULL);
    kept->event = *event;
    kept->event.text = kept->text = g_strdup(event->text);
    if (event->failure != NULL) {
        failure_copy(&kept->failure, event->failure);
        kept->event.failure = &kept->failure;
    }
    if (event->results != NULL)
        g_ptr_array_ref(event->results);
    if (event->items != NULL)
        g_ptr_array_ref(event->items);
    return kept;
}

static void kept_free(gpointer data)
{
    struct kept *kept = data;
    g_clear_pointer(&kept->event.results, g_ptr_array_unref);
    g_clear_pointer(&kept->event.items, g_ptr_array_unref);
    failure_clear(&kept->failure);
    g_free(kept->text);
    g_free(kept);
}

bool events_send(struct events *events, const struct wizard_event *event)
{
    if (events->delivering) {
        g_queue_push_tail(&events->waiting, keep(event));
        return false;
    }
    events->delivering = true;
    events->deliver(event, events->user);
    for (struct kept *kept; (kept = g_queue_pop_head(&events->waiting)) != NULL; kept_free(kept))
        events->deliver(&kept->event, events->user);
    events->delivering = false;
    return true;
}

void events_clear(struct events *events)
{
    g_queue_clear_full(&events->waiting, kept_free);
}
