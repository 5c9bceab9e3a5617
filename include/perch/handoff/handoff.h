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

/* What goes into the flow, made from one connection and its secrets; no I/O. */
struct handoff_item {
    const char *id;    /* "refresh_token": key in JSON; upper case with SALESFORCE_ in env files */
    const char *group; /* translated heading: the step or the form that it belongs to */
    const char *label; /* translated, as the platform's form calls it */
    bool secret;       /* masked on screen */
    Secret *value;
};

/* struct handoff_item *, in the order of the platform's forms. Freed with the array. The call that
 * gets a token, the one that creates the record of the connection's channel, and what else the
 * platform's forms ask for (forms.def). What is not known yet is left out; ids occur once each. */
GPtrArray *handoff_items(const Connection *connection, const struct secrets *secrets);

/* Translated, borrowed: "Into Flow Builder"; "Flow Builder (dashboard.messagebird.com)". */
const char *handoff_title(enum platform platform);
const char *handoff_platform(enum platform platform);

struct handoff_note {
    const char *title, *text; /* translated, borrowed */
};
/* What has to be known on top of the values: struct handoff_note *, freed with the array. */
GPtrArray *handoff_notes(enum platform platform);

/* Why these values cannot go into a flow yet (no refresh token, rotation on …) and what to do,
 * translated and borrowed, and the exit code that belongs to it (ret_exit may be NULL). NULL when
 * they can. */
const char *handoff_problem(const Connection *connection, const struct secrets *secrets,
                            enum perch_exit *ret_exit);

/*
 * The webhook that starts a flow, as text of up to three lines: its address; the key that it wants
 * as Authorization: Bearer; the name of the header in which it wants the body's HMAC-SHA256 with
 * that key. All of it is secret.
 */
struct webhook {
    char *address, *key, *header; /* "" = none */
};
void webhook_read(const char *text, struct webhook *ret_webhook); /* to be cleared */
void webhook_clear(struct webhook *webhook);
/* "sha256=..." of body; owned by the caller. */
char *webhook_signature(const struct webhook *webhook, const char *body);
/* A sentence when text is not one that can start a flow (https, or http on this computer), or NULL.
 * Borrowed, translated. */
const char *webhook_problem(const char *text);

/* What somebody's flow does otherwise than perch would: struct check_result *, freed with the
 * array; a warning is a doubt, and what is not understood is one. text is a file that Flow Builder
 * or Bird's Flows exported, or the function. No secret is told. PERCH_ERROR_INPUT: it is none of
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
/* "env" → HANDOFF_ENV; -1 when there is no such format. */
int handoff_format_from_name(const char *name);
const char *handoff_format_name(enum handoff_format format);
const char *handoff_format_what(enum handoff_format format); /* translated: what it is */
bool handoff_format_on_screen(enum handoff_format format);   /* the wizard offers it */
char *handoff_format_names(void); /* "text, env, json …"; owned by the caller */

/* The whole text of the export, with secrets, ending in a line break. PERCH_ERROR_INPUT with the
 * reason: handoff_problem, or a value that the format cannot express (the value is not told).
 *
 * ENV is what sh, dotenv and systemd read alike: KEY='value', one a line; SYSTEMD_CREDS is the
 * same, to be encrypted. ENV_FILE is KEY=value, for programs that take quotes for part of it, and
 * FISH set -gx KEY 'value'. JSON is the one object of `perch handoff NAME --json`: "perch",
 * "command", "connection", "status", "exit", "checks", the values by id, "steps": the two requests
 * of the flow, in order, each with name, method, url, headers, body (the first a string, the second
 * an object) and variable; and "channels": for each its id, name, object, fields, variables with
 * sample values and step. CURL is a POSIX shell script that plays the flow. POSTMAN is two files,
 * of which this is the collection (v2.1). VAULT is the JSON object of the values. SFDX_URL
 * is one line, for Salesforce's CLI (sfdx_url.h). */
Secret *handoff_export(const Connection *connection, const struct secrets *secrets,
                       enum handoff_format format, GError **error);

/* The file of FLOW after a pattern: like is an export of the person's own, whose trigger and form
 * of variables are kept, or NULL. Nobody claims that Flow Builder imports it. PERCH_ERROR_INPUT:
 * like is no export of Flow Builder. */
Secret *handoff_flow(const Connection *connection, const struct secrets *secrets, const char *like,
                     GError **error);

struct handoff_file {
    const char *suffix; /* ".env", ".postman_environment.json" */
    Secret *text;
};
/* The same as files: one, or two for POSTMAN (struct handoff_file *, freed with the array). */
GPtrArray *handoff_files(const Connection *connection, const struct secrets *secrets,
                         enum handoff_format format, GError **error);

/* A copy of connection whose only channel is the one with that id; PERCH_ERROR_USAGE names those
 * that there are. */
Connection *handoff_select(const Connection *connection, const char *channel, GError **error);

#endif
