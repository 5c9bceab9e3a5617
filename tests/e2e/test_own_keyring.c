/* SPDX-License-Identifier: MIT */

/* perch's own keyring, on a machine that has none. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"

enum { WAIT_MS = 30000, AT_ONCE = 6 };

static const char password[] = "correct horse battery";
static const char wrong[] = "incorrect horse battery";

#define LOCKED \
    "perch's own keyring is locked. Run perch status in a terminal: it asks for the password."

static char *path_of(const Rig *rig, const char *name)
{
    return g_build_filename(rig->home->home, ".local/share/perch/keyring", name, NULL);
}

static Rig *rig_with(enum session_keyring keyring)
{
    Rig *rig = rig_new(keyring, NULL);
    canary_add(rig->canary, password);
    canary_add(rig->canary, wrong);
    return rig;
}

/* The process that holds the bus; 0 = none runs. */
static pid_t keyring_pid(const Rig *rig)
{
    g_autofree char *path = path_of(rig, "pid");
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    pid_t pid = (pid_t)g_ascii_strtoll(text, NULL, 10);
    return kill(pid, 0) == 0 ? pid : 0;
}

static bool is_open(const Rig *rig)
{
    g_autofree char *path = path_of(rig, "open.lock");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CLOEXEC);
    bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (fd >= 0)
        close(fd);
    return held;
}

/* As after a restart of the computer. */
static void end_keyring(const Rig *rig)
{
    pid_t pid = keyring_pid(rig);
    if (pid == 0)
        return;
    assert_int_equal(kill(pid, SIGTERM), 0);
    gint64 deadline = g_get_monotonic_time() + WAIT_MS * G_GINT64_CONSTANT(1000);
    while (is_open(rig) || keyring_pid(rig) != 0)
        assert_true(g_get_monotonic_time() < deadline);
}

static void type_twice(Walk *walk)
{
    static const char *const weak[] = {"1234567", "aaaaaaabc"}; /* too short, too much alike */
    see(walk, "perch's own keyring");
    see_key(walk, "Enter create it");
    for (gsize i = 0; i < G_N_ELEMENTS(weak); i++) {
        type(walk, weak[i]);
        press(walk, "Tab");
        type(walk, weak[i]);
        press(walk, "Enter");
        see_sentence(walk, "Too easy to guess.");
        press(walk, "C-u");
        pty_expect_gone(walk->pty, "Too easy");
        press(walk, "Tab C-u BackTab");
    }
    type(walk, password);
    press(walk, "Tab");
    type(walk, wrong);
    press(walk, "Enter");
    see_sentence(walk, "The passwords differ.");
    press(walk, "C-u");
    type(walk, password);
    press(walk, "Enter");
}

/* A whole set-up that ends stored in it. */
static void set_up(Rig *rig)
{
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    see(walk, "✖ Keyring");
    see_key(walk, "u use perch's own keyring");
    press(walk, "u");
    type_twice(walk);
    see(walk, "✔ Keyring");
    see_key(walk, "Enter go on");
    press(walk, "Enter");
    see(walk, "App settings");
    press(walk, "Enter");
    see(walk, "Consumer key and secret");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    press(walk, "Enter");
    see(walk, "✔ Stored           gnome-keyring, read back, identical");
    walk_home(walk, "acme");
}

static void preflight__offer__ends_stored(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    struct stat info;
    set_up(rig);
    g_autofree char *folder = path_of(rig, "");
    assert_int_equal(stat(folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_true(is_open(rig));
    /* A script finds it open. */
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(child, 0);
    tokens_assert_work(rig, child->output->str);
    assert_string_equal(child->errors->str, "");
    end_keyring(rig);
}

static void next_run__asks_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    set_up(rig);
    end_keyring(rig);
    /* Without a terminal there is nobody to ask. */
    for (int i = 0; i < 2; i++) {
        g_autoptr(Child) locked =
            rig_perch(rig, "token", "acme", i == 0 ? NULL : "--no-input", NULL);
        assert_code(locked, 9);
        assert_string_equal(locked->output->str, "");
        assert_contains(locked->errors->str, LOCKED);
    }
    g_autoptr(Walk) walk = walk_start(rig, "status", NULL);
    see(walk, "Password for perch's own keyring");
    type(walk, wrong);
    press(walk, "Enter");
    see_sentence(walk, "The password does not open this keyring.");
    type(walk, "xx");
    press(walk, "C-u");
    type(walk, password);
    press(walk, "Enter");
    see(walk, "working");
    pty_expect_exit(walk->pty, 0);
    /* From now on nobody is asked. */
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(child, 0);
    tokens_assert_work(rig, child->output->str);
    g_autoptr(Walk) home = walk_start(rig, NULL, NULL);
    see(home, "✔ working");
    press(home, "q");
    pty_expect_exit(home->pty, 0);
    end_keyring(rig);
}

/* Anyone who gives no password continues without storing, and can still open it later. */
static void next_run__home_without_the_password(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    set_up(rig);
    end_keyring(rig);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "Password for perch's own keyring");
    press(walk, "Enter");
    see(walk, "✖ keyring");
    see_sentence(walk, "The keyring is locked.");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
    g_autoptr(Walk) stopped = walk_start(rig, "token", "acme", NULL);
    see(stopped, "Password for perch's own keyring");
    press(stopped, "C-c");
    int status = 0;
    assert_true(pty_wait_exit(stopped->pty, WAIT_MS, &status));
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(is_open(rig));
}

