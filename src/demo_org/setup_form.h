/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SETUP_FORM_H
#define DEMO_SETUP_FORM_H

#include "http.h"

/* Forms over the state's things, made from setup.def. */
enum setup_form { app_form, profile_form, user_form, org_form };

/* The form's rows with the thing's values, without the form element around them. */
void form_show(GString *page, enum setup_form form, const struct kind *kind, gconstpointer thing);
/* Takes what the browser sent into the thing. */
void form_take(const GArray *sent, enum setup_form form, const struct kind *kind, gpointer thing);

#endif
