/* SPDX-License-Identifier: MIT */
#include "demo_org/org/state.h"

#include <string.h>

#include "demo_org/org/defaults.h"
#include "demo_org/org/record_values.h"
#include "perch/base/clock.h"
#include "perch/base/error.h"

#define ROW(member, kind_of, initial, meaning) \
    {#member, kind_of, G_STRUCT_OFFSET(THING, member), initial, meaning},
#define TEXT(member, initial, meaning) ROW(member, STATE_TEXT, initial, meaning)
#define FLAG(member, initial, meaning) ROW(member, STATE_FLAG, #initial, meaning)
#define NUMBER(member, initial, meaning) ROW(member, STATE_NUMBER, #initial, meaning)
#define LIST(member, initial, meaning) ROW(member, STATE_LIST, initial, meaning)

#define THING struct org
static const struct state_field org_fields[] = {
#include "demo_org/org/state/org.def"
};
#undef THING
#define THING struct profile
static const struct state_field profile_fields[] = {
#include "demo_org/org/state/profile.def"
};
#undef THING
#define THING struct user
static const struct state_field user_fields[] = {
#include "demo_org/org/state/user.def"
};
#undef THING
#define THING struct app
static const struct state_field app_fields[] = {
#include "demo_org/org/state/app.def"
};
#undef THING
#define THING struct grant
static const struct state_field grant_fields[] = {
#include "demo_org/org/state/grant.def"
};
#undef THING
#define THING struct session
static const struct state_field session_fields[] = {
#include "demo_org/org/state/session.def"
};
#undef THING
#define THING struct code
static const struct state_field code_fields[] = {
#include "demo_org/org/state/code.def"
};
#undef THING
#define THING struct pending
static const struct state_field pending_fields[] = {
#include "demo_org/org/state/pending.def"
};
#undef THING
#define THING struct browser
static const struct state_field browser_fields[] = {
#include "demo_org/org/state/browser.def"
};
#undef THING
#define THING struct login
static const struct state_field login_fields[] = {
#include "demo_org/org/state/login.def"
};
#undef THING
#define THING struct custom_field
static const struct state_field custom_field_fields[] = {
#include "demo_org/org/state/custom_field.def"
};
#undef THING
#define THING struct validation_rule
static const struct state_field validation_rule_fields[] = {
#include "demo_org/org/state/validation_rule.def"
};
#undef THING
#define THING struct duplicate_rule
static const struct state_field duplicate_rule_fields[] = {
#include "demo_org/org/state/duplicate_rule.def"
};
#undef THING
#define THING struct automation
static const struct state_field automation_fields[] = {
#include "demo_org/org/state/automation.def"
};
#undef THING
#define THING struct permission_set
static const struct state_field permission_set_fields[] = {
#include "demo_org/org/state/permission_set.def"
};
#undef THING
#define THING struct security_policy
static const struct state_field security_policy_fields[] = {
#include "demo_org/org/state/security_policy.def"
};
#undef THING
#define THING struct assignment_rule
static const struct state_field assignment_rule_fields[] = {
#include "demo_org/org/state/assignment_rule.def"
};
#undef THING
#define THING struct deploy
static const struct state_field deploy_fields[] = {
#include "demo_org/org/state/deploy.def"
};
#undef THING
#define THING struct fault
static const struct state_field fault_fields[] = {
#include "demo_org/org/state/fault.def"
};
#undef THING

const struct kind state_org_kind = {"org", sizeof(struct org), org_fields, G_N_ELEMENTS(org_fields),
                                    NULL};

const struct kind state_kinds[KIND_COUNT] = {
#define KIND(type, key, prefix) \
    [KIND_##type] = {key, sizeof(struct type), type##_fields, G_N_ELEMENTS(type##_fields), prefix},
#include "demo_org/org/kinds.def"
#undef KIND
};

static void record_free(gpointer data)
{
    struct record *record = data;
    g_free(record->id);
    json_free(record->fields);
    g_free(record);
}

struct state *state_new(void)
{
    struct state *state = g_new0(struct state, 1);
    state->org = kind_make(&state_org_kind, NULL);
    state->no_profile = kind_make(&state_kinds[KIND_profile], NULL);
    for (int i = 0; i < KIND_COUNT; i++)
        state->sets[i] = g_ptr_array_new();
    state->merged = state_merged_new();
    state->records = g_ptr_array_new_with_free_func(record_free);
    state->deleted = g_ptr_array_new_with_free_func(record_free);
    state->serial = 1000000;
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) first = json_parse(demo_defaults, strlen(demo_defaults), &error);
    if (first == NULL || !state_patch(state, first, &error))
        g_error("the stock org: %s", error->message);
    return state;
}

void state_free(struct state *state)
{
    if (state == NULL)
        return;
    for (int i = 0; i < KIND_COUNT; i++) {
        for (guint at = 0; at < state->sets[i]->len; at++)
            kind_free(&state_kinds[i], g_ptr_array_index(state->sets[i], at));
        g_ptr_array_unref(state->sets[i]);
    }
    kind_free(&state_org_kind, state->org);
    kind_free(&state_kinds[KIND_profile], state->no_profile);
    g_ptr_array_unref(state->merged);
    g_ptr_array_unref(state->records);
    g_ptr_array_unref(state->deleted);
    g_free(state->public_url);
    g_free(state->instance_url);
    g_free(state);
}

gint64 state_now(const struct state *state)
{
    return clock_wall_ms() + state->org->clock_offset_ms;
}

Json *state_to_json(const struct state *state)
{
    Json *all = json_object();
    json_set(all, "org", kind_to_json(&state_org_kind, state->org));
    for (int i = 0; i < KIND_COUNT; i++) {
        Json *things = json_object();
        for (guint at = 0; at < state->sets[i]->len; at++) {
            gconstpointer thing = g_ptr_array_index(state->sets[i], at);
            json_set(things, thing_name(thing), kind_to_json(&state_kinds[i], thing));
        }
        json_set(all, state_kinds[i].name, things);
    }
    return all;
}

gpointer state_find(const struct state *state, enum kind_index index, const char *name)
{
    const GPtrArray *set = state->sets[index];
    for (guint i = 0; name != NULL && i < set->len; i++)
        if (strcmp(thing_name(g_ptr_array_index(set, i)), name) == 0)
            return g_ptr_array_index(set, i);
    return NULL;
}

gpointer state_add(struct state *state, enum kind_index index, const char *name)
{
    const struct kind *kind = &state_kinds[index];
    char *thing = kind_make(kind, name);
    if (kind->id_prefix != NULL) {
        char **id = (char **)(gpointer)(thing + kind->state_fields[1].offset);
        g_free(*id);
        *id = id_make(state, kind->id_prefix);
    }
    g_ptr_array_add(state->sets[index], thing);
    return thing;
}

void state_remove(struct state *state, enum kind_index index, const char *name)
{
    gpointer thing = state_find(state, index, name);
    if (thing == NULL)
        return;
    g_ptr_array_remove(state->sets[index], thing);
    kind_free(&state_kinds[index], thing);
}

static bool patch_all(struct state *state, enum kind_index index, const Json *patch, GError **error)
{
    GPtrArray *set = state->sets[index];
    while (json_is_null(patch) && set->len > 0)
        state_remove(state, index, thing_name(g_ptr_array_index(set, 0)));
    for (guint i = 0; i < set->len; i++)
        if (!kind_patch(&state_kinds[index], g_ptr_array_index(set, i), patch, error))
            return false;
    return true;
}

static bool patch_set(struct state *state, enum kind_index index, const Json *patch, GError **error)
{
    JSON_FOREACH(value, patch)
    {
        const char *name = json_key(value);
        bool done = true;
        if (strcmp(name, "*") == 0) {
            done = patch_all(state, index, value, error);
        } else if (json_is_null(value)) {
            state_remove(state, index, name);
        } else {
            gpointer thing = state_find(state, index, name);
            if (thing == NULL)
                thing = state_add(state, index, name);
            done = kind_patch(&state_kinds[index], thing, value, error);
        }
        if (!done)
            return false;
    }
    return true;
}

bool state_patch(struct state *state, const Json *patch, GError **error)
{
    JSON_FOREACH(value, patch)
    {
        int index = 0;
        if (strcmp(json_key(value), "records") == 0) {
            if (!record_import(state, value, error))
                return false;
            continue;
        }
        if (strcmp(json_key(value), "org") == 0) {
            if (!kind_patch(&state_org_kind, state->org, value, error))
                return false;
            continue;
        }
        while (index < KIND_COUNT && strcmp(state_kinds[index].name, json_key(value)) != 0)
            index++;
        if (index == KIND_COUNT) {
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                        "The state has no \"%s\"; --list-state names what there is.",
                        json_key(value));
            return false;
        }
        if (!patch_set(state, (enum kind_index)index, value, error))
            return false;
    }
    return true;
}

