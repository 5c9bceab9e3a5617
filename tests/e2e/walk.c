/* SPDX-License-Identifier: MIT */
#include "e2e/walk.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "support/browser_login.h"

enum { COLUMNS = 80, ROWS = 24, PART = 10 };

/* A field that shows the ends of a secret would show it to whoever looks on. */
static void watch_for_parts(Rig *rig)
{
    const char *secret = rig->org->client_secret;
    g_autofree char *begin = g_strndup(secret, PART);
    canary_add(rig->canary, begin);
    canary_add(rig->canary, secret + strlen(secret) - PART);
}

static Walk *start(Rig *rig, GPtrArray *argv)
{
    Walk *walk = g_new0(Walk, 1);
    g_ptr_array_insert(argv, 0, g_strdup(g_getenv("PERCH")));
    g_ptr_array_add(argv, NULL);
    watch_for_parts(rig);
    walk->rig = rig;
    walk->pty = pty_start((const char *const *)argv->pdata, rig->home->env, COLUMNS, ROWS);
    pty_watch(walk->pty, rig->canary);
    return walk;
}

Walk *walk_start(Rig *rig, const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    va_list rest;
    va_start(rest, first);
    for (const char *word = first; word != NULL; word = va_arg(rest, const char *))
        g_ptr_array_add(argv, g_strdup(word));
    va_end(rest);
    return start(rig, argv);
}

Walk *walk_start_filled(Rig *rig, const char *name)
{
    g_autoptr(GPtrArray) words = rig_filled_words(rig, name, NULL);
    g_ptr_array_set_size(words, (int)words->len - 1); /* without its NULL */
    return start(rig, words);
}

void walk_free(Walk *walk)
{
    if (walk == NULL)
        return;
    const GByteArray *raw = pty_raw(walk->pty);
    canary_search(walk->rig->canary, "the terminal", (const char *)raw->data, (gssize)raw->len);
    pty_free(walk->pty);
    g_free(walk);
}

static void search_screen(Walk *walk)
{
    g_autofree char *screen = pty_dump(walk->pty);
    canary_search(walk->rig->canary, "the screen", screen, -1);
}

struct wait {
    Walk *walk;
    const char *text;
};

/* On standard error itself: cmocka cuts long messages. */
static void give_up(Walk *walk, const char *problem, const char *text, const char *file, int line)
{
    g_autofree char *screen = pty_dump(walk->pty);
    fprintf(stderr, "%s:%d: %s: \"%s\"\n%s\n", file, line, problem, text, screen);
    _fail(file, line);
}

static void see_when(Walk *walk, const char *text, bool (*there)(gpointer), const char *where,
                     const char *file, int line)
{
    struct wait wait = {walk, text};
    if (!pty_wait_until(walk->pty, there, &wait, PTY_WAIT_MS))
        give_up(walk, where, text, file, line);
    search_screen(walk);
}

static bool text_there(gpointer data)
{
    const struct wait *wait = data;
    return pty_has(wait->walk->pty, wait->text);
}

void walk_see(Walk *walk, const char *text, const char *file, int line)
{
    see_when(walk, text, text_there, "not on the screen", file, line);
}

char *walk_keys(Walk *walk)
{
    g_autofree char *screen = pty_dump(walk->pty);
    const char *last = strrchr(g_strchomp(screen), '\n');
    return g_strdup(last == NULL ? "" : last + 1);
}

static bool key_there(gpointer data)
{
    const struct wait *wait = data;
    g_autofree char *keys = walk_keys(wait->walk);
    return strstr(keys, wait->text) != NULL;
}

void walk_see_key(Walk *walk, const char *text, const char *file, int line)
{
    see_when(walk, text, key_there, "not among the keys", file, line);
}

char *walk_words(Walk *walk)
{
    static const char border[] = "│";
    GString *words = g_string_new(NULL);
    g_autofree char *screen = pty_dump(walk->pty);
    g_auto(GStrv) rows = g_strsplit(screen, "\n", -1);
    for (gsize i = 0; rows[i] != NULL; i++) {
        const char *pane = strstr(rows[i], border);
        g_auto(GStrv) parts = g_strsplit(pane == NULL ? rows[i] : pane + strlen(border), " ", -1);
        for (gsize j = 0; parts[j] != NULL; j++)
            if (*parts[j] != '\0')
                g_string_append_printf(words, "%s ", parts[j]);
    }
    return g_string_free(words, FALSE);
}

static bool sentence_there(gpointer data)
{
    const struct wait *wait = data;
    g_autofree char *words = walk_words(wait->walk);
    return strstr(words, wait->text) != NULL;
}

void walk_see_sentence(Walk *walk, const char *text, const char *file, int line)
{
    see_when(walk, text, sentence_there, "not on the screen", file, line);
}

void walk_see_no(Walk *walk, const char *text, const char *file, int line)
{
    if (pty_has(walk->pty, text))
        give_up(walk, "on the screen", text, file, line);
}

