/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HANDOFF_SHEET_NAMES_H
#define PERCH_HANDOFF_SHEET_NAMES_H

/* Salesforce's rules for the names of an app; a sentence (translated, borrowed) if broken, else
 * NULL. */
const char *sheet_name_problem(const char *text);
const char *sheet_api_name_problem(const char *text);
const char *sheet_email_problem(const char *text);
const char *sheet_username_problem(const char *text);
const char *sheet_callback_problem(const char *url);

/* The API name that Salesforce derives from a name: "Bird Integration" → "Bird_Integration". Owned
 * by the caller. */
char *sheet_api_name_of(const char *name);

/* "api" → "Api"; NULL for a scope that is not in the table (sheet.c). */
const char *sheet_scope_token(const char *name);

#endif
