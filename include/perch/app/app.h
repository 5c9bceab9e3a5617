/* SPDX-License-Identifier: MIT */
#ifndef PERCH_APP_H
#define PERCH_APP_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/secret.h"
#include "perch/checks/session.h"
#include "perch/explain/check_result.h"

/* The imperative shell: owns the main loop's objects, runs the wizard's effects and check lists. */

/* Where the wizard opens. */
enum app_start { APP_START_STEP, APP_START_AUTHORIZE, APP_START_DOCTOR, APP_START_TEST };

struct app_options {
    const char *name;      /* connection; NULL = ask */
    const char *login_url; /* fills the Org step in */
    const char *client_id;
    Secret *client_secret; /* borrowed */
    guint16 callback_port; /* 0 = the pool */
    gint64 login_seconds;  /* how long a login may take; 0 = 15 minutes */
    enum app_start start;  /* APP_START_STEP: where a draft stopped, else at its values */
    bool plain, json, no_input, quiet;
    bool *ret_home;                    /* the person went back to Home; NULL = there is none */
    char *(*forget)(const char *name); /* Home's, from the layer above: forget_from_home */
    const char *exit_message;          /* said at the end instead of what was kept; NULL = that */
};

/* The wizard for one connection, full screen or line by line; returns the exit code. */
int app_setup(const struct app_options *options);

/* Home: the list of connections. Returns the exit code; runs the wizard for what is chosen. */
int app_home(const struct app_options *options);

/* The services that a session needs, made when first asked for. */
struct services {
    char *config_dir;
    Http *http;
    Store *store;
};
/* may_ask: a person may be asked on the terminal for the password of perch's own keyring. */
bool services_init(struct services *services, bool may_ask, GError **error);
/* Uses perch's own keyring if there is one; to be called before anything of the store. One that
 * cannot be opened makes every call of the store fail with a sentence that says how. */
void app_open_keyring(bool may_ask);
void services_clear(struct services *services);

/* Runs check lists one after the other on each session, sessions at the same time; blocks in the
 * main loop until all are done or Ctrl-C cancels. before is called ahead of each list but the first
 * and may end a session early by returning false. */
struct app_job {
    struct session *session;
    GPtrArray *results; /* struct check_result *, all lists; owned by the job's owner */
    gpointer user;
};
typedef bool (*app_before)(struct app_job *job, enum check_list_id list);
typedef void (*app_settled)(struct app_job *job, const struct check_result *result);
/* FALSE: cancelled. settled (may be NULL) hears each result as it comes. */
bool app_run_lists(struct app_job *jobs, guint count, const enum check_list_id *lists,
                   guint list_count, app_before before, app_settled settled, gint64 timeout_ms);

#endif
