/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "registry.h"

static void fail_rest(struct check_run *run, enum stage stage, enum failure_target target,
                      const struct http_response *response)
{
    check_fail_response(run, stage, target, session_object(run->session), response);
}

static struct describe *describe_slot(struct session *session)
{
    return &session->describes[session->connection->test_object];
}

/* ---- describe ---- */

static void judge_describe(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    struct describe describe;
    g_autoptr(GError) error = NULL;
    if (response->status != 200) {
        fail_rest(run, STAGE_REST, FAILURE_OF_OBJECT, response);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    if (!describe_parse(&describe, answer, &error)) {
        check_fail_unread(run, STAGE_REST, response, error);
        return;
    }
    struct describe *slot = describe_slot(session);
    describe_clear(slot);
    *slot = describe;
    check_evidence_int(run, "fields", slot->fields->len);
    check_evidence_int(run, "writable", describe_createable_count(slot));
    check_ok(run, _("%u fields, %u writable"), slot->fields->len, describe_createable_count(slot));
}

static HttpRequest *describe_request(struct session *session)
{
    g_autofree char *path = g_strdup_printf("sobjects/%s/describe", session_object(session));
    return rest_request("GET", session_base(session), session_version(session), path,
                        session_secrets(session)->access_token);
}

static void check_describe(struct check_run *run)
{
    check_rest(run, describe_request, judge_describe);
}

static void check_createable(struct check_run *run)
{
    const struct describe *describe = describe_slot(run->session);
    struct failure failure;
    if (describe->createable) {
        check_ok(run, _("this user can create one"));
        return;
    }
    failure_own(&failure, STAGE_INSERT, "create-not-permitted",
                _("This user can read the object, but not create records of it."));
    failure.object = g_strdup(session_object(run->session));
    check_fail(run, &failure);
}

/* ---- insert, read back, delete ---- */

/* Whether the record may exist: the request went out, but no answer from Salesforce says how it
 * ended. */
static bool may_be_there(const struct http_response *response)
{
    if (response->end != HTTP_ANSWERED)
        return response->sent_ms != 0;
    return response->status / 100 == 2 || response->status == 502 || response->status == 504;
}

/* why: what is wrong with a 201; NULL = the answer itself says so. */
static void fail_insert(struct check_run *run, const struct http_response *response,
                        const GError *why)
{
    struct failure failure;
    failure_from_unread(&failure, STAGE_INSERT, response, why);
    failure.object = g_strdup(session_object(run->session));
    failure.target = FAILURE_OF_OBJECT;
    if (may_be_there(response))
        failure_add(&failure, _("The record may exist nonetheless: look for it in the org before "
                                "you try again."));
    check_fail(run, &failure);
}

static void judge_insert(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) answer = http_response_json(response);
    char *id = response->status == 201 ? record_created_id(answer, &error) : NULL;
    if (id == NULL) {
        fail_insert(run, response, error);
        return;
    }
    g_free(session->record_id);
    session->record_id = id;
    g_free(session->record_url);
    session->record_url = record_url(session_base(session), session_object(session), id);
    check_evidence(run, "id", id);
    check_evidence(run, "url", session->record_url);
    check_ok(run, _("%s, assignment rules off"), id);
}

static void check_insert(struct check_run *run)
{
    struct session *session = run->session;
    check_http_any(run,
                   record_insert_request(session_base(session), session_version(session),
                                         session_object(session), session->record,
                                         session_secrets(session)->access_token),
                   judge_insert);
}

static void judge_read_back(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    g_autoptr(GError) error = NULL;
    if (response->status != 200) {
        fail_rest(run, STAGE_REST, FAILURE_OF_RECORD, response);
        return;
    }
    g_autoptr(Json) record = http_response_json(response);
    if (!record_is_answer(record, session->record, session->record_id, &error)) {
        check_fail_unread(run, STAGE_REST, response, error);
        return;
    }
    g_autoptr(GPtrArray) differences = record_differences(session->record, record);
    guint sent = json_size(session->record);
    if (differences->len == 0) {
        check_ok(run, _("%u of %u fields as sent"), sent, sent);
        return;
    }
    g_ptr_array_add(differences, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **)differences->pdata);
    check_evidence(run, "changed", names);
    check_warn(
        run, NULL,
        _("%u of %u fields as sent; changed by the org (a flow, a trigger or a default): %s"),
        sent - (differences->len - 1), sent, names);
}

static void check_read_back(struct check_run *run)
{
    struct session *session = run->session;
    check_http(run,
               record_read_request(session_base(session), session_version(session),
                                   session_object(session), session->record_id, session->record,
                                   session_secrets(session)->access_token),
               judge_read_back);
}

static void judge_delete(struct check_run *run, const struct http_response *response)
{
    if (response->status == 204)
        check_ok(run, _("nothing left behind"));
    else
        fail_rest(run, STAGE_REST, FAILURE_OF_RECORD, response);
}

static void check_delete(struct check_run *run)
{
    struct session *session = run->session;
    if (session->connection->test_keep) {
        check_skip(run, _("kept, as you asked: %s"), session->record_id);
        return;
    }
    check_http(run,
               record_delete_request(session_base(session), session_version(session),
                                     session_object(session), session->record_id,
                                     session_secrets(session)->access_token),
               judge_delete);
}

static const struct check_def describe[] = {
    {"describe", N_("Fields"), true, {NULL}, check_describe},
};
CHECK_LIST(describe_checks, describe);

static const struct check_def insert[] = {
    {"inserted", N_("Inserted"), true, {NULL}, check_insert},
    {"read-back", N_("Read back"), true, {"inserted"}, check_read_back},
    {"deleted", N_("Deleted"), false, {"inserted", "~read-back"}, check_delete},
};
CHECK_LIST(insert_checks, insert);

static const struct check_def dry_run[] = {
    {"describe", N_("Fields"), true, {NULL}, check_describe},
    {"createable", N_("Right to create"), true, {"describe"}, check_createable},
};
CHECK_LIST(dry_run_checks, dry_run);
