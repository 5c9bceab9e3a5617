/* SPDX-License-Identifier: MIT */

/* perch handoff --rehearse: the flow played from the exported values, and the flow itself. */

#include <stdio.h>
#include <string.h>

#include "e2e/flow.h"
#include "e2e/rig.h"
#include "perch/salesforce/salesforce.h"

static const char token_path[] = "/services/oauth2/token";
static const char lead_path[] = "/services/data/v68.0/sobjects/Lead";
static const char case_path[] = "/services/data/v68.0/sobjects/Case";

static Rig *ready(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

static guint records(Rig *rig)
{
    g_autoptr(Json) all = demo_org_control(rig->org, "GET", "records", NULL);
    guint count = 0;
    JSON_FOREACH(record, all)
    {
        const char *object = json_get_string(record, "object");
        count += strcmp(object, "Lead") == 0 || strcmp(object, "Case") == 0;
    }
    return count;
}

static Json *rehearse(Rig *rig, int code)
{
    g_autoptr(Child) child = rig_perch(rig, "handoff", "acme", "--rehearse", "--json", NULL);
    assert_code(child, code);
    return child_json(child);
}

static void rehearse__every_channel__creates_reads_and_deletes(void **state)
{
    static const char *const ids[] = {"values",
                                      "token",
                                      "whatsapp-create",
                                      "whatsapp-read",
                                      "whatsapp-delete",
                                      "whatsapp-function",
                                      "whatsapp-removed",
                                      "viber-create",
                                      "viber-read",
                                      "viber-delete",
                                      "viber-function",
                                      "viber-removed",
                                      NULL};
    (void)state;
    g_autoptr(Rig) rig = ready();
    guint before = records(rig), tokens = demo_org_requests(rig->org, "POST", token_path);
    guint leads = demo_org_requests(rig->org, "POST", lead_path);
    g_autoptr(Json) json = rehearse(rig, 0);
    assert_string_equal(json_get_string(json, "command"), "handoff");
    for (int i = 0; ids[i] != NULL; i++)
        assert_string_equal(json_get_string(json_check(json, ids[i]), "status"), "ok");
    /* The steps, and the function twice: with the samples, and with what a message may lack. */
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), tokens + 3);
    assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), leads + 3);
    assert_int_equal(demo_org_requests(rig->org, "POST", case_path), 3);
    assert_int_equal(records(rig), before);
    const Json *evidence = json_get(json_check(json, "whatsapp-create"), "evidence");
    assert_true(g_str_has_prefix(json_get_string(evidence, "id"), "00Q"));
    assert_int_equal(json_get_int(evidence, "status", 0), 201);
    const Json *request = json_get(evidence, "request");
    assert_string_equal(json_get_string(json_get(request, "headers"), "Authorization"),
                        "Bearer {{access_token}}");
    assert_string_equal(json_get_string(json_get(request, "body"), "LastName"), "{{senderName}}");
    assert_string_equal(json_get_string(json_get(evidence, "sent"), "Description"),
                        "perch test: It's \"quoted\" \\ ünïcode");
}

/* The function is played where Node.js is; a mapping without a default for the name is a doubt. */
static void rehearse__function__without_node_or_default(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_auto(GStrv) parts = g_strsplit(text, "{{senderName|default:\\\"WhatsApp contact\\\"}}", -1);
    assert_non_null(parts[1]);
    g_autofree char *bare = g_strjoinv("{{senderName}}", parts);
    assert_true(g_file_set_contents(path, bare, -1, NULL));
    guint before = records(rig);
    g_autoptr(Json) json = rehearse(rig, 0);
    const Json *played = json_check(json, "whatsapp-function");
    assert_string_equal(json_get_string(played, "status"), "warning");
    assert_contains(json_get_string(json_get(played, "evidence"), "summary"), "LastName");
    assert_int_equal(records(rig), before);
    tmphome_set(rig->home, "PATH", "/nonexistent");
    g_autoptr(Json) without = rehearse(rig, 0);
    JSON_FOREACH(check, json_get(without, "checks"))
    assert_null(strstr(json_get_string(check, "id"), "function"));
}

static void rehearse__text__shows_what_the_forms_hold(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autoptr(Child) child =
        rig_perch(rig, "handoff", "acme", "--rehearse", "--channel", "viber", NULL);
    assert_code(child, 0);
    const char *text = child->output->str;
    assert_contains(text,
                    "  ok  Get a token: 200, an access token\n        POST http://localhost:");
    assert_contains(text, "&client_secret=…&refresh_token=…\n");
    assert_contains(text, "        returned variable: access_token\n");
    assert_contains(text, "  ok  Viber: create the Case: 201, id 500");
    assert_contains(text, "        {\"SuppliedName\":\"{{senderName}}\",");
    assert_contains(text, "Rehearsed: perch ran the flow");
    assert_null(strstr(text, "WhatsApp"));
}

