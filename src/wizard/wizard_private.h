/* SPDX-License-Identifier: MIT */
#ifndef PERCH_WIZARD_PRIVATE_H
#define PERCH_WIZARD_PRIVATE_H

#include "perch/base/login_way.h"
#include "perch/base/text.h"
#include "perch/wizard/check_view.h"
#include "perch/wizard/wizard.h"

/* Definition of a step: how it is entered and left, what it shows, how it handles events. enter,
 * leave and checks may be NULL. */
struct step_def {
    const char *name, *title;
    void (*enter)(struct wizard *w, GArray *out);
    void (*leave)(struct wizard *w, GArray *out);
    void (*view)(const struct wizard *w, struct view *view, int focus);
    void (*event)(struct wizard *w, const struct view_event *event, GArray *out);
    void (*checks)(struct wizard *w, enum check_list_id list, bool done, GArray *out);
};

#define STEP(id, name, ...)                                                                  \
    void step_##name##_enter(struct wizard *w, GArray *out);                                 \
    void step_##name##_leave(struct wizard *w, GArray *out);                                 \
    void step_##name##_view(const struct wizard *w, struct view *view, int focus);           \
    void step_##name##_event(struct wizard *w, const struct view_event *event, GArray *out); \
    void step_##name##_checks(struct wizard *w, enum check_list_id list, bool done, GArray *out);
#include "perch/wizard/steps.def"
#undef STEP

#define SCREEN(id, name, how)                                                      \
    void name##_screen_view(const struct wizard *w, struct view *view, int focus); \
    void name##_screen_event(struct wizard *w, const struct view_event *event, GArray *out);
#include "perch/wizard/screens.def"
#undef SCREEN

/* The stack of screens (screens.c). The lowest one is the step and stays. */
void screen_open(struct wizard *w, enum wizard_screen screen);
void screen_close(struct wizard *w); /* the one on top */
void screens_leave_step(struct wizard *w);
void screens_event(struct wizard *w, const struct view_event *event, GArray *out);
void screens_view(const struct wizard *w, struct view *view, int focus);

/* Handlers of the events that answer effects. */
void login_started(struct wizard *w, const struct wizard_event *event, GArray *out);
void login_failed(struct wizard *w, const struct wizard_event *event, GArray *out);
void login_unproven(struct wizard *w, GArray *out); /* Prove ended with a failure */
void login_code(struct wizard *w, const struct wizard_event *event, GArray *out);
void login_paste_problem(struct wizard *w, const struct wizard_event *event, GArray *out);
void login_paste_again(struct wizard *w, const struct wizard_event *event, GArray *out);
void login_browser_problem(struct wizard *w, const struct wizard_event *event, GArray *out);
void make_deployer(struct wizard *w, const struct wizard_event *event, GArray *out);
void keyring_opened(struct wizard *w, const struct wizard_event *event, GArray *out);
void step_keys_tick(struct wizard *w, GArray *out);
void step_authorize_tick(struct wizard *w, const struct wizard_event *event, GArray *out);

/* Effects. text is copied, secret referenced. */
struct effect *effect_add(GArray *out, enum effect_kind kind);
void effect_text(GArray *out, enum effect_kind kind, const char *text);
void effect_secret(GArray *out, enum effect_kind kind, Secret *secret);

void wizard_go(struct wizard *w, enum step step, GArray *out);
void wizard_log_in(struct wizard *w, GArray *out); /* goes to Authorize and begins the login */
/* The settings behind the login have changed: it is not valid any more. */
void wizard_forget_login(struct wizard *w, GArray *out);
void wizard_rail(const struct wizard *w, struct view *view);

/* Leaving (quit.c). wizard_quit saves first and returns the effect, borrowed. */
void wizard_save(struct wizard *w, GArray *out);
struct effect *wizard_quit(struct wizard *w, GArray *out);
void wizard_end(struct wizard *w, GArray *out); /* all is done; asks if tokens are not stored */
void wizard_ask_quit(struct wizard *w, GArray *out);
/* What a set-up that ends now has left undone, in lines; NULL = nothing. Owned by the caller. */
char *wizard_undone(const struct wizard *w);
bool wizard_is_unstored(const struct wizard *w); /* tokens are won, or may be, but not stored */

void wizard_error(struct wizard *w, int item, const char *text); /* NULL clears */
void wizard_notice(struct wizard *w, const char *text);
bool wizard_has_errors(const struct wizard *w);

/* Check lists inside a step. */
void list_start(struct wizard *w, enum check_list_id list, bool keep, GArray *out);
void list_cancel(struct wizard *w, enum check_list_id list, GArray *out);
void list_forget(struct wizard *w, enum check_list_id list, GArray *out);
void list_clear(struct wizard *w, enum check_list_id list); /* for a list that is not run */
/* The keys of a row with a diagnosis, and their actions; true: the event was one of them. */
void result_keys(const struct check_result *result, struct view *view);
bool result_action(const struct check_result *result, const struct view_event *event, GArray *out);
/* A row for a failure that no check found. org: address of the org concerned; NULL = unknown. */
struct check_result *failure_result(const struct wizard *w, const char *id, const char *title,
                                    const struct failure *failure, const char *org);
bool list_ok(const struct wizard *w, enum check_list_id list);     /* ended, nothing blocks */
bool list_failed(const struct wizard *w, enum check_list_id list); /* ended, something blocks */
const struct check_result *list_find(const struct wizard *w, enum check_list_id list,
                                     const char *id);
