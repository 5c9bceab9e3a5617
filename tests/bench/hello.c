/* SPDX-License-Identifier: MIT */

/*
 * What perch's first paint is measured against: a program that is linked to the same libraries,
 * sets the terminal up the same way, paints one word and waits for a key.
 */

#include <curses.h>
#include <locale.h>

int main(void)
{
    setlocale(LC_ALL, "");
    initscr();
    raw();
    noecho();
    keypad(stdscr, TRUE);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    mvaddstr(0, 0, "Hello");
    refresh();
    getch();
    endwin();
    return 0;
}
