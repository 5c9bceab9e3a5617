/* SPDX-License-Identifier: MIT */
#include "demo_org/org/record_values.h"

#include <string.h>

#include "demo_org/org/sobject_rows.h"
#include "perch/base/error.h"

void record_set_defaults(const struct state *state, const struct object *object, Json *values)
{
    g_autoptr(GArray) fields = object_fields(state, object);
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        if (field_is_type(field, "boolean"))
            json_set_bool(values, field->name, false);
        else
            json_set_string(values, field->name, *field->initial != '\0' ? field->initial : NULL);
    }
}

static void set_lead_computed(Json *values)
{
    static const struct {
        const char *part, *field;
    } parts[] = {{"city", "City"},
                 {"country", "Country"},
                 {"geocodeAccuracy", "GeocodeAccuracy"},
                 {"latitude", "Latitude"},
                 {"longitude", "Longitude"},
                 {"postalCode", "PostalCode"},
                 {"state", "State"},
                 {"street", "Street"}};
    const char *first = json_get_string(values, "FirstName");
    const char *last = json_get_string(values, "LastName");
    g_autofree char *name = first == NULL ? g_strdup(last) : g_strconcat(first, " ", last, NULL);
    json_set_string(values, "Name", name);
    Json *address = json_object();
    bool any = false;
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        const Json *value = json_get(values, parts[i].field);
        any |= !json_is_null(value);
        json_set(address, parts[i].part, value != NULL ? json_copy(value) : json_null_new());
    }
    if (any) {
        json_set(values, "Address", address);
        return;
    }
    json_free(address);
    json_set_string(values, "Address", NULL);
}

static void set_case_computed(const char *now, Json *values)
{
    const bool closed = g_strcmp0(json_get_string(values, "Status"), "Closed") == 0;
    json_set_bool(values, "IsClosed", closed);
    if (!closed)
        json_set_string(values, "ClosedDate", NULL);
    else if (json_get_string(values, "ClosedDate") == NULL)
        json_set_string(values, "ClosedDate", now);
}

void record_set_computed(const struct state *state, const struct object *object,
                         const struct user *user, Json *values)
{
    g_autofree char *now = rows_time(state_now(state));
    g_autofree char *user_id = id_18(user->id);
    if (strcmp(object->name, "Lead") == 0)
        set_lead_computed(values);
    else
        set_case_computed(now, values);
    json_set_string(values, "LastModifiedDate", now);
    json_set_string(values, "LastModifiedById", user_id);
    json_set_string(values, "SystemModstamp", now);
}

void record_set_created(struct state *state, const struct record *record, const struct user *user)
{
    Json *values = record->fields;
    g_autofree char *user_id = id_18(user->id);
    g_autofree char *now = rows_time(state_now(state));
    json_set_string(values, "Id", record->id);
    if (json_get_string(values, "OwnerId") == NULL)
        json_set_string(values, "OwnerId", user_id);
    json_set_string(values, "CreatedDate", now);
    json_set_string(values, "CreatedById", user_id);
    if (strcmp(record->object, "Lead") == 0) {
        g_autofree char *photo = g_strconcat("/services/images/photo/", record->id, NULL);
        json_set_string(values, "PhotoUrl", photo);
        json_set_string(values, "CleanStatus", "Pending");
    } else {
        g_autofree char *number =
            g_strdup_printf("%08" G_GINT64_FORMAT, 1000 + ++state->case_number);
        json_set_string(values, "CaseNumber", number);
    }
}

bool record_import(struct state *state, const Json *records, GError **error)
{
    const GPtrArray *users = state->sets[KIND_user];
    const struct user *owner = users->len == 0 ? NULL : g_ptr_array_index(users, 0);
    JSON_FOREACH(item, records)
    {
        const char *name = json_get_string(item, "object");
        const struct object *object = name != NULL ? object_find(name) : NULL;
        if (object == NULL || !object_writable(object) || owner == NULL) {
            g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                                owner == NULL ? "Nobody is there to own a record."
                                              : "Every record needs an \"object\", Lead or Case.");
            return false;
        }
        struct record *record = state_add_record(state, object->name, object->prefix);
        record_set_defaults(state, object, record->fields);
        JSON_FOREACH(value, json_get(item, "fields"))
        json_set(record->fields, json_key(value), json_copy(value));
        record_set_created(state, record, owner);
        record_set_computed(state, object, owner, record->fields);
    }
    return true;
}