static void prove__offer__stores_the_token_that_was_won(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    canary_add(rig->canary, password);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    session_bus_change(rig->bus, rig->home, SESSION_NO_KEYRING);
    press(walk, "Enter");
    see(walk, "✖ Stored");
    see_key(walk, "u use perch's own keyring");
    press(walk, "u");
    type_twice(walk);
    see(walk, "✔ Stored           gnome-keyring, read back, identical");
    walk_home(walk, "acme");
    g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", NULL);
    assert_code(child, 0);
    end_keyring(rig);
}

static void accept_without_a_screen(Rig *rig)
{
    g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", "--plain", "--login-url", rig->org->url,
                                      "--client-id", rig->org->client_id, "--client-secret-file",
                                      rig->org->secret_file, "--callback-port", port, NULL);
    see(walk, "Enter check this computer");
    press(walk, "Enter");
    see(walk, "u use perch's own keyring");
    type(walk, "u\n");
    see(walk, "Password (not shown while you type):");
    type(walk, password);
    press(walk, "Enter");
    see(walk, "Repeat (not shown while you type):");
    type(walk, password);
    press(walk, "Enter");
    see(walk, "Enter create it");
    press(walk, "Enter");
    see(walk, "Enter next,"); /* by then the row has left the screen */
    const GByteArray *raw = pty_raw(walk->pty);
    g_autofree char *all = g_strndup((const char *)raw->data, raw->len);
    assert_contains(all, "Keyring: gnome-keyring; wrote, read back, deleted");
    assert_null(strstr(all, password));
    assert_true(is_open(rig));
    end_keyring(rig);
}

static void plain__offer__ends_stored(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    accept_without_a_screen(rig);
}

/* As on a server where gnome-keyring is installed: it runs, and cannot ask for a first password. */
static void plain__no_default_keyring__is_offered_too(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_KEYRING_EMPTY);
    accept_without_a_screen(rig);
}

static void missing__names_the_packages(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    tmphome_set(rig->home, "PATH", rig->home->home);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_preflight(walk);
    press(walk, "u");
    see_sentence(walk, "Install the packages: gnome-keyring dbus-daemon");
    press(walk, "Esc");
    see(walk, "✖ Keyring");
}

/* Several who open it at the same time get one. */
static void open__at_the_same_time__is_one(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    const char *argv[] = {g_getenv("PERCH"), "--open-keyring", NULL};
    Child *children[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
        children[i] = child_start(argv, rig->home->env);
        canary_snapshot(rig->canary, children[i]->pid);
        child_send(children[i], password);
        child_close_input(children[i]);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        assert_true(child_wait_end(children[i], WAIT_MS));
        assert_code(children[i], 0);
        assert_contains(children[i]->output->str, "open unix:path=");
        assert_string_equal(children[i]->output->str, children[0]->output->str);
    }
    for (int i = 0; i < AT_ONCE; i++)
        child_free(children[i]);
    end_keyring(rig);
    assert_false(is_open(rig));
}

/* Its address cannot be read, so it counts as locked; nothing waits for the FIFO. */
static void address__is_no_file__is_not_waited_for(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    set_up(rig);
    g_autofree char *path = path_of(rig, "address");
    g_autofree char *aside = path_of(rig, "aside");
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    g_autoptr(Child) child = rig_perch(rig, "token", "acme", "--no-input", NULL);
    assert_code(child, 9);
    assert_contains(child->errors->str, "keyring");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rename(aside, path), 0);
    g_autoptr(Child) again = rig_perch_secret(rig, "token", "acme", "--no-input", NULL);
    assert_code(again, 0);
    end_keyring(rig);
}

static void open__empty_password__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_with(SESSION_NO_KEYRING);
    const char *argv[] = {g_getenv("PERCH"), "--open-keyring", NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, " \n");
    canary_search(rig->canary, "standard output", child->output->str, -1);
    assert_contains(child->output->str, "failed");
    assert_int_equal(keyring_pid(rig), 0);
    canary_snapshot(rig->canary, getpid());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preflight__offer__ends_stored),
        cmocka_unit_test(next_run__asks_once),
        cmocka_unit_test(next_run__home_without_the_password),
        cmocka_unit_test(prove__offer__stores_the_token_that_was_won),
        cmocka_unit_test(plain__offer__ends_stored),
        cmocka_unit_test(plain__no_default_keyring__is_offered_too),
        cmocka_unit_test(missing__names_the_packages),
        cmocka_unit_test(open__at_the_same_time__is_one),
        cmocka_unit_test(open__empty_password__is_refused),
        cmocka_unit_test(address__is_no_file__is_not_waited_for),
    };
    return cmocka_run_group_tests_name("perch's own keyring", tests, NULL, NULL);
}
