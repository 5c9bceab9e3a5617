/* SPDX-License-Identifier: MIT */

/* Every failure that can be rehearsed, from the words on the screen alone to a proven connection:
 * what the first step of the diagnosis says is done, and the key that the screen names is pressed.
 */

#include <stdio.h>
#include <string.h>

#include "e2e/by_the_screen.h"
#include "e2e/reader.h"
#include "support/browser_login.h"

#define RUN_AS "integration@bird-demo.example"

enum { TURNS = 40 };

/* Where the first step is not what helps, since the same answer has several reasons: the one that
 * does. */
static const struct {
    const char *name;
    int step;
} later[] = {
    {"app-too-new", 3},   /* answered like a key that is no app's */
    {"api-only-user", 5}, /* answered like a scope that the app lacks */
    {"site-user", 5},
};

/* How somebody walks: which step of which diagnosis is next. */
struct path {
    const char *name;
    Reader *reader;
    char *first; /* step of the diagnosis before; NULL = none */
    int helping; /* the step that has to help */
    bool again;  /* it was only to try again, and may be tried more than once */
    guint asked; /* requests to the org before that, and bytes on the screen */
    guint painted;
    int cured; /* diagnoses */
};

static int helping_step(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(later); i++)
        if (strcmp(later[i].name, name) == 0)
            return later[i].step;
    return 1;
}

/* On standard error itself: cmocka cuts long messages. */
static void give_up(const struct path *path, const char *why)
{
    g_autofree char *screen = pty_dump(path->reader->walk->pty);
    fprintf(stderr, "%s: %s: \"%s\"\n%s\n", path->name, why, path->first, screen);
    fail();
}

static bool waits_no_more(gpointer reader)
{
    return pty_wait_exit(((Reader *)reader)->walk->pty, 0, NULL) || reader_rests(reader);
}

static bool is_over(gpointer data)
{
    const struct path *path = data;
    g_autofree char *step = reader_step(path->reader, 1);
    return g_strcmp0(step, path->first) != 0;
}

/* By perch: the browser's pages are others. */
static guint asked(DemoOrg *org)
{
    static const char pages[] = "/services/oauth2/authorize";
    return demo_org_requests(org, "GET", "/services/") +
           demo_org_requests(org, "POST", "/services/") - demo_org_requests(org, "GET", pages) -
           demo_org_requests(org, "POST", pages);
}

/* The org was asked again, or the browser has been there: on the screen that may be over at once.
 */
static bool is_tried(gpointer data)
{
    const struct path *path = data;
    Walk *walk = path->reader->walk;
    return is_over(data) ||
           (pty_has(walk->pty, "Log in, and press Allow")
                ? walk_visited(walk)
                : pty_raw(walk->pty)->len > path->painted && asked(walk->rig->org) > path->asked);
}

/* Where the app is of this kind, somebody who has it says so. */
static bool is_connected(const DemoOrg *org)
{
    return g_strcmp0(json_get_string(org->ready, "app_kind"), "connected") == 0;
}

