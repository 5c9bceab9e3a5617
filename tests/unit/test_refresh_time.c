/* SPDX-License-Identifier: MIT */

/*
 * A refresh whose answer comes between two milliseconds: what it stores is what the session has.
 * And one whose answer comes after a login: it does not touch that login's tokens.
 * The clock of this program, in perch's place, moves with every look at it.
 */

#include <string.h>

#include "perch/base/clock.h"
#include "perch/tokens/refresh.h"
#include "support/net_server.h"
#include "support/test.h"

enum { WAIT_MS = 20000 };

static gint64 looks;

gint64 clock_wall_ms(void)
{
    return 1764000000000 + ++looks;
}

gint64 clock_monotonic_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

gint64 clock_parse_http_date(const char *text)
{
    (void)text;
    return -1;
}

char *clock_format(gint64 wall_ms)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, wall_ms);
}

gint64 clock_parse(const char *text)
{
    (void)text;
    return -1;
}

struct scene {
    NetServer *server;
    Http *http;
    Store *store;
    struct session *session;
    struct secrets stored;
    bool done, refreshed;
};

static void on_saved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct scene *scene = user;
    (void)source;
    assert_true(store_save_finish(scene->store, result, NULL));
    scene->done = true;
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    struct scene *scene = user;
    (void)source;
    assert_true(store_load_finish(scene->store, result, &scene->stored, NULL));
    scene->done = true;
}

static void on_refreshed(struct refresh_result *result, gpointer user)
{
    struct scene *scene = user;
    scene->refreshed = result->ok && result->stored;
    scene->done = true;
}

static gboolean on_late(gpointer user)
{
    *(bool *)user = true;
    return G_SOURCE_CONTINUE;
}

static void wait_for(struct scene *scene)
{
    bool late = false;
    guint timer = g_timeout_add(WAIT_MS, on_late, &late);
    while (!scene->done && !late)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    assert_true(scene->done);
    scene->done = false;
}

static char *token_answer(guint16 port)
{
    g_autofree char *body =
        g_strdup_printf("{\"access_token\":\"00DAccess2\",\"instance_url\":\"http://localhost:%u\","
                        "\"token_type\":\"Bearer\",\"issued_at\":\"1764000000000\"}",
                        port);
    return g_strdup_printf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                           "Content-Length: %zu\r\n\r\n%s",
                           strlen(body), body);
}

static void make_session(struct scene *scene, guint16 port)
{
    g_autoptr(GError) error = NULL;
    Connection *connection = connection_new("acme");
    g_autofree char *url = g_strdup_printf("http://localhost:%u", port);
    connection_set(&connection->login_url, url);
    connection_set(&connection->client_id, "3MVG9Key");
    scene->http = http_new(&error);
    assert_no_error(error);
    scene->store = store_memory_new();
    scene->session = session_new(connection, g_get_home_dir(), scene->http, scene->store);
    scene->session->secrets.refresh_token = secret_new("5AepRefresh");
    scene->session->secrets.access_token = secret_new("00DAccess1");
    connection_set(&scene->session->secrets.instance_url, url);
}

static void scene_clear(struct scene *scene)
{
    secrets_clear(&scene->stored);
    session_free(scene->session);
    http_free(scene->http);
    store_free(scene->store);
    net_server_free(scene->server);
}

static void refresh__answer_between_two_milliseconds__stored_as_the_session_has_it(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    guint16 port;
    /* The answer names the port, which is only known once the server listens: it reads the table
     * at each request. */
    scene.server = net_server_new(routes, &port);
    g_autofree char *answer = token_answer(port);
    routes[0].bytes = answer;
    make_session(&scene, port);
    store_save(scene.store, "acme", &scene.session->secrets, false, NULL, on_saved, &scene);
    wait_for(&scene);
    refresh_run(scene.session, NULL, on_refreshed, &scene);
    wait_for(&scene);
    assert_true(scene.refreshed);
    assert_string_equal(secret_peek(scene.session->secrets.access_token), "00DAccess2");
    store_load(scene.store, "acme", false, NULL, on_loaded, &scene);
    wait_for(&scene);
    assert_true(scene.stored.issued_at == scene.session->secrets.issued_at);
    assert_true(scene.stored.good_until == scene.session->secrets.good_until);
    assert_true(secrets_equal(&scene.stored, &scene.session->secrets));
    scene_clear(&scene);
}

