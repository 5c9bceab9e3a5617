/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/metadata/metadata.h"
#include "demo_org/metadata/package.h"
#include "demo_org/org/sobject_rows.h"
#include "demo_org/rest/rest.h"

/* Deploys: the multipart request, the result that a client asks for until it is done. */

/* ---- the request ---- */

static const char *find_text(const char *from, const char *end, const char *text)
{
    return from == NULL || from > end ? NULL
                                      : memmem(from, (gsize)(end - from), text, strlen(text));
}

/* The parts of a multipart body: the JSON, and the zip by its content type or file name. FALSE: one
 * is missing. */
static bool read_parts(const struct request *request, Json **ret_options, const guint8 **ret_zip,
                       gsize *ret_length)
{
    const char *type = request_header(request, "Content-Type");
    const char *mark = type == NULL ? NULL : strstr(type, "boundary=");
    if (mark == NULL || !g_str_has_prefix(type, "multipart/form-data"))
        return false;
    g_autofree char *boundary = g_strndup(mark + 9, strcspn(mark + 9, ";"));
    g_strdelimit(boundary, "\"", ' ');
    g_autofree char *edge = g_strconcat("--", g_strstrip(boundary), NULL);
    const char *end = request->body->str + request->body->len;
    const char *at = find_text(request->body->str, end, edge);
    while (at != NULL) {
        const char *head = at + strlen(edge);
        const char *next = find_text(head, end, edge);
        const char *body = find_text(head, end, "\r\n\r\n");
        if (next == NULL || body == NULL || body > next)
            break;
        g_autofree char *heading = g_strndup(head, (gsize)(body - head));
        const gsize length = (gsize)(next - body - 6); /* the two line ends */
        if (strstr(heading, "application/json") != NULL)
            *ret_options = json_parse(body + 4, length, NULL);
        else if (strstr(heading, "filename=") != NULL) {
            *ret_zip = (const guint8 *)body + 4;
            *ret_length = length;
        }
        at = next;
    }
    return *ret_options != NULL && *ret_zip != NULL;
}

static bool may_deploy(const struct request *request, struct response *response)
{
    if (request->profile->modify_metadata)
        return true;
    rest_error(response, 403, "INSUFFICIENT_ACCESS",
               "INSUFFICIENT_ACCESS: use of the Metadata API requires a user with the "
               "ModifyAllData or ModifyMetadata permissions");
    return false;
}

/* ---- the answer ---- */

static Json *message_of(const struct component *component)
{
    Json *message = json_object();
    json_set_bool(message, "changed", component->changed);
    json_set_string(message, "componentType", component_name(component->type));
    json_set_bool(message, "created", component->created);
    json_set_bool(message, "deleted", component->removed && component->problem == NULL);
    json_set_string(message, "fileName", component->file);
    json_set_string(message, "fullName", component->full_name);
    json_set_bool(message, "success", component->problem == NULL);
    json_set_string(message, "problem", component->problem);
    json_set_string(message, "problemType", component->problem == NULL ? NULL : "Error");
    return message;
}

static char *details_of(const GPtrArray *components)
{
    g_autoptr(Json) details = json_object();
    Json *good = json_array(), *bad = json_array();
    for (guint i = 0; i < components->len; i++) {
        const struct component *component = components->pdata[i];
        json_append(component->problem == NULL ? good : bad, message_of(component));
    }
    json_set(details, "componentSuccesses", good);
    json_set(details, "componentFailures", bad);
    return json_print(details);
}

static void set_time(Json *json, const char *key, gint64 wall_ms)
{
    g_autofree char *text = rows_time(wall_ms);
    json_set_string(json, key, text);
}

static Json *options_of(const struct deploy *deploy)
{
    Json *options = json_object();
    json_set_bool(options, "checkOnly", deploy->check_only);
    json_set_bool(options, "rollbackOnError", true);
    json_set_bool(options, "singlePackage", true);
    return options;
}

Json *deploy_result(const struct deploy *deploy, bool details)
{
    const bool done = *deploy->package == '\0';
    Json *result = json_object();
    json_set_string(result, "id", deploy->name);
    json_set_bool(result, "checkOnly", deploy->check_only);
    json_set_string(result, "createdByName", deploy->user);
    set_time(result, "createdDate", deploy->created_ms);
    json_set_bool(result, "done", done);
    json_set_string(result, "status", deploy->status);
    json_set_bool(result, "success", strcmp(deploy->status, "Succeeded") == 0);
    json_set_int(result, "numberComponentsTotal", deploy->components);
    json_set_int(result, "numberComponentErrors", deploy->errors);
    json_set_int(result, "numberComponentsDeployed",
                 done && deploy->errors == 0 ? deploy->components : 0);
    if (*deploy->problem != '\0') {
        json_set_string(result, "errorMessage", deploy->problem);
        json_set_string(result, "errorStatusCode", "UNKNOWN_EXCEPTION");
    }
    if (*deploy->details != '\0' && details)
        json_set(result, "details", json_parse(deploy->details, strlen(deploy->details), NULL));
    return result;
}

