/* SPDX-License-Identifier: MIT */
#include "support/listener.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/test.h"

int listener_open(char **ret_url)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *ret_url = g_strdup_printf("http://127.0.0.1:%u", ntohs(address.sin_port));
    return listener;
}

char *listener_read_request(int client)
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
