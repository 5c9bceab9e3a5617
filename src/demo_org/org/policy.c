/* SPDX-License-Identifier: MIT */
#include "demo_org/org/policy.h"

#include <string.h>

#include "demo_org/org/objects.h"
#include "demo_org/org/scopes.h"

enum { HOUR_MS = 60 * 60 * 1000 };

static const struct profile *profile_of(const struct subject *subject)
{
    return state_profile_of(subject->state, subject->user);
}

static bool trial_over(const struct subject *subject)
{
    return policy_trial_over(subject->state);
}

static bool org_inactive(const struct subject *subject)
{
    return !subject->state->org->active || policy_trial_over(subject->state);
}

static bool user_deactivated(const struct subject *subject)
{
    return !subject->user->active;
}

static bool user_frozen(const struct subject *subject)
{
    return subject->user->frozen;
}

static bool user_inactive(const struct subject *subject)
{
    return !subject->user->active || subject->user->frozen;
}

static bool logins_exceeded(const struct subject *subject)
{
    const struct user *user = subject->user;
    return user->logins > subject->state->org->login_limit &&
           (user->logins_since_ms == 0 ||
            state_now(subject->state) < user->logins_since_ms + HOUR_MS);
}

/* The number of a dotted IPv4 address; the IPv6 loopback counts as 127.0.0.1. */
static guint32 address_number(const char *text)
{
    unsigned parts[4] = {0};
    if (strcmp(text, "::1") == 0)
        text = "127.0.0.1";
    g_auto(GStrv) words = g_strsplit(text, ".", 4);
    for (int i = 0; i < 4 && words[i] != NULL; i++)
        parts[i] = (unsigned)g_ascii_strtoull(words[i], NULL, 10) & 255;
    return parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3];
}

/* Without any ranges, every address is allowed. */
static bool outside(const GPtrArray *ranges, const char *remote)
{
    const guint32 address = address_number(remote);
    for (guint i = 0; i < ranges->len; i++) {
        g_auto(GStrv) ends = g_strsplit(g_ptr_array_index(ranges, i), "-", 2);
        if (ends[0] != NULL && address >= address_number(ends[0]) &&
            address <= address_number(ends[1] != NULL ? ends[1] : ends[0]))
            return false;
    }
    return ranges->len > 0;
}

static bool outside_ranges(const struct subject *subject)
{
    return outside(profile_of(subject)->ip_ranges, subject->remote);
}

static bool outside_allowlist(const struct subject *subject)
{
    return subject->app->ip_allowlist && outside(subject->app->allowed_ips, subject->remote);
}

/* Minutes since midnight of "HH:MM". */
static int minutes_of(const char *text)
{
    const char *colon = strchr(text, ':');
    return (int)g_ascii_strtoll(text, NULL, 10) * 60 +
           (colon != NULL ? (int)g_ascii_strtoll(colon + 1, NULL, 10) : 0);
}

static bool outside_hours(const struct subject *subject)
{
    const char *hours = profile_of(subject)->login_hours;
    const char *dash = strchr(hours, '-');
    if (dash == NULL)
        return false;
    int now = (int)(state_now(subject->state) / 60000 % (24 * 60));
    return now < minutes_of(hours) || now >= minutes_of(dash + 1);
}

static bool login_restricted(const struct subject *subject)
{
    return outside_ranges(subject) || outside_hours(subject);
}

static bool app_blocked(const struct subject *subject)
{
    return subject->app->blocked;
}

static bool oauth_off(const struct subject *subject)
{
    return !subject->app->oauth_enabled;
}

static bool client_flow_off(const struct subject *subject)
{
    return !subject->app->client_credentials;
}

static bool user_unknown(const struct subject *subject)
{
    return subject->user == NULL;
}

/* An e-mail address instead of the username finds nobody. */
static bool nobody_runs(const struct subject *subject)
{
    return !subject->app->client_credentials_policy || user_unknown(subject);
}

