/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <string.h>

#include "perch/base/text.h"
#include "registry.h"

/* ---- a difference ---- */

static enum setting compared(const struct check_run *run)
{
    enum setting setting = sheet_compared_by(run->def->id);
    g_assert(setting < SETTING_COUNT);
    return setting;
}

/* The value in one line. */
static char *wanted(const Connection *connection, enum setting setting)
{
    char *value = sheet_value(connection, setting);
    g_strdelimit(value, "\n", ' ');
    return value;
}

static void set_fix(Diagnosis *diagnosis, const Connection *connection, enum setting setting,
                    const char *value)
{
    enum setup_page page = sheet_page(connection, setting);
    g_ptr_array_set_size(diagnosis->fix, 0);
    g_ptr_array_add(diagnosis->fix, g_strdup_printf(_("Open %s, then the app %s."),
                                                    setup_page_path(page), connection->app_name));
    g_ptr_array_add(diagnosis->fix,
                    g_strdup_printf(_("Under %s: %s: %s. Save."), sheet_part(connection, setting),
                                    sheet_label(connection, setting), value));
    diagnosis->page = page;
}

void compare_report(struct check_run *run, const Connection *connection, enum setting setting,
                    enum cause cause, const char *found)
{
    g_autofree char *value = wanted(connection, setting);
    struct failure failure = {.stage = STAGE_ANY};
    Diagnosis *diagnosis = explain_as(&failure, cause, CERTAINTY_CERTAIN);
    g_autofree char *title =
        g_strdup_printf(_("%s differs from the App step."), sheet_label(connection, setting));
    connection_set(&diagnosis->title, title);
    connection_set(&diagnosis->happened, sheet_without(connection, setting));
    connection_set(&diagnosis->tell_apart, NULL);
    connection_set(&diagnosis->message, NULL);
    diagnosis->retry = RETRY_AFTER_FIX;
    diagnosis->exit = PERCH_EXIT_APP;
    set_fix(diagnosis, connection, setting, value);
    check_evidence(run, "setting", sheet_id(setting));
    check_evidence(run, "found", found);
    check_evidence(run, "sheet", value);
    check_warn_with(run, diagnosis, _("%s; the App step says: %s"), found, value);
}

void compare_differs(struct check_run *run, enum cause cause, const char *found)
{
    compare_report(run, run->session->connection, compared(run), cause, found);
}

void compare_same(struct check_run *run)
{
    enum setting setting = compared(run);
    g_autofree char *value = wanted(run->session->connection, setting);
    check_evidence(run, "setting", sheet_id(setting));
    check_ok(run, _("matches step 3: %s"), value);
}

/* A check box, as seen from outside. */
static void compare_box(struct check_run *run, bool ticked, enum cause when_ticked)
{
    enum setting_value want = sheet_wants(run->session->connection, compared(run));
    if (want == VALUE_AS_IT_IS || (want == VALUE_TICKED) == ticked)
        compare_same(run);
    else
        compare_differs(run, ticked ? when_ticked : CAUSE_UNKNOWN,
                        sheet_value_text(ticked ? VALUE_TICKED : VALUE_UNTICKED));
}

void compare_scopes(struct check_run *run, const char *granted)
{
    const Connection *connection = run->session->connection;
    const struct login_way *way = connection_way(connection);
    /* An app that logs in by itself gets fewer than it has. */
    g_auto(GStrv) wanted_scopes =
        g_strsplit(way->attended ? connection->scopes : way->needs, " ", -1);
    if (granted == NULL) {
        check_ok(run, "%s", _("Salesforce did not say"));
        return;
    }
    for (gsize i = 0; wanted_scopes[i] != NULL; i++) {
        if (scope_covers(granted, wanted_scopes[i]))
            continue;
        g_autofree char *found = g_strdup_printf(_("granted: %s"), granted);
        compare_differs(run, CAUSE_SCOPE_MISSING, found);
        return;
    }
    check_ok(run, "%s", granted);
}

/* ---- the authorize endpoint ---- */

static HttpRequest *authorize_request(const struct check_run *run, const char *redirect_uri,
                                      const char *challenge)
{
    const struct session *session = run->session;
    g_autofree char *url = authorize_url(&(struct authorize){
        .login_url = session->connection->login_url,
        .client_id = session->connection->client_id,
        .redirect_uri = redirect_uri,
        .scopes = session->connection->scopes,
        .state = secret_peek(session->state),
        .challenge = challenge,
    });
    return http_request_new("GET", url);
}

/* ---- callbacks ---- */

/* The callbacks that this login does not use, tried one after another. */
struct callbacks {
    GPtrArray *all;
    guint next;
    GString *refused;
    bool untold;
};

static void ask_callback(struct check_run *run);

static void callbacks_free(struct callbacks *callbacks)
{
    g_ptr_array_unref(callbacks->all);
    g_string_free(callbacks->refused, TRUE);
    g_free(callbacks);
}

static void judge_callback(struct check_run *run, const struct http_response *response)
{
    struct callbacks *callbacks = run->state;
    struct failure failure;
    enum authorize_word word = authorize_word(response, &failure);
    bool mismatch = g_strcmp0(failure.code, "redirect_uri_mismatch") == 0;
    if (word == WORD_REFUSED && mismatch)
        g_string_append_printf(callbacks->refused, "%s%s", callbacks->refused->len > 0 ? ", " : "",
                               (const char *)callbacks->all->pdata[callbacks->next]);
    else if (word != WORD_ACCEPTED)
        callbacks->untold = true;
    failure_clear(&failure);
    callbacks->next++;
    ask_callback(run);
}

