/* SPDX-License-Identifier: MIT */
#ifndef PERCH_APP_PRIVATE_H
#define PERCH_APP_PRIVATE_H

#include "events.h"
#include "perch/app/app.h"
#include "perch/checks/check.h"
#include "perch/handoff/handoff.h"
#include "perch/plain/plain.h"
#include "perch/ui/ui.h"
#include "perch/wizard/wizard.h"

/* What the runner hands back with each result of a list. */
struct list_user {
    struct app *app;
    enum check_list_id list;
};

struct app {
    const struct app_options *options;
    struct services services;
    Desktop *desktop;
    Wizard *wizard;
    Session *session; /* works on a copy of its own of the wizard's connection */
    struct events events;
    Ui *ui;
    Plain *plain;
    GMainLoop *loop;
    int exit;
    bool quitting;

    CheckList *lists[CHECKS_COUNT];
    bool dirty[CHECKS_COUNT], done[CHECKS_COUNT];
    guint serials[CHECKS_COUNT];
    struct list_user list_users[CHECKS_COUNT];
    guint dirty_source;

    Loopback *loopback;
    Loopback *way; /* the browser's, to the authorize address; NULL = none */
    bool has_code;
    StoreLock *claim;   /* on the name, against another set-up; NULL = there is no name yet */
    char *claimed;      /* that name */
    GCancellable *load; /* reading the keyring before the wizard begins; NULL = not, or done */
    guint tick_source;
    guint saves_pending; /* keyring writes under way: quitting waits for them */
    char
        *secrets_problem; /* why the keyring did not give the connection's secrets; NULL = it did */
    bool damaged;         /* the connection's file cannot be read */
    bool saved;           /* the connection's file was written */
    GError *save_problem; /* why the last writing of it failed; NULL = it did not */
    char *exit_message;   /* line printed after the screen is restored */
};

/* Hands an event to the wizard, runs what it asks for, and repaints; from inside an effect: once
 * all effects are done. */
void app_event(struct app *app, const struct wizard_event *event);
/* What the org has told meanwhile, to the wizard. */
void app_told(struct app *app);
void app_notice(struct app *app, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Nobody else has this name open. TRUE as well where locks cannot be had: the door says so. */
bool app_claim(struct app *app, const char *name, GError **error);
void app_effect(struct app *app, const struct effect *effect);
void app_quit(struct app *app, int code);
void app_offer_values(struct app *app);
/* Checks a flow that was pasted, or lies in a file. */
void app_check_flow(struct app *app,
                    const Secret *given); /* what goes into Flow Builder, to the wizard */

/* login.c */
void login_start(struct app *app);
void login_stop(struct app *app);
void login_browser(struct app *app);
void login_paste(struct app *app, const Secret *text);
void login_finish(struct app *app, bool succeeded);
void login_go_on(struct app *app); /* the answer was none: it waits for the next */

/* app_lists.c */
void lists_start(struct app *app, const struct effect *effect);
void lists_cancel(struct app *app, enum check_list_id list);
void lists_clear(struct app *app);

#endif
