/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/net/desktop.h"

/* Every check of each connection, all connections in parallel. */

struct patients {
    struct app_job *jobs;
    guint count;
};

static bool add_patient(struct patients *patients, const char *name,
                        const struct services *services, const Desktop *desktop, GError **error)
{
    struct app_job *job = &patients->jobs[patients->count];
    if (!job_init(job, name, services, error))
        return false;
    job->session->desktop = desktop;
    patients->count++;
    return true;
}

/* The named connections, else all that are set up. */
static GStrv choose_names(GStrv names, const char *config_dir)
{
    if (names[0] != NULL)
        return g_strdupv(names);
    g_autoptr(GPtrArray) entries = connections_list(config_dir);
    GStrvBuilder *builder = g_strv_builder_new();
    for (guint i = 0; i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        if (entry->connection == NULL)
            command_put(stderr, "perch: %s: %s\n", entry->name, entry->problem);
        else if (!connection_is_draft(entry->connection))
            g_strv_builder_add(builder, entry->name);
    }
    GStrv all = g_strv_builder_end(builder);
    g_strv_builder_unref(builder);
    return all;
}

static guint count_failed(const GPtrArray *results)
{
    guint failed = 0;
    for (guint i = 0; i < results->len; i++)
        failed += ((const struct check_result *)results->pdata[i])->status == CHECK_FAILED;
    return failed;
}

static bool same_text(const GPtrArray *a, const GPtrArray *b)
{
    for (guint i = 0; i < a->len; i++)
        if (i >= b->len || g_strcmp0(a->pdata[i], b->pdata[i]) != 0)
            return false;
    return a->len == b->len;
}

/* The connection before whose row said all that is said of this one, where the network is what
 * failed; NULL = none. */
static const char *explained_by(const struct patients *patients, guint last,
                                const struct check_result *result)
{
    const struct diagnosis *ours = result->diagnosis;
    for (guint i = 0; i < last && ours != NULL && ours->exit == PERCH_EXIT_NETWORK; i++) {
        const struct app_job *job = &patients->jobs[i];
        const struct check_result *other = check_results_find(job->results, result->id);
        if (other != NULL && other->diagnosis != NULL && other->diagnosis->cause == ours->cause &&
            same_text(other->diagnosis->fix, ours->fix))
            return job->session->connection->name;
    }
    return NULL;
}

static void print_text(const struct patients *patients, guint number, double seconds, bool quiet)
{
    const struct app_job *job = &patients->jobs[number];
    guint failed = count_failed(job->results);
    command_say(_("%s: %u checks, %u failed, %.1f s\n"), job->session->connection->name,
                job->results->len, failed, seconds);
    for (guint i = 0; i < job->results->len; i++) {
        const struct check_result *result = job->results->pdata[i];
        const char *before = explained_by(patients, number, result);
        if (quiet && result->status != CHECK_FAILED)
            continue;
        if (before == NULL) {
            command_print_result(result, stdout);
        } else {
            command_print_row(result, stdout);
            g_autofree char *where =
                g_strdup_printf(_("What it means and what to do: as for %s."), before);
            command_say("      %s\n", where);
        }
    }
}

/* Most serious first: what this person must fix, then what somebody else must, then what passes by
 * itself. */
static const enum perch_exit gravest[] = {
    PERCH_EXIT_UNEXPECTED, PERCH_EXIT_AUTHORIZATION, PERCH_EXIT_APP,     PERCH_EXIT_API,
    PERCH_EXIT_KEYRING,    PERCH_EXIT_RECORD,        PERCH_EXIT_NETWORK, PERCH_EXIT_BUSY,
};

static int worse(int a, int b)
{
    for (gsize i = 0; i < G_N_ELEMENTS(gravest); i++)
        if (a == (int)gravest[i] || b == (int)gravest[i])
            return (int)gravest[i];
    return MAX(a, b);
}

static int print_json(const struct patients *patients)
{
    int code = PERCH_EXIT_OK;
    g_autoptr(Json) all = json_array();
    for (guint i = 0; i < patients->count; i++) {
        const struct app_job *job = &patients->jobs[i];
        Json *one = check_results_to_json(job->results, "doctor", job->session->connection->name);
        code = worse(code, (int)check_results_exit(job->results));
        json_append(all, one);
    }
    g_autoptr(Json) json = json_object();
    json_set_int(json, "perch", 1);
    json_set_string(json, "command", "doctor");
    json_set_string(json, "status", code == PERCH_EXIT_OK ? "ok" : "failed");
    json_set_int(json, "exit", code);
    const Json *only = json_first(all);
    if (patients->count == 1) { /* one connection: the same object as every other command prints */
        g_autoptr(WipedText) text = json_print(only);
        puts(text);
        return code;
    }
    json_set(json, "connections", json_copy(all));
    g_autoptr(WipedText) text = json_print(json);
    puts(text);
    return code;
}

static int examine(const struct patients *patients, const struct common_options *common,
                   const struct services *services)
{
    static const enum check_list_id lists[] = {CHECKS_DOCTOR};
    gint64 start = clock_monotonic_ms();
    if (!app_run_lists(patients->jobs, patients->count, lists, G_N_ELEMENTS(lists), NULL, NULL,
                       (gint64)common->timeout * 1000)) {
        command_put(stderr, "perch: %s\n", _("Stopped before every check had finished."));
        return PERCH_EXIT_CANCELLED;
    }
    for (guint i = 0; i < patients->count; i++)
        job_learn(&patients->jobs[i], services);
    if (common->json)
        return print_json(patients);
    int code = PERCH_EXIT_OK;
    double seconds = (double)(clock_monotonic_ms() - start) / 1000.0;
    for (guint i = 0; i < patients->count; i++) {
        print_text(patients, i, seconds, common->quiet);
        code = worse(code, (int)check_results_exit(patients->jobs[i].results));
    }
    return code;
}

static int run_doctor(GStrv names, const struct common_options *common,
                      const struct services *services)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Desktop) desktop = desktop_look();
    g_auto(GStrv) chosen = choose_names(names, services->config_dir);
    guint wanted = g_strv_length(chosen);
    struct patients patients = {.jobs = g_new0(struct app_job, wanted + 1)};
    int code = PERCH_EXIT_OK;
    store_read_ahead(services->store, (const char *const *)chosen);
    for (guint i = 0; i < wanted && code == PERCH_EXIT_OK; i++)
        if (!add_patient(&patients, chosen[i], services, desktop, &error))
            code = command_error(error);
    if (code == PERCH_EXIT_OK && wanted == 0)
        code = command_usage(_("There is no connection to check. Create one with: perch setup"));
    else if (code == PERCH_EXIT_OK)
        code = examine(&patients, common, services);
    for (guint i = 0; i < patients.count; i++)
        job_clear(&patients.jobs[i]);
    g_free(patients.jobs);
    return code;
}

int command_doctor(int argc, char **argv)
{
    struct common_options common = {0};
    struct services services = {0};
    gboolean all = FALSE;
    g_auto(GStrv) names = NULL;
    g_autoptr(GError) error = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, N_("every connection"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("doctor", argc, argv, &common, entries, &names, &code))
        return code;
    if (all && names[0] != NULL)
        return command_usage(_("Give names or --all, not both."));
    code = services_init(&services, !common.no_input, &error)
               ? run_doctor(names, &common, &services)
               : command_error(error);
    services_clear(&services);
    return code;
}
