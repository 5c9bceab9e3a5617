/* SPDX-License-Identifier: MIT */

/* The whole set-up over TLS under Salesforce's own names: which host is asked for what, over how
 * many connections, in how many round trips. */

#include <string.h>

#include "e2e/maker.h"
#include "e2e/walk.h"

#define PRODUCTION "login.salesforce.com"
#define SANDBOX "test.salesforce.com"
#define MY_DOMAIN "acme.my.salesforce.com"
#define MY_SANDBOX "acme--uat.sandbox.my.salesforce.com"

/* ---- what the org saw of perch ---- */

static const char *header_of(const Json *entry, const char *name)
{
    JSON_FOREACH(pair, json_get(entry, "headers"))
    {
        const Json *key = json_first(pair);
        if (g_ascii_strcasecmp(json_string(key), name) == 0)
            return json_string(json_next(key));
    }
    return "";
}

/* "METHOD HOST/path" of each request, in order; connections: per host, a set of numbers. What is
 * asked for a token has a connection of its own: another process asks. */
static GPtrArray *asked(Rig *rig, GHashTable *connections)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    JSON_FOREACH(entry, log)
    {
        const char *host = header_of(entry, "Host"), *target = json_get_string(entry, "target");
        if (!g_str_has_prefix(header_of(entry, "User-Agent"), "perch/"))
            continue;
        g_ptr_array_add(lines, g_strdup_printf("%s %s%.*s", json_get_string(entry, "method"), host,
                                               (int)strcspn(target, "?"), target));
        if (g_str_has_prefix(target, "/services/oauth2/token"))
            continue;
        GHashTable *set = g_hash_table_lookup(connections, host);
        if (set == NULL) {
            set = g_hash_table_new(NULL, NULL);
            g_hash_table_insert(connections, g_strdup(host), set);
        }
        g_hash_table_add(set, GSIZE_TO_POINTER((gsize)json_get_int(entry, "connection", 0)));
    }
    return lines;
}

static GHashTable *connections_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                 (GDestroyNotify)g_hash_table_unref);
}

static void assert_one_handshake_each(GHashTable *connections, guint hosts)
{
    GHashTableIter iter;
    gpointer host, set;
    assert_int_equal(g_hash_table_size(connections), hosts);
    g_hash_table_iter_init(&iter, connections);
    while (g_hash_table_iter_next(&iter, &host, &set))
        if (g_hash_table_size(set) != 1)
            fail_msg("%u handshakes with %s", g_hash_table_size(set), (char *)host);
}

/* All that a set-up asks, and nothing else: each round trip is time that somebody waits. */
static void assert_asked(const GPtrArray *lines, const char *login, const char *instance)
{
    static const struct {
        bool login;
        const char *method, *path;
    } wanted[] = {
        {true, "GET", "/services/data/"},
        {true, "GET", "/services/oauth2/authorize"},
        {true, "POST", "/services/oauth2/token"},
        {true, "POST", "/services/oauth2/introspect"},
        {false, "GET", "/services/oauth2/userinfo"},
        {false, "GET", "/services/data/v68.0/query"},
        {true, "POST", "/services/oauth2/token"},
        {false, "GET", "/services/data/v68.0/sobjects/Lead/describe"},
        {false, "POST", "/services/data/v68.0/sobjects/Lead"},
        {false, "GET", "/services/data/v68.0/sobjects/Lead/00Q"},
        {false, "DELETE", "/services/data/v68.0/sobjects/Lead/00Q"},
    };
    assert_int_equal(lines->len, G_N_ELEMENTS(wanted));
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *line = g_strdup_printf("%s %s%s", wanted[i].method,
                                                wanted[i].login ? login : instance, wanted[i].path);
        bool found = false;
        /* Two hosts are asked side by side, so the order is not told. */
        for (guint j = 0; j < lines->len && !found; j++)
            found = g_str_has_prefix(lines->pdata[j], line);
        if (!found)
            fail_msg("not asked: %s", line);
    }
}

