/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "make.h"
#include "perch/base/clock.h"
#include "perch/base/error.h"
#include "perch/base/login_way.h"
#include "perch/base/text.h"
#include "perch/checks/making.h"
#include "perch/metadata/metadata.h"
#include "perch/rest/rest.h"
#include "perch/sheet/sheet.h"
#include "registry.h"

/*
 * The app is made by a deploy: first validated, then done. Nothing is sent that changes the org
 * before every earlier row is fine.
 */

void making_clear(struct making *making)
{
    g_free(making->id);
    g_free(making->app_id);
    g_free(making->key);
    g_free(making->consumer);
    secret_unref(making->secret);
    for (guint i = 0; i < SHEET_PARTS; i++)
        json_free(making->parts[i]);
    g_clear_pointer(&making->found, g_ptr_array_unref);
    g_clear_pointer(&making->package, g_ptr_array_unref);
    g_free(making->user_id);
    g_free(making->license_id);
    g_free(making->set_id);
}

/* ---- whose session, in which org ---- */

static bool same_host(const char *a, const char *b)
{
    g_autoptr(GUri) left = a == NULL ? NULL : g_uri_parse(a, G_URI_FLAGS_NONE, NULL);
    g_autoptr(GUri) right = b == NULL ? NULL : g_uri_parse(b, G_URI_FLAGS_NONE, NULL);
    return left != NULL && right != NULL &&
           g_ascii_strcasecmp(g_uri_get_host(left), g_uri_get_host(right)) == 0 &&
           g_uri_get_port(left) == g_uri_get_port(right);
}

/* Of a session that is not perch's own, which therefore cannot get another token. */
static bool has_ended(const struct session *session, const struct http_response *response)
{
    struct failure failure;
    failure_from_response(&failure, STAGE_REST, response);
    const bool ended =
        session->connection->name == NULL && explain_cause(&failure, NULL) == CAUSE_SESSION_EXPIRED;
    failure_clear(&failure);
    return ended;
}

