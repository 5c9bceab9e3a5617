/* SPDX-License-Identifier: MIT */

/* Something else where a file belongs, for every file that perch reads or writes by name: no
 * command waits for it or reads on for ever; each says which file it is and what to do, and leaves
 * it as it is. */

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "e2e/tokens.h"

#define SETTINGS "home/.config/perch/connections/acme.json"
#define NETWORK "home/.config/perch/network.json"

/* ---- what is there instead ---- */

static void put_fifo(const char *path)
{
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void put_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(g_strlcpy(address.sun_path, path, sizeof address.sun_path) <
                sizeof address.sun_path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

/* A device that never ends; making one's own takes root. */
static void put_device(const char *path)
{
    assert_int_equal(symlink("/dev/zero", path), 0);
}

static void put_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void put_lost_link(const char *path)
{
    assert_int_equal(symlink("/nowhere/at/all", path), 0);
}

static const struct {
    const char *name;
    void (*put)(const char *path);
} things[] = {
    {"a FIFO", put_fifo},
    {"a socket", put_socket},
    {"a device", put_device},
    {"a folder", put_folder},
    {"a link to nothing", put_lost_link},
};

/* ---- where, and what perch says ---- */

/* Each as the words of a shell; $F is the file, $P perch, $O the demo org. */
static const struct row {
    const char *file; /* below the test's root; LOCK, SETUP: the connection's own locks */
    const char *command;
    int code;
    const char *says; /* besides the file's name */
} rows[] = {
    {SETTINGS, "$P status acme", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P token acme", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P test acme", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P handoff acme", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P doctor acme", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P app acme", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P reauthorize acme --no-input", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P forget acme --yes", 1, "The settings of acme cannot be read: It "},
    {SETTINGS, "$P setup acme --plain --no-input", 1, "The settings of acme cannot be read: It "},
    {NETWORK, "$P token acme --fresh", 1, "Repair or remove the file."},
    {NETWORK, "$P status acme", 1, "Repair or remove the file."},
    {NETWORK, "$P setup beta --plain --no-input", 1, "Repair or remove the file."},
    {"LOCK", "$P token acme --fresh", 1, "emove it."},
    {"LOCK", "$P forget acme --yes", 1, "emove it."},
    {"SETUP", "$P reauthorize acme --no-input --plain", 1, "emove it."},
    {"x", "$P explain $F", 2, "Cannot read "},
    {"x", "$P handoff acme --check $F", 2, "Cannot read "},
    {"x", "$P handoff acme --format flow --like $F", 2, "Cannot read "},
    {"x", "$P handoff acme --rehearse --webhook-file $F", 2, "Cannot read "},
    {"x", "VAULT_ADDR=http://127.0.0.1:1 $P handoff acme --format vault --vault-token-file $F", 2,
     "Cannot read "},
    {"home/.vault-token", "VAULT_ADDR=http://127.0.0.1:1 $P handoff acme --format vault", 2,
     "Cannot read "},
    {"x", "$P setup beta --plain --no-input --client-secret-file $F", 2, "Cannot read "},
    {"x", "$P handoff acme --format env --output $F", 1, "already exists. Give --output another"},
    {"x", "$P app --output $F", 2, "already exists. Give --output another name."},
    {"x", "$P app --format metadata --contact-email a@b.example --output $F", 1, ""},
    {"x", "SSL_CERT_FILE=$F $P token acme --fresh", 1, "SSL_CERT_FILE: "},
    {"x", "CURL_CA_BUNDLE=$F $P token acme --fresh", 1, "CURL_CA_BUNDLE: "},
    {"x", "printf '{\"ca_file\":\"%s\"}' $F >$N; $P token acme --fresh", 1, "\"ca_file\": "},
    {"x", "$O --state $F", 2, "It "},
    {"x", "$O --tls-cert $F --tls-key $F", 8, "It "},
};

static char *own_lock(Rig *rig, const char *suffix)
{
    g_autofree char *folder = g_build_filename(rig->home->runtime, "perch", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    while ((name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_prefix(name, "acme-") && g_str_has_suffix(name, suffix))
            return g_build_filename(folder, name, NULL);
    fail_msg("there is no %s", suffix);
    return NULL;
}

static char *path_of(Rig *rig, const char *file)
{
    return strcmp(file, "LOCK") == 0    ? own_lock(rig, ".lock")
           : strcmp(file, "SETUP") == 0 ? own_lock(rig, ".setup")
                                        : g_build_filename(rig->home->root, file, NULL);
}

static void see(Rig *rig, const struct row *row, gsize thing)
{
    g_autofree char *path = path_of(rig, row->file);
    g_autofree char *aside = g_strconcat(path, ".aside", NULL);
    g_autofree char *network = path_of(rig, NETWORK);
    bool was_there = rename(path, aside) == 0;
    things[thing].put(path);
    g_auto(GStrv) env = g_environ_setenv(g_strdupv(rig->home->env), "F", path, TRUE);
    env = g_environ_setenv(env, "N", network, TRUE);
    env = g_environ_setenv(env, "P", g_getenv("PERCH"), TRUE);
    env = g_environ_setenv(env, "O", g_getenv("PERCH_DEMO_ORG"), TRUE);
    const char *const argv[] = {"/bin/sh", "-c", row->command, NULL};
    struct stat before, after;
    assert_int_equal(lstat(path, &before), 0);
    g_autoptr(Child) child = child_start(argv, env);
    child_close_input(child);
    if (!child_wait_end(child, 20000))
        fail_msg("%s, %s: does not end", row->command, things[thing].name);
    g_autofree char *all = g_strconcat(child->output->str, child->errors->str, NULL);
    if (child_code(child) != row->code || strstr(all, row->says) == NULL ||
        strstr(all, path) == NULL)
        fail_msg("%s, %s: %d, not %d:\n%s", row->command, things[thing].name, child_code(child),
                 row->code, all);
    assert_int_equal(lstat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    if (strstr(row->command, "$N") != NULL)
        unlink(network);
    if (unlink(path) != 0)
        rmdir(path);
    if (was_there)
        assert_int_equal(rename(aside, path), 0);
}

static void place_of_a_file__holds_something_else__is_told_and_left(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(things); j++)
            if (strstr(rows[i].command, "metadata") == NULL || things[j].put != put_folder)
                see(rig, &rows[i], j);
    assert_true(tokens_stored_alive(rig, "acme"));
    g_autoptr(Child) child = rig_perch(rig, "status", NULL);
    assert_code(child, 0);
}

/* Root, whom a file's mode does not keep out, runs perch without the capability for that. */
static void network_settings__that_may_not_be_read__are_not_left_out(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    g_autofree char *path = path_of(rig, NETWORK);
    assert_true(g_file_set_contents_full(path, "{}", -1, G_FILE_SET_CONTENTS_NONE, 0, NULL));
    const char *const argv[] = {"setpriv",
                                "--bounding-set=-dac_override,-dac_read_search",
                                "--inh-caps=-dac_override,-dac_read_search",
                                g_getenv("PERCH"),
                                "token",
                                "acme",
                                "--fresh",
                                NULL};
    g_autoptr(Child) child = child_run(argv + (geteuid() == 0 ? 0 : 3), rig->home->env, NULL);
    assert_code(child, 1);
    assert_contains(child->errors->str, path);
    assert_contains(child->errors->str, "Permission denied. Repair or remove the file.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_of_a_file__holds_something_else__is_told_and_left),
        cmocka_unit_test(network_settings__that_may_not_be_read__are_not_left_out),
    };
    return cmocka_run_group_tests_name("no file", tests, NULL, NULL);
}
