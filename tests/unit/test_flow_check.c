/* SPDX-License-Identifier: MIT */

/* Flows as their platforms export them, right and with one thing wrong each. */

#include <string.h>

#include "perch/base/error.h"
#include "perch/handoff/handoff.h"
#include "support/locale.h"
#include "support/test.h"

static const char key[] = "3MVG9.key", secret[] = "S3cr3t+x", token[] = "5Aep861.KIw==";

static Connection *acme(void)
{
    Connection *c = connection_new("acme");
    connection_set(&c->login_url, "https://acme.my.salesforce.com");
    connection_set(&c->client_id, key);
    connection_set(&c->instance_url, "https://acme.my.salesforce.com");
    connection_set(&c->api_version, "68.0");
    return c;
}

/* A small flow with both calls; ' for " outside of the body. */
static const char builder[] =
    "{'id':'1','trigger':'onReceivedMessage','title':'t','steps':["
    "{'action':'setVariables','options':{'variableSet':{'senderName':'x','senderNumber':'x',"
    "'message':'x'}}},"
    "{'action':'switch','options':{'cases':[{'id':'a','steps':["
    "{'action':'fetchVariables','options':{'label':'token','method':'POST',"
    "'url':'https://acme.my.salesforce.com/services/oauth2/token',"
    "'headers':{},'contentType':'application/x-www-form-urlencoded',"
    "'body':'grant_type=refresh_token&client_id=3MVG9.key&client_secret=S3cr3t%2Bx&"
    "refresh_token=5Aep861.KIw%3D%3D','variableKeys':['access_token']}},"
    "{'action':'fetchVariables','options':{'label':'lead','method':'POST',"
    "'url':'https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead',"
    "'headers':{'Authorization':'Bearer {{access_token}}'},'contentType':'application/json',"
    "'body':'{~LastName~:~{{senderName}}~,~Company~:~WhatsApp~,~Phone~:~{{senderNumber}}~,"
    "~LeadSource~:~Other~,~Description~:~{{message}}~}','variableKeys':['id']}}]}],"
    "'defaultCase':{'id':'b','steps':[]}}},"
    "{'action':'endFlow','options':{}}],'published':true}";

static const char bird[] =
    "{'name':'t','trigger':{'type':'conversation'},'definition':{'startAt':'a','steps':{"
    "'a':{'type':'httpRequest','comment':'token','parameters':{'method':'POST',"
    "'url':'https://acme.my.salesforce.com/services/oauth2/token',"
    "'contentType':'application/x-www-form-urlencoded','headers':[],"
    "'body':'grant_type=refresh_token&client_id=3MVG9.key&client_secret="
    "{{env.SALESFORCE_CLIENT_SECRET}}&refresh_token={{env.SALESFORCE_REFRESH_TOKEN}}'},"
    "'next':'b'},"
    "'b':{'type':'mrn:v1:http:endpoints:httpRequest:1.0.0','parameters':{'method':'POST',"
    "'url':'https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead',"
    "'contentType':'application/json',"
    "'headers':[{'key':'Authorization','value':'Bearer {{steps.a.response.access_token}}'}],"
    "'body':{'LastName':'{{trigger.payload.name}}','Company':'WhatsApp','Phone':'1',"
    "'LeadSource':'Other','Description':'{{trigger.payload.text}}'}},'next':'c'},"
    "'c':{'type':'terminate','parameters':{}}}}}";

static char *json_of(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "~", -1);
    g_autofree char *joined = g_strjoinv("\\\"", parts);
    return g_strdelimit(g_steal_pointer(&joined), "'", '"');
}

