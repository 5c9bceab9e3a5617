/* SPDX-License-Identifier: MIT */
#ifndef PERCH_WIZARD_H
#define PERCH_WIZARD_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/connection.h"
#include "perch/base/secret.h"
#include "perch/explain/check_result.h"
#include "perch/handoff/handoff.h"
#include "perch/salesforce/mapping.h"
#include "perch/salesforce/salesforce.h"
#include "perch/view/view.h"

/*
 * The set-up wizard, pure: (state, event) → (state, effects). It has no I/O, no clock and no
 * screen; time comes with the events, and what is to be done in the world goes out as effects.
 * Whoever runs the effects answers with events. A late answer carries an old serial and is dropped
 * here, so that cancel, back and retry cannot race.
 */
enum step {
#define STEP(id, name, title) STEP_##id,
#include "perch/wizard/steps.def"
#undef STEP
    STEP_COUNT,
};

enum wizard_screen {
#define SCREEN(id, name, how) SCREEN_##id,
#include "perch/wizard/screens.def"
#undef SCREEN
    SCREEN_COUNT,
};

/* Ids of view items, for tests and front ends' focus. */
enum wizard_item {
    ITEM_NAME = 1,
    ITEM_KIND,
    ITEM_ADDRESS,
    ITEM_APP_KIND,
    ITEM_EMAIL,
    ITEM_CLIENT_ID,
    ITEM_CLIENT_SECRET,
    ITEM_PASTE,
    ITEM_URL,
    ITEM_KEEP,
    ITEM_DRY_RUN,
    ITEM_ERROR,
    ITEM_FIND,
    ITEM_SOURCE,
    ITEM_TEXT,
    ITEM_PICK_VALUE,
    ITEM_SAMPLE,
    ITEM_FALLBACK,
    ITEM_CHANNEL_NAME,
    ITEM_OBJECT,
    ITEM_ADD,
    ITEM_FORMAT,
    ITEM_WEBHOOK,
    ITEM_WEBHOOK_KEY,
    ITEM_WEBHOOK_HEADER,
    ITEM_FLOW,
    ITEM_PASSWORD,
    ITEM_PASSWORD_AGAIN,
    ITEM_CHECK = 100,
    ITEM_SETTING = 200,
    ITEM_FIELD = 300,
    ITEM_MISSING = 400, /* a required field that nothing fills */
    ITEM_VALUE = 900,
    ITEM_PICK = 2000, /* a field of the org, by its place in describe */
};

enum effect_kind {
    EFFECT_CHECKS,        /* list, serial, keep: start it; keep = what was ok stays. secret: the
                             flow's webhook, for a rehearsal that calls it */
    EFFECT_CANCEL_CHECKS, /* list */
    EFFECT_LOGIN,         /* begin a login: state, PKCE, listener, browser */
    EFFECT_LOGIN_STOP,
    EFFECT_LOGIN_FAILED,    /* the code led to no connection. keep: to no login; go on waiting */
    EFFECT_BROWSER,         /* open the authorize address again */
    EFFECT_PASTE,           /* secret: what the person pasted while the login waits */
    EFFECT_OPEN,            /* text: an address for the browser */
    EFFECT_COPY,            /* secret */
    EFFECT_WRITE,           /* text: put it into a file only the person can read, and say which */
    EFFECT_EXPORT,          /* format: the hand-off values into such a file, or two */
    EFFECT_HANDOFF,         /* the hand-off values anew: the channel changed */
    EFFECT_CHECK_FLOW,      /* secret: an exported flow, or where its file is */
    EFFECT_SAVE,            /* the connection's file; finished set-ups are no drafts any more */
    EFFECT_OTHER_ORG,       /* the person says that another org or user is meant */
    EFFECT_KEEP_IN_MEMORY,  /* keep: go on without storing; else store from now on */
    EFFECT_KEYRING,         /* secret: its password; make or open perch's own keyring */
    EFFECT_REVOKE_AND_QUIT, /* revoke what was won and not stored, if anything, then quit with code
                             */
    EFFECT_QUIT,            /* code */
};

