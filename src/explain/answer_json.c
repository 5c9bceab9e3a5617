/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/text.h"

enum { NAME_CHARACTERS = 100 };

/* Keys of code and message, most specific first. */
static const struct {
    const char *code, *message;
} keys[] = {
    {"errorCode", "message"},
    {"statusCode", "message"},
    {"exceptionCode", "exceptionMessage"},
    {"error", "error_description"},
    {"code", "message"}, /* other programs' logs */
};

bool answer_code_is_halted(const char *code)
{
    return g_str_equal(code, "PROCESSING_HALTED") ||
           g_str_equal(code, "ALL_OR_NONE_OPERATION_ROLLED_BACK");
}

/* Some programs put the sentence into "error", beside the code. */
static const char *message_of(const Json *json, const char *code_key, const char *key)
{
    const char *message = json_get_string(json, key);
    return message != NULL || strcmp(code_key, "error") == 0 ? message
                                                             : json_get_string(json, "error");
}

static const char *code_of(const Json *json, const char **ret_message)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *code = json_get_string(json, keys[i].code);
        if (code == NULL || *code == '\0')
            continue;
        if (ret_message != NULL)
            *ret_message = message_of(json, keys[i].code, keys[i].message);
        return code;
    }
    return NULL;
}

static long status_of(const Json *json, long outer)
{
    static const char *const names[] = {"httpStatusCode", "statusCode",   "status",
                                        "status_code",    "http_status",  "httpStatus",
                                        "responseCode",   "response_code"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gint64 status = json_get_int(json, names[i], 0);
        if (status >= 100 && status <= 599)
            return (long)status;
    }
    return outer;
}

struct walk {
    answer_found found;
    gpointer user;
    bool stopped;
};

/* The depth of the tree is bounded by json_parse. */
static void walk(struct walk *w, const Json *json, long outer)
{
    long status = status_of(json, outer);
    const char *message = NULL;
    const char *code = code_of(json, &message);
    if (code != NULL)
        w->stopped = w->found(json, code, message, status, w->user);
    for (const Json *value = json_first(json); value != NULL && !w->stopped;
         value = json_next(value))
        walk(w, value, status);
}

void answer_json_each(const Json *json, long outer, answer_found found, gpointer user)
{
    struct walk w = {found, user, false};
    walk(&w, json, outer);
}

static GStrv take_fields(const Json *list)
{
    if (!json_is_array(list) || json_size(list) == 0)
        return NULL;
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    JSON_FOREACH(item, list)
    {
        if (!json_is_string(item))
            continue;
        g_autofree char *name = presentable(json_string(item), NAME_CHARACTERS);
        if (name != NULL)
            g_strv_builder_add(names, name);
    }
    return g_strv_builder_end(names);
}

/* The duplicate rule; Salesforce misspells the key up to v56 at least. */
static char *take_rule(const Json *error)
{
    const Json *result = json_get(error, "duplicateResut");
    if (result == NULL)
        result = json_get(error, "duplicateResult");
    const char *rule = json_get_string(result, "duplicateRule");
    return presentable(rule, NAME_CHARACTERS);
}

void answer_take(struct failure *failure, const Json *error, const char *code, const char *message)
{
    failure->fields = take_fields(json_get(error, "fields"));
    failure->named = take_rule(error);
    failure_say(failure, code, message);
}

struct first {
    const Json *error;
    const char *code, *message;
    long status;
};

/* Keeps the first error; one that only says that another part failed is replaced by any other. */
static bool keep_first(const Json *error, const char *code, const char *message, long status,
                       gpointer user)
{
    struct first *first = user;
    bool halted = answer_code_is_halted(code);
    if (first->error == NULL || !halted)
        *first = (struct first){error, code, message, status};
    return !halted;
}

bool answer_from_json(struct failure *failure, const Json *json)
{
    struct first first = {0};
    answer_json_each(json, failure->status, keep_first, &first);
    if (first.error == NULL)
        return false;
    failure->status = first.status;
    answer_take(failure, first.error, first.code, first.message);
    return true;
}
