/* SPDX-License-Identifier: MIT */
#include "perch/vault/vault.h"

#include <string.h>

#include "perch/base/text.h"

struct writing {
    Http *http;
    struct vault_place place;
    Json *data;
    vault_done done;
    gpointer user;
    bool may_read;
    gint64 before; /* version before the write; -1 = unknown */
    struct vault_result result;
};

void vault_place_clear(struct vault_place *place)
{
    g_free(place->address);
    g_free(place->mount);
    g_free(place->path);
    g_free(place->space);
    secret_unref(place->token);
    *place = (struct vault_place){0};
}

/* ---- names ---- */

static bool is_path(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (char **part = parts; *part != NULL; part++)
        if (**part == '\0' || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0 ||
            g_str_has_suffix(*part, ".") || !g_utf8_validate(*part, -1, NULL))
            return false;
    return *parts != NULL;
}

bool vault_place_parse(struct vault_place *place, const char *mount, const char *path,
                       GError **error)
{
    const char *slash = strchr(path, '/');
    g_autofree char *first = slash == NULL ? NULL : g_strndup(path, (gsize)(slash - path));
    const char *wanted = mount != NULL ? mount : first;
    const char *rest = mount != NULL ? path : slash == NULL ? NULL : slash + 1;
    if (wanted == NULL || rest == NULL || !is_path(wanted) || !is_path(rest)) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    _("%s does not name a place for a secret. Write the mount and the path, such "
                      "as secret/perch/acme."),
                    path);
        return false;
    }
    place->mount = g_strdup(wanted);
    place->path = g_strdup(rest);
    return true;
}

/* path with each part escaped, the slashes kept. */
static char *escaped(const char *path)
{
    return g_uri_escape_string(path, "/", FALSE);
}

static char *data_url(const struct vault_place *place)
{
    g_autofree char *mount = escaped(place->mount);
    g_autofree char *path = escaped(place->path);
    const char *end = g_str_has_suffix(place->address, "/") ? "" : "/";
    return g_strdup_printf("%s%sv1/%s/data/%s", place->address, end, mount, path);
}

/* ---- results ---- */

static void finish(struct writing *writing)
{
    writing->done(&writing->result, writing->user);
    vault_place_clear(&writing->place);
    json_free(writing->data);
    g_free(writing->result.problem);
    g_free(writing);
}

static void fail(struct writing *writing, enum perch_exit code, char *problem)
{
    writing->result.exit = code;
    writing->result.problem = problem;
    finish(writing);
}

/* The server's message, in one clean line, or "". */
static char *said(const Json *answer)
{
    const char *first = json_string(json_first(json_get(answer, "errors")));
    const char *warning = json_string(json_first(json_get(answer, "warnings")));
    g_autofree char *clean = text_clean(first != NULL ? first : warning);
    return text_abbreviate(g_strstrip(clean), 200);
}

/* Answers that mean more than their status: status, part of the text (NULL = any), exit code, what
 * to do. The first match counts. */
static const struct refusal {
    long status;
    const char *part;
    enum perch_exit code;
    const char *text;
} refusals[] = {
    {400, "did not match", PERCH_EXIT_BUSY,
     N_("Something else wrote this secret at the same moment. Run the command again.")},
    {400, "parameter required", PERCH_EXIT_UNEXPECTED,
     N_("This store requires check-and-set, and the token may not read the version. Give it the "
        "right to read this path.")},
    {400, "missing client token", PERCH_EXIT_USAGE,
     N_("No token was sent. Set VAULT_TOKEN, or give --vault-token-file.")},
    {403, "missing client token", PERCH_EXIT_USAGE,
     N_("No token was sent. Set VAULT_TOKEN, or give --vault-token-file.")},
    {403, NULL, PERCH_EXIT_UNEXPECTED,
     N_("The token is no longer valid, or its policy does not allow this path: it needs create "
        "and update on MOUNT/data/PATH.")},
    {404, "Invalid path for a versioned", PERCH_EXIT_UNEXPECTED,
     N_("The mount is not a version 2 key-value store, or the path is wrong.")},
    {404, NULL, PERCH_EXIT_UNEXPECTED,
     N_("There is no version 2 key-value store at that mount. Check the first part of "
        "--vault-path, and the namespace.")},
    {405, NULL, PERCH_EXIT_UNEXPECTED,
     N_("The mount is not a version 2 key-value store: it does not accept this request.")},
    {412, NULL, PERCH_EXIT_BUSY, N_("The server is not up to date yet. Run the command again.")},
    {429, NULL, PERCH_EXIT_BUSY,
     N_("The server is a standby, or overloaded. Try again, or use another VAULT_ADDR.")},
    {472, NULL, PERCH_EXIT_BUSY, N_("The server is a standby. Set VAULT_ADDR to the active one.")},
    {473, NULL, PERCH_EXIT_BUSY, N_("The server is a standby. Set VAULT_ADDR to the active one.")},
    {503, NULL, PERCH_EXIT_BUSY, N_("The server is sealed or in maintenance. Unseal it first.")},
};

