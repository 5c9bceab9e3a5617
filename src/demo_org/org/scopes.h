/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SCOPES_H
#define DEMO_SCOPES_H

#include <glib.h>

/* What the approval page says of a scope; NULL for one that Salesforce does not know. */
const char *scope_label(const char *name);

/* The words of a scope parameter; offline_access is written refresh_token, which it means. */
GPtrArray *scope_parse(const char *text);

/* The list as text, separated by blanks. Owned by the caller. */
char *scope_text(const GPtrArray *scopes);

/* Every scope, for Setup. NULL after the last. */
const char *scope_name(guint index);

#endif
