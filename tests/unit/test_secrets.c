/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/error.h"
#include "perch/store/store.h"
#include "support/test.h"

static struct secrets filled(void)
{
    return (struct secrets){.client_secret = secret_new("client"),
                            .refresh_token = secret_new("refresh"),
                            .access_token = secret_new("access"),
                            .instance_url = g_strdup("https://acme.my.salesforce.com"),
                            .issued_at = 1795420800123,
                            .good_until = 1795428000456};
}

static void secrets__item__round_trip(void **state)
{
    (void)state;
    struct secrets before = filled(), after;
    g_autoptr(Secret) item = secrets_to_item(&before, "acme");
    assert_true(secrets_from_item(item, &after, NULL));
    assert_true(secrets_equal(&before, &after));
    assert_true(after.issued_at == 1795420800123 && after.good_until == 1795428000456);
    secrets_clear(&before);
    secrets_clear(&after);
    assert_null(after.refresh_token);
    assert_null(after.instance_url);
    assert_true(after.issued_at == 0);
}

static void secrets__item__empty(void **state)
{
    (void)state;
    struct secrets before = {.issued_at = 0}, after;
    g_autoptr(Secret) item = secrets_to_item(&before, "acme");
    assert_true(secrets_from_item(item, &after, NULL));
    assert_true(secrets_equal(&before, &after));
    secrets_clear(&after);
}

/* Items of an older perch have no name; what another program wrote, neither. */
static void secrets__item__says_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
    } items[] = {
        {"{\"version\":1,\"connection\":\"acme\",\"refresh_token\":\"x\"}", "acme"},
        {"{\"version\":1,\"refresh_token\":\"x\"}", NULL},
        {"{\"connection\":1}", NULL},
        {"acme", NULL},
        {"", NULL},
    };
    struct secrets secrets = filled();
    g_autoptr(Secret) written = secrets_to_item(&secrets, "acme");
    g_autofree char *own = secrets_item_name(written);
    assert_string_equal(own, "acme");
    secrets_clear(&secrets);
    for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
        g_autoptr(Secret) item = secret_new(items[i].text);
        g_autofree char *name = secrets_item_name(item);
        assert_true(g_strcmp0(name, items[i].name) == 0);
    }
}

static void on_saved(GObject *source, GAsyncResult *result, gpointer user)
{
    GError **place = user;
    (void)source;
    assert_false(store_save_finish(NULL, result, place));
}

/* JSON's numbers end before this one: it is told before anything is written, not when it is read.
 */
static void store__what_would_read_back_otherwise__is_not_written(void **state)
{
    (void)state;
    g_autoptr(Store) store = store_open(STORE_MEMORY, "/nowhere");
    g_autoptr(GError) error = NULL;
    struct secrets secrets = filled();
    secrets.issued_at = (G_GINT64_CONSTANT(1) << 53) + 1;
    store_save(store, "acme", &secrets, false, NULL, on_saved, &error);
    while (error == NULL)
        g_main_context_iteration(NULL, TRUE);
    assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INTERNAL));
    secrets_clear(&secrets);
}

static void secrets__merge__takes_whole_parts(void **state)
{
    (void)state;
    struct secrets old = {.client_secret = secret_new("typed"), .issued_at = 7}, new = filled();
    secrets_merge(&old, &new, SECRETS_TOKENS);
    assert_string_equal(secret_peek(old.client_secret), "typed");
    secrets_merge(&new, &old, SECRETS_APP);
    assert_true(secrets_equal(&old, &new));
    assert_true(new.issued_at == 1795420800123);
    secrets_clear(&old);
    secrets_clear(&new);
}

/* One difference at a time, in every member. */
static void secrets__equal__sees_each_member(void **state)
{
    (void)state;
    for (int member = 0; member < 6; member++) {
        struct secrets one = filled(), two = filled();
        assert_true(secrets_equal(&one, &two));
        Secret **places[] = {&two.client_secret, &two.refresh_token, &two.access_token};
        g_autoptr(Secret) other = member == 1 ? NULL : secret_new("clienT");
        if (member < 3)
            secret_set(places[member], other);
        else if (member == 3)
            two.instance_url[8] = 'A';
        else if (member == 4)
            two.issued_at++;
        else
            two.good_until++;
        assert_false(secrets_equal(&one, &two));
        secrets_clear(&one);
        secrets_clear(&two);
    }
}

static void secrets__copy__is_of_its_own(void **state)
{
    (void)state;
    struct secrets one = filled(), two, same = filled();
    memset(&two, 0xaa, sizeof two); /* overwritten as garbage */
    secrets_copy(&two, &one);
    secrets_clear(&one);
    assert_true(secrets_equal(&two, &same));
    secrets_clear(&two);
    secrets_clear(&same);
}

static void secrets__good__between_their_times_only(void **state)
{
    (void)state;
    struct secrets secrets = filled();
    assert_true(secrets_are_good(&secrets, secrets.issued_at));
    assert_true(secrets_are_good(&secrets, secrets.good_until - 1));
    assert_false(secrets_are_good(&secrets, secrets.good_until));
    assert_false(secrets_are_good(&secrets, secrets.issued_at - 1)); /* the clock was set back */
    secret_set(&secrets.access_token, NULL);
    assert_false(secrets_are_good(&secrets, secrets.issued_at));
    secrets_clear(&secrets);
}

static void secrets__item__refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } items[] = {
        {"", "not written by perch"},
        {"plain text", "not written by perch"},
        {"[]", "not written by perch"},
        {"{}", "not written by perch"},
        {"{\"version\":0}", "not written by perch"},
        {"{\"refresh_token\":\"canary\"}", "not written by perch"},
        {"{\"version\":2,\"refresh_token\":\"canary\"}", "newer"},
        {"{\"version\":1,\"refresh_token\":\"canary\",\"id_token\":\"x\"}", "newer"},
        {"{\"version\":1,\"refresh_token\":\"canary\"", "not written by perch"},
        {"{\"version\":1,\"access_token\":\"canary\\u001b[31m\"}", "not written by perch"},
        {"{\"version\":1,\"refresh_token\":\"canary\\n\"}", "not written by perch"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
        g_autoptr(Secret) item = secret_new(items[i].text);
        g_autoptr(GError) error = NULL;
        struct secrets secrets;
        assert_false(secrets_from_item(item, &secrets, &error));
        assert_error_code(error, PERCH_ERROR,
                          strcmp(items[i].says, "newer") == 0 ? PERCH_ERROR_STORE_NEWER
                                                              : PERCH_ERROR_STORE_DAMAGED);
        assert_contains(error->message, items[i].says);
        assert_null(strstr(error->message, "canary"));
    }
}

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets__item__round_trip),
        cmocka_unit_test(secrets__item__empty),
        cmocka_unit_test(secrets__item__says_its_name),
        cmocka_unit_test(store__what_would_read_back_otherwise__is_not_written),
        cmocka_unit_test(secrets__merge__takes_whole_parts),
        cmocka_unit_test(secrets__equal__sees_each_member),
        cmocka_unit_test(secrets__copy__is_of_its_own),
        cmocka_unit_test(secrets__item__refuses),
        cmocka_unit_test(secrets__good__between_their_times_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
