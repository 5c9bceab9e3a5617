/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CONNECTION_H
#define PERCH_CONNECTION_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/channel.h"
#include "perch/base/json.h"

/*
 * One connection to one org: everything about it that is no secret. Plain data; strings are owned
 * by the struct and may be NULL where nothing is known yet. It is what the config file holds and
 * what the wizard fills in; keys of the file that this version does not know stay in extra.
 */
enum { CONNECTION_PORTS = 3, CONNECTION_VERSION = 4, CONNECTION_NAME_MAX = 40 };

enum app_kind { APP_EXTERNAL_CLIENT, APP_CONNECTED };

/* Which values the app sheet has: those that perch recommends, those of the written guide, or those
 * of an app that asks for no consumer secret. */
enum app_values { APP_VALUES_PERCH, APP_VALUES_GUIDE, APP_VALUES_NO_SECRET, APP_VALUES_COUNT };

/* Where the flow runs: the dashboard's Flow Builder, Bird's Flows, or a program of one's own. */
enum platform { PLATFORM_FLOW_BUILDER, PLATFORM_BIRD_FLOWS, PLATFORM_OTHER, PLATFORM_COUNT };

struct connection {
    char *name;      /* also the file name: letters, digits, '-', '_', '.' */
    char *login_url; /* origin of the login host: "https://acme.my.salesforce.com" */
    char *address;   /* what the person typed for the org, kept for Back */
    enum app_kind app_kind;
    enum app_values app_values;
    enum platform platform;
    char *client_id;                 /* consumer key */
    char *app_key;                   /* the one that perch chose for a deploy; NULL = none */
    guint16 ports[CONNECTION_PORTS]; /* registered callback ports, in the order of trying */
    guint16 port;                    /* the one last used; 0 = none yet */
    char *scopes;                    /* asked for, separated by blanks */
    char *granted_scopes;            /* as Salesforce answered */
    char *instance_url;              /* from the last token answer; base of all REST calls */
    char *identity_url;              /* "id" of the token answer */
    char *org_id;                    /* 18 characters */
    char *user_id;                   /* 18 characters */
    char *username;
    char *org_name;
    char *edition;    /* OrganizationType as the org last told it: "Enterprise Edition" */
    char *profile_id; /* of the user, for links to its Setup page */
    char *app_id;     /* of the External Client App, for links to its Setup page; NULL = not told */
    char *api_version;  /* newest the org offers, "68.0" */
    guint32 app_ticks;  /* one bit a row of the App step's table */
    char *app_name;     /* "Bird Integration" */
    char *app_api_name; /* "Bird_Integration" */
    char *contact_email;
    char *app_callbacks;          /* more callback URLs, separated by blanks */
    GPtrArray *channels;          /* struct channel *, at least one */
    guint channel;                /* the one that is worked on */
    enum test_object test_object; /* its object, unless a command asks for the other one */
    bool test_keep;               /* leave the test record in the org */
    gint64 session_seconds; /* life of an access token, learnt from introspection; 0 = unknown */
    gint64 proven_at;       /* wall ms of the last complete proof; 0 = never */
    int rotation;           /* 1: the last refresh brought another refresh token */
    int with_secret;        /* 1: the last proof was made with a consumer secret */
    gint64 tested_at;       /* wall ms of the last test record; 0 = never */
    int forgetting;         /* 1: to be forgotten once its login can be revoked */
    char *draft_step;       /* name of the step where a set-up stopped; NULL = finished */
    Json *extra;            /* unknown keys of the file, kept as they are; NULL = none */
};

struct connection *connection_new(const char *name);
struct connection *connection_copy(const struct connection *connection);
void connection_free(struct connection *connection); /* NULL is fine */
typedef struct connection Connection;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_free)

/* Of two copies of one connection, the one that the org is asked with and the one that a person
 * edits: what the org has told goes one way, what was typed and chosen the other. A new login host
 * makes the API version unknown. */
void connection_take_told(struct connection *to, const struct connection *from);
void connection_take_typed(struct connection *to, const struct connection *from);

bool connection_is_draft(const struct connection *connection); /* its set-up is not finished */

/* Replaces a string member; value is copied, NULL allowed. */
void connection_set(char **member, const char *value);

/* The channel that is worked on; never NULL. */
struct channel *connection_channel(const struct connection *connection);
/* Works on another one; its object becomes the test object. An index beyond the last is the first.
 */
void connection_set_channel(struct connection *connection, guint index);

/* A sentence when name cannot name a connection, NULL when it can. Borrowed, translated. */
const char *connection_name_problem(const char *name);

/* The callback URL of a port: http://localhost:PORT/OauthRedirect (the form that Salesforce's own
 * tools register: CLI and Data Loader guides). Owned by the caller. */
char *connection_callback(guint16 port);

/* Where Salesforce sends the browser: the callback of port, or the guide's address when the app has
 * the guide's values. Owned by the caller. */
char *connection_redirect(const struct connection *connection, guint16 port);
/* The address of the written guide: the code is read off the browser's address bar. */
#define GUIDE_CALLBACK "https://login.salesforce.com/"

enum app_values app_values_from_name(const char *name); /* APP_VALUES_COUNT: there is none */
const char *app_values_name(enum app_values values);    /* "perch", "guide", "no-secret" */

enum platform platform_from_name(const char *name); /* PLATFORM_COUNT: there is none */
const char *platform_name(enum platform platform);  /* "flow-builder", "bird-flows", "other" */

/* Brings the JSON of an older version to CONNECTION_VERSION, one version after the other; keys that
 * nobody knows stay. Other versions, and what is no connection, are left as they are. */
void connection_migrate(Json *json);

/* To and from the config file's JSON, of this version or an older one. From: PERCH_ERROR_INPUT when
 * the file is no connection or of a newer version. */
Json *connection_to_json(const struct connection *connection);
struct connection *connection_from_json(const Json *json, const char *name, GError **error);
/* The same of a json that is then the connection's own, or freed. */
struct connection *connection_take_json(Json *json, const char *name, GError **error);

#endif
