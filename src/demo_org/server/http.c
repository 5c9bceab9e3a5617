/* SPDX-License-Identifier: MIT */
#include "demo_org/server/http.h"

#include <string.h>

static void pair_clear(gpointer data)
{
    struct pair *pair = data;
    g_free(pair->name);
    g_free(pair->value);
}

GArray *pairs_new(void)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct pair));
    g_array_set_clear_func(pairs, pair_clear);
    return pairs;
}

void pairs_add(GArray *pairs, const char *name, const char *value)
{
    struct pair pair = {g_strdup(name), g_strdup(value)};
    g_array_append_val(pairs, pair);
}

const char *pairs_get(const GArray *pairs, const char *name)
{
    for (guint i = 0; i < pairs->len; i++) {
        const struct pair *pair = &g_array_index(pairs, struct pair, i);
        if (strcmp(pair->name, name) == 0)
            return pair->value;
    }
    return NULL;
}

struct request *request_new(const char *target)
{
    struct request *request = g_new0(struct request, 1);
    request->target = g_strdup(target);
    request->headers = pairs_new();
    request->params = pairs_new();
    request->form = pairs_new();
    request->body = g_string_new(NULL);
    return request;
}

void request_free(struct request *request)
{
    if (request == NULL)
        return;
    g_free(request->method);
    g_free(request->target);
    g_free(request->version);
    g_free(request->path);
    g_free(request->query);
    g_free(request->remote);
    g_array_unref(request->headers);
    g_array_unref(request->params);
    g_array_unref(request->form);
    g_string_free(request->body, TRUE);
    for (int i = 0; i < REQUEST_ARGS; i++)
        g_free(request->args[i]);
    g_free(request);
}

void request_add_header(struct request *request, const char *name, const char *value)
{
    pairs_add(request->headers, name, value);
}

static void parse_form(GArray *pairs, const char *text, gsize length)
{
    GUriParamsIter iter;
    char *name, *value;
    g_uri_params_iter_init(&iter, text, (gssize)length, "&",
                           G_URI_PARAMS_WWW_FORM | G_URI_PARAMS_PARSE_RELAXED);
    while (g_uri_params_iter_next(&iter, &name, &value, NULL)) {
        struct pair pair = {name, value};
        g_array_append_val(pairs, pair);
    }
}

void request_complete(struct request *request)
{
    const char *mark = strchr(request->target, '?');
    gsize path_length = mark != NULL ? (gsize)(mark - request->target) : strlen(request->target);
    g_autofree char *path = g_strndup(request->target, path_length);
    request->path = g_uri_unescape_string(path, NULL);
    if (request->path == NULL)
        request->path = g_strdup(path);
    if (mark != NULL) {
        request->query = g_strdup(mark + 1);
        parse_form(request->params, mark + 1, strlen(mark + 1));
    }
    const char *type = request_header(request, "Content-Type");
    static const char form[] = "application/x-www-form-urlencoded";
    if (type != NULL && g_ascii_strncasecmp(type, form, strlen(form)) == 0)
        parse_form(request->form, request->body->str, request->body->len);
}

const char *request_header(const struct request *request, const char *name)
{
    for (guint i = 0; i < request->headers->len; i++) {
        const struct pair *pair = &g_array_index(request->headers, struct pair, i);
        if (g_ascii_strcasecmp(pair->name, name) == 0)
            return pair->value;
    }
    return NULL;
}

const char *request_param(const struct request *request, const char *name)
{
    return pairs_get(request->params, name);
}

const char *request_field(const struct request *request, const char *name)
{
    const char *value = pairs_get(request->form, name);
    return value != NULL ? value : request_param(request, name);
}

char *request_cookie(const struct request *request, const char *name)
{
    const char *header = request_header(request, "Cookie");
    if (header == NULL)
        return NULL;
    g_auto(GStrv) cookies = g_strsplit(header, ";", -1);
    gsize length = strlen(name);
    for (char **cookie = cookies; *cookie != NULL; cookie++) {
        const char *text = g_strstrip(*cookie);
        if (strncmp(text, name, length) == 0 && text[length] == '=')
            return g_strdup(text + length + 1);
    }
    return NULL;
}

struct response *response_new(void)
{
    struct response *response = g_new0(struct response, 1);
    response->status = 200;
    response->headers = pairs_new();
    response->body = g_string_new(NULL);
    return response;
}

void response_free(struct response *response)
{
    if (response == NULL)
        return;
    g_array_unref(response->headers);
    g_string_free(response->body, TRUE);
    g_free(response);
}

void response_header(struct response *response, const char *name, const char *value)
{
    for (guint i = 0; i < response->headers->len; i++) {
        struct pair *pair = &g_array_index(response->headers, struct pair, i);
        if (g_ascii_strcasecmp(pair->name, name) == 0) {
            text_set(&pair->value, value);
            return;
        }
    }
    pairs_add(response->headers, name, value);
}

void response_header_take(struct response *response, const char *name, char *value)
{
    response_header(response, name, value);
    g_free(value);
}

void response_text(struct response *response, unsigned status, const char *type, const char *text)
{
    response->status = status;
    g_string_assign(response->body, text);
    if (type != NULL)
        response_header(response, "Content-Type", type);
}

void response_json(struct response *response, unsigned status, Json *json)
{
    g_autofree char *text = json_print(json);
    json_free(json);
    response_text(response, status, "application/json;charset=UTF-8", text);
}

void response_redirect(struct response *response, const char *location)
{
    response->status = 302;
    g_string_truncate(response->body, 0);
    response_header(response, "Location", location);
}

char *url_encode(const char *text)
{
    return g_uri_escape_string(text, NULL, FALSE);
}

void url_add_param(GString *url, const char *name, const char *value)
{
    g_autofree char *encoded = url_encode(value);
    g_string_append_printf(url, "%c%s=%s", strchr(url->str, '?') == NULL ? '?' : '&', name,
                           encoded);
}
