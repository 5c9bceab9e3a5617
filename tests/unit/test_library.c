/* SPDX-License-Identifier: MIT */
#include "perch/base/error.h"
#include "perch/base/library.h"
#include "support/test.h"

static void library__first_that_is_there__is_opened(void **state)
{
    static const char *const names[] = {"libnowhere.so.1", "libc.so.6", NULL};
    (void)state;
    g_autoptr(GError) error = NULL;
    gpointer library = library_open("the C library", names, &error);
    assert_non_null(library);
    assert_null(error);
    assert_non_null(library_symbol(library, "strlen"));
}

static void library__absent__says_what_to_install(void **state)
{
    static const char *const names[] = {"libnowhere.so.2", "libnowhere.so.1", NULL};
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(library_open("libnowhere", names, &error));
    assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_INTERNAL));
    assert_contains(error->message, "libnowhere is not installed. Install it and try again.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(library__first_that_is_there__is_opened),
        cmocka_unit_test(library__absent__says_what_to_install),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
