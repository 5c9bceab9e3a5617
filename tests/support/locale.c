/* SPDX-License-Identifier: MIT */
#include "locale.h"

#include <fcntl.h>
#include <locale.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "perch/base/text.h"
#include "support/test.h"

/* It takes a second: one that another test makes or has made is taken. */
char *locale_make(const char *language, const char *charset)
{
    g_autofree char *program = g_find_program_in_path("localedef");
    g_autofree char *name = g_strdup_printf("%s.%s", language, charset);
    g_autofree char *folder = test_build_path("tests/locales");
    g_autofree char *whole = g_canonicalize_filename(folder, NULL);
    g_autofree char *made = g_build_filename(whole, name, NULL);
    g_autofree char *own = g_strconcat(made, ".new", NULL);
    g_autofree char *guard = g_strconcat(made, ".lock", NULL);
    const char *argv[] = {program, "--no-archive", "-i", language, "-f", charset, own, NULL};
    g_autoptr(GError) error = NULL;
    int status = 0;
    if (program == NULL)
        return NULL;
    assert_int_equal(g_mkdir_with_parents(whole, 0700), 0);
    const int lock = open(guard, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_true(lock >= 0 && flock(lock, LOCK_EX) == 0);
    if (!g_file_test(made, G_FILE_TEST_EXISTS)) {
        g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                     &status, &error);
        assert_no_error(error);
        assert_true(g_spawn_check_wait_status(status, NULL));
        assert_int_equal(g_rename(own, made), 0);
    }
    close(lock);
    return g_steal_pointer(&whole);
}

int locale_speak(const char *language)
{
    g_autofree char *folder = locale_make(language, "UTF-8");
    g_autofree char *name = g_strdup_printf("%s.UTF-8", language);
    g_autofree char *catalogues = test_build_path("po");
    if (folder == NULL)
        return FALSE;
    g_setenv("LOCPATH", folder, TRUE);
    assert_non_null(setlocale(LC_ALL, name));
    assert_non_null(bindtextdomain(GETTEXT_DOMAIN, catalogues));
    assert_non_null(bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8"));
    assert_non_null(textdomain(GETTEXT_DOMAIN));
    return TRUE;
}

void locale_speak_english(void)
{
    g_unsetenv("LOCPATH");
    assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
}
