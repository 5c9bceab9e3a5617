/* SPDX-License-Identifier: MIT */

/* Answers that are not what they should be: each ends in a cause, and once the fault is gone the
 * token is there. */

#include <string.h>

#include "e2e/tokens.h"
#include "e2e/wire.h"

#define AUTHORIZE "/services/oauth2/authorize"
#define USERINFO "/services/oauth2/userinfo"
#define DESCRIBE "/services/data/v68.0/sobjects/Lead/describe"
#define INSERT "/services/data/v68.0/sobjects/Lead"

static const char *const doctor[] = {"doctor", "acme", "--json", NULL};
static const char *const insert[] = {"test", "acme", "--json", NULL};

/* ---- what an answer may be ---- */

static const struct {
    const char *fault, *cause;
    int code;
} answers[] = {
    {"'kind':'close'", "connect-failed", 8},
    {"'kind':'lose'", "connect-failed", 8},
    {"'kind':'cut-head'", "connect-failed", 8},
    {"'kind':'cut-body'", "connect-failed", 8},
    {"'kind':'garbage'", "answer-unreadable", 8},
    {"'kind':'huge-head'", "connect-failed", 8},
    {"'kind':'error'", "salesforce-error", 10},
    {"'kind':'bad-gateway'", "salesforce-unavailable", 10},
    {"'kind':'unavailable'", "salesforce-unavailable", 10},
    {"'kind':'too-many','retry_after':3600", "answer-unreadable", 8},
    {"'kind':'html'", "proxy-failed", 8},
    {"'kind':'html','status':403", "proxy-failed", 8},
    {"'kind':'malformed-json'", "answer-unreadable", 8},
    {"'kind':'other-json'", "answer-unreadable", 8},
    {"'kind':'empty'", "answer-unreadable", 8},
    {"'kind':'wrong-type'", NULL, 0},
    {"'kind':'gzip'", NULL, 0},
    {"'kind':'bad-gzip'", "answer-unreadable", 8},
    {"'kind':'redirect'", "wrong-instance", 6},
    {"'kind':'redirect','location':'https://other.example/x?token=secret'", "proxy-failed", 8},
};

static void answer_to(Rig *rig, const char *path, const char *method, const char *const *words,
                      const char *check)
{
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autofree char *fault = g_strdup_printf("'method':'%s',%s", method, answers[i].fault);
        wire_fault(rig, path, fault);
        g_autofree char *what = g_strdup_printf("%s with %s", path, fault);
        wire_assert_ends(rig, words, what, check, answers[i].cause, answers[i].code);
        wire_heal(rig);
    }
    wire_assert_works(rig);
}

static void answers__of_userinfo__each_has_its_cause(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    answer_to(rig, USERINFO, "GET", doctor, "who");
}

static void answers__of_describe__each_has_its_cause(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    answer_to(rig, DESCRIBE, "GET", insert, "describe");
}

static void answers__to_an_insert__each_has_its_cause(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    answer_to(rig, INSERT, "POST", insert, "inserted");
}

/* Sent once, and what the org did before its answer was lost is not kept quiet. */
static void insert__answer_lost__says_that_the_record_may_be_there(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    const guint before = demo_org_requests(rig->org, "POST", INSERT);
    wire_fault(rig, INSERT, "'method':'POST','kind':'lose'");
    g_autoptr(Child) child = rig_perch(rig, "test", "acme", NULL);
    assert_code(child, 8);
    assert_contains(child->output->str, "The record may exist nonetheless");
    assert_int_equal(demo_org_requests(rig->org, "POST", INSERT), before + 1);
    g_autoptr(Json) records = demo_org_control(rig->org, "GET", "records", NULL);
    assert_int_equal(json_size(records), 1);
}

/* A success that nobody can read is one all the same, perhaps; a refusal is not. */
static void insert__answer_unreadable__says_that_the_record_may_be_there(void **state)
{
    static const struct {
        const char *fault;
        bool may_be_there;
    } rows[] = {{"'kind':'malformed-json'", true}, {"'kind':'other-json'", true},
                {"'kind':'empty'", true},          {"'kind':'html'", true},
                {"'kind':'bad-gateway'", true},    {"'kind':'unavailable'", false},
                {"'kind':'error'", false},         {"'kind':'html','status':403", false}};
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *fault = g_strdup_printf("'method':'POST',%s", rows[i].fault);
        wire_fault(rig, INSERT, fault);
        g_autoptr(Child) child = rig_perch(rig, "test", "acme", NULL);
        const char *said = strstr(child->output->str, "The record may exist nonetheless");
        if (child_code(child) == 0 || (said != NULL) != rows[i].may_be_there)
            fail_msg("%s: %s", rows[i].fault, child->output->str);
    }
}

/* JSON that is no record is no answer, and changed nothing. */
static void read_back__no_record__is_not_called_changed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    wire_fault(rig, INSERT "/00Q", "'method':'GET','kind':'other-json'");
    static const char *const commands[][4] = {{"test", "acme", "--json"},
                                              {"handoff", "acme", "--rehearse", "--json"}};
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autoptr(Child) child =
            rig_perch(rig, commands[i][0], commands[i][1], commands[i][2], commands[i][3], NULL);
        assert_code(child, 8);
        assert_null(strstr(child->output->str, "changed by the org"));
        assert_contains(child->output->str, "The answer is not the record that was asked for.");
    }
    wire_heal(rig);
    wire_assert_works(rig);
}

