/* SPDX-License-Identifier: MIT */
#include "layout.h"

const char *ui_mark(enum mark mark, gint64 now_ms, bool ascii)
{
    static const char *const marks[] = {
        [MARK_NONE] = "",     [MARK_OK] = "✔",      [MARK_FAILED] = "✖", [MARK_WARNING] = "▲",
        [MARK_SKIPPED] = "–", [MARK_WORKING] = "●", [MARK_OPEN] = "○",
    };
    static const char *const turning[][2] = {{"◐", "|"}, {"◓", "/"}, {"◑", "-"}, {"◒", "\\"}};
    if (mark == MARK_WORKING && now_ms > 0)
        return turning[now_ms / 250 % 4][ascii];
    return ascii ? mark_text(mark, false) : marks[mark];
}

enum ui_style ui_mark_style(enum mark mark)
{
    static const enum ui_style styles[] = {
        [MARK_NONE] = STYLE_PLAIN,   [MARK_OK] = STYLE_OK,       [MARK_FAILED] = STYLE_FAIL,
        [MARK_WARNING] = STYLE_WARN, [MARK_SKIPPED] = STYLE_DIM, [MARK_WORKING] = STYLE_ACCENT,
        [MARK_OPEN] = STYLE_DIM,
    };
    return styles[mark];
}

const char *ui_marker(bool ascii)
{
    return ascii ? ">" : "▸";
}
