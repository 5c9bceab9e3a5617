/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <locale.h>
#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "ui/lineedit.h"

static void add(LineEdit *edit, const char *text)
{
    line_edit_insert(edit, text, strlen(text));
}

/* What is shown in so many columns; the cursor's column is marked by putting | before it. */
static void assert_shows(LineEdit *edit, int columns, const char *wanted)
{
    int cursor = -1;
    g_autoptr(WipedText) shown = line_edit_show(edit, columns, &cursor);
    assert_true(cursor >= 0 && cursor < columns);
    assert_true(text_width(shown) <= columns);
    gsize at = text_fit(shown, cursor);
    g_autofree char *marked = cursor > text_width(shown)
                                  ? g_strdup("cursor outside")
                                  : g_strdup_printf("%.*s|%s", (int)at, shown, shown + at);
    assert_string_equal(marked, wanted);
}

static void line_edit__insert__where_the_cursor_is(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    line_edit_set(edit, "acme");
    line_edit_press(edit, EDIT_LEFT);
    line_edit_press(edit, EDIT_LEFT);
    add(edit, "-x-");
    assert_string_equal(line_edit_text(edit), "ac-x-me");
    assert_shows(edit, 20, "ac-x-|me");
    line_edit_press(edit, EDIT_HOME);
    add(edit, "1");
    line_edit_press(edit, EDIT_END);
    add(edit, "9");
    assert_string_equal(line_edit_text(edit), "1ac-x-me9");
}

static void line_edit__keys__delete_and_kill(void **state)
{
    static const struct {
        enum line_edit_key key;
        const char *left;
        bool changed;
    } cases[] = {
        {EDIT_BACKSPACE, "one twothree", true},
        {EDIT_DELETE, "one two hree", true},
        {EDIT_KILL_WORD, "one three", true},
        {EDIT_KILL_END, "one two ", true},
        {EDIT_KILL_ALL, "", true},
        {EDIT_LEFT, "one two three", false},
        {EDIT_WORD_LEFT, "one two three", false},
        {EDIT_END, "one two three", false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LineEdit) edit = line_edit_new(false);
        line_edit_set(edit, "one two three");
        for (int l = 0; l < 5; l++)
            line_edit_press(edit, EDIT_LEFT);
        assert_int_equal(line_edit_press(edit, cases[i].key), cases[i].changed);
        assert_string_equal(line_edit_text(edit), cases[i].left);
    }
}

static void line_edit__keys__ends_change_nothing(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    for (int key = EDIT_LEFT; key <= EDIT_KILL_ALL; key++)
        assert_false(line_edit_press(edit, (enum line_edit_key)key));
    line_edit_set(edit, "a");
    assert_false(line_edit_press(edit, EDIT_DELETE));
    assert_false(line_edit_press(edit, EDIT_KILL_END));
    line_edit_press(edit, EDIT_LEFT);
    assert_false(line_edit_press(edit, EDIT_BACKSPACE));
    assert_false(line_edit_press(edit, EDIT_KILL_WORD));
    assert_string_equal(line_edit_text(edit), "a");
}

static void line_edit__words__move(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    line_edit_set(edit, "one  two");
    line_edit_press(edit, EDIT_WORD_LEFT);
    assert_shows(edit, 20, "one  |two");
    line_edit_press(edit, EDIT_WORD_LEFT);
    assert_shows(edit, 20, "|one  two");
    line_edit_press(edit, EDIT_WORD_RIGHT);
    assert_shows(edit, 20, "one|  two");
}

static void line_edit__marks__stay_with_their_letter(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    line_edit_set(edit, "e\u0301\u0323x");
    line_edit_press(edit, EDIT_LEFT);
    line_edit_press(edit, EDIT_LEFT);
    assert_shows(edit, 5, "|e\u0301\u0323x");
    line_edit_press(edit, EDIT_DELETE);
    assert_string_equal(line_edit_text(edit), "x");
    line_edit_press(edit, EDIT_END);
    add(edit, "\u0308");
    assert_shows(edit, 5, "x\u0308|");
    line_edit_press(edit, EDIT_BACKSPACE);
    assert_string_equal(line_edit_text(edit), "");
    add(edit, "\u0301"); /* a mark with nothing to sit on is deleted as well */
    line_edit_press(edit, EDIT_BACKSPACE);
    assert_string_equal(line_edit_text(edit), "");
}

static void line_edit__wide__scrolls_by_whole_characters(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    line_edit_set(edit, "日本語テキスト");
    assert_shows(edit, 7, "キスト|"); /* six columns and the cursor */
    assert_shows(edit, 6, "スト|");
    line_edit_press(edit, EDIT_HOME);
    assert_shows(edit, 6, "|日本語");
    line_edit_press(edit, EDIT_RIGHT);
    line_edit_press(edit, EDIT_RIGHT);
    line_edit_press(edit, EDIT_RIGHT);
    assert_shows(edit, 6, "本語|テ");
}

static void line_edit__scroll__window_moves_no_more_than_needed(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    line_edit_set(edit, "0123456789");
    assert_shows(edit, 5, "6789|");
    line_edit_press(edit, EDIT_LEFT);
    line_edit_press(edit, EDIT_LEFT);
    assert_shows(edit, 5, "67|89");
    for (int i = 0; i < 3; i++)
        line_edit_press(edit, EDIT_LEFT);
    assert_shows(edit, 5, "|56789");
    line_edit_press(edit, EDIT_END);
    for (int i = 0; i < 7; i++)
        line_edit_press(edit, EDIT_BACKSPACE);
    assert_shows(edit, 5, "012|"); /* no blank columns while text is hidden at the left */
    assert_shows(edit, 1, "|");
}

