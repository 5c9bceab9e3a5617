/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SCOPES_H
#define DEMO_SCOPES_H

#include <glib.h>

/* The approval page's text for a scope; NULL for an unknown scope. */
const char *scope_label(const char *name);

/* The scope that the Metadata API calls so; NULL for an unknown token. */
const char *scope_by_token(const char *token);

const char *scope_token(const char *name); /* and back */

/* The words of a scope parameter; offline_access becomes its synonym refresh_token. */
GPtrArray *scope_parse(const char *text);

/* The list as text, separated by blanks. Owned by the caller. */
char *scope_text(const GPtrArray *scopes);

/* Every scope, for Setup. NULL after the last. */
const char *scope_name(guint index);

#endif
