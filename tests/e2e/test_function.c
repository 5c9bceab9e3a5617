/* SPDX-License-Identifier: MIT */

/* The function that perch writes, taken from its file as it is and run by Node.js as a flow's
 * function is: the environment in context.env, the variables as an object. */

#include <string.h>

#include "e2e/jwt.h"
#include "e2e/node.h"

static const char lead_path[] = "/services/data/v68.0/sobjects/Lead";
static const char token_path[] = "/services/oauth2/token";

static void set_up_client_credentials(Rig *rig, const char *name)
{
    static const char *const more[] = {"--login", "client-credentials", NULL};
    g_autoptr(GPtrArray) words = rig_setup_words(rig, name, more);
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
}

enum { REFRESH_TOKEN, CLIENT_CREDENTIALS, JWT_BEARER };

/* The ways to log in; every test runs for each. */
static const struct way {
    void (*set_up)(Rig *rig, const char *name);
    const char *org;     /* what the org needs for it */
    const char *secret;  /* whose absence is told */
    const char *revoked; /* what ends it in the org, and how that is told */
    const char *code, *cause;
    const char *wrong_code, *wrong_cause; /* how another secret is told */
} ways[] = {
    [REFRESH_TOKEN] = {rig_setup, "{}", "SALESFORCE_REFRESH_TOKEN", "{'grants':{'*':null}}",
                       "invalid_grant", "authorization-revoked", "invalid_grant",
                       "authorization-revoked"},
    [CLIENT_CREDENTIALS] =
        {set_up_client_credentials,
         APP("'client_credentials': true, 'client_credentials_policy': true, 'run_as': '" RUN_AS
             "', 'rotation': true"),
         "SALESFORCE_CLIENT_SECRET", APP("'run_as': ''"), "invalid_grant", "flow-disabled",
         "invalid_client", "consumer-secret-wrong"},
    [JWT_BEARER] = {jwt_set_up_whole, APP(ALLOWED ", 'rotation': true"), "SALESFORCE_PRIVATE_KEY",
                    APP("'permission_sets': []"), "invalid_app_access", "user-not-approved",
                    "MISSING_SECRET", "request-malformed"},
};

static Rig *ready(void **state)
{
    const struct way *way = *state;
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, way->org);
    way->set_up(rig, "acme");
    return rig;
}

static void fault(Rig *rig, const char *path, const char *members)
{
    g_autofree char *patch = g_strdup_printf("{'faults':{'*':null,'%s':{%s}}}", path, members);
    demo_org_patch(rig->org, "{'faults':{'*':null}}");
    if (*members != '\0')
        demo_org_patch(rig->org, patch);
}

static Json *body_of_last(Rig *rig, const char *method, const char *path)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    const char *body = NULL;
    JSON_FOREACH(entry, log)
    {
        if (strcmp(json_get_string(entry, "method"), method) == 0 &&
            g_str_has_prefix(json_get_string(entry, "target"), path))
            body = json_get_string(entry, "body");
    }
    assert_non_null(body);
    return json_parse(body, strlen(body), NULL);
}

static void assert_created(const Json *result)
{
    g_autofree char *text = json_print(result);
    if (!json_get_bool(result, "success", false))
        fail_msg("%s", text);
    assert_true(
        g_regex_match_simple("^(00Q|500)[A-Za-z0-9]{15}$", json_get_string(result, "id"), 0, 0));
    assert_string_equal(json_get_string(result, "errorCode"), "");
    assert_int_equal(json_size(result), 5);
}

static void assert_refused(const Json *result, const char *code, const char *cause)
{
    g_autofree char *text = json_print(result);
    if (g_strcmp0(json_get_string(result, "errorCode"), code) != 0 ||
        g_strcmp0(json_get_string(result, "cause"), cause) != 0)
        fail_msg("not %s, %s: %s", code, cause, text);
    assert_false(json_get_bool(result, "success", true));
    assert_string_equal(json_get_string(result, "id"), "");
    assert_true(*json_get_string(result, "message") != '\0');
}

