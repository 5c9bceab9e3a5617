/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "perch/explain/explain.h"

/* What stands between a program and Salesforce, and what only looks like a failure: who is blamed,
 * how surely, and what is to be done first. */

struct row {
    const char *text;
    const char *cause; /* NULL: nothing failed */
    enum certainty certainty;
    const char *says; /* in the title, or what happened, or a step */
};

static const struct row rows[] = {
    /* a proxy's connection is not Salesforce's */
    {"Get \"https://login.salesforce.com\": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: "
     "connection refused",
     "proxy-failed", CERTAINTY_CERTAIN, "the port in https_proxy"},
    {"proxyconnect tcp: dial tcp: lookup proxy.acme.example: no such host", "proxy-failed",
     CERTAINTY_CERTAIN, "the host name in https_proxy"},
    {"proxyconnect tcp: dial tcp 10.0.0.1:3128: i/o timeout", "proxy-failed", CERTAINTY_CERTAIN,
     NULL},
    {"java.net.ConnectException: Connection refused\n\tat sun.net.www.protocol.http."
     "HttpURLConnection.doTunneling(HttpURLConnection.java:2106)",
     "proxy-failed", CERTAINTY_CERTAIN, NULL},
    {"curl: (7) Failed to connect to proxy.acme.example port 8080: Connection refused",
     "proxy-failed", CERTAINTY_LIKELY, NULL},
    {"Failed to open TCP connection to proxy:3128 (Connection refused - connect(2))",
     "proxy-failed", CERTAINTY_LIKELY, NULL},
    {"java.io.IOException: Unable to tunnel through proxy. Proxy returns \"HTTP/1.1 407 Proxy "
     "Authentication Required\"\n\tat sun.net.www.protocol.http.HttpURLConnection.doTunneling("
     "HttpURLConnection.java:2142)",
     "proxy-failed", CERTAINTY_CERTAIN, "a user name and password"},
    {"The proxy tunnel request to proxy 'http://proxy.acme.example:8080/' failed with status code "
     "'407'.",
     "proxy-failed", CERTAINTY_LIKELY, "a user name and password"},
    {"Post \"https://login.salesforce.com/\": Proxy Authentication Required", "proxy-failed",
     CERTAINTY_CERTAIN, "a user name and password"},
    {"The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
     "tls-failed", CERTAINTY_CERTAIN, "does not know the authority"},
    {"tunneling socket could not be established, cause=getaddrinfo ENOTFOUND proxy.acme.example",
     "proxy-failed", CERTAINTY_CERTAIN, "the host name in https_proxy"},
    /* no certificate was seen */
    {"write EPROTO 00:error:0A00010B:SSL routines:ssl3_get_record:wrong version number",
     "tls-failed", CERTAINTY_LIKELY, "does not speak TLS"},
    {"[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)", "tls-failed",
     CERTAINTY_LIKELY, "does not speak TLS"},
    {"http: server gave HTTP response to HTTPS client", "tls-failed", CERTAINTY_LIKELY,
     "does not speak TLS"},
    {"An error occurred during a connection to localhost:1717. SSL_ERROR_RX_RECORD_TOO_LONG",
     "tls-failed", CERTAINTY_LIKELY, "http:// instead of https://"},
    {"tlsv1 alert protocol version: SSL routines:ssl3_read_bytes", "tls-failed", CERTAINTY_CERTAIN,
     "TLS handshake"},
    {"javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure", "tls-failed",
     CERTAINTY_CERTAIN, "TLS handshake"},
    {"UNSUPPORTED_CLIENT: TLS 1.0 has been disabled in this organization. Please use TLS 1.1 or "
     "higher",
     "tls-failed", CERTAINTY_CERTAIN, "an old version of TLS"},
    {"curl: (5) Could not resolve proxy: gate", "proxy-failed", CERTAINTY_CERTAIN,
     "The proxy's host name was not found"},
    {"ssl.SSLCertVerificationError: hostname mismatch", "tls-failed", CERTAINTY_CERTAIN, NULL},
    {"x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
     "tls-failed", CERTAINTY_CERTAIN, NULL},
    {"keystore password was incorrect", "unknown", CERTAINTY_UNKNOWN, NULL},
    {"The DNS server is not responding", "dns-failed", CERTAINTY_LIKELY, NULL},
    {"Failed to connect to \"Salesforce\": issuer mismatch", "connect-failed", CERTAINTY_LIKELY,
     NULL},
    {"http://localhost:1717/OauthRedirect?code=aPrx0123&state=x\nWitryna odrzuciła połączenie.",
     "connect-failed", CERTAINTY_CERTAIN, "Nothing waited for the browser"},
    {"http://localhost:1717/OauthRedirect?code=aPrx0123&state=x\nERR_CONNECTION_REFUSED",
     "connect-failed", CERTAINTY_CERTAIN, "Nothing waited for the browser"},
    {"Refused to connect to 'https://login.salesforce.com/' because it violates the following "
     "Content Security Policy directive",
     "unknown", CERTAINTY_UNKNOWN, NULL},
    {"PKIX path building failed: unable to find valid certification path", "tls-failed",
     CERTAINTY_CERTAIN, "who issued"},
    {"code: 'ERR_TLS_CERT_ALTNAME_INVALID'", "tls-failed", CERTAINTY_CERTAIN, "another host"},
    {"SSL certificate verify result: self signed certificate (18), continuing anyway.\n"
     "< HTTP/1.1 403 Forbidden",
     "unknown", CERTAINTY_UNKNOWN, "HTTP status 403"},
    /* who sent it */
    {"HTTP/1.1 403 Forbidden\nVia: 1.1 gate01.acme.example:80 (Cisco-WSA/11.8)", "proxy-failed",
     CERTAINTY_LIKELY, NULL},
    {"< HTTP/1.1 503 Service Unavailable\n< Via: 1.1 gate (McAfee Web Gateway)", "proxy-failed",
     CERTAINTY_LIKELY, NULL},
    {"HTTP/1.1 502 Bad Gateway\nServer: BigIP", "proxy-failed", CERTAINTY_LIKELY, NULL},
    {"HTTP/1.1 503 Service Unavailable\nVia: 1.1 vegur", "salesforce-unavailable", CERTAINTY_LIKELY,
     NULL},
    {"HTTP/1.1 401 Unauthorized\nVia: 1.1 gate.acme.example", "session-expired", CERTAINTY_LIKELY,
     NULL},
    {"HTTP/1.1 511 Network Authentication Required", "proxy-failed", CERTAINTY_LIKELY, NULL},
    {"HTTP/1.1 302 Found\nLocation: http://10.0.0.1:8002/index.php?zone=guest", "proxy-failed",
     CERTAINTY_LIKELY, NULL},
    {"Application Blocked\nAccess has been blocked in accordance with company policy.\n"
     "Application: salesforce-base",
     "proxy-failed", CERTAINTY_LIKELY, NULL},
    {"Error 1020 Access denied\nCloudflare Ray ID: 7a1b2c3d4e5f", "proxy-failed", CERTAINTY_LIKELY,
     NULL},
    {"<html><title>Captive Portal Login</title></html>", "proxy-failed", CERTAINTY_LIKELY, NULL},
    {"{\"message\":\"Missing Authentication Token\"}", "not-salesforce-host", CERTAINTY_LIKELY,
     NULL},
    {"HugeDomains.com - acme-crm.example is for sale", "not-salesforce-host", CERTAINTY_LIKELY,
     NULL},
    /* a status whose body is not there */
    {"HTTP/1.1 403 Forbidden", "unknown", CERTAINTY_UNKNOWN, "HTTP status 403"},
    {"Request failed with status code 403", "unknown", CERTAINTY_UNKNOWN, "HTTP status 403"},
    {"< HTTP/2 403\n< server: sfdcedge\n<\n<html><body><h1>Forbidden</h1></body></html>",
     "answer-unreadable", CERTAINTY_LIKELY,
     "server: sfdcedge. sfdcedge is Salesforce's own gateway"},
    {"HTTP/2 403\nserver: sfdcedge", "unknown", CERTAINTY_UNKNOWN, "Salesforce itself answered"},
    {"WIDGET_BROKEN_THING", "unknown", CERTAINTY_UNKNOWN, "looks like a Salesforce code"},
    {"{\"error\":\"widget_error\"}", "unknown", CERTAINTY_UNKNOWN, "the message beside the code"},
    /* what users wrote into a record is no answer */
    {"{\"totalSize\":1,\"done\":true,\"records\":[{\"attributes\":{\"type\":\"Case\"},"
     "\"Subject\":\"Login failed with INVALID_LOGIN\"}]}",
     NULL, CERTAINTY_UNKNOWN, NULL},
    {"{\"totalSize\":1,\"done\":true,\"records\":[{\"attributes\":{\"type\":\"LoginHistory\"},"
     "\"Status\":\"Invalid Password\"}]}",
     "login-refused", CERTAINTY_CERTAIN, NULL},
    {"Zapier: The app returned \"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: bad value for restricted "
     "picklist field: Web\".",
     "picklist-value", CERTAINTY_CERTAIN, "one of this field's values"},
    {"Lead Source: bad value for restricted picklist field: Web (INVALID_OR_NULL_FOR_RESTRICTED_"
     "PICKLIST)",
     "picklist-value", CERTAINTY_CERTAIN, "\"Web\" is not a value of Lead Source"},
    /* pages of Salesforce */
    {"https://acme.my.salesforce.com/_ui/system/security/ChangePassword?retURL=%2Fsetup%2Fsecur%2F"
     "RemoteAccessAuthorizationPage.apexp",
     "password-expired", CERTAINTY_LIKELY, NULL},
    {"https://login.salesforce.com/?ec=302&startURL=%2Fsetup%2Fsecur%2FRemoteAccessAuthorization"
     "Page.apexp",
     "login-refused", CERTAINTY_LIKELY, "Log in on that page"},
    {"Login | Salesforce\nUsername\nPassword\nLog In\nRemember me", "login-refused",
     CERTAINTY_LIKELY, "Salesforce's login page"},
    {"An unexpected error has occurred. Your solution provider has been notified. (secur)",
     "salesforce-error", CERTAINTY_LIKELY, NULL},
    {"We hit a snag\nError ID: 1473869465-43212 (-1234567)", "salesforce-error", CERTAINTY_LIKELY,
     NULL},
    {"1800 : Es gab ein Problem beim Einrichten Ihres Remotezugriffs", "approval-failed",
     CERTAINTY_LIKELY, NULL},
    {"limits resource is not enabled", "api-disabled-user", CERTAINTY_LIKELY,
     "View Setup and Configuration"},
    {"LOGIN_ERROR_API_TOO_OLD", "request-malformed", CERTAINTY_LIKELY, "newer API version"},
    {"{\"error\":\"temporarily_unavailable\"}", "salesforce-unavailable", CERTAINTY_LIKELY, NULL},
    {"FeatureNotEnabled : Bulk API is not enabled for this organization", "api-disabled",
     CERTAINTY_LIKELY, NULL},
    {"NOT_FOUND: Provided external ID field does not exist or is not accessible: Legacy_Id__c",
     "field-unknown", CERTAINTY_LIKELY, NULL},
    {"Error: secretOrPrivateKey must be an asymmetric key when using RS256", "certificate-wrong",
     CERTAINTY_LIKELY, NULL},
    {"Content-Transfer-Encoding: base64\n\n"
     "SGFsbG8sCgpkZXIgRmxvdyBtZWxkZXQ6Clt7Im1lc3NhZ2UiOiAiWW91J3JlIGNyZWF0aW5nIGEg\n"
     "ZHVwbGljYXRlIHJlY29yZC4gV2UgcmVjb21tZW5kIHlvdSB1c2UgYW4gZXhpc3RpbmcgcmVjb3Jk\n"
     "IGluc3RlYWQuIiwgImVycm9yQ29kZSI6ICJEVVBMSUNBVEVTX0RFVEVDVEVEIiwgImZpZWxkcyI6\nIFtdfV0=",
     "duplicate-record", CERTAINTY_CERTAIN, NULL},
};