/* "host, content-type": the ids of what is wrong or doubtful, in order. */
static char *found(Connection *c, const char *text, enum check_status status)
{
    struct secrets secrets = {.client_secret = secret_new(secret),
                              .refresh_token = secret_new(token)};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) findings = handoff_check(c, &secrets, text, strlen(text), &error);
    GString *ids = g_string_new(NULL);
    assert_no_error(error);
    for (guint i = 0; i < findings->len; i++) {
        const struct check_result *finding = findings->pdata[i];
        assert_null(strstr(finding->summary, token));
        assert_null(strstr(finding->summary, secret));
        if (finding->status == status)
            g_string_append_printf(ids, "%s%s", ids->len > 0 ? ", " : "", finding->id);
    }
    secrets_clear(&secrets);
    return g_string_free(ids, FALSE);
}

static void assert_found(const char *template, const char *old, const char *fresh,
                         enum check_status status, const char *wanted)
{
    g_autoptr(Connection) c = acme();
    g_auto(GStrv) parts = g_strsplit(template, old, -1);
    if (parts[1] == NULL)
        fail_msg("%s is not in the flow", old);
    g_autofree char *changed = g_strjoinv(fresh, parts);
    g_autofree char *text = json_of(changed);
    g_autofree char *ids = found(c, text, status);
    if (strcmp(ids, wanted) != 0)
        fail_msg("%s for %s: %s, not %s", fresh, old, ids, wanted);
}

static void check__right_flows__have_nothing_wrong(void **state)
{
    (void)state;
    assert_found(builder, "'t'", "'t'", CHECK_FAILED, "");
    assert_found(builder, "'t'", "'t'", CHECK_WARNING, "plain-secret, escaping");
    assert_found(bird, "'t'", "'t'", CHECK_FAILED, "");
    assert_found(bird, "'t'", "'t'", CHECK_WARNING, "");
}

