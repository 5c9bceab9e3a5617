/* SPDX-License-Identifier: MIT */
/* The wizard's core as tables: events in, effects and views out. */
#include "unit/wizard_rig.h"

#include <string.h>

#include "perch/handoff/handoff.h"

static void wizard__org__address_of_any_page_becomes_my_domain(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_preflight(rig);
    assert_string_equal(rig->wizard->connection->login_url, "https://acme.my.salesforce.com");
    assert_non_null(rig_effect(rig, EFFECT_SAVE));
    assert_int_equal(rig_effect(rig, EFFECT_CHECKS)->list, CHECKS_PREFLIGHT);
}

/* Whatever else was pasted is neither stored, nor shown once the address is understood. */
static void wizard__org__only_what_is_understood_is_kept(void **state)
{
#define HOST "acme.my.salesforce.com"
#define PASSWORD "8F3kQz7LwN2vXb9RtY4mHs6PcD1gJe5A"
    static const struct {
        const char *text, *kept;
    } rows[] = {
        {HOST, "https://" HOST},
        {"curl https://" HOST "/services/data -H 'Authorization: Bearer " PASSWORD "'",
         "https://" HOST},
        {"curl 'https://" HOST "/services/oauth2/token' -d client_secret=" PASSWORD,
         "https://" HOST},
        {"https://" HOST "/services/oauth2/token?client_secret=" PASSWORD, "https://" HOST},
        {"{\"access_token\":\"" PASSWORD "\",\"instance_url\":\"https://" HOST "\"}",
         "https://" HOST},
        {"https://jane:" PASSWORD "@" HOST "/", "https://" HOST},
        {"https://" HOST "/\nsid=" PASSWORD, "https://" HOST},
        {"SF_INSTANCE=https://" HOST " SF_PASSWORD=" PASSWORD, "https://" HOST},
        {"https://safe.example/?url=https%3A%2F%2F" HOST
         "%2Fsecur%2Ffrontdoor.jsp%3Fsid%3D" PASSWORD,
         "https://" HOST},
        {"http://jane:" PASSWORD "@localhost:8080/" PASSWORD, "http://localhost:8080"},
        {"https://jane:" PASSWORD "@acme.okta.com/", NULL},
        {PASSWORD, NULL},
        {"00D000000000001!AQ4AQ" PASSWORD, NULL},
        {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx.c2ln", NULL}, /* would be a host's name */
        /* of a word processor and of mails */
        {"\xE2\x80\x9Chttps://" HOST "\xE2\x80\x9D", "https://" HOST},
        {"\xE2\x80\x9E" HOST "\xE2\x80\x9C", "https://" HOST},
        {"\xC2\xAB" HOST "\xC2\xBB", "https://" HOST},
        {"\xC2\xABhttps//" HOST "\xC2\xBB", "https://" HOST},
        {"Our org is \xC2\xAB" HOST "\xC2\xBB, I think", "https://" HOST},
        {"https://acme.my.sales=\r\nforce.com", "https://" HOST},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new();
        rig_input(rig, ITEM_NAME, "acme");
        rig_input(rig, ITEM_ADDRESS, rows[i].text);
        const char *kept = rig->wizard->connection->address;
        if (g_strcmp0(kept, rows[i].kept) != 0)
            fail_msg("%s: %s", rows[i].text, kept);
        rig_act(rig, ACTION_NEXT, ITEM_ADDRESS);
        assert_int_equal(rig->wizard->step, kept == NULL ? STEP_ORG : STEP_PREFLIGHT);
        if (kept == NULL)
            continue;
        rig_act(rig, ACTION_BACK, 0);
        g_autoptr(View) view = wizard_view(rig->wizard, 0);
        assert_null(strstr(view_find(view, ITEM_ADDRESS)->value, PASSWORD));
    }
}

static void wizard__org__refuses_what_is_no_salesforce_host(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_input(rig, ITEM_NAME, "acme");
    rig_input(rig, ITEM_ADDRESS, "https://example-salesforce.com/");
    rig_act(rig, ACTION_NEXT, ITEM_ADDRESS);
    g_autofree char *error = rig_error(rig, ITEM_ADDRESS);
    assert_non_null(error);
    assert_int_equal(rig->wizard->step, STEP_ORG);
    assert_int_equal(rig->effects->len, 0);
}

static void wizard__org__refuses_a_taken_or_bad_name(void **state)
{
    static const char *const names[] = {"old", "beta", "a/b", "../x", "-x", "", NULL};
    (void)state;
    for (int i = 0; names[i] != NULL; i++) {
        g_autoptr(Rig) rig = rig_new();
        rig_input(rig, ITEM_ADDRESS, *names[i] == '\0' ? "help.salesforce.com" : "");
        rig_input(rig, ITEM_NAME, names[i]);
        rig_act(rig, ACTION_NEXT, ITEM_NAME);
        g_autofree char *error = rig_error(rig, ITEM_NAME);
        if (error == NULL)
            fail_msg("\"%s\" was taken as a name", names[i]);
        assert_int_equal(rig->wizard->step, STEP_ORG);
    }
}

static void wizard__org__suggests_a_name_from_the_host(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_input(rig, ITEM_ADDRESS, "acme.my.salesforce.com");
    rig_act(rig, ACTION_NEXT, ITEM_ADDRESS);
    assert_string_equal(rig->wizard->connection->name, "acme");
    assert_int_equal(rig->wizard->step, STEP_PREFLIGHT);
}

static void wizard__back__loses_nothing_typed(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_keys(rig);
    rig_input(rig, ITEM_CLIENT_ID, RIG_KEY);
    rig_input(rig, ITEM_CLIENT_SECRET, "not-a-real-secret");
    for (int i = STEP_KEYS; i > STEP_ORG; i--)
        rig_act(rig, ACTION_BACK, 0);
    assert_int_equal(rig->wizard->step, STEP_ORG);
    rig_act(rig, ACTION_NEXT, 0);
    rig_answer(rig, CHECKS_PREFLIGHT, preflight_ids, NULL, STAGE_MACHINE, NULL);
    rig_act(rig, ACTION_NEXT, 0);
    rig_act(rig, ACTION_NEXT, 0);
    g_autoptr(View) view = wizard_view(rig->wizard, 0);
    assert_string_equal(view_find(view, ITEM_CLIENT_ID)->value, RIG_KEY);
    assert_int_equal(view_find(view, ITEM_CLIENT_SECRET)->length, strlen("not-a-real-secret"));
}

static void wizard__preflight__blocks_only_what_blocks(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_preflight(rig);
    rig_act(rig, ACTION_NEXT, 0); /* still running */
    assert_int_equal(rig->wizard->step, STEP_PREFLIGHT);
    rig_answer(rig, CHECKS_PREFLIGHT, preflight_ids, "lookup", STAGE_MACHINE, "dns");
    g_autoptr(View) view = wizard_view(rig->wizard, 0);
    assert_true(view->failed);
    rig_act(rig, ACTION_NEXT, 0); /* asks again, keeping what was ok */
    assert_int_equal(rig->wizard->step, STEP_PREFLIGHT);
    assert_true(rig_effect(rig, EFFECT_CHECKS)->keep);
}

/* A custom domain: what Preflight learnt from it is the address from then on. */
static void wizard__preflight__takes_the_host_that_the_domain_names(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    g_autoptr(GPtrArray) results =
        g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    (void)state;
    rig_input(rig, ITEM_ADDRESS, "crm.acme.com/home");
    rig_act(rig, ACTION_NEXT, 0);
    assert_int_equal(rig->wizard->step, STEP_PREFLIGHT);
    assert_string_equal(rig->wizard->connection->login_url, "https://crm.acme.com");
    assert_string_equal(rig->wizard->connection->name, "crm");
    struct check_result *result = g_new0(struct check_result, 1);
    result->id = "custom-domain";
    result->status = CHECK_OK;
    result->evidence = json_object();
    json_set_string(result->evidence, "login_url", "https://acme.my.salesforce.com");
    g_ptr_array_add(results, result);
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_CHECKS,
                                          .list = CHECKS_PREFLIGHT,
                                          .serial = rig->wizard->lists[CHECKS_PREFLIGHT].serial,
                                          .results = results});
    assert_string_equal(rig->wizard->connection->login_url, "https://acme.my.salesforce.com");
    assert_string_equal(rig->wizard->connection->address, "https://acme.my.salesforce.com");
}

