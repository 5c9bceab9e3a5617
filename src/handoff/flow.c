/* SPDX-License-Identifier: MIT */
#include "flow.h"

#include <string.h>

#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

/* ---- the values ---- */

static Secret *text_value(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : secret_new(text);
}

static Secret *take_value(char *text)
{
    Secret *value = text_value(text);
    wipe_free(text);
    return value;
}

static const char *instance(const struct flow_source *source)
{
    const char *own = source->secrets->instance_url;
    return own != NULL ? own : source->connection->instance_url;
}

/* The login host that perch itself refreshed at. */
static Secret *at_login(const struct flow_source *source, const char *path)
{
    const char *login = source->connection->login_url;
    return login == NULL ? NULL : take_value(g_strconcat(login, path, NULL));
}

static Secret *token_url(const struct flow_source *source)
{
    return at_login(source, "/services/oauth2/token");
}

static bool is_attended(const struct flow_source *source)
{
    return connection_way(source->connection)->attended;
}

static Secret *authorize_address(const struct flow_source *source)
{
    return !is_attended(source) ? NULL : at_login(source, "/services/oauth2/authorize");
}

static Secret *method_post(const struct flow_source *source)
{
    (void)source;
    return secret_new("POST");
}

static Secret *type_form(const struct flow_source *source)
{
    (void)source;
    return secret_new("application/x-www-form-urlencoded");
}

static Secret *type_json(const struct flow_source *source)
{
    (void)source;
    return secret_new("application/json");
}

static bool signs(const struct flow_source *source)
{
    return connection_way(source->connection)->signs;
}

bool flow_needs_no_signature(const struct flow_source *source, GError **error)
{
    if (signs(source))
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("A login with a private key is signed anew each time, which this "
                              "format cannot do. Use --format function; or json, for a program "
                              "that signs."));
    return !signs(source);
}

/* Whether the flow has all that it sends for a token. */
static bool is_known(const struct flow_source *source)
{
    return source->connection->client_id != NULL &&
           connection_credential(source->connection, source->secrets) != NULL;
}

Secret *flow_token_body(const struct flow_source *source)
{
    const struct secrets *secrets = source->secrets;
    if (!is_known(source))
        return NULL;
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "grant_type", connection_way(source->connection)->grant_type);
    if (signs(source)) {
        secret_buf_add(body, "&assertion={{assertion}}");
        return secret_buf_to_secret(body);
    }
    secret_buf_add_form(body, "client_id", source->connection->client_id);
    /* An app without a consumer secret refuses a request that has one. */
    if (secret_length(secrets->client_secret) > 0)
        secret_buf_add_form(body, "client_secret", secret_peek(secrets->client_secret));
    if (is_attended(source))
        secret_buf_add_form(body, "refresh_token", secret_peek(secrets->refresh_token));
    return secret_buf_to_secret(body);
}

static Secret *token_variable(const struct flow_source *source)
{
    (void)source;
    return secret_new("access_token");
}

static Secret *create_url(const struct flow_source *source)
{
    const Connection *c = source->connection;
    if (instance(source) == NULL || c->api_version == NULL)
        return NULL;
    return take_value(g_strdup_printf("%s/services/data/v%s/sobjects/%s", instance(source),
                                      c->api_version, object_name(source->channel->object)));
}

static Secret *leave_empty(const struct flow_source *source)
{
    (void)source;
    return secret_new(_("(leave empty)"));
}

static Secret *authorization_key(const struct flow_source *source)
{
    (void)source;
    return secret_new("Authorization");
}

static Secret *form_name(const struct flow_source *source)
{
    return take_value(g_strdup_printf("Salesforce %s", source->connection->name));
}

static Secret *create_authorization(const struct flow_source *source)
{
    (void)source;
    return secret_new("Bearer {{access_token}}");
}

static Secret *create_body(const struct flow_source *source)
{
    g_autoptr(Json) record = flow_template(source);
    return take_value(json_print(record));
}

static Secret *create_variable(const struct flow_source *source)
{
    (void)source;
    return secret_new("id");
}

static Secret *client_id(const struct flow_source *source)
{
    return text_value(source->connection->client_id);
}

