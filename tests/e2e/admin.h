/* SPDX-License-Identifier: MIT */
#ifndef E2E_ADMIN_H
#define E2E_ADMIN_H

#include "e2e/rig.h"

/*
 * An administrator in the org's Setup, with what a browser gives a person: pages, links, forms and
 * their buttons, by the words on them. Logs in when asked to. Whatever is not there fails the test.
 */
typedef struct Admin Admin;

Admin *admin_new(Rig *rig);
void admin_free(Admin *admin); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Admin, admin_free)

/* A page by its address; one that begins with / is on the org. */
void admin_open(Admin *admin, const char *address);
/* The link with that text. */
void admin_follow(Admin *admin, const char *text);
/* The page as it is now. Borrowed. */
const char *admin_page(const Admin *admin);

/* The form that has text in it is the one to work on; a new page starts with its first form. */
void admin_choose(Admin *admin, const char *text);
/* Fields by name: a box, and a text, list or choice. */
void admin_tick(Admin *admin, const char *name, bool on);
void admin_enter(Admin *admin, const char *name, const char *text);
/* Sends the form with the button of that text; the page has to say that it was done. */
void admin_press(Admin *admin, const char *button);

#endif
