/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/metadata/metadata.h"
#include "demo_org/rest/rest.h"

/* The credentials of External Client Apps, as Connect REST shows them. */

static bool is_external(const struct app *app)
{
    return app->in_org && strcmp(app->kind, "eca") == 0;
}

void credentials_usage(struct state *state, struct request *request, struct response *response)
{
    (void)request;
    Json *body = json_object(), *apps = json_array();
    STATE_EACH(app, app, state)
    {
        if (!is_external(app))
            continue;
        Json *row = json_object();
        g_autofree char *id = id_18(app->id);
        json_set_string(row, "developerName", app->name);
        json_set_string(row, "identifier", id);
        json_set_string(row, "masterLabel", app->label);
        json_append(apps, row);
    }
    json_set(body, "apps", apps);
    response_json(response, 200, body);
}

/* The app of the path, if the org and the user's rights let its credentials be seen. */
static const struct app *allowed_app(const struct state *state, const struct request *request,
                                     struct response *response)
{
    if (!state->org->secrets_by_rest) {
        rest_error(response, 403, "FUNCTIONALITY_NOT_ENABLED",
                   "Access to External Client App consumer secrets via REST API is not currently "
                   "enabled for this organization.");
        return NULL;
    }
    if (!request->profile->manage_apps || !request->profile->view_secrets) {
        rest_error(response, 403, "INSUFFICIENT_ACCESS",
                   "You do not have sufficient access to view the credentials of this app.");
        return NULL;
    }
    STATE_EACH(app, app, state)
    {
        if (is_external(app) && id_same(app->id, request->args[1]))
            return app;
    }
    rest_not_found(response);
    return NULL;
}

/* One app has one consumer. Owned by the caller. */
static char *consumer_id(const struct app *app)
{
    g_autofree char *id = g_strconcat("888", app->id + 3, NULL);
    return id_18(id);
}

void credentials_app(struct state *state, struct request *request, struct response *response)
{
    const struct app *app = allowed_app(state, request, response);
    if (app == NULL)
        return;
    Json *body = json_object(), *consumers = json_array(), *row = json_object();
    g_autofree char *id = consumer_id(app);
    g_autofree char *url = g_strconcat(request->path, "/", id, NULL);
    json_set_string(row, "id", id);
    json_set_string(row, "key", app->key);
    json_set_string(row, "url", url);
    json_append(consumers, row);
    json_set(body, "consumers", consumers);
    response_json(response, 200, body);
}

void credentials_consumer(struct state *state, struct request *request, struct response *response)
{
    const struct app *app = allowed_app(state, request, response);
    if (app == NULL)
        return;
    g_autofree char *id = consumer_id(app);
    const char *part = request_param(request, "part");
    if (!id_same(id, request->args[2])) {
        rest_not_found(response);
        return;
    }
    Json *body = json_object();
    json_set_string(body, "id", id);
    if (part == NULL || strcmp(part, "secret") != 0)
        json_set_string(body, "key", app->key);
    if (part == NULL || strcmp(part, "key") != 0)
        json_set_string(body, "secret", app->secret);
    response_json(response, 200, body);
}
