/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <zip.h>

#include "demo_org/metadata/components.h"
#include "demo_org/metadata/metadata.h"
#include "demo_org/metadata/package.h"
#include "demo_org/oauth/oauth.h"
#include "demo_org/org/policy.h"
#include "perch/base/xml.h"

/* The Metadata API by SOAP, as far as Salesforce's CLI calls it. */

#define SCHEMA "http://soap.sforce.com/2006/04/metadata"

static void answer(struct response *response, unsigned status, const char *inside)
{
    g_autofree char *text = g_strdup_printf(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope "
        "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"" SCHEMA "\" "
        "xmlns:sf=\"" SCHEMA "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
        "<soapenv:Body>%s</soapenv:Body></soapenv:Envelope>",
        inside);
    response_text(response, status, "text/xml;charset=UTF-8", text);
}

static void fault(struct response *response, const char *code, const char *text)
{
    g_autofree char *safe = g_markup_escape_text(text, -1);
    g_autofree char *inside =
        g_strdup_printf("<soapenv:Fault><faultcode>sf:%s</faultcode><faultstring>%s: %s"
                        "</faultstring></soapenv:Fault>",
                        code, code, safe);
    answer(response, 500, inside);
}

static void add_leaf(GString *out, const char *name, const char *text)
{
    g_autofree char *safe = g_markup_escape_text(text, -1);
    g_string_append_printf(out, "<%s>%s</%s>", name, safe, name);
}

/* A tree of JSON as elements; of an array each item. */
static void add_json(GString *out, const char *name, const Json *json)
{
    if (json_is_array(json)) {
        JSON_FOREACH(item, json)
        add_json(out, name, item);
    } else if (json_is_object(json)) {
        g_string_append_printf(out, "<%s>", name);
        JSON_FOREACH(member, json)
        add_json(out, json_key(member), member);
        g_string_append_printf(out, "</%s>", name);
    } else if (json_is_string(json)) {
        add_leaf(out, name, json_string(json));
    } else if (!json_is_null(json)) {
        g_autofree char *text = json_print(json);
        add_leaf(out, name, text);
    }
}

/* What a call reads and writes: its element, and the text of its answer's. */
struct call {
    struct state *state;
    struct request *request;
    const Json *in;
    GString *out;
    const char *code, *problem; /* of a fault; NULL = none */
};

static void refuse(struct call *call, const char *code, const char *problem)
{
    call->code = code;
    call->problem = problem;
}

static enum component_type type_read(const char *name)
{
    for (guint type = 0; name != NULL && type < TYPE_COUNT; type++)
        if (strcmp(component_read_name((enum component_type)type), name) == 0 ||
            strcmp(component_name((enum component_type)type), name) == 0)
            return (enum component_type)type;
    return TYPE_COUNT;
}

/* ---- what there is ---- */

static void describe(struct call *call)
{
    g_string_append(call->out, "<result>");
    for (guint i = 0; i < TYPE_COUNT; i++) {
        g_autofree char *path = component_path((enum component_type)i, "");
        g_auto(GStrv) parts = g_strsplit(path, "/", 2);
        g_string_append_printf(call->out,
                               "<metadataObjects><directoryName>%s</directoryName>"
                               "<inFolder>false</inFolder><metaFile>false</metaFile>"
                               "<suffix>%s</suffix><xmlName>%s</xmlName></metadataObjects>",
                               parts[0], parts[1] + 1, component_name((enum component_type)i));
    }
    g_string_append(call->out, "<organizationNamespace></organizationNamespace>"
                               "<partialSaveAllowed>false</partialSaveAllowed>"
                               "<testRequired>false</testRequired></result>");
}

static void add_properties(GString *out, const char *element, enum component_type type,
                           const char *name)
{
    g_autofree char *path = component_path(type, name);
    g_autofree char *file = g_strconcat(element[0] == 'f' ? "unpackaged/" : "", path, NULL);
    g_string_append_printf(out, "<%s>", element);
    add_leaf(out, "fileName", file);
    add_leaf(out, "fullName", name);
    add_leaf(out, "type", component_name(type));
    g_string_append_printf(out, "</%s>", element);
}

static void list(struct call *call)
{
    JSON_FOREACH(query, xml_children(call->in))
    {
        const char *name = xml_text(query, "type");
        const enum component_type type = type_read(name);
        if (strcmp(xml_name(query), "queries") != 0)
            continue;
        if (type == TYPE_COUNT) {
            refuse(call, "INVALID_TYPE", "Unknown type name specified in listMetadata");
            return;
        }
        g_autoptr(GPtrArray) names = components_names(call->state, type);
        for (guint i = 0; i < names->len; i++)
            add_properties(call->out, "result", type, names->pdata[i]);
    }
}

