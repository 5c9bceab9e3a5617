/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SOURCE_H
#define PERCH_SOURCE_H

#include <glib.h>

/* Helpers for GLib sources whose creator keeps a reference. */

/* Sets callback and attaches source to context (NULL = the default one). Returns source. */
GSource *source_attach(GSource *source, GMainContext *context, GSourceFunc callback, gpointer user);
/* Destroys and unrefs *source, and sets it to NULL. *source may be NULL. */
void source_drop(GSource **source);

#endif
