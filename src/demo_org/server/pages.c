/* SPDX-License-Identifier: MIT */
#include "demo_org/server/pages.h"

#include <stdarg.h>
#include <string.h>

#include "demo_org/org/scopes.h"

enum { BROWSER_MINUTES = 120 };

GString *page_begin(const char *title)
{
    GString *page = g_string_new("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset="
                                 "\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width"
                                 "\">\n<link rel=\"stylesheet\" href=\"/_demo/style.css\">\n");
    page_add(page,
             "<title>%s | Salesforce demo org</title>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n",
             title, title);
    return page;
}

void page_add(GString *page, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_markup_vprintf_escaped(format, args);
    va_end(args);
    g_string_append(page, text);
}

void page_send(GString *page, struct response *response, unsigned status)
{
    g_string_append(page, "</main>\n<footer>This is the demo org of perch, on this machine. It is "
                          "not Salesforce.</footer>\n</body>\n</html>\n");
    response_text(response, status, "text/html;charset=UTF-8", page->str);
    g_string_free(page, TRUE);
    /* No form-action: browsers would apply it to the redirect after the form. */
    response_header(response, "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                    "frame-ancestors 'none'");
    response_header(response, "X-Frame-Options", "DENY");
    response_header(response, "Referrer-Policy", "origin-when-cross-origin");
}

void page_message(struct response *response, unsigned status, const char *title, const char *text)
{
    GString *page = page_begin(title);
    page_add(page, "<p>%s</p>\n", text);
    page_send(page, response, status);
}

struct browser *page_browser(const struct state *state, const struct request *request)
{
    g_autofree char *sid = request_cookie(request, "sid");
    struct browser *browser = state_find_browser(state, sid);
    if (browser == NULL || state_find_user(state, browser->user) == NULL ||
        state_now(state) >= browser->created_ms + BROWSER_MINUTES * 60000)
        return NULL;
    return browser;
}

bool page_confirmed(const struct browser *browser, const struct request *request,
                    struct response *response)
{
    if (g_strcmp0(pairs_get(request->form, "confirmation"), browser->confirmation) == 0)
        return true;
    page_message(response, 403, "This form is out of date",
                 "Go back, load the page again, and send it once more.");
    return false;
}

void page_ask_login(struct response *response, const char *where, const char *user_hint)
{
    g_autoptr(GString) url = g_string_new("/?ec=302");
    url_add_param(url, "startURL", where);
    if (user_hint != NULL && *user_hint != '\0')
        url_add_param(url, "un", user_hint);
    response_redirect(response, url->str);
}

static void login_form(const struct state *state, struct response *response, const char *start_url,
                       const char *user_name, const char *problem)
{
    const struct user *guest = state_find_user(state, state->guest);
    GString *page = page_begin("Log In");
    if (problem != NULL)
        page_add(page, "<p id=\"error\" role=\"alert\">%s</p>\n", problem);
    page_add(page,
             "<form id=\"login_form\" method=\"post\" action=\"/\">\n"
             "<input type=\"hidden\" name=\"startURL\" value=\"%s\">\n"
             "<label for=\"username\">Username</label>\n"
             "<input id=\"username\" name=\"username\" type=\"email\" autocomplete=\"username\" "
             "value=\"%s\">\n"
             "<label for=\"password\">Password</label>\n"
             "<input id=\"password\" name=\"password\" type=\"password\" "
             "autocomplete=\"current-password\">\n"
             "<input type=\"submit\" id=\"Login\" name=\"Login\" value=\"Log In\">\n</form>\n",
             start_url, user_name);
    if (guest != NULL)
        page_add(page, "<p>In this demo org you are %s, and the password is %s.</p>\n", guest->name,
                 guest->password);
    page_send(page, response, 200);
}

#define CHANGE_PASSWORD "/_ui/system/security/ChangePassword"

/* Where to go after login: only a path on this host. */
static const char *safe_start(const char *url)
{
    return url != NULL && url[0] == '/' && url[1] != '/' && url[1] != '\\' ? url
                                                                           : "/lightning/setup";
}

void page_login(struct state *state, struct request *request, struct response *response)
{
    const char *hint = request_param(request, "un");
    login_form(state, response, safe_start(request_param(request, "startURL")),
               hint != NULL ? hint : "", NULL);
}

void page_login_submit(struct state *state, struct request *request, struct response *response)
{
    const char *name = pairs_get(request->form, "username");
    const char *password = pairs_get(request->form, "password");
    const char *start = safe_start(pairs_get(request->form, "startURL"));
    struct user *user = state_find_user(state, name);
    if (user == NULL || g_strcmp0(user->password, password) != 0) {
        if (user != NULL)
            state_log_login(state, user, "Browser", "Application", "Invalid Password",
                            request->remote);
        login_form(state, response, start, name != NULL ? name : "",
                   "Please check your username and password. If you still can't log in, contact "
                   "your Salesforce administrator.");
        return;
    }
    state_log_login(state, user, "Browser", "Application", "Success", request->remote);
    state_count_login(state, user);
    g_autofree char *sid = token_make(state->org->id, 80);
    struct browser *browser = state_add_browser(state, sid);
    text_set(&browser->user, user->name);
    g_free(browser->confirmation);
    browser->confirmation = token_make("VmpFPSx", 64);
    browser->created_ms = state_now(state);
    response_header_take(response, "Set-Cookie",
                         g_strdup_printf("sid=%s; Path=/; HttpOnly; SameSite=Lax%s", sid,
                                         request->tls ? "; Secure" : ""));
    /* A program's login goes on; only Setup demands these first. */
    const bool setup = g_str_has_prefix(start, "/lightning");
    response_redirect(response, setup && user->second_factor_missing ? PAGE_VERIFICATION
                                : setup && user->password_expired    ? CHANGE_PASSWORD
                                                                     : start);
}

void page_change_password(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = page_browser(state, request);
    if (browser == NULL) {
        page_ask_login(response, request->target, NULL);
        return;
    }
    GString *page = page_begin("Change Your Password");
    page_add(page,
             "<p>The password of %s has expired.</p>\n"
             "<form method=\"post\" action=\"" CHANGE_PASSWORD "\">\n"
             "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n"
             "<label for=\"newpassword\">New Password</label>\n"
             "<input id=\"newpassword\" name=\"newpassword\" type=\"password\" "
             "autocomplete=\"new-password\" required>\n"
             "<button type=\"submit\" id=\"save\">Change Password</button>\n</form>\n",
             browser->user, browser->confirmation);
    page_send(page, response, 200);
}

void page_new_password(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = page_browser(state, request);
    const char *password = pairs_get(request->form, "newpassword");
    if (browser == NULL || !page_confirmed(browser, request, response) || password == NULL ||
        *password == '\0') {
        if (browser == NULL || response->status == 200)
            response_redirect(response, CHANGE_PASSWORD);
        return;
    }
    struct user *user = state_find_user(state, browser->user);
    text_set(&user->password, password);
    user->password_expired = false;
    response_redirect(response, "/lightning/setup");
}

void page_verification(struct state *state, struct request *request, struct response *response)
{
    const struct browser *browser = page_browser(state, request);
    const bool post = strcmp(request->method, "POST") == 0;
    if (browser == NULL) {
        page_ask_login(response, PAGE_VERIFICATION, NULL);
        return;
    }
    if (post && !page_confirmed(browser, request, response))
        return;
    struct user *user = state_find_user(state, browser->user);
    user->second_factor_missing = user->second_factor_missing && !post;
    GString *page = page_begin("Register a Verification Method");
    if (user->second_factor_missing)
        page_add(page,
                 "<p>Multi-factor authentication is required for %s, and no verification method is "
                 "registered.</p>\n<form method=\"post\" action=\"" PAGE_VERIFICATION "\">\n"
                 "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n"
                 "<button type=\"submit\" id=\"register\">Register</button>\n</form>\n",
                 user->name, browser->confirmation);
    else
        page_add(page,
                 "<p id=\"saved\" role=\"status\">%s has registered a verification method. Go back "
                 "to the program that you came from and log in again.</p>\n"
                 "<p><a href=\"/lightning/setup\">Setup</a></p>\n",
                 user->name);
    page_send(page, response, 200);
}

void page_sso_error(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    page_message(response, 200, "Single Sign-On Error",
                 "We can't log you in because of an issue with single sign-on. Contact your "
                 "Salesforce admin for help.");
}

void page_logout(struct state *state, struct request *request, struct response *response)
{
    g_autofree char *sid = request_cookie(request, "sid");
    if (sid != NULL)
        state_remove(state, KIND_browser, sid);
    response_header(response, "Set-Cookie", "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    const char *start = request_param(request, "startURL");
    if (start != NULL)
        page_ask_login(response, safe_start(start), NULL);
    else
        response_redirect(response, "/");
}

void page_consent(const struct state *state, const struct browser *browser, const struct app *app,
                  const struct pending *pending, const GPtrArray *scopes, struct response *response)
{
    GString *page = page_begin("Allow Access?");
    page_add(page, "<p><strong>%s</strong> is asking to:</p>\n<ul>\n", app->label);
    for (guint i = 0; i < scopes->len; i++)
        page_add(page, "<li>%s</li>\n", scope_label(g_ptr_array_index(scopes, i)));
    page_add(
        page,
        "</ul>\n<p>Do you want to allow access for %s? "
        "(<a href=\"/secur/logout.jsp\">Not you?</a>) The org is %s.</p>\n"
        "<form method=\"post\" action=\"/setup/secur/RemoteAccessAuthorizationPage.apexp\">\n"
        "<input type=\"hidden\" name=\"source\" value=\"%s\">\n"
        "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n"
        "<button type=\"submit\" id=\"oadeny\" name=\"decision\" value=\"deny\">Deny</button>\n"
        "<button type=\"submit\" id=\"oaapprove\" name=\"decision\" value=\"approve\">Allow"
        "</button>\n</form>\n",
        browser->user, state->org->name, pending->name, browser->confirmation);
    page_send(page, response, 200);
}

void page_style(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    response_text(
        response, 200, "text/css;charset=UTF-8",
        "body{font:16px/1.5 system-ui,sans-serif;color:#181818;background:#f3f3f3;margin:0}"
        "main{background:#fff;max-width:44rem;margin:3rem auto 1rem;padding:1.5rem 2rem;"
        "border-radius:.5rem;box-shadow:0 1px 4px #0003}h1{font-size:1.4rem;margin-top:0}"
        "label{display:block;margin-top:1rem}input[type=email],input[type=password],"
        "input[type=text],textarea{box-sizing:border-box;width:100%;padding:.5rem;font:inherit;"
        "border:1px solid #747474;border-radius:.25rem}label.tick{margin:.25rem 0}"
        "input[type=submit],button{margin:1rem .5rem 0 0;padding:.5rem 1.25rem;font:inherit;"
        "color:#fff;background:#0250d9;border:1px solid #0250d9;border-radius:.25rem}"
        "#oadeny{color:#0250d9;background:#fff}#error{color:#8e030f;font-weight:bold}"
        "#saved{color:#056764;font-weight:bold}code,pre{overflow-wrap:anywhere}"
        "th{text-align:left;padding-right:1rem;vertical-align:top;font-weight:normal}"
        "footer{max-width:44rem;margin:0 auto 2rem;color:#444;font-size:.85rem}\n");
}

void page_remote_access_error(struct state *state, struct request *request,
                              struct response *response)
{
    (void)state;
    const char *error = request_param(request, "error");
    const char *description = request_param(request, "error_description");
    GString *page = page_begin("We can't authorize you because of an OAuth error");
    page_add(page,
             "<p>For more information, contact your Salesforce administrator.</p>\n"
             "<p id=\"error\">%s : %s</p>\n",
             error != NULL ? error : "", description != NULL ? description : "");
    page_send(page, response, 200);
}

void page_oauth_success(struct state *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    page_message(response, 200, "Remote Access Application Authorization",
                 "The authorization is done. Copy the address of this page if the program asks "
                 "for it.");
}