static void check_row(const struct row *row)
{
    struct failure failure;
    const bool failed = explain_paste(&failure, row->text, strlen(row->text), STAGE_ANY, 0);
    g_autoptr(Diagnosis) diagnosis = failed ? explain(&failure) : NULL;
    failure_clear(&failure);
    if (row->cause == NULL || diagnosis == NULL) {
        if (failed != (row->cause != NULL))
            fail_msg("%s: %s", row->text, failed ? cause_name(diagnosis->cause) : "nothing");
        return;
    }
    g_autoptr(GString) said = g_string_new(diagnosis->title);
    g_string_append_printf(said, " %s", diagnosis->happened == NULL ? "" : diagnosis->happened);
    for (guint i = 0; i < diagnosis->fix->len; i++)
        g_string_append_printf(said, " %s", (const char *)diagnosis->fix->pdata[i]);
    if (strcmp(cause_name(diagnosis->cause), row->cause) != 0 ||
        diagnosis->certainty != row->certainty)
        fail_msg("%s: %s %d", row->text, cause_name(diagnosis->cause), (int)diagnosis->certainty);
    if (row->says != NULL && strstr(said->str, row->says) == NULL)
        fail_msg("%s: %s", row->text, said->str);
}

static void way__each_text__blames_who_failed(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_row(&rows[i]);
}

/* Who issued the certificate that was not accepted is named, where the output has it. */
static void way__the_issuer__is_named(void **state)
{
    static const char text[] = "*  issuer: O=Gate Inc.; CN=Gate Root CA\n"
                               "curl: (60) SSL certificate problem: unable to get local issuer "
                               "certificate";
    struct failure failure;
    (void)state;
    assert_true(explain_paste(&failure, text, strlen(text), STAGE_ANY, 0));
    assert_contains(failure.message, "issuer: O=Gate Inc.; CN=Gate Root CA");
    failure_clear(&failure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(way__each_text__blames_who_failed),
        cmocka_unit_test(way__the_issuer__is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
