/* SPDX-License-Identifier: MIT */

/* The formats for programs: well-formed whatever the values hold, secrets where they belong. */

#include <string.h>

#include "perch/base/error.h"
#include "perch/explain/explain.h"
#include "perch/handoff/handoff.h"
#include "support/test.h"

static const char token[] = "5Aep861KIwKdekr90I4iHdDtUhrC'$(id)`x`\"";
static const char hard_text[] = "It's {{a}} {{{ `id` $(id) $HOME \"q\" \\ '\n'\tü";

static Connection *acme(void)
{
    Connection *c = connection_new("Acme_Süd-");
    connection_set(&c->login_url, "https://acme.my.salesforce.com");
    connection_set(&c->client_id, "3MVG9.key");
    connection_set(&c->instance_url, "https://acme.my.salesforce.com");
    connection_set(&c->api_version, "68.0");
    g_ptr_array_add(c->channels, channel_new("SMS `|*<b>", TEST_LEAD));
    for (guint i = 0; i < c->channels->len; i++)
        channel_set_sample(c->channels->pdata[i], "message", hard_text);
    return c;
}

static struct secrets won(void)
{
    return (struct secrets){.client_secret = secret_new("S3cr3t&x"),
                            .refresh_token = secret_new(token)};
}

static void drop(struct secrets *secrets)
{
    secrets_clear(secrets);
}

static Secret *export(enum handoff_format format)
{
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_autoptr(GError) error = NULL;
    Secret *text = handoff_export(c, &secrets, format, &error);
    assert_no_error(error);
    drop(&secrets);
    return text;
}

/* sh -c PROGRAM sh TEXT: its output. */
static char *shell(const char *name, const char *program, const char *text)
{
    g_autoptr(GError) error = NULL;
    const char *argv[] = {name, "-c", program, "sh", text, NULL};
    char *output = NULL;
    int status = -1;
    g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                 NULL, &status, &error);
    assert_no_error(error);
    assert_int_equal(status, 0);
    return output;
}

static void curl__hard_values__reach_curl_as_they_are(void **state)
{
    /* A curl that says what it was called with and with what on its standard input. */
    static const char program[] =
        "curl() { for a in \"$@\"; do case $a in \\{*) body=$a ;; http*) url=$a ;; esac; done\n"
        " in=$(cat)\n"
        " case $url in */token) printf '%s' \"$in\" >&2; echo '{\"access_token\":\"T\"}' ;;\n"
        " *) printf '\\n%s|%s|%s' \"$url\" \"$in\" \"${body:-}\" >&2; echo '{\"id\":\"7\"}' ;; "
        "esac;"
        " }\n KEEP=1; eval \"$1\" 2>&1 >/dev/null";
    static const char *const shells[] = {"dash", "bash"};
    (void)state;
    g_autoptr(Secret) text = export(HANDOFF_CURL);
    g_autoptr(Channel) channel = channel_new("WhatsApp", TEST_LEAD);
    channel_set_sample(channel, "message", hard_text);
    g_autoptr(Json) record = channel_record(channel);
    g_autofree char *body = json_print(record);
    g_autofree char *line =
        g_strdup_printf("\nhttps://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead|"
                        "Authorization: Bearer T|%s\n",
                        body);
    for (gsize i = 0; i < G_N_ELEMENTS(shells); i++) {
        g_autofree char *output = shell(shells[i], program, secret_peek(text));
        assert_contains(output, "grant_type=refresh_token&client_id=3MVG9.key&client_secret="
                                "S3cr3t%26x&refresh_token=5Aep861KIwKdekr90I4iHdDtUhrC%27%24%28");
        assert_contains(output, line);
    }
    /* In an argument every user of the machine could see them. */
    assert_null(strstr(secret_peek(text), token));
    assert_null(strstr(secret_peek(text), "--data 'grant"));
}

static const Json *item(const Json *list, guint index)
{
    const Json *found = json_first(list);
    while (index-- > 0)
        found = json_next(found);
    return found;
}

