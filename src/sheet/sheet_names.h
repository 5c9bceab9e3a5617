/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_SHEET_NAMES_H
#define PERCH_HANDOFF_SHEET_NAMES_H

/* Salesforce's rules for what a person may call an app; a sentence (translated, borrowed) or NULL.
 */
const char *sheet_name_problem(const char *text);
const char *sheet_api_name_problem(const char *text);
const char *sheet_email_problem(const char *text);
const char *sheet_callback_problem(const char *url);

/* What Salesforce makes of a name: "Bird Integration" → "Bird_Integration". Owned by the caller. */
char *sheet_api_name_of(const char *name);

/* "api" → "Api"; NULL for a scope that is not in the table (sheet.c). */
const char *sheet_scope_token(const char *name);

#endif
