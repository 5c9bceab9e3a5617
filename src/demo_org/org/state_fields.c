/* SPDX-License-Identifier: MIT */
#include "demo_org/org/state_fields.h"

#include <string.h>

#include "perch/base/clock.h"
#include "perch/base/error.h"

bool list_has(const GPtrArray *list, const char *text)
{
    for (guint i = 0; i < list->len; i++)
        if (g_strcmp0(g_ptr_array_index(list, i), text) == 0)
            return true;
    return false;
}

void list_add(GPtrArray *list, const char *text)
{
    if (!list_has(list, text))
        g_ptr_array_add(list, g_strdup(text));
}

void text_set(char **member, const char *text)
{
    char *copy = g_strdup(text);
    g_free(*member);
    *member = copy;
}

const char *thing_name(gconstpointer thing)
{
    return *(char *const *)thing;
}

static GPtrArray *list_of_words(const char *words)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    for (char **part = parts; *part != NULL; part++)
        if (**part != '\0')
            g_ptr_array_add(list, g_strdup(*part));
    return list;
}

gpointer kind_make(const struct kind *kind, const char *name)
{
    char *thing = g_malloc0(kind->size);
    for (gsize i = 0; i < kind->state_field_count; i++) {
        const struct state_field *field = &kind->state_fields[i];
        gpointer member = thing + field->offset;
        switch (field->type) {
        case STATE_TEXT:
            *(char **)member = g_strdup(i == 0 && name != NULL ? name : field->initial);
            break;
        case STATE_FLAG:
            *(bool *)member = strcmp(field->initial, "true") == 0;
            break;
        case STATE_NUMBER:
            *(gint64 *)member = g_ascii_strtoll(field->initial, NULL, 10);
            break;
        case STATE_LIST:
            *(GPtrArray **)member = list_of_words(field->initial);
            break;
        }
    }
    return thing;
}

void kind_free(const struct kind *kind, gpointer thing)
{
    if (thing == NULL)
        return;
    for (gsize i = 0; i < kind->state_field_count; i++) {
        gpointer member = (char *)thing + kind->state_fields[i].offset;
        if (kind->state_fields[i].type == STATE_TEXT)
            g_free(*(char **)member);
        else if (kind->state_fields[i].type == STATE_LIST)
            g_ptr_array_unref(*(GPtrArray **)member);
    }
    g_free(thing);
}

static Json *member_to_json(const struct state_field *field, gconstpointer thing)
{
    gconstpointer member = (const char *)thing + field->offset;
    switch (field->type) {
    case STATE_TEXT:
        return json_string_new(*(char *const *)member);
    case STATE_FLAG:
        return json_bool_new(*(const bool *)member);
    case STATE_NUMBER:
        return json_int_new(*(const gint64 *)member);
    case STATE_LIST:
        break;
    }
    Json *array = json_array();
    const GPtrArray *list = *(GPtrArray *const *)member;
    for (guint i = 0; i < list->len; i++)
        json_append(array, json_string_new(g_ptr_array_index(list, i)));
    return array;
}

Json *kind_to_json(const struct kind *kind, gconstpointer thing)
{
    Json *object = json_object();
    for (gsize i = 0; i < kind->state_field_count; i++)
        json_set(object, kind->state_fields[i].name, member_to_json(&kind->state_fields[i], thing));
    return object;
}

static GPtrArray *list_from_json(const Json *value)
{
    if (!json_is_array(value))
        return NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    JSON_FOREACH(item, value)
    {
        if (!json_is_string(item))
            return NULL;
        g_ptr_array_add(list, g_strdup(json_string(item)));
    }
    return g_steal_pointer(&list);
}

/* A number, or "+60000" for milliseconds from now. */
static bool number_set(gint64 *member, const Json *value)
{
    const char *text = json_string(value);
    gint64 later;
    if (json_is_number(value)) {
        *member = (gint64)json_number(value);
        return true;
    }
    if (text == NULL || *text != '+' ||
        !g_ascii_string_to_signed(text + 1, 10, 0, G_MAXINT32, &later, NULL))
        return false;
    *member = clock_wall_ms() + later;
    return true;
}

static bool member_set(const struct state_field *field, gpointer thing, const Json *value)
{
    gpointer member = (char *)thing + field->offset;
    GPtrArray *list;
    switch (field->type) {
    case STATE_TEXT:
        if (!json_is_string(value))
            return false;
        text_set(member, json_string(value));
        return true;
    case STATE_FLAG:
        if (!json_is_bool(value))
            return false;
        *(bool *)member = json_bool(value);
        return true;
    case STATE_NUMBER:
        return number_set(member, value);
    case STATE_LIST:
        list = list_from_json(value);
        if (list == NULL)
            return false;
        g_ptr_array_unref(*(GPtrArray **)member);
        *(GPtrArray **)member = list;
        return true;
    }
    return false;
}

const struct state_field *kind_find_field(const struct kind *kind, const char *name)
{
    for (gsize i = 0; i < kind->state_field_count; i++)
        if (strcmp(kind->state_fields[i].name, name) == 0)
            return &kind->state_fields[i];
    return NULL;
}

bool kind_patch(const struct kind *kind, gpointer thing, const Json *patch, GError **error)
{
    JSON_FOREACH(value, patch)
    {
        const struct state_field *field = kind_find_field(kind, json_key(value));
        if (field == NULL || !member_set(field, thing, value)) {
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                        field == NULL ? "%s has no \"%s\"; --list-state names what there is."
                                      : "%s: the value of \"%s\" is of the wrong type.",
                        kind->name, json_key(value));
            return false;
        }
    }
    return true;
}
