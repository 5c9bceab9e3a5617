/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "registry.h"

/*
 * The app's policies as the org reports them: for an External Client App its policy record
 * (ExtlClntAppOauthPlcyCnfg), for a Connected App what ConnectedApplication shows. Both need the
 * Customize Application permission; without it the policies stay unknown, which is not an error.
 */

/* Texts for the screen for the values of both objects. */
static const struct {
    const char *word, *text;
} words[] = {
    {"AdminApprovedPreAuthorized", N_("Admin approved users are pre-authorized")},
    {"admin-approved", N_("Admin approved users are pre-authorized")},
    {"Enforce", N_("Enforce IP restrictions")},
    {"Enforce_RelaxRefresh", N_("Enforce IP restrictions, but relax for refresh tokens")},
    {"Bypass_2factor", N_("Relax IP restrictions for activated devices")},
    {"Zero", N_("Immediately expire refresh token")},
    {"SpecificLifetime", N_("Expire refresh token after")},
    {"SpecificInactivity", N_("Expire refresh token if not used for")},
    {"expires", N_("Refresh tokens expire")},
};

static const char *word_text(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, word) == 0)
            return _(words[i].text);
    return word;
}

/* ---- asking ---- */

static bool can_ask(const struct check_run *run)
{
    return session_secrets(run->session)->access_token != NULL &&
           session_base(run->session) != NULL;
}

static void ask(struct check_run *run, const char *soql, check_judge judge)
{
    check_http_any(run, session_query(run->session, soql), judge);
}

/* The records in an answer; if it has none, settles the run and returns NULL. */
static Json *records_of(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) json = response->status == 200 ? http_response_json(response) : NULL;
    const Json *records = json_get(json, "records");
    if (json_is_array(records))
        return json_copy(records);
    check_skip(run, _("the org does not show them to this user"));
    return NULL;
}

static const Json *find(const Json *records, const char *key, const char *value)
{
    JSON_FOREACH(record, records)
    {
        if (value != NULL && g_strcmp0(json_get_string(record, key), value) == 0)
            return record;
    }
    return NULL;
}

static void not_found(struct check_run *run)
{
    check_skip(run,
               _("the org shows no app named %s; if its name differs, change it in the App "
                 "step"),
               run->session->connection->app_name);
}

static void found(struct check_run *run)
{
    run->session->app_policy.known = true;
    check_ok(run, _("read for the app %s"), run->session->connection->app_name);
}

/* ---- an External Client App: its id, then its policy ---- */

static void learn(char **member, const Json *record, const char *key)
{
    g_free(*member);
    *member = text_told(json_get_string(record, key), TOLD_NAME);
}

/* What is known of the end of a login, for when it is not asked again. */
static void keep_validity(Connection *connection, const struct app_policy *policy)
{
    static const struct {
        const char *unit;
        gint64 seconds;
    } units[] = {{"Hours", 3600}, {"Days", 86400}, {"Months", 30 * 86400}};
    gint64 seconds = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_strcmp0(policy->refresh_unit, units[i].unit) == 0)
            seconds = CLAMP(policy->refresh_period, 0, 9999) * units[i].seconds;
    connection->ends_seconds = g_strcmp0(policy->refresh, "SpecificLifetime") == 0 ? seconds : 0;
    connection->idle_seconds = g_strcmp0(policy->refresh, "SpecificInactivity") == 0 ? seconds : 0;
}

static void judge_policy(struct check_run *run, const struct http_response *response)
{
    struct app_policy *policy = &run->session->app_policy;
    g_autofree char *id = g_steal_pointer(&run->state);
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    const Json *record = find(records, "ExternalClientApplicationId", id);
    if (record == NULL) {
        not_found(run);
        return;
    }
    learn(&policy->users, record, "PermittedUsersPolicyType");
    learn(&policy->ip, record, "IpRelaxationPolicyType");
    learn(&policy->refresh, record, "RefreshTokenPolicyType");
    learn(&policy->refresh_unit, record, "RefreshTokenValidityUnit");
    policy->refresh_period = json_get_int(record, "RefreshTokenValidityPeriod", 0);
    policy->session_minutes = json_get_int(record, "SessionTimeoutInMinutes", 0);
    keep_validity(run->session->connection, policy);
    found(run);
}

