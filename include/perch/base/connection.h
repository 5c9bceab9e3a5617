/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CONNECTION_H
#define PERCH_CONNECTION_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/channel.h"
#include "perch/base/json.h"

/*
 * One connection to one org: everything about it except secrets. Plain data; strings are owned by
 * the struct and may be NULL while unknown. The config file stores it and the wizard fills it in;
 * keys in the file that this version does not know are kept in extra.
 */
enum { CONNECTION_PORTS = 3, CONNECTION_VERSION = 5, CONNECTION_NAME_MAX = 40 };

enum app_kind { APP_EXTERNAL_CLIENT, APP_CONNECTED };

/* Which values the app sheet uses: perch's recommendation, those of the written guide, those of an
 * app that requires no consumer secret, or those of an app that logs in by itself, with its secret
 * or with a private key. They also say how the flow logs in (login_way.h). */
enum app_values {
    APP_VALUES_PERCH,
    APP_VALUES_GUIDE,
    APP_VALUES_NO_SECRET,
    APP_VALUES_CLIENT_CREDENTIALS,
    APP_VALUES_JWT_BEARER,
    APP_VALUES_COUNT
};

/* Where the flow runs: the dashboard's Flow Builder, Bird's Flows, or some other program. */
enum platform { PLATFORM_FLOW_BUILDER, PLATFORM_BIRD_FLOWS, PLATFORM_OTHER, PLATFORM_COUNT };

/* The person's answer to "Can you untick it?", where rotation was found on. */
enum rotation_box { ROTATION_NOT_SEEN, ROTATION_FREE, ROTATION_LOCKED, ROTATION_BOX_COUNT };

struct connection {
    char *name;      /* also the file name: letters, digits, '-', '_', '.' */
    char *login_url; /* origin of the login host: "https://acme.my.salesforce.com" */
    char *address;   /* what was understood of the address that was typed; NULL = the generic one */
    enum app_kind app_kind;
    enum app_values app_values;
    enum platform platform;
    char *client_id;                 /* consumer key */
    char *app_key;                   /* consumer key that perch chose for a deploy; NULL = none */
    guint16 ports[CONNECTION_PORTS]; /* registered callback ports, in the order they are tried */
    guint16 port;                    /* the last one used; 0 = none yet */
    char *scopes;                    /* requested, separated by blanks */
    char *granted_scopes;            /* as granted by Salesforce */
    char *instance_url;              /* from the last token answer; base of all REST calls */
    char *identity_url;              /* "id" of the token answer */
    char *org_id;                    /* 18 characters */
    char *user_id;                   /* 18 characters */
    char *username;
    char *org_name;
    char *edition;     /* the org's last known OrganizationType: "Enterprise Edition" */
    char *profile_id;  /* of the user, for links to its Setup page */
    char *app_id;      /* of the External Client App, for links to its Setup page; NULL = unknown */
    char *api_version; /* newest the org offers, "68.0" */
    guint32 app_ticks; /* one bit for each row of the App step's table */
    char *app_name;    /* "Bird Integration" */
    char *app_api_name; /* "Bird_Integration" */
    char *contact_email;
    char *app_callbacks;          /* additional callback URLs, separated by blanks */
    char *run_as;                 /* username that an app that logs in by itself runs as; NULL = not
                                     typed */
    char *certificate;            /* of the private key, PEM; NULL = none */
    gint64 certificate_ends;      /* wall ms */
    GPtrArray *channels;          /* struct channel *, at least one */
    guint channel;                /* index of the current channel */
    enum test_object test_object; /* its object, unless a command asks for the other one */
    bool test_keep;               /* leave the test record in the org */
    gint64 session_seconds;       /* lifetime of an access token, from introspection; 0 = unknown */
    gint64 proven_at;             /* wall ms of the last complete proof; 0 = never */
    char *proven_values;          /* name of the app's values then; NULL = with a refresh token */
    char *next_values;            /* name of the values for another way to log in that is not yet
                                     proven, as kept in the file; NULL = none */
    int rotation;                 /* 1: the last refresh returned a different refresh token */
    enum rotation_box rotation_box;
    int with_secret;     /* 1: the last proof used a consumer secret */
    gint64 tested_at;    /* wall ms of the last test record; 0 = never */
    gint64 rested_at;    /* wall ms of the last refresh that worked although perch had not
                            refreshed for 31 days or more; 0 = never */
    gint64 logged_in_at; /* wall ms when a person last logged in; 0 = unknown */
    gint64 ends_seconds; /* a policy that was read ends a login so long after it began, */
    gint64 idle_seconds; /* or after its last use; 0 = no such policy is known */
    int forgetting;      /* 1: to be forgotten once its login can be revoked */
    char *draft_step;    /* name of the step where set-up stopped; NULL = finished */
    Json *extra;         /* unknown keys in the file, kept unchanged; NULL = none */
};

