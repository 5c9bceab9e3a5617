/* SPDX-License-Identifier: MIT */
#include "flow_read.h"

#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"

/*
 * Exports of the dashboard's Flow Builder nest their steps in "steps", "cases" and "defaultCase";
 * those of Bird's Flows have a map of steps. The kinds of steps are only known from a few exported
 * files, so unknown ones are reported and left alone.
 */

static void call_free(gpointer data)
{
    struct flow_call *call = data;
    g_free(call->label);
    g_free(call->method);
    g_free(call->url);
    g_free(call->type);
    g_free(call->authorization);
    wipe_free(call->body);
    g_ptr_array_unref(call->variables);
    g_free(call);
}

void flow_file_free(struct flow_file *file)
{
    if (file == NULL)
        return;
    g_ptr_array_unref(file->calls);
    g_hash_table_unref(file->set);
    g_ptr_array_unref(file->unknown);
    wipe_free(file->text);
    g_free(file);
}

static void note_unknown(struct flow_file *file, const char *kind)
{
    g_autofree char *clean = kind == NULL ? NULL : text_clean(kind);
    if (clean != NULL && !g_ptr_array_find_with_equal_func(file->unknown, clean, g_str_equal, NULL))
        g_ptr_array_add(file->unknown, g_steal_pointer(&clean));
}

/* ---- a call ---- */

static void take_header(struct flow_call *call, const char *key, const char *value)
{
    char **place = key == NULL                                     ? NULL
                   : g_ascii_strcasecmp(key, "Authorization") == 0 ? &call->authorization
                   : g_ascii_strcasecmp(key, "Content-Type") == 0  ? &call->type
                                                                   : NULL;
    if (place == NULL || value == NULL)
        return;
    g_free(*place);
    *place = g_strdup(value);
}

/* Headers: an object, or a list of pairs. */
static void take_headers(struct flow_call *call, const Json *headers)
{
    JSON_FOREACH(header, headers)
    {
        if (json_is_array(headers))
            take_header(call, json_get_string(header, "key"), json_get_string(header, "value"));
        else
            take_header(call, json_key(header), json_string(header));
    }
}

/* A list of names. Elements of another form are not known from any export: any text in them may be
 * the name. */
static void take_variables(struct flow_call *call, const Json *list)
{
    JSON_FOREACH(variable, list)
    {
        if (json_is_string(variable))
            g_ptr_array_add(call->variables, g_strdup(json_string(variable)));
        else
            call->variables_unknown = true;
        JSON_FOREACH(member, variable)
        if (json_is_string(member))
            g_ptr_array_add(call->variables, g_strdup(json_string(member)));
    }
}

/* No export with an OAuth integration is known; any value under such a name may be one. */
static bool has_integration(const Json *options)
{
    JSON_FOREACH(option, options)
    {
        g_autofree char *name = g_ascii_strdown(json_key(option), -1);
        bool empty = json_is_null(option) || g_strcmp0(json_string(option), "") == 0;
        if (!empty && (strstr(name, "oauth") != NULL || strstr(name, "integration") != NULL))
            return true;
    }
    return false;
}

static void add_call(struct flow_file *file, const char *label, const Json *options)
{
    const Json *body = json_get(options, "body");
    if (json_get_string(options, "url") == NULL)
        return;
    struct flow_call *call = g_new0(struct flow_call, 1);
    call->label = text_clean(label == NULL ? "" : label);
    call->method = g_strdup(json_get_string(options, "method"));
    call->url = g_strdup(json_get_string(options, "url"));
    call->type = g_strdup(json_get_string(options, "contentType"));
    call->body_object = json_is_object(body);
    call->body = json_is_string(body) ? g_strdup(json_string(body))
                 : call->body_object  ? json_print(body)
                                      : NULL;
    call->integration = has_integration(options);
    call->retries = json_get_int(options, "retries", 0);
    call->variables = g_ptr_array_new_with_free_func(g_free);
    take_headers(call, json_get(options, "headers"));
    take_variables(call, json_get(options, "variableKeys"));
    g_ptr_array_add(file->calls, call);
}