static void read_all(struct call *call)
{
    const enum component_type type = type_read(xml_text(call->in, "type"));
    if (type == TYPE_COUNT) {
        refuse(call, "INVALID_TYPE",
               "This type of metadata is not available for this organization");
        return;
    }
    g_string_append(call->out, "<result>");
    JSON_FOREACH(leaf, xml_children(call->in))
    {
        if (strcmp(xml_name(leaf), "fullNames") != 0)
            continue;
        const char *name = json_get_string(leaf, "text");
        g_autofree char *xml = component_xml(call->state, type, name);
        if (*xml == '\0') {
            g_string_append(call->out, "<records xsi:nil=\"true\"/>");
            continue;
        }
        g_string_append_printf(call->out, "<records xsi:type=\"%s\">", component_read_name(type));
        add_leaf(call->out, "fullName", name);
        g_string_append_printf(call->out, "%s</records>", xml);
    }
    g_string_append(call->out, "</result>");
}

/* ---- settings ---- */

static void update(struct call *call)
{
    g_autoptr(GPtrArray) components = g_ptr_array_new_with_free_func(component_free);
    JSON_FOREACH(metadata, xml_children(call->in))
    {
        const char *name = xml_text(metadata, "fullName");
        struct component *component = component_new(TYPE_SETTINGS, name != NULL ? name : "");
        JSON_FOREACH(leaf, xml_children(metadata))
        {
            if (strcmp(xml_name(leaf), "fullName") != 0)
                pairs_add(component->elements, xml_name(leaf), json_get_string(leaf, "text"));
        }
        g_ptr_array_add(components, component);
    }
    components_deploy(call->state, call->request->user, components, true);
    for (guint i = 0; i < components->len; i++) {
        const struct component *component = components->pdata[i];
        g_string_append(call->out, "<result>");
        if (component->problem != NULL) {
            g_string_append(call->out, "<errors>");
            add_leaf(call->out, "message", component->problem);
            add_leaf(call->out, "statusCode", "INVALID_FIELD");
            g_string_append(call->out, "</errors>");
        }
        add_leaf(call->out, "fullName", component->full_name);
        g_string_append_printf(call->out, "<success>%s</success></result>",
                               component->problem == NULL ? "true" : "false");
    }
}

/* ---- deploys ---- */

static void deploy(struct call *call)
{
    const char *zip = xml_text(call->in, "ZipFile");
    const char *only = xml_text(xml_child(call->in, "DeployOptions"), "checkOnly");
    if (zip == NULL) {
        refuse(call, "INVALID_FIELD", "zipFile is missing");
        return;
    }
    const struct deploy *begun =
        deploy_begin(call->state, call->request->user, zip, g_strcmp0(only, "true") == 0);
    g_string_append(call->out, "<result><done>false</done>");
    add_leaf(call->out, "id", begun->name);
    g_string_append(call->out, "<state>Queued</state></result>");
}

static void status(struct call *call)
{
    const char *asked = xml_text(call->in, "asyncProcessId");
    g_autofree char *id = id_18(asked != NULL ? asked : "");
    struct deploy *found = state_find_deploy(call->state, id);
    const char *details = xml_text(call->in, "includeDetails");
    if (found == NULL) {
        refuse(call, "INVALID_ID_FIELD", "invalid deploy id");
        return;
    }
    g_autoptr(Json) result = deploy_result(found, g_strcmp0(details, "true") == 0);
    add_json(call->out, "result", result);
}

/* ---- retrieves ---- */

static void cancel(struct call *call)
{
    const char *asked = json_get_string(json_first(xml_children(call->in)), "text");
    g_autofree char *id = asked == NULL ? g_strdup("") : id_18(asked);
    struct deploy *deploy = state_find_deploy(call->state, id);
    if (deploy == NULL || !deploy_cancel(deploy)) {
        refuse(call, "INVALID_ID_FIELD", "Deployment already completed");
        return;
    }
    g_string_append(call->out, "<result><done>true</done>");
    add_leaf(call->out, "id", deploy->name);
    g_string_append(call->out, "</result>");
}

