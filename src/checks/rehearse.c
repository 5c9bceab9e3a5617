/* SPDX-License-Identifier: MIT */
#include "rehearse.h"

#include <string.h>

#include "perch/auth/jwt.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/handoff/handoff.h"
#include "registry.h"

void rehearsal_begin(struct session *session, const char *channel, Secret *webhook, guint watch_ms)
{
    rehearsal_free(session->rehearsal);
    session->rehearsal_free = rehearsal_free;
    session->rehearsal = g_new0(struct rehearsal, 1);
    session->rehearsal->channel = g_strdup(channel);
    session->rehearsal->webhook = secret_ref(webhook);
    session->rehearsal->watch_ms = watch_ms;
    session->rehearsal->records = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void rehearsal_free(struct rehearsal *rehearsal)
{
    if (rehearsal == NULL)
        return;
    g_free(rehearsal->channel);
    secret_unref(rehearsal->webhook);
    json_free(rehearsal->values);
    secret_unref(rehearsal->token);
    secret_unref(rehearsal->assertion);
    g_hash_table_unref(rehearsal->records);
    g_free(rehearsal->mark);
    g_free(rehearsal->flow_record);
    g_free(rehearsal);
}

static struct rehearsal *rehearsal_of(const struct check_run *run)
{
    return run->session->rehearsal;
}

/* ---- the values ---- */

static bool take_values(struct check_run *run, GError **error)
{
    struct session *session = run->session;
    struct rehearsal *rehearsal = session->rehearsal;
    g_autoptr(Secret) text =
        handoff_export(session->connection, session_secrets(session), HANDOFF_JSON, error);
    if (text == NULL)
        return false;
    json_free(rehearsal->values);
    rehearsal->values = json_parse(secret_peek(text), secret_length(text), error);
    return rehearsal->values != NULL;
}

static void export_values(struct check_run *run)
{
    g_autoptr(GError) error = NULL;
    enum perch_exit code = PERCH_EXIT_AUTHORIZATION;
    const char *problem =
        handoff_problem(run->session->connection, session_secrets(run->session), &code);
    if (problem != NULL)
        check_fail_own(run, STAGE_TOKEN, code == PERCH_EXIT_APP ? "rotation" : "not-authorized",
                       problem);
    else if (!take_values(run, &error))
        check_fail_error(run, STAGE_ANY, error);
    else
        check_ok(run, _("exported; the steps below use nothing else"));
}

static void loaded(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (check_tokens_done(run, async))
        export_values(run);
}

/* The wizard has the tokens in its session; a command reads them from the keyring. */
static void check_values(struct check_run *run)
{
    struct session *session = run->session;
    if (session_can_renew(session))
        export_values(run);
    else
        tokens_load(session->tokens, session->connection->name, run->cancellable, loaded, run);
}

/* ---- a step of the flow ---- */

static const Json *first_step(const struct check_run *run)
{
    return json_first(json_get(rehearsal_of(run)->values, "steps"));
}

const Json *rehearse_channel(const struct check_run *run)
{
    const char *end = strrchr(run->def->id, '-');
    g_autofree char *id = g_strndup(run->def->id, (gsize)(end - run->def->id));
    JSON_FOREACH(channel, json_get(rehearsal_of(run)->values, "channels"))
    {
        if (g_strcmp0(json_get_string(channel, "id"), id) == 0)
            return channel;
    }
    return NULL;
}

static const char *variable_value(const char *name, gpointer user)
{
    return json_get_string(user, name);
}

Json *rehearse_record(const Json *channel, const Json *variables)
{
    Json *record = json_object();
    JSON_FOREACH(value, json_get(json_get(channel, "step"), "body"))
    {
        g_autofree char *text =
            json_is_string(value)
                ? text_fill(json_string(value), variable_value, (gpointer)(guintptr)variables)
                : NULL;
        json_set(record, json_key(value), text == NULL ? json_copy(value) : json_string_new(text));
    }
    return record;
}

/* A form-encoded body for display, without its secrets. */
static char *shown_form(const char *body)
{
    g_auto(GStrv) pairs = g_strsplit(body, "&", -1);
    for (char **pair = pairs; *pair != NULL; pair++) {
        if (!g_str_has_prefix(*pair, "client_secret=") &&
            !g_str_has_prefix(*pair, "refresh_token="))
            continue;
        char *shown = g_strdup_printf("%.*s…", (int)strlen("client_secret="), *pair);
        wipe_free(*pair);
        *pair = shown;
    }
    return g_strjoinv("&", pairs);
}

/* Adds the request to the evidence, as in the form of the flow's step. */
static void tell_request(struct check_run *run, const Json *step)
{
    Json *request = json_object();
    const char *form = json_get_string(step, "body");
    static const char *const keys[] = {"method", "url"};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        json_set_string(request, keys[i], json_get_string(step, keys[i]));
    json_set(request, "headers", json_copy(json_get(step, "headers")));
    g_autofree char *shown = form == NULL ? NULL : shown_form(form);
    json_set(request, "body",
             shown != NULL ? json_string_new(shown) : json_copy(json_get(step, "body")));
    json_set_string(request, "variable", json_get_string(step, "variable"));
    if (run->result->evidence == NULL)
        run->result->evidence = json_object();
    json_set(run->result->evidence, "request", request);
}

static const char *token_value(const char *name, gpointer user)
{
    const struct rehearsal *rehearsal = user;
    return strcmp(name, "access_token") == 0 && rehearsal->token != NULL
               ? secret_peek(rehearsal->token)
               : NULL;
}

/* Takes ownership of body. */
static HttpRequest *step_request(const struct check_run *run, const Json *step, char *body)
{
    HttpRequest *request =
        http_request_new(json_get_string(step, "method"), json_get_string(step, "url"));
    const char *type = NULL;
    JSON_FOREACH(header, json_get(step, "headers"))
    {
        g_autoptr(WipedText) value = text_fill(json_string(header), token_value, rehearsal_of(run));
        if (g_ascii_strcasecmp(json_key(header), "Content-Type") == 0)
            type = json_string(header);
        else
            http_request_header(request, json_key(header), value);
    }
    g_autoptr(Secret) secret = secret_new(body);
    wipe_free(body);
    http_request_body(request, type, secret);
    return request;
}

HttpRequest *rehearse_request(const struct check_run *run, const char *method, const char *base,
                              const char *rest)
{
    g_autofree char *url = g_strconcat(base, rest, NULL);
    HttpRequest *request = http_request_new(method, url);
    http_request_bearer(request, rehearsal_of(run)->token);
    return request;
}

void rehearse_refused(struct check_run *run, enum stage stage, const Json *channel,
                      const struct http_response *response)
{
    check_fail_response(run, stage, stage == STAGE_INSERT ? FAILURE_OF_OBJECT : FAILURE_OF_RECORD,
                        json_get_string(channel, "object"), response);
}

/* ---- step 1: a token ---- */

/* {{env.NAME}}, for platforms that keep secrets separately, and {{assertion}}. */
static const char *env_value(const char *path, gpointer user)
{
    const struct rehearsal *rehearsal = user;
    if (strcmp(path, "assertion") == 0)
        return secret_peek(rehearsal->assertion);
    return g_str_has_prefix(path, "env.")
               ? json_get_string(json_get(rehearsal->values, "environment"), path + strlen("env."))
               : NULL;
}

/* Signs as a program does that has the values only; TRUE if nothing is to be signed. */
static bool sign_assertion(struct rehearsal *rehearsal, GError **error)
{
    const Json *values = rehearsal->values;
    g_autoptr(Secret) key = secret_new(json_get_string(values, "private_key"));
    if (key == NULL)
        return true;
    const struct jwt_claims claims = {.client_id = json_get_string(values, "client_id"),
                                      .username = json_get_string(values, "username"),
                                      .audience = json_get_string(values, "audience"),
                                      .now_ms = clock_wall_ms()};
    secret_unref(rehearsal->assertion);
    rehearsal->assertion = jwt_assertion(&claims, key, error);
    return rehearsal->assertion != NULL;
}

/* The flow's first request, with the values as they are under the lock; its answer is stored like
 * that of any other refresh. */
static HttpRequest *flow_request(gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    if (run->result == NULL || !take_values(run, &error))
        return NULL;
    const Json *step = first_step(run);
    if (!sign_assertion(rehearsal_of(run), &error))
        return NULL;
    return step_request(run, step,
                        text_fill(json_get_string(step, "body"), env_value, rehearsal_of(run)));
}

/* Takes the token from the answer as the flow's form does. */
static void flow_answered(const struct http_response *response, gpointer user)
{
    struct check_run *run = user;
    if (run->result == NULL || response->end != HTTP_ANSWERED)
        return;
    struct rehearsal *rehearsal = rehearsal_of(run);
    g_autoptr(Json) answer = http_response_json(response);
    check_evidence_int(run, "status", response->status);
    secret_unref(rehearsal->token);
    rehearsal->token =
        secret_new(json_get_string(answer, json_get_string(first_step(run), "variable")));
}

static void got_token(struct refresh_result *result, gpointer user)
{
    struct check_run *run = user;
    if (!check_run_is_alive(run))
        return;
    struct rehearsal *rehearsal = rehearsal_of(run);
    const char *exported = json_get_string(rehearsal->values, "instance_url");
    run->result->milliseconds = result->milliseconds;
    session_refreshed(run->session, result);
    const char *instance = session_base(run->session);
    if (!result->ok || (result->rotated && result->unstored))
        check_fail_refresh(run, result);
    else if (rehearsal->token == NULL)
        check_fail_own(run, STAGE_TOKEN, "bad-answer", _("The answer holds no access token."));
    else if (result->rotated)
        check_fail_own(
            run, STAGE_TOKEN, "rotation",
            _("The refresh replaced the refresh token. perch keeps the new one; a flow cannot."));
    else if (g_strcmp0(instance, exported) != 0)
        check_warn(run, NULL,
                   _("200, an access token; but the org is at %s now, and the exported values say "
                     "%s. Export them again."),
                   instance, exported);
    else
        check_ok(run, _("200, an access token"));
}

static void check_token(struct check_run *run)
{
    static const struct check_asker flow = {flow_request, flow_answered};
    tell_request(run, first_step(run));
    check_refresh(run, &flow, got_token, run);
}

/* ---- step 2 of each channel: a record ---- */

static void judge_created(struct check_run *run, const struct http_response *response)
{
    const Json *channel = rehearse_channel(run);
    g_autoptr(GError) error = NULL;
    check_evidence_int(run, "status", response->status);
    if (response->status != 201) {
        rehearse_refused(run, STAGE_INSERT, channel, response);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    char *id = record_created_id(answer, &error);
    if (id == NULL) {
        check_fail_unread(run, STAGE_INSERT, response, error);
        return;
    }
    check_evidence(run, "id", id);
    g_hash_table_replace(rehearsal_of(run)->records, g_strdup(json_get_string(channel, "id")), id);
    check_ok(run, _("201, id %s"), id);
}

static void check_create(struct check_run *run)
{
    const Json *channel = rehearse_channel(run), *step = json_get(channel, "step");
    g_autoptr(Json) record = rehearse_record(channel, json_get(channel, "variables"));
    tell_request(run, step);
    json_set(run->result->evidence, "sent", json_copy(record));
    HttpRequest *request = step_request(run, step, json_print(record));
    http_request_header(request, "Sforce-Auto-Assign", "FALSE"); /* no assignment mail */
    check_http(run, request, judge_created);
}

static const char *record_id(const struct check_run *run, const Json *channel)
{
    return g_hash_table_lookup(rehearsal_of(run)->records, json_get_string(channel, "id"));
}

static void judge_read(struct check_run *run, const struct http_response *response)
{
    const Json *channel = rehearse_channel(run);
    if (response->status != 200) {
        rehearse_refused(run, STAGE_REST, channel, response);
        return;
    }
    g_autoptr(Json) sent = rehearse_record(channel, json_get(channel, "variables"));
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) read = http_response_json(response);
    if (!record_is_answer(read, sent, record_id(run, channel), &error)) {
        check_fail_unread(run, STAGE_REST, response, error);
        return;
    }
    g_autoptr(GPtrArray) differences = record_differences(sent, read);
    guint count = json_size(sent);
    if (differences->len == 0) {
        check_ok(run, _("%u of %u fields as sent"), count, count);
        return;
    }
    guint same = count - differences->len;
    g_ptr_array_add(differences, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **)differences->pdata);
    check_evidence(run, "changed", names);
    check_warn(run, NULL,
               _("%u of %u fields as sent; changed by the org (a flow, a trigger or a default): "
                 "%s"),
               same, count, names);
}