struct connection *connection_new(const char *name);
struct connection *connection_copy(const struct connection *connection);
void connection_free(struct connection *connection); /* NULL is fine */
typedef struct connection Connection;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_free)

/* Two copies of a connection exist: one for calls to the org, one that the person edits. take_told
 * copies what the org has told, take_typed what was typed and chosen. A new login host makes the
 * API version unknown. */
void connection_take_told(struct connection *to, const struct connection *from);
void connection_take_typed(struct connection *to, const struct connection *from);

bool connection_is_draft(const struct connection *connection); /* its set-up is not finished */

/* Replaces a string member; value is copied, NULL allowed. */
void connection_set(char **member, const char *value);

/* The current channel; never NULL. */
struct channel *connection_channel(const struct connection *connection);
/* Changes the current channel; its object becomes the test object. An index past the end selects
 * the first. */
void connection_set_channel(struct connection *connection, guint index);

/* A name as a person types it, without blanks around, with a hyphen for those inside, and composed
 * (Unicode's NFC): what looks the same is the same. Owned by the caller. */
char *connection_name_from(const char *typed);
/* Why name cannot name a connection, NULL when it can: letters of any script. Borrowed, translated.
 */
const char *connection_name_problem(const char *name);

/* The callback URL of a port: http://localhost:PORT/OauthRedirect (the form that Salesforce's own
 * tools register: CLI and Data Loader guides). Owned by the caller. */
char *connection_callback(guint16 port);

/* The file with the certificate, to upload: beside the settings. Owned by the caller. */
char *connection_certificate_file(const struct connection *connection);
char *connection_certificate_end(const struct connection *connection); /* "2036-11-24" */

/* Where Salesforce sends the browser: the callback of port, or the guide's address if the app's
 * values have only that. Owned by the caller. */
bool connection_has_ports(const struct connection *connection);
char *connection_redirect(const struct connection *connection, guint16 port);
/* The guide's callback URL: the person copies the code from the browser's address bar. */
#define GUIDE_CALLBACK "https://login.salesforce.com/"

enum app_values app_values_from_name(const char *name); /* APP_VALUES_COUNT: unknown name */
const char *app_values_name(enum app_values values);    /* "perch", "guide", "no-secret", … */

enum platform platform_from_name(const char *name); /* PLATFORM_COUNT: unknown name */
const char *platform_name(enum platform platform);  /* "flow-builder", "bird-flows", "other" */

/* Upgrades the JSON of an older version to CONNECTION_VERSION, one version at a time; unknown keys
 * stay. Newer versions, and JSON that is not a connection, are left unchanged. */
void connection_migrate(Json *json);

/* To and from the config file's JSON, of this version or an older one. PERCH_ERROR_INPUT: the file
 * is not a connection, or its version is newer. */
Json *connection_to_json(const struct connection *connection);
/* Removes what was typed into the wrong field: what is no consumer key in the key's member, and
 * secrets (typed_is_secret) in the others. */
void connection_drop_secrets(Json *json);
struct connection *connection_from_json(const Json *json, const char *name, GError **error);
/* The same, but takes ownership of json. */
struct connection *connection_take_json(Json *json, const char *name, GError **error);
/* A copy with these members of a file instead of its own; owned by the caller. */
struct connection *connection_with(const struct connection *connection, const Json *members);

#endif
