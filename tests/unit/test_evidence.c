/* SPDX-License-Identifier: MIT */
/* What the org itself says about a failure: each question, what its answer changes, and that one
 * which may not be asked does no harm. */
#include "support/test.h"

#include <string.h>

#include "checks/evidence.h"
#include "perch/checks/check.h"
#include "support/http_client.h"
#include "support/net_server.h"

#define REST "/services/data/v60.0/"
#define SELECT(fields, object) REST "query?q=SELECT%20" fields "%20FROM%20" object
#define PERMISSION SELECT("PermissionsApiEnabled", "UserPermissionAccess")
#define USER REST "query?q=SELECT%20ProfileId"
#define SETS REST "query?q=SELECT%20PermissionSet.Label"
#define ORGANIZATION SELECT("OrganizationType", "Organization")
#define HISTORY REST "query?q=SELECT%20LoginTime"
#define TOKENS REST "query?q=SELECT%20AppName"
#define APPLICATION REST "query?q=SELECT%20Name"
#define POLICIES REST "query?q=SELECT%20ExternalClientApplicationId"
#define APPS REST "query?q=SELECT%20Id%2C%20DeveloperName"
#define DESCRIBE(object) REST "sobjects/" object "/describe"

enum { ANSWERS = 4 };

static const struct row {
    const char *name;
    const char *code, *text;    /* of the failure */
    const char *object, *field; /* that it names; NULL */
    const char *edition;        /* known from an earlier login; NULL */
    enum app_kind app;
    const char *answers[ANSWERS][2]; /* what the org answers; all else may not be asked */
    enum cause cause;
    enum certainty certainty;
    const char *happened; /* what is added to the diagnosis; NULL */
    const char *fact;     /* a member of the evidence, with its value */
} rows[] = {
    /* API access: the user, the org, or nobody can tell */
    {"the right is missing",
     "API_DISABLED_FOR_ORG",
     "The REST API is not enabled",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{PERMISSION, "{\"records\":[{\"PermissionsApiEnabled\":false}]}"}},
     CAUSE_API_DISABLED_USER,
     CERTAINTY_CERTAIN,
     "this user does not have API Enabled",
     "\"api_enabled\":false"},
    {"the edition includes the API",
     "API_DISABLED_FOR_ORG",
     "The REST API is not enabled",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{ORGANIZATION, "{\"records\":[{\"OrganizationType\":\"Enterprise Edition\"}]}"}},
     CAUSE_API_DISABLED_USER,
     CERTAINTY_CERTAIN,
     "Enterprise Edition, which includes the API",
     "\"edition\":\"Enterprise Edition\""},
    {"the edition is known from before",
     "API_DISABLED_FOR_ORG",
     "The REST API is not enabled",
     NULL,
     NULL,
     "Unlimited Edition",
     APP_EXTERNAL_CLIENT,
     {{NULL, NULL}},
     CAUSE_API_DISABLED_USER,
     CERTAINTY_LIKELY,
     "the org was Unlimited Edition",
     NULL},
    {"the edition has no API",
     "API_DISABLED_FOR_ORG",
     "The REST API is not enabled",
     NULL,
     NULL,
     "Professional Edition",
     APP_EXTERNAL_CLIENT,
     {{NULL, NULL}},
     CAUSE_API_DISABLED,
     CERTAINTY_LIKELY,
     "Professional Edition, which lacks the API",
     NULL},
    {"nobody can tell",
     "API_DISABLED_FOR_ORG",
     "The REST API is not enabled",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{NULL, NULL}},
     CAUSE_API_DISABLED_USER,
     CERTAINTY_LIKELY,
     NULL,
     NULL},
    {"the text names the user",
     "API_CURRENTLY_DISABLED",
     "API is disabled for this User",
     NULL,
     NULL,
     "Professional Edition",
     APP_EXTERNAL_CLIENT,
     {{NULL, NULL}},
     CAUSE_API_DISABLED_USER,
     CERTAINTY_CERTAIN,
     NULL,
     NULL},
    {"the text names the org",
     "API_DISABLED_FOR_ORG",
     "API is not enabled for this Organization or Partner",
     NULL,
     NULL,
     "Enterprise Edition",
     APP_EXTERNAL_CLIENT,
     {{NULL, NULL}},
     CAUSE_API_DISABLED,
     CERTAINTY_LIKELY,
     NULL,
     NULL},
    {"profile and permission sets",
     "API_DISABLED_FOR_ORG",
     "The REST API is not enabled",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{USER, "{\"records\":[{\"ProfileId\":\"00e000000000001AAA\",\"Profile\":{\"Name\":\"Sales\","
             "\"PermissionsApiEnabled\":false}}]}"},
      {SETS, "{\"records\":[{\"PermissionSet\":{\"Label\":\"X\",\"PermissionsApiEnabled\":false,"
             "\"IsOwnedByProfile\":true}}]}"}},
     CAUSE_API_DISABLED_USER,
     CERTAINTY_LIKELY,
     "The user's profile is Sales.",
     "\"profile_api_enabled\":false,\"permission_set_api_enabled\":false"},
    /* rights */
    {"describe: no right to create",
     "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
     NULL,
     "Case",
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{DESCRIBE("Case"), "{\"createable\":false,\"fields\":[]}"}},
     CAUSE_CREATE_NOT_PERMITTED,
     CERTAINTY_CERTAIN,
     "this user cannot create records of this object",
     "\"createable\":false"},
    {"describe: no such field",
     "INVALID_FIELD",
     "No such column",
     "Lead",
     "Foo__c",
     NULL,
     APP_EXTERNAL_CLIENT,
     {{DESCRIBE("Lead"), "{\"createable\":true,\"fields\":[{\"name\":\"Company\"}]}"}},
     CAUSE_FIELD_UNKNOWN,
     CERTAINTY_CERTAIN,
     "does not show this user a field with that name",
     "\"field_visible\":false"},
    {"describe: a field to read only",
     "INVALID_FIELD_FOR_INSERT_UPDATE",
     NULL,
     NULL,
     "Rating",
     NULL,
     APP_EXTERNAL_CLIENT,
     {{DESCRIBE("Lead"),
       "{\"createable\":true,\"fields\":[{\"name\":\"Rating\",\"createable\":false}]}"}},
     CAUSE_FIELD_NOT_WRITABLE,
     CERTAINTY_CERTAIN,
     "can only read the field",
     "\"field_createable\":false"},
    {"a hidden object",
     "NOT_FOUND",
     NULL,
     "Lead",
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{USER, "{\"records\":[{\"ProfileId\":\"00e000000000001AAA\",\"Profile\":{\"Name\":\"Agent\"}}"
             "]}"}},
     CAUSE_OBJECT_HIDDEN,
     CERTAINTY_LIKELY,
     "The user's profile is Agent.",
     "\"profile\":\"Agent\""},
    /* the login */
    {"Login History",
     "invalid_grant",
     "authentication failure",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{HISTORY,
       "{\"records\":[{\"LoginTime\":\"2026-11-23T08:00:00.000+0000\",\"Status\":\"Success\","
       "\"Application\":\"Browser\"},{\"LoginTime\":\"2026-11-23T07:59:00.000+0000\","
       "\"Status\":\"Failed: Not approved for access\",\"Application\":\"Bird\"}]}"}},
     CAUSE_USER_NOT_APPROVED,
     CERTAINTY_LIKELY,
     "Login History says: 2026-11-23T07:59:00.000+0000, Failed: Not approved for access, Bird.",
     "\"login_history\":"},
    {"Login History of an approval that failed",
     "OAUTH_APPROVAL_ERROR_GENERIC",
     "An unexpected error has occurred during authentication.",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{HISTORY, "{\"records\":[{\"LoginTime\":\"2026-11-23T07:59:00.000+0000\",\"Status\":\"Failed:"
                " API-only "
                "user\",\"Application\":\"Bird\",\"LoginType\":\"Remote Access 2.0\"}]}"}},
     CAUSE_API_ONLY_USER,
     CERTAINTY_LIKELY,
     "Failed: API-only user, Bird, Remote Access 2.0.",
     "\"login_history\":"},
    {"Login History with nothing but successes",
     "invalid_grant",
     "authentication failure",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{HISTORY,
       "{\"records\":[{\"LoginTime\":\"x\",\"Status\":\"Success\",\"Application\":\"y\"}]}"}},
     CAUSE_LOGIN_REFUSED,
     CERTAINTY_LIKELY,
     NULL,
     "{"},
    {"the app's refresh token policy",
     "invalid_grant",
     "expired access/refresh token",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{POLICIES, "{\"records\":[{\"ExternalClientApplicationId\":\"0xI000000000009AAA\","
                 "\"RefreshTokenPolicyType\":\"Infinite\"},{\"ExternalClientApplicationId\":"
                 "\"0xI000000000001AAA\",\"RefreshTokenPolicyType\":\"Zero\"}]}"}},
     CAUSE_AUTHORIZATION_REVOKED,
     CERTAINTY_CERTAIN,
     "refresh token policy is Zero",
     "\"refresh_token_policy\":\"Zero\""},
    {"the app itself",
     "redirect_uri_mismatch",
     NULL,
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{APPS, "{\"records\":[{\"Id\":\"0xI000000000009AAA\",\"DeveloperName\":\"Other\"},{\"Id\":"
             "\"0xI000000000007AAA\",\"DeveloperName\":\"Bird_Integration\"}]}"}},
     CAUSE_CALLBACK_MISMATCH,
     CERTAINTY_CERTAIN,
     NULL,
     "{}"},
    {"the app's IP policy",
     "invalid_grant",
     "ip restricted",
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{POLICIES, "{\"records\":[{\"ExternalClientApplicationId\":\"0xI000000000001AAA\","
                 "\"IpRelaxationPolicyType\":\"Enforce\"}]}"}},
     CAUSE_IP_RESTRICTED,
     CERTAINTY_CERTAIN,
     "enforces IP restrictions",
     "\"ip_enforced\":true"},
    {"an External Client App for approved users",
     "CLIENT_NOT_ACCESSIBLE_FOR_USER",
     NULL,
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{POLICIES, "{\"records\":[{\"ExternalClientApplicationId\":\"0xI000000000001AAA\","
                 "\"PermittedUsersPolicyType\":\"AdminApprovedPreAuthorized\"}]}"}},
     CAUSE_USER_NOT_APPROVED,
     CERTAINTY_CERTAIN,
     "only users approved by an administrator",
     "\"admin_approved_only\":true"},
    {"a Connected App for approved users",
     "invalid_grant",
     "user hasn't approved this consumer",
     NULL,
     NULL,
     NULL,
     APP_CONNECTED,
     {{APPLICATION, "{\"records\":[{\"Name\":\"Bird Integration\","
                    "\"OptionsAllowAdminApprovedUsersOnly\":true}]}"}},
     CAUSE_USER_NOT_APPROVED,
     CERTAINTY_CERTAIN,
     "only users approved by an administrator",
     "\"admin_approved_only\":true"},
    {"a Connected App that is known, but not installed",
     "installation_error",
     NULL,
     NULL,
     NULL,
     NULL,
     APP_CONNECTED,
     {{TOKENS, "{\"records\":[{\"AppName\":\"Another\",\"AppMenuItemId\":\"0DS000000000001AAA\"},"
               "{\"AppName\":\"Bird Integration\",\"AppMenuItemId\":null}]}"}},
     CAUSE_APP_NOT_INSTALLED,
     CERTAINTY_CERTAIN,
     "it is not installed there",
     "\"installed\":false"},
    {"an External Client App has no such id often",
     "installation_error",
     NULL,
     NULL,
     NULL,
     NULL,
     APP_EXTERNAL_CLIENT,
     {{TOKENS, "{\"records\":[{\"AppName\":\"Bird Integration\",\"AppMenuItemId\":null}]}"}},
     CAUSE_APP_NOT_INSTALLED,
     CERTAINTY_LIKELY,
     NULL,
     "\"approvals\":1"},
};

