/* SPDX-License-Identifier: MIT */
#ifndef PERCH_LIBRARY_H
#define PERCH_LIBRARY_H

#include <glib.h>

/*
 * Libraries that only some commands need: they are loaded at their first use, so that no other
 * command starts later for them. The handle is never closed.
 */

/* The first of names (NULL at the end) that is there; NULL with PERCH_ERROR_INTERNAL: title is not
 * installed. */
gpointer library_open(const char *title, const char *const *names, GError **error);
/* The same, but exits with the message, as the dynamic loader would. */
gpointer library_need(const char *title, const char *const *names);

/* For the X of a table of functions: fills functions.NAME with the symbol PREFIX_NAME. */
#define LIBRARY_SYMBOL(functions, library, prefix, name) \
    (*(gpointer *)&(functions).name = library_symbol((library), prefix #name))
gpointer library_symbol(gpointer library, const char *name);

#endif
