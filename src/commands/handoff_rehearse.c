/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "handoff.h"
#include "paste_input.h"
#include "perch/base/text.h"
#include "perch/checks/rehearse.h"
#include "perch/commands/command.h"

/* perch handoff NAME --rehearse: rehearses the flow from the exported values alone. */

/* Prints the request below its row, as in the form of the flow's step. */
static void print_request(const Json *request)
{
    static const char margin[] = "        ";
    command_say("%s%s %s\n", margin, json_get_string(request, "method"),
                json_get_string(request, "url"));
    JSON_FOREACH(header, json_get(request, "headers"))
    {
        command_say("%s%s: %s\n", margin, json_key(header), json_string(header));
    }
    const Json *body = json_get(request, "body");
    g_autofree char *printed = json_is_string(body) ? NULL : json_print(body);
    g_autofree char *clean = text_clean(printed != NULL ? printed : json_string(body));
    command_say("%s%s\n", margin, clean);
    command_say("%s", margin);
    command_say(_("returned variable: %s\n"), json_get_string(request, "variable"));
}

static void print_settled(struct app_job *job, const struct check_result *result)
{
    const struct handoff_options *options = job->user;
    if (options->json || (options->quiet && result->status != CHECK_FAILED))
        return;
    command_print_result(result, stdout);
    const Json *request = json_get(result->evidence, "request");
    if (request != NULL)
        print_request(request);
}

static int finish(const struct app_job *job, const struct handoff_options *options)
{
    int code = (int)check_results_exit(job->results);
    if (options->json) {
        g_autoptr(Json) json = check_results_to_json(job->results, "handoff", options->name);
        json_set_int(json, "exit", code);
        g_autoptr(WipedText) text = json_print(json);
        puts(text);
    } else if (code == PERCH_EXIT_OK && !options->quiet) {
        command_say("%s\n",
                    _("Rehearsed: perch ran the flow's calls using only these values, and the org "
                      "accepted them."));
    }
    return code;
}

/* The rehearsal may have revealed an unwanted rotation: the next export must know about it. */
static void remember(const struct app_job *job, const struct services *services)
{
    g_autoptr(GError) error = NULL;
    if (!connections_learn(services->config_dir, job->session->connection, &error))
        command_error(error);
}

static int run_job(struct app_job *job, const struct handoff_options *options, Secret *webhook,
                   const struct services *services)
{
    static const enum check_list_id lists[] = {CHECKS_REHEARSE};
    const Connection *connection = job->session->connection;
    const char *channel = options->channel;
    g_autoptr(GError) error = NULL;
    if (channel != NULL && channels_find(connection->channels, channel) == NULL) {
        g_autoptr(Connection) none = handoff_select(connection, channel, &error);
        return command_error(error);
    }
    if (channel == NULL && webhook != NULL)
        channel = connection_channel(connection)->id;
    tokens_may_ask(job->session->tokens, options->ask);
    rehearsal_begin(job->session, channel, webhook, (guint)options->timeout * 1000);
    job->session->rehearsal->keep = options->keep;
    gint64 limit = webhook == NULL ? (gint64)options->timeout * 1000 : 0;
    if (!app_run_lists(job, 1, lists, G_N_ELEMENTS(lists), NULL, print_settled, limit))
        return PERCH_EXIT_CANCELLED;
    remember(job, services);
    return finish(job, options);
}

/* The three lines of the file, one by one; without a key there is no signature. */
static SecretBuf *ask_webhook(GError **error)
{
    static const char *const questions[] = {
        N_("Address of the flow's webhook (not shown): "),
        N_("Key that its trigger requires (not shown; empty: none): "),
        N_("Name of the header for the signature (not shown; empty: none): "),
    };
    g_autoptr(SecretBuf) text = secret_buf_new();
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        g_autoptr(SecretBuf) line = paste_line_from_terminal(_(questions[i]), error);
        if (line == NULL)
            return NULL;
        g_strstrip(line->text);
        secret_buf_add(text, i > 0 ? "\n" : "");
        secret_buf_add(text, line->text);
        if (*line->text == '\0')
            break;
    }
    return g_steal_pointer(&text);
}

static Secret *read_webhook(const struct handoff_options *options, GError **error)
{
    bool asks = strcmp(options->webhook_file, "-") == 0 && options->ask;
    g_autoptr(SecretBuf) text =
        asks ? ask_webhook(error) : paste_from_file(options->webhook_file, error);
    if (text == NULL)
        return NULL;
    g_strstrip(text->text);
    const char *problem = webhook_problem(text->text);
    if (problem == NULL)
        return secret_new(text->text);
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT, problem);
    return NULL;
}

int handoff_rehearse(struct handoff_options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) webhook = NULL;
    struct services services = {0};
    struct app_job job = {.user = options};
    int code;
    if (options->webhook_file != NULL) {
        webhook = read_webhook(options, &error);
        if (webhook == NULL)
            return command_error(error);
    }
    if (!services_init(&services, options->ask, &error) ||
        !job_init(&job, options->name, &services, &error))
        code = command_error(error);
    else
        code = run_job(&job, options, webhook, &services);
    job_clear(&job);
    services_clear(&services);
    return code;
}