/* perch explain, given what the function returned, names the cause that the function named. */
static void assert_explained(Rig *rig, const Json *result)
{
    const char *words[] = {"explain", "-", "--json", NULL};
    g_autofree char *text = json_print(result);
    g_autoptr(Child) child = rig_perch_input(rig, words, text, false);
    g_autoptr(Json) told = child_json(child);
    const Json *diagnosis = json_get(json_first(json_get(told, "checks")), "diagnosis");
    const char *cause = json_get_string(diagnosis, "cause");
    if (g_strcmp0(cause, json_get_string(result, "cause")) != 0)
        fail_msg("%s for %s", cause, text);
}

static void function__any_message__becomes_the_record(void **state)
{
    static const char *const texts[] = {"It's \"quoted\" \\ \n\r\t\b ünïcode 👋", "{{senderName}}",
                                        "${x} `y` $(z) %s </script> \\u0041 \\", "a", "שלום \x01"};
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(Json) variables = json_object();
        json_set_string(variables, "senderName", "Zoë \"Z\" 山田");
        json_set_string(variables, "senderNumber", "+1 202 555 0100");
        json_set_string(variables, "message", texts[i]);
        g_autoptr(Json) result = node_call(node, variables);
        assert_created(result);
        g_autoptr(Json) lead = body_of_last(rig, "POST", lead_path);
        assert_string_equal(json_get_string(lead, "Description"), texts[i]);
        assert_string_equal(json_get_string(lead, "LastName"), "Zoë \"Z\" 山田");
        assert_string_equal(json_get_string(lead, "Company"), "WhatsApp");
    }
    /* One token for all of them. */
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), node->tokens_before + 1);
}

static void function__lists_and_nothing__take_the_fallback(void **state)
{
    static const struct {
        const char *variables, *name, *phone, *text;
    } rows[] = {
        {"{'senderName':'','senderNumber':['+12025550100'],'message':null}", "WhatsApp contact",
         "+12025550100", "(no text)"},
        {"{'senderNumber':'[\\\"+12025550101\\\"]'}", "WhatsApp contact", "+12025550101",
         "(no text)"},
        {"{'senderName':null,'senderNumber':[],'message':{'type':'image'}}", "WhatsApp contact",
         NULL, "(no text)"},
        {"{'senderName':'Z','senderNumber':12025550102,'message':'x','other':1}", "Z",
         "12025550102", "x"},
    };
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Json) result = node_call_text(node, rows[i].variables);
        assert_created(result);
        g_autoptr(Json) lead = body_of_last(rig, "POST", lead_path);
        assert_string_equal(json_get_string(lead, "LastName"), rows[i].name);
        assert_string_equal(json_get_string(lead, "Description"), rows[i].text);
        if (rows[i].phone == NULL)
            assert_null(json_get(lead, "Phone"));
        else
            assert_string_equal(json_get_string(lead, "Phone"), rows[i].phone);
    }
    g_autoptr(Json) missing = node_call_text(node, "{'senderName':'Z','message':'x'}");
    assert_refused(missing, "MISSING_VARIABLE", "request-malformed");
    assert_contains(json_get_string(missing, "message"), "senderNumber");
}

static void function__channels__by_name(void **state)
{
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, NULL);
    g_autoptr(Json) viber = node_call_text(
        node, "{'channel':'viber','senderName':'Z','senderNumber':'1','message':'x'}");
    assert_created(viber);
    assert_true(g_str_has_prefix(json_get_string(viber, "id"), "500"));
    static const char *const unknown[] = {"{}", "{'channel':'fax'}", "{'channel':'constructor'}"};
    for (gsize i = 0; i < G_N_ELEMENTS(unknown); i++) {
        g_autoptr(Json) result = node_call_text(node, unknown[i]);
        assert_refused(result, "UNKNOWN_CHANNEL", "request-malformed");
        assert_contains(json_get_string(result, "message"), "whatsapp, viber");
    }
}

