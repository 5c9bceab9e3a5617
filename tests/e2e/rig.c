/* SPDX-License-Identifier: MIT */
#include "e2e/rig.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static Rig *rig_begin(enum session_keyring keyring)
{
    Rig *rig = g_new0(Rig, 1);
    rig->home = tmphome_new();
    rig->bus = keyring == SESSION_KEYRING_OPEN ? session_bus_borrow(rig->home)
                                               : session_bus_start(rig->home, keyring);
    rig->canary = canary_new();
    return rig;
}

static Rig *rig_take(Rig *rig, DemoOrg *org)
{
    rig->org = org;
    canary_add(rig->canary, org->client_secret);
    demo_org_use_browser(org, rig->home, "allow");
    return rig;
}

Rig *rig_new(enum session_keyring keyring, const char *const *org_arguments)
{
    Rig *rig = rig_begin(keyring);
    return rig_take(rig, demo_org_start(rig->home, org_arguments));
}

Rig *rig_new_tls(const char *login_host, const char *instance_host,
                 enum demo_org_certificate certificate)
{
    Rig *rig = rig_begin(SESSION_KEYRING_OPEN);
    return rig_take(rig,
                    demo_org_start_tls(rig->home, login_host, instance_host, certificate, NULL));
}

Rig *rig_new_custom_domain(const char *domain, const char *login_host)
{
    Rig *rig = rig_begin(SESSION_KEYRING_OPEN);
    g_autofree char *instance = g_strconcat("--instance-url=https://", login_host, NULL);
    const char *arguments[] = {instance, NULL};
    return rig_take(rig,
                    demo_org_start_tls(rig->home, login_host, domain, DEMO_ORG_VALID, arguments));
}

void rig_free(Rig *rig)
{
    if (rig == NULL)
        return;
    /* What the test itself put there: the secret's file and the browser's settings. */
    static const char *const except[] = {"home/.fake-browser.json", "home/client-secret",
                                         "client-secret", NULL};
    canary_search_files(rig->canary, rig->home, except);
    canary_assert_clean(rig->canary);
    demo_org_stop(rig->org);
    session_bus_return(rig->bus);
    tmphome_free(rig->home);
    canary_free(rig->canary);
    g_free(rig);
}

static Child *start(Rig *rig, const char *const *words, const char *input)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)words[i]);
    g_ptr_array_add(argv, NULL);
    Child *child = child_start((const char *const *)argv->pdata, rig->home->env);
    canary_snapshot(rig->canary, child->pid);
    if (input != NULL)
        child_send(child, input);
    child_close_input(child);
    return child;
}

static void see_end(Rig *rig, Child *child, bool may_show)
{
    if (!child_wait_end(child, 60000)) {
        /* cmocka cuts long messages. */
        fprintf(stderr, "%s\n%s\n", child->output->str, child->errors->str);
        fail_msg("perch does not end");
    }
    if (!may_show)
        canary_search(rig->canary, "standard output", child->output->str, -1);
    canary_search(rig->canary, "standard error", child->errors->str, -1);
}

Child *rig_perch_input(Rig *rig, const char *const *words, const char *input, bool may_show)
{
    Child *child = start(rig, words, input);
    see_end(rig, child, may_show);
    return child;
}

Child *rig_perch_login(Rig *rig, const char *const *words)
{
    Child *child = start(rig, words, NULL);
    if ((g_strv_contains(words, "--json") ? child_wait_errors : child_wait_output)(
            child, "perch goes on waiting", 60000))
        kill(child->pid, SIGINT);
    see_end(rig, child, false);
    return child;
}

static Child *run_words(Rig *rig, const char *first, va_list rest, bool may_show)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (const char *word = first; word != NULL; word = va_arg(rest, const char *))
        g_ptr_array_add(words, (gpointer)(guintptr)word);
    g_ptr_array_add(words, NULL);
    return rig_perch_input(rig, (const char *const *)words->pdata, NULL, may_show);
}

