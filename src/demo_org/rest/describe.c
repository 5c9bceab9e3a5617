/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/objects.h"
#include "demo_org/rest/rest.h"

static void set_flags(Json *json, const char *names, bool value)
{
    g_auto(GStrv) parts = g_strsplit(names, " ", -1);
    for (char **part = parts; *part != NULL; part++)
        json_set_bool(json, *part, value);
}

static bool is_one_of(const struct field *field, const char *types)
{
    g_auto(GStrv) parts = g_strsplit(types, " ", -1);
    return g_strv_contains((const char *const *)parts, field->type);
}

/* Properties derived from a field's type, verified for every field of the stock objects. */
static bool is_long_text(const struct field *field)
{
    return field_is_type(field, "textarea") && field->length > 255;
}

static const char *soap_type(const struct field *field)
{
    static const struct {
        const char *type, *soap;
    } types[] = {{"id", "tns:ID"},     {"reference", "tns:ID"},      {"boolean", "xsd:boolean"},
                 {"int", "xsd:int"},   {"double", "xsd:double"},     {"currency", "xsd:double"},
                 {"date", "xsd:date"}, {"datetime", "xsd:dateTime"}, {"address", "urn:address"}};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (field_is_type(field, types[i].type))
            return types[i].soap;
    return "xsd:string";
}

struct value_list {
    Json *array;
    const char *initial;
};

static void add_value(gpointer data, const char *value, const char *label)
{
    struct value_list *list = data;
    if (*value == '\0')
        return;
    Json *item = json_object();
    json_set_bool(item, "active", true);
    json_set_bool(item, "defaultValue", strcmp(value, list->initial) == 0);
    json_set_string(item, "label", label);
    json_set_string(item, "validFor", NULL);
    json_set_string(item, "value", value);
    json_append(list->array, item);
}

static Json *picklist_values(const struct field *field)
{
    struct value_list list = {json_array(), field->initial};
    field_each_value(field, add_value, &list);
    return list.array;
}

static Json *words(const char *text)
{
    Json *array = json_array();
    g_auto(GStrv) parts = g_strsplit(text, " ", -1);
    for (char **part = parts; *part != NULL; part++)
        if (**part != '\0')
            json_append(array, json_string_new(*part));
    return array;
}

static const char *or_null(const char *text)
{
    return *text != '\0' ? text : NULL;
}

static Json *default_value(const struct field *field)
{
    if (field_is_type(field, "boolean"))
        return json_bool_new(false);
    return json_string_new(or_null(field->initial));
}

