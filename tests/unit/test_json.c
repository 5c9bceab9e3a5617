/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/secret.h"
#include "perch/base/text.h"

static Json *parse(const char *text)
{
    return json_parse(text, strlen(text), NULL);
}

static void parse__good__gives_a_tree(void **state)
{
    static const char *const texts[] = {"{}",   "[]",     " {\"a\":1}\n", "null",
                                        "true", "-1.5e3", "\"ünï\\n\"",   "[[[[]]]]",
                                        "0",    "\"\"",   "{\"a\":[{}]}", "\"\\\\u0000\""};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Json) json = json_parse(texts[i], strlen(texts[i]), &error);
        assert_no_error(error);
        assert_non_null(json);
    }
}

static void parse__bad__is_refused_with_a_sentence(void **state)
{
    static const char *const texts[] = {
        "",      "{",         "}",           "{\"a\"}",       "{\"a\":}",
        "[1,]",  "{}{}",      "{} x",        "{'a':1}",       "nul",
        "\"a",   "<html>",    "{\"a\":1,,}", "\xFF",          "\"\xC3\"",
        "[1 2]", "\"\\u12\"", "\"\\ud800\"", "\"a\\u0000b\"", "{\"a\\u0000\":1}"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Json) json = json_parse(texts[i], strlen(texts[i]), &error);
        if (json != NULL)
            fail_msg("%s was taken", texts[i]);
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
    }
}

static void parse__length__is_what_counts(void **state)
{
    (void)state;
    g_autoptr(Json) json = json_parse("{\"a\":1}garbage", 7, NULL);
    assert_int_equal(json_get_int(json, "a", 0), 1);
    g_autoptr(Json) nothing = json_parse("{}", 0, NULL);
    assert_null(nothing);
    g_autoptr(Json) with_nul = json_parse("{}\0{}", 5, NULL);
    assert_null(with_nul);
}

static char *nested(int depth)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, '[');
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

static void parse__depth__is_bounded(void **state)
{
    (void)state;
    g_autofree char *deep = nested(100);
    g_autofree char *deeper = nested(101);
    g_autofree char *hostile = nested(1000000);
    g_autoptr(Json) ok = parse(deep);
    assert_non_null(ok);
    assert_null(parse(deeper));
    assert_null(parse(hostile));
    /* brackets in a text do not count */
    g_autofree char *text = g_strdup_printf("\"\\\"%s\"", deeper);
    g_autoptr(Json) quoted = parse(text);
    assert_non_null(quoted);
}

static void parse__size__is_bounded(void **state)
{
    gsize length = 16 * 1024 * 1024 + 1;
    (void)state;
    g_autofree char *text = g_strnfill(length, ' ');
    text[0] = '1';
    assert_null(json_parse(text, length, NULL));
    g_autoptr(Json) json = json_parse(text, length - 1, NULL);
    assert_non_null(json);
}

static void get__missing_and_odd__give_the_default(void **state)
{
    (void)state;
    g_autoptr(Json) json = parse("{\"text\":\"x\",\"number\":7,\"digits\":\"1700000000000\",\"no\":"
                                 "false,\"none\":null,\"big\":1e300,\"half\":1.9,\"list\":[1,2],"
                                 "\"word\":\"7x\",\"empty\":\"\"}");
    assert_string_equal(json_get_string(json, "text"), "x");
    assert_null(json_get_string(json, "Text"));
    assert_null(json_get_string(json, "number"));
    assert_null(json_get_string(json, "none"));
    assert_null(json_get_string(NULL, "text"));
    assert_null(json_get(json_get(json, "list"), "text"));
    assert_int_equal(json_get_int(json, "number", -1), 7);
    assert_int_equal(json_get_int(json, "digits", -1), 1700000000000);
    assert_int_equal(json_get_int(json, "half", -1), 1);
    assert_int_equal(json_get_int(json, "big", -1), -1);
    assert_int_equal(json_get_int(json, "word", -1), -1);
    assert_int_equal(json_get_int(json, "empty", -1), -1);
    assert_int_equal(json_get_int(json, "none", -1), -1);
    assert_int_equal(json_get_int(json, "absent", -1), -1);
    assert_false(json_get_bool(json, "no", true));
    assert_true(json_get_bool(json, "text", true));
    assert_true(json_get_bool(json, "absent", true));
    assert_true(json_is_null(json_get(json, "none")));
    assert_true(json_is_null(NULL));
    assert_int_equal(json_size(json_get(json, "list")), 2);
    assert_int_equal(json_size(NULL), 0);
}

