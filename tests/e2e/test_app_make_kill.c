/* SPDX-License-Identifier: MIT */

/*
 * kill -9 at what perch sends to the org, and at what it reads from it, while it makes, removes or
 * repairs an app: nothing is left that the next run does not go on with, and the org's switch is
 * off again. At some of the calls; with EVERY=1 at all.
 */

#include <string.h>

#include "e2e/maker.h"

enum { WAIT_MS = 60000 };

static bool may_trace;

static const char *const make_words[] = {"app", "flow", "--create", "--read-secret", NULL};
static const char *const remove_words[] = {"app", "flow", "--remove", "--yes", NULL};
static const char *const repair_words[] = {"app", "flow", "--repair", "--yes", NULL};
static const char *const calls[] = {"sendto", "recvfrom"};

/* perch with these words, killed at that call. FALSE: it was not killed. */
static bool is_killed(Rig *rig, const char *const *words, const char *call, int when)
{
    g_autofree char *log = g_build_filename(rig->home->root, "trace", NULL);
    g_autofree char *inject = g_strdup_printf("--inject=%s:signal=KILL:when=%d", call, when);
    const char *argv[16] = {"strace", "-o", log, "-s", "0", "-e", "signal=none", inject};
    int count = 8;
    argv[count++] = g_getenv("PERCH");
    for (gsize i = 0; words[i] != NULL; i++)
        argv[count++] = words[i];
    g_auto(GStrv) env = child_env_without_leak_check(rig->home->env);
    g_autoptr(Child) child = child_start(argv, env);
    child_close_input(child);
    assert_true(child_wait_end(child, WAIT_MS));
    canary_search(rig->canary, "output", child->output->str, -1);
    const int code = child_code(child);
    if (code != 0 && code != 137)
        fail_msg("%s %d: exit code %d\n%s%s", call, when, code, child->output->str,
                 child->errors->str);
    return code != 0;
}

static Json *app_of(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    return json_copy(json_get(json_get(state, "apps"), MAKER_APP));
}

static bool switch_is_on(Rig *rig)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    return json_get_bool(json_get(state, "org"), "secrets_by_rest", false);
}

static void assert_done(Rig *rig, const char *const *words, bool app)
{
    g_autoptr(Child) child = rig_perch_input(rig, words, NULL, false);
    assert_code(child, 0);
    g_autoptr(Json) json = app_of(rig);
    assert_true((json != NULL) == app);
    assert_false(switch_is_on(rig));
}

/* The org's app and the draft as they were. */
static void restore(Rig *rig, const Json *app, const char *settings)
{
    g_autofree char *path = rig_settings_path(rig, "flow.json");
    g_autofree char *text = app == NULL ? g_strdup("null") : json_print(app);
    g_autofree char *patch = g_strdup_printf("{\"apps\": {\"" MAKER_APP "\": %s}}", text);
    demo_org_patch(rig->org, patch);
    assert_true(g_file_set_contents(path, settings, -1, NULL));
}

/* The next start says that the switch was left on, and turns it off. */
static bool assert_switch_is_put_back(Rig *rig)
{
    const bool was_on = switch_is_on(rig);
    g_autoptr(Child) child = rig_perch(rig, "app", "flow", NULL);
    assert_code(child, 0);
    if (was_on)
        assert_contains(child->errors->str, "It is off again.");
    assert_false(switch_is_on(rig));
    return was_on;
}

static void killed__making__is_gone_on_with_or_removed(void **state)
{
    (void)state;
    if (!may_trace)
        skip();
    g_autoptr(Rig) rig = maker_rig();
    g_autofree char *settings = rig_settings(rig, "flow.json");
    int killed = 0, made = 0, on = 0;
    for (gsize k = 0; k < G_N_ELEMENTS(calls); k++)
        for (int when = maker_stride(); is_killed(rig, make_words, calls[k], when);
             when += maker_stride()) {
            g_autoptr(Json) app = app_of(rig);
            killed++;
            made += app != NULL;
            on += assert_switch_is_put_back(rig);
            assert_done(rig, make_words, true);
            if (app != NULL)
                assert_done(rig, remove_words, false);
            restore(rig, NULL, settings);
            g_autoptr(Json) none = app_of(rig);
            assert_null(none);
        }
    print_message("# %d kills; the app was made in %d, the switch was on in %d\n", killed, made,
                  on);
    assert_true(killed > 30 / maker_stride() && made > 2 && on > 0);
}

static void killed__removing_or_repairing__is_gone_on_with(void **state)
{
    (void)state;
    if (!may_trace)
        skip();
    static const struct {
        const char *const *words;
        bool app;
    } cases[] = {{remove_words, false}, {repair_words, true}};
    g_autoptr(Rig) rig = maker_rig();
    assert_done(rig, make_words, true);
    demo_org_patch(rig->org, "{'apps': {'" MAKER_APP "': {'rotation': true}}}");
    g_autofree char *settings = rig_settings(rig, "flow.json");
    g_autoptr(Json) app = app_of(rig);
    int killed = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(calls); k++) {
            for (int when = maker_stride(); is_killed(rig, cases[i].words, calls[k], when);
                 when += maker_stride()) {
                killed++;
                assert_done(rig, cases[i].words, cases[i].app);
                g_autoptr(Json) now = app_of(rig);
                assert_false(json_get_bool(now, "rotation", false));
                restore(rig, app, settings);
            }
            restore(rig, app, settings);
        }
    print_message("# %d kills\n", killed);
    assert_true(killed > 30 / maker_stride());
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
        cmocka_unit_test(killed__making__is_gone_on_with_or_removed),
        cmocka_unit_test(killed__removing_or_repairing__is_gone_on_with),
    };
    return cmocka_run_group_tests(tests, check_strace, NULL);
}
