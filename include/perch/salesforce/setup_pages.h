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

/* Ids for links; each may be NULL (the link then leads to a list page). */
struct setup_ids {
    const char *user_id, *profile_id, *app_id;
};

const char *setup_page_name(enum setup_page page); /* as Salesforce shows it: "Login History" */
const char *setup_page_path(enum setup_page page); /* "Setup › Identity › Login History" */

/* The deep link on the org's own Lightning host, derived from the org's login or instance URL; NULL
 * when that is login.salesforce.com, so that the org's host is unknown. For a loopback org, the
 * same path on its origin. Owned by the caller. */
char *setup_page_url(enum setup_page page, const char *org_url, const struct setup_ids *ids);

#endif
