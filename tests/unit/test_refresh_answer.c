/* SPDX-License-Identifier: MIT */
/* What each end of a refresh means: asked again or not, how often, after how long. */
#include <string.h>
#include <sys/mman.h>

#include "perch/base/clock.h"
#include "support/test.h"
#include "tokens/answer.h"

#define BUSY                                                                               \
    "{\"error\":\"invalid_grant\",\"error_description\":\"token request is already being " \
    "processed\"}"
#define DEAD "{\"error\":\"invalid_grant\",\"error_description\":\"expired access/refresh token\"}"
#define DOWN "<html><body><center>We are down for maintenance.</center></body></html>"

static struct verdict judge(enum http_end end, long status, const char *body, const char *after)
{
    struct http_response response = {
        .end = end, .status = status, .body = body, .body_length = strlen(body), .detail = ""};
    g_autoptr(GHashTable) headers = g_hash_table_new(g_str_hash, g_str_equal);
    if (after != NULL)
        g_hash_table_insert(headers, (gpointer)(guintptr) "retry-after", (gpointer)(guintptr)after);
    response.private_headers = headers;
    response.sent_ms = end == HTTP_CANCELLED && status == 1 ? 1 : 0;
    struct failure failure = {0};
    struct verdict verdict = refresh_judge(&response, &failure);
    failure_clear(&failure);
    return verdict;
}

static void judge__every_end(void **state)
{
    (void)state;
    static const struct {
        enum http_end end;
        long status;
        const char *body;
        enum trouble trouble;
        bool revoked;
        int tries;
    } rows[] = {
        {HTTP_ANSWERED, 200, "{}", TROUBLE_NONE, false, 0},
        {HTTP_ANSWERED, 400, BUSY, TROUBLE_BUSY, false, 6},
        {HTTP_ANSWERED, 400, DEAD, TROUBLE_REFUSED, true, 0},
        {HTTP_ANSWERED, 400, "{\"error\":\"invalid_client\"}", TROUBLE_REFUSED, false, 0},
        {HTTP_ANSWERED, 400, "{\"error\":\"unknown_error\"}", TROUBLE_LOST, false, 1},
        {HTTP_ANSWERED, 429, "", TROUBLE_UNAVAILABLE, false, 3},
        {HTTP_ANSWERED, 500, "", TROUBLE_LOST, false, 1},
        {HTTP_ANSWERED, 502, "<html>Bad Gateway</html>", TROUBLE_LOST, false, 1},
        {HTTP_ANSWERED, 503, "", TROUBLE_UNAVAILABLE, false, 3},
        {HTTP_ANSWERED, 503, DOWN, TROUBLE_UNAVAILABLE, false, 0},
        {HTTP_ANSWERED, 504, "", TROUBLE_LOST, false, 1},
        {HTTP_ANSWERED, 302, "", TROUBLE_REFUSED, false, 0},
        {HTTP_DNS, 0, "", TROUBLE_UNSENT, false, 2},
        {HTTP_CONNECT, 0, "", TROUBLE_UNSENT, false, 2},
        {HTTP_TLS, 0, "", TROUBLE_REFUSED, false, 0},
        {HTTP_PROXY, 0, "", TROUBLE_REFUSED, false, 0},
        {HTTP_TIMEOUT_CONNECT, 0, "", TROUBLE_REFUSED, false, 0},
        {HTTP_TIMEOUT_ANSWER, 0, "", TROUBLE_LOST, false, 1},
        {HTTP_CUT, 0, "", TROUBLE_LOST, false, 1},
        {HTTP_BAD_ANSWER, 0, "", TROUBLE_LOST, false, 1},
        {HTTP_TOO_LARGE, 0, "", TROUBLE_LOST, false, 1},
        {HTTP_UNKNOWN, 0, "", TROUBLE_LOST, false, 1},
        {HTTP_CANCELLED, 0, "", TROUBLE_REFUSED, false, 0},
        {HTTP_CANCELLED, 1, "", TROUBLE_LOST, false, 1}, /* 1 = was sent */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct verdict verdict = judge(rows[i].end, rows[i].status, rows[i].body, NULL);
        if (verdict.trouble != rows[i].trouble || verdict.revoked != rows[i].revoked)
            fail_msg("row %zu: %d", i, (int)verdict.trouble);
        int tries = 0;
        while (verdict.trouble != TROUBLE_NONE && refresh_pause(&verdict, tries) >= 0)
            tries++;
        if (tries != rows[i].tries)
            fail_msg("row %zu: %d tries", i, tries);
    }
}

