/* SPDX-License-Identifier: MIT */
#include "perch/salesforce/setup_pages.h"

#include <string.h>

#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

static const struct page {
    const char *name, *path, *link;
} pages[SETUP_PAGE_COUNT] = {
    [SETUP_PAGE_NONE] = {"", "", ""},
#define SETUP_PAGE(id, name, path, link, source) [SETUP_PAGE_##id] = {name, path, link},
#include "perch/salesforce/setup_pages.def"
#undef SETUP_PAGE
};

static const struct page *find(enum setup_page page)
{
    return &pages[(int)page > 0 && page < SETUP_PAGE_COUNT ? page : SETUP_PAGE_NONE];
}

const char *setup_page_name(enum setup_page page)
{
    return find(page)->name;
}

const char *setup_page_path(enum setup_page page)
{
    const char *path = find(page)->path;
    return *path == '\0' ? path : _(path); /* "" is the head of a catalogue */
}

/* Replaces placeholders such as {user}; false when an id is missing or invalid. */
static bool fill(GString *link, const char *place, const char *id)
{
    if (strstr(link->str, place) == NULL)
        return true;
    if (id == NULL || !salesforce_id_is_valid(id))
        return false;
    g_string_replace(link, place, id, 0);
    return true;
}

static bool fill_all(GString *link, const struct setup_ids *ids)
{
    /* Links to External Client Apps take the short form of the id. */
    g_autofree char *app = ids->app_id == NULL ? NULL : g_strndup(ids->app_id, 15);
    return fill(link, "{user}", ids->user_id) && fill(link, "{profile}", ids->profile_id) &&
           fill(link, "{app}", app);
}

char *setup_page_url(enum setup_page page, const char *org_url, const struct setup_ids *ids)
{
    static const struct setup_ids no_ids;
    g_autofree char *origin = lightning_url(org_url);
    if (origin == NULL || *find(page)->link == '\0')
        return NULL;
    g_auto(GStrv) links = g_strsplit(find(page)->link, " ", -1);
    for (char **link = links; *link != NULL; link++) {
        g_autoptr(GString) filled = g_string_new(*link);
        if (fill_all(filled, ids == NULL ? &no_ids : ids))
            return g_strconcat(origin, filled->str, NULL);
    }
    return NULL;
}