/* ---- the org ---- */

static char *with_head(const char *status, const char *body)
{
    return g_strdup_printf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu"
                           "\r\n\r\n%s",
                           status, strlen(body), body);
}

static const struct net_route *make_routes(const struct row *row, const char *other)
{
    struct net_route *routes = g_new0(struct net_route, ANSWERS + 2);
    int count = 0;
    for (int i = 0; i < ANSWERS && row->answers[i][0] != NULL; i++)
        routes[count++] = (struct net_route){row->answers[i][0],
                                             with_head("200 OK", row->answers[i][1]), 0, NET_KEEP};
    routes[count] = (struct net_route){"/", other, 0, NET_KEEP};
    return routes;
}

static void free_routes(const struct net_route *routes)
{
    for (int i = 0; routes[i + 1].path != NULL; i++) /* the last one is borrowed */
        g_free((char *)(guintptr)routes[i].bytes);
    g_free((gpointer)(guintptr)routes);
}

/* ---- asking it ---- */

struct heard {
    int calls;
    const struct failure *failure;
    const struct session *session;
    Diagnosis *diagnosis;
    char *json;   /* NULL = nothing was answered */
    char *app_id; /* known afterwards */
    guint asked, answered;
};

static void hear(struct evidence *evidence, gpointer user)
{
    struct heard *heard = user;
    g_autoptr(Json) json = evidence_to_json(evidence);
    heard->diagnosis = evidence_explain(heard->failure, heard->session, evidence);
    heard->json = json == NULL ? NULL : json_print(json);
    heard->asked = evidence->asked;
    heard->answered = evidence->answered;
    heard->calls++;
}