static void postman__collection__is_v2_1_and_holds_no_secret(void **state)
{
    (void)state;
    g_autoptr(Secret) text = export(HANDOFF_POSTMAN);
    assert_null(strstr(secret_peek(text), "5Aep861"));
    assert_null(strstr(secret_peek(text), "S3cr3t"));
    g_autoptr(Json) json = json_parse(secret_peek(text), secret_length(text), NULL);
    assert_string_equal(json_get_string(json_get(json, "info"), "schema"),
                        "https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
    const Json *items = json_get(json, "item");
    assert_int_equal(json_size(items), 4); /* the token, three channels */
    const Json *create = json_first(json_get(item(items, 1), "item"));
    const char *raw = json_get_string(json_get(json_get(create, "request"), "body"), "raw");
    assert_null(strstr(raw, "{{"));
    g_autoptr(Json) body = json_parse(raw, strlen(raw), NULL);
    assert_string_equal(json_get_string(body, "Description"), hard_text);
}

static void postman__environment__marks_secrets(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    g_autoptr(GPtrArray) files = handoff_files(c, &secrets, HANDOFF_POSTMAN, NULL);
    assert_int_equal(files->len, 2);
    const struct handoff_file *file = files->pdata[1];
    assert_string_equal(file->suffix, ".postman_environment.json");
    g_autoptr(Json) json = json_parse(secret_peek(file->text), secret_length(file->text), NULL);
    JSON_FOREACH(value, json_get(json, "values"))
    {
        const char *key = json_get_string(value, "key");
        bool secret = g_str_has_suffix(key, "secret") || g_str_has_suffix(key, "_token");
        assert_string_equal(json_get_string(value, "type"), secret ? "secret" : "default");
    }
    g_clear_pointer(&secrets.refresh_token, secret_unref);
    secrets.refresh_token = secret_new("a{{b}}");
    g_autoptr(GError) error = NULL;
    assert_null(handoff_files(c, &secrets, HANDOFF_POSTMAN, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    assert_null(strstr(error->message, "{{b"));
    drop(&secrets);
}

static void markdown__foreign_text__is_no_markup(void **state)
{
    (void)state;
    g_autoptr(Secret) text = export(HANDOFF_MARKDOWN);
    assert_contains(secret_peek(text), "create the Lead · SMS \\`\\|\\*\\<b\\>\n");
    assert_contains(secret_peek(text),
                    "| Description | Description | {{message\\|default:\"(no text)\"}} |");
    assert_contains(secret_peek(text), "JSON\\_PARSER\\_ERROR");
}

/* The words of the function's table are those that perch explain uses. */
static void function__causes__are_those_of_explain(void **state)
{
    (void)state;
    g_autoptr(Secret) text = export(HANDOFF_FUNCTION);
    g_autoptr(GRegex) row = g_regex_new("^  (\\w+): '([a-z-]+)',$", G_REGEX_MULTILINE, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    int count = 0;
    g_regex_match(row, secret_peek(text), 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL), count++) {
        g_autofree char *code = g_match_info_fetch(match, 1);
        g_autofree char *cause = g_match_info_fetch(match, 2);
        g_autofree char *returned = g_strdup_printf(
            "{\"id\":\"\",\"success\":false,\"errorCode\":\"%s\",\"message\":\"%s\",\"cause\":"
            "\"\"}",
            code, strcmp(code, "invalid_grant") == 0 ? "expired access/refresh token" : "x");
        struct failure failure;
        assert_true(explain_paste(&failure, returned, strlen(returned), STAGE_ANY, 0));
        g_autoptr(Diagnosis) diagnosis = explain(&failure);
        if (strcmp(cause_name(diagnosis->cause), cause) != 0)
            fail_msg("%s is %s, not %s", code, cause_name(diagnosis->cause), cause);
        failure_clear(&failure);
    }
    assert_true(count > 15);
}

static void k8s__any_connection_name__makes_a_valid_name(void **state)
{
    (void)state;
    g_autoptr(Secret) text = export(HANDOFF_K8S_SECRET);
    assert_contains(secret_peek(text), "\n  name: salesforce-acme-s--d\n");
    g_autofree char *base64 = g_base64_encode((const guchar *)token, strlen(token));
    g_autofree char *line = g_strdup_printf("\n  SALESFORCE_REFRESH_TOKEN: %s\n", base64);
    assert_contains(secret_peek(text), line);
    assert_null(strstr(secret_peek(text), token));
}

static void vault__values__by_id(void **state)
{
    (void)state;
    g_autoptr(Secret) text = export(HANDOFF_VAULT);
    g_autoptr(Json) json = json_parse(secret_peek(text), secret_length(text), NULL);
    assert_string_equal(json_get_string(json, "refresh_token"), token);
    assert_string_equal(json_get_string(json, "client_secret"), "S3cr3t&x");
    assert_null(json_get(json, "perch"));
}

static void problem__rotation_or_lost_secret__blocks(void **state)
{
    (void)state;
    g_autoptr(Connection) c = acme();
    struct secrets secrets = won();
    enum perch_exit code = PERCH_EXIT_OK;
    c->with_secret = 1;
    assert_null(handoff_problem(c, &secrets, &code));
    c->rotation = 1;
    assert_contains(handoff_problem(c, &secrets, &code), "rotation is on");
    assert_int_equal(code, PERCH_EXIT_APP);
    c->rotation = 0;
    g_clear_pointer(&secrets.client_secret, secret_unref);
    assert_contains(handoff_problem(c, &secrets, &code), "consumer secret");
    assert_int_equal(code, PERCH_EXIT_AUTHORIZATION);
    c->with_secret = 0;
    assert_null(handoff_problem(c, &secrets, NULL));
    drop(&secrets);
}

int main(void)
{
    secret_init_process();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curl__hard_values__reach_curl_as_they_are),
        cmocka_unit_test(postman__collection__is_v2_1_and_holds_no_secret),
        cmocka_unit_test(postman__environment__marks_secrets),
        cmocka_unit_test(markdown__foreign_text__is_no_markup),
        cmocka_unit_test(function__causes__are_those_of_explain),
        cmocka_unit_test(k8s__any_connection_name__makes_a_valid_name),
        cmocka_unit_test(vault__values__by_id),
        cmocka_unit_test(problem__rotation_or_lost_secret__blocks),
    };
    return cmocka_run_group_tests_name("hand-off formats", tests, NULL, NULL);
}
