/* SPDX-License-Identifier: MIT */
#include "perch/wizard/home.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "app_private.h"
#include "perch/app/app.h"
#include "perch/base/clock.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/checks/check.h"
#include "perch/ui/ui.h"

/* Before the first paint only the files of the rows on the screen are read (of 24 lines, as most
 * are); the others afterwards, so many at a time, so that keys respond at once. */
enum { ROWS_AT_ONCE = 20 };

/* Connections checked in parallel: enough to be quick, few enough for bus and sockets. */
enum { ASKED_AT_ONCE = 32, TICK_MS = 250, SLOW_MS = 300 };

/* What a connection answered is shown again to a person who comes back so soon, unless that very
 * connection was opened. */
enum { KNOWN_MS = 5 * 60 * 1000 };

struct known {
    GPtrArray *results;
    char *login; /* checksum of its refresh token; NULL = none */
    gint64 at_ms;
};

static void known_free(gpointer data)
{
    struct known *known = data;
    g_ptr_array_unref(known->results);
    g_free(known->login);
    g_free(known);
}

struct asked {
    struct home_run *run;
    char *name;
    char *login;      /* as in struct known, once done */
    Session *session; /* NULL: its answer was known */
    CheckList *list;
    guint idle;
    bool done;
};

struct home_run {
    Home *home;
    GHashTable *known; /* name → struct known; borrowed */
    char *config_dir;
    GPtrArray *entries; /* struct connections_entry *, one per row */
    guint unread;       /* index of the first entry whose file is unread */
    struct services services;
    GMainLoop *loop;
    Ui *ui;
    GPtrArray *asked; /* struct asked *, in the order of the rows */
    guint next;       /* index of the first that is not started */
    guint under_way;
    guint first; /* begin(), until it has begun */
    guint tick_source;
    enum home_choice choice;
    char *name;
    bool renaming; /* nothing else happens until it has ended */
};

/* ---- live states ---- */

static void start_more(struct home_run *run);

static void asked_free(gpointer data)
{
    struct asked *asked = data;
    if (asked->idle != 0)
        g_source_remove(asked->idle);
    g_clear_pointer(&asked->list, check_list_free);
    session_free(asked->session);
    g_free(asked->name);
    g_free(asked->login);
    g_free(asked);
}

/* The other connections whose token is known already, to which this one is compared. */
static void compare_logins(const struct asked *asked)
{
    const struct home_run *run = asked->run;
    for (guint i = 0; asked->login != NULL && i < run->asked->len; i++) {
        const struct asked *other = run->asked->pdata[i];
        if (other != asked && g_strcmp0(asked->login, other->login) == 0)
            home_same_login(run->home, asked->name, other->name);
    }
}

/* The answer is complete. */
static void remember(struct asked *asked, GPtrArray *results)
{
    const Secret *login = session_secrets(asked->session)->refresh_token;
    struct known *known = g_new0(struct known, 1);
    asked->login = login == NULL
                       ? NULL
                       : g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret_peek(login), -1);
    known->results = g_ptr_array_ref(results);
    known->login = g_strdup(asked->login);
    known->at_ms = clock_monotonic_ms();
    g_hash_table_replace(asked->run->known, g_strdup(asked->name), known);
}

static gboolean tell(gpointer user)
{
    struct asked *asked = user;
    struct home_run *run = asked->run;
    GPtrArray *results = (GPtrArray *)(guintptr)check_list_results(asked->list);
    asked->idle = 0;
    home_checked(run->home, asked->name, results, asked->done);
    if (asked->done) {
        remember(asked, results);
        compare_logins(asked);
        g_clear_pointer(&asked->list, check_list_free);
        run->under_way--;
        start_more(run);
    }
    ui_changed(run->ui);
    return G_SOURCE_REMOVE;
}

static void on_result(const struct check_result *result, gpointer user)
{
    struct asked *asked = user;
    (void)result;
    if (asked->idle == 0)
        asked->idle = g_idle_add(tell, asked);
}

static void on_done(gpointer user)
{
    struct asked *asked = user;
    asked->done = true;
    on_result(NULL, asked);
}

