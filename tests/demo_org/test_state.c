/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/policy.h"
#include "demo_org/org/scan.h"
#include "demo_org/org/state.h"
#include "perch/base/error.h"
#include "support/test.h"

/* The parts of the demo org that need no server. */

static bool patch(struct state *state, const char *text, GError **error)
{
    g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
    g_autoptr(Json) json = json_parse(quoted, strlen(quoted), NULL);
    assert_non_null(json);
    return state_patch(state, json, error);
}

static void ids__checksum__is_salesforces(void **state)
{
    /* Pairs as Salesforce's answers have them. */
    static const struct {
        const char *shorter, *longer;
    } pairs[] = {{"00D1a000000H3O9", "00D1a000000H3O9EAK"},
                 {"0051a000000UGT8", "0051a000000UGT8AAO"},
                 {"00QOx00000aLVDo", "00QOx00000aLVDoMAO"},
                 {"00DT0000000Dpvc", "00DT0000000DpvcMAC"},
                 {"012000000000000", "012000000000000AAA"}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *made = id_18(pairs[i].shorter);
        assert_string_equal(made, pairs[i].longer);
        assert_true(id_same(pairs[i].shorter, pairs[i].longer));
    }
    assert_false(id_same("00D1a000000H3O9", "00D1a000000H3o9"));
    assert_false(id_same("00D1a000000H3O9EAA", "00D1a000000H3O9EAA"));
    assert_false(id_same("short", "short"));
    assert_false(id_same(NULL, NULL));
}

static void tokens__hold_the_marker(void **state)
{
    (void)state;
    g_autofree char *a = token_make("5Aep861", 87);
    g_autofree char *b = token_make("5Aep861", 87);
    assert_int_equal(strlen(a), 87);
    assert_true(g_str_has_prefix(a, "5Aep861"));
    assert_non_null(strstr(a, TOKEN_MARKER));
    assert_string_not_equal(a, b);
    /* Only what a form, a URL and a keyring take without quoting. */
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"),
                     87);
}

static void state__patch__merges(void **state)
{
    struct state *org = state_new();
    g_autoptr(GError) error = NULL;
    (void)state;
    assert_true(patch(org,
                      "{'org': {'api_limit': 5}, 'apps': {'Bird_Integration': "
                      "{'callbacks': ['a', 'b']}, 'Other': {'key': 'k'}}}",
                      &error));
    assert_int_equal(org->org->api_limit, 5);
    const struct app *bird = state_find_app(org, "Bird_Integration");
    assert_int_equal(bird->callbacks->len, 2);
    assert_true(bird->pkce_required);
    assert_string_equal(state_find_key(org, "k")->name, "Other");
    assert_int_equal(strlen(state_find_app(org, "Other")->id), 15);
    assert_true(patch(org, "{'users': {'*': {'frozen': true}}, 'apps': {'Other': null}}", &error));
    assert_null(state_find_app(org, "Other"));
    STATE_EACH(user, user, org)
    assert_true(user->frozen);
    state_free(org);
}

static void state__patch__refuses_what_there_is_not(void **state)
{
    static const char *const wrong[] = {"{'org': {'nothing': 1}}",
                                        "{'org': {'api_limit': 'many'}}",
                                        "{'org': {'active': 1}}",
                                        "{'nothing': {}}",
                                        "{'apps': {'Bird_Integration': {'callbacks': 'x'}}}",
                                        "{'apps': {'Bird_Integration': {'callbacks': [1]}}}"};
    struct state *org = state_new();
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(patch(org, wrong[i], &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
    state_free(org);
}

static void state__json__goes_round(void **state)
{
    struct state *one = state_new();
    struct state *two = state_new();
    g_autoptr(GError) error = NULL;
    (void)state;
    assert_true(patch(one, "{'org': {'edition': 'Enterprise'}, 'profiles': {'New': {'read': []}}}",
                      &error));
    g_autoptr(Json) all = state_to_json(one);
    assert_true(state_patch(two, all, &error));
    g_autoptr(Json) again = state_to_json(two);
    g_autofree char *left = json_print(all);
    g_autofree char *right = json_print(again);
    assert_string_equal(left, right);
    state_free(one);
    state_free(two);
}

static void policy__ranges_and_hours(void **state)
{
    struct state *org = state_new();
    g_autoptr(GError) error = NULL;
    (void)state;
    struct user *user = state_find_user(org, "office@bird-demo.example");
    struct subject subject = {org, state_find_app(org, "Bird_Integration"), user, NULL,
                              "192.0.2.9"};
    assert_null(policy_authorize(&subject));
    subject.remote = "192.0.3.0";
    assert_string_equal(policy_authorize(&subject)->code, "invalid_grant");
    subject.remote = "::1";
    assert_true(
        patch(org, "{'profiles': {'Head office only': {'ip_ranges': ['127.0.0.1']}}}", &error));
    assert_null(policy_authorize(&subject));
    /* 2026-11-23 08:14 UTC, whatever the machine's clock says. */
    org->org->clock_offset_ms = 1795421640000 - g_get_real_time() / 1000;
    assert_true(
        patch(org, "{'profiles': {'Head office only': {'login_hours': '08:00-09:00'}}}", &error));
    assert_null(policy_authorize(&subject));
    assert_true(
        patch(org, "{'profiles': {'Head office only': {'login_hours': '09:00-17:00'}}}", &error));
    assert_string_equal(policy_authorize(&subject)->text, "IP restricted or invalid login hours");
    state_free(org);
}

static void scan__says_where_json_breaks(void **state)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"{\"a\":1}", NULL},
        {" [1, -2.5e3, \"\\u00e9\", {\"x\": null}] ", NULL},
        {"{a:1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field "
                  "name\n at [line:1, column:2]"},
        {"{\"a\" 1}", "Unexpected character ('1' (code 49)): was expecting a colon to separate "
                      "field name and value\n at [line:1, column:6]"},
        {"{\"a\":\n  01}", "Unexpected character ('0' (code 48)): expected a valid value (number, "
                           "String, array, object, 'true', 'false' or 'null')\n"
                           " at [line:2, column:3]"},
        {"{\"a\":1", "Unexpected end-of-input: expected close marker for Object at "
                     "[line:1, column:7]"},
        {"\"abc", "Unexpected end-of-input: was expecting closing quote for a string value at "
                  "[line:1, column:5]"}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct scan scan;
        const bool fine = scan_run(&scan, cases[i].text, strlen(cases[i].text));
        assert_int_equal(fine, cases[i].problem == NULL);
        if (!fine)
            assert_string_equal(scan.problem, cases[i].problem);
        scan_clear(&scan);
    }
    static const char nested[] = "{\"a\":1,\n \"b\": {\"a\":2}}";
    struct scan scan;
    assert_true(scan_run(&scan, nested, sizeof nested - 1));
    g_autofree char *place = scan_place(&scan, "b");
    assert_string_equal(place, " at [line:2, column:7]");
    assert_int_equal(scan.members->len, 2);
    scan_clear(&scan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids__checksum__is_salesforces),
        cmocka_unit_test(tokens__hold_the_marker),
        cmocka_unit_test(state__patch__merges),
        cmocka_unit_test(state__patch__refuses_what_there_is_not),
        cmocka_unit_test(state__json__goes_round),
        cmocka_unit_test(policy__ranges_and_hours),
        cmocka_unit_test(scan__says_where_json_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
