/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/base/xml.h"
#include "perch/sheet/sheet.h"
#include "sheet_fields.h"
#include "sheet_names.h"

/* The source tree for `sf project deploy start`. */

/* The oldest version that has every element of metadata.def and accepts the whole tree. */
#define NAMESPACE "http://soap.sforce.com/2006/04/metadata"
#define SOURCE "force-app/main/default/"

static const struct component_row {
    enum app_kind kind;
    const char *type, *folder, *suffix, *tail;
} components[] = {
#define FILE(id, kind, type, folder, suffix, tail) {kind, type, folder, suffix, tail},
#include "metadata.def"
#undef FILE
};

const struct sheet_field sheet_fields[] = {
#define FIELD(file, element, setting, form) \
    {COMPONENT_##file, element, SETTING_##setting, FORM_##form},
#include "metadata.def"
#undef FIELD
};
const gsize sheet_field_count = G_N_ELEMENTS(sheet_fields);

const char *sheet_part_type(guint part)
{
    return components[part].type;
}

/* ---- XML by construction ---- */

struct xml {
    GString *out;
    int depth;
};

static void xml_element(struct xml *xml, const char *name, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_string_append_printf(xml->out, "%*s<%s>%s</%s>\n", 4 * xml->depth, "", name, escaped, name);
}

static void xml_open(struct xml *xml, const char *name)
{
    g_string_append_printf(xml->out, "%*s<%s>\n", 4 * xml->depth++, "", name);
}

static void xml_close(struct xml *xml, const char *name)
{
    g_string_append_printf(xml->out, "%*s</%s>\n", 4 * --xml->depth, "", name);
}

static struct xml xml_begin(const char *root)
{
    struct xml xml = {.out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
                      .depth = 1};
    g_string_append_printf(xml.out, "<%s xmlns=\"" NAMESPACE "\">\n", root);
    return xml;
}

static char *xml_end(struct xml *xml, const char *root)
{
    g_string_append_printf(xml->out, "</%s>\n", root);
    return g_string_free(xml->out, FALSE);
}

/* ---- the elements ---- */

static char *scope_tokens(const Connection *connection)
{
    g_auto(GStrv) names = g_strsplit(connection->scopes, " ", -1);
    GString *all = g_string_new(NULL);
    for (gsize i = 0; names[i] != NULL; i++) {
        const char *token = sheet_scope_token(names[i]);
        if (token != NULL)
            g_string_append_printf(all, "%s%s", all->len > 0 ? ", " : "", token);
    }
    return g_string_free(all, FALSE);
}

static const char *opposite(const char *word)
{
    return word == NULL ? NULL : strcmp(word, "true") == 0 ? "false" : "true";
}

char *sheet_field_text(const Connection *connection, const struct sheet_field *field,
                       const char *self, const char *set)
{
    const char *fixed = strchr(field->element, '=');
    if (field->setting != SETTING_COUNT && !sheet_has(connection, field->setting))
        return NULL;
    switch (field->form) {
    case FORM_WORD:
    case FORM_SHOWN:
        return g_strdup(sheet_word(connection, field->setting));
    case FORM_NOT:
        return g_strdup(opposite(sheet_word(connection, field->setting)));
    case FORM_TEXT:
        return g_strdup(sheet_text(connection, field->setting));
    case FORM_LIST:
        return sheet_value(connection, field->setting);
    case FORM_TOKENS:
    case FORM_EACH:
        return scope_tokens(connection);
    case FORM_OWNER:
        return g_strdup(connection->app_api_name);
    case FORM_SELF:
        return g_strdup(self);
    case FORM_KEY:
        return g_strdup(connection->app_key);
    case FORM_CERTIFICATE:
        return g_strdup(connection->certificate);
    case FORM_SET:
        return g_strdup(set);
    default:
        return fixed == NULL ? NULL : g_strdup(fixed + 1);
    }
}

static void add_field(struct xml *xml, const Connection *connection,
                      const struct sheet_field *field, const char *self, const char *set)
{
    g_autofree char *name = g_strndup(field->element, strcspn(field->element, "="));
    g_autofree char *text = sheet_field_text(connection, field, self, set);
    if (field->form == FORM_OPEN)
        xml_open(xml, name);
    else if (field->form == FORM_CLOSE)
        xml_close(xml, name);
    else if (text == NULL || field->form == FORM_SHOWN)
        return;
    else if (field->form == FORM_EACH) {
        g_auto(GStrv) each = g_strsplit(text, ", ", -1);
        for (gsize i = 0; each[i] != NULL; i++)
            xml_element(xml, name, each[i]);
    } else
        xml_element(xml, name, text);
}

/* ---- files ---- */

static void file_free(gpointer data)
{
    struct sheet_file *file = data;
    g_free(file->path);
    g_free(file->text);
    g_free(file);
}

GPtrArray *sheet_files_new(void)
{
    return g_ptr_array_new_with_free_func(file_free);
}

static void add_file(GPtrArray *files, char *path, char *text)
{
    struct sheet_file *file = g_new0(struct sheet_file, 1);
    file->path = path;
    file->text = text;
    g_ptr_array_add(files, file);
}

static char *full_name(const Connection *connection, const struct component_row *row,
                       const char *name)
{
    return name != NULL ? g_strdup(name) : g_strconcat(connection->app_api_name, row->tail, NULL);
}

void sheet_add_component(GPtrArray *files, const Connection *connection, guint index,
                         const char *known, const Json *elements, const char *set)
{
    const struct component_row *row = &components[index];
    g_autofree char *name = full_name(connection, row, known);
    struct xml xml = xml_begin(row->type);
    for (gsize i = 0; elements == NULL && i < sheet_field_count; i++)
        if (sheet_fields[i].component == (enum sheet_component)index)
            add_field(&xml, connection, &sheet_fields[i], name, set);
    JSON_FOREACH(element, elements)
    xml_print(xml.out, element, xml.depth);
    add_file(files, g_strdup_printf(SOURCE "%s/%s.%s-meta.xml", row->folder, name, row->suffix),
             xml_end(&xml, row->type));
}

static void xml_member(struct xml *xml, const char *type, const char *name)
{
    xml_open(xml, "types");
    xml_element(xml, "members", name);
    xml_element(xml, "name", type);
    xml_close(xml, "types");
}

static void add_members(struct xml *xml, const Connection *connection, const char *const *known)
{
    for (gsize i = 0; i < G_N_ELEMENTS(components); i++) {
        if (components[i].kind != connection->app_kind)
            continue;
        g_autofree char *name =
            full_name(connection, &components[i], known == NULL ? NULL : known[i]);
        xml_member(xml, components[i].type, name);
    }
}

void sheet_add_manifest(GPtrArray *files, const Connection *connection, bool app,
                        const char *const *known, const char *set)
{
    struct xml xml = xml_begin("Package");
    if (app)
        add_members(&xml, connection, known);
    if (set != NULL)
        xml_member(&xml, "PermissionSet", set);
    xml_element(&xml, "version", SHEET_API_VERSION);
    add_file(files, g_strdup("manifest/package.xml"), xml_end(&xml, "Package"));
}

static void add_project(GPtrArray *files)
{
    add_file(files, g_strdup("sfdx-project.json"),
             g_strdup("{\n"
                      "  \"packageDirectories\": [{\"path\": \"force-app\", \"default\": true}],\n"
                      "  \"namespace\": \"\",\n"
                      "  \"sfdcLoginUrl\": \"https://login.salesforce.com\",\n"
                      "  \"sourceApiVersion\": \"" SHEET_API_VERSION "\"\n"
                      "}\n"));
}

/* ---- the note ---- */

static const char *key_note(const Connection *connection)
{
    if (connection->app_key == NULL)
        return _("The consumer key is not in these files: Salesforce generates one. Copy it from "
                 "the app's Settings tab, OAuth Settings, Consumer Key and Secret.");
    if (sheet_has(connection, SETTING_CERTIFICATE))
        return _("perch generated the consumer key in these files for this connection, which "
                 "already has it. The certificate is in them, too, and the login needs no consumer "
                 "secret: there is nothing to copy back.");
    if (connection->app_values == APP_VALUES_NO_SECRET)
        return _("perch generated the consumer key in these files for this connection, which "
                 "already has it. The app requires no secret, so there is nothing to copy back.");
    return _("perch generated the consumer key in these files for this connection, which already "
             "has it. Salesforce generates the consumer secret: copy it from the app's Settings "
             "tab, OAuth Settings, Consumer Key and Secret.");
}

/* Who may use the app is a matter of the org's profiles and permission sets. */
static const char *approval_note(const Connection *connection)
{
    return sheet_has(connection, SETTING_APPROVED) ? _("After the deploy approve the user, which "
                                                       "these files do not: the app's Policies "
                                                       "tab, App Policies, the user's profile or a "
                                                       "permission set that the user has.\n\n")
                                                   : "";
}

static char *external_note(const Connection *connection)
{
    return g_strdup_printf(
        _("# %s: an External Client App\n\n"
          "Deploy all of it at once, from this folder:\n\n"
          "    sf project deploy start --source-dir force-app --target-org ORG\n\n"
          "Add --dry-run to see first whether the org accepts it. Before that, in the org:\n\n"
          "- Setup › External Client Apps › Settings: opt in to External Client Apps.\n"
          "- The user who deploys needs the permissions Modify Metadata Through Metadata API "
          "Functions; Create, edit, and delete External Client Apps; and View all External Client "
          "Apps, view their settings, and edit their policies.\n\n"
          "%s\n\n%s"
          "Some boxes have no element here, and an org may leave boxes ticked that these files "
          "untick: after the deploy, compare the app's Security section in Setup with "
          "perch app.\n\n"
          "A new app takes effect after 2 to 10 minutes. The parts have the names that Setup "
          "gives, so the same files change an app that was created there. Retrieve it first: a "
          "deploy replaces each part as a whole.\n\n"
          "A retrieve can write the key and the secret into extlClntAppGlobalOauthSets: keep that "
          "folder out of a shared repository.\n"),
        connection->app_api_name, key_note(connection), approval_note(connection));
}

static char *connected_note(const Connection *connection)
{
    return g_strdup_printf(
        _("# %s: a Connected App, for comparison with an existing one\n\nMost orgs no longer "
          "allow new Connected Apps, not even by a deploy. Retrieve yours and compare it with the "
          "file here:\n\n    sf project retrieve start --metadata ConnectedApp:%s --target-org "
          "ORG\n\nTo change an existing app, from this folder:\n\n    sf project deploy start "
          "--source-dir force-app --target-org ORG\n\nThe file contains no consumer key: the "
          "existing app has one, and Salesforce accepts one only at creation.\n"),
        connection->app_api_name, connection->app_api_name);
}

/* ---- the whole ---- */

/* The longest tail must fit after the name, too. */
static bool names_fit(const Connection *connection, GError **error)
{
    gsize longest = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(components); i++)
        if (components[i].kind == connection->app_kind)
            longest = MAX(longest, strlen(components[i].tail));
    if (strlen(connection->app_api_name) + longest <= SHEET_NAME_MAX)
        return true;
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                _("The API name is too long for a deploy: %d characters at most, because the names "
                  "of the app's parts are made from it."),
                SHEET_NAME_MAX - (int)longest);
    return false;
}

