/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/*
 * The flow as one Node.js function, to be pasted: function.js with the connection's values in place
 * of its @names@. Secrets are not among them: the function reads those from its environment. Each
 * way to log in is a file that builds the token request's form, and a row here.
 */

/* Line by line. */
static const char *const function_js[] = {
#include "perch/js/function.h"
    NULL};
static const char *const grant_refresh_token_js[] = {
#include "perch/js/grant_refresh_token.h"
    NULL};

static const char *const grant_client_credentials_js[] = {
#include "perch/js/grant_client_credentials.h"
    NULL};

static const char *const grant_jwt_bearer_js[] = {
#include "perch/js/grant_jwt_bearer.h"
    NULL};

static const struct grant {
    const char *const *lines;
    const char *secrets[4]; /* ids of flow_named that the function needs, if known */
} grants[LOGIN_COUNT] = {
    [LOGIN_REFRESH_TOKEN] = {grant_refresh_token_js, {"client_secret", "refresh_token"}},
    [LOGIN_CLIENT_CREDENTIALS] = {grant_client_credentials_js, {"client_secret"}},
    [LOGIN_JWT_BEARER] = {grant_jwt_bearer_js, {"private_key"}},
};

static const struct grant *grant_of(const struct flow_source *source)
{
    return &grants[connection_login(source->connection)];
}

/* Names of the environment variables that the function needs: char *, freed with the array. */
static GPtrArray *secret_names(const struct flow_source *source)
{
    const struct grant *grant = grant_of(source);
    g_autoptr(GPtrArray) items = flow_values(source);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; grant->secrets[i] != NULL; i++)
        if (*flow_value(items, grant->secrets[i]) != '\0')
            g_ptr_array_add(names, flow_env_key(grant->secrets[i]));
    return names;
}

/* ---- the pieces ---- */

static char *take_string(const char *text)
{
    g_autoptr(Json) json = json_string_new(text);
    return json_print(json);
}

static char *joined(GPtrArray *names)
{
    g_ptr_array_add(names, NULL);
    return g_strjoinv(", ", (char **)names->pdata);
}

static char *piece_name(const struct flow_source *source)
{
    return g_strdup(source->connection->name);
}

static char *piece_version(const struct flow_source *source)
{
    (void)source;
    return g_strdup(PERCH_VERSION);
}

static bool is_plain_http(const struct flow_source *source)
{
    return g_str_has_prefix(source->connection->login_url, "http:");
}

static char *piece_transport(const struct flow_source *source)
{
    return g_strdup(is_plain_http(source) ? "http" : "https");
}

static char *piece_connected(const struct flow_source *source)
{
    return g_strdup(is_plain_http(source) ? "connect" : "secureConnect");
}

static char *piece_secrets(const struct flow_source *source)
{
    g_autoptr(GPtrArray) names = secret_names(source);
    return joined(names);
}

static char *piece_secrets_list(const struct flow_source *source)
{
    g_autoptr(GPtrArray) names = secret_names(source);
    g_autofree char *list = joined(names);
    g_auto(GStrv) parts = g_strsplit(list, ", ", -1);
    g_autofree char *quoted = g_strjoinv("', '", parts);
    return g_strdup_printf("['%s']", quoted);
}

/* The first name of each path: the function's inputs. */
static char *piece_inputs(const struct flow_source *source)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint c = 0; c < source->connection->channels->len; c++) {
        const struct channel *channel = source->connection->channels->pdata[c];
        for (guint i = 0; i < channel->mappings->len; i++) {
            g_autoptr(GPtrArray) paths =
                text_variables(((const struct mapping *)channel->mappings->pdata[i])->text);
            for (guint p = 0; p < paths->len; p++) {
                const char *path = paths->pdata[p];
                g_autofree char *name = g_strndup(path, strcspn(path, ".["));
                if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
                    g_ptr_array_add(names, g_steal_pointer(&name));
            }
        }
    }
    if (source->connection->channels->len > 1)
        g_ptr_array_add(names, g_strdup("channel"));
    return joined(names);
}

static char *piece_login_url(const struct flow_source *source)
{
    return take_string(source->connection->login_url);
}

static char *piece_client_id(const struct flow_source *source)
{
    return take_string(source->connection->client_id);
}

static char *piece_api_version(const struct flow_source *source)
{
    return take_string(source->connection->api_version);
}

static char *piece_channels(const struct flow_source *source)
{
    g_autoptr(Json) json = json_object();
    for (guint i = 0; i < source->connection->channels->len; i++) {
        const struct channel *channel = source->connection->channels->pdata[i];
        Json *one = json_object();
        json_set_string(one, "object", object_name(channel->object));
        json_set(one, "key", json_null_new());
        json_set(one, "fields", channel_template(channel));
        json_set(json, channel->id, one);
    }
    g_autoptr(WipedText) printed = json_print_pretty(json);
    g_auto(GStrv) colons = g_strsplit(printed, "\":\t", -1); /* cJSON puts a tab there */
    g_autofree char *spaced = g_strjoinv("\": ", colons);
    g_auto(GStrv) tabs = g_strsplit(spaced, "\t", -1);
    return g_strjoinv("  ", tabs);
}

static char *piece_value(const struct flow_source *source, const char *id)
{
    g_autoptr(GPtrArray) items = flow_values(source);
    return take_string(flow_value(items, id));
}

static char *piece_username(const struct flow_source *source)
{
    return piece_value(source, "username");
}

static char *piece_audience(const struct flow_source *source)
{
    return piece_value(source, "audience");
}

static const struct {
    const char *name;
    char *(*make)(const struct flow_source *source);
} pieces[] = {
    {"@name@", piece_name},           {"@version@", piece_version},
    {"@transport@", piece_transport}, {"@connected@", piece_connected},
    {"@secrets@", piece_secrets},     {"@secrets_list@", piece_secrets_list},
    {"@inputs@", piece_inputs},       {"@login_url@", piece_login_url},
    {"@client_id@", piece_client_id}, {"@api_version@", piece_api_version},
    {"@channels@", piece_channels},   {"@username@", piece_username},
    {"@audience@", piece_audience},
};

static void add_lines(const struct flow_source *source, const char *const *lines, SecretBuf *out);

/* Inserted text is not scanned again, except for the way's own lines. */
static void add_line(const struct flow_source *source, const char *p, SecretBuf *out)
{
    if (strcmp(p, "@grant@\n") == 0) {
        add_lines(source, grant_of(source)->lines, out);
        return;
    }
    while (*p != '\0') {
        gsize i = 0;
        while (i < G_N_ELEMENTS(pieces) && !g_str_has_prefix(p, pieces[i].name))
            i++;
        if (i == G_N_ELEMENTS(pieces)) {
            secret_buf_add_len(out, p++, 1);
            continue;
        }
        g_autofree char *piece = pieces[i].make(source);
        secret_buf_add(out, piece);
        p += strlen(pieces[i].name);
    }
}

static void add_lines(const struct flow_source *source, const char *const *lines, SecretBuf *out)
{
    for (gsize i = 0; lines[i] != NULL; i++)
        add_line(source, lines[i], out);
}

bool write_function(const struct flow_source *source, SecretBuf *out, GError **error)
{
    (void)error;
    add_lines(source, function_js, out);
    return true;
}