static void iterate__containers__in_order(void **state)
{
    (void)state;
    g_autoptr(Json) json = parse("{\"b\":1,\"a\":2,\"list\":[3,4]}");
    g_autoptr(GString) seen = g_string_new(NULL);
    JSON_FOREACH(value, json)
    g_string_append(seen, json_key(value));
    JSON_FOREACH(value, json_get(json, "list"))
    {
        assert_null(json_key(value));
        g_string_append_printf(seen, "%d", (int)json_number(value));
    }
    JSON_FOREACH(value, json_get(json, "a"))
    fail_msg("a number has no %s", json_key(value));
    JSON_FOREACH(value, NULL)
    fail_msg("nothing has no %s", json_key(value));
    assert_string_equal(seen->str, "balist34");
}

static void build__set__replaces_in_place(void **state)
{
    (void)state;
    g_autoptr(Json) json = json_object();
    json_set_string(json, "a", "1");
    json_set_int(json, "b", 1700000000000);
    json_set_bool(json, "c", true);
    json_set_string(json, "d", NULL);
    json_set(json, "e", json_array());
    json_set_string(json, "a", "O\"Neill \\ ünï\n\x01");
    json_set_string(json, "A", "other");
    json_remove(json, "c");
    json_remove(json, "not there");
    g_autofree char *text = json_print(json);
    assert_string_equal(text, "{\"a\":\"O\\\"Neill \\\\ ünï\\n\\u0001\",\"b\":1700000000000,"
                              "\"d\":null,\"e\":[],\"A\":\"other\"}");
    g_autoptr(Json) again = parse(text);
    g_autofree char *same = json_print(again);
    assert_string_equal(text, same);
}

static void build__copy__is_deep(void **state)
{
    (void)state;
    g_autoptr(Json) json = parse("{\"a\":{\"b\":[1]}}");
    g_autoptr(Json) copy = json_copy(json);
    json_set_int(json, "a", 2);
    g_autofree char *text = json_print(copy);
    assert_string_equal(text, "{\"a\":{\"b\":[1]}}");
}

/* parse(print(x)) = x for texts of any characters. */
static void round_trip__any_text__stays_the_same(void **state)
{
    const char *wish = g_getenv("TEST_SEED");
    guint32 seed = wish != NULL ? (guint32)g_ascii_strtoull(wish, NULL, 10) : g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    (void)state;
    print_message("TEST_SEED=%u\n", seed);
    for (int round = 0; round < 2000; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = g_rand_int_range(rand, 0, 20); i > 0; i--) {
            gunichar c =
                (gunichar)g_rand_int_range(rand, 1, g_rand_boolean(rand) ? 0x80 : 0x110000);
            if (g_unichar_validate(c))
                g_string_append_unichar(text, c);
        }
        g_autoptr(Json) json = json_string_new(text->str);
        g_autofree char *printed = json_print(json);
        g_autoptr(Json) again = parse(printed);
        assert_string_equal(json_string(again), text->str);
        assert_true(text_is_clean(printed)); /* whatever a terminal would act on is escaped */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__good__gives_a_tree),
        cmocka_unit_test(parse__bad__is_refused_with_a_sentence),
        cmocka_unit_test(parse__length__is_what_counts),
        cmocka_unit_test(parse__depth__is_bounded),
        cmocka_unit_test(parse__size__is_bounded),
        cmocka_unit_test(get__missing_and_odd__give_the_default),
        cmocka_unit_test(iterate__containers__in_order),
        cmocka_unit_test(build__set__replaces_in_place),
        cmocka_unit_test(build__copy__is_deep),
        cmocka_unit_test(round_trip__any_text__stays_the_same),
    };
    json_use_wiping_allocators();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
