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
 * screen: events bring the time, effects say what to do. Whoever runs the effects answers with
 * events. A late answer carries an old serial and is dropped, so that cancel, back and retry cannot
 * race.
 */
enum step {
#define STEP(id, ...) STEP_##id,
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
    ITEM_LOGIN,
    ITEM_ROTATION,
    ITEM_EMAIL,
    ITEM_CLIENT_ID,
    ITEM_CLIENT_SECRET,
    ITEM_USERNAME,
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
    ITEM_DEPLOYER,
    ITEM_TOKEN,
    ITEM_CLI_ORG,
    ITEM_READ_SECRET,
    ITEM_ACCESS,
    ITEM_CHECK = 100,
    ITEM_SETTING = 200,
    ITEM_FIELD = 300,
    ITEM_MISSING = 400, /* a required field that is unfilled */
    ITEM_VALUE = 900,
    ITEM_PICK = 2000, /* a field of the org, by its index in describe */
};

enum effect_kind {
    EFFECT_CHECKS, /* list, serial, keep: start the list; keep = do not rerun what was ok. secret:
                      the flow's webhook, for a rehearsal that calls it */
    EFFECT_CANCEL_CHECKS, /* list */
    EFFECT_LOGIN,         /* begin a login: state, PKCE, listener, browser */
    EFFECT_LOGIN_STOP,
    EFFECT_LOGIN_FAILED, /* the code led to no connection; keep: nor to a login, keep waiting */
    EFFECT_BROWSER,      /* open the authorize address again */
    EFFECT_PASTE,        /* secret: what the person pasted during a login */
    EFFECT_OPEN,         /* text: an address for the browser */
    EFFECT_COPY,         /* secret */
    EFFECT_WRITE,   /* text: write it to a file that only the person can read, and name the file */
    EFFECT_EXPORT,  /* format: write the hand-off values to such a file, or two */
    EFFECT_HANDOFF, /* compute the hand-off values again: the channel changed */
    EFFECT_CHECK_FLOW,     /* secret: an exported flow, or the path of its file */
    EFFECT_SAVE,           /* save the connection's file; a finished set-up stops being a draft */
    EFFECT_OTHER_ORG,      /* the person confirms that another org or user is intended */
    EFFECT_KEEP_IN_MEMORY, /* keep: go on without storing; else store from now on */
    EFFECT_KEYRING,        /* secret: password; create or open perch's own keyring */
    EFFECT_DEPLOYER, /* text: open the session of this source (app.h), for an access token that in
                        secret; NULL: look for sources. It replaces the one that is open. */
    EFFECT_REVOKE_AND_QUIT, /* revoke the login that was won but not stored, if any, then quit with
                               code */
    EFFECT_DISCARD,         /* delete the draft and its keyring item, then quit */
    EFFECT_QUIT,            /* code */
};

struct effect {
    enum effect_kind kind;
    enum check_list_id list;
    guint serial;
    bool keep;
    int code; /* exit code; enum make_stage for CHECKS_MAKE */
    enum handoff_format format;
    bool home; /* EFFECT_QUIT: return to where the wizard was opened from */
    bool demo; /* EFFECT_QUIT: to start the demo org and go on with it */
    char *text;
    Secret *secret;
};

/* An array of struct effect that clears its elements; owned by the caller. */
GArray *effects_new(void);

enum wizard_event_kind {
    WIZARD_START,  /* step, start: once, before any other event; done: a proven login is in the
                      keyring */
    WIZARD_VIEW,   /* view: an event from the front end */
    WIZARD_TICK,   /* done: a redirect for another login has arrived */
    WIZARD_CHECKS, /* list, serial, results, done: a result in the list changed */
    WIZARD_LOGIN_STARTED, /* text: authorize address; port, addresses; number: seconds until the
                             deadline */
    WIZARD_LOGIN_FAILED,  /* failure from the listener or Salesforce, borrowed; items: the row
                             instead, where the org was asked. A waiting login keeps waiting, as
                             anybody may have sent that answer */
    WIZARD_LOGIN_CODE,    /* the session has the authorization code */
    WIZARD_PASTE_PROBLEM, /* text; done: the address belongs to another login */
    WIZARD_PASTE_AGAIN,   /* text: why what was pasted is asked for once more */
    WIZARD_BROWSER,       /* text: NULL = started, else why not, for a person */
    WIZARD_TOLD,          /* connection: source of what the org has told */
    WIZARD_DESCRIBE,      /* describe (borrowed; outlives the wizard's use of it), text: marker */
    WIZARD_HANDOFF, /* items: GPtrArray of struct handoff_item; text: problem or NULL, number: its
                       exit code */
    WIZARD_FLOW_CHECKED, /* items: struct check_result *, or NULL with the reason in text */
    WIZARD_STORED,       /* done: the new login is safe */
    WIZARD_KEYRING,      /* perch's own keyring is open; text: why not, else NULL */
    WIZARD_DEPLOYER, /* items: the sources of a session (char *); or done: it is open, text: whose
                        it is, connection: its own; or text: why it is not */
    WIZARD_NAME_REFUSED, /* text: why the connection cannot have this name */
    WIZARD_NOTICE,       /* text */
    WIZARD_HANGUP,       /* the terminal is gone, or perch was asked to terminate */
};

