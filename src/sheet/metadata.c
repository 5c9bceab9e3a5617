/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/sheet/sheet.h"
#include "sheet_names.h"

/* The source tree for `sf project deploy start`. */

/* The oldest version that has every element of metadata.def and accepts the whole tree. */
#define API_VERSION "62.0"
#define NAMESPACE "http://soap.sforce.com/2006/04/metadata"
#define SOURCE "force-app/main/default/"

enum component {
#define FILE(id, ...) COMPONENT_##id,
#include "metadata.def"
#undef FILE
};

enum form {
    FORM_WORD,
    FORM_NOT,
    FORM_TEXT,
    FORM_LIST,
    FORM_TOKENS,
    FORM_EACH,
    FORM_OWNER,
    FORM_SELF,
    FORM_KEY,
    FORM_CERTIFICATE,
    FORM_OPEN,
    FORM_CLOSE,
    FORM_FIXED,
};

static const struct component_row {
    enum app_kind kind;
    const char *type, *folder, *suffix, *tail;
} components[] = {
#define FILE(id, kind, type, folder, suffix, tail) {kind, type, folder, suffix, tail},
#include "metadata.def"
#undef FILE
};

static const struct field_row {
    enum component component;
    const char *element;
    enum setting setting;
    enum form form;
} fields[] = {
#define FIELD(file, element, setting, form) \
    {COMPONENT_##file, element, SETTING_##setting, FORM_##form},
#include "metadata.def"
#undef FIELD
};

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

static void add_word(struct xml *xml, const Connection *connection, const struct field_row *field)
{
    const char *word = sheet_word(connection, field->setting);
    if (word != NULL && field->form == FORM_NOT)
        word = strcmp(word, "true") == 0 ? "false" : "true";
    if (word != NULL)
        xml_element(xml, field->element, word);
}

static void add_list(struct xml *xml, const Connection *connection, const struct field_row *field)
{
    g_autofree char *list = sheet_value(connection, field->setting);
    xml_element(xml, field->element, list);
}

static void add_scopes(struct xml *xml, const Connection *connection, const struct field_row *field)
{
    g_auto(GStrv) names = g_strsplit(connection->scopes, " ", -1);
    GString *all = g_string_new(NULL);
    for (gsize i = 0; names[i] != NULL; i++) {
        const char *token = sheet_scope_token(names[i]);
        if (token == NULL)
            continue;
        g_string_append_printf(all, "%s%s", all->len > 0 ? ", " : "", token);
        if (field->form == FORM_EACH)
            xml_element(xml, field->element, token);
    }
    if (field->form == FORM_TOKENS)
        xml_element(xml, field->element, all->str);
    g_string_free(all, TRUE);
}

static void add_fixed(struct xml *xml, const struct field_row *field)
{
    g_auto(GStrv) parts = g_strsplit(field->element, "=", 2);
    xml_element(xml, parts[0], parts[1]);
}

static void add_field(struct xml *xml, const Connection *connection, const struct field_row *field,
                      const char *self)
{
    if (field->setting != SETTING_COUNT && !sheet_has(connection, field->setting))
        return;
    switch (field->form) {
    case FORM_WORD:
    case FORM_NOT:
        add_word(xml, connection, field);
        break;
    case FORM_TEXT:
        xml_element(xml, field->element, sheet_text(connection, field->setting));
        break;
    case FORM_LIST:
        add_list(xml, connection, field);
        break;
    case FORM_TOKENS:
    case FORM_EACH:
        add_scopes(xml, connection, field);
        break;
    case FORM_OWNER:
        xml_element(xml, field->element, connection->app_api_name);
        break;
    case FORM_SELF:
        xml_element(xml, field->element, self);
        break;
    case FORM_KEY:
        if (connection->app_key != NULL)
            xml_element(xml, field->element, connection->app_key);
        break;
    case FORM_CERTIFICATE:
        xml_element(xml, field->element, connection->certificate);
        break;
    case FORM_OPEN:
        xml_open(xml, field->element);
        break;
    case FORM_CLOSE:
        xml_close(xml, field->element);
        break;
    case FORM_FIXED:
        add_fixed(xml, field);
        break;
    }
}

/* ---- files ---- */

static void file_free(gpointer data)
{
    struct sheet_file *file = data;
    g_free(file->path);
    g_free(file->text);
    g_free(file);
}

static void add_file(GPtrArray *files, char *path, char *text)
{
    struct sheet_file *file = g_new0(struct sheet_file, 1);
    file->path = path;
    file->text = text;
    g_ptr_array_add(files, file);
}

static char *full_name(const Connection *connection, const struct component_row *row)
{
    return g_strconcat(connection->app_api_name, row->tail, NULL);
}

static void add_component(GPtrArray *files, const Connection *connection, guint index)
{
    const struct component_row *row = &components[index];
    g_autofree char *name = full_name(connection, row);
    struct xml xml = xml_begin(row->type);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (fields[i].component == (enum component)index)
            add_field(&xml, connection, &fields[i], name);
    add_file(files, g_strdup_printf(SOURCE "%s/%s.%s-meta.xml", row->folder, name, row->suffix),
             xml_end(&xml, row->type));
}

static void add_manifest(GPtrArray *files, const Connection *connection)
{
    struct xml xml = xml_begin("Package");
    for (gsize i = 0; i < G_N_ELEMENTS(components); i++) {
        if (components[i].kind != connection->app_kind)
            continue;
        g_autofree char *name = full_name(connection, &components[i]);
        xml_open(&xml, "types");
        xml_element(&xml, "members", name);
        xml_element(&xml, "name", components[i].type);
        xml_close(&xml, "types");
    }
    xml_element(&xml, "version", API_VERSION);
    add_file(files, g_strdup("manifest/package.xml"), xml_end(&xml, "Package"));
}

static void add_project(GPtrArray *files)
{
    add_file(files, g_strdup("sfdx-project.json"),
             g_strdup("{\n"
                      "  \"packageDirectories\": [{\"path\": \"force-app\", \"default\": true}],\n"
                      "  \"namespace\": \"\",\n"
                      "  \"sfdcLoginUrl\": \"https://login.salesforce.com\",\n"
                      "  \"sourceApiVersion\": \"" API_VERSION "\"\n"
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
    GPtrArray *files = g_ptr_array_new_with_free_func(file_free);
    add_file(files, g_strdup("README.md"),
             connection->app_kind == APP_CONNECTED ? connected_note(connection)
                                                   : external_note(connection));
    add_project(files);
    add_manifest(files, connection);
    for (guint i = 0; i < G_N_ELEMENTS(components); i++)
        if (components[i].kind == connection->app_kind)
            add_component(files, connection, i);
    return files;
}
