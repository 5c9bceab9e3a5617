/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include <fcntl.h>
#include <unistd.h>

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "perch/base/secret.h"

static void secret__null_and_empty__are_two_things(void **state)
{
    (void)state;
    g_autoptr(Secret) empty = secret_new("");
    assert_null(secret_new(NULL));
    assert_null(secret_ref(NULL));
    assert_string_equal(secret_peek(NULL), "");
    assert_string_equal(secret_peek(empty), "");
    assert_int_equal(secret_length(NULL), 0);
    assert_int_equal(secret_length(empty), 0);
    assert_true(secret_equal(NULL, NULL));
    assert_false(secret_equal(NULL, empty));
    assert_false(secret_equal(empty, NULL));
    assert_true(secret_equal_text(NULL, NULL));
    assert_false(secret_equal_text(empty, NULL));
    assert_true(secret_equal_text(empty, ""));
    secret_unref(NULL);
}

static void secret__equal__compares_all_bytes(void **state)
{
    static const struct {
        const char *a, *b;
    } rows[] = {{"abc", "abd"}, {"abc", "ab"}, {"ab", "abc"}, {"abc", "Abc"}, {"abc", ""}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Secret) a = secret_new(rows[i].a);
        g_autoptr(Secret) b = secret_new(rows[i].b);
        g_autoptr(Secret) same = secret_new(rows[i].a);
        assert_false(secret_equal(a, b));
        assert_true(secret_equal(a, same));
        assert_false(secret_equal_text(a, rows[i].b));
        assert_true(secret_equal_text(a, rows[i].a));
    }
    g_autoptr(Secret) part = secret_new_len("abcdef", 3);
    assert_string_equal(secret_peek(part), "abc");
}

static void secret__set__replaces_the_reference(void **state)
{
    Secret *place = NULL;
    (void)state;
    g_autoptr(Secret) first = secret_new("first");
    g_autoptr(Secret) second = secret_new("second");
    secret_set(&place, first);
    assert_ptr_equal(place, first);
    secret_set(&place, place);
    assert_string_equal(secret_peek(place), "first");
    secret_set(&place, second);
    assert_string_equal(secret_peek(place), "second");
    secret_set(&place, NULL);
    assert_null(place);
    assert_string_equal(secret_peek(first), "first");
}

static void buf__grows__and_keeps_its_text(void **state)
{
    (void)state;
    g_autoptr(SecretBuf) buf = secret_buf_new();
    g_autoptr(GString) wanted = g_string_new(NULL);
    assert_string_equal(buf->text, "");
    for (int i = 0; i < 2000; i++) {
        secret_buf_add(buf, "0123456789");
        g_string_append(wanted, "0123456789");
    }
    secret_buf_add_len(buf, "tail and more", 4);
    secret_buf_add_len(buf, NULL, 0);
    g_string_append(wanted, "tail");
    assert_string_equal(buf->text, wanted->str);
    assert_int_equal(buf->length, wanted->len);
    g_autoptr(Secret) secret = secret_buf_to_secret(buf);
    assert_true(secret_equal_text(secret, wanted->str));
    gsize capacity = buf->capacity;
    secret_buf_clear(buf);
    assert_int_equal(buf->length, 0);
    for (gsize i = 0; i < capacity; i++)
        assert_int_equal(buf->text[i], 0);
    secret_buf_free(NULL);
}

/* The block that it grew out of, looked at through the kernel: the allocator has it by now. */
static void buf__grows__and_wipes_the_old_block(void **state)
{
    (void)state;
    enum { SKIP = 32 }; /* at its beginning the allocator keeps its own notes */
    g_autoptr(SecretBuf) buf = secret_buf_new();
    const gsize size = buf->capacity;
    const off_t place = (off_t)(guintptr)buf->text;
    while (buf->length + 10 < size)
        secret_buf_add(buf, "0123456789");
    secret_buf_add(buf, "0123456789");
    assert_true(buf->capacity > size && (off_t)(guintptr)buf->text != place);
    g_autofree char *left = g_malloc(size);
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    assert_int_equal(pread(memory, left, size, place), (gssize)size);
    close(memory);
    assert_null(memmem(left + SKIP, size - SKIP, "0123", 4));
}

