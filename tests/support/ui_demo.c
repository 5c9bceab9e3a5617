/* SPDX-License-Identifier: MIT */

/*
 * The full screen with fake steps, to try by hand: build/.../tests/support/ui_demo
 * Everything that a view can hold is on one of them; what happens shows above the keys. Press "k"
 * for a message on standard error, "s" to end without asking.
 */

#include <stdio.h>
#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "perch/ui/ui.h"

enum { STEP_ORG, STEP_CHECKS, STEP_SETTINGS, STEP_KEYS, STEP_LOGIN, STEP_HANDOFF, STEP_COUNT };
enum { ID_NAME = 1, ID_KIND, ID_ADDRESS, ID_KEY, ID_SECRET, ID_PASTE, ID_KEEP, ID_ROW = 100 };

static struct {
    GMainLoop *loop;
    Ui *ui;
    int step, screen, kind, ticks;
    bool quit, keep, ticked[64];
    char *text[8], *notice;
    char *error;
    gsize secret;
} demo;

static const char *const address =
    "https://acme.my.salesforce.com/services/oauth2/authorize?response_type=code&client_id=3MVG9"
    "wt4IL4O5wvKx&redirect_uri=http%3A%2F%2Flocalhost%3A1718%2FOauthRedirect&scope=api%20refresh_"
    "token&state=AbCdEf0123456789&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_"
    "challenge_method=S256";

static struct view_item *input(struct view *view, int id, const char *label)
{
    struct view_item *item = view_add(view, VIEW_INPUT, id, label);
    view_item_set(&item->value, demo.text[id] == NULL ? "" : demo.text[id]);
    return item;
}

static void add_org(struct view *view)
{
    static const char *const kinds[] = {"Production or Developer Edition", "Sandbox",
                                        "Demo org on this computer"};
    view->focus = ID_NAME;
    view_heading(view, "Which Salesforce org?", NULL);
    view_blank(view);
    view_item_set(&input(view, ID_NAME, "Connection")->error, demo.error);
    struct view_item *item = view_add(view, VIEW_CHOICE, ID_KIND, "Org");
    item->selected = demo.kind;
    item->options = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_ptr_array_add(item->options, g_strdup(kinds[i]));
    item = input(view, ID_ADDRESS, "Address");
    item->note = g_strdup("→ acme.my.salesforce.com");
    view_blank(view);
    view_text(view, ROLE_DIM, 0,
              "Paste any address from your org's browser; perch turns it into the My Domain "
              "address, the one that always works.");
}

static void add_checks(struct view *view)
{
    view_heading(view, "Before we start", "12 checks");
    view_blank(view);
    for (int i = 0; i < 12; i++) {
        g_autofree char *label = g_strdup_printf("Check %d", i + 1);
        struct view_item *item = view_add(view, VIEW_CHECK, ID_ROW + i, label);
        item->mark = demo.ticks / 4 > i ? (enum mark)(1 + i % 4) : MARK_WORKING;
        item->value =
            g_strdup(demo.ticks / 4 > i ? "evidence of what was seen, in a few words" : "asking");
        item->right = g_strdup_printf("%d ms", 7 * i + 3);
    }
    view_key(view, ACTION_RETRY, "again");
}

static void add_settings(struct view *view)
{
    view->focus = ID_ROW;
    view_heading(view, "App settings", "External Client App");
    view_blank(view);
    for (int i = 0; i < 24; i++) {
        g_autofree char *label = g_strdup_printf("Setting %d", i + 1);
        struct view_item *item = view_add(view, VIEW_SETTING, ID_ROW + i, label);
        item->value = g_strdup(i % 5 == 4 ? "http://localhost:1717/OauthRedirect" : "a value");
        item->ticked = demo.ticked[i];
        item->note = g_strdup_printf("Why: reason number %d, which is long enough to be wrapped at "
                                     "the bottom of the pane when the window is narrow.",
                                     i + 1);
    }
    view_key(view, ACTION_TICK, "tick");
    view_key(view, ACTION_COPY, "copy");
}

static void add_keys(struct view *view)
{
    view->focus = ID_KEY;
    view_heading(view, "Consumer key and secret", NULL);
    view_blank(view);
    input(view, ID_KEY, "Consumer key");
    struct view_item *item = view_add(view, VIEW_INPUT, ID_SECRET, "Consumer secret");
    item->secret = true;
    item->length = demo.secret;
    item->right = g_strdup_printf("%zu characters", demo.secret);
    view_blank(view);
    item = view_add(view, VIEW_TOGGLE, ID_KEEP, "keep the record");
    item->ticked = demo.keep;
    view_key(view, ACTION_OPEN, "open the app");
    view_key(view, ACTION_SHOW, "show secret");
}

static void add_login(struct view *view)
{
    g_autofree char *time = g_strdup_printf("waiting 0:%02d", demo.ticks / 4 % 60);
    view->paste = ID_PASTE;
    view_heading(view, "Log in, and press Allow", time);
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0, "If your browser shows nothing, open this address:");
    view_blank(view);
    view_item_set(&view_add(view, VIEW_ADDRESS, 0, NULL)->value, address);
    view_blank(view);
    struct view_item *item = view_add(view, VIEW_CHECK, 0, "Listening on http://localhost:1718");
    item->mark = MARK_WORKING;
    view_blank(view);
    input(view, ID_PASTE, "Or paste here the address the browser ends up on, or the code:");
    view_key(view, ACTION_COPY, "copy address");
}