void list_view(const struct wizard *w, enum check_list_id list, struct view *view, int focus);
/* The focused row's result if it has a diagnosis, else the first failed one, else the row's; NULL =
 * none. */
const struct check_result *list_focused(const struct wizard *w, enum check_list_id list, int focus);
/* Says below the secret's field that it was refused, if the list failed of it. */
void list_blame_secret(struct wizard *w, enum check_list_id list);
/* c and o on a row: copies the fix, opens the page. TRUE: the event was one of them. */
bool list_action(struct wizard *w, enum check_list_id list, const struct view_event *event,
                 GArray *out);
void list_keys(const struct wizard *w, enum check_list_id list, struct view *view, int focus);

/* Title, steps, page and the other side's words as text to copy; page_url may be NULL. */
Secret *diagnosis_text(const struct diagnosis *diagnosis, const char *page_url);

/* "Can you untick it?", where rotation was found on; TRUE: the event was an answer (step_app.c). */
void rotation_question(const struct wizard *w, struct view *view);
bool rotation_answered(struct wizard *w, const struct view_event *event);
/* Whether a person logs in, in a browser (login_way.h). */
bool wizard_is_attended(const struct wizard *w);
/* Why the chosen way to log in does not work at the login host of that kind (generic: it does not
 * identify the org), translated; NULL = it does. */
const char *step_org_domain_problem(const struct wizard *w, bool generic);
/* The same for the connection's host; if there is a problem, goes to Org, which shows it. */
bool step_org_has_domain(struct wizard *w, GArray *out);
void step_org_refuse_name(struct wizard *w, const char *why, GArray *out);
bool step_org_accept(struct wizard *w,
                     GArray *out); /* checks the typed values and takes them over if valid */
/* Whether the connection has a name; one without a name derives it from the address. */
bool step_org_has_name(struct wizard *w);

/* Each opens its screen over the step. only: no step behind it. */
void doctor_screen_open(struct wizard *w, bool only, GArray *out);
void explain_screen_open(struct wizard *w);
void make_screen_open(struct wizard *w, GArray *out);
void setting_editor_open(struct wizard *w, int setting);
void editor_pick(struct wizard *w);                      /* pick a field for the record */
void editor_edit(struct wizard *w, const char *field);   /* edit the field's content */
void editor_channel(struct wizard *w, bool new_channel); /* edit its name and object */

/* Whether a field takes the id of another record. NULL is fine. */
bool field_points_elsewhere(const struct field *field);
/* One of the screens that change w->editor (mapping.c). */
void editor_open(struct wizard *w, enum wizard_screen screen);
void editor_close(struct wizard *w);
void editor_clear(struct wizard *w); /* frees its contents */

/* Over Preflight and Prove, if there is no usable keyring (keyring_screen.c). */
bool keyring_is_offered(const struct wizard *w, enum check_list_id list, const char *check);
const char *keyring_key_label(const struct wizard *w);

/* Without a person: whether everything is given that a set-up needs; if not, the error of
 * ITEM_CLIENT_ID names the options. */
bool step_keys_are_given(struct wizard *w);
/* Enters Keys with an app that perch has made. complete: with all that it needs. */
void step_keys_made(struct wizard *w, bool complete, GArray *out);
/* Whether a list that has ended has nothing that a person should see, right after the app was made:
 * the set-up goes on by itself. */
bool wizard_goes_on(const struct wizard *w, enum check_list_id list);

/* Starts the rehearsal, with or without the flow's webhook. */
void wizard_rehearse(struct wizard *w, bool with_flow, GArray *out);

/* Changes the current channel; the second is for a changed mapping. Either way, what was proven
 * with the old mapping is void. */
void wizard_set_channel(struct wizard *w, guint index, GArray *out);
void wizard_turn_channel(struct wizard *w, int by, GArray *out); /* to the next or previous one */
void wizard_mapping_changed(struct wizard *w, GArray *out);
/* Another user, or another way to log in: what was tested says nothing about it. */
void wizard_forget_tests(struct wizard *w, GArray *out);
void channels_forget_kept(struct wizard *w); /* the results of the channels not on the screen */
/* "‹ WhatsApp → Lead ›  1 of 2"; owned by the caller. */
char *channel_heading(const struct wizard *w);

/* "1 of 2 channels tested. …": which is next, once one is tested; NULL = nothing to say. Owned by
 * the caller. */
char *channels_untested(const struct wizard *w);
void channels_keys(const struct wizard *w, struct view *view); /* if there is one to turn to */

/* A text for each line; a command for another terminal as an address, whole and without a border.
 */
void view_lines(struct view *view, enum view_role role, const char *text);
/* Copies the command on the screen that forwards a port over SSH, or writes it to a file. */
void forward_keys(const struct wizard *w, struct view *view);
void forward_action(const struct wizard *w, const struct view_event *event, GArray *out);
/* An input of a view with the wizard's error for it. */
struct view_item *input_view(const struct wizard *w, struct view *view, int id, const char *label,
                             const char *value, const char *note);
struct view_item *secret_view(const struct wizard *w, struct view *view, int id, const char *label,
                              Secret *value, const char *note);

bool is_action(const struct view_event *event, enum action action);
/* Prove runs, and its code has become a token or may still. */
bool step_prove_may_win(const struct wizard *w);
void member_set(struct wizard *w, char **member, const char *text); /* trims; notes a change */

/* The result of checking somebody's flow. */
void flow_checked(struct wizard *w, const struct wizard_event *event, GArray *out);

#endif
