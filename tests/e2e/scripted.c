/* SPDX-License-Identifier: MIT */
#include "e2e/scripted.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perch/base/json.h"
#include "support/test.h"

struct Scripted {
    pid_t pid;
    int requests; /* what came, each with its NUL */
    char *url;
};

static char *read_request(int client)
{
    GString *text = g_string_new(NULL);
    char part[4096];
    for (;;) {
        const char *end = strstr(text->str, "\r\n\r\n");
        const char *length = strstr(text->str, "Content-Length: ");
        gint64 wanted = length == NULL ? 0 : g_ascii_strtoll(length + 16, NULL, 10);
        if (end != NULL && text->len >= (gsize)(end + 4 - text->str) + (gsize)wanted)
            return g_string_free(text, FALSE);
        ssize_t got = read(client, part, sizeof part);
        if (got <= 0)
            return g_string_free(text, FALSE);
        g_string_append_len(text, part, got);
    }
}

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
        g_autofree char *request = read_request(client);
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
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int ends[2];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    Scripted *server = g_new0(Scripted, 1);
    server->url = g_strdup_printf("http://127.0.0.1:%u", ntohs(address.sin_port));
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
