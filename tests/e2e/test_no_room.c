/* SPDX-License-Identifier: MIT */

/* What cannot be written is no success: standard output, settings, exports. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/tokens.h"

/* Every command, as words of a shell: $P is perch, $D a folder. */
static const char *const outputs[] = {
    "$P --version",
    "$P --help",
    "$P --plain",
    "$P help",
    "$P help token",
    "$P status --help",
    "$P status",
    "$P status --json",
    "$P list",
    "$P list --json",
    "$P list acme",
    "echo connection=acme | $P credential get",
    "$P doctor acme",
    "$P doctor acme --json",
    "echo INVALID_SESSION_ID | $P explain -",
    "echo INVALID_SESSION_ID | $P explain - --json",
    "$P test acme",
    "$P test acme --json",
    "$P token acme",
    "$P token acme --json",
    "$P handoff --list",
    "$P handoff acme",
    "$P handoff acme --format env",
    "$P handoff acme --format function",
    "$P handoff acme --json",
    "$P handoff acme --rehearse",
    "$P handoff acme --rehearse --json",
    "$P handoff acme --format function | $P handoff acme --check -",
    "$P refresh --json",
    "$P reauthorize acme --plain --no-input",
    "$P reauthorize acme --json --no-input",
    "$P app",
    "$P app --json",
    "$P app --format markdown",
    "$P app --format metadata --contact-email a@b.example --output $D/app",
    "$P app --format metadata --contact-email a@b.example --output $D/json --json",
    "$P demo --list",
    "$P demo --list --json",
    "$P setup acme --plain --no-input",
    "$P handoff acme --format sfdx-url | $P import copy --from sf",
    "$P handoff acme --format sfdx-url | $P import json --from sf --json",
    "$P forget acme --keep-grant --yes",
    "$P forget copy --json --keep-grant --yes",
};

static bool has_output(const char *command)
{
    g_autofree char *words = g_strconcat("$P ", command, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(outputs); i++)
        if (strstr(outputs[i], words) != NULL)
            return true;
    return false;
}

static Child *shell(Rig *rig, const char *script)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    tmphome_set(rig->home, "P", g_getenv("PERCH"));
    tmphome_set(rig->home, "D", rig->home->home);
    return child_run(argv, rig->home->env, NULL);
}

static void standard_output__full_or_closed__no_command_ends_well(void **state)
{
    static const char *const places[] = {">/dev/full", ">&-"};
    (void)state;
#define COMMAND(name, usage, summary) assert_true(has_output(#name));
#include "perch/commands/commands.def"
#undef COMMAND
    for (gsize place = 0; place < G_N_ELEMENTS(places); place++) {
        g_autoptr(Rig) rig = tokens_rig(false);
        for (gsize i = 0; i < G_N_ELEMENTS(outputs); i++) {
            g_autofree char *script = g_strdup_printf("%s %s", outputs[i], places[place]);
            g_autoptr(Child) child = shell(rig, script);
            if (child_code(child) == 0 ||
                strstr(child->errors->str, "could not be written") == NULL)
                fail_msg("%s: %d\n%s", script, child_code(child), child->errors->str);
        }
    }
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    const char *const argv[] = {"/bin/sh", "-c", "exec \"$0\" --list-faults >/dev/full",
                                g_getenv("PERCH_DEMO_ORG"), NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
    assert_code(child, 1);
    assert_contains(child->errors->str, "perch-demo-org: Standard output could not be written");
    canary_search(rig->canary, "standard error", child->errors->str, -1);
}

/* A disk that is full, for files: what is written is said to fail, and no half of it stays. */
static void files__that_may_not_grow__are_no_success(void **state)
{
    static const char *const commands[] = {
        "handoff acme --format env --output",
        "handoff acme --format json --output",
        "handoff acme --format postman --output",
        "handoff acme --format function --output",
        "app --format markdown --output",
        "app --format metadata --contact-email a@b.example --output",
        "setup beta --plain --no-input --login-url http://127.0.0.1:1 --client-id"};
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autofree char *path = g_build_filename(rig->home->home, "there", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *script =
            g_strdup_printf("ulimit -f 0; exec \"$0\" %s \"$1\"", commands[i]);
        const char *const argv[] = {"/bin/sh", "-c", script, g_getenv("PERCH"), path, NULL};
        g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
        if (child_code(child) != 1)
            fail_msg("%s ends with %d", commands[i], child_code(child));
        assert_contains(child->errors->str, "File too large");
        assert_false(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    }
    g_autoptr(Child) import = shell(
        rig, "$P handoff acme --format sfdx-url | (ulimit -f 0; exec $P import copy --from sf)");
    assert_code(import, 1);
    assert_contains(import->errors->str, "File too large");
    assert_int_equal(session_bus_count(rig->home, "connection", "copy"), 0);
    assert_true(tokens_stored_alive(rig, "acme"));
}

/* A file where the folder belongs: even root cannot write there. */
static void settings__cannot_be_written__stops_before_the_login(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *folder = rig_settings_path(rig, NULL);
    g_autofree char *above = g_path_get_dirname(folder);
    assert_int_equal(g_mkdir_with_parents(above, 0700), 0);
    assert_true(g_file_set_contents(folder, "", -1, NULL));
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 1);
    assert_int_equal(demo_org_requests(rig->org, "GET", "/services/oauth2/authorize"), 0);
    assert_contains(child->errors->str, "acme was not saved: ");
    assert_contains(child->errors->str, "then run: perch setup acme");
    g_autoptr(Json) json = child_json(child);
    assert_string_equal(json_get_string(json, "status"), "failed");
    assert_int_equal(json_get_int(json, "exit", 0), 1);
    const Json *row = json_check(json, "saved");
    assert_string_equal(json_get_string(row, "status"), "failed");
    assert_contains(json_get_string(json_get(row, "diagnosis"), "summary"), folder);
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
}

/* What a write that was killed has left goes with the next; what is not perch's stays. */
static void settings__left_by_a_kill__are_swept(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    static const struct {
        const char *file;
        bool stays;
    } rows[] = {{"acme.json.new-a1B2c3", false},
                {"acme.json.new-person", false},
                {"acme.json.backup", true},
                {"acme.json.new-notes.txt", true},
                {"beta.json.new-a1B2c3", true}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = rig_settings_path(rig, rows[i].file);
        assert_true(g_file_set_contents(path, "{}", -1, NULL));
    }
    rig_setup(rig, "acme");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = rig_settings_path(rig, rows[i].file);
        if (g_file_test(path, G_FILE_TEST_EXISTS) != rows[i].stays)
            fail_msg("%s", rows[i].file);
    }
}

