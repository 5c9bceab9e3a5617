/* SPDX-License-Identifier: MIT */

/* Hand-off beyond one machine: Vault and OpenBao by their requests, systemd-creds by its own word.
 */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/rig.h"
#include "e2e/scripted.h"

static const char absent[] = "{\"errors\":[]}";
static const char written[] =
    "{\"data\":{\"version\":4,\"created_time\":\"2026-11-23T08:00:00Z\",\"destroyed\":false}}";
static const char stored[] = "{\"data\":{\"data\":{data},\"metadata\":{\"version\":4}}}";

static const char token[] = "hvs.not-a-real-token";

static Rig *ready(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

/* The store's token may stand where the test put it, the environment or a file, and nowhere else.
 */
static void assert_token_stays_secret(const Rig *rig, const Child *child)
{
    static const char *const except[] = {"token", "home/.vault-token", "home/client-secret", NULL};
    g_autoptr(Canary) canary = canary_new();
    canary_add(canary, token);
    canary_search(canary, "standard output", child->output->str, -1);
    canary_search(canary, "standard error", child->errors->str, -1);
    canary_search_files(canary, rig->home, except);
    canary_assert_clean(canary);
}

/* perch handoff acme --format vault, with the server's address and token in the environment. */
static Child *hand_over(Rig *rig, const Scripted *server, const char *const *more)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    const char *const first[] = {"handoff", "acme", "--format", "vault"};
    for (gsize i = 0; i < G_N_ELEMENTS(first); i++)
        g_ptr_array_add(words, (gpointer)(guintptr)first[i]);
    for (int i = 0; more != NULL && more[i] != NULL; i++)
        g_ptr_array_add(words, (gpointer)(guintptr)more[i]);
    g_ptr_array_add(words, NULL);
    tmphome_set(rig->home, "VAULT_ADDR", scripted_url(server));
    Child *child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_token_stays_secret(rig, child);
    return child;
}

static void with_token(Rig *rig)
{
    tmphome_set(rig->home, "VAULT_TOKEN", token);
}

static bool has_header(const char *request, const char *line)
{
    g_autofree char *whole = g_strdup_printf("\r\n%s\r\n", line);
    g_autofree char *head = g_strndup(request, (gsize)(strstr(request, "\r\n\r\n") - request + 2));
    return strcasestr(head, whole) != NULL;
}

static void assert_request(const GPtrArray *requests, guint index, const char *line)
{
    assert_true(index < requests->len);
    const char *request = requests->pdata[index];
    g_autofree char *wanted = g_strconcat(line, " HTTP/1.1\r\n", NULL);
    if (!g_str_has_prefix(request, wanted))
        fail_msg("not %s but %.80s", line, request);
    assert_true(has_header(request, "X-Vault-Token: hvs.not-a-real-token"));
    assert_true(has_header(request, "X-Vault-Request: true"));
}

static Json *body_of(const GPtrArray *requests, guint index)
{
    const char *body = strstr(requests->pdata[index], "\r\n\r\n") + 4;
    return json_parse(body, strlen(body), NULL);
}

static void vault__new_secret__is_written_with_cas_and_read_back(void **state)
{
    static const struct scripted_answer script[] = {
        {404, NULL, absent}, {200, NULL, written}, {200, NULL, stored}, {0}};
    (void)state;
    g_autoptr(Rig) rig = ready();
    with_token(rig);
    tmphome_set(rig->home, "VAULT_NAMESPACE", "admin/team");
    g_autoptr(Scripted) server = scripted_start(script);
    g_autoptr(Child) child = hand_over(rig, server, NULL);
    assert_code(child, 0);
    assert_string_equal(child->output->str, "");
    assert_contains(child->errors->str, "Written to secret/perch/acme");
    assert_contains(child->errors->str, "version 4");
    assert_contains(child->errors->str, "Read back: the same.");
    g_autoptr(GPtrArray) requests = scripted_end(server);
    assert_int_equal(requests->len, 3);
    assert_request(requests, 0, "GET /v1/secret/data/perch/acme");
    assert_request(requests, 1, "POST /v1/secret/data/perch/acme");
    assert_request(requests, 2, "GET /v1/secret/data/perch/acme");
    assert_true(has_header(requests->pdata[1], "X-Vault-Namespace: admin/team"));
    assert_true(has_header(requests->pdata[1], "Content-Type: application/json"));
    g_autoptr(Json) body = body_of(requests, 1);
    assert_int_equal(json_size(body), 2);
    assert_int_equal(json_get_int(json_get(body, "options"), "cas", -1), 0);
    const Json *data = json_get(body, "data");
    assert_string_equal(json_get_string(data, "client_secret"), rig->org->client_secret);
    assert_true(g_str_has_prefix(json_get_string(data, "refresh_token"), "5Aep861"));
    assert_string_equal(json_get_string(data, "object"), "Lead");
}

