/* SPDX-License-Identifier: MIT */
#include "rehearse.h"

#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/handoff/handoff.h"

/*
 * The whole chain: calls the flow's webhook with samples that contain a mark, then queries the org
 * until a record with that mark exists. The webhook's address is a secret: it appears in the
 * request only.
 */

enum { WATCH_MS = 60 * 1000, ASK_EVERY_MS = 1500, NEWEST = 50 };

/* ---- call the flow ---- */

static void make_mark(struct rehearsal *rehearsal)
{
    guint8 bytes[4];
    random_bytes(bytes, sizeof bytes);
    g_free(rehearsal->mark);
    rehearsal->mark =
        g_strdup_printf("perch%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3]);
}

/* No mark in numbers: a field may refuse other characters. */
static bool can_carry_mark(const char *sample)
{
    return sample[strcspn(sample, "0123456789")] == '\0' || g_ascii_isalpha(*sample);
}

/* The channel's variables with the mark in them: name → value. */
static Json *marked_variables(const struct check_run *run)
{
    const char *mark = run->session->rehearsal->mark;
    Json *marked = json_object();
    JSON_FOREACH(sample, json_get(rehearse_channel(run), "variables"))
    {
        g_autofree char *text = g_strdup_printf("%s %s", json_string(sample), mark);
        json_set_string(marked, json_key(sample),
                        can_carry_mark(json_string(sample)) ? text : json_string(sample));
    }
    return marked;
}

static char *payload(const struct check_run *run)
{
    g_autoptr(Json) body = json_object();
    g_autoptr(Json) marked = marked_variables(run);
    JSON_FOREACH(value, marked)
    {
        text_put(body, json_key(value), json_string_new(json_string(value)));
    }
    json_set_string(body, "channel", json_get_string(rehearse_channel(run), "id"));
    return json_print(body);
}

/* Whether a variable in the field's text contains the mark. */
static bool is_marked(const Json *channel, const Json *field)
{
    g_autoptr(GPtrArray) names = text_variables(json_get_string(field, "text"));
    for (guint i = 0; i < names->len; i++) {
        const char *sample = json_get_string(json_get(channel, "variables"), names->pdata[i]);
        if (sample != NULL && can_carry_mark(sample))
            return true;
    }
    return false;
}

/* A field of this type (NULL = any) that the flow fills with a variable. */
static const char *marked_field(const Json *channel, const char *type)
{
    JSON_FOREACH(field, json_get(channel, "fields"))
    {
        if (is_marked(channel, field) &&
            (type == NULL || g_strcmp0(json_get_string(field, "type"), type) == 0))
            return json_get_string(field, "field");
    }
    return NULL;
}

/* The address is Bird's: advice for Salesforce's hosts does not apply. */
static void judge_lost(struct check_run *run, const struct http_response *response)
{
    if (response->end == HTTP_TIMEOUT_ANSWER || response->end == HTTP_CUT ||
        response->end == HTTP_UNKNOWN) {
        check_warn(run, NULL, _("no answer (%s); the flow may have started nonetheless"),
                   response->detail);
        return;
    }
    g_autofree char *text = g_strdup_printf(
        _("The webhook's address cannot be reached (%s). Copy it again from the flow's webhook "
          "step."),
        response->detail);
    check_fail_own(run, STAGE_ANY, "webhook", text);
}

/* A flow that answers at once passes on what its function returned. Watch the org anyway: the
 * answer and the facts may differ. */
static bool told_failure(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) answer = http_response_json(response);
    const char *code = json_is_object(answer) ? json_get_string(answer, "errorCode") : NULL;
    const char *message = json_is_object(answer) ? json_get_string(answer, "message") : NULL;
    if (code == NULL || *code == '\0' || json_get_bool(answer, "success", false))
        return false;
    g_autofree char *clean = text_clean(message == NULL ? "" : message);
    g_autofree char *clean_code = text_clean(code);
    check_warn(run, NULL, _("answered %ld, reporting a failure: %s: %s"), response->status,
               clean_code, clean);
    return true;
}

