/* SPDX-License-Identifier: MIT */
#include "plain_stage.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

/* The real terminal while a stage has its place. */
static int saved[3] = {-1, -1, -1};

static void restore(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (saved[fd] < 0)
            continue;
        dup2(saved[fd], fd);
        close(saved[fd]);
        saved[fd] = -1;
    }
}

static struct view *host_view(int focus, gpointer user)
{
    struct stage *stage = user;
    struct view *view = view_new();
    view->screen = stage->screen;
    stage->show(stage, view, focus);
    return view;
}

static void host_event(const struct view_event *event, gpointer user)
{
    struct stage *stage = user;
    static const char *const names[] = {"input", "leave", "select", "action", "paste"};
    g_string_append(stage->events, names[event->kind]);
    if (event->kind == VIEW_EVENT_ACTION)
        g_string_append_printf(stage->events, ":%s", action_id(event->action));
    else
        g_string_append_printf(stage->events, ":%d", event->id);
    if (event->kind == VIEW_EVENT_INPUT || event->kind == VIEW_EVENT_PASTE)
        g_string_append_printf(stage->events, "=%s", event->text);
    if (event->kind == VIEW_EVENT_SELECT)
        g_string_append_printf(stage->events, "=%d", event->index);
    g_string_append_c(stage->events, ' ');
    if (stage->hear != NULL)
        stage->hear(stage, event);
}

static void host_hangup(gpointer user)
{
    ((struct stage *)user)->hangups++;
}

/* ---- set-up ---- */

static void redirect(int fd, int to)
{
    saved[fd] = dup(fd);
    assert_return_code(dup2(to, fd), 0);
}

static void open_stage(struct stage *stage, int input, bool both_in_one)
{
    fflush(NULL);
    stage->events = g_string_new(NULL);
    stage->out = memfd_create("out", MFD_CLOEXEC);
    stage->err = both_in_one ? stage->out : memfd_create("err", MFD_CLOEXEC);
    redirect(STDIN_FILENO, input);
    redirect(STDOUT_FILENO, stage->out);
    redirect(STDERR_FILENO, stage->err);
    close(input);
}

static void start(struct stage *stage, struct plain_options options)
{
    const struct view_host host = {host_view, host_event, host_hangup, stage};
    stage->plain = plain_new(&host, &options);
}

/* Until nothing is left to do: all that was written stands in a pipe and is seen at once. A front
 * end that goes round in circles fails here. */
static void settle(void)
{
    int turns = 0;
    while (g_main_context_iteration(NULL, FALSE))
        assert_true(++turns < 1000);
}

void stage_changed(struct stage *stage)
{
    plain_changed(stage->plain);
    settle();
}

void stage_type(struct stage *stage, const char *text)
{
    assert_int_equal(write(stage->input, text, strlen(text)), (ssize_t)strlen(text));
    settle();
}

void stage_begin(struct stage *stage, struct plain_options options)
{
    int ends[2];
    assert_true(g_unix_open_pipe(ends, FD_CLOEXEC, NULL));
    stage->input = ends[1];
    open_stage(stage, ends[0], true);
    start(stage, options);
    settle();
}

void stage_begin_apart(struct stage *stage, struct plain_options options)
{
    int ends[2];
    assert_true(g_unix_open_pipe(ends, FD_CLOEXEC, NULL));
    stage->input = ends[1];
    open_stage(stage, ends[0], false);
    start(stage, options);
    settle();
}

static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char chunk[4096];
    ssize_t got;
    lseek(fd, 0, SEEK_SET);
    while ((got = read(fd, chunk, sizeof chunk)) > 0)
        g_string_append_len(text, chunk, got);
    return g_string_free(text, FALSE);
}

void stage_end_input(struct stage *stage)
{
    close(stage->input);
    stage->input = -1;
    settle();
}

/* Gives the real terminal back before anything can fail; what was printed is kept in value[6] and
 * value[7]. */
void stage_end(struct stage *stage)
{
    g_clear_pointer(&stage->plain, plain_free);
    restore();
    stage->said = read_all(stage->out);
    stage->said_apart = stage->err == stage->out ? NULL : read_all(stage->err);
    if (stage->err != stage->out)
        close(stage->err);
    close(stage->out);
    if (stage->input >= 0)
        close(stage->input);
}

/* A test that failed left its words where the front end wrote. */
int stage_teardown(void **state)
{
    (void)state;
    if (saved[STDERR_FILENO] < 0)
        return 0;
    g_autofree char *words = read_all(STDERR_FILENO);
    restore();
    fprintf(stderr, "%s\n", words);
    return 0;
}

void stage_drop(struct stage *stage)
{
    for (gsize i = 0; i < G_N_ELEMENTS(stage->value); i++)
        g_free(stage->value[i]);
    g_free(stage->said);
    g_free(stage->said_apart);
    g_string_free(stage->events, TRUE);
}

const struct plain_options stage_ask = {0}, stage_silent = {.no_input = true};

/* ---- screens ---- */

struct view_item *show_input(struct view *view, int id, const char *label, const char *value)
{
    struct view_item *item = view_add(view, VIEW_INPUT, id, label);
    view_item_set(&item->value, value == NULL ? "" : value);
    return item;
}

struct view_item *show_check(struct view *view, int id, enum mark mark, const char *label,
                             const char *value)
{
    struct view_item *item = view_add(view, VIEW_CHECK, id, label);
    item->mark = mark;
    view_item_set(&item->value, value);
    return item;
}

void show_rail(struct view *view, int here)
{
    static const char *const titles[] = {"1 Org", "2 Preflight", "3 App"};
    for (int i = 0; i < 3; i++)
        view_rail(view, titles[i], MARK_OPEN, i == here);
}

/* Two screens: name and address; then nothing to answer. */
bool stage_echoes(void)
{
    struct termios now;
    assert_return_code(tcgetattr(STDIN_FILENO, &now), 0);
    return (now.c_lflag & ECHO) != 0;
}

void stage_begin_on_terminal(struct stage *stage)
{
    int master, slave;
    assert_return_code(openpty(&master, &slave, NULL, NULL, NULL), 0);
    stage->input = master;
    open_stage(stage, slave, true);
    start(stage, stage_ask);
    settle();
}
