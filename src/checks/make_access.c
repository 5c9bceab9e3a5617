/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "make.h"
#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "registry.h"

/*
 * The permission set for the user that an app runs as: its license looked for first, the set
 * deployed together with the app, then license and set assigned. An assignment is a record, not
 * metadata, so it is made by REST (Object Reference: PermissionSetAssignment, PermissionSetLicense,
 * PermissionSetLicenseAssign; Metadata API Developer Guide: PermissionSet). A set is perch's own if
 * it has perch's description: nothing else has to be remembered, wherever perch is killed.
 */

#define USER_LICENSE "Salesforce Integration"
#define SET_LICENSE "SalesforceAPIIntegrationPsl"
#define SET_LICENSE_LABEL "Salesforce API Integration"

/* ---- asking ---- */

static void ask(struct check_run *run, check_judge judge, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static void ask(struct check_run *run, check_judge judge, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *soql = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    check_http(run, session_query(run->session, soql), judge);
}

/* The records that the org answers; NULL, and the run has failed, if it answers with an error. */
static Json *records_of(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    const Json *records = json_get(answer, "records");
    if (json_is_array(records))
        return json_copy(records);
    check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
    return NULL;
}

/* An id that may go into an address or a query; NULL: it is none. */
static const char *id_of(const Json *record)
{
    const char *id = json_get_string(record, "Id");
    return id != NULL && salesforce_id_is_valid(id) ? id : NULL;
}

static char *quoted(const char *text)
{
    g_autoptr(GString) out = g_string_new(text);
    g_string_replace(out, "\\", "\\\\", 0);
    g_string_replace(out, "'", "\\'", 0);
    return g_strdup(out->str);
}

/* ---- the user ---- */

/* Takes ownership of text. */
static void fail_user(struct check_run *run, const char *code, char *text)
{
    check_fail_own(run, STAGE_REST, code, text);
    g_free(text);
}

static void judge_user(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    const Json *user = json_first(records);
    const char *license =
        json_get_string(json_get(json_get(user, "Profile"), "UserLicense"), "Name");
    g_autofree char *told = text_told(license, TOLD_NAME);
    connection_set(&making->user_id, id_of(user));
    making->integration = g_strcmp0(license, USER_LICENSE) == 0;
    check_evidence(run, "license", license);
    check_evidence(run, "user_id", making->user_id);
    const char *name = making->app->run_as;
    if (making->user_id == NULL)
        fail_user(run, "run-as-unknown",
                  g_strdup_printf(_("The org has no user with the username %s."), name));
    else if (!json_get_bool(user, "IsActive", true))
        fail_user(run, "run-as-inactive",
                  g_strdup_printf(_("The user %s (%s) is not active."), name, making->user_id));
    else if (g_strcmp0(json_get_string(user, "UserType"), "Standard") != 0)
        fail_user(run, "license-unfit",
                  g_strdup_printf(_("The user %s (%s) has a license without Leads and Cases."),
                                  name, making->user_id));
    else
        check_ok(run, "%s, %s", name, told != NULL ? told : "");
}

void check_user(struct check_run *run)
{
    g_autofree char *username = quoted(run->session->making->app->run_as);
    ask(run, judge_user,
        "SELECT Id, IsActive, UserType, Profile.UserLicense.Name FROM User WHERE Username = '%s'",
        username);
}

/* ---- the license ---- */

#define LICENSE_OF(assignee)                                                   \
    "SELECT Id FROM PermissionSetLicenseAssign WHERE " assignee " = '%s' AND " \
    "PermissionSetLicense.DeveloperName = '" SET_LICENSE "'"

static void judge_free_licenses(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    const Json *license = json_first(records);
    const gint64 total = json_get_int(license, "TotalLicenses", 0);
    const gint64 left = total - json_get_int(license, "UsedLicenses", 0);
    if (id_of(license) == NULL) {
        check_fail_own(run, STAGE_REST, "license-missing",
                       _("The org has no permission set license Salesforce API Integration."));
    } else if (left <= 0) {
        check_fail_own(run, STAGE_REST, "license-used-up",
                       _("Every permission set license Salesforce API Integration is in use."));
    } else {
        connection_set(&making->license_id, id_of(license));
        check_ok(run, _("%s: %d of %d are free"), SET_LICENSE_LABEL, (int)left, (int)total);
    }
}

static void judge_own_license(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    if (id_of(json_first(records)) != NULL)
        check_ok(run, _("%s: the user has it"), SET_LICENSE_LABEL);
    else
        ask(run, judge_free_licenses,
            "SELECT Id, TotalLicenses, UsedLicenses FROM PermissionSetLicense WHERE DeveloperName "
            "= '" SET_LICENSE "'");
}

void check_license(struct check_run *run)
{
    const struct making *making = run->session->making;
    if (making->integration)
        ask(run, judge_own_license, LICENSE_OF("AssigneeId"), making->user_id);
    else
        check_ok(run, _("the user's own will do"));
}

/* ---- the set ---- */

#define MADE_BY "Made by perch for the app %s, %.16s"
#define WITH_LICENSE ", with the license"

static char *description(const struct making *making, bool licensed)
{
    const Connection *app = making->app;
    return g_strdup_printf(licensed ? MADE_BY WITH_LICENSE : MADE_BY, app->app_api_name,
                           app->client_id != NULL ? app->client_id : making->key);
}

/* TRUE: the org's permission set of that name, if there is one, is perch's. */
static bool take_set(struct making *making, const Json *set)
{
    const char *told = json_get_string(set, "Description");
    g_autofree char *plain = description(making, false);
    g_autofree char *licensed = description(making, true);
    making->set_licensed = g_strcmp0(told, licensed) == 0;
    const bool ours = making->set_licensed || g_strcmp0(told, plain) == 0;
    connection_set(&making->set_id, ours ? id_of(set) : NULL);
    return ours || set == NULL;
}

static void ask_set(struct check_run *run, check_judge judge)
{
    g_autofree char *name = sheet_access_name(run->session->making->app);
    ask(run, judge, "SELECT Id, Description FROM PermissionSet WHERE Name = '%s'", name);
}

/* Each object that a channel writes to is described, for the fields that a set may name. */
struct describing {
    int object;
    guint left_out; /* fields that the org does not show */
    struct sheet_access access;
};

static void describing_free(gpointer data)
{
    struct describing *describing = data;
    g_ptr_array_unref(describing->access.fields);
    g_free(describing);
}

static const Json *find_field(const Json *describe, const char *name)
{
    JSON_FOREACH(field, json_get(describe, "fields"))
    {
        const char *is = json_get_string(field, "name");
        if (is != NULL && name != NULL && g_ascii_strcasecmp(is, name) == 0)
            return field;
    }
    return NULL;
}

/* The field that field-level security is set on: itself, or the address that it is part of. NULL:
 * everybody has it. */
static const char *secured(const Json *describe, const Json *field)
{
    if (json_get_bool(field, "permissionable", false))
        return json_get_string(field, "name");
    const Json *whole = find_field(describe, json_get_string(field, "compoundFieldName"));
    return json_get_bool(whole, "permissionable", false) ? json_get_string(whole, "name") : NULL;
}

static void take_fields(struct describing *describing, const struct channel *channel,
                        const Json *describe)
{
    GPtrArray *fields = describing->access.fields;
    for (guint i = 0; i < channel->mappings->len; i++) {
        const struct mapping *mapping = channel->mappings->pdata[i];
        const Json *field = find_field(describe, mapping->field);
        const char *name = secured(describe, field);
        g_autofree char *full =
            name == NULL ? NULL : g_strconcat(object_name(channel->object), ".", name, NULL);
        describing->left_out += field == NULL;
        if (full != NULL && !g_ptr_array_find_with_equal_func(fields, full, g_str_equal, NULL))
            g_ptr_array_add(fields, g_steal_pointer(&full));
    }
}

static void describe_on(struct check_run *run);

static void judge_describe(struct check_run *run, const struct http_response *response)
{
    struct describing *describing = run->state;
    const GPtrArray *channels = run->session->making->app->channels;
    g_autoptr(Json) describe = response->status == 200 ? http_response_json(response) : NULL;
    if (!json_is_array(json_get(describe, "fields"))) {
        check_fail_response(run, STAGE_REST, FAILURE_OF_OBJECT,
                            object_name((enum test_object)describing->object), response);
        return;
    }
    for (guint i = 0; i < channels->len; i++) {
        const struct channel *channel = channels->pdata[i];
        if (channel->object == (enum test_object)describing->object)
            take_fields(describing, channel, describe);
    }
    describing->object++;
    describe_on(run);
}

static void settle_set(struct check_run *run, struct describing *describing)
{
    struct making *making = run->session->making;
    struct sheet_access *access = &describing->access;
    g_autofree char *name = sheet_access_name(making->app);
    g_autofree char *told = description(making, making->set_licensed);
    access->description = told;
    /* A set with a license cannot approve its users for an app; the license itself is theirs. */
    const bool approves = sheet_has(making->app, SETTING_APPROVED);
    access->license = making->integration && !approves ? SET_LICENSE : NULL;
    g_clear_pointer(&making->package, g_ptr_array_unref);
    making->package = sheet_merge(
        making->app, making->nothing && !approves ? NULL : (const Json *const *)making->parts,
        access);
    g_ptr_array_add(access->fields, NULL);
    g_autofree char *fields = g_strjoinv(", ", (char **)access->fields->pdata);
    check_evidence(run, "permission_set", name);
    check_evidence(run, "fields", fields);
    if (describing->left_out > 0)
        check_warn(run, NULL, _("%s: %u fields; %u of the mapping are not in the org"), name,
                   access->fields->len - 1, describing->left_out);
    else
        check_ok(run, _("%s: %u fields"), name, access->fields->len - 1);
}

static void describe_on(struct check_run *run)
{
    struct describing *describing = run->state;
    while (describing->object < TEST_OBJECT_COUNT &&
           !describing->access.objects[describing->object])
        describing->object++;
    if (describing->object == TEST_OBJECT_COUNT) {
        settle_set(run, describing);
        return;
    }
    g_autofree char *path =
        g_strdup_printf("sobjects/%s/describe", object_name((enum test_object)describing->object));
    check_http(run,
               rest_request("GET", session_base(run->session), session_version(run->session), path,
                            session_secrets(run->session)->access_token),
               judge_describe);
}

static void judge_set(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    if (!take_set(making, json_first(records))) {
        g_autofree char *name = sheet_access_name(making->app);
        g_autofree char *text =
            g_strdup_printf(_("There is already a permission set named %s."), name);
        check_fail_own(run, STAGE_REST, "set-exists", text);
        return;
    }
    making->set_licensed |= making->license_id != NULL;
    describe_on(run);
}

void check_access(struct check_run *run)
{
    const GPtrArray *channels = run->session->making->app->channels;
    struct describing *describing = g_new0(struct describing, 1);
    describing->access.fields = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < channels->len; i++)
        describing->access.objects[((const struct channel *)channels->pdata[i])->object] = true;
    run->state = describing;
    run->state_free = describing_free;
    ask_set(run, judge_set);
}

