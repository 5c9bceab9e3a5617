/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/text.h"

/* Where the code and the words for it are, most telling first. */
static const struct {
    const char *code, *message;
} keys[] = {
    {"errorCode", "message"},
    {"statusCode", "message"},
    {"exceptionCode", "exceptionMessage"},
    {"error", "error_description"},
};

struct search {
    const Json *error;  /* the object that holds the error */
    const Json *halted; /* one that only says that another part failed */
    long status;        /* of the sub-request that it was found in */
    long halted_status;
};

/* Codes that blame another part of a composite call. */
static bool is_halted(const char *code)
{
    return g_str_equal(code, "PROCESSING_HALTED") ||
           g_str_equal(code, "ALL_OR_NONE_OPERATION_ROLLED_BACK");
}

static const char *code_of(const Json *json, const char **ret_message)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *code = json_get_string(json, keys[i].code);
        if (code == NULL || *code == '\0')
            continue;
        if (ret_message != NULL)
            *ret_message = json_get_string(json, keys[i].message);
        return code;
    }
    return NULL;
}

static long status_of(const Json *json, long outer)
{
    gint64 status = json_get_int(json, "httpStatusCode", json_get_int(json, "statusCode", outer));
    return status >= 100 && status <= 599 ? (long)status : outer;
}

/* The depth of the tree is bounded by json_parse. */
static void search(struct search *result, const Json *json, long outer)
{
    if (result->error != NULL)
        return;
    long status = status_of(json, outer);
    const char *code = code_of(json, NULL);
    if (code != NULL && is_halted(code)) {
        if (result->halted == NULL) {
            result->halted = json;
            result->halted_status = status;
        }
    } else if (code != NULL) {
        result->error = json;
        result->status = status;
        return;
    }
    JSON_FOREACH(value, json)
    search(result, value, status);
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
        g_autofree char *clean = text_clean(json_string(item));
        g_strv_builder_add(names, clean);
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
    return rule == NULL ? NULL : text_clean(rule);
}

bool answer_from_json(struct failure *failure, const Json *json)
{
    struct search result = {0};
    search(&result, json, failure->status);
    if (result.error == NULL) {
        result.error = result.halted;
        result.status = result.halted_status;
    }
    if (result.error == NULL)
        return false;
    const char *message = NULL;
    const char *code = code_of(result.error, &message);
    failure->status = result.status;
    failure->fields = take_fields(json_get(result.error, "fields"));
    failure->named = take_rule(result.error);
    failure_say(failure, code, message);
    return true;
}
