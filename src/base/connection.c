/* SPDX-License-Identifier: MIT */
#include "perch/base/connection.h"

#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/error.h"
#include "perch/base/login_way.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"

/* The string and number members, with their keys in the file. TOLD: learnt from the org or from
 * work with it; TYPED: entered by the person. */
#define STRING_MEMBERS(X)   \
    X(login_url, TYPED)     \
    X(address, TYPED)       \
    X(client_id, TYPED)     \
    X(scopes, TYPED)        \
    X(granted_scopes, TOLD) \
    X(instance_url, TOLD)   \
    X(identity_url, TOLD)   \
    X(org_id, TOLD)         \
    X(user_id, TOLD)        \
    X(username, TOLD)       \
    X(org_name, TOLD)       \
    X(edition, TOLD)        \
    X(profile_id, TOLD)     \
    X(app_id, TOLD)         \
    X(api_version, TOLD)    \
    X(app_name, TYPED)      \
    X(app_api_name, TYPED)  \
    X(contact_email, TYPED) \
    X(app_callbacks, TYPED) \
    X(run_as, TYPED)        \
    X(certificate, TYPED)   \
    X(next_values, TYPED)   \
    X(proven_values, TOLD)  \
    X(app_key, TYPED)       \
    X(draft_step, TYPED)

/* Each with its type and its largest meaningful value; anything else in a file counts as 0. */
#define NUMBER_MEMBERS(X)                                             \
    X(certificate_ends, TYPED, gint64, G_MAXINT64)                    \
    X(port, TOLD, guint16, G_MAXUINT16)                               \
    X(app_ticks, TYPED, guint32, G_MAXUINT32)                         \
    X(session_seconds, TOLD, gint64, G_MAXINT64)                      \
    X(proven_at, TOLD, gint64, G_MAXINT64)                            \
    X(tested_at, TOLD, gint64, G_MAXINT64)                            \
    X(rested_at, TOLD, gint64, G_MAXINT64)                            \
    X(logged_in_at, TOLD, gint64, G_MAXINT64)                         \
    X(ends_seconds, TOLD, gint64, G_MAXINT32)                         \
    X(idle_seconds, TOLD, gint64, G_MAXINT32)                         \
    X(rotation, TOLD, int, 1)                                         \
    X(rotation_box, TYPED, enum rotation_box, ROTATION_BOX_COUNT - 1) \
    X(with_secret, TOLD, int, 1)                                      \
    X(forgetting, TOLD, int, 1)

enum origin { TYPED, TOLD };

/* The first of the wizard's steps (steps.def). */
#define FIRST_STEP "org"

/* The default ports: 1717 is what Salesforce's CLI registers (salesforce "OauthRedirect"). */
static const guint16 default_ports[CONNECTION_PORTS] = {1717, 1718, 1719};
static const char *const app_kinds[] = {"external-client-app", "connected-app"};
static const char *const app_values[APP_VALUES_COUNT] = {"perch", "guide", "no-secret",
                                                         "client-credentials", "jwt-bearer"};
static const char *const platforms[PLATFORM_COUNT] = {"flow-builder", "bird-flows", "other"};

/* Without channels. */
static struct connection *connection_begin(const char *name)
{
    struct connection *c = g_new0(struct connection, 1);
    c->name = g_strdup(name);
    memcpy(c->ports, default_ports, sizeof c->ports);
    c->scopes = g_strdup("api refresh_token web");
    c->app_name = g_strdup("Bird Integration");
    c->app_api_name = g_strdup("Bird_Integration");
    c->draft_step = g_strdup(FIRST_STEP);
    return c;
}

struct connection *connection_new(const char *name)
{
    struct connection *c = connection_begin(name);
    c->channels = channels_default();
    return c;
}

struct connection *connection_copy(const struct connection *connection)
{
    struct connection *copy = g_new0(struct connection, 1);
    *copy = *connection;
    copy->name = g_strdup(connection->name);
#define X(member, origin) copy->member = g_strdup(connection->member);
    STRING_MEMBERS(X)
#undef X
    copy->channels = channels_copy(connection->channels);
    copy->extra = connection->extra == NULL ? NULL : json_copy(connection->extra);
    return copy;
}

void connection_free(struct connection *connection)
{
    if (connection == NULL)
        return;
    g_free(connection->name);
#define X(member, origin) g_free(connection->member);
    STRING_MEMBERS(X)
#undef X
    g_ptr_array_unref(connection->channels);
    json_free(connection->extra);
    g_free(connection);
}

