/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_BROWSER_LOGIN_H
#define SUPPORT_BROWSER_LOGIN_H

#include <glib.h>
#include <stdbool.h>

/*
 * What a person does in a browser between "perch opened it" and "the tab says done", without a
 * browser: cookies, the login form, Allow or Deny, redirects up to perch's listener, and the
 * favicon that every browser asks for. Forms are parsed as HTML; nothing here depends on the org.
 */
enum browser_action {
    BROWSER_ALLOW,
    BROWSER_DENY,
    BROWSER_STOP_AT_LOGIN, /* gets the login form and leaves */
    BROWSER_STOP_AT_CODE,  /* does not follow the redirect to loopback: url contains the code */
};

struct browser_options {
    const char *username;
    const char *password;
    enum browser_action action;
    const char *ca_file;           /* for TLS; NULL: the system's */
    const char *const *connect_to; /* HOST:PORT:ADDRESS:PORT..., NULL at the end; may be NULL */
};

struct browser_visit {
    long status; /* of the last page; 0: no answer, the reason is in body */
    char *url;   /* of the last page, or the redirect not followed */
    char *body;
    GString *pages; /* one "200 /path" per line, without queries and so without secrets */
};

struct browser_visit *browser_login(const char *url, const struct browser_options *options);
void browser_visit_free(struct browser_visit *visit);
typedef struct browser_visit BrowserVisit;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrowserVisit, browser_visit_free)

#endif
