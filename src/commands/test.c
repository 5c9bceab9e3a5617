/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/handoff/handoff.h"
#include "perch/salesforce/mapping.h"

struct test_options {
    const char *channel; /* id; NULL = the first one for the object */
    const char *object;  /* NULL = the connection's */
    GStrv settings;      /* FIELD=VALUE */
    gboolean keep, dry_run, json, quiet;
};

static bool set_field(struct session *session, const char *setting, GError **error)
{
    const struct describe *describe = &session->describes[session->connection->test_object];
    const char *equals = strchr(setting, '=');
    g_autofree char *name = equals == NULL ? NULL : g_strndup(setting, (gsize)(equals - setting));
    const struct field *field = name == NULL ? NULL : describe_field(describe, name);
    if (field == NULL || !field->createable) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                    field == NULL ? _("--set %s: this org's %s has no such field. Use the field's "
                                      "API name, as FIELD=VALUE.")
                                  : _("--set %s: this user is not allowed to write that field of "
                                      "%s."),
                    setting, describe->object);
        return false;
    }
    json_set(session->record, field->name, field_value(field, equals + 1));
    return true;
}

/* The channel's mapping with its samples, plus whatever else the org requires. */
static Json *sample_record(const struct session *session)
{
    const Connection *connection = session->connection;
    const struct describe *describe = &session->describes[connection->test_object];
    const struct channel *chosen = connection_channel(connection);
    g_autoptr(Channel) channel = chosen->object == connection->test_object
                                     ? channel_copy(chosen)
                                     : channel_new("perch", connection->test_object);
    channel_fit(channel, describe, "perch test");
    return channel_record(channel);
}

static bool choose_channel(Connection *connection, const struct test_options *options,
                           GError **error)
{
    guint found = connection->channels->len;
    for (guint i = connection->channels->len; i-- > 0;) {
        const struct channel *channel = connection->channels->pdata[i];
        if (options->channel != NULL ? strcmp(channel->id, options->channel) == 0
                                     : strcmp(object_name(channel->object), options->object) == 0)
            found = i;
    }
    if (found < connection->channels->len) {
        connection_set_channel(connection, found);
    } else if (options->channel != NULL) {
        g_autoptr(Connection) none = handoff_select(connection, options->channel, error);
        return false;
    } else {
        connection->test_object = strcmp(options->object, "Case") == 0 ? TEST_CASE : TEST_LEAD;
    }
    return true;
}

static bool before_insert(struct app_job *job, enum check_list_id list)
{
    const struct test_options *options = job->user;
    struct session *session = job->session;
    g_autoptr(GError) error = NULL;
    if (list != CHECKS_INSERT)
        return true;
    session->record = sample_record(session);
    for (guint i = 0; options->settings != NULL && options->settings[i] != NULL; i++) {
        if (set_field(session, options->settings[i], &error))
            continue;
        command_error(error);
        return false;
    }
    return true;
}

static void print_settled(struct app_job *job, const struct check_result *result)
{
    const struct test_options *options = job->user;
    if (options->json || (options->quiet && result->status != CHECK_FAILED))
        return;
    command_print_result(result, stdout);
}

static int finish(const struct app_job *job, const struct test_options *options, bool complete)
{
    int code = complete ? (int)check_results_exit(job->results) : PERCH_EXIT_USAGE;
    if (options->json) {
        g_autoptr(Json) json =
            check_results_to_json(job->results, "test", job->session->connection->name);
        json_set_int(json, "exit", code);
        json_set_string(json, "record", job->session->record_id);
        json_set_string(json, "url", job->session->record_url);
        g_autoptr(WipedText) text = json_print(json);
        puts(text);
    } else if (code == PERCH_EXIT_OK && job->session->record_url != NULL && !options->quiet) {
        command_say("%s\n", job->session->record_url);
    }
    return code;
}

static int run_test(const char *name, struct test_options *options, gint64 timeout_ms,
                    const struct services *services)
{
    static const enum check_list_id insert[] = {CHECKS_STATUS, CHECKS_DESCRIBE, CHECKS_INSERT};
    static const enum check_list_id dry_run[] = {CHECKS_STATUS, CHECKS_DRY_RUN};
    struct app_job job = {.user = options};
    g_autoptr(GError) error = NULL;
    if (!job_init(&job, name, services, &error))
        return command_error(error);
    Connection *connection = job.session->connection;
    if ((options->object != NULL || options->channel != NULL) &&
        !choose_channel(connection, options, &error)) {
        job_clear(&job);
        return command_error(error);
    }
    connection->test_keep = options->keep;
    bool ended = options->dry_run ? app_run_lists(&job, 1, dry_run, G_N_ELEMENTS(dry_run),
                                                  before_insert, print_settled, timeout_ms)
                                  : app_run_lists(&job, 1, insert, G_N_ELEMENTS(insert),
                                                  before_insert, print_settled, timeout_ms);
    bool stopped_early = !options->dry_run && job.results->len > 0 &&
                         check_results_status(job.results) != CHECK_FAILED &&
                         job.session->record_id == NULL;
    int code = !ended ? PERCH_EXIT_CANCELLED : finish(&job, options, !stopped_early);
    job_clear(&job);
    return code;
}

int command_test(int argc, char **argv)
{
    struct common_options common = {0};
    struct test_options options = {0};
    struct services services = {0};
    g_autofree char *object = NULL, *channel = NULL;
    g_auto(GStrv) names = NULL, settings = NULL;
    g_autoptr(GError) error = NULL;
    int code;
    const GOptionEntry entries[] = {
        {"object", 0, 0, G_OPTION_ARG_STRING, &object, N_("Lead or Case"), N_("OBJECT")},
        {"channel", 0, 0, G_OPTION_ARG_STRING, &channel, N_("as this channel's flow would"),
         N_("ID")},
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings, N_("value of a field"),
         N_("FIELD=VALUE")},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &options.keep, N_("keep the record in the org"), NULL},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run,
         N_("check permissions only; write nothing"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("test", argc, argv, &common, entries, &names, &code))
        return code;
    if (g_strv_length(names) != 1)
        return command_usage(_("Say which connection: perch test NAME"));
    if (object != NULL && strcmp(object, "Lead") != 0 && strcmp(object, "Case") != 0)
        return command_usage(_("--object takes Lead or Case."));
    if (object != NULL && channel != NULL)
        return command_usage(_("Give --object or --channel, not both."));
    options.object = object;
    options.channel = channel;
    options.settings = settings;
    options.json = common.json;
    options.quiet = common.quiet;
    code = services_init(&services, !common.no_input, &error)
               ? run_test(names[0], &options, common.timeout * 1000, &services)
               : command_error(error);
    services_clear(&services);
    return code;
}
