/* SPDX-License-Identifier: MIT */
#ifndef PERCH_VIEW_HOST_H
#define PERCH_VIEW_HOST_H

#include "perch/view/view.h"

/* The owner of the views, as a front end sees it. Called from the main loop only, never from inside
 * the front end's own functions; event and hangup must not free the front end. */
struct view_host {
    /* A fresh view for the item that has the focus (0 = none yet); owned by the ui. */
    struct view *(*view)(int focus, gpointer user);
    void (*event)(const struct view_event *event, gpointer user);
    /* The terminal is gone or perch was asked to terminate: save and end. Called once. */
    void (*hangup)(gpointer user);
    gpointer user;
};

#endif
