/* SPDX-License-Identifier: MIT */
#include "perch/ui/ui.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "perch/base/text.h"
#include "ui_private.h"

#define REPAINT_PRIORITY (G_PRIORITY_HIGH_IDLE + 20) /* below input and I/O */

/* ---- views ---- */

static bool take_view(Ui *ui)
{
    int focus = ui->focus, option = ui->option;
    g_clear_pointer(&ui->view, view_free);
    ui->view = ui->host.view(focus, ui->host.user);
    bool new_screen = !ui->started || ui->view->screen != ui->screen;
    if (new_screen) {
        ui_fields_clear(ui);
        ui->scroll = 0;
        ui->scrolled = ui->reading = ui->unseen = ui->touched = ui->help = false;
    }
    if (ui->view->code != NULL)
        view_key(ui->view, ACTION_CODE, _("QR code"));
    ui->code = ui->code && ui->view->code != NULL;
    ui->started = true;
    ui->screen = ui->view->screen;
    ui_fields_sync(ui);
    ui_adopt_focus(ui, new_screen);
    if (new_screen)
        ui->asked.code = 0;
    ui_ask(ui);
    /* Without brackets, a paste over a stored secret would begin with the question. */
    const LineEdit *edit = ui_focused_edit(ui);
    keys_set_burst(ui->keys, ui->view->paste != 0 || (edit != NULL && line_edit_is_held(edit)));
    return ui->focus == focus && (ui->option == option || ui->focus != 0);
}

void ui_refresh(Ui *ui)
{
    if (ui->stale) {
        g_autoptr(View) before = g_steal_pointer(&ui->view);
        ui->stale = false;
        ui->moved = true;
        /* A view depends on the focus, and the focus on the view: they settle on the second try. */
        for (int i = 0; i < 3 && !take_view(ui); i++)
            continue;
        if (before != NULL && before->screen == ui->screen)
            ui->news = ui_scroll_news(before, ui->view, ui->unseen);
    }
    if (ui->moved)
        ui_measure(ui);
    ui->moved = false;
}

/* ---- repainting ---- */

static gboolean on_idle(gpointer data)
{
    Ui *ui = data;
    ui->idle = 0;
    ui_draw(ui);
    return G_SOURCE_REMOVE;
}

void ui_redraw(Ui *ui)
{
    ui->moved = true;
    if (ui->idle != 0 || ui->term->null != NULL)
        return;
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, REPAINT_PRIORITY);
    g_source_set_callback(source, on_idle, ui, NULL);
    ui->idle = g_source_attach(source, g_main_context_get_thread_default());
}

void ui_stale(Ui *ui)
{
    ui->stale = true;
    ui_redraw(ui);
}

void ui_changed(Ui *ui)
{
    ui_stale(ui);
}

void ui_copy(Ui *ui, const char *text)
{
    ui_term_copy(ui->term, text);
}

/* ---- sources ---- */

static void drop_source(guint *id)
{
    GSource *source =
        *id == 0 ? NULL
                 : g_main_context_find_source_by_id(g_main_context_get_thread_default(), *id);
    if (source != NULL)
        g_source_destroy(source);
    *id = 0;
}

static guint attach(GSource *source, GSourceFunc function, Ui *ui)
{
    g_source_set_callback(source, function, ui, NULL);
    guint id = g_source_attach(source, g_main_context_get_thread_default());
    g_source_unref(source);
    return id;
}

void ui_hangup(Ui *ui)
{
    drop_source(&ui->input);
    if (!ui->gone)
        ui->host.hangup(ui->host.user);
    ui->gone = true;
}

static void wait_for_silence(Ui *ui);

static gboolean on_silence(gpointer data)
{
    Ui *ui = data;
    ui->pending = 0;
    keys_timeout(ui->keys);
    wait_for_silence(ui);
    return G_SOURCE_REMOVE;
}

static void wait_for_silence(Ui *ui)
{
    guint milliseconds = keys_pending_ms(ui->keys);
    drop_source(&ui->pending);
    if (milliseconds > 0)
        ui->pending = attach(g_timeout_source_new(milliseconds), on_silence, ui);
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    Ui *ui = data;
    (void)fd;
    bool there = ui_term_read(ui->term, ui->keys);
    if (!there || (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL)) != 0) {
        ui->input = 0;
        ui_hangup(ui);
        return G_SOURCE_REMOVE;
    }
    wait_for_silence(ui);
    return G_SOURCE_CONTINUE;
}

static gboolean on_resize(gpointer data)
{
    Ui *ui = data;
    ui_term_resize(ui->term);
    /* resizeterm puts a key into curses' own queue, which poll cannot see. This also reads keys
     * pressed at the same moment; an Esc waits for its timeout. */
    ui_term_read(ui->term, ui->keys);
    wait_for_silence(ui);
    g_clear_pointer(&ui->linked, g_free);
    g_clear_pointer(&ui->titled, g_free);
    ui->scrolled = false;
    ui_stale(ui);
    return G_SOURCE_CONTINUE;
}

