/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>
#include <string.h>

#include "perch/base/text.h"
#include "perch/handoff/handoff.h"
#include "rehearse.h"

/*
 * Runs the function that perch writes for a flow, if Node.js is installed: once with the channel's
 * samples, and once with everything missing that a message may lack. Program and secrets go through
 * a pipe.
 */

/* No mail for these records: assignment rules stay off. */
static const char prelude[] =
    "for (const transport of [require('http'), require('https')]) {\n"
    "  const send = transport.request;\n"
    "  transport.request = (url, options, done) =>\n"
    "    send(url, { ...options, headers: { ...options.headers, 'Sforce-Auto-Assign': 'FALSE' } }, "
    "done);\n"
    "}\n";

/* Runs the file as a platform does; prints the result as one line. */
static const char runner[] =
    "\n(async () => {\n"
    "  const { env, calls } = %s;\n"
    "  const results = [];\n"
    "  for (const variables of calls) results.push(await exports.handler({ env }, variables));\n"
    "  console.log(JSON.stringify(results));\n"
    "})();\n";

char *rehearse_node(void)
{
    char *node = g_find_program_in_path("node");
    return node != NULL ? node : g_find_program_in_path("nodejs");
}

/* The samples as the flow passes them; if bare, empty except for the sender's number, in a list. */
static Json *variables_of(const Json *channel, bool bare)
{
    Json *variables = json_object();
    JSON_FOREACH(sample, json_get(channel, "variables"))
    {
        const char *path = json_key(sample);
        Json *value = json_string_new(json_string(sample));
        if (bare && strcmp(path, "senderNumber") == 0) {
            Json *list = json_array(); /* as some platforms do */
            json_append(list, value);
            value = list;
        } else if (bare) {
            json_free(value);
            value = json_string_new("");
        }
        text_put(variables, path, value);
    }
    json_set_string(variables, "channel", json_get_string(channel, "id"));
    return variables;
}

static Secret *program_of(const struct check_run *run, GError **error)
{
    const struct session *session = run->session;
    const Json *channel = rehearse_channel(run);
    g_autoptr(Secret) text =
        handoff_export(session->connection, session_secrets(session), HANDOFF_FUNCTION, error);
    if (text == NULL)
        return NULL;
    g_autoptr(Json) input = json_object();
    Json *calls = json_array();
    json_append(calls, variables_of(channel, false));
    json_append(calls, variables_of(channel, true));
    json_set(input, "env", json_copy(json_get(session->rehearsal->values, "environment")));
    json_set(input, "calls", calls);
    g_autoptr(WipedText) printed = json_print(input);
    g_autoptr(SecretBuf) program = secret_buf_new();
    g_auto(GStrv) around = g_strsplit(runner, "%s", 2);
    const char *const parts[] = {prelude, secret_peek(text), around[0], printed, around[1]};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        secret_buf_add(program, parts[i]);
    return secret_buf_to_secret(program);
}

/* ---- what came back ---- */

static void keep_record(const struct check_run *run, const Json *result, const char *part)
{
    const char *id = json_get_string(result, "id");
    if (json_get_bool(result, "success", false) && id != NULL)
        g_hash_table_replace(run->session->rehearsal->records,
                             g_strconcat(json_get_string(rehearse_channel(run), "id"), part, NULL),
                             g_strdup(id));
}

/* Explains what the function returned like pasted text. */
static void fail_as(struct check_run *run, const Json *returned)
{
    struct failure failure;
    g_autofree char *text = json_print(returned);
    if (explain_paste(&failure, text, strlen(text), STAGE_ANY, 0)) {
        check_fail(run, &failure);
        return;
    }
    failure_clear(&failure);
    check_fail_own(run, STAGE_ANY, "function", _("The function did not say what failed."));
}

static void judge_results(struct check_run *run, const Json *results)
{
    const Json *whole = json_first(results), *bare = whole == NULL ? NULL : json_next(whole);
    const Json *failed = !json_get_bool(whole, "success", false)  ? whole
                         : !json_get_bool(bare, "success", false) ? bare
                                                                  : NULL;
    const char *code = json_get_string(failed, "errorCode");
    const char *message = json_get_string(failed, "message");
    keep_record(run, whole, "-whole");
    keep_record(run, bare, "-bare");
    if (failed == NULL)
        check_ok(run, _("run by Node.js: %s; with name and text empty: %s"),
                 json_get_string(whole, "id"), json_get_string(bare, "id"));
    else if (g_strcmp0(code, "NOT_SENT") == 0)
        check_warn(run, NULL, _("Node.js itself cannot reach the org: %s"), message);
    else if (failed == bare)
        check_warn(run, NULL,
                   _("with name and text empty the record is refused: %s. Give such a variable a "
                     "text for when it is empty (press e in the Test step)."),
                   message);
    else
        fail_as(run, failed);
}

static void release(gpointer secret)
{
    secret_unref(secret);
}

static void ended(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GBytes) output = NULL, notes = NULL;
    g_autoptr(GError) error = NULL;
    bool ran =
        g_subprocess_communicate_finish(G_SUBPROCESS(source), async, &output, &notes, &error);
    if (!check_run_is_alive(run))
        return;
    gsize length = 0;
    const char *text = output == NULL ? NULL : g_bytes_get_data(output, &length);
    g_autoptr(Json) results = text == NULL ? NULL : json_parse(text, length, NULL);
    if (!ran)
        check_fail_error(run, STAGE_ANY, error);
    else if (!json_is_array(results))
        check_fail_own(run, STAGE_ANY, "function",
                       _("Node.js did not run the function. It needs Node.js 12 or later."));
    else
        judge_results(run, results);
}

void check_function(struct check_run *run)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *node = rehearse_node();
    g_autoptr(Secret) program = program_of(run, &error);
    g_autoptr(GSubprocess) process =
        program == NULL
            ? NULL
            : g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                   G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               &error, node, "-", NULL);
    if (process == NULL) {
        check_fail_error(run, STAGE_ANY, error);
        return;
    }
    g_autoptr(GBytes) input = g_bytes_new_with_free_func(
        secret_peek(program), secret_length(program), release, secret_ref(program));
    g_subprocess_communicate_async(process, input, run->cancellable, ended, run);
}
