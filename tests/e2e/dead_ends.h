/* SPDX-License-Identifier: MIT */
#ifndef E2E_DEAD_ENDS_H
#define E2E_DEAD_ENDS_H

#include <glib.h>

/* Ports of this computer that lead nowhere. */
enum dead_end {
    DEAD_END_CLOSED, /* connections are refused */
    DEAD_END_FULL,   /* connections never come about */
    DEAD_END_SILENT, /* connections come about, and nothing is ever said */
};

typedef struct DeadEnd DeadEnd;

DeadEnd *dead_end_new(enum dead_end kind);
guint16 dead_end_port(const DeadEnd *end);
void dead_end_free(DeadEnd *end); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeadEnd, dead_end_free)

#endif