static bool is_kind(const struct subject *subject, const char *kind)
{
    return strcmp(subject->app->kind, kind) == 0;
}

/* API Access Control: keeps out Connected Apps that are not installed. */
static bool app_kept_out(const struct subject *subject)
{
    return subject->state->org->api_access_control && is_kind(subject, "connected") &&
           !subject->app->installed && !profile_of(subject)->any_api_client;
}

static bool eca_missing(const struct subject *subject)
{
    return is_kind(subject, "eca") && !subject->app->in_org;
}

/* A user who approved the app before it was uninstalled can still use it. */
static bool app_uninstalled(const struct subject *subject)
{
    return is_kind(subject, "connected") && !subject->app->installed &&
           !profile_of(subject)->approve_uninstalled &&
           policy_approval(subject->state, subject->user->name, subject->app->name) == NULL;
}

static bool user_not_approved(const struct subject *subject)
{
    const struct app *app = subject->app;
    const GPtrArray *sets = subject->user->permission_sets;
    if (strcmp(app->permitted_users, "admin") != 0 ||
        list_has(app->profiles, subject->user->profile))
        return false;
    for (guint i = 0; i < sets->len; i++)
        if (list_has(app->permission_sets, g_ptr_array_index(sets, i)))
            return false;
    return true;
}

/* Users who may self-authorize must have done so and got a refresh token; an administrator's
 * approval replaces that. */
static bool never_approved(const struct subject *subject)
{
    STATE_EACH(grant, grant, subject->state)
    if (*grant->token != '\0' && strcmp(grant->user, subject->user->name) == 0 &&
        strcmp(grant->app, subject->app->name) == 0)
        return false;
    return strcmp(subject->app->permitted_users, "admin") != 0;
}

static bool not_installed_for_user(const struct subject *subject)
{
    const GPtrArray *scopes = subject->app->scopes;
    return never_approved(subject) && !list_has(scopes, "refresh_token") &&
           !list_has(scopes, "full");
}

static bool scope_unknown(const struct subject *subject)
{
    for (guint i = 0; subject->scopes != NULL && i < subject->scopes->len; i++)
        if (scope_label(g_ptr_array_index(subject->scopes, i)) == NULL)
            return true;
    return false;
}

static bool scope_not_on_app(const struct subject *subject)
{
    const GPtrArray *has = subject->app->scopes;
    for (guint i = 0; subject->scopes != NULL && i < subject->scopes->len; i++)
        if (!list_has(has, g_ptr_array_index(subject->scopes, i)) && !list_has(has, "full"))
            return true;
    return false;
}

static bool user_api_only(const struct subject *subject)
{
    return profile_of(subject)->api_only;
}

static bool user_of_site(const struct subject *subject)
{
    return strcmp(subject->user->user_type, "Standard") != 0;
}

/* The identity provider names the user by it. */
static bool federation_id_missing(const struct subject *subject)
{
    return subject->state->org->single_sign_on && *subject->user->federation_id == '\0';
}

static bool second_factor_missing(const struct subject *subject)
{
    return subject->user->second_factor_missing;
}

static bool app_of_other_org(const struct subject *subject)
{
    return is_kind(subject, "eca") && subject->app->of_other_org;
}

static bool ip_enforced(const struct subject *subject)
{
    return strcmp(subject->app->ip_relaxation, "bypass") != 0 && outside_ranges(subject);
}

static bool ip_enforced_on_refresh(const struct subject *subject)
{
    return strcmp(subject->app->ip_relaxation, "enforce") == 0 && outside_ranges(subject);
}

static bool ip_enforced_always(const struct subject *subject)
{
    return subject->state->org->ip_on_every_request && ip_enforced(subject);
}

static bool login_flow_pending(const struct subject *subject)
{
    return subject->user->login_flow_pending;
}

static bool session_level_low(const struct subject *subject)
{
    return strcmp(subject->app->session_level, "high") == 0;
}

