/* SPDX-License-Identifier: MIT */

/* Words that were mistyped on the command line: what was meant is named, else where to look. */

#include "e2e/rig.h"

static void slips__name_what_was_meant(void **state)
{
    static const struct {
        const char *words[4];
        int code;
        const char *sentence;
    } rows[] = {
        {{"forgt"}, 2, "There is no command forgt. Did you mean forget?"},
        {{"help", "setpu"}, 2, "There is no command setpu. Did you mean setup?"},
        {{"flugi"}, 2, "There is no command flugi. perch help lists them."},
        {{"setup", "--lgin-url=x"}, 2, "Unknown option --lgin-url=x. Did you mean --login-url?"},
        {{"setup", "--flugi"}, 2, "Unknown option --flugi. See: perch setup --help"},
        {{"demo", "app-not-installd"}, 2, "installd. Did you mean app-not-installed?"},
        {{"demo", "flugi"}, 2, "There is no rehearsal flugi. perch demo --list names them."},
        {{"handoff", "acme", "--format", "fnction"}, 2, "fnction. Did you mean function?"},
        {{"handoff", "acme", "--format", "flugi"}, 2, "no format flugi. Use one of: function, "},
        {{"token", "amce"}, 2, "There is no connection named amce. Did you mean acme?"},
        {{"token", "flugi"}, 2, "no connection named flugi. perch list shows them."},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *const *words = rows[i].words;
        g_autoptr(Child) child = rig_perch(rig, words[0], words[1], words[2], words[3], NULL);
        assert_code(child, rows[i].code);
        assert_contains(child->errors->str, rows[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slips__name_what_was_meant)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