static void vault__other_keys__are_merged_with(void **state)
{
    static const struct scripted_answer script[] = {
        {200, NULL,
         "{\"data\":{\"data\":{\"theirs\":\"x\",\"org_id\":\"y\"},"
         "\"metadata\":{\"version\":3}}}"},
        {200, NULL, written},
        {200, NULL, stored},
        {0}};
    (void)state;
    g_autoptr(Rig) rig = ready();
    with_token(rig);
    g_autoptr(Scripted) server = scripted_start(script);
    const char *const more[] = {"--vault-path", "kv/a b/ü", NULL};
    g_autoptr(Child) child = hand_over(rig, server, more);
    assert_code(child, 0);
    assert_contains(child->errors->str, "Other keys there were kept");
    g_autoptr(GPtrArray) requests = scripted_end(server);
    assert_request(requests, 1, "PATCH /v1/kv/data/a%20b/%C3%BC");
    assert_true(has_header(requests->pdata[1], "Content-Type: application/merge-patch+json"));
    g_autoptr(Json) body = body_of(requests, 1);
    assert_int_equal(json_get_int(json_get(body, "options"), "cas", -1), 3);
    assert_null(json_get(json_get(body, "data"), "theirs"));
}

static void vault__deleted_version__counts_for_cas(void **state)
{
    static const struct scripted_answer script[] = {
        {404, NULL,
         "{\"data\":{\"data\":null,\"metadata\":{\"version\":7,"
         "\"deletion_time\":\"2026-01-01T00:00:00Z\"}}}"},
        {204, NULL, ""},
        {200, NULL, stored},
        {0}};
    (void)state;
    g_autoptr(Rig) rig = ready();
    with_token(rig);
    g_autoptr(Scripted) server = scripted_start(script);
    const char *const more[] = {"--vault-mount", "team/kv", "--vault-path", "acme", NULL};
    g_autoptr(Child) child = hand_over(rig, server, more);
    assert_code(child, 0);
    g_autoptr(GPtrArray) requests = scripted_end(server);
    assert_request(requests, 1, "POST /v1/team/kv/data/acme");
    g_autoptr(Json) body = body_of(requests, 1);
    assert_int_equal(json_get_int(json_get(body, "options"), "cas", -1), 7);
}

static void vault__token_that_may_only_write__writes_without_cas(void **state)
{
    static const struct scripted_answer script[] = {
        {403, NULL, "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}"},
        {200, NULL, written},
        {0}};
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *file = tmphome_write(rig->home, "token", "hvs.not-a-real-token\n");
    g_autoptr(Scripted) server = scripted_start(script);
    const char *const more[] = {"--vault-token-file", file, NULL};
    g_autoptr(Child) child = hand_over(rig, server, more);
    assert_code(child, 0);
    assert_contains(child->errors->str, "may not read it back");
    g_autoptr(GPtrArray) requests = scripted_end(server);
    assert_int_equal(requests->len, 2);
    assert_request(requests, 1, "POST /v1/secret/data/perch/acme");
    g_autoptr(Json) body = body_of(requests, 1);
    assert_null(json_get(body, "options"));
    assert_int_equal(unlink(file), 0);
}

