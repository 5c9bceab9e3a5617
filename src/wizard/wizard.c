/* SPDX-License-Identifier: MIT */
#include "perch/wizard/wizard.h"

#include <string.h>

#include "wizard_private.h"

static const struct step_def steps[STEP_COUNT] = {
#define STEP(id, name, title)           \
    [STEP_##id] = {title,               \
                   step_##name##_enter, \
                   step_##name##_leave, \
                   step_##name##_view,  \
                   step_##name##_event, \
                   step_##name##_checks},
#include "perch/wizard/steps.def"
#undef STEP
};

struct wizard *wizard_new(Connection *connection, Secret *client_secret, GStrv taken)
{
    struct wizard *w = g_new0(struct wizard, 1);
    w->connection = connection;
    w->client_secret = client_secret;
    w->taken = g_strdupv(taken);
    for (int i = 0; i < STEP_COUNT; i++)
        w->marks[i] = MARK_OPEN;
    return w;
}

void wizard_free(struct wizard *w)
{
    if (w == NULL)
        return;
    connection_free(w->connection);
    secret_unref(w->client_secret);
    g_strfreev(w->taken);
    for (int i = 0; i < CHECKS_COUNT; i++)
        g_clear_pointer(&w->lists[i].results, g_ptr_array_unref);
    for (gsize i = 0; i < G_N_ELEMENTS(w->errors); i++)
        g_free(w->errors[i]);
    g_free(w->notice);
    g_free(w->login_url);
    secret_unref(w->paste);
    secret_unref(w->error_text);
    check_result_free(w->explained);
    secret_unref(w->keyring.password);
    secret_unref(w->keyring.again);
    g_free(w->keyring.missing);
    g_free(w->browser_problem);
    editor_clear(w);
    g_free(w->edited);
    g_clear_pointer(&w->handoff, g_ptr_array_unref);
    g_free(w->handoff_problem);
    secret_unref(w->webhook);
    g_free(w);
}

const char *step_title(enum step step)
{
    return _(steps[step].title);
}

/* ---- effects ---- */

static void effect_clear(gpointer data)
{
    struct effect *effect = data;
    g_free(effect->text);
    secret_unref(effect->secret);
}

GArray *effects_new(void)
{
    GArray *effects = g_array_new(FALSE, TRUE, sizeof(struct effect));
    g_array_set_clear_func(effects, effect_clear);
    return effects;
}

struct effect *effect_add(GArray *out, enum effect_kind kind)
{
    struct effect effect = {.kind = kind};
    g_array_append_val(out, effect);
    return &g_array_index(out, struct effect, out->len - 1);
}

void effect_text(GArray *out, enum effect_kind kind, const char *text)
{
    effect_add(out, kind)->text = g_strdup(text);
}

void effect_secret(GArray *out, enum effect_kind kind, Secret *secret)
{
    effect_add(out, kind)->secret = secret_ref(secret);
}

/* ---- state ---- */

void wizard_error(struct wizard *w, int item, const char *text)
{
    char *copy = g_strdup(text);
    g_free(w->errors[item]);
    w->errors[item] = copy;
}

bool wizard_has_errors(const struct wizard *w)
{
    for (gsize i = 0; i < G_N_ELEMENTS(w->errors); i++)
        if (w->errors[i] != NULL)
            return true;
    return false;
}

void wizard_notice(struct wizard *w, const char *text)
{
    char *copy = g_strdup(text);
    g_free(w->notice);
    w->notice = copy;
}

void member_set(struct wizard *w, char **member, const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    if (g_strcmp0(*member == NULL ? "" : *member, trimmed) == 0)
        return;
    connection_set(member, *trimmed == '\0' ? NULL : trimmed);
    w->changed = true;
}

static void save(struct wizard *w, GArray *out)
{
    if (w->connection->name == NULL)
        return;
    w->connection->draft_step = w->furthest == STEP_HANDOFF ? 0 : (int)w->furthest + 1;
    effect_add(out, EFFECT_SAVE);
    w->changed = false;
}

void wizard_go(struct wizard *w, enum step step, GArray *out)
{
    if (step > w->step)
        w->marks[w->step] = MARK_OK;
    steps[w->step].leave(w, out);
    w->step = step;
    w->furthest = MAX(w->furthest, step);
    w->screen++;
    wizard_notice(w, NULL);
    if (step > STEP_ORG)
        save(w, out);
    steps[step].enter(w, out);
}

static void start(struct wizard *w, enum step step, enum wizard_start what, GArray *out)
{
    w->reauthorize = what == START_REAUTHORIZE;
    for (int i = 0; i < (int)step; i++)
        w->marks[i] = MARK_OK;
    w->step = step;
    /* What is set up stays set up, wherever it is opened. */
    w->furthest = w->connection->draft_step == 0 ? STEP_HANDOFF : step;
    w->screen = 1;
    w->first = step;
    steps[step].enter(w, out);
    if (what == START_DOCTOR)
        wizard_open_doctor(w, true, out);
}

/* ---- leaving ---- */

int wizard_exit(const struct wizard *w)
{
    /* A proven connection is set up, also when its values do not suit a flow (rotation). */
    bool good =
        w->handoff_problem == NULL || w->handoff_exit == PERCH_EXIT_APP || list_ok(w, CHECKS_PROVE);
    if (w->step == STEP_HANDOFF && good && !list_failed(w, CHECKS_REHEARSE))
        return PERCH_EXIT_OK;
    g_autoptr(GPtrArray) results = wizard_results(w);
    enum perch_exit code = check_results_exit(results);
    if (code != PERCH_EXIT_OK)
        return (int)code;
    return w->no_input && wizard_has_errors(w) ? PERCH_EXIT_USAGE : PERCH_EXIT_CANCELLED;
}

static void quit(struct wizard *w, GArray *out)
{
    if ((w->furthest > STEP_ORG || w->changed) && step_org_has_name(w))
        save(w, out);
    effect_add(out, EFFECT_QUIT)->code = wizard_exit(w);
}

static bool is_unstored(const struct wizard *w)
{
    return (w->token_won || step_prove_may_win(w)) && !w->stored;
}

/* ---- troubleshooting ---- */

void wizard_open_doctor(struct wizard *w, bool only, GArray *out)
{
    w->doctor = true;
    w->doctor_only = only;
    w->screen++;
    wizard_notice(w, NULL);
    list_start(w, CHECKS_DOCTOR, false, out);
}

/* Esc on the first screen: back to Home where there is one. Only q and Ctrl-C end perch. */
static void go_home(struct wizard *w, GArray *out)
{
    quit(w, out);
    g_array_index(out, struct effect, out->len - 1).home = true;
}

static void ask_quit(struct wizard *w, GArray *out)
{
    if (is_unstored(w) && w->no_input)
        effect_add(out, EFFECT_REVOKE_AND_QUIT)->code = wizard_exit(w);
    else if (is_unstored(w))
        w->dialog = DIALOG_UNSTORED;
    else if (w->no_input || w->step == STEP_HANDOFF || (w->step == STEP_ORG && !w->changed))
        quit(w, out);
    else
        w->dialog = DIALOG_QUIT;
}

/* Also from a later step, after "go on without storing". */
static void store_again(struct wizard *w, GArray *out)
{
    w->memory_only = w->doctor = false;
    effect_add(out, EFFECT_KEEP_IN_MEMORY)->keep = false;
    if (w->step != STEP_PROVE)
        wizard_go(w, STEP_PROVE, out);
    list_start(w, CHECKS_PROVE, true, out);
}

static void dialog_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (event->kind != VIEW_EVENT_ACTION)
        return;
    bool unstored = w->dialog == DIALOG_UNSTORED;
    switch (event->action) {
    case ACTION_BACK:
        w->dialog = DIALOG_NONE;
        break;
    case ACTION_RETRY:
        w->dialog = DIALOG_NONE;
        store_again(w, out);
        break;
    case ACTION_EXPORT:
        w->dialog = DIALOG_NONE;
        effect_add(out, EFFECT_EXPORT)->format = HANDOFF_ENV;
        break;
    case ACTION_NEXT:
        if (!unstored)
            quit(w, out);
        break;
    case ACTION_QUIT:
    case ACTION_INTERRUPT:
        if (unstored && event->action == ACTION_QUIT)
            effect_add(out, EFFECT_REVOKE_AND_QUIT)->code = wizard_exit(w);
        else if (!unstored)
            quit(w, out);
        break;
    default:
        break;
    }
}

