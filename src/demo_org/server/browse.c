/* SPDX-License-Identifier: MIT */
#include "demo_org/server/browse.h"

#include <gio/gio.h>
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/secret.h"

enum { HOPS_MAX = 12, PAGE_MAX = 1024 * 1024 };

struct browser {
    char *url;     /* current address */
    char *cookies; /* "sid=...; other=..." of the org */
    char *head, *body;
    int status;
};

static bool fail(GError **error, const char *sentence)
{
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_NETWORK, sentence);
    return false;
}

static char *read_all(GInputStream *stream, GError **error)
{
    GString *all = g_string_new(NULL);
    char chunk[4096];
    gssize got;
    while ((got = g_input_stream_read(stream, chunk, sizeof chunk, NULL, error)) > 0 &&
           all->len < PAGE_MAX)
        g_string_append_len(all, chunk, got);
    return g_string_free(all, got < 0);
}

/* The value of a header of the response; ignores case. Owned by the caller. */
static char *header(const struct browser *browser, const char *name, guint number)
{
    g_auto(GStrv) lines = g_strsplit(browser->head, "\r\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        gsize length = strlen(name);
        if (g_ascii_strncasecmp(lines[i], name, length) == 0 && lines[i][length] == ':' &&
            number-- == 0)
            return g_strstrip(g_strdup(lines[i] + length + 1));
    }
    return NULL;
}

static void keep_cookies(struct browser *browser)
{
    for (guint i = 0;; i++) {
        g_autofree char *cookie = header(browser, "Set-Cookie", i);
        if (cookie == NULL)
            return;
        g_autofree char *pair = g_strndup(cookie, strcspn(cookie, ";"));
        char *all = browser->cookies == NULL ? g_strdup(pair)
                                             : g_strdup_printf("%s; %s", browser->cookies, pair);
        g_free(browser->cookies);
        browser->cookies = all;
    }
}

static char *request_text(const struct browser *browser, GUri *uri, const char *form)
{
    const char *query = g_uri_get_query(uri), *path = g_uri_get_path(uri);
    const bool ipv6 = strchr(g_uri_get_host(uri), ':') != NULL;
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%s %s%s%s HTTP/1.1\r\nHost: %s%s%s:%d\r\nConnection: close\r\n",
                    form != NULL ? "POST" : "GET", *path == '\0' ? "/" : path,
                    query == NULL ? "" : "?", query == NULL ? "" : query, ipv6 ? "[" : "",
                    g_uri_get_host(uri), ipv6 ? "]" : "", g_uri_get_port(uri));
    if (browser->cookies != NULL)
        g_string_append_printf(text, "Cookie: %s\r\n", browser->cookies);
    if (form != NULL)
        g_string_append_printf(text,
                               "Content-Type: application/x-www-form-urlencoded\r\n"
                               "Content-Length: %zu\r\n",
                               strlen(form));
    g_string_append_printf(text, "\r\n%s", form == NULL ? "" : form);
    return g_string_free(text, FALSE);
}

static bool load(struct browser *browser, const char *form, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(browser->url, G_URI_FLAGS_ENCODED, error);
    if (uri == NULL)
        return false;
    const char *host = g_uri_get_host(uri);
    if (g_strcmp0(host, "localhost") != 0 && g_strcmp0(host, "127.0.0.1") != 0 &&
        g_strcmp0(host, "::1") != 0)
        return fail(error, "The scripted browser opens addresses on this computer only.");
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_timeout(client, 60);
    g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
        client, host, (guint16)MAX(g_uri_get_port(uri), 1), NULL, error);
    if (connection == NULL)
        return false;
    g_autoptr(WipedText) text = request_text(browser, uri, form);
    if (!g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), text,
                                   strlen(text), NULL, NULL, error))
        return false;
    g_autofree char *page = read_all(g_io_stream_get_input_stream(G_IO_STREAM(connection)), error);
    if (page == NULL)
        return false;
    char *end = strstr(page, "\r\n\r\n");
    if (end == NULL || strncmp(page, "HTTP/1.", 7) != 0 || strlen(page) < 12)
        return fail(error, "The scripted browser got no page.");
    g_free(browser->head);
    g_free(browser->body);
    browser->head = g_strndup(page, (gsize)(end - page));
    browser->body = g_strdup(end + 4);
    browser->status = (int)g_ascii_strtoll(page + 9, NULL, 10);
    keep_cookies(browser);
    return true;
}

