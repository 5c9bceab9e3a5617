/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SETUP_PAGES_H
#define PERCH_SETUP_PAGES_H

#include <glib.h>

/* Salesforce's Setup pages: their names, click paths and deep links (setup_pages.def). */
enum setup_page {
    SETUP_PAGE_NONE,
#define SETUP_PAGE(id, name, path, link, source) SETUP_PAGE_##id,
#include "perch/salesforce/setup_pages.def"
#undef SETUP_PAGE
    SETUP_PAGE_COUNT,
};

/* Ids to fill into a link; each may be NULL (then a list page is linked instead). */
struct setup_ids {
    const char *user_id, *profile_id, *app_id;
};

const char *setup_page_name(enum setup_page page); /* as Salesforce shows it: "Login History" */
const char *setup_page_path(enum setup_page page); /* "Setup › Identity › Login History" */

/* The deep link on the org's own Lightning host, for the login or instance URL of the org; NULL
 * when the host is login.salesforce.com and so the org's own host is unknown. On a loopback org
 * the same path on that origin. Owned by the caller. */
char *setup_page_url(enum setup_page page, const char *org_url, const struct setup_ids *ids);

#endif