/* Keys in alphabetical order, as Salesforce sends them. */
static Json *describe_field(const struct field *field, bool writable)
{
    const bool long_text = is_long_text(field);
    const bool address = field_is_type(field, "address");
    const bool text = strcmp(soap_type(field), "xsd:string") == 0;
    const bool sortable = field_is(field, FIELD_SORTABLE);
    const bool search = field_is_type(field, "reference") && field->relationship[0] != '\0' &&
                        field_is(field, FIELD_NILLABLE) &&
                        strcmp(field->name, "MasterRecordId") != 0;
    Json *json = json_object();
    json_set_bool(json, "aggregatable",
                  sortable || (!long_text && !address && !field_is_type(field, "boolean")));
    json_set_bool(json, "aiPredictionField", false);
    json_set_bool(json, "autoNumber", field_is(field, FIELD_AUTO_NUMBER));
    json_set_int(json, "byteLength", text && !sortable ? field->length * 3 : field->length);
    json_set_bool(json, "calculated", false);
    json_set_string(json, "calculatedFormula", NULL);
    set_flags(json, "cascadeDelete caseSensitive", false);
    json_set_string(json, "compoundFieldName", or_null(field->compound));
    json_set_string(json, "controllerName", NULL);
    json_set_bool(json, "createable", writable && field_is(field, FIELD_CREATEABLE));
    json_set_bool(json, "custom", field->custom != NULL);
    json_set(json, "defaultValue", default_value(field));
    json_set_string(json, "defaultValueFormula", NULL);
    json_set_bool(json, "defaultedOnCreate", field_is(field, FIELD_DEFAULTED));
    set_flags(json, "dependentPicklist deprecatedAndHidden", false);
    json_set_int(json, "digits", field_is_type(field, "int") ? 8 : 0);
    set_flags(json, "displayLocationInDecimal encrypted", false);
    json_set_bool(json, "externalId", field->custom != NULL && field->custom->external_id);
    json_set_string(json, "extraTypeInfo", or_null(field->extra));
    json_set_bool(json, "filterable", !long_text && !field_is(field, FIELD_UNFILTERED));
    json_set_string(json, "filteredLookupInfo", NULL);
    json_set_bool(json, "formulaTreatNullNumberAsZero", false);
    json_set_bool(json, "groupable",
                  !long_text && !is_one_of(field, "datetime double currency address") &&
                      !field_is(field, FIELD_AUTO_NUMBER));
    set_flags(json, "highScaleNumber htmlFormatted", false);
    json_set_bool(json, "idLookup", field_is(field, FIELD_ID_LOOKUP));
    json_set_string(json, "inlineHelpText", NULL);
    json_set_string(json, "label", field->label);
    json_set_int(json, "length", field->length);
    json_set_string(json, "mask", NULL);
    json_set_string(json, "maskType", NULL);
    json_set_string(json, "name", field->name);
    json_set_bool(json, "nameField", field_is(field, FIELD_NAME));
    json_set_bool(json, "namePointing", strchr(field->references, ' ') != NULL);
    json_set_bool(json, "nillable", field_is(field, FIELD_NILLABLE));
    json_set_bool(json, "permissionable", field_is(field, FIELD_PERMISSIONABLE));
    json_set(json, "picklistValues", picklist_values(field));
    json_set_bool(json, "polymorphicForeignKey", strchr(field->references, ' ') != NULL);
    json_set_int(json, "precision", is_one_of(field, "double currency") ? 18 : 0);
    json_set_bool(json, "queryByDistance", address);
    json_set_string(json, "referenceTargetField", NULL);
    json_set(json, "referenceTo", words(field->references));
    json_set_string(json, "relationshipName", or_null(field->relationship));
    json_set_string(json, "relationshipOrder", NULL);
    json_set_bool(json, "restrictedDelete", false);
    json_set_bool(json, "restrictedPicklist", field_is(field, FIELD_RESTRICTED));
    json_set_int(json, "scale", field_is_type(field, "double") ? 15 : 0);
    json_set_bool(json, "searchPrefilterable", search);
    json_set_string(json, "soapType", soap_type(field));
    json_set_bool(json, "sortable", sortable || (!long_text && !address));
    json_set_string(json, "type", field->type);
    json_set_bool(json, "unique", field->custom != NULL && field->custom->unique);
    json_set_bool(json, "updateable", writable && field_is(field, FIELD_UPDATEABLE));
    json_set_bool(json, "writeRequiresMasterRead", false);
    return json;
}

static Json *child_relationships(const struct object *object)
{
    static const struct {
        const char *parent, *child, *field, *name;
        bool cascade;
    } children[] = {
#define CHILD(parent, child, field, name, cascade) {parent, child, field, name, cascade},
#include "demo_org/org/children.def"
#undef CHILD
    };
    Json *array = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(children); i++) {
        if (strcmp(children[i].parent, object->name) != 0)
            continue;
        Json *child = json_object();
        json_set_bool(child, "cascadeDelete", children[i].cascade);
        json_set_string(child, "childSObject", children[i].child);
        json_set_bool(child, "deprecatedAndHidden", false);
        json_set_string(child, "field", children[i].field);
        json_set(child, "junctionIdListNames", json_array());
        json_set(child, "junctionReferenceTo", json_array());
        json_set_string(child, "relationshipName", children[i].name);
        json_set_bool(child, "restrictedDelete", false);
        json_append(array, child);
    }
    return array;
}

static Json *record_types(const char *base)
{
    Json *type = json_object();
    Json *urls = json_object();
    g_autofree char *layout = g_strconcat(base, "/describe/layouts/012000000000000AAA", NULL);
    set_flags(type, "active available defaultRecordTypeMapping", true);
    json_set_string(type, "developerName", "Master");
    json_set_bool(type, "master", true);
    json_set_string(type, "name", "Master");
    json_set_string(type, "recordTypeId", "012000000000000AAA");
    json_set_string(urls, "layout", layout);
    json_set(type, "urls", urls);
    Json *array = json_array();
    json_append(array, type);
    return array;
}