void press(Walk *walk, const char *names)
{
    pty_keys(walk->pty, names);
}

void type(Walk *walk, const char *text)
{
    pty_send(walk->pty, text);
}

void paste(Walk *walk, const char *text)
{
    pty_paste(walk->pty, text);
}

/* Whether the last word about the cursor was to show it. libvterm cannot be asked: its "restore
 * cursor" (ESC 8, which curses sends around a resize) hides it again, as no terminal does. */
static bool cursor_shown(Walk *walk)
{
    const GByteArray *raw = pty_raw(walk->pty);
    g_autofree char *text = g_strndup((const char *)raw->data, raw->len);
    const char *shown = g_strrstr(text, "\033[?25h"), *hidden = g_strrstr(text, "\033[?25l");
    return hidden == NULL || (shown != NULL && shown > hidden);
}

void walk_see_end(Walk *walk, int code, const char *line, const char *file, int at)
{
    pty_expect_exit_at(walk->pty, code, file, at);
    g_autofree char *screen = pty_dump(walk->pty);
    g_auto(GStrv) rows = g_strsplit(screen, "\n", -1);
    guint filled = 0;
    for (gsize i = 0; rows[i] != NULL; i++)
        filled += *rows[i] != '\0';
    if (pty_alternate_screen(walk->pty) || pty_mouse_on(walk->pty) || !cursor_shown(walk))
        give_up(walk, "the screen was not given back", line, file, at);
    if (filled != 1 || !pty_has(walk->pty, line))
        give_up(walk, "not the one line that is left", line, file, at);
    search_screen(walk);
}

/* ---- steps ---- */

void walk_to_preflight(Walk *walk)
{
    see(walk, "Which Salesforce org");
    press(walk, "Enter");
    see(walk, "Before we start");
    see_key(walk, "Enter go on");
}

void walk_to_app(Walk *walk)
{
    walk_to_preflight(walk);
    press(walk, "Enter");
    see(walk, "App settings");
}

void walk_to_keys(Walk *walk)
{
    walk_to_app(walk);
    press(walk, "Enter");
    see(walk, "Consumer key and secret");
}

void walk_to_probed(Walk *walk)
{
    walk_to_keys(walk);
    see_key(walk, "Enter ask Salesforce");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
}

void walk_to_authorize(Walk *walk)
{
    walk_to_probed(walk);
    press(walk, "Enter");
    see(walk, "Listening on");
}

void walk_done(Walk *walk)
{
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see(walk, "Not done yet:");
    press(walk, "Enter");
}

void walk_home(Walk *walk, const char *name)
{
    g_autofree char *line =
        g_strdup_printf("%s is ready. An access token for a script: perch token %s", name, name);
    see_key(walk, "Enter test record");
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    press(walk, "Enter");
    see_key(walk, "Enter hand-off");
    press(walk, "Enter");
    see(walk, "Into Flow Builder");
    walk_done(walk);
    see_end(walk, 0, line);
}

/* ---- the browser ---- */

void walk_browser(Walk *walk, const char *action)
{
    demo_org_use_browser(walk->rig->org, walk->rig->home, action);
}

static bool is_file(gpointer path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

bool walk_visited(Walk *walk)
{
    g_autofree char *log = g_build_filename(walk->rig->home->home, ".fake-browser.log", NULL);
    return is_file(log);
}

void walk_forget_visit(Walk *walk)
{
    g_autofree char *log = g_build_filename(walk->rig->home->home, ".fake-browser.log", NULL);
    g_remove(log);
}

char *walk_noted(Walk *walk, const char *key)
{
    g_autofree char *note = g_build_filename(walk->rig->home->home, ".fake-browser.url", NULL);
    char *address = NULL;
    if (!pty_wait_until(walk->pty, is_file, note, PTY_WAIT_MS))
        give_up(walk, "no page was opened", key, __FILE__, __LINE__);
    assert_true(g_file_get_contents(note, &address, NULL, NULL));
    g_remove(note);
    return address;
}

char *walk_opened(Walk *walk, const char *key)
{
    walk_browser(walk, "note");
    press(walk, key);
    char *address = walk_noted(walk, key);
    walk_browser(walk, "allow");
    return address;
}

char *walk_address(Walk *walk)
{
    g_autofree char *path = g_build_filename(walk->rig->home->state, "perch", "address.txt", NULL);
    char *address = NULL;
    struct stat info;
    press(walk, "w");
    see(walk, "Written to");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_true(g_file_get_contents(path, &address, NULL, NULL));
    return g_strchomp(address);
}

char *walk_redirect(Walk *walk)
{
    const DemoOrg *org = walk->rig->org;
    g_autofree char *address = walk_address(walk);
    struct browser_options options = {
        .username = org->username, .password = org->password, .action = BROWSER_STOP_AT_CODE};
    g_autoptr(BrowserVisit) visit = browser_login(address, &options);
    assert_non_null(visit->url);
    assert_contains(visit->url, "code=");
    return g_strdup(visit->url);
}
