/* SPDX-License-Identifier: MIT */
/* The wizard's core at Authorize and Prove: logins that work, and answers that do not. */
#include "unit/wizard_rig.h"

static void wizard__authorize__typed_paste_waits_for_enter(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_authorize(rig);
    rig_start_login(rig);
    rig_input(rig, ITEM_PASTE, "aPrx");
    assert_null(rig_effect(rig, EFFECT_PASTE));
    rig_act(rig, ACTION_NEXT, ITEM_PASTE);
    assert_string_equal(secret_peek(rig_effect(rig, EFFECT_PASTE)->secret), "aPrx");
    rig_view_event(rig,
                   (struct view_event){.kind = VIEW_EVENT_PASTE,
                                       .id = ITEM_PASTE,
                                       .text = "https://login.salesforce.com/?code=aPrx%3D%3D"});
    assert_non_null(rig_effect(rig, EFFECT_PASTE));
}

/* A browser that is slow to start would find its one-time address replaced. */
static void wizard__authorize__enter_opens_no_second_browser(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_authorize(rig);
    rig_start_login(rig);
    rig_act(rig, ACTION_NEXT, 0);
    assert_null(rig_effect(rig, EFFECT_BROWSER));
    rig_act(rig, ACTION_RETRY, 0);
    assert_non_null(rig_effect(rig, EFFECT_BROWSER));
}

/* Why nobody came back, as far as it is known. */
static void wizard__authorize__late_login__names_what_was_seen(void **state)
{
    static const struct {
        const char *browser;
        bool other_tick, other_paste;
        enum cause cause;
    } rows[] = {
        {NULL, false, false, CAUSE_TIMEOUT},
        {"No browser.", false, false, CAUSE_NO_BROWSER},
        {NULL, true, false, CAUSE_STATE_MISMATCH},
        {"No browser.", false, true, CAUSE_STATE_MISMATCH},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new();
        rig_to_authorize(rig);
        rig_start_login(rig);
        rig_handle(rig, (struct wizard_event){.kind = WIZARD_BROWSER, .text = rows[i].browser});
        rig_handle(rig, (struct wizard_event){.kind = WIZARD_TICK, .done = rows[i].other_tick});
        if (rows[i].other_paste)
            rig_handle(rig, (struct wizard_event){
                                .kind = WIZARD_PASTE_PROBLEM, .text = "Another.", .done = true});
        rig->now += 901 * 1000;
        rig_handle(rig, (struct wizard_event){.kind = WIZARD_TICK});
        g_autoptr(GPtrArray) results = wizard_results(rig->wizard);
        const struct check_result *login = results->pdata[results->len - 1];
        assert_string_equal(login->id, "login");
        assert_int_equal(login->diagnosis->cause, rows[i].cause);
    }
}

static void wizard__authorize__time_runs_out(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_authorize(rig);
    rig_start_login(rig);
    rig->now += 901 * 1000;
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_TICK});
    assert_non_null(rig_effect(rig, EFFECT_LOGIN_STOP));
    g_autoptr(View) view = wizard_view(rig->wizard, 0);
    assert_true(view->failed);
    rig_act(rig, ACTION_RETRY, 0);
    assert_non_null(rig_effect(rig, EFFECT_LOGIN));
}

static void wizard__authorize__refusal_has_a_page_a_fix_and_a_result(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    struct failure failure;
    (void)state;
    rig_to_authorize(rig);
    rig_start_login(rig);
    failure_own(&failure, STAGE_AUTHORIZE, "OAUTH_APP_ACCESS_DENIED",
                "user is not admin approved to access this app");
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_LOGIN_FAILED, .failure = &failure});
    failure_clear(&failure);
    rig_act(rig, ACTION_OPEN, ITEM_CHECK);
    assert_string_equal(rig_effect(rig, EFFECT_OPEN)->text,
                        "https://acme.lightning.force.com/lightning/setup/"
                        "ManageExternalClientApplication/home");
    rig_act(rig, ACTION_COPY, ITEM_CHECK);
    assert_contains(secret_peek(rig_effect(rig, EFFECT_COPY)->secret), "Permitted Users");
    g_autoptr(GPtrArray) results = wizard_results(rig->wizard);
    const struct check_result *login = results->pdata[results->len - 1];
    assert_string_equal(login->id, "login");
    assert_int_equal(login->diagnosis->cause, CAUSE_USER_NOT_APPROVED);
    assert_int_equal(wizard_exit(rig->wizard), PERCH_EXIT_APP);
    /* The habitual Enter neither hides it nor starts a browser; the next try starts clean. */
    rig_act(rig, ACTION_NEXT, 0);
    assert_null(rig_effect(rig, EFFECT_BROWSER));
    assert_null(rig_effect(rig, EFFECT_LOGIN));
    assert_int_equal(wizard_exit(rig->wizard), PERCH_EXIT_APP);
    rig_act(rig, ACTION_RETRY, 0);
    assert_non_null(rig_effect(rig, EFFECT_BROWSER));
    assert_int_equal(wizard_exit(rig->wizard), PERCH_EXIT_CANCELLED);
}

