/* SPDX-License-Identifier: MIT */

/* perch setup NAME --plain --no-input, and the commands on what it made, with a real keyring. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/tokens.h"

static void setup__no_input__ends_with_a_lead_and_a_keyring_item(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    assert_contains(child->output->str, "Step 8 of 8: Hand-off");
    assert_contains(child->output->str, "Inserted: 00Q");
    assert_contains(child->output->str, "Stored: gnome-keyring, read back, identical");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/data/v68.0/sobjects/Lead"), 1);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 1);

    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    g_autoptr(Json) secrets = json_parse(item, strlen(item), NULL);
    assert_non_null(json_get_string(secrets, "refresh_token"));
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void setup__json__is_one_object_with_every_check(void **state)
{
    static const char *const ids[] = {
        "lookup",   "connection", "salesforce", "clock",   "keyring", "consumer-key", "callback",
        "exchange", "signature",  "scopes",     "who",     "stored",  "refreshed",    "rotation",
        "describe", "inserted",   "read-back",  "deleted", NULL};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    g_autoptr(Json) json = child_json(child);
    assert_int_equal(json_get_int(json, "perch", 0), 1);
    assert_string_equal(json_get_string(json, "command"), "setup");
    assert_string_equal(json_get_string(json, "connection"), "acme");
    for (int i = 0; ids[i] != NULL; i++)
        assert_string_equal(json_get_string(json_check(json, ids[i]), "status"), "ok");
}

static void token__prints_a_token_that_works_and_nothing_else(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    guint before = demo_org_requests(rig->org, "POST", "/services/oauth2/token");
    g_autoptr(Child) first = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(first, 0);
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/token"), before);
    assert_string_equal(first->errors->str, "");
    assert_true(g_regex_match_simple("\\A00D[A-Za-z0-9]{12}![A-Za-z0-9._]+\\n\\z",
                                     first->output->str, 0, 0));
    g_autofree char *url = g_strconcat(rig->org->url, "/services/oauth2/userinfo", NULL);
    g_autofree char *token = g_strstrip(g_strdup(first->output->str));
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", token, NULL);
    g_autoptr(Fetched) user =
        fetch(url, &(struct fetch_options){.headers = (const char *const[]){bearer, NULL}});
    assert_int_equal(user->status, 200);

    g_autoptr(Child) fresh = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(fresh, 0);
    assert_string_not_equal(fresh->output->str, first->output->str);
    g_autoptr(Child) kept = rig_perch_secret(rig, "token", "acme", NULL);
    assert_string_equal(kept->output->str, fresh->output->str);
}

/* What glibc's loader says that it loaded. */
static void token__still_good__loads_no_network_library(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    tmphome_set(rig->home, "LD_DEBUG", "files");
    g_autoptr(Child) kept = rig_perch_secret(rig, "token", "acme", NULL);
    g_autoptr(Child) fresh = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    tmphome_set(rig->home, "LD_DEBUG", NULL);
    assert_code(kept, 0);
    assert_code(fresh, 0);
    assert_non_null(strstr(kept->errors->str, "libsecret"));
    assert_null(strstr(kept->errors->str, "libcurl"));
    assert_non_null(strstr(fresh->errors->str, "libcurl"));
}

static void token__unknown_connection__is_usage(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child = rig_perch(rig, "token", "nobody", NULL);
    assert_code(child, 2);
    assert_string_equal(child->output->str, "");
}

static void status__tells_working_from_revoked(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) fine = rig_perch(rig, "status", NULL);
    assert_code(fine, 0);
    assert_contains(fine->output->str, "acme");
    assert_contains(fine->output->str, "working");

    g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
    g_autoptr(Json) secrets = json_parse(item, strlen(item), NULL);
    g_autofree char *url = g_strconcat(rig->org->url, "/services/oauth2/revoke", NULL);
    g_autofree char *body = g_strconcat("token=", json_get_string(secrets, "refresh_token"), NULL);
    g_autoptr(Fetched) revoked = fetch(url, &(struct fetch_options){.body = body});
    assert_int_equal(revoked->status, 200);
    g_autoptr(Child) dead = rig_perch(rig, "status", "acme", "--json", NULL);
    assert_code(dead, 4);
    assert_contains(dead->output->str, "\"cause\":\"authorization-revoked\"");
}