static const struct refusal *find_refusal(long status, const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (refusals[i].status == status &&
            (refusals[i].part == NULL || strstr(text, refusals[i].part) != NULL))
            return &refusals[i];
    return NULL;
}

static void fail_redirected(struct writing *writing, const struct http_response *response)
{
    g_autofree char *place = text_clean(http_response_header(response, "Location"));
    g_autoptr(GUri) uri = g_uri_parse(place, G_URI_FLAGS_NONE, NULL);
    fail(writing, PERCH_EXIT_NETWORK,
         uri == NULL ? g_strdup(_("The server redirects, but does not say where. Set VAULT_ADDR to "
                                  "the active server."))
                     : g_strdup_printf(_("The server redirects to another host (%s), and the token "
                                         "is not sent there. Set VAULT_ADDR to the active server."),
                                       g_uri_get_host(uri)));
}

static void fail_answer(struct writing *writing, const struct http_response *response)
{
    g_autoptr(Json) answer = http_response_json(response);
    g_autofree char *words = said(answer);
    const struct refusal *row = find_refusal(response->status, words);
    if (response->status >= 300 && response->status < 400) {
        fail_redirected(writing, response);
        return;
    }
    const char *text = row != NULL ? _(row->text) : _("The server refused.");
    fail(writing, row != NULL ? row->code : PERCH_EXIT_UNEXPECTED,
         *words == '\0'
             ? g_strdup_printf(_("%s (It answered %ld.)"), text, response->status)
             : g_strdup_printf(_("%s (It answered %ld: %s)"), text, response->status, words));
}

static void fail_wire(struct writing *writing, const struct http_response *response, bool sent)
{
    static const char *const ends[HTTP_END_COUNT] = {
        [HTTP_REFUSED_URL] = N_("The address must begin with https:// (http:// is for this "
                                "computer only). Check VAULT_ADDR."),
        [HTTP_DNS] = N_("The server's name was not found. Check VAULT_ADDR."),
        [HTTP_CONNECT] = N_("The server cannot be reached. Check VAULT_ADDR."),
        [HTTP_TLS] = N_("The server's certificate is not trusted. Name its authority as ca_file in "
                        "perch's network.json."),
        [HTTP_PROXY] = N_("The proxy cannot be reached, or refused."),
        [HTTP_CANCELLED] = N_("Cancelled."),
    };
    bool unsure = sent && (response->end == HTTP_TIMEOUT_ANSWER || response->end == HTTP_CUT ||
                           response->end == HTTP_UNKNOWN);
    const char *text = unsure ? _("The answer was lost; the values may have been written. Run the "
                                  "command again.")
                       : ends[response->end] != NULL ? _(ends[response->end])
                                                     : _("The server gave no answer that perch "
                                                         "understands.");
    fail(writing, PERCH_EXIT_NETWORK,
         *response->detail == '\0' ? g_strdup(text)
                                   : g_strdup_printf("%s (%s)", text, response->detail));
}

/* ---- requests ---- */

