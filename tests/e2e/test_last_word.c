/* SPDX-License-Identifier: MIT */

/* The last line that perch prints says what it saw: "is ready" only where the connection worked in
 * this run and nothing failed after that. */

#include <string.h>

#include "e2e/rig.h"
#include "e2e/walk.h"

#define FAILED "acme was not seen to work. To see what is wrong: perch doctor acme"
#define UNSEEN "To see whether acme works: perch doctor acme"
#define BLOCKED "{'apps': {'Bird_Integration': {'blocked': true}}}"
#define RULED                                                                                     \
    "{'validation_rules': {'Lead.No': {'field': 'LastName', 'refuse': 'present', 'message': 'No " \
    "Lead today'}}}"

static Rig *connected(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

static void assert_says(const Child *child, int code, const char *line)
{
    assert_code(child, code);
    assert_non_null(strstr(child->errors->str, line));
    assert_null(strstr(child->errors->str, "is ready"));
}

/* ---- by commands ---- */

static void command__login_refused__is_not_ready(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    demo_org_patch(rig->org, BLOCKED);
    g_autoptr(Child) child = rig_perch_login(
        rig, (const char *const[]){"reauthorize", "acme", "--plain", "--no-input", NULL});
    assert_says(child, 5, FAILED);
}

static void command__token_refused__is_not_ready(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    demo_org_patch(rig->org, "{'org': {'id': '00DDn00000Zz9Zz'}}");
    g_autoptr(Child) child = rig_perch_login(
        rig, (const char *const[]){"reauthorize", "acme", "--plain", "--no-input", NULL});
    assert_says(child, 4, "perch revoked them");
}

static void command__record_refused__is_not_ready(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    demo_org_patch(rig->org, RULED);
    g_autoptr(Child) child =
        rig_perch_login(rig, (const char *const[]){"setup", "acme", "--plain", "--no-input",
                                                   "--login-url", rig->org->url, NULL});
    assert_says(child, 7, FAILED);
}

/* A change to another way to log in that its org does not allow. */
static void command__other_way__refused__is_not_ready(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Child) child = rig_perch(rig, "setup", "acme", "--plain", "--no-input", "--login",
                                       "client-credentials", NULL);
    assert_true(child_code(child) > 0);
    assert_null(strstr(child->errors->str, "is ready"));
}

/* ---- on the screen ---- */

static void screen__login_refused__is_not_ready(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    demo_org_patch(rig->org, BLOCKED);
    g_autoptr(Walk) walk = walk_start(rig, "reauthorize", "acme", NULL);
    see_sentence(walk, "This answer led to no login.");
    press(walk, "q");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, UNSEEN);
}

static void screen__record_refused_and_skipped__is_not_ready(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, RULED);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    see_key(walk, "Enter test record");
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see_sentence(walk, "No Lead today");
    press(walk, "s");
    see(walk, "Into Flow Builder");
    walk_done(walk);
    see_end(walk, 7, FAILED);
}

static void screen__only_looked_at__promises_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = connected();
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
    see(walk, "Into Flow Builder");
    press(walk, "q");
    see_end(walk, 0, UNSEEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command__login_refused__is_not_ready),
        cmocka_unit_test(command__token_refused__is_not_ready),
        cmocka_unit_test(command__record_refused__is_not_ready),
        cmocka_unit_test(command__other_way__refused__is_not_ready),
        cmocka_unit_test(screen__login_refused__is_not_ready),
        cmocka_unit_test(screen__record_refused_and_skipped__is_not_ready),
        cmocka_unit_test(screen__only_looked_at__promises_nothing),
    };
    return cmocka_run_group_tests_name("the last word", tests, NULL, NULL);
}
