/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/net/failure.h"
#include "perch/tokens/refresh.h"

/* By the end of the transfer; HTTP_CANCELLED depends on whether the request was sent. */
static const enum trouble ends[HTTP_END_COUNT] = {
    [HTTP_REFUSED_URL] = TROUBLE_REFUSED, [HTTP_DNS] = TROUBLE_UNSENT,
    [HTTP_CONNECT] = TROUBLE_UNSENT,      [HTTP_TLS] = TROUBLE_REFUSED,
    [HTTP_PROXY] = TROUBLE_REFUSED,       [HTTP_TIMEOUT_CONNECT] = TROUBLE_REFUSED,
    [HTTP_TIMEOUT_ANSWER] = TROUBLE_LOST, [HTTP_CUT] = TROUBLE_LOST,
    [HTTP_TOO_LARGE] = TROUBLE_LOST,      [HTTP_BAD_ANSWER] = TROUBLE_LOST,
    [HTTP_UNKNOWN] = TROUBLE_LOST,        [HTTP_CANCELLED] = TROUBLE_REFUSED,
};

/* Salesforce's servers say 503 and 429 before they process a request; any other 5xx may come from a
 * gateway that lost the answer. Anything without a row is a final refusal. */
static const struct {
    long from, to;
    enum trouble trouble;
} statuses[] = {
    {200, 200, TROUBLE_NONE},        {429, 429, TROUBLE_UNAVAILABLE}, {500, 502, TROUBLE_LOST},
    {503, 503, TROUBLE_UNAVAILABLE}, {504, 599, TROUBLE_LOST},
};

static const struct {
    enum cause cause;
    enum trouble trouble;
} causes[] = {
    {CAUSE_REFRESH_IN_PROGRESS, TROUBLE_BUSY},
    {CAUSE_SALESFORCE_UNAVAILABLE, TROUBLE_UNAVAILABLE},
    {CAUSE_SALESFORCE_ERROR, TROUBLE_LOST},
};

enum { LONGEST_RETRY_AFTER_MS = 30000 };

static const struct {
    int tries;
    gint64 first_ms, longest_ms;
} pauses[TROUBLE_COUNT] = {
    [TROUBLE_BUSY] = {6, 500, 4000},
    [TROUBLE_UNAVAILABLE] = {3, 1000, 4000},
    [TROUBLE_UNSENT] = {2, 250, 1000},
    [TROUBLE_LOST] = {1, 500, 500},
};

static gint64 retry_after(const struct http_response *response)
{
    const char *header = http_response_header(response, "Retry-After");
    guint64 seconds;
    if (header == NULL)
        return -1;
    if (g_ascii_string_to_unsigned(header, 10, 0, G_MAXINT32, &seconds, NULL))
        return (gint64)seconds * 1000;
    gint64 date = clock_parse_http_date(header);
    return date < 0 ? -1 : MAX(0, date - clock_wall_ms());
}

static enum trouble trouble_of_status(long status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (status >= statuses[i].from && status <= statuses[i].to)
            return statuses[i].trouble;
    return TROUBLE_REFUSED;
}

struct verdict refresh_judge(const struct http_response *response, struct failure *ret_failure)
{
    struct verdict verdict = {.retry_after = -1};
    if (response->end != HTTP_ANSWERED) {
        failure_from_response(ret_failure, STAGE_TOKEN, response);
        verdict.trouble = response->end == HTTP_CANCELLED && response->sent_ms != 0
                              ? TROUBLE_LOST
                              : ends[response->end];
        return verdict;
    }
    verdict.trouble = trouble_of_status(response->status);
    if (verdict.trouble == TROUBLE_NONE)
        return verdict;
    failure_from_response(ret_failure, STAGE_TOKEN, response);
    const enum cause cause = explain_cause(ret_failure, NULL);
    for (gsize i = 0; verdict.trouble == TROUBLE_REFUSED && i < G_N_ELEMENTS(causes); i++)
        if (causes[i].cause == cause)
            verdict.trouble = causes[i].trouble;
    verdict.revoked = cause == CAUSE_AUTHORIZATION_REVOKED;
    verdict.maintenance = g_strcmp0(ret_failure->code, "maintenance") == 0;
    verdict.retry_after = retry_after(response);
    return verdict;
}

