/* SPDX-License-Identifier: MIT */
#include "evidence.h"

#include <stdarg.h>
#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "perch/tokens/refresh.h"

/* ---- questions ---- */

struct asking {
    struct session *session;
    struct evidence evidence;
    char *object;   /* of the failed call */
    char *field;    /* the first one that Salesforce named */
    Json *policies; /* of all External Client Apps; NULL = unknown */
    guint which;    /* ASK_ */
    guint open;
    bool may_renew; /* the access token, once, where the org no longer takes it */
    bool stale;     /* it did not take it */
    GCancellable *cancellable;
    evidence_done done;
    gpointer user;
};

static enum answer answer_of(const Json *value)
{
    if (!json_is_bool(value))
        return ANSWER_UNKNOWN;
    return json_bool(value) ? ANSWER_YES : ANSWER_NO;
}

static void read_permission(struct asking *asking, const Json *answer)
{
    const Json *record = json_first(json_get(answer, "records"));
    asking->evidence.api_enabled = answer_of(json_get(record, "PermissionsApiEnabled"));
}

static void read_user(struct asking *asking, const Json *answer)
{
    const Json *record = json_first(json_get(answer, "records"));
    const Json *profile = json_get(record, "Profile");
    const char *id = json_get_string(record, "ProfileId");
    asking->evidence.profile_api = answer_of(json_get(profile, "PermissionsApiEnabled"));
    g_free(asking->evidence.profile_name);
    asking->evidence.profile_name = text_told(json_get_string(profile, "Name"), TOLD_NAME);
    if (id != NULL && salesforce_id_is_valid(id))
        connection_set(&asking->session->connection->profile_id, id);
}

static void read_sets(struct asking *asking, const Json *answer)
{
    const Json *records = json_get(answer, "records");
    if (!json_is_array(records))
        return;
    asking->evidence.set_api = ANSWER_NO;
    JSON_FOREACH(record, records)
    {
        const Json *set = json_get(record, "PermissionSet");
        if (!json_get_bool(set, "IsOwnedByProfile", false) &&
            json_get_bool(set, "PermissionsApiEnabled", false))
            asking->evidence.set_api = ANSWER_YES;
    }
}

static void read_organization(struct asking *asking, const Json *answer)
{
    const Json *record = json_first(json_get(answer, "records"));
    g_autofree char *edition = text_told(json_get_string(record, "OrganizationType"), TOLD_NAME);
    if (edition == NULL)
        return;
    g_free(asking->evidence.edition);
    asking->evidence.edition = g_strdup(edition);
    connection_set(&asking->session->connection->edition, edition);
}

static void read_history(struct asking *asking, const Json *answer)
{
    asking->evidence.history_read = json_is_array(json_get(answer, "records"));
    JSON_FOREACH(record, json_get(answer, "records"))
    {
        const char *status = json_get_string(record, "Status");
        const char *time = json_get_string(record, "LoginTime");
        const char *application = json_get_string(record, "Application");
        if (status == NULL || strcmp(status, "Success") == 0 || asking->evidence.history != NULL)
            continue;
        const char *type = json_get_string(record, "LoginType");
        g_autofree char *text = g_strdup_printf("%s, %s, %s%s%s", time == NULL ? "?" : time, status,
                                                application == NULL ? "?" : application,
                                                type == NULL ? "" : ", ", type == NULL ? "" : type);
        asking->evidence.history = text_told(text, TOLD_LIST);
        asking->evidence.status = text_told(status, TOLD_NAME);
    }
}

/* Each row is a user's approval of an app. A row without AppMenuItemId means that a Connected App
 * is known to the org but not installed. For an External Client App it means nothing, as its rows
 * often lack the id (Object Reference, OauthToken; sfdx-hardis). */
