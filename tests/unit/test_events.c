/* SPDX-License-Identifier: MIT */
/* Events to the wizard, one at a time: nothing of one event is done inside another. */
#include "app/events.h"

#include <string.h>

#include "support/test.h"

/* Stands in for who carries effects out: each delivery may send more from inside. */
struct desk {
    struct events events;
    GString *log;
    int depth;
    struct wizard_event inside[4]; /* sent from inside the first delivery */
    guint count;
};

static void deliver(const struct wizard_event *event, gpointer user)
{
    struct desk *desk = user;
    guint count = desk->count;
    assert_int_equal(desk->depth++, 0); /* never from inside another one */
    desk->count = 0;
    g_string_append_printf(desk->log, "<%s", event->text == NULL ? "-" : event->text);
    for (guint i = 0; i < count; i++)
        assert_false(events_send(&desk->events, &desk->inside[i]));
    if (event->failure != NULL)
        g_string_append_printf(desk->log, " %s %s", event->failure->code, event->failure->message);
    if (event->items != NULL)
        g_string_append_printf(desk->log, " %u items", event->items->len);
    g_string_append(desk->log, ">");
    desk->depth--;
}

static void desk_init(struct desk *desk)
{
    *desk = (struct desk){.log = g_string_new(NULL)};
    desk->events.deliver = deliver;
    desk->events.user = desk;
}

static void desk_clear(struct desk *desk)
{
    events_clear(&desk->events);
    g_string_free(desk->log, TRUE);
}

static void events__sent_from_inside__wait_for_the_end_in_their_order(void **state)
{
    struct desk desk;
    (void)state;
    desk_init(&desk);
    desk.inside[0] = (struct wizard_event){.kind = WIZARD_NOTICE, .text = "first"};
    desk.inside[1] = (struct wizard_event){.kind = WIZARD_NOTICE, .text = "second"};
    desk.count = 2;
    assert_true(events_send(&desk.events,
                            &(struct wizard_event){.kind = WIZARD_NOTICE, .text = "effects"}));
    assert_string_equal(desk.log->str, "<effects><first><second>");
    /* And then the door is open again. */
    assert_true(events_send(&desk.events, &(struct wizard_event){.kind = WIZARD_TICK}));
    assert_string_equal(desk.log->str, "<effects><first><second><->");
    desk_clear(&desk);
}

/* Whoever sends one from inside an effect lets go of what it points to at once. */
static void deliver_shortlived(const struct wizard_event *event, gpointer user)
{
    struct desk *desk = user;
    if (desk->count++ == 0) {
        char text[] = "an address";
        struct failure failure;
        g_autoptr(GPtrArray) items = g_ptr_array_new();
        failure_own(&failure, STAGE_AUTHORIZE, "access_denied", "end-user denied");
        g_ptr_array_add(items, text);
        events_send(&desk->events, &(struct wizard_event){.kind = WIZARD_LOGIN_FAILED,
                                                          .text = text,
                                                          .failure = &failure,
                                                          .items = items});
        failure_clear(&failure);
        memset(text, '!', sizeof text - 1);
        return;
    }
    g_string_append_printf(desk->log, "%s %s %s %u", event->text, event->failure->code,
                           event->failure->message, event->items->len);
}

static void events__what_waits__owns_what_it_says(void **state)
{
    struct desk desk;
    (void)state;
    desk_init(&desk);
    desk.events.deliver = deliver_shortlived;
    events_send(&desk.events, &(struct wizard_event){.kind = WIZARD_TICK});
    assert_string_equal(desk.log->str, "an address access_denied end-user denied 1");
    desk_clear(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events__sent_from_inside__wait_for_the_end_in_their_order),
        cmocka_unit_test(events__what_waits__owns_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
