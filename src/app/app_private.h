/* SPDX-License-Identifier: MIT */
#ifndef PERCH_APP_PRIVATE_H
#define PERCH_APP_PRIVATE_H

#include "events.h"
#include "perch/app/app.h"
#include "perch/checks/check.h"
#include "perch/checks/making.h"
#include "perch/handoff/handoff.h"
#include "perch/plain/plain.h"
#include "perch/ui/ui.h"
#include "perch/wizard/wizard.h"

/* User data of a list's listener. */
struct list_user {
    struct app *app;
    enum check_list_id list;
};

#define APP_WORD_LEFT "left-to-say" /* in the state folder */

struct app {
    const struct app_options *options;
    struct services services;
    Desktop *desktop;
    Wizard *wizard;
    Session *session; /* has its own copy of the wizard's connection */
    struct events events;
    Ui *ui;
    Plain *plain;
    GMainLoop *loop;
    int exit;
    bool quitting;
    bool hung_up; /* the terminal is gone; what that led to may take a moment */

    CheckList *lists[CHECKS_COUNT];
    bool dirty[CHECKS_COUNT], done[CHECKS_COUNT];
    guint serials[CHECKS_COUNT];
    struct list_user list_users[CHECKS_COUNT];
    guint dirty_source;

    struct session *deployer;    /* in which the app is made; NULL = none is open */
    char *deployer_source;       /* where it is from */
    GCancellable *deployer_call; /* of the one that is being opened */
    struct making making;
    GPtrArray *making_files;

    Loopback *loopback;
    Loopback *way; /* leads the browser to the authorize address; NULL = none */
    bool has_code;
    Secret *doubted;      /* code that looks cut or grown: the same once more is used */
    GCancellable *asking; /* of the org, about a refused login; NULL = not asking */
    StoreLock *claim;     /* keeps other set-ups off the name; NULL = no name yet */
    char *claimed;        /* that name */
    GCancellable *load;   /* of the keyring read before the wizard begins; NULL = not reading */
    bool load_is_slow;    /* that takes longer than a second */
    guint slow_source;    /* until then */
    guint tick_source;
    guint copier;          /* source: a program that copies */
    guint saves_pending;   /* running keyring writes; quitting waits for them */
    char *secrets_problem; /* why the connection's secrets could not be read; NULL = they were */
    bool unread;           /* they could not be read, though they may be there */
    bool damaged;          /* the connection's file cannot be read */
    bool saved;            /* the connection's file was written */
    GError *save_problem;  /* why the last write of that file failed; NULL = it did not */
    char *exported;        /* names of the files that the person had written; NULL = none */
    char *exit_message;    /* line printed after the screen is restored */
};

/* Hands an event to the wizard, runs its effects and repaints. Called from inside an effect, it
 * waits until all effects have run. */
void app_event(struct app *app, const struct wizard_event *event);
/* Passes to the wizard what the org has told. */
void app_told(struct app *app);
void app_notice(struct app *app, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Claims the name: no other process has it open. Also TRUE if locks are unavailable; the door
 * (tokens.h) reports that. */
bool app_claim(struct app *app, const char *name, GError **error);
void app_effect(struct app *app, const struct effect *effect);
void app_quit(struct app *app, int code);
void app_offer_values(struct app *app);
/* Checks a flow that was pasted or is in a file. */
void app_check_flow(struct app *app,
                    const Secret *given); /* what goes into Flow Builder, to the wizard */

/* Makes private key and certificate if the connection needs them and has none. */
void key_pair_ensure(struct app *app);
/* Notes the certificate of a pair that was made just now. */
void key_pair_certify(Connection *connection, const char *certificate);

/* making.c */
void making_ask(struct app *app, const struct effect *effect);
bool making_begin(struct app *app, enum make_stage stage); /* FALSE: the wizard is told why not */
void making_done(struct app *app);
void making_drop(struct app *app);

/* login.c */
void login_start(struct app *app);
void login_stop(struct app *app);
void login_browser(struct app *app);
void login_paste(struct app *app, const Secret *text);
void login_seen(struct app *app); /* the page of a browser that nobody sees, as if pasted */
void login_finish(struct app *app, bool succeeded);
void login_go_on(struct app *app); /* that answer was no login: wait for the next one */

/* app_lists.c */
void lists_start(struct app *app, const struct effect *effect);
void lists_cancel(struct app *app, enum check_list_id list);
void lists_clear(struct app *app);

#endif
