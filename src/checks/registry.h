/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_REGISTRY_H
#define PERCH_CHECKS_REGISTRY_H

#include "perch/checks/check.h"
#include "perch/tokens/refresh.h"

/* One table per file; check_list_def() in registry.c lists them all. */
extern const struct check_list_def preflight_checks, probe_checks, prove_checks, describe_checks,
    insert_checks, dry_run_checks, status_checks, doctor_checks, rehearse_checks, forget_checks,
    import_login_checks, disown_checks, refresh_checks, make_checks, made_checks;

/* Checks that are in more than one list. */
/* The row that asks a host that is none of Salesforce's names; none for others. Whatever sends it
 * more needs "custom-domain". */
void custom_domain_add(GArray *checks, const struct session *session);
void check_lookup(struct check_run *run);
void check_connection(struct check_run *run);
void check_salesforce(struct check_run *run);
void check_clock(struct check_run *run);
void check_proxy(struct check_run *run);
void check_callback_port(struct check_run *run);
void check_browser(struct check_run *run);
void check_key(struct check_run *run);
void check_callback(struct check_run *run);
void check_other_callbacks(struct check_run *run);
void check_pkce(struct check_run *run);
void check_web_secret(struct check_run *run);
void check_refresh_secret(struct check_run *run);
void check_secret(struct check_run *run);
void check_app_policies(struct check_run *run);
void check_permitted_users(struct check_run *run);
void check_ip_relaxation(struct check_run *run);
void check_refresh_policy(struct check_run *run);
void check_session_timeout(struct check_run *run);
void check_run_as(struct check_run *run);
void check_user_license(struct check_run *run);
void check_idle_limit(struct check_run *run);
void check_ip_allowlist(struct check_run *run);
void check_item(struct check_run *run);
void check_certificate(struct check_run *run);
void check_refreshed(struct check_run *run);
void check_rotation(struct check_run *run);
void check_scopes(struct check_run *run);
void check_who(struct check_run *run);
void check_api(struct check_run *run);

/* One refresh of the run's connection. asker (NULL = a plain refresh) builds the request instead
 * and looks at each answer; both callbacks get the run, whose list may be gone. */
struct check_asker {
    HttpRequest *(*request)(gpointer run);
    void (*answered)(const struct http_response *response, gpointer run);
};
void check_refresh(struct check_run *run, const struct check_asker *asker, refresh_done done,
                   gpointer user);
/* Fails the run with an error of the keyring or the lock. */
void check_fail_tokens(struct check_run *run, const GError *error);
/* Takes the result of a tokens.h call for run. FALSE: the list is gone, or keyring or lock failed,
 * and so has the run. */
bool check_tokens_done(struct check_run *run, GAsyncResult *async);
/* Fails the run after a refresh without stored tokens: what failed, or where the tokens are. */
void check_fail_refresh(struct check_run *run, struct refresh_result *result);

/* Whether Salesforce has revoked the token. A 200 from something in between, such as a proxy's
 * page, does not count. */
bool check_is_revoked(const struct http_response *response);

/* Appends the rows that the connection's way to log in has: an app that logs in by itself needs no
 * browser, callback or refresh token. */
void check_rows_add(GArray *checks, const struct session *session, const struct check_def *rows,
                    guint count);

#define CHECK_LIST(name, table) \
    const struct check_list_def name = {.checks = table, .count = G_N_ELEMENTS(table)}

#endif
