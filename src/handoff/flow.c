/* SPDX-License-Identifier: MIT */
#include "flow.h"

#include <string.h>

#include "perch/base/text.h"

/* By the object that the flow creates. */
static const char *const headings[][TEST_OBJECT_COUNT] = {
    [GROUP_TOKEN] = {N_("Step 1, Fetch variables: get a token"),
                     N_("Step 1, Fetch variables: get a token")},
    [GROUP_CREATE] = {[TEST_LEAD] = N_("Step 2, Fetch variables: create the Lead"),
                      [TEST_CASE] = N_("Step 2, Fetch variables: create the Case")},
    [GROUP_FORM] = {N_("OAuth integration form"), N_("OAuth integration form")},
    [GROUP_MORE] = {N_("About the org"), N_("About the org")},
};

const char *flow_group_heading(enum flow_group group, enum test_object object)
{
    return _(headings[group][object]);
}

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

/* The login host is the one that perch itself refreshed at. */
static Secret *at_login(const struct flow_source *source, const char *path)
{
    const char *login = source->connection->login_url;
    return login == NULL ? NULL : take_value(g_strconcat(login, path, NULL));
}

static Secret *token_url(const struct flow_source *source)
{
    return at_login(source, "/services/oauth2/token");
}

static Secret *authorize_address(const struct flow_source *source)
{
    return at_login(source, "/services/oauth2/authorize");
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

static Secret *token_body(const struct flow_source *source)
{
    const struct secrets *secrets = source->secrets;
    if (secrets->refresh_token == NULL || source->connection->client_id == NULL)
        return NULL;
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add_form(body, "grant_type", "refresh_token");
    secret_buf_add_form(body, "client_id", source->connection->client_id);
    /* An app without a secret refuses a request that carries one. */
    if (secret_length(secrets->client_secret) > 0)
        secret_buf_add_form(body, "client_secret", secret_peek(secrets->client_secret));
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

static Secret *create_authorization(const struct flow_source *source)
{
    (void)source;
    return secret_new("Bearer {access_token}");
}

static Secret *create_body(const struct flow_source *source)
{
    g_autoptr(Json) record = channel_template(source->channel);
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
    return secret_length(secret) > 0 ? secret_ref(secret) : NULL;
}

static Secret *refresh_token(const struct flow_source *source)
{
    return secret_ref(source->secrets->refresh_token);
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
    return text_value(source->connection->username);
}

/* In the order of Flow Builder's forms. */
const struct flow_row flow_rows[] = {
    {"token_url", GROUP_TOKEN, N_("URL"), false, SHOW_FORM | SHOW_VALUE, token_url},
    {"token_method", GROUP_TOKEN, N_("Method"), false, SHOW_FORM, method_post},
    {"token_content_type", GROUP_TOKEN, N_("Content-Type"), false, SHOW_FORM, type_form},
    {"token_body", GROUP_TOKEN, N_("Body"), true, SHOW_FORM, token_body},
    {"token_variable", GROUP_TOKEN, N_("Returned variable"), false, SHOW_FORM, token_variable},
    {"create_url", GROUP_CREATE, N_("URL"), false, SHOW_FORM | SHOW_VALUE, create_url},
    {"create_method", GROUP_CREATE, N_("Method"), false, SHOW_FORM, method_post},
    {"create_authorization", GROUP_CREATE, N_("Header Authorization"), false, SHOW_FORM,
     create_authorization},
    {"create_content_type", GROUP_CREATE, N_("Content-Type"), false, SHOW_FORM, type_json},
    {"create_body", GROUP_CREATE, N_("Body"), false, SHOW_FORM, create_body},
    {"create_variable", GROUP_CREATE, N_("Returned variable"), false, SHOW_FORM, create_variable},
    {"client_id", GROUP_FORM, N_("Client ID (consumer key)"), false, SHOW_FORM | SHOW_VALUE,
     client_id},
    {"client_secret", GROUP_FORM, N_("Client secret (consumer secret)"), true,
     SHOW_FORM | SHOW_VALUE, client_secret},
    {"scopes", GROUP_FORM, N_("Scopes"), false, SHOW_FORM | SHOW_VALUE, scopes},
    {"authorize_url", GROUP_FORM, N_("Authorization URL"), false, SHOW_FORM | SHOW_VALUE,
     authorize_address},
    {"form_token_url", GROUP_FORM, N_("Token URL"), false, SHOW_FORM, token_url},
    {"refresh_token", GROUP_FORM, N_("Refresh token"), true, SHOW_FORM | SHOW_VALUE, refresh_token},
    {"instance_url", GROUP_FORM, N_("Instance URL"), false, SHOW_FORM | SHOW_VALUE, instance_url},
    {"api_version", GROUP_MORE, NULL, false, SHOW_VALUE, api_version},
    {"object", GROUP_MORE, NULL, false, SHOW_VALUE, object_value},
    {"channel", GROUP_MORE, NULL, false, SHOW_VALUE, channel_id},
    {"org_id", GROUP_MORE, NULL, false, SHOW_VALUE, org_id},
    {"username", GROUP_MORE, NULL, false, SHOW_VALUE, username},
};
const gsize flow_row_count = G_N_ELEMENTS(flow_rows);

/* ---- collecting them ---- */

static void item_free(gpointer data)
{
    struct handoff_item *item = data;
    secret_unref(item->value);
    g_free(item);
}

GPtrArray *flow_collect(const struct flow_source *source, int show)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);
    for (gsize i = 0; i < flow_row_count; i++) {
        const struct flow_row *row = &flow_rows[i];
        Secret *value = row->show & show ? row->value(source) : NULL;
        if (value == NULL)
            continue;
        struct handoff_item *item = g_new0(struct handoff_item, 1);
        item->id = row->id;
        item->group = flow_group_heading(row->group, source->channel->object);
        item->label = row->label == NULL ? row->id : _(row->label);
        item->secret = row->secret;
        item->value = value;
        g_ptr_array_add(items, item);
    }
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

bool flow_has_controls(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return true;
    return !g_utf8_validate(text, -1, NULL);
}

const char *const *flow_text_advice(void)
{
    static const char *advice[3];
    advice[0] =
        _("A flow puts the text of a variable between the quotes of the body as it is. These "
          "characters of a message break the body: the double quote (\"), the backslash (\\), "
          "a line break, a tab and every other control character. Salesforce then answers "
          "400 JSON_PARSER_ERROR and creates nothing.");
    advice[1] = _("Let the flow escape the text first: in a step that runs code, "
                  "JSON.stringify(text) gives the text with its own quotes around it. Put that "
                  "result into the body without quotes. Do the same for the sender's name: people "
                  "choose it themselves.");
    return advice;
}
