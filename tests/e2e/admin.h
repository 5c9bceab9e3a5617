/* SPDX-License-Identifier: MIT */
#ifndef E2E_ADMIN_H
#define E2E_ADMIN_H

#include "e2e/rig.h"

#define ADMIN_NAME "admin@bird-demo.example"
#define SETUP_PAGE(name) "/lightning/setup/" name "/home"
#define SETUP_APPS SETUP_PAGE("ManageExternalClientApplication")
#define SETUP_USERS SETUP_PAGE("ManageUsers")
#define SETUP_PROFILES SETUP_PAGE("EnhancedProfiles")
#define SETUP_LEAD "/lightning/setup/ObjectManager/Lead/"

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
/* The same, whatever page comes. */
void admin_press_quietly(Admin *admin, const char *button);
/* One change of one field: all of the above. */
enum admin_how { ADMIN_TICK, ADMIN_UNTICK, ADMIN_ENTER, ADMIN_PRESS };
struct admin_fix {
    const char *page, *link; /* link: NULL = none */
    const char *form;        /* words in it; "" = the first */
    enum admin_how how;
    const char *field, *text;
    const char *button; /* NULL = Save */
};
#define FIX_TICK(page, link, form, field)               \
    {                                                   \
        page, link, form, ADMIN_TICK, field, NULL, NULL \
    }
#define FIX_UNTICK(page, link, form, field)               \
    {                                                     \
        page, link, form, ADMIN_UNTICK, field, NULL, NULL \
    }
#define FIX_ENTER(page, link, form, field, text)         \
    {                                                    \
        page, link, form, ADMIN_ENTER, field, text, NULL \
    }
#define FIX_PRESS(page, form, button)                     \
    {                                                     \
        page, NULL, form, ADMIN_PRESS, NULL, NULL, button \
    }
void admin_fix(Admin *admin, const struct admin_fix *fix);
/* The same from another page, by its address; false when neither that page nor the one behind the
 * fix's link has what is to be changed. */
bool admin_fix_from(Admin *admin, const char *address, const struct admin_fix *fix);

/* What the page shows by that id: a consumer key. Owned by the caller. */
char *admin_shown(Admin *admin, const char *id);

#endif