/* ---- the set-up ---- */

static Child *set_up(Rig *rig, const char *address, const char *option)
{
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--login-url", address, option, NULL});
    return rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
}

static void setup__each_kind_of_org__one_handshake_a_host(void **state)
{
    static const struct {
        const char *address; /* as a person gives it */
        const char *login, *instance;
    } rows[] = {
        {"https://" PRODUCTION, PRODUCTION, MY_DOMAIN},
        {"https://" SANDBOX "/", SANDBOX, MY_SANDBOX},
        {"acme.lightning.force.com/lightning/setup/SetupOneHome/home", MY_DOMAIN, MY_DOMAIN},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new_tls(rows[i].login, rows[i].instance, DEMO_ORG_VALID);
        g_autoptr(Child) child = set_up(rig, rows[i].address, NULL);
        assert_code(child, 0);
        /* No public authority: named, so that a person sees who is in between. */
        assert_contains(child->output->str,
                        "TLS 1.3, certificate by perch test authority; authorities: ca_file /");
        g_autoptr(GHashTable) connections = connections_new();
        g_autoptr(GPtrArray) lines = asked(rig, connections);
        assert_asked(lines, rows[i].login, rows[i].instance);
        assert_one_handshake_each(connections, strcmp(rows[i].login, rows[i].instance) ? 2 : 1);
        g_autofree char *item = session_bus_lookup(rig->home, "connection", "acme");
        g_autoptr(Json) secrets = json_parse(item, strlen(item), NULL);
        g_autofree char *instance = g_strconcat("https://", rows[i].instance, NULL);
        assert_string_equal(json_get_string(secrets, "instance_url"), instance);
    }
}

/* A later command: the token is in the keyring, one host is asked, over one connection. */
static void commands__afterwards__one_handshake_a_host(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_tls(PRODUCTION, MY_DOMAIN, DEMO_ORG_VALID);
    g_autoptr(Child) child = set_up(rig, "https://" PRODUCTION, NULL);
    assert_code(child, 0);
    json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(token, 0);
    g_autoptr(GHashTable) none = connections_new();
    g_autoptr(GPtrArray) nothing = asked(rig, none);
    assert_int_equal(nothing->len, 0);
    g_autoptr(Child) test = rig_perch(rig, "test", "acme", "--object", "Case", NULL);
    assert_code(test, 0);
    g_autoptr(GHashTable) one = connections_new();
    g_autoptr(GPtrArray) lines = asked(rig, one);
    assert_int_equal(lines->len, 5); /* API access, describe, insert, read back, delete */
    assert_one_handshake_each(one, 1);
    g_autoptr(Child) fresh = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(fresh, 0);
    g_autoptr(GHashTable) both = connections_new();
    g_autoptr(GPtrArray) all = asked(rig, both);
    assert_int_equal(all->len, 6);
    assert_string_equal(all->pdata[5], "POST " PRODUCTION "/services/oauth2/token");
    assert_one_handshake_each(both, 1);
}

/* A certificate that is not to be trusted: the row and the cause say so, and nothing is sent. */
static void setup__certificate_not_trusted__nothing_is_sent(void **state)
{
    static const enum demo_org_certificate rows[] = {DEMO_ORG_EXPIRED, DEMO_ORG_UNTRUSTED};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new_tls(PRODUCTION, MY_DOMAIN, rows[i]);
        g_autoptr(Child) child = set_up(rig, "https://" PRODUCTION, "--json");
        assert_code(child, 8);
        g_autoptr(Json) json = child_json(child);
        const Json *diagnosis = json_get(json_check(json, "connection"), "diagnosis");
        assert_string_equal(json_get_string(diagnosis, "cause"), "tls-failed");
        assert_null(strstr(child->errors->str, "authorize?"));
    }
}

/* ---- a name of the company's own ---- */

#define CUSTOM "crm.acme.com"
#define METADATA "/.well-known/openid-configuration"

