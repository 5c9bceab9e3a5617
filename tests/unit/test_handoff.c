/* SPDX-License-Identifier: MIT */
/* cmocka.h wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/handoff/handoff.h"

/* What the org gave; the token carries characters that a form has to escape. */
static const char token[] = "5Aep861KIwKdekr90I4iHdDtUhrC$p&a=+/x!#\"`~";

static Connection *acme(void)
{
    Connection *c = connection_new("acme");
    connection_set(&c->login_url, "https://acme.my.salesforce.com");
    connection_set(&c->client_id, "3MVG9.key");
    connection_set(&c->granted_scopes, "refresh_token api");
    connection_set(&c->instance_url, "https://old.my.salesforce.com");
    connection_set(&c->api_version, "68.0");
    connection_set(&c->username, "admin@acme.com");
    return c;
}

static struct secrets won(void)
{
    return (struct secrets){.client_secret = secret_new("S3cr3t&x"),
                            .refresh_token = secret_new(token),
                            .instance_url = g_strdup("https://acme.my.salesforce.com")};
}

static void drop(struct secrets *secrets)
{
    secret_unref(secrets->client_secret);
    secret_unref(secrets->refresh_token);
    g_free(secrets->instance_url);
}

static const struct handoff_item *find(GPtrArray *items, const char *id)
{
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        if (strcmp(item->id, id) == 0)
            return item;
    }
    return NULL;
}

static const char *value(GPtrArray *items, const char *id)
{
    const struct handoff_item *item = find(items, id);
    return item == NULL ? "(none)" : secret_peek(item->value);
}

static void items__lead__fill_both_steps_and_the_form(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_autoptr(GPtrArray) items = handoff_items(c, &secrets);
    assert_string_equal(value(items, "token_url"),
                        "https://acme.my.salesforce.com/services/oauth2/token");
    assert_string_equal(value(items, "token_body"),
                        "grant_type=refresh_token&client_id=3MVG9.key&client_secret=S3cr3t%26x"
                        "&refresh_token=5Aep861KIwKdekr90I4iHdDtUhrC%24p%26a%3D%2B%2Fx%21%23%22"
                        "%60~");
    assert_true(find(items, "token_body")->secret);
    assert_string_equal(value(items, "create_url"),
                        "https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead");
    assert_string_equal(value(items, "create_authorization"), "Bearer {{access_token}}");
    assert_string_equal(value(items, "create_variable"), "id");
    assert_non_null(strstr(value(items, "create_body"), "\"LastName\":\"{{senderName}}\""));
    assert_string_equal(value(items, "scopes"), "refresh_token api");
    assert_string_equal(value(items, "authorize_url"),
                        "https://acme.my.salesforce.com/services/oauth2/authorize");
    assert_true(find(items, "client_secret")->secret);
    assert_true(find(items, "refresh_token")->secret);
    assert_false(find(items, "client_id")->secret);
    drop(&secrets);
}

static void items__any__have_ids_of_their_own(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_autoptr(GPtrArray) items = handoff_items(c, &secrets);
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        assert_ptr_equal(find(items, item->id), item);
        assert_non_null(item->group);
        assert_non_null(item->label);
    }
    drop(&secrets);
}

static void items__case_without_secret__leave_it_out(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    connection_set_channel(c, 1);
    g_clear_pointer(&secrets.client_secret, secret_unref);
    g_autoptr(GPtrArray) items = handoff_items(c, &secrets);
    assert_null(find(items, "client_secret"));
    assert_null(strstr(value(items, "token_body"), "client_secret"));
    assert_true(g_str_has_suffix(value(items, "create_url"), "/sobjects/Case"));
    assert_non_null(strstr(value(items, "create_body"), "SuppliedPhone"));
    assert_non_null(strstr(find(items, "create_url")->group, "Case"));
    drop(&secrets);
}

static void problem__each_missing_part__is_named(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    assert_null(handoff_problem(c, &secrets, NULL));
    connection_set(&c->api_version, NULL);
    assert_non_null(strstr(handoff_problem(c, &secrets, NULL), "API version"));
    connection_set(&c->instance_url, NULL);
    g_clear_pointer(&secrets.instance_url, g_free);
    assert_non_null(strstr(handoff_problem(c, &secrets, NULL), "instance URL"));
    g_clear_pointer(&secrets.refresh_token, secret_unref);
    assert_non_null(strstr(handoff_problem(c, &secrets, NULL), "refresh token"));
    connection_set(&c->client_id, NULL);
    assert_non_null(strstr(handoff_problem(c, &secrets, NULL), "consumer key"));
    g_autoptr(GError) error = NULL;
    assert_null(handoff_export(c, &secrets, HANDOFF_JSON, &error));
    assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INPUT));
    /* What is known shows all the same. */
    g_autoptr(GPtrArray) items = handoff_items(c, &secrets);
    assert_non_null(find(items, "token_url"));
    assert_null(find(items, "token_body"));
    assert_null(find(items, "create_url"));
    drop(&secrets);
}

