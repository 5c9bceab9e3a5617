/* SPDX-License-Identifier: MIT */

/* What people expect of any command line: a list without a network, help with examples, versions,
 * lines that fit, a look again and again, and tokens for other programs. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "e2e/rig.h"
#include "perch/base/clock.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "support/pty.h"

static const char *const commands[] = {
#define COMMAND(name, usage, summary) #name,
#include "perch/commands/commands.def"
#undef COMMAND
};

static Rig *acme(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

static Pty *on_terminal(Rig *rig, const char *const *words, int columns)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)words[i]);
    g_ptr_array_add(argv, NULL);
    return pty_start((const char *const *)argv->pdata, rig->home->env, columns, 200);
}

/* ---- list ---- */

static void list__asks_neither_an_org_nor_the_keyring(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = acme();
    const guint before =
        demo_org_requests(rig->org, "GET", "/") + demo_org_requests(rig->org, "POST", "/");
    const char *const nobody[] = {"env", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere",
                                  g_getenv("PERCH"), "list", NULL};
    g_autoptr(Child) child = child_run(nobody, rig->home->env, NULL);
    assert_code(child, 0);
    g_autofree char *today = clock_format(clock_wall_ms());
    g_autofree char *line =
        g_strdup_printf("acme  localhost  admin@bird-demo.example  proven %.10s\n", today);
    assert_string_equal(child->output->str, line);
    assert_string_equal(child->errors->str, "");
    assert_int_equal(
        demo_org_requests(rig->org, "GET", "/") + demo_org_requests(rig->org, "POST", "/"), before);

    g_autoptr(Child) channels = rig_perch(rig, "list", "acme", NULL);
    assert_string_equal(channels->output->str,
                        "whatsapp          Lead  WhatsApp\nviber             Case  Viber\n");
    g_autoptr(Child) none = rig_perch(rig, "list", "amce", NULL);
    assert_code(none, 2);
    assert_contains(none->errors->str, "Did you mean acme?");
    g_autoptr(Child) child_of_json = rig_perch(rig, "list", "--json", NULL);
    g_autoptr(Json) json = child_json(child_of_json);
    const Json *first = json_first(json_get(json, "connections"));
    assert_string_equal(json_get_string(first, "connection"), "acme");
    assert_string_equal(json_get_string(json_first(json_get(first, "channels")), "id"), "whatsapp");
}

/* ---- help and versions ---- */

static void help__of_each_command__has_an_example_that_runs_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) all = rig_perch(rig, "help", "-a", NULL);
    assert_code(all, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autoptr(Child) child = rig_perch(rig, "help", commands[i], NULL);
        assert_code(child, 0);
        const char *examples = strstr(child->output->str, "\nExamples:\n");
        g_autofree char *call = g_strconcat("perch ", commands[i], NULL);
        assert_non_null(examples);
        assert_contains(examples, call);
        /* help -a has the options of each, those of every command once. */
        g_auto(GStrv) lines = g_strsplit(child->output->str, "\n", -1);
        for (gsize l = 0; lines[l] != NULL && strcmp(lines[l], "Examples:") != 0; l++)
            if (g_str_has_prefix(lines[l], "  --")) {
                g_auto(GStrv) words = g_strsplit_set(lines[l] + 2, " =", 2);
                assert_contains(all->output->str, words[0]);
            }
    }
    assert_null(strstr(strstr(all->output->str, "--no-input") + 1, "--no-input"));
}

static void version__names_libraries_and_api(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child = rig_perch(rig, "--version", NULL);
    assert_code(child, 0);
    g_auto(GStrv) lines = g_strsplit(child->output->str, "\n", -1);
    assert_true(g_str_has_prefix(lines[0], "perch " PERCH_VERSION));
    assert_true(g_regex_match_simple(
        "^Built with: glib-2.0 2[.0-9]+, libsecret-1 [.0-9]+, libcurl [.0-9]+, "
        "libcjson [.0-9]+, ncursesw [.0-9]+, libzip [.0-9]+, libqrencode [.0-9]+$",
        lines[1], 0, 0));
    assert_true(
        g_regex_match_simple("^Running with: libcurl/[.0-9]+ (OpenSSL|GnuTLS)/", lines[2], 0, 0));
    assert_true(g_regex_match_simple("^Salesforce API: .* [0-9]+\\.0 to deploy", lines[3], 0, 0));
}

/* ---- lines that fit ---- */

