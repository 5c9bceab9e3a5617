/* SPDX-License-Identifier: MIT */

/* The printed sheets, typed into a flow as they are: a double of each platform takes the fields by
 * their labels, replaces variables as the platform does, and calls the demo org. */

#include <stdio.h>
#include <string.h>

#include "e2e/rig.h"
#include "perch/base/template.h"
#include "support/browser_login.h"
#include "support/fetch.h"

static const char awkward[] = "It's \"quoted\" \\ \n ünïcode {x} {{y}}";

/* ---- a sheet ---- */

/* The fields of the group whose heading begins so: label → value, both as printed. */
static GHashTable *fields_of(const char *sheet, const char *heading)
{
    g_auto(GStrv) lines = g_strsplit(sheet, "\n", -1);
    GHashTable *fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    bool inside = false;
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *colon = strstr(lines[i], ": ");
        if (lines[i][0] != ' ')
            inside = g_str_has_prefix(lines[i], heading);
        else if (inside && colon != NULL)
            g_hash_table_replace(fields, g_strndup(lines[i] + 2, (gsize)(colon - lines[i] - 2)),
                                 g_strdup(colon + 2));
    }
    if (g_hash_table_size(fields) == 0)
        fail_msg("no %s in:\n%s", heading, sheet);
    return fields;
}

static const char *field(GHashTable *fields, const char *label)
{
    const char *value = g_hash_table_lookup(fields, label);
    if (value == NULL)
        fail_msg("there is no field %s", label);
    return value;
}

/* ---- the platforms ---- */

/* What each calls the fields of a step, and how it puts a variable in. */
static const struct double_of {
    const char *platform, *token, *create, *type, *token_body, *create_body, *key, *value, *takes;
    bool object; /* the body is an object: a variable fills a text of it */
    bool names;  /* a step of its own names the variables first */
} doubles[] = {
    {"flow-builder", "Step 2, Fetch variables", "Step 3, Fetch variables",
     "Set Content-Type header", "Body", "Body", "Headers, key", "Headers, value", "Variables",
     false, true},
    {"bird-flows", "Step 1, Http request", "Step 2, Http request", "Content type", "Request body",
     "Request body, JSON editor", "Header, Key", "Header, Value", "Used later", true, false},
    {"other", "Request 1", "Request 2", "Content-Type", "Body", "Body", "Header", "Its value",
     "Take from the answer", true, false},
};

static const char *lookup(const char *path, gpointer user)
{
    return g_hash_table_lookup(user, path);
}

/* The older platform: text in, text out. */
static char *filled_text(const char *body, GHashTable *variables)
{
    return text_fill(body, lookup, variables);
}

/* The newer one: each text of the object by itself. */
static char *filled_object(const char *body, GHashTable *variables)
{
    g_autoptr(Json) json = json_parse(body, strlen(body), NULL);
    g_autoptr(Json) record = json_object();
    assert_non_null(json);
    JSON_FOREACH(value, json)
    {
        g_autofree char *text =
            json_is_string(value) ? text_fill(json_string(value), lookup, variables) : NULL;
        json_set(record, json_key(value), text == NULL ? json_copy(value) : json_string_new(text));
    }
    return json_print(record);
}

static Fetched *send_step(GHashTable *step, const struct double_of *how, const char *body,
                          GHashTable *variables)
{
    g_autofree char *type = g_strdup_printf("Content-Type: %s", field(step, how->type));
    g_autofree char *header = NULL;
    if (g_hash_table_contains(step, how->key)) {
        g_autofree char *value = text_fill(field(step, how->value), lookup, variables);
        header = g_strdup_printf("%s: %s", field(step, how->key), value);
    }
    const char *headers[] = {type, header, NULL};
    return fetch(
        field(step, "URL"),
        &(struct fetch_options){.method = field(step, "Method"), .body = body, .headers = headers});
}

/* The variable that the step takes from the answer: its name is a key of it. */
static bool keep_variable(GHashTable *step, const struct double_of *how, const Fetched *answer,
                          GHashTable *variables)
{
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    const char *name = field(step, how->takes);
    const char *value = json_is_object(json) ? json_get_string(json, name) : NULL;
    if (value != NULL)
        g_hash_table_replace(variables, g_strdup(name), g_strdup(value));
    return value != NULL;
}

