/* SPDX-License-Identifier: MIT */
#ifndef DEMO_COMPONENTS_H
#define DEMO_COMPONENTS_H

#include "demo_org/org/state.h"

enum component_type {
#define COMPONENT(id, ...) TYPE_##id,
#include "demo_org/metadata/metadata.def"
#undef COMPONENT
    TYPE_COUNT
};

const char *component_name(enum component_type type);    /* "ExternalClientApplication" */
enum component_type component_by_name(const char *name); /* TYPE_COUNT: unknown */
/* Path in the zip without "-meta.xml"; owned by the caller. */
char *component_path(enum component_type type, const char *full_name);

/* Tries the components (struct component) on a copy of the apps and notes what is wrong with each.
 * TRUE: nothing is wrong; with apply, the org has them now. */
bool components_deploy(struct state *state, const struct user *user, const GPtrArray *components,
                       bool apply);

#endif
