/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"
#include "registry.h"

/*
 * The end of a connection, in an order in which a stop anywhere loses nothing that is still needed:
 * the login is revoked while its token is still there, then the keyring item goes, then the file.
 * Run again, it goes on where it stopped. A revocation that fails stops it and is noted in the
 * file.
 */

enum { LOCK_MS = 60000 };

/* ---- the tokens, under the lock that a refresh takes ---- */

static void loaded(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    struct secrets secrets = {0};
    (void)source;
    if (!check_run_is_alive(run))
        return;
    struct session *session = run->session;
    if (store_load_finish(session->store, async, &secrets, &error)) {
        secrets_clear(&session->secrets);
        session->secrets = secrets;
        check_ok(run, _("%s; one item"), store_provider(session->store));
    } else if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND)) {
        check_ok(run, _("nothing is stored"));
    } else if (session->keep_grant && g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INPUT)) {
        check_ok(run, _("the item cannot be read"));
    } else {
        check_fail_error(run, STAGE_MACHINE, error);
    }
}

/* One wait for the lock. */
struct wait {
    struct check_run *run;
    GCancellable *late;
    gulong cancelled;
    guint timer;
};

static gboolean on_late(gpointer user)
{
    struct wait *wait = user;
    wait->timer = 0;
    g_cancellable_cancel(wait->late);
    return G_SOURCE_REMOVE;
}

static void on_cancelled(GCancellable *cancellable, gpointer late)
{
    (void)cancellable;
    g_cancellable_cancel(late);
}

static void locked(GObject *source, GAsyncResult *async, gpointer user)
{
    g_autofree struct wait *wait = user;
    struct check_run *run = wait->run;
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreLock) lock = store_lock_take_finish(async, &error);
    (void)source;
    if (wait->timer != 0)
        g_source_remove(wait->timer);
    g_cancellable_disconnect(run->cancellable, wait->cancelled);
    g_object_unref(wait->late);
    if (!check_run_is_alive(run))
        return;
    if (lock == NULL && g_error_matches(error, PERCH_ERROR, PERCH_ERROR_CANCELLED)) {
        check_fail_own(run, STAGE_TOKEN, "refresh-in-progress",
                       _("Another perch process has held this connection's lock for a minute."));
    } else if (lock == NULL) {
        check_fail_error(run, STAGE_MACHINE, error);
    } else {
        run->session->lock = g_steal_pointer(&lock);
        store_load(run->session->store, run->session->connection->name, run->session->interactive,
                   run->cancellable, loaded, run);
    }
}

static void check_found(struct check_run *run)
{
    struct wait *wait = g_new0(struct wait, 1);
    *wait = (struct wait){.run = run, .late = g_cancellable_new()};
    wait->timer = g_timeout_add(LOCK_MS, on_late, wait);
    wait->cancelled =
        g_cancellable_connect(run->cancellable, G_CALLBACK(on_cancelled), wait->late, NULL);
    store_lock_take(run->session->config_dir, run->session->connection->name, wait->late, locked,
                    wait);
}

/* ---- the login ---- */

/* So that the next run knows. A file that cannot be read is left as it is. */
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
    return response->end == HTTP_ANSWERED && response->status == 200 &&
           (response->body_length == 0 || response->body[0] != '<');
}

static void judge_revoked(struct check_run *run, const struct http_response *response)
{
    if (check_is_revoked(response)) {
        check_ok(run, _("revoked at Salesforce"));
        return;
    }
    struct failure failure;
    failure_from_response(&failure, STAGE_TOKEN, response);
    /* The only two refusals that this endpoint has for a token that is dead (sent url-encoded). */
    if (response->end == HTTP_ANSWERED && response->status == 400 &&
        (g_strcmp0(failure.code, "invalid_token") == 0 ||
         g_strcmp0(failure.code, "unsupported_token_type") == 0)) {
        failure_clear(&failure);
        check_ok(run, _("was revoked already"));
        return;
    }
    note_forgetting(run->session);
    check_fail(run, &failure);
}

static void check_revoked(struct check_run *run)
{
    const struct session *session = run->session;
    const Connection *connection = session->connection;
    const char *host =
        connection->login_url != NULL ? connection->login_url : session->secrets.instance_url;
    if (session->keep_grant)
        check_ok(run, _("left alive at Salesforce, as asked"));
    else if (session->secrets.refresh_token == NULL || host == NULL)
        check_ok(run, _("there is none to revoke"));
    else
        check_http_any(run, token_revoke_request(host, session->secrets.refresh_token),
                       judge_revoked);
}

/* ---- what is here ---- */

static void looked(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    struct secrets secrets = {0};
    (void)source;
    if (!check_run_is_alive(run))
        return;
    if (store_load_finish(run->session->store, async, &secrets, &error)) {
        secrets_clear(&secrets);
        check_fail_own(run, STAGE_MACHINE, "failed",
                       _("The keyring says that the item is deleted, and still gives it out."));
    } else if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND)) {
        secrets_clear(&run->session->secrets);
        check_ok(run, _("deleted; the keyring has nothing of it any more"));
    } else {
        check_fail_error(run, STAGE_MACHINE, error);
    }
}

static void erased(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (!check_run_is_alive(run))
        return;
    if (store_erase_finish(run->session->store, async, &error))
        store_load(run->session->store, run->session->connection->name, false, run->cancellable,
                   looked, run);
    else
        check_fail_error(run, STAGE_MACHINE, error);
}

static void check_erased(struct check_run *run)
{
    store_erase(run->session->store, run->session->connection->name, run->cancellable, erased, run);
}

static void check_deleted(struct check_run *run)
{
    const struct session *session = run->session;
    g_autoptr(GError) error = NULL;
    if (connections_delete(session->config_dir, session->connection->name, &error))
        check_ok(run, _("deleted"));
    else if (g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        check_ok(run, _("were gone already"));
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
