/* SPDX-License-Identifier: MIT */
#include "setup_config.h"

#include <string.h>
#include <sys/stat.h>

#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"
#include "perch/sheet/sheet.h"

enum { FILE_MAX = 1024 * 1024, SHOWN = 60 };

static const char *const asked[] = {
    "login_url",    "client_id",     CONFIG_SECRET_FILE, "ports",
    "app_kind",     "app_values",    "run_as",           "app_name",
    "app_api_name", "contact_email", "app_callbacks",    "platform",
    "channels",     "channel",       "test_keep",        NULL,
};

static char *must_be_like(const char *at, const Json *json)
{
    return json_is_string(json)   ? g_strdup_printf(_("%s must be text."), at)
           : json_is_number(json) ? g_strdup_printf(_("%s must be a number."), at)
           : json_is_bool(json)   ? g_strdup_printf(_("%s must be true or false."), at)
           : json_is_array(json)  ? g_strdup_printf(_("%s must be a list."), at)
                                  : g_strdup_printf(_("%s must be an object."), at);
}

/* Why the member at that place is not what perch made of it, its parts included; NULL: it is. Owned
 * by the caller. */
static char *difference(const char *at, const Json *given, const Json *kept)
{
    guint i = 0;
    if (kept == NULL)
        return g_strdup_printf(_("There is no setting %s."), at);
    g_autofree char *is = must_be_like(at, given), *must_be = must_be_like(at, kept);
    if (strcmp(is, must_be) != 0)
        return g_steal_pointer(&must_be);
    const bool parts = json_is_object(given) || json_is_array(given);
    const Json *next = json_first(kept);
    JSON_FOREACH(part, given)
    {
        const char *key = json_key(part);
        g_autofree char *place =
            key != NULL ? g_strdup_printf("%s.%s", at, key) : g_strdup_printf("%s[%u]", at, i++);
        char *why = key == NULL && next == NULL
                        ? g_strdup_printf(_("%s cannot be used."), place)
                        : difference(place, part, key == NULL ? next : json_get(kept, key));
        if (why != NULL)
            return why;
        next = json_next(next);
    }
    g_autofree char *text = json_print(given), *same = json_print(kept);
    g_autofree char *shown = text_abbreviate(text, SHOWN);
    /* An empty list in the place of the usual one is not kept. */
    const bool empty = json_first(given) == NULL && next != NULL && strchr(at, '.') == NULL;
    return (parts && !empty) || strcmp(text, same) == 0
               ? NULL
               : g_strdup_printf(_("%s cannot be %s."), at, shown);
}

/* Why set-up would not take the text; NULL: it would. */
static char *refusal(const Connection *connection, const char *key, const char *text)
{
    static const struct {
        const char *key;
        enum setting setting;
    } settings[] = {
        {"app_name", SETTING_NAME},           {"app_api_name", SETTING_API_NAME},
        {"contact_email", SETTING_EMAIL},     {"run_as", SETTING_USERNAME},
        {"app_callbacks", SETTING_CALLBACKS},
    };
    g_autoptr(GError) error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
        if (strcmp(settings[i].key, key) == 0) {
            const char *problem = sheet_problem(connection, settings[i].setting, text);
            return problem == NULL ? NULL : g_strdup_printf("%s: %s", key, problem);
        }
    struct org_host host = {0};
    if (strcmp(key, "login_url") == 0 && !org_host_parse_any(text, ORG_PRODUCTION, &host, &error))
        return g_strdup_printf("%s: %s", key, error->message);
    org_host_clear(&host);
    return NULL;
}

/* What the connection's own file would keep for a newer perch is a mistake here. */
static void drop_unknown(GPtrArray *channels)
{
    for (guint c = 0; c < channels->len; c++) {
        struct channel *channel = channels->pdata[c];
        g_clear_pointer(&channel->extra, json_free);
        for (guint i = 0; i < channel->mappings->len; i++)
            g_clear_pointer(&((struct mapping *)channel->mappings->pdata[i])->extra, json_free);
        for (guint i = 0; i < channel->variables->len; i++)
            g_clear_pointer(&((struct variable *)channel->variables->pdata[i])->extra, json_free);
    }
}

static char *unknown(const char *key)
{
    const char *nearest = text_nearest(key, asked);
    g_autofree char *what = g_strdup_printf(_("There is no setting %s."), key);
    g_autofree char *meant =
        nearest == NULL ? g_strdup("") : g_strdup_printf(_("Did you mean %s?"), nearest);
    return g_strchomp(g_strdup_printf("%s %s", what, meant));
}

/* What is wrong with the file; NULL: nothing. */
static char *problem_of(const Json *config)
{
    if (!json_is_object(config))
        return g_strdup(_("It has to be a JSON object."));
    g_autoptr(Connection) fresh = connection_new(NULL);
    g_autoptr(Connection) connection = connection_with(fresh, config);
    drop_unknown(connection->channels);
    g_autoptr(Json) kept = connection_to_json(connection);
    JSON_FOREACH(value, config)
    {
        const char *key = json_key(value);
        if (!g_strv_contains(asked, key))
            return unknown(key);
        char *why = json_get(kept, key) == NULL ? g_strdup_printf(_("%s must be text."), key)
                                                : difference(key, value, json_get(kept, key));
        if (why == NULL && json_is_string(value))
            why = refusal(connection, key, json_string(value));
        if (why != NULL)
            return why;
    }
    return NULL;
}

Json *setup_config_read(const char *path, GError **error)
{
    struct stat info;
    gsize length;
    g_autoptr(GError) reason = NULL;
    g_autofree char *text = paths_read_file(path, FILE_MAX, &info, &length, &reason);
    g_autoptr(Json) config = text == NULL ? NULL : json_parse(text, length, &reason);
    g_autofree char *problem = config == NULL ? g_strdup(reason->message) : problem_of(config);
    if (problem == NULL)
        return g_steal_pointer(&config);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, "%s: %s", path, problem);
    return NULL;
}

Json *setup_config_of(const Connection *connection, const char *login_url, const char *secret_file)
{
    Json *config = json_object();
    g_autoptr(Json) all = connection_to_json(connection);
    connection_drop_secrets(all);
    if (login_url == NULL)
        login_url = connection->login_url != NULL ? connection->login_url : connection->address;
    json_set_string(all, "login_url", login_url);
    json_set_string(all, CONFIG_SECRET_FILE, secret_file);
    JSON_FOREACH(channel, json_get(all, "channels"))
    {
        json_remove((Json *)(guintptr)channel, "fitted"); /* what an org has told, not a person */
    }
    for (gsize i = 0; asked[i] != NULL; i++)
        if (!json_is_null(json_get(all, asked[i])))
            json_set(config, asked[i], json_copy(json_get(all, asked[i])));
    return config;
}
