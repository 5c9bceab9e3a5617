/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/sobject_rows.h"
#include "demo_org/rest/rest.h"

/*
 * Assignments of permission sets and of their license: rows that are lists of a user. And
 * permission sets themselves, which can be deleted by REST, too. The words of errors are those of
 * public issues and programs (PermissionSetAssignment, PermissionSetLicenseAssign in the Object
 * Reference); the one for a license that is used up is a guess.
 */

static const struct assignable {
    const char *object, *target, *target_object;
} assignables[] = {
    {"PermissionSetAssignment", "PermissionSetId", "PermissionSet"},
    {"PermissionSetLicenseAssign", "PermissionSetLicenseId", "PermissionSetLicense"},
};

static const struct assignable *find_assignable(const char *object)
{
    for (gsize i = 0; i < G_N_ELEMENTS(assignables); i++)
        if (g_ascii_strcasecmp(assignables[i].object, object) == 0)
            return &assignables[i];
    return NULL;
}

static bool is_set(const struct assignable *assignable)
{
    return assignable == &assignables[0];
}

static bool may_assign(const struct request *request, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    if (!request->profile->manage_users)
        rest_error_fields(response, 403, "INSUFFICIENT_ACCESS_OR_READONLY",
                          "insufficient access rights on object id", no_fields);
    return request->profile->manage_users;
}

/* The row with that id; NULL when there is none. Owned by the caller. */
static Json *row_of(const struct state *state, const struct request *request, const char *name,
                    const char *id)
{
    const struct object *object = object_find(name);
    g_autoptr(GPtrArray) rows = object->rows(state, object, request->user);
    for (guint i = 0; i < rows->len; i++)
        if (id_same(json_get_string(rows->pdata[i], "Id"), id))
            return json_copy(rows->pdata[i]);
    return NULL;
}

/* The list of the user that the assignment stands in, and the name there. */
static GPtrArray *place_of(const struct assignable *assignable, struct user *user,
                           const Json *target, const char **ret_name)
{
    *ret_name = json_get_string(target, is_set(assignable) ? "Name" : "DeveloperName");
    return is_set(assignable) ? user->permission_sets : user->licenses;
}

/* An integration user has objects only through the permission set license. */
static const char *not_licensed(const struct state *state, const struct user *user,
                                const struct permission_set *set)
{
    const struct profile *profile = state_find_profile(state, user->profile);
    const bool limited = profile != NULL && profile->api_only;
    const bool other = strcmp(user->user_type, "Standard") != 0;
    if (set == NULL || set->read->len == 0 ||
        (!other && (!limited || list_has(user->licenses, SET_LICENSE))))
        return NULL;
    return set->read->pdata[0];
}

/* FALSE: refused, with an answer. */
static bool fits(const struct state *state, const struct assignable *assignable,
                 const struct user *user, const Json *target, bool there, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    const struct permission_set *set =
        is_set(assignable) ? state_find_permission_set(state, json_get_string(target, "Name"))
                           : NULL;
    const char *object = not_licensed(state, user, set);
    g_autofree char *text = NULL;
    if (there && set != NULL) {
        text = g_strdup_printf("Duplicate PermissionSetAssignment. Assignee: %s; Permission Set: "
                               "%s",
                               user->id, set->id);
        rest_error_fields(response, 400, "DUPLICATE_VALUE", text, no_fields);
    } else if (there) {
        rest_error_fields(response, 400, "DUPLICATE_VALUE",
                          "duplicate value found: <unknown> duplicates value on record with id: "
                          "<unknown>",
                          no_fields);
    } else if (object != NULL) {
        text = g_strdup_printf("Can't assign permission set \"%s\" to user \"%s %s\". The user "
                               "license doesn't allow the permission: Read %s",
                               set->label, user->first_name, user->last_name, object);
        rest_error_fields(response, 400, "FIELD_INTEGRITY_EXCEPTION", text, no_fields);
    } else if (set == NULL && set_licenses_used(state) >= state->org->integration_licenses) {
        rest_error_fields(response, 400, "LICENSE_LIMIT_EXCEEDED", "license limit exceeded",
                          no_fields);
    }
    return response->status == 200;
}

static void assign(struct state *state, struct request *request,
                   const struct assignable *assignable, const Json *body, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    const char *assignee = json_get_string(body, "AssigneeId");
    const char *target_id = json_get_string(body, assignable->target);
    struct user *user = assignee == NULL ? NULL : state_find_user_id(state, assignee);
    g_autoptr(Json) target =
        target_id == NULL ? NULL : row_of(state, request, assignable->target_object, target_id);
    const char *name;
    if (user == NULL || target == NULL) {
        rest_error_fields(response, 400, "INVALID_CROSS_REFERENCE_KEY",
                          "invalid cross reference id", no_fields);
        return;
    }
    GPtrArray *list = place_of(assignable, user, target, &name);
    if (!fits(state, assignable, user, target, list_has(list, name), response))
        return;
    list_add(list, name);
    const struct object *object = object_find(assignable->object);
    g_autoptr(GPtrArray) rows = object->rows(state, object, request->user);
    Json *answer = json_object();
    for (guint i = 0; i < rows->len; i++)
        if (id_same(json_get_string(rows->pdata[i], "AssigneeId"), user->id) &&
            id_same(json_get_string(rows->pdata[i], assignable->target), target_id))
            json_set_string(answer, "id", json_get_string(rows->pdata[i], "Id"));
    json_set_bool(answer, "success", true);
    json_set(answer, "errors", json_array());
    response_json(response, 201, answer);
}

bool assignments_insert(struct state *state, struct request *request, struct response *response)
{
    const struct assignable *assignable = find_assignable(request->args[1]);
    if (assignable == NULL)
        return false;
    g_autoptr(Json) body = json_parse(request->body->str, request->body->len, NULL);
    if (may_assign(request, response))
        assign(state, request, assignable, body, response);
    return true;
}

static void take_away(struct state *state, struct request *request,
                      const struct assignable *assignable, const Json *row,
                      struct response *response)
{
    const char *name;
    guint at;
    struct user *user = state_find_user_id(state, json_get_string(row, "AssigneeId"));
    g_autoptr(Json) target =
        row_of(state, request, assignable->target_object, json_get_string(row, assignable->target));
    GPtrArray *list = place_of(assignable, user, target, &name);
    if (g_ptr_array_find_with_equal_func(list, name, g_str_equal, &at))
        g_ptr_array_remove_index(list, at);
    response->status = 204;
}

bool assignments_delete(struct state *state, struct request *request, struct response *response)
{
    const struct assignable *assignable = find_assignable(request->args[1]);
    if (assignable == NULL && strcmp(request->args[1], "PermissionSet") != 0)
        return false;
    g_autoptr(Json) row = row_of(state, request, request->args[1], request->args[2]);
    if (!may_assign(request, response))
        return true;
    if (row == NULL) {
        rest_error_code_first(response, 404, "ENTITY_IS_DELETED", "entity is deleted");
    } else if (assignable != NULL) {
        take_away(state, request, assignable, row, response);
    } else if (permission_set_is_assigned(state, json_get_string(row, "Name"))) {
        rest_error(response, 400, "DELETE_FAILED", PERMISSION_SET_IN_USE);
    } else {
        state_remove(state, KIND_permission_set, json_get_string(row, "Name"));
        response->status = 204;
    }
    return true;
}