/* ---- events ---- */

static void view_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (w->dialog != DIALOG_NONE) {
        dialog_event(w, event, out);
        return;
    }
    if (event->kind == VIEW_EVENT_ACTION || event->kind == VIEW_EVENT_SELECT)
        wizard_notice(w, NULL);
    if (is_action(event, ACTION_QUIT) || is_action(event, ACTION_INTERRUPT)) {
        ask_quit(w, out);
    } else if (w->explaining) {
        explain_screen_event(w, event, out);
    } else if (keyring_screen_is_open(w)) {
        keyring_screen_event(w, event, out);
    } else if (editor_is_open(w)) {
        editor_event(w, event, out);
    } else if (handoff_screen_is_open(w)) {
        handoff_screen_event(w, event, out);
    } else if (is_action(event, ACTION_EXPLAIN)) {
        wizard_open_explain(w);
    } else if (w->doctor) {
        doctor_event(w, event, out);
    } else if (is_action(event, ACTION_BACK)) {
        if (w->has_home && !is_unstored(w) && (w->step == STEP_ORG || w->step == w->first))
            go_home(w, out);
        else if (w->step == STEP_ORG)
            ask_quit(w, out);
        else
            wizard_go(w, w->step - 1, out);
    } else {
        steps[w->step].event(w, event, out);
    }
}