static void wizard__checks__late_answer_is_dropped(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    (void)state;
    rig_to_preflight(rig);
    guint old = rig->wizard->lists[CHECKS_PREFLIGHT].serial;
    rig_act(rig, ACTION_RETRY, 0);
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_CHECKS,
                                          .list = CHECKS_PREFLIGHT,
                                          .serial = old,
                                          .results = none,
                                          .done = true});
    assert_true(rig->wizard->lists[CHECKS_PREFLIGHT].running);
}

static void wizard__keys__unknown_key_is_asked_again_after_a_countdown(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_keys(rig);
    rig_input(rig, ITEM_CLIENT_ID, RIG_KEY);
    rig_act(rig, ACTION_NEXT, ITEM_CLIENT_ID);
    rig_answer(rig, CHECKS_PROBE, probe_ids, "consumer-key", STAGE_AUTHORIZE, "invalid_client_id");
    assert_true(wizard_wants_ticks(rig->wizard));
    rig->now += 29 * 1000;
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_TICK});
    assert_null(rig_effect(rig, EFFECT_CHECKS));
    rig->now += 2 * 1000;
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_TICK});
    assert_int_equal(rig_effect(rig, EFFECT_CHECKS)->list, CHECKS_PROBE);
}

/* The same cleaner as for the options of setup. */
static void wizard__keys__pasted_with_more_around_are_cleaned(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new();
    rig_to_keys(rig);
    rig_input(rig, ITEM_CLIENT_ID, "\xEF\xBB\xBF\"" RIG_KEY "\"\n");
    rig_input(rig, ITEM_CLIENT_SECRET, "CLIENT_SECRET=not-a-real-secret");
    g_autoptr(View) view = wizard_view(rig->wizard, 0);
    assert_string_equal(view_find(view, ITEM_CLIENT_ID)->value, RIG_KEY);
    assert_int_equal(view_find(view, ITEM_CLIENT_SECRET)->length, strlen("not-a-real-secret"));
}