static void narrow__no_line_of_any_command_is_broken_by_the_terminal(void **state)
{
    enum { COLUMNS = 60 };
    static const struct {
        const char *words[5];
        int code;
    } rows[] = {
        {{"status"}, 0},
        {{"list"}, 0},
        {{"doctor", "acme"}, 0},
        {{"test", "acme"}, 0},
        {{"app", "acme"}, 0},
        {{"help", "-a"}, 0},
        {{"help", "setup"}, 0},
        {{"--version"}, 0},
        {{"handoff", "--list"}, 0},
        {{"handoff", "acme", "--rehearse"}, 0},
        {{"handoff", "acme", "--format", "flugi"}, 2},
        {{"demo", "--list"}, 0},
        {{"explain", "answer.json"}, 4},
        {{"token", "no-such-connection-anywhere-at-all-here"}, 2},
        {{"status", "--interval", "1"}, 2},
    };
    (void)state;
    g_autoptr(Rig) rig = acme();
    g_autofree char *file = g_build_filename(rig->home->home, "answer.json", NULL);
    assert_true(g_file_set_contents(
        file,
        "{\"error\":\"invalid_grant\",\"error_description\":\"expired access/refresh token\"}", -1,
        NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *words[G_N_ELEMENTS(rows[i].words)];
        memcpy(words, rows[i].words, sizeof words);
        if (strcmp(words[0], "explain") == 0)
            words[1] = file;
        g_autoptr(Pty) pty = on_terminal(rig, words, COLUMNS);
        pty_expect_exit(pty, rows[i].code);
        const GByteArray *raw = pty_raw(pty);
        g_autofree char *text = g_strndup((const char *)raw->data, raw->len);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        assert_true(g_strv_length(lines) >= 2);
        for (guint l = 0; lines[l] != NULL; l++) {
            g_strchomp(lines[l]);
            const char *said = lines[l] + strspn(lines[l], " ");
            if (text_width(lines[l]) > COLUMNS && strchr(said, ' ') != NULL)
                fail_msg("perch %s: broken by the terminal: %s", words[0], lines[l]);
        }
    }
}

static void pipe__no_line_is_broken(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = acme();
    g_autoptr(Child) child = rig_perch(rig, "status", NULL);
    g_auto(GStrv) lines = g_strsplit(child->output->str, "\n", -1);
    assert_int_equal(g_strv_length(lines), 2); /* one, and what follows its end */
}

/* ---- status --watch ---- */

static void watch__on_a_pipe__tells_what_changed_and_ends_by_a_signal(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = acme();
    const char *const words[] = {g_getenv("PERCH"), "status", "--watch", "--interval", "10", NULL};
    const guint before = demo_org_requests(rig->org, "GET", "/services/data/");
    g_autoptr(Child) child = child_start(words, rig->home->env);
    assert_true(child_wait_output(child, "ok  acme  ", 15000));
    const guint after = demo_org_requests(rig->org, "GET", "/services/data/");
    assert_true(g_regex_match_simple("^20[0-9-]+T[0-9:]+Z  ok  acme  ", child->output->str, 0, 0));
    /* A whole look that finds nothing new. */
    assert_true(after > before);
    assert_true(
        demo_org_wait_requests(rig->org, "GET", "/services/data/", 2 * after - before, 25000));
    demo_org_patch(rig->org, "{'org':{'maintenance_until_ms':'+600000'}}");
    assert_true(child_wait_output(child, "!!  acme  ", 25000));
    assert_int_equal(kill(child->pid, SIGINT), 0);
    assert_true(child_wait_end(child, 15000));
    assert_true(child_code(child) == 128 + SIGINT || child_code(child) == 3);
    g_autoptr(GRegex) line = g_regex_new("  acme  ", 0, 0, NULL);
    g_auto(GStrv) parts = g_regex_split(line, child->output->str, 0);
    assert_int_equal(g_strv_length(parts), 3);
}

static void watch__on_a_terminal__shows_the_last_look(void **state)
{
    static const char *const words[] = {"status", "--watch", "--interval", "10", NULL};
    (void)state;
    g_autoptr(Rig) rig = acme();
    g_autoptr(Pty) pty = on_terminal(rig, words, 100);
    pty_expect(pty, "Every 10 seconds; Ctrl-C ends.");
    pty_expect(pty, "ok  acme  ");
    demo_org_patch(rig->org, "{'org':{'maintenance_until_ms':'+600000'}}");
    pty_expect(pty, "!!  acme  ");
    assert_false(pty_has(pty, "ok  acme"));
    pty_key(pty, "C-c");
    int status;
    assert_true(pty_wait_exit(pty, PTY_WAIT_MS, &status));
}

/* ---- tokens for other programs ---- */

static void token__json__says_when_it_ends_or_that_nobody_knows(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = acme();
    g_autoptr(Child) known = rig_perch_secret(rig, "token", "acme", "--json", NULL);
    g_autoptr(Json) json = child_json(known);
    const gint64 issued = clock_parse(json_get_string(json, "issued_at"));
    const gint64 ends = clock_parse(json_get_string(json, "expires_at"));
    g_autofree char *stored = rig_settings(rig, "acme.json");
    g_autoptr(Json) settings = json_parse(stored, strlen(stored), NULL);
    const gint64 life = json_get_int(settings, "session_seconds", 0);
    assert_true(life > 0);
    assert_int_equal(ends - issued, life * 1000);
    const gint64 left = json_get_int(json, "expires_in", -1);
    assert_true(left <= life && left > life - 300);

    g_autofree char *path = rig_settings_path(rig, "acme.json");
    json_remove(settings, "session_seconds");
    g_autofree char *text = json_print(settings);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_autoptr(Child) unknown = rig_perch_secret(rig, "token", "acme", "--json", NULL);
    g_autoptr(Json) no_end = child_json(unknown);
    assert_non_null(json_get(no_end, "expires_at"));
    assert_true(json_is_null(json_get(no_end, "expires_at")));
    assert_non_null(json_get(no_end, "expires_in"));
    assert_true(json_is_null(json_get(no_end, "expires_in")));
}

static Child *credential(Rig *rig, const char *action, const char *input)
{
    const char *const words[] = {"credential", action, NULL};
    return rig_perch_input(rig, words, input, true);
}

static void credential__get__speaks_gits_protocol(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = acme();
    const char *host = strstr(rig->org->url, "://") + 3;
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", NULL);
    g_strchomp(token->output->str);
    g_autofree char *ask = g_strdup_printf("protocol=http\nhost=%s\nwwwauth[]=Bearer\n\n", host);
    g_autoptr(Child) child = credential(rig, "get", ask);
    assert_code(child, 0);
    g_auto(GStrv) lines = g_strsplit(child->output->str, "\n", -1);
    g_autofree char *is_host = g_strconcat("host=", host, NULL);
    g_autofree char *password = g_strconcat("password=", token->output->str, NULL);
    assert_string_equal(lines[0], "protocol=http");
    assert_string_equal(lines[1], is_host);
    assert_string_equal(lines[2], "username=admin@bird-demo.example");
    assert_true(g_regex_match_simple("^password_expiry_utc=[0-9]{10}$", lines[3], 0, 0));
    assert_string_equal(lines[4], password);
    assert_string_equal(lines[5], "");
    g_autoptr(Child) named = credential(rig, "get", "connection=acme\n");
    assert_contains(named->output->str, password);
    g_autoptr(Child) other = credential(rig, "get", "host=other.my.salesforce.com\n\n");
    assert_code(other, 2);
    assert_string_equal(other->output->str, "");
    assert_contains(other->errors->str, "No connection is for other.my.salesforce.com.");
    g_autofree char *nobody = g_strdup_printf("host=%s\nusername=nobody@example.com\n\n", host);
    g_autoptr(Child) stranger = credential(rig, "get", nobody);
    assert_code(stranger, 2);
    g_autoptr(Child) store = credential(rig, "store", ask);
    assert_code(store, 0);
    assert_string_equal(store->output->str, "");

    rig_setup(rig, "twin");
    g_autoptr(Child) both = credential(rig, "get", ask);
    assert_code(both, 2);
    assert_contains(both->errors->str, "acme and twin are both for");
}

/* The caller may keep the pipe open: an empty line is the end. */
static void credential__get__needs_no_end_of_input(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = acme();
    const char *const words[] = {g_getenv("PERCH"), "credential", "get", NULL};
    g_autoptr(Child) child = child_start(words, rig->home->env);
    child_send(child, "connection=acme\n\n");
    assert_true(child_wait_output(child, "password=", 15000));
    assert_true(child_wait_end(child, 15000));
    assert_code(child, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__asks_neither_an_org_nor_the_keyring),
        cmocka_unit_test(help__of_each_command__has_an_example_that_runs_it),
        cmocka_unit_test(version__names_libraries_and_api),
        cmocka_unit_test(narrow__no_line_of_any_command_is_broken_by_the_terminal),
        cmocka_unit_test(pipe__no_line_is_broken),
        cmocka_unit_test(watch__on_a_pipe__tells_what_changed_and_ends_by_a_signal),
        cmocka_unit_test(watch__on_a_terminal__shows_the_last_look),
        cmocka_unit_test(token__json__says_when_it_ends_or_that_nobody_knows),
        cmocka_unit_test(credential__get__speaks_gits_protocol),
        cmocka_unit_test(credential__get__needs_no_end_of_input),
    };
    return cmocka_run_group_tests_name("the command line", tests, NULL, NULL);
}
