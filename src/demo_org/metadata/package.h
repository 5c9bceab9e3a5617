/* SPDX-License-Identifier: MIT */
#ifndef DEMO_PACKAGE_H
#define DEMO_PACKAGE_H

#include <glib.h>
#include <stdbool.h>

#include "demo_org/metadata/components.h"

/* What a deploy brings: the package.xml and the components of its zip. */
struct component {
    enum component_type type;
    char *full_name;
    char *file;       /* in the zip; "" for one that is to be removed */
    GArray *elements; /* struct pair, in their order */
    bool removed;
    char *problem; /* NULL = none */
    bool created, changed;
    Json *xml;   /* the whole component, for what has elements inside elements */
    Json *patch; /* what a permission set is to become; NULL for anything else */
};

struct component *component_new(enum component_type type, const char *full_name);
void component_free(gpointer component);

/* struct component, those of package.xml in its order, then those to be removed. Free with
 * g_ptr_array_unref. NULL with Salesforce's text in *ret_problem, owned by the caller. */
GPtrArray *package_read(const guint8 *zip, gsize length, char **ret_problem);

/* Permission sets: what is wrong with one, else what it is to become; and then it is. */
void permission_set_plan(const struct state *state, const struct user *user,
                         struct component *component);
void permission_set_apply(struct state *state, const struct component *component);
char *permission_set_xml(const struct permission_set *set); /* owned by the caller */

#endif