static bool user_gone(const struct subject *subject)
{
    return user_inactive(subject) || org_inactive(subject) || app_blocked(subject);
}

static bool no_api_scope(const struct subject *subject)
{
    return !list_has(subject->scopes, "api") && !list_has(subject->scopes, "full");
}

static bool api_controlled(const struct subject *subject)
{
    return subject->app->api_access_controlled && !profile_of(subject)->any_api_client;
}

static bool assurance_missing(const struct subject *subject)
{
    return profile_of(subject)->high_assurance;
}

static bool password_expired(const struct subject *subject)
{
    return subject->user->password_expired;
}

static bool org_without_api(const struct subject *subject)
{
    return !subject->state->org->api_access;
}

static bool edition_without_api(const struct subject *subject)
{
    static const char *const editions[] = {"Professional Edition",    "Group Edition",
                                           "Contact Manager Edition", "Essentials Edition",
                                           "Starter Edition",         NULL};
    const struct org *org = subject->state->org;
    return g_strv_contains(editions, org->edition) && !org->api_add_on;
}

static bool user_without_api(const struct subject *subject)
{
    return !profile_of(subject)->api_enabled;
}

static bool user_without_api_named(const struct subject *subject)
{
    return user_without_api(subject) && subject->state->org->api_names_user;
}

static bool api_refused_at_login(const struct subject *subject)
{
    return subject->state->org->api_checked_at_login &&
           (org_without_api(subject) || edition_without_api(subject) || user_without_api(subject));
}

static bool policy_acts(const struct subject *subject, const char *action)
{
    STATE_EACH(security_policy, policy, subject->state)
    if (policy->active && strcmp(policy->action, action) == 0 &&
        !list_has(policy->exempt, subject->user->name))
        return true;
    return false;
}

static bool policy_blocks(const struct subject *subject)
{
    return policy_acts(subject, "block");
}

static bool policy_wants_second_factor(const struct subject *subject)
{
    return policy_acts(subject, "two_factor");
}

static bool policy_ends_session(const struct subject *subject)
{
    return policy_acts(subject, "end_session");
}

static bool overloaded(const struct subject *subject)
{
    return subject->state->org->overloaded;
}

static bool too_many_long_requests(const struct subject *subject)
{
    const struct org *org = subject->state->org;
    return org->long_requests >= org->long_request_limit;
}

static bool limit_reached(const struct subject *subject)
{
    return subject->state->org->api_used >= subject->state->org->api_limit;
}

struct rule {
    bool (*holds)(const struct subject *subject);
    struct refusal refusal;
};

#define AUTHORIZE(place, condition, error, text)
#define TOKEN(condition, error, text)
#define EXCHANGE(condition, error, text)
#define REFRESH(condition, error, text)
#define CLIENT(condition, error, text)
#define JWT(condition, error, text)
#define REST(condition, status, code, text)
#define HISTORY(condition, text)

static const struct rule authorize_rules[] = {
#undef AUTHORIZE
#define AUTHORIZE(place, condition, error, text) {condition, {place, 302, error, text}},
#include "demo_org/org/policy.def"
#undef AUTHORIZE
#define AUTHORIZE(place, condition, error, text)
};

#undef TOKEN
#define TOKEN(condition, error, text) {condition, {AT_CALLBACK, 400, error, text}},
static const struct rule exchange_rules[] = {
#undef EXCHANGE
#define EXCHANGE TOKEN
#include "demo_org/org/policy.def"
#undef EXCHANGE
#define EXCHANGE(condition, error, text)
};

static const struct rule refresh_rules[] = {
#undef REFRESH
#define REFRESH TOKEN
#include "demo_org/org/policy.def"
#undef REFRESH
#define REFRESH(condition, error, text)
};

static const struct rule client_rules[] = {
#undef CLIENT
#define CLIENT TOKEN
#include "demo_org/org/policy.def"
#undef CLIENT
#define CLIENT(condition, error, text)
};

