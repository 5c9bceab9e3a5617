/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
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
    g_free(making->consumer);
    secret_unref(making->secret);
}

static HttpRequest *get(struct session *session, const char *path)
{
    return rest_request("GET", session_base(session), session_version(session), path,
                        session_secrets(session)->access_token);
}

static HttpRequest *ask(struct session *session, const char *soql)
{
    return query_request(session_base(session), session_version(session), soql,
                         session_secrets(session)->access_token);
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

static void judge_deployer(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    const Connection *app = session->making->app;
    struct userinfo info = {0};
    g_autoptr(GError) error = NULL;
    if (response->status != 200) {
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
    if (app->org_id != NULL ? strncmp(app->org_id, info.org_id, 15) != 0
                            : !same_host(app->login_url, session_base(session))) {
        g_autofree char *text = g_strdup_printf(
            _("This session is for %s; the app belongs in %s."), session_base(session),
            app->org_id != NULL && app->instance_url != NULL ? app->instance_url : app->login_url);
        check_fail_own(run, STAGE_REST, "other-org", text);
    } else {
        check_ok(run, _("%s in %s"), info.username, session_base(session));
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
        failure_own(&failure, STAGE_REST, "deploy-not-permitted",
                    _("The user lacks the permission Modify Metadata Through Metadata API "
                      "Functions."));
        check_warn(run, &failure, _("no Modify Metadata Through Metadata API Functions"));
    }
}

static HttpRequest *rights_request(struct session *session)
{
    return ask(session, "SELECT PermissionsModifyMetadata FROM UserPermissionAccess LIMIT 1");
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
    return ask(session, soql);
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
    const char *name = run->session->making->app->app_api_name;
    bool told;
    g_autofree char *id = found_app(response, &told);
    if (id != NULL) {
        g_autofree char *text =
            g_strdup_printf(_("There is already an External Client App named %s."), name);
        check_evidence(run, "app_id", id);
        check_fail_own(run, STAGE_REST, "app-exists", text);
    } else if (told) {
        check_ok(run, _("%s is free"), name);
    } else {
        check_warn(run, NULL, _("the org does not show its apps to this user; the deploy tells"));
    }
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
    if (making->app_id != NULL)
        check_ok(run, "%s", making->app_id);
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

enum { POLL_MS = 1000, DEPLOY_LIMIT_MS = 15 * 60 * 1000 };

static void fail_deploy(struct check_run *run, const struct deploy_report *report)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < report->problems->len; i++) {
        const struct deploy_problem *problem = report->problems->pdata[i];
        if (problem->type != NULL)
            g_string_append_printf(text, "%s%s %s: ", i == 0 ? "" : " ", problem->type,
                                   problem->name);
        g_string_append(text, problem->text);
    }
    check_evidence(run, "deploy_id", report->id);
    check_evidence(run, "deploy_status", report->status);
    const char *told = text->len > 0 ? text->str : report->status;
    struct failure failure = {.stage = STAGE_REST};
    failure_say(&failure, NULL, told);
    if (explain_cause(&failure, NULL) == CAUSE_UNKNOWN)
        failure_say_own(&failure, "deploy", told);
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
        g_timeout_add(POLL_MS, poll, run);
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
    g_autoptr(Secret) package =
        making->remove ? metadata_removal(making->files) : metadata_package(making->files);
    return deploy_request(session_base(session), session_version(session), package, check_only,
                          session_secrets(session)->access_token);
}

static HttpRequest *validation_request(struct session *session)
{
    return package_request(session, true);
}

static void check_validated(struct check_run *run)
{
    check_rest(run, validation_request, judge_deploy);
}

static HttpRequest *real_request(struct session *session)
{
    return package_request(session, false);
}

static void check_deployed(struct check_run *run)
{
    run->session->making->sent = true;
    check_rest(run, real_request, judge_deploy);
}

/* ---- key and secret read back ---- */

static HttpRequest *consumers_request(struct session *session)
{
    g_autofree char *path = g_strconcat("apps/oauth/credentials/", session->making->app_id, NULL);
    return get(session, path);
}

/* An org that does not show credentials is no fault of the app. */
static void judge_consumers(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    const Json *consumer = json_first(json_get(answer, "consumers"));
    const char *key = json_get_string(consumer, "key");
    const char *id = json_get_string(consumer, "id");
    if (key == NULL || id == NULL || !salesforce_id_is_valid(id)) {
        check_skip(run, _("the org does not show it; the login host tells"));
    } else if (strcmp(key, making->app->client_id) != 0) {
        check_fail_own(run, STAGE_REST, "deploy",
                       _("The org gave the app another consumer key than the deploy asked for."));
    } else {
        making->consumer = g_strdup(id);
        check_ok(run, _("the one that was deployed"));
    }
}

static void check_key_back(struct check_run *run)
{
    if (run->session->making->app_id == NULL)
        check_skip(run, _("the org does not show it; the login host tells"));
    else
        check_rest(run, consumers_request, judge_consumers);
}

static HttpRequest *secret_request(struct session *session)
{
    const struct making *making = session->making;
    g_autofree char *path =
        g_strdup_printf("apps/oauth/credentials/%s/%s?part=keyandsecret", making->app_id,
                        making->consumer != NULL ? making->consumer : "-");
    return get(session, path);
}

static void judge_secret(struct check_run *run, const struct http_response *response)
{
    struct making *making = run->session->making;
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    const char *secret = json_get_string(answer, "secret");
    if (secret != NULL && *secret != '\0') {
        making->secret = secret_new(secret);
        check_ok(run, _("read"));
        return;
    }
    struct failure failure;
    failure_own(&failure, STAGE_REST, "secret-hidden", _("The org does not show the secret."));
    connection_set(&run->session->connection->app_id, making->app_id);
    check_warn(run, &failure, _("not shown; copy it from the app in Setup"));
}

static void check_secret_back(struct check_run *run)
{
    if (run->session->making->app_id == NULL)
        check_skip(run, _("the org does not show its apps to this user"));
    else
        check_rest(run, secret_request, judge_secret);
}

/* ---- the list ---- */

static const struct check_def held[] = {
    {"keyring", N_("Keyring"), true, {NULL}, check_item},
};

static const struct check_def make[] = {
    {"connection", N_("Connection"), true, {"keyring"}, check_connection},
    {"salesforce", N_("Salesforce"), true, {"connection"}, check_salesforce},
    {"session", N_("Session"), true, {"salesforce"}, check_deployer},
    {"rights", N_("Rights"), true, {"session"}, check_rights},
    {"name", N_("Name"), true, {"session"}, check_free},
    {"validated", N_("Validated"), true, {"rights", "name"}, check_validated},
    {"deployed", N_("Deployed"), true, {"validated"}, check_deployed},
    {"app", N_("App"), true, {"deployed"}, check_there},
    {"key-back", N_("Key read back"), true, {"app"}, check_key_back},
    {"secret-back", N_("Secret read back"), false, {"~key-back", "app"}, check_secret_back},
};

static const struct check_def unmake[] = {
    {"connection", N_("Connection"), true, {"keyring"}, check_connection},
    {"salesforce", N_("Salesforce"), true, {"connection"}, check_salesforce},
    {"session", N_("Session"), true, {"salesforce"}, check_deployer},
    {"rights", N_("Rights"), true, {"session"}, check_rights},
    {"app", N_("App"), true, {"session"}, check_there},
    {"validated", N_("Validated"), true, {"app", "rights"}, check_validated},
    {"removed", N_("Removed"), true, {"validated"}, check_deployed},
};

bool making_wants_secret(const Connection *app)
{
    return app->app_values != APP_VALUES_NO_SECRET && !connection_way(app)->signs;
}

static void build(const struct session *session, GArray *checks)
{
    const struct making *making = session->making;
    const struct check_def *rows = making->remove ? unmake : make;
    guint count = making->remove ? G_N_ELEMENTS(unmake) : G_N_ELEMENTS(make);
    if (!tokens_in_memory(session->tokens))
        g_array_append_vals(checks, held, G_N_ELEMENTS(held));
    if (!making->remove && !making_wants_secret(making->app))
        count--;
    for (guint i = 0; i < count; i++) {
        g_array_append_val(checks, rows[i]);
        if (making->dry_run && strcmp(rows[i].id, "validated") == 0)
            return;
    }
}

const struct check_list_def make_checks = {.build = build};

/* ---- the app is there ---- */

/* Salesforce knows a new app everywhere after 2 to 10 minutes, at times after 30. */
enum { KNOWN_MS = 30 * 60 * 1000, ASK_FIRST_MS = 2000, ASK_MOST_MS = 15000 };

static void ask_login_host(struct check_run *run);

static gboolean ask_again(gpointer user)
{
    struct check_run *run = user;
    if (check_run_is_alive(run))
        ask_login_host(run);
    return G_SOURCE_REMOVE;
}

static void judge_known(struct check_run *run, const struct http_response *response)
{
    struct failure failure;
    const gint64 waited_ms = clock_monotonic_ms() - run->result->started_ms;
    const enum authorize_word word = authorize_word(response, &failure);
    g_autofree char *waited = text_duration(waited_ms / 1000);
    if (word == WORD_ACCEPTED) {
        check_evidence_int(run, "waited_seconds", waited_ms / 1000);
        check_ok(run, waited_ms < ASK_FIRST_MS ? _("at once") : _("after %s"), waited);
        failure_clear(&failure);
    } else if (word == WORD_REFUSED && waited_ms < KNOWN_MS &&
               explain_cause(&failure, NULL) == CAUSE_CONSUMER_KEY_UNKNOWN) {
        failure_clear(&failure);
        check_waits(run, "%s", _("not yet; it takes 2 to 10 minutes"));
        g_timeout_add((guint)CLAMP(waited_ms / 4, ASK_FIRST_MS, ASK_MOST_MS), ask_again, run);
    } else if (word == WORD_REFUSED) {
        check_fail(run, &failure);
    } else {
        failure_clear(&failure);
        check_fail_response(run, STAGE_AUTHORIZE, FAILURE_OF_ANYTHING, NULL, response);
    }
}

static void ask_login_host(struct check_run *run)
{
    struct session *session = run->session;
    session_begin_login(session, session->connection->ports[0]);
    g_autofree char *url = session_authorize_url(session);
    check_http(run, http_request_new("GET", url), judge_known);
}

static void stored(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (check_tokens_done(run, async))
        check_ok(run, _("stored and read back"));
}

static void check_secret_kept(struct check_run *run)
{
    check_waits_for_keyring(run);
    tokens_change(run->session->tokens, run->session->connection->name, SECRETS_APP,
                  run->cancellable, stored, run);
}

static const struct check_def made[] = {
    {"secret-kept", N_("Secret kept"), true, {NULL}, check_secret_kept},
    {"known", N_("Known to the login host"), true, {NULL}, ask_login_host},
    {"callbacks", N_("All callbacks"), false, {"known"}, check_other_callbacks},
    {"pkce", N_("PKCE"), false, {"known"}, check_pkce},
    {"web-secret", N_("Login secret"), false, {"known"}, check_web_secret},
    {"refresh-secret", N_("Refresh secret"), false, {"known"}, check_refresh_secret},
};

static void build_made(const struct session *session, GArray *checks)
{
    const bool kept = session_secrets(session)->client_secret != NULL;
    check_rows_add(checks, session, made + (kept ? 0 : 1), G_N_ELEMENTS(made) - (kept ? 0 : 1));
}

const struct check_list_def made_checks = {.build = build_made};
