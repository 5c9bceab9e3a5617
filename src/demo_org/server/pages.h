/* SPDX-License-Identifier: MIT */
#ifndef DEMO_PAGES_H
#define DEMO_PAGES_H

#include "demo_org/server/http.h"

/* Pages for a browser: plain HTML without scripts. */
GString *page_begin(const char *title);
/* Like g_string_append_printf, with every argument escaped for HTML. */
void page_add(GString *page, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Takes ownership of page. */
void page_send(GString *page, struct response *response, unsigned status);
/* A page with a heading and a paragraph. */
void page_message(struct response *response, unsigned status, const char *title, const char *text);

/* The browser session of the request's cookie, NULL when nobody is logged in. */
struct browser *page_browser(const struct state *state, const struct request *request);
/* Whether the form has the session's confirmation token; answers 403 if not. */
bool page_confirmed(const struct browser *browser, const struct request *request,
                    struct response *response);
/* Redirects to the login page, which leads back to where after the login. */
void page_ask_login(struct response *response, const char *where, const char *user_hint);

void page_login(struct state *state, struct request *request, struct response *response);
void page_login_submit(struct state *state, struct request *request, struct response *response);
void page_logout(struct state *state, struct request *request, struct response *response);
void page_change_password(struct state *state, struct request *request, struct response *response);
/* Where a user without a second factor registers one; the browser of a refused login stops here. */
#define PAGE_VERIFICATION "/_ui/identity/verification/method/ToopherRegistrationFinishUi/e"
#define PAGE_SSO_ERROR "/_nc_external/identity/saml/SamlError"
void page_verification(struct state *state, struct request *request, struct response *response);
void page_sso_error(struct state *state, struct request *request, struct response *response);
void page_new_password(struct state *state, struct request *request, struct response *response);
void page_consent(const struct state *state, const struct browser *browser, const struct app *app,
                  const struct pending *pending, const GPtrArray *scopes,
                  struct response *response);
void page_style(struct state *state, struct request *request, struct response *response);
void page_remote_access_error(struct state *state, struct request *request,
                              struct response *response);
void page_oauth_success(struct state *state, struct request *request, struct response *response);

#endif
