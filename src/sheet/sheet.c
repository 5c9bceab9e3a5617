/* SPDX-License-Identifier: MIT */
#include "perch/sheet/sheet.h"

#include <string.h>

#include "perch/base/login_way.h"
#include "perch/base/text.h"
#include "sheet_names.h"

enum group {
#define GROUP(id, ...) GROUP_##id,
#include "perch/sheet/app_settings.def"
#undef GROUP
};

static const struct {
    const char *title, *connected;
} groups[] = {
#define GROUP(id, title, connected) {title, connected},
#include "perch/sheet/app_settings.def"
#undef GROUP
};

static const struct {
    const char *text, *external, *connected;
} values[] = {
#define VALUE(id, text, external, connected) {text, external, connected},
#include "perch/sheet/app_settings.def"
#undef VALUE
};

static const struct {
    const char *name, *token, *label;
} scopes[] = {
#define SCOPE(name, token, label) {name, token, label},
#include "perch/sheet/app_settings.def"
#undef SCOPE
};

static const struct row {
    const char *id;
    guint bit;
    enum group group;
    const char *label, *label_connected;
    enum setting_value values[APP_VALUES_COUNT];
    const char *why, *without, *differs;
    enum setup_page page, page_connected;
    const char *check;
} rows[SETTING_COUNT] = {
#define SETTING(id, bit, group, label, label_connected, value, guide, no_secret, client, jwt, why, \
                without, differs, page, page_connected, check)                                     \
    {#id,                                                                                          \
     bit,                                                                                          \
     GROUP_##group,                                                                                \
     label,                                                                                        \
     label_connected,                                                                              \
     {VALUE_##value, VALUE_##guide, VALUE_##no_secret, VALUE_##client, VALUE_##jwt},               \
     why,                                                                                          \
     without,                                                                                      \
     differs,                                                                                      \
     SETUP_PAGE_##page,                                                                            \
     SETUP_PAGE_##page_connected,                                                                  \
     check},
#include "perch/sheet/app_settings.def"
#undef SETTING
};

static const struct {
    const char *why, *without;
} own[LOGIN_COUNT][SETTING_COUNT] = {
#define OWN(login, id, why, without) [LOGIN_##login][SETTING_##id] = {why, without},
#include "perch/sheet/app_settings.def"
#undef OWN
};

/* ---- the rows ---- */

static bool is_connected(const Connection *connection)
{
    return connection->app_kind == APP_CONNECTED;
}

bool sheet_has(const Connection *connection, enum setting setting)
{
    const char *label = rows[setting].label_connected;
    const bool shown = !is_connected(connection) || label == NULL || *label != '\0';
    return shown && sheet_wants(connection, setting) != VALUE_ABSENT;
}

const char *sheet_id(enum setting setting)
{
    static char ids[SETTING_COUNT][24];
    char *id = ids[setting];
    if (*id == '\0')
        for (gsize i = 0; rows[setting].id[i] != '\0' && i + 1 < sizeof ids[0]; i++)
            id[i] = rows[setting].id[i] == '_' ? '-' : g_ascii_tolower(rows[setting].id[i]);
    return id;
}

const char *sheet_part(const Connection *connection, enum setting setting)
{
    const char *connected = groups[rows[setting].group].connected;
    return _(is_connected(connection) && connected != NULL ? connected
                                                           : groups[rows[setting].group].title);
}

const char *sheet_group(const Connection *connection, enum setting setting)
{
    for (int before = (int)setting - 1; before >= 0; before--)
        if (sheet_has(connection, (enum setting)before)) {
            if (strcmp(sheet_part(connection, (enum setting)before),
                       sheet_part(connection, setting)) == 0)
                return NULL;
            break;
        }
    return sheet_part(connection, setting);
}

const char *sheet_label(const Connection *connection, enum setting setting)
{
    const char *connected = rows[setting].label_connected;
    return _(is_connected(connection) && connected != NULL ? connected : rows[setting].label);
}

const char *sheet_check(enum setting setting)
{
    return rows[setting].check;
}

enum setting sheet_compared_by(const char *check)
{
    int setting = 0;
    while (setting < SETTING_COUNT && g_strcmp0(rows[setting].check, check) != 0)
        setting++;
    return (enum setting)setting;
}

/* The setting's reasons with that way to log in, if it has others. */
const char *sheet_why(const Connection *connection, enum setting setting)
{
    const char *why = own[connection_login(connection)][setting].why;
    return _(why != NULL ? why : rows[setting].why);
}

const char *sheet_without(const Connection *connection, enum setting setting)
{
    const char *without = own[connection_login(connection)][setting].without;
    return _(without != NULL ? without : rows[setting].without);
}