static void add_handoff(struct view *view)
{
    view->focus = ID_ROW;
    view_heading(view, "Into Flow Builder", "WhatsApp → Lead");
    view_blank(view);
    for (int i = 0; i < 8; i++) {
        g_autofree char *label = g_strdup_printf("Value %d", i + 1);
        struct view_item *item = view_add(view, VIEW_PAIR, ID_ROW + i, label);
        item->value = g_strdup("https://acme.my.salesforce.com/services/oauth2/token");
        item->indent = 2;
    }
    view_key(view, ACTION_COPY, "copy field");
    view_key(view, ACTION_PREVIOUS, "channel");
    view_key(view, ACTION_FOLLOWING, "channel");
}

static struct view *make_view(int focus, gpointer user)
{
    static void (*const add[])(struct view *) = {add_org,  add_checks, add_settings,
                                                 add_keys, add_login,  add_handoff};
    static const char *const titles[] = {"Org",  "Preflight", "App",
                                         "Keys", "Authorize", "Hand-off"};
    struct view *view = view_new();
    (void)user;
    (void)focus;
    view->screen = demo.screen;
    view->now_ms = g_get_monotonic_time() / 1000;
    view->right = g_strdup("acme · acme.my.salesforce.com");
    view->notice = g_strdup(demo.notice);
    for (int i = 0; i < STEP_COUNT; i++) {
        g_autofree char *title = g_strdup_printf("%d %s", i + 1, titles[i]);
        view_rail(view, title, i < demo.step ? MARK_OK : MARK_NONE, i == demo.step);
    }
    view_key(view, ACTION_NEXT, "go on");
    add[demo.step](view);
    view_key(view, ACTION_KEEP, "stderr");
    view_key(view, ACTION_SKIP, "end");
    view_key(view, ACTION_BACK, "back");
    if (demo.quit) {
        view_dialog(view, "Keep the draft and quit?");
        view_dialog_key(view, ACTION_NEXT, "keep and quit");
        view_dialog_key(view, ACTION_BACK, "stay");
    }
    return view;
}

static void go(int step)
{
    demo.step = CLAMP(step, 0, STEP_COUNT - 1);
    demo.screen++;
    demo.ticks = 0;
}

static void act(enum action action)
{
    if (demo.quit) {
        demo.quit = false;
        if (action == ACTION_NEXT)
            g_main_loop_quit(demo.loop);
    } else if (action == ACTION_NEXT && demo.step == STEP_ORG && demo.text[ID_NAME] == NULL) {
        demo.error = g_strdup("Give the connection a name.");
    } else if (action == ACTION_NEXT || action == ACTION_BACK) {
        go(demo.step + (action == ACTION_NEXT ? 1 : -1));
    } else if (action == ACTION_COPY) {
        ui_copy(demo.ui, address);
    } else if (action == ACTION_KEEP) {
        g_printerr("a library grumbles\n");
    } else if (action == ACTION_SKIP) {
        g_main_loop_quit(demo.loop);
    } else if (action == ACTION_QUIT || action == ACTION_INTERRUPT) {
        demo.quit = true;
    }
}

static void on_event(const struct view_event *event, gpointer user)
{
    (void)user;
    g_clear_pointer(&demo.notice, g_free);
    if (event->kind == VIEW_EVENT_ACTION) {
        demo.notice = g_strdup_printf("action %s on %d", action_id(event->action), event->id);
        act(event->action);
    } else if (event->kind == VIEW_EVENT_INPUT && event->id == ID_SECRET) {
        demo.secret = (gsize)g_utf8_strlen(event->text, -1);
    } else if (event->kind == VIEW_EVENT_INPUT || event->kind == VIEW_EVENT_PASTE) {
        g_free(demo.text[event->id]);
        demo.text[event->id] = *event->text == '\0' ? NULL : g_strdup(event->text);
        g_clear_pointer(&demo.error, g_free);
        if (event->kind == VIEW_EVENT_PASTE)
            demo.notice = g_strdup_printf("pasted %zu bytes", strlen(event->text));
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ID_KIND) {
        demo.kind = event->index;
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ID_KEEP) {
        demo.keep = event->index;
    } else if (event->kind == VIEW_EVENT_SELECT) {
        demo.ticked[event->id - ID_ROW] = event->index;
    }
    ui_changed(demo.ui);
}

static void on_hangup(gpointer user)
{
    (void)user;
    g_main_loop_quit(demo.loop);
}

static gboolean on_tick(gpointer user)
{
    (void)user;
    demo.ticks++;
    if (demo.step == STEP_CHECKS || demo.step == STEP_LOGIN)
        ui_changed(demo.ui);
    return G_SOURCE_CONTINUE;
}

int main(void)
{
    const struct view_host host = {make_view, on_event, on_hangup, NULL};
    g_autoptr(GError) error = NULL;
    text_use_locale();
    secret_init_process();
    demo.loop = g_main_loop_new(NULL, FALSE);
    demo.ui = ui_new(&host, &error);
    if (demo.ui == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    g_timeout_add(250, on_tick, NULL);
    g_main_loop_run(demo.loop);
    ui_free(demo.ui);
    g_main_loop_unref(demo.loop);
    for (gsize i = 0; i < G_N_ELEMENTS(demo.text); i++)
        g_free(demo.text[i]);
    g_free(demo.notice);
    g_free(demo.error);
    printf("The draft is kept; go on with: perch setup acme\n");
    return 0;
}