static Secret *client_secret(const struct flow_source *source)
{
    Secret *secret = source->secrets->client_secret;
    return secret_length(secret) > 0 && !signs(source) ? secret_ref(secret) : NULL;
}

static Secret *refresh_token(const struct flow_source *source)
{
    return is_attended(source) ? secret_ref(source->secrets->refresh_token) : NULL;
}

static Secret *private_key(const struct flow_source *source)
{
    return signs(source) ? secret_ref(source->secrets->private_key) : NULL;
}

Secret *flow_key_line(const Secret *value)
{
    static const char begin[] = "-----BEGIN ";
    if (!g_str_has_prefix(secret_peek(value), begin))
        return NULL;
    g_autoptr(SecretBuf) line = secret_buf_new();
    for (const char *p = secret_peek(value); *p != '\0';) {
        const gsize length = strcspn(p, "\r\n");
        if (*p != '-')
            secret_buf_add_len(line, p, length);
        p += length;
        p += strspn(p, "\r\n");
    }
    return secret_buf_to_secret(line);
}

static Secret *private_key_line(const struct flow_source *source)
{
    g_autoptr(Secret) key = private_key(source);
    return key == NULL ? NULL : flow_key_line(key);
}

static Secret *audience(const struct flow_source *source)
{
    const Connection *c = source->connection;
    return signs(source) ? take_value(login_audience(c->login_url, c->app_kind == APP_CONNECTED))
                         : NULL;
}

/* A secret in its form-encoded version, if that differs from the secret itself. */
static Secret *form_encoded(const Secret *secret)
{
    if (secret_length(secret) == 0)
        return NULL;
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "", secret_peek(secret));
    const char *encoded = strchr(body->text, '=') + 1;
    return strcmp(encoded, secret_peek(secret)) == 0 ? NULL : secret_new(encoded);
}

static Secret *client_secret_form(const struct flow_source *source)
{
    g_autoptr(Secret) secret = client_secret(source);
    return form_encoded(secret);
}

static Secret *refresh_token_form(const struct flow_source *source)
{
    g_autoptr(Secret) token = refresh_token(source);
    return form_encoded(token);
}

static void add_env(GString *body, const char *key, const char *name, const Secret *secret)
{
    if (secret_length(secret) == 0)
        return;
    g_autoptr(Secret) form = form_encoded(secret);
    g_string_append_printf(body, "&%s={{env.%s%s}}", key, name, form == NULL ? "" : "_FORM");
}

/* The secrets are referenced from the platform's store of secrets. */
static Secret *token_body_env(const struct flow_source *source)
{
    g_autoptr(Secret) token = refresh_token(source);
    if (!is_known(source) || signs(source))
        return flow_token_body(source);
    g_autoptr(SecretBuf) start = secret_buf_new();
    secret_buf_add_form(start, "grant_type", connection_way(source->connection)->grant_type);
    secret_buf_add_form(start, "client_id", source->connection->client_id);
    GString *body = g_string_new(start->text);
    add_env(body, "client_secret", "SALESFORCE_CLIENT_SECRET", source->secrets->client_secret);
    add_env(body, "refresh_token", "SALESFORCE_REFRESH_TOKEN", token);
    return take_value(g_string_free(body, FALSE));
}

static Secret *scopes(const struct flow_source *source)
{
    const Connection *c = source->connection;
    return text_value(c->granted_scopes != NULL ? c->granted_scopes : c->scopes);
}

static Secret *instance_url(const struct flow_source *source)
{
    return text_value(instance(source));
}

static Secret *api_version(const struct flow_source *source)
{
    return text_value(source->connection->api_version);
}

static Secret *object_value(const struct flow_source *source)
{
    return secret_new(object_name(source->channel->object));
}

static Secret *channel_id(const struct flow_source *source)
{
    return text_value(source->channel->id);
}

static Secret *org_id(const struct flow_source *source)
{
    return text_value(source->connection->org_id);
}

static Secret *username(const struct flow_source *source)
{
    return text_value(signs(source) ? source->connection->run_as : source->connection->username);
}

static Secret *assertion_user(const struct flow_source *source)
{
    return signs(source) ? username(source) : NULL;
}