static void checks_event(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    if (event->serial != w->lists[event->list].serial)
        return; /* of a list that was cancelled or started again */
    if (w->lists[event->list].results != event->results) {
        g_clear_pointer(&w->lists[event->list].results, g_ptr_array_unref);
        w->lists[event->list].results = g_ptr_array_ref(event->results);
    }
    if (event->done)
        w->lists[event->list].running = false;
    steps[w->step].checks(w, event->list, event->done, out);
}

static void login_failed(struct wizard *w, const struct failure *failure)
{
    struct check_result *result =
        failure_result(w, "login", _("Login"), failure, w->connection->login_url);
    list_clear(w, CHECKS_LOGIN);
    w->lists[CHECKS_LOGIN].results =
        g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    g_ptr_array_add(w->lists[CHECKS_LOGIN].results, result);
    w->login_waiting = false;
    w->marks[STEP_AUTHORIZE] = MARK_FAILED;
}

static void login_started(struct wizard *w, const struct wizard_event *event)
{
    g_free(w->login_url);
    w->login_url = g_strdup(event->text);
    w->login_port = event->port;
    w->login_ipv6 = event->ipv6;
    w->login_seconds = event->number;
    w->login_started_ms = event->now_ms;
    w->login_waiting = true;
    list_clear(w, CHECKS_LOGIN);
    g_clear_pointer(&w->browser_problem, g_free);
    w->login_other = false;
}

static void login_code(struct wizard *w, GArray *out)
{
    if (w->step != STEP_AUTHORIZE)
        return;
    w->login_waiting = false;
    list_clear(w, CHECKS_LOGIN);
    list_forget(w, CHECKS_PROVE, out);
    wizard_go(w, STEP_PROVE, out);
}