static gboolean on_end(gpointer data)
{
    ui_hangup(data);
    return G_SOURCE_CONTINUE;
}

static gboolean on_interrupt(gpointer data)
{
    ui_send_action(data, ACTION_INTERRUPT);
    return G_SOURCE_CONTINUE;
}

/* SIGTSTP and SIGCONT, which GLib does not support, arrive as bytes through a pipe. */
static int wake_fd = -1;
static struct sigaction old_stop, old_continue;

static void on_job_signal(int number)
{
    int saved = errno;
    char byte = number == SIGTSTP ? 's' : 'c';
    if (write(wake_fd, &byte, 1) < 0)
        errno = saved; /* if the pipe is full, a byte is already waiting */
    errno = saved;
}

static gboolean on_wake(gint fd, GIOCondition condition, gpointer data)
{
    Ui *ui = data;
    char bytes[16];
    (void)condition;
    ssize_t got = read(fd, bytes, sizeof bytes);
    bool stop = got > 0 && memchr(bytes, 's', (size_t)got) != NULL;
    if (stop)
        ui_term_suspend(ui->term);
    else
        ui_term_resume(ui->term);
    return on_resize(ui);
}

static void watch_jobs(Ui *ui)
{
    struct sigaction action = {.sa_handler = on_job_signal, .sa_flags = SA_RESTART};
    if (!g_unix_open_pipe(ui->wake, FD_CLOEXEC, NULL))
        return;
    g_unix_set_fd_nonblocking(ui->wake[0], TRUE, NULL);
    g_unix_set_fd_nonblocking(ui->wake[1], TRUE, NULL);
    wake_fd = ui->wake[1];
    sigaction(SIGTSTP, &action, &old_stop);
    sigaction(SIGCONT, &action, &old_continue);
    GSource *source = g_unix_fd_source_new(ui->wake[0], G_IO_IN);
    ui->wake_source = attach(source, G_SOURCE_FUNC(on_wake), ui);
}

static void unwatch_jobs(Ui *ui)
{
    drop_source(&ui->wake_source);
    if (wake_fd < 0 || wake_fd != ui->wake[1])
        return;
    sigaction(SIGTSTP, &old_stop, NULL);
    sigaction(SIGCONT, &old_continue, NULL);
    close(ui->wake[0]);
    close(ui->wake[1]);
    wake_fd = -1;
}

/* Before curses starts: it only installs handlers for signals without one. */
static void watch_signals(Ui *ui)
{
    static const struct {
        int number;
        GSourceFunc function;
    } watched[] = {
        {SIGWINCH, on_resize}, {SIGHUP, on_end}, {SIGTERM, on_end}, {SIGINT, on_interrupt}};
    for (gsize i = 0; i < G_N_ELEMENTS(watched); i++)
        ui->signals[i] =
            attach(g_unix_signal_source_new(watched[i].number), watched[i].function, ui);
    watch_jobs(ui);
}

/* ---- life cycle ---- */

Ui *ui_new_on(struct ui_term *term, const struct view_host *host)
{
    Ui *ui = g_new0(Ui, 1);
    ui->host = *host;
    ui->term = term;
    ui->stale = true;
    ui->option = ui->news = -1;
    ui->wake[0] = ui->wake[1] = -1;
    ui->keys = keys_new(ui_handle_key, ui);
    ui_fields_clear(ui);
    if (term != NULL) {
        ui->ascii = term->ascii;
        ui->links = term->links;
        ui_theme_init();
    }
    return ui;
}

Ui *ui_new(const struct view_host *host, GError **error)
{
    Ui *ui = ui_new_on(NULL, host);
    watch_signals(ui);
    ui->term = ui_term_new(error);
    if (ui->term == NULL) {
        ui_free(ui);
        return NULL;
    }
    ui->ascii = ui->term->ascii;
    ui->links = ui->term->links;
    ui_theme_init();
    GSource *source = g_unix_fd_source_new(ui->term->in, G_IO_IN | G_IO_HUP | G_IO_ERR);
    ui->input = attach(source, G_SOURCE_FUNC(on_input), ui);
    ui_redraw(ui);
    return ui;
}

void ui_free(Ui *ui)
{
    if (ui == NULL)
        return;
    drop_source(&ui->idle);
    drop_source(&ui->pending);
    drop_source(&ui->input);
    for (gsize i = 0; i < G_N_ELEMENTS(ui->signals); i++)
        drop_source(&ui->signals[i]);
    unwatch_jobs(ui);
    ui_term_free(ui->term);
    keys_free(ui->keys);
    view_free(ui->view);
    ui_layout_free(ui->layout);
    g_hash_table_unref(ui->fields);
    g_free(ui->linked);
    g_free(ui->titled);
    g_free(ui);
}
