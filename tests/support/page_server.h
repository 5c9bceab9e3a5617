/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PAGE_SERVER_H
#define SUPPORT_PAGE_SERVER_H

#include <glib.h>

/* A minimal web server for a browser: serves fixed pages from a child process, so that the test can
 * wait for the browser. */
struct page {
    const char *path; /* "/", with the query left out */
    const char *html; /* starts with "Location: ": a redirect to what follows */
};

typedef struct PageServer PageServer;
/* pages ends with a path of NULL. */
PageServer *page_server_start(const struct page *pages);
void page_server_stop(PageServer *server);
const char *page_server_url(const PageServer *server); /* http://localhost:PORT */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageServer, page_server_stop)

#endif
