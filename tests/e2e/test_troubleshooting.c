/* SPDX-License-Identifier: MIT */

/* The troubleshooting screen on a terminal: rows, the diagnosis behind a failed one, its keys. */

#include <string.h>

#include "e2e/admin.h"
#include "e2e/walk.h"

/* One connection, and then its user loses API Enabled. */
static Rig *broken(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'profiles':{'Integration':{'api_enabled':false}},'users':"
                             "{'" ADMIN_NAME "':{'profile':'Integration'}}}");
    return rig;
}

/* What the terminal was told to put into the clipboard (OSC 52), the last time. */
static char *copied(Walk *walk)
{
    static const char opening[] = "\033]52;c;";
    const GByteArray *raw = pty_raw(walk->pty);
    g_autofree char *text = g_strndup((const char *)raw->data, raw->len);
    const char *last = g_strrstr(text, opening);
    gsize length = 0;
    assert_non_null(last);
    last += strlen(opening);
    g_autofree char *base64 = g_strndup(last, strcspn(last, "\a\033"));
    g_autofree guchar *plain = g_base64_decode(base64, &length);
    return g_strndup((const char *)plain, length);
}

static void screen__rows_diagnosis_and_keys__until_green(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = broken();
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see_key(walk, "Enter troubleshoot");
    press(walk, "Enter");
    see(walk, "✖ API access");
    see_sentence(walk, "This user is not allowed to use the API.");
    see_key(walk, "Enter check again");
    press(walk, "c");
    see(walk, "Sent to the terminal");
    g_autofree char *fix = copied(walk);
    assert_contains(fix, "This user is not allowed to use the API.\n1. Open the user");
    assert_contains(fix, "ManageUsers");
    g_autofree char *page = walk_opened(walk, "o");
    g_autoptr(Admin) admin = admin_new(rig);
    admin_open(admin, page);
    assert_contains(admin_page(admin), ADMIN_NAME);
    admin_follow(admin, "Integration");
    admin_tick(admin, "api_enabled", true);
    admin_press(admin, "Save");
    press(walk, "r");
    see_key(walk, "Enter done");
    see(walk, "checks, 0 failed");
    press(walk, "Enter");
    see(walk, "✔ working");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* Esc while it waits: back at once, and nothing is left hanging. */
static void screen__esc_while_it_asks__goes_back(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = broken();
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see_key(walk, "Enter troubleshoot");
    demo_org_patch(rig->org, "{'faults':{'/services/oauth2/authorize':{'delay_ms':600000}}}");
    press(walk, "Enter");
    see(walk, "✖ API access"); /* what does not need the answer goes on meanwhile */
    press(walk, "Esc");
    see(walk, "1 connection");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screen__rows_diagnosis_and_keys__until_green),
        cmocka_unit_test(screen__esc_while_it_asks__goes_back),
    };
    return cmocka_run_group_tests_name("troubleshooting", tests, NULL, NULL);
}
