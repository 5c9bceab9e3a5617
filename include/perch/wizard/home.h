/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HOME_H
#define PERCH_HOME_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/connection.h"
#include "perch/explain/check_result.h"
#include "perch/view/view.h"

/* Home: the connections, one line each with their live state. Pure like the wizard. */
struct home_row {
    Connection *connection; /* owned; NULL = the file cannot be read, or is not read yet: */
    char *name;
    char *problem;       /* why it cannot; NULL = nothing has read it */
    char *not_forgotten; /* why the last try to forget it failed; NULL = there was none */
    GPtrArray *results;  /* of the live check (struct check_result *); NULL = not asked yet */
    bool checking;
    bool replaceable; /* connection NULL: a new set-up puts the file aside, as it holds nothing */
};

/* What a row is, and so where Enter leads. */
enum home_state {
    HOME_UNREADABLE, /* a file that is not this perch's to replace */
    HOME_DAMAGED,
    HOME_DRAFT,
    HOME_UNKNOWN, /* not asked yet */
    HOME_WORKING,
    HOME_REVOKED,
    HOME_REFUSED,     /* Salesforce does not let this user in: a new login alone is no help */
    HOME_NEEDS_LOGIN, /* there is no token here */
    HOME_API_OFF,
    HOME_UNREACHABLE,
    HOME_KEYRING,
    HOME_BUSY,
    HOME_FAILED,
    HOME_LEAVING,       /* to be forgotten; its login is revoked as the list opens */
    HOME_GONE,          /* and that went well */
    HOME_NOT_FORGOTTEN, /* for another reason than Salesforce's */
};

enum home_choice {
    HOME_STAY,
    HOME_OPEN, /* continue a draft, or the values of a finished one */
    HOME_REAUTHORIZE,
    HOME_DOCTOR,
    HOME_TEST,
    HOME_NEW,
    HOME_RENAME, /* to home->typed */
    HOME_FORGET,
    HOME_AGAIN, /* check all once more */
    HOME_QUIT,
};

struct home {
    GPtrArray *rows; /* struct home_row *, by name */
    gint64 now_ms;   /* monotonic, for the turning mark */
    gint64 wall_ms;  /* for "2 minutes ago" */
    int screen;
    enum home_mode { HOME_LIST, HOME_RENAMING, HOME_FORGETTING } mode;
    bool finding;
    char *filter; /* NULL = all rows */
    char *typed;  /* the new name while renaming */
    char *error;
    char *notice;
    char *target; /* row that rename or forget is about; also the row to start on */
};

struct home *home_new(void);
void home_free(struct home *home); /* NULL is fine */
typedef struct home Home;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Home, home_free)

/* Takes connection; home_read: of a row that was added with neither connection nor problem. */
void home_add(struct home *home, const char *name, Connection *connection, const char *problem);
void home_read(struct home_row *row, Connection *connection, const char *problem);
struct home_row *home_find(const struct home *home, const char *name); /* borrowed, or NULL */
/* results are referenced; done = the check has ended. */
void home_checked(struct home *home, const char *name, GPtrArray *results, bool done);
enum home_state home_row_state(const struct home_row *row);
/* name was to be forgotten and is still here, why in whole sentences. */
void home_not_forgotten(struct home *home, const char *name, const char *why);
void home_notice(struct home *home, const char *text); /* NULL clears */

struct view *home_view(const struct home *home, int focus);
/* What an event means; *ret_name is borrowed (the row that it is about). */
enum home_choice home_handle(struct home *home, const struct view_event *event,
                             const char **ret_name);
bool home_wants_ticks(const struct home *home);

#endif
