/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <curses.h>
#include <string.h>

#include "ui/keys.h"

static void hear(const struct key *key, gpointer user)
{
    GString *heard = user;
    if (key->kind == KEY_KIND_PASTE)
        g_string_append_printf(heard, "<%.*s>", (int)key->length, key->text);
    else if (key->kind == KEY_KIND_CODE)
        g_string_append_printf(heard, "{%s}", key->code == KEY_UP ? "up" : "code");
    else if (key->code < ' ')
        g_string_append_printf(heard, "^%c", key->code + '@');
    else
        g_string_append_unichar(heard, key->code);
}

/* Feeds text; '|' is silence, as long as the decoder wants it. */
static char *decode(const char *text, bool burst)
{
    GString *heard = g_string_new(NULL);
    g_autoptr(KeyDecoder) keys = keys_new(hear, heard);
    keys_set_burst(keys, burst);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        if (*p != '|')
            keys_feed(keys, g_utf8_get_char(p), false);
        else if (keys_pending_ms(keys) > 0)
            keys_timeout(keys);
    }
    return g_string_free(heard, FALSE);
}

static void assert_decodes(const char *text, bool burst, const char *wanted)
{
    g_autofree char *heard = decode(text, burst);
    assert_string_equal(heard, wanted);
}

static void keys__plain__come_as_they_are(void **state)
{
    (void)state;
    assert_decodes("aÜ\r\003\t", false, "aÜ^M^C^I");
    assert_decodes("\033|x", false, "^[x");
    assert_decodes("\033x", false, "^[x");
    assert_decodes("\033\033|", false, "^[^[");
}

static void keys__sequences__in_pieces(void **state)
{
    (void)state;
    assert_decodes("\033[A", false, "{up}");
    assert_decodes("\033OA", false, "{up}");
    assert_decodes("a\033[99;99Xb", false, "ab"); /* unknown: dropped whole */
    assert_decodes("\033[1;\003", false, "^C");
    assert_decodes("\033[|q", false, "q");
}

/* A terminal's late answer to a question that the program before perch had asked. */
static void keys__answers_of_a_terminal__are_no_keys(void **state)
{
    (void)state;
    assert_decodes("\033]11;rgb:1e1e/1e1e/1e1e\033\\q", false, "q");
    assert_decodes("\033]52;c;cXJrIHk=\007q", false, "q");
    assert_decodes("\033P1$r0 q\033\\q", false, "q");
    assert_decodes("\033[?62;22c\033[4;1;1tq", false, "q");
    assert_decodes("\033]never ends|q", false, "q");
    assert_decodes("\033]never ends\003", false, "^C");
}

static void keys__paste__between_brackets(void **state)
{
    (void)state;
    assert_decodes("\033[200~top\nsecret\r\033[201~q", false, "<top\nsecret\r>q");
    assert_decodes("\033[200~\033[201~", false, "<>");
    assert_decodes("\033[200~a\033[31mb\033[20\033[201~", false, "<a[31mb[20>");
    assert_decodes("\033[200~never ends|x", false, "<never ends>x");
    assert_decodes("\033[200~never ends\003x", false, "<never ends>^Cx");
    assert_decodes("\033[201~x", false, "x"); /* an end without a beginning */
}

/* However a slow line splits the brackets, as long as the pieces arrive in time. */
static void keys__paste__split_anywhere(void **state)
{
    static const char text[] = "\033[200~code=aPrx\033[201~";
    (void)state;
    for (gsize cut = 0; cut < strlen(text); cut++) {
        GString *heard = g_string_new(NULL);
        g_autoptr(KeyDecoder) keys = keys_new(hear, heard);
        for (gsize i = 0; i < strlen(text); i++) {
            if (i == cut && i > 0)
                assert_int_not_equal(keys_pending_ms(keys), 0);
            keys_feed(keys, (guchar)text[i], false);
        }
        assert_string_equal(heard->str, "<code=aPrx>");
        g_string_free(heard, TRUE);
    }
}

static void keys__codes__of_curses_bracket_too(void **state)
{
    (void)state;
    GString *heard = g_string_new(NULL);
    g_autoptr(KeyDecoder) keys = keys_new(hear, heard);
    keys_feed(keys, KEY_CODE_PASTE_BEGIN, true);
    keys_feed(keys, 'a', false);
    keys_feed(keys, KEY_UP, true);
    keys_feed(keys, 'b', false);
    keys_feed(keys, KEY_CODE_PASTE_END, true);
    keys_feed(keys, KEY_UP, true);
    assert_string_equal(heard->str, "<ab>{up}");
    g_string_free(heard, TRUE);
}

static void keys__burst__is_a_paste(void **state)
{
    (void)state;
    assert_decodes("aPrxCode\n|", true, "<aPrxCode\n>");
    assert_decodes("aPrxCode\n|", false, "aPrxCode^J");
    assert_decodes("c|r|w|", true, "crw");
    assert_decodes("cr\r", true, "cr^M"); /* quick fingers */
    assert_decodes("aPrxCode\003", true, "<aPrxCode>^C");
    assert_decodes("abc\033[A", true, "abc{up}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys__plain__come_as_they_are),
        cmocka_unit_test(keys__sequences__in_pieces),
        cmocka_unit_test(keys__answers_of_a_terminal__are_no_keys),
        cmocka_unit_test(keys__paste__between_brackets),
        cmocka_unit_test(keys__paste__split_anywhere),
        cmocka_unit_test(keys__codes__of_curses_bracket_too),
        cmocka_unit_test(keys__burst__is_a_paste),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