static void buf__form__escapes_all_but_the_unreserved(void **state)
{
    (void)state;
    g_autoptr(SecretBuf) buf = secret_buf_new();
    secret_buf_add_form(buf, "a", "-._~AZaz09");
    secret_buf_add_form(buf, "b c", "x+y z/=&%?#\n\"\\!'()*");
    secret_buf_add_form(buf, "ü", "ünï");
    secret_buf_add_form(buf, "d", "");
    assert_string_equal(buf->text, "a=-._~AZaz09"
                                   "&b%20c=x%2By%20z%2F%3D%26%25%3F%23%0A%22%5C%21%27%28%29%2A"
                                   "&%C3%BC=%C3%BCn%C3%AF&d=");
}

static void wipe__memory__is_zero_afterwards(void **state)
{
    char bytes[64];
    (void)state;
    memset(bytes, 'x', sizeof bytes);
    wipe(bytes, 32);
    for (int i = 0; i < 64; i++)
        assert_int_equal(bytes[i], i < 32 ? 0 : 'x');
    wipe(NULL, 5);
    wipe_free(NULL);
    wipe_free(g_strdup("secret"));
}

static void wiping_allocators__behave_like_malloc(void **state)
{
    (void)state;
    char *text = wiping_strdup("secret");
    text = wiping_realloc(text, 4096);
    assert_string_equal(text, "secret");
    text = wiping_realloc(text, 4);
    assert_memory_equal(text, "secr", 4);
    wiping_free(text);
    char *zero = wiping_calloc(16, 4);
    for (int i = 0; i < 64; i++)
        assert_int_equal(zero[i], 0);
    wiping_free(zero);
    wiping_free(wiping_realloc(NULL, 10));
    wiping_free(wiping_malloc(10));
    wiping_free(NULL);
}

static void random__texts__are_base64url_and_never_the_same(void **state)
{
    (void)state;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < 1000; i++) {
        g_autoptr(Secret) secret = secret_new_random(32);
        const char *text = secret_peek(secret);
        assert_int_equal(strlen(text), 43);
        assert_true(g_regex_match_simple("^[A-Za-z0-9_-]+$", text, 0, 0));
        assert_true(g_hash_table_add(seen, g_strdup(text)));
    }
    g_autoptr(Secret) one = secret_new_random(1);
    assert_int_equal(secret_length(one), 2);
}

static void random__bytes__fill_exactly_what_was_asked(void **state)
{
    guint8 bytes[300] = {0};
    int zeros = 0;
    (void)state;
    random_bytes(bytes, 0);
    random_bytes(bytes + 1, 298);
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[299], 0);
    for (int i = 1; i < 299; i++)
        zeros += bytes[i] == 0;
    assert_true(zeros < 30);
}

/* Not in swap, where the limit allows it. */
static void secret__memory__is_locked(void **state)
{
    struct rlimit locked;
    g_autofree char *status = NULL;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &locked), 0);
    if (locked.rlim_cur < 64 * 1024 && geteuid() != 0)
        skip();
    if (test_is_sanitized())
        skip(); /* the sanitizer's mlock() locks nothing */
    g_autoptr(Secret) secret = secret_new("locked");
    assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    assert_true(g_regex_match_simple("\nVmLck:\\s+[1-9]", status, 0, 0));
}

static void process__init__keeps_files_and_cores_to_itself(void **state)
{
    struct rlimit core;
    (void)state;
    secret_init_process();
#ifndef PERCH_DEBUGGABLE
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
#endif
    assert_int_equal(umask(077), 077);
    assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
    assert_int_equal(core.rlim_cur, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret__null_and_empty__are_two_things),
        cmocka_unit_test(secret__equal__compares_all_bytes),
        cmocka_unit_test(secret__set__replaces_the_reference),
        cmocka_unit_test(secret__memory__is_locked),
        cmocka_unit_test(buf__grows__and_keeps_its_text),
        cmocka_unit_test(buf__grows__and_wipes_the_old_block),
        cmocka_unit_test(buf__form__escapes_all_but_the_unreserved),
        cmocka_unit_test(wipe__memory__is_zero_afterwards),
        cmocka_unit_test(wiping_allocators__behave_like_malloc),
        cmocka_unit_test(random__texts__are_base64url_and_never_the_same),
        cmocka_unit_test(random__bytes__fill_exactly_what_was_asked),
        cmocka_unit_test(process__init__keeps_files_and_cores_to_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
