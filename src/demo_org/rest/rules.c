/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/rest/rest.h"
#include "demo_org/rest/validate.h"

/* Whether a thing named "Lead.Something" belongs to the object of this write. */
static bool concerns(const struct write *write, const char *name)
{
    const gsize length = strlen(write->object->name);
    return strncmp(name, write->object->name, length) == 0 && name[length] == '.';
}

static char *value_text(const struct write *write, const char *field)
{
    const Json *value = json_get(write->values, field);
    if (json_is_null(value))
        return g_strdup("");
    return json_is_string(value) ? g_strdup(json_string(value)) : json_print(value);
}

static bool rule_refuses(const struct write *write, const struct validation_rule *rule)
{
    g_autofree char *value = value_text(write, rule->field);
    if (strcmp(rule->refuse, "blank") == 0)
        return *value == '\0';
    if (strcmp(rule->refuse, "present") == 0)
        return *value != '\0';
    const bool equal = strcmp(value, rule->value) == 0;
    return strcmp(rule->refuse, "equal") == 0 ? equal : !equal;
}

static bool check_validation_rules(const struct write *write, struct response *response)
{
    Json *errors = json_array();
    STATE_EACH(validation_rule, rule, write->state)
    if (rule->active && concerns(write, rule->name) && rule_refuses(write, rule))
        validate_add_error(errors, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule->message,
                           rule->on_field ? rule->field : NULL);
    if (json_size(errors) > 0) {
        response_json(response, 400, errors);
        return false;
    }
    json_free(errors);
    return true;
}

static const struct record *find_equal(const struct write *write, const char *field)
{
    g_autofree char *wanted = value_text(write, field);
    for (guint i = 0; *wanted != '\0' && i < write->state->records->len; i++) {
        const struct record *record = g_ptr_array_index(write->state->records, i);
        const char *value = json_get_string(record->fields, field);
        if (strcmp(record->object, write->object->name) == 0 && value != NULL &&
            !id_same(record->id, write->id) && g_ascii_strcasecmp(value, wanted) == 0)
            return record;
    }
    return NULL;
}

static bool check_unique(const struct write *write, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    STATE_EACH(custom_field, custom, write->state)
    {
        const char *name = custom->name + strlen(write->object->name) + 1;
        if (!custom->unique || !concerns(write, custom->name))
            continue;
        const struct record *other = find_equal(write, name);
        if (other == NULL)
            continue;
        g_autofree char *text = g_strdup_printf(
            "duplicate value found: %s duplicates value on record with id: %.15s", name, other->id);
        rest_error_fields(response, 400, "DUPLICATE_VALUE", text, no_fields);
        return false;
    }
    return true;
}

/* false, with an answer, when the intended owner cannot own the record. */
static bool give_to(const struct write *write, const char *name, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    const struct user *user = state_find_user(write->state, name);
    g_autofree char *id = user != NULL ? id_18(user->id) : g_strdup("");
    if (user != NULL && user->active) {
        json_set_string(write->values, "OwnerId", id);
        return true;
    }
    g_autofree char *object = g_ascii_strdown(write->object->name, -1);
    g_autofree char *text = g_strdup_printf(
        "operation performed with inactive user [%.15s] as owner of %s", id, object);
    rest_error_fields(response, 400, "INACTIVE_OWNER_OR_USER", text, no_fields);
    return false;
}

static bool check_owner(const struct write *write, struct response *response)
{
    const char *owner = json_get_string(write->sent, "OwnerId");
    const struct user *user = owner != NULL ? state_find_user_id(write->state, owner) : NULL;
    return user == NULL || user->active || give_to(write, user->name, response);
}

static bool run_assignment_rule(const struct write *write, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    const char *wanted = write->auto_assign;
    if (write->id != NULL || (wanted != NULL && g_ascii_strcasecmp(wanted, "FALSE") == 0))
        return true;
    const bool any = wanted == NULL || g_ascii_strcasecmp(wanted, "TRUE") == 0;
    STATE_EACH(assignment_rule, rule, write->state)
    if (concerns(write, rule->name) && (any ? rule->active : id_same(rule->id, wanted)))
        return give_to(write, rule->owner, response);
    if (any)
        return true;
    rest_error_fields(response, 400, "INVALID_ASSIGNMENT_RULE", "invalid assignment rule id",
                      no_fields);
    return false;
}

