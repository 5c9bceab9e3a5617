/* SPDX-License-Identifier: MIT */

/* Connections that do not come about and answers that do not end: each ends in a cause and in time,
 * and once the fault is gone the token is there. */

#include <glib/gstdio.h>
#include <string.h>

#include "e2e/dead_ends.h"
#include "e2e/tokens.h"
#include "e2e/wire.h"
#include "support/many.h"

#define INSERT "/services/data/v68.0/sobjects/Lead"

static const char *const doctor[] = {"doctor", "acme", "--json", NULL};
static const char *const doctor_in_time[] = {"doctor",    "acme",     "--json",
                                             "--timeout", WIRE_LIMIT, NULL};
static const char *const insert_in_time[] = {"test",      "acme",     "--json",
                                             "--timeout", WIRE_LIMIT, NULL};

/* ---- what never ends ---- */

static const char *const stalls[] = {
    "'delay_ms':60000",                    /* no head */
    "'kind':'cut-head','pause_ms':60000",  /* half a head */
    "'kind':'cut-body','pause_ms':60000",  /* half a body */
    "'kind':'endless-json','pause_ms':20", /* a body without end */
};

static void stall(const char *path, const char *const *words)
{
    g_autoptr(Rig) rig = wire_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(stalls); i++) {
        wire_fault(rig, path, stalls[i]);
        wire_assert_ends(rig, words, stalls[i], NULL, "timeout", 8);
        wire_heal(rig);
    }
    wire_assert_works(rig);
}

static void stalls__at_versions__end_in_time(void **state)
{
    (void)state;
    stall("/services/data", doctor_in_time);
}

static void stalls__at_an_insert__end_in_time(void **state)
{
    (void)state;
    stall(INSERT, insert_in_time);
}

static void stalls__at_a_refresh__end_in_time(void **state)
{
    (void)state;
    stall(TOKEN_PATH, doctor_in_time);
}

static void stalls__of_perch_token__end_in_time(void **state)
{
    static const char *const token[] = {"token",     "acme",     "--fresh", "--json",
                                        "--timeout", WIRE_LIMIT, NULL};
    (void)state;
    stall(TOKEN_PATH, token);
}

/* ---- no connection ---- */

/* What perch reads before it asks anybody: members of network.json. */
static void set_network(Rig *rig, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void set_network(Rig *rig, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *members = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_strdelimit(members, "'", '"');
    g_free(tmphome_write(rig->home, "home/.config/perch/network.json", members));
}

static void reset_network(Rig *rig)
{
    g_autofree char *path = g_build_filename(rig->home->config, "perch", "network.json", NULL);
    assert_int_equal(g_remove(path), 0);
}

static void connection__that_does_not_come_about__is_named(void **state)
{
    static const struct {
        enum dead_end kind;
        const char *cause;
    } rows[] = {
        {DEAD_END_CLOSED, "connect-failed"},
        {DEAD_END_FULL, "timeout"},
        {DEAD_END_SILENT, "timeout"},
    };
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(DeadEnd) end = dead_end_new(rows[i].kind);
        set_network(rig, "{'connect_to':['localhost:%u:127.0.0.1:%u']}", rig->org->port,
                    dead_end_port(end));
        wire_assert_ends(rig, doctor_in_time, rows[i].cause, "connection", rows[i].cause, 8);
        g_autoptr(Child) token =
            rig_perch(rig, "token", "acme", "--fresh", "--timeout", WIRE_LIMIT, NULL);
        assert_code(token, 8);
        reset_network(rig);
        wire_assert_works(rig);
    }
}

#define EXPLAINED "This host name was not found."

/* The same failure of the network, of each connection: explained once, and the others say where. */
static void name__of_several_connections__is_explained_once(void **state)
{
    static const char explained[] = "Compare the address with the one";
    static const char as_for[] = "What it means and what to do: as for ";
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    many_connections(rig->home, rig->bus, "acme", 2);
    set_network(rig, "{'connect_to':['localhost:%u:nowhere.invalid:%u']}", rig->org->port,
                rig->org->port);
    g_autoptr(Child) child = rig_perch(rig, "doctor", "--all", NULL);
    assert_code(child, 8);
    const char *first = strstr(child->output->str, explained);
    assert_non_null(first);
    assert_null(strstr(first + 1, explained));
    const char *second = strstr(first, as_for);
    assert_non_null(second);
    assert_non_null(strstr(second + 1, as_for));
}

static void name__that_does_not_resolve__is_dns_failed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    set_network(rig, "{'connect_to':['localhost:%u:nowhere.invalid:%u']}", rig->org->port,
                rig->org->port);
    wire_assert_ends(rig, doctor, "DNS", "lookup", "dns-failed", 8);
    const char *const commands[][7] = {
        {"doctor", "acme"},
        {"status", "acme"},
        {"test", "acme"},
        {"refresh", "acme"},
        {"setup", "acme", "--plain", "--no-input", "--login-url", rig->org->url}};
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) { /* explained once, not in every row */
        g_autoptr(Child) child = rig_perch_input(rig, commands[i], NULL, false);
        assert_code(child, 8);
        const char *once = strstr(child->output->str, EXPLAINED);
        if (once != NULL && strstr(once + 1, EXPLAINED) != NULL)
            fail_msg("%s explains it again:\n%s", commands[i][0], child->output->str);
        if (i == 0)
            assert_contains(child->output->str, "Connection: not run (needs: Name lookup)");
    }
    g_autoptr(Child) token = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(token, 8);
    reset_network(rig);
    wire_assert_works(rig);
}