static void judge_external(struct check_run *run, const struct http_response *response)
{
    const Connection *connection = run->session->connection;
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    const Json *record = find(records, "DeveloperName", connection->app_api_name);
    if (record == NULL)
        record = find(records, "MasterLabel", connection->app_name);
    const char *id = json_get_string(record, "Id");
    if (id == NULL || !salesforce_id_is_valid(id)) {
        not_found(run);
        return;
    }
    /* Lets each row's fix link straight to the app's page. */
    connection_set(&run->session->connection->app_id, id);
    run->state = g_strdup(id);
    run->state_free = g_free;
    ask(run,
        "SELECT ExternalClientApplicationId, PermittedUsersPolicyType, IpRelaxationPolicyType, "
        "RefreshTokenPolicyType, RefreshTokenValidityPeriod, RefreshTokenValidityUnit, "
        "SessionTimeoutInMinutes FROM ExtlClntAppOauthPlcyCnfg",
        judge_policy);
}

/* ---- a Connected App ---- */

static void judge_connected(struct check_run *run, const struct http_response *response)
{
    struct app_policy *policy = &run->session->app_policy;
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    const Json *record = find(records, "Name", run->session->connection->app_name);
    if (record == NULL) {
        not_found(run);
        return;
    }
    const Json *admin = json_get(record, "OptionsAllowAdminApprovedUsersOnly");
    if (json_is_bool(admin))
        connection_set(&policy->users, json_bool(admin) ? "admin-approved" : "false");
    /* ConnectedApplication gives neither the unit nor which of the other policies applies. */
    connection_set(&policy->refresh, json_get_int(record, "RefreshTokenValidityPeriod", 0) > 0
                                         ? "expires"
                                         : "infinite");
    found(run);
}

void check_app_policies(struct check_run *run)
{
    app_policy_clear(&run->session->app_policy);
    if (!can_ask(run))
        check_skip(run, _("needs a token"));
    else if (run->session->connection->app_kind == APP_CONNECTED)
        ask(run,
            "SELECT Name, OptionsAllowAdminApprovedUsersOnly, RefreshTokenValidityPeriod "
            "FROM ConnectedApplication",
            judge_connected);
    else
        ask(run, "SELECT Id, DeveloperName, MasterLabel FROM ExternalClientApplication",
            judge_external);
}

/* ---- the rows ---- */

static void compare_word(struct check_run *run, enum cause cause, const char *word,
                         const char *text)
{
    const char *want = sheet_word(run->session->connection, sheet_compared_by(run->def->id));
    if (word == NULL || want == NULL)
        check_skip(run, _("the org does not say"));
    else if (strcmp(word, want) == 0)
        compare_same(run);
    else
        compare_differs(run, cause, text);
}

void check_permitted_users(struct check_run *run)
{
    const char *word = run->session->app_policy.users;
    compare_word(run, CAUSE_USER_NOT_APPROVED, word, word == NULL ? NULL : word_text(word));
}

void check_ip_relaxation(struct check_run *run)
{
    const char *word = run->session->app_policy.ip;
    compare_word(run, CAUSE_IP_RESTRICTED, word, word == NULL ? NULL : word_text(word));
}

void check_refresh_policy(struct check_run *run)
{
    const struct app_policy *policy = &run->session->app_policy;
    g_autofree char *text = NULL;
    if (policy->refresh != NULL && policy->refresh_period > 0 && policy->refresh_unit != NULL)
        text = g_strdup_printf("%s %" G_GINT64_FORMAT " %s", word_text(policy->refresh),
                               policy->refresh_period, policy->refresh_unit);
    else if (policy->refresh != NULL)
        text = g_strdup(word_text(policy->refresh));
    if (g_strcmp0(policy->refresh, "Infinite") == 0)
        check_ok(run, _("reads valid until revoked, also where idle tokens are limited to %d days"),
                 IDLE_LIMIT_DAYS);
    else
        compare_word(run, CAUSE_AUTHORIZATION_REVOKED, policy->refresh, text);
}

/* ---- the user that the app runs as ---- */