/* The value of a hidden input of the page, entities resolved; owned by the caller. */
static char *hidden(const struct browser *browser, const char *name)
{
    g_autofree char *start = g_strdup_printf("name=\"%s\" value=\"", name);
    const char *value = strstr(browser->body, start);
    if (value == NULL)
        return g_strdup("");
    value += strlen(start);
    GString *text = g_string_new_len(value, (gssize)strcspn(value, "\""));
    g_string_replace(text, "&#39;", "'", 0);
    g_string_replace(text, "&apos;", "'", 0);
    g_string_replace(text, "&quot;", "\"", 0);
    g_string_replace(text, "&lt;", "<", 0);
    g_string_replace(text, "&gt;", ">", 0);
    g_string_replace(text, "&amp;", "&", 0);
    return g_string_free(text, FALSE);
}

static void go(struct browser *browser, const char *address)
{
    char *next = g_uri_resolve_relative(browser->url, address, G_URI_FLAGS_ENCODED, NULL);
    g_free(browser->url);
    browser->url = next;
}

static bool log_in(struct browser *browser, const char *user_name, const char *password,
                   GError **error)
{
    g_autoptr(SecretBuf) form = secret_buf_new();
    g_autofree char *start = hidden(browser, "startURL");
    secret_buf_add_form(form, "startURL", start);
    secret_buf_add_form(form, "username", user_name);
    secret_buf_add_form(form, "password", password);
    secret_buf_add_form(form, "Login", "Log In");
    go(browser, "/");
    return load(browser, form->text, error);
}

static bool allow(struct browser *browser, GError **error)
{
    g_autoptr(SecretBuf) form = secret_buf_new();
    g_autofree char *source = hidden(browser, "source");
    g_autofree char *confirmation = hidden(browser, "confirmation");
    secret_buf_add_form(form, "source", source);
    secret_buf_add_form(form, "confirmation", confirmation);
    secret_buf_add_form(form, "decision", "approve");
    go(browser, "/setup/secur/RemoteAccessAuthorizationPage.apexp");
    return load(browser, form->text, error);
}

static bool walk(struct browser *browser, const char *user_name, const char *password,
                 GError **error)
{
    bool logged_in = false, allowed = false;
    if (!load(browser, NULL, error))
        return false;
    for (int hop = 0; hop < HOPS_MAX; hop++) {
        g_autofree char *location = header(browser, "Location", 0);
        bool fine;
        if (browser->status / 100 == 3 && location != NULL) {
            go(browser, location);
            fine = load(browser, NULL, error);
        } else if (!logged_in && strstr(browser->body, "id=\"login_form\"") != NULL) {
            logged_in = true;
            fine = log_in(browser, user_name, password, error);
        } else if (!allowed && strstr(browser->body, "id=\"oaapprove\"") != NULL) {
            allowed = true;
            fine = allow(browser, error);
        } else if (browser->status == 200 && strstr(browser->url, "/OauthRedirect") != NULL) {
            return true;
        } else {
            return fail(error, "The scripted browser ended on a page that is not the callback.");
        }
        if (!fine)
            return false;
    }
    return fail(error, "The scripted browser was sent round in circles.");
}

bool browse(const char *url, const char *user_name, const char *password, const char *ended,
            GError **error)
{
    struct browser browser = {.url = g_strdup(url)};
    bool fine = walk(&browser, user_name, password, error);
    if (!fine && ended != NULL)
        g_file_set_contents(ended, browser.url, -1, NULL);
    g_free(browser.url);
    g_free(browser.cookies);
    g_free(browser.head);
    g_free(browser.body);
    return fine;
}
