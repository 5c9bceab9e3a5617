/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SETUP_H
#define DEMO_SETUP_H

#include "demo_org/server/http.h"
#include "demo_org/setup/setup_form.h"

/* Setup, at the addresses of Salesforce's own deep links: pages for the fixes that diagnoses ask
 * for. They require a login and the right to see Setup. */
void setup_home(struct state *state, struct request *request, struct response *response);
void setup_apps(struct state *state, struct request *request, struct response *response);
void setup_app_new(struct state *state, struct request *request, struct response *response);
void setup_app(struct state *state, struct request *request, struct response *response);
void setup_profiles(struct state *state, struct request *request, struct response *response);
void setup_users(struct state *state, struct request *request, struct response *response);
/* The page of the thing in "address". */
void setup_thing_page(struct state *state, struct request *request, struct response *response);
void setup_permission_sets(struct state *state, struct request *request, struct response *response);
void setup_permission_set(struct state *state, struct request *request, struct response *response);
void setup_permission_set_new(struct state *state, struct request *request,
                              struct response *response);
void setup_logins(struct state *state, struct request *request, struct response *response);
void setup_verifications(struct state *state, struct request *request, struct response *response);

/* setup_usage.c: the OAuth Usage pages. */
void setup_connected_usage(struct state *state, struct request *request, struct response *response);
void setup_external_usage(struct state *state, struct request *request, struct response *response);

/* setup_sections.c: pages made of forms, and pages that the demo org does not have. */
void setup_page(struct state *state, struct request *request, struct response *response);
void setup_object_page(struct state *state, struct request *request, struct response *response);
/* Adds links to all of them, as list items. */
void setup_add_links(GString *page);

/* The browser session of the logged-in user; NULL, with an answer, when nobody is logged in or the
 * user may not see or change Setup. */
struct browser *setup_enter(struct state *state, struct request *request, struct response *response,
                            bool change);
/* Shows one thing in a form, and applies the submitted form. more is HTML to add below. */
void setup_edit(struct state *state, struct request *request, struct response *response,
                const char *title, enum setup_form form, enum kind_index index, gpointer thing,
                const char *more);
/* The page of the user, profile or permission set with this id; false, without an answer, when
 * there is none. */
bool setup_thing(struct state *state, struct request *request, struct response *response,
                 const char *id);
void setup_not_here(struct response *response);
/* The Salesforce id inside "address=%2F00e...%3Fnoredirect%3D1". Owned by the caller. */
char *setup_address_id(const struct request *request);

/* The page of a record: /lightning/r/Lead/00Q.../view and /00Q... */
void setup_record(struct state *state, struct request *request, struct response *response);
void setup_by_id(struct state *state, struct request *request, struct response *response);

#endif
