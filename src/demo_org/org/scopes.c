/* SPDX-License-Identifier: MIT */
#include "demo_org/org/scopes.h"

#include <string.h>

#include "demo_org/org/state_fields.h"

static const struct {
    const char *name, *token, *label;
} scopes[] = {
#define SCOPE(name, token, label) {name, token, label},
#include "demo_org/org/scopes.def"
#undef SCOPE
};

const char *scope_label(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (strcmp(scopes[i].name, name) == 0)
            return scopes[i].label;
    return NULL;
}

const char *scope_by_token(const char *token)
{
    if (strcmp(token, "OfflineAccess") == 0)
        return "refresh_token";
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (strcmp(scopes[i].token, token) == 0)
            return scopes[i].name;
    return NULL;
}

const char *scope_token(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (strcmp(scopes[i].name, name) == 0)
            return scopes[i].token;
    return NULL;
}

GPtrArray *scope_parse(const char *text)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) words = g_strsplit_set(text, " +,", -1);
    for (char **word = words; *word != NULL; word++)
        if (**word != '\0')
            list_add(list, strcmp(*word, "offline_access") == 0 ? "refresh_token" : *word);
    return list;
}

char *scope_text(const GPtrArray *list)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : " ",
                               (const char *)g_ptr_array_index(list, i));
    return g_string_free(text, FALSE);
}

const char *scope_name(guint index)
{
    return index < G_N_ELEMENTS(scopes) ? scopes[index].name : NULL;
}