/* ---- assigned ---- */

/* A record that assigns something to the user: looked for, made if it is not there, and looked for
 * again. */
static const struct assignment {
    const char *row, *object, *target;
} assignments[] = {
    {"licensed", "PermissionSetLicenseAssign", "PermissionSetLicenseId"},
    {"assigned", "PermissionSetAssignment", "PermissionSetId"},
};

static const struct assignment *assignment_of(const struct check_run *run)
{
    return &assignments[strcmp(run->def->id, assignments[1].row) == 0];
}

static const char *target_of(const struct check_run *run)
{
    const struct making *making = run->session->making;
    return assignment_of(run) == &assignments[0] ? making->license_id : making->set_id;
}

static void find_assignment(struct check_run *run);

static void judge_assigned(struct check_run *run, const struct http_response *response)
{
    if (response->status == 403) {
        check_fail_own(run, STAGE_REST, "assign-not-permitted",
                       _("The user of the session may not assign permission sets."));
        return;
    }
    if (response->status != 201) {
        check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
        return;
    }
    run->state = GINT_TO_POINTER(true); /* it was made */
    find_assignment(run);
}

static void assign(struct check_run *run)
{
    const struct assignment *assignment = assignment_of(run);
    g_autoptr(Json) body = json_object();
    json_set_string(body, "AssigneeId", run->session->making->user_id);
    json_set_string(body, assignment->target, target_of(run));
    check_http(run,
               record_insert_request(session_base(run->session), session_version(run->session),
                                     assignment->object, body,
                                     session_secrets(run->session)->access_token),
               judge_assigned);
}