/* Plays both steps of the sheet; the status of the last answer. Its variables are kept. */
static long play(const char *sheet, const struct double_of *how, GHashTable *variables)
{
    g_autoptr(GHashTable) token = fields_of(sheet, how->token);
    g_autoptr(GHashTable) create = fields_of(sheet, how->create);
    g_autofree char *form = text_fill(field(token, how->token_body), lookup, variables);
    g_autoptr(Fetched) first = send_step(token, how, form, variables);
    if (!keep_variable(token, how, first, variables))
        return first->status;
    const char *body = field(create, how->create_body);
    g_autofree char *text =
        how->object ? filled_object(body, variables) : filled_text(body, variables);
    g_autoptr(Fetched) second = send_step(create, how, text, variables);
    keep_variable(create, how, second, variables);
    return second->status;
}

static GHashTable *message_variables(const char *message)
{
    static const char *const values[][2] = {{"senderName", "Zoë"},
                                            {"senderNumber", "+12025550100"}};
    GHashTable *variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
        g_hash_table_replace(variables, g_strdup(values[i][0]), g_strdup(values[i][1]));
    g_hash_table_replace(variables, g_strdup("message"), g_strdup(message));
    return variables;
}

/* What the platform knows when the flow starts: the message, and its environment. */
static GHashTable *start(const char *sheet, const struct double_of *how, const char *message)
{
    GHashTable *variables = message_variables(message);
    if (how->names) {
        g_autoptr(GHashTable) names = fields_of(sheet, "Step 1, Set variables");
        assert_int_equal(g_hash_table_size(names), 3);
    }
    if (strcmp(how->platform, "bird-flows") != 0)
        return variables;
    g_autoptr(GHashTable) env = fields_of(sheet, "Settings, Environment Variables");
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, env);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_hash_table_replace(variables, g_strconcat("env.", name, NULL), g_strdup(value));
    return variables;
}
static char *sheet_of(Rig *rig, const char *platform, const char *channel)
{
    g_autoptr(Child) child = rig_perch_secret(rig, "handoff", "acme", "--platform", platform,
                                              "--channel", channel, NULL);
    assert_code(child, 0);
    return g_strdup(child->output->str);
}

static void assert_record(Rig *rig, const char *id, const char *message)
{
    g_autoptr(Json) records = demo_org_control(rig->org, "GET", "records", NULL);
    JSON_FOREACH(record, records)
    {
        if (g_strcmp0(json_get_string(record, "id"), id) != 0)
            continue;
        assert_string_equal(json_get_string(json_get(record, "fields"), "Description"), message);
        return;
    }
    g_autofree char *all = json_print(records);
    fail_msg("no record %s: %s", id, all);
}

static void play_all(Rig *rig)
{
    static const char *const channels[] = {"whatsapp", "viber"};
    for (gsize d = 0; d < G_N_ELEMENTS(doubles); d++) {
        for (gsize c = 0; c < G_N_ELEMENTS(channels); c++) {
            g_autofree char *sheet = sheet_of(rig, doubles[d].platform, channels[c]);
            g_autoptr(GHashTable) plain = start(sheet, &doubles[d], "A message: hello, ünï");
            assert_int_equal(play(sheet, &doubles[d], plain), 201);
            assert_record(rig, g_hash_table_lookup(plain, "id"), "A message: hello, ünï");
            /* What the sheets say about texts: one breaks, the others do not. */
            g_autoptr(GHashTable) hard = start(sheet, &doubles[d], awkward);
            assert_int_equal(play(sheet, &doubles[d], hard), doubles[d].object ? 201 : 400);
            if (doubles[d].object)
                assert_record(rig, g_hash_table_lookup(hard, "id"), awkward);
        }
    }
}

static void sheets__as_they_are__create_the_record(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    play_all(rig);
}

static void sheets__client_credentials__create_the_record(void **state)
{
    static const char *const way[] = {"--login", "client-credentials", NULL};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org,
                   "{'apps':{'Bird_Integration':{'client_credentials':true,"
                   "'client_credentials_policy':true,'run_as':'integration@bird-demo.example'}}}");
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", way);
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    play_all(rig);
}

/* Where the platform knows defaults, an empty name does not lose the Lead; where not, it does, and
 * the sheet says so. */
