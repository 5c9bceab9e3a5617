/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/request_head.h"

struct head_case {
    const char *bytes;
    enum request_head_state state;
    const char *method, *path, *query, *host; /* NULL = not there */
};

#define MORE REQUEST_HEAD_MORE, NULL, NULL, NULL, NULL
#define BAD REQUEST_HEAD_BAD, NULL, NULL, NULL, NULL
#define END "\r\n\r\n"

static const struct head_case cases[] = {
    {"GET / HTTP/1.1\r\nHost: a" END, REQUEST_HEAD_COMPLETE, "GET", "/", NULL, "a"},
    {"GET /p?q=1 HTTP/1.1\r\nHost:a:80" END, REQUEST_HEAD_COMPLETE, "GET", "/p", "q=1", "a:80"},
    {"HEAD /p? HTTP/1.0" END, REQUEST_HEAD_COMPLETE, "HEAD", "/p", "", NULL},
    {"GET /?a?b HTTP/1.1" END, REQUEST_HEAD_COMPLETE, "GET", "/", "a?b", NULL},
    {"OPTIONS * HTTP/1.1\r\nHOST: \t a \t " END, REQUEST_HEAD_COMPLETE, "OPTIONS", "*", NULL, "a"},
    {"GET http://a/p?q HTTP/1.1" END, REQUEST_HEAD_COMPLETE, "GET", "http://a/p", "q", NULL},
    {"GET /p HTTP/1.1\r\nA: \xc3\xbc\r\nhoSt: x\r\nHostile: y" END "{\n}", REQUEST_HEAD_COMPLETE,
     "GET", "/p", NULL, "x"},
    {"GET / HTTP/1.1\r\nEmpty:\r\nHost:" END, REQUEST_HEAD_COMPLETE, "GET", "/", NULL, ""},
    {"get / HTTP/1.1" END, REQUEST_HEAD_COMPLETE, "get", "/", NULL, NULL},
    {"", MORE},
    {"G", MORE},
    {"GET / HTTP/1.1\r\nHost: a\r\n", MORE},
    {"GET / HTTP/1.1\r\nHost: a\r\n\r", MORE},
    {"\x16\x03\x01\x02", BAD},
    {"\r\nGET / HTTP/1.1" END, BAD},
    {" GET / HTTP/1.1" END, BAD},
    {"\n", BAD},
    {"GET / HTTP/1.1\n", BAD},
    {"GET / HTTP/1.1\r\nHost: a\n\n", BAD},
    {"GET /" END, BAD},
    {"GET  / HTTP/1.1" END, BAD},
    {"GET / HTTP/1.1 " END, BAD},
    {"GET / / HTTP/1.1" END, BAD},
    {"GET\t/\tHTTP/1.1" END, BAD},
    {"GET / HTTP/2.0" END, BAD},
    {"GET / HTTP/1.2" END, BAD},
    {"GET / http/1.1" END, BAD},
    {"GET /\x7f HTTP/1.1" END, BAD},
    {"GET /\xc3\xbc HTTP/1.1" END, BAD},
    {"G(T / HTTP/1.1" END, BAD},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a" END, BAD},
    {"GET / HTTP/1.1\r\nHost: a\r\nhost: b" END, BAD},
    {"GET / HTTP/1.1\r\nHost : a" END, BAD},
    {"GET / HTTP/1.1\r\n Host: a" END, BAD},
    {"GET / HTTP/1.1\r\nA: b\r\n folded" END, BAD},
    {"GET / HTTP/1.1\r\nno colon" END, BAD},
    {"GET / HTTP/1.1\r\n: empty" END, BAD},
    {"GET / HTTP/1.1\r\nA: b\rc" END, BAD},
    {"GET / HTTP/1.1\r\nA: b\x01" END, BAD},
};

static void check(const struct head_case *row, const char *what, struct slice slice,
                  const char *wanted)
{
    bool same = wanted == NULL ? slice.text == NULL : slice_equals(slice, wanted);
    if (!same)
        fail_msg("%s of \"%s\" is \"%.*s\"", what, row->bytes, (int)slice.length, slice.text);
}