struct app *state_find_key(const struct state *state, const char *consumer_key)
{
    STATE_EACH(app, app, state)
    if (g_strcmp0(app->key, consumer_key) == 0)
        return app;
    return NULL;
}

struct user *state_find_user_id(const struct state *state, const char *id)
{
    STATE_EACH(user, user, state)
    if (id_same(user->id, id))
        return user;
    return NULL;
}

void state_count_login(const struct state *state, struct user *user)
{
    const gint64 now = state_now(state), hour = 60 * 60 * 1000;
    if (user->logins_since_ms == 0) {
        user->logins_since_ms = now;
    } else if (now >= user->logins_since_ms + hour) {
        user->logins_since_ms = now;
        user->logins = 0;
    }
    user->logins++;
}

void state_log_login(struct state *state, const struct user *user, const char *application,
                     const char *type, const char *status, const char *source_ip)
{
    g_autofree char *id = id_make(state, "0Ya");
    struct login *login = state_add_login(state, id);
    text_set(&login->user, user->name);
    text_set(&login->application, application);
    text_set(&login->type, type);
    text_set(&login->status, status);
    text_set(&login->source_ip, source_ip);
    login->time_ms = state_now(state);
}

struct record *state_record(const struct state *state, const char *object, const char *id)
{
    for (guint i = 0; i < state->records->len; i++) {
        struct record *record = g_ptr_array_index(state->records, i);
        if (strcmp(record->object, object) == 0 && id_same(record->id, id))
            return record;
    }
    return NULL;
}

struct record *state_add_record(struct state *state, const char *object, const char *prefix)
{
    struct record *record = g_new0(struct record, 1);
    g_autofree char *id = id_make(state, prefix);
    record->id = id_18(id);
    record->object = object;
    record->fields = json_object();
    g_ptr_array_add(state->records, record);
    return record;
}

void state_remove_record(struct state *state, const struct record *record)
{
    guint at;
    if (!g_ptr_array_find(state->records, record, &at))
        return;
    struct record *kept = g_ptr_array_steal_index(state->records, at);
    json_set_bool(kept->fields, "IsDeleted", true);
    g_ptr_array_add(state->deleted, kept);
}

bool state_is_deleted(const struct state *state, const char *id)
{
    for (guint i = 0; i < state->deleted->len; i++)
        if (id_same(((const struct record *)state->deleted->pdata[i])->id, id))
            return true;
    return false;
}