/* ---- TLS and proxies, under Salesforce's own names ---- */

#define LOGIN_HOST "login.salesforce.com"
#define INSTANCE_HOST "acme.my.salesforce.com"

/* A rig whose org is reached over TLS, set up. */
static Rig *ready_tls(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_stop(g_steal_pointer(&rig->org));
    rig->org = demo_org_start_tls(rig->home, LOGIN_HOST, INSTANCE_HOST, DEMO_ORG_VALID, NULL);
    canary_add(rig->canary, rig->org->client_secret);
    demo_org_use_browser(rig->org, rig->home, "allow");
    rig_setup(rig, "acme");
    return rig;
}

static void set_tls_network(Rig *rig, const char *ca_file, guint16 port, const char *more)
{
    set_network(rig,
                "{'ca_file':'%s','connect_to':['" LOGIN_HOST ":443:127.0.0.1:%u','" INSTANCE_HOST
                ":443:127.0.0.1:%u']%s}",
                ca_file, port, port, more);
}

static void assert_tls_failed(Rig *rig, const char *what, const char *advice)
{
    wire_assert_ends(rig, doctor, what, "connection", "tls-failed", 8);
    g_autoptr(Child) token = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(token, 8);
    assert_contains(token->errors->str, advice);
    set_tls_network(rig, rig->org->ca_file, rig->org->port, "");
    wire_assert_works(rig);
}

static void tls__expired_wrong_name_unknown_issuer__are_tls_failed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready_tls();
    g_autoptr(TmpHome) elsewhere = tmphome_new();
    g_autoptr(DemoOrg) expired =
        demo_org_start_tls(elsewhere, LOGIN_HOST, INSTANCE_HOST, DEMO_ORG_EXPIRED, NULL);
    set_tls_network(rig, expired->ca_file, expired->port, "");
    assert_tls_failed(rig, "expired",
                      "The certificate has expired: if this computer's clock is right, whoever "
                      "runs the server must renew it.");
    set_tls_network(rig, rig->org->ca_file, expired->port, "");
    assert_tls_failed(rig, "unknown issuer", "this computer does not know the authority.");
    g_autoptr(TmpHome) other_home = tmphome_new();
    g_autoptr(DemoOrg) other = demo_org_start_tls(other_home, "other.my.salesforce.com",
                                                  "other.my.salesforce.com", DEMO_ORG_VALID, NULL);
    set_tls_network(rig, other->ca_file, other->port, "");
    assert_tls_failed(rig, "wrong name", "the certificate belongs to another host");
    g_autoptr(DeadEnd) silent = dead_end_new(DEAD_END_SILENT);
    set_tls_network(rig, rig->org->ca_file, dead_end_port(silent), "");
    wire_assert_ends(rig, doctor_in_time, "handshake", "connection", "timeout", 8);
    set_tls_network(rig, rig->org->ca_file, rig->org->port, "");
    wire_assert_works(rig);
}

/* A proxy that is not there, one that refuses, and one that says nothing. */
static void proxy__not_there_or_refusing__is_proxy_failed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready_tls();
    g_autoptr(TmpHome) elsewhere = tmphome_new();
    g_autoptr(DemoOrg) no_proxy =
        demo_org_start(elsewhere, NULL); /* answers CONNECT with an error */
    g_autoptr(DeadEnd) closed = dead_end_new(DEAD_END_CLOSED);
    g_autoptr(DeadEnd) silent = dead_end_new(DEAD_END_SILENT);
    const struct {
        guint16 port;
        const char *cause;
    } rows[] = {{dead_end_port(closed), "proxy-failed"},
                {no_proxy->port, "proxy-failed"},
                {dead_end_port(silent), "timeout"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *proxy = g_strdup_printf(",'proxy':'http://127.0.0.1:%u'", rows[i].port);
        set_tls_network(rig, rig->org->ca_file, rig->org->port, proxy);
        wire_assert_ends(rig, doctor_in_time, proxy, "connection", rows[i].cause, 8);
        g_autoptr(Child) token =
            rig_perch(rig, "token", "acme", "--fresh", "--timeout", WIRE_LIMIT, NULL);
        assert_code(token, 8);
        set_tls_network(rig, rig->org->ca_file, rig->org->port, "");
        wire_assert_works(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stalls__at_versions__end_in_time),
        cmocka_unit_test(stalls__at_an_insert__end_in_time),
        cmocka_unit_test(stalls__at_a_refresh__end_in_time),
        cmocka_unit_test(stalls__of_perch_token__end_in_time),
        cmocka_unit_test(connection__that_does_not_come_about__is_named),
        cmocka_unit_test(name__of_several_connections__is_explained_once),
        cmocka_unit_test(name__that_does_not_resolve__is_dns_failed),
        cmocka_unit_test(tls__expired_wrong_name_unknown_issuer__are_tls_failed),
        cmocka_unit_test(proxy__not_there_or_refusing__is_proxy_failed),
    };
    return cmocka_run_group_tests_name("stalls", tests, NULL, NULL);
}
