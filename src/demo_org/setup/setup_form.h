/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SETUP_FORM_H
#define DEMO_SETUP_FORM_H

#include "demo_org/server/http.h"

/* Forms over the state's things, made from setup.def. */
enum setup_form {
    app_form,
    profile_form,
    permission_set_form,
    user_form,
    org_form,
    access_control_form,
    oauth_form,
    session_form,
    storage_form,
    system_form,
    state_form,
    field_form,
    field_security_form,
    rule_form,
    automation_form,
    duplicate_form,
    assignment_form,
    security_form,
};

/* The form's rows with the thing's values, without the form element. Element ids begin with prefix,
 * so that a page can have several forms. */
void form_show(GString *page, enum setup_form form, const char *prefix, const struct kind *kind,
               gconstpointer thing);
/* Applies the submitted form to the thing. */
void form_take(const GArray *sent, enum setup_form form, const struct kind *kind, gpointer thing);

#endif