static void test__inserts_reads_back_and_deletes(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) lead = rig_perch(rig, "test", "acme", "--json", NULL);
    assert_code(lead, 0);
    g_autoptr(Json) json = child_json(lead);
    assert_true(g_str_has_prefix(json_get_string(json, "record"), "00Q"));
    assert_string_equal(json_get_string(json_check(json, "deleted"), "status"), "ok");

    g_autoptr(Child) kept = rig_perch(rig, "test", "acme", "--object", "Case", "--keep", "--set",
                                      "Subject=It's \"quoted\" \\ ünïcode", "--json", NULL);
    assert_code(kept, 0);
    g_autoptr(Json) second = child_json(kept);
    assert_true(g_str_has_prefix(json_get_string(second, "record"), "500"));
    g_autofree char *path =
        g_strdup_printf("/services/data/v68.0/sobjects/Case/%s", json_get_string(second, "record"));
    assert_int_equal(demo_org_requests(rig->org, "DELETE", path), 0);

    g_autoptr(Child) dry = rig_perch(rig, "test", "acme", "--dry-run", "--json", NULL);
    assert_code(dry, 0);
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/data/v68.0/sobjects/Lead"), 2);
}

static void test__bad_field__is_usage_and_writes_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) child = rig_perch(rig, "test", "acme", "--set", "Nonsense=1", NULL);
    assert_code(child, 2);
    assert_contains(child->errors->str, "Nonsense");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/data/v68.0/sobjects/Lead"), 1);
}

static void test__refused_record__exits_7_with_the_cause(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) child =
        rig_perch(rig, "test", "acme", "--set", "Email=not-an-address", "--json", NULL);
    assert_code(child, 7);
    g_autoptr(Json) json = child_json(child);
    const Json *diagnosis = json_get(json_check(json, "inserted"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "value-invalid");
    assert_string_equal(json_get_string(diagnosis, "code"), "INVALID_EMAIL_ADDRESS");
}

static void handoff__env_and_json__hold_what_the_flow_needs(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) json_child =
        rig_perch_secret(rig, "handoff", "acme", "--format", "json", NULL);
    assert_code(json_child, 0);
    g_autoptr(Json) json = child_json(json_child);
    assert_string_equal(json_get_string(json, "client_secret"), rig->org->client_secret);
    assert_non_null(json_get_string(json, "refresh_token"));

    g_autofree char *file = g_build_filename(rig->home->home, "values.env", NULL);
    g_autoptr(Child) env =
        rig_perch(rig, "handoff", "acme", "--format", "env", "--output", file, NULL);
    assert_code(env, 0);
    struct stat info;
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    g_autoptr(Child) again =
        rig_perch(rig, "handoff", "acme", "--format", "env", "--output", file, NULL);
    assert_int_not_equal(child_code(again), 0); /* never over a file that is there */
    const char *const script[] = {
        "/bin/sh", "-c", "set -a; . \"$0\"; printf %s \"$SALESFORCE_REFRESH_TOKEN\"", file, NULL};
    g_autoptr(Child) sourced = child_run(script, rig->home->env, NULL);
    assert_string_equal(sourced->output->str, json_get_string(json, "refresh_token"));
    remove(file);
}

static char *unregistered_port(const Rig *rig)
{
    guint16 ports[3];
    const guint16 *registered = rig->org->callback_ports;
    do
        free_ports(ports);
    while (ports[0] == registered[0] || ports[0] == registered[1] || ports[0] == registered[2]);
    return g_strdup_printf("%u", ports[0]);
}

static void setup__wrong_secret_key_and_callback__are_told_apart(void **state)
{
    static const struct {
        const char *option, *value, *check, *cause;
        int code;
    } rows[] = {
        {"--client-id", "3MVG9wrongwrongwrongwrongwrong", "consumer-key", "consumer-key-unknown",
         5},
        {"--callback-port", "unregistered", "callback", "callback-mismatch", 5},
        {"--client-secret-file", "wrong", "exchange", "consumer-secret-wrong", 5},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        g_autofree char *file = tmphome_write(rig->home, "home/wrong-secret", "not-the-secret\n");
        g_autofree char *port = unregistered_port(rig);
        const char *value = strcmp(rows[i].value, "wrong") == 0          ? file
                            : strcmp(rows[i].value, "unregistered") == 0 ? port
                                                                         : rows[i].value;
        g_autoptr(GPtrArray) words = rig_setup_words(
            rig, "acme", (const char *const[]){"--json", rows[i].option, value, NULL});
        g_autoptr(Child) child =
            rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
        assert_code(child, rows[i].code);
        g_autoptr(Json) json = child_json(child);
        const Json *diagnosis = json_get(json_check(json, rows[i].check), "diagnosis");
        assert_string_equal(json_get_string(diagnosis, "cause"), rows[i].cause);
    }
}