/* "senderName, message, channel": what the webhook's step has to declare. */
static char *sent_names(const struct check_run *run)
{
    GString *names = g_string_new(NULL);
    JSON_FOREACH(sample, json_get(rehearse_channel(run), "variables"))
    {
        g_string_append_printf(names, "%s, ", json_key(sample));
    }
    g_string_append(names, "channel");
    return g_string_free(names, FALSE);
}

static void judge_webhook(struct check_run *run, const struct http_response *response)
{
    if (response->end != HTTP_ANSWERED) {
        judge_lost(run, response);
        return;
    }
    check_evidence_int(run, "status", response->status);
    check_evidence(run, "mark", run->session->rehearsal->mark);
    if (response->status >= 200 && response->status < 300) {
        g_autofree char *names = sent_names(run);
        check_evidence(run, "variables", names);
        if (!told_failure(run, response))
            check_ok(run, _("answered %ld to %s; the sample values carry the mark %s"),
                     response->status, names, run->session->rehearsal->mark);
        return;
    }
    bool refused = response->status == 401 || response->status == 403;
    g_autofree char *text = g_strdup_printf(
        refused ? _("The webhook answered %ld: it requires a key, or a different one. Copy it "
                    "from the flow's trigger.")
                : _("The webhook answered %ld. Publish the flow, and copy the address again from "
                    "its webhook step."),
        response->status);
    check_fail_own(run, STAGE_ANY, "webhook", text);
}

void check_webhook(struct check_run *run)
{
    struct rehearsal *rehearsal = run->session->rehearsal;
    if (marked_field(rehearse_channel(run), NULL) == NULL) {
        check_fail_own(run, STAGE_ANY, "webhook",
                       _("This channel fills no field with text from the flow, so perch could not "
                         "tell the flow's record from others. The flow was not started. Map a "
                         "variable first."));
        return;
    }
    make_mark(rehearsal);
    g_autoptr(WipedText) text = payload(run);
    g_autoptr(Secret) body = secret_new(text);
    struct webhook webhook;
    webhook_read(secret_peek(rehearsal->webhook), &webhook);
    HttpRequest *request = http_request_new("POST", webhook.address);
    g_autoptr(Secret) key = secret_new(webhook.key);
    g_autofree char *signature = webhook_signature(&webhook, text);
    if (*webhook.key != '\0')
        http_request_bearer(request, key);
    if (*webhook.header != '\0')
        http_request_header(request, webhook.header, signature);
    webhook_clear(&webhook);
    http_request_body(request, "application/json", body);
    rehearsal->called_ms = clock_monotonic_ms();
    check_http_any(run, request, judge_webhook);
}

/* ---- watch for its record ---- */

static bool carries_mark(const struct check_run *run, const Json *record)
{
    JSON_FOREACH(value, record)
    {
        if (json_is_string(value) &&
            strstr(json_string(value), run->session->rehearsal->mark) != NULL)
            return true;
    }
    return false;
}

static char *watch_query(const struct check_run *run)
{
    const Json *channel = rehearse_channel(run);
    const char *searched = marked_field(channel, "string"); /* SOQL cannot filter on long text */
    GString *soql = g_string_new("SELECT Id");
    JSON_FOREACH(value, json_get(json_get(channel, "step"), "body"))
    {
        g_string_append_printf(soql, ",%s", json_key(value));
    }
    g_string_append_printf(soql, " FROM %s", json_get_string(channel, "object"));
    if (searched != NULL)
        g_string_append_printf(soql, " WHERE %s LIKE '%%%s%%'", searched,
                               run->session->rehearsal->mark);
    g_string_append_printf(soql, " ORDER BY CreatedDate DESC LIMIT %d", NEWEST);
    return g_string_free(soql, FALSE);
}