static void check_read(struct check_run *run)
{
    const Json *channel = rehearse_channel(run);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    JSON_FOREACH(value, json_get(json_get(channel, "step"), "body"))
    {
        g_ptr_array_add(names, (gpointer)(guintptr)json_key(value));
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *fields = g_strjoinv(",", (char **)names->pdata);
    g_autofree char *rest = g_strdup_printf("/%s?fields=%s", record_id(run, channel), fields);
    check_http(
        run, rehearse_request(run, "GET", json_get_string(json_get(channel, "step"), "url"), rest),
        judge_read);
}

static void judge_deleted(struct check_run *run, const struct http_response *response)
{
    const Json *channel = rehearse_channel(run);
    if (response->status != 204) {
        rehearse_refused(run, STAGE_REST, channel, response);
        return;
    }
    g_hash_table_remove(rehearsal_of(run)->records, json_get_string(channel, "id"));
    check_ok(run, _("nothing left behind"));
}

/* Deletes the records that the function created, one after another. */
static void judge_removed(struct check_run *run, const struct http_response *response);

static void check_removed(struct check_run *run)
{
    static const char *const parts[] = {"-whole", "-bare"};
    const Json *channel = rehearse_channel(run);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *key = g_strconcat(json_get_string(channel, "id"), parts[i], NULL);
        const char *id = g_hash_table_lookup(rehearsal_of(run)->records, key);
        if (id == NULL)
            continue;
        g_autofree char *rest = g_strconcat("/", id, NULL);
        g_hash_table_remove(rehearsal_of(run)->records, key);
        check_http(run,
                   rehearse_request(run, "DELETE",
                                    json_get_string(json_get(channel, "step"), "url"), rest),
                   judge_removed);
        return;
    }
    check_ok(run, _("nothing left behind"));
}

