/* SPDX-License-Identifier: MIT */

/* The files of connections: damaged ones, and what is left of one when power or process goes in the
 * middle of a write. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

static const char damaged[] = "{\"version\":1,\"login_url\":\"https://acme.my.sa";

static bool may_trace;

static void write_file(Rig *rig, const char *file, const char *text)
{
    g_autofree char *path = rig_settings_path(rig, file);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_contents(Rig *rig, const char *file, const char *text)
{
    g_autofree char *now = rig_settings(rig, file);
    assert_string_equal(now, text);
}

/* ---- damaged ---- */

static void damaged__the_rest_is_listed_and_nothing_is_touched(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    rig_setup(rig, "beta");
    write_file(rig, "acme.json", damaged);
    g_autoptr(Child) status = rig_perch(rig, "status", NULL);
    assert_code(status, 2);
    assert_non_null(strstr(status->output->str, "acme  -  -  The settings of acme are damaged."));
    assert_non_null(strstr(status->output->str, "ok  beta"));
    g_autoptr(Child) json_child = rig_perch(rig, "status", "--json", NULL);
    g_autoptr(Json) json = child_json(json_child);
    const Json *list = json_get(json, "connections");
    assert_int_equal(json_size(list), 2);
    assert_string_equal(json_get_string(json_first(list), "status"), "failed");
    assert_string_equal(json_get_string(json_next(json_first(list)), "status"), "ok");
    static const char *const verbs[] = {"token", "test", "doctor", "handoff", "reauthorize"};
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autoptr(Child) child = rig_perch(rig, verbs[i], "acme", "--no-input", "--plain", NULL);
        assert_code(child, 2);
        assert_non_null(strstr(child->errors->str, "The settings of acme are damaged."));
    }
    assert_contents(rig, "acme.json", damaged);
}

static void damaged__set_up_again__is_kept_beside(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    write_file(rig, "acme.json", damaged);
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
    assert_non_null(strstr(child->output->str, "The settings of acme are damaged"));
    assert_non_null(strstr(child->output->str, "acme.json.damaged-1"));
    assert_contents(rig, "acme.json.damaged-1", damaged);
    g_autoptr(Child) status = rig_perch(rig, "status", NULL);
    assert_code(status, 0);
    assert_null(strstr(status->output->str, "damaged"));
}

static void damaged__looked_at_and_left__stays(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    write_file(rig, "acme.json", damaged);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
    see_sentence(walk, "The settings of acme are damaged and cannot be read.");
    press(walk, "C-c");
    pty_expect_exit(walk->pty, 3);
    assert_contents(rig, "acme.json", damaged);
}

static void newer__is_refused_and_stays(void **state)
{
    (void)state;
    static const char newer[] = "{\"version\":99,\"login_url\":\"https://x.my.salesforce.com\"}\n";
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    write_file(rig, "acme.json", newer);
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 2);
    assert_non_null(strstr(child->errors->str, "newer perch"));
    assert_contents(rig, "acme.json", newer);
}

/* A file of the first version is read as it is, and gets the present version when it is written. */
static void older__is_brought_up_with_the_next_write(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    json_set_int(json, "version", 1);
    json_remove(json, "channels");
    json_remove(json, "channel");
    json_set_string(json, "test_object", "Case");
    json_set_string(json, "somebody", "else's");
    g_autofree char *old = json_print(json);
    write_file(rig, "acme.json", old);
    g_autoptr(Child) status = rig_perch(rig, "status", NULL);
    assert_code(status, 0);
    assert_contents(rig, "acme.json", old); /* reading writes nothing */
    g_autoptr(Child) login = rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", NULL);
    assert_code(login, 0);
    g_autofree char *now = rig_settings(rig, "acme.json");
    g_autoptr(Json) written = json_parse(now, strlen(now), NULL);
    assert_int_equal(json_get_int(written, "version", 0), CONNECTION_VERSION);
    assert_string_equal(json_get_string(written, "channel"), "viber");
    assert_string_equal(json_get_string(written, "somebody"), "else's");
}

/* ---- the order of a write ---- */

/* perch forget on an org that does not answer: the file is written anew, with one more key. */
static int rewrite(Rig *rig, const char *inject, const char *log)
{
    g_autofree char *option = g_strconcat("--inject=", inject, NULL);
    const char *argv[16] = {"strace", "-y", "-o", log, "-s", "0", "-e", "signal=none"};
    int count = 8;
    if (inject != NULL)
        argv[count++] = option;
    argv[count++] = g_getenv("PERCH");
    argv[count++] = "forget";
    argv[count++] = "acme";
    argv[count++] = "--yes";
    g_auto(GStrv) env = child_env_without_leak_check(rig->home->env);
    g_autoptr(Child) child = child_start(argv, env);
    child_close_input(child);
    assert_true(child_wait_end(child, 60000));
    return child_code(child);
}

static Rig *ready_to_rewrite(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'faults': {'/services/oauth2/revoke': {'kind': 'close'}}}");
    return rig;
}

