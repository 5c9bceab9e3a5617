/* SPDX-License-Identifier: MIT */

/* perch where nobody has logged in, or nothing tells that somebody has. */

#include <string.h>

#include "e2e/rig.h"

/* As cron starts a program: home, and nothing that tells of a session. Its /run is one that has a
 * folder of this user with a bus in it, mounted in a user namespace, so that anybody may. */
static Child *from_cron(Rig *rig, const char *bus)
{
    static const char script[] =
        "mount -t tmpfs -o mode=755 run /run && mkdir -p -m 755 /run/user && "
        "mkdir -m 700 \"/run/user/$(id -u)\" || exit 77\n"
        "[ -z \"$1\" ] || ln -s \"$1\" \"/run/user/$(id -u)/bus\"; shift\n"
        "exec env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR \"$@\"";
    const char *argv[] = {
        "unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "sh", "-c", script,
        "sh",      bus,      g_getenv("PERCH"),    "token",       "acme",    NULL};
    return child_run(argv, rig->home->env, NULL);
}

static bool is_forbidden(const Child *child)
{
    const bool forbidden =
        child_code(child) == 77 || strstr(child->errors->str, "unshare failed") != NULL;
    if (forbidden)
        print_message("# SKIP: no user namespace may be made here\n");
    return forbidden;
}

/* False where that is forbidden: a skip inside would leave bus and keyring behind. */
static bool finds_the_bus(void)
{
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    const char *address = g_environ_getenv(rig->home->env, "DBUS_SESSION_BUS_ADDRESS");
    g_auto(GStrv) parts = g_strsplit_set(address, "=,", -1);
    assert_string_equal(parts[0], "unix:path");
    g_autoptr(Child) child = from_cron(rig, parts[1]);
    if (is_forbidden(child))
        return false;
    assert_code(child, 0);
    assert_true(g_str_has_prefix(child->output->str, "00D"));
    return true;
}

static void token__from_cron__finds_the_users_bus(void **state)
{
    (void)state;
    if (!finds_the_bus())
        skip();
}

static bool says_that_nobody_is_logged_in(void)
{
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) child = from_cron(rig, "");
    if (is_forbidden(child))
        return false;
    assert_code(child, 9);
    assert_string_equal(child->output->str, "");
    assert_contains(child->errors->str, "There is no session bus here, so there is no keyring.");
    assert_contains(child->errors->str, "WITHOUT A DESKTOP");
    assert_null(strstr(child->errors->str, "Install"));
    return true;
}

static void token__from_cron__says_that_nobody_is_logged_in(void **state)
{
    (void)state;
    if (!says_that_nobody_is_logged_in())
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token__from_cron__finds_the_users_bus),
        cmocka_unit_test(token__from_cron__says_that_nobody_is_logged_in),
    };
    return cmocka_run_group_tests_name("without a session", tests, NULL, NULL);
}
