/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "compare.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/rest/rest.h"
#include "registry.h"

/* ---- exchange ---- */

/* A code is posted once. It is kept for a retry only if certainly nothing was sent. */
static bool surely_not_sent(enum http_end end)
{
    return end == HTTP_DNS || end == HTTP_CONNECT || end == HTTP_TLS || end == HTTP_PROXY ||
           end == HTTP_TIMEOUT_CONNECT || end == HTTP_REFUSED_URL;
}

static void exchanged(struct check_run *run)
{
    check_ok(run, connection_way(run->session->connection)->attended ? _("access and refresh token")
                                                                     : _("access token"));
}

/* A later row reports whether it is stored, and why not. */
static void stored_at_once(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (!check_run_is_alive(run))
        return;
    tokens_finish(async, NULL);
    exchanged(run);
}

/* Stores the tokens before any further request, unless they replace a login that must stay until
 * the new one is proven. */
static void store_at_once(struct check_run *run)
{
    Tokens *tokens = run->session->tokens;
    if (tokens_former(tokens) != NULL || tokens_in_memory(tokens) ||
        !connection_way(run->session->connection)->attended) {
        exchanged(run);
        return;
    }
    check_waits_for_keyring(run);
    tokens_change(tokens, run->session->connection->name, SECRETS_ALL, NULL, stored_at_once, run);
}

static void judge_given_back(struct check_run *run, const struct http_response *response)
{
    g_autofree char *why = g_steal_pointer(&run->state);
    const bool gone =
        check_is_revoked(response) || (response->end == HTTP_ANSWERED && response->status == 400);
    if (gone)
        tokens_unguard(run->session->tokens);
    g_autofree char *text = g_strdup_printf(
        "%s %s", why,
        gone ? _("The login in that answer is revoked.")
        : tokens_guards(run->session->tokens)
            ? _("The login in that answer could not be revoked yet; perch keeps trying for 15 "
                "minutes after it ends.")
            : _("The login in that answer could not be revoked: end it in Setup › the user › OAuth "
                "Connected Apps › Revoke."));
    check_fail_own(run, STAGE_TOKEN, "bad-answer", text);
}

/* Tokens in an answer that is not Salesforce's are used for nothing else, and not left behind. */
static void give_back(struct check_run *run, const struct token_answer *answer, const char *why)
{
    run->state = g_strdup(why);
    run->state_free = g_free;
    tokens_give_back(run->session->tokens);
    check_http_any(run,
                   token_revoke_request(run->session->connection->login_url,
                                        answer->refresh_token != NULL ? answer->refresh_token
                                                                      : answer->access_token),
                   judge_given_back);
}

static void judge_exchange(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    struct token_answer answer = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) json = http_response_json(response);
    bool fine = response->status == 200 &&
                token_answer_parse(&answer, json, session->connection->login_url, &error);
    if (answer.access_token == NULL)
        tokens_unguard(session->tokens);
    if (!surely_not_sent(response->end))
        secret_set(&session->code, NULL);
    if (response->status != 200) {
        struct failure failure;
        failure_from_response(&failure, STAGE_TOKEN, response);
        refresh_blames_clock(&failure, session->connection);
        check_fail(run, &failure);
        return;
    }
    if (!fine) {
        if (answer.access_token != NULL)
            give_back(run, &answer, error->message);
        else
            check_fail_unread(run, STAGE_TOKEN, response, error);
        token_answer_clear(&answer);
        return;
    }
    bool whole = answer.refresh_token != NULL || !connection_way(session->connection)->attended;
    if (session->before == NULL && session->expected_org_id != NULL)
        session->before = connection_copy(session->connection);
    tokens_take(session->tokens, &answer, session->connection->session_seconds, clock_wall_ms());
    session_learn(session, &answer);
    session->connection->logged_in_at = clock_wall_ms();
    session->new_login = true;
    check_evidence(run, "instance_url", session_secrets(session)->instance_url);
    if (whole) {
        store_at_once(run);
        return;
    }
    tokens_unguard(session->tokens);
    check_fail_own(run, STAGE_TOKEN, "no-refresh-token",
                   _("Salesforce sent an access token, but no refresh token."));
}

/* The app logs in by itself: nothing is lost with an answer, and nothing is stored before it is
 * known whose login it is. */
static void ask_for_token(struct check_run *run)
{
    const struct session *session = run->session;
    g_autoptr(GError) error = NULL;
    HttpRequest *request = token_request(session->connection, session_secrets(session), &error);
    if (request != NULL)
        check_http_any(run, request, judge_exchange);
    else
        check_fail_error(run, STAGE_TOKEN, error);
}