static void check__one_thing_wrong__is_named(void **state)
{
    static const struct {
        const char *flow, *old, *fresh, *wrong;
    } rows[] = {
        {builder, "acme.my.salesforce.com/services/data", "login.salesforce.com/services/data",
         "host"},
        {builder, "acme.my.salesforce.com/services/oauth2",
         "beta.my.salesforce.com/services/oauth2", "host"},
        {builder, "'label':'lead','method':'POST'", "'label':'lead','method':'GET'", "method"},
        {builder, ",'contentType':'application/json'", "", "content-type"},
        {builder, "application/x-www-form-urlencoded", "application/json", "content-type"},
        {builder, "Bearer {{access_token}}", "Bearer {access_token}",
         "single-braces, authorization"},
        {builder, "~{{message}}~", "~{message}~", "single-braces"},
        {builder, "Bearer {{access_token}}", "{{access_token}}", "authorization"},
        {builder, "Bearer {{access_token}}", "Bearer {{access_token}};", "authorization"},
        {builder, "'Authorization':'Bearer {{access_token}}'", "", "authorization"},
        {builder, "['access_token']", "['token']", "variable, not-set"},
        {builder, "['access_token']", "[{'key':'token'}]", "variable"},
        {builder, "['id']", "['Id']", "variable"},
        {builder, "grant_type=refresh_token", "grant_type=password", "grant-type"},
        {builder, "client_id=3MVG9.key", "client_id=other", "client-id"},
        {builder, "S3cr3t%2Bx", "S3cr3t+x0", "client-secret"},
        {builder, "5Aep861.KIw%3D%3D", "5Aep861.old", "refresh-token"},
        {builder, "sobjects/Lead", "sobjects/Contact", "object"},
        {builder, "'{~LastName~", "'~LastName~", "body"},
        {builder, "~{{message}}~", "{{message}}", "body"},
        {builder, "'senderName':'x',", "", "not-set"},
        {builder, "'variableKeys':['id']", "'retries':3,'variableKeys':['id']", "retries"},
        {builder, "/sobjects/Lead", "/query", "no-create"},
        {builder, "/oauth2/token", "/oauth2/userinfo", "no-token"},
        {bird, "{{trigger.payload.name}}", "{{senderName}}", "not-set"},
        {bird, "'key':'Authorization'", "'key':'Authorisation'", "authorization"},
        {bird, "'contentType':'application/json'", "'contentType':'text/plain'", "content-type"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_found(rows[i].flow, rows[i].old, rows[i].fresh, CHECK_FAILED, rows[i].wrong);
}

static void check__doubts__are_no_mistakes(void **state)
{
    static const struct {
        const char *flow, *old, *fresh, *doubts;
    } rows[] = {
        {builder, "/v68.0/", "/v45.0/", "plain-secret, api-version, escaping"},
        {builder, ",~Phone~:~{{senderNumber}}~", "", "plain-secret, escaping, fields"},
        {builder, "'action':'endFlow'", "'action':'callFunction'",
         "plain-secret, escaping, unknown"},
        {bird, "'body':{'LastName':'{{trigger.payload.name}}',",
         "'body':'{~LastName~:~{{trigger.payload.name}}~}','x':{", "escaping, fields"},
        {builder, "['access_token']", "[{'key':'access_token'}]",
         "plain-secret, variables-unknown, escaping"},
        {builder, "Bearer {{access_token}}", "Bearer {{token}}",
         "plain-secret, escaping, maybe-set"},
        {builder, "{{message}}", "{{conversationMessageContent}}",
         "plain-secret, escaping, maybe-set"},
        {builder, "{{message}}", "{{translated}}", "plain-secret, escaping, maybe-set"},
        /* An unknown step may set it; one that names its result does. */
        {builder, "'senderName':'x','senderNumber':'x','message':'x'}}},",
         "'senderNumber':'x','message':'x'}}},{'action':'lookUp','options':{}},",
         "plain-secret, escaping, maybe-set, unknown"},
        {builder, "'senderName':'x','senderNumber':'x','message':'x'}}},",
         "'senderNumber':'x','message':'x'}}},{'action':'translateText','options':{'variables':{"
         "'translatedText':'senderName'}}},",
         "plain-secret, escaping, unknown"},
        /* The token may come from an OAuth integration, and all of it from a function. */
        {builder, "'headers':{'Authorization':'Bearer {{access_token}}'}",
         "'headers':{},'oauthIntegrationId':'1'", "plain-secret, integration, escaping"},
        {builder, "'contentType':'application/json'",
         "'contentType':'application/json','oauthIntegrationId':'1'",
         "plain-secret, integration, escaping"},
        {bird, "'type':'terminate'", "'type':'mrn:v1:other'", "unknown"},
        {bird, "client_secret={{env.SALESFORCE_CLIENT_SECRET}}", "client_secret=S3cr3t%2Bx",
         "plain-secret"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_found(rows[i].flow, rows[i].old, rows[i].fresh, CHECK_WARNING, rows[i].doubts);
        assert_found(rows[i].flow, rows[i].old, rows[i].fresh, CHECK_FAILED, "");
    }
}

/* A secret may also be set by the flow, and an unset name may come from its webhook. */
static void check__variables_of_the_flow__are_followed(void **state)
{
    (void)state;
    assert_found(builder, "'message':'x'", "'message':'x','t':'5Aep861.KIw=='", CHECK_FAILED, "");
    g_auto(GStrv) parts = g_strsplit(builder, "5Aep861.KIw%3D%3D", -1);
    g_autofree char *by_name = g_strjoinv("{{t}}", parts);
    assert_found(by_name, "'message':'x'", "'message':'x','t':'5Aep861.KIw=='", CHECK_FAILED, "");
    assert_found(by_name, "'message':'x'", "'message':'x','t':'5Aep861.old'", CHECK_FAILED,
                 "refresh-token");
    g_auto(GStrv) bare = g_strsplit(builder, "'senderName':'x',", -1);
    g_autofree char *unset = g_strjoinv("", bare);
    assert_found(unset, "onReceivedMessage", "onReceivedHttpRequest", CHECK_FAILED, "");
}

static void check__unknown_steps__may_be_what_is_missing(void **state)
{
    static const char calls_function[] =
        "{'trigger':'onReceivedMessage','steps':[{'action':'callFunction','options':{'id':'1'}}]}";
    (void)state;
    assert_found(calls_function, "'1'", "'2'", CHECK_WARNING, "unknown, no-create");
    assert_found(calls_function, "'1'", "'2'", CHECK_FAILED, "");
    assert_found(calls_function, "callFunction", "endFlow", CHECK_FAILED, "no-create");
}

static void check__rotation__is_wrong_whatever_the_flow(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    c->rotation = 1;
    g_autofree char *text = json_of(builder);
    g_autofree char *ids = found(c, text, CHECK_FAILED);
    assert_string_equal(ids, "rotation");
}

static void check__function__is_compared_with_what_perch_writes(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = {.client_secret = secret_new(secret),
                              .refresh_token = secret_new(token)};
    g_autoptr(Secret) own = handoff_export(c, &secrets, HANDOFF_FUNCTION, NULL);
    g_autofree char *fine = found(c, secret_peek(own), CHECK_OK);
    assert_string_equal(fine, "function");
    /* The person's own values at its head are no difference. */
    g_auto(GStrv) around = g_strsplit(secret_peek(own), "SAVE_DUPLICATES = false", 2);
    g_autofree char *saving = g_strjoinv("SAVE_DUPLICATES = true", around);
    g_auto(GStrv) keys = g_strsplit(saving, "\"key\": null", -1);
    g_autofree char *edited = g_strjoinv("\"key\": \"Message__c\"", keys);
    g_autofree char *still_fine = found(c, edited, CHECK_OK);
    assert_string_equal(still_fine, "function");
    g_autofree char *longer = g_strconcat(edited, "\n", NULL);
    g_autofree char *differs = found(c, longer, CHECK_WARNING);
    assert_string_equal(differs, "function");
    g_autofree char *leaks = g_strconcat(secret_peek(own), "// ", token, NULL);
    g_autofree char *wrong = found(c, leaks, CHECK_FAILED);
    assert_string_equal(wrong, "plain-secret");
    connection_set(&c->api_version, "69.0");
    g_autofree char *old = found(c, secret_peek(own), CHECK_FAILED);
    assert_string_equal(old, "function-value");
    secrets_clear(&secrets);
}

/* What perch writes itself has nothing wrong, and what is wrong in it is not for want of a form. */
static void flow__written__passes_the_check(void **state)
{
    static const char *const patterns[] = {
        NULL,
        "{\"id\":\"own\",\"trigger\":\"onReceivedMessage\",\"options\":{\"targets\":[{\"x\":1}]},"
        "\"steps\":[{\"action\":\"fetchVariables\",\"options\":{\"variableKeys\":[\"name\"]}}]}",
        "{\"id\":\"own\",\"trigger\":\"onReceivedMessage\",\"options\":{},\"steps\":[{\"action\":"
        "\"switch\",\"options\":{\"cases\":[{\"steps\":[{\"options\":{\"variableKeys\":[{\"id\":"
        "\"1\","
        "\"key\":\"name\",\"kind\":2}]}}]}]}}]}"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        g_autoptr(Connection) c = acme();
        struct secrets secrets = {.client_secret = secret_new(secret),
                                  .refresh_token = secret_new(token)};
        g_autoptr(GError) error = NULL;
        g_autoptr(Secret) text = handoff_flow(c, &secrets, patterns[i], &error);
        assert_no_error(error);
        g_autoptr(Json) json = json_parse(secret_peek(text), secret_length(text), NULL);
        assert_string_equal(json_get_string(json, "trigger"),
                            i == 0 ? "onReceivedHttpRequest" : "onReceivedMessage");
        g_autofree char *wrong = found(c, secret_peek(text), CHECK_FAILED);
        assert_string_equal(wrong, "");
        if (i == 1)
            assert_int_equal(json_size(json_get(json_get(json, "options"), "targets")), 1);
        if (i == 2)
            assert_non_null(strstr(secret_peek(text), "\"key\":\t\"access_token\""));
        secrets_clear(&secrets);
    }
    struct secrets none = {0};
    g_autoptr(Connection) c = acme();
    g_autoptr(GError) error = NULL;
    assert_null(handoff_flow(c, &none, "{\"steps\":{}}", &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
}

static void check__what_is_no_flow__is_said_to_be_none(void **state)
{
    static const char *const none[] = {
        "", "{", "[]", "{}", "{\"steps\":7}", "hello", "exports", "{\"steps\":null}"};
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = {0};
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(handoff_check(c, &secrets, none[i], strlen(none[i]), &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
    /* An AI agent of Bird's: its actions have steps, but it is no flow. */
    g_autofree char *agent =
        json_of("{'name':'Receptionist','model':'m','instructions':'Be kind.','actions':[{'name':"
                "'register','arguments':[{'name':'mediaType'}],'definition':{'startAt':'a','steps':"
                "{'a':{'type':'httpRequest','parameters':{'method':'POST','url':"
                "'https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead',"
                "'contentType':'application/json','headers':[],'body':"
                "{'LastName':'{{arguments.mediaType}}'}}}}}}]}");
    g_autoptr(GError) error = NULL;
    assert_null(handoff_check(c, &secrets, agent, strlen(agent), &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    assert_non_null(strstr(error->message, "neither a flow"));
    /* Odd members are no reason to fall over. */
    static const char *const odd[] = {
        "{\"steps\":[null,7,{\"action\":3,\"options\":{\"url\":\"x\",\"headers\":[1,{}],\"body\":[]"
        ","
        "\"variableKeys\":7,\"cases\":[{\"steps\":[[]]}]}}]}",
        "{\"steps\":{\"a\":null,\"b\":{\"parameters\":{\"url\":\"/sobjects/\",\"headers\":7}}}}"};
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autoptr(GPtrArray) findings = handoff_check(c, &secrets, odd[i], strlen(odd[i]), NULL);
        assert_non_null(findings);
    }
}

/* In an address a version has a point, whatever stands there in numbers. */
static void version__in_polish__has_a_point(void **state)
{
    g_autoptr(Connection) c = acme();
    struct secrets secrets = {.client_secret = secret_new(secret),
                              .refresh_token = secret_new(token)};
    (void)state;
    g_auto(GStrv) parts = g_strsplit(builder, "/v68.0/", -1);
    g_autofree char *old = g_strjoinv("/v45.0/", parts), *text = json_of(old);
    if (!locale_speak("pl_PL"))
        skip(); /* a C library without locales */
    g_autoptr(GPtrArray) findings = handoff_check(c, &secrets, text, strlen(text), NULL);
    const struct check_result *finding = check_results_find(findings, "api-version");
    locale_speak_english();
    secrets_clear(&secrets);
    assert_non_null(finding);
    assert_contains(finding->summary, "45.0");
    assert_contains(finding->summary, "68.0");
}

int main(void)
{
    secret_init_process();
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check__right_flows__have_nothing_wrong),
        cmocka_unit_test(check__one_thing_wrong__is_named),
        cmocka_unit_test(version__in_polish__has_a_point),
        cmocka_unit_test(check__doubts__are_no_mistakes),
        cmocka_unit_test(check__variables_of_the_flow__are_followed),
        cmocka_unit_test(check__unknown_steps__may_be_what_is_missing),
        cmocka_unit_test(check__rotation__is_wrong_whatever_the_flow),
        cmocka_unit_test(check__function__is_compared_with_what_perch_writes),
        cmocka_unit_test(flow__written__passes_the_check),
        cmocka_unit_test(check__what_is_no_flow__is_said_to_be_none),
    };
    return cmocka_run_group_tests_name("check my flow", tests, NULL, NULL);
}