static void judge_removed(struct check_run *run, const struct http_response *response)
{
    if (response->status == 204)
        check_removed(run);
    else
        rehearse_refused(run, STAGE_REST, rehearse_channel(run), response);
}

static void check_deleted(struct check_run *run)
{
    const Json *channel = rehearse_channel(run);
    g_autofree char *rest = g_strconcat("/", record_id(run, channel), NULL);
    check_http(
        run,
        rehearse_request(run, "DELETE", json_get_string(json_get(channel, "step"), "url"), rest),
        judge_deleted);
}

/* ---- the list ---- */

static void add(GArray *checks, const struct channel *channel, const char *part, const char *title,
                bool blocks, const char *const *needs, void (*start)(struct check_run *run))
{
    g_autofree char *id = g_strdup_printf("%s-%s", channel->id, part);
    g_autofree char *name = text_clean(channel->name);
    g_autofree char *whole = g_strdup_printf("%s: %s", name, title);
    struct check_def def = {.id = g_intern_string(id),
                            .title = g_intern_string(whole),
                            .blocks = blocks,
                            .start = start};
    for (int i = 0; i < CHECK_NEEDS_MAX && needs[i] != NULL; i++) {
        bool order_only = needs[i][0] == '~', own = needs[i][order_only] == '-';
        g_autofree char *need = own ? g_strdup_printf("%s%s%s", order_only ? "~" : "", channel->id,
                                                      needs[i] + order_only)
                                    : g_strdup(needs[i]);
        def.needs[i] = g_intern_string(need);
    }
    g_array_append_val(checks, def);
}

