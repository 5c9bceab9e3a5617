/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_PAGE_SERVER_H
#define SUPPORT_PAGE_SERVER_H

#include <glib.h>

/* The smallest web server that a browser is content with: GET of fixed pages, in a child process,
 * so that the test may wait for the browser meanwhile. */
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