static void request_head__table(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct head_case *row = &cases[i];
        struct request_head head;
        enum request_head_state got = request_head_parse(row->bytes, strlen(row->bytes), &head);
        if (got != row->state)
            fail_msg("state of \"%s\" is %d", row->bytes, got);
        if (got != REQUEST_HEAD_COMPLETE)
            continue;
        check(row, "method", head.method, row->method);
        check(row, "path", head.path, row->path);
        check(row, "query", head.query, row->query);
        check(row, "host", head.host, row->host);
    }
}

static void request_head__zero_byte__bad(void **state)
{
    (void)state;
    static const char in_target[] = "GET /\0 HTTP/1.1\r\n\r\n";
    static const char in_value[] = "GET / HTTP/1.1\r\nA: \0\r\n\r\n";
    struct request_head head;
    assert_int_equal(request_head_parse(in_target, sizeof in_target - 1, &head), REQUEST_HEAD_BAD);
    assert_int_equal(request_head_parse(in_value, sizeof in_value - 1, &head), REQUEST_HEAD_BAD);
}

static void request_head__size__limited(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("GET / HTTP/1.1\r\nA: ");
    struct request_head head;
    while (text->len < REQUEST_HEAD_MAX - 4)
        g_string_append_c(text, 'a');
    assert_int_equal(request_head_parse(text->str, text->len, &head), REQUEST_HEAD_MORE);
    g_string_append(text, END);
    assert_int_equal(request_head_parse(text->str, text->len, &head), REQUEST_HEAD_COMPLETE);
    g_string_insert(text, 20, "a");
    assert_int_equal(request_head_parse(text->str, text->len, &head), REQUEST_HEAD_TOO_LARGE);
}

/* Byte by byte, a good head is "more" until its last byte, and complete then. */
static void request_head__every_prefix__more(void **state)
{
    (void)state;
    const struct head_case *row = &cases[1];
    struct request_head head;
    gsize length = strlen(row->bytes);
    for (gsize i = 0; i < length; i++)
        assert_int_equal(request_head_parse(row->bytes, i, &head), REQUEST_HEAD_MORE);
    assert_int_equal(request_head_parse(row->bytes, length, &head), REQUEST_HEAD_COMPLETE);
}

static void assert_inside(struct slice slice, const char *bytes, gsize length)
{
    assert_true(slice.text == NULL ||
                (slice.text >= bytes && slice.text + slice.length <= bytes + length));
}

/* Whatever comes in: what comes out points into it, and holds nothing that was not checked. Each
 * input is a block of its own, so that ASan sees a read beyond it. */
static void request_head__mutations__stay_inside(void **state)
{
    (void)state;
    guint32 seed = g_random_int();
    printf("seed %u\n", seed);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    static const char spice[] = "\r\n :?\t/%\0\x7f\xffGETHost";
    for (int round = 0; round < 20000; round++) {
        const char *start = cases[g_rand_int_range(random, 0, G_N_ELEMENTS(cases))].bytes;
        g_autoptr(GString) text = g_string_new(start);
        for (int changes = g_rand_int_range(random, 1, 6); changes > 0; changes--) {
            gsize at = (gsize)g_rand_int_range(random, 0, (gint32)text->len + 1);
            char byte = spice[g_rand_int_range(random, 0, sizeof spice - 1)];
            if (g_rand_boolean(random) || at == text->len)
                g_string_insert_c(text, (gssize)at, byte);
            else if (g_rand_boolean(random))
                g_string_erase(text, (gssize)at, 1);
            else
                text->str[at] = byte;
        }
        g_autofree char *bytes = g_memdup2(text->str, text->len);
        struct request_head head;
        enum request_head_state got = request_head_parse(bytes, text->len, &head);
        assert_inside(head.method, bytes, text->len);
        assert_inside(head.path, bytes, text->len);
        assert_inside(head.query, bytes, text->len);
        assert_inside(head.host, bytes, text->len);
        if (got != REQUEST_HEAD_COMPLETE)
            continue;
        assert_true(head.method.length > 0);
        assert_null(memchr(head.path.text, ' ', head.path.length));
        assert_null(memchr(head.path.text, '?', head.path.length));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_head__table),
        cmocka_unit_test(request_head__zero_byte__bad),
        cmocka_unit_test(request_head__size__limited),
        cmocka_unit_test(request_head__every_prefix__more),
        cmocka_unit_test(request_head__mutations__stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
