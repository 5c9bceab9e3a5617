/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_H
#define VIEWS_H

#include "perch/view/view.h"

/* Hand-made views with every kind of item. Each is the caller's. */
struct view *views_org(void);
struct view *views_preflight(void);
struct view *views_settings(void);
struct view *views_keys(void);
struct view *views_authorize(void);
struct view *views_prove(void);
struct view *views_handoff(void);
struct view *views_home(int connections);
struct view *views_wide(void); /* CJK, combining marks, texts much too long */

enum {
    VIEWS_NAME = 1,
    VIEWS_KIND,
    VIEWS_ADDRESS,
    VIEWS_KEY,
    VIEWS_SECRET,
    VIEWS_PASTE,
    VIEWS_KEEP,
    VIEWS_ROW = 100,
};

#endif
