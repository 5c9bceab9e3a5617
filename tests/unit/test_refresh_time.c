/* SPDX-License-Identifier: MIT */

/*
 * A refresh whose answer comes between two milliseconds: what it stores is what is in hand. And one
 * whose answer comes after a login: it does not touch that login's tokens.
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
    char *answer;
    Http *http;
    Store *store;
    Connection *connection;
    Tokens *tokens;
    struct secrets stored;
    char *code; /* of the failure; NULL = none */
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

static void on_ended(GObject *source, GAsyncResult *result, gpointer user)
{
    struct scene *scene = user;
    (void)source;
    assert_true(tokens_finish(result, NULL));
    scene->done = true;
}

static void on_written(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    *(bool *)user = tokens_finish(result, NULL);
}

static void on_refreshed(struct refresh_result *result, gpointer user)
{
    struct scene *scene = user;
    scene->refreshed = result->ok && !result->unstored;
    g_free(scene->code);
    scene->code = g_strdup(result->failure.code);
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

/* A server that gives an access token, and a store that holds a login, in hand as well. */
static void scene_make(struct scene *scene, struct net_route *routes)
{
    g_autoptr(GError) error = NULL;
    guint16 port;
    /* The answer names the port, which is only known once the server listens: it reads the table
     * at each request. */
    scene->server = net_server_new(routes, &port);
    scene->answer = token_answer(port);
    routes[0].bytes = scene->answer;
    g_autofree char *url = g_strdup_printf("http://localhost:%u", port);
    scene->connection = connection_new("acme");
    connection_set(&scene->connection->login_url, url);
    connection_set(&scene->connection->client_id, "3MVG9Key");
    scene->http = http_new(&error);
    assert_no_error(error);
    scene->store = store_open(STORE_MEMORY, "/nowhere");
    scene->tokens = tokens_new(g_get_home_dir(), scene->store);
    struct secrets secrets = {.refresh_token = secret_new("5AepRefresh"),
                              .access_token = secret_new("00DAccess1"),
                              .instance_url = g_strdup(url)};
    store_save(scene->store, "acme", &secrets, false, NULL, on_saved, scene);
    wait_for(scene);
    secrets_clear(&secrets);
    tokens_load(scene->tokens, "acme", NULL, on_ended, scene);
    wait_for(scene);
    assert_int_equal(tokens_state(scene->tokens), TOKENS_HELD);
}

static void scene_clear(struct scene *scene)
{
    secrets_clear(&scene->stored);
    tokens_close(scene->tokens);
    tokens_settle();
    connection_free(scene->connection);
    http_free(scene->http);
    store_free(scene->store);
    net_server_free(scene->server);
    g_free(scene->answer);
    g_free(scene->code);
}

static void refresh(struct scene *scene)
{
    tokens_refresh(scene->tokens, scene->http, scene->connection, &(struct refresh_options){0},
                   NULL, on_refreshed, scene);
}

static void load(struct scene *scene)
{
    store_load(scene->store, "acme", false, NULL, on_loaded, scene);
    wait_for(scene);
}

static void refresh__answer_between_two_milliseconds__stored_as_it_is_in_hand(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    scene_make(&scene, routes);
    refresh(&scene);
    wait_for(&scene);
    assert_true(scene.refreshed);
    const struct secrets *in_hand = tokens_secrets(scene.tokens);
    assert_string_equal(secret_peek(in_hand->access_token), "00DAccess2");
    load(&scene);
    assert_true(scene.stored.issued_at == in_hand->issued_at);
    assert_true(scene.stored.good_until == in_hand->good_until);
    assert_true(secrets_equal(&scene.stored, in_hand));
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

static void log_in(struct scene *scene)
{
    g_autoptr(Secret) refresh_token = secret_new("5AepNew");
    g_autoptr(Secret) access_token = secret_new("00DNew");
    tokens_begin_login(scene->tokens);
    tokens_take(
        scene->tokens,
        &(struct token_answer){.refresh_token = refresh_token,
                               .access_token = access_token,
                               .instance_url = (char *)(guintptr) "https://acme.my.salesforce.com"},
        0, 0);
}

/* What the keyring has is kept alive there until the new login is stored, which waits its turn. */
static void refresh__of_a_token_that_a_login_replaced__leaves_the_new_one_alone(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    scene_make(&scene, routes);
    refresh(&scene);
    wait_for_post();
    log_in(&scene);
    wait_for(&scene);
    assert_true(scene.refreshed);
    assert_posted(scene.server, "5AepRefresh");
    assert_int_equal(tokens_state(scene.tokens), TOKENS_WON);
    assert_string_equal(secret_peek(tokens_secrets(scene.tokens)->refresh_token), "5AepNew");
    assert_string_equal(secret_peek(tokens_secrets(scene.tokens)->access_token), "00DNew");
    load(&scene);
    assert_string_equal(secret_peek(scene.stored.refresh_token), "5AepRefresh");
    assert_string_equal(secret_peek(scene.stored.access_token), "00DAccess2");
    secrets_clear(&scene.stored);
    tokens_change(scene.tokens, "acme", SECRETS_ALL, NULL, on_ended, &scene);
    wait_for(&scene);
    assert_int_equal(tokens_state(scene.tokens), TOKENS_STORED);
    load(&scene);
    assert_string_equal(secret_peek(scene.stored.refresh_token), "5AepNew");
    scene_clear(&scene);
}

/* What is revoked in the end is what the keyring has, not what it had when the login began. */
static void refresh__of_a_new_login__sees_that_the_former_one_was_rotated(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    scene_make(&scene, routes);
    log_in(&scene);
    struct secrets other = {.refresh_token = secret_new("5AepRotated")};
    store_save(scene.store, "acme", &other, false, NULL, on_saved, &scene);
    wait_for(&scene);
    secrets_clear(&other);
    refresh(&scene);
    wait_for(&scene);
    assert_true(scene.refreshed);
    assert_int_equal(tokens_state(scene.tokens), TOKENS_STORED);
    assert_posted(scene.server, "5AepNew");
    assert_string_equal(secret_peek(tokens_former(scene.tokens)), "5AepRotated");
    scene_clear(&scene);
}

/* ---- an answer that is lost ---- */

static const char refused[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
                              "Content-Length: 76\r\n\r\n{\"error\":\"invalid_grant\","
                              "\"error_description\":\"expired access/refresh token\"}";

/* Nobody answers, twice; the run after that is refused, and still knows what may have happened. */
static void refresh__whose_answer_is_lost_for_good__is_remembered_by_the_next_run(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    scene_make(&scene, routes);
    routes[0] = (struct net_route){"/services/oauth2/token", "", 0, NET_CLOSE};
    refresh(&scene);
    wait_for(&scene);
    assert_string_equal(scene.code, "answer-lost");
    assert_int_equal(tokens_state(scene.tokens), TOKENS_LOST);
    routes[0] = (struct net_route){"/services/oauth2/token", refused, 0, NET_KEEP};
    refresh(&scene);
    wait_for(&scene);
    assert_string_equal(scene.code, "answer-lost-refused");
    scene_clear(&scene);
}

/* ---- the door ---- */

/* A draft's write that is under way when the proof stores: neither puts an old value back. */
static void change__two_at_once__each_merges_its_part(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    scene_make(&scene, routes);
    Tokens *other = tokens_new(g_get_home_dir(), scene.store);
    g_autoptr(Secret) client_secret = secret_new("draft");
    tokens_set_client_secret(other, client_secret);
    tokens_change(other, "acme", SECRETS_APP, NULL, on_ended, &scene);
    log_in(&scene);
    tokens_change(scene.tokens, "acme", SECRETS_TOKENS, NULL, on_ended, &scene);
    wait_for(&scene);
    wait_for(&scene);
    load(&scene);
    assert_string_equal(secret_peek(scene.stored.client_secret), "draft");
    assert_string_equal(secret_peek(scene.stored.refresh_token), "5AepNew");
    assert_true(tokens_secret_is_kept(other));
    tokens_close(other);
    scene_clear(&scene);
}

/* The proof that comes while a draft's write is under way, by the same door, waits for it. */
static void change__two_by_one_door__take_turns(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    scene_make(&scene, routes);
    bool written = false;
    g_autoptr(Secret) client_secret = secret_new("draft");
    tokens_set_client_secret(scene.tokens, client_secret);
    tokens_change(scene.tokens, "acme", SECRETS_APP, NULL, on_written, &written);
    log_in(&scene);
    tokens_change(scene.tokens, "acme", SECRETS_TOKENS, NULL, on_ended, &scene);
    wait_for(&scene);
    assert_true(written);
    load(&scene);
    assert_string_equal(secret_peek(scene.stored.client_secret), "draft");
    assert_string_equal(secret_peek(scene.stored.refresh_token), "5AepNew");
    assert_int_equal(tokens_state(scene.tokens), TOKENS_STORED);
    scene_clear(&scene);
}

/* A second login before the first is stored: what goes in the end is still the stored one. */
static void login__twice__replaces_what_is_stored(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct net_route routes[] = {{"/services/oauth2/token", "", 0, NET_KEEP}, {0}};
    scene_make(&scene, routes);
    log_in(&scene);
    tokens_begin_login(scene.tokens);
    assert_string_equal(secret_peek(tokens_former(scene.tokens)), "5AepRefresh");
    tokens_former_ended(scene.tokens);
    assert_null(tokens_former(scene.tokens));
    scene_clear(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refresh__answer_between_two_milliseconds__stored_as_it_is_in_hand),
        cmocka_unit_test(refresh__of_a_token_that_a_login_replaced__leaves_the_new_one_alone),
        cmocka_unit_test(refresh__of_a_new_login__sees_that_the_former_one_was_rotated),
        cmocka_unit_test(refresh__whose_answer_is_lost_for_good__is_remembered_by_the_next_run),
        cmocka_unit_test(login__twice__replaces_what_is_stored),
        cmocka_unit_test(change__two_at_once__each_merges_its_part),
        cmocka_unit_test(change__two_by_one_door__take_turns),
    };
    return cmocka_run_group_tests_name("refresh_time", tests, NULL, NULL);
}
