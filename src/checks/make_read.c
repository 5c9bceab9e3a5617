/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "make.h"
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/base/xml.h"
#include "perch/metadata/metadata.h"
#include "perch/rest/rest.h"
#include "registry.h"

/* ---- the app's parts ---- */

enum { LISTED_AT_ONCE = 3, READ_MOST = 10 };

/* The names of each type are listed, those like the app's first, then read: which of them belongs
 * to the app stands inside. */
struct reading {
    guint listed, read; /* how many types are done */
    GPtrArray *names[SHEET_PARTS];
};

static void reading_free(struct reading *reading)
{
    for (guint i = 0; i < SHEET_PARTS; i++)
        g_ptr_array_unref(reading->names[i]);
    g_free(reading);
}

static HttpRequest *list_request(struct session *session, const struct reading *reading)
{
    const char *types[LISTED_AT_ONCE + 1] = {NULL};
    for (guint i = 0; i < LISTED_AT_ONCE && reading->listed + i < SHEET_PARTS; i++)
        types[i] = sheet_part_type(reading->listed + i);
    return metadata_list_request(session_base(session), session_version(session), types,
                                 session_secrets(session)->access_token);
}

static void take_names(struct reading *reading, const char *app, const Json *answer)
{
    JSON_FOREACH(file, xml_children(answer))
    {
        const char *name = xml_text(file, "fullName"), *type = xml_text(file, "type");
        for (guint i = 0; name != NULL && i < SHEET_PARTS; i++)
            if (g_strcmp0(sheet_part_type(i), type) == 0)
                g_ptr_array_insert(reading->names[i], g_str_has_prefix(name, app) ? 0 : -1,
                                   g_strdup(name));
    }
    reading->listed = MIN(reading->listed + LISTED_AT_ONCE, SHEET_PARTS);
    for (guint i = 0; i < SHEET_PARTS; i++)
        if (reading->names[i]->len > READ_MOST)
            g_ptr_array_set_size(reading->names[i], READ_MOST);
}

static void take_part(struct making *making, guint part, const Json *answer)
{
    const char *app = making->app->app_api_name;
    JSON_FOREACH(record, xml_children(xml_child(answer, "result")))
    {
        const char *owner =
            xml_text(record, part == SHEET_PART_APP ? "fullName" : "externalClientApplication");
        if (g_strcmp0(owner, app) == 0 && making->parts[part] == NULL)
            making->parts[part] = json_copy(record);
    }
}

/* The app of that name is perch's own, of an earlier run, if it has the key that perch chose. */
static void settle_name(struct check_run *run)
{
    struct making *making = run->session->making;
    making->nothing = making->key != NULL && g_strcmp0(making->key, making->app->app_key) == 0;
    if (making->nothing) {
        check_ok(run, _("%s is there: perch made it"), making->app->app_api_name);
        return;
    }
    g_autofree char *text = g_strdup_printf(_("There is already an External Client App named %s."),
                                            making->app->app_api_name);
    check_evidence(run, "app_id", making->app_id);
    check_fail_own(run, STAGE_REST, "app-exists", text);
}

static void settle_parts(struct check_run *run)
{
    struct making *making = run->session->making;
    const Json *global = making->parts[SHEET_PART_GLOBAL];
    const char *key = making->app->client_id;
    connection_set(&making->key, xml_text(global, "consumerKey"));
    g_clear_pointer(&making->found, g_ptr_array_unref);
    making->found = sheet_compare(making->app, (const Json *const *)making->parts);
    if (strcmp(run->def->id, "name") == 0)
        settle_name(run);
    else if (global == NULL)
        check_fail_own(run, STAGE_REST, "app-missing",
                       _("The org does not show the app's OAuth settings to this user."));
    else if (making->goal == MAKING_LOOK && key != NULL && g_strcmp0(making->key, key) != 0)
        check_fail_own(run, STAGE_REST, "app-exists",
                       _("The app of that name has another consumer key than this connection."));
    else
        check_ok(run, "%s", xml_text(global, "fullName"));
}

static void read_on(struct check_run *run);

static void judge_part(struct check_run *run, const struct http_response *response)
{
    struct reading *reading = run->state;
    g_autoptr(Json) answer = metadata_answer(response);
    if (answer == NULL) {
        check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
        return;
    }
    if (reading->listed < SHEET_PARTS)
        take_names(reading, run->session->making->app->app_api_name, answer);
    else
        take_part(run->session->making, reading->read++, answer);
    read_on(run);
}