/* ---- Flow Builder ---- */

static void take_set(struct flow_file *file, const Json *set)
{
    JSON_FOREACH(value, set)
    {
        const char *text = json_string(value);
        if (json_key(value) != NULL)
            g_hash_table_replace(file->set, g_strdup(json_key(value)),
                                 g_strdup(text == NULL ? "" : text));
    }
}

/* What a step's result is called: {"translatedText": "translated"}. */
static void take_outputs(struct flow_file *file, const Json *outputs)
{
    JSON_FOREACH(name, outputs)
    {
        if (json_is_string(name))
            g_hash_table_replace(file->set, g_strdup(json_string(name)), g_strdup(""));
    }
}

static void walk_steps(struct flow_file *file, const Json *steps, int depth);

static void walk_step(struct flow_file *file, const Json *step, int depth)
{
    static const char *const known[] = {"setVariables", "fetchVariables", "switch", "endFlow",
                                        NULL};
    const char *action = json_get_string(step, "action");
    const Json *options = json_get(step, "options");
    if (g_strcmp0(action, "setVariables") == 0)
        take_set(file, json_get(options, "variableSet"));
    else
        add_call(file, json_get_string(options, "label"), options);
    take_outputs(file, json_get(options, "variables"));
    if (action != NULL && !g_strv_contains(known, action))
        note_unknown(file, action);
    JSON_FOREACH(branch, json_get(options, "cases"))
    walk_steps(file, json_get(branch, "steps"), depth + 1);
    walk_steps(file, json_get(json_get(options, "defaultCase"), "steps"), depth + 1);
}

static void walk_steps(struct flow_file *file, const Json *steps, int depth)
{
    enum { DEEPEST = 20 };
    if (depth > DEEPEST)
        return;
    JSON_FOREACH(step, steps)
    walk_step(file, step, depth);
}

/* ---- Bird's Flows ---- */

static void walk_map(struct flow_file *file, const Json *steps)
{
    static const char *const known[] = {"conditional", "terminate", NULL};
    JSON_FOREACH(step, steps)
    {
        const char *type = json_get_string(step, "type");
        const Json *parameters = json_get(step, "parameters");
        const char *comment = json_get_string(step, "comment");
        if (json_get_string(parameters, "url") != NULL)
            add_call(file, comment != NULL ? comment : json_key(step), parameters);
        else if (type != NULL && !g_strv_contains(known, type))
            note_unknown(file, type);
    }
}

/* ---- either ---- */

static const Json *bird_steps(const Json *json)
{
    const Json *definition = json_get(json, "definition");
    const Json *steps = json_get(definition != NULL ? definition : json, "steps");
    return json_is_object(steps) ? steps : NULL;
}

static bool is_function(const char *text)
{
    return strstr(text, "exports.handler") != NULL;
}

struct flow_file *flow_file_read(const char *text, gsize length)
{
    struct flow_file *file = g_new0(struct flow_file, 1);
    g_autoptr(Json) json = json_parse(text, length, NULL);
    file->calls = g_ptr_array_new_with_free_func(call_free);
    file->set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    file->unknown = g_ptr_array_new_with_free_func(g_free);
    if (json_is_array(json_get(json, "steps"))) {
        const char *trigger = json_get_string(json, "trigger");
        file->kind = FLOW_OF_BUILDER;
        file->webhook = g_strcmp0(trigger, "onReceivedHttpRequest") == 0;
        walk_steps(file, json_get(json, "steps"), 0);
    } else if (bird_steps(json) != NULL) {
        file->kind = FLOW_OF_BIRD;
        walk_map(file, bird_steps(json));
    } else if (json == NULL && memchr(text, '\0', length) == NULL && is_function(text)) {
        file->kind = FLOW_FUNCTION;
        file->text = g_strndup(text, length);
    }
    return file;
}
