/* SPDX-License-Identifier: MIT */
#include "perch/home.h"

#include <glib-unix.h>
#include <stdio.h>

#include "perch/app.h"
#include "perch/clock.h"
#include "perch/paths.h"
#include "perch/store.h"
#include "perch/text.h"
#include "perch/ui.h"

struct home_run {
    Home *home;
    GMainLoop *loop;
    Ui *ui;
    enum home_choice choice;
    char *name;
};

static struct view *host_view(int focus, gpointer user)
{
    struct home_run *run = user;
    run->home->wall_ms = clock_wall_ms();
    return home_view(run->home, focus);
}

static void host_event(const struct view_event *event, gpointer user)
{
    struct home_run *run = user;
    const char *name = NULL;
    enum home_choice choice = home_handle(run->home, event, &name);
    if (choice == HOME_STAY)
        return;
    run->choice = choice;
    run->name = g_strdup(name);
    g_main_loop_quit(run->loop);
}

static void host_hangup(gpointer user)
{
    struct home_run *run = user;
    run->choice = HOME_QUIT;
    g_main_loop_quit(run->loop);
}

static gboolean on_terminate(gpointer user)
{
    host_hangup(user);
    return G_SOURCE_CONTINUE;
}

static Home *load(void)
{
    g_autofree char *config_dir = paths_config_dir();
    g_autoptr(GPtrArray) entries = connections_list(config_dir);
    Home *home = home_new();
    for (guint i = 0; i < entries->len; i++) {
        struct connections_entry *entry = entries->pdata[i];
        home_add(home, entry->name, g_steal_pointer(&entry->connection), entry->problem);
    }
    return home;
}

static bool choose(struct home_run *run, GError **error)
{
    const struct ui_host host = {host_view, host_event, host_hangup, run};
    run->loop = g_main_loop_new(NULL, FALSE);
    run->ui = ui_new(&host, error);
    if (run->ui != NULL) {
        guint terminate = g_unix_signal_add(SIGTERM, on_terminate, run);
        g_main_loop_run(run->loop);
        g_source_remove(terminate);
    }
    bool fine = run->ui != NULL;
    g_clear_pointer(&run->ui, ui_free);
    g_main_loop_unref(run->loop);
    return fine;
}

int app_home(const struct app_options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Home) home = load();
    struct app_options setup = *options;
    struct home_run run = {.home = home, .choice = HOME_NEW};
    if (home->rows->len > 0 && options->plain) {
        for (guint i = 0; i < home->rows->len; i++)
            puts(((const struct home_row *)home->rows->pdata[i])->name);
        fprintf(stderr, "%s\n",
                _("perch status tells which of them work; perch setup NAME opens one."));
        return PERCH_EXIT_OK;
    }
    if (home->rows->len > 0 && !choose(&run, &error)) {
        fprintf(stderr, "perch: %s\n", error->message);
        return (int)perch_error_exit(error);
    }
    setup.name = run.name;
    int code = run.choice == HOME_QUIT ? PERCH_EXIT_OK : app_setup(&setup);
    g_free(run.name);
    return code;
}
