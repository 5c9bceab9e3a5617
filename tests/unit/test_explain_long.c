/* SPDX-License-Identifier: MIT */
/* Reading of what is long, or made to take long. */
#include "support/test.h"

#include <string.h>

#include "perch/explain/explain.h"
#include "support/linear.h"

#define API_OFF                                             \
    "[{\"message\":\"The REST API is not enabled for this " \
    "Organization.\",\"errorCode\":\"API_DISABLED_FOR_ORG\"}]"

/* Wherever it stands in two megabytes; and what is too much for that is counted. */
static void paste__long_log__is_read_whole(void **state)
{
    (void)state;
    for (int place = 0; place < 3; place++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = 0; text->len < 2 * 1024 * 1024; i++) {
            if (i == (place == 0 ? 0 : place == 1 ? 15000 : 30000))
                g_string_append(text, "POST 403 " API_OFF "\n");
            g_string_append_printf(text, "08:%02d:%02d INFO lead %d made in %d ms\n", i / 60 % 60,
                                   i % 60, i, i % 97);
        }
        gsize left_out;
        g_autoptr(GPtrArray) all = explain_paste_all(text->str, text->len, STAGE_ANY, 0, &left_out);
        assert_int_equal(all->len, 1);
        assert_string_equal(((struct failure *)all->pdata[0])->code, "API_DISABLED_FOR_ORG");
        assert_int_equal(left_out, 0);
    }
    g_autoptr(GString) good = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(good, "{\"lead\":%d,\"tags\":[{},{}]}\n", i);
    g_string_append(good, "{\"error\":\"odd_word\",\"error_description\":\"behind a thousand\"}");
    struct failure last;
    assert_true(explain_paste(&last, good->str, good->len, STAGE_ANY, 0));
    assert_string_equal(last.message, "behind a thousand");
    failure_clear(&last);
    g_autoptr(GString) noise = g_string_new("[{\"errorCode\":\"STRING_TOO_LONG\"}]\n");
    for (int i = 0; noise->len < 1024 * 1024; i++)
        g_string_append_printf(noise, "error %c%c%c%c of many\n", 'g' + i % 17, 'g' + i / 17 % 17,
                               'g' + i / 289 % 17, 'g' + i / 4913 % 17);
    g_string_append(noise, API_OFF);
    gsize left_out;
    g_autoptr(GPtrArray) all = explain_paste_all(noise->str, noise->len, STAGE_ANY, 0, &left_out);
    assert_int_equal(all->len, 2); /* the first and the last of it were read */
    assert_string_equal(((struct failure *)all->pdata[0])->code, "STRING_TOO_LONG");
    assert_true(left_out > 512 * 1024);
}

static void paste__long_text__is_read_at_its_end(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("client_secret=");
    while (text->len < 600 * 1024)
        g_string_append(text, "CANARYcanary0123456789");
    g_string_append(text, "\nfine so far\n" API_OFF "\n");
    struct failure failure;
    assert_true(explain_paste(&failure, text->str, text->len, STAGE_ANY, 0));
    assert_string_equal(failure.code, "API_DISABLED_FOR_ORG");
    failure_clear(&failure);
    g_string_truncate(text, 600 * 1024);
    assert_true(explain_paste(&failure, text->str, text->len, STAGE_ANY, 0));
    assert_null(failure.message == NULL ? NULL : strstr(failure.message, "CANARY"));
    failure_clear(&failure);
}

/* More blanks before an error than of a line are read. */
static void paste__thousands_of_blanks__hide_no_error(void **state)
{
    static const char *const blanks[] = {" ", "\t", "\u3000", "\u00A0", "\u200B"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(blanks); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < 12 * 1024)
            g_string_append(text, blanks[i]);
        g_string_append(text, "Failed to connect to acme.my.salesforce.com: connection refused");
        struct failure failure;
        assert_true(explain_paste(&failure, text->str, text->len, STAGE_ANY, 0));
        assert_int_equal(explain_cause(&failure, NULL), CAUSE_CONNECT_FAILED);
        failure_clear(&failure);
    }
}

static void read_all(const char *text)
{
    g_autoptr(GPtrArray) all = explain_paste_all(text, strlen(text), STAGE_ANY, 0, NULL);
    assert_true(all->len > 0);
}

/* A longer text is digested first. */
static void paste__hostile_text__takes_linear_time(void **state)
{
    static const char *const parts[] = {
        "\\",
        "<",
        "<script ",
        "code=",
        "[{",
        "{\"error\":",
        "%25",
        "> ",
        "&amp;",
        "error=a&",
        "password\\\\: ",
        "': '",
        "=\n",
        "HTTP/1.1 503 ",
        "at a.b(\n",
        "x.y(",
        "a_ 1",
        "{\"message\":\"x\",\"errorCode\":\"REQUIRED_FIELD_MISSING\",\"fields\":[\"Name\"]},"};
    (void)state;
    assert_linear(read_all, parts, G_N_ELEMENTS(parts), 11 * 1024, 88 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paste__long_log__is_read_whole),
        cmocka_unit_test(paste__long_text__is_read_at_its_end),
        cmocka_unit_test(paste__thousands_of_blanks__hide_no_error),
        cmocka_unit_test(paste__hostile_text__takes_linear_time),
    };
    return cmocka_run_group_tests_name("long pastes", tests, NULL, NULL);
}
