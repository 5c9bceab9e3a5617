/* SPDX-License-Identifier: MIT */
#include "perch/explain/check_result.h"

#include <string.h>

#include "perch/base/text.h"

static const char *const statuses[] = {
    [CHECK_WAITING] = "waiting", [CHECK_RUNNING] = "running", [CHECK_OK] = "ok",
    [CHECK_FAILED] = "failed",   [CHECK_WARNING] = "warning", [CHECK_SKIPPED] = "skipped",
};

void check_result_free(struct check_result *result)
{
    if (result == NULL)
        return;
    g_free(result->summary);
    g_free(result->page_url);
    json_free(result->evidence);
    diagnosis_free(result->diagnosis);
    g_free(result);
}

struct check_result *check_result_copy(const struct check_result *result)
{
    struct check_result *copy = g_new0(struct check_result, 1);
    *copy = *result;
    copy->summary = g_strdup(result->summary);
    copy->page_url = g_strdup(result->page_url);
    copy->evidence = result->evidence == NULL ? NULL : json_copy(result->evidence);
    copy->diagnosis = diagnosis_copy(result->diagnosis);
    return copy;
}

struct check_result *check_result_failed(const char *id, const char *title, Diagnosis *diagnosis)
{
    struct check_result *result = g_new0(struct check_result, 1);
    *result = (struct check_result){.id = id,
                                    .title = title,
                                    .status = CHECK_FAILED,
                                    .blocks = true,
                                    .milliseconds = -1,
                                    .diagnosis = diagnosis};
    return result;
}

void check_result_diagnose(struct check_result *result, Diagnosis *diagnosis, const char *org,
                           const struct setup_ids *ids)
{
    struct setup_ids on_page = ids == NULL ? (struct setup_ids){0} : *ids;
    result->diagnosis = diagnosis;
    if (diagnosis->user_id != NULL)
        on_page.user_id = diagnosis->user_id;
    if (diagnosis->page != SETUP_PAGE_NONE && org != NULL)
        result->page_url = setup_page_url(diagnosis->page, org, &on_page);
}

void check_result_summarize(struct check_result *result, const char *text)
{
    enum { COLUMNS = 300 };
    g_autofree char *clean = text_clean(text);
    g_free(result->summary);
    result->summary = text_truncate(clean, COLUMNS);
}

const char *check_status_name(enum check_status status)
{
    return statuses[status];
}

const struct check_result *check_results_find(const GPtrArray *results, const char *id)
{
    for (guint i = 0; results != NULL && i < results->len; i++)
        if (strcmp(((const struct check_result *)results->pdata[i])->id, id) == 0)
            return results->pdata[i];
    return NULL;
}

char *check_results_phrase(const GPtrArray *results, const char *id)
{
    const struct check_result *result = check_results_find(results, id);
    if (result == NULL || (result->status != CHECK_OK && result->status != CHECK_WARNING))
        return NULL;
    return g_strdup_printf("%s: %s", result->title, result->summary);
}

char *check_result_why(const struct check_result *result)
{
    const struct diagnosis *diagnosis = result->diagnosis;
    if (diagnosis == NULL)
        return g_strdup(result->summary);
    if (diagnosis->happened == NULL)
        return g_strdup(diagnosis->title);
    return g_strdup_printf("%s %s", diagnosis->title, diagnosis->happened);
}

static Json *diagnosis_to_json(const struct check_result *result)
{
    const struct diagnosis *d = result->diagnosis;
    Json *json = json_object();
    json_set_string(json, "cause", cause_name(d->cause));
    json_set_string(json, "certainty", certainty_name(d->certainty));
    json_set_string(json, "summary", d->title);
    Json *fix = json_array();
    for (guint i = 0; i < d->fix->len; i++)
        json_append(fix, json_string_new(d->fix->pdata[i]));
    json_set(json, "fix", fix);
    json_set_string(json, "page", result->page_url);
    json_set_string(json, "code", d->code);
    json_set_string(json, "message", d->message);
    json_set_string(json, "retry", retry_name(d->retry));
    return json;
}

Json *check_result_to_json(const struct check_result *result)
{
    Json *json = json_object();
    json_set_string(json, "id", result->id);
    json_set_string(json, "title", result->title);
    json_set_string(json, "status", check_status_name(result->status));
    json_set_int(json, "milliseconds", MAX(0, result->milliseconds));
    Json *evidence = result->evidence == NULL ? json_object() : json_copy(result->evidence);
    if (result->summary != NULL)
        json_set_string(evidence, "summary", result->summary);
    json_set(json, "evidence", evidence);
    if (result->diagnosis != NULL)
        json_set(json, "diagnosis", diagnosis_to_json(result));
    return json;
}

enum check_status check_results_status(const GPtrArray *results)
{
    enum check_status worst = CHECK_OK;
    for (guint i = 0; i < results->len; i++) {
        const struct check_result *result = results->pdata[i];
        if (result->status == CHECK_FAILED && result->blocks)
            return CHECK_FAILED;
        if (result->status == CHECK_FAILED || result->status == CHECK_WARNING)
            worst = CHECK_WARNING;
    }
    return worst;
}

enum perch_exit check_results_exit(const GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const struct check_result *result = results->pdata[i];
        if (result->status == CHECK_FAILED && result->blocks)
            return result->diagnosis == NULL ? PERCH_EXIT_UNEXPECTED : result->diagnosis->exit;
    }
    return PERCH_EXIT_OK;
}

Json *check_results_to_json(const GPtrArray *results, const char *command, const char *connection)
{
    Json *json = json_object();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", command);
    json_set_string(json, "connection", connection);
    json_set_string(json, "status", check_status_name(check_results_status(results)));
    json_set_int(json, "exit", check_results_exit(results));
    Json *checks = json_array();
    for (guint i = 0; i < results->len; i++)
        json_append(checks, check_result_to_json(results->pdata[i]));
    json_set(json, "checks", checks);
    return json;
}
