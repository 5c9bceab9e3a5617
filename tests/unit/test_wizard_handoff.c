/* SPDX-License-Identifier: MIT */
/* The Hand-off step's screens in the wizard's core: formats, the flow's webhook, its rehearsal. */
#include "unit/wizard_rig.h"

#include <string.h>

#include "perch/handoff/handoff.h"

static const char hook[] = "https://flows.example.com/a-secret-path";
static const char *const rows[] = {"values", "token", "whatsapp-create", "whatsapp-webhook", NULL};

/* A finished connection at its values; problem NULL: they can be handed over. */
static struct rig *at_values(const char *problem)
{
    struct rig *rig = g_new0(struct rig, 1);
    rig->wizard = wizard_new(connection_new("acme"), NULL, NULL);
    rig->effects = effects_new();
    rig->now = 1000;
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_START, .step = STEP_HANDOFF});
    rig_handle(rig, (struct wizard_event){
                        .kind = WIZARD_HANDOFF, .text = problem, .number = PERCH_EXIT_APP});
    return rig;
}

static void start_flow(struct rig *rig, const char *address)
{
    rig_act(rig, ACTION_FLOW, 0);
    rig_input(rig, ITEM_WEBHOOK, address);
    rig_act(rig, ACTION_NEXT, ITEM_WEBHOOK);
}

static void export__choice__is_the_format_of_the_file(void **state)
{
    g_autoptr(Rig) rig = at_values(NULL);
    (void)state;
    rig_act(rig, ACTION_WRITE, 0);
    assert_null(rig_effect(rig, EFFECT_EXPORT));
    rig_view_event(rig,
                   (struct view_event){.kind = VIEW_EVENT_SELECT, .id = ITEM_FORMAT, .index = 4});
    rig_act(rig, ACTION_NEXT, ITEM_FORMAT);
    assert_int_equal(rig_effect(rig, EFFECT_EXPORT)->format, HANDOFF_POSTMAN);
    assert_int_equal(wizard_screen(rig->wizard), SCREEN_STEP);
    /* What is no choice changes nothing; Esc writes nothing. */
    rig_act(rig, ACTION_WRITE, 0);
    static const int none[] = {-1, 99};
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
        rig_view_event(rig, (struct view_event){
                                .kind = VIEW_EVENT_SELECT, .id = ITEM_FORMAT, .index = none[i]});
    assert_int_equal(rig->wizard->export_choice, 4);
    rig_act(rig, ACTION_BACK, 0);
    assert_null(rig_effect(rig, EFFECT_EXPORT));
    assert_int_equal(rig->wizard->step, STEP_HANDOFF);
}

static void values__with_a_problem__are_neither_exported_nor_played(void **state)
{
    static const enum action actions[] = {ACTION_WRITE, ACTION_PLAY, ACTION_FLOW};
    g_autoptr(Rig) rig = at_values("Rotation is on.");
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        rig_act(rig, actions[i], 0);
        assert_int_equal(rig->effects->len, 0);
        assert_int_equal(wizard_screen(rig->wizard), SCREEN_STEP);
        assert_string_equal(rig->wizard->notice, "Rotation is on.");
    }
}

static void webhook__bad_address__stays_and_says_so(void **state)
{
    static const char *const bad[] = {"", "flows.example.com", "http://flows.example.com/x"};
    g_autoptr(Rig) rig = at_values(NULL);
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        start_flow(rig, bad[i]);
        assert_null(rig_effect(rig, EFFECT_CHECKS));
        g_autofree char *error = rig_error(rig, ITEM_WEBHOOK);
        assert_non_null(error);
        rig_act(rig, ACTION_BACK, ITEM_WEBHOOK);
    }
    /* Another try takes the sentence away. */
    start_flow(rig, bad[2]);
    rig_input(rig, ITEM_WEBHOOK, hook);
    g_autofree char *none = rig_error(rig, ITEM_WEBHOOK);
    assert_null(none);
}

static void webhook__good_address__goes_with_that_rehearsal_only(void **state)
{
    g_autofree char *pasted = g_strdup_printf(" %s\n", hook);
    g_autoptr(Rig) rig = at_values(NULL);
    (void)state;
    start_flow(rig, pasted);
    const struct effect *effect = rig_effect(rig, EFFECT_CHECKS);
    assert_int_equal(effect->list, CHECKS_REHEARSE);
    assert_string_equal(secret_peek(effect->secret), hook);
    rig_answer(rig, CHECKS_REHEARSE, rows, "whatsapp-webhook", STAGE_ANY, "webhook");
    /* Try again calls the flow again; play does not. */
    rig_act(rig, ACTION_RETRY, 0);
    assert_string_equal(secret_peek(rig_effect(rig, EFFECT_CHECKS)->secret), hook);
    rig_answer(rig, CHECKS_REHEARSE, rows, NULL, STAGE_ANY, NULL);
    rig_act(rig, ACTION_PLAY, 0);
    assert_null(rig_effect(rig, EFFECT_CHECKS)->secret);
    /* While one runs, no other is started. */
    rig_act(rig, ACTION_FLOW, 0);
    assert_int_equal(wizard_screen(rig->wizard), SCREEN_STEP);
}

static void webhook__other_channel__is_another_flow(void **state)
{
    g_autoptr(Rig) rig = at_values(NULL);
    (void)state;
    start_flow(rig, hook);
    rig_answer(rig, CHECKS_REHEARSE, rows, "whatsapp-webhook", STAGE_ANY, "webhook");
    rig_act(rig, ACTION_FOLLOWING, 0);
    assert_string_equal(connection_channel(rig->wizard->connection)->id, "viber");
    assert_null(rig->wizard->webhook);
    rig_act(rig, ACTION_RETRY, 0);
    assert_null(rig_effect(rig, EFFECT_CHECKS)->secret);
}

/* The address is nowhere in what a front end gets. */
static void webhook__view__never_holds_the_address(void **state)
{
    g_autoptr(Rig) rig = at_values(NULL);
    (void)state;
    rig_act(rig, ACTION_FLOW, 0);
    rig_input(rig, ITEM_WEBHOOK, hook);
    g_autoptr(View) view = wizard_view(rig->wizard, ITEM_WEBHOOK);
    const struct view_item *item = view_find(view, ITEM_WEBHOOK);
    assert_true(item->secret);
    assert_int_equal(item->length, strlen(hook));
    for (guint i = 0; i < view->items->len; i++) {
        const struct view_item *one = view->items->pdata[i];
        assert_null(one->value == NULL ? NULL : strstr(one->value, "a-secret-path"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__choice__is_the_format_of_the_file),
        cmocka_unit_test(values__with_a_problem__are_neither_exported_nor_played),
        cmocka_unit_test(webhook__bad_address__stays_and_says_so),
        cmocka_unit_test(webhook__good_address__goes_with_that_rehearsal_only),
        cmocka_unit_test(webhook__other_channel__is_another_flow),
        cmocka_unit_test(webhook__view__never_holds_the_address),
    };
    return cmocka_run_group_tests_name("wizard, hand-off", tests, NULL, NULL);
}
