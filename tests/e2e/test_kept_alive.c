/* SPDX-License-Identifier: MIT */

/* Logins that nobody uses for weeks: perch refresh keeps each alive that an idle limit would end,
 * and says only what failed. */

#include <string.h>

#include "e2e/tokens.h"
#include "e2e/walk.h"
#include "perch/base/clock.h"

#define REVOKE "/services/oauth2/revoke"

static void pass_days(Rig *rig, int days)
{
    g_autofree char *body =
        g_strdup_printf("{\"advance_ms\":%" G_GINT64_FORMAT "}", days * CLOCK_DAY_MS);
    json_free(demo_org_control(rig->org, "POST", "clock", body));
}

static guint posts(Rig *rig)
{
    return demo_org_requests(rig->org, "POST", TOKEN_PATH);
}

/* As systemd runs it: the words of the unit's ExecStart, with the perch that is tested. */
static Child *run_unit(Rig *rig)
{
    g_autoptr(GKeyFile) unit = g_key_file_new();
    g_auto(GStrv) words = NULL;
    g_autofree char *path =
        g_build_filename(g_getenv("TEST_SOURCE"), ".packaging/perch-refresh.service", NULL);
    assert_true(g_key_file_load_from_file(unit, path, 0, NULL));
    g_autofree char *line = g_key_file_get_string(unit, "Service", "ExecStart", NULL);
    assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
    assert_string_equal(words[0], "/usr/bin/perch");
    return rig_perch_input(rig, (const char *const *)words + 1, NULL, false);
}

static Rig *idle_rig(void)
{
    Rig *rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'idle_limit': true}}}");
    return rig;
}

static void idle_limit__refreshed_every_three_weeks__ends_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = idle_rig();
    for (int i = 0; i < 3; i++) {
        pass_days(rig, 21);
        const guint before = posts(rig);
        g_autoptr(Child) child = run_unit(rig);
        assert_code(child, 0);
        assert_string_equal(child->output->str, "");
        assert_string_equal(child->errors->str, "");
        assert_int_equal(posts(rig), before + 1); /* though the access token may still be valid */
    }
    pass_days(rig, 30);
    g_autoptr(Child) late = run_unit(rig);
    assert_code(late, 4);
    assert_contains(late->output->str, "!!  acme");
    assert_contains(late->output->str, "Salesforce no longer accepts the refresh token");
}

static void many__one_revoked__is_the_only_one_told(void **state)
{
    static const char *const by_itself[] = {"--login", "client-credentials", NULL};
    (void)state;
    g_autoptr(Rig) rig = idle_rig();
    rig_setup(rig, "beta");
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'client_credentials': true, "
                             "'client_credentials_policy': true, "
                             "'run_as': 'integration@bird-demo.example'}}}");
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "gamma", by_itself);
    g_autoptr(Child) gamma = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(gamma, 0);
    g_autofree char *draft = rig_settings_path(rig, "delta.json");
    assert_true(g_file_set_contents(
        draft, "{\"version\":5,\"draft_step\":\"keys\",\"login_url\":\"http://localhost:1\"}", -1,
        NULL));
    struct secrets secrets;
    tokens_load(rig, "beta", &secrets);
    g_autofree char *url = g_strconcat(rig->org->url, REVOKE, NULL);
    g_autofree char *body = g_strdup_printf("token=%s", secret_peek(secrets.refresh_token));
    g_autoptr(Fetched) revoked = fetch(url, &(struct fetch_options){.body = body});
    secrets_clear(&secrets);
    const guint before = posts(rig);
    g_autoptr(Child) child = run_unit(rig);
    assert_code(child, 4);
    assert_string_equal(child->errors->str, "");
    assert_true(g_str_has_prefix(child->output->str, "!!  beta"));
    assert_null(strchr(strchr(child->output->str, '\n') + 1, '\n'));
    assert_int_equal(posts(rig), before + 3);
    assert_true(tokens_stored_alive(rig, "acme"));
    g_autoptr(Child) named = rig_perch(rig, "refresh", "acme", "gamma", "--json", NULL);
    assert_code(named, 0);
    g_autoptr(Json) json = child_json(named);
    assert_string_equal(json_get_string(json, "command"), "refresh");
    assert_int_equal(json_size(json_get(json, "connections")), 2);
}

