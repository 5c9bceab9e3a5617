/* SPDX-License-Identifier: MIT */
#include "loopback_private.h"

#include <string.h>

#include "perch/base/text.h"

struct page {
    const char *status;
    const char *headers; /* in addition to those of every answer */
    const char *headline, *text;
};

static const struct page pages[PAGE_COUNT] = {
    [PAGE_SUCCEEDED] = {"200 OK", "", N_("perch is connected"),
                        N_("Salesforce let perch in. You can close this tab and go back to the "
                           "terminal.")},
    [PAGE_FAILED] = {"200 OK", "", N_("perch is not connected"),
                     N_("Salesforce's answer arrived, but it did not lead to a connection. The "
                        "terminal says why, and what to do. You can close this tab.")},
    [PAGE_REFUSED] = {"200 OK", "", N_("perch keeps waiting"),
                      N_("Salesforce's answer arrived, but it did not lead to a login. The "
                         "terminal says why. Log in once more at the address that the terminal "
                         "shows. You can close this tab.")},
    [PAGE_STILL_WORKING] = {"200 OK", "", N_("perch has Salesforce's answer"),
                            N_("It is still working on it. The result is shown in the terminal. "
                               "You can close this tab.")},
    [PAGE_NOT_THIS_LOGIN] = {"400 Bad Request", "", N_("This answer is from another login"),
                             N_("It does not belong to the login that perch is waiting for, so "
                                "perch ignored it and keeps waiting. Log in once more at the "
                                "address that the terminal shows.")},
    [PAGE_NOT_UNDERSTOOD] = {"400 Bad Request", "", N_("perch did not understand this"),
                             N_("perch waits here for Salesforce's answer to a login. This was "
                                "something else, so perch ignored it and keeps waiting.")},
    [PAGE_NOT_FOUND] = {"404 Not Found", "", N_("There is nothing here"),
                        N_("perch waits for Salesforce's answer to a login, at another address.")},
    [PAGE_WRONG_METHOD] = {"405 Method Not Allowed", "Allow: GET, HEAD, OPTIONS\r\n",
                           N_("perch did not understand this"),
                           N_("perch waits here for a browser coming back from Salesforce.")},
    [PAGE_WRONG_HOST] = {"421 Misdirected Request", "", N_("This is not the right address"),
                         N_("perch answers only under the name localhost.")},
    [PAGE_TIMEOUT] = {"408 Request Timeout", "", N_("This took too long"),
                      N_("The request was incomplete. perch keeps waiting.")},
    [PAGE_TOO_LARGE] = {"431 Request Header Fields Too Large", "", N_("This was too much"),
                        N_("The request is larger than any that perch waits for.")},
    [PAGE_LEADS_NOWHERE] =
        {"404 Not Found", "", N_("This address leads nowhere"),
         N_("It is only for the browser that perch opened for you. Press r in the terminal to "
            "open the browser again.")},
    [PAGE_PREFLIGHT] = {"204 No Content",
                        "Access-Control-Allow-Origin: *\r\n"
                        "Access-Control-Allow-Methods: GET\r\n"
                        "Access-Control-Allow-Private-Network: true\r\n",
                        NULL, NULL},
};

static const char common_headers[] =
    "Connection: close\r\n"
    "Cache-Control: no-store\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

/* The empty icon keeps the browser from asking for /favicon.ico. */
static const char page_start[] =
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n"
    "<style>:root{color-scheme:light dark}"
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:16vh auto;padding:0 1.5rem}"
    "h1{font-size:1.6rem;line-height:1.2}</style>\n";

static char *page_html(const struct page *page)
{
    /* Translators: the language of the translation, as in HTML's lang attribute. */
    g_autofree char *language = g_markup_escape_text(_("en"), -1);
    g_autofree char *headline = g_markup_escape_text(_(page->headline), -1);
    g_autofree char *text = g_markup_escape_text(_(page->text), -1);
    return g_strdup_printf("<!doctype html>\n<html lang=\"%s\">\n%s<title>%s</title>\n"
                           "<main><h1>%s</h1>\n<p>%s</p></main>\n</html>\n",
                           language, page_start, headline, headline, text);
}

GString *loopback_redirect(const char *url)
{
    GString *answer = g_string_new(NULL);
    g_string_printf(answer, "HTTP/1.1 302 Found\r\n%sLocation: %s\r\nContent-Length: 0\r\n\r\n",
                    common_headers, url);
    return answer;
}

GString *loopback_page(enum loopback_page page, bool without_body)
{
    const struct page *row = &pages[page];
    GString *answer = g_string_new(NULL);
    g_string_append_printf(answer, "HTTP/1.1 %s\r\n%s%s", row->status, common_headers,
                           row->headers);
    if (row->headline == NULL) { /* RFC 9110 8.6: no Content-Length with 204 */
        g_string_append(answer, "\r\n");
        return answer;
    }
    g_autofree char *html = page_html(row);
    g_string_append_printf(answer,
                           "Content-Type: text/html; charset=utf-8\r\n"
                           "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                           strlen(html));
    if (!without_body)
        g_string_append(answer, html);
    return answer;
}
