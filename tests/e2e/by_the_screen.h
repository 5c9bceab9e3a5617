/* SPDX-License-Identifier: MIT */
#ifndef E2E_BY_THE_SCREEN_H
#define E2E_BY_THE_SCREEN_H

enum { BY_THE_SCREEN_PARTS = 3 };

/* Walks every so many-th rehearsal, beginning with number part, from the words on the screen alone
 * to a proven connection; part is below BY_THE_SCREEN_PARTS. */
void by_the_screen_walk(int part);

#endif