const char *sheet_differs(const Connection *connection, enum setting setting)
{
    const bool attended = connection_way(connection)->attended;
    return rows[setting].differs == NULL || !attended ? NULL : _(rows[setting].differs);
}

enum setup_page sheet_page(const Connection *connection, enum setting setting)
{
    return is_connected(connection) ? rows[setting].page_connected : rows[setting].page;
}

/* ---- values ---- */

enum setting_value sheet_wants(const Connection *connection, enum setting setting)
{
    return rows[setting].values[connection->app_values];
}

const char *sheet_value_text(enum setting_value value)
{
    return _(values[value].text);
}

const char *sheet_word(const Connection *connection, enum setting setting)
{
    enum setting_value value = sheet_wants(connection, setting);
    return is_connected(connection) ? values[value].connected : values[value].external;
}

static void add_once(GPtrArray *list, const char *text)
{
    if (!g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL))
        g_ptr_array_add(list, g_strdup(text));
}

static GPtrArray *callbacks_with(const Connection *connection, const char *more)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    bool ports = connection_has_ports(connection);
    for (int i = 0; ports && i < CONNECTION_PORTS; i++) {
        if (connection->ports[i] == 0)
            continue;
        g_autofree char *url = connection_callback(connection->ports[i]);
        add_once(list, url);
    }
    g_auto(GStrv) words = g_strsplit_set(more == NULL ? "" : more, " \t\r\n", -1);
    for (gsize i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            add_once(list, words[i]);
    /* Where the browser may end up without a listener: the code is then in its address. */
    add_once(list, GUIDE_CALLBACK);
    return list;
}

GPtrArray *sheet_callbacks(const Connection *connection)
{
    return callbacks_with(connection, connection->app_callbacks);
}

static char *join_lines(GPtrArray *list)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : "\n", (const char *)list->pdata[i]);
    return g_string_free(text, FALSE);
}

static const char *scope_label(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (strcmp(scopes[i].name, name) == 0)
            return _(scopes[i].label);
    return name;
}

static char *scope_lines(const Connection *connection)
{
    g_auto(GStrv) names = g_strsplit(connection->scopes, " ", -1);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    for (gsize i = 0; names[i] != NULL; i++)
        g_ptr_array_add(lines, (char *)(guintptr)scope_label(names[i]));
    return join_lines(lines);
}

const char *sheet_scope_token(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (strcmp(scopes[i].name, name) == 0)
            return scopes[i].token;
    return NULL;
}

char *sheet_value(const Connection *connection, enum setting setting)
{
    enum setting_value value = sheet_wants(connection, setting);
    switch (value) {
    case VALUE_APP_NAME:
    case VALUE_APP_API_NAME:
        return g_strdup(sheet_text(connection, setting));
    case VALUE_CONTACT_EMAIL:
        return g_strdup(connection->contact_email != NULL ? connection->contact_email
                                                          : _("your e-mail address"));
    case VALUE_RUN_AS:
        return g_strdup(connection->run_as != NULL ? connection->run_as
                                                   : _("the integration user's username"));
    case VALUE_CERTIFICATE:
        return connection_certificate_file(connection);
    case VALUE_SELF_AUTHORIZE: /* Setup's words */
        return g_strdup(is_connected(connection) ? _("All users may self-authorize")
                                                 : _("All users can self-authorize"));
    case VALUE_CALLBACK_LIST: {
        g_autoptr(GPtrArray) list = sheet_callbacks(connection);
        return join_lines(list);
    }
    case VALUE_SCOPE_LIST:
        return scope_lines(connection);
    default:
        return g_strdup(sheet_value_text(value));
    }
}

/* ---- ticks ---- */

static guint32 bit(enum setting setting)
{
    return 1u << rows[setting].bit;
}

bool sheet_is_ticked(const Connection *connection, enum setting setting)
{
    return (connection->app_ticks & bit(setting)) != 0;
}

void sheet_tick(Connection *connection, enum setting setting)
{
    connection->app_ticks ^= bit(setting);
}

/* ---- sets of values ---- */

static const struct {
    const char *title, *hint;
} choices[APP_VALUES_COUNT] = {
    [APP_VALUES_PERCH] = {N_("recommended "
                             "settings"),
                          N_("perch catches the login on this computer.")},
    [APP_VALUES_GUIDE] = {N_("the guide's settings"),
                          N_("As in the written guide: the code is copied from the browser.")},
    [APP_VALUES_NO_SECRET] = {N_("without a secret"),
                              N_("The app asks for no consumer secret; PKCE proves the login.")},
    [APP_VALUES_CLIENT_CREDENTIALS] = {N_("client credentials"),
                                       N_("The app logs in by itself, with key and secret, as the "
                                          "user that you choose.")},
    [APP_VALUES_JWT_BEARER] = {N_("JWT bearer"),
                               N_("The app logs in by itself, with a private key that perch makes; "
                                  "no secret is shared.")},
};