static void rehearse__refusals__are_explained(void **state)
{
    static const struct {
        const char *patch, *undo, *check, *cause;
        int code;
    } rows[] = {
        {"{'org':{'storage_full':true}}", "{'org':{'storage_full':false}}", "viber-create",
         "storage-full", 7},
        {"{'custom_fields':{'Lead.Branch__c':{'label':'Branch','required':true}}}",
         "{'custom_fields':{'*':null}}", "whatsapp-create", "required-field", 7},
        {"{'apps':{'Bird_Integration':{'secret':'another'}}}", "{}", "token",
         "consumer-secret-wrong", 5},
    };
    (void)state;
    g_autoptr(Rig) rig = ready();
    guint before = records(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        demo_org_patch(rig->org, rows[i].patch);
        g_autoptr(Json) json = rehearse(rig, rows[i].code);
        const Json *diagnosis = json_get(json_check(json, rows[i].check), "diagnosis");
        assert_string_equal(json_get_string(diagnosis, "cause"), rows[i].cause);
        demo_org_patch(rig->org, rows[i].undo);
    }
    assert_int_equal(records(rig), before);
}

static void rehearse__rotation__blocks_and_loses_no_token(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    /* Rotation turned on behind perch's back: the rehearsal notices, and the new token is kept. */
    demo_org_patch(rig->org, "{'apps':{'Bird_Integration':{'rotation':true}}}");
    g_autoptr(Json) found = rehearse(rig, 5);
    assert_string_equal(json_get_string(json_get(json_check(found, "token"), "diagnosis"), "cause"),
                        "rotation-on");
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
    /* Now it is known: nothing is handed over, nothing is sent. */
    guint tokens = demo_org_requests(rig->org, "POST", token_path);
    g_autoptr(Child) env = rig_perch(rig, "handoff", "acme", "--format", "env", NULL);
    assert_code(env, 5);
    assert_contains(env->errors->str, "rotation is on");
    assert_string_equal(env->output->str, "");
    g_autoptr(Json) blocked = rehearse(rig, 5);
    assert_string_equal(json_get_string(json_check(blocked, "token"), "status"), "skipped");
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), tokens);
}

/* ---- the flow itself ---- */

static char *exported(Rig *rig)
{
    g_autoptr(Child) child = rig_perch_secret(rig, "handoff", "acme", "--format", "json", NULL);
    assert_code(child, 0);
    return g_strdup(child->output->str);
}

/* perch handoff acme --webhook-file -, with the address on standard input. */
static Child *call_flow(Rig *rig, const char *address, const char *channel, const char *timeout)
{
    const char *words[] = {"handoff", "acme",   "--webhook-file", "-",     "--channel",
                           channel,   "--json", "--timeout",      timeout, NULL};
    return rig_perch_input(rig, words, address, false);
}

static void webhook__flow_with_the_values__its_record_is_found(void **state)
{
    static const char *const channels[] = {"whatsapp", "viber"};
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig);
    guint before = records(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(channels); i++) {
        g_autoptr(Flow) flow = flow_start(values, channels[i], FLOW_ESCAPES);
        g_autoptr(Child) child = call_flow(rig, flow_webhook(flow), channels[i], "30");
        assert_code(child, 0);
        g_autoptr(Json) json = child_json(child);
        g_autofree char *arrived = g_strconcat(channels[i], "-arrived", NULL);
        const Json *check = json_check(json, arrived);
        assert_string_equal(json_get_string(check, "status"), "ok");
        assert_true(salesforce_id_is_valid(json_get_string(json_get(check, "evidence"), "id")));
    }
    assert_int_equal(records(rig), before);
}

static void webhook__flow_that_does_not_escape__is_told(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig);
    g_autoptr(Flow) flow = flow_start(values, "whatsapp", FLOW_RAW);
    g_autoptr(Child) child = call_flow(rig, flow_webhook(flow), "whatsapp", "4");
    assert_code(child, 1);
    assert_contains(child->output->str, "JSON_PARSER_ERROR");
    g_autoptr(Json) json = child_json(child);
    assert_string_equal(json_get_string(json_check(json, "whatsapp-webhook"), "status"), "ok");
    assert_string_equal(json_get_string(json_check(json, "whatsapp-arrived"), "status"), "failed");
}

static void webhook__no_answer_or_other_values__is_a_warning(void **state)
{
    static const struct {
        enum flow_kind kind;
        const char *check;
    } rows[] = {{FLOW_MUTE, "whatsapp-webhook"}, {FLOW_WRONG, "whatsapp-arrived"}};
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig);
    guint before = records(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Flow) flow = flow_start(values, "whatsapp", rows[i].kind);
        g_autoptr(Child) child = call_flow(rig, flow_webhook(flow), "whatsapp", "30");
        assert_code(child, 0);
        g_autoptr(Json) json = child_json(child);
        assert_string_equal(json_get_string(json, "status"), "warning");
        assert_string_equal(json_get_string(json_check(json, rows[i].check), "status"), "warning");
        const Json *arrived = json_get(json_check(json, "whatsapp-arrived"), "evidence");
        assert_true(salesforce_id_is_valid(json_get_string(arrived, "id")));
        if (rows[i].kind == FLOW_WRONG)
            assert_string_equal(json_get_string(arrived, "different"), "Company");
    }
    assert_int_equal(records(rig), before);
}