/* What the host says of itself decides where perch logs in, and it is asked before anything else.
 */
static void setup__custom_domain__is_asked_what_it_is(void **state)
{
    static const struct {
        const char *typed, *login;
    } rows[] = {
        {"https://" CUSTOM "/lightning/setup/SetupOneHome/home", MY_DOMAIN},
        {CUSTOM, CUSTOM}, /* Salesforce answers under this name only */
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const bool itself = strcmp(rows[i].login, CUSTOM) == 0;
        g_autoptr(Rig) rig = itself ? rig_new_tls(CUSTOM, MY_DOMAIN, DEMO_ORG_VALID)
                                    : rig_new_custom_domain(CUSTOM, MY_DOMAIN);
        g_autoptr(Child) child = set_up(rig, rows[i].typed, NULL);
        assert_code(child, 0);
        g_autoptr(GHashTable) connections = connections_new();
        g_autoptr(GPtrArray) lines = asked(rig, connections);
        assert_string_equal(lines->pdata[0], "GET " CUSTOM METADATA);
        g_ptr_array_remove_index(lines, 0);
        assert_asked(lines, rows[i].login, MY_DOMAIN);
        if (!itself)
            assert_int_equal(g_hash_table_size(g_hash_table_lookup(connections, CUSTOM)), 1);
        g_autoptr(Child) doctor = rig_perch(rig, "doctor", "acme", NULL);
        assert_code(doctor, 0);
    }
}

/* A host that is not Salesforce: refused with what to paste, and sent nothing more. */
static void setup__custom_domain_of_others__is_refused(void **state)
{
    static const char *const faults[] = {
        "'kind': 'html', 'status': 404",
        "'kind': 'redirect', 'location': 'https://" MY_DOMAIN METADATA "'",
        "'kind': 'empty'",
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new_custom_domain(CUSTOM, MY_DOMAIN);
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *patch =
            g_strdup_printf("{'faults': {'*': null, '" METADATA "': {%s}}}", faults[i]);
        demo_org_patch(rig->org, patch);
        json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
        g_autoptr(Child) child = set_up(rig, "https://" CUSTOM, "--json");
        assert_code(child, 2);
        g_autoptr(Json) json = child_json(child);
        const Json *diagnosis = json_get(json_check(json, "custom-domain"), "diagnosis");
        assert_string_equal(json_get_string(diagnosis, "cause"), "not-salesforce-host");
        g_autoptr(GHashTable) connections = connections_new();
        g_autoptr(GPtrArray) lines = asked(rig, connections);
        assert_int_equal(lines->len, 1);
    }
}

/* One that says it is a third: no endpoint of Salesforce's is its own. */
static void setup__custom_domain_that_names_others__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_custom_domain(CUSTOM, "login.acme.com");
    g_autoptr(Child) child = set_up(rig, "https://" CUSTOM, NULL);
    assert_code(child, 2);
    assert_contains(child->output->str, CUSTOM " is not a Salesforce host.");
    assert_int_equal(demo_org_requests(rig->org, "GET", "/services/"), 0);
}

/* On the screen the row says which host it is, and the step before is where another one is typed.
 */
static void wizard__custom_domain__is_asked_what_it_is(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_custom_domain(CUSTOM, MY_DOMAIN);
    demo_org_patch(rig->org, "{'faults': {'" METADATA "': {'kind': 'html'}}}");
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", "--login-url", "https://" CUSTOM, NULL);
    see(walk, "Which Salesforce org");
    press(walk, "Enter");
    see(walk, "Custom domain");
    see_sentence(walk, CUSTOM " is not a Salesforce host.");
    assert_int_equal(demo_org_requests(rig->org, "GET", "/services/"), 0);
    demo_org_patch(rig->org, "{'faults': {'*': null}}");
    press(walk, "r");
    see(walk, "✔ Custom domain   Salesforce; the login host is");
    see(walk, "acme · " MY_DOMAIN);
}