/* By the ids used in exports for programs. */
const struct flow_named flow_named[] = {
    {"token_url", false, token_url},
    {"create_url", false, create_url},
    {"client_id", false, client_id},
    {"client_secret", true, client_secret},
    {"scopes", false, scopes},
    {"authorize_url", false, authorize_address},
    {"refresh_token", true, refresh_token},
    {"instance_url", false, instance_url},
    {"api_version", false, api_version},
    {"object", false, object_value},
    {"channel", false, channel_id},
    {"org_id", false, org_id},
    {"username", false, username},
    {"private_key", true, private_key},
    {"audience", false, audience},
};
const gsize flow_named_count = G_N_ELEMENTS(flow_named);

/* ---- the platforms' forms ---- */

static const struct {
    const char *title, *name;
    bool names, defaults;
} platforms[PLATFORM_COUNT] = {
#define PLATFORM(ID, title, name, names, defaults, source) \
    [PLATFORM_##ID] = {title, name, names, defaults},
#define HEADING(PLATFORM, GROUP, text, source)
#define FIELD(PLATFORM, GROUP, id, label, secret, value, source)
#define NOTE(PLATFORM, GROUP, title, text, source)
#include "perch/handoff/forms.def"
#undef PLATFORM
#undef HEADING
};

static const char *const headings[PLATFORM_COUNT][GROUP_COUNT] = {
#define PLATFORM(ID, title, name, names, defaults, source)
#define HEADING(PLATFORM, GROUP, text, source) [PLATFORM_##PLATFORM][GROUP_##GROUP] = text,
#include "perch/handoff/forms.def"
#undef HEADING
#undef FIELD
#undef NOTE
};

static const struct {
    enum platform platform;
    enum flow_group group;
    const char *id, *label;
    bool secret;
    Secret *(*value)(const struct flow_source *source);
} fields[] = {
#define HEADING(PLATFORM, GROUP, text, source)
#define FIELD(PLATFORM, GROUP, id, label, secret, value, source) \
    {PLATFORM_##PLATFORM, GROUP_##GROUP, id, label, secret, value},
#define NOTE(PLATFORM, GROUP, title, text, source)
#include "perch/handoff/forms.def"
#undef FIELD
#undef NOTE
};

static const struct {
    enum platform platform;
    enum flow_group group;
    const char *title, *text;
} notes[] = {
#define FIELD(PLATFORM, GROUP, id, label, secret, value, source)
#define NOTE(PLATFORM, GROUP, title, text, source) \
    {PLATFORM_##PLATFORM, GROUP_##GROUP, title, text},
#include "perch/handoff/forms.def"
#undef PLATFORM
#undef HEADING
#undef FIELD
#undef NOTE
};

const char *handoff_title(enum platform platform)
{
    return _(platforms[platform].title);
}

const char *handoff_platform(enum platform platform)
{
    return _(platforms[platform].name);
}

/* The OAuth integration logs in with a browser; no step of Bird's signs. */
static bool has_group(const Connection *connection, enum flow_group group)
{
    const struct login_way *way = connection_way(connection);
    const bool steps = group == GROUP_NAMES || group == GROUP_TOKEN || group == GROUP_CREATE;
    if (group == GROUP_SIGN)
        return way->signs;
    return headings[connection->platform][group] != NULL &&
           (group != GROUP_FORM || way->attended) &&
           (!steps || !way->signs || connection->platform == PLATFORM_OTHER);
}

static void free_note(gpointer data)
{
    struct handoff_note *note = data;
    g_free(note->text);
    g_free(note);
}

GPtrArray *handoff_notes(const Connection *connection)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_note);
    g_autofree char *command =
        g_strdup_printf("\\1 %s", connection->name == NULL ? "NAME" : connection->name);
    for (gsize i = 0; i < G_N_ELEMENTS(notes); i++) {
        if (notes[i].platform != connection->platform || !has_group(connection, notes[i].group))
            continue;
        struct handoff_note *note = g_new(struct handoff_note, 1);
        *note = (struct handoff_note){
            _(notes[i].title), text_replace(_(notes[i].text), "(perch handoff) NAME", command)};
        g_ptr_array_add(list, note);
    }
    return list;
}

const char *flow_heading(const struct flow_source *source, enum flow_group group)
{
    const enum platform platform = source->connection->platform;
    const bool alone = group == GROUP_ENV && signs(source) && platform == PLATFORM_FLOW_BUILDER;
    const char *text =
        alone ? N_("The function's environment variables") : headings[platform][group];
    if (!has_group(source->connection, group) || text == NULL)
        return NULL;
    g_auto(GStrv) around = g_strsplit(_(text), "%s", 2);
    g_autofree char *heading = g_strjoinv(object_name(source->channel->object), around);
    return g_intern_string(heading);
}

Json *flow_template(const struct flow_source *source)
{
    Json *record = channel_template(source->channel);
    if (platforms[source->connection->platform].defaults)
        return record;
    Json *plain = json_object();
    JSON_FOREACH(value, record)
    {
        g_autofree char *text =
            json_is_string(value) ? text_without_fallbacks(json_string(value)) : NULL;
        json_set(plain, json_key(value), text == NULL ? json_copy(value) : json_string_new(text));
    }
    json_free(record);
    return plain;
}

/* ---- collecting them ---- */

static void item_free(gpointer data)
{
    struct handoff_item *item = data;
    secret_unref(item->value);
    g_free(item);
}

/* Takes ownership of value; NULL: unknown, left out. */
static void add_item(GPtrArray *items, struct handoff_item item)
{
    if (item.value != NULL)
        g_ptr_array_add(items, g_memdup2(&item, sizeof item));
}

GPtrArray *flow_values(const struct flow_source *source)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);
    for (gsize i = 0; i < flow_named_count; i++)
        add_item(items, (struct handoff_item){.id = flow_named[i].id,
                                              .label = flow_named[i].id,
                                              .secret = flow_named[i].secret,
                                              .value = flow_named[i].value(source)});
    return items;
}