static const struct rule jwt_rules[] = {
#undef JWT
#define JWT TOKEN
#include "demo_org/org/policy.def"
#undef JWT
#define JWT(condition, error, text)
};
#undef TOKEN
#define TOKEN(condition, error, text)

static const struct rule rest_rules[] = {
#undef REST
#define REST(condition, status, code, text) {condition, {AT_CALLBACK, status, code, text}},
#include "demo_org/org/policy.def"
#undef REST
#define REST(condition, status, code, text)
};

static const struct rule history_rules[] = {
#undef HISTORY
#define HISTORY(condition, text) {condition, {AT_CALLBACK, 0, NULL, text}},
#include "demo_org/org/policy.def"
};

static const struct refusal *first(const struct rule *rules, gsize count,
                                   const struct subject *subject)
{
    for (gsize i = 0; i < count; i++)
        if (rules[i].holds(subject))
            return &rules[i].refusal;
    return NULL;
}

const struct refusal *policy_authorize(const struct subject *subject)
{
    return first(authorize_rules, G_N_ELEMENTS(authorize_rules), subject);
}

const struct refusal *policy_exchange(const struct subject *subject)
{
    return first(exchange_rules, G_N_ELEMENTS(exchange_rules), subject);
}

const struct refusal *policy_refresh(const struct subject *subject)
{
    return first(refresh_rules, G_N_ELEMENTS(refresh_rules), subject);
}

const struct refusal *policy_client_credentials(const struct subject *subject)
{
    return first(client_rules, G_N_ELEMENTS(client_rules), subject);
}

const struct refusal *policy_jwt(const struct subject *subject)
{
    return first(jwt_rules, G_N_ELEMENTS(jwt_rules), subject);
}

const struct refusal *policy_rest(const struct subject *subject)
{
    return first(rest_rules, G_N_ELEMENTS(rest_rules), subject);
}

const char *policy_history(const struct subject *subject)
{
    const struct refusal *refusal = first(history_rules, G_N_ELEMENTS(history_rules), subject);
    return refusal != NULL ? refusal->text : "Success";
}

bool policy_trial_over(const struct state *state)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) end = g_date_time_new_from_iso8601(state->org->trial_expires, utc);
    return end != NULL && state_now(state) >= g_date_time_to_unix(end) * 1000;
}

struct grant *policy_approval(const struct state *state, const char *user, const char *app)
{
    STATE_EACH(grant, grant, state)
    if (strcmp(grant->user, user) == 0 && strcmp(grant->app, app) == 0)
        return grant;
    return NULL;
}

bool policy_may(const struct profile *profile, enum object_right right, const char *object)
{
    const GPtrArray *lists[] = {[RIGHT_READ] = profile->read,
                                [RIGHT_CREATE] = profile->create,
                                [RIGHT_EDIT] = profile->edit,
                                [RIGHT_DELETE] = profile->remove};
    return list_has(lists[right], object);
}

/* By name, or as one of all of the object's that field-level security is for. */
static bool names(const GPtrArray *fields, const char *object, const struct field *field)
{
    g_autofree char *name = g_strconcat(object, ".", field->name, NULL);
    g_autofree char *all = g_strconcat(object, ".*", NULL);
    return list_has(fields, name) ||
           (field_is(field, FIELD_PERMISSIONABLE) && list_has(fields, all));
}

bool policy_sees(const struct profile *profile, const char *object, const struct field *field)
{
    return !names(profile->hidden_fields, object, field) ||
           names(profile->visible_fields, object, field) ||
           names(profile->editable_fields, object, field);
}

bool policy_writes(const struct profile *profile, const char *object, const struct field *field)
{
    return names(profile->editable_fields, object, field) ||
           (!names(profile->hidden_fields, object, field) &&
            !names(profile->read_only_fields, object, field));
}