/* A need that begins with '-' refers to the same channel. */
static const char *const after_token[] = {"token", NULL}, *const after_create[] = {"-create", NULL},
                         *const after_read[] = {"-create", "~-read", NULL},
                         *const after_webhook[] = {"-webhook", NULL},
                         *const after_arrived[] = {"-arrived", NULL},
                         *const after_delete[] = {"-create", "~-delete", NULL},
                         *const after_function[] = {"token", "~-function", NULL};

static void add_channel(GArray *checks, const struct channel *channel,
                        const struct rehearsal *rehearsal)
{
    const char *create = channel->object == TEST_CASE ? _("create the Case") : _("create the Lead");
    add(checks, channel, "create", create, true, after_token, check_create);
    add(checks, channel, "read", _("read back"), true, after_create, check_read);
    add(checks, channel, "delete", _("delete again"), false, after_read, check_deleted);
    g_autofree char *node = rehearse_node();
    if (node != NULL) {
        add(checks, channel, "function", _("run the function"), true, after_delete, check_function);
        add(checks, channel, "removed", _("delete the function's records"), false, after_function,
            check_removed);
    }
    if (rehearsal->webhook == NULL)
        return;
    add(checks, channel, "webhook", _("call the flow"), true, after_token, check_webhook);
    add(checks, channel, "arrived", _("record of the flow"), true, after_webhook, check_arrived);
    if (rehearsal->keep)
        return;
    add(checks, channel, "cleared", _("delete the flow's record"), false, after_arrived,
        check_flow_deleted);
}

/* A flow belongs to one channel: with its webhook, only that channel is rehearsed. */
static void build(const struct session *session, GArray *checks)
{
    static const struct check_def first[] = {
        {"values", N_("Values"), true, {NULL}, check_values},
        {"token", N_("Get a token"), true, {"values"}, check_token},
    };
    const struct rehearsal *rehearsal = session->rehearsal;
    const Connection *connection = session->connection;
    g_array_append_vals(checks, first, G_N_ELEMENTS(first));
    for (guint i = 0; i < connection->channels->len; i++) {
        const struct channel *channel = connection->channels->pdata[i];
        if (rehearsal->channel == NULL || strcmp(rehearsal->channel, channel->id) == 0)
            add_channel(checks, channel, rehearsal);
    }
}

const struct check_list_def rehearse_checks = {.build = build};