static void wizard__keys__short_or_quoted_key_is_refused_before_asking(void **state)
{
    static const char *const keys[] = {"", "short", "3MVG9 with a blank in the middle",
                                       "3MVG9aaaaaaaaaaaa\"aaaaaaaaaaaa", NULL};
    (void)state;
    for (int i = 0; keys[i] != NULL; i++) {
        g_autoptr(Rig) rig = rig_new();
        rig_to_keys(rig);
        rig_input(rig, ITEM_CLIENT_ID, keys[i]);
        rig_act(rig, ACTION_NEXT, ITEM_CLIENT_ID);
        g_autofree char *error = rig_error(rig, ITEM_CLIENT_ID);
        assert_non_null(error);
        assert_null(rig_effect(rig, EFFECT_CHECKS));
    }
}

/* Once: who goes on with the same means it. The org is asked about a key anyhow, and without a
 * person nobody can mean a secret. */
static void wizard__keys__of_an_odd_length_are_asked_for_once_more(void **state)
{
    static const struct {
        const char *address;
        bool no_input, key_asked, goes_on;
    } cases[] = {{"acme.my.salesforce.com", false, true, true},
                 {"acme.my.salesforce.com", true, false, false},
                 {"http://localhost:8080", false, false, true}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Rig) rig = rig_new();
        rig_to_keys(rig);
        connection_set(&rig->wizard->connection->login_url, cases[i].address);
        rig->wizard->no_input = cases[i].no_input;
        rig_input(rig, ITEM_CLIENT_ID, "3MVG9shortKey.0123");
        rig_input(rig, ITEM_CLIENT_SECRET, "0123456789ABCDEF0123456789ABCDEF01234567");
        rig_act(rig, ACTION_NEXT, ITEM_CLIENT_SECRET);
        assert_null(rig_effect(rig, EFFECT_CHECKS));
        g_autofree char *key = rig_error(rig, ITEM_CLIENT_ID);
        g_autofree char *secret = rig_error(rig, ITEM_CLIENT_SECRET);
        assert_int_equal(key != NULL, cases[i].key_asked);
        if (key != NULL)
            assert_contains(key, "85 characters");
        assert_contains(secret, "64 characters");
        rig_act(rig, ACTION_NEXT, ITEM_CLIENT_SECRET);
        assert_int_equal(rig_effect(rig, EFFECT_CHECKS) != NULL, cases[i].goes_on);
    }
}

