/* SPDX-License-Identifier: MIT */
#include "e2e/scripted.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perch/base/json.h"
#include "support/listener.h"
#include "support/test.h"

struct Scripted {
    pid_t pid;
    int requests; /* what came, each with its NUL */
    char *url;
};

static void answer(int client, const struct scripted_answer *what, const char *data)
{
    g_auto(GStrv) around = g_strsplit(what->body == NULL ? "" : what->body, "{data}", -1);
    g_autofree char *body = g_strjoinv(data, around);
    dprintf(client,
            "HTTP/1.1 %d Scripted\r\n%sContent-Type: application/json\r\n"
            "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
            what->status, what->headers == NULL ? "" : what->headers, strlen(body), body);
}

static void serve(int listener, int requests, const struct scripted_answer *answers)
{
    g_autofree char *data = g_strdup("{}");
    while (answers->status != 0) {
        int client = accept(listener, NULL, NULL);
        g_autofree char *request = listener_read_request(client);
        const char *body = strstr(request, "\r\n\r\n");
        g_autoptr(Json) json = body == NULL ? NULL : json_parse(body + 4, strlen(body + 4), NULL);
        if (json_get(json, "data") != NULL) {
            g_free(data);
            data = json_print(json_get(json, "data"));
        }
        ssize_t put = write(requests, request, strlen(request) + 1);
        answer(client, answers++, data);
        close(client);
        if (put < 0)
            return;
    }
    pause();
}

Scripted *scripted_start(const struct scripted_answer *answers)
{
    int ends[2];
    char *url;
    int listener = listener_open(&url);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    Scripted *server = g_new0(Scripted, 1);
    server->url = url;
    server->requests = ends[0];
    server->pid = fork();
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        serve(listener, ends[1], answers);
        _exit(1);
    }
    close(listener);
    close(ends[1]);
    return server;
}

static void end(Scripted *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    }
    server->pid = 0;
}

GPtrArray *scripted_end(Scripted *server)
{
    GPtrArray *requests = g_ptr_array_new_with_free_func(g_free);
    GString *one = g_string_new(NULL);
    char byte;
    end(server);
    while (read(server->requests, &byte, 1) == 1) {
        if (byte != '\0') {
            g_string_append_c(one, byte);
            continue;
        }
        g_ptr_array_add(requests, g_strdup(one->str));
        g_string_truncate(one, 0);
    }
    g_string_free(one, TRUE);
    return requests;
}

void scripted_stop(Scripted *server)
{
    if (server == NULL)
        return;
    end(server);
    close(server->requests);
    g_free(server->url);
    g_free(server);
}

const char *scripted_url(const Scripted *server)
{
    return server->url;
}
