/* SPDX-License-Identifier: MIT */
#include "e2e/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "support/keyring.h"

Rig *tokens_rig(bool rotating)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    if (rotating) {
        demo_org_patch(rig->org, "{'apps': {'Bird_Integration': {'rotation': true}}}");
        g_autoptr(Child) child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
        assert_code(child, 0);
    }
    return rig;
}

static Store *open_store(Rig *rig)
{
    g_autofree char *folder = g_build_filename(rig->home->config, "perch", NULL);
    g_setenv("DBUS_SESSION_BUS_ADDRESS", rig->bus->address, TRUE);
    g_setenv("XDG_RUNTIME_DIR", rig->home->runtime, TRUE);
    /* GLib's one connection to the bus of the test before lives until its end has been told. */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    return store_open(STORE_SECRET_SERVICE, folder);
}

void tokens_load(Rig *rig, const char *name, struct secrets *ret_secrets)
{
    g_autoptr(Store) store = open_store(rig);
    if (call_load(store, name, false, ret_secrets) != CALL_OK)
        fail_msg("%s", call_message);
}

void tokens_save(Rig *rig, const char *name, const struct secrets *secrets)
{
    g_autoptr(Store) store = open_store(rig);
    if (call_save(store, name, secrets, false) != CALL_OK)
        fail_msg("%s", call_message);
}

void tokens_store_text(Rig *rig, const char *text, const char *extra)
{
    g_autofree char *folder = g_build_filename(rig->home->config, "perch", NULL);
    const char *argv[] = {
        "secret-tool", "store", "--label=another", "xdg:schema", "io.perch.Connection",
        "connection",  "acme",  "config",          folder,       extra,
        extra,         NULL};
    g_autoptr(Child) tool = child_run(argv, rig->home->env, text);
    assert_int_equal(child_code(tool), 0);
}

void tokens_expire(Rig *rig, const char *name)
{
    g_autoptr(Store) store = open_store(rig);
    struct secrets secrets;
    assert_int_equal(call_load(store, name, false, &secrets), CALL_OK);
    secrets.good_until = 1;
    assert_int_equal(call_save(store, name, &secrets, false), CALL_OK);
    secrets_clear(&secrets);
}

bool tokens_alive(Rig *rig, const Secret *refresh_token)
{
    g_autoptr(Json) state = demo_org_control(rig->org, "GET", "state", NULL);
    bool alive = false;
    JSON_FOREACH(grant, json_get(state, "grants"))
    {
        const char *token = json_get_string(grant, "token");
        alive |= token != NULL && secret_equal_text(refresh_token, token);
    }
    return alive;
}

bool tokens_stored_alive(Rig *rig, const char *name)
{
    struct secrets secrets;
    tokens_load(rig, name, &secrets);
    bool alive = tokens_alive(rig, secrets.refresh_token);
    secrets_clear(&secrets);
    return alive;
}

void tokens_assert_work(Rig *rig, const char *text)
{
    assert_true(g_regex_match_simple("\\A00D[A-Za-z0-9]{12}![A-Za-z0-9._]+\\n\\z", text, 0, 0));
    g_autofree char *url = g_strconcat(rig->org->url, "/services/oauth2/userinfo", NULL);
    g_autofree char *token = g_strstrip(g_strdup(text));
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", token, NULL);
    g_autoptr(Fetched) user =
        fetch(url, &(struct fetch_options){.headers = (const char *const[]){bearer, NULL}});
    assert_int_equal(user->status, 200);
}

void keyring_restart(Rig *rig)
{
    assert_true(child_stop(rig->bus->keyring, 10000));
    child_free(g_steal_pointer(&rig->bus->keyring));
    session_bus_add_keyring(rig->bus, rig->home);
}

static pid_t find_rescue(pid_t perch)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", perch, perch);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) children = g_strsplit(g_strstrip(text), " ", -1);
    for (gsize i = 0; children[i] != NULL; i++) {
        g_autofree char *name_path = g_strdup_printf("/proc/%s/cmdline", children[i]);
        g_autofree char *name = NULL;
        if (g_file_get_contents(name_path, &name, NULL, NULL) && strcmp(name, "perch-rescue") == 0)
            return (pid_t)strtol(children[i], NULL, 10);
    }
    return 0;
}

pid_t tokens_rescue_of(pid_t perch)
{
    const pid_t rescue = find_rescue(perch);
    assert_int_not_equal(rescue, 0);
    return rescue;
}

bool tokens_has_rescue(pid_t perch)
{
    return find_rescue(perch) != 0;
}

struct take {
    bool done;
    StoreLock *lock;
};

static void on_taken(GObject *source, GAsyncResult *result, gpointer user)
{
    struct take *take = user;
    (void)source;
    take->lock = store_lock_take_finish(result, NULL);
    take->done = true;
}

static StoreLock *take_lock(Rig *rig, const char *name)
{
    g_autofree char *folder = g_build_filename(rig->home->config, "perch", NULL);
    struct take take = {0};
    g_setenv("XDG_RUNTIME_DIR", rig->home->runtime, TRUE);
    store_lock_take(folder, name, NULL, on_taken, &take);
    run_until(&take.done, "the connection's lock");
    assert_non_null(take.lock);
    return take.lock;
}

void wait_for_lock(Rig *rig, const char *name)
{
    store_lock_free(take_lock(rig, name));
}

void tokens_assert_one_asks(Rig *rig, const char *name)
{
    enum { MANY = 10, WAIT_MS = 60000 };
    const char *const argv[] = {g_getenv("PERCH"), "token", name, "--fresh", NULL};
    const guint before = demo_org_requests(rig->org, "POST", TOKEN_PATH);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)child_free);
    StoreLock *lock = take_lock(rig, name);
    for (int i = 0; i < MANY; i++)
        g_ptr_array_add(all, child_start(argv, rig->home->env));
    for (int i = 0; i < MANY; i++)
        assert_true(child_wait_errors(all->pdata[i], "Waiting for another perch", WAIT_MS));
    store_lock_free(lock);
    for (int i = 0; i < MANY; i++) {
        const Child *child = all->pdata[i];
        assert_true(child_wait_end(all->pdata[i], WAIT_MS));
        assert_code(child, 0);
        assert_string_equal(child->output->str, ((const Child *)all->pdata[0])->output->str);
    }
    assert_int_equal(demo_org_requests(rig->org, "POST", TOKEN_PATH), before + 1);
}

char *tokens_last_request(Rig *rig)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    const char *body = NULL;
    JSON_FOREACH(entry, log)
    {
        if (g_str_has_prefix(json_get_string(entry, "target"), TOKEN_PATH))
            body = json_get_string(entry, "body");
    }
    assert_non_null(body);
    return g_strdup(body);
}

void tokens_assert_refused(const Child *child, const char *what, const char *cause, int code,
                           const char *page)
{
    g_autoptr(Json) result = child_json(child);
    const Json *diagnosis = json_get(json_check(result, "exchange"), "diagnosis");
    if (g_strcmp0(json_get_string(diagnosis, "cause"), cause) != 0)
        fail_msg("%s: %s", what, child->output->str);
    assert_code(child, code);
    if (page != NULL)
        assert_contains(json_get_string(diagnosis, "page"), page);
    g_autofree char *fix = json_print(json_get(diagnosis, "fix"));
    assert_true(json_size(json_get(diagnosis, "fix")) > 0);
    /* Nobody is there to press Allow. */
    if (strstr(fix, "self-authorize") != NULL)
        assert_contains(fix, "unless the login is by JWT bearer");
}