static void answer(const struct state *state, const struct request *request,
                   struct response *response, unsigned status, const struct deploy *deploy)
{
    const char *wants = request_param(request, "includeDetails");
    Json *result = deploy_result(deploy, g_strcmp0(wants, "true") == 0);
    Json *body = json_object();
    g_autofree char *url = g_strdup_printf("%s/services/data/v%s/metadata/deployRequest/%s",
                                           state->instance_url, request->args[0], deploy->name);
    json_set_string(body, "id", deploy->name);
    json_set_string(body, "url", url);
    json_set(body, "deployOptions", options_of(deploy));
    json_set(body, "deployResult", result);
    response_json(response, status, body);
}

/* ---- running ---- */

static void finish(struct deploy *deploy, const char *status)
{
    text_set(&deploy->status, status);
    text_set(&deploy->package, "");
}

bool deploy_cancel(struct deploy *deploy)
{
    const bool runs = *deploy->package != '\0';
    if (runs)
        finish(deploy, "Canceled");
    return runs;
}

static void run(struct state *state, struct deploy *deploy)
{
    gsize length;
    char *problem = NULL;
    g_autofree guchar *zip = g_base64_decode(deploy->package, &length);
    g_autoptr(GPtrArray) components = package_read(zip, length, &problem);
    const struct user *user = state_find_user(state, deploy->user);
    bool fine = false;
    if (components != NULL && user != NULL) {
        fine = components_deploy(state, user, components, !deploy->check_only);
        g_free(deploy->details);
        deploy->details = details_of(components);
        deploy->components = components->len;
        for (guint i = 0; i < components->len; i++)
            deploy->errors += ((const struct component *)components->pdata[i])->problem != NULL;
    }
    if (problem != NULL)
        text_set(&deploy->problem, problem);
    g_free(problem);
    finish(deploy, fine ? "Succeeded" : "Failed");
}

void deploys_run(struct state *state)
{
    STATE_EACH(deploy, deploy, state)
    {
        if (*deploy->package != '\0' && deploy->due_ms <= state_now(state))
            run(state, deploy);
    }
}

struct deploy *deploy_begin(struct state *state, const struct user *user, const char *zip,
                            bool check_only)
{
    g_autofree char *id = id_make(state, "0Af");
    g_autofree char *long_id = id_18(id);
    struct deploy *deploy = state_add_deploy(state, long_id);
    text_set(&deploy->user, user->name);
    text_set(&deploy->package, zip);
    deploy->check_only = check_only;
    deploy->created_ms = state_now(state);
    deploy->due_ms = deploy->created_ms + state->org->deploy_ms;
    return deploy;
}

/* ---- the handlers ---- */

void metadata_deploy(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(Json) options = NULL;
    const guint8 *zip = NULL;
    gsize length = 0;
    if (!may_deploy(request, response))
        return;
    if (!read_parts(request, &options, &zip, &length)) {
        rest_error(response, 400, "INVALID_MULTIPART_REQUEST",
                   "A deploy has a part with JSON and a part with a zip file.");
        return;
    }
    g_autofree char *base64 = g_base64_encode(zip, length);
    const bool check_only = json_get_bool(json_get(options, "deployOptions"), "checkOnly", false);
    const struct deploy *deploy = deploy_begin(state, request->user, base64, check_only);
    answer(state, request, response, 201, deploy);
}

static struct deploy *asked_for(const struct state *state, const struct request *request,
                                struct response *response)
{
    g_autofree char *id = id_18(request->args[1]);
    struct deploy *deploy = state_find_deploy(state, id);
    if (!may_deploy(request, response))
        return NULL;
    if (deploy == NULL)
        rest_error(response, 404, "NOT_FOUND", "The requested resource does not exist");
    return deploy;
}

void metadata_status(struct state *state, struct request *request, struct response *response)
{
    struct deploy *deploy = asked_for(state, request, response);
    if (deploy == NULL)
        return;
    if (*deploy->package != '\0')
        text_set(&deploy->status, "InProgress");
    answer(state, request, response, 200, deploy);
}

void metadata_cancel(struct state *state, struct request *request, struct response *response)
{
    struct deploy *deploy = asked_for(state, request, response);
    if (deploy == NULL)
        return;
    g_autoptr(Json) body = json_parse(request->body->str, request->body->len, NULL);
    const char *wanted = json_get_string(json_get(body, "deployResult"), "status");
    if (g_strcmp0(wanted, "Canceling") != 0 || !deploy_cancel(deploy)) {
        rest_error(response, 400, "INVALID_ID_FIELD", "Deployment already completed");
        return;
    }
    answer(state, request, response, 202, deploy);
}