/* A key with a byte order mark and a line break; a secret as a line of an .env file that an editor
 * on Windows saved; A file without a secret is refused before
 * a browser opens. */
static void setup__key_and_secret_with_more_around__are_cleaned(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *key = g_strdup_printf("\xEF\xBB\xBF%s\n", rig->org->client_id);
    g_autofree char *secret = NULL;
    assert_true(g_file_get_contents(rig->org->secret_file, &secret, NULL, NULL));
    g_autofree char *line = g_strdup_printf("CLIENT_SECRET=%s\r\n", g_strstrip(secret));
    gsize length = 0;
    g_autofree char *wide = g_convert(line, -1, "UTF-16", "UTF-8", NULL, &length, NULL);
    g_autofree char *file = tmphome_write(rig->home, "secret.env", "");
    assert_true(g_file_set_contents(file, wide, (gssize)length, NULL));
    g_autoptr(GPtrArray) words = rig_setup_words(
        rig, "acme", (const char *const[]){"--client-id", key, "--client-secret-file", file, NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    assert_true(g_file_set_contents(file, "two words\n", -1, NULL));
    g_autoptr(GPtrArray) bad =
        rig_setup_words(rig, "other", (const char *const[]){"--client-secret-file", file, NULL});
    g_autoptr(Child) refused = rig_perch_input(rig, (const char *const *)bad->pdata, NULL, false);
    assert_code(refused, 2);
    assert_contains(refused->errors->str, "does not contain a consumer secret");
}

/* Nobody has it: it is not said to be in use. Without the capability that root listens there by. */
static void setup__port_for_root__says_so(void **state)
{
    (void)state;
    g_autofree char *first = NULL;
    if (g_file_get_contents("/proc/sys/net/ipv4/ip_unprivileged_port_start", &first, NULL, NULL) &&
        g_ascii_strtoull(first, NULL, 10) <= 9)
        skip(); /* a container may leave no port to root */
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--json", "--callback-port", "9", NULL});
    static const char *const barred[] = {"setpriv", "--bounding-set=-net_bind_service",
                                         "--inh-caps=-net_bind_service"};
    g_ptr_array_insert(words, 0, g_strdup(g_getenv("PERCH")));
    if (geteuid() == 0)
        for (gsize i = G_N_ELEMENTS(barred); i > 0; i--)
            g_ptr_array_insert(words, 0, g_strdup(barred[i - 1]));
    g_autoptr(Child) child = child_run((const char *const *)words->pdata, rig->home->env, NULL);
    assert_code(child, 8);
    g_autoptr(Json) json = child_json(child);
    const Json *diagnosis = json_get(json_check(json, "callback-port"), "diagnosis");
    assert_string_equal(json_get_string(diagnosis, "cause"), "port-taken");
    assert_string_equal(json_get_string(diagnosis, "message"), "9 is for root only");
}

/* All of it at once, before any request or question; what was given is kept as a draft. */
static void setup__missing_options__are_named_first(void **state)
{
    static const struct {
        const char *words[8], *missing;
    } rows[] = {
        {{"setup", "--no-input"}, "NAME, --client-id, --client-secret-file"},
        {{"setup", "--no-input", "--client-id", "3MVG9.Key"}, "NAME"},
        {{"setup", "a", "--no-input"}, "--client-id, --client-secret-file"},
        {{"setup", "b", "--no-input", "--login-url", "ORG"}, "--client-id, --client-secret-file"},
        {{"setup", "c", "--no-input", "--login", "client-credentials"},
         "--login-url, --client-id, --client-secret-file"},
        {{"setup", "d", "--no-input", "--login", "client-credentials", "--client-id", "3MVG9.Key"},
         "--login-url, --client-secret-file"},
        {{"setup", "e", "--no-input", "--login", "jwt-bearer"},
         "--login-url, --client-id, --username"},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) words = g_ptr_array_new();
        for (gsize w = 0; w == 0 || words->pdata[w - 1] != NULL; w++)
            g_ptr_array_add(words, (gpointer)(guintptr)(g_strcmp0(rows[i].words[w], "ORG") == 0
                                                            ? rig->org->url
                                                            : rows[i].words[w]));
        g_autoptr(Child) child =
            rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
        g_autofree char *sentence =
            g_strdup_printf("With --no-input these are missing: %s. See", rows[i].missing);
        assert_code(child, 2);
        assert_contains(child->errors->str, sentence);
        assert_null(strstr(child->output->str, "Before we start"));
    }
    assert_int_equal(demo_org_requests(rig->org, "GET", "/"), 0);
    g_autofree char *draft = rig_settings(rig, "b.json");
    assert_contains(draft, rig->org->url);
    /* Blanks in a name are no mistake: they become hyphens. */
    g_autoptr(Child) blanks = rig_perch(rig, "setup", " Acme  UAT 2 ", "--no-input", NULL);
    assert_code(blanks, 2);
    assert_contains(blanks->errors->str, "perch setup Acme-UAT-2");
    g_free(rig_settings(rig, "Acme-UAT-2.json"));
}

/* A name in any script, however it is spelled: composed or not, with blanks or hyphens. */
static void setup__name_of_any_script__is_one_name(void **state)
{
    static const char apart[] = "Zaz\u0307o\u0301łc\u0301 日本";
    static const char name[] = "Zażółć-日本";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, apart);
    rig_setup(rig, "acme");
    g_free(rig_settings(rig, "Zażółć-日本.json"));
    g_autoptr(Child) token = rig_perch_secret(rig, "token", apart, NULL);
    assert_code(token, 0);
    tokens_assert_work(rig, token->output->str);
    g_autoptr(Child) fresh = rig_perch_secret(rig, "token", name, "--fresh", NULL);
    assert_code(fresh, 0);
    /* Columns are as wide as they look: two cells for each of the last two letters. */
    g_autoptr(Child) list = rig_perch(rig, "list", NULL);
    assert_code(list, 0);
    assert_contains(list->output->str, "Zażółć-日本  ");
    assert_contains(list->output->str, "acme         ");
    g_autoptr(Child) k8s = rig_perch_secret(rig, "handoff", name, "--format", "k8s-secret", NULL);
    assert_code(k8s, 0);
    assert_contains(k8s->output->str, "name: salesforce-za");
    g_autoptr(Child) forget = rig_perch(rig, "forget", apart, "--yes", NULL);
    assert_code(forget, 0);
    g_autoptr(Child) gone = rig_perch(rig, "token", name, NULL);
    assert_code(gone, 2);
}