struct effect {
    enum effect_kind kind;
    enum check_list_id list;
    guint serial;
    bool keep;
    int code;
    enum handoff_format format;
    bool home; /* EFFECT_QUIT: back to where the wizard was opened from */
    char *text;
    Secret *secret;
};

/* An array of struct effect that clears its elements; owned by the caller. */
GArray *effects_new(void);

enum wizard_event_kind {
    WIZARD_START,  /* step, start: once, before any other event; done: a login that was proven
                      is in the keyring */
    WIZARD_VIEW,   /* view: what the front end sent */
    WIZARD_TICK,   /* done: a redirect of another login has come meanwhile */
    WIZARD_CHECKS, /* list, serial, results, done: something in the list changed */
    WIZARD_LOGIN_STARTED, /* text: authorize address; port, addresses; number: deadline in seconds
                           */
    WIZARD_LOGIN_FAILED,  /* failure of the listener or from Salesforce; borrowed. While a login
                             waits, it waits on: anybody may have sent that answer */
    WIZARD_LOGIN_CODE,    /* the code is in the session */
    WIZARD_PASTE_PROBLEM, /* text; done: it is an address of another login */
    WIZARD_BROWSER,       /* text: NULL = started, else why not, for a person */
    WIZARD_TOLD,          /* connection: what the org has told is taken over from it */
    WIZARD_DESCRIBE,      /* describe (borrowed, outlives the wizard's use of it), text: marker */
    WIZARD_HANDOFF,       /* items: GPtrArray of struct handoff_item; text: problem or NULL, number:
                             the exit code that belongs to it */
    WIZARD_FLOW_CHECKED,  /* items: struct check_result *; or NULL, and text says why */
    WIZARD_STORED,        /* done: what was won is safe */
    WIZARD_KEYRING,       /* perch's own keyring is open; text: or why not */
    WIZARD_NAME_REFUSED,  /* text: why the connection cannot have the name */
    WIZARD_NOTICE,        /* text */
    WIZARD_HANGUP,        /* nobody is there any more, or perch is told to end */
};

/* What it is opened for. */
enum wizard_start {
    START_STEP,        /* to set up, or to go on with it */
    START_REAUTHORIZE, /* done once it is proven */
    START_DOCTOR,      /* to troubleshoot, over the step; nothing is behind it */
};

struct wizard_event {
    enum wizard_event_kind kind;
    gint64 now_ms; /* monotonic */
    enum step step;
    enum wizard_start start;
    const struct view_event *view;
    enum check_list_id list;
    guint serial;
    GPtrArray *results;
    bool done;
    const char *text;
    guint16 port;
    const char *addresses; /* listened on; borrowed for good */
    gint64 number;
    const struct failure *failure;
    const struct describe *describe;
    const Connection *connection;
    GPtrArray *items;
};

/* What is being changed on the Test or the App step, over its list. */
struct mapping_editor {
    char *find;   /* what the list of fields is narrowed to; NULL = nobody looks for something */
    char *field;  /* API name */
    guint source; /* a variable of the channel by its place; then another one, then a fixed text */
    char *text;   /* the fixed text, or the other variable's name */
    char *sample;
    char *fallback; /* what the field gets when the variable is empty; "" = nothing */
    bool new_channel;
    char *name;
    enum test_object object;
};

struct wizard {
    Connection *connection; /* owned; nobody else writes to it */
    Secret *client_secret;
    enum org_kind org_kind;
    GStrv taken; /* names of other connections */
    bool no_input;
    bool reauthorize;               /* straight to Authorize; done when proven */
    Secret *error_text;             /* what was pasted to be explained; it may hold tokens */
    struct check_result *explained; /* NULL = nothing, or nothing that failed */
    bool doctor_only;               /* nothing is behind the troubleshooting screen */
    bool prefilled;                 /* name and address came with the command */