static void read_tokens(struct asking *asking, const Json *answer)
{
    const Json *records = json_get(answer, "records");
    const char *app = asking->session->connection->app_name;
    int count = 0;
    if (!json_is_array(records))
        return;
    JSON_FOREACH(record, records)
    {
        if (app == NULL || g_strcmp0(json_get_string(record, "AppName"), app) != 0)
            continue;
        count++;
        if (!json_is_null(json_get(record, "AppMenuItemId")))
            asking->evidence.installed = ANSWER_YES;
        else if (asking->session->connection->app_kind == APP_CONNECTED &&
                 asking->evidence.installed == ANSWER_UNKNOWN)
            asking->evidence.installed = ANSWER_NO;
    }
    asking->evidence.approvals = count > 0 ? count : -1;
}

static void read_application(struct asking *asking, const Json *answer)
{
    const char *app = asking->session->connection->app_name;
    JSON_FOREACH(record, json_get(answer, "records"))
    {
        if (g_strcmp0(json_get_string(record, "Name"), app) == 0)
            asking->evidence.admin_approved =
                answer_of(json_get(record, "OptionsAllowAdminApprovedUsersOnly"));
    }
}

static void take_policy(struct asking *asking, const Json *record)
{
    const char *users = json_get_string(record, "PermittedUsersPolicyType");
    const char *ip = json_get_string(record, "IpRelaxationPolicyType");
    const char *refresh = json_get_string(record, "RefreshTokenPolicyType");
    if (users != NULL)
        asking->evidence.admin_approved =
            strcmp(users, "AdminApprovedPreAuthorized") == 0 ? ANSWER_YES : ANSWER_NO;
    if (ip != NULL)
        asking->evidence.ip_enforced = strcmp(ip, "Enforce") == 0 ? ANSWER_YES : ANSWER_NO;
    g_free(asking->evidence.refresh_policy);
    asking->evidence.refresh_policy = text_told(refresh, TOLD_NAME);
}

/* A later answer may tell which of them belongs to the app. */
static void read_policies(struct asking *asking, const Json *answer)
{
    json_free(asking->policies);
    asking->policies = json_copy(answer);
}

static void use_policies(struct asking *asking)
{
    const char *app = asking->session->connection->app_id;
    JSON_FOREACH(record, json_get(asking->policies, "records"))
    {
        const char *id = json_get_string(record, "ExternalClientApplicationId");
        if (app != NULL && id != NULL && strncmp(id, app, 15) == 0)
            take_policy(asking, record);
    }
}

/* The id of the External Client App, for the link to its own page. */
static void read_app(struct asking *asking, const Json *answer)
{
    Connection *connection = asking->session->connection;
    JSON_FOREACH(record, json_get(answer, "records"))
    {
        const char *id = json_get_string(record, "Id");
        const char *name = json_get_string(record, "DeveloperName");
        const char *label = json_get_string(record, "MasterLabel");
        bool same = (name != NULL && g_strcmp0(name, connection->app_api_name) == 0) ||
                    (label != NULL && g_strcmp0(label, connection->app_name) == 0);
        if (same && id != NULL && salesforce_id_is_valid(id))
            connection_set(&connection->app_id, id);
    }
}

static void read_describe(struct asking *asking, const Json *answer)
{
    asking->evidence.createable = answer_of(json_get(answer, "createable"));
    if (asking->field == NULL || !json_is_array(json_get(answer, "fields")))
        return;
    asking->evidence.field_there = ANSWER_NO;
    JSON_FOREACH(field, json_get(answer, "fields"))
    {
        if (g_strcmp0(json_get_string(field, "name"), asking->field) != 0)
            continue;
        asking->evidence.field_there = ANSWER_YES;
        asking->evidence.field_createable = answer_of(json_get(field, "createable"));
    }
}

/* One query per field that may be missing in an org, as such a query fails as a whole. %s is the
 * user id; DESCRIBE is not a query. */
