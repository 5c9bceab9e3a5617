/* SPDX-License-Identifier: MIT */
#ifndef PERCH_APP_EVENTS_H
#define PERCH_APP_EVENTS_H

#include "perch/wizard/wizard.h"

/*
 * Events to the wizard, one at a time. What carries out the effects of one often has something to
 * tell at once (a notice, the login's address); that waits until all of them are carried out, so
 * that no effect is of a wizard that has moved on.
 */
struct events {
    void (*deliver)(const struct wizard_event *event, gpointer user);
    gpointer user;
    GQueue waiting; /* struct wizard_event *, owned copies */
    bool delivering;
};

/* Delivers event and all that comes of it: TRUE. From inside a delivery it waits for its turn, as a
 * copy: FALSE. What a front end sends (WIZARD_VIEW) never comes from inside one. */
bool events_send(struct events *events, const struct wizard_event *event);
void events_clear(struct events *events); /* drops what waits */

#endif