static void wizard__keys__changed_key_forgets_the_probe(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_authorize(rig);
    rig_act(rig, ACTION_BACK, 0);
    rig_input(rig, ITEM_CLIENT_ID, "3MVG9" RIG_KEY_TAIL "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    rig_act(rig, ACTION_NEXT, ITEM_CLIENT_ID);
    assert_int_equal(rig->wizard->step, STEP_KEYS);
    assert_int_equal(rig_effect(rig, EFFECT_CHECKS)->list, CHECKS_PROBE);
}

static void wizard__secrets__never_in_a_view_unless_asked(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_keys(rig);
    rig_input(rig, ITEM_CLIENT_SECRET, "s3cr3t-value");
    g_autoptr(View) masked = wizard_view(rig->wizard, 0);
    assert_string_equal(view_find(masked, ITEM_CLIENT_SECRET)->value, "");
    rig_act(rig, ACTION_SHOW, 0);
    g_autoptr(View) shown = wizard_view(rig->wizard, 0);
    assert_string_equal(view_find(shown, ITEM_CLIENT_SECRET)->value, "s3cr3t-value");
    rig_act(rig, ACTION_BACK, 0);
    rig_act(rig, ACTION_NEXT, 0);
    g_autoptr(View) again = wizard_view(rig->wizard, 0);
    assert_string_equal(view_find(again, ITEM_CLIENT_SECRET)->value, "");
}

static void wizard__quit__asks_once_and_keeps_the_draft(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_keys(rig);
    rig_act(rig, ACTION_INTERRUPT, ITEM_CLIENT_ID);
    assert_null(rig_effect(rig, EFFECT_QUIT));
    rig_act(rig, ACTION_BACK, 0);
    rig_act(rig, ACTION_INTERRUPT, ITEM_CLIENT_ID);
    rig_act(rig, ACTION_NEXT, 0);
    assert_int_equal(rig_effect(rig, EFFECT_QUIT)->code, PERCH_EXIT_CANCELLED);
    assert_non_null(rig_effect(rig, EFFECT_SAVE));
    assert_string_equal(rig->wizard->connection->draft_step, "keys");
}

static void wizard__no_input__quits_with_the_failure_s_exit_code(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    connection_set(&rig->wizard->connection->client_id, RIG_KEY);
    rig->wizard->no_input = true;
    rig_to_keys(rig);
    rig_act(rig, ACTION_NEXT, 0);
    rig_answer(rig, CHECKS_PROBE, probe_ids, "callback", STAGE_AUTHORIZE, "redirect_uri_mismatch");
    rig_act(rig, ACTION_QUIT, 0);
    assert_int_equal(rig_effect(rig, EFFECT_QUIT)->code, PERCH_EXIT_APP);
}

static void wizard__doctor__a_dead_token_is_one_key_from_the_login(void **state)
{
    static const char *const ids[] = {"keyring", "refreshed", NULL};
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_to_keys(rig);
    rig_handle(
        rig, (struct wizard_event){.kind = WIZARD_START, .step = STEP_KEYS, .start = START_DOCTOR});
    assert_int_equal(rig_effect(rig, EFFECT_CHECKS)->list, CHECKS_DOCTOR);
    rig_answer(rig, CHECKS_DOCTOR, ids, "refreshed", STAGE_TOKEN, "invalid_grant");
    g_autoptr(View) view = wizard_view(rig->wizard, 0);
    assert_int_equal(view->rail->len, 0);
    assert_true(view->failed);
    rig_act(rig, ACTION_NEXT, 0);
    assert_int_equal(rig->wizard->step, STEP_AUTHORIZE);
    assert_non_null(rig_effect(rig, EFFECT_LOGIN));
}

static void wizard__doctor__escape_goes_home(void **state)
{
    static const char *const ids[] = {"keyring", NULL};
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_handle(
        rig, (struct wizard_event){.kind = WIZARD_START, .step = STEP_ORG, .start = START_DOCTOR});
    rig_answer(rig, CHECKS_DOCTOR, ids, NULL, STAGE_MACHINE, NULL);
    rig_act(rig, ACTION_BACK, 0);
    assert_true(rig_effect(rig, EFFECT_QUIT)->home);
}

static void wizard__step_names__are_found_again(void **state)
{
    (void)state;
    for (int i = 0; i < STEP_COUNT; i++)
        assert_int_equal(step_from_name(step_name((enum step)i)), i);
    assert_int_equal(step_from_name("handed-over"), STEP_ORG);
    assert_int_equal(step_from_name(NULL), STEP_ORG);
}

/* Screens lie over each other: the one that is seen has the keys, and Esc uncovers the next. */
static void wizard__screens__the_one_on_top_is_seen_and_heard(void **state)
{
    static const struct {
        enum action key;
        enum wizard_screen top;
        const char *heading;
    } rows[] = {
        {ACTION_DOCTOR, SCREEN_DOCTOR, "acme"},
        {ACTION_EXPLAIN, SCREEN_EXPLAIN, "Explain an error"},
        {ACTION_DOCTOR, SCREEN_EXPLAIN, "Explain an error"}, /* no key of this screen */
        {ACTION_BACK, SCREEN_DOCTOR, "acme"},
        {ACTION_WRITE, SCREEN_DOCTOR, "acme"},
        {ACTION_BACK, SCREEN_STEP, "Into Flow Builder"},
        {ACTION_WRITE, SCREEN_EXPORT, "Export the values"},
        {ACTION_EXPLAIN, SCREEN_EXPORT, "Export the values"},
        {ACTION_DOCTOR, SCREEN_EXPORT, "Export the values"},
        {ACTION_BACK, SCREEN_STEP, "Into Flow Builder"},
    };
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_input(rig, ITEM_NAME, "acme");
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_START, .step = STEP_HANDOFF});
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        rig_act(rig, rows[i].key, 0);
        assert_int_equal(wizard_screen(rig->wizard), rows[i].top);
        g_autoptr(View) view = wizard_view(rig->wizard, 0);
        assert_string_equal(((struct view_item *)view->items->pdata[0])->label, rows[i].heading);
    }
}