static const struct question {
    const char *soql;
    void (*read)(struct asking *asking, const Json *answer);
} questions[] = {
    {"SELECT PermissionsApiEnabled FROM UserPermissionAccess LIMIT 1", read_permission},
    {"SELECT ProfileId, Profile.Name, Profile.PermissionsApiEnabled FROM User WHERE Id = '%s'",
     read_user},
    {"SELECT PermissionSet.Label, PermissionSet.PermissionsApiEnabled, "
     "PermissionSet.IsOwnedByProfile FROM PermissionSetAssignment WHERE AssigneeId = '%s'",
     read_sets},
    {"SELECT OrganizationType FROM Organization", read_organization},
    {"SELECT LoginTime, Status, Application, LoginType FROM LoginHistory WHERE UserId = '%s' "
     "ORDER BY LoginTime DESC LIMIT 10",
     read_history},
    {"SELECT AppName, AppMenuItemId FROM OauthToken WHERE UserId = '%s'", read_tokens},
    {"SELECT Name, OptionsAllowAdminApprovedUsersOnly FROM ConnectedApplication", read_application},
    {NULL, read_describe},
    {"SELECT ExternalClientApplicationId, PermittedUsersPolicyType, IpRelaxationPolicyType, "
     "RefreshTokenPolicyType FROM ExtlClntAppOauthPlcyCnfg",
     read_policies},
    {"SELECT Id, DeveloperName, MasterLabel FROM ExternalClientApplication", read_app},
};

enum {
    ASK_PERMISSION = 1 << 0,
    ASK_USER = 1 << 1,
    ASK_SETS = 1 << 2,
    ASK_ORGANIZATION = 1 << 3,
    ASK_HISTORY = 1 << 4,
    ASK_TOKENS = 1 << 5,
    ASK_APPLICATION = 1 << 6,
    ASK_DESCRIBE = 1 << 7,
    ASK_POLICIES = 1 << 8,
    ASK_APP_ID = 1 << 9,
    ASK_EXTERNAL = ASK_POLICIES | ASK_APP_ID,
    ASK_APP = ASK_APPLICATION | ASK_EXTERNAL,
    ASK_RIGHTS = ASK_PERMISSION | ASK_USER | ASK_SETS,
};

/* Which questions help with which cause. */
static const struct {
    enum cause cause;
    guint ask;
} wanted[] = {
    {CAUSE_API_DISABLED, ASK_RIGHTS | ASK_ORGANIZATION},
    {CAUSE_API_DISABLED_USER, ASK_RIGHTS | ASK_ORGANIZATION},
    {CAUSE_SESSION_NOT_FOR_API, ASK_HISTORY | ASK_APP},
    {CAUSE_AUTHORIZATION_REVOKED, ASK_HISTORY | ASK_TOKENS | ASK_EXTERNAL},
    {CAUSE_IP_RESTRICTED, ASK_HISTORY | ASK_EXTERNAL},
    {CAUSE_LOGIN_HOURS, ASK_HISTORY},
    {CAUSE_LOGIN_REFUSED, ASK_HISTORY | ASK_RIGHTS},
    {CAUSE_APPROVAL_FAILED, ASK_HISTORY | ASK_APP},
    {CAUSE_USER_NOT_APPROVED, ASK_APP | ASK_USER},
    {CAUSE_APP_NOT_INSTALLED, ASK_TOKENS},
    {CAUSE_APP_BLOCKED, ASK_TOKENS},
    {CAUSE_CALLBACK_MISMATCH, ASK_APP_ID},
    {CAUSE_CONSUMER_SECRET_WRONG, ASK_APP_ID},
    {CAUSE_SIGNATURE_WRONG, ASK_APP_ID},
    {CAUSE_SCOPE_MISSING, ASK_APP_ID},
    {CAUSE_SCOPE_REFUSED, ASK_APP_ID},
    {CAUSE_FLOW_DISABLED, ASK_APP_ID},
    {CAUSE_OBJECT_HIDDEN, ASK_USER},
    {CAUSE_CREATE_NOT_PERMITTED, ASK_DESCRIBE | ASK_USER},
    {CAUSE_FIELD_UNKNOWN, ASK_DESCRIBE | ASK_USER},
    {CAUSE_FIELD_NOT_WRITABLE, ASK_DESCRIBE | ASK_USER},
    {CAUSE_RECORD_ACCESS, ASK_USER},
};

static guint questions_for(enum cause cause)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (wanted[i].cause == cause)
            return wanted[i].ask;
    return 0;
}