static const char good[] = "{'senderName':'Z','senderNumber':'1','message':'x'}";

static void function__token_that_died__is_fetched_anew_once(void **state)
{
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    g_autoptr(Json) first = node_call_text(node, good);
    assert_created(first);
    demo_org_patch(rig->org, "{'sessions':{'*':null}}");
    g_autoptr(Json) second = node_call_text(node, good);
    assert_created(second);
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), node->tokens_before + 2);
    /* A 401 that a new token does not cure ends after one more try. */
    guint inserts = demo_org_requests(rig->org, "POST", lead_path);
    fault(rig, lead_path, "'kind':'error','status':401");
    g_autoptr(Json) third = node_call_text(node, good);
    assert_false(json_get_bool(third, "success", true));
    assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), inserts + 2);
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), node->tokens_before + 3);
}

/* Whatever goes wrong in one call leaves no trace in the next call of the same function. */
static void function__failures__are_told_and_no_insert_is_sent_twice(void **state)
{
    static const struct {
        const char *path, *fault, *patch, *code, *cause;
        guint inserts;
    } rows[] = {
        {lead_path, "'kind':'unavailable'", NULL, "HTTP_503", "salesforce-unavailable", 1},
        {lead_path, "'kind':'lose'", NULL, "ANSWER_LOST", "timeout", 1},
        {lead_path, "'kind':'cut-body'", NULL, "ANSWER_LOST", "timeout", 1},
        {lead_path, "'kind':'garbage'", NULL, "ANSWER_LOST", "timeout", 1},
        {lead_path, "'kind':'malformed-json'", NULL, "ANSWER_LOST", "timeout", 1},
        {lead_path, "'kind':'other-json'", NULL, "ANSWER_LOST", "timeout", 1},
        {lead_path, "", "{'org':{'api_access':false}}", "API_DISABLED_FOR_ORG", "api-disabled-user",
         1},
        {lead_path, "",
         "{'org':{'api_access':true},'validation_rules':{'Lead.No':{'field':'LastName',"
         "'refuse':'present','message':'No Z here'}}}",
         "FIELD_CUSTOM_VALIDATION_EXCEPTION", "validation-rule", 1},
        {lead_path, "",
         "{'validation_rules':{'*':null},'duplicate_rules':{'Lead.Same':{'fields':['Company'],"
         "'block':true}}}",
         "DUPLICATES_DETECTED", "duplicate-record", 1},
    };
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    g_autoptr(Json) fine = node_call_text(node, good);
    assert_created(fine);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        fault(rig, rows[i].path, rows[i].fault);
        if (rows[i].patch != NULL)
            demo_org_patch(rig->org, rows[i].patch);
        guint inserts = demo_org_requests(rig->org, "POST", lead_path);
        g_autoptr(Json) result = node_call_text(node, good);
        assert_refused(result, rows[i].code, rows[i].cause);
        assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), inserts + rows[i].inserts);
    }
    demo_org_patch(rig->org, "{'duplicate_rules':{'*':null}}");
    fault(rig, lead_path, "");
    g_autoptr(Json) again = node_call_text(node, good);
    assert_created(again);
}

static void function__token_step__its_failures_are_told(void **state)
{
    const struct way *way = *state;
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    guint inserts = demo_org_requests(rig->org, "POST", lead_path);
    fault(rig, token_path, "'kind':'unavailable'");
    g_autoptr(Json) busy = node_call_text(node, good);
    assert_refused(busy, "HTTP_503", "salesforce-unavailable");
    fault(rig, token_path, "'kind':'html'");
    g_autoptr(Json) page = node_call_text(node, good);
    assert_refused(page, "ANSWER_LOST", "timeout");
    assert_contains(json_get_string(page, "message"), "Guest network");
    fault(rig, token_path, "'kind':'close'");
    g_autoptr(Json) lost = node_call_text(node, good);
    assert_refused(lost, "ANSWER_LOST", "timeout");
    fault(rig, token_path, "");
    g_autoptr(Json) secret = json_copy(json_get(node->env, way->secret));
    json_set_string(node->env, way->secret, "x");
    g_autoptr(Json) wrong = node_call_text(node, good);
    assert_refused(wrong, way->wrong_code, way->wrong_cause);
    assert_explained(rig, wrong);
    json_set_string(node->env, way->secret, " \n");
    g_autoptr(Json) unset = node_call_text(node, good);
    assert_refused(unset, "MISSING_SECRET", "request-malformed");
    assert_contains(json_get_string(unset, "message"), way->secret);
    assert_explained(rig, unset);
    json_set_string(node->env, way->secret, json_string(secret));
    demo_org_patch(rig->org, way->revoked);
    g_autoptr(Json) revoked = node_call_text(node, good);
    assert_refused(revoked, way->code, way->cause);
    assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), inserts);
}

