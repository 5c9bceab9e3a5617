/* SPDX-License-Identifier: MIT */

/* The QR code of the login's address: what a camera reads from the screen is the address. */

#include <string.h>

#include "e2e/walk.h"

enum { COLUMNS = 120, ROWS = 60, PIXELS = 4 };

static Walk *waiting(Rig *rig)
{
    Walk *walk = walk_start_filled(rig, "acme");
    walk_to_probed(walk);
    walk_browser(walk, "nothing");
    press(walk, "Enter");
    see(walk, "Listening on");
    return walk;
}

/* The screen as a camera sees it, as a portable grey map: two points in each cell. */
static GByteArray *photo(const Walk *walk)
{
    GByteArray *image = g_byte_array_new();
    g_autofree char *head = g_strdup_printf("P5 %d %d 255\n", COLUMNS * PIXELS, 2 * ROWS * PIXELS);
    g_byte_array_append(image, (const guint8 *)head, (guint)strlen(head));
    for (int y = 0; y < 2 * ROWS * PIXELS; y++)
        for (int x = 0; x < COLUMNS * PIXELS; x++) {
            const struct pty_cell cell = pty_cell(walk->pty, y / PIXELS / 2, x / PIXELS);
            const bool lower = y / PIXELS % 2 == 1, code = cell.background == 231;
            const bool inked =
                strcmp(cell.text, "█") == 0 || strcmp(cell.text, lower ? "▄" : "▀") == 0;
            const guint8 grey = code && !(inked && cell.foreground == 16) ? 255 : 0;
            g_byte_array_append(image, &grey, 1);
        }
    return image;
}

static char *read_code(Rig *rig, const Walk *walk)
{
    g_autoptr(GByteArray) image = photo(walk);
    g_autofree char *path = g_build_filename(rig->home->home, "screen.pgm", NULL);
    assert_true(g_file_set_contents(path, (const char *)image->data, (gssize)image->len, NULL));
    const char *const argv[] = {"zbarimg", "--raw", "--quiet", path, NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
    return g_strchomp(g_strdup(child->output->str));
}

static void code__read_by_a_camera__is_the_address(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = waiting(rig);
    g_autofree char *address = walk_address(walk);
    pty_resize(walk->pty, COLUMNS, ROWS);
    see_key(walk, "Q QR code");
    press(walk, "Q");
    see_sentence(walk, "The phone cannot reach perch on this computer");
    see(walk, "Any key closes this.");
    g_autofree char *text = read_code(rig, walk);
    assert_string_equal(text, address);
    /* It goes when the window no longer has room for it, and comes back. */
    pty_resize(walk->pty, 80, 24);
    see(walk, "The QR code needs a window of ");
    see(walk, "; this one is 80x24.");
    press(walk, "x");
    see(walk, "Listening on");
    press(walk, "Q");
    see(walk, "this one is 80x24.");
    /* The address that the phone ended on, pasted. */
    g_autofree char *redirect = walk_redirect(walk);
    paste(walk, redirect);
    see(walk, "Code exchanged");
    see_no(walk, "QR code");
}

/* Line by line, there is nothing to scan. */
static void line_by_line__no_code_is_offered(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--timeout", "1", NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 8);
    assert_contains(child->output->str, "Your browser should show");
    assert_null(strstr(child->output->str, "QR code"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code__read_by_a_camera__is_the_address),
        cmocka_unit_test(line_by_line__no_code_is_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
