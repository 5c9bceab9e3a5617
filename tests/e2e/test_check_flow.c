/* SPDX-License-Identifier: MIT */

/* perch handoff NAME --check, and its screen: an exported flow with the values that were handed
 * over, correct and altered. */

#include <stdio.h>
#include <string.h>

#include "e2e/rig.h"
#include "e2e/walk.h"

static Json *step(const char *label, const Json *handed)
{
    Json *json = json_object(), *options = json_object(), *headers = json_object();
    Json *variables = json_array();
    const Json *body = json_get(handed, "body");
    g_autofree char *printed = json_is_string(body) ? NULL : json_print(body);
    const char *authorization = json_get_string(json_get(handed, "headers"), "Authorization");
    json_set_string(json, "action", "fetchVariables");
    json_set_string(options, "label", label);
    json_set_string(options, "method", json_get_string(handed, "method"));
    json_set_string(options, "url", json_get_string(handed, "url"));
    json_set_string(options, "contentType",
                    json_get_string(json_get(handed, "headers"), "Content-Type"));
    json_set_string(options, "body", printed != NULL ? printed : json_string(body));
    if (authorization != NULL)
        json_set_string(headers, "Authorization", authorization);
    json_append(variables, json_string_new(json_get_string(handed, "variable")));
    json_set(options, "headers", headers);
    json_set(options, "variableKeys", variables);
    json_set(json, "options", options);
    return json;
}

/* A flow as the dashboard exports it, made of what perch hands over; owned by the caller. */
static char *exported_flow(Rig *rig)
{
    g_autoptr(Child) child = rig_perch_secret(rig, "handoff", "acme", "--json", NULL);
    g_autoptr(Json) values = child_json(child);
    g_autoptr(Json) flow = json_object();
    Json *steps = json_array(), *set = json_object(), *options = json_object();
    Json *names = json_object();
    static const char *const variables[] = {"senderName", "senderNumber", "message"};
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++)
        json_set_string(names, variables[i], "{{x.y}}");
    json_set_string(set, "action", "setVariables");
    json_set(options, "variableSet", names);
    json_set(set, "options", options);
    json_append(steps, set);
    const Json *token = json_first(json_get(values, "steps"));
    json_append(steps, step("token", token));
    json_append(steps, step("lead", json_next(token)));
    json_set_string(flow, "trigger", "onReceivedMessage");
    json_set(flow, "steps", steps);
    return json_print(flow);
}

static char *write_flow(Rig *rig, const char *flow, const char *old, const char *fresh)
{
    g_auto(GStrv) parts = g_strsplit(flow, old, -1);
    assert_non_null(parts[1]);
    g_autofree char *text = g_strjoinv(fresh, parts);
    char *path = g_build_filename(rig->home->home, "flow.json", NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* The flow holds secrets, as such flows do; the search of all files must not find it. */
static void drop(const char *path)
{
    assert_int_equal(remove(path), 0);
}

static void check__right_and_wrong__by_exit_code_and_rows(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *flow = exported_flow(rig);
    g_autofree char *path = write_flow(rig, flow, "Bearer", "Bearer");
    g_autoptr(Child) fine = rig_perch(rig, "handoff", "acme", "--check", path, NULL);
    assert_code(fine, 0);
    assert_contains(fine->output->str, "is in the flow");
    g_autofree char *again =
        write_flow(rig, flow, "Bearer {{access_token}}", "Bearer {access_token}");
    g_autoptr(Child) wrong = rig_perch(rig, "handoff", "acme", "--check", path, NULL);
    assert_code(wrong, 5);
    assert_contains(wrong->output->str,
                    "Create the record (lead): {access_token} is sent "
                    "literally. A variable has double braces: {{access_token}}.");
    g_autoptr(Child) told = rig_perch(rig, "handoff", "acme", "--check", path, "--json", NULL);
    assert_code(told, 5);
    g_autoptr(Json) json = child_json(told);
    assert_string_equal(json_get_string(json, "status"), "failed");
    assert_string_equal(json_get_string(json_check(json, "single-braces"), "status"), "failed");
    drop(path);
    g_autoptr(Child) none = rig_perch(rig, "handoff", "acme", "--check", path, NULL);
    assert_int_not_equal(child_code(none), 0);
    const char *words[] = {"handoff", "acme", "--check", "-", NULL};
    g_autoptr(Child) odd = rig_perch_input(rig, words, "not a flow", false);
    assert_int_not_equal(child_code(odd), 0);
    assert_contains(odd->errors->str, "neither a flow");
}

static void check__screen__by_path_and_by_paste(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *flow = exported_flow(rig);
    g_autofree char *path = write_flow(rig, flow, "application/json", "text/plain");
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", NULL);
    see(walk, "Into Flow Builder");
    press(walk, "i");
    see(walk, "Check a flow");
    press(walk, "Enter");
    see_sentence(walk, "Paste the exported flow, or type the path of its file.");
    paste(walk, path);
    see_sentence(walk, "Its Content-Type is text/plain. It must be application/json.");
    press(walk, "C-u");
    paste(walk, flow);
    pty_expect_gone(walk->pty, "text/plain");
    see_sentence(walk, "anyone who can read the flow has it");
    press(walk, "C-u");
    paste(walk, "hello");
    see_sentence(walk, "No such file or directory");
    press(walk, "Esc"); /* gives up what was pasted, */
    pty_expect_gone(walk->pty, "No such file or directory");
    press(walk, "Esc"); /* and then the screen */
    see(walk, "Into Flow Builder");
    drop(path);
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

int main(void)
{
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check__right_and_wrong__by_exit_code_and_rows),
        cmocka_unit_test(check__screen__by_path_and_by_paste),
    };
    return cmocka_run_group_tests_name("checking a flow", tests, NULL, NULL);
}