static void sheets__empty_name__as_they_say(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    for (gsize d = 0; d < G_N_ELEMENTS(doubles); d++) {
        bool defaults = strcmp(doubles[d].platform, "bird-flows") == 0;
        g_autofree char *sheet = sheet_of(rig, doubles[d].platform, "whatsapp");
        g_autoptr(GHashTable) nobody = start(sheet, &doubles[d], "x");
        g_hash_table_replace(nobody, g_strdup("senderName"), g_strdup(""));
        assert_int_equal(play(sheet, &doubles[d], nobody), defaults ? 201 : 400);
    }
}

/* ---- the OAuth integration ---- */

/* What the platform does with its six fields: a login in the browser, with a secret and without
 * PKCE, to its own address; the access token, or NULL when the org refuses. */
static char *integrate(Rig *rig, GHashTable *form, const char *redirect)
{
    g_autofree char *back = g_uri_escape_string(redirect, NULL, FALSE);
    g_autofree char *scopes = g_uri_escape_string(field(form, "OAuth Scopes"), NULL, FALSE);
    g_autofree char *url =
        g_strdup_printf("%s?response_type=code&client_id=%s&redirect_uri=%s&scope=%s",
                        field(form, "OAuth endpoint authorization URL"),
                        field(form, "OAuth client ID"), back, scopes);
    const struct browser_options person = {.username = rig->org->username,
                                           .password = rig->org->password,
                                           .action = BROWSER_STOP_AT_CODE};
    g_autoptr(BrowserVisit) visit = browser_login(url, &person);
    const char *code = visit->url == NULL ? NULL : strstr(visit->url, "code=");
    if (code == NULL || !g_str_has_prefix(visit->url, redirect))
        return NULL;
    g_autofree char *secret = g_uri_escape_string(field(form, "OAuth client secret"), NULL, FALSE);
    g_autofree char *body = g_strdup_printf(
        "grant_type=authorization_code&%.*s&client_id=%s&client_secret=%s&redirect_uri=%s",
        (int)strcspn(code, "&"), code, field(form, "OAuth client ID"), secret, back);
    g_autoptr(Fetched) answer = fetch(field(form, "OAuth endpoint authorization token"),
                                      &(struct fetch_options){.body = body});
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    return g_strdup(json_get_string(json, "access_token"));
}

static void sheets__oauth_integration__works_with_what_they_ask_for(void **state)
{
    static const char redirect[] = "http://127.0.0.1:9/integrations/oauth/callback";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *sheet = sheet_of(rig, "flow-builder", "whatsapp");
    g_autoptr(GHashTable) form = fields_of(sheet, "Or an OAuth integration");
    assert_int_equal(g_hash_table_size(form), 6);
    assert_string_equal(field(form, "Name"), "Salesforce acme");
    /* Neither its address nor its way without PKCE is in the app yet. */
    assert_null(integrate(rig, form, redirect));
    g_autofree char *patch = g_strdup_printf(
        "{'apps':{'Bird_Integration':{'callbacks':['%s'],'pkce_required':false}}}", redirect);
    demo_org_patch(rig->org, patch);
    g_autofree char *token = integrate(rig, form, redirect);
    assert_non_null(token);
    /* Step 3 as printed, but the integration in place of the header. */
    g_autoptr(GHashTable) create = fields_of(sheet, doubles[0].create);
    g_autoptr(GHashTable) variables = start(sheet, &doubles[0], "hello");
    g_hash_table_replace(variables, g_strdup("access_token"), g_steal_pointer(&token));
    g_autofree char *body = filled_text(field(create, "Body"), variables);
    g_autoptr(Fetched) made = send_step(create, &doubles[0], body, variables);
    assert_int_equal(made->status, 201);
}

/* ---- the file to import ---- */

