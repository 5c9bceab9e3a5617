/* SPDX-License-Identifier: MIT */
/* What a person may paste while perch waits for the code. */
/* CODE is shorter than Salesforce's, which only means that it is asked for once more. */
#include "support/test.h"

#include <string.h>

#include "perch/auth/oauth.h"

#define CODE "aPrxfake.Code_1-2.3ag=="
#define ENCODED "aPrxfake.Code_1-2.3ag%3D%3D"
#define STATE "s-t_a.te~1"
#define PAGE "https://acme.my.salesforce.com/setup/secur/RemoteAccessErrorPage.apexp"

enum state_seen { NO_STATE, RIGHT_STATE, WRONG_STATE };

static const struct {
    const char *text;
    enum paste_kind kind;
    const char *value; /* code or error; for PASTE_NOTHING a part of the sentence */
    const char *description;
    enum state_seen state;
} rows[] = {
    /* the redirect address */
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE, PASTE_CODE, CODE, NULL,
     RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?state=" STATE "&code=" ENCODED, PASTE_CODE, CODE, NULL,
     RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=" CODE "&state=" STATE, PASTE_CODE, CODE, NULL,
     RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED, PASTE_CODE, CODE, NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&state=other", PASTE_CODE, CODE, NULL,
     WRONG_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&state=", PASTE_CODE, CODE, NULL,
     WRONG_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&state=s%2Dt_a.te~1", PASTE_CODE, CODE,
     NULL, RIGHT_STATE},
    {"https://login.salesforce.com/?code=" ENCODED "&state=" STATE, PASTE_CODE, CODE, NULL,
     RIGHT_STATE},
    {"https://login.salesforce.com/services/oauth2/success?code=" ENCODED, PASTE_CODE, CODE, NULL,
     NO_STATE},
    {"https://login.salesforce.com/services/oauth2/success#code=" ENCODED, PASTE_CODE, CODE, NULL,
     NO_STATE},
    {"localhost:1717/OauthRedirect?code=" ENCODED, PASTE_CODE, CODE, NULL, NO_STATE},
    {"myapp://callback?code=" ENCODED, PASTE_CODE, CODE, NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE "&sfdc_community_url=x"
     "#frag",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&amp;state=" STATE, PASTE_CODE, CODE,
     NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?response_code=1&code=" ENCODED, PASTE_CODE, CODE, NULL,
     NO_STATE},
    /* with what copying adds */
    {"  http://localhost:1717/OauthRedirect?code=" ENCODED "  \n", PASTE_CODE, CODE, NULL,
     NO_STATE},
    {"\"http://localhost:1717/OauthRedirect?code=" ENCODED "\"", PASTE_CODE, CODE, NULL, NO_STATE},
    {"<http://localhost:1717/OauthRedirect?code=" ENCODED ">", PASTE_CODE, CODE, NULL, NO_STATE},
    {"“http://localhost:1717/OauthRedirect?code=" ENCODED "”", PASTE_CODE, CODE, NULL, NO_STATE},
    {"http://localhost:1717/OauthRe\ndirect?co\nde=aPrxfake.Code\n_1-2.3ag%3\nD%3D&sta\nte=" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Co  \r\n      de_1-2.3ag%3D%3D", PASTE_CODE,
     CODE, NULL, NO_STATE},
    {"\xEF\xBB\xBFhttp://localhost:1717/OauthRedirect?code=aPrxfake\xE2\x80\x8B.Code_1-2.3ag%3D%3D",
     PASTE_CODE, CODE, NULL, NO_STATE},
    {"The address is http://localhost:1717/OauthRedirect?code=" ENCODED, PASTE_CODE, CODE, NULL,
     NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE " and then it stops",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?state=" STATE "&code=" ENCODED " does not work",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"[here](http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE ")", PASTE_CODE,
     CODE, NULL, RIGHT_STATE},
    {"<http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE "|the page>", PASTE_CODE,
     CODE, NULL, RIGHT_STATE},
    {"> http://localhost:1717/OauthRedirect?code=aPrxfake.Code\n> _1-2.3ag%3D%3D&state=" STATE "\n",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=3DaPrxfake.Co=\nde_1-2.3ag%3D%3D&state=3D" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxold.Code_9999==&state=old\n\n"
     "http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"https://eu.safelinks.example/?url=http%3A%2F%2Flocalhost%3A1717%2FOauthRedirect%3Fcode%3D"
     "aPrxfake.Code_1-2.3ag%253D%253D%26state%3D" STATE "&data=05",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    /* links of mail filters, and addresses encoded twice */
    {"https://urldefense.proofpoint.com/v2/url?u=http-3A__localhost-3A1717_OauthRedirect-3Fcode-3D"
     "aPrxfake.Code-5F1-2D2.3ag-253D-253D-26state-3Ds-2Dt-5Fa.te-7E1&d=DwMF&c=x",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"https://urldefense.com/v3/__http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag*3D"
     "*3D&state=" STATE "__;JSU!!Ab-Cd!xyz$",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"https://login.salesforce.com.mcas.ms/?code=" ENCODED "&state=" STATE "&McasTsid=20892",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag%253D%253D&state=" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http%3A%2F%2Flocalhost%3A1717%2FOauthRedirect%3Fcode%3DaPrxfake.Code_1-2.3ag%253D%253D%26"
     "state%3D" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    /* from a log, and from a browser's tools for developers */
    {"127.0.0.1 - - [23/Nov/2026:10:00:00 +0000] \"GET /OauthRedirect?code=" ENCODED "&state=" STATE
     " HTTP/1.1\" 404 9 \"https://acme.my.salesforce.com/\" \"Mozilla/5.0\"",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"GET /OauthRedirect?state=" STATE "&code=" ENCODED " HTTP/1.1\nHost: localhost:1717\n"
     "Referer: https://acme.my.salesforce.com/\n",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"curl 'http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE "' \\\n"
     "  -H 'Referer: https://acme.my.salesforce.com/' \\\n  --compressed",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"code: " CODE "\nstate: " STATE "\n", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"{\"code\": \"" CODE "\", \"state\": \"" STATE "\"}", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"code: " CODE "\nstate: other\n", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"Request URL: http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE
     "\nRequest Method: GET\nReferrer Policy: strict-origin",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"Location: http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE, PASTE_CODE,
     CODE, NULL, RIGHT_STATE},
    /* as lists, tables and other programs write it */
    {"{ code: '" CODE "', state: '" STATE "' }", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"{ code: `" CODE "`, state: `" STATE "` }", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"code='" CODE "' state='" STATE "'", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"?code='" CODE "'&state='" STATE "'", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"{'code': '" CODE "', 'state': 'other'}", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"{'code': '" CODE "', 'state': '" STATE "'}", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"{'code': ['" CODE "'], 'state': ['other']}", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"{\"code\"=>\"" CODE "\", \"state\"=>\"other\"}", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"{\"code\"=>\"" CODE "\", \"state\"=>\"" STATE "\"}", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"[code] => " CODE "\n[state] => other", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"{\"b\": \"{\\\"code\\\": \\\"" CODE "\\\", \\\"state\\\": \\\"other\\\"}\"}", PASTE_CODE,
     CODE, NULL, WRONG_STATE},
    {"{\"b\": \"{\\\"code\\\": \\\"" CODE "\\\", \\\"state\\\": \\\"" STATE "\\\"}\"}", PASTE_CODE,
     CODE, NULL, RIGHT_STATE},
    {"state = other\ncode = " CODE, PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"state = " STATE "\ncode = " CODE, PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"| code | " CODE " |\n| state | other |", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"| code | " CODE " |\n| state | " STATE " |", PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"\xE2\x94\x82 code \xE2\x94\x82 " CODE " \xE2\x94\x82\n"
     "\xE2\x94\x82 state \xE2\x94\x82 other \xE2\x94\x82",
     PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"code\t" CODE "\nstate\tother", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"code\n" CODE "\nstate\nother", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"Code: " CODE "\nState: other", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"Code: " CODE "\nState: " STATE, PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"<code>" CODE "</code><state>other</state>", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag&#61;&#61;&state&#61;" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag&#x3D;&#x3d;&#38;state=" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    /* from a letter, a box, a shell */
    {"Hello,\n\nthe page said:\n> http://localhost:1717/OauthRedirect?code=aPrxfake.Code\n"
     "> _1-2.3ag%3D%3D&state=" STATE "\n\nRegards\n",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"\xE2\x94\x82 http://localhost:1717/OauthRedirect?code=aPrxfake.Code \xE2\x94\x82\n"
     "\xE2\x94\x82 _1-2.3ag%3D%3D&state=" STATE " \xE2\x94\x82\n",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code\\\n_1-2.3ag%3D%3D&state=" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    /* ours wins, wherever it stands */
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE
     "\nhttp://localhost:1717/OauthRedirect?code=aPrxold.Code_9999==&state=old",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxold.Code_9999==\n"
     "http://localhost:1717/OauthRedirect?state=" STATE "&code=" ENCODED,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?error=access_denied&state=old\n"
     "http://localhost:1717/OauthRedirect?state=" STATE "&code=" ENCODED,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    /* a stump of ours is asked for again, whatever else is there */
    {"http://localhost:1717/OauthRedirect?code=aPrxold.Code_9999==\n"
     "http://localhost:1717/OauthRedirect?state=" STATE "&code=aPrxfake.Code_1",
     PASTE_NOTHING, "cut off", NULL, RIGHT_STATE},
    {"https://eu.safelinks.example/?url=http%3A%2F%2Flocalhost%3A1717%2FOauthRedirect%3Fcode%3D"
     "aPrxfake.Code_1-2.3",
     PASTE_NOTHING, "cut off", NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=fake.Code_1-2&state=" STATE, PASTE_NOTHING,
     "cut off", NULL, RIGHT_STATE},
    {"code: 400 Bad Request", PASTE_NOTHING, "cut off", NULL, NO_STATE},
    /* a stump is never posted, and no word */
    {"http://localhost:1717/OauthRedirect?code=aPrx0123456...9abcdef.Q%3D%3D&state=" STATE,
     PASTE_NOTHING, "cut off", NULL, RIGHT_STATE},
    {"aPrx0123456...9abcdef.Q==", PASTE_NOTHING, "cut off", NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrx0123xxxxxxxxxxxxQ%3D%3D&state=" STATE,
     PASTE_NOTHING, "cut off", NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxQ%3D%3D", PASTE_NOTHING, "cut off", NULL,
     NO_STATE},
    {"it exits with code=42 and state=" STATE, PASTE_NOTHING, "cut off", NULL, RIGHT_STATE},
    {"error code=500 state=failed", PASTE_NOTHING, "cut off", NULL, WRONG_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag", PASTE_NOTHING, "cut off",
     NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2...", PASTE_NOTHING, "cut off",
     NULL, NO_STATE},
    {"aPrxfake.Code_1-2.3ag", PASTE_NOTHING, "cut off", NULL, NO_STATE},
    /* as programs write it */
    {"\"url\": \"http://localhost:1717/OauthRedirect?code=" ENCODED "\\u0026state=" STATE "\"",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "\\x26state=" STATE, PASTE_CODE, CODE,
     NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "\\\\u0026state=other", PASTE_CODE, CODE,
     NULL, WRONG_STATE},
    {"{\"url\": \"http://localhost:1717/OauthRedirect?code\\u003d" ENCODED
     "\\u0026state\\u003d" STATE "\"}",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"[{\"name\": \"code\", \"value\": \"" CODE "\"}, {\"name\": \"state\", \"value\": \"other\"}]",
     PASTE_CODE, CODE, NULL, WRONG_STATE},
    {"[{\"name\":\"code\",\"value\":\"" CODE "\"},{\"name\":\"state\",\"value\":\"" STATE "\"}]",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"curl "
     "^\"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag^%^3D^%^3D^&state=" STATE
     "^\" ^\n  -H ^\"Accept: */*^\"",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=" ENCODED "\xEF\xBC\x86state=" STATE, PASTE_CODE,
     CODE, NULL, RIGHT_STATE},
    {"| http://localhost:1717/OauthRedirect?code=aPrxfake.Code\n| _1-2.3ag%3D%3D&state=" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"\x1B[200~http://localhost:1717/OauthRedirect?code=" ENCODED "&state=" STATE "\x1B[201~",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"\x1B[200~" CODE "\x1B[201~", PASTE_CODE, CODE, NULL, NO_STATE},
    {"aHR0cDovL2xvY2FsaG9zdDoxNzE3L09hdXRoUmVkaXJlY3Q/Y29kZT1hUHJ4ZmFrZS5Db2RlXzEtMi4zYWclM0QlM0Qm"
     "c3RhdGU9cy10X2EudGV+MQ==",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"aHR0cDovL2xvY2FsaG9zdDoxNzE3L09hdXRoUmVkaXJlY3Q=", PASTE_NOTHING, "neither", NULL, NO_STATE},
    {"eyJjb2RlIjoiYVByeGZha2UiLCJzdGF0ZSI6IngifSA=", PASTE_NOTHING, "neither", NULL, NO_STATE},
    /* soft line breaks, wherever they fall */
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag%3D=\r\n%3D&state=" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag%3=\nD%3D&state=s-t_=\na.te~1",
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag=3D=3D&state=3D" STATE,
     PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake.Code_1-2.3ag=\n=&state=" STATE, PASTE_CODE,
     CODE, NULL, RIGHT_STATE},
    /* a part of it */
    {"code=" ENCODED, PASTE_CODE, CODE, NULL, NO_STATE},
    {"code=" CODE "&state=" STATE, PASTE_CODE, CODE, NULL, RIGHT_STATE},
    {"?code=" ENCODED "&state=nope", PASTE_CODE, CODE, NULL, WRONG_STATE},
    {CODE, PASTE_CODE, CODE, NULL, NO_STATE},
    {ENCODED, PASTE_CODE, CODE, NULL, NO_STATE},
    {"aPrxfake.Code_1-2.3ag%3d%3d", PASTE_CODE, CODE, NULL, NO_STATE},
    {"aPrxfake.Code\n   _1-2.3ag==\n", PASTE_CODE, CODE, NULL, NO_STATE},
    {"aPrxfake.Code _1-2.3ag==", PASTE_CODE, CODE, NULL, NO_STATE},
    {"'" CODE "'", PASTE_CODE, CODE, NULL, NO_STATE},
    {"the code is " CODE " thanks", PASTE_CODE, CODE, NULL, NO_STATE},
    /* errors */
    {"http://localhost:1717/OauthRedirect?error=access_denied&error_description=end-user+denied+"
     "authorization&state=" STATE,
     PASTE_ERROR, "access_denied", "end-user denied authorization", RIGHT_STATE},
    {PAGE "?error=invalid_client&error_description=app+must+be+installed+into+org", PASTE_ERROR,
     "invalid_client", "app must be installed into org", NO_STATE},
    {PAGE "?error=OAUTH_EC_APP_NOT_FOUND&error_description=External%20client%20app%20is%20not%20"
          "installed%20in%20this%20org",
     PASTE_ERROR, "OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org",
     NO_STATE},
    {PAGE "?error_description=app+must+be+installed+into+org&error=invalid_client", PASTE_ERROR,
     "invalid_client", "app must be installed into org", NO_STATE},
    {"error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration",
     PASTE_ERROR, "redirect_uri_mismatch", "redirect_uri must match configuration", NO_STATE},
    {"<pre>error=invalid_client_id&amp;error_description=client%20identifier%20invalid</pre>",
     PASTE_ERROR, "invalid_client_id", "client identifier invalid", NO_STATE},
    {PAGE "?error=access_denied&error_description=end-user denied authorization", PASTE_ERROR,
     "access_denied", "end-user denied authorization", NO_STATE},
    {"http://localhost:1717/OauthRedirect?error=access_denied&code=" ENCODED, PASTE_ERROR,
     "access_denied", "", NO_STATE},
    {"?error=x&error_description=100%+sure", PASTE_ERROR, "x", "100% sure", NO_STATE},
    {"?error=x&error_description=a%1b[31mb%E2%80%AEc%0Ad", PASTE_ERROR, "x", "a [31mbc d",
     NO_STATE},
    {"OAUTH_APPROVAL_ERROR_GENERIC : An unexpected error has occurred", PASTE_ERROR,
     "OAUTH_APPROVAL_ERROR_GENERIC", "An unexpected error has occurred", NO_STATE},
    {"{\"error\":\"invalid_grant\",\"error_description\":\"expired authorization code\"}",
     PASTE_ERROR, "invalid_grant", "expired authorization code", NO_STATE},
    /* what it cannot be */
    {NULL, PASTE_NOTHING, "Nothing was pasted", NULL, NO_STATE},
    {"", PASTE_NOTHING, "Nothing was pasted", NULL, NO_STATE},
    {" \r\n\t ", PASTE_NOTHING, "Nothing was pasted", NULL, NO_STATE},
    {"\"\"", PASTE_NOTHING, "Nothing was pasted", NULL, NO_STATE},
    {"hello", PASTE_NOTHING, "neither an address nor a code", NULL, NO_STATE},
    {"acme.my.salesforce.com", PASTE_NOTHING, "neither an address nor a code", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/services/oauth2/authorize?response_type=code&client_id=3MVG9x"
     "&redirect_uri=http%3A%2F%2Flocalhost%3A1717%2FOauthRedirect&code_challenge=abc",
     PASTE_NOTHING, "the address to open", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/_ui/identity/verification/method/EmailVerificationFinishUi/e"
     "?vcsrf=x&startURL=%2Fsetup%2Fsecur%2FRemoteAccessAuthorizationPage.apexp",
     PASTE_ERROR, "verification-page",
     "The browser stopped at a page that asks for a second factor.", NO_STATE},
    {"https://acme.my.salesforce.com/_nc_external/identity/saml/SamlError", PASTE_ERROR, "sso-page",
     "The browser stopped at Salesforce's page for failed single sign-on.", NO_STATE},
    {"https://acme.my.salesforce.com/?ec=302&startURL=%2Fsetup%2Fsecur%2FRemoteAccess",
     PASTE_NOTHING, "login page", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/?ec=302&startURL=%2Fsetup%2Fsecur%2FRemoteAccessAuthorization"
     "Page.apexp%3Fsource%3DCAAA",
     PASTE_NOTHING, "login page", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/setup/secur/RemoteAccessAuthorizationPage.apexp?source=CAAA",
     PASTE_NOTHING, "Press Allow", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/?ec=302", PASTE_NOTHING, "login page", NULL, NO_STATE},
    {"https://login.salesforce.com/", PASTE_NOTHING, "login page", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/_ui/system/security/ChangePassword?retURL=%2F", PASTE_NOTHING,
     "asks for something else first", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/_ui/identity/phone/AddPhoneNumber?retURL=%2F", PASTE_NOTHING,
     "asks for something else first", NULL, NO_STATE},
    {"https://login.microsoftonline.com/0/saml2?SAMLRequest=fZJ&RelayState=x", PASTE_NOTHING,
     "your company's sign-on page", NULL, NO_STATE},
    {"https://acme.okta.com/app/salesforce/exk1/sso/saml", PASTE_NOTHING,
     "your company's sign-on page", NULL, NO_STATE},
    {"https://acme.my.salesforce.com/secur/frontdoor.jsp?sid=00D000000000001!AQ4AQFake",
     PASTE_NOTHING, "keep it secret", NULL, NO_STATE},
    {"https://acme.lightning.force.com/lightning/page/home", PASTE_NOTHING, "a page of your org",
     NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect?state=" STATE, PASTE_NOTHING, "no code in this address",
     NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=&state=" STATE, PASTE_NOTHING,
     "no code in this address", NULL, RIGHT_STATE},
    {"http://localhost:1717/OauthRedirect?code=abc%ZZ", PASTE_NOTHING, "damaged", NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=abc%00def", PASTE_NOTHING, "damaged", NULL,
     NO_STATE},
    {"http://localhost:1717/OauthRedirect?code=ab%0Acd", PASTE_NOTHING, "damaged", NULL, NO_STATE},
    {"http://localhost:1717/OauthRedirect#access_token=00D!x&instance_url=y", PASTE_NOTHING,
     "a token instead of a code", NULL, NO_STATE},
    {"00D000000000001!AQ4AQFake.Token_x", PASTE_NOTHING, "access token", NULL, NO_STATE},
    {"5Aep861FakeRefreshToken.x_yz", PASTE_NOTHING, "refresh token", NULL, NO_STATE},
    {"3MVG9FakeConsumerKey.x_yzabcdef", PASTE_NOTHING, "consumer key", NULL, NO_STATE},
    {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx.c2ln", PASTE_NOTHING, "a token", NULL, NO_STATE},
    {"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", PASTE_NOTHING,
     "consumer secret", NULL, NO_STATE},
    {"1234567890123456789", PASTE_NOTHING, "consumer secret", NULL, NO_STATE},
    {"{\"access_token\":\"00D!x\",\"refresh_token\":\"5Aep\"}", PASTE_NOTHING, "already used", NULL,
     NO_STATE},
    {"aPrx==", PASTE_NOTHING, "neither", NULL, NO_STATE},
};

static void check_row(gsize i)
{
    struct paste paste;
    g_autoptr(Secret) state = secret_new(STATE);
    paste_parse(&paste, rows[i].text, state);
    const char *text = rows[i].text == NULL ? "(null)" : rows[i].text;
    if (paste.kind != rows[i].kind)
        fail_msg("kind %d instead of %d: %s", paste.kind, rows[i].kind, text);
    if (paste.has_state != (rows[i].state != NO_STATE) ||
        paste.state_matches != (rows[i].state == RIGHT_STATE))
        fail_msg("state %d %d: %s", paste.has_state, paste.state_matches, text);
    if (paste.kind == PASTE_CODE) {
        assert_string_equal(secret_peek(paste.code), rows[i].value);
        assert_int_equal(paste.problem != NULL, strlen(rows[i].value) < 76);
    } else if (paste.kind == PASTE_ERROR) {
        assert_string_equal(paste.error, rows[i].value);
        assert_string_equal(paste.description, rows[i].description);
        assert_null(paste.code);
    } else {
        assert_non_null(paste.problem);
        assert_null(paste.code);
        if (strstr(paste.problem, rows[i].value) == NULL)
            fail_msg("\"%s\" for %s", paste.problem, text);
    }
    paste_clear(&paste);
}

static void paste__table__is_understood(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check_row(i);
}

/* No code holds a percent sign: if one is left, the address was encoded twice. */
static void paste__code__is_decoded_to_the_end(void **state)
{
    struct paste paste;
    (void)state;
    paste_parse(&paste, "http://localhost/x?code=aPrx%2541.b0123456789%253D%253D", NULL);
    assert_int_equal(paste.kind, PASTE_CODE);
    assert_string_equal(secret_peek(paste.code), "aPrxA.b0123456789==");
    paste_clear(&paste);
}

/* Sixteen characters each. */
#define HEX "0123456789abcdef"
#define WHOLE "aPrx" HEX HEX "..Kd_9.Wq" HEX "0123456789a.Q=="
#define OLDER "aWek" HEX HEX HEX HEX "012345=="
#define NEWER "aPrx" HEX HEX HEX HEX HEX "0123456789.="

/* Cut, grown, of another length: asked for once more, with the code at hand. */
static void paste__code__of_no_known_length_is_doubted(void **state)
{
    static const struct {
        const char *text, *code;
        bool doubted;
    } codes[] = {
        {"code=" WHOLE, WHOLE, false},
        {"http://localhost/x?code=" NEWER "&state=1", NEWER, false},
        {"the code is " NEWER " thanks", NEWER, false},
        {"." HEX HEX HEX "012345.Q==", "." HEX HEX HEX "012345.Q==", true},
        {"http://localhost/x?code=aPrx" HEX HEX HEX HEX "0123.Q%3D",
         "aPrx" HEX HEX HEX HEX "0123.Q=", true},
        {"code=aPrx" HEX HEX "\nPage 2 of 3\n" HEX HEX "0123.Q==",
         "aPrx" HEX HEX "Page2of3" HEX HEX "0123.Q==", true},
        /* a cut one beside the whole one */
        {"http://localhost/x?code=aPrx" HEX "%3D\nhttp://localhost/x?code=" WHOLE, WHOLE, false},
        {"code=" OLDER, OLDER, false},
        /* alone in a text */
        {"exit code: 1\n" WHOLE, WHOLE, false},
        {"exit code: 1\naPrx-" HEX HEX HEX HEX "_-234==", "aPrx-" HEX HEX HEX HEX "_-234==", false},
        {OLDER ".", OLDER, false},
        {"(" OLDER ")", OLDER, false},
        {"Code: " OLDER, OLDER, false},
        {"Here: " OLDER ", thanks", OLDER, false},
        {"the code is " OLDER, OLDER, false},
        {"the code is aWek" HEX HEX HEX HEX "012345%3D%3D", OLDER, false},
        {"(bZ3f" HEX HEX HEX HEX HEX "0123456789.=)",
         "bZ3f" HEX HEX HEX HEX HEX "0123456789.=", false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct paste paste;
        paste_parse(&paste, codes[i].text, NULL);
        if (paste.kind != PASTE_CODE || strcmp(secret_peek(paste.code), codes[i].code) != 0 ||
            (paste.problem != NULL) != codes[i].doubted)
            fail_msg("%s: %s", codes[i].text, paste.problem);
        paste_clear(&paste);
    }
}

static void paste__without_our_state__never_matches(void **state)
{
    struct paste paste;
    (void)state;
    paste_parse(&paste, "http://localhost/x?code=" ENCODED "&state=", NULL);
    assert_true(paste.has_state);
    assert_false(paste.state_matches);
    paste_clear(&paste);
}

/* The caller may know what a page's text says, but not more of what has a sentence of its own. */
static void paste__unread__is_what_no_sentence_fits(void **state)
{
    static const struct {
        const char *text;
        bool unread;
    } texts[] = {
        {"1800 : There was a problem in setting up your remote access", true},
        {"https://acme.my.salesforce.com/identity/app/AppInstallErrorPage.apexp?error_code=x",
         true},
        {"hello", true},
        {"Login | Salesforce", false},
        {"https://acme.okta.com/app/x?SAMLRequest=y", false},
        {"5Aep861FakeRefreshToken", false},
        {"http://localhost/x?code=aPrx1234", false},
        {"", false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct paste paste;
        paste_parse(&paste, texts[i].text, NULL);
        assert_int_equal(paste.kind, PASTE_NOTHING);
        if (paste.unread != texts[i].unread)
            fail_msg("%s: %s", texts[i].text, paste.problem);
        paste_clear(&paste);
    }
}

static void paste__huge__is_refused_quickly(void **state)
{
    struct paste paste;
    (void)state;
    g_autofree char *text = g_strnfill(10 * 1024 * 1024, 'a');
    paste_parse(&paste, text, NULL);
    assert_int_equal(paste.kind, PASTE_NOTHING);
    assert_contains(paste.problem, "too long");
    paste_clear(&paste);
}

/* Whatever is done to good pastes: no crash, and always one of the three kinds with its parts. */
static void paste__mutated__stays_sound(void **state)
{
    const char *wish = g_getenv("TEST_SEED");
    guint32 seed = wish != NULL ? (guint32)g_ascii_strtoull(wish, NULL, 10) : g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(Secret) ours = secret_new(STATE);
    (void)state;
    print_message("TEST_SEED=%u\n", seed);
    for (int round = 0; round < 20000; round++) {
        const char *text = rows[g_rand_int_range(rand, 0, G_N_ELEMENTS(rows))].text;
        g_autofree char *copy = g_strdup(text == NULL ? "code=" : text);
        gsize length = strlen(copy);
        for (int i = g_rand_int_range(rand, 0, 6); i > 0 && length > 0; i--)
            copy[g_rand_int_range(rand, 0, (gint32)length)] =
                (char)g_rand_int_range(rand, g_rand_boolean(rand) ? 1 : 32, 256);
        struct paste paste;
        paste_parse(&paste, copy, ours);
        assert_int_equal(paste.kind == PASTE_CODE, paste.code != NULL);
        assert_int_equal(paste.kind == PASTE_ERROR, paste.error != NULL);
        assert_true(paste.kind != PASTE_NOTHING || paste.problem != NULL);
        if (paste.error != NULL)
            assert_true(g_utf8_validate(paste.error, -1, NULL));
        paste_clear(&paste);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paste__table__is_understood),
        cmocka_unit_test(paste__code__is_decoded_to_the_end),
        cmocka_unit_test(paste__code__of_no_known_length_is_doubted),
        cmocka_unit_test(paste__without_our_state__never_matches),
        cmocka_unit_test(paste__unread__is_what_no_sentence_fits),
        cmocka_unit_test(paste__huge__is_refused_quickly),
        cmocka_unit_test(paste__mutated__stays_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
