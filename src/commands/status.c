/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"

/* One line per connection, all checked in parallel: `perch status`, and `perch refresh`, which says
 * only what failed. */

struct row {
    char *name;
    char *problem; /* the file cannot be read, or there is no such connection */
    int refused;   /* its exit code */
    bool draft;
    bool forgetting; /* not checked either */
    struct app_job job;
};

static void row_clear(gpointer data)
{
    struct row *row = data;
    g_free(row->name);
    g_free(row->problem);
    job_clear(&row->job);
}

static void add_row(GArray *rows, const char *name, const char *problem,
                    const struct services *services)
{
    struct row row = {.name = g_strdup(name), .problem = g_strdup(problem)};
    g_autoptr(GError) error = NULL;
    if (!job_init(&row.job, name, services, &error)) {
        row.refused = (int)perch_error_exit(error);
        if (problem == NULL)
            row.problem = g_strdup(error->message);
    }
    row.forgetting = row.job.session != NULL && row.job.session->connection->forgetting != 0;
    row.draft = row.job.session != NULL && connection_is_draft(row.job.session->connection);
    g_array_append_val(rows, row);
}

static GArray *make_rows(const GStrv names, const struct services *services)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct row));
    g_array_set_clear_func(rows, row_clear);
    g_autoptr(GPtrArray) entries =
        names[0] == NULL ? connections_names(services->config_dir) : g_ptr_array_new();
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (guint i = 0; names[i] != NULL; i++)
        g_ptr_array_add(all, names[i]);
    for (guint i = 0; i < entries->len; i++)
        g_ptr_array_add(all, ((const struct connections_entry *)entries->pdata[i])->name);
    g_ptr_array_add(all, NULL);
    store_read_ahead(services->store, (const char *const *)all->pdata);
    for (guint i = 0; i + 1 < all->len; i++) {
        const struct connections_entry *entry = i < entries->len ? entries->pdata[i] : NULL;
        add_row(rows, all->pdata[i], entry == NULL ? NULL : entry->problem, services);
        g_main_context_iteration(NULL, FALSE); /* the keyring answers while files are read */
    }
    return rows;
}

static int row_exit(const struct row *row)
{
    if (row->problem != NULL)
        return row->refused;
    return row->draft || row->forgetting ? PERCH_EXIT_OK
                                         : (int)check_results_exit(row->job.results);
}

static char *row_state(const struct row *row)
{
    if (row->problem != NULL)
        return g_strdup(row->problem);
    if (row->draft || row->forgetting)
        return command_unchecked(row->job.session->connection);
    for (guint i = 0; i < row->job.results->len; i++) {
        const struct check_result *result = row->job.results->pdata[i];
        if (result->status == CHECK_FAILED)
            return g_strdup(result->diagnosis != NULL ? result->diagnosis->title : result->summary);
    }
    const struct check_result *last =
        row->job.results->len == 0 ? NULL : row->job.results->pdata[row->job.results->len - 1];
    g_autofree char *when = clock_format(session_secrets(row->job.session)->issued_at);
    g_autofree char *end = check_results_phrase(row->job.results, "login-end");
    char *working = g_strdup_printf(_("working; %s; last token %.10s"),
                                    last == NULL ? "" : last->summary, when);
    if (end == NULL)
        return working;
    g_autofree char *shorter = working;
    return g_strdup_printf("%s; %s", shorter, end);
}

static char *row_line(const struct row *row, int width)
{
    g_autofree char *state = row_state(row);
    g_autofree char *line = command_connection_line(
        row->name, width, row->job.session == NULL ? NULL : row->job.session->connection, state);
    const enum mark mark = row->forgetting      ? MARK_WARNING
                           : row->draft         ? MARK_OPEN
                           : row_exit(row) == 0 ? MARK_OK
                                                : MARK_FAILED;
    return g_strdup_printf("%-2s  %s", command_mark(mark), line);
}

static void print_json(const GArray *rows, const char *command, int code)
{
    g_autoptr(Json) json = json_object();
    Json *list = json_array();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", command);
    json_set_string(json, "status", code == 0 ? "ok" : "failed");
    json_set_int(json, "exit", code);
    for (guint i = 0; i < rows->len; i++) {
        const struct row *row = &g_array_index(rows, struct row, i);
        g_autoptr(GPtrArray) none = g_ptr_array_new();
        Json *one = check_results_to_json(row->job.results == NULL ? none : row->job.results,
                                          command, row->name);
        g_autofree char *state = row_state(row);
        json_set_string(one, "state", state);
        json_set_int(one, "exit", row_exit(row));
        if (row_exit(row) != 0)
            json_set_string(one, "status", "failed");
        else if (row->forgetting)
            json_set_string(one, "status", "warning");
        else if (row->draft)
            json_set_string(one, "status", "skipped");
        json_append(list, one);
    }
    json_set(json, "connections", list);
    g_autoptr(WipedText) text = json_print(json);
    puts(text);
}