static void vault__token_of_vault_login__and_openbao_s_names(void **state)
{
    static const struct scripted_answer script[] = {
        {404, NULL, absent}, {200, NULL, written}, {200, NULL, stored}, {0}};
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *file = tmphome_write(rig->home, "home/.vault-token", token);
    g_autoptr(Scripted) server = scripted_start(script);
    tmphome_set(rig->home, "BAO_ADDR", scripted_url(server));
    tmphome_set(rig->home, "BAO_NAMESPACE", "bao");
    tmphome_set(rig->home, "VAULT_NAMESPACE", "vault");
    const char *const words[] = {"handoff", "acme", "--format", "vault", NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    assert_code(child, 0);
    g_autoptr(GPtrArray) requests = scripted_end(server);
    assert_request(requests, 0, "GET /v1/secret/data/perch/acme");
    assert_true(has_header(requests->pdata[0], "X-Vault-Namespace: bao"));
    assert_int_equal(unlink(file), 0);
}

static void vault__json__tells_both_ends(void **state)
{
    static const struct scripted_answer script[] = {
        {404, NULL, absent},
        {200, NULL, written},
        {200, NULL, stored},
        {503, NULL, "{\"errors\":[\"Vault is sealed\"]}"},
        {0}};
    static const char *const more[] = {"--json", NULL};
    (void)state;
    g_autoptr(Rig) rig = ready();
    with_token(rig);
    g_autoptr(Scripted) server = scripted_start(script);
    g_autoptr(Child) child = hand_over(rig, server, more);
    assert_code(child, 0);
    assert_string_equal(child->errors->str, "");
    g_autoptr(Json) json = child_json(child);
    const Json *check = json_check(json, "vault");
    assert_string_equal(json_get_string(check, "status"), "ok");
    assert_int_equal(json_get_int(json_get(check, "evidence"), "version", 0), 4);
    assert_true(json_bool(json_get(json_get(check, "evidence"), "read_back")));
    g_autoptr(Child) sealed = hand_over(rig, server, more);
    assert_code(sealed, 10);
    g_autoptr(Json) refused = child_json(sealed);
    assert_int_equal(json_get_int(refused, "exit", 0), 10);
    const Json *diagnosis = json_get(json_check(refused, "vault"), "diagnosis");
    assert_contains(json_get_string(diagnosis, "message"), "Unseal it first");
}

static void vault__refusals__say_what_to_do(void **state)
{
    static const struct {
        struct scripted_answer script[4];
        const char *says;
        int code;
    } rows[] = {
        {{{404, NULL, absent},
          {400, NULL,
           "{\"errors\":[\"check-and-set parameter did not match the current version\"]}"},
          {0}},
         "Something else wrote this secret",
         10},
        {{{404, NULL, "{\"errors\":[\"no handler for route \\\"nope/data/x\\\"\"]}"}, {0}},
         "no version 2 key-value store at that mount",
         1},
        {{{404, NULL,
           "{\"errors\":[],\"warnings\":[\"Invalid path for a versioned K/V secrets engine. See\"]"
           "}"},
          {0}},
         "not a version 2 key-value store",
         1},
        {{{403, NULL, "{\"errors\":[\"permission denied\"]}"},
          {403, NULL, "{\"errors\":[\"permission denied\"]}"},
          {0}},
         "does not allow this path",
         1},
        {{{403, NULL, "{\"errors\":[\"permission denied\"]}"},
          {400, NULL, "{\"errors\":[\"check-and-set parameter required for this call\"]}"},
          {0}},
         "may not read the version",
         1},
        {{{403, NULL, "{\"errors\":[\"permission denied\"]}"},
          {403, NULL, "{\"errors\":[\"missing client token\"]}"},
          {0}},
         "No token was sent",
         2},
        {{{503, NULL, "{\"errors\":[\"Vault is sealed\"]}"}, {0}}, "Unseal it first", 10},
        {{{429, NULL, ""}, {0}}, "standby", 10},
        {{{307, "Location: https://other.example.com/v1/x\r\n", ""}, {0}}, "other.example.com", 8},
        {{{404, NULL, absent}, {200, NULL, written}, {200, NULL, "{\"data\":{\"data\":{}}}"}, {0}},
         "something different from what perch wrote",
         1},
        {{{500, NULL, "{\"errors\":[\"\\u001b[31mbad\\u001b[0m\"]}"}, {0}}, "It answered 500", 1},
    };
    (void)state;
    g_autoptr(Rig) rig = ready();
    with_token(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Scripted) server = scripted_start(rows[i].script);
        g_autoptr(Child) child = hand_over(rig, server, NULL);
        assert_code(child, rows[i].code);
        assert_contains(child->errors->str, rows[i].says);
        assert_null(strchr(child->errors->str, '\033'));
        assert_null(strstr(child->errors->str, "Written"));
    }
}

static void vault__what_is_missing_or_unfit__is_told_before_anything_is_sent(void **state)
{
    static const struct {
        const char *address, *token, *path, *says;
        int code;
    } rows[] = {
        {NULL, "hvs.x", NULL, "VAULT_ADDR", 2},
        {"https://vault.example.com", NULL, NULL, "VAULT_TOKEN", 2},
        {"http://vault.example.com:8200", "hvs.x", NULL, "https://", 8},
        {"https://vault.example.com", "hvs.x", "secret", "MOUNT", 2},
        {"https://vault.example.com", "hvs.x", "secret//x", "MOUNT", 2},
        {"https://vault.example.com", "hvs.x", "secret/../x", "MOUNT", 2},
        {"https://vault.example.com", "hvs.x", "secret/x.", "MOUNT", 2},
    };
    (void)state;
    g_autoptr(Rig) rig = ready();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        tmphome_set(rig->home, "VAULT_ADDR", rows[i].address);
        tmphome_set(rig->home, "VAULT_TOKEN", rows[i].token);
        const char *words[] = {"handoff",      "acme",       "--format", "vault",
                               "--vault-path", rows[i].path, NULL};
        if (rows[i].path == NULL)
            words[4] = NULL;
        g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
        assert_code(child, rows[i].code);
        const char *says =
            strcmp(rows[i].says, "MOUNT") == 0 ? "Write the mount and the path" : rows[i].says;
        assert_contains(child->errors->str, says);
    }
}