    enum step step, furthest, first; /* first: where it was opened */
    bool has_home;                   /* Esc on the first screen goes back to Home */
    enum mark marks[STEP_COUNT];
    enum wizard_screen screens[SCREEN_COUNT]; /* the lowest is the step */
    guint depth;                              /* screens over it */
    int screen;                               /* as in struct view */
    gint64 now_ms;

    struct {
        GPtrArray *results; /* struct check_result *; NULL = never started */
        guint serial;
        bool running;
    } lists[CHECKS_COUNT];
    guint next_serial;

    char *errors[ITEM_SETTING]; /* by item id, below the field */
    char *notice;
    bool show_secrets;
    bool changed; /* something was typed since the last save */

    bool logged_in; /* a proven login is stored, and what it was made with is unchanged */
    int field;      /* the input to begin at, once; 0 = the step's own */

    guint setting; /* App: the row that was changed last (enum setting) */

    /* The offer of a keyring of perch's own, over Preflight and Prove */
    struct {
        bool busy;
        bool exists;   /* it was made once, and needs its password */
        char *missing; /* which packages it needs; NULL = it can be run */
        Secret *password, *again;
    } keyring;

    /* Keys */
    gint64 probe_again_ms; /* 0 = no countdown */
    bool probe_skipped;

    /* Authorize. login_wanted: to be begun on entering; the step alone begins none. */
    bool login_wanted, login_begun, login_waiting;
    gint64 login_started_ms, login_seconds;
    char *login_url; /* the authorize address */
    guint16 login_port;
    const char *login_addresses;
    Secret *paste; /* what stands in the paste field */
    char *browser_problem;
    bool login_other;    /* an answer of another login came in */
    guint login_refused; /* how many answers came to nothing */
    bool code_new;       /* a code came in that was not exchanged yet */
    bool token_won, stored, memory_only;

    /* Test */
    const struct describe *describe; /* borrowed; NULL = not there yet */
    struct mapping_editor editor;
    char *edited; /* API name of the field that the editor was at last; NULL = none */
    bool dry_run, tested;

    /* Hand-off */
    GPtrArray *handoff; /* struct handoff_item * */
    char *handoff_problem;
    int handoff_exit;    /* the problem's */
    guint export_choice; /* place in the list of formats */
    Secret *webhook;     /* what was typed; it is kept nowhere else. So with its key. */
    Secret *webhook_key;
    char *webhook_header; /* for its signature; NULL = none */
    bool with_flow;       /* the rehearsal calls it */
    Secret *flow_text;    /* an exported flow that was pasted, or where its file is */
    GPtrArray *findings;  /* struct check_result *: what is wrong with it; NULL = not checked */
};

/* Takes connection and client_secret (may be NULL). taken: names that other connections have. */
struct wizard *wizard_new(Connection *connection, Secret *client_secret, GStrv taken);
void wizard_free(struct wizard *wizard); /* NULL is fine */
typedef struct wizard Wizard;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wizard, wizard_free)

void wizard_handle(struct wizard *wizard, const struct wizard_event *event, GArray *effects);

/* What the screen shows for the item that has the focus; owned by the caller. */
struct view *wizard_view(const struct wizard *wizard, int focus);

enum wizard_screen wizard_screen(const struct wizard *wizard); /* the one on top */

/* Whether ticks are wanted: something turns or counts. */
bool wizard_wants_ticks(const struct wizard *wizard);

/* The body of the test record: the channel's mapping with its samples; owned by the caller. */
Json *wizard_record(const struct wizard *wizard);

/* All results so far, in the order of the steps (borrowed elements); free with g_ptr_array_unref.
 */
GPtrArray *wizard_results(const struct wizard *wizard);
/* The exit code if the wizard ended now. */
int wizard_exit(const struct wizard *wizard);

const char *step_title(enum step step);
const char *step_name(enum step step);      /* "preflight", as a draft's file has it */
enum step step_from_name(const char *name); /* the first one when it is none */

#endif