Child *rig_perch(Rig *rig, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    Child *child = run_words(rig, first, rest, false);
    va_end(rest);
    return child;
}

Child *rig_perch_secret(Rig *rig, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    Child *child = run_words(rig, first, rest, true);
    va_end(rest);
    return child;
}

GPtrArray *rig_filled_words(Rig *rig, const char *name, const char *const *more)
{
    g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
    const char *const fixed[] = {"setup",
                                 name,
                                 "--login-url",
                                 rig->org->url,
                                 "--client-id",
                                 rig->org->client_id,
                                 "--client-secret-file",
                                 rig->org->secret_file,
                                 "--callback-port",
                                 port};
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(words, g_strdup(fixed[i]));
    for (int i = 0; more != NULL && more[i] != NULL; i++)
        g_ptr_array_add(words, g_strdup(more[i]));
    g_ptr_array_add(words, NULL);
    return words;
}

GPtrArray *rig_setup_words(Rig *rig, const char *name, const char *const *more)
{
    GPtrArray *words = rig_filled_words(rig, name, more);
    g_ptr_array_insert(words, 2, g_strdup("--plain"));
    g_ptr_array_insert(words, 2, g_strdup("--no-input"));
    return words;
}

char *rig_settings_path(const Rig *rig, const char *file)
{
    return g_build_filename(rig->home->config, "perch", "connections", file, NULL);
}

char *rig_settings(const Rig *rig, const char *file)
{
    g_autofree char *path = rig_settings_path(rig, file);
    char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("%s is not there", file);
    return text;
}

void rig_setup(Rig *rig, const char *name)
{
    g_autoptr(GPtrArray) words = rig_setup_words(rig, name, NULL);
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
}

void assert_code(const Child *child, int code)
{
    if (child_code(child) != code) {
        fprintf(stderr, "%s\n%s\n", child->output->str, child->errors->str);
        fail_msg("exit code %d, not %d", child_code(child), code);
    }
}

Json *child_json(const Child *child)
{
    g_autoptr(GError) error = NULL;
    Json *json = json_parse(child->output->str, child->output->len, &error);
    if (json == NULL)
        fail_msg("no JSON: %s", child->output->str);
    return json;
}

void rig_upload(Rig *rig, const char *file)
{
    g_autofree char *pem = rig_settings(rig, file);
    g_autoptr(Json) app = json_object();
    json_set_string(app, "certificate", pem);
    g_autofree char *text = json_print(app);
    g_autofree char *patch = g_strdup_printf("{\"apps\":{\"Bird_Integration\":%s}}", text);
    json_free(demo_org_control(rig->org, "PATCH", "state", patch));
}

const Json *json_check(const Json *result, const char *id)
{
    JSON_FOREACH(check, json_get(result, "checks"))
    {
        if (g_strcmp0(json_get_string(check, "id"), id) == 0)
            return check;
    }
    fail_msg("there is no check %s", id);
    return NULL;
}

char *rig_newman(void)
{
    const char *build = g_getenv("TEST_BUILD");
    g_autofree char *folder = g_path_get_dirname(build != NULL ? build : "build/release");
    g_autofree char *own = g_build_filename(folder, "node", "node_modules", ".bin", "newman", NULL);
    g_autofree char *note = g_build_filename(folder, "node", "why", NULL);
    g_autofree char *why = NULL;
    if (g_file_test(own, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&own);
    char *path = g_find_program_in_path("newman");
    if (path == NULL && !g_file_get_contents(note, &why, NULL, NULL))
        why = g_strdup("make test-deps has not fetched it");
    if (path == NULL)
        print_message("# SKIP: no newman: %s\n", g_strchomp(why));
    return path;
}

bool rig_may_trace(void)
{
    const char *argv[] = {"strace", "-o", "/dev/null", "true", NULL};
    g_auto(GStrv) env = g_get_environ();
    g_autoptr(Child) child = child_run(argv, env, NULL);
    bool may = child_code(child) == 0;
    if (!may)
        print_message("# strace may not trace here: %s\n", child->errors->str);
    return may;
}
