/* SPDX-License-Identifier: MIT */
#include "perch/wizard/wizard.h"

#include "wizard_private.h"

static const struct step_def steps[STEP_COUNT] = {
#define YES(function) function
#define NO(function) NULL
#define STEP(id, name, title, enter, leave, checks) \
    [STEP_##id] = {#name,                           \
                   title,                           \
                   enter(step_##name##_enter),      \
                   leave(step_##name##_leave),      \
                   step_##name##_view,              \
                   step_##name##_event,             \
                   checks(step_##name##_checks)},
#include "perch/wizard/steps.def"
#undef STEP
#undef YES
#undef NO
};

struct wizard *wizard_new(Connection *connection, Secret *client_secret, GStrv taken)
{
    struct wizard *w = g_new0(struct wizard, 1);
    w->connection = connection;
    w->address = g_strdup(connection->address);
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
    wipe_free(w->address);
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
    g_clear_pointer(&w->make.sources, g_ptr_array_unref);
    secret_unref(w->make.token);
    g_free(w->make.cli_org);
    g_free(w->make.whose);
    g_free(w->make.org);
    g_free(w->make.maker);
    g_free(w->browser_problem);
    editor_clear(w);
    g_free(w->edited);
    g_clear_pointer(&w->handoff, g_ptr_array_unref);
    g_free(w->handoff_problem);
    secret_unref(w->webhook_key);
    g_free(w->webhook_header);
    secret_unref(w->flow_text);
    g_clear_pointer(&w->findings, g_ptr_array_unref);
    secret_unref(w->webhook);
    secret_unref(w->proven);
    for (gsize i = 0; i < G_N_ELEMENTS(w->doubted); i++)
        secret_unref(w->doubted[i]);
    channels_forget_kept(w);
    g_free(w);
}

const char *step_name(enum step step)
{
    return steps[step].name;
}

enum step step_from_name(const char *name)
{
    int step = STEP_COUNT - 1;
    while (step > 0 && g_strcmp0(name, steps[step].name) != 0)
        step--;
    return (enum step)step;
}

/* ---- the step, at the bottom of all screens ---- */

/* Why step cannot be entered yet, owned by the caller; NULL = it can. */
static char *missing_for(const struct wizard *w, enum step step)
{
    if (step > STEP_ORG && w->connection->login_url == NULL)
        return g_strdup_printf(_("Enter the org first: step %d."), STEP_ORG + 1);
    if (step >= STEP_AUTHORIZE && w->connection->client_id == NULL)
        return g_strdup_printf(_("Enter the consumer key first: step %d."), STEP_KEYS + 1);
    if (step >= STEP_PROVE && !w->logged_in && w->lists[CHECKS_PROVE].results == NULL)
        return g_strdup_printf(_("Log in first: step %d."), STEP_AUTHORIZE + 1);
    return NULL;
}

static void go_to(struct wizard *w, int index, GArray *out)
{
    if (index < 0 || index >= STEP_COUNT || index == (int)w->step ||
        (w->step == STEP_ORG && !step_org_accept(w, out)))
        return;
    g_autofree char *missing = missing_for(w, (enum step)index);
    if (missing != NULL)
        wizard_notice(w, missing);
    else
        wizard_go(w, (enum step)index, out);
}

bool wizard_is_attended(const struct wizard *w)
{
    return connection_way(w->connection)->attended;
}

void wizard_log_in(struct wizard *w, GArray *out)
{
    w->login_wanted = true;
    wizard_go(w, STEP_AUTHORIZE, out);
}

void wizard_forget_login(struct wizard *w, GArray *out)
{
    w->logged_in = false;
    secret_set(&w->proven, NULL);
    w->marks[STEP_AUTHORIZE] = w->marks[STEP_PROVE] = MARK_OPEN;
    list_forget(w, CHECKS_PROVE, out);
}

void step_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    bool leaves = event->kind == VIEW_EVENT_STEP || is_action(event, ACTION_BACK);
    if (leaves)
        w->make.goes_on = false;
    if (leaves && w->step == STEP_PROVE && w->lists[CHECKS_DISOWN].running) {
        /* Half of it, revoked but still in the keyring, would be a login that looks alive. */
        wizard_notice(w, _("This login is being revoked; that takes a moment."));
    } else if (event->kind == VIEW_EVENT_STEP) {
        go_to(w, event->index, out);
    } else if (!is_action(event, ACTION_BACK)) {
        steps[w->step].event(w, event, out);
    } else if (w->has_home && !wizard_is_unstored(w) &&
               (w->step == STEP_ORG || w->step == w->first)) {
        /* Back to Home, if there is one: only q and Ctrl-C end perch. */
        wizard_quit(w, out)->home = true;
    } else if (w->step == STEP_ORG) {
        wizard_ask_quit(w, out);
    } else {
        wizard_go(w, w->step - 1, out);
    }
}

void step_screen_view(const struct wizard *w, struct view *view, int focus)
{
    steps[w->step].view(w, view, focus);
}

void wizard_go(struct wizard *w, enum step step, GArray *out)
{
    /* The other steps have their own results. */
    if (step > w->step && (w->step == STEP_ORG || w->step == STEP_APP))
        w->marks[w->step] = MARK_OK;
    if (steps[w->step].leave != NULL)
        steps[w->step].leave(w, out);
    w->step = step;
    w->furthest = MAX(w->furthest, step);
    screens_leave_step(w);
    wizard_notice(w, NULL);
    if (step > STEP_ORG)
        wizard_save(w, out);
    if (steps[step].enter != NULL)
        steps[step].enter(w, out);
}

static void start(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    enum step step = event->step;
    w->reauthorize = event->start == START_REAUTHORIZE;
    for (int i = 0; i < (int)step; i++)
        w->marks[i] = MARK_OK;
    if (w->connection->tested_at == 0)
        w->marks[STEP_TEST] = MARK_OPEN;
    w->logged_in = event->done;
    w->login_wanted = step == STEP_AUTHORIZE && (w->reauthorize || w->no_input);
    w->step = step;
    /* A finished set-up stays finished, wherever it is opened. */
    w->furthest = connection_is_draft(w->connection) ? step : STEP_HANDOFF;
    w->screen = 1;
    w->first = step;
    if (steps[step].enter != NULL)
        steps[step].enter(w, out);
    if (event->start == START_DOCTOR)
        doctor_screen_open(w, true, out);
}

/* Of the first failure; 0 = none. */
static guint failure_digest(const struct wizard *w, enum check_list_id list)
{
    const struct check_result *result = list_failed(w, list) ? list_focused(w, list, 0) : NULL;
    if (result == NULL || result->diagnosis == NULL)
        return 0;
    g_autofree char *text =
        g_strdup_printf("%s %d %s %u", result->id, (int)result->diagnosis->cause,
                        result->diagnosis->message, w->connection->channel);
    return g_str_hash(text);
}

/* Where nothing on the screen has changed, only a sentence tells that it was tried again. */
static void compare_with_last(struct wizard *w, enum check_list_id list)
{
    const guint now = failure_digest(w, list);
    if (now != 0 && now == w->lists[list].failed)
        wizard_notice(w, _("Tried again: still the same."));
    w->lists[list].failed = now;
}

static void checks_event(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    if (event->serial != w->lists[event->list].serial)
        return; /* from a list that was cancelled or restarted */
    if (w->lists[event->list].results != event->results) {
        g_clear_pointer(&w->lists[event->list].results, g_ptr_array_unref);
        w->lists[event->list].results = g_ptr_array_ref(event->results);
    }
    if (event->done) {
        w->lists[event->list].running = false;
        compare_with_last(w, event->list);
    }
    if (event->list == CHECKS_PROVE && event->done) {
        w->logged_in = list_ok(w, CHECKS_PROVE);
        if (!w->logged_in)
            login_unproven(w, out);
    }
    if (steps[w->step].checks != NULL)
        steps[w->step].checks(w, event->list, event->done, out);
}

static void take_describe(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    w->describe = event->describe;
    /* A person fills in required fields; a script cannot. */
    channel_fit(connection_channel(w->connection), w->describe, w->no_input ? event->text : NULL);
    w->changed = true;
}

static void take_handoff(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    g_clear_pointer(&w->handoff, g_ptr_array_unref);
    w->handoff = event->items == NULL ? NULL : g_ptr_array_ref(event->items);
    g_free(w->handoff_problem);
    w->handoff_problem = g_strdup(event->text);
    w->handoff_exit = (int)event->number;
    if (w->step == STEP_HANDOFF && w->handoff_problem != NULL)
        w->marks[STEP_HANDOFF] = MARK_WARNING;
}

static void take_told(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    g_autofree char *user = g_strdup(w->connection->user_id);
    connection_take_told(w->connection, event->connection);
    if (user != NULL && g_strcmp0(user, w->connection->user_id) != 0)
        wizard_forget_tests(w, out);
}

static void stored(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    w->token_won = true;
    w->stored = event->done;
}

static void hangup(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)event;
    struct effect *effect = wizard_quit(w, out);
    effect->code = PERCH_EXIT_CANCELLED;
    /* Nobody can be asked, and what is in memory only would live on where nobody finds it; anything
     * else is stored by the rescue process. */
    if (w->memory_only && wizard_is_unstored(w))
        effect->kind = EFFECT_REVOKE_AND_QUIT;
}

static void notice(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    (void)out;
    wizard_notice(w, event->text);
}

static void name_refused(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    step_org_refuse_name(w, event->text, out);
}

static void view_event(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    w->login_came = false;
    screens_event(w, event->view, out);
}

static void tick(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    step_keys_tick(w, out);
    step_authorize_tick(w, event, out);
}

void wizard_handle(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    static void (*const handlers[])(struct wizard * w, const struct wizard_event *event,
                                    GArray *out) = {
        [WIZARD_START] = start,
        [WIZARD_VIEW] = view_event,
        [WIZARD_TICK] = tick,
        [WIZARD_CHECKS] = checks_event,
        [WIZARD_LOGIN_STARTED] = login_started,
        [WIZARD_LOGIN_FAILED] = login_failed,
        [WIZARD_LOGIN_CODE] = login_code,
        [WIZARD_PASTE_PROBLEM] = login_paste_problem,
        [WIZARD_PASTE_AGAIN] = login_paste_again,
        [WIZARD_BROWSER] = login_browser_problem,
        [WIZARD_TOLD] = take_told,
        [WIZARD_DESCRIBE] = take_describe,
        [WIZARD_HANDOFF] = take_handoff,
        [WIZARD_FLOW_CHECKED] = flow_checked,
        [WIZARD_STORED] = stored,
        [WIZARD_KEYRING] = keyring_opened,
        [WIZARD_DEPLOYER] = make_deployer,
        [WIZARD_NAME_REFUSED] = name_refused,
        [WIZARD_NOTICE] = notice,
        [WIZARD_HANGUP] = hangup,
    };
    w->now_ms = event->now_ms;
    handlers[event->kind](w, event, out);
}

bool wizard_wants_ticks(const struct wizard *w)
{
    if (w->login_waiting || w->make.opening || w->probe_again_ms != 0)
        return true;
    for (int i = 0; i < CHECKS_COUNT; i++)
        if (w->lists[i].running)
            return true;
    return false;
}

/* ---- what it shows ---- */

/* The connection and the host: the login host or, after the login, the org's own. */
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

void wizard_rail(const struct wizard *w, struct view *view)
{
    for (int i = 0; i < STEP_COUNT; i++) {
        const char *own = i == STEP_AUTHORIZE ? connection_way(w->connection)->step : NULL;
        g_autofree char *title =
            g_strdup_printf("%d %s", i + 1, _(own != NULL ? own : steps[i].title));
        view_rail(view, title, w->marks[i], i == (int)w->step);
    }
}

struct view *wizard_view(const struct wizard *w, int focus)
{
    struct view *view = view_new();
    view->title = g_strdup("perch");
    view->now_ms = w->now_ms;
    view->screen = w->screen;
    view->notice = g_strdup(w->notice);
    view->alert = w->login_came ? _("The login has arrived.") : NULL;
    add_header(w, view);
    screens_view(w, view, focus);
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
