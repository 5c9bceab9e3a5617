/* SPDX-License-Identifier: MIT */
#ifndef PERCH_APP_EVENTS_H
#define PERCH_APP_EVENTS_H

#include "perch/wizard/wizard.h"

/*
 * Events to the wizard, one at a time. Running the effects of one event often produces others (a
 * notice, the login's address). Those wait until all effects have run, so that no effect belongs to
 * an earlier state of the wizard.
 */
struct events {
    void (*deliver)(const struct wizard_event *event, gpointer user);
    gpointer user;
    GQueue waiting; /* struct wizard_event *, owned copies */
    bool delivering;
};

/* Delivers event and everything that follows from it: TRUE. From inside a delivery, queues a copy:
 * FALSE. Front ends' events (WIZARD_VIEW) never come from inside one. */
bool events_send(struct events *events, const struct wizard_event *event);
void events_clear(struct events *events); /* drops waiting events */

#endif
