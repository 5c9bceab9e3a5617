/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/channel.h"

/* Channels in the config file. A file may be edited by hand: what cannot be is left out. */

enum { TEXT_MAX = 32 * 1024 };

/* What the file had, to be written over. */
static Json *begin_json(const Json *extra)
{
    return extra == NULL ? json_object() : json_copy(extra);
}

static void keep_extra(Json **extra, const Json *json)
{
    json_free(*extra);
    *extra = json_copy(json);
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

/* A text that is there and not beyond all measure. */
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
    JSON_FOREACH(json, list)
    {
        const char *name = text_of(json, "name"), *sample = text_of(json, "sample");
        if (!is_name(name, " _.-") || sample == NULL)
            continue;
        channel_set_sample(channel, name, sample);
        struct variable *variable = channel_variable(channel, name);
        if (variable != NULL)
            keep_extra(&variable->extra, json);
    }
}

static void read_mappings(struct channel *channel, const Json *list)
{
    g_ptr_array_set_size(channel->mappings, 0);
    JSON_FOREACH(json, list)
    {
        const char *field = text_of(json, "field"), *text = text_of(json, "text");
        if (is_name(field, "_") && text != NULL &&
            channel_map(channel, field, text_of(json, "label"), text_of(json, "type"), text))
            keep_extra(&channel_mapping(channel, field)->extra, json);
    }
}

static struct channel *read_channel(const Json *json, const GPtrArray *before)
{
    const char *name = text_of(json, "name"), *id = text_of(json, "id");
    const char *object = json_get_string(json, "object");
    if (channel_name_problem(name) != NULL)
        return NULL;
    struct channel *channel =
        channel_new(name, g_strcmp0(object, object_name(TEST_CASE)) == 0 ? TEST_CASE : TEST_LEAD);
    g_free(channel->id);
    channel->id = is_name(id, "-") && channels_find(before, id) == NULL
                      ? g_strdup(id)
                      : channels_new_id(before, name);
    channel->fitted = json_get_bool(json, "fitted", false);
    keep_extra(&channel->extra, json);
    read_variables(channel, json_get(json, "variables"));
    if (json_is_array(json_get(json, "fields")))
        read_mappings(channel, json_get(json, "fields"));
    return channel;
}

GPtrArray *channels_from_json(const Json *json)
{
    if (!json_is_array(json))
        return NULL;
    g_autoptr(GPtrArray) channels = channels_default(); /* for its free function */
    g_ptr_array_set_size(channels, 0);
    JSON_FOREACH(item, json)
    {
        struct channel *channel =
            channels->len < CHANNELS_MAX ? read_channel(item, channels) : NULL;
        if (channel != NULL)
            g_ptr_array_add(channels, channel);
    }
    return channels->len == 0 ? NULL : g_steal_pointer(&channels);
}