static void send(struct writing *writing, const char *method, const char *type, Secret *body,
                 http_done done)
{
    g_autofree char *url = data_url(&writing->place);
    HttpRequest *request = http_request_new(method, url);
    http_request_header(request, "X-Vault-Token", secret_peek(writing->place.token));
    http_request_header(request, "X-Vault-Request", "true");
    if (writing->place.space != NULL)
        http_request_header(request, "X-Vault-Namespace", writing->place.space);
    if (body != NULL)
        http_request_body(request, type, body);
    http_send(writing->http, request, NULL, done, writing);
}

static bool holds_all(const Json *stored, const Json *data)
{
    JSON_FOREACH(value, data)
    {
        if (g_strcmp0(json_get_string(stored, json_key(value)), json_string(value)) != 0)
            return false;
    }
    return true;
}

static void read_back(const struct http_response *response, gpointer user)
{
    struct writing *writing = user;
    if (response->end != HTTP_ANSWERED) {
        fail_wire(writing, response, false);
        return;
    }
    if (response->status != 200) {
        fail_answer(writing, response);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    if (!holds_all(json_get(json_get(answer, "data"), "data"), writing->data)) {
        fail(writing, PERCH_EXIT_UNEXPECTED,
             g_strdup(_("The store returned something different from what perch wrote.")));
        return;
    }
    writing->result.ok = writing->result.read_back = true;
    finish(writing);
}

static void written(const struct http_response *response, gpointer user)
{
    struct writing *writing = user;
    if (response->end != HTTP_ANSWERED) {
        fail_wire(writing, response, true);
        return;
    }
    if (response->status != 200 && response->status != 204) {
        fail_answer(writing, response);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    writing->result.version = json_get_int(json_get(answer, "data"), "version", 0);
    if (writing->may_read) {
        send(writing, "GET", NULL, NULL, read_back);
    } else {
        writing->result.ok = true;
        finish(writing);
    }
}

static void post(struct writing *writing)
{
    g_autoptr(Json) json = json_object();
    json_set(json, "data", json_copy(writing->data));
    if (writing->before >= 0) {
        Json *options = json_object();
        json_set_int(options, "cas", writing->before);
        json_set(json, "options", options);
    }
    g_autoptr(WipedText) text = json_print(json);
    g_autoptr(Secret) body = secret_new(text);
    /* A write replaces all keys; a merge preserves other keys. */
    if (writing->result.merged)
        send(writing, "PATCH", "application/merge-patch+json", body, written);
    else
        send(writing, "POST", "application/json", body, written);
}

static bool has_other_keys(const Json *stored, const Json *data)
{
    JSON_FOREACH(value, stored)
    {
        if (json_get(data, json_key(value)) == NULL)
            return true;
    }
    return false;
}

/* An unused path gives 404, as does a wrong mount, but with a message. A deleted secret gives 404
 * with its version. */
static bool is_absent(const struct http_response *response, const Json *answer)
{
    return response->status == 404 && json_first(json_get(answer, "errors")) == NULL &&
           json_first(json_get(answer, "warnings")) == NULL;
}

static void looked(const struct http_response *response, gpointer user)
{
    struct writing *writing = user;
    if (response->end != HTTP_ANSWERED) {
        fail_wire(writing, response, false);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    const Json *data = json_get(answer, "data");
    bool known = response->status == 200 || is_absent(response, answer);
    if (!known && response->status != 403) {
        fail_answer(writing, response);
        return;
    }
    writing->may_read = known;
    writing->before = known ? json_get_int(json_get(data, "metadata"), "version", 0) : -1;
    writing->result.merged =
        response->status == 200 && has_other_keys(json_get(data, "data"), writing->data);
    post(writing);
}

void vault_write(Http *http, const struct vault_place *place, const Json *data, vault_done done,
                 gpointer user)
{
    struct writing *writing = g_new0(struct writing, 1);
    writing->http = http;
    writing->place = (struct vault_place){.address = g_strdup(place->address),
                                          .mount = g_strdup(place->mount),
                                          .path = g_strdup(place->path),
                                          .space = g_strdup(place->space),
                                          .token = secret_ref(place->token)};
    writing->data = json_copy(data);
    writing->done = done;
    writing->user = user;
    send(writing, "GET", NULL, NULL, looked);
}