/* Why the wizard was opened. */
enum wizard_start {
    START_STEP,        /* to begin or continue a set-up */
    START_REAUTHORIZE, /* ends once the new login is proven */
    START_DOCTOR,      /* troubleshooting only: no step behind it */
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
    const char *addresses; /* the listener's; borrowed for the wizard's lifetime */
    gint64 number;
    const struct failure *failure;
    const struct describe *describe;
    const Connection *connection;
    GPtrArray *items;
};

/* State of the editor over the list of the Test or App step. */
struct mapping_editor {
    char *find;   /* filter on the list of fields; NULL = none */
    char *field;  /* API name */
    guint source; /* index of a variable of the channel; after those, another variable, then fixed
                     text */
    char *text;   /* the fixed text, or the name of the other variable */
    char *sample;
    char *fallback; /* value of the field when the variable is empty; "" = none */
    bool new_channel;
    char *name;
    enum test_object object;
};

/* A source of a session that makes an app, besides the names of connections: Salesforce's CLI (with
 * ":ORG" if it is not its default org), and an access token. */
#define DEPLOYER_CLI "sf"
#define DEPLOYER_TOKEN "-"

enum { KEPT_LISTS = 3 };

struct wizard {
    Connection *connection; /* owned; nobody else modifies it */
    Secret *client_secret;
    enum org_kind org_kind;
    GStrv taken;              /* names of other connections */
    const char *introduction; /* borrowed; lines about a demo org, shown where they help; or NULL */
    const char *no_demo; /* borrowed; why no demo org can be started from here; NULL = it can */
    bool is_demo;        /* nothing is kept */
    bool no_input;
    bool reauthorize;               /* goes straight to Authorize; ends when proven */
    Secret *error_text;             /* text pasted to be explained; may contain tokens */
    struct check_result *explained; /* NULL = nothing explained, or no failure found */
    bool doctor_only;               /* no step behind the troubleshooting screen */
    bool prefilled;                 /* name and address came from the command line */

    enum step step, furthest, first; /* first: where the wizard was opened */
    bool has_home;                   /* Esc on the first screen goes back to Home */
    enum mark marks[STEP_COUNT];
    enum wizard_screen screens[SCREEN_COUNT]; /* the lowest one is the step */
    guint depth;                              /* number of screens over it */
    int screen;                               /* as in struct view */
    gint64 now_ms;

    struct {
        GPtrArray *results; /* struct check_result *; NULL = never started */
        guint serial;
        bool running;
        guint failed; /* a digest of what failed last; 0 = nothing */
    } lists[CHECKS_COUNT];
    guint next_serial;
    GPtrArray *kept[CHANNELS_MAX][KEPT_LISTS]; /* the results of the channels not on the screen */

    char *address;              /* the field's text; the connection has what is understood of it */
    char *errors[ITEM_SETTING]; /* by item id, shown below the field */
    char *notice;
    bool show_secrets;
    bool name_offered; /* by perch, and nobody has changed it */
    bool changed;      /* the person typed something since the last save */

    bool logged_in; /* a proven login is stored, and the settings behind it are unchanged */
    Secret *proven; /* key, secret and user of such a login, while others are typed over them */
    int field;      /* input with the initial focus, once; 0 = the step's default */

    guint setting; /* App: the row changed last (enum setting) */

