/* SPDX-License-Identifier: MIT */

/*
 * A program for $BROWSER that logs in instead of a person: fake_browser URL. It reads
 * $HOME/.fake-browser.json: {"username", "password", "action": "allow" | "deny" | "stop-at-login" |
 * "nothing" | "note", "ca_file", "connect_to": ["HOST:PORT:ADDRESS:PORT", ...]}, and leaves the
 * pages that it saw (no queries) in $HOME/.fake-browser.log when it has finished. "note" only
 * leaves the address itself in $HOME/.fake-browser.url.
 */

#include <stdio.h>
#include <string.h>

#include "perch/base/json.h"
#include "support/browser_login.h"

static const struct {
    const char *name;
    enum browser_action action;
} actions[] = {
    {"allow", BROWSER_ALLOW},
    {"deny", BROWSER_DENY},
    {"stop-at-login", BROWSER_STOP_AT_LOGIN},
};

static bool find_action(const char *name, enum browser_action *ret_action)
{
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (g_strcmp0(name, actions[i].name) == 0) {
            *ret_action = actions[i].action;
            return true;
        }
    }
    return false;
}

static char *in_home(const char *name)
{
    return g_build_filename(g_get_home_dir(), name, NULL);
}

static bool visit(const Json *config, const char *url)
{
    g_autoptr(GPtrArray) connect_to = g_ptr_array_new();
    JSON_FOREACH(entry, json_get(config, "connect_to"))
    {
        g_ptr_array_add(connect_to, (gpointer)(gintptr)json_string(entry));
    }
    g_ptr_array_add(connect_to, NULL);
    struct browser_options options = {
        .username = json_get_string(config, "username"),
        .password = json_get_string(config, "password"),
        .ca_file = json_get_string(config, "ca_file"),
        .connect_to = (const char *const *)connect_to->pdata,
    };
    const char *action = json_get_string(config, "action");
    if (strcmp(action, "note") == 0) {
        g_autofree char *note = in_home(".fake-browser.url");
        return g_file_set_contents(note, url, -1, NULL);
    }
    if (!find_action(action, &options.action)) {
        return strcmp(action, "nothing") == 0;
    }
    g_autoptr(BrowserVisit) done = browser_login(url, &options);
    g_autofree char *log = in_home(".fake-browser.log");
    return g_file_set_contents(log, done->pages->str, -1, NULL) && done->status != 0;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = in_home(".fake-browser.json");
    g_autofree char *text = NULL;
    gsize length = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: fake_browser URL\n");
        return 2;
    }
    if (!g_file_get_contents(path, &text, &length, &error)) {
        fprintf(stderr, "fake_browser: %s\n", error->message);
        return 2;
    }
    g_autoptr(Json) config = json_parse(text, length, &error);
    if (config == NULL) {
        fprintf(stderr, "fake_browser: %s: %s\n", path, error->message);
        return 2;
    }
    return visit(config, argv[1]) ? 0 : 1;
}
