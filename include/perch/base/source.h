/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SOURCE_H
#define PERCH_SOURCE_H

#include <glib.h>

/* GLib's sources, held by the one who made them. */

/* From now on callback is called in context (NULL = the default one). Gives source back. */
GSource *source_attach(GSource *source, GMainContext *context, GSourceFunc callback, gpointer user);
/* Destroyed and let go; *source becomes NULL. NULL in *source is fine. */
void source_drop(GSource **source);

#endif