/* Takes over the members of one origin; equal members keep their address. */
static void take(struct connection *to, const struct connection *from, enum origin wanted)
{
#define X(member, origin)                                             \
    if (origin == wanted && g_strcmp0(to->member, from->member) != 0) \
        connection_set(&to->member, from->member);
    STRING_MEMBERS(X)
#undef X
#define X(member, origin, type, most) \
    if (origin == wanted)             \
        to->member = from->member;
    NUMBER_MEMBERS(X)
#undef X
}

static bool same_channels(const struct connection *a, const struct connection *b)
{
    g_autoptr(Json) one = channels_to_json(a->channels), other = channels_to_json(b->channels);
    g_autofree char *text = json_print(one), *other_text = json_print(other);
    return strcmp(text, other_text) == 0;
}

bool connection_is_draft(const struct connection *connection)
{
    return connection->draft_step != NULL;
}

void connection_take_told(struct connection *to, const struct connection *from)
{
    take(to, from, TOLD);
}

void connection_take_typed(struct connection *to, const struct connection *from)
{
    if (g_strcmp0(to->login_url, from->login_url) != 0)
        connection_set(&to->api_version, NULL);
    take(to, from, TYPED);
    if (g_strcmp0(to->name, from->name) != 0)
        connection_set(&to->name, from->name);
    to->app_kind = from->app_kind;
    to->app_values = from->app_values;
    to->platform = from->platform;
    memcpy(to->ports, from->ports, sizeof to->ports);
    if (!same_channels(to, from)) {
        g_ptr_array_unref(to->channels);
        to->channels = channels_copy(from->channels);
    }
    to->channel = from->channel;
    to->test_object = from->test_object;
    to->test_keep = from->test_keep;
}

void connection_set(char **member, const char *value)
{
    char *fresh = g_strdup(value);
    g_free(*member);
    *member = fresh;
}

struct channel *connection_channel(const struct connection *connection)
{
    return connection->channels->pdata[connection->channel];
}

void connection_set_channel(struct connection *connection, guint index)
{
    connection->channel = index < connection->channels->len ? index : 0;
    connection->test_object = connection_channel(connection)->object;
}