/* A step of an exported flow, run as the older platform does: text in, text out. */
static long run_step(const Json *options, GHashTable *variables)
{
    g_autoptr(GPtrArray) headers = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *body = filled_text(json_get_string(options, "body"), variables);
    g_ptr_array_add(headers,
                    g_strdup_printf("Content-Type: %s", json_get_string(options, "contentType")));
    JSON_FOREACH(header, json_get(options, "headers"))
    {
        g_autofree char *value = filled_text(json_string(header), variables);
        g_ptr_array_add(headers, g_strdup_printf("%s: %s", json_key(header), value));
    }
    g_ptr_array_add(headers, NULL);
    g_autoptr(Fetched) answer =
        fetch(json_get_string(options, "url"),
              &(struct fetch_options){.method = json_get_string(options, "method"),
                                      .body = body,
                                      .headers = (const char *const *)headers->pdata});
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    JSON_FOREACH(key, json_get(options, "variableKeys"))
    {
        const char *name = json_is_object(key) ? json_get_string(key, "key") : json_string(key);
        if (json_is_object(json) && json_get_string(json, name) != NULL)
            g_hash_table_replace(variables, g_strdup(name), g_strdup(json_get_string(json, name)));
    }
    return answer->status;
}

/* Runs the flow's steps; what it sets stands for the channel's own variables. */
static long run_flow(const Json *flow, GHashTable *variables)
{
    long status = 0;
    JSON_FOREACH(step, json_get(flow, "steps"))
    {
        if (strcmp(json_get_string(step, "action"), "fetchVariables") == 0)
            status = run_step(json_get(step, "options"), variables);
        else if (strcmp(json_get_string(step, "action"), "setVariables") == 0)
            assert_int_equal(json_size(json_get(json_get(step, "options"), "variableSet")), 3);
    }
    return status;
}

static void flow_file__written__runs_and_passes_the_check(void **state)
{
    static const struct {
        const char *channel, *like;
    } rows[] = {
        {"whatsapp", NULL},
        {"viber", NULL},
        {"whatsapp",
         "{\"id\":\"mine\",\"trigger\":\"onChannelMessage\",\"options\":{\"targets\":[{\"t\":1}]},"
         "\"steps\":[{\"id\":\"1\",\"action\":\"fetchVariables\",\"options\":{\"variableKeys\":[{"
         "\"key\":\"status\",\"scope\":7}]}}]}"},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *file = g_build_filename(rig->home->home, "new.json", NULL);
    g_autofree char *like = g_build_filename(rig->home->home, "like.json", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = NULL;
        assert_true(g_file_set_contents(like, rows[i].like == NULL ? "" : rows[i].like, -1, NULL));
        g_autoptr(Child) written =
            rig_perch(rig, "handoff", "acme", "--format", "flow", "--output", file, "--channel",
                      rows[i].channel, rows[i].like == NULL ? NULL : "--like", like, NULL);
        assert_code(written, 0);
        assert_true(g_file_get_contents(file, &text, NULL, NULL));
        g_autoptr(Json) flow = json_parse(text, strlen(text), NULL);
        if (rows[i].like != NULL) {
            assert_string_equal(json_get_string(flow, "trigger"), "onChannelMessage");
            assert_int_equal(json_size(json_get(json_get(flow, "options"), "targets")), 1);
        }
        g_autoptr(GHashTable) variables = message_variables("A message: hello, ünï");
        assert_int_equal(run_flow(flow, variables), 201);
        assert_record(rig, g_hash_table_lookup(variables, "id"), "A message: hello, ünï");
        g_autoptr(Child) checked =
            rig_perch(rig, "handoff", "acme", "--check", file, "--channel", rows[i].channel, NULL);
        assert_code(checked, 0);
        assert_int_equal(remove(file), 0); /* it holds the secrets */
    }
    assert_true(g_file_set_contents(like, "{\"steps\":{}}", -1, NULL));
    g_autoptr(Child) unfit = rig_perch(rig, "handoff", "acme", "--format", "flow", "--output", file,
                                       "--like", like, NULL);
    assert_int_not_equal(child_code(unfit), 0);
    assert_contains(unfit->errors->str, "not a flow exported from Flow Builder");
    g_autoptr(Child) other = rig_perch(rig, "handoff", "acme", "--like", like, NULL);
    assert_code(other, 2);
}

int main(void)
{
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheets__as_they_are__create_the_record),
        cmocka_unit_test(sheets__client_credentials__create_the_record),
        cmocka_unit_test(sheets__empty_name__as_they_say),
        cmocka_unit_test(sheets__oauth_integration__works_with_what_they_ask_for),
        cmocka_unit_test(flow_file__written__runs_and_passes_the_check),
    };
    return cmocka_run_group_tests_name("printed sheets", tests, NULL, NULL);
}
