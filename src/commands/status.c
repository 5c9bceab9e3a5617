/* SPDX-License-Identifier: MIT */
#include <stdio.h>

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
    if (row->forgetting)
        return g_strdup_printf(_("to be forgotten, but its login could not be revoked yet; to try "
                                 "again: perch forget %s"),
                               row->name);
    if (row->draft)
        return g_strdup_printf(_("unfinished; to continue: perch setup %s"), row->name);
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

static void print_row(const struct row *row, int width)
{
    const Connection *c = row->job.session == NULL ? NULL : row->job.session->connection;
    int code = row_exit(row);
    g_autofree char *state = row_state(row);
    g_autoptr(GUri) uri = c == NULL || c->login_url == NULL
                              ? NULL
                              : g_uri_parse(c->login_url, G_URI_FLAGS_NONE, NULL);
    printf("%s  %-*s  %s  %s  %s\n",
           row->forgetting ? "! "
           : row->draft    ? ". "
           : code == 0     ? "ok"
                           : "!!",
           width, row->name, uri == NULL ? "-" : g_uri_get_host(uri),
           c == NULL || c->username == NULL ? "-" : c->username, state);
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

static int run_list(enum check_list_id list, const char *command, const GStrv names,
                    const struct common_options *common, const struct services *services)
{
    g_autoptr(GArray) rows = make_rows(names, services);
    int code = PERCH_EXIT_OK, width = 4;
    if (rows->len == 0 && !common->json) {
        if (!common->quiet)
            puts(_("No connections yet. Create one with: perch setup"));
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
        fprintf(stderr, "perch: %s\n", _("Stopped before every connection had answered."));
        return PERCH_EXIT_CANCELLED;
    }
    for (guint i = 0; i < jobs->len; i++)
        job_learn(&g_array_index(jobs, struct app_job, i), services);
    for (guint i = 0; i < rows->len; i++) {
        const struct row *row = &g_array_index(rows, struct row, i);
        if (code == PERCH_EXIT_OK)
            code = row_exit(row);
        if (!common->json && (!common->quiet || row_exit(row) != 0))
            print_row(row, width);
    }
    if (common->json)
        print_json(rows, command, code);
    return code;
}

static int run_command(enum check_list_id list, const char *command, int argc, char **argv)
{
    struct common_options common = {0};
    struct services services = {0};
    g_auto(GStrv) names = NULL;
    g_autoptr(GError) error = NULL;
    int code;
    if (!command_parse(command, argc, argv, &common, NULL, &names, &code))
        return code;
    common.quiet |= list == CHECKS_REFRESH;
    code = services_init(&services, !common.no_input, &error)
               ? run_list(list, command, names, &common, &services)
               : command_error(error);
    services_clear(&services);
    return code;
}

int command_status(int argc, char **argv)
{
    return run_command(CHECKS_STATUS, "status", argc, argv);
}

int command_refresh(int argc, char **argv)
{
    return run_command(CHECKS_REFRESH, "refresh", argc, argv);
}