static HttpRequest *part_request(struct session *session, const struct reading *reading)
{
    return metadata_read_request(session_base(session), session_version(session),
                                 sheet_part_type(reading->read), reading->names[reading->read],
                                 session_secrets(session)->access_token);
}

static void read_on(struct check_run *run)
{
    struct reading *reading = run->state;
    if (reading->listed < SHEET_PARTS) {
        check_http(run, list_request(run->session, reading), judge_part);
        return;
    }
    while (reading->read < SHEET_PARTS && reading->names[reading->read]->len == 0)
        reading->read++;
    if (reading->read < SHEET_PARTS)
        check_http(run, part_request(run->session, reading), judge_part);
    else
        settle_parts(run);
}

void check_parts(struct check_run *run)
{
    struct reading *reading = g_new0(struct reading, 1);
    for (guint i = 0; i < SHEET_PARTS; i++) {
        reading->names[i] = g_ptr_array_new_with_free_func(g_free);
        g_clear_pointer(&run->session->making->parts[i], json_free);
    }
    run->state = reading;
    run->state_free = (GDestroyNotify)reading_free;
    read_on(run);
}

/* ---- what differs ---- */

/* What a setting that differs ends in; unnamed: the app is only more open than it need be. */
static const struct {
    enum setting setting;
    enum cause cause;
} causes[] = {
    {SETTING_CALLBACKS, CAUSE_CALLBACK_MISMATCH}, {SETTING_SCOPES, CAUSE_SCOPE_MISSING},
    {SETTING_PKCE, CAUSE_PKCE_REQUIRED},          {SETTING_ROTATION, CAUSE_ROTATION_ON},
    {SETTING_IDLE, CAUSE_AUTHORIZATION_REVOKED},  {SETTING_REFRESH, CAUSE_AUTHORIZATION_REVOKED},
    {SETTING_USERS, CAUSE_USER_NOT_APPROVED},     {SETTING_IP, CAUSE_IP_RESTRICTED},
    {SETTING_CLIENT_FLOW, CAUSE_FLOW_DISABLED},   {SETTING_CLIENT_POLICY, CAUSE_FLOW_DISABLED},
    {SETTING_RUN_AS, CAUSE_FLOW_DISABLED},        {SETTING_CERTIFICATE, CAUSE_CERTIFICATE_WRONG},
};

/* "org-rotation": other rows with the setting's name look from outside. */
static char *row_id(enum setting setting)
{
    return g_strconcat("org-", sheet_id(setting), NULL);
}

static void check_difference(struct check_run *run)
{
    const struct making *making = run->session->making;
    for (guint i = 0; i < making->found->len; i++) {
        const struct sheet_found *found = making->found->pdata[i];
        g_autofree char *id = row_id(found->setting);
        enum cause cause = CAUSE_UNKNOWN;
        if (found->same || strcmp(id, run->def->id) != 0)
            continue;
        for (gsize k = 0; k < G_N_ELEMENTS(causes); k++)
            if (causes[k].setting == found->setting)
                cause = causes[k].cause;
        compare_report(run, making->app, found->setting, cause, found->found);
        return;
    }
}

static void check_no_difference(struct check_run *run)
{
    check_ok(run, _("%u, all as in the App step"), run->session->making->found->len);
}

guint making_differences(const struct making *making)
{
    guint count = 0;
    for (guint i = 0; making->found != NULL && i < making->found->len; i++)
        count += !((const struct sheet_found *)making->found->pdata[i])->same;
    return count;
}

void differences_add(const struct making *making, GArray *checks)
{
    const struct check_def none = {
        "compared", N_("Settings compared"), false, {NULL}, check_no_difference};
    for (guint i = 0; i < making->found->len; i++) {
        const struct sheet_found *found = making->found->pdata[i];
        g_autofree char *id = row_id(found->setting);
        const struct check_def row = {g_intern_string(id),
                                      sheet_label(making->app, found->setting),
                                      false,
                                      {NULL},
                                      check_difference};
        if (!found->same)
            g_array_append_val(checks, row);
    }
    if (making_differences(making) == 0)
        g_array_append_val(checks, none);
}

