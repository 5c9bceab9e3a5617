/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "demo_org/control.h"
#include "demo_org/org/defaults.h"
#include "demo_org/server/faults.h"
#include "fuzz/fuzz.h"
#include "perch/base/json.h"

/*
 * Requests to one org, one after another: whatever is asked, each is answered, and the org can
 * still tell its state. libmicrohttpd, which takes the bytes apart, is not in it. The names here
 * are in the dictionary, so that a request can be somebody's.
 */
static const char somebody[] =
    "{\"sessions\":{\"access\":{\"user\":\"admin@bird-demo.example\",\"app\":\"Bird_Integration\","
    "\"grant\":\"grant\",\"scopes\":[\"api\",\"web\"],\"expires_ms\":9999999999999}},"
    "\"grants\":{\"grant\":{\"user\":\"admin@bird-demo.example\",\"app\":\"Bird_Integration\","
    "\"token\":\"refresh\",\"scopes\":[\"api\",\"web\",\"refresh_token\"]}},"
    "\"browsers\":{\"browser\":{\"user\":\"admin@bird-demo.example\",\"confirmation\":\"form\","
    "\"created_ms\":9999999999999}}}";

static struct state *new_org(void)
{
    struct state *state = state_new();
    const char *const patches[] = {demo_defaults, somebody};
    for (gsize i = 0; i < G_N_ELEMENTS(patches); i++) {
        g_autoptr(Json) patch = json_parse(patches[i], strlen(patches[i]), NULL);
        must(patch != NULL && state_patch(state, patch, NULL));
    }
    state->public_url = g_strdup("http://localhost:8080");
    state->instance_url = g_strdup("http://localhost:8080");
    return state;
}

static void add_header(struct request *request, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, ": ", 2);
    bool control = g_strcmp0(parts[0], "X-Demo-Control") == 0;
    if (parts[0] != NULL && parts[1] != NULL)
        request_add_header(request, parts[0], control ? control_token() : parts[1]);
}

/* "METHOD target", headers, an empty line, the body. */
static void ask(struct state *state, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "\n\n", 2);
    if (parts[0] == NULL)
        return;
    g_auto(GStrv) lines = g_strsplit(parts[0], "\n", 40);
    g_auto(GStrv) words = g_strsplit(lines[0] == NULL ? "" : lines[0], " ", 3);
    if (words[0] == NULL || words[1] == NULL)
        return;
    struct request *request = request_new(words[1]);
    struct response *response = response_new();
    request->method = g_strdup(words[0]);
    request->version = g_strdup("HTTP/1.1");
    request->remote = g_strdup("127.0.0.1");
    for (int i = 1; lines[i] != NULL; i++)
        add_header(request, lines[i]);
    g_string_append(request->body, parts[1] == NULL ? "" : parts[1]);
    request_complete(request);
    faults_route(state, request, response);
    must(response->status >= 100 && response->status < 600);
    response_free(response);
    request_free(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) requests = g_strsplit(text, "\n%%\n", 8);
    struct state *state = new_org();
    for (int i = 0; requests[i] != NULL; i++)
        ask(state, requests[i]);
    g_autoptr(Json) told = state_to_json(state);
    must(told != NULL);
    state_free(state);
    return 0;
}