char *connection_name_from(const char *typed)
{
    g_autofree char *composed = g_utf8_normalize(typed, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    if (composed == NULL)
        return g_strdup(typed);
    GString *name = g_string_new(NULL);
    bool blank = false;
    for (const char *p = composed; *p != '\0'; p = g_utf8_next_char(p)) {
        const gunichar c = g_utf8_get_char(p);
        if (!g_unichar_isspace(c)) {
            g_string_append(name, blank && name->len > 0 ? "-" : "");
            g_string_append_unichar(name, c);
        }
        blank = g_unichar_isspace(c);
    }
    return g_string_free(name, FALSE);
}

const char *connection_name_problem(const char *name)
{
    if (name == NULL || *name == '\0')
        return _("Give the connection a name, for example the name of the org.");
    /* One spelling each: "é" as one letter, so that the same name is the same file. */
    g_autofree char *composed = g_utf8_normalize(name, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    if (g_strcmp0(composed, name) != 0)
        return _("Use letters, digits, '-', '_' and '.' only.");
    if (g_utf8_strlen(name, -1) > CONNECTION_NAME_MAX)
        return _("The name is too long: 40 characters at most.");
    if (!g_unichar_isalnum(g_utf8_get_char(name)))
        return _("The name must start with a letter or a digit.");
    for (const char *p = name; *p != '\0'; p = g_utf8_next_char(p)) {
        const gunichar c = g_utf8_get_char(p);
        if (!g_unichar_isalnum(c) && !g_unichar_ismark(c) &&
            (c > 127 || strchr("-_.", (int)c) == NULL))
            return _("Use letters, digits, '-', '_' and '.' only.");
    }
    return NULL;
}

char *connection_callback(guint16 port)
{
    return g_strdup_printf("http://localhost:%u/OauthRedirect", port);
}

bool connection_has_ports(const struct connection *connection)
{
    return connection->app_values != APP_VALUES_GUIDE && connection_way(connection)->attended;
}

char *connection_certificate_file(const struct connection *connection)
{
    g_autofree char *config_dir = paths_config_dir();
    g_autofree char *file =
        g_strconcat(connection->name != NULL ? connection->name : "NAME", ".crt", NULL);
    return g_build_filename(config_dir, "connections", file, NULL);
}

char *connection_certificate_end(const struct connection *connection)
{
    g_autofree char *whole = clock_format(connection->certificate_ends);
    return g_strndup(whole, strlen("2036-11-24"));
}

char *connection_redirect(const struct connection *connection, guint16 port)
{
    return connection_has_ports(connection) ? connection_callback(port) : g_strdup(GUIDE_CALLBACK);
}

enum app_values app_values_from_name(const char *name)
{
    int i = 0;
    while (i < APP_VALUES_COUNT && g_strcmp0(name, app_values[i]) != 0)
        i++;
    return (enum app_values)i;
}

const char *app_values_name(enum app_values values)
{
    return app_values[values];
}

enum platform platform_from_name(const char *name)
{
    int i = 0;
    while (i < PLATFORM_COUNT && g_strcmp0(name, platforms[i]) != 0)
        i++;
    return (enum platform)i;
}

const char *platform_name(enum platform platform)
{
    return platforms[platform];
}

/* What an org told has bounds in the file, whoever learnt it. */
static char *stored_text(enum origin origin, const char *text)
{
    return origin == TOLD ? text_told(text, TOLD_LIST) : g_strdup(text);
}

static void take_stored(char **member, enum origin origin, const Json *value)
{
    if (!json_is_string(value))
        return;
    g_free(*member);
    *member = stored_text(origin, json_string(value));
}

static void set_stored(Json *json, const char *key, enum origin origin, const char *text)
{
    g_autofree char *stored = stored_text(origin, text);
    if (stored != NULL)
        json_set_string(json, key, stored);
    else
        json_remove(json, key);
}

Json *connection_to_json(const struct connection *c)
{
    Json *json = c->extra == NULL ? json_object() : json_copy(c->extra);
    json_set_int(json, "version", CONNECTION_VERSION);
#define X(member, origin) set_stored(json, #member, origin, c->member);
    STRING_MEMBERS(X)
#undef X
#define X(member, origin, type, most) json_set_int(json, #member, (gint64)c->member);
    NUMBER_MEMBERS(X)
#undef X
    Json *ports = json_array();
    for (int i = 0; i < CONNECTION_PORTS; i++)
        if (c->ports[i] != 0)
            json_append(ports, json_int_new(c->ports[i]));
    json_set(json, "ports", ports);
    json_set_string(json, "app_kind", app_kinds[c->app_kind]);
    json_set_string(json, "app_values", app_values_name(c->app_values));
    json_set_string(json, "platform", platform_name(c->platform));
    json_set_string(json, "test_object", object_name(c->test_object));
    json_set(json, "channels", channels_to_json(c->channels));
    json_set_string(json, "channel", connection_channel(c)->id);
    json_set_bool(json, "test_keep", c->test_keep);
    return json;
}

void connection_drop_secrets(Json *json)
{
    static const char *const typed[] = {"address",       "app_name",      "app_api_name",
                                        "contact_email", "app_callbacks", "run_as"};
    for (gsize i = 0; i < G_N_ELEMENTS(typed); i++)
        if (typed_is_secret(json_get_string(json, typed[i])))
            json_remove(json, typed[i]);
    if (typed_problem(json_get_string(json, "client_id"), TYPED_KEY) != NULL)
        json_remove(json, "client_id");
}

/* A number from the file, or 0 when out of bounds: an edited file must not wrap around. */
static gint64 bounded(const Json *json, const char *key, gint64 most)
{
    gint64 number = json_get_int(json, key, 0);
    return number >= 0 && number <= most ? number : 0;
}

/* The registered ports, possibly fewer than the default ones, which remain if the file has none. */
static void read_ports(const Json *list, guint16 *ports)
{
    if (!json_is_array(list))
        return;
    int count = 0;
    guint16 read[CONNECTION_PORTS] = {0};
    JSON_FOREACH(port, list)
    {
        double number = json_number(port);
        if (count < CONNECTION_PORTS && number >= 1 && number <= G_MAXUINT16)
            read[count++] = (guint16)number;
    }
    if (count > 0)
        memcpy(ports, read, sizeof read);
}

static void read_channels(const Json *json, struct connection *c)
{
    const char *id = json_get_string(json, "channel");
    guint chosen = 0;
    c->channels = channels_from_json(json_get(json, "channels"));
    if (c->channels == NULL)
        c->channels = channels_default();
    for (guint i = c->channels->len; i-- > 0;) {
        const struct channel *channel = c->channels->pdata[i];
        if (g_strcmp0(channel->id, id) == 0)
            chosen = i;
    }
    connection_set_channel(c, chosen);
}

static int name_index(const char *const *names, const char *name)
{
    return name != NULL && strcmp(names[1], name) == 0 ? 1 : 0;
}

/* ---- older versions ---- */

/* Some files of version 1 predate channels and only name the test object. */
static void from_1_to_2(Json *json)
{
    const char *object = json_get_string(json, "test_object");
    g_autoptr(GPtrArray) channels = channels_from_json(json_get(json, "channels"));
    if (channels == NULL)
        channels = channels_default();
    const struct channel *chosen = channels->pdata[0];
    for (guint i = channels->len; i-- > 0;) {
        const struct channel *channel = channels->pdata[i];
        if (g_strcmp0(object_name(channel->object), object) == 0)
            chosen = channel;
    }
    if (json_get_string(json, "channel") == NULL)
        json_set_string(json, "channel", chosen->id);
    if (!json_is_array(json_get(json, "channels")))
        json_set(json, "channels", channels_to_json(channels));
}

/* Version 2 stored the step's number, from 1; 0 and anything invalid meant finished. */
static void from_2_to_3(Json *json)
{
    static const char *const steps[] = {FIRST_STEP,  "preflight", "app",  "keys",
                                        "authorize", "prove",     "test", "handoff"};
    gint64 number = json_get_int(json, "draft_step", 0);
    json_remove(json, "draft_step");
    if (number >= 1 && number <= (gint64)G_N_ELEMENTS(steps))
        json_set_string(json, "draft_step", steps[number - 1]);
}

/* Version 3 had its own variable names; now they are those that a flow's editor accepts. */
static void from_3_to_4(Json *json)
{
    channels_from_single_braces((Json *)(guintptr)json_get(json, "channels"));
}

/* Since version 5 a flow may log in without a refresh token. What was proven before, was proven
 * with the values in the file. */
static void from_4_to_5(Json *json)
{
    if (json_get_int(json, "proven_at", 0) > 0 && json_get_string(json, "app_values") != NULL)
        json_set_string(json, "proven_values", json_get_string(json, "app_values"));
}

/* The migration from each version, starting with 1, to the next. */
static void (*const migrations[])(Json *json) = {from_1_to_2, from_2_to_3, from_3_to_4,
                                                 from_4_to_5};
G_STATIC_ASSERT(G_N_ELEMENTS(migrations) == CONNECTION_VERSION - 1);

void connection_migrate(Json *json)
{
    gint64 version = json_get_int(json, "version", 0);
    if (!json_is_object(json) || version < 1)
        return;
    for (; version < CONNECTION_VERSION; version++) {
        migrations[version - 1](json);
        json_set_int(json, "version", version + 1);
    }
}

struct connection *connection_take_json(Json *file, const char *name, GError **error)
{
    g_autoptr(Json) json = file;
    connection_migrate(json);
    gint64 version = json_get_int(json, "version", 0);
    if (version < 1) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("The settings file of %s is not from perch."), name);
        return NULL;
    }
    if (version > CONNECTION_VERSION) {
        g_set_error(
            error, PERCH_ERROR, PERCH_ERROR_INPUT,
            _("The settings of %s were written by a newer perch. Update perch to use them."), name);
        return NULL;
    }
    struct connection *c = connection_begin(name);
    /* What the file omits keeps its default. */
#define X(member, origin) take_stored(&c->member, origin, json_get(json, #member));
    STRING_MEMBERS(X)
#undef X
#define X(member, origin, type, most) c->member = (type)bounded(json, #member, most);
    NUMBER_MEMBERS(X)
#undef X
    connection_set(&c->draft_step, json_get_string(json, "draft_step"));
    read_ports(json_get(json, "ports"), c->ports);
    c->app_kind = (enum app_kind)name_index(app_kinds, json_get_string(json, "app_kind"));
    c->app_values = app_values_from_name(json_get_string(json, "app_values"));
    if (c->app_values == APP_VALUES_COUNT)
        c->app_values = APP_VALUES_PERCH;
    c->platform = platform_from_name(json_get_string(json, "platform"));
    if (c->platform == PLATFORM_COUNT)
        c->platform = PLATFORM_FLOW_BUILDER;
    read_channels(json, c);
    c->test_keep = json_get_bool(json, "test_keep", false);
    c->extra = g_steal_pointer(&json);
    return c;
}

struct connection *connection_from_json(const Json *file, const char *name, GError **error)
{
    return connection_take_json(json_copy(file), name, error);
}

struct connection *connection_with(const struct connection *connection, const Json *members)
{
    Json *json = connection_to_json(connection);
    JSON_FOREACH(value, members)
    {
        json_set(json, json_key(value), json_copy(value));
    }
    return connection_take_json(json, connection->name, NULL);
}
