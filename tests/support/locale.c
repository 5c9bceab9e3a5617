/* SPDX-License-Identifier: MIT */
#include "locale.h"

#include <locale.h>

#include "perch/base/text.h"
#include "support/test.h"

char *locale_make(const char *language, const char *charset)
{
    g_autofree char *program = g_find_program_in_path("localedef");
    g_autofree char *name = g_strdup_printf("%s.%s", language, charset);
    char *folder = g_build_filename(g_get_home_dir(), "locales", NULL);
    g_autofree char *made = g_build_filename(folder, name, NULL);
    const char *argv[] = {program, "--no-archive", "-i", language, "-f", charset, made, NULL};
    g_autoptr(GError) error = NULL;
    int status = 0;
    if (program == NULL) {
        g_free(folder);
        return NULL;
    }
    assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
    g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                 &status, &error);
    assert_no_error(error);
    assert_true(g_spawn_check_wait_status(status, NULL));
    return folder;
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