static void start_more(struct home_run *run)
{
    while (run->under_way < ASKED_AT_ONCE && run->next < run->asked->len) {
        struct asked *asked = run->asked->pdata[run->next++];
        run->under_way++;
        /* Try again to revoke a login whose revocation failed before. */
        enum check_list_id list =
            asked->session->connection->forgetting ? CHECKS_FORGET : CHECKS_STATUS;
        asked->list = check_list_start(check_list_def(list), asked->session, NULL,
                                       &(struct check_list_listener){on_result, on_done, asked});
    }
}

static struct asked *asked_new(struct home_run *run, const struct home_row *row)
{
    struct asked *asked = g_new0(struct asked, 1);
    asked->run = run;
    asked->name = g_strdup(row->name);
    return asked;
}

/* The rows whose answers are known, in front of the others, as if they had been asked. */
static void recall(struct home_run *run)
{
    for (guint i = 0; i < run->home->rows->len; i++) {
        const struct home_row *row = run->home->rows->pdata[i];
        const struct known *known = g_hash_table_lookup(run->known, row->name);
        if (known == NULL || row->connection == NULL || row->connection->forgetting ||
            clock_monotonic_ms() - known->at_ms > KNOWN_MS)
            continue;
        struct asked *asked = asked_new(run, row);
        asked->login = g_strdup(known->login);
        home_checked(run->home, row->name, known->results, true);
        compare_logins(asked);
        g_ptr_array_add(run->asked, asked);
    }
    run->next = run->asked->len;
}

static void ask_all(struct home_run *run)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    recall(run);
    for (guint i = 0; i < run->home->rows->len; i++) {
        struct home_row *row = run->home->rows->pdata[i];
        if (row->connection == NULL || row->results != NULL ||
            (connection_is_draft(row->connection) && !row->connection->forgetting))
            continue;
        struct asked *asked = asked_new(run, row);
        asked->session = session_new(connection_copy(row->connection), run->services.config_dir,
                                     run->services.http, run->services.store);
        row->checking = true;
        g_ptr_array_add(run->asked, asked);
        g_ptr_array_add(names, asked->name);
    }
    if (names->len > 1) {
        g_ptr_array_add(names, NULL);
        store_read_ahead(run->services.store, (const char *const *)names->pdata);
        http_expect_many(run->services.http);
    }
    start_more(run);
}

static gboolean tick(gpointer user)
{
    struct home_run *run = user;
    ui_changed(run->ui);
    if (home_wants_ticks(run->home))
        return G_SOURCE_CONTINUE;
    run->tick_source = 0;
    return G_SOURCE_REMOVE;
}

static void read_rows(struct home_run *run, guint count)
{
    const guint end = MIN(run->unread + count, run->entries->len);
    for (; run->unread < end; run->unread++) {
        struct connections_entry *entry = run->entries->pdata[run->unread];
        struct home_row *row = run->home->rows->pdata[run->unread];
        if (row->problem != NULL) /* not a file but the unreadable folder */
            continue;
        connections_read(run->config_dir, entry);
        row->replaceable =
            entry->connection == NULL && connections_is_damaged(run->config_dir, entry->name);
        home_read(row, g_steal_pointer(&entry->connection), entry->problem);
    }
}

/* Paints first: reads the other files and starts the network once the list is on the screen. */
static gboolean begin(gpointer user)
{
    struct home_run *run = user;
    g_autoptr(GError) error = NULL;
    if (run->unread < run->entries->len) {
        read_rows(run, ROWS_AT_ONCE);
        return G_SOURCE_CONTINUE;
    }
    if (!services_init(&run->services, false, &error)) {
        home_notice(run->home, error->message);
    } else {
        ask_all(run);
        run->tick_source = g_timeout_add(TICK_MS, tick, run);
    }
    ui_changed(run->ui);
    run->first = 0;
    return G_SOURCE_REMOVE;
}

/* A key may come before begin() had its turn. */
static void begin_now(struct home_run *run)
{
    if (run->first == 0)
        return;
    g_source_remove(run->first);
    while (begin(run) == G_SOURCE_CONTINUE)
        continue;
}

