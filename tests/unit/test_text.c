/* SPDX-License-Identifier: MIT */
/* Text for people: cleaning, widths, wrapping. */
#include "support/locale.h"
#include "support/test.h"

#include <locale.h>
#include <string.h>

#include "perch/base/text.h"

#define BEAR "\xF0\x9F\x90\xBB" /* two columns */
#define ACUTE "\xCC\x81"        /* combining, no column */
#define WIDE "漢"               /* two columns */

static void clean__foreign_text__is_harmless(void **state)
{
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {NULL, ""},
        {"", ""},
        {"plain", "plain"},
        {"ünï " WIDE " " BEAR, "ünï " WIDE " " BEAR},
        {"a\nb", "a b"},
        {"a\r\nb", "a b"},
        {"a\n\n\t b", "a  b"},
        {"\n\na", "a"},
        {"\x1b[31mred\x1b[0m", "[31mred [0m"},
        {"\x1b]0;title\x07x", "]0;title x"},
        {"a\x7f"
         "b",
         "a b"},
        {"a\xC2\x9B"
         "31mb",
         "a 31mb"}, /* CSI as one character */
        {"a\xE2\x80\xAE"
         "b\xE2\x80\xAC"
         "c",
         "abc"}, /* right-to-left override */
        {"a\xE2\x81\xA6"
         "b\xE2\x81\xA9"
         "c",
         "abc"}, /* isolates */
        {"a\xE2\x80\x8B"
         "b\xEF\xBB\xBF"
         "c\xC2\xAD"
         "d",
         "abcd"},
        {"a\xE2\x80\xA8"
         "b",
         "ab"}, /* line separator */
        {"a\xF3\xA0\x81\x81"
         "b",
         "ab"}, /* tag character */
        {"a\xFF"
         "b",
         "a\xEF\xBF\xBD"
         "b"},
        {"\xC3", "\xEF\xBF\xBD"},
        {"e" ACUTE, "e" ACUTE},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *clean = text_clean(rows[i].text);
        assert_string_equal(clean, rows[i].clean);
        if (rows[i].text != NULL)
            assert_int_equal(text_is_clean(rows[i].text), strcmp(rows[i].text, clean) == 0);
        g_autofree char *twice = text_clean(clean);
        assert_string_equal(twice, clean);
    }
}

static void clean__lines__are_kept_where_asked(void **state)
{
    (void)state;
    g_autofree char *clean = text_clean_lines("a\r\nb\n\nc\x1b[1m\td");
    assert_string_equal(clean, "a \nb\n\nc [1m d");
}

