/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/wizard/check_view.h"

/* Shared by commands that run lists of checks. */

const char *command_mark(enum mark mark)
{
    return mark_text(mark, g_getenv("ACCESSIBLE") != NULL);
}

static void print(const struct check_result *result, FILE *stream, bool whole)
{
    g_autoptr(View) view = view_new();
    check_result_view(result, view, 1, true);
    const struct view_item *row = view->items->pdata[0];
    command_put(stream, "  %-2s  %s: %s\n", command_mark(row->mark), row->label,
                row->value == NULL ? "" : row->value);
    for (guint i = 1; whole && i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        command_put(stream, "      %*s%s\n", item->indent, "", item->label);
    }
    if (whole && result->page_url != NULL)
        command_put(stream, "          %s\n", result->page_url);
}

void command_print_row(const struct check_result *result, FILE *stream)
{
    print(result, stream, false);
}

void command_print_result(const struct check_result *result, FILE *stream)
{
    print(result, stream, true);
}

bool job_init(struct app_job *job, const char *name, const struct services *services,
              GError **error)
{
    Connection *connection = connections_load(services->config_dir, name, error);
    if (connection == NULL)
        return false;
    job->session = session_new(connection, services->config_dir, services->http, services->store);
    job->results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    return true;
}

void job_learn(const struct app_job *job, const struct services *services)
{
    g_autoptr(GError) error = NULL;
    if (!connections_learn(services->config_dir, job->session->connection, &error))
        command_put(stderr, "perch: %s\n", error->message);
}

void job_clear(struct app_job *job)
{
    g_clear_pointer(&job->results, g_ptr_array_unref);
    g_clear_pointer(&job->session, session_free);
}

char *command_unchecked(const Connection *connection)
{
    if (connection->forgetting != 0)
        return g_strdup_printf(_("to be forgotten, but its login could not be revoked yet; to try "
                                 "again: perch forget %s"),
                               connection->name);
    if (connection_is_draft(connection))
        return g_strdup_printf(_("unfinished; to continue: perch setup %s"), connection->name);
    return NULL;
}

char *command_connection_line(const char *name, int width, const Connection *c, const char *state)
{
    g_autoptr(GUri) uri = c == NULL || c->login_url == NULL
                              ? NULL
                              : g_uri_parse(c->login_url, G_URI_FLAGS_NONE, NULL);
    return g_strdup_printf("%-*s  %s  %s  %s", width, name, uri == NULL ? "-" : g_uri_get_host(uri),
                           c == NULL || c->username == NULL ? "-" : c->username, state);
}
