/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard_private.h"

/* Shared by all steps with a list of checks. */

void list_start(struct wizard *w, enum check_list_id list, bool keep, GArray *out)
{
    if (w->lists[list].running)
        effect_add(out, EFFECT_CANCEL_CHECKS)->list = list;
    w->lists[list].serial = ++w->next_serial;
    w->lists[list].running = true;
    struct effect *effect = effect_add(out, EFFECT_CHECKS);
    effect->list = list;
    effect->serial = w->lists[list].serial;
    effect->keep = keep;
}

void list_cancel(struct wizard *w, enum check_list_id list, GArray *out)
{
    if (!w->lists[list].running)
        return;
    w->lists[list].running = false;
    w->lists[list].serial = ++w->next_serial;
    effect_add(out, EFFECT_CANCEL_CHECKS)->list = list;
    g_clear_pointer(&w->lists[list].results, g_ptr_array_unref);
}

void list_clear(struct wizard *w, enum check_list_id list)
{
    g_clear_pointer(&w->lists[list].results, g_ptr_array_unref);
}

void list_forget(struct wizard *w, enum check_list_id list, GArray *out)
{
    list_cancel(w, list, out);
    list_clear(w, list);
}

/* Before the App step, the kind of app is unknown. */
static enum failure_app app_of(const struct wizard *w)
{
    if (w->furthest < STEP_APP && w->connection->client_id == NULL)
        return FAILURE_APP_UNKNOWN;
    return w->connection->app_kind == APP_CONNECTED ? FAILURE_APP_CONNECTED : FAILURE_APP_EXTERNAL;
}

struct check_result *failure_result(const struct wizard *w, const char *id, const char *title,
                                    const struct failure *failure, const char *org)
{
    const Connection *connection = w->connection;
    bool own = org != NULL && (g_strcmp0(org, connection->login_url) == 0 ||
                               g_strcmp0(org, connection->instance_url) == 0);
    const struct setup_ids ids = {.user_id = own ? connection->user_id : NULL,
                                  .profile_id = own ? connection->profile_id : NULL,
                                  .app_id = own ? connection->app_id : NULL};
    struct failure seen = *failure;
    struct check_result *result = check_result_failed(id, title, NULL);
    seen.app = app_of(w);
    g_autofree char *words = failure_words(failure);
    check_result_summarize(result, words);
    struct diagnosis *diagnosis = explain(&seen);
    diagnosis_name(diagnosis, own ? connection->name : NULL);
    check_result_diagnose(result, diagnosis, org, &ids);
    return result;
}

static bool list_ended(const struct wizard *w, enum check_list_id list)
{
    return w->lists[list].results != NULL && !w->lists[list].running;
}

bool list_ok(const struct wizard *w, enum check_list_id list)
{
    return list_ended(w, list) && check_results_status(w->lists[list].results) != CHECK_FAILED;
}

bool list_failed(const struct wizard *w, enum check_list_id list)
{
    return list_ended(w, list) && check_results_status(w->lists[list].results) == CHECK_FAILED;
}

bool wizard_goes_on(const struct wizard *w, enum check_list_id list)
{
    return w->make.goes_on && list_ended(w, list) &&
           check_results_status(w->lists[list].results) == CHECK_OK;
}

const struct check_result *list_find(const struct wizard *w, enum check_list_id list,
                                     const char *id)
{
    return check_results_find(w->lists[list].results, id);
}

const struct check_result *list_focused(const struct wizard *w, enum check_list_id list, int focus)
{
    const GPtrArray *results = w->lists[list].results;
    if (results == NULL)
        return NULL;
    const bool on_row = focus >= ITEM_CHECK && focus < ITEM_CHECK + (int)results->len;
    const struct check_result *row = on_row ? results->pdata[focus - ITEM_CHECK] : NULL;
    for (guint i = 0; i < results->len && (row == NULL || row->diagnosis == NULL); i++) {
        const struct check_result *result = results->pdata[i];
        if (result->status == CHECK_FAILED)
            return result;
    }
    return row;
}

void list_view(const struct wizard *w, enum check_list_id list, struct view *view, int focus)
{
    const GPtrArray *results = w->lists[list].results;
    for (guint i = 0; results != NULL && i < results->len; i++) {
        const struct check_result *result = results->pdata[i];
        bool open = result->status == CHECK_FAILED || focus == ITEM_CHECK + (int)i;
        check_result_view(result, view, ITEM_CHECK + (int)i, open);
    }
}

