/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHECKS_LISTS_H
#define PERCH_CHECKS_LISTS_H

#include "perch/checks/check.h"

/* One table a file; check_list_def() in lists.c names them all. */
extern const struct check_list_def preflight_checks, probe_checks, prove_checks, describe_checks,
    insert_checks, dry_run_checks, status_checks, doctor_checks, rehearse_checks, forget_checks,
    import_login_checks, disown_checks;

/* Checks that stand in more than one list. */
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
void check_item(struct check_run *run);
void check_refreshed(struct check_run *run);
void check_rotation(struct check_run *run);
void check_scopes(struct check_run *run);
void check_who(struct check_run *run);
void check_api(struct check_run *run);

/* One refresh of the run's connection. asker (NULL = perch itself): who makes the request in its
 * place, and looks at each answer; both get the run, which may have lost its list. */
struct check_asker {
    HttpRequest *(*request)(gpointer run);
    void (*answered)(const struct http_response *response, gpointer run);
};
void check_refresh(struct check_run *run, const struct check_asker *asker, refresh_done done,
                   gpointer user);
/* The keyring, or the lock, refused. */
void check_fail_tokens(struct check_run *run, const GError *error);
/* How a call of tokens.h that has user for its run ended. FALSE: nobody is left to hear of it, or
 * the keyring, or the lock, refused, which the run has then failed with. */
bool check_tokens_done(struct check_run *run, GAsyncResult *async);
/* A refresh that did not end with stored tokens: what failed, or what becomes of the tokens. */
void check_fail_refresh(struct check_run *run, struct refresh_result *result);

/* Whether Salesforce has revoked what it was asked to; the page of something in between, which also
 * says 200, is no such answer. */
bool check_is_revoked(const struct http_response *response);

#define CHECK_LIST(name, table) \
    const struct check_list_def name = {.checks = table, .count = G_N_ELEMENTS(table)}

#endif
