/* SPDX-License-Identifier: MIT */
#include "e2e/flow.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perch/base/channel.h"
#include "perch/base/json.h"
#include "support/fetch.h"
#include "support/listener.h"
#include "support/test.h"

struct Flow {
    pid_t pid;
    char *url;
};

/* What a flow knows while it runs. */
struct run {
    const Json *call; /* what the webhook was called with */
    char *token;
    enum flow_kind kind;
};

static const char *lookup(const char *name, gpointer user)
{
    const struct run *run = user;
    return strcmp(name, "access_token") == 0 ? run->token : json_get_string(run->call, name);
}

/* A text as it stands between the quotes of a JSON body. */
static char *escaped(const char *text)
{
    Json *json = json_string_new(text);
    g_autofree char *quoted = json_print(json);
    json_free(json);
    return g_strndup(quoted + 1, strlen(quoted) - 2);
}

static const char *lookup_escaped(const char *name, gpointer user)
{
    static char *last;
    const struct run *run = user;
    const char *text = lookup(name, user);
    g_free(last);
    last = text == NULL || run->kind == FLOW_RAW ? g_strdup(text) : escaped(text);
    return last;
}

/* A step as its form holds it: texts with variables, put together and sent. */
static char *play(const Json *step, struct run *run)
{
    g_autoptr(GPtrArray) headers = g_ptr_array_new_with_free_func(g_free);
    JSON_FOREACH(header, json_get(step, "headers"))
    {
        g_autofree char *value = text_fill(json_string(header), lookup, run);
        g_ptr_array_add(headers, g_strdup_printf("%s: %s", json_key(header), value));
    }
    g_ptr_array_add(headers, NULL);
    const Json *body = json_get(step, "body");
    g_autofree char *template =
        json_is_string(body) ? g_strdup(json_string(body)) : json_print(body);
    g_autofree char *filled = text_fill(template, lookup_escaped, run);
    if (run->kind == FLOW_WRONG && json_is_object(body)) {
        g_autoptr(Json) record = json_parse(filled, strlen(filled), NULL);
        json_set_string(record, "Company", "Another");
        g_free(filled);
        filled = json_print(record);
    }
    g_autoptr(Fetched) answer =
        fetch(json_get_string(step, "url"),
              &(struct fetch_options){.method = json_get_string(step, "method"),
                                      .body = filled,
                                      .headers = (const char *const *)headers->pdata});
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    return g_strdup(json_get_string(json, json_get_string(step, "variable")));
}

static const Json *channel_of(const Json *exported, const char *id)
{
    JSON_FOREACH(channel, json_get(exported, "channels"))
    {
        if (g_strcmp0(json_get_string(channel, "id"), id) == 0)
            return channel;
    }
    return NULL;
}

/* The trigger's key, and the HMAC of the body with it. */
static bool has_key(const char *request, const char *body)
{
    static const char key[] = "CANARY-key";
    g_autofree char *bearer = g_strdup_printf("\r\nAuthorization: Bearer %s\r\n", key);
    g_autofree char *digest =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)key, strlen(key), body, -1);
    g_autofree char *signature = g_strdup_printf("\r\nX-My-Signature: sha256=%s\r\n", digest);
    return strstr(request, bearer) != NULL && strstr(request, signature) != NULL;
}

static const char refused[] = "{\"id\":\"\",\"success\":false,\"errorCode\":\"STRING_TOO_LONG\","
                              "\"message\":\"Name: data value too large\"}";

static void serve(int listener, const char *exported, const char *channel, enum flow_kind kind)
{
    g_autoptr(Json) json = json_parse(exported, strlen(exported), NULL);
    for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client)) {
        g_autofree char *request = listener_read_request(client);
        const char *body = strstr(request, "\r\n\r\n");
        g_autoptr(Json) call = body == NULL ? NULL : json_parse(body + 4, strlen(body + 4), NULL);
        bool mine = g_str_has_prefix(request, "POST /CANARY-hook ") && kind != FLOW_STOPPED;
        if (kind == FLOW_MUTE)
            shutdown(client, SHUT_RDWR);
        bool locked = kind == FLOW_KEYED && call != NULL && !has_key(request, body + 4);
        const char *told = kind == FLOW_TELLS ? refused : "";
        dprintf(client, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                locked                  ? "401 Unauthorized"
                : !mine || call == NULL ? "404 Not Found"
                : kind == FLOW_KEYED    ? "204 No Content"
                                        : "200 OK",
                strlen(told), told);
        if (!mine || call == NULL || locked || kind == FLOW_TELLS)
            continue;
        struct run run = {.call = call, .kind = kind};
        run.token = play(json_first(json_get(json, "steps")), &run);
        g_autofree char *id = play(json_get(channel_of(json, channel), "step"), &run);
        g_free(run.token);
    }
}

Flow *flow_start(const char *exported, const char *channel, enum flow_kind kind)
{
    g_autofree char *url = NULL;
    int listener = listener_open(&url);
    Flow *flow = g_new0(Flow, 1);
    flow->url = g_strconcat(url, "/CANARY-hook", NULL);
    flow->pid = fork();
    if (flow->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        serve(listener, exported, channel, kind);
        _exit(1);
    }
    close(listener);
    return flow;
}

void flow_stop(Flow *flow)
{
    if (flow == NULL)
        return;
    kill(flow->pid, SIGKILL);
    waitpid(flow->pid, NULL, 0);
    g_free(flow->url);
    g_free(flow);
}

const char *flow_webhook(const Flow *flow)
{
    return flow->url;
}
