/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_WEBDRIVER_H
#define SUPPORT_WEBDRIVER_H

#include <stdbool.h>

#include "perch/base/json.h"
#include "support/child.h"
#include "support/tmphome.h"

/*
 * A real Chromium without a window, driven through chromedriver by the W3C WebDriver protocol.
 * Functions that name an element take a CSS selector and wait until it is there; all of them fail
 * the test when the browser refuses or WEBDRIVER_WAIT_MS have passed.
 */
typedef struct WebDriver WebDriver;

enum { WEBDRIVER_WAIT_MS = 30000 };

struct webdriver_options {
    /* Chromium's --host-resolver-rules: "MAP login.salesforce.com:443 127.0.0.1:PORT". NULL: none.
     * Names without a rule do not resolve: nothing leaves this machine. */
    const char *host_rules;
    /* Base64 SHA-256 of the public key of a certificate to trust; NULL: none. */
    const char *trusted_key;
};

/* Its profile is in home. options may be NULL. */
WebDriver *webdriver_start(TmpHome *home, const struct webdriver_options *options);
/* Closes the browser and ends chromedriver. NULL is fine. */
void webdriver_stop(WebDriver *driver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebDriver, webdriver_stop)

void webdriver_open(WebDriver *driver, const char *url);
/* The same in a new tab, which becomes the current one. */
void webdriver_open_tab(WebDriver *driver, const char *url);
void webdriver_back(WebDriver *driver);
void webdriver_reload(WebDriver *driver);
char *webdriver_url(WebDriver *driver);   /* owned by the caller */
char *webdriver_title(WebDriver *driver); /* owned by the caller */

void webdriver_type(WebDriver *driver, const char *css, const char *text);
void webdriver_click(WebDriver *driver, const char *css);
char *webdriver_text(WebDriver *driver, const char *css); /* as shown; owned by the caller */
bool webdriver_has(WebDriver *driver, const char *css);   /* now, without waiting */

/* Waits until the page's text contains text, or its address starts with prefix. */
void webdriver_wait_text(WebDriver *driver, const char *text);
void webdriver_wait_url(WebDriver *driver, const char *prefix);

/* The window as a PNG file. */
void webdriver_screenshot(WebDriver *driver, const char *path);

#endif
