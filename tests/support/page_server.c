/* SPDX-License-Identifier: MIT */

#include "support/page_server.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/listener.h"
#include "support/test.h"

struct PageServer {
    pid_t pid;
    char *url;
};

enum { CLIENTS_MAX = 32 };

static void answer(int client, const char *request, const struct page *pages)
{
    g_auto(GStrv) words = g_strsplit_set(request, " ?", 3);
    const char *path = words[0] != NULL && words[1] != NULL ? words[1] : "";
    const struct page *page = pages;
    while (page->path != NULL && strcmp(page->path, path) != 0) {
        page++;
    }
    if (page->path == NULL) {
        dprintf(client, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    } else if (g_str_has_prefix(page->html, "Location: ")) {
        dprintf(client,
                "HTTP/1.1 302 Found\r\n%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                page->html);
    } else {
        dprintf(client,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                strlen(page->html), page->html);
    }
}

/* A browser opens connections that it uses later or never: all of them are watched at once. */
static void serve(int listener, const struct page *pages)
{
    struct pollfd fds[CLIENTS_MAX] = {{.fd = listener, .events = POLLIN}};
    nfds_t count = 1;
    while (poll(fds, count, -1) > 0) {
        for (nfds_t i = count; i-- > 1;) {
            if (fds[i].revents != 0) {
                char request[4096];
                ssize_t length = read(fds[i].fd, request, sizeof request - 1);
                request[MAX(length, 0)] = '\0';
                if (length > 0) {
                    answer(fds[i].fd, request, pages);
                }
                close(fds[i].fd);
                fds[i] = fds[--count];
            }
        }
        if (fds[0].revents != 0 && count < CLIENTS_MAX) {
            fds[count++] = (struct pollfd){.fd = accept(listener, NULL, NULL), .events = POLLIN};
        }
    }
}

PageServer *page_server_start(const struct page *pages)
{
    PageServer *server = g_new0(PageServer, 1);
    int listener = listener_open(&server->url);
    server->pid = fork();
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        serve(listener, pages);
        _exit(1);
    }
    close(listener);
    return server;
}

void page_server_stop(PageServer *server)
{
    if (server != NULL) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
        g_free(server->url);
        g_free(server);
    }
}

const char *page_server_url(const PageServer *server)
{
    return server->url;
}