/* The disk is full only after the tokens are stored: what is in the keyring is found without a
 * file. */
static void settings__lost_after_the_login__are_no_success(void **state)
{
    (void)state;
    const char *const probe[] = {"strace", "-o", "/dev/null", "true", NULL};
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) may_trace = child_run(probe, rig->home->env, NULL);
    if (child_code(may_trace) != 0) {
        print_message("# SKIP: strace may not trace here\n");
        return;
    }
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    static const char *const traced[] = {
        "strace", "-o", "/dev/null", "-e", "signal=none", "--inject=fsync:error=ENOSPC:when=12+"};
    for (gsize i = 0; i < G_N_ELEMENTS(traced); i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)traced[i]);
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (guint i = 0; i < words->len; i++)
        g_ptr_array_add(argv, words->pdata[i]);
    g_auto(GStrv) env = child_env_without_leak_check(rig->home->env);
    g_autoptr(Child) child = child_start((const char *const *)argv->pdata, env);
    child_close_input(child);
    assert_true(child_wait_end(child, 60000));
    assert_code(child, 1);
    assert_contains(child->errors->str, "acme was not saved: ");
    assert_contains(child->errors->str, "No space left on device. Its tokens are in the keyring.");
    assert_null(strstr(child->errors->str, "is ready"));
    g_autoptr(Json) json = child_json(child);
    assert_string_equal(json_get_string(json, "status"), "failed");
    assert_string_equal(json_get_string(json_check(json, "saved"), "status"), "failed");

    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_int_equal(unlink(path), 0);
    g_autoptr(Child) forget = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(forget, 0);
    assert_contains(forget->output->str, "revoked at Salesforce");
    assert_int_equal(session_bus_count(rig->home, "connection", "acme"), 0);
    g_autoptr(Child) again = rig_perch(rig, "forget", "acme", "--yes", NULL);
    assert_code(again, 2);
    assert_contains(again->errors->str, "There is no connection named acme.");
}

/* The set-up finds the item that forget would find: the former login is revoked once the new one is
 * proven. */
static void settings__gone__set_up_again_ends_the_login_of_before(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    struct secrets before;
    tokens_load(rig, "acme", &before);
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    assert_int_equal(unlink(path), 0);
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--json", NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    assert_contains(child->errors->str, "its settings are gone");
    assert_false(tokens_alive(rig, before.refresh_token));
    assert_true(tokens_stored_alive(rig, "acme"));
    secrets_clear(&before);
}