bool evidence_wanted(const struct session *session, enum cause cause)
{
    return questions_for(cause) != 0 && session->http != NULL &&
           session_secrets(session)->access_token != NULL && session_base(session) != NULL &&
           session->connection->user_id != NULL;
}

void evidence_clear(struct evidence *evidence)
{
    g_free(evidence->profile_name);
    g_free(evidence->edition);
    g_free(evidence->history);
    g_free(evidence->status);
    g_free(evidence->refresh_policy);
    memset(evidence, 0, sizeof *evidence);
}

/* ---- asking ---- */

struct one {
    struct asking *asking;
    const struct question *question;
};

static void ask_all(struct asking *asking);

static void finish(struct asking *asking)
{
    /* If cancelled, nobody waits any more and the session may be gone. */
    if (!g_cancellable_is_cancelled(asking->cancellable))
        use_policies(asking);
    asking->done(&asking->evidence, asking->user);
    evidence_clear(&asking->evidence);
    g_clear_object(&asking->cancellable);
    json_free(asking->policies);
    g_free(asking->object);
    g_free(asking->field);
    g_free(asking);
}

static void renewed(struct refresh_result *result, gpointer user)
{
    struct asking *asking = user;
    const bool alive = !g_cancellable_is_cancelled(asking->cancellable);
    if (alive)
        session_refreshed(asking->session, result);
    if (alive && result->ok && !result->unstored)
        ask_all(asking);
    else
        finish(asking);
}

static void finish_one(struct asking *asking)
{
    if (--asking->open > 0)
        return;
    if (!asking->stale || !asking->may_renew || g_cancellable_is_cancelled(asking->cancellable)) {
        finish(asking);
        return;
    }
    asking->may_renew = false;
    tokens_refresh(asking->session->tokens, asking->session->http, asking->session->connection,
                   &(struct refresh_options){0}, asking->cancellable, renewed, asking);
}

static void answered(const struct http_response *response, gpointer user)
{
    g_autofree struct one *one = user;
    struct asking *asking = one->asking;
    bool cancelled =
        response->end == HTTP_CANCELLED || g_cancellable_is_cancelled(asking->cancellable);
    if (!cancelled && response->end == HTTP_ANSWERED && response->status == 200) {
        g_autoptr(Json) json = http_response_json(response);
        if (json != NULL) {
            asking->evidence.answered++;
            one->question->read(asking, json);
        }
    }
    asking->stale |= !cancelled && response->status == 401;
    finish_one(asking);
}

static void ask(struct asking *asking, const struct question *question)
{
    struct session *session = asking->session;
    struct one *one = g_new0(struct one, 1);
    HttpRequest *request;
    one->asking = asking;
    one->question = question;
    if (question->soql == NULL) {
        g_autofree char *path = g_strdup_printf("sobjects/%s/describe", asking->object);
        request = rest_request("GET", session_base(session), session_version(session), path,
                               session_secrets(session)->access_token);
    } else {
        g_auto(GStrv) parts = g_strsplit(question->soql, "%s", 2);
        g_autofree char *soql = g_strjoinv(session->connection->user_id, parts);
        request = session_query(session, soql);
    }
    http_request_timeout(request, 10000);
    asking->open++;
    asking->evidence.asked++;
    http_send(session->http, request, asking->cancellable, answered, one);
}

static void ask_all(struct asking *asking)
{
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++)
        if (asking->which & (1u << i))
            ask(asking, &questions[i]);
}

void evidence_gather(struct session *session, enum cause cause, const struct failure *failure,
                     GCancellable *cancellable, evidence_done done, gpointer user)
{
    struct asking *asking = g_new0(struct asking, 1);
    asking->session = session;
    asking->which = questions_for(cause);
    /* A login that is refused in the browser says nothing of the one of before. A refresh token
     * that is good for one refresh only is not spent on a question. */
    asking->may_renew = failure->stage == STAGE_AUTHORIZE && session_can_renew(session) &&
                        !session->connection->rotation;
    asking->evidence.approvals = -1;
    asking->object = g_strdup(failure->object != NULL ? failure->object : session_object(session));
    asking->field = failure->fields == NULL ? NULL : g_strdup(failure->fields[0]);
    asking->cancellable = g_object_ref(cancellable);
    asking->done = done;
    asking->user = user;
    ask_all(asking);
}