static void judge_assignment(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    struct making *making = run->session->making;
    if (id_of(json_first(records)) != NULL) {
        making->access_done |= target_of(run) == making->set_id;
        check_ok(run, run->state != NULL ? _("to %s, read back") : _("to %s, as before"),
                 making->app->run_as);
    } else if (run->state != NULL)
        check_fail_own(run, STAGE_REST, "deploy",
                       _("The org accepted the assignment but does not have it."));
    else
        assign(run);
}

static void find_assignment(struct check_run *run)
{
    const char *user = run->session->making->user_id;
    if (assignment_of(run) == &assignments[0])
        ask(run, judge_assignment, LICENSE_OF("AssigneeId"), user);
    else
        ask(run, judge_assignment,
            "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '%s' AND PermissionSetId = "
            "'%s'",
            user, target_of(run));
}

void check_licensed(struct check_run *run)
{
    if (run->session->making->license_id == NULL)
        check_ok(run, _("nothing to assign"));
    else
        find_assignment(run);
}

static void judge_deployed_set(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    take_set(run->session->making, json_first(records));
    if (target_of(run) == NULL)
        check_fail_own(run, STAGE_REST, "deploy",
                       _("The org does not show the permission set that it made."));
    else
        find_assignment(run);
}

void check_assigned(struct check_run *run)
{
    ask_set(run, judge_deployed_set);
}