void result_keys(const struct check_result *result, struct view *view)
{
    if (result->page_url != NULL)
        view_key(view, ACTION_OPEN, _("open Setup page"));
    view_key(view, ACTION_COPY, _("copy fix"));
    if (result->page_url != NULL)
        view_key(view, ACTION_WRITE, _("to file"));
}

/* The input whose value a cause is about. */
static const struct field_of_cause {
    enum cause cause;
    enum step step;
    int item;
} fields[] = {
    {CAUSE_CONSUMER_SECRET_WRONG, STEP_KEYS, ITEM_CLIENT_SECRET},
    {CAUSE_SIGNATURE_WRONG, STEP_KEYS, ITEM_CLIENT_SECRET},
    {CAUSE_CONSUMER_KEY_UNKNOWN, STEP_KEYS, ITEM_CLIENT_ID},
    {CAUSE_DNS_FAILED, STEP_ORG, ITEM_ADDRESS},
    {CAUSE_NOT_SALESFORCE_HOST, STEP_ORG, ITEM_ADDRESS},
};

static const struct field_of_cause *field_of(const struct check_result *result)
{
    for (gsize i = 0; result != NULL && result->diagnosis != NULL && i < G_N_ELEMENTS(fields); i++)
        if (fields[i].cause == result->diagnosis->cause)
            return &fields[i];
    return NULL;
}

static void blame(struct wizard *w, int item)
{
    wizard_error(
        w, item,
        _("Salesforce did not accept this. Copy it again and paste it here: it replaces what "
          "is in the field."));
}

void list_blame_secret(struct wizard *w, enum check_list_id list)
{
    const struct field_of_cause *field = field_of(list_focused(w, list, 0));
    if (list_failed(w, list) && field != NULL && field->item == ITEM_CLIENT_SECRET)
        blame(w, field->item);
}

static void open_field(struct wizard *w, const struct field_of_cause *field, GArray *out)
{
    while (wizard_screen(w) != SCREEN_STEP)
        screen_close(w);
    if (w->step != field->step)
        wizard_go(w, field->step, out);
    if (field->step == STEP_KEYS)
        blame(w, field->item);
    w->field = field->item;
    w->screen++; /* so that the focus goes there */
}

void list_keys(const struct wizard *w, enum check_list_id list, struct view *view, int focus)
{
    const struct check_result *result = list_focused(w, list, focus);
    const struct field_of_cause *field = field_of(result);
    if (field != NULL && !w->no_input && (focus != field->item || w->step != field->step))
        view_key(view, ACTION_FIELD, _("correct the value"));
    if (result != NULL && result->diagnosis != NULL)
        result_keys(result, view);
}

Secret *diagnosis_text(const struct diagnosis *d, const char *page_url)
{
    GString *text = g_string_new(d->title);
    for (guint i = 0; i < d->fix->len; i++)
        g_string_append_printf(text, "\n%u. %s", i + 1, (const char *)d->fix->pdata[i]);
    if (page_url != NULL)
        g_string_append_printf(text, "\n%s", page_url);
    if (d->message != NULL && *d->message != '\0')
        g_string_append_printf(text, "\n%s", d->message);
    g_string_append_c(text, '\n');
    Secret *secret = secret_new(text->str);
    g_string_free(text, TRUE);
    return secret;
}

bool result_action(const struct check_result *result, const struct view_event *event, GArray *out)
{
    if (is_action(event, ACTION_OPEN) && result->page_url != NULL) {
        effect_text(out, EFFECT_OPEN, result->page_url);
        return true;
    }
    if (is_action(event, ACTION_WRITE) && result->page_url != NULL) {
        effect_text(out, EFFECT_WRITE, result->page_url);
        return true;
    }
    if (is_action(event, ACTION_COPY)) {
        g_autoptr(Secret) text = diagnosis_text(result->diagnosis, result->page_url);
        effect_secret(out, EFFECT_COPY, text);
        return true;
    }
    return false;
}

bool list_action(struct wizard *w, enum check_list_id list, const struct view_event *event,
                 GArray *out)
{
    const struct check_result *result = list_focused(w, list, event->id);
    if (is_action(event, ACTION_FIELD) && field_of(result) != NULL) {
        open_field(w, field_of(result), out);
        return true;
    }
    return result != NULL && result->diagnosis != NULL && result_action(result, event, out);
}