/* ---- the same at the token endpoint: asked again where that may help ---- */

static void answers__of_a_refresh__each_has_its_cause(void **state)
{
    static const struct {
        const char *fault, *cause, *words;
        int code;
    } rows[] = {
        {"'kind':'close'", "connect-failed", "is still valid", 8},
        {"'kind':'lose'", "connect-failed", "is still valid", 8},
        {"'kind':'cut-head'", "connect-failed", "ended inside its headers", 8},
        {"'kind':'cut-body'", "connect-failed", " bytes ", 8},
        {"'kind':'garbage'", "connect-failed", "is still valid", 8},
        {"'kind':'error'", "salesforce-error", "ErrorId", 10},
        {"'kind':'bad-gateway'", "salesforce-unavailable", "Bad Gateway", 10},
        {"'kind':'unavailable'", "salesforce-unavailable", "Service Not Available", 10},
        {"'kind':'too-many','retry_after':3600", "answer-unreadable", "Too Many", 8},
        {"'kind':'html'", "answer-unreadable", "is still valid", 8},
        {"'kind':'html','status':403", "proxy-failed", "Guest network", 8},
        {"'kind':'malformed-json'", "answer-unreadable", "is still valid", 8},
        {"'kind':'empty'", "answer-unreadable", "is still valid", 8},
        {"'kind':'bad-gzip'", "connect-failed", "unencoding", 8},
        {"'kind':'redirect'", "wrong-instance", "another page of the same host", 6},
        {"'kind':'redirect','location':'https://other.example/x?token=secret'", "proxy-failed",
         "https://other.example.", 8},
    };
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        wire_fault(rig, TOKEN_PATH, rows[i].fault);
        g_autoptr(Child) child = rig_perch(rig, "token", "acme", "--fresh", "--json", NULL);
        g_autoptr(Json) result = child_json(child);
        const Json *diagnosis = json_get(wire_failed(result), "diagnosis");
        const char *found = json_get_string(diagnosis, "cause");
        if (g_strcmp0(found, rows[i].cause) != 0 || child_code(child) != rows[i].code)
            fail_msg("%s: %s, exit code %d", rows[i].fault, found, child_code(child));
        assert_contains(json_get_string(diagnosis, "message"), rows[i].words);
        assert_null(strstr(child->output->str, "token=secret"));
        wire_heal(rig);
        wire_assert_works(rig);
    }
}

static void answers__odd_but_whole__refresh_all_the_same(void **state)
{
    static const char *const faults[] = {"'kind':'gzip'", "'kind':'wrong-type'",
                                         "'kind':'lose','times':1", "'kind':'close','times':1",
                                         "'kind':'unavailable','times':1"};
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        wire_fault(rig, TOKEN_PATH, faults[i]);
        wire_assert_works(rig);
        wire_heal(rig);
    }
}

/* ---- the authorize endpoint, which answers with pages ---- */

static void answers__of_authorize__key_is_known_only_by_salesforces_word(void **state)
{
    static const struct {
        const char *fault, *cause;
        int code;
    } rows[] = {
        {"'kind':'close'", "connect-failed", 8},
        {"'kind':'cut-head'", "connect-failed", 8},
        {"'kind':'error'", "salesforce-error", 10},
        {"'kind':'unavailable'", "salesforce-unavailable", 10},
        {"'kind':'html'", "answer-unreadable", 8},
        {"'kind':'html','status':403", "proxy-failed", 8},
        {"'kind':'malformed-json'", "answer-unreadable", 8},
        {"'kind':'empty'", "answer-unreadable", 8},
        {"'kind':'gzip'", NULL, 0},
    };
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        wire_fault(rig, AUTHORIZE, rows[i].fault);
        wire_assert_ends(rig, doctor, rows[i].fault, "consumer-key", rows[i].cause, rows[i].code);
        wire_heal(rig);
    }
    /* Single sign-on and a guest network look the same from here: a warning that names the host. */
    wire_fault(rig, AUTHORIZE,
               "'kind':'redirect','location':'https://other.example/x?token=secret'");
    g_autoptr(Child) child = rig_perch_input(rig, doctor, NULL, false);
    assert_code(child, 0);
    g_autoptr(Json) result = child_json(child);
    const Json *key = json_check(result, "consumer-key");
    assert_string_equal(json_get_string(key, "status"), "warning");
    assert_contains(json_get_string(json_get(key, "evidence"), "summary"), "https://other.example");
    assert_null(strstr(child->output->str, "token=secret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers__of_userinfo__each_has_its_cause),
        cmocka_unit_test(answers__of_describe__each_has_its_cause),
        cmocka_unit_test(answers__to_an_insert__each_has_its_cause),
        cmocka_unit_test(insert__answer_lost__says_that_the_record_may_be_there),
        cmocka_unit_test(insert__answer_unreadable__says_that_the_record_may_be_there),
        cmocka_unit_test(read_back__no_record__is_not_called_changed),
        cmocka_unit_test(answers__of_a_refresh__each_has_its_cause),
        cmocka_unit_test(answers__odd_but_whole__refresh_all_the_same),
        cmocka_unit_test(answers__of_authorize__key_is_known_only_by_salesforces_word),
    };
    return cmocka_run_group_tests_name("faults of the wire", tests, NULL, NULL);
}
