/* SPDX-License-Identifier: MIT */
#ifndef DEMO_ORG_CLIENT_H
#define DEMO_ORG_CLIENT_H

#include "support/demo_org_proc.h"

/* A client of the demo org, as far as its tests need one. */

/* The pair of RFC 7636, appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

#define USER_ADMIN "admin@bird-demo.example"
#define USER_NO_API "no-api@bird-demo.example"
#define USER_SERVICE "service@bird-demo.example"
#define USER_READER "reader@bird-demo.example"
#define USER_FROZEN "frozen@bird-demo.example"
#define USER_OFFICE "office@bird-demo.example"
#define USER_INTEGRATION "integration@bird-demo.example"

/* setup and teardown of a test: *state is its DemoOrg. */
int client_setup(void **state);
int client_teardown(void **state);

/* The first callback URL; owned by the caller. */
char *client_callback(const DemoOrg *org);

/* Address of the authorize endpoint with everything right; extra ("&prompt=login") may be NULL. */
char *client_authorize_url(const DemoOrg *org, const char *extra);

/* Logs in at that address in a fresh browser, allows, and returns where it was sent in the end. */
char *client_visit(DemoOrg *org, const char *user, const char *extra);
char *client_visit_url(DemoOrg *org, const char *user, const char *url);
/* A parameter of an address, decoded; NULL when it has none. */
char *client_url_param(const char *url, const char *name);

/* POSTs a form of names and values, NULL at the end. */
struct fetched *client_post(DemoOrg *org, const char *path, ...) G_GNUC_NULL_TERMINATED;
/* A request with a bearer token (NULL: none) and a JSON body (NULL: none). */
struct fetched *client_call(DemoOrg *org, const char *method, const char *path, const char *token,
                            const char *body);
/* GET of a query, the text not yet encoded. */
struct fetched *client_query(DemoOrg *org, const char *token, const char *soql);

/* Exchanges the code of the address in url; refreshes. */
struct fetched *client_exchange(DemoOrg *org, const char *url);
struct fetched *client_refresh(DemoOrg *org, const char *refresh_token);

/* The whole way from login to tokens; fails the test when it does not get there. */
Json *client_tokens(DemoOrg *org, const char *user);
/* Only the access token; owned by the caller. */
char *client_access(DemoOrg *org, const char *user);

/* Inserts and returns the id; owned by the caller. */
char *client_insert(DemoOrg *org, const char *token, const char *object, const char *body);

/* Status and body of an answer, exactly; frees it. */
void client_expect(struct fetched *answer, long status, const char *body);
/* A header's value, NULL if absent; owned by the caller. */
char *client_header(const struct fetched *answer, const char *name);

/* Setup in a browser: a login's Cookie header (owned by the caller); a page, or a form sent. */
char *client_cookie(DemoOrg *org, const char *user);
struct fetched *client_browse(DemoOrg *org, const char *path, const char *cookie, const char *body);
/* Loads a page and sends its form with only these values in it; the second one has to be saved. */
struct fetched *client_send_form(DemoOrg *org, const char *path, const char *cookie,
                                 const char *values);
void client_edit_form(DemoOrg *org, const char *path, const char *cookie, const char *values);
/* The page of the app; owned by the caller. */
char *client_app_page(DemoOrg *org);

/* A change of the app's members: "'rotation': true". */
void client_patch_app(DemoOrg *org, const char *settings);

/* The JSON of an answer with that status. */
Json *client_parse(const struct fetched *answer, long status);
/* The keys of an object, in their order, with blanks between. */
void client_expect_keys(const Json *object, const char *keys);
/* Without padding. */
char *client_base64url(const char *bytes, gsize length);
/* What the token endpoint refuses with. */
#define REFUSAL(error, text) "{\"error\":\"" error "\",\"error_description\":\"" text "\"}"

void client_advance_clock(DemoOrg *org, gint64 milliseconds);

#define LEAD_PATH "/services/data/v68.0/sobjects/Lead"
#define CASE_PATH "/services/data/v68.0/sobjects/Case"

#endif
