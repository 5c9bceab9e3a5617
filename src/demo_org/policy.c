/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include <string.h>

#include "scopes.h"

static const struct profile *profile_of(const struct subject *subject)
{
    return state_profile_of(subject->state, subject->user);
}

static bool org_inactive(const struct subject *subject)
{
    return !subject->state->org->active;
}

static bool user_inactive(const struct subject *subject)
{
    return !subject->user->active || subject->user->frozen;
}

static bool logins_exceeded(const struct subject *subject)
{
    return subject->user->logins > subject->state->org->login_limit;
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

static bool outside_ranges(const struct subject *subject)
{
    const GPtrArray *ranges = profile_of(subject)->ip_ranges;
    const guint32 address = address_number(subject->remote);
    for (guint i = 0; i < ranges->len; i++) {
        g_auto(GStrv) ends = g_strsplit(g_ptr_array_index(ranges, i), "-", 2);
        if (ends[0] != NULL && address >= address_number(ends[0]) &&
            address <= address_number(ends[1] != NULL ? ends[1] : ends[0]))
            return false;
    }
    return ranges->len > 0;
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

static bool eca_missing(const struct subject *subject)
{
    return strcmp(subject->app->kind, "eca") == 0 && !subject->app->in_org;
}

/* A user who approved the app before it was uninstalled goes on using it. */
static bool app_uninstalled(const struct subject *subject)
{
    return strcmp(subject->app->kind, "connected") == 0 && !subject->app->installed &&
           !profile_of(subject)->approve_uninstalled &&
           policy_approval(subject->state, subject->user->name, subject->app->name) == NULL;
}

static bool user_not_approved(const struct subject *subject)
{
    return strcmp(subject->app->permitted_users, "admin") == 0 &&
           !list_has(subject->app->profiles, subject->user->profile);
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

static bool ip_enforced(const struct subject *subject)
{
    return strcmp(subject->app->ip_relaxation, "bypass") != 0 && outside_ranges(subject);
}

static bool ip_enforced_on_refresh(const struct subject *subject)
{
    return strcmp(subject->app->ip_relaxation, "enforce") == 0 && outside_ranges(subject);
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

static bool user_without_api(const struct subject *subject)
{
    return !profile_of(subject)->api_enabled;
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
#define REST(condition, status, code, text)

static const struct rule authorize_rules[] = {
#undef AUTHORIZE
#define AUTHORIZE(place, condition, error, text) {condition, {place, 302, error, text}},
#include "policy.def"
#undef AUTHORIZE
#define AUTHORIZE(place, condition, error, text)
};

#undef TOKEN
#define TOKEN(condition, error, text) {condition, {AT_CALLBACK, 400, error, text}},
static const struct rule exchange_rules[] = {
#undef EXCHANGE
#define EXCHANGE TOKEN
#include "policy.def"
#undef EXCHANGE
#define EXCHANGE(condition, error, text)
};

static const struct rule refresh_rules[] = {
#undef REFRESH
#define REFRESH TOKEN
#include "policy.def"
#undef REFRESH
#define REFRESH(condition, error, text)
};
#undef TOKEN
#define TOKEN(condition, error, text)

static const struct rule rest_rules[] = {
#undef REST
#define REST(condition, status, code, text) {condition, {AT_CALLBACK, status, code, text}},
#include "policy.def"
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

const struct refusal *policy_rest(const struct subject *subject)
{
    return first(rest_rules, G_N_ELEMENTS(rest_rules), subject);
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

bool policy_sees(const struct profile *profile, const char *object, const char *field)
{
    g_autofree char *name = g_strconcat(object, ".", field, NULL);
    return !list_has(profile->hidden_fields, name);
}

bool policy_writes(const struct profile *profile, const char *object, const char *field)
{
    g_autofree char *name = g_strconcat(object, ".", field, NULL);
    return !list_has(profile->hidden_fields, name) && !list_has(profile->read_only_fields, name);
}
