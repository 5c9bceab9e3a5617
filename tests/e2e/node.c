/* SPDX-License-Identifier: MIT */
#include "e2e/node.h"

#include <stdio.h>
#include <string.h>

/* A line of input is a list of calls that are made at once; a line of output what they gave. A call
 * that takes more than 30 seconds is stopped. All clocks run PACE times as fast, from the true time
 * at which the calls begin: a login that is signed then is of the org's time. */
static const char runner[] =
    "const [file, pace] = process.argv.slice(1);\n"
    "const [now, later] = [Date.now, setTimeout];\n"
    "let began = now();\n"
    "Date.now = () => began + (now() - began) * pace;\n"
    "global.setTimeout = (then, ms, ...more) => later(then, ms / pace, ...more);\n"
    "const { handler } = require(file);\n"
    "const limit = () => new Promise((then) => setTimeout(then, 30000, { errorCode: 'STOPPED' })"
    ".unref());\n"
    "const lines = require('readline').createInterface({ input: process.stdin });\n"
    "lines.on('line', async (line) => {\n"
    "  const { env, calls } = JSON.parse(line);\n"
    "  began = now();\n"
    "  const results = await Promise.all(calls.map((variables) =>\n"
    "    Promise.race([handler({ env }, variables), limit()])));\n"
    "  console.log(JSON.stringify(results));\n"
    "});\n";

/* Changes the file as a person would: what is to be replaced, and by what, NULL at the end. */
static void edit(const char *file, const char *const *edits)
{
    for (int i = 0; edits[i] != NULL; i += 2) {
        g_autofree char *text = NULL;
        assert_true(g_file_get_contents(file, &text, NULL, NULL));
        g_auto(GStrv) parts = g_strsplit(text, edits[i], 2);
        if (parts[1] == NULL)
            fail_msg("%s is not in the function", edits[i]);
        g_autofree char *edited = g_strjoinv(edits[i + 1], parts);
        assert_true(g_file_set_contents(file, edited, -1, NULL));
    }
}

Node *node_start(Rig *rig, const char *channel)
{
    static const char *const none[] = {NULL};
    return node_start_edited(rig, channel, none, "1");
}

Node *node_start_edited(Rig *rig, const char *channel, const char *const *edits, const char *pace)
{
    static int count;
    g_autofree char *program = g_find_program_in_path("node");
    g_autofree char *name = g_strdup_printf("function-%d.js", count++);
    g_autofree char *file = g_build_filename(rig->home->home, name, NULL);
    g_autofree char *text = NULL;
    if (program == NULL)
        skip();
    g_autoptr(Child) values = rig_perch_secret(rig, "handoff", "acme", "--json", NULL);
    g_autoptr(Json) json = child_json(values);
    g_autoptr(Child) written = rig_perch(rig, "handoff", "acme", "--format", "function", "--output",
                                         file, channel == NULL ? NULL : "--channel", channel, NULL);
    assert_code(written, 0);
    assert_true(g_file_get_contents(file, &text, NULL, NULL));
    canary_search(rig->canary, "the function", text, -1);
    edit(file, edits);
    const char *argv[] = {program, "-e", runner, file, pace, NULL};
    Node *node = g_new0(Node, 1);
    node->child = child_start(argv, rig->home->env);
    node->env = json_copy(json_get(json, "environment"));
    node->tokens_before = demo_org_requests(rig->org, "POST", "/services/oauth2/token");
    return node;
}

void node_free(Node *node)
{
    if (node == NULL)
        return;
    child_free(node->child);
    json_free(node->env);
    g_free(node);
}

static void send_calls(Node *node, const Json *variables, guint count)
{
    g_autoptr(Json) line = json_object();
    Json *calls = json_array();
    for (guint i = 0; i < count; i++)
        json_append(calls, json_copy(variables));
    json_set(line, "env", json_copy(node->env));
    json_set(line, "calls", calls);
    g_autoptr(WipedText) text = json_print(line);
    g_string_truncate(node->child->output, 0);
    child_send(node->child, text);
    child_send(node->child, "\n");
}

static Json *variables_of(const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    Json *variables = json_parse(json, strlen(json), NULL);
    assert_non_null(variables);
    return variables;
}

void node_send(Node *node, const char *variables, guint count)
{
    g_autoptr(Json) json = variables_of(variables);
    send_calls(node, json, count);
}

Json *node_receive(Node *node)
{
    if (!child_wait_output(node->child, "\n", 40000))
        fail_msg("no answer; %s", node->child->errors->str);
    Json *results = json_parse(node->child->output->str, node->child->output->len, NULL);
    assert_non_null(results);
    return results;
}

Json *node_calls(Node *node, const char *variables, guint count)
{
    node_send(node, variables, count);
    return node_receive(node);
}

Json *node_call(Node *node, const Json *variables)
{
    send_calls(node, variables, 1);
    g_autoptr(Json) results = node_receive(node);
    return json_copy(json_first(results));
}

Json *node_call_text(Node *node, const char *variables)
{
    g_autoptr(Json) json = variables_of(variables);
    return node_call(node, json);
}