/* A login from Salesforce's CLI, and the session in which an app is made, may name it, too: they
 * are sent nowhere before the host has said what it is. */
static Child *import(Rig *rig)
{
    g_autoptr(Child) out = rig_perch_secret(rig, "handoff", "acme", "--format", "sfdx-url", NULL);
    assert_code(out, 0);
    g_auto(GStrv) parts = g_strsplit(out->output->str, "@", 2);
    g_autofree char *url = g_strconcat(parts[0], "@" CUSTOM, NULL);
    json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
    return rig_perch_input(rig, (const char *const[]){"import", "copy", "--from=sf", NULL}, url,
                           false);
}

static Child *make_app(Rig *rig)
{
    g_autofree char *token = maker_token(rig);
    maker_draft(rig, "https://" CUSTOM);
    json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
    return rig_perch_input(
        rig, (const char *const[]){"app", "flow", "--create", "--with", "-", NULL}, token, false);
}

static void assert_asked_first(Rig *rig, bool only)
{
    g_autoptr(GHashTable) connections = connections_new();
    g_autoptr(GPtrArray) lines = asked(rig, connections);
    assert_true(lines->len > 0);
    assert_string_equal(lines->pdata[0], "GET " CUSTOM METADATA);
    assert_int_equal(lines->len == 1, only);
}

static void import_and_app__custom_domain__is_asked_what_it_is(void **state)
{
    static Child *(*const commands[])(Rig * rig) = {import, make_app};
    (void)state;
    g_autoptr(Rig) rig = rig_new_custom_domain(CUSTOM, MY_DOMAIN);
    g_autoptr(Child) setup = set_up(rig, "https://" MY_DOMAIN, NULL);
    assert_code(setup, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        demo_org_patch(rig->org, "{'faults': {'" METADATA "': {'kind': 'html'}}}");
        g_autoptr(Child) refused = commands[i](rig);
        assert_code(refused, 2);
        assert_contains(refused->output->str, CUSTOM " is not a Salesforce host.");
        assert_asked_first(rig, true);
        demo_org_patch(rig->org, "{'faults': {'*': null}}");
        g_autoptr(Child) child = commands[i](rig);
        assert_code(child, 0);
        assert_contains(child->output->str, "Salesforce; the login host is https://" MY_DOMAIN);
        assert_asked_first(rig, false);
    }
    g_autofree char *settings = rig_settings(rig, "copy.json");
    assert_contains(settings, "\"https://" MY_DOMAIN "\"");
    assert_null(strstr(settings, "\"login_url\":\t\"https://" CUSTOM));
}

/* With these anybody who has recorded the connection reads the tokens in it. */
static void keys__of_a_connection__are_written_nowhere(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_tls(PRODUCTION, MY_DOMAIN, DEMO_ORG_VALID);
    g_autofree char *keys = g_build_filename(rig->home->root, "keys", NULL);
    rig->home->env = g_environ_setenv(rig->home->env, "SSLKEYLOGFILE", keys, TRUE);
    g_autoptr(Child) child = set_up(rig, "https://" PRODUCTION, NULL);
    assert_code(child, 0);
    assert_false(g_file_test(keys, G_FILE_TEST_EXISTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__each_kind_of_org__one_handshake_a_host),
        cmocka_unit_test(commands__afterwards__one_handshake_a_host),
        cmocka_unit_test(setup__certificate_not_trusted__nothing_is_sent),
        cmocka_unit_test(setup__custom_domain__is_asked_what_it_is),
        cmocka_unit_test(setup__custom_domain_of_others__is_refused),
        cmocka_unit_test(setup__custom_domain_that_names_others__is_refused),
        cmocka_unit_test(wizard__custom_domain__is_asked_what_it_is),
        cmocka_unit_test(import_and_app__custom_domain__is_asked_what_it_is),
        cmocka_unit_test(keys__of_a_connection__are_written_nowhere),
    };
    return cmocka_run_group_tests_name("TLS under Salesforce's names", tests, NULL, NULL);
}