/* The index of the first call after from that matches; fails the test when there is none. */
static int next_call(char **calls, int from, const char *pattern)
{
    for (int i = from + 1; calls[i] != NULL; i++)
        if (g_regex_match_simple(pattern, calls[i], 0, 0))
            return i;
    fail_msg("no call like %s after call %d", pattern, from);
    return -1;
}

/* Power may go at any moment: the new file is whole on the disk before it has the name, and the
 * name is on the disk before anything else happens. The names stand in perch's memory, into which
 * only root may look. */
static void write__syncs_then_renames_then_syncs_the_folder(void **state)
{
    (void)state;
    if (!may_trace || geteuid() != 0)
        skip();
    g_autoptr(Rig) rig = ready_to_rewrite();
    g_autofree char *log = g_build_filename(rig->home->root, "trace", NULL);
    assert_int_equal(rewrite(rig, NULL, log), 8);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(log, &text, NULL, NULL));
    g_auto(GStrv) calls = g_strsplit(text, "\n", -1);
    int at = next_call(calls, -1, "^open.*acme\\.json\\.new-[A-Za-z0-9]{6}\".*O_CREAT.*= [0-9]+<");
    assert_true(strstr(calls[at], "O_EXCL") != NULL && strstr(calls[at], "0600") != NULL);
    at = next_call(calls, at, "^write\\([0-9]+<[^>]*acme\\.json\\.new-[A-Za-z0-9]{6}>.* = [0-9]+$");
    at = next_call(calls, at,
                   "^f(data)?sync\\([0-9]+<[^>]*acme\\.json\\.new-[A-Za-z0-9]{6}>\\) += 0$");
    at = next_call(calls, at, "^rename.*acme\\.json\\.new-[A-Za-z0-9]{6}\",.*acme\\.json\".* = 0$");
    at = next_call(calls, at, "^fsync\\([0-9]+<[^>]*/connections>\\) += 0$");
    /* Nothing ever opens the file itself for writing. */
    for (int i = 0; calls[i] != NULL; i++)
        assert_false(g_regex_match_simple("^open.*acme\\.json\".*(O_WRONLY|O_RDWR|O_TRUNC)",
                                          calls[i], 0, 0));
}

/* ---- all that is written, by the traces of a few commands ---- */

struct written {
    bool synced; /* since its last write */
    bool known;  /* its folder was, since it has its name */
};

static char *match_path(const char *line, const char *pattern)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    return g_regex_match(regex, line, 0, &info) ? g_match_info_fetch(info, 1) : NULL;
}

static void sync_folder(GHashTable *files, const char *folder)
{
    GHashTableIter each;
    gpointer path, file;
    g_hash_table_iter_init(&each, files);
    while (g_hash_table_iter_next(&each, &path, &file)) {
        g_autofree char *parent = g_path_get_dirname(path);
        if (strcmp(parent, folder) == 0)
            ((struct written *)file)->known = true;
    }
}

/* A name is given only to what is on the disk. */
static void rename_file(GHashTable *files, const char *line, const char *from)
{
    g_autofree char *to = match_path(line, "^[0-9 ]*rename.*\"([^\"]+)\"[^\"]*$");
    struct written *file = g_hash_table_lookup(files, from);
    if (file == NULL || to == NULL)
        return;
    if (!file->synced)
        fail_msg("%s is renamed before it is on the disk", from);
    struct written *renamed = g_new0(struct written, 1);
    *renamed = (struct written){true, false};
    g_hash_table_remove(files, from);
    g_hash_table_replace(files, g_steal_pointer(&to), renamed);
}

/* A call that strace tells in two lines, since another thread came between, counts as done. */
static void replay(GHashTable *files, const char *line)
{
    g_autofree char *made =
        match_path(line, "^[0-9 ]*open[^\"]*\"([^\"]+)\".*O_CREAT.*(?: = [0-9]+<| <unfinished)");
    g_autofree char *wrote = match_path(line, "^[0-9 ]*p?writev?(?:64)?\\([0-9]+<(/[^>]+)>");
    g_autofree char *synced =
        match_path(line, "^[0-9 ]*f(?:data)?sync\\([0-9]+<([^>]+)>(?:\\) += 0$| <unfinished)");
    g_autofree char *from = match_path(line, "^[0-9 ]*rename[^\"]*\"([^\"]+)\"");
    g_autofree char *gone = match_path(line, "^[0-9 ]*unlink[^\"]*\"([^\"]+)\"");
    struct written *file = wrote == NULL ? NULL : g_hash_table_lookup(files, wrote);
    if (made != NULL)
        g_hash_table_replace(files, g_steal_pointer(&made), g_new0(struct written, 1));
    if (file != NULL)
        file->synced = false;
    if (gone != NULL)
        g_hash_table_remove(files, gone);
    if (from != NULL)
        rename_file(files, line, from);
    file = synced == NULL ? NULL : g_hash_table_lookup(files, synced);
    if (file != NULL)
        file->synced = true;
    else if (synced != NULL)
        sync_folder(files, synced);
}