static void nothing__to_refresh__is_no_failure(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child = run_unit(rig);
    assert_code(child, 0);
    assert_string_equal(child->output->str, "");
}

/* The day of an end that status tells; "" = it tells none. */
static char *told_end(Rig *rig)
{
    g_autoptr(Child) child = rig_perch(rig, "status", "--json", NULL);
    assert_code(child, 0);
    g_autoptr(Json) json = child_json(child);
    const Json *checks = json_get(json_first(json_get(json, "connections")), "checks");
    JSON_FOREACH(check, checks)
    {
        if (strcmp(json_get_string(check, "id"), "login-end") == 0)
            return g_strndup(json_get_string(json_get(check, "evidence"), "ends"), 10);
    }
    return g_strdup("");
}

static char *day_in(int days)
{
    g_autofree char *text = clock_format(clock_wall_ms() + days * CLOCK_DAY_MS);
    return g_strndup(text, 10);
}

static void end__of_each_policy__is_told_once_it_is_read(void **state)
{
    static const struct {
        const char *policy;
        int days; /* 0 = nothing is known */
        const char *told;
    } rows[] = {
        {"'refresh_policy': 'infinite'", 0, NULL},
        {"'refresh_policy': 'lifetime', 'refresh_hours': 8760", 365, " at the latest"},
        {"'refresh_policy': 'lifetime', 'refresh_hours': 240", 10, "perch reauthorize acme"},
        {"'refresh_policy': 'inactivity', 'refresh_hours': 720", 30, ", unless it is used before"},
        {"'refresh_policy': 'infinite'", 0, NULL},
    };
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *patch =
            g_strdup_printf("{'apps': {'Bird_Integration': {%s}}}", rows[i].policy);
        demo_org_patch(rig->org, patch);
        g_autoptr(Child) doctor = rig_perch(rig, "doctor", "acme", NULL);
        assert_code(doctor, 0);
        g_autofree char *before = day_in(rows[i].days);
        g_autofree char *end = told_end(rig);
        g_autofree char *after = day_in(rows[i].days);
        if (rows[i].days == 0)
            assert_string_equal(end, "");
        else if (strcmp(end, before) != 0 && strcmp(end, after) != 0)
            fail_msg("%s: ends %s, not %s", rows[i].policy, end, after);
        g_autoptr(Child) status = rig_perch(rig, "status", NULL);
        if (rows[i].told != NULL)
            assert_contains(status->output->str, rows[i].told);
        else
            assert_null(strstr(status->output->str, "Login ends"));
    }
}

static void end__told__stands_on_home(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'refresh_policy': 'lifetime', "
                             "'refresh_hours': 8760}}}");
    g_autoptr(Child) doctor = rig_perch(rig, "doctor", "acme", NULL);
    assert_code(doctor, 0);
    g_autoptr(Walk) walk = walk_start(rig, NULL, NULL);
    see(walk, "Login ends:");
}

/* systemd tries it again later. */
static void keyring__locked__is_told_apart(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = idle_rig();
    session_bus_lock(rig->bus);
    const guint before = posts(rig);
    g_autoptr(Child) child = run_unit(rig);
    assert_code(child, 9);
    assert_contains(child->output->str, "The keyring is locked.");
    assert_int_equal(posts(rig), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_limit__refreshed_every_three_weeks__ends_nothing),
        cmocka_unit_test(many__one_revoked__is_the_only_one_told),
        cmocka_unit_test(nothing__to_refresh__is_no_failure),
        cmocka_unit_test(keyring__locked__is_told_apart),
        cmocka_unit_test(end__of_each_policy__is_told_once_it_is_read),
        cmocka_unit_test(end__told__stands_on_home),
    };
    return cmocka_run_group_tests_name("kept alive", tests, NULL, NULL);
}