static struct session *make_session(const struct row *row, guint16 port, Http *http)
{
    Connection *connection = connection_new("acme");
    g_autofree char *url = local_url(port, "");
    g_autoptr(Secret) token = secret_new("00D000000000001!aaaa");
    connection_set(&connection->instance_url, url);
    connection_set(&connection->login_url, url);
    connection_set(&connection->user_id, "005000000000001AAA");
    connection_set(&connection->app_id, "0xI000000000001AAA");
    connection_set(&connection->edition, row->edition);
    connection->app_kind = row->app;
    struct session *session = session_new(connection, g_get_tmp_dir(), http, NULL);
    tokens_take(session->tokens, &(struct token_answer){.access_token = token}, 0, 0);
    return session;
}

/* The caller clears what was heard. */
static void ask(struct heard *heard, const struct row *row, const char *other)
{
    guint16 port;
    const struct net_route *routes = make_routes(row, other);
    NetServer *server = net_server_new(routes, &port);
    Http *http = http_new(NULL);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    struct session *session = make_session(row, port, http);
    struct failure failure = {.stage = STAGE_ANY,
                              .status = 403,
                              .code = g_strdup(row->code),
                              .message = g_strdup(row->text),
                              .object = g_strdup(row->object)};
    failure.fields = row->field == NULL ? NULL : g_strsplit(row->field, " ", -1);
    g_autoptr(Diagnosis) before = explain(&failure);
    *heard = (struct heard){.failure = &failure, .session = session};
    assert_true(evidence_wanted(session, before->cause));
    evidence_gather(session, before->cause, &failure, cancellable, hear, heard);
    wait_for_count(&heard->calls, 1);
    heard->app_id = g_strdup(session->connection->app_id);
    session_free(session);
    http_free(http);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    net_server_free(server);
    free_routes(routes);
    failure_clear(&failure);
}