static void take_describe(struct wizard *w, const struct wizard_event *event)
{
    w->describe = event->describe;
    /* Somebody who is asked fills required fields in; a script cannot. */
    channel_fit(connection_channel(w->connection), w->describe, w->no_input ? event->text : NULL);
    w->changed = true;
}

/* The time is up: because of what is known to have gone wrong, or else nobody knows why. */
static void login_late(struct wizard *w)
{
    struct failure failure;
    if (w->login_other)
        failure_own(&failure, STAGE_AUTHORIZE, "state-mismatch",
                    _("An answer came, but it belongs to another login."));
    else if (w->browser_problem != NULL)
        failure_own(&failure, STAGE_AUTHORIZE, "no-browser",
                    _("No browser was there, and nobody pasted an address in time."));
    else
        failure_own(&failure, STAGE_AUTHORIZE, "timeout", _("Nobody finished the login in time."));
    login_failed(w, &failure);
    failure_clear(&failure);
}

static void tick(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    if (w->probe_again_ms != 0 && w->now_ms >= w->probe_again_ms && w->step == STEP_KEYS) {
        w->probe_again_ms = 0;
        list_start(w, CHECKS_PROBE, false, out);
    }
    w->login_other = w->login_other || event->done;
    if (w->login_waiting && w->step == STEP_AUTHORIZE &&
        w->now_ms - w->login_started_ms > w->login_seconds * 1000) {
        effect_add(out, EFFECT_LOGIN_STOP);
        login_late(w);
    }
}

void wizard_handle(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    w->now_ms = event->now_ms;
    switch (event->kind) {
    case WIZARD_START:
        start(w, event->step, event->start, out);
        break;
    case WIZARD_VIEW:
        view_event(w, event->view, out);
        break;
    case WIZARD_TICK:
        tick(w, event, out);
        break;
    case WIZARD_CHECKS:
        checks_event(w, event, out);
        break;
    case WIZARD_LOGIN_STARTED:
        login_started(w, event);
        break;
    case WIZARD_LOGIN_FAILED:
        login_failed(w, event->failure);
        break;
    case WIZARD_LOGIN_CODE:
        login_code(w, out);
        break;
    case WIZARD_PASTE_PROBLEM:
        w->login_other = w->login_other || event->done;
        wizard_error(w, ITEM_PASTE, event->text);
        break;
    case WIZARD_BROWSER:
        g_free(w->browser_problem);
        w->browser_problem = g_strdup(event->text);
        break;
    case WIZARD_TOLD:
        connection_take_told(w->connection, event->connection);
        break;
    case WIZARD_DESCRIBE:
        take_describe(w, event);
        break;
    case WIZARD_HANDOFF:
        g_clear_pointer(&w->handoff, g_ptr_array_unref);
        w->handoff = event->items == NULL ? NULL : g_ptr_array_ref(event->items);
        g_free(w->handoff_problem);
        w->handoff_problem = g_strdup(event->text);
        w->handoff_exit = (int)event->number;
        break;
    case WIZARD_STORED:
        w->token_won = true;
        w->stored = event->done;
        break;
    case WIZARD_HANGUP:
        quit(w, out);
        g_array_index(out, struct effect, out->len - 1).code = PERCH_EXIT_CANCELLED;
        break;
    case WIZARD_KEYRING:
        keyring_opened(w, event->text, out);
        break;
    case WIZARD_NOTICE:
        wizard_notice(w, event->text);
        break;
    }
}

bool wizard_wants_ticks(const struct wizard *w)
{
    if (w->login_waiting || w->probe_again_ms != 0)
        return true;
    for (int i = 0; i < CHECKS_COUNT; i++)
        if (w->lists[i].running)
            return true;
    return false;
}

/* ---- what it shows ---- */

