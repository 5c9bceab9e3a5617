/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HOME_H
#define PERCH_HOME_H

#include <glib.h>
#include <stdbool.h>

#include "perch/connection.h"
#include "perch/view.h"

/* Home: the connections, one line each. Pure like the wizard. */
struct home_row {
    Connection *connection; /* owned; NULL = the file cannot be read: */
    char *name;
    char *problem;
};

enum home_choice { HOME_STAY, HOME_OPEN, HOME_NEW, HOME_QUIT };

struct home {
    GPtrArray *rows; /* struct home_row * */
    gint64 wall_ms;  /* for "2 minutes ago" */
};

struct home *home_new(void);
void home_free(struct home *home); /* NULL is fine */
typedef struct home Home;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Home, home_free)

/* Takes connection. */
void home_add(struct home *home, const char *name, Connection *connection, const char *problem);
struct view *home_view(const struct home *home, int focus);
/* What an event means; *ret_name is borrowed (HOME_OPEN). */
enum home_choice home_handle(struct home *home, const struct view_event *event,
                             const char **ret_name);

#endif