const char *sheet_values_title(enum app_values chosen)
{
    return _(choices[chosen].title);
}

const char *sheet_values_hint(enum app_values chosen)
{
    return _(choices[chosen].hint);
}

void sheet_choose(Connection *connection, enum app_values chosen, enum app_kind kind)
{
    char *before[SETTING_COUNT];
    for (int i = 0; i < SETTING_COUNT; i++)
        before[i] = sheet_value(connection, (enum setting)i);
    bool other_app = kind != connection->app_kind;
    const struct login_way *way = connection_way(connection);
    connection->app_values = chosen;
    connection->app_kind = kind;
    const bool other_way = connection_way(connection) != way;
    if (other_way)
        connection_set(&connection->scopes, connection_way(connection)->scopes);
    if (other_app) { /* nothing is entered in that app yet, or known of it */
        connection->app_ticks = 0;
        connection->rotation_box = ROTATION_NOT_SEEN;
    }
    for (int i = 0; i < SETTING_COUNT; i++) {
        g_autofree char *after = sheet_value(connection, (enum setting)i);
        if (strcmp(before[i], after) != 0)
            connection->app_ticks &= ~bit((enum setting)i);
        else if (other_way && !other_app && connection->proven_at > 0) /* the app has it already */
            connection->app_ticks |= bit((enum setting)i);
        g_free(before[i]);
    }
}

/* ---- editing ---- */

static const struct {
    enum setting setting;
    gsize member;
} editable[] = {
    {SETTING_NAME, G_STRUCT_OFFSET(Connection, app_name)},
    {SETTING_API_NAME, G_STRUCT_OFFSET(Connection, app_api_name)},
    {SETTING_EMAIL, G_STRUCT_OFFSET(Connection, contact_email)},
    {SETTING_RUN_AS, G_STRUCT_OFFSET(Connection, run_as)},
    {SETTING_USERNAME, G_STRUCT_OFFSET(Connection, run_as)},
    {SETTING_CALLBACKS, G_STRUCT_OFFSET(Connection, app_callbacks)},
};

static char **member_of(const Connection *connection, enum setting setting)
{
    for (gsize i = 0; i < G_N_ELEMENTS(editable); i++)
        if (editable[i].setting == setting)
            return G_STRUCT_MEMBER_P((guintptr)connection, editable[i].member);
    return NULL;
}

bool sheet_can_edit(const Connection *connection, enum setting setting)
{
    return member_of(connection, setting) != NULL;
}

const char *sheet_text(const Connection *connection, enum setting setting)
{
    char *const *member = member_of(connection, setting);
    return member == NULL || *member == NULL ? "" : *member;
}

static const char *callbacks_problem(const Connection *connection, const char *text)
{
    g_autoptr(GPtrArray) list = callbacks_with(connection, text);
    g_autofree char *all = join_lines(list);
    for (guint i = 0; i < list->len; i++) {
        const char *problem = sheet_callback_problem(list->pdata[i]);
        if (problem != NULL)
            return problem;
    }
    return strlen(all) > SHEET_CALLBACKS_MAX
               ? _("All callback URLs together can have at most 2,000 characters.")
               : NULL;
}

const char *sheet_problem(const Connection *connection, enum setting setting, const char *text)
{
    switch (setting) {
    case SETTING_NAME:
        return sheet_name_problem(text);
    case SETTING_API_NAME:
        return sheet_api_name_problem(text);
    case SETTING_EMAIL:
        return sheet_email_problem(text);
    case SETTING_RUN_AS:
    case SETTING_USERNAME:
        return sheet_username_problem(text);
    case SETTING_CALLBACKS:
        return callbacks_problem(connection, text);
    default:
        return NULL;
    }
}

void sheet_edit(Connection *connection, enum setting setting, const char *text)
{
    char **member = member_of(connection, setting);
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    if (member == NULL || strcmp(*member == NULL ? "" : *member, trimmed) == 0)
        return;
    g_autofree char *derived = sheet_api_name_of(connection->app_name);
    bool follows = setting == SETTING_NAME && g_strcmp0(derived, connection->app_api_name) == 0;
    connection_set(member, *trimmed == '\0' ? NULL : trimmed);
    connection->app_ticks &= ~bit(setting);
    if (follows) {
        g_autofree char *api_name = sheet_api_name_of(trimmed);
        sheet_edit(connection, SETTING_API_NAME, api_name);
    }
}

void sheet_take_key(Connection *connection, const char *random_hex)
{
    enum { KEY_LENGTH = 64 };
    g_autofree char *key = g_strndup(random_hex, KEY_LENGTH);
    connection_set(&connection->app_key, key);
    connection_set(&connection->client_id, key);
}