static void check_exchange(struct check_run *run)
{
    struct session *session = run->session;
    const Connection *connection = session->connection;
    if (!connection_way(connection)->attended) {
        ask_for_token(run);
        return;
    }
    if (session->code == NULL) {
        check_fail_own(run, STAGE_TOKEN, "code-used",
                       _("The authorization code was used already. Authorize again."));
        return;
    }
    HttpRequest *request = token_exchange_request(
        connection->login_url, connection->client_id, session_secrets(session)->client_secret,
        session->redirect_uri, session->code, session->pkce.verifier);
    tokens_guard(session->tokens, connection, request);
    check_http_any(run, request, judge_exchange);
}

/* ---- the answer ---- */

static void check_signature(struct check_run *run)
{
    switch (token_signature_check(&run->session->answer,
                                  session_secrets(run->session)->client_secret)) {
    case SIGNATURE_OK:
        check_ok(run, _("signed with this app's secret"));
        return;
    case SIGNATURE_NO_SECRET:
        check_skip(run, _("cannot be checked without a consumer secret"));
        return;
    case SIGNATURE_ABSENT:
        check_skip(run, _("the answer has none"));
        return;
    case SIGNATURE_WRONG:
        check_fail_own(run, STAGE_TOKEN, "signature",
                       _("The answer is not signed with this consumer secret."));
        return;
    }
}

void check_scopes(struct check_run *run)
{
    const struct login_way *way = connection_way(run->session->connection);
    g_auto(GStrv) wanted = g_strsplit(way->needs, " ", -1);
    const char *granted = run->session->connection->granted_scopes;
    check_evidence(run, "granted", granted);
    for (gsize i = 0; granted != NULL && wanted[i] != NULL; i++) {
        if (scope_covers(granted, wanted[i]))
            continue;
        g_autofree char *text =
            g_strdup_printf(_("The scope \"%s\" was not granted, only: %s"), wanted[i], granted);
        check_fail_own(run, STAGE_TOKEN, "scope-missing", text);
        return;
    }
    compare_scopes(run, granted);
}

static void learn_name(char **member, const char *name)
{
    if (name == NULL)
        return;
    g_free(*member);
    *member = text_told(name, TOLD_NAME);
}

static void judge_organization(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    g_autoptr(Json) json = response->status == 200 ? http_response_json(response) : NULL;
    const Json *record = json_first(json_get(json, "records"));
    const char *name = json_get_string(record, "Name");
    learn_name(&session->connection->org_name, name);
    learn_name(&session->connection->edition, json_get_string(record, "OrganizationType"));
    check_evidence(run, "org_id", session->connection->org_id);
    check_evidence(run, "user_id", session->connection->user_id);
    if (name != NULL)
        check_ok(run, _("%s in %s (%s)"), session->connection->username,
                 session->connection->org_name, session->connection->org_id);
    else
        check_ok(run, _("user %s in org %s"), session->connection->username,
                 session->connection->org_id);
}

/* A bad token gets a bare word with the same status, a network on the way its own page. */
static bool lacks_scope(const struct http_response *response)
{
    return response->status == 403 && strchr(response->body, '<') == NULL &&
           strcmp(response->body, "Bad_OAuth_Token") != 0;
}

static void judge_userinfo(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    g_autoptr(GError) error = NULL;
    struct userinfo info;
    if (lacks_scope(response) && !connection_way(session->connection)->attended) {
        /* Its scopes may not cover the user's name; the answer of the login has the ids. */
        check_ok(run, _("user %s in org %s"), session->connection->user_id,
                 session->connection->org_id);
        return;
    }
    if (response->status != 200) {
        check_fail_response(run, STAGE_REST, FAILURE_OF_ANYTHING, NULL, response);
        return;
    }
    g_autoptr(Json) answer = http_response_json(response);
    if (!userinfo_parse(&info, answer, &error)) {
        check_fail_unread(run, STAGE_REST, response, error);
        return;
    }
    userinfo_clear(&session->userinfo);
    session->userinfo = info;
    connection_set(&session->connection->username, info.username);
    /* The org's name is optional; if the query is refused, the id identifies the org. */
    check_http_any(
        run, session_query(session, "SELECT Name, OrganizationType, IsSandbox FROM Organization"),
        judge_organization);
}

void check_who(struct check_run *run)
{
    check_http(
        run,
        userinfo_request(session_base(run->session), session_secrets(run->session)->access_token),
        judge_userinfo);
}

