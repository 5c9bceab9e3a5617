/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "evidence.h"
#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "registry.h"

/* Every check of a connection, from the machine to the rights on records. */

static void check_rights(struct check_run *run, const char *object,
                         void (*judge)(struct check_run *run, const struct http_response *))
{
    struct session *session = run->session;
    g_autofree char *path = g_strdup_printf("sobjects/%s/describe", object);
    check_http(run,
               rest_request("GET", session_base(session), session_version(session), path,
                            session_secrets(session)->access_token),
               judge);
}

/* The mapped fields that this user may not fill in, separated by commas; NULL: none. Owned by the
 * caller. */
static char *unwritable(const Connection *connection, const struct describe *describe,
                        const char *object)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < connection->channels->len; i++) {
        const struct channel *channel = connection->channels->pdata[i];
        if (strcmp(object_name(channel->object), object) != 0)
            continue;
        for (guint k = 0; k < channel->mappings->len; k++) {
            const struct mapping *mapping = channel->mappings->pdata[k];
            const struct field *field = describe_field(describe, mapping->field);
            if ((field == NULL || !field->createable) &&
                !g_ptr_array_find_with_equal_func(names, mapping->field, g_str_equal, NULL))
                g_ptr_array_add(names, mapping->field);
        }
    }
    g_ptr_array_add(names, NULL);
    return names->len == 1 ? NULL : g_strjoinv(", ", (char **)names->pdata);
}

static void warn_of_fields(struct check_run *run, const char *object, const char *names)
{
    struct failure failure = {.stage = STAGE_INSERT, .object = g_strdup(object)};
    failure.fields = g_strsplit(names, ", ", -1);
    check_evidence(run, "fields", names);
    check_warn_with(run, explain_as(&failure, CAUSE_FIELD_NOT_WRITABLE, CERTAINTY_CERTAIN),
                    _("can be created, but this user may not fill in: %s"), names);
    failure_clear(&failure);
}

static void judge_rights(struct check_run *run, const struct http_response *response,
                         const char *object)
{
    struct describe describe = {0};
    g_autofree char *names = NULL;
    g_autoptr(Json) answer = http_response_json(response);
    g_autoptr(GError) error = NULL;
    struct failure failure;
    if (response->status != 200) {
        check_fail_response(run, STAGE_REST, FAILURE_OF_ANYTHING, object, response);
    } else if (!describe_parse(&describe, answer, &error)) {
        check_fail_unread(run, STAGE_REST, response, error);
    } else if (!describe.createable) {
        failure_own(&failure, STAGE_INSERT, "create-not-permitted",
                    _("This user can read the object, but not create records of it."));
        failure.object = g_strdup(object);
        check_fail(run, &failure);
    } else if ((names = unwritable(run->session->connection, &describe, object)) != NULL) {
        warn_of_fields(run, object, names);
    } else {
        check_ok(run, _("can be created; %u fields, %u writable by this user"),
                 describe.fields->len, describe_createable_count(&describe));
    }
    describe_clear(&describe);
}

static void judge_lead(struct check_run *run, const struct http_response *response)
{
    judge_rights(run, response, "Lead");
}

static void judge_case(struct check_run *run, const struct http_response *response)
{
    judge_rights(run, response, "Case");
}

static void check_lead(struct check_run *run)
{
    check_rights(run, "Lead", judge_lead);
}

static void check_case(struct check_run *run)
{
    check_rights(run, "Case", judge_case);
}

/* ---- remaining approvals ---- */

/* Each user has five approvals per app; the sixth silently revokes the oldest (salesforce help
 * platform.remoteaccess_request_approve). */
enum { APPROVALS_MAX = 5, APPROVALS_WARN = 4 };

