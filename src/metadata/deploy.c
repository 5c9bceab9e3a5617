/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "perch/metadata/metadata.h"
#include "perch/rest/rest.h"

/* ---- requests ---- */

HttpRequest *deploy_request(const char *base, const char *version, Secret *package, bool check_only,
                            Secret *token)
{
    enum { SEND_MS = 120000 };
    g_autoptr(Secret) noise = secret_new_random(18);
    g_autofree char *boundary = g_strdup_printf("perch-%s", secret_peek(noise));
    g_autofree char *type = g_strdup_printf("multipart/form-data; boundary=%s", boundary);
    g_autofree char *head = g_strdup_printf(
        "--%s\r\nContent-Disposition: form-data; name=\"json\"\r\n"
        "Content-Type: application/json\r\n\r\n"
        "{\"deployOptions\":{\"singlePackage\":true,\"rollbackOnError\":true,\"checkOnly\":%s}}\r\n"
        "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"deploy.zip\"\r\n"
        "Content-Type: application/zip\r\n\r\n",
        boundary, check_only ? "true" : "false", boundary);
    g_autofree char *tail = g_strdup_printf("\r\n--%s--\r\n", boundary);
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add(body, head);
    secret_buf_add_len(body, secret_peek(package), secret_length(package));
    secret_buf_add(body, tail);
    g_autoptr(Secret) content = secret_new_len(body->text, body->length);
    HttpRequest *request = rest_request("POST", base, version, "metadata/deployRequest", token);
    http_request_body(request, type, content);
    http_request_timeout(request, SEND_MS);
    return request;
}

HttpRequest *deploy_status_request(const char *base, const char *version, const char *id,
                                   Secret *token)
{
    g_autofree char *safe = g_uri_escape_string(id, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("metadata/deployRequest/%s?includeDetails=true", safe);
    return rest_request("GET", base, version, path, token);
}

/* ---- answers ---- */

static void problem_free(gpointer data)
{
    struct deploy_problem *problem = data;
    g_free(problem->type);
    g_free(problem->name);
    g_free(problem->text);
    g_free(problem);
}

static void add_problem(struct deploy_report *report, const char *type, const char *name,
                        const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    struct deploy_problem *problem = g_new0(struct deploy_problem, 1);
    problem->type = text_told(type, TOLD_NAME);
    problem->name = text_told(name, TOLD_NAME);
    problem->text = text_clean(text);
    g_ptr_array_add(report->problems, problem);
}

static void add_component(struct deploy_report *report, const Json *failure)
{
    add_problem(report, json_get_string(failure, "componentType"),
                json_get_string(failure, "fullName"), json_get_string(failure, "problem"));
}

static bool flag_of(const Json *result, const char *key)
{
    return json_get_bool(result, key, g_strcmp0(json_get_string(result, key), "true") == 0);
}

void deploy_report_read(struct deploy_report *ret_report, const Json *answer)
{
    const Json *result = json_get(answer, "deployResult");
    const char *id = json_get_string(answer, "id");
    const Json *failures = json_get(json_get(result, "details"), "componentFailures");
    *ret_report = (struct deploy_report){
        .id = g_strdup(id != NULL ? id : json_get_string(result, "id")),
        .status = text_told(json_get_string(result, "status"), TOLD_NAME),
        .done = flag_of(result, "done"),
        .success = flag_of(result, "success"),
        .deployed = json_get_int(result, "numberComponentsDeployed", 0),
        .total = json_get_int(result, "numberComponentsTotal", 0),
        .problems = g_ptr_array_new_with_free_func(problem_free),
    };
    if (json_is_object(failures))
        add_component(ret_report, failures);
    JSON_FOREACH(failure, json_is_array(failures) ? failures : NULL)
    add_component(ret_report, failure);
    add_problem(ret_report, NULL, NULL, json_get_string(result, "errorMessage"));
}

void deploy_report_clear(struct deploy_report *report)
{
    g_free(report->id);
    g_free(report->status);
    g_clear_pointer(&report->problems, g_ptr_array_unref);
}