static void add_dialog(const struct wizard *w, struct view *view)
{
    if (w->dialog == DIALOG_UNSTORED) {
        view_dialog(view, _("The refresh token is not stored yet. Quitting without storing it "
                            "gives it back to Salesforce: it is revoked."));
        view_dialog_key(view, ACTION_RETRY, _("store it now"));
        view_dialog_key(view, ACTION_EXPORT, _("write it to a file"));
        view_dialog_key(view, ACTION_QUIT, _("revoke it and quit"));
        view_dialog_key(view, ACTION_BACK, _("stay"));
    } else if (w->dialog == DIALOG_QUIT) {
        view_dialog(view, _("Keep the draft and quit?"));
        view_dialog_key(view, ACTION_NEXT, _("keep and quit"));
        view_dialog_key(view, ACTION_BACK, _("stay"));
    }
}

/* The connection, and the host: of the login, or once somebody has logged in, of the org itself. */
static void add_header(const struct wizard *w, struct view *view)
{
    const Connection *connection = w->connection;
    bool known = w->step > STEP_AUTHORIZE && connection->instance_url != NULL;
    const char *url = known ? connection->instance_url : connection->login_url;
    g_autoptr(GUri) uri = url == NULL ? NULL : g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    if (w->step == STEP_ORG || uri == NULL || connection->name == NULL)
        view->right =
            g_strdup(connection->name != NULL && w->step > STEP_ORG ? connection->name
                                                                    : _("New connection"));
    else
        view->right = g_strdup_printf("%s · %s", connection->name, g_uri_get_host(uri));
}

struct view *wizard_view(const struct wizard *w, int focus)
{
    struct view *view = view_new();
    view->title = g_strdup("perch");
    view->now_ms = w->now_ms;
    view->screen = w->screen;
    view->notice = g_strdup(w->notice);
    add_header(w, view);
    for (int i = 0; i < STEP_COUNT && !w->doctor && !w->explaining; i++) {
        g_autofree char *title = g_strdup_printf("%d %s", i + 1, step_title((enum step)i));
        view_rail(view, title, w->marks[i], i == (int)w->step);
    }
    if (w->explaining)
        explain_screen_view(w, view, focus);
    else if (w->doctor)
        doctor_view(w, view, focus);
    else if (keyring_screen_is_open(w))
        keyring_screen_view(w, view);
    else
        steps[w->step].view(w, view, focus);
    if (!w->explaining && !keyring_screen_is_open(w) && !editor_is_open(w) &&
        !handoff_screen_is_open(w))
        view_key(view, ACTION_EXPLAIN, _("explain an error"));
    view_key(view, ACTION_KEYS, _("keys"));
    add_dialog(w, view);
    return view;
}

GPtrArray *wizard_results(const struct wizard *w)
{
    GPtrArray *all = g_ptr_array_new();
    for (int i = 0; i < CHECKS_COUNT; i++)
        for (guint j = 0; w->lists[i].results != NULL && j < w->lists[i].results->len; j++)
            g_ptr_array_add(all, w->lists[i].results->pdata[j]);
    return all;
}

Json *wizard_record(const struct wizard *w)
{
    return channel_record(connection_channel(w->connection));
}

void wizard_set_channel(struct wizard *w, guint index, GArray *out)
{
    enum test_object before = w->connection->test_object;
    connection_set_channel(w->connection, index);
    secret_set(&w->webhook, NULL); /* it starts the flow of the other channel */
    w->with_flow = false;
    if (w->connection->test_object != before || !connection_channel(w->connection)->fitted)
        w->describe = NULL;
    w->changed = true;
    wizard_mapping_changed(w, out);
}

void wizard_mapping_changed(struct wizard *w, GArray *out)
{
    static const enum check_list_id lists[] = {CHECKS_INSERT, CHECKS_DRY_RUN, CHECKS_REHEARSE};
    w->changed = true;
    w->tested = false;
    w->marks[STEP_TEST] = MARK_OPEN;
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        list_forget(w, lists[i], out);
    effect_add(out, EFFECT_HANDOFF);
}