static void width__counts_columns(void **state)
{
    static const struct {
        const char *text;
        int width;
    } rows[] = {
        {"", 0},        {"abc", 3},         {"ünï", 3},  {WIDE WIDE, 4}, {BEAR, 2},
        {"e" ACUTE, 1}, {"e" ACUTE "x", 2}, {"a\tb", 2}, {"›✔✖…", 4},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (text_width(rows[i].text) != rows[i].width)
            fail_msg("%s is %d wide", rows[i].text, text_width(rows[i].text));
}

static void fit__never_splits_a_character(void **state)
{
    static const struct {
        const char *text;
        int columns;
        gsize bytes;
    } rows[] = {
        {"abc", 2, 2},     {"abc", 3, 3},     {"abc", 9, 3},         {"abc", 0, 0},
        {WIDE WIDE, 3, 3}, {WIDE WIDE, 1, 0}, {"e" ACUTE "x", 1, 3}, /* the accent stays with its
                                                                        letter */
        {BEAR "x", 2, 4},  {"", 5, 0},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (text_fit(rows[i].text, rows[i].columns) != rows[i].bytes)
            fail_msg("%s in %d", rows[i].text, rows[i].columns);
}

static void truncate__ends_in_an_ellipsis(void **state)
{
    static const struct {
        const char *text;
        int columns;
        const char *cut;
    } rows[] = {
        {"abcdef", 6, "abcdef"},
        {"abcdef", 5, "abcd…"},
        {"abcdef", 1, "…"},
        {"abcdef", 0, ""},
        {WIDE WIDE WIDE, 5, WIDE WIDE "…"},
        {WIDE WIDE WIDE, 4, WIDE "…"},
        {BEAR BEAR, 3, BEAR "…"},
        {"", 0, ""},
        {"", 3, ""},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *cut = text_truncate(rows[i].text, rows[i].columns);
        assert_string_equal(cut, rows[i].cut);
        assert_true(text_width(cut) <= MAX(0, rows[i].columns));
    }
}

static char *joined(GPtrArray *lines)
{
    g_ptr_array_add(lines, NULL);
    char *text = g_strjoinv("|", (char **)lines->pdata);
    g_ptr_array_unref(lines);
    return text;
}

static void wrap__words__keep_whole(void **state)
{
    static const struct {
        const char *text;
        int columns;
        const char *lines;
    } rows[] = {
        {"", 10, ""},
        {"one", 10, "one"},
        {"one two three", 7, "one two|three"},
        {"one two three", 3, "one|two|thr|ee"},
        {"one two", 7, "one two"},
        {"one  two", 4, "one|two"},
        {"one two ", 3, "one|two"},
        {"a\nb", 10, "a|b"},
        {"a\n\nb", 10, "a||b"},
        {"a\n", 10, "a|"},
        {"abcdefgh", 3, "abc|def|gh"},
        {WIDE WIDE WIDE, 4, WIDE WIDE "|" WIDE},
        {WIDE WIDE, 1, WIDE "|" WIDE}, /* wider than the line, and still it ends */
        {"x " WIDE " y", 3, "x|" WIDE "|y"},
        {"e" ACUTE "e" ACUTE, 1, "e" ACUTE "|e" ACUTE},
        {"abc", 0, "a|b|c"},
        {"{\"a\":\"1 2\",\"b\":3,\"c\":4}", 17, "{\"a\":\"1 2\",\"b\":3,|\"c\":4}"},
        {"{\"a\":\"1, 2 3 4\"}", 11, "{\"a\":\"1, 2|3 4\"}"},
        {"https://acme.example/services/data", 24, "https://acme.example/|services/data"},
        {"see a=12345678&b=2", 9, "see|a=1234567|8&b=2"}, /* a joint too early is none */
        {"a=1234&b=5", 8, "a=1234&|b=5"},
        {"https://acme.example/setup/ManageExternalClientApplication/home", 40,
         "https://acme.example/setup/|ManageExternalClientApplication/home"},
        {"https://acme.example/ManageExternalClientApplication/home", 45,
         "https://acme.example/|ManageExternalClientApplication/home"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *lines = joined(text_wrap(rows[i].text, rows[i].columns));
        if (strcmp(lines, rows[i].lines) != 0)
            fail_msg("\"%s\" at %d: %s", rows[i].text, rows[i].columns, lines);
    }
}

static void break__address__joins_again(void **state)
{
    static const char address[] =
        "https://acme.my.salesforce.com/services/oauth2/authorize?a=1&b=2";
    (void)state;
    g_autofree char *lines = joined(text_break("abcdefg", 3));
    assert_string_equal(lines, "abc|def|g");
    g_autofree char *nothing = joined(text_break("", 3));
    assert_string_equal(nothing, "");
    for (int columns = 1; columns < 80; columns++) {
        GPtrArray *broken = text_break(address, columns);
        for (guint i = 0; i + 1 < broken->len; i++)
            assert_int_equal(text_width(broken->pdata[i]), columns);
        g_ptr_array_add(broken, NULL);
        g_autofree char *again = g_strjoinv("", (char **)broken->pdata);
        assert_string_equal(again, address);
        g_ptr_array_unref(broken);
    }
}

static void append_random(GString *text, GRand *rand)
{
    static const char *const parts[] = {" ", "a", "word", WIDE, BEAR, ACUTE, "\n", "é", "-", "  "};
    g_string_append(text, parts[g_rand_int_range(rand, 0, G_N_ELEMENTS(parts))]);
}

/* No line is wider than asked (but for a single wide character), and nothing but blanks is lost. */
static void wrap__any_text__fits_and_is_complete(void **state)
{
    const char *wish = g_getenv("TEST_SEED");
    guint32 seed = wish != NULL ? (guint32)g_ascii_strtoull(wish, NULL, 10) : g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    (void)state;
    print_message("TEST_SEED=%u\n", seed);
    for (int round = 0; round < 3000; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = g_rand_int_range(rand, 0, 40); i > 0; i--)
            append_random(text, rand);
        int columns = g_rand_int_range(rand, 1, 20);
        GPtrArray *lines = text_wrap(text->str, columns);
        g_autoptr(GString) kept = g_string_new(NULL);
        assert_true(lines->len > 0);
        for (guint i = 0; i < lines->len; i++) {
            assert_true(text_width(lines->pdata[i]) <= MAX(columns, 2));
            assert_true(g_utf8_validate(lines->pdata[i], -1, NULL));
            g_string_append(kept, lines->pdata[i]);
        }
        g_string_replace(kept, " ", "", 0);
        g_string_replace(text, " ", "", 0);
        g_string_replace(text, "\n", "", 0);
        assert_string_equal(kept->str, text->str);
        g_ptr_array_unref(lines);
    }
}

static void small_ones__do_what_they_say(void **state)
{
    (void)state;
    g_autofree char *brief = text_abbreviate("3MVG9wt4IL", 5);
    g_autofree char *whole = text_abbreviate("ünïxy", 5);
    assert_string_equal(brief, "3MVG9…");
    assert_string_equal(whole, "ünïxy");
    static const struct {
        gint64 number;
        const char *text;
    } numbers[] = {{0, "0"},          {999, "999"},           {1000, "1,000"},
                   {12345, "12,345"}, {5000000, "5,000,000"}, {-1234, "-1,234"}};
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *text = text_number(numbers[i].number);
        assert_string_equal(text, numbers[i].text);
    }
}

static void shell_word__is_quoted_where_needed(void **state)
{
    static const char *const plain[] = {"acme", "acme-uat.2", "/tmp/x_y", "a=b", "user@host:1"};
    static const char *const odd[] = {"",       "a b", "it's", "$HOME", "`x`", "a;b", "a\nb",
                                      "a\"b\\", "*",   "~",    "#x",    "ü",   "(a)"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(plain); i++) {
        g_autofree char *word = text_shell_word(plain[i]);
        assert_string_equal(word, plain[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autofree char *word = text_shell_word(odd[i]);
        g_autofree char *back = g_shell_unquote(word, NULL);
        assert_string_equal(back, odd[i]);
        assert_true(word[0] == '\'' || word[0] == '"');
    }
}

static void duration__has_the_unit_that_fits(void **state)
{
    static const struct {
        gint64 seconds;
        const char *text;
    } spans[] = {
        {1, "1 second"},     {119, "119 seconds"}, {120, "2 minutes"}, {3540, "59 minutes"},
        {3599, "1 hour"},    {5400, "90 minutes"}, {7200, "2 hours"},  {12000, "3 hours"},
        {86400, "24 hours"}, {172800, "48 hours"}, {259200, "3 days"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(spans); i++) {
        g_autofree char *text = text_duration(spans[i].seconds);
        assert_string_equal(text, spans[i].text);
    }
}

/* Polish has three forms, and 12 is not one of 2's. */
static void duration__polish__three_plurals(void **state)
{
    static const struct {
        gint64 seconds;
        const char *text;
    } spans[] = {
        {1, "1 sekunda"},    {2, "2 sekundy"},    {5, "5 sekund"},       {12, "12 sekund"},
        {22, "22 sekundy"},  {101, "101 sekund"}, {112, "112 sekund"},   {180, "3 minuty"},
        {3599, "1 godzina"}, {7200, "2 godziny"}, {86400, "24 godziny"}, {36 * 3600, "36 godzin"},
        {259200, "3 dni"},
    };
    (void)state;
    if (!locale_speak("pl_PL"))
        skip(); /* a C library without locales */
    for (gsize i = 0; i < G_N_ELEMENTS(spans); i++) {
        g_autofree char *text = text_duration(spans[i].seconds);
        assert_string_equal(text, spans[i].text);
    }
    locale_speak_english();
}

static void fold__long_lines__go_on_below_their_last_column(void **state)
{
    static const struct {
        const char *text, *folded;
        int columns;
    } rows[] = {
        {"one two three four five six", "one two three four\n  five six", 22},
        {"one two three four five six", "one two three four five six", 0},
        {"one two three four five six", "one two three four five six", 15}, /* too narrow */
        {"a  one two three four five six", "a  one two three four\n   five six", 23},
        {"--long-option  in the second half", "--long-option  in the\n  second half", 22},
        {"first\nand a second line that is long\n", "first\nand a second line that\n  is long\n",
         22},
        {"https://acme.my.salesforce.com/a word", "https://acme.my.salesforce.com/a\n  word", 24},
        {"https://acme.my.salesforce.com/alone", "https://acme.my.salesforce.com/alone", 24},
        {"\033[32mok\033[0m  one two three four five",
         "\033[32mok\033[0m  one two three four\n    five", 24},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *folded = text_fold(rows[i].text, rows[i].columns);
        assert_string_equal(folded, rows[i].folded);
    }
}

static void nearest__one_slip_in_three_letters(void **state)
{
    static const char *const names[] = {"setup", "status", "test", "token", "a", NULL};
    static const struct {
        const char *word, *meant;
    } rows[] = {
        {"setpu", "setup"},  {"stup", "setup"},    {"setupp", "setup"}, {"tset", "test"},
        {"tokenn", "token"}, {"stattu", "status"}, {"b", NULL},         {"", NULL},
        {"se", NULL},        {"handoff", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *meant = text_nearest(rows[i].word, names);
        if (g_strcmp0(meant, rows[i].meant) != 0)
            fail_msg("%s: %s", rows[i].word, meant);
    }
    g_autofree char *long_word = g_strnfill(100, 's');
    assert_null(text_nearest(long_word, names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean__foreign_text__is_harmless),
        cmocka_unit_test(clean__lines__are_kept_where_asked),
        cmocka_unit_test(width__counts_columns),
        cmocka_unit_test(fit__never_splits_a_character),
        cmocka_unit_test(truncate__ends_in_an_ellipsis),
        cmocka_unit_test(wrap__words__keep_whole),
        cmocka_unit_test(break__address__joins_again),
        cmocka_unit_test(wrap__any_text__fits_and_is_complete),
        cmocka_unit_test(fold__long_lines__go_on_below_their_last_column),
        cmocka_unit_test(nearest__one_slip_in_three_letters),
        cmocka_unit_test(small_ones__do_what_they_say),
        cmocka_unit_test(duration__has_the_unit_that_fits),
        cmocka_unit_test(duration__polish__three_plurals),
        cmocka_unit_test(shell_word__is_quoted_where_needed),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