static void heard_clear(struct heard *heard)
{
    diagnosis_free(heard->diagnosis);
    wipe_free(heard->json);
    g_free(heard->app_id);
}

static const char no_right[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 72\r\n\r\n"
                               "[{\"message\":\"sObject type is not supported\",\"errorCode\":"
                               "\"INVALID_TYPE\"}]";

static void evidence__each_answer__changes_the_diagnosis(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        struct heard heard;
        ask(&heard, row, no_right);
        if (heard.diagnosis->cause != row->cause || heard.diagnosis->certainty != row->certainty)
            fail_msg("%s: %s, %s", row->name, cause_name(heard.diagnosis->cause),
                     certainty_name(heard.diagnosis->certainty));
        if (row->happened != NULL)
            assert_contains(heard.diagnosis->happened, row->happened);
        /* Who could ask Login History does not send the person there. */
        bool asked = strcmp(row->answers[0][0] == NULL ? "" : row->answers[0][0], HISTORY) == 0;
        for (guint k = 0; asked && k < heard.diagnosis->fix->len; k++)
            assert_null(strstr(heard.diagnosis->fix->pdata[k], "Open Login History and read"));
        bool told = strcmp(row->name, "the app itself") == 0;
        assert_string_equal(heard.app_id, told ? "0xI000000000007AAA" : "0xI000000000001AAA");
        if (row->fact != NULL)
            assert_contains(heard.json, row->fact);
        else
            assert_null(heard.json);
        heard_clear(&heard);
    }
}