/* Names both, so that a person can choose. */
static void fail_other_org(struct check_run *run)
{
    const struct session *session = run->session;
    const Connection *now = session->connection;
    const Connection *before = session->before;
    const char *known = before == NULL ? NULL : before->username;
    g_autofree char *text = g_strdup_printf(
        _("This login is for %s in org %s; this connection is for %s in org %s."),
        session->userinfo.username != NULL ? session->userinfo.username : now->user_id, now->org_id,
        known != NULL ? known : session->expected_user_id, session->expected_org_id);
    check_evidence(run, "org_id", now->org_id);
    check_evidence(run, "user_id", now->user_id);
    check_evidence(run, "expected_org_id", session->expected_org_id);
    check_evidence(run, "expected_user_id", session->expected_user_id);
    check_fail_own(run, STAGE_TOKEN, "wrong-org", text);
}

static void check_same_org(struct check_run *run)
{
    const struct session *session = run->session;
    const Connection *connection = session->connection;
    const bool same_org = g_strcmp0(session->expected_org_id, connection->org_id) == 0;
    const bool same_user = g_strcmp0(session->expected_user_id, connection->user_id) == 0;
    /* An app that logs in by itself has a user of its own, chosen in Setup. */
    const bool any_user =
        connection_changes_way(connection) || !connection_way(connection)->attended;
    if (session->expected_org_id == NULL)
        check_ok(run, _("first login of this connection"));
    else if (same_org && same_user)
        check_ok(run, _("the same org and user as before"));
    else if (same_org && any_user)
        check_ok(run, _("the same org as before, as another user"));
    else
        fail_other_org(run);
}

/* ---- lifetime of access tokens ---- */

static void judge_introspect(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    bool active = false;
    g_autoptr(Json) answer = response->status == 200 ? http_response_json(response) : NULL;
    gint64 seconds = introspect_lifetime(answer, clock_wall_ms(), &active);
    if (seconds <= 0) {
        check_ok(run, _("lifetime not stated; perch refreshes after 15 minutes"));
        return;
    }
    /* Rounded up to whole minutes, as the answer took a moment. */
    session->connection->session_seconds = (seconds + 59) / 60 * 60;
    check_evidence_int(run, "seconds", session->connection->session_seconds);
    g_autofree char *lasts = text_duration(session->connection->session_seconds);
    check_ok(run, _("lasts %s"), lasts);
}

static void check_session(struct check_run *run)
{
    struct session *session = run->session;
    if (session_secrets(session)->client_secret == NULL) {
        check_ok(run, _("lifetime not stated; perch refreshes after 15 minutes"));
        return;
    }
    check_http_any(run,
                   token_introspect_request(session->connection->login_url,
                                            session->connection->client_id,
                                            session_secrets(session)->client_secret,
                                            session_secrets(session)->access_token),
                   judge_introspect);
}

/* ---- stored, refreshed ---- */

static void stored(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (check_tokens_done(run, async))
        check_ok(run, _("%s, read back, identical"),
                 store_provider(tokens_store(run->session->tokens)));
}

static void check_stored(struct check_run *run)
{
    struct session *session = run->session;
    session->connection->forgetting = 0; /* a new login cancels forgetting */
    if (tokens_in_memory(session->tokens)) {
        check_warn(run, NULL, _("not stored: the tokens are in memory until perch ends"));
        return;
    }
    check_waits_for_keyring(run);
    tokens_change(session->tokens, session->connection->name, SECRETS_ALL, run->cancellable, stored,
                  run);
}

static void refreshed(struct refresh_result *result, gpointer user)
{
    struct check_run *run = user;
    if (!check_run_is_alive(run))
        return;
    run->result->milliseconds = result->milliseconds;
    session_refreshed(run->session, result);
    run->session->connection->rotation = result->rotated;
    if (!result->ok || result->unstored)
        check_fail_refresh(run, result);
    else if (tokens_in_memory(run->session->tokens))
        check_ok(run, _("new access token"));
    else
        check_ok(run, _("new access token, stored"));
}

void check_refreshed(struct check_run *run)
{
    check_refresh(run, NULL, refreshed, run);
}

/* Skipped without a consumer secret, which is fine. */
static void check_refreshed_signed(struct check_run *run)
{
    const struct session *session = run->session;
    if (token_signature_check(&session->answer, session_secrets(session)->client_secret) ==
        SIGNATURE_WRONG)
        check_skip(run, _("not run (needs: %s)"), _("Signature"));
    else
        check_refreshed(run);
}