static void judge_deployer(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    const Connection *app = session->making->app;
    struct userinfo info = {0};
    g_autoptr(GError) error = NULL;
    if (response->status != 200) {
        if (has_ended(session, response))
            check_fail_own(run, STAGE_REST, "token-ended",
                           _("Salesforce does not take this access token any more."));
        else
            check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    if (!userinfo_parse(&info, answer, &error)) {
        check_fail_unread(run, STAGE_REST, response, error);
        return;
    }
    check_evidence(run, "username", info.username);
    check_evidence(run, "org_id", info.org_id);
    /* The session's address may be a custom domain, asked above: its org is the session's. */
    const bool here = g_strcmp0(app->login_url, session->connection->address) == 0 ||
                      same_host(app->login_url, session_base(session));
    if (app->org_id != NULL ? strncmp(app->org_id, info.org_id, 15) != 0 : !here) {
        g_autofree char *text = g_strdup_printf(
            _("This session is for %s; the app belongs in %s."), session_base(session),
            app->org_id != NULL && app->instance_url != NULL ? app->instance_url : app->login_url);
        check_fail_own(run, STAGE_REST, "other-org", text);
    } else {
        g_autofree char *org = org_host_told(session_base(session));
        check_ok(run, _("%s in %s"), info.username, org);
    }
    userinfo_clear(&info);
}

static HttpRequest *deployer_request(struct session *session)
{
    return userinfo_request(session_base(session), session_secrets(session)->access_token);
}

static void check_deployer(struct check_run *run)
{
    check_rest(run, deployer_request, judge_deployer);
}

/* ---- rights ---- */

static void judge_rights(struct check_run *run, const struct http_response *response)
{
    static const char field[] = "PermissionsModifyMetadata";
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    const Json *record = json_first(json_get(answer, "records"));
    if (!json_is_bool(json_get(record, field))) {
        check_warn(run, NULL, _("the org does not say; the deploy tells"));
    } else if (json_get_bool(record, field, false)) {
        check_ok(run, _("Modify Metadata Through Metadata API Functions"));
    } else {
        /* The deploy has the last word: Modify All Data is enough, too. */
        struct failure failure;
        run->session->making->lacks_rights = true;
        failure_own(&failure, STAGE_REST, "deploy-not-permitted",
                    _("The user lacks the permission Modify Metadata Through Metadata API "
                      "Functions."));
        check_warn(run, &failure, _("no Modify Metadata Through Metadata API Functions"));
    }
}

static HttpRequest *rights_request(struct session *session)
{
    return session_query(session,
                         "SELECT PermissionsModifyMetadata FROM UserPermissionAccess LIMIT 1");
}

static void check_rights(struct check_run *run)
{
    check_rest(run, rights_request, judge_rights);
}

/* ---- the app by its name ---- */

static HttpRequest *name_request(struct session *session)
{
    /* An API name has letters, digits and underscores only. */
    g_autofree char *soql =
        g_strdup_printf("SELECT Id FROM ExternalClientApplication WHERE DeveloperName = '%s'",
                        session->making->app->app_api_name);
    return session_query(session, soql);
}

/* The app's id; NULL with *ret_told: there is none. Owned by the caller. */
static char *found_app(const struct http_response *response, bool *ret_told)
{
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    const Json *records = json_get(answer, "records");
    const char *id = json_get_string(json_first(records), "Id");
    *ret_told = json_is_array(records);
    return id != NULL && salesforce_id_is_valid(id) ? g_strdup(id) : NULL;
}

static void judge_free(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    bool told;
    g_free(making->app_id);
    making->app_id = found_app(response, &told);
    if (making->app_id != NULL)
        check_parts(run); /* whose is it? */
    else if (told)
        check_ok(run, _("%s is free"), making->app->app_api_name);
    else
        check_warn(run, NULL, _("the org does not show its apps to this user; the deploy tells"));
}

static void check_free(struct check_run *run)
{
    check_rest(run, name_request, judge_free);
}

static void judge_there(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    bool told;
    g_free(making->app_id);
    making->app_id = found_app(response, &told);
    making->nothing = making->app_id == NULL && told && making->goal == MAKING_REMOVE;
    if (making->app_id != NULL)
        check_ok(run, "%s", making->app_id);
    else if (making->nothing)
        check_ok(run, _("gone already"));
    else if (told)
        check_fail_own(run, STAGE_REST, "app-missing",
                       _("The org has no External Client App of that name."));
    else
        check_warn(run, NULL, _("the org does not show its apps to this user"));
}

static void check_there(struct check_run *run)
{
    check_rest(run, name_request, judge_there);
}

/* ---- deploys ---- */

enum { POLL_FIRST_MS = 200, POLL_MOST_MS = 2000, DEPLOY_LIMIT_MS = 15 * 60 * 1000 };

static void deploy_failure(struct failure *ret_failure, const struct deploy_problem *problem)
{
    g_autofree char *text = problem->type == NULL ? g_strdup(problem->text)
                                                  : g_strdup_printf("%s %s: %s", problem->type,
                                                                    problem->name, problem->text);
    *ret_failure = (struct failure){.stage = STAGE_REST};
    failure_say(ret_failure, NULL, text);
    if (explain_cause(ret_failure, NULL) == CAUSE_UNKNOWN)
        failure_say_own(ret_failure, "deploy", text);
}

/* One cause can fail every part of the app. */
static bool is_told(const struct deploy_report *report, guint problem)
{
    const char *text = ((const struct deploy_problem *)report->problems->pdata[problem])->text;
    for (guint i = 0; i < problem; i++)
        if (strcmp(((const struct deploy_problem *)report->problems->pdata[i])->text, text) == 0)
            return true;
    return false;
}

/* Each problem has a cause and a page of its own, and so a row. */
static void fail_deploy(struct check_run *run, const struct deploy_report *report)
{
    struct deploy_problem whole = {.text = report->status};
    struct failure failure;
    check_evidence(run, "deploy_id", report->id);
    check_evidence(run, "deploy_status", report->status);
    for (guint i = 1; i < report->problems->len; i++) {
        if (is_told(report, i))
            continue;
        deploy_failure(&failure, report->problems->pdata[i]);
        check_also_failed(run, &failure);
    }
    deploy_failure(&failure, report->problems->len > 0 ? report->problems->pdata[0] : &whole);
    check_fail(run, &failure);
}

static gboolean poll(gpointer user);

static bool changes_org(const struct check_run *run)
{
    return strcmp(run->def->id, "validated") != 0;
}

static void judge_deploy(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    struct deploy_report report;
    g_autoptr(Json) answer = response->status / 100 == 2 ? http_response_json(response) : NULL;
    if (response->status / 100 != 2) {
        check_fail_response(run, STAGE_REST, FAILURE_OF_SERVICE, NULL, response);
        return;
    }
    deploy_report_read(&report, answer);
    if (report.id == NULL) {
        check_fail_unread(run, STAGE_REST, response, NULL);
    } else if (!report.done) {
        g_free(making->id);
        making->id = g_steal_pointer(&report.id);
        if (report.total > 0)
            check_waits(run, _("%d of %d components"), (int)report.deployed, (int)report.total);
        else if (report.status != NULL)
            check_waits(run, _("the org says: %s"), report.status);
        const gint64 waited_ms = clock_monotonic_ms() - run->result->started_ms;
        g_timeout_add((guint)CLAMP(waited_ms, POLL_FIRST_MS, POLL_MOST_MS), poll, run);
    } else if (report.success) {
        making->done |= changes_org(run);
        check_evidence(run, "deploy_id", report.id);
        check_ok(run,
                 changes_org(run) ? _("done: %d components")
                                  : _("the org accepts it: %d components"),
                 (int)report.total);
    } else {
        fail_deploy(run, &report);
    }
    deploy_report_clear(&report);
}

static HttpRequest *status_request(struct session *session)
{
    return deploy_status_request(session_base(session), session_version(session),
                                 session->making->id, session_secrets(session)->access_token);
}

static gboolean poll(gpointer user)
{
    struct check_run *run = user;
    if (!check_run_is_alive(run))
        return G_SOURCE_REMOVE;
    if (clock_monotonic_ms() - run->result->started_ms > DEPLOY_LIMIT_MS)
        check_fail_own(run, STAGE_MACHINE, "timeout", _("The org has not finished the deploy."));
    else
        check_rest(run, status_request, judge_deploy);
    return G_SOURCE_REMOVE;
}

static HttpRequest *package_request(struct session *session, bool check_only)
{
    const struct making *making = session->making;
    const bool own = making->package != NULL && making->goal != MAKING_REMOVE;
    const GPtrArray *files = own ? making->package : making->files;
    g_autoptr(Secret) package =
        making->goal == MAKING_REMOVE ? metadata_removal(files) : metadata_package(files);
    return deploy_request(session_base(session), session_version(session), package, check_only,
                          session_secrets(session)->access_token);
}

static HttpRequest *validation_request(struct session *session)
{
    return package_request(session, true);
}

/* Whether an earlier run had done it all. */
static bool is_nothing(struct check_run *run)
{
    struct making *making = run->session->making;
    if (!making->nothing || making->package != NULL)
        return false;
    making->done |= !making->dry_run;
    check_ok(run, _("nothing to do"));
    return true;
}

static void check_validated(struct check_run *run)
{
    if (!is_nothing(run))
        check_rest(run, validation_request, judge_deploy);
}

static HttpRequest *real_request(struct session *session)
{
    return package_request(session, false);
}

static void check_deployed(struct check_run *run)
{
    if (is_nothing(run))
        return;
    run->session->making->sent = true;
    check_rest(run, real_request, judge_deploy);
}

/* ---- the list ---- */

enum {
    CREATE = 1 << MAKING_CREATE,
    REMOVE = 1 << MAKING_REMOVE,
    LOOK = 1 << MAKING_LOOK,
    REPAIR = 1 << MAKING_REPAIR,
    SECRET = 1 << MAKING_SECRET,
    PUT_BACK = 1 << MAKING_PUT_BACK,
    RIGHTS = 1 << MAKING_RIGHTS,
    BEGIN = CREATE | REMOVE | LOOK | RIGHTS | PUT_BACK,
    ACCESS = 1 << MAKING_GOALS, /* only for an app with a user's permission set */
};

static const struct {
    guint goals;
    struct check_def def;
} rows[] = {
    {BEGIN, {"keyring", N_("Keyring"), true, {NULL}, check_item}},
    {BEGIN, {"connection", N_("Connection"), true, {"keyring", "custom-domain"}, check_connection}},
    {BEGIN, {"salesforce", N_("Salesforce"), true, {"connection"}, check_salesforce}},
    {BEGIN, {"session", N_("Session"), true, {"salesforce"}, check_deployer}},
    {BEGIN & ~PUT_BACK, {"rights", N_("Rights"), true, {"session"}, check_rights}},
    {CREATE, {"name", N_("Name"), true, {"session"}, check_free}},
    {CREATE | REPAIR | ACCESS, {"user", N_("Run As user"), true, {"session"}, check_user}},
    {CREATE | REPAIR | ACCESS, {"license", N_("License"), true, {"user"}, check_license}},
    {CREATE | REPAIR | ACCESS,
     {"access", N_("Permission set"), true, {"license", "name"}, check_access}},
    {REMOVE | LOOK, {"app", N_("App"), true, {"session"}, check_there}},
    {LOOK, {"parts", N_("Settings read"), true, {"app"}, check_parts}},
    {CREATE | REPAIR,
     {"validated",
      N_("Validated"),
      true,
      {"rights", "name", "license", "access"},
      check_validated}},
    {REMOVE, {"validated", N_("Validated"), true, {"app", "rights"}, check_validated}},
    {CREATE | REPAIR, {"deployed", N_("Deployed"), true, {"validated"}, check_deployed}},
    {REMOVE, {"removed", N_("Removed"), true, {"validated"}, check_deployed}},
    {CREATE, {"app", N_("App"), true, {"deployed"}, check_there}},
    {CREATE | REPAIR, {"parts", N_("Settings read back"), false, {"app", "deployed"}, check_parts}},
    {CREATE, {"key-back", N_("Key read back"), true, {"app", "~parts"}, check_key_back}},
    {CREATE | REPAIR | ACCESS,
     {"licensed", N_("License assigned"), true, {"deployed"}, check_licensed}},
    {CREATE | REPAIR | ACCESS,
     {"assigned", N_("Permission set assigned"), true, {"deployed", "licensed"}, check_assigned}},
    {CREATE | REPAIR | ACCESS,
     {"run-as-back", N_("Run As read back"), true, {"parts"}, check_run_as_back}},
    {REMOVE | ACCESS,
     {"access-removed", N_("Permission set removed"), true, {"removed"}, check_access_removed}},
    {SECRET, {"switch-on", N_("Switch turned on"), true, {NULL}, check_switch_on}},
    {CREATE | REPAIR | SECRET,
     {"secret-back",
      N_("Secret read back"),
      false,
      {"~key-back", "app", "~switch-on", "deployed"},
      check_secret_back}},
    {SECRET | PUT_BACK,
     {"switch-off",
      N_("Switch turned off again"),
      true,
      {"session", "switch-on", "~secret-back"},
      check_switch_off}},
};

static bool has_row(const struct session *session, guint row)
{
    const struct making *making = session->making;
    const char *id = rows[row].def.id;
    if ((rows[row].goals & (1u << making->goal)) == 0)
        return false;
    if ((rows[row].goals & ACCESS) != 0 && !making->access)
        return false;
    if (strcmp(id, "run-as-back") == 0)
        return sheet_has(making->app, SETTING_RUN_AS);
    if (strcmp(id, "keyring") == 0)
        return !tokens_in_memory(session->tokens);
    return strcmp(id, "secret-back") != 0 || making_wants_secret(making->app);
}

bool making_wants_secret(const Connection *app)
{
    return app->app_values != APP_VALUES_NO_SECRET && !connection_way(app)->signs;
}

static void build(const struct session *session, GArray *checks)
{
    const struct making *making = session->making;
    if (making->goal == MAKING_COMPARE)
        differences_add(making, checks);
    if (((1u << making->goal) & BEGIN) != 0)
        custom_domain_add(checks, session);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!has_row(session, i))
            continue;
        g_array_append_val(checks, rows[i].def);
        if (making->dry_run && strcmp(rows[i].def.id, "validated") == 0)
            return;
    }
}

const struct check_list_def make_checks = {.build = build};