static void function__calls_at_the_same_time__share_one_token(void **state)
{
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    guint inserts = demo_org_requests(rig->org, "POST", lead_path);
    demo_org_patch(rig->org, "{'org':{'refresh_hold_ms':300}}");
    g_autoptr(Json) results = node_calls(node, good, 12);
    assert_int_equal(json_size(results), 12);
    JSON_FOREACH(result, results)
    assert_created(result);
    assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), inserts + 12);
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), node->tokens_before + 1);
    /* All of them meet the dead token at once; the first asks for the new one. */
    demo_org_patch(rig->org, "{'sessions':{'*':null}}");
    g_autoptr(Json) again = node_calls(node, good, 12);
    JSON_FOREACH(result, again)
    assert_created(result);
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), node->tokens_before + 2);
}

/* Two containers of the function: Salesforce refuses the one that asks while the other is served.
 */
static void function__two_processes__wait_for_each_other(void **state)
{
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) one = node_start(rig, "whatsapp");
    g_autoptr(Node) two = node_start(rig, "whatsapp");
    demo_org_patch(rig->org, "{'org':{'refresh_hold_ms':800}}");
    node_send(one, good, 1);
    assert_true(
        demo_org_wait_requests(rig->org, "POST", token_path, one->tokens_before + 1, 10000));
    node_send(two, good, 1);
    g_autoptr(Json) first = node_receive(one);
    g_autoptr(Json) second = node_receive(two);
    assert_created(json_first(first));
    assert_created(json_first(second));
}

static void function__env__pasted_with_a_line_break__works(void **state)
{
    const struct way *way = *state;
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    g_autofree char *padded = g_strdup_printf(" %s\n", json_get_string(node->env, way->secret));
    json_set_string(node->env, way->secret, padded);
    g_autoptr(Json) result = node_call_text(node, good);
    assert_created(result);
}

/* The platform stops a function after 30 seconds; it answers before, however long each call takes,
 * and what it then says about the insert is true. */
static void function__slow_org__ends_in_time(void **state)
{
    static const char *const none[] = {NULL};
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start_edited(rig, "whatsapp", none, "20");
    demo_org_patch(rig->org,
                   "{'faults':{'/services/oauth2/token':{'kind':'','delay_ms':600},"
                   "'/services/data/v68.0/sobjects/Lead':{'kind':'','delay_ms':600000}}}");
    g_autoptr(Json) slow = node_call_text(node, good);
    assert_refused(slow, "ANSWER_LOST", "timeout");
    assert_contains(json_get_string(slow, "message"), "no answer in time");
    fault(rig, lead_path, "");
    g_autoptr(Json) again = node_call_text(node, good);
    assert_created(again);
}

/* The two values at its head that a person may change. */
static void function__duplicates__are_saved_on_demand(void **state)
{
    static const char *const edits[] = {"SAVE_DUPLICATES = false", "SAVE_DUPLICATES = true", NULL};
    g_autoptr(Rig) rig = ready(state);
    demo_org_patch(rig->org, "{'duplicate_rules':{'Lead.Same':{'fields':['Company']}}}");
    g_autoptr(Node) careful = node_start(rig, "whatsapp");
    g_autoptr(Json) first = node_call_text(careful, good);
    assert_created(first);
    g_autoptr(Json) second = node_call_text(careful, good);
    assert_refused(second, "DUPLICATES_DETECTED", "duplicate-record");
    g_autoptr(Node) node = node_start_edited(rig, "whatsapp", edits, "1");
    g_autoptr(Json) saved = node_call_text(node, good);
    assert_created(saved);
}