void check_run_as_back(struct check_run *run)
{
    const struct making *making = run->session->making;
    for (guint i = 0; i < making->found->len; i++) {
        const struct sheet_found *found = making->found->pdata[i];
        if (found->setting != SETTING_RUN_AS)
            continue;
        if (found->same)
            check_ok(run, "%s", found->found);
        else
            compare_report(run, making->app, SETTING_RUN_AS, CAUSE_FLOW_DISABLED, found->found);
        return;
    }
    check_skip(run, _("the org does not say"));
}

/* ---- removed ---- */

/* What is deleted until a query finds no more of it. The set comes last: as long as it is there, it
 * says what else is perch's. */
enum removal { REMOVE_ASSIGNMENTS, REMOVE_LICENSE, REMOVE_SET, REMOVED };

static const char *const removed_objects[] = {
    [REMOVE_ASSIGNMENTS] = "PermissionSetAssignment",
    [REMOVE_LICENSE] = "PermissionSetLicenseAssign",
    [REMOVE_SET] = "PermissionSet",
};

static void remove_on(struct check_run *run);

static void judge_removed(struct check_run *run, const struct http_response *response)
{
    /* 404: somebody else was faster. */
    if (response->status == 204 || response->status == 404)
        remove_on(run);
    else
        check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
}

static void judge_left(struct check_run *run, const struct http_response *response)
{
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    const int step = GPOINTER_TO_INT(run->state);
    const char *id = id_of(json_first(records));
    if (id == NULL) {
        run->state = GINT_TO_POINTER(step + 1);
        remove_on(run);
        return;
    }
    check_http(run,
               record_delete_request(session_base(run->session), session_version(run->session),
                                     removed_objects[step], id,
                                     session_secrets(run->session)->access_token),
               judge_removed);
}

static void remove_on(struct check_run *run)
{
    struct making *making = run->session->making;
    g_autofree char *username = quoted(making->app->run_as != NULL ? making->app->run_as : "");
    g_autofree char *name = sheet_access_name(making->app);
    if (GPOINTER_TO_INT(run->state) == REMOVE_LICENSE && !making->set_licensed)
        run->state = GINT_TO_POINTER(REMOVE_SET);
    switch (GPOINTER_TO_INT(run->state)) {
    case REMOVE_ASSIGNMENTS:
        ask(run, judge_left, "SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = '%s'",
            making->set_id);
        break;
    case REMOVE_LICENSE:
        ask(run, judge_left, LICENSE_OF("Assignee.Username"), username);
        break;
    case REMOVE_SET:
        ask(run, judge_left, "SELECT Id FROM PermissionSet WHERE Id = '%s'", making->set_id);
        break;
    default:
        making->access_done = true;
        check_ok(run,
                 making->set_licensed ? _("%s, its assignment and the license")
                                      : _("%s and its assignment"),
                 name);
    }
}

static void judge_set_to_remove(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    g_autoptr(Json) records = records_of(run, response);
    if (records == NULL)
        return;
    take_set(making, json_first(records));
    making->access_done = making->set_id == NULL;
    if (making->set_id == NULL)
        check_skip(run, _("perch made none"));
    else
        remove_on(run);
}

void check_access_removed(struct check_run *run)
{
    ask_set(run, judge_set_to_remove);
}
