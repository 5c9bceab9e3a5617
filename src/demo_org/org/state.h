/* SPDX-License-Identifier: MIT */
#ifndef DEMO_STATE_H
#define DEMO_STATE_H

#include <glib.h>
#include <stdbool.h>

#include "demo_org/org/state_fields.h"
#include "perch/base/json.h"

/* The structs, one for each .def table. */
#define TEXT(member, initial, meaning) char *member;
#define FLAG(member, initial, meaning) bool member;
#define NUMBER(member, initial, meaning) gint64 member;
#define LIST(member, initial, meaning) GPtrArray *member;
struct org {
#include "demo_org/org/state/org.def"
};
struct profile {
#include "demo_org/org/state/profile.def"
};
struct user {
#include "demo_org/org/state/user.def"
};
struct app {
#include "demo_org/org/state/app.def"
};
struct grant {
#include "demo_org/org/state/grant.def"
};
struct session {
#include "demo_org/org/state/session.def"
};
struct code {
#include "demo_org/org/state/code.def"
};
struct pending {
#include "demo_org/org/state/pending.def"
};
struct browser {
#include "demo_org/org/state/browser.def"
};
struct login {
#include "demo_org/org/state/login.def"
};
struct custom_field {
#include "demo_org/org/state/custom_field.def"
};
struct validation_rule {
#include "demo_org/org/state/validation_rule.def"
};
struct duplicate_rule {
#include "demo_org/org/state/duplicate_rule.def"
};
struct automation {
#include "demo_org/org/state/automation.def"
};
struct permission_set {
#include "demo_org/org/state/permission_set.def"
};
struct security_policy {
#include "demo_org/org/state/security_policy.def"
};
struct assignment_rule {
#include "demo_org/org/state/assignment_rule.def"
};
struct deploy {
#include "demo_org/org/state/deploy.def"
};
struct fault {
#include "demo_org/org/state/fault.def"
};
#undef TEXT
#undef FLAG
#undef NUMBER
#undef LIST

enum kind_index {
#define KIND(type, key, prefix) KIND_##type,
#include "demo_org/org/kinds.def"
#undef KIND
    KIND_COUNT
};

extern const struct kind state_org_kind;
extern const struct kind state_kinds[KIND_COUNT];

struct record {
    char *id;           /* 18 characters */
    const char *object; /* "Lead", from the table of objects */
    Json *fields;       /* every field by its API name, absent or null when blank */
};

struct state {
    struct org *org;
    struct profile *no_profile;  /* for a user whose profile does not exist */
    GPtrArray *sets[KIND_COUNT]; /* things of a kind, oldest first */
    GPtrArray *merged;           /* struct profile, merged for users with permission sets */
    GPtrArray *records;          /* struct record, oldest first */
    GPtrArray *deleted;          /* struct record in the recycle bin, those deleted first first */
    bool shows_deleted;          /* a query asks for them, too */
    guint64 serial;              /* the last id's */
    gint64 case_number;          /* the last Case's */
    const char *guest;           /* user whom the login page suggests; static, NULL: none */
    char *public_url;            /* login host: "http://localhost:8080" */
    char *instance_url;          /* host of REST calls and Setup pages */
};

/* A stock org with the apps and users that the man page lists. */
struct state *state_new(void);
void state_free(struct state *state);

/* Org time, milliseconds since 1970. */
gint64 state_now(const struct state *state);

/* Everything but records, as {"org": {...}, "users": {name: {...}}, ...}. */
Json *state_to_json(const struct state *state);

/* Merges such an object: missing members stay, a new name creates a thing, null removes one, "*"
 * means all things. "records" is an array of records to add. PERCH_ERROR_INPUT; changes before the
 * error stay. */
bool state_patch(struct state *state, const Json *patch, GError **error);

gpointer state_find(const struct state *state, enum kind_index index, const char *name);
gpointer state_add(struct state *state, enum kind_index index, const char *name);
void state_remove(struct state *state, enum kind_index index, const char *name);

/* state_find_user(state, name), state_add_user(state, name) and so on for each kind. */
#define KIND(type, key, prefix)                                                               \
    static inline struct type *state_find_##type(const struct state *state, const char *name) \
    {                                                                                         \
        return state_find(state, KIND_##type, name);                                          \
    }                                                                                         \
    static inline struct type *state_add_##type(struct state *state, const char *name)        \
    {                                                                                         \
        return state_add(state, KIND_##type, name);                                           \
    }
#include "demo_org/org/kinds.def"
#undef KIND

/* Walks the things of a kind; break and return work. Nothing may be added or removed meanwhile. */
#define STATE_EACH(type, thing, state)                                                        \
    for (guint thing##_at = 0, thing##_go = 1;                                                \
         thing##_go != 0 && thing##_at < (state)->sets[KIND_##type]->len; thing##_at++)       \
        for (struct type *thing =                                                             \
                 (thing##_go = 0, g_ptr_array_index((state)->sets[KIND_##type], thing##_at)); \
             thing != NULL; thing = NULL, thing##_go = 1)

struct app *state_find_key(const struct state *state, const char *consumer_key);
struct user *state_find_user_id(const struct state *state, const char *id);
/* The rights of a user, permission sets included. Borrowed until the next request. */
const struct profile *state_profile_of(const struct state *state, const struct user *user);
GPtrArray *state_merged_new(void);

/* Counts a login of the user in this hour. */
void state_count_login(const struct state *state, struct user *user);

/* Adds a row to Login History. */
void state_log_login(struct state *state, const struct user *user, const char *application,
                     const char *type, const char *status, const char *source_ip);

struct record *state_record(const struct state *state, const char *object, const char *id);
struct record *state_add_record(struct state *state, const char *object, const char *prefix);
void state_remove_record(struct state *state, const struct record *record);
bool state_is_deleted(const struct state *state, const char *id);

/* Salesforce ids. Owned by the caller. */
char *id_18(const char *id);                            /* of 15 or 18 characters */
bool id_same(const char *a, const char *b);             /* 15 and 18 forms alike */
char *id_make(struct state *state, const char *prefix); /* a new one, 15 characters */

/* Random text of count characters of Salesforce's token alphabet, containing TOKEN_MARKER. */
/* The consumer secret, which only has hexadecimal digits, contains TOKEN_MARKER_HEX instead. */
#define TOKEN_MARKER "CANARY"
#define TOKEN_MARKER_HEX "43414E415259"
char *token_make(const char *start, gsize length);
/* 64 upper-case hexadecimal digits. */
char *secret_make(void);

#endif
