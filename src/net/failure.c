/* SPDX-License-Identifier: MIT */
#include "perch/net/failure.h"

#include <string.h>

#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

/* Redirects are never followed, but the target tells who sent one. Only the host is shown: the rest
 * of the address may contain secrets. */
static bool failure_from_redirect(struct failure *ret_failure, enum stage stage,
                                  const struct http_response *response)
{
    const char *location = http_response_header(response, "Location");
    if (response->status / 100 != 3 || location == NULL)
        return false;
    g_autoptr(GUri) uri = g_uri_parse(location, G_URI_FLAGS_PARSE_RELAXED, NULL);
    const char *host = uri == NULL ? NULL : g_uri_get_host(uri);
    g_autofree char *origin =
        host == NULL ? NULL : g_strdup_printf("%s://%s", g_uri_get_scheme(uri), host);
    const bool own = origin == NULL || salesforce_url_is_trusted(origin);
    g_autofree char *text =
        origin == NULL ? g_strdup(_("The answer redirects to another page of the same host."))
                       : g_strdup_printf(_("The answer redirects to %s."), origin);
    failure_own(ret_failure, stage, own ? "redirect" : "redirect-elsewhere", text);
    ret_failure->status = response->status;
    return true;
}

/* A success status with an unexpected body comes from something in between. */
static void name_odd_success(struct failure *failure)
{
    if (failure->status / 100 != 2 ||
        (failure->code != NULL && strcmp(failure->code, "empty") != 0))
        return;
    g_free(failure->code);
    failure->code = g_strdup("bad-answer");
    failure->own = true;
}

/* Which header tells who answered, if the answer itself has no code; the first one found decides. A
 * proxy adds Via to what it passes on, too, so that one is no proof. */
static const struct sign {
    const char *header, *holds; /* NULL = anything */
    const char *code;
} signs[] = {
    {"Server", "sfdcedge", "edge-page"},  {"X-Squid-Error", NULL, "between"},
    {"X-Zscaler-Error", NULL, "between"}, {"Proxy-Agent", NULL, "between"},
    {"Server", "squid", "between"},       {"Server", "zscaler", "between"},
    {"Server", "bigip", "passed-on"},     {"Via", NULL, "passed-on"},
};

static bool shows(const struct sign *sign, const struct http_response *response)
{
    const char *value = http_response_header(response, sign->header);
    return value != NULL && (sign->holds == NULL || strcasestr(value, sign->holds) != NULL);
}

/* What was seen, for whoever runs it: "Via: 1.1 gate, certificate by Acme". */
static char *sign_seen(const struct sign *sign, const struct http_response *response)
{
    g_autofree char *seen = g_strdup_printf(
        "%s: %s%s%s", sign->header, http_response_header(response, sign->header),
        *response->tls.issuer == '\0' ? "" : ", certificate by ", response->tls.issuer);
    return text_clean(seen);
}

static bool is_without_code(const struct failure *failure)
{
    return failure->code == NULL || strcmp(failure->code, "html") == 0 ||
           strcmp(failure->code, "empty") == 0 || strcmp(failure->code, "filter-page") == 0;
}

static void name_between(struct failure *failure, const struct http_response *response)
{
    gsize i = 0;
    while (i < G_N_ELEMENTS(signs) && !shows(&signs[i], response))
        i++;
    if (i == G_N_ELEMENTS(signs) || !is_without_code(failure))
        return;
    /* Salesforce's edge refuses without a reason, too: only what it does not pass on is its own. */
    const bool refused = i == 0 && failure->status < 420;
    g_free(failure->code);
    failure->code = g_strdup(refused ? "html" : signs[i].code);
    failure->own = true;
    g_free(failure->named);
    failure->named = sign_seen(&signs[i], response);
}

void failure_from_response(struct failure *ret_failure, enum stage stage,
                           const struct http_response *response)
{
    static const char *const ends[HTTP_END_COUNT] = {
        [HTTP_REFUSED_URL] = "not-salesforce-host",
        [HTTP_DNS] = "dns",
        [HTTP_CONNECT] = "connect",
        [HTTP_TLS] = "tls",
        [HTTP_PROXY] = "proxy",
        [HTTP_TIMEOUT_CONNECT] = "timeout",
        [HTTP_TIMEOUT_ANSWER] = "timeout",
        [HTTP_CUT] = "cut",
        [HTTP_TOO_LARGE] = "too-large",
        [HTTP_BAD_ANSWER] = "bad-answer",
        [HTTP_UNKNOWN] = "libcurl",
        [HTTP_CANCELLED] = "cancelled",
    };
    if (response->end != HTTP_ANSWERED)
        failure_own(ret_failure, STAGE_MACHINE, ends[response->end], response->detail);
    else if (!failure_from_redirect(ret_failure, stage, response)) {
        failure_parse(ret_failure, stage, response->status, response->body, response->body_length);
        name_between(ret_failure, response);
        name_odd_success(ret_failure);
    }
}

void failure_from_unread(struct failure *ret_failure, enum stage stage,
                         const struct http_response *response, const GError *error)
{
    failure_from_response(ret_failure, stage, response);
    if (error != NULL && g_strcmp0(ret_failure->code, "bad-answer") == 0)
        failure_say_own(ret_failure, "bad-answer", error->message);
}

void failure_from_error(struct failure *ret_failure, enum stage stage, const GError *error)
{
    static const char *const codes[] = {
        [PERCH_ERROR_STORE_ABSENT] = "absent",
        [PERCH_ERROR_STORE_LOCKED] = "locked",
        [PERCH_ERROR_STORE_NO_COLLECTION] = "no-collection",
        [PERCH_ERROR_STORE_FAILED] = "failed",
        [PERCH_ERROR_STORE_DAMAGED] = "item-damaged",
        [PERCH_ERROR_STORE_NEWER] = "item-newer",
        [PERCH_ERROR_FILE] = "file",
    };
    const char *code = NULL;
    if (error->domain == PERCH_ERROR && error->code >= 0 &&
        (gsize)error->code < G_N_ELEMENTS(codes))
        code = codes[error->code];
    if (code != NULL)
        stage = STAGE_MACHINE;
    failure_own(ret_failure, stage, code != NULL ? code : "internal", error->message);
}