/* ---- events ---- */

static struct view *host_view(int focus, gpointer user)
{
    struct home_run *run = user;
    run->home->wall_ms = clock_wall_ms();
    run->home->now_ms = clock_monotonic_ms();
    return home_view(run->home, focus);
}

static void leave(struct home_run *run, enum home_choice choice, const char *name)
{
    run->choice = choice;
    char *copy = g_strdup(name);
    g_free(run->name);
    run->name = copy;
    g_main_loop_quit(run->loop);
}

static void renamed(GObject *source, GAsyncResult *result, gpointer user)
{
    struct home_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    run->renaming = false;
    if (tokens_move_finish(result, &error)) {
        leave(run, HOME_AGAIN, run->home->typed);
        return;
    }
    home_notice(run->home, error->message);
    ui_changed(run->ui);
}

static void host_event(const struct view_event *event, gpointer user)
{
    struct home_run *run = user;
    const char *name = NULL;
    if (run->renaming)
        return;
    enum home_choice choice = home_handle(run->home, event, &name);
    run->renaming = choice == HOME_RENAME;
    if (run->renaming) {
        begin_now(run);
        tokens_move(run->services.store, run->services.config_dir, name, run->home->typed, renamed,
                    run);
    } else if (choice != HOME_STAY) {
        leave(run, choice, name);
    }
    ui_changed(run->ui);
}

static void host_hangup(gpointer user)
{
    leave(user, HOME_QUIT, NULL);
}

static gboolean on_terminate(gpointer user)
{
    host_hangup(user);
    return G_SOURCE_CONTINUE;
}

/* ---- one visit ---- */

/* What a perch whose terminal was gone could not tell anybody; it is said once. */
static void say_word_left(struct home *home)
{
    g_autofree char *folder = paths_state_dir();
    g_autofree char *path = g_build_filename(folder, APP_WORD_LEFT, NULL);
    struct stat info;
    gsize length;
    g_autofree char *word = paths_read_file(path, 4096, &info, &length, NULL);
    g_autofree char *clean = word == NULL ? NULL : text_clean(word);
    if (clean != NULL)
        home_notice(home, clean);
    g_unlink(path);
}

static void load(struct home_run *run, const char *target, const char *not_forgotten,
                 const char *busy)
{
    run->home = home_new();
    run->home->target = g_strdup(target);
    run->config_dir = paths_config_dir();
    run->entries = connections_names(run->config_dir);
    for (guint i = 0; i < run->entries->len; i++) {
        const struct connections_entry *entry = run->entries->pdata[i];
        home_add(run->home, entry->name, NULL, entry->problem);
    }
    /* A person who returns may land on any row. */
    read_rows(run, target == NULL ? ROWS_AT_ONCE : run->entries->len);
    if (not_forgotten != NULL)
        home_not_forgotten(run->home, target, not_forgotten);
    if (busy != NULL)
        home_notice(run->home, busy);
    else
        say_word_left(run->home);
}

static void unload(struct home_run *run)
{
    g_clear_pointer(&run->home, home_free);
    g_clear_pointer(&run->entries, g_ptr_array_unref);
    g_clear_pointer(&run->config_dir, g_free);
}

static bool visit(struct home_run *run, GError **error)
{
    const struct view_host host = {host_view, host_event, host_hangup, run};
    run->loop = g_main_loop_new(NULL, FALSE);
    run->asked = g_ptr_array_new_with_free_func(asked_free);
    run->ui = ui_new(&host, error);
    bool fine = run->ui != NULL;
    if (fine) {
        guint terminate = g_unix_signal_add(SIGTERM, on_terminate, run);
        run->first = g_idle_add_full(G_PRIORITY_LOW, begin, run, NULL);
        g_main_loop_run(run->loop);
        g_source_remove(terminate);
        if (run->first != 0)
            g_source_remove(run->first);
    }
    if (run->tick_source != 0)
        g_source_remove(run->tick_source);
    g_ptr_array_unref(run->asked);
    g_clear_pointer(&run->ui, ui_free);
    g_main_loop_unref(run->loop);
    return fine;
}

