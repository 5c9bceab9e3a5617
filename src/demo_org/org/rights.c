/* SPDX-License-Identifier: MIT */
#include "demo_org/org/state.h"

/*
 * What a user may do: the profile plus permission sets, merged into a temporary profile that lives
 * until the next request.
 */

static void add_all(GPtrArray *list, const GPtrArray *more)
{
    for (guint i = 0; i < more->len; i++)
        list_add(list, g_ptr_array_index(more, i));
}

static void add_set(struct profile *profile, const struct permission_set *set)
{
    const struct kind *from = &state_kinds[KIND_permission_set];
    const struct kind *to = &state_kinds[KIND_profile];
    for (gsize i = 0; i < from->state_field_count; i++) {
        const struct state_field *field = &from->state_fields[i];
        gconstpointer given = (const char *)set + field->offset;
        const struct state_field *same = kind_find_field(to, field->name);
        if (same == NULL)
            continue;
        gpointer member = (char *)profile + same->offset;
        if (field->type == STATE_FLAG)
            *(bool *)member |= *(const bool *)given;
        else if (field->type == STATE_LIST)
            add_all(*(GPtrArray **)member, *(GPtrArray *const *)given);
    }
}

static struct profile *copy_profile(const struct profile *profile)
{
    const struct kind *kind = &state_kinds[KIND_profile];
    struct profile *copy = kind_make(kind, NULL);
    g_autoptr(Json) json = kind_to_json(kind, profile);
    kind_patch(kind, copy, json, NULL);
    return copy;
}

static void free_profile(gpointer profile)
{
    kind_free(&state_kinds[KIND_profile], profile);
}

const struct profile *state_profile_of(const struct state *state, const struct user *user)
{
    const struct profile *own = state_find_profile(state, user->profile);
    if (own == NULL)
        own = state->no_profile;
    if (user->permission_sets->len == 0)
        return own;
    struct profile *both = copy_profile(own);
    for (guint i = 0; i < user->permission_sets->len; i++) {
        const struct permission_set *set =
            state_find_permission_set(state, g_ptr_array_index(user->permission_sets, i));
        if (set != NULL)
            add_set(both, set);
    }
    g_ptr_array_add(state->merged, both);
    return both;
}

GPtrArray *state_merged_new(void)
{
    return g_ptr_array_new_with_free_func(free_profile);
}