/* ---- systemd-creds ---- */

static void creds__encrypted__opens_to_the_env_file(void **state)
{
    (void)state;
    char *program = g_find_program_in_path("systemd-creds");
    const bool is_here = program != NULL;
    g_free(program); /* a skip frees nothing */
    if (!is_here || geteuid() != 0)
        skip_because("systemd-creds is not here, or this is not root");
    g_autoptr(Rig) rig = ready();
    g_autofree char *file = g_build_filename(rig->home->home, "salesforce.cred", NULL);
    g_autoptr(Child) child =
        rig_perch(rig, "handoff", "acme", "--format", "systemd-creds", "--output", file, NULL);
    if (child_code(child) != 0 && strstr(child->errors->str, "did not encrypt") != NULL)
        skip_because("systemd-creds has no place for a host key here");
    assert_code(child, 0);
    g_autofree char *line = g_strdup_printf("LoadCredentialEncrypted=salesforce:%s\n", file);
    assert_contains(child->errors->str, line);
    const char *argv[] = {"systemd-creds", "decrypt", "--name=salesforce", file, "-", NULL};
    g_autoptr(Child) opened = child_run(argv, rig->home->env, NULL);
    assert_code(opened, 0);
    g_autofree char *secret =
        g_strdup_printf("\nSALESFORCE_CLIENT_SECRET='%s'\n", rig->org->client_secret);
    assert_contains(opened->output->str, secret);
    g_autoptr(Child) again =
        rig_perch(rig, "handoff", "acme", "--format", "systemd-creds", "--output", file, NULL);
    assert_int_not_equal(child_code(again), 0);
}

/* A stand-in shows what the program is given: the name, and the values through a pipe only. */
static void creds__program__gets_values_by_pipe_only(void **state)
{
    static const char stand_in[] = "#!/bin/sh\n"
                                   "echo \"$@\" >\"$HOME/arguments\"\n"
                                   "grep -c CLIENT_SECRET >\"$HOME/count\"\n"
                                   "echo ZW5jcnlwdGVk\n";
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *program = tmphome_write(rig->home, "home/bin/systemd-creds", stand_in);
    assert_int_equal(chmod(program, 0700), 0);
    g_autofree char *bin = g_path_get_dirname(program);
    g_autofree char *path = g_strconcat(bin, ":/usr/bin:/bin", NULL);
    tmphome_set(rig->home, "PATH", path);
    g_autoptr(Child) child = rig_perch(rig, "handoff", "acme", "--format", "systemd-creds", NULL);
    assert_code(child, 0);
    assert_string_equal(child->output->str, "ZW5jcnlwdGVk\n");
    g_autofree char *arguments = g_build_filename(rig->home->home, "arguments", NULL);
    g_autofree char *count = g_build_filename(rig->home->home, "count", NULL);
    g_autofree char *given = NULL, *counted = NULL;
    assert_true(g_file_get_contents(arguments, &given, NULL, NULL));
    assert_true(g_file_get_contents(count, &counted, NULL, NULL));
    assert_string_equal(given, "encrypt --name=perch-acme - -\n");
    assert_string_equal(counted, "1\n");
    tmphome_set(rig->home, "PATH", rig->home->home);
    g_autoptr(Child) none = rig_perch(rig, "handoff", "acme", "--format", "systemd-creds", NULL);
    assert_code(none, 1);
    assert_contains(none->errors->str, "There is no systemd-creds");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vault__new_secret__is_written_with_cas_and_read_back),
        cmocka_unit_test(vault__other_keys__are_merged_with),
        cmocka_unit_test(vault__deleted_version__counts_for_cas),
        cmocka_unit_test(vault__token_that_may_only_write__writes_without_cas),
        cmocka_unit_test(vault__token_of_vault_login__and_openbao_s_names),
        cmocka_unit_test(vault__json__tells_both_ends),
        cmocka_unit_test(vault__refusals__say_what_to_do),
        cmocka_unit_test(vault__what_is_missing_or_unfit__is_told_before_anything_is_sent),
        cmocka_unit_test(creds__encrypted__opens_to_the_env_file),
        cmocka_unit_test(creds__program__gets_values_by_pipe_only),
    };
    return cmocka_run_group_tests_name("hand-off to stores", tests, NULL, NULL);
}