static void setup__deny__is_user_denied(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "deny");
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) child = rig_perch_login(rig, (const char *const *)words->pdata);
    assert_code(child, 4);
    assert_contains(child->output->str, "access_denied");
}

static void setup__without_a_usable_keyring__stops_before_the_login(void **state)
{
    static const struct {
        enum session_keyring keyring;
        const char *cause;
    } rows[] = {{SESSION_NO_KEYRING, "keyring-absent"},
                {SESSION_KEYRING_LOCKED, "keyring-locked"},
                {SESSION_KEYRING_EMPTY, "keyring-failed"}};
    g_autoptr(GHashTable) sentences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new(rows[i].keyring, NULL);
        g_autoptr(GPtrArray) words =
            rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
        g_autoptr(Child) child =
            rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
        assert_code(child, 9);
        assert_int_equal(demo_org_requests(rig->org, "GET", "/services/oauth2/authorize"), 0);
        g_autoptr(Json) json = child_json(child);
        const Json *check = json_check(json, "keyring");
        assert_string_equal(json_get_string(json_get(check, "diagnosis"), "cause"), rows[i].cause);
        g_hash_table_add(sentences,
                         g_strdup(json_get_string(json_get(check, "diagnosis"), "summary")));
    }
    assert_int_equal(g_hash_table_size(sentences), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__no_input__ends_with_a_lead_and_a_keyring_item),
        cmocka_unit_test(setup__json__is_one_object_with_every_check),
        cmocka_unit_test(token__prints_a_token_that_works_and_nothing_else),
        cmocka_unit_test(token__still_good__loads_no_network_library),
        cmocka_unit_test(token__unknown_connection__is_usage),
        cmocka_unit_test(status__tells_working_from_revoked),
        cmocka_unit_test(test__inserts_reads_back_and_deletes),
        cmocka_unit_test(test__bad_field__is_usage_and_writes_nothing),
        cmocka_unit_test(test__refused_record__exits_7_with_the_cause),
        cmocka_unit_test(handoff__env_and_json__hold_what_the_flow_needs),
        cmocka_unit_test(setup__wrong_secret_key_and_callback__are_told_apart),
        cmocka_unit_test(setup__key_and_secret_with_more_around__are_cleaned),
        cmocka_unit_test(setup__port_for_root__says_so),
        cmocka_unit_test(setup__missing_options__are_named_first),
        cmocka_unit_test(setup__name_of_any_script__is_one_name),
        cmocka_unit_test(setup__deny__is_user_denied),
        cmocka_unit_test(setup__without_a_usable_keyring__stops_before_the_login),
    };
    return cmocka_run_group_tests_name("setup --plain --no-input", tests, NULL, NULL);
}