static void ask_for_record(struct check_run *run);

static gboolean ask_again(gpointer user)
{
    struct check_run *run = user;
    if (check_run_is_alive(run))
        ask_for_record(run);
    return G_SOURCE_REMOVE;
}

static void arrived(struct check_run *run, const Json *record)
{
    struct rehearsal *rehearsal = run->session->rehearsal;
    g_autoptr(Json) marked = marked_variables(run);
    g_autoptr(Json) wanted = rehearse_record(rehearse_channel(run), marked);
    g_autoptr(GPtrArray) differences = record_differences(wanted, record);
    int seconds = (int)((clock_monotonic_ms() - rehearsal->called_ms + 500) / 1000);
    g_free(rehearsal->flow_record);
    rehearsal->flow_record = g_strdup(json_get_string(record, "Id"));
    check_evidence(run, "id", rehearsal->flow_record);
    check_evidence_int(run, "seconds", seconds);
    if (differences->len == 0) {
        check_ok(run, _("%s, after %d s, with the fields as they were sent"),
                 rehearsal->flow_record, seconds);
        return;
    }
    g_ptr_array_add(differences, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **)differences->pdata);
    check_evidence(run, "different", names);
    check_warn(run, NULL, _("%s, after %d s, but these fields differ from what was sent: %s"),
               rehearsal->flow_record, seconds, names);
}

static void judge_records(struct check_run *run, const struct http_response *response)
{
    struct rehearsal *rehearsal = run->session->rehearsal;
    guint watch_ms = rehearsal->watch_ms > 0 ? rehearsal->watch_ms : WATCH_MS;
    if (response->status != 200) {
        rehearse_refused(run, STAGE_REST, rehearse_channel(run), response);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    JSON_FOREACH(record, json_get(answer, "records"))
    {
        if (carries_mark(run, record) && salesforce_id_is_valid(json_get_string(record, "Id"))) {
            arrived(run, record);
            return;
        }
    }
    if (clock_monotonic_ms() - rehearsal->called_ms + ASK_EVERY_MS <= watch_ms) {
        g_timeout_add(ASK_EVERY_MS, ask_again, run);
        return;
    }
    g_autofree char *text = g_strdup_printf(
        _("The flow was started, but no record with the mark %s appeared within %u seconds. Look "
          "at the run in the flow's log: 400 JSON_PARSER_ERROR there means that a text is not "
          "escaped (perch help handoff); 401 means that the token step's variable is not "
          "access_token."),
        rehearsal->mark, watch_ms / 1000);
    check_fail_own(run, STAGE_ANY, "not-arrived", text);
}

/* Queries go to the exported address without "sobjects/Lead". */
static void ask_for_record(struct check_run *run)
{
    const char *url = json_get_string(json_get(rehearse_channel(run), "step"), "url");
    const char *end = strstr(url, "/sobjects/");
    g_autofree char *base = g_strndup(url, end == NULL ? strlen(url) : (gsize)(end - url));
    g_autofree char *soql = watch_query(run);
    g_autofree char *escaped = g_uri_escape_string(soql, NULL, FALSE);
    g_autofree char *rest = g_strconcat("/query?q=", escaped, NULL);
    check_http(run, rehearse_request(run, "GET", base, rest), judge_records);
}

void check_arrived(struct check_run *run)
{
    ask_for_record(run);
}

static void judge_cleared(struct check_run *run, const struct http_response *response)
{
    if (response->status == 204)
        check_ok(run, _("nothing left behind"));
    else
        rehearse_refused(run, STAGE_REST, rehearse_channel(run), response);
}

void check_flow_deleted(struct check_run *run)
{
    g_autofree char *rest = g_strconcat("/", run->session->rehearsal->flow_record, NULL);
    check_http(run,
               rehearse_request(run, "DELETE",
                                json_get_string(json_get(rehearse_channel(run), "step"), "url"),
                                rest),
               judge_cleared);
}