static gboolean on_slow(gpointer user)
{
    guint *slow = user;
    *slow = 0;
    fprintf(stderr, "%s\n", _("Waiting to store an answer that may hold the only refresh token."));
    return G_SOURCE_REMOVE;
}

/* Refreshes that Home began are not cancelled: they go on while the wizard runs, so that keys
 * respond at once. Only the exit waits for them. */
static void settle(struct home_run *run)
{
    guint slow = g_timeout_add(SLOW_MS, on_slow, &slow);
    services_clear(&run->services);
    if (slow != 0)
        g_source_remove(slow);
}

/* Runs the choice to its end. FALSE: perch exits with *ret_code. *ret_not_forgotten: why forgetting
 * failed; *ret_busy: who else has the connection open. */
static bool follow(const struct app_options *options, enum home_choice choice, const char *name,
                   int *ret_code, char **ret_not_forgotten, char **ret_busy)
{
    static const enum app_start starts[] = {
        [HOME_OPEN] = APP_START_STEP,     [HOME_REAUTHORIZE] = APP_START_AUTHORIZE,
        [HOME_DOCTOR] = APP_START_DOCTOR, [HOME_TEST] = APP_START_TEST,
        [HOME_NEW] = APP_START_STEP,      [HOME_CHANGE] = APP_START_STEP,
    };
    /* The values that were given are for what is set up anew. */
    struct app_options setup = choice == HOME_NEW
                                   ? *options
                                   : (struct app_options){.login_seconds = options->login_seconds,
                                                          .no_input = options->no_input,
                                                          .quiet = options->quiet,
                                                          .ret_demo = options->ret_demo,
                                                          .no_demo = options->no_demo};
    bool home = false;
    if (choice == HOME_QUIT)
        return false;
    if (choice == HOME_AGAIN)
        return true;
    if (choice != HOME_NEW) { /* report a busy connection here, where it was chosen */
        g_autofree char *config_dir = paths_config_dir();
        g_autoptr(GError) problem = NULL;
        store_lock_free(store_lock_setup(config_dir, name, &problem));
        if (problem != NULL) {
            *ret_busy = g_strdup(problem->message);
            return true;
        }
    }
    if (choice == HOME_FORGET) {
        *ret_not_forgotten = options->forget(name);
        return true;
    }
    setup.name = choice == HOME_NEW ? NULL : name;
    setup.start = starts[choice];
    if (choice == HOME_CHANGE)
        setup.login = login_way(LOGIN_CLIENT_CREDENTIALS);
    setup.ret_home = &home;
    *ret_code = app_setup(&setup);
    return home;
}

static void list_plainly(const Home *home)
{
    for (guint i = 0; i < home->rows->len; i++)
        puts(((const struct home_row *)home->rows->pdata[i])->name);
    fprintf(stderr, "%s\n",
            _("perch status shows which of them work; perch setup NAME opens one."));
}

int app_home(const struct app_options *options)
{
    g_autofree char *name = NULL, *not_forgotten = NULL, *busy = NULL;
    g_autoptr(GHashTable) known =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
    for (;;) {
        g_autoptr(GError) error = NULL;
        int code = PERCH_EXIT_OK;
        struct home_run run = {.choice = HOME_NEW, .known = known};
        load(&run, name, not_forgotten, busy);
        bool empty = run.entries->len == 0;
        if (!empty && options->plain) {
            list_plainly(run.home);
            unload(&run);
            return code;
        }
        if (!empty) /* before the screen is taken over, as it may ask */
            app_open_keyring(!options->no_input);
        if (!empty && !visit(&run, &error)) {
            settle(&run);
            unload(&run);
            fprintf(stderr, "perch: %s\n", error->message);
            return (int)perch_error_exit(error);
        }
        g_free(name);
        name = run.name;
        g_clear_pointer(&not_forgotten, g_free);
        g_clear_pointer(&busy, g_free);
        if (name != NULL)
            g_hash_table_remove(known, name);
        bool again = follow(options, run.choice, name, &code, &not_forgotten, &busy) && !empty;
        settle(&run);
        unload(&run);
        if (!again)
            return code;
    }
}