/* ---- interpreting ---- */

/* Editions with API access, by Salesforce's REST API guide (intro-rest-compatible-editions). */
static enum answer edition_has_api(const char *edition)
{
    static const char *const with[] = {"Enterprise", "Unlimited", "Performance", "Developer"};
    if (edition == NULL)
        return ANSWER_UNKNOWN;
    for (gsize i = 0; i < G_N_ELEMENTS(with); i++)
        if (strstr(edition, with[i]) != NULL)
            return ANSWER_YES;
    return ANSWER_NO;
}

/* User level, org level, or "cannot tell, look here": the API's text does not say which. */
static struct diagnosis *explain_api_disabled(const struct failure *failure, enum cause cause,
                                              enum certainty certainty,
                                              const struct session *session,
                                              const struct evidence *evidence)
{
    bool now = evidence->edition != NULL;
    const char *edition = now ? evidence->edition : session->connection->edition;
    g_autofree char *fact = NULL;
    bool org_wide = cause == CAUSE_API_DISABLED;   /* the text itself says so */
    bool by_text = certainty == CERTAINTY_CERTAIN; /* "for this User" */
    bool refused = evidence->api_enabled == ANSWER_NO;
    enum answer has_api = edition_has_api(edition);
    if (refused) {
        cause = CAUSE_API_DISABLED_USER;
        certainty = CERTAINTY_CERTAIN;
        fact = g_strdup(_("The org says that this user does not have API Enabled."));
    } else if (has_api == ANSWER_YES && !org_wide && !by_text) {
        /* What an earlier login told may have changed since. */
        certainty = now ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY;
        cause = CAUSE_API_DISABLED_USER;
        fact = g_strdup_printf(
            now ? _("The org is %s, which includes the API, so the user's permission is missing.")
                : _("When this connection last worked, the org was %s, which includes the API."),
            edition);
    } else if (has_api == ANSWER_NO && !by_text) {
        cause = CAUSE_API_DISABLED;
        certainty = CERTAINTY_LIKELY;
        fact =
            g_strdup_printf(_("The org is %s, which lacks the API unless it was bought."), edition);
    }
    struct diagnosis *diagnosis = explain_as(failure, cause, certainty);
    if (refused)
        g_clear_pointer(&diagnosis->tell_apart, g_free);
    if (fact != NULL)
        diagnosis_add(diagnosis, "%s", fact);
    if (evidence->profile_name != NULL)
        diagnosis_add(diagnosis, _("The user's profile is %s."), evidence->profile_name);
    return diagnosis;
}

/* For a refusal without a reason, Login History has the reason in Status. Only likely, because
 * another login of the same user may have failed since. */
static enum cause cause_of_history(enum cause cause, enum certainty *certainty,
                                   const struct evidence *evidence)
{
    struct failure said;
    if ((cause != CAUSE_LOGIN_REFUSED && cause != CAUSE_APPROVAL_FAILED) ||
        evidence->status == NULL)
        return cause;
    failure_own(&said, STAGE_ANY, NULL, evidence->status);
    enum cause told = explain_cause(&said, NULL);
    failure_clear(&said);
    if (told == CAUSE_UNKNOWN)
        return cause;
    *certainty = CERTAINTY_LIKELY;
    return told;
}

static void add_history(struct diagnosis *diagnosis, const struct evidence *evidence)
{
    const bool told = evidence->history_read && (diagnosis->cause == CAUSE_LOGIN_REFUSED ||
                                                 diagnosis->cause == CAUSE_APPROVAL_FAILED);
    if (told)
        g_clear_pointer(&diagnosis->tell_apart, g_free);
    if (evidence->history != NULL)
        diagnosis_add(diagnosis, _("Login History says: %s."), evidence->history);
}

