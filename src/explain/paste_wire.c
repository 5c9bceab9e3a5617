/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"

/* cURL's numbers (man curl, EXIT CODES) as perch's own words for the wire. */
static const struct {
    int number;
    const char *code;
} numbers[] = {
    {3, "refused-url"}, {5, "proxy"},      {6, "dns"},        {7, "connect"}, {28, "timeout"},
    {35, "tls"},        {51, "tls"},       {52, "cut"},       {55, "cut"},    {56, "cut"},
    {58, "tls"},        {60, "tls"},       {77, "tls"},       {80, "tls"},    {83, "tls"},
    {90, "tls"},        {91, "tls"},       {97, "proxy"},     {18, "cut"},    {92, "cut"},
    {61, "bad-answer"}, {1, "bad-answer"}, {8, "bad-answer"}, {16, "cut"},    {63, "too-large"},
    {100, "too-large"}, {101, "tls"},
};

/* What libcurl, Node.js, Python, Java, Go and the C library print. In any case; the first that fits
 * its line decides, so what is more exact stands first. */
static const struct {
    const char *pattern, *code;
} phrases[] = {
    {"(?i)received http code 407|tunnel failed, response 407|proxy authentication required",
     "proxy"},
    {"(?i)could not resolve proxy|proxy connect aborted|tunnel failed, response|from proxy after "
     "connect"
     "|proxyerror|unable to connect to proxy",
     "proxy"},
    {"(?i)could not resolve host|enotfound|eai_again|no such host|unknownhostexception"
     "|name or service not known|nodename nor servname|temporary failure in name resolution"
     "|err_name_not_resolved|failed to resolve",
     "dns"},
    {"(?i)ssl certificate problem|certificate has "
     "expired|cert_has_expired|certificate_verify_failed"
     "|self[- ]signed certificate|unable to get local issuer|unable_to_get_issuer_cert"
     "|unable_to_verify_leaf_signature|unable to verify the first certificate|x509: certificate"
     "|pkix path building failed|no alternative certificate subject name|err_tls_cert_altname"
     "|err_cert_|ssl routines:|ssl_error_|tls handshake|sslhandshakeexception|sslerror",
     "tls"},
    {"(?i)etimedout|econnaborted|esockettimedout|operation timed out|connection timed out"
     "|connection timeout|read timed out|i/o timeout|context deadline exceeded"
     "|client\\.timeout exceeded|timeout of [0-9]+ ?ms exceeded|err_timed_out"
     "|sockettimeoutexception",
     "timeout"},
    {"(?i)econnrefused|connection refused|couldn't connect to server|failed to connect "
     "to|ehostunreach"
     "|enetunreach|network is unreachable|no route to host|err_connection_refused"
     "|connectexception",
     "connect"},
    {"(?i)econnreset|connection reset|socket hang up|empty reply from server|broken pipe"
     "|remote end closed connection|unexpected eof|epipe|err_connection_reset",
     "cut"},
};

static const char *code_of_number(const char *digits)
{
    gint64 number = g_ascii_strtoll(digits, NULL, 10);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (numbers[i].number == number)
            return numbers[i].code;
    return NULL;
}

static const char *code_of_phrase(const char *line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(phrases); i++)
        if (regex_fits(phrases[i].pattern, line))
            return phrases[i].code;
    return NULL;
}

static void add(struct paste_text *paste, const char *code, const char *message, int rank, gsize at)
{
    struct failure failure = {0};
    failure_own(&failure, STAGE_MACHINE, code, message);
    paste_add(paste, &failure, rank, at);
}

/* "curl: (60) SSL certificate problem: ...": the words tell more than the number where both do. */
static void find_curl(struct paste_text *paste)
{
    const GRegex *regex = regex_of("curl: \\((\\d{1,3})\\)[^\\n]*");
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(regex, paste->text, 0, &info))
        return;
    g_autofree char *line = g_match_info_fetch(info, 0);
    g_autofree char *digits = g_match_info_fetch(info, 1);
    const char *code = code_of_phrase(line);
    int start = 0;
    g_match_info_fetch_pos(info, 0, &start, NULL);
    if (code == NULL)
        code = code_of_number(digits);
    if (code != NULL)
        add(paste, code, line, RANK_CURL, (gsize)start);
}

static void find_phrase(struct paste_text *paste)
{
    for (gsize i = 0; i < G_N_ELEMENTS(phrases); i++) {
        const GRegex *regex = regex_of(phrases[i].pattern);
        g_autoptr(GMatchInfo) info = NULL;
        int start = 0;
        if (!g_regex_match(regex, paste->text, 0, &info))
            continue;
        g_match_info_fetch_pos(info, 0, &start, NULL);
        g_autofree char *line = paste_line_at(paste->text, (gsize)start);
        add(paste, phrases[i].code, line, RANK_WIRE, (gsize)start);
        return;
    }
}

void paste_find_wire(struct paste_text *paste)
{
    find_curl(paste);
    find_phrase(paste);
}