/* Refused, slow or broken: the diagnosis is what it would have been without. */
static void evidence__no_answer__does_no_harm(void **state)
{
    static const char *const others[] = {
        no_right,
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"records",
        "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"records\": []}",
        "HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n{\"records\":[17,null,{\"Name\":[]}]}",
        "SSH-2.0\r\n",
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(others); k++) {
            struct row bare = rows[i];
            struct heard heard;
            struct failure failure = {
                .code = g_strdup(bare.code), .message = g_strdup(bare.text), .status = 403};
            memset(bare.answers, 0, sizeof bare.answers);
            g_autoptr(Diagnosis) plain = explain(&failure);
            ask(&heard, &bare, others[k]);
            assert_true(heard.asked > 0);
            if (bare.edition == NULL) {
                assert_int_equal(heard.diagnosis->cause, plain->cause);
                assert_int_equal(heard.diagnosis->certainty, plain->certainty);
                assert_string_equal(heard.diagnosis->happened, plain->happened);
            }
            assert_int_equal(heard.diagnosis->fix->len > 0, 1);
            heard_clear(&heard);
            failure_clear(&failure);
        }
}

static void evidence__without_a_session__is_not_asked(void **state)
{
    struct row row = rows[0];
    Http *http = http_new(NULL);
    struct session *session = make_session(&row, 9, http);
    (void)state;
    assert_true(evidence_wanted(session, CAUSE_API_DISABLED_USER));
    assert_false(evidence_wanted(session, CAUSE_REQUIRED_FIELD)); /* says all by itself */
    tokens_take(session->tokens, &(struct token_answer){0}, 0, 0);
    assert_false(evidence_wanted(session, CAUSE_API_DISABLED_USER));
    session_free(session);
    http_free(http);
}

/* ---- one failure is explained once ---- */

/* The Makefile links these in place of what everything but explain.c itself would call. */
struct diagnosis *__real_explain(const struct failure *failure);
struct diagnosis *__real_explain_as(const struct failure *failure, enum cause cause,
                                    enum certainty certainty);
struct diagnosis *__wrap_explain(const struct failure *failure);
struct diagnosis *__wrap_explain_as(const struct failure *failure, enum cause cause,
                                    enum certainty certainty);

static int explained;

struct diagnosis *__wrap_explain(const struct failure *failure)
{
    explained++;
    return __real_explain(failure);
}

struct diagnosis *__wrap_explain_as(const struct failure *failure, enum cause cause,
                                    enum certainty certainty)
{
    explained++;
    return __real_explain_as(failure, cause, certainty);
}

static void count_settled(const struct check_result *result, gpointer user)
{
    (void)result;
    (void)user;
}

static void count_done(gpointer user)
{
    ++*(int *)user;
}

/* With questions to the org, and without: what the rows show was made once for each. */
static void failure__through_the_checks__is_explained_once(void **state)
{
    static const char refused[] =
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 75\r\n\r\n"
        "[{\"message\":\"The REST API is not enabled\",\"errorCode\":\"API_DISABLED_FOR_ORG\"}]";
    static const char busy[] = "HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n";
    const char *const answers[] = {refused, busy};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        guint16 port;
        struct row row = rows[0];
        const struct net_route routes[] = {{"/", answers[i], 0, NET_KEEP}, {.path = NULL}};
        NetServer *server = net_server_new(routes, &port);
        Http *http = http_new(NULL);
        struct session *session = make_session(&row, port, http);
        int done = 0, told = 0;
        explained = 0;
        CheckList *list =
            check_list_start(check_list_def(CHECKS_DRY_RUN), session, NULL,
                             &(struct check_list_listener){count_settled, count_done, &done});
        wait_for_count(&done, 1);
        const GPtrArray *results = check_list_results(list);
        for (guint k = 0; k < results->len; k++)
            told += ((const struct check_result *)results->pdata[k])->diagnosis != NULL;
        assert_true(told > 0);
        assert_int_equal(explained, told);
        check_list_free(list);
        session_free(session);
        http_free(http);
        net_server_free(server);
    }
}

int main(void)
{
    g_autofree char *home = private_home();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence__each_answer__changes_the_diagnosis),
        cmocka_unit_test(evidence__no_answer__does_no_harm),
        cmocka_unit_test(evidence__without_a_session__is_not_asked),
        cmocka_unit_test(failure__through_the_checks__is_explained_once),
    };
    int failed = cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
    remove_tree(home);
    return failed;
}