/* Which of the channel's variables needs the mapping's name; a path of the flow needs none. */
static void add_names(GPtrArray *items, const struct flow_source *source)
{
    static const struct {
        const char *name, *what;
    } known[] = {
        {"senderName", N_("(choose the channel's variable with the sender's name)")},
        {"senderNumber", N_("(choose the channel's variable with the sender's number)")},
        {"message", N_("(choose the channel's variable with the text of the message)")},
    };
    const GPtrArray *variables = source->channel->variables;
    for (guint i = 0; i < variables->len; i++) {
        const char *name = ((const struct variable *)variables->pdata[i])->name;
        const char *what = N_("(choose the channel's variable for it)");
        if (strpbrk(name, ".[") != NULL)
            continue;
        for (gsize k = 0; k < G_N_ELEMENTS(known); k++)
            if (strcmp(known[k].name, name) == 0)
                what = known[k].what;
        g_autofree char *id = g_strconcat("name_", name, NULL);
        add_item(items, (struct handoff_item){.id = g_intern_string(id),
                                              .group = flow_heading(source, GROUP_NAMES),
                                              .label = g_intern_string(name),
                                              .hint = true,
                                              .value = secret_new(_(what))});
    }
}

GPtrArray *flow_forms(const struct flow_source *source)
{
    enum platform platform = source->connection->platform;
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);
    if (platforms[platform].names)
        add_names(items, source);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (fields[i].platform == platform &&
            (fields[i].group != GROUP_FORM || is_attended(source))) /* others are used by JSON */
            add_item(items, (struct handoff_item){.id = fields[i].id,
                                                  .group = flow_heading(source, fields[i].group),
                                                  .label = _(fields[i].label),
                                                  .secret = fields[i].secret,
                                                  .hint = fields[i].value == leave_empty,
                                                  .value = fields[i].value(source)});
    return items;
}

const char *flow_value(const GPtrArray *items, const char *id)
{
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        if (strcmp(item->id, id) == 0)
            return secret_peek(item->value);
    }
    return "";
}

char *flow_env_key(const char *id)
{
    g_autofree char *upper = g_ascii_strup(id, -1);
    return g_strconcat("SALESFORCE_", upper, NULL);
}
