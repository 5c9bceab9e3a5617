/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_TEST_H
#define SUPPORT_TEST_H

/* cmocka, after the headers that it requires. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#define assert_no_error(error)                                                            \
    do {                                                                                  \
        if ((error) != NULL) {                                                            \
            fail_msg("%s (%s, %d)", (error)->message, g_quark_to_string((error)->domain), \
                     (error)->code);                                                      \
        }                                                                                 \
    } while (0)

#define assert_error_code(error, wanted_domain, wanted_code)                                       \
    do {                                                                                           \
        assert_non_null(error);                                                                    \
        assert_string_equal(g_quark_to_string((error)->domain), g_quark_to_string(wanted_domain)); \
        assert_int_equal((error)->code, wanted_code);                                              \
    } while (0)

#define assert_contains(text, part)                            \
    do {                                                       \
        if (strstr((text), (part)) == NULL) {                  \
            fail_msg("\"%s\" is not in:\n%s", (part), (text)); \
        }                                                      \
    } while (0)

/* Skips the test, and says why: tests/run prints the line. */
#define skip_because(why)                   \
    do {                                    \
        print_message("# SKIP: " why "\n"); \
        skip();                             \
    } while (0)

/* A path of the repository or of the build folder; owned by the caller. tests/run sets both. */
static inline char *test_source_path(const char *path)
{
    const char *root = g_getenv("TEST_SOURCE");
    return g_build_filename(root != NULL ? root : ".", path, NULL);
}

/* Whether what is tested was built with the sanitizers. */
static inline bool test_is_sanitized(void)
{
    return g_getenv("SANITIZED") != NULL;
}

static inline char *test_build_path(const char *path)
{
    const char *root = g_getenv("TEST_BUILD");
    return g_build_filename(root != NULL ? root : "build/release", path, NULL);
}

#endif
