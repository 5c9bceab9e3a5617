/* SPDX-License-Identifier: MIT */
#ifndef PERCH_APP_H
#define PERCH_APP_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/secret.h"
#include "perch/checks/session.h"
#include "perch/explain/check_result.h"
#include "perch/wizard/wizard.h"

/* The imperative shell: owns the objects of the main loop and runs the wizard's effects and check
 * lists. */

/* Where the wizard opens. */
enum app_start { APP_START_STEP, APP_START_AUTHORIZE, APP_START_DOCTOR, APP_START_TEST };

struct app_options {
    const char *name;      /* connection name; NULL = ask */
    const char *login_url; /* prefills the Org step */
    const char *client_id;
    const Json *config;      /* other members of the connection; NULL = none; borrowed */
    Secret *client_secret;   /* borrowed */
    const char *username;    /* that an app that logs in by itself runs as; NULL = not given */
    Secret *private_key;     /* for a login that is signed, with its certificate; borrowed; */
    const char *certificate; /* NULL = perch makes them */
    bool new_key;            /* even if there are some */
    bool connected_app;      /* the app is a Connected App */
    const struct login_way *login; /* how the flow logs in; NULL = not given */
    guint16 callback_port;         /* 0 = the usual ports */
    gint64 login_seconds;          /* how long a login may take; 0 = 15 minutes */
    enum app_start start; /* APP_START_STEP: resumes a draft where it stopped; a finished set-up
                             opens at its values */
    bool plain, json, no_input, quiet;
    bool *ret_demo;      /* set when the person wants the demo org instead; NULL = there is none */
    const char *no_demo; /* why it cannot be started; NULL = it can */
    bool begun;          /* the Org step was answered before this wizard */
    bool *ret_home;      /* set when the person goes back to Home; NULL = there is no Home */
    char *(*forget)(const char *name); /* for Home; comes from the layer above: forget_from_home */
    bool is_demo;                      /* nothing is kept */
    const char *introduction; /* to a demo org: where it is and how to log in; NULL = none */
    const char *ended; /* the browser only logs in, and nobody sees a page in it: the file that has
                          the address where it ended, if that was elsewhere; NULL = a browser */
    const char *exit_message; /* printed at the end; NULL = say what was kept */
};

/* The connection as the wizard would begin with it; takes ownership of the present one. */
Connection *app_prefilled(Connection *connection, const struct app_options *options);

/* The wizard for one connection, full screen or line by line. Returns the exit code. */
int app_setup(const struct app_options *options);

/* Home, the list of connections; runs the wizard for the chosen one. Returns the exit code. */
int app_home(const struct app_options *options);

/* The services that a session needs. services_init creates them. */
struct services {
    char *config_dir;
    Http *http;
    Store *store;
};
/* may_ask: the person may be asked on the terminal for the password of perch's own keyring. */
bool services_init(struct services *services, bool may_ask, GError **error);
/* Uses perch's own keyring if there is one. Call it before any store function. If the keyring
 * cannot be opened, every call of the store fails with a sentence that says how to open it. */
void app_open_keyring(bool may_ask);
void services_clear(struct services *services);

/* The session of a user who may change the org, in which the app of a connection is made. A source
 * is the name of another connection to the org, DEPLOYER_CLI or DEPLOYER_TOKEN (wizard.h). perch
 * keeps nothing of the last two. */

/* The sources there are, best first (char *); the last one is always DEPLOYER_TOKEN. */
GPtrArray *deployer_sources(const struct services *services, const Connection *app);
/* token: for DEPLOYER_TOKEN, else NULL. done calls deployer_finish, which returns the session,
 * owned by the caller, with *ret_whose: "the connection acme, admin@acme.com"; NULL with the
 * reason, also when cancelled. */
void deployer_open(const struct services *services, const Connection *app, const char *source,
                   Secret *token, GCancellable *cancellable, GAsyncReadyCallback done,
                   gpointer user);
struct session *deployer_finish(GAsyncResult *result, char **ret_whose, GError **error);
/* The org's switch that shows secrets, turned on for the app of that connection: a note of it, with
 * the session's source and the org's address, a line each, until it is off again. FALSE: it cannot
 * be written. */
bool switch_note(const char *config_dir, const Connection *app, const char *source, bool on,
                 GError **error);
char *switch_noted(const char *config_dir,
                   const char *name);        /* the note's path; owned by the caller */
char *switch_folder(const char *config_dir); /* with one note for each */
/* Gives an app that is to be made its consumer key, unless it has one. */
void app_take_key(Connection *app);

/* Runs check lists: one after the other within a session, all sessions in parallel. Blocks in the
 * main loop until all are done or Ctrl-C cancels them. before is called before each list except the
 * first; it returns false to end that session early. */
struct app_job {
    struct session *session;
    GPtrArray *results; /* struct check_result *, all lists; owned by the job's owner */
    const struct check_result *running; /* the row begun last, until it settles; else NULL */
    gpointer user;
};
typedef bool (*app_before)(struct app_job *job, enum check_list_id list);
typedef void (*app_settled)(struct app_job *job, const struct check_result *result);
/* Returns FALSE when cancelled. settled (may be NULL) gets each result as it settles. */
bool app_run_lists(struct app_job *jobs, guint count, const enum check_list_id *lists,
                   guint list_count, app_before before, app_settled settled, gint64 timeout_ms);

#endif