static void approvals_told(struct evidence *evidence, gpointer user)
{
    struct check_run *run = user;
    if (!check_run_is_alive(run))
        return;
    if (evidence->approvals < 0) {
        check_skip(run, _("the org does not say"));
        return;
    }
    check_evidence_int(run, "approvals", evidence->approvals);
    if (evidence->installed == ANSWER_NO)
        check_evidence(run, "installed", "no");
    if (evidence->approvals < APPROVALS_WARN)
        check_ok(run, _("%d of %d used by this user"), evidence->approvals, APPROVALS_MAX);
    else
        check_warn(
            run, NULL,
            _("%d of %d used by this user: a login beyond the fifth ends the oldest connection. "
              "Remove those that nobody needs: Setup › the user › OAuth Connected Apps › Revoke"),
            evidence->approvals, APPROVALS_MAX);
}

static void check_approvals(struct check_run *run)
{
    const struct failure nothing = {.stage = STAGE_ANY};
    if (!evidence_wanted(run->session, CAUSE_APP_NOT_INSTALLED))
        check_skip(run, _("needs a token"));
    else
        evidence_gather(run->session, CAUSE_APP_NOT_INSTALLED, &nothing, run->cancellable,
                        approvals_told, run);
}

static const struct check_def doctor[] = {
    {"lookup", N_("Name lookup"), true, {NULL}, check_lookup},
    {"connection", N_("Connection"), true, {"!lookup"}, check_connection},
    {"salesforce", N_("Salesforce"), true, {"connection"}, check_salesforce},
    {"clock", N_("Clock"), true, {"connection"}, check_clock},
    {"proxy", N_("Proxy"), false, {NULL}, check_proxy},
    {"callback-port", N_("Callback port"), false, {NULL}, check_callback_port},
    {"browser", N_("Browser"), false, {NULL}, check_browser},
    {"keyring", N_("Keyring"), true, {NULL}, check_item},
    {"certificate", N_("Certificate"), false, {NULL}, check_certificate},
    {"consumer-key", N_("Consumer key"), true, {"connection", "~callback-port"}, check_key},
    {"callback", N_("Callback"), true, {"consumer-key"}, check_callback},
    {"refreshed", N_("Refresh token"), true, {"connection", "keyring"}, check_refreshed},
    {"rotation", N_("Rotation"), false, {"refreshed"}, check_rotation},
    {"who", N_("Identity"), true, {"refreshed"}, check_who},
    {"scopes", N_("Scopes"), true, {"refreshed"}, check_scopes},
    {"api", N_("API access"), true, {"refreshed"}, check_api},
    {"lead", N_("Lead"), false, {"api"}, check_lead},
    {"case", N_("Case"), false, {"api"}, check_case},
    {"approvals", N_("Approvals"), false, {"api"}, check_approvals},
    /* compared with the sheet */
    {"callbacks", N_("All callbacks"), false, {"consumer-key"}, check_other_callbacks},
    {"pkce", N_("PKCE"), false, {"callback"}, check_pkce},
    {"web-secret", N_("Login secret"), false, {"callback", "keyring"}, check_web_secret},
    {"refresh-secret", N_("Refresh secret"), false, {"consumer-key"}, check_refresh_secret},
    {"secret", N_("Consumer secret"), false, {"callback", "keyring"}, check_secret},
    {"app-policies", N_("App policies"), false, {"api"}, check_app_policies},
    {"run-as", N_("Run As"), false, {"who"}, check_run_as},
    {"username", N_("Username"), false, {"who"}, check_run_as},
    {"user-license", N_("User license"), false, {"api"}, check_user_license},
    {"permitted-users", N_("Permitted users"), false, {"app-policies"}, check_permitted_users},
    {"ip-relaxation", N_("IP relaxation"), false, {"app-policies"}, check_ip_relaxation},
    {"refresh-policy", N_("Refresh policy"), false, {"app-policies"}, check_refresh_policy},
    {"idle-limit", N_("Idle limit"), false, {"refreshed"}, check_idle_limit},
    {"ip-allowlist", N_("IP allowlist"), false, {"refreshed"}, check_ip_allowlist},
    {"session-timeout",
     N_("Session timeout"),
     false,
     {"refreshed", "~app-policies"},
     check_session_timeout},
};

static void build(const struct session *session, GArray *checks)
{
    check_rows_add(checks, session, doctor, G_N_ELEMENTS(doctor));
}

const struct check_list_def doctor_checks = {.build = build};