static bool is_complete(const Connection *connection, GError **error)
{
    static const enum setting needed[] = {SETTING_NAME, SETTING_API_NAME, SETTING_EMAIL,
                                          SETTING_CALLBACKS, SETTING_RUN_AS};
    if (sheet_has(connection, SETTING_CERTIFICATE) && connection->certificate == NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                            _("There is no certificate yet. Begin with: perch setup NAME --login "
                              "jwt-bearer"));
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        const char *problem =
            sheet_problem(connection, needed[i], sheet_text(connection, needed[i]));
        if (problem == NULL || !sheet_has(connection, needed[i]))
            continue;
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, "%s: %s",
                    sheet_label(connection, needed[i]), problem);
        return false;
    }
    return names_fit(connection, error);
}

GPtrArray *sheet_as_metadata(const Connection *connection, GError **error)
{
    if (!is_complete(connection, error))
        return NULL;
    GPtrArray *files = sheet_files_new();
    add_file(files, g_strdup("README.md"),
             connection->app_kind == APP_CONNECTED ? connected_note(connection)
                                                   : external_note(connection));
    add_project(files);
    sheet_add_manifest(files, connection, true, NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(components); i++)
        if (components[i].kind == connection->app_kind)
            sheet_add_component(files, connection, i, NULL, NULL, NULL);
    return files;
}

