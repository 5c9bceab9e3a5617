/* SPDX-License-Identifier: MIT */
#include "ui_private.h"

/*
 * Attributes of the roles. With 256 colours, uses ones of medium brightness, readable on light and
 * dark backgrounds; with 8 or 16, the terminal's own. Without colour, marks and bold carry the same
 * information.
 */
static const struct {
    attr_t plain; /* without colour */
    attr_t with;  /* in addition to the colour */
    short low;
    short high;
} roles[STYLE_COUNT] = {
    [STYLE_PLAIN] = {A_NORMAL, A_NORMAL, -1, -1},
    [STYLE_DIM] = {A_DIM, A_DIM, -1, -1},
    [STYLE_ACCENT] = {A_BOLD, A_BOLD, COLOR_CYAN, 31},
    [STYLE_OK] = {A_NORMAL, A_NORMAL, COLOR_GREEN, 28},
    [STYLE_WARN] = {A_BOLD, A_NORMAL, COLOR_YELLOW, 130},
    [STYLE_FAIL] = {A_BOLD, A_NORMAL, COLOR_RED, 160},
    [STYLE_TITLE] = {A_BOLD, A_BOLD, -1, -1},
    [STYLE_INPUT] = {A_UNDERLINE, A_UNDERLINE, -1, -1},
    [STYLE_SELECTED] = {A_REVERSE, A_REVERSE, -1, -1},
    [STYLE_CODE] = {A_REVERSE, A_NORMAL, COLOR_BLACK, 16}, /* most terminals are dark */
};

static attr_t attributes[STYLE_COUNT];
static short pairs[STYLE_COUNT];

void ui_theme_init(void)
{
    const char *no_color = g_getenv("NO_COLOR");
    bool colours = (no_color == NULL || *no_color == '\0') && has_colors();
    if (colours)
        colours = start_color() == OK && use_default_colors() == OK && COLORS >= 8;
    for (int i = 0; i < STYLE_COUNT; i++) {
        short colour = COLORS >= 256 ? roles[i].high : roles[i].low;
        bool coloured = colours && colour >= 0;
        const short behind = i != STYLE_CODE ? -1 : COLORS >= 256 ? 231 : COLOR_WHITE;
        if (coloured)
            init_pair((short)(i + 1), colour, behind);
        pairs[i] = coloured ? (short)(i + 1) : 0;
        attributes[i] = coloured ? roles[i].with : roles[i].plain;
    }
}

void ui_style_set(WINDOW *window, enum ui_style style, bool selected)
{
    attr_t bold = attributes[style] & A_BOLD;
    if (selected)
        wattr_set(window, A_REVERSE | bold, 0, NULL);
    else
        wattr_set(window, attributes[style], pairs[style], NULL);
}