static void add_rights(struct diagnosis *diagnosis, const struct evidence *evidence)
{
    if (evidence->createable == ANSWER_NO && diagnosis->cause == CAUSE_CREATE_NOT_PERMITTED) {
        diagnosis->certainty = CERTAINTY_CERTAIN;
        diagnosis_add(diagnosis, _("According to the org, this user cannot create records of this "
                                   "object."));
    }
    if (evidence->field_there == ANSWER_NO && diagnosis->cause == CAUSE_FIELD_UNKNOWN)
        diagnosis_add(diagnosis, _("The org does not show this user a field with that name."));
    if (evidence->field_createable == ANSWER_NO && diagnosis->cause == CAUSE_FIELD_NOT_WRITABLE) {
        diagnosis->certainty = CERTAINTY_CERTAIN;
        diagnosis_add(diagnosis, _("According to the org, this user can only read the field."));
    }
    if (evidence->profile_name != NULL)
        diagnosis_add(diagnosis, _("The user's profile is %s."), evidence->profile_name);
}

static void add_app(struct diagnosis *diagnosis, const struct evidence *evidence)
{
    if (evidence->installed == ANSWER_NO && diagnosis->cause == CAUSE_APP_NOT_INSTALLED) {
        diagnosis->certainty = CERTAINTY_CERTAIN;
        diagnosis_add(diagnosis, _("The org knows the app, but it is not installed there."));
    }
    if (evidence->admin_approved == ANSWER_YES && diagnosis->cause == CAUSE_USER_NOT_APPROVED) {
        diagnosis->certainty = CERTAINTY_CERTAIN;
        diagnosis_add(diagnosis,
                      _("The app's policy admits only users approved by an administrator."));
    }
}

/* If the app's policy ends refresh tokens, another login alone does not help. */
static void add_policies(struct diagnosis *diagnosis, const struct session *session,
                         const struct evidence *evidence)
{
    const gint64 issued_at = session_secrets(session)->issued_at;
    const int idle_days = issued_at > 0 ? (int)((clock_wall_ms() - issued_at) / CLOCK_DAY_MS) : 0;
    if (diagnosis->cause == CAUSE_IP_RESTRICTED && evidence->ip_enforced == ANSWER_YES)
        diagnosis_add(diagnosis, _("The app's policy enforces IP restrictions."));
    if (diagnosis->cause == CAUSE_AUTHORIZATION_REVOKED && idle_days >= IDLE_LIMIT_DAYS)
        diagnosis_add(
            diagnosis,
            _("perch last refreshed it %d days ago. Where idle tokens are limited to %d days, "
              "that ends the login, even if Refresh Token Policy reads \"valid until "
              "revoked\"."),
            idle_days, IDLE_LIMIT_DAYS);
    if (diagnosis->cause == CAUSE_AUTHORIZATION_REVOKED && evidence->refresh_policy != NULL &&
        strcmp(evidence->refresh_policy, "Infinite") != 0)
        diagnosis_add(diagnosis,
                      _("The app's refresh token policy is %s, which makes tokens expire."),
                      evidence->refresh_policy);
}

static guint seen(const struct evidence *evidence)
{
    const bool until_revoked = g_strcmp0(evidence->refresh_policy, "Infinite") == 0;
    return (evidence->history_read ? 1u << SEEN_HISTORY : 0) |
           (evidence->ip_enforced == ANSWER_NO ? 1u << SEEN_IP_RELAXED : 0) |
           (until_revoked ? 1u << SEEN_TOKEN_POLICY : 0);
}

struct diagnosis *evidence_explain(const struct failure *failure, const struct session *session,
                                   const struct evidence *evidence)
{
    enum certainty certainty;
    enum cause cause = explain_cause(failure, &certainty);
    struct failure told = *failure; /* what it holds is borrowed */
    told.seen |= seen(evidence);
    if (cause == CAUSE_API_DISABLED || cause == CAUSE_API_DISABLED_USER)
        return explain_api_disabled(&told, cause, certainty, session, evidence);
    cause = cause_of_history(cause, &certainty, evidence);
    struct diagnosis *diagnosis = explain_as(&told, cause, certainty);
    add_rights(diagnosis, evidence);
    add_app(diagnosis, evidence);
    add_policies(diagnosis, session, evidence);
    add_history(diagnosis, evidence);
    return diagnosis;
}