/* Salesforce was not even asked. */
static void token__never_stored__is_not_called_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    const char *const clear[] = {"secret-tool", "clear", "connection", "acme", NULL};
    g_autoptr(Child) cleared = child_run(clear, rig->home->env, NULL);
    assert_code(cleared, 0);
    static const char *const commands[][4] = {
        {"token", "acme"}, {"doctor", "acme"}, {"test", "acme"}, {"status", "acme"}};
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autoptr(Child) child = rig_perch(rig, commands[i][0], commands[i][1], NULL);
        assert_code(child, 4);
        g_autofree char *all = g_strconcat(child->output->str, child->errors->str, NULL);
        assert_contains(all, "The keyring has no token for this connection.");
        assert_null(strstr(all, "no longer accepts"));
    }
    g_autoptr(Child) token = rig_perch(rig, "token", "acme", NULL);
    assert_contains(token->errors->str,
                    "perch setup acme resumes a setup, perch reauthorize acme logs in again");
}

/* Folder and file of the lock: not followed, and said in words that help. */
static void lock__is_a_link__is_refused_in_plain_words(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autofree char *folder = g_build_filename(rig->home->runtime, "perch", NULL);
    g_autofree char *moved = g_build_filename(rig->home->runtime, "elsewhere", NULL);
    assert_int_equal(rename(folder, moved), 0);
    assert_int_equal(symlink(moved, folder), 0);
    g_autoptr(Child) child = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, 1);
    assert_contains(child->errors->str, "It is a symbolic link. perch needs a folder of your own");
    assert_null(strstr(child->errors->str, "does not know"));
    assert_int_equal(unlink(folder), 0);
    assert_int_equal(rename(moved, folder), 0);

    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    while ((name = g_dir_read_name(dir)) != NULL && !g_str_has_suffix(name, ".lock"))
        continue;
    assert_non_null(name);
    g_autofree char *lock = g_build_filename(folder, name, NULL);
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(symlink("/dev/null", lock), 0);
    g_autoptr(Child) linked = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(linked, 1);
    assert_contains(linked->errors->str, "is a symbolic link; perch does not follow it");
}

/* GLib would abort in the middle of a login, or wait for ever. */
static void files__too_few_may_be_open__is_said_at_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    static const char *const limits[] = {"12", "64", "255"};
    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autofree char *script =
            g_strdup_printf("ulimit -n %s; exec \"$0\" token acme --fresh", limits[i]);
        const char *const argv[] = {"/bin/sh", "-c", script, g_getenv("PERCH"), NULL};
        g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
        assert_code(child, 1);
        assert_contains(child->errors->str, "ulimit -n 1024");
    }
    /* Where it may, it raises the limit itself. */
    const char *const argv[] = {"/bin/sh", "-c", "ulimit -S -n 12; exec \"$0\" token acme --fresh",
                                g_getenv("PERCH"), NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
    assert_code(child, 0);
    tokens_assert_work(rig, child->output->str);
}

/* A silent keyring: --timeout holds, with the exit code of a timeout. */
static void keyring__silent__no_command_takes_longer_than_it_was_told(void **state)
{
    static const char *const commands[][6] = {
        {"handoff", "acme", "--format", "env"},
        {"handoff", "acme", "--rehearse"},
        {"token", "acme"},
        {"status", "acme"},
        {"test", "acme"},
        {"doctor", "acme"},
        {"forget", "acme", "--yes"},
    };
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    assert_int_equal(kill(rig->bus->keyring->pid, SIGSTOP), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        const char *words[10] = {"--timeout", "1"};
        int count = 0;
        for (; commands[i][count] != NULL; count++)
            words[count] = commands[i][count];
        words[count++] = "--timeout";
        words[count++] = "1";
        gint64 began = g_get_monotonic_time();
        g_autoptr(Child) child = rig_perch_input(rig, words, NULL, true);
        gint64 took = (g_get_monotonic_time() - began) / 1000;
        if (child_code(child) != 8 || took > 4000)
            fail_msg("%s %s: exit code %d after %d ms", words[0], words[2], child_code(child),
                     (int)took);
    }
    assert_int_equal(kill(rig->bus->keyring->pid, SIGCONT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_output__full_or_closed__no_command_ends_well),
        cmocka_unit_test(files__that_may_not_grow__are_no_success),
        cmocka_unit_test(settings__cannot_be_written__stops_before_the_login),
        cmocka_unit_test(settings__left_by_a_kill__are_swept),
        cmocka_unit_test(files__too_few_may_be_open__is_said_at_once),
        cmocka_unit_test(keyring__silent__no_command_takes_longer_than_it_was_told),
        cmocka_unit_test(settings__lost_after_the_login__are_no_success),
        cmocka_unit_test(settings__gone__set_up_again_ends_the_login_of_before),
        cmocka_unit_test(token__never_stored__is_not_called_refused),
        cmocka_unit_test(lock__is_a_link__is_refused_in_plain_words),
    };
    return cmocka_run_group_tests_name("no room", tests, NULL, NULL);
}