static void wizard__explain__a_pasted_log_line_is_explained(void **state)
{
    g_autoptr(Rig) rig = rig_new();
    (void)state;
    rig_act(rig, ACTION_EXPLAIN, 0);
    rig_view_event(rig, (struct view_event){
                            .kind = VIEW_EVENT_PASTE,
                            .id = ITEM_ERROR,
                            .text = "step 2 failed: [{\"errorCode\":\"REQUIRED_FIELD_MISSING\","
                                    "\"message\":\"Required fields are missing: [Company]\"}]"});
    assert_non_null(rig->wizard->explained);
    assert_int_equal(rig->wizard->explained->diagnosis->cause, CAUSE_REQUIRED_FIELD);
    g_autoptr(View) findings = wizard_view(rig->wizard, ITEM_CHECK);
    const struct view_item *row = view_find(findings, ITEM_CHECK);
    assert_null(row->label); /* the sentence comes first, its name is dim */
    assert_string_equal(row->value, rig->wizard->explained->diagnosis->title);
    const struct view_item *last = findings->items->pdata[findings->items->len - 1];
    assert_int_equal(last->role, ROLE_DIM);
    assert_contains(last->label, "\"required-field\"");
    rig_act(rig, ACTION_BACK, ITEM_ERROR);
    g_autoptr(View) view = wizard_view(rig->wizard, 0);
    assert_non_null(view_find(view, ITEM_NAME)); /* the step is as it was */
}

/* Never stuck, never crashes: from every state that random events lead to, Quit ends it, and what
 * is shown always has a rail, keys and a step. */
