/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "http_private.h"

enum { DEFAULT_TIMEOUT_MS = 30 * 1000, DEFAULT_CAP = 4 * 1024 * 1024 };

static void wipe_header(gpointer header)
{
    wipe_free(header);
}

HttpRequest *http_request_new(const char *method, const char *url)
{
    HttpRequest *request = g_new0(HttpRequest, 1);
    request->method = g_strdup(method);
    request->url = g_strdup(url);
    request->headers = g_ptr_array_new_with_free_func(wipe_header);
    request->timeout_ms = DEFAULT_TIMEOUT_MS;
    request->cap = DEFAULT_CAP;
    request->via = -1;
    return request;
}

void http_request_free(HttpRequest *request)
{
    if (request == NULL)
        return;
    g_free(request->method);
    g_free(request->url);
    g_ptr_array_unref(request->headers);
    secret_unref(request->bearer);
    secret_unref(request->body);
    if (request->via >= 0)
        close(request->via);
    g_free(request);
}

/* A line break would allow header injection. */
static bool is_one_line(const char *text)
{
    return strpbrk(text, "\r\n") == NULL;
}

void http_request_header(HttpRequest *request, const char *name, const char *value)
{
    if (!is_one_line(name) || !is_one_line(value)) {
        request->refused = true;
        return;
    }
    /* For libcurl, "Name:" means to omit the header, "Name;" an empty header. */
    char *line =
        *value == '\0' ? g_strconcat(name, ";", NULL) : g_strconcat(name, ": ", value, NULL);
    g_ptr_array_add(request->headers, line);
}

void http_request_bearer(HttpRequest *request, Secret *token)
{
    secret_set(&request->bearer, token);
    if (!is_one_line(secret_peek(token)) || strlen(secret_peek(token)) != secret_length(token))
        request->refused = true;
}

void http_request_body(HttpRequest *request, const char *content_type, Secret *body)
{
    secret_set(&request->body, body);
    if (content_type != NULL)
        http_request_header(request, "Content-Type", content_type);
}

void http_request_timeout(HttpRequest *request, guint total_ms)
{
    request->timeout_ms = total_ms;
}

void http_request_cap(HttpRequest *request, gsize bytes)
{
    request->cap = bytes;
}

void http_request_via(HttpRequest *request, int socket)
{
    request->via = fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

void http_request_patient(HttpRequest *request)
{
    request->patient = true;
}