/* ---- the permission set ---- */

char *sheet_access_name(const Connection *connection)
{
    return g_strconcat(connection->app_api_name, "_access", NULL);
}

char *sheet_access_announced(const Connection *connection)
{
    g_autofree char *name = sheet_access_name(connection);
    const bool approves = sheet_has(connection, SETTING_APPROVED);
    g_autofree char *set = g_strdup_printf(
        _("perch also makes the permission set %s (API Enabled; Read and Create for the objects of "
          "the channels; the fields of their mapping) and assigns it to %s, with the license "
          "Salesforce API Integration if that user needs it. The session's user needs the "
          "permission Manage Users for that."),
        name, connection->run_as);
    return g_strjoin(" ", set,
                     approves ? _("The permission set also approves that user for the app.") : NULL,
                     NULL);
}

static void add_elements(struct xml *xml, const char *part, const char *const *pairs)
{
    xml_open(xml, part);
    for (; *pairs != NULL; pairs += 2)
        xml_element(xml, pairs[0], pairs[1]);
    xml_close(xml, part);
}

static char *access_set(const Connection *connection, const struct sheet_access *access)
{
    struct xml xml = xml_begin("PermissionSet");
    xml_element(&xml, "description", access->description);
    for (guint i = 0; i < access->fields->len; i++)
        add_elements(&xml, "fieldPermissions",
                     (const char *[]){"editable", "true", "field", access->fields->pdata[i],
                                      "readable", "true", NULL});
    xml_element(&xml, "label", connection->app_name);
    if (access->license != NULL)
        xml_element(&xml, "license", access->license);
    for (int i = 0; i < TEST_OBJECT_COUNT; i++)
        if (access->objects[i])
            add_elements(&xml, "objectPermissions",
                         (const char *[]){
                             "allowCreate", "true", "allowDelete", "false", "allowEdit", "false",
                             "allowRead", "true", "modifyAllRecords", "false", "object",
                             object_name((enum test_object)i), "viewAllRecords", "false", NULL});
    add_elements(&xml, "userPermissions",
                 (const char *[]){"enabled", "true", "name", "ApiEnabled", NULL});
    return xml_end(&xml, "PermissionSet");
}

void sheet_add_access(GPtrArray *files, const Connection *connection, const char *set,
                      const struct sheet_access *access)
{
    add_file(files, g_strdup_printf(SOURCE "permissionsets/%s.permissionset-meta.xml", set),
             access_set(connection, access));
}