/* ---- key and secret ---- */

void check_key_back(struct check_run *run)
{
    const struct making *making = run->session->making;
    if (making->key == NULL)
        check_skip(run, _("the org does not show it; the login host tells"));
    else if (strcmp(making->key, making->app->client_id) != 0)
        check_fail_own(run, STAGE_REST, "deploy",
                       _("The org gave the app another consumer key than the deploy asked for."));
    else
        check_ok(run, _("the one that was deployed"));
}

static HttpRequest *credentials_request(struct session *session)
{
    const struct making *making = session->making;
    g_autofree char *path = making->consumer == NULL
                                ? g_strconcat("apps/oauth/credentials/", making->app_id, NULL)
                                : g_strdup_printf("apps/oauth/credentials/%s/%s?part=keyandsecret",
                                                  making->app_id, making->consumer);
    return rest_request("GET", session_base(session), session_version(session), path,
                        session_secrets(session)->access_token);
}

/* Whether the answer says that the switch is off. */
static bool says_off(const struct http_response *response)
{
    struct failure failure;
    failure_from_response(&failure, STAGE_REST, response);
    const char *words = failure.message != NULL ? failure.message : "";
    const bool off = strstr(words, "not currently enabled") != NULL ||
                     strstr(words, "feature is not enabled") != NULL;
    failure_clear(&failure);
    return off;
}

static void judge_credentials(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    const char *id = json_get_string(json_first(json_get(answer, "consumers")), "id");
    const char *secret = json_get_string(answer, "secret");
    struct failure failure;
    if (response->status != 200)
        making->hidden_by_switch = says_off(response);
    if (making->consumer == NULL && id != NULL && salesforce_id_is_valid(id)) {
        making->consumer = g_strdup(id);
        check_http(run, credentials_request(run->session), judge_credentials);
    } else if (secret != NULL && *secret != '\0') {
        making->secret = secret_new(secret);
        check_ok(run, _("read"));
    } else {
        if (response->status == 403 && !making->hidden_by_switch)
            failure_own(&failure, STAGE_REST, "secret-not-permitted",
                        _("The session's user may not read consumer secrets."));
        else
            failure_own(&failure, STAGE_REST, "secret-hidden",
                        _("The org does not show the secret."));
        connection_set(&run->session->connection->app_id, making->app_id);
        if (making->hidden_by_switch)
            check_evidence(run, "switch", "off");
        check_warn(run, &failure, _("not shown; copy it from the app in Setup"));
    }
}

void check_secret_back(struct check_run *run)
{
    if (run->session->making->app_id == NULL)
        check_skip(run, _("the org does not show its apps to this user"));
    else
        check_rest(run, credentials_request, judge_credentials);
}

/* ---- the org's switch ---- */

static void judge_switch(struct check_run *run, const struct http_response *response)
{
    const struct making *making = run->session->making;
    g_autoptr(Json) answer = metadata_answer(response);
    const Json *result = xml_child(answer, "result");
    const bool off = strcmp(run->def->id, "switch-off") == 0;
    if (g_strcmp0(xml_text(result, "success"), "true") == 0) {
        if (off)
            making->switched(false, making->user, NULL);
        check_ok(run, off ? _("as it was before") : _("on until the secret is read"));
        return;
    }
    if (!off)
        making->switched(false, making->user, NULL); /* refused: it was never on */
    if (answer == NULL)
        check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
    else
        check_fail_own(run, STAGE_REST, "deploy", xml_text(xml_child(result, "errors"), "message"));
}

static HttpRequest *switch_request(struct session *session, bool on)
{
    return metadata_switch_request(session_base(session), session_version(session), on,
                                   session_secrets(session)->access_token);
}

void check_switch_on(struct check_run *run)
{
    const struct making *making = run->session->making;
    g_autoptr(GError) error = NULL;
    if (making->switched(true, making->user, &error)) {
        check_http(run, switch_request(run->session, true), judge_switch);
        return;
    }
    g_autofree char *text =
        g_strdup_printf(_("The switch stays off, because perch could not note that it must be "
                          "turned off again: %s"),
                        error->message);
    check_fail_own(run, STAGE_MACHINE, "secret-hidden", text);
}

void check_switch_off(struct check_run *run)
{
    check_http(run, switch_request(run->session, false), judge_switch);
}
