/* SPDX-License-Identifier: MIT */
#ifndef DEMO_COMPONENTS_H
#define DEMO_COMPONENTS_H

#include "demo_org/org/state.h"

enum form {
    FORM_TEXT,
    FORM_FLAG,
    FORM_NOT,
    FORM_NUMBER,
    FORM_LINES,
    FORM_NAMES,
    FORM_SCOPES,
    FORM_WORD,
    FORM_USER,
    FORM_CERTIFICATE,
    FORM_KEY,
    FORM_PERIOD,
    FORM_OWNER,
    FORM_SHOWN,
    FORM_SELF,
    FORM_FIXED,
    FORM_NOTHING,
};

enum component_type {
#define COMPONENT(id, ...) TYPE_##id,
#include "demo_org/metadata/metadata.def"
#undef COMPONENT
    TYPE_COUNT
};

const char *component_name(enum component_type type);    /* "ExternalClientApplication" */
enum component_type component_by_name(const char *name); /* TYPE_COUNT: unknown */
/* The name by which it is read and listed: of settings their own type. */
const char *component_read_name(enum component_type type);
/* What Setup adds to the app's name. */
const char *component_tail(enum component_type type);
/* Path in the zip without "-meta.xml"; owned by the caller. */
char *component_path(enum component_type type, const char *full_name);

/* Tries the components (struct component) on a copy of the apps and notes what is wrong with each.
 * TRUE: nothing is wrong; with apply, the org has them now. */
bool components_deploy(struct state *state, const struct user *user, const GPtrArray *components,
                       bool apply);

struct element {
    enum component_type type;
    const char *name, *member;
    enum form form;
};
extern const struct element component_elements[];
extern const guint component_element_count;

/* The full names of that type in the org (char *), and one of them as XML, elements in alphabetical
 * order, without its root; "" for none. Both owned by the caller. */
GPtrArray *components_names(const struct state *state, enum component_type type);
char *component_xml(const struct state *state, enum component_type type, const char *full_name);

#endif
