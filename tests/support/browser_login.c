/* SPDX-License-Identifier: MIT */

#include "support/browser_login.h"

#include <curl/curl.h>
#include <string.h>

#include "support/html_form.h"

enum { PAGES_MAX = 20 };

struct visitor {
    CURL *curl;
    const struct browser_options *options;
    struct browser_visit *visit;
    GString *body;
};

static size_t on_bytes(char *bytes, size_t size, size_t count, void *user)
{
    g_string_append_len(user, bytes, (gssize)(size * count));
    return size * count;
}

static void note_page(struct visitor *visitor, const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);
    g_string_append_printf(visitor->visit->pages, "%ld %s\n", visitor->visit->status,
                           uri != NULL ? g_uri_get_path(uri) : "?");
}

/* Loads a page, body NULL for GET; where it redirects to, NULL if nowhere. */
static char *load(struct visitor *visitor, const char *url, const char *body)
{
    g_string_truncate(visitor->body, 0);
    curl_easy_setopt(visitor->curl, CURLOPT_URL, url);
    if (body != NULL) {
        curl_easy_setopt(visitor->curl, CURLOPT_POST, 1L);
        curl_easy_setopt(visitor->curl, CURLOPT_COPYPOSTFIELDS, body);
    } else {
        curl_easy_setopt(visitor->curl, CURLOPT_HTTPGET, 1L);
    }
    CURLcode code = curl_easy_perform(visitor->curl);
    struct browser_visit *visit = visitor->visit;
    visit->status = 0;
    char *location = NULL;
    if (code == CURLE_OK) {
        curl_easy_getinfo(visitor->curl, CURLINFO_RESPONSE_CODE, &visit->status);
        curl_easy_getinfo(visitor->curl, CURLINFO_REDIRECT_URL, &location);
    } else {
        g_string_assign(visitor->body, curl_easy_strerror(code));
    }
    g_free(visit->url);
    visit->url = g_strdup(url);
    note_page(visitor, url);
    return g_strdup(location);
}

static bool is_callback(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);
    const char *query = uri == NULL ? NULL : g_uri_get_query(uri);
    return query != NULL && strstr(url, "startURL=") == NULL &&
           (g_str_has_prefix(query, "code=") || strstr(query, "&code=") != NULL ||
            g_str_has_prefix(query, "error=") || strstr(query, "&error=") != NULL);
}

/* Fills and sends the form that the page holds; where that leads, NULL if there is no more to do.
 */
static char *answer_form(struct visitor *visitor)
{
    const struct browser_options *options = visitor->options;
    g_autoptr(HtmlForm) form = html_form_parse(visitor->body->str);
    if (form == NULL || form->action == NULL) {
        return NULL;
    }
    struct form_field *password = html_form_by_type(form, "password");
    struct form_field *button;
    if (password != NULL) {
        struct form_field *user = html_form_by_type(form, "email");
        user = user != NULL ? user : html_form_by_type(form, "text");
        if (options->action == BROWSER_STOP_AT_LOGIN || user == NULL || password->value != NULL) {
            return NULL;
        }
        g_free(user->value);
        user->value = g_strdup(options->username);
        password->value = g_strdup(options->password);
        button = html_form_button(form, NULL);
    } else {
        button = html_form_button(form, options->action == BROWSER_DENY ? "Deny" : "Allow");
        if (button == NULL) {
            return NULL;
        }
    }
    g_autofree char *target =
        g_uri_resolve_relative(visitor->visit->url, form->action, G_URI_FLAGS_ENCODED, NULL);
    g_autofree char *body = html_form_encode(form, button);
    return load(visitor, target, body);
}

static void walk(struct visitor *visitor, const char *url)
{
    g_autofree char *next = g_strdup(url);
    bool asked_password = false;
    for (int i = 0; i < PAGES_MAX && next != NULL; i++) {
        if (is_callback(next) && visitor->options->action == BROWSER_STOP_AT_CODE) {
            g_free(visitor->visit->url);
            visitor->visit->url = g_steal_pointer(&next);
            break;
        }
        bool callback = is_callback(next);
        g_autofree char *where = g_steal_pointer(&next);
        next = load(visitor, where, NULL);
        if (next == NULL && callback) {
            break; /* the tab has arrived */
        }
        while (next == NULL && visitor->visit->status == 200) {
            /* A login form that comes back refuses the password: a person stops there. */
            bool login = strstr(visitor->body->str, "type=\"password\"") != NULL;
            if (login && asked_password) {
                return;
            }
            asked_password = asked_password || login;
            g_autofree char *before = g_strdup(visitor->body->str);
            next = answer_form(visitor);
            if (next == NULL && strcmp(before, visitor->body->str) == 0) {
                return;
            }
        }
    }
}

/* What a browser does on its own as soon as a page has come. */
static void ask_favicon(struct visitor *visitor)
{
    g_autofree char *url =
        g_uri_resolve_relative(visitor->visit->url, "/favicon.ico", G_URI_FLAGS_ENCODED, NULL);
    if (url != NULL && visitor->visit->status != 0) {
        GString *ignored = g_string_new(NULL);
        curl_easy_setopt(visitor->curl, CURLOPT_WRITEDATA, ignored);
        curl_easy_setopt(visitor->curl, CURLOPT_URL, url);
        curl_easy_setopt(visitor->curl, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(visitor->curl, CURLOPT_TIMEOUT_MS, 2000L);
        curl_easy_perform(visitor->curl); /* perch may be gone already */
        g_string_free(ignored, TRUE);
    }
}

static struct curl_slist *connect_list(const struct browser_options *options)
{
    struct curl_slist *list = NULL;
    for (gsize i = 0; options->connect_to != NULL && options->connect_to[i] != NULL; i++) {
        list = curl_slist_append(list, options->connect_to[i]);
    }
    return list;
}

struct browser_visit *browser_login(const char *url, const struct browser_options *options)
{
    struct visitor visitor = {
        .curl = curl_easy_init(),
        .options = options,
        .visit = g_new0(struct browser_visit, 1),
        .body = g_string_new(NULL),
    };
    struct curl_slist *connect_to = connect_list(options);
    visitor.visit->pages = g_string_new(NULL);
    curl_easy_setopt(visitor.curl, CURLOPT_PROXY, "");
    curl_easy_setopt(visitor.curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(visitor.curl, CURLOPT_COOKIEFILE, "");
    curl_easy_setopt(visitor.curl, CURLOPT_CONNECT_TO, connect_to);
    curl_easy_setopt(visitor.curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(visitor.curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(visitor.curl, CURLOPT_WRITEDATA, visitor.body);
    curl_easy_setopt(visitor.curl, CURLOPT_USERAGENT, "Mozilla/5.0 (a stand-in for a browser)");
    if (options->ca_file != NULL) {
        curl_easy_setopt(visitor.curl, CURLOPT_CAINFO, options->ca_file);
    }
    walk(&visitor, url);
    ask_favicon(&visitor);
    visitor.visit->body = g_string_free(visitor.body, FALSE);
    curl_easy_cleanup(visitor.curl);
    curl_slist_free_all(connect_to);
    return visitor.visit;
}

void browser_visit_free(struct browser_visit *visit)
{
    if (visit != NULL) {
        g_free(visit->url);
        g_free(visit->body);
        g_string_free(visit->pages, TRUE);
        g_free(visit);
    }
}
