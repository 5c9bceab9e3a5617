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
    Connection *connection; /* owned; NULL = the file cannot be read, or has not been read yet */
    char *name;
    char *problem;       /* why it cannot be read; NULL = not read yet */
    char *not_forgotten; /* why the last attempt to forget it failed; NULL = none did */
    char *same_login;    /* names of those with the same login: "beta, gamma"; NULL = none known */
    GPtrArray *results;  /* of the live check (struct check_result *); NULL = not checked yet */
    bool checking;
    bool replaceable; /* connection NULL: a new set-up may set the file aside, as it is worthless */
};

/* State of a row, which decides what Enter does. */
enum home_state {
    HOME_UNREADABLE, /* a file that this perch must not replace */
    HOME_DAMAGED,
    HOME_DRAFT,
    HOME_UNKNOWN, /* not checked yet */
    HOME_WORKING,
    HOME_REVOKED,
    HOME_REFUSED,     /* Salesforce locks this user out: a new login alone does not help */
    HOME_NEEDS_LOGIN, /* no token stored */
    HOME_API_OFF,
    HOME_UNREACHABLE,
    HOME_KEYRING,
    HOME_BUSY,
    HOME_FAILED,
    HOME_LEAVING,       /* being forgotten: its login is revoked when the list opens */
    HOME_GONE,          /* forgotten */
    HOME_NOT_FORGOTTEN, /* forgetting failed for another reason than Salesforce's refusal */
};

enum home_choice {
    HOME_STAY,
    HOME_OPEN, /* continue a draft, or show the values of a finished set-up */
    HOME_REAUTHORIZE,
    HOME_DOCTOR,
    HOME_TEST,
    HOME_CHANGE, /* to client credentials */
    HOME_NEW,
    HOME_RENAME, /* to home->typed */
    HOME_FORGET,
    HOME_AGAIN, /* check all again */
    HOME_QUIT,
};

struct home {
    GPtrArray *rows; /* struct home_row *, by name */
    gint64 now_ms;   /* monotonic, for the spinner */
    gint64 wall_ms;  /* for "2 minutes ago" */
    int screen;
    enum home_mode { HOME_LIST, HOME_RENAMING, HOME_FORGETTING } mode;
    bool finding;
    char *filter; /* NULL = all rows */
    char *typed;  /* the new name while renaming */
    char *error;
    char *notice;
    char *target; /* row to rename or forget; also the row to start on */
};

struct home *home_new(void);
void home_free(struct home *home); /* NULL is fine */
typedef struct home Home;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Home, home_free)

/* Both take ownership of connection. home_read completes a row that was added with neither
 * connection nor problem. */
void home_add(struct home *home, const char *name, Connection *connection, const char *problem);
void home_read(struct home_row *row, Connection *connection, const char *problem);
struct home_row *home_find(const struct home *home, const char *name); /* borrowed, or NULL */
/* results are referenced; done = the check has ended. */
void home_checked(struct home *home, const char *name, GPtrArray *results, bool done);
enum home_state home_row_state(const struct home_row *row);
/* one and other turned out to have the same login. */
void home_same_login(struct home *home, const char *one, const char *other);
/* Forgetting name failed; why: whole sentences. */
void home_not_forgotten(struct home *home, const char *name, const char *why);
void home_notice(struct home *home, const char *text); /* NULL clears */

struct view *home_view(const struct home *home, int focus);
/* What an event means; *ret_name is the row concerned (borrowed). */
enum home_choice home_handle(struct home *home, const struct view_event *event,
                             const char **ret_name);
bool home_wants_ticks(const struct home *home);

#endif