static void line_edit__clean__drops_what_no_line_holds(void **state)
{
    static const struct {
        const char *bytes;
        const char *clean;
    } cases[] = {
        {"secret\n", "secret"},         {"secret\r\n\r\n", "secret"},
        {"two\nlines", "twolines"},     {"\033[31mred\x07", "[31mred"},
        {"\uFEFFkey\u200B", "key"},     {"a\u00A0b", "a b"},
        {"bidi\u202Eevil", "bidievil"}, {"bad\xff\xc3", "bad\uFFFD\uFFFD"},
        {"tab\there", "tabhere"},       {" keeps blanks ", " keeps blanks "},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(WipedText) clean = line_edit_clean(cases[i].bytes, strlen(cases[i].bytes), "");
        assert_string_equal(clean, cases[i].clean);
    }
    static const char lines[] = "a\tb\r\nc\rd\ne\x07";
    g_autoptr(WipedText) kept = line_edit_clean(lines, strlen(lines), "\n\t");
    assert_string_equal(kept, "a\tb\nc\nd\ne"); /* terminals send Enter for a line break */
}

static void line_edit__paste__of_any_length(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    g_autofree char *text = g_strnfill(200 * 1000, 'x');
    add(edit, "ab");
    line_edit_press(edit, EDIT_LEFT);
    assert_true(line_edit_insert(edit, text, strlen(text)));
    assert_int_equal(line_edit_characters(edit), 200 * 1000 + 2);
    assert_int_equal(line_edit_text(edit)[200 * 1000 + 1], 'b');
    assert_shows(edit, 5, "xxxx|b");
}

static void line_edit__limit__is_a_megabyte(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(false);
    g_autofree char *text = g_strnfill(1024 * 1024, 'x');
    assert_true(line_edit_insert(edit, text, strlen(text)));
    assert_false(line_edit_insert(edit, "y", 1));
    assert_int_equal(line_edit_characters(edit), 1024 * 1024);
}

static void line_edit__secret__shows_bullets(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(true);
    line_edit_set(edit, "日 e\u0301x");
    assert_shows(edit, 10, "•••••|");
    line_edit_press(edit, EDIT_HOME);
    assert_shows(edit, 10, "|•••••");
    line_edit_press(edit, EDIT_WORD_RIGHT); /* words of a secret are nobody's business */
    assert_shows(edit, 10, "•••••|");
    assert_shows(edit, 4, "•••|");
    assert_true(line_edit_press(edit, EDIT_KILL_WORD));
    assert_string_equal(line_edit_text(edit), "");
}

static void line_edit__held__first_change_starts_anew(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(true);
    line_edit_hold(edit, 4);
    assert_int_equal(line_edit_characters(edit), 4);
    assert_string_equal(line_edit_text(edit), "");
    assert_shows(edit, 10, "••••|");
    assert_false(line_edit_press(edit, EDIT_LEFT));
    assert_shows(edit, 10, "••••|");
    add(edit, "x");
    assert_string_equal(line_edit_text(edit), "x");
    line_edit_hold(edit, 4);
    assert_true(line_edit_press(edit, EDIT_BACKSPACE));
    assert_int_equal(line_edit_characters(edit), 0);
}

/* The buffer of the editor, seen from outside: nothing of a cut text is left behind the rest. */
static void line_edit__cut__is_wiped(void **state)
{
    (void)state;
    g_autoptr(LineEdit) edit = line_edit_new(true);
    add(edit, "topsecret");
    const char *text = line_edit_text(edit);
    for (int i = 0; i < 6; i++)
        line_edit_press(edit, EDIT_BACKSPACE);
    assert_memory_equal(text, "top\0\0\0\0\0\0", 9);
    line_edit_press(edit, EDIT_KILL_ALL);
    assert_memory_equal(text, "\0\0\0\0\0\0\0\0\0", 9);
}

/* Whatever is pressed, the text stays valid and the cursor inside the window. */
static void line_edit__random__keys(void **state)
{
    static const char *const pieces[] = {"a", "日", "e\u0301", "\u0301", " ", "Ü", "😀", "word "};
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261123);
    for (int round = 0; round < 50; round++) {
        g_autoptr(LineEdit) edit = line_edit_new(round % 2 == 1);
        for (int i = 0; i < 200; i++) {
            int pick = g_rand_int_range(rand, 0, 24), cursor;
            if (pick <= EDIT_KILL_END)
                line_edit_press(edit, (enum line_edit_key)pick);
            else
                add(edit, pieces[(gsize)pick % G_N_ELEMENTS(pieces)]);
            assert_true(g_utf8_validate(line_edit_text(edit), -1, NULL));
            int columns = g_rand_int_range(rand, 1, 12);
            g_autoptr(WipedText) shown = line_edit_show(edit, columns, &cursor);
            assert_true(text_width(shown) <= columns);
            assert_true(cursor >= 0 && cursor < columns);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_edit__insert__where_the_cursor_is),
        cmocka_unit_test(line_edit__keys__delete_and_kill),
        cmocka_unit_test(line_edit__keys__ends_change_nothing),
        cmocka_unit_test(line_edit__words__move),
        cmocka_unit_test(line_edit__marks__stay_with_their_letter),
        cmocka_unit_test(line_edit__wide__scrolls_by_whole_characters),
        cmocka_unit_test(line_edit__scroll__window_moves_no_more_than_needed),
        cmocka_unit_test(line_edit__clean__drops_what_no_line_holds),
        cmocka_unit_test(line_edit__paste__of_any_length),
        cmocka_unit_test(line_edit__limit__is_a_megabyte),
        cmocka_unit_test(line_edit__secret__shows_bullets),
        cmocka_unit_test(line_edit__held__first_change_starts_anew),
        cmocka_unit_test(line_edit__cut__is_wiped),
        cmocka_unit_test(line_edit__random__keys),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