static void pause__grows_and_follows_retry_after(void **state)
{
    (void)state;
    struct verdict busy = judge(HTTP_ANSWERED, 400, BUSY, NULL);
    gint64 total = 0;
    for (int i = 0; i < 6; i++) {
        assert_true(i == 0 || refresh_pause(&busy, i) >= refresh_pause(&busy, i - 1));
        total += refresh_pause(&busy, i);
    }
    assert_true(total >= 10000 && total <= 20000);
    struct verdict down = judge(HTTP_ANSWERED, 503, "", "7");
    assert_int_equal(refresh_pause(&down, 0), 7000);
    struct verdict at_once = judge(HTTP_ANSWERED, 503, DOWN, "0");
    assert_int_equal(refresh_pause(&at_once, 0), 1000);
    struct verdict long_time = judge(HTTP_ANSWERED, 503, "", "3600");
    assert_int_equal(refresh_pause(&long_time, 0), -1);
    struct verdict odd = judge(HTTP_ANSWERED, 503, "", "soon");
    assert_int_equal(refresh_pause(&odd, 0), 1000);
    struct verdict past = judge(HTTP_ANSWERED, 503, "", "Wed, 21 Oct 2015 07:28:00 GMT");
    assert_int_equal(refresh_pause(&past, 0), 1000);
}

static void say__lost__told_from_refused(void **state)
{
    (void)state;
    struct failure failure;
    g_autoptr(Connection) connection = connection_new("acme");
    failure_own(&failure, STAGE_MACHINE, "cut", "x");
    connection->app_values = APP_VALUES_CLIENT_CREDENTIALS;
    refresh_say_lost(&failure, connection);
    assert_string_equal(failure.code, "answer-lost");
    assert_contains(failure.message, "Nothing is lost");
    failure_clear(&failure);
    failure_own(&failure, STAGE_MACHINE, "cut", "x");
    connection->app_values = APP_VALUES_PERCH;
    connection->rotation = 1;
    refresh_say_lost(&failure, connection);
    assert_string_equal(failure.code, "answer-lost");
    assert_contains(failure.message, "may have replaced");
    failure_clear(&failure);
    failure_own(&failure, STAGE_MACHINE, "timeout", "x");
    connection->rotation = 0;
    refresh_say_lost(&failure, connection);
    g_autoptr(Diagnosis) late = explain(&failure);
    assert_int_equal(late->cause, CAUSE_TIMEOUT);
    assert_contains(failure.message, "is still valid");
    refresh_say_refused(&failure, 1764000000000);
    g_autoptr(Diagnosis) refused = explain(&failure);
    assert_int_equal(refused->cause, CAUSE_AUTHORIZATION_REVOKED);
    assert_int_equal(refused->exit, PERCH_EXIT_AUTHORIZATION);
    assert_contains(failure.message, "2025-11-24");
    failure_clear(&failure);
}

/* What the last holder noted is about one token, and about no other. */
static void note__of_another_token__is_not_believed(void **state)
{
    (void)state;
    g_autoptr(Secret) posted = secret_new("5AepPosted"), other = secret_new("5AepOther");
    g_autoptr(StoreLock) lock = store_lock_adopt(memfd_create("lock", MFD_CLOEXEC));
    assert_true(refresh_note_read(lock, posted) == 0);
    refresh_note_write(lock, posted, 1764000000123);
    assert_true(refresh_note_read(lock, posted) == 1764000000123);
    assert_true(refresh_note_read(lock, other) == 0);
    static const char *const damaged[] = {"", "1764000000123", "1764000000123 ", "soon", "-5 x"};
    for (gsize i = 0; i < G_N_ELEMENTS(damaged); i++) {
        store_lock_note(lock, damaged[i]);
        assert_true(refresh_note_read(lock, posted) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judge__every_end),
        cmocka_unit_test(pause__grows_and_follows_retry_after),
        cmocka_unit_test(note__of_another_token__is_not_believed),
        cmocka_unit_test(say__lost__told_from_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
