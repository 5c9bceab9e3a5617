/* SPDX-License-Identifier: MIT */
#include "perch/base/source.h"

GSource *source_attach(GSource *source, GMainContext *context, GSourceFunc callback, gpointer user)
{
    g_source_set_callback(source, callback, user, NULL);
    g_source_attach(source, context);
    return source;
}

void source_drop(GSource **source)
{
    if (*source != NULL)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}