/* Adds one line for each connection to lines, unless it is JSON, which is printed. */
static int run_list(enum check_list_id list, const char *command, const GStrv names,
                    const struct common_options *common, const struct services *services,
                    GPtrArray *lines)
{
    g_autoptr(GArray) rows = make_rows(names, services);
    int code = PERCH_EXIT_OK, width = 4;
    if (rows->len == 0 && !common->json) {
        if (!common->quiet)
            g_ptr_array_add(lines, g_strdup(_("No connections yet. Create one with: perch setup")));
        return PERCH_EXIT_OK;
    }
    g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(struct app_job));
    for (guint i = 0; i < rows->len; i++) {
        struct row *row = &g_array_index(rows, struct row, i);
        width = MAX(width, text_width(row->name));
        if (row->problem == NULL && !row->draft && !row->forgetting)
            g_array_append_val(jobs, row->job);
    }
    if (jobs->len > 0 && !app_run_lists((struct app_job *)(gpointer)jobs->data, jobs->len, &list, 1,
                                        NULL, NULL, common->timeout * 1000)) {
        command_put(stderr, "perch: %s\n", _("Stopped before every connection had answered."));
        return PERCH_EXIT_CANCELLED;
    }
    for (guint i = 0; i < jobs->len; i++)
        job_learn(&g_array_index(jobs, struct app_job, i), services);
    for (guint i = 0; i < rows->len; i++) {
        const struct row *row = &g_array_index(rows, struct row, i);
        if (code == PERCH_EXIT_OK)
            code = row_exit(row);
        if (!common->json && (!common->quiet || row_exit(row) != 0))
            g_ptr_array_add(lines, row_line(row, width));
    }
    if (common->json)
        print_json(rows, command, code);
    return code;
}

/* ---- looking once, or again and again ---- */

static int look(enum check_list_id list, const char *command, const GStrv names,
                const struct common_options *common, GPtrArray *lines)
{
    struct services services = {0};
    g_autoptr(GError) error = NULL;
    int code = services_init(&services, !common->no_input, &error)
                   ? run_list(list, command, names, common, &services, lines)
                   : command_error(error);
    services_clear(&services);
    return code;
}

static GPtrArray *lines_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

/* Whether a line says something else than the one in its place before. Its figures are no news:
 * each look counts among the org's calls. */
static bool is_news(const char *line, const GPtrArray *before, guint place)
{
    const char *old = place < before->len ? before->pdata[place] : NULL;
    while (old != NULL) {
        line += strspn(line, "0123456789");
        old += strspn(old, "0123456789");
        if (*line != *old)
            return true;
        if (*line == '\0')
            return false;
        line++, old++;
    }
    return true;
}

/* A terminal shows the last look only; a pipe gets what is news. */
static void print_look(const GPtrArray *lines, GPtrArray *before, int interval)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *clock = g_date_time_format(now, "%X"), *stamp = clock_format(clock_wall_ms());
    const bool screen = command_columns(stdout) > 0;
    if (screen)
        fputs("\033[H\033[2J", stdout);
    if (screen)
        command_say(_("Every %d seconds; Ctrl-C ends. Checked at %s.\n\n"), interval, clock);
    for (guint i = 0; i < lines->len; i++) {
        const char *line = lines->pdata[i];
        if (screen)
            command_say("%s\n", line);
        else if (is_news(line, before, i))
            command_say("%s  %s\n", stamp, line);
    }
}

static gboolean quit(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

/* Ends by a signal: between two looks nothing is under way that one could hurt. */
static int watch(const GStrv names, const struct common_options *common, int interval)
{
    g_autoptr(GPtrArray) before = lines_new();
    for (;;) {
        GPtrArray *lines = lines_new();
        int code = look(CHECKS_STATUS, "status", names, common, lines);
        if (!common->json)
            print_look(lines, before, interval);
        g_ptr_array_unref(before);
        before = lines;
        if (code == PERCH_EXIT_CANCELLED || fflush(stdout) != 0)
            return code;
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_timeout_add_seconds((guint)interval, quit, loop);
        g_main_loop_run(loop);
    }
}

static int print_once(enum check_list_id list, const char *command, const GStrv names,
                      const struct common_options *common)
{
    g_autoptr(GPtrArray) lines = lines_new();
    int code = look(list, command, names, common, lines);
    for (guint i = 0; i < lines->len; i++)
        command_say("%s\n", (const char *)lines->pdata[i]);
    return code;
}

int command_status(int argc, char **argv)
{
    enum { USUAL_SECONDS = 60, LEAST_SECONDS = 10 };
    struct common_options common = {0};
    gboolean again = FALSE;
    gint interval = 0;
    g_auto(GStrv) names = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"watch", 0, 0, G_OPTION_ARG_NONE, &again,
         N_("look again and again, until a signal ends it"), NULL},
        {"interval", 0, 0, G_OPTION_ARG_INT, &interval,
         N_("how long to wait between two looks; 60 if not given, at least 10"), N_("SECONDS")},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("status", argc, argv, &common, entries, &names, &code))
        return code;
    if (interval == 0)
        interval = USUAL_SECONDS;
    if (interval < LEAST_SECONDS)
        return command_usage(_("--interval takes 10 seconds or more: each look is a call to every "
                               "org, and Salesforce limits calls per day."));
    return again ? watch(names, &common, interval)
                 : print_once(CHECKS_STATUS, "status", names, &common);
}

int command_refresh(int argc, char **argv)
{
    struct common_options common = {0};
    g_auto(GStrv) names = NULL;
    int code;
    if (!command_parse("refresh", argc, argv, &common, NULL, &names, &code))
        return code;
    common.quiet = TRUE;
    return print_once(CHECKS_REFRESH, "refresh", names, &common);
}
