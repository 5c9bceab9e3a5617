/* SPDX-License-Identifier: MIT */

/* Every Setup page that a diagnosis can link to opens in the org, with and without ids in its
 * address. */

#include "perch/salesforce/setup_pages.h" /* before admin.h, which has a SETUP_PAGE of its own */

#include "e2e/admin.h"

static const char *id_of(const Json *state, const char *kind, const char *name)
{
    const char *id = json_get_string(json_get(json_get(state, kind), name), "id");
    assert_non_null(id);
    return id;
}

static void links__each__opens(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_NO_KEYRING, NULL);
    g_autoptr(Json) now = demo_org_control(rig->org, "GET", "state", NULL);
    const struct setup_ids ids[] = {
        {NULL, NULL, NULL},
        {.user_id = id_of(now, "users", ADMIN_NAME),
         .profile_id = id_of(now, "profiles", "System Administrator"),
         .app_id = id_of(now, "apps", "Bird_Integration")},
    };
    for (gsize k = 0; k < G_N_ELEMENTS(ids); k++)
        for (int i = SETUP_PAGE_NONE + 1; i < SETUP_PAGE_COUNT; i++) {
            g_autoptr(Admin) admin = admin_new(rig);
            g_autofree char *url = setup_page_url((enum setup_page)i, rig->org->url, &ids[k]);
            admin_open(admin, url);
            assert_contains(admin_page(admin), "<h1>");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links__each__opens),
    };
    return cmocka_run_group_tests_name("links to Setup pages", tests, NULL, NULL);
}
