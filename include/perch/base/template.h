/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TEMPLATE_H
#define PERCH_TEMPLATE_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/*
 * Texts with variables of a flow, as the flow's editor writes them: {{senderName}}, or
 * {{contact.phones[0].value|default:"none"}}. A path begins with a letter; its names are letters,
 * digits, '_' and '-', joined by dots, each with a place in a list behind it or not. The default
 * takes the place of what is empty or not there. All else, single braces included, is itself.
 */

/* The path when text is one variable and nothing else, else NULL; owned by the caller. */
char *text_variable(const char *text);
/* The default of such a text; NULL: it has none. Owned by the caller. */
char *text_fallback(const char *text);
/* "{{path}}", with the default when fallback is not NULL; owned by the caller. */
char *text_of_variable(const char *path, const char *fallback);
/* Whether path can be a variable's. */
bool text_path_is_valid(const char *path);
/* Whether text has something in double braces that is no variable. */
bool text_is_broken(const char *text);

/* Paths of the variables in text (char *), each once; freed with the array. */
GPtrArray *text_variables(const char *text);

/* text with each variable replaced by what value says it holds, or its default where that is
 * nothing; NULL without a default leaves it as it is. What comes in is not looked at again. Owned
 * by the caller. */
typedef const char *(*text_lookup)(const char *path, gpointer user);
char *text_fill(const char *text, text_lookup value, gpointer user);

/* text with its variables' defaults left out, for what does not know them; owned by the caller. */
char *text_without_fallbacks(const char *text);

/* Puts value (which is taken) at path below object, making the objects and lists on the way:
 * "a.b[0].c" → {"a":{"b":[{"c":value}]}}. */
void text_put(Json *object, const char *path, Json *value);

#endif
