/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TEMPLATE_H
#define PERCH_TEMPLATE_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/*
 * Text with a flow's variables, as the flow's editor writes them: {{senderName}}, or
 * {{contact.phones[0].value|default:"none"}}. A path begins with a letter; its names consist of
 * letters, digits, '_' and '-' and are joined by dots; each may have a list index. The default
 * replaces an empty or missing value. Everything else, single braces included, is literal.
 */

/* The path when text is exactly one variable, else NULL; owned by the caller. */
char *text_variable(const char *text);
/* The default of such a text; NULL when it has none. Owned by the caller. */
char *text_fallback(const char *text);
/* "{{path}}", with the default when fallback is not NULL; owned by the caller. */
char *text_of_variable(const char *path, const char *fallback);
/* Whether path is a valid variable path. */
bool text_path_is_valid(const char *path);
/* Whether text has double braces that do not hold a variable. */
bool text_is_broken(const char *text);

/* Paths of the variables in text (char *), each once; freed with the array. */
GPtrArray *text_variables(const char *text);

/* text with each variable replaced by what value returns for it, or by its default if that is NULL
 * or empty; NULL without a default leaves the variable in place. Replacements are not expanded
 * again. Owned by the caller. */
typedef const char *(*text_lookup)(const char *path, gpointer user);
char *text_fill(const char *text, text_lookup value, gpointer user);

/* text without its variables' defaults, for readers that lack support; owned by the caller. */
char *text_without_fallbacks(const char *text);

/* Sets value (takes ownership) at path below object and creates the objects and lists on the way:
 * "a.b[0].c" → {"a":{"b":[{"c":value}]}}. */
void text_put(Json *object, const char *path, Json *value);

#endif