static void problem__secret_gone_or_rotation__blocks(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    enum perch_exit code = PERCH_EXIT_OK;
    c->with_secret = 1;
    assert_null(handoff_problem(c, &secrets, &code));
    g_clear_pointer(&secrets.client_secret, secret_unref);
    assert_non_null(strstr(handoff_problem(c, &secrets, &code), "gets no token"));
    assert_int_equal(code, PERCH_EXIT_AUTHORIZATION);
    c->with_secret = 0;
    assert_null(handoff_problem(c, &secrets, &code));
    c->rotation = 1;
    assert_non_null(strstr(handoff_problem(c, &secrets, &code), "Turn rotation off"));
    assert_int_equal(code, PERCH_EXIT_APP);
    for (int f = 0; f < HANDOFF_FORMAT_COUNT; f++)
        assert_null(handoff_export(c, &secrets, (enum handoff_format)f, NULL));
    drop(&secrets);
}

static void webhook__addresses__https_or_this_computer(void **state)
{
    static const char *const fine[] = {"https://flows.example.com/x?key=1#2",
                                       "https://h",
                                       "HTTPS://user:pass@h:8443/x",
                                       "http://localhost/x",
                                       "http://127.0.0.1:8080/",
                                       "https://flows.messagebird.com/flows/1/invoke",
                                       "https://h/x\nkey",
                                       "https://h/x\n key \nX-My-Signature\n",
                                       "http://[::1]:1/x"};
    static const char *const bad[] = {"",
                                      "x",
                                      "http://flows.example.com/",
                                      "http://127.0.0.1.example.com/",
                                      "ftp://h/",
                                      "https:///x",
                                      "https://h/a b",
                                      "https://h/x\na b",
                                      "https://h/x\nkey\nX: y",
                                      "https://h/x\n\nX-Signature",
                                      "https://flows.messagebird.com/flows/invocations/webhooks/1",
                                      "http://localhost@evil.example/x",
                                      "file:///x"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(fine); i++)
        if (webhook_problem(fine[i]) != NULL)
            fail_msg("refused: %s", fine[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        if (webhook_problem(bad[i]) == NULL)
            fail_msg("taken: %s", bad[i]);
}

/* The digest is openssl's: printf '{"a":1}' | openssl dgst -sha256 -hmac key */
static void webhook__signature__is_the_hmac_of_the_body(void **state)
{
    (void)state;
    struct webhook webhook;
    webhook_read(" https://h/x \nkey\nX-Signature\nmore", &webhook);
    assert_string_equal(webhook.address, "https://h/x");
    assert_string_equal(webhook.header, "X-Signature");
    g_autofree char *signature = webhook_signature(&webhook, "{\"a\":1}");
    assert_string_equal(signature,
                        "sha256=88a67f24bbcdaed0e6c997404bb79a743baf44c6bab2f4c27328e3009d22e342");
    webhook_clear(&webhook);
}

static void format__names__go_both_ways(void **state)
{
    (void)state;
    for (int f = 0; f < HANDOFF_FORMAT_COUNT; f++)
        assert_int_equal(handoff_format_from_name(handoff_format_name((enum handoff_format)f)), f);
    assert_int_equal(handoff_format_from_name("yaml"), -1);
    assert_int_equal(handoff_format_from_name(NULL), -1);
}

static void json__parsed__holds_every_value(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_clear_pointer(&secrets.client_secret, secret_unref);
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) text = handoff_export(c, &secrets, HANDOFF_JSON, &error);
    assert_non_null(text);
    g_autoptr(Json) json = json_parse(secret_peek(text), secret_length(text), &error);
    assert_non_null(json);
    assert_int_equal(json_get_int(json, "perch", 0), 1);
    assert_string_equal(json_get_string(json, "command"), "handoff");
    assert_string_equal(json_get_string(json, "connection"), "acme");
    assert_string_equal(json_get_string(json, "status"), "ok");
    assert_int_equal(json_get_int(json, "exit", -1), 0);
    assert_true(json_is_array(json_get(json, "checks")));
    assert_string_equal(json_get_string(json, "refresh_token"), token);
    assert_string_equal(json_get_string(json, "client_id"), "3MVG9.key");
    assert_non_null(json_get(json, "client_secret"));
    assert_true(json_is_null(json_get(json, "client_secret")));
    assert_string_equal(json_get_string(json, "instance_url"), "https://acme.my.salesforce.com");
    assert_string_equal(json_get_string(json, "api_version"), "68.0");
    assert_string_equal(json_get_string(json, "object"), "Lead");
    assert_null(json_get(json, "token_body")); /* stands in the steps */
    const Json *steps = json_get(json, "steps");
    assert_int_equal(json_size(steps), 2);
    const Json *get = json_first(steps), *create = json_next(get);
    assert_string_equal(json_get_string(get, "method"), "POST");
    assert_string_equal(json_get_string(get, "url"),
                        "https://acme.my.salesforce.com/services/oauth2/token");
    assert_string_equal(json_get_string(json_get(get, "headers"), "Content-Type"),
                        "application/x-www-form-urlencoded");
    assert_non_null(strstr(json_get_string(get, "body"), "grant_type=refresh_token&"));
    assert_string_equal(json_get_string(get, "variable"), "access_token");
    assert_string_equal(json_get_string(json_get(create, "headers"), "Authorization"),
                        "Bearer {{access_token}}");
    assert_string_equal(json_get_string(json_get(create, "body"), "Company"), "WhatsApp");
    assert_string_equal(json_get_string(create, "variable"), "id");
    drop(&secrets);
}

static void text__exported__groups_labels_and_values(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_autoptr(Secret) text = handoff_export(c, &secrets, HANDOFF_TEXT, NULL);
    assert_true(g_str_has_prefix(secret_peek(text), "Step 1, Set variables: "));
    assert_non_null(strstr(secret_peek(text), "\nStep 2, Fetch variables: get a token\n"
                                              "  URL: https://acme.my.salesforce.com/"));
    assert_non_null(strstr(secret_peek(text), "Add integration\n  Name: Salesforce acme\n"
                                              "  OAuth client ID: "));
    g_autofree char *line = g_strconcat("\n  Refresh token: ", token, "\n", NULL);
    assert_non_null(strstr(secret_peek(text), line));
    drop(&secrets);
}

/* The shell's own word on what the file says. */
static void env__sourced_by_sh__gives_the_values_back(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_autoptr(GError) error = NULL;
    connection_set(&c->username, " a#b $HOME `id` \"q\" {x} ü!;&|<>*?~ ");
    g_autoptr(Secret) text = handoff_export(c, &secrets, HANDOFF_ENV, &error);
    assert_non_null(text);
    g_autofree char *dir = g_dir_make_tmp("handoff.XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, "env", NULL);
    assert_true(paths_create_file(file, secret_peek(text), secret_length(text), &error));
    g_autofree char *output = NULL;
    int status = -1;
    const char *script = ". \"$1\"; printf '%s\\n%s\\n%s' \"$SALESFORCE_REFRESH_TOKEN\" "
                         "\"$SALESFORCE_USERNAME\" \"$SALESFORCE_CREATE_URL\"";
    const char *argv[] = {"/bin/sh", "-c", script, "sh", file, NULL};
    assert_true(g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                             &output, NULL, &status, &error));
    assert_int_equal(status, 0);
    g_autofree char *expected =
        g_strdup_printf("%s\n%s\n%s", token, c->username,
                        "https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead");
    assert_string_equal(output, expected);
    g_unlink(file);
    g_rmdir(dir);
    drop(&secrets);
}

static void env__hard_value__is_refused_without_telling_it(void **state)
{
    (void)state;
    static const char *const hard[] = {"o'clock", "back\\slash", "${HOME}", "two\nlines", "tab\t"};
    static const enum handoff_format formats[] = {HANDOFF_ENV, HANDOFF_ENV_FILE};
    for (gsize i = 0; i < G_N_ELEMENTS(hard); i++) {
        g_autoptr(Connection) c = acme();
        struct secrets secrets = won();
        g_clear_pointer(&secrets.client_secret, secret_unref);
        secrets.client_secret = secret_new(hard[i]);
        for (gsize j = 0; j < G_N_ELEMENTS(formats); j++) {
            g_autoptr(GError) error = NULL;
            assert_null(handoff_export(c, &secrets, formats[j], &error));
            assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INPUT));
            assert_non_null(strstr(error->message, "SALESFORCE_CLIENT_SECRET"));
            assert_null(strstr(error->message, hard[i] + 2));
        }
        /* JSON can say anything. */
        g_autoptr(Secret) text = handoff_export(c, &secrets, HANDOFF_JSON, NULL);
        g_autoptr(Json) json = json_parse(secret_peek(text), secret_length(text), NULL);
        assert_string_equal(json_get_string(json, "client_secret"), hard[i]);
        drop(&secrets);
    }
}

