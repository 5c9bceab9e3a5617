/* SPDX-License-Identifier: MIT */
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "registry.h"

/*
 * Forgetting a connection, in an order that can be interrupted anywhere without losing anything
 * still needed: revoke the login while its token exists, delete the keyring item, delete the file.
 * Another run continues where this one stopped. A failed revocation stops it and is noted in the
 * file.
 */

/* ---- the tokens, under the lock that refreshes take ---- */

static void found(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (!check_run_is_alive(run))
        return;
    struct session *session = run->session;
    if (tokens_finish(async, &error))
        check_ok(run, _("%s; one item"), store_provider(tokens_store(session->tokens)));
    else if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        check_ok(run, _("nothing is stored"));
    else if (session->keep_grant && g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_DAMAGED))
        check_ok(run, _("the item cannot be read"));
    else
        check_fail_tokens(run, error);
}

static void check_found(struct check_run *run)
{
    tokens_hold(run->session->tokens, run->session->connection->name, run->cancellable, found, run);
}

/* ---- the login ---- */

/* Notes it for the next run. Leaves an unreadable file alone. */
static void note_forgetting(struct session *session)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) kept =
        connections_load(session->config_dir, session->connection->name, NULL);
    session->connection->forgetting = 1;
    if (kept == NULL || kept->forgetting)
        return;
    kept->forgetting = 1;
    if (!connections_save(session->config_dir, kept, &error))
        g_warning("%s", error->message);
}

bool check_is_revoked(const struct http_response *response)
{
    return response->status == 200 && *response->body != '<';
}

static void judge_revoked(struct check_run *run, const struct http_response *response)
{
    if (check_is_revoked(response)) {
        const struct session *session = run->session;
        check_ok(run, connection_way(session->connection)->attended ||
                              session_secrets(session)->refresh_token != NULL
                          ? _("revoked at Salesforce")
                      : connection_way(session->connection)->signs
                          ? _("token revoked; remove the certificate from the app, as whoever has "
                              "its private key can go on")
                          : _("token revoked; whoever has the app's key and secret can go on"));
        return;
    }
    struct failure failure;
    failure_from_response(&failure, STAGE_TOKEN, response);
    /* This endpoint's only two refusals of a dead token (sent url-encoded). */
    if (response->end == HTTP_ANSWERED && response->status == 400 &&
        (g_strcmp0(failure.code, "invalid_token") == 0 ||
         g_strcmp0(failure.code, "unsupported_token_type") == 0)) {
        failure_clear(&failure);
        check_ok(run, _("already revoked"));
        return;
    }
    note_forgetting(run->session);
    check_fail(run, &failure);
}

/* A refresh token, or the access token of an app that logs in by itself. */
static const Secret *to_revoke(const struct session *session)
{
    const struct secrets *secrets = session_secrets(session);
    const bool attended = connection_way(session->connection)->attended;
    return secrets->refresh_token != NULL || attended ? secrets->refresh_token
                                                      : secrets->access_token;
}

static void check_revoked(struct check_run *run)
{
    const struct session *session = run->session;
    const Connection *connection = session->connection;
    const char *host = connection->login_url != NULL ? connection->login_url
                                                     : session_secrets(session)->instance_url;
    const Secret *token = to_revoke(session);
    if (session->keep_grant)
        check_ok(run, _("not revoked, as asked"));
    else if (token == NULL || host == NULL)
        check_ok(run, _("nothing to revoke"));
    else
        check_http_any(run, token_revoke_request(host, token), judge_revoked);
}

/* ---- on this computer ---- */

static void erased(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (check_tokens_done(run, async))
        check_ok(run, _("deleted; the keyring no longer has it"));
}

static void check_erased(struct check_run *run)
{
    tokens_erase(run->session->tokens, run->session->connection->name, run->cancellable, erased,
                 run);
}

static void check_deleted(struct check_run *run)
{
    const struct session *session = run->session;
    g_autoptr(GError) error = NULL;
    if (connections_delete(session->config_dir, session->connection->name, &error))
        check_ok(run, _("deleted"));
    else if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        check_ok(run, _("already gone"));
    else
        check_fail_error(run, STAGE_MACHINE, error);
}

static const struct check_def forget[] = {
    {"found", N_("Keyring"), true, {NULL}, check_found},
    {"revoked", N_("Login"), true, {"found"}, check_revoked},
    {"erased", N_("Keyring item"), true, {"revoked"}, check_erased},
    {"deleted", N_("Settings"), true, {"erased"}, check_deleted},
};
CHECK_LIST(forget_checks, forget);

/* The settings stay: the next login needs them. */
static const struct check_def disown[] = {
    {"revoked", N_("Login"), true, {NULL}, check_revoked},
    {"erased", N_("Keyring item"), true, {"revoked"}, check_erased},
};

/* The app logs in by itself now: only the refresh token of before goes. */
static void dropped(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    (void)source;
    if (check_tokens_done(run, async))
        check_ok(run, _("without the old refresh token"));
}

static void check_dropped(struct check_run *run)
{
    Tokens *tokens = run->session->tokens;
    tokens_import(tokens, tokens_secrets(tokens)->client_secret, NULL);
    check_waits_for_keyring(run);
    tokens_change(tokens, run->session->connection->name, SECRETS_TOKENS, run->cancellable, dropped,
                  run);
}

/* Else the refresh token is what the connection works with. */
static void check_changed(struct check_run *run)
{
    const struct session *session = run->session;
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) kept =
        connections_load(session->config_dir, session->connection->name, &error);
    if (kept != NULL && connection_way(kept)->attended)
        g_set_error_literal(&error, PERCH_ERROR, PERCH_ERROR_FILE,
                            _("The settings still log in with the refresh token. Make it possible "
                              "to save them, then try again."));
    if (error != NULL)
        check_fail_error(run, STAGE_MACHINE, error);
    else
        check_ok(run, _("saved; the app logs in by itself"));
}

static const struct check_def end_former[] = {
    {"changed", N_("Settings"), true, {NULL}, check_changed},
    {"revoked", N_("Previous login"), true, {"changed"}, check_revoked},
    {"dropped", N_("Keyring item"), true, {"revoked"}, check_dropped},
};

static void build_disown(const struct session *session, GArray *checks)
{
    if (connection_way(session->connection)->attended)
        g_array_append_vals(checks, disown, G_N_ELEMENTS(disown));
    else
        g_array_append_vals(checks, end_former, G_N_ELEMENTS(end_former));
}

const struct check_list_def disown_checks = {.build = build_disown};