/* The org tells who logged in, which proves both boxes of the flow as well. */
void check_run_as(struct check_run *run)
{
    const char *wanted = run->session->connection->run_as, *found = run->session->userinfo.username;
    if (found == NULL)
        check_skip(run, _("the org does not say"));
    else if (wanted != NULL && g_ascii_strcasecmp(wanted, found) != 0)
        compare_differs(run, CAUSE_UNKNOWN, found);
    else
        check_ok(run, "%s", found);
}

/* The row runs when an API call has worked, which is what the license is for: another one does as
 * well. */
static void judge_license(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    const Json *profile = json_get(json_first(records), "Profile");
    g_autofree char *name = text_told(json_get_string(profile, "Name"), TOLD_NAME);
    g_autofree char *license =
        text_told(json_get_string(json_get(profile, "UserLicense"), "Name"), TOLD_NAME);
    g_autofree char *wanted =
        sheet_value(run->session->connection, sheet_compared_by(run->def->id));
    check_evidence(run, "license", license);
    check_evidence(run, "profile", name);
    if (license == NULL || name == NULL)
        check_skip(run, _("the org does not say"));
    else if (strcmp(license, wanted) == 0)
        check_ok(run, _("%s, profile %s; has API Enabled"), license, name);
    else
        check_ok(run, _("%s, profile %s; has API Enabled, so it does as well as %s"), license, name,
                 wanted);
}

void check_user_license(struct check_run *run)
{
    const char *id = run->session->connection->user_id;
    if (id == NULL || !salesforce_id_is_valid(id)) {
        check_skip(run, _("the org does not say"));
        return;
    }
    g_autofree char *soql = g_strdup_printf(
        "SELECT Profile.Name, Profile.UserLicense.Name FROM User WHERE Id = '%s'", id);
    ask(run, soql, judge_license);
}

/* ---- boxes that no org shows ---- */

void check_idle_limit(struct check_run *run)
{
    const gint64 rested_at = run->session->connection->rested_at;
    check_evidence(run, "setting", sheet_id(SETTING_IDLE));
    if (rested_at <= 0) {
        check_skip(run,
                   _("not shown by the org, and Refresh Token Policy reads the same with it. Proof "
                     "is a refresh that works after %d days without one"),
                   IDLE_LIMIT_DAYS + 1);
        return;
    }
    g_autofree char *when = clock_format(rested_at);
    check_evidence(run, "proven", when);
    check_ok(run, _("off on %.10s: a refresh worked after %d days without one by perch"), when,
             IDLE_LIMIT_DAYS + 1);
}

void check_ip_allowlist(struct check_run *run)
{
    check_evidence(run, "setting", sheet_id(SETTING_ALLOWLIST));
    check_skip(run, _("not shown by the org. This computer's address may refresh; a flow has "
                      "others"));
}

/* ---- the session's length ---- */

/* Time lost since the token was issued. */
enum { SLACK_MINUTES = 2 };

static void compare_minutes(struct check_run *run, gint64 minutes)
{
    const char *want = sheet_word(run->session->connection, sheet_compared_by(run->def->id));
    if (minutes <= 0 || want == NULL) {
        check_skip(run, _("the org does not say"));
        return;
    }
    check_evidence_int(run, "minutes", minutes);
    if (minutes + SLACK_MINUTES >= g_ascii_strtoll(want, NULL, 10)) {
        compare_same(run);
        return;
    }
    g_autofree char *text = text_duration(minutes * 60);
    compare_differs(run, CAUSE_SESSION_EXPIRED, text);
}

static void judge_lifetime(struct check_run *run, const struct http_response *response)
{
    bool active = false;
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    gint64 seconds = introspect_lifetime(answer, clock_wall_ms(), &active);
    if (seconds > 0)
        compare_minutes(run, (seconds + 59) / 60);
    else
        compare_minutes(run, run->session->app_policy.session_minutes);
}

void check_session_timeout(struct check_run *run)
{
    const struct session *session = run->session;
    if (!can_ask(run))
        check_skip(run, _("needs a token"));
    else if (secret_length(session_secrets(session)->client_secret) ==
             0) /* introspection requires it */
        compare_minutes(run, session->app_policy.session_minutes);
    else
        check_http_any(run,
                       token_introspect_request(session->connection->login_url,
                                                session->connection->client_id,
                                                session_secrets(session)->client_secret,
                                                session_secrets(session)->access_token),
                       judge_lifetime);
}
