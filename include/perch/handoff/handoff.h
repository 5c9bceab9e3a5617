/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_H
#define PERCH_HANDOFF_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/connection.h"
#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/secrets.h"
#include "perch/explain/check_result.h"

/* The values for the flow, made from one connection and its secrets; no I/O. */
struct handoff_item {
    const char
        *id; /* "refresh_token": key in JSON; in env files upper case with the prefix SALESFORCE_ */
    const char *group; /* translated heading: the step or form it belongs to */
    const char *label; /* translated, as in the platform's form */
    bool secret;       /* masked on screen */
    bool hint;         /* value says what to do there; it is nothing to paste */
    Secret *value;
};

/* struct handoff_item *, in the order of the platform's forms, freed with the array: values of the
 * call for a token, of the call that creates the record of the connection's channel, and whatever
 * else the platform's forms ask for (forms.def). Leaves out what is not known yet; each id occurs
 * once. */
GPtrArray *handoff_items(const Connection *connection, const struct secrets *secrets);

/* Translated, borrowed: "Into Flow Builder"; "Flow Builder (dashboard.messagebird.com)". */
const char *handoff_title(enum platform platform);
const char *handoff_platform(enum platform platform);

struct handoff_note {
    const char *title; /* translated, borrowed */
    char *text;        /* translated, owned */
};
/* Notes that go with the values: struct handoff_note *, freed with the array. */
GPtrArray *handoff_notes(const Connection *connection);

/* Why these values cannot go into a flow yet (no refresh token, rotation on …) and what to do,
 * translated and borrowed; NULL when they can. *ret_exit (may be NULL) is the corresponding exit
 * code. */
const char *handoff_problem(const Connection *connection, const struct secrets *secrets,
                            enum perch_exit *ret_exit);

/*
 * The webhook that starts a flow, as text of up to three lines: its address; the key it expects as
 * Authorization: Bearer; the name of the header in which it expects the body's HMAC-SHA256 under
 * that key. All three are secret.
 */
struct webhook {
    char *address, *key, *header; /* "" = none */
};
void webhook_read(const char *text, struct webhook *ret_webhook); /* to be cleared */
void webhook_clear(struct webhook *webhook);
/* "sha256=..." of body; owned by the caller. */
char *webhook_signature(const struct webhook *webhook, const char *body);
/* Why text cannot start a flow (https, or http on this computer), or NULL. Borrowed, translated. */
const char *webhook_problem(const char *text);

/* Where somebody's flow differs from perch's: struct check_result *, freed with the array. Doubts,
 * and what perch does not understand, are warnings. text is a file exported by Flow Builder or
 * Bird's Flows, or the function. Results contain no secrets. PERCH_ERROR_INPUT: text is none of
 * these. */
GPtrArray *handoff_check(const Connection *connection, const struct secrets *secrets,
                         const char *text, gsize length, GError **error);

enum handoff_format {
#define FORMAT(ID, name, where, suffix, write, what) HANDOFF_##ID,
#define MORE_FILE(ID, suffix, write)
#include "perch/handoff/formats.def"
#undef FORMAT
#undef MORE_FILE
    HANDOFF_FORMAT_COUNT,
};
/* "env" → HANDOFF_ENV; -1: no such format. */
int handoff_format_from_name(const char *name);
const char *handoff_format_name(enum handoff_format format);
const char *handoff_format_what(enum handoff_format format); /* translated description */
bool handoff_format_on_screen(enum handoff_format format);   /* the wizard offers it */
char *handoff_format_names(void); /* "text, env, json …"; owned by the caller */

/* The complete export, secrets included, ending in a line break. PERCH_ERROR_INPUT:
 * handoff_problem's reason, or a value that the format cannot express (the value is not revealed).
 *
 * ENV is the subset that sh, dotenv and systemd read alike: KEY='value', one per line;
 * SYSTEMD_CREDS is the same text, to be encrypted; GITHUB_ACTIONS and CONTAINER_SECRET, with
 * another remark, for gh and podman. ENV_FILE is KEY=value, for programs that take
 * quotes literally; FISH is set -gx KEY 'value'. JSON is the object of `perch handoff NAME --json`:
 * "perch", "command", "connection", "status", "exit", "checks", the values by id, "steps" and
 * "channels". "steps" are the flow's two requests in order, each with name, method, url, headers,
 * body (the first a string, the second an object) and variable. Each of "channels" has id, name,
 * object, fields, variables with sample values, and step. CURL is a POSIX shell script that plays
 * the flow. POSTMAN is two files; this is the collection (v2.1). VAULT is the JSON object of the
 * values. SFDX_URL is one line for Salesforce's CLI (sfdx_url.h). */
Secret *handoff_export(const Connection *connection, const struct secrets *secrets,
                       enum handoff_format format, GError **error);

/* The FLOW export modelled on like, an export of the person's own flow (or NULL), whose trigger and
 * variable form are kept. It is not verified that Flow Builder imports it. PERCH_ERROR_INPUT: like
 * is not an export of Flow Builder. */
Secret *handoff_flow(const Connection *connection, const struct secrets *secrets, const char *like,
                     GError **error);

struct handoff_file {
    const char *suffix; /* ".env", ".postman_environment.json" */
    Secret *text;
};
/* handoff_export as files, two for POSTMAN (struct handoff_file *, freed with the array). */
GPtrArray *handoff_files(const Connection *connection, const struct secrets *secrets,
                         enum handoff_format format, GError **error);

/* A copy of connection with only the channel of that id. PERCH_ERROR_USAGE: no such channel; the
 * message names those that exist. */
Connection *handoff_select(const Connection *connection, const char *channel, GError **error);

#endif