static Child *traced(Rig *rig, const char *log, const char *line)
{
    g_autofree char *whole =
        g_strdup_printf("cd \"$HOME\" && exec strace -f -y -s 0 -e signal=none "
                        "-o \"%s\" \"$0\" %s",
                        log, line);
    const char *argv[] = {"/bin/sh", "-c", whole, g_getenv("PERCH"), NULL};
    g_auto(GStrv) env = child_env_without_leak_check(rig->home->env);
    return child_run(argv, env, NULL);
}

/* Whatever perch made below the home, except what lives only as long as the session, is on the disk
 * under its name when the command ends. */
static void assert_on_disk(Rig *rig, const char *log, guint least)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(log, &text, NULL, NULL));
    g_autoptr(GHashTable) files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) calls = g_strsplit(text, "\n", -1);
    for (int i = 0; calls[i] != NULL; i++)
        replay(files, calls[i]);
    GHashTableIter each;
    gpointer path, value;
    guint count = 0;
    g_hash_table_iter_init(&each, files);
    while (g_hash_table_iter_next(&each, &path, &value)) {
        const struct written *file = value;
        if (!g_str_has_prefix(path, rig->home->home) || g_str_has_suffix(path, ".lock"))
            continue;
        count++;
        if (!file->synced || !file->known)
            fail_msg("%s: %s", (char *)path,
                     file->synced ? "its folder is not synced" : "not synced");
    }
    if (count < least)
        fail_msg("%u files, not %u:\n%s", count, least, text);
}

static void power__whatever_is_written__is_on_the_disk_under_its_name(void **state)
{
    static const struct {
        const char *line;
        guint files;
    } rows[] = {
        {"setup beta --plain --no-input --login-url https://beta.my.salesforce.com --timeout 1", 1},
        {"reauthorize acme --plain --no-input", 0},
        {"handoff acme --format env --output \"$HOME/out.env\"", 1},
        {"handoff acme --format postman --output \"$HOME/out\"", 2},
        {"app acme --format metadata --contact-email a@b.example --output \"$HOME/tree\"", 3},
    };
    (void)state;
    if (!may_trace || geteuid() != 0)
        skip();
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *log = g_build_filename(rig->home->root, "trace", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Child) child = traced(rig, log, rows[i].line);
        assert_on_disk(rig, log, rows[i].files);
    }
    g_autoptr(Child) tidy =
        child_run((const char *const[]){"/bin/sh", "-c", "cd \"$HOME\" && rm out.*", NULL},
                  rig->home->env, NULL);
    assert_code(tidy, 0);
}

static bool is_whole(Rig *rig, const char *before, bool *ret_changed)
{
    g_autofree char *now = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(now, strlen(now), NULL);
    *ret_changed = strcmp(now, before) != 0;
    return json != NULL && (!*ret_changed || json_get_int(json, "forgetting", 0) == 1);
}

static void write__killed_or_failed_anywhere__leaves_a_whole_file(void **state)
{
    (void)state;
    if (!may_trace)
        skip();
    static const struct {
        const char *inject;
        bool changed;
    } rows[] = {
        {"fsync:signal=KILL:when=1", false},
        {"?rename,?renameat,?renameat2:signal=KILL:when=1", false},
        {"fsync:signal=KILL:when=2", true},
        {"fsync:error=EIO:when=1", false},
        {"fsync:error=ENOSPC:when=1", false},
        {"?rename,?renameat,?renameat2:error=EIO:when=1", false},
    };
    g_autoptr(Rig) rig = ready_to_rewrite();
    g_autofree char *log = g_build_filename(rig->home->root, "trace", NULL);
    g_autofree char *before = rig_settings(rig, "acme.json");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        bool changed;
        int code = rewrite(rig, rows[i].inject, log);
        assert_int_equal(code == 128 + 9, strstr(rows[i].inject, "KILL") != NULL);
        if (!is_whole(rig, before, &changed) || changed != rows[i].changed)
            fail_msg("%s", rows[i].inject);
        if (code == 128 + 9) /* gnome-keyring 42 aborts if this happens while it opens a session */
            keyring_restart(rig);
        g_autoptr(Child) status = rig_perch(rig, "status", NULL);
        assert_code(status, 0);
        write_file(rig, "acme.json", before);
    }
}

static int check_strace(void **state)
{
    (void)state;
    may_trace = rig_may_trace();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged__the_rest_is_listed_and_nothing_is_touched),
        cmocka_unit_test(damaged__set_up_again__is_kept_beside),
        cmocka_unit_test(damaged__looked_at_and_left__stays),
        cmocka_unit_test(newer__is_refused_and_stays),
        cmocka_unit_test(older__is_brought_up_with_the_next_write),
        cmocka_unit_test(write__syncs_then_renames_then_syncs_the_folder),
        cmocka_unit_test(power__whatever_is_written__is_on_the_disk_under_its_name),
        cmocka_unit_test(write__killed_or_failed_anywhere__leaves_a_whole_file),
    };
    return cmocka_run_group_tests(tests, check_strace, NULL);
}