static void text__control_characters__are_refused(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_clear_pointer(&secrets.refresh_token, secret_unref);
    secrets.refresh_token = secret_new("a\x1b]0;owned\a");
    g_autoptr(GError) error = NULL;
    assert_null(handoff_export(c, &secrets, HANDOFF_TEXT, &error));
    assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INPUT));
    drop(&secrets);
}

int main(void)
{
    secret_init_process();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items__lead__fill_both_steps_and_the_form),
        cmocka_unit_test(items__any__have_ids_of_their_own),
        cmocka_unit_test(items__case_without_secret__leave_it_out),
        cmocka_unit_test(problem__each_missing_part__is_named),
        cmocka_unit_test(problem__secret_gone_or_rotation__blocks),
        cmocka_unit_test(webhook__addresses__https_or_this_computer),
        cmocka_unit_test(webhook__signature__is_the_hmac_of_the_body),
        cmocka_unit_test(format__names__go_both_ways),
        cmocka_unit_test(json__parsed__holds_every_value),
        cmocka_unit_test(text__exported__groups_labels_and_values),
        cmocka_unit_test(env__sourced_by_sh__gives_the_values_back),
        cmocka_unit_test(env__hard_value__is_refused_without_telling_it),
        cmocka_unit_test(text__control_characters__are_refused),
    };
    return cmocka_run_group_tests_name("handoff", tests, NULL, NULL);
}