    /* App: perch makes it */
    struct {
        GPtrArray *sources; /* char *, best first; NULL = not known yet */
        guint source;
        guint unfit;  /* so many of the first are not fit */
        bool probing; /* whether the source is fit is being asked */
        Secret *token;
        char *cli_org; /* alias or username in Salesforce's CLI; NULL = its default org */
        bool opening;  /* the source's session; since asked_ms */
        gint64 asked_ms;
        char *whose, *org; /* of that session; NULL = not open */
        bool asks_email, new_key;
        enum make_stage {
            MAKE_CREATE,
            MAKE_COMPARE,
            MAKE_REPAIR,
            MAKE_RIGHTS,
            MAKE_SECRET,
            MAKE_PUT_BACK,
        } stage;        /* of the list */
        bool access;    /* its user gets a permission set, too */
        bool by_switch; /* the org's switch may be turned on for the secret */
        bool compares;  /* what the org made of the app is still to be shown */
        bool complete;  /* nothing that the app needs has to be copied by hand */
        enum make_reached { MAKE_NOTHING, MAKE_SENT, MAKE_DONE } reached;
        char *maker;  /* the user who made it */
        bool goes_on; /* the app was just made: what is fine needs no key */
    } make;

    /* The offer to create perch's own keyring, over Preflight and Prove */
    struct {
        bool busy;
        bool exists;   /* it exists and needs its password */
        char *missing; /* missing packages; NULL = it can run */
        Secret *password, *again;
    } keyring;

    /* Keys */
    gint64 probe_again_ms; /* 0 = no countdown */
    Secret *doubted[2];    /* by enum typed_kind: what was asked for again */
    bool probe_skipped;

    /* Authorize. login_wanted: begin a login on entering; otherwise the step begins none. */
    bool login_wanted, login_begun, login_waiting;
    gint64 login_started_ms, login_seconds;
    char *login_url; /* the authorize address */
    guint16 login_port;
    const char *login_addresses;
    Secret *paste; /* content of the paste field */
    char *browser_problem;
    bool login_other;    /* an answer to another login arrived */
    guint login_refused; /* number of answers that led to no login */
    bool code_new;       /* an authorization code arrived that is not yet exchanged */
    bool login_came;     /* the same, and the person has pressed no key since */
    bool token_won, stored, memory_only;
    bool former_ended; /* the refresh token of another way to log in is revoked */

    /* Test */
    const struct describe *describe; /* borrowed; NULL = not available yet */
    struct mapping_editor editor;
    char *edited; /* API name of the field edited last; NULL = none */
    bool dry_run, tested;

    /* Hand-off */
    GPtrArray *handoff; /* struct handoff_item * */
    char *handoff_problem;
    int handoff_exit;    /* exit code of the problem */
    guint export_choice; /* index in the list of formats */
    bool handed;         /* a value was copied, or all were written */
    bool end_asked;      /* what is not done yet was shown once */
    Secret *webhook;     /* as typed; stored nowhere else. The same for its key. */
    Secret *webhook_key;
    char *webhook_header; /* header for its signature; NULL = none */
    bool with_flow;       /* the rehearsal calls the webhook */
    Secret *flow_text;    /* an exported flow that was pasted, or the path of its file */
    GPtrArray
        *findings; /* struct check_result *: what is wrong with the flow; NULL = not checked */
};

/* Takes connection and client_secret (may be NULL). taken: names of other connections. */
struct wizard *wizard_new(Connection *connection, Secret *client_secret, GStrv taken);
void wizard_free(struct wizard *wizard); /* NULL is fine */
typedef struct wizard Wizard;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wizard, wizard_free)

void wizard_handle(struct wizard *wizard, const struct wizard_event *event, GArray *effects);

/* The screen's content when item focus has the focus; owned by the caller. */
struct view *wizard_view(const struct wizard *wizard, int focus);

enum wizard_screen wizard_screen(const struct wizard *wizard); /* the one on top */

/* Whether ticks are needed for a spinner or countdown. */
bool wizard_wants_ticks(const struct wizard *wizard);

/* The body of the test record: the channel's mapping with its samples; owned by the caller. */
Json *wizard_record(const struct wizard *wizard);

/* All results so far, in the order of the steps (borrowed elements); g_ptr_array_unref it. */
GPtrArray *wizard_results(const struct wizard *wizard);
/* Whether the connection was seen to work in this run: proven, tested or played. FAILED: one of
 * these failed, whatever else did not. */
enum wizard_proof { PROOF_NONE, PROOF_FAILED, PROOF_SEEN };
enum wizard_proof wizard_proof(const struct wizard *wizard);
/* The exit code if the wizard ends now. */
int wizard_exit(const struct wizard *wizard);

const char *step_name(enum step step);      /* "preflight", as in a draft's file */
enum step step_from_name(const char *name); /* the first step if name is unknown */

#endif