static void function__key__makes_one_record_of_one_value(void **state)
{
    static const char *const edits[] = {
        "\"key\": null", "\"key\": \"Message__c\"", "\"LastName\":",
        "\"Message__c\": \"{{messageId|default:\\\"\\\"}}\",\n      \"LastName\":", NULL};
    static const char *const calls[] = {
        "{'senderName':'Z','senderNumber':'1','message':'x','messageId':'a?b ü'}",
        "{'senderName':'Z','senderNumber':'1','message':'y','messageId':'a?b ü'}",
        "{'senderName':'Z','senderNumber':'1','message':'z','messageId':'c'}",
        "{'senderName':'Z','senderNumber':'1','message':'z'}"};
    g_autoptr(Rig) rig = ready(state);
    demo_org_patch(rig->org, "{'custom_fields':{'Lead.Message__c':{'external_id':true}}}");
    g_autoptr(Node) node = node_start_edited(rig, "whatsapp", edits, "1");
    char *ids[G_N_ELEMENTS(calls)];
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_autoptr(Json) result = node_call_text(node, calls[i]);
        assert_created(result);
        ids[i] = g_strdup(json_get_string(result, "id"));
    }
    assert_string_equal(ids[0], ids[1]);
    assert_string_not_equal(ids[1], ids[2]);
    assert_string_not_equal(ids[2], ids[3]); /* without a key: a record of its own */
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        g_free(ids[i]);
}

static void function__what_it_returns__is_explained(void **state)
{
    const struct way *way = *state;
    static const char *const faults[] = {"'kind':'unavailable'", "'kind':'lose'"};
    g_autoptr(Rig) rig = ready(state);
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        fault(rig, lead_path, faults[i]);
        g_autoptr(Json) result = node_call_text(node, good);
        assert_explained(rig, result);
    }
    fault(rig, lead_path, "");
    g_autoptr(Json) missing = node_call_text(node, "{'senderName':'Z','message':'x'}");
    assert_explained(rig, missing);
    demo_org_patch(rig->org, way->revoked);
    demo_org_patch(rig->org, "{'sessions':{'*':null}}");
    g_autoptr(Json) revoked = node_call_text(node, good);
    assert_refused(revoked, way->code, way->cause);
    assert_explained(rig, revoked);
}

#define WAY(test, i)                                                \
    {                                                               \
#test ", " #i, test, NULL, NULL, (void *)(guintptr)&ways[i] \
    }
#define EACH_WAY(test) \
    WAY(test, REFRESH_TOKEN), WAY(test, CLIENT_CREDENTIALS), WAY(test, JWT_BEARER)

int main(void)
{
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        EACH_WAY(function__any_message__becomes_the_record),
        EACH_WAY(function__lists_and_nothing__take_the_fallback),
        EACH_WAY(function__channels__by_name),
        EACH_WAY(function__token_that_died__is_fetched_anew_once),
        EACH_WAY(function__failures__are_told_and_no_insert_is_sent_twice),
        EACH_WAY(function__token_step__its_failures_are_told),
        EACH_WAY(function__calls_at_the_same_time__share_one_token),
        EACH_WAY(function__two_processes__wait_for_each_other),
        EACH_WAY(function__env__pasted_with_a_line_break__works),
        EACH_WAY(function__slow_org__ends_in_time),
        EACH_WAY(function__duplicates__are_saved_on_demand),
        EACH_WAY(function__key__makes_one_record_of_one_value),
        EACH_WAY(function__what_it_returns__is_explained),
    };
    return cmocka_run_group_tests_name("the function, under Node.js", tests, NULL, NULL);
}