/* The time is up, or there were too many of them: then it has failed, for the reason that the last
 * one had. */
static void wizard__authorize__refusals_end_it_in_the_end(void **state)
{
    (void)state;
    for (int in_time = 0; in_time < 2; in_time++) {
        g_autoptr(Rig) rig = rig_new();
        struct failure failure;
        int count = 0;
        rig_to_authorize(rig);
        rig_start_login(rig);
        failure_own(&failure, STAGE_AUTHORIZE, "access_denied", "end-user denied authorization");
        do
            rig_handle(rig,
                       (struct wizard_event){.kind = WIZARD_LOGIN_FAILED, .failure = &failure});
        while (++count < (in_time ? 1000 : 3) && rig_effect(rig, EFFECT_LOGIN_STOP) == NULL);
        failure_clear(&failure);
        if (!in_time) {
            assert_null(rig_effect(rig, EFFECT_LOGIN_STOP));
            rig->now += 901 * 1000;
            rig_handle(rig, (struct wizard_event){.kind = WIZARD_TICK});
        }
        assert_non_null(rig_effect(rig, EFFECT_LOGIN_STOP));
        assert_int_equal(count, in_time ? 50 : 3);
        g_autoptr(View) view = wizard_view(rig->wizard, 0);
        assert_true(view->failed);
        assert_int_equal(wizard_exit(rig->wizard), PERCH_EXIT_AUTHORIZATION);
        rig_act(rig, ACTION_RETRY, 0);
        assert_non_null(rig_effect(rig, EFFECT_LOGIN));
    }
}

static void wizard__authorize__late_code_after_back_is_ignored(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_authorize(rig);
    rig_start_login(rig);
    rig_act(rig, ACTION_BACK, 0);
    assert_non_null(rig_effect(rig, EFFECT_LOGIN_STOP));
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_LOGIN_CODE});
    assert_int_equal(rig->wizard->step, STEP_KEYS);
}

static void to_prove(struct rig *rig)
{
    rig_to_authorize(rig);
    rig_start_login(rig);
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_LOGIN_CODE});
    assert_int_equal(rig->wizard->step, STEP_PROVE);
    assert_int_equal(rig_effect(rig, EFFECT_CHECKS)->list, CHECKS_PROVE);
}

/* What is said of the code is no reason to end the login; what is said of the app, or by the wire,
 * is. */
static void wizard__prove__refused_code_goes_back_to_the_login(void **state)
{
    static const struct {
        const char *code;
        bool goes_on;
    } rows[] = {{"invalid_grant", true},   {"redirect_uri_mismatch", true},
                {"inactive_user", true},   {"no-refresh-token", true},
                {"invalid_client", false}, {"invalid_client_id", false},
                {"timeout", false},        {"dns", false},
                {"empty", false}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new();
        to_prove(rig);
        rig_answer(rig, CHECKS_PROVE, prove_ids, "exchange", STAGE_TOKEN, rows[i].code);
        if (rig_effect(rig, EFFECT_LOGIN_FAILED)->keep != rows[i].goes_on)
            fail_msg("%s", rows[i].code);
        assert_int_equal(rig->wizard->step, rows[i].goes_on ? STEP_AUTHORIZE : STEP_PROVE);
        assert_int_equal(rig->wizard->login_waiting, rows[i].goes_on);
        if (!rows[i].goes_on)
            continue;
        assert_null(rig_effect(rig, EFFECT_LOGIN)); /* the same login, with the same address */
        g_autoptr(View) view = wizard_view(rig->wizard, 0);
        assert_true(view->busy && !view->failed);
        rig_handle(rig, (struct wizard_event){.kind = WIZARD_LOGIN_CODE});
        rig_answer(rig, CHECKS_PROVE, prove_ids, NULL, STAGE_MACHINE, NULL);
        assert_int_equal(rig->wizard->step, STEP_PROVE);
        g_autoptr(GPtrArray) results = wizard_results(rig->wizard);
        assert_int_equal(check_results_exit(results), PERCH_EXIT_OK);
        assert_int_equal(check_results_status(results), CHECK_WARNING); /* it is not forgotten */
    }
}