static void add_file(zip_t *zip, const char *name, char *text)
{
    zip_source_t *source = zip_source_buffer(zip, text, strlen(text), 1);
    g_assert(source != NULL && zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

/* One component into the zip, and into the properties of the answer. */
static void add_component(struct call *call, zip_t *zip, enum component_type type, const char *name)
{
    g_autofree char *inside = component_xml(call->state, type, name);
    if (*inside == '\0')
        return;
    g_autofree char *path = component_path(type, name);
    g_autofree char *member = g_strconcat("unpackaged/", path, NULL);
    const char *root = component_read_name(type);
    GString *text = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    g_string_append_printf(text, "<%s xmlns=\"" SCHEMA "\">\n%s</%s>\n", root, inside, root);
    add_file(zip, member, g_strdup(text->str));
    g_string_free(text, TRUE);
    add_properties(call->out, "fileProperties", type, name);
}

static void add_types(struct call *call, zip_t *zip, const Json *types)
{
    const enum component_type type = type_read(xml_text(types, "name"));
    if (type == TYPE_COUNT)
        return;
    JSON_FOREACH(leaf, xml_children(types))
    {
        const char *name = json_get_string(leaf, "text");
        if (strcmp(xml_name(leaf), "members") != 0)
            continue;
        g_autoptr(GPtrArray) all = components_names(call->state, type);
        for (guint i = 0; i < all->len; i++)
            if (strcmp(name, "*") == 0 || strcmp(name, all->pdata[i]) == 0)
                add_component(call, zip, type, all->pdata[i]);
    }
}

/* What is wanted is kept with the deploys until it is asked for. */
static void retrieve(struct call *call)
{
    /* jsforce names the element otherwise than the WSDL. */
    const Json *wants = xml_child(json_first(xml_children(call->in)), "unpackaged");
    if (wants == NULL) {
        refuse(call, "INVALID_FIELD", "unpackaged is missing");
        return;
    }
    g_autofree char *id = id_make(call->state, "09S");
    g_autofree char *long_id = id_18(id);
    struct deploy *kept = state_add_deploy(call->state, long_id);
    g_autofree char *wanted = json_print(wants);
    text_set(&kept->details, wanted);
    g_string_append(call->out, "<result><done>false</done>");
    add_leaf(call->out, "id", long_id);
    g_string_append(call->out, "<state>Queued</state></result>");
}

static void retrieved(struct call *call)
{
    const char *asked = xml_text(call->in, "asyncProcessId");
    const struct deploy *kept = state_find_deploy(call->state, asked != NULL ? asked : "");
    if (kept == NULL) {
        refuse(call, "INVALID_ID_FIELD", "invalid retrieve id");
        return;
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    zip_source_keep(source);
    g_autoptr(Json) wanted = json_parse(kept->details, strlen(kept->details), NULL);
    g_string_append(call->out, "<result><done>true</done>");
    GString *manifest = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                     "<Package xmlns=\"" SCHEMA "\">\n");
    JSON_FOREACH(types, xml_children(wanted))
    {
        xml_print(manifest, types, 1);
        if (strcmp(xml_name(types), "types") == 0)
            add_types(call, zip, types);
    }
    g_string_append(manifest, "</Package>\n");
    add_file(zip, "unpackaged/package.xml", g_string_free(manifest, FALSE));
    zip_stat_t stat;
    g_assert(zip_close(zip) == 0 && zip_source_open(source) == 0 &&
             zip_source_stat(source, &stat) == 0);
    g_autofree guchar *bytes = g_malloc(stat.size);
    g_assert(zip_source_read(source, bytes, stat.size) == (zip_int64_t)stat.size);
    zip_source_close(source);
    zip_source_free(source);
    zip_error_fini(&error);
    g_autofree char *text = g_base64_encode(bytes, stat.size);
    add_leaf(call->out, "id", kept->name);
    g_string_append(call->out, "<status>Succeeded</status><success>true</success>");
    add_leaf(call->out, "zipFile", text);
    g_string_append(call->out, "</result>");
}

/* ---- the call ---- */

static const struct {
    const char *name;
    void (*run)(struct call *call);
} calls[] = {
    {"describeMetadata", describe}, {"listMetadata", list}, {"readMetadata", read_all},
    {"updateMetadata", update},     {"deploy", deploy},     {"checkDeployStatus", status},
    {"cancelDeploy", cancel},       {"retrieve", retrieve}, {"checkRetrieveStatus", retrieved},
};

/* The session from the SOAP header. FALSE: a fault is the answer. */
static bool find_caller(struct state *state, struct request *request, const Json *envelope,
                        struct response *response)
{
    const Json *header = xml_child(xml_child(envelope, "Header"), "SessionHeader");
    const char *token = xml_text(header, "sessionId");
    request->session = oauth_session(state, token != NULL ? token : "");
    if (request->session == NULL) {
        fault(response, "INVALID_SESSION_ID",
              "Invalid Session ID found in SessionHeader: Illegal Session");
        return false;
    }
    request->user = state_find_user(state, request->session->user);
    request->profile = state_profile_of(state, request->user);
    const struct subject subject = {state, state_find_app(state, request->session->app),
                                    request->user, request->session->scopes, request->remote};
    const struct refusal *refusal = policy_rest(&subject);
    if (refusal != NULL)
        fault(response, refusal->code, refusal->text);
    else if (!request->profile->modify_metadata)
        fault(response, "INSUFFICIENT_ACCESS",
              "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata "
              "permissions");
    else
        state->org->api_used++;
    return refusal == NULL && request->profile->modify_metadata;
}

void metadata_soap(struct state *state, struct request *request, struct response *response)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) envelope = xml_parse(request->body->str, request->body->len, &error);
    const Json *in = json_first(xml_children(xml_child(envelope, "Body")));
    if (in == NULL) {
        fault(response, "UNKNOWN_EXCEPTION", "no call in the envelope");
        return;
    }
    if (!find_caller(state, request, envelope, response))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        if (strcmp(calls[i].name, xml_name(in)) != 0)
            continue;
        struct call call = {state, request, in, g_string_new(NULL), NULL, NULL};
        calls[i].run(&call);
        g_autofree char *inside = g_strdup_printf("<%sResponse>%s</%sResponse>", calls[i].name,
                                                  call.out->str, calls[i].name);
        if (call.code != NULL)
            fault(response, call.code, call.problem);
        else
            answer(response, 200, inside);
        g_string_free(call.out, TRUE);
        return;
    }
    fault(response, "UNKNOWN_EXCEPTION", "this call is not served here");
}