void check_rotation(struct check_run *run)
{
    if (!run->session->connection->rotation) {
        check_ok(run, _("off: the refresh token stays the same"));
        return;
    }
    struct failure failure;
    failure_own(&failure, STAGE_TOKEN, "rotation", _("The refresh replaced the refresh token."));
    check_warn(run, &failure,
               _("on: a flow that holds one refresh token stops after its first refresh"));
}

/* ---- the former login ---- */

/* A user has five approvals per app; an old one left alive would some day end another
 * installation's (Salesforce Help, platform.remoteaccess_request_approve). It is revoked only now
 * that the new login is proven. */
static void judge_old_grant(struct check_run *run, const struct http_response *response)
{
    const bool invalid = response->end == HTTP_ANSWERED && response->status == 400;
    if (check_is_revoked(response) || invalid)
        tokens_former_ended(run->session->tokens);
    if (check_is_revoked(response))
        check_ok(run, _("revoked; the new one replaces it"));
    else if (invalid)
        check_ok(run, _("already invalid"));
    else if (tokens_guards(run->session->tokens))
        check_skip(run, _("could not be revoked; it counts as one of the five approvals, and perch "
                          "keeps trying for 15 minutes after it ends"));
    else
        check_skip(run, _("could not be revoked; it counts as one of the five approvals: Setup › "
                          "the user › OAuth Connected Apps › Revoke"));
}

/* A refresh token of the same connection, from before it logged in another way. */
static void keep_old_grant(struct check_run *run)
{
    if (session_secrets(run->session)->refresh_token == NULL)
        check_skip(run, _("none"));
    else
        check_ok(run, _("its refresh token is kept, as a flow may still use it"));
}

static void check_old_grant(struct check_run *run)
{
    struct session *session = run->session;
    const Secret *former = tokens_former(session->tokens);
    if (!connection_way(session->connection)->attended) {
        keep_old_grant(run);
        return;
    }
    if (former != NULL && tokens_in_memory(session->tokens)) /* the only one that will be left */
        check_skip(run, _("kept, as the new one is not stored"));
    else if (former == NULL || secret_equal(former, session_secrets(session)->refresh_token))
        check_skip(run, _("none"));
    else
        check_http_any(run, token_revoke_request(session->connection->login_url, former),
                       judge_old_grant);
}

/* The first login: stored as soon as it is known to be the right one, so that it cannot be lost. */
static const struct check_def first_login[] = {
    {"exchange", N_("Code exchanged"), true, {NULL}, check_exchange},
    {"signature", N_("Signature"), true, {"exchange"}, check_signature},
    {"scopes", N_("Scopes"), true, {"exchange"}, check_scopes},
    {"who", N_("User"), true, {"exchange"}, check_who},
    {"same-org", N_("Same org"), true, {"exchange", "~who"}, check_same_org},
    {"session", N_("Access token"), false, {"exchange"}, check_session},
    {"stored", N_("Stored"), true, {"same-org", "session", "~who"}, check_stored},
    {"refreshed", N_("Refreshed once"), true, {"stored"}, check_refreshed},
    {"rotation", N_("Rotation"), false, {"refreshed"}, check_rotation},
    {"old-grant", N_("Previous login"), false, {"refreshed"}, check_old_grant},
};

/* A login that replaces a stored one, which may be alive: that one stays until the new one has
 * proven everything. The refresh stores the new one. */
static const struct check_def login_again[] = {
    {"exchange", N_("Code exchanged"), true, {NULL}, check_exchange},
    {"signature", N_("Signature"), true, {"exchange"}, check_signature},
    {"scopes", N_("Scopes"), true, {"exchange"}, check_scopes},
    {"who", N_("User"), true, {"exchange"}, check_who},
    {"same-org", N_("Same org"), true, {"exchange", "~who"}, check_same_org},
    {"session", N_("Access token"), false, {"exchange"}, check_session},
    {"refreshed",
     N_("Refreshed once"),
     true,
     {"same-org", "scopes", "session", "~who"},
     check_refreshed_signed},
    {"stored", N_("Stored"), true, {"refreshed"}, check_stored},
    {"rotation", N_("Rotation"), false, {"stored"}, check_rotation},
    {"old-grant", N_("Previous login"), false, {"stored"}, check_old_grant},
};

static void build(const struct session *session, GArray *checks)
{
    if (tokens_former(session->tokens) != NULL && connection_way(session->connection)->attended)
        check_rows_add(checks, session, login_again, G_N_ELEMENTS(login_again));
    else
        check_rows_add(checks, session, first_login, G_N_ELEMENTS(first_login));
}

const struct check_list_def prove_checks = {.build = build};
