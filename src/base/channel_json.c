/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/channel.h"

/* Channels in the config file. A file may have been edited by hand: invalid parts are skipped. */

enum { TEXT_MAX = 32 * 1024 };

/* The keys the file had; known keys then overwrite them. */
static Json *begin_json(const Json *extra)
{
    return extra == NULL ? json_object() : json_copy(extra);
}

/* Keeps a copy only if json has unknown keys: most have none, and copies add up. */
static void keep_extra(Json **extra, const Json *json, const char *const *known)
{
    guint expected = 0;
    for (gsize i = 0; known[i] != NULL; i++)
        expected += json_get(json, known[i]) != NULL ? 1 : 0;
    json_free(*extra);
    *extra = json_size(json) > expected ? json_copy(json) : NULL;
}

static Json *mappings_to_json(const struct channel *channel)
{
    Json *list = json_array();
    for (guint i = 0; i < channel->mappings->len; i++) {
        const struct mapping *mapping = channel->mappings->pdata[i];
        Json *json = begin_json(mapping->extra);
        json_set_string(json, "field", mapping->field);
        if (mapping->label != NULL)
            json_set_string(json, "label", mapping->label);
        if (mapping->type != NULL)
            json_set_string(json, "type", mapping->type);
        json_set_string(json, "text", mapping->text);
        json_append(list, json);
    }
    return list;
}

static Json *variables_to_json(const struct channel *channel)
{
    Json *list = json_array();
    for (guint i = 0; i < channel->variables->len; i++) {
        const struct variable *variable = channel->variables->pdata[i];
        Json *json = begin_json(variable->extra);
        json_set_string(json, "name", variable->name);
        json_set_string(json, "sample", variable->sample);
        json_append(list, json);
    }
    return list;
}

Json *channels_to_json(const GPtrArray *channels)
{
    Json *list = json_array();
    for (guint i = 0; i < channels->len; i++) {
        const struct channel *channel = channels->pdata[i];
        Json *json = begin_json(channel->extra);
        json_set_string(json, "id", channel->id);
        json_set_string(json, "name", channel->name);
        json_set_string(json, "object", object_name(channel->object));
        json_set_bool(json, "fitted", channel->fitted);
        json_set(json, "fields", mappings_to_json(channel));
        json_set(json, "variables", variables_to_json(channel));
        json_append(list, json);
    }
    return list;
}

/* A string that is present and of a sane length. */
static const char *text_of(const Json *json, const char *key)
{
    const char *text = json_get_string(json, key);
    return text != NULL && strlen(text) <= TEXT_MAX ? text : NULL;
}

static bool is_name(const char *text, const char *signs)
{
    if (text == NULL || !g_ascii_isalpha(*text) || strlen(text) > 80)
        return false;
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && strchr(signs, *p) == NULL)
            return false;
    return true;
}

static void read_variables(struct channel *channel, const Json *list)
{
    static const char *const known[] = {"name", "sample", NULL};
    JSON_FOREACH(json, list)
    {
        const char *name = text_of(json, "name"), *sample = text_of(json, "sample");
        if (name == NULL || !text_path_is_valid(name) || sample == NULL)
            continue;
        channel_set_sample(channel, name, sample);
        struct variable *variable = channel_variable(channel, name);
        if (variable != NULL)
            keep_extra(&variable->extra, json, known);
    }
}

static void read_mappings(struct channel *channel, const Json *list)
{
    static const char *const known[] = {"field", "label", "type", "text", NULL};
    JSON_FOREACH(json, list)
    {
        const char *field = text_of(json, "field"), *text = text_of(json, "text");
        if (is_name(field, "_") && text != NULL &&
            channel_map(channel, field, text_of(json, "label"), text_of(json, "type"), text))
            keep_extra(&channel_mapping(channel, field)->extra, json, known);
    }
}

static struct channel *read_channel(const Json *json, const GPtrArray *before)
{
    static const char *const known[] = {"id",     "name",      "object", "fitted",
                                        "fields", "variables", NULL};
    const char *name = text_of(json, "name"), *id = text_of(json, "id");
    const char *object = json_get_string(json, "object");
    if (channel_name_problem(name) != NULL)
        return NULL;
    const Json *fields = json_get(json, "fields");
    struct channel *channel = (json_is_array(fields) ? channel_unmapped : channel_new)(
        name, g_strcmp0(object, object_name(TEST_CASE)) == 0 ? TEST_CASE : TEST_LEAD);
    g_free(channel->id);
    channel->id = is_name(id, "-") && channels_find(before, id) == NULL
                      ? g_strdup(id)
                      : channels_new_id(before, name);
    channel->fitted = json_get_bool(json, "fitted", false);
    keep_extra(&channel->extra, json, known);
    read_variables(channel, json_get(json, "variables"));
    if (json_is_array(fields))
        read_mappings(channel, fields);
    return channel;
}

GPtrArray *channels_from_json(const Json *json)
{
    if (!json_is_array(json))
        return NULL;
    g_autoptr(GPtrArray) channels = channels_none();
    JSON_FOREACH(item, json)
    {
        struct channel *channel =
            channels->len < CHANNELS_MAX ? read_channel(item, channels) : NULL;
        if (channel != NULL)
            g_ptr_array_add(channels, channel);
    }
    return channels->len == 0 ? NULL : g_steal_pointer(&channels);
}

/* ---- older versions ---- */

/* Length of the name in single braces at text ("{sender name}"), or 0. */
static gsize old_name_length(const char *text)
{
    gsize length = 0;
    if (text[0] != '{' || !g_ascii_isalpha(text[1]))
        return 0;
    while (text[1 + length] != '\0' &&
           (g_ascii_isalnum(text[1 + length]) || strchr(" _.-", text[1 + length]) != NULL))
        length++;
    return text[1 + length] == '}' ? length : 0;
}

/* "sender name" → "senderName"; a valid path stays. */
static char *path_of_old_name(const char *name)
{
    GString *path = g_string_new(NULL);
    bool upper = false;
    if (text_path_is_valid(name))
        return g_string_free(g_string_append(path, name), FALSE);
    for (const char *p = name; *p != '\0'; p++) {
        if (g_ascii_isalnum(*p))
            g_string_append_c(path, upper ? g_ascii_toupper(*p) : *p);
        upper = !g_ascii_isalnum(*p);
    }
    return g_string_free(path, FALSE);
}

static char *text_of_old(const char *text)
{
    GString *fresh = g_string_new(NULL);
    while (*text != '\0') {
        gsize length = old_name_length(text), taken = g_str_has_prefix(text, "{{") ? 2 : 1;
        g_autofree char *name = g_strndup(text + 1, length);
        g_autofree char *path = path_of_old_name(name);
        if (length > 0)
            g_string_append_printf(fresh, "{{%s}}", path);
        else
            g_string_append_len(fresh, text, (gssize)taken);
        text += length > 0 ? length + 2 : taken;
    }
    return g_string_free(fresh, FALSE);
}

static void renew(const Json *list, const char *key, char *(*fresh)(const char *old))
{
    JSON_FOREACH(item, list)
    {
        g_autofree char *text =
            json_get_string(item, key) == NULL ? NULL : fresh(json_get_string(item, key));
        if (text != NULL)
            json_set_string((Json *)(guintptr)item, key, text);
    }
}

void channels_from_single_braces(Json *channels)
{
    JSON_FOREACH(channel, channels)
    {
        renew(json_get(channel, "fields"), "text", text_of_old);
        renew(json_get(channel, "variables"), "name", path_of_old_name);
    }
}