gint64 refresh_pause(const struct verdict *verdict, int tries)
{
    if (tries >= pauses[verdict->trouble].tries || verdict->retry_after > LONGEST_RETRY_AFTER_MS ||
        (verdict->maintenance && verdict->retry_after < 0))
        return -1;
    gint64 pause = pauses[verdict->trouble].first_ms << tries;
    return MAX(MIN(pause, pauses[verdict->trouble].longest_ms), verdict->retry_after);
}

/* ---- texts about a lost answer ---- */

void refresh_say_lost(struct failure *failure, const Connection *connection)
{
    bool late = g_strcmp0(failure->code, "timeout") == 0;
    const char *text =
        !connection_way(connection)->attended
            ? _("The request for a token was sent, but its answer did not arrive. Nothing is "
                "lost. Run the command again.")
        : connection->rotation != 0
            ? _("The request to refresh was sent, but its answer did not arrive. Salesforce "
                "may have replaced the refresh token with one in that answer. Run the command "
                "again to find out.")
            : _("The request to refresh was sent, but its answer did not arrive. The refresh "
                "token is still valid. Run the command again.");
    const long status = failure->status;
    g_autofree char *why =
        failure->message == NULL ? NULL : g_strdup_printf("%s (%s)", text, failure->message);
    failure_clear(failure);
    failure_own(failure, STAGE_TOKEN, late ? "answer-late" : "answer-lost",
                why != NULL ? why : text);
    failure->status = status; /* from a gateway that lost the answer, or from some page */
}

void refresh_say_refused(struct failure *failure, gint64 noted_ms)
{
    g_autofree char *when = clock_format(noted_ms);
    g_autofree char *text =
        noted_ms == 0
            ? g_strdup(_("The answer to a refresh was lost on the way, and now the refresh "
                         "token is refused: Salesforce had carried out that refresh, and its "
                         "answer held the only new token."))
            : g_strdup_printf(
                  _("A refresh that began at %s was interrupted before its answer was "
                    "stored, and now the refresh token is refused: Salesforce had "
                    "carried out that refresh, and its answer held the only new token."),
                  when);
    failure_clear(failure);
    failure_own(failure, STAGE_TOKEN, "answer-lost-refused", text);
}

/* Salesforce has only one text for all that is too late. */
bool refresh_blames_clock(struct failure *failure, const Connection *connection)
{
    const bool late = connection_way(connection)->signs && failure->message != NULL &&
                      strstr(failure->message, "expired authorization code") != NULL;
    if (late) {
        const char *text = _("The signed login, good for two minutes, had expired when it arrived. "
                             "(invalid_grant: expired authorization code)");
        failure->stage = STAGE_MACHINE;
        failure_say_own(failure, "clock", text);
    }
    return late;
}

/* ---- texts about tokens that are not stored ---- */

char *refresh_unstored_text(const struct refresh_result *result, const char *name)
{
    if (!result->rotated)
        return g_strdup(_("The keyring did not accept the new access token, so the next call "
                          "refreshes again."));
    if (result->kept_until == 0)
        return g_strdup_printf(_("Salesforce has replaced the refresh token, and the keyring does "
                                 "not accept the new one, which is lost when this command ends. "
                                 "Repair the keyring, then run: perch reauthorize %s"),
                               name);
    g_autoptr(GDateTime) until = g_date_time_new_from_unix_local(result->kept_until / 1000);
    g_autofree char *clock = g_date_time_format(until, "%H:%M");
    return g_strdup_printf(_("Salesforce has replaced the refresh token, and the keyring does not "
                             "accept the new one. perch keeps it in memory until %s and stores it "
                             "as soon as the keyring accepts it, so repair the keyring before "
                             "then. After that, run: perch reauthorize %s"),
                           clock, name);
}