static void wizard__random_walk__always_ends(void **state)
{
    guint32 seed = g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    static const char *const texts[] = {"",    "acme",  "acme.my.salesforce.com",
                                        "x y", RIG_KEY, "\xc3\xa9\xe6\xbc\xa2"};
    (void)state;
    print_message("# seed %u\n", seed);
    for (int walk = 0; walk < 300; walk++) {
        g_autoptr(Rig) rig = rig_new();
        for (int i = 0; i < 60; i++) {
            rig->now += g_rand_int_range(rand, 0, 40000);
            int dice = g_rand_int_range(rand, 0, 12);
            enum check_list_id list = (enum check_list_id)g_rand_int_range(rand, 0, CHECKS_COUNT);
            if (dice < 4)
                rig_act(rig, (enum action)g_rand_int_range(rand, 0, ACTION_COUNT),
                        g_rand_int_range(rand, 0, 320));
            else if (dice < 6)
                rig_input(rig, g_rand_int_range(rand, 1, 12), texts[g_rand_int_range(rand, 0, 6)]);
            else if (dice < 7)
                rig_view_event(rig, (struct view_event){.kind = VIEW_EVENT_SELECT,
                                                        .id = g_rand_int_range(rand, 1, 220),
                                                        .index = g_rand_int_range(rand, 0, 3)});
            else if (dice < 8)
                rig_start_login(rig);
            else if (dice < 9)
                rig_handle(rig, (struct wizard_event){.kind = WIZARD_LOGIN_CODE});
            else if (dice < 10)
                rig_handle(rig, (struct wizard_event){.kind = WIZARD_TICK});
            else if (rig->wizard->lists[list].running)
                rig_answer(rig, list, preflight_ids, dice == 11 ? "connection" : NULL,
                           STAGE_MACHINE, "connect");
            g_autoptr(View) view = wizard_view(rig->wizard, g_rand_int_range(rand, 0, 320));
            enum wizard_screen top = wizard_screen(rig->wizard);
            bool asked = top == SCREEN_QUIT || top == SCREEN_UNSTORED;
            bool alone = top == SCREEN_DOCTOR || top == SCREEN_EXPLAIN;
            assert_int_equal(view->dialog != NULL, asked);
            if (!asked)
                assert_int_equal(view->rail->len, alone ? 0 : STEP_COUNT);
            assert_true(view->keys->len > 0);
        }
        for (int i = 0; i < 3 && rig_effect(rig, EFFECT_QUIT) == NULL &&
                        rig_effect(rig, EFFECT_REVOKE_AND_QUIT) == NULL;
             i++)
            rig_act(rig, ACTION_QUIT, 0);
        assert_true(rig_effect(rig, EFFECT_QUIT) != NULL ||
                    rig_effect(rig, EFFECT_REVOKE_AND_QUIT) != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wizard__org__address_of_any_page_becomes_my_domain),
        cmocka_unit_test(wizard__org__only_what_is_understood_is_kept),
        cmocka_unit_test(wizard__org__refuses_what_is_no_salesforce_host),
        cmocka_unit_test(wizard__org__refuses_a_taken_or_bad_name),
        cmocka_unit_test(wizard__org__suggests_a_name_from_the_host),
        cmocka_unit_test(wizard__back__loses_nothing_typed),
        cmocka_unit_test(wizard__preflight__blocks_only_what_blocks),
        cmocka_unit_test(wizard__preflight__takes_the_host_that_the_domain_names),
        cmocka_unit_test(wizard__checks__late_answer_is_dropped),
        cmocka_unit_test(wizard__keys__unknown_key_is_asked_again_after_a_countdown),
        cmocka_unit_test(wizard__keys__pasted_with_more_around_are_cleaned),
        cmocka_unit_test(wizard__keys__short_or_quoted_key_is_refused_before_asking),
        cmocka_unit_test(wizard__keys__of_an_odd_length_are_asked_for_once_more),
        cmocka_unit_test(wizard__keys__changed_key_forgets_the_probe),
        cmocka_unit_test(wizard__secrets__never_in_a_view_unless_asked),
        cmocka_unit_test(wizard__quit__asks_once_and_keeps_the_draft),
        cmocka_unit_test(wizard__no_input__quits_with_the_failure_s_exit_code),
        cmocka_unit_test(wizard__step_names__are_found_again),
        cmocka_unit_test(wizard__screens__the_one_on_top_is_seen_and_heard),
        cmocka_unit_test(wizard__doctor__a_dead_token_is_one_key_from_the_login),
        cmocka_unit_test(wizard__doctor__escape_goes_home),
        cmocka_unit_test(wizard__explain__a_pasted_log_line_is_explained),
        cmocka_unit_test(wizard__random_walk__always_ends),
    };
    return cmocka_run_group_tests_name("wizard", tests, NULL, NULL);
}