static Json *object_urls(const struct state *state, const struct object *object, const char *base)
{
    static const struct {
        const char *name, *path;
        bool page;
    } urls[] = {{"compactLayouts", "/describe/compactLayouts", false},
                {"rowTemplate", "/{ID}", false},
                {"approvalLayouts", "/describe/approvalLayouts", false},
                {"uiDetailTemplate", "/{ID}", true},
                {"uiEditTemplate", "/{ID}/e", true},
                {"listviews", "/listviews", false},
                {"describe", "/describe", false},
                {"uiNewRecord", NULL, true},
                {"quickActions", "/quickActions", false},
                {"layouts", "/describe/layouts", false},
                {"sobject", "", false}};
    Json *json = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autofree char *create = g_strdup_printf("/%s/e", object->prefix);
        const char *path = urls[i].path != NULL ? urls[i].path : create;
        g_autofree char *url = g_strconcat(urls[i].page ? state->instance_url : base, path, NULL);
        json_set_string(json, urls[i].name, url);
    }
    return json;
}

static void describe_rights(const struct object *object, const struct profile *profile, Json *json)
{
    const bool writable = object_writable(object);
    json_set_bool(json, "createable", writable && policy_may(profile, RIGHT_CREATE, object->name));
    set_flags(json, "custom customSetting deepCloneable", false);
    json_set_string(json, "defaultImplementation", NULL);
    json_set_bool(json, "deletable", writable && policy_may(profile, RIGHT_DELETE, object->name));
    json_set_bool(json, "deprecatedAndHidden", false);
    json_set_string(json, "extendedBy", NULL);
    json_set_string(json, "extendsInterfaces", NULL);
    json_set_bool(json, "feedEnabled", writable);
}

static void describe_tail(const struct object *object, Json *json)
{
    const bool writable = object_writable(object);
    json_set_bool(json, "mergeable", writable && strcmp(object->name, "Lead") == 0);
    json_set_bool(json, "mruEnabled", writable);
    json_set_string(json, "name", object->name);
}

static void describe_uses(const struct object *object, const struct profile *profile, Json *json)
{
    const bool writable = object_writable(object);
    const bool edit = writable && policy_may(profile, RIGHT_EDIT, object->name);
    set_flags(json, "replicateable retrieveable", true);
    set_flags(json, "searchLayoutable searchable", writable);
    json_set_bool(json, "triggerable", writable);
    json_set_bool(json, "undeletable", writable && policy_may(profile, RIGHT_DELETE, object->name));
    json_set_bool(json, "updateable", edit);
}

static Json *basic_urls(const char *base, bool writable)
{
    Json *urls = json_object();
    g_autofree char *row = g_strconcat(base, "/{ID}", NULL);
    g_autofree char *describe = g_strconcat(base, "/describe", NULL);
    json_set_string(urls, "rowTemplate", row);
    if (writable) {
        g_autofree char *layouts = g_strconcat(base, "/describe/layouts", NULL);
        json_set_string(urls, "layouts", layouts);
    }
    json_set_string(urls, "describe", describe);
    json_set_string(urls, "sobject", base);
    return urls;
}

/* The short description of describeGlobal and of GET /sobjects/NAME. */
static Json *describe_basic(const struct object *object, const struct profile *profile,
                            const char *version)
{
    g_autofree char *base =
        g_strdup_printf("/services/data/v%s/sobjects/%s", version, object->name);
    Json *json = json_object();
    json_set_bool(json, "activateable", false);
    json_set_string(json, "associateEntityType", NULL);
    json_set_string(json, "associateParentEntity", NULL);
    describe_rights(object, profile, json);
    set_flags(json, "hasSubtypes isInterface isSubtype", false);
    json_set_string(json, "keyPrefix", object->prefix);
    json_set_string(json, "label", object->label);
    json_set_string(json, "labelPlural", object->plural);
    json_set_bool(json, "layoutable", object_writable(object));
    describe_tail(object, json);
    json_set_bool(json, "queryable", true);
    describe_uses(object, profile, json);
    json_set(json, "urls", basic_urls(base, object_writable(object)));
    return json;
}

