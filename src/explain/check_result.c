/* SPDX-License-Identifier: MIT */
#include "perch/check_result.h"

#include "perch/text.h"

static const struct {
    const char *name;
    enum mark mark;
} statuses[] = {
    [CHECK_WAITING] = {"waiting", MARK_OPEN},
    [CHECK_RUNNING] = {"running", MARK_WORKING},
    [CHECK_OK] = {"ok", MARK_OK},
    [CHECK_FAILED] = {"failed", MARK_FAILED},
    [CHECK_WARNING] = {"warning", MARK_WARNING},
    [CHECK_SKIPPED] = {"skipped", MARK_SKIPPED},
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

const char *check_status_name(enum check_status status)
{
    return statuses[status].name;
}

enum mark check_status_mark(enum check_status status)
{
    return statuses[status].mark;
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

static void view_diagnosis(const struct check_result *result, struct view *view)
{
    const struct diagnosis *d = result->diagnosis;
    g_autofree char *title = g_strdup_printf("%s  (%s)", d->title, _(certainty_name(d->certainty)));
    view_text(view, result->status == CHECK_FAILED ? ROLE_FAIL : ROLE_WARN, 2, title);
    if (d->happened != NULL)
        view_text(view, ROLE_PLAIN, 2, d->happened);
    if (d->fix->len > 0)
        view_text(view, ROLE_PLAIN, 2, _("To fix"));
    for (guint i = 0; i < d->fix->len; i++) {
        g_autofree char *step = g_strdup_printf("%u. %s", i + 1, (const char *)d->fix->pdata[i]);
        view_text(view, ROLE_PLAIN, 4, step);
    }
    if (d->page != SETUP_PAGE_NONE) {
        g_autofree char *page = g_strdup_printf(_("Page: %s"), setup_page_path(d->page));
        view_text(view, ROLE_ACCENT, 4, page);
    }
    if (d->tell_apart != NULL)
        view_text(view, ROLE_DIM, 2, d->tell_apart);
    if (d->message != NULL && *d->message != '\0') {
        g_autofree char *said = g_strdup_printf(_("The answer was: %s"), d->message);
        view_text(view, ROLE_DIM, 2, said);
    }
}

void check_result_view(const struct check_result *result, struct view *view, int id, bool open)
{
    struct view_item *item = view_add(view, VIEW_CHECK, id, result->title);
    view_item_set(&item->value, result->summary);
    item->mark = check_status_mark(result->status);
    if (result->status == CHECK_RUNNING && view->now_ms - result->started_ms >= 300)
        item->right =
            g_strdup_printf("%.1f s", (double)(view->now_ms - result->started_ms) / 1000.0);
    else if (result->milliseconds >= 0 && result->status != CHECK_RUNNING)
        item->right = g_strdup_printf("%d ms", MAX(1, result->milliseconds));
    if (open && result->diagnosis != NULL)
        view_diagnosis(result, view);
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