static void settle_callbacks(struct check_run *run)
{
    struct callbacks *callbacks = g_steal_pointer(&run->state);
    if (callbacks->refused->len == 0 && callbacks->untold) {
        check_skip(run, _("Salesforce did not say"));
    } else if (callbacks->refused->len == 0) {
        check_ok(run, ngettext("%u more, accepted", "%u more, all accepted", callbacks->all->len),
                 callbacks->all->len);
    } else {
        g_autofree char *found =
            g_strdup_printf(_("not in the app's list: %s"), callbacks->refused->str);
        compare_differs(run, CAUSE_CALLBACK_MISMATCH, found);
    }
    callbacks_free(callbacks);
}

static void ask_callback(struct check_run *run)
{
    const struct callbacks *callbacks = run->state;
    if (callbacks->next >= callbacks->all->len) {
        settle_callbacks(run);
        return;
    }
    HttpRequest *request = authorize_request(run, callbacks->all->pdata[callbacks->next],
                                             run->session->pkce.challenge);
    check_http_any(run, request, judge_callback);
}

void check_other_callbacks(struct check_run *run)
{
    struct callbacks *callbacks = g_new0(struct callbacks, 1);
    guint index;
    callbacks->all = sheet_callbacks(run->session->connection);
    callbacks->refused = g_string_new(NULL);
    if (g_ptr_array_find_with_equal_func(callbacks->all, run->session->redirect_uri, g_str_equal,
                                         &index))
        g_ptr_array_remove_index(callbacks->all, index);
    run->state = callbacks;
    run->state_free = (GDestroyNotify)callbacks_free;
    ask_callback(run);
}

/* ---- PKCE ---- */

static void judge_pkce(struct check_run *run, const struct http_response *response)
{
    struct failure failure;
    enum authorize_word word = authorize_word(response, &failure);
    if (word == WORD_ACCEPTED)
        compare_box(run, false, CAUSE_UNKNOWN);
    else if (word == WORD_REFUSED && explain_cause(&failure, NULL) == CAUSE_PKCE_REQUIRED)
        compare_box(run, true, CAUSE_PKCE_REQUIRED);
    else
        check_skip(run, _("Salesforce did not say"));
    failure_clear(&failure);
}

/* An authorize request without PKCE: an app that requires PKCE refuses it before any login page. */
void check_pkce(struct check_run *run)
{
    check_http_any(run, authorize_request(run, run->session->redirect_uri, NULL), judge_pkce);
}

/* ---- the secret ---- */

/* A code and a token that never existed: Salesforce authenticates the client first, so the answer
 * shows whether the consumer secret is required and whether the one sent is right. */
#define NO_CODE "asked-by-perch-whether-the-secret-is-needed"

enum client_answer { CLIENT_ACCEPTED, CLIENT_REFUSED, CLIENT_UNKNOWN };

static enum client_answer client_answer(const struct http_response *response, char **ret_code)
{
    static const char *const refused[] = {"invalid_client", "invalid_client_credentials", NULL};
    struct failure failure = {0};
    enum client_answer answer = CLIENT_UNKNOWN;
    *ret_code = NULL;
    if (response->end != HTTP_ANSWERED || response->status < 400 || response->status >= 500)
        return answer;
    failure_from_response(&failure, STAGE_TOKEN, response);
    if (failure.code != NULL && g_strv_contains(refused, failure.code))
        answer = CLIENT_REFUSED;
    else if (g_strcmp0(failure.code, "invalid_grant") == 0)
        answer = CLIENT_ACCEPTED;
    *ret_code = text_clean(failure.code);
    failure_clear(&failure);
    return answer;
}

static void judge_required(struct check_run *run, const struct http_response *response)
{
    g_autofree char *code = NULL;
    enum client_answer answer = client_answer(response, &code);
    if (answer == CLIENT_UNKNOWN)
        check_skip(run, _("Salesforce did not say"));
    else
        compare_box(run, answer == CLIENT_REFUSED, CAUSE_CONSUMER_SECRET_WRONG);
}

static HttpRequest *exchange_nothing(const struct check_run *run, const Secret *client_secret)
{
    const struct session *session = run->session;
    g_autoptr(Secret) code = secret_new(NO_CODE);
    return token_exchange_request(session->connection->login_url, session->connection->client_id,
                                  client_secret, session->redirect_uri, code,
                                  session->pkce.verifier);
}

void check_web_secret(struct check_run *run)
{
    check_http_any(run, exchange_nothing(run, NULL), judge_required);
}

void check_refresh_secret(struct check_run *run)
{
    g_autoptr(Secret) token = secret_new(NO_CODE);
    const struct secrets no_secret = {.refresh_token = token};
    check_http_any(run, token_request(run->session->connection, &no_secret, NULL), judge_required);
}

static bool has_secret(const struct check_run *run)
{
    return secret_length(session_secrets(run->session)->client_secret) > 0;
}

static void judge_secret(struct check_run *run, const struct http_response *response)
{
    g_autofree char *code = NULL;
    enum client_answer answer = client_answer(response, &code);
    struct failure failure;
    if (answer == CLIENT_ACCEPTED) {
        check_ok(run, has_secret(run) ? _("accepted so far") : _("none entered, none required"));
    } else if (answer == CLIENT_UNKNOWN) {
        check_skip(run, _("Salesforce did not say"));
    } else {
        failure_from_response(&failure, STAGE_TOKEN, response);
        check_fail(run, &failure);
    }
}

void check_secret(struct check_run *run)
{
    if (connection_way(run->session->connection)->signs)
        check_skip(run, _("none needed: perch signs with a key"));
    else
        check_http_any(run,
                       exchange_nothing(run, has_secret(run)
                                                 ? session_secrets(run->session)->client_secret
                                                 : NULL),
                       judge_secret);
}