static void wizard__prove__store_failure_offers_retry_keep_and_quit(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    to_prove(rig);
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_STORED, .done = false});
    rig_answer(rig, CHECKS_PROVE, prove_ids, "stored", STAGE_MACHINE, "locked");
    rig_act(rig, ACTION_RETRY, 0);
    assert_true(rig_effect(rig, EFFECT_CHECKS)->keep); /* no second exchange */
    rig_answer(rig, CHECKS_PROVE, prove_ids, "stored", STAGE_MACHINE, "locked");

    rig_act(rig, ACTION_QUIT, 0); /* the token is not lost without a word */
    assert_null(rig_effect(rig, EFFECT_QUIT));
    g_autoptr(View) asked = wizard_view(rig->wizard, 0);
    assert_non_null(asked->dialog);
    rig_act(rig, ACTION_NEXT, 0);
    assert_null(rig_effect(rig, EFFECT_QUIT));
    rig_act(rig, ACTION_BACK, 0);

    rig_act(rig, ACTION_KEEP, 0);
    assert_non_null(rig_effect(rig, EFFECT_KEEP_IN_MEMORY));
    rig_answer(rig, CHECKS_PROVE, prove_ids, NULL, STAGE_MACHINE, NULL);
    rig_act(rig, ACTION_NEXT, 0);
    assert_int_equal(rig->wizard->step, STEP_TEST);
    rig_act(rig, ACTION_QUIT, 0);
    rig_act(rig, ACTION_QUIT, 0); /* "revoke it and quit", on the person's word */
    assert_non_null(rig_effect(rig, EFFECT_REVOKE_AND_QUIT));
}

static void wizard__reauthorize__ends_when_proven(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    to_prove(rig);
    rig->wizard->reauthorize = true;
    rig_answer(rig, CHECKS_PROVE, prove_ids, NULL, STAGE_MACHINE, NULL);
    rig_act(rig, ACTION_NEXT, 0);
    assert_int_equal(rig_effect(rig, EFFECT_QUIT)->code, PERCH_EXIT_OK);
    assert_non_null(rig_effect(rig, EFFECT_SAVE));
}

static void wizard__other_org__goes_on_only_when_it_is_meant(void **state)
{
    static const char *const ids[] = {"exchange", "same-org", "stored", NULL};
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    to_prove(rig);
    rig_answer(rig, CHECKS_PROVE, ids, "same-org", STAGE_TOKEN, "wrong-org");
    rig_act(rig, ACTION_KEEP, 0);
    assert_non_null(rig_effect(rig, EFFECT_OTHER_ORG));
    assert_true(rig_effect(rig, EFFECT_CHECKS)->keep);
    rig_answer(rig, CHECKS_PROVE, ids, "same-org", STAGE_TOKEN, "wrong-org");
    rig_act(rig, ACTION_RETRY, 0); /* not meant: another login */
    assert_int_equal(rig->wizard->step, STEP_AUTHORIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wizard__authorize__typed_paste_waits_for_enter),
        cmocka_unit_test(wizard__authorize__enter_opens_no_second_browser),
        cmocka_unit_test(wizard__authorize__late_login__names_what_was_seen),
        cmocka_unit_test(wizard__authorize__time_runs_out),
        cmocka_unit_test(wizard__authorize__refusal_has_a_page_a_fix_and_a_result),
        cmocka_unit_test(wizard__authorize__refusals_end_it_in_the_end),
        cmocka_unit_test(wizard__authorize__late_code_after_back_is_ignored),
        cmocka_unit_test(wizard__prove__refused_code_goes_back_to_the_login),
        cmocka_unit_test(wizard__prove__store_failure_offers_retry_keep_and_quit),
        cmocka_unit_test(wizard__reauthorize__ends_when_proven),
        cmocka_unit_test(wizard__other_org__goes_on_only_when_it_is_meant),
    };
    return cmocka_run_group_tests_name("the wizard's login", tests, NULL, NULL);
}