static bool check_automations(const struct write *write, struct response *response)
{
    static const char *const no_fields[] = {NULL};
    STATE_EACH(automation, automation, write->state)
    {
        if (!automation->active || write->id != NULL || !concerns(write, automation->name))
            continue;
        if (*automation->owner != '\0') {
            if (!give_to(write, automation->owner, response))
                return false;
            continue;
        }
        const char *name = automation->name + strlen(write->object->name) + 1;
        const bool flow = strcmp(automation->kind, "flow") == 0;
        g_autofree char *text =
            flow ? g_strdup_printf(
                       "We can't save this record because the \xE2\x80\x9C%s\xE2\x80\x9D "
                       "process failed. Give your Salesforce admin these details. %s",
                       name, automation->message)
                 : g_strdup_printf("%s: execution of BeforeInsert\n\ncaused by: %s\n\nTrigger.%s: "
                                   "line 3, column 1",
                                   name, automation->message, name);
        rest_error_fields(response, 400,
                          flow ? "CANNOT_EXECUTE_FLOW_TRIGGER"
                               : "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                          text, no_fields);
        return false;
    }
    return true;
}

static Json *match_record(const struct write *write, const struct record *match)
{
    g_autofree char *url = g_strdup_printf("/services/data/v%s/sobjects/%s/%s", write->version,
                                           match->object, match->id);
    Json *attributes = json_object();
    json_set_string(attributes, "type", match->object);
    json_set_string(attributes, "url", url);
    Json *record = json_object();
    json_set(record, "attributes", attributes);
    json_set_string(record, "Id", match->id);
    Json *found = json_object();
    json_set(found, "additionalInformation", json_array());
    json_set(found, "fieldDiffs", json_array());
    json_set_int(found, "matchConfidence", 100);
    json_set(found, "record", record);
    return found;
}

/* Salesforce misspells the key duplicateResut; so does this. */
static void refuse_duplicate(const struct write *write, const struct duplicate_rule *rule,
                             const struct record *match, struct response *response)
{
    const char *name = rule->name + strlen(write->object->name) + 1;
    g_autofree char *matching = g_strdup_printf("Standard_%s_Match_Rule_v1_0", write->object->name);
    Json *records = json_array();
    json_append(records, match_record(write, match));
    Json *result = json_object();
    json_set_string(result, "entityType", write->object->name);
    json_set(result, "errors", json_array());
    json_set_string(result, "matchEngine", "FuzzyMatchEngine");
    json_set(result, "matchRecords", records);
    json_set_string(result, "rule", matching);
    json_set_int(result, "size", 1);
    json_set_bool(result, "success", true);
    Json *results = json_array();
    json_append(results, result);
    Json *duplicate = json_object();
    json_set_bool(duplicate, "allowSave", !rule->block);
    json_set_string(duplicate, "duplicateRule", name);
    json_set_string(duplicate, "duplicateRuleEntityType", write->object->name);
    json_set_string(duplicate, "errorMessage", rule->message);
    json_set(duplicate, "matchResults", results);
    Json *error = json_object();
    json_set(error, "duplicateResut", duplicate);
    json_set_string(error, "errorCode", "DUPLICATES_DETECTED");
    json_set_string(error, "message", rule->message);
    Json *errors = json_array();
    json_append(errors, error);
    response_json(response, 400, errors);
}

static bool check_duplicates(const struct write *write, struct response *response)
{
    STATE_EACH(duplicate_rule, rule, write->state)
    {
        if (!rule->active || !concerns(write, rule->name) ||
            (!rule->block && (write->allow_duplicates || !rule->alert)))
            continue;
        for (guint i = 0; i < rule->fields->len; i++) {
            const struct record *match = find_equal(write, g_ptr_array_index(rule->fields, i));
            if (match == NULL)
                continue;
            refuse_duplicate(write, rule, match, response);
            return false;
        }
    }
    return true;
}

bool rules_allow(const struct write *write, struct response *response)
{
    return check_owner(write, response) && check_automations(write, response) &&
           check_validation_rules(write, response) && check_unique(write, response) &&
           check_duplicates(write, response) && run_assignment_rule(write, response);
}