/* The scopes are needed when the step that shows them is over. */
static void note_scopes(Reader *reader)
{
    Pty *pty = reader->walk->pty;
    if (is_connected(reader->walk->rig->org)) {
        reader_focus(reader, "App");
        press(reader->walk, "Down Space");
        see(reader->walk, "(•) I already have a Connected App");
    }
    while (!pty_has(pty, "▸○ OAuth Scopes") && !pty_has(pty, "▸○ Selected OAuth Scopes")) {
        press(reader->walk, "Down");
        pty_wait_change(pty, PTY_WAIT_MS);
    }
    g_autofree char *words = walk_words(reader->walk);
    g_autoptr(GRegex) regex = g_regex_new("\\(((?:[a-z]+_)?[a-z]+)[,)]", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    GString *scopes = g_string_new(NULL);
    g_regex_match(regex, strstr(words, "OAuth Scopes"), 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *scope = g_match_info_fetch(match, 1);
        g_string_append_printf(scopes, "%s ", scope);
    }
    reader->scopes = g_string_free(scopes, FALSE);
}

static bool has_left(gpointer reader)
{
    return !pty_has(((Reader *)reader)->walk->pty, "Listening on") && reader_rests(reader);
}

static bool is_written_or_left(gpointer reader)
{
    return pty_has(((Reader *)reader)->walk->pty, "Written to") || has_left(reader);
}

/* Where it was a login after all, and only slow, perch takes the address as well, or has gone on.
 */
static void paste_page(struct path *path)
{
    Reader *reader = path->reader;
    press(reader->walk, "w");
    if (!pty_wait_until(reader->walk->pty, is_written_or_left, reader, PTY_WAIT_MS))
        give_up(path, "the login's address is not written");
    if (!pty_has(reader->walk->pty, "Listening on"))
        return;
    const DemoOrg *org = reader->walk->rig->org;
    const struct browser_options options = {.username = org->username, .password = org->password};
    g_autofree char *address = walk_address(reader->walk);
    g_autoptr(BrowserVisit) visit = browser_login(address, &options);
    walk_forget_visit(reader->walk);
    paste(reader->walk, visit->url);
    if (!pty_wait_until(reader->walk->pty, has_left, reader, PTY_WAIT_MS))
        give_up(path, "the page it ended on is not explained");
}

static void go_on(Walk *walk)
{
    press(walk, "Enter");
    pty_wait_change(walk->pty, PTY_WAIT_MS);
}

/* The steps before the one that helps change nothing; then the key that the screen names. */
static void follow(struct path *path, const char *first)
{
    Walk *walk = path->reader->walk;
    const bool known = g_strcmp0(path->first, first) == 0;
    if (known && !path->again)
        give_up(path, "its step did not help");
    g_free(path->first);
    path->first = g_strdup(first);
    path->cured += known ? 0 : 1;
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(g_free);
    for (int i = 1; i <= path->helping; i++)
        g_ptr_array_add(steps, reader_step(path->reader, i));
    for (guint i = 0; i < steps->len; i++) {
        const char *step = steps->pdata[i];
        if (step == NULL || (!reader_do(path->reader, step) && i == steps->len - 1))
            give_up(path, "its step cannot be done");
        path->again = g_regex_match_simple("^(Try again|Wait|Open the org in)", step, 0, 0);
    }
    if (is_over(path))
        return;
    g_autofree char *keys = walk_keys(walk);
    path->asked = asked(walk->rig->org);
    path->painted = pty_raw(walk->pty)->len;
    walk_forget_visit(walk);
    press(walk, strstr(keys, " r ") != NULL ? "r" : "Enter");
    if (!pty_wait_until(walk->pty, path->again ? is_tried : is_over, path, PTY_WAIT_MS))
        give_up(path, "its step did not help");
}

/* One thing that the screen tells to do; false when that was the end. */
static bool take_turn(struct path *path)
{
    Reader *reader = path->reader;
    Walk *walk = reader->walk;
    int status = -1;
    if (!pty_wait_until(walk->pty, waits_no_more, reader, PTY_WAIT_MS))
        give_up(path, "perch waits");
    if (pty_wait_exit(walk->pty, 0, &status)) {
        if (status != 0 || path->cured == 0)
            give_up(path, "it ended");
        return false;
    }
    g_autofree char *first = reader_step(reader, 1);
    if (first == NULL && pty_has(walk->pty, "App settings") && reader->scopes == NULL)
        note_scopes(reader);
    if (first != NULL)
        follow(path, first);
    else if (reader_stuck(reader))
        paste_page(path);
    else
        go_on(walk);
    return true;
}

static Walk *start(Rig *rig, const char *name, const char *login)
{
    g_autofree char *option = g_strdup_printf("--rehearsal=%s", name);
    demo_org_stop(g_steal_pointer(&rig->org));
    rig->org = demo_org_start(rig->home, (const char *const[]){option, NULL});
    demo_org_use_browser(rig->org, rig->home, "allow");
    g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
    return walk_start(rig, "setup", name, "--login-url", rig->org->url, "--client-id",
                      rig->org->client_id, "--client-secret-file", rig->org->secret_file,
                      "--callback-port", port, login == NULL ? NULL : "--login", login,
                      "--username", RUN_AS, NULL);
}

/* Nothing of the channel that was tested fails any more for that cause; and rotation, which only
 * warns, is off. */
static void assert_cured(Rig *rig, const char *name, const char *cause)
{
    g_autoptr(Child) doctor = rig_perch(rig, "doctor", name, "--json", NULL);
    g_autoptr(Json) json = child_json(doctor);
    JSON_FOREACH(check, json_get(json, "checks"))
    {
        const Json *diagnosis = json_get(check, "diagnosis");
        const bool failed = g_strcmp0(json_get_string(check, "status"), "failed") == 0;
        if (g_strcmp0(json_get_string(check, "id"), "case") == 0)
            continue;
        if ((failed || g_strcmp0(cause, "rotation-on") == 0) &&
            g_strcmp0(json_get_string(diagnosis, "cause"), cause) == 0)
            fail_msg("%s: %s is still there", name, cause);
    }
}

static void to_green(Rig *rig, const Json *rehearsal)
{
    const char *name = json_get_string(rehearsal, "name");
    const char *login = json_get_string(rehearsal, "login");
    g_autoptr(Walk) walk = start(rig, name, login);
    g_autoptr(Reader) reader = reader_new(walk, login == NULL ? rig->org->username : RUN_AS);
    struct path path = {.name = name, .reader = reader, .helping = helping_step(name)};
    walk_forget_visit(walk);
    if (path.helping > 1) /* so far down */
        pty_resize(walk->pty, 80, 60);
    int turns = 0;
    while (take_turn(&path))
        if (++turns > TURNS)
            give_up(&path, "no end");
    g_free(path.first);
    assert_cured(rig, name, json_get_string(rehearsal, "cause"));
}

/* Under the sanitizers, which make a walk five times as long, a third of them; with EVERY=1 all. */
static bool left_out(int at)
{
    return test_is_sanitized() && at / BY_THE_SCREEN_PARTS % 3 != 0 && g_getenv("EVERY") == NULL;
}

/* One in so many, so that test programs can share them. */
void by_the_screen_walk(int part)
{
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) child = rig_perch(rig, "demo", "--list", "--json", NULL);
    g_autoptr(Json) list = child_json(child);
    int at = 0;
    JSON_FOREACH(rehearsal, json_get(list, "rehearsals"))
    {
        if (at % BY_THE_SCREEN_PARTS == part && !left_out(at))
            to_green(rig, rehearsal);
        at++;
    }
    assert_true(at > 50);
}