/* ---- a login while the answer is on its way ---- */

/* The request is on its way as soon as its time was noted; its answer needs another round. */
static void wait_for_post(void)
{
    const gint64 before = looks;
    while (looks == before)
        g_main_context_iteration(NULL, TRUE);
}

static void assert_posted(NetServer *server, const char *token)
{
    g_autoptr(GPtrArray) requests = net_server_requests(server);
    assert_int_equal(requests->len, 1);
    const char *request = requests->pdata[0];
    assert_contains(request, token);
}

/* While the new login is not stored, the keyring's is kept alive there; then it is replaced. */
static void refresh__of_a_token_that_a_login_replaced__leaves_the_new_one_alone(void **state)
{
    static const struct {
        bool stored;
        const char *access_token;
    } cases[] = {{false, "00DAccess2"}, {true, "00DAccess1"}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct scene scene = {0};
        struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
        guint16 port;
        scene.server = net_server_new(routes, &port);
        g_autofree char *answer = token_answer(port);
        routes[0].bytes = answer;
        make_session(&scene, port);
        struct session *session = scene.session;
        store_save(scene.store, "acme", &session->secrets, false, NULL, on_saved, &scene);
        wait_for(&scene);
        refresh_run(session, NULL, on_refreshed, &scene);
        wait_for_post();
        g_autoptr(Secret) refresh_token = secret_new("5AepNew");
        g_autoptr(Secret) access_token = secret_new("00DNew");
        secret_set(&session->secrets.refresh_token, refresh_token);
        secret_set(&session->secrets.access_token, access_token);
        session->token_won = true;
        session->stored = cases[i].stored;
        wait_for(&scene);
        assert_true(scene.refreshed);
        assert_posted(scene.server, "5AepRefresh");
        assert_string_equal(secret_peek(session->secrets.refresh_token), "5AepNew");
        assert_string_equal(secret_peek(session->secrets.access_token), "00DNew");
        assert_int_equal(session->stored, cases[i].stored);
        store_load(scene.store, "acme", false, NULL, on_loaded, &scene);
        wait_for(&scene);
        assert_string_equal(secret_peek(scene.stored.refresh_token), "5AepRefresh");
        assert_string_equal(secret_peek(scene.stored.access_token), cases[i].access_token);
        scene_clear(&scene);
    }
}

/* What is revoked in the end is what the keyring has, not what it had when the login began. */
static void refresh__of_a_new_login__sees_that_the_former_one_was_rotated(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    guint16 port;
    scene.server = net_server_new(routes, &port);
    g_autofree char *answer = token_answer(port);
    routes[0].bytes = answer;
    make_session(&scene, port);
    struct session *session = scene.session;
    store_save(scene.store, "acme", &session->secrets, false, NULL, on_saved, &scene);
    wait_for(&scene);
    g_autoptr(Secret) new_token = secret_new("5AepNew");
    session->previous_token = secret_new("5AepSpent");
    secret_set(&session->secrets.refresh_token, new_token);
    session->token_won = true;
    refresh_run(session, NULL, on_refreshed, &scene);
    wait_for(&scene);
    assert_true(scene.refreshed && session->stored);
    assert_posted(scene.server, "5AepNew");
    assert_string_equal(secret_peek(session->previous_token), "5AepRefresh");
    scene_clear(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refresh__answer_between_two_milliseconds__stored_as_the_session_has_it),
        cmocka_unit_test(refresh__of_a_token_that_a_login_replaced__leaves_the_new_one_alone),
        cmocka_unit_test(refresh__of_a_new_login__sees_that_the_former_one_was_rotated),
    };
    return cmocka_run_group_tests_name("refresh_time", tests, NULL, NULL);
}