void rest_describe_global(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    Json *list = json_array();
    for (guint i = 0; object_at(i) != NULL; i++)
        if (object_readable(object_at(i), request->profile))
            json_append(list, describe_basic(object_at(i), request->profile, request->args[0]));
    Json *body = json_object();
    json_set_string(body, "encoding", "UTF-8");
    json_set_int(body, "maxBatchSize", 200);
    json_set(body, "sobjects", list);
    response_json(response, 200, body);
}

static const struct object *find_readable(const struct request *request)
{
    const struct object *object = object_find(request->args[1]);
    return object != NULL && object_readable(object, request->profile) ? object : NULL;
}

void rest_object(struct state *state, struct request *request, struct response *response)
{
    const struct object *object = find_readable(request);
    (void)state;
    if (object == NULL) {
        rest_not_found(response);
        return;
    }
    Json *body = json_object();
    json_set(body, "objectDescribe", describe_basic(object, request->profile, request->args[0]));
    json_set(body, "recentItems", json_array());
    response_json(response, 200, body);
}

static Json *supported_scopes(const struct object *object)
{
    static const struct {
        const char *name, *label;
    } scopes[] = {{"everything", "All %s"},
                  {"mine", "My %s"},
                  {"queue_owned", "Queue owned %s"},
                  {"user_owned", "User owned %s"}};
    Json *array = json_array();
    g_autofree char *plural = g_ascii_strdown(object->plural, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++) {
        g_auto(GStrv) parts = g_strsplit(scopes[i].label, "%s", 2);
        g_autofree char *label = g_strjoinv(plural, parts);
        Json *scope = json_object();
        json_set_string(scope, "label", label);
        json_set_string(scope, "name", scopes[i].name);
        json_append(array, scope);
    }
    return array;
}

static Json *describe_fields(const struct state *state, const struct object *object,
                             const struct profile *profile)
{
    g_autoptr(GArray) fields = object_visible_fields(state, object, profile);
    Json *array = json_array();
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        json_append(array, describe_field(field, object_writable(object) &&
                                                     policy_writes(profile, object->name, field)));
    }
    return array;
}

void rest_describe(struct state *state, struct request *request, struct response *response)
{
    const struct object *object = find_readable(request);
    const struct profile *profile = request->profile;
    if (object == NULL) {
        rest_not_found(response);
        return;
    }
    g_autofree char *base =
        g_strdup_printf("/services/data/v%s/sobjects/%s", request->args[0], object->name);
    Json *json = json_object();
    json_set(json, "actionOverrides", json_array());
    json_set_bool(json, "activateable", false);
    json_set_string(json, "associateEntityType", NULL);
    json_set_string(json, "associateParentEntity", NULL);
    json_set(json, "childRelationships", child_relationships(object));
    json_set_bool(json, "compactLayoutable", object_writable(object));
    describe_rights(object, profile, json);
    json_set(json, "fields", describe_fields(state, object, profile));
    json_set_bool(json, "hasSubtypes", false);
    json_set_string(json, "implementedBy", NULL);
    json_set_string(json, "implementsInterfaces", NULL);
    set_flags(json, "isInterface isSubtype", false);
    json_set_string(json, "keyPrefix", object->prefix);
    json_set_string(json, "label", object->label);
    json_set_string(json, "labelPlural", object->plural);
    json_set_bool(json, "layoutable", object_writable(object));
    json_set_string(json, "listviewable", NULL);
    json_set_string(json, "lookupLayoutable", NULL);
    describe_tail(object, json);
    json_set(json, "namedLayoutInfos", json_array());
    json_set_string(json, "networkScopeFieldName", NULL);
    json_set_bool(json, "queryable", true);
    json_set(json, "recordTypeInfos", object_writable(object) ? record_types(base) : json_array());
    describe_uses(object, profile, json);
    json_set_string(json, "sobjectDescribeOption", "FULL");
    json_set(json, "supportedScopes", supported_scopes(object));
    json_set(json, "urls", object_urls(state, object, base));
    response_json(response, 200, json);
}