static void webhook__out_of_reach__is_told_without_its_path(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autoptr(Child) child = call_flow(rig, "https://localhost:1/CANARY-hook", "whatsapp", "4");
    assert_code(child, 1);
    assert_contains(child->output->str, "The webhook's address cannot be reached");
    g_autoptr(Json) json = child_json(child);
    assert_string_equal(json_get_string(json_check(json, "whatsapp-arrived"), "status"), "skipped");
}

/* The trigger's own key, and the signature of what it is sent; the record may stay. */
static void webhook__key_and_signature__open_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig);
    g_autoptr(Flow) flow = flow_start(values, "whatsapp", FLOW_KEYED);
    guint before = records(rig);
    g_autofree char *whole =
        g_strdup_printf("%s\nCANARY-key\nX-My-Signature\n", flow_webhook(flow));
    const char *words[] = {"handoff", "acme", "--webhook-file", "-", "--keep", "--json", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, whole, false);
    assert_code(child, 0);
    g_autoptr(Json) json = child_json(child);
    const Json *called = json_get(json_check(json, "whatsapp-webhook"), "evidence");
    assert_int_equal(json_get_int(called, "status", 0), 204);
    assert_string_equal(json_get_string(called, "variables"),
                        "senderName, senderNumber, message, channel");
    assert_string_equal(json_get_string(json_check(json, "whatsapp-arrived"), "status"), "ok");
    assert_int_equal(records(rig), before + 1);
    g_autoptr(Child) without = call_flow(rig, flow_webhook(flow), "whatsapp", "4");
    assert_int_not_equal(child_code(without), 0);
    assert_contains(without->output->str, "answered 401: it requires a key");
}

static void webhook__answer_of_the_function__is_handed_on(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig);
    g_autoptr(Flow) flow = flow_start(values, "whatsapp", FLOW_TELLS);
    g_autoptr(Child) child = call_flow(rig, flow_webhook(flow), "whatsapp", "2");
    assert_contains(child->output->str, "STRING_TOO_LONG: Name: data value too large");
}

/* With nothing in the record that could carry a mark, the flow is not started at all. */
static void webhook__nothing_to_recognise__is_told_first(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_autoptr(GRegex) variable =
        g_regex_new("\\{\\{(senderName|message)(\\|.*?)?\\}\\}", 0, 0, NULL);
    g_autofree char *none = g_regex_replace_literal(variable, text, -1, 0, "Somebody", 0, NULL);
    assert_true(g_file_set_contents(path, none, -1, NULL));
    g_autofree char *values = exported(rig);
    g_autoptr(Flow) flow = flow_start(values, "whatsapp", FLOW_ESCAPES);
    guint leads = demo_org_requests(rig->org, "POST", lead_path);
    g_autoptr(Child) child = call_flow(rig, flow_webhook(flow), "whatsapp", "4");
    assert_code(child, 1);
    assert_contains(child->output->str, "The flow was not started.");
    assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), leads + 3);
}

static void webhook__unpublished_or_unfit__is_told(void **state)
{
    static const char *const unfit[] = {"http://flows.example.com/x", "ftp://localhost/x", "x", ""};
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig);
    g_autoptr(Flow) flow = flow_start(values, "whatsapp", FLOW_STOPPED);
    g_autoptr(Child) child = call_flow(rig, flow_webhook(flow), "whatsapp", "4");
    assert_code(child, 1);
    assert_contains(child->output->str, "The webhook answered 404");
    guint tokens = demo_org_requests(rig->org, "POST", token_path);
    for (gsize i = 0; i < G_N_ELEMENTS(unfit); i++) {
        g_autoptr(Child) refused = call_flow(rig, unfit[i], "whatsapp", "4");
        assert_int_not_equal(child_code(refused), 0);
        assert_string_equal(refused->output->str, "");
    }
    assert_int_equal(demo_org_requests(rig->org, "POST", token_path), tokens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rehearse__every_channel__creates_reads_and_deletes),
        cmocka_unit_test(rehearse__function__without_node_or_default),
        cmocka_unit_test(rehearse__text__shows_what_the_forms_hold),
        cmocka_unit_test(rehearse__refusals__are_explained),
        cmocka_unit_test(rehearse__rotation__blocks_and_loses_no_token),
        cmocka_unit_test(webhook__flow_with_the_values__its_record_is_found),
        cmocka_unit_test(webhook__flow_that_does_not_escape__is_told),
        cmocka_unit_test(webhook__no_answer_or_other_values__is_a_warning),
        cmocka_unit_test(webhook__out_of_reach__is_told_without_its_path),
        cmocka_unit_test(webhook__key_and_signature__open_it),
        cmocka_unit_test(webhook__answer_of_the_function__is_handed_on),
        cmocka_unit_test(webhook__nothing_to_recognise__is_told_first),
        cmocka_unit_test(webhook__unpublished_or_unfit__is_told),
    };
    return cmocka_run_group_tests_name("rehearsal", tests, NULL, NULL);
}
