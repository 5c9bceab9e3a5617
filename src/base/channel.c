/* SPDX-License-Identifier: MIT */
#include "perch/base/channel.h"

#include <string.h>

#include "perch/base/text.h"

static const char *const objects[] = {[TEST_LEAD] = "Lead", [TEST_CASE] = "Case"};
G_STATIC_ASSERT(G_N_ELEMENTS(objects) == TEST_OBJECT_COUNT);

/* The guide's own fields; %s is the channel's name. */
static const struct {
    enum test_object object;
    const char *field, *label, *type, *text;
} guide[] = {
    {TEST_LEAD, "LastName", N_("Last Name"), "string", "{{senderName|default:\"%s contact\"}}"},
    {TEST_LEAD, "Company", N_("Company"), "string", "%s"},
    {TEST_LEAD, "Phone", N_("Phone"), "phone", "{{senderNumber}}"},
    {TEST_LEAD, "LeadSource", N_("Lead Source"), "picklist", "Other"},
    {TEST_LEAD, "Description", N_("Description"), "textarea", "{{message|default:\"(no text)\"}}"},
    {TEST_CASE, "SuppliedName", N_("Name"), "string", "{{senderName}}"},
    {TEST_CASE, "SuppliedPhone", N_("Phone"), "string", "{{senderNumber}}"},
    {TEST_CASE, "Subject", N_("Subject"), "string", "%s message"},
    {TEST_CASE, "Origin", N_("Case Origin"), "picklist", "Web"},
    {TEST_CASE, "Description", N_("Description"), "textarea", "{{message|default:\"(no text)\"}}"},
};

/* What a flow knows about a message. The sample text has characters that break a body without
 * escaping; phone numbers from 202-555-0100 on are reserved for fiction. */
static const struct {
    const char *name, *sample;
} known[] = {
    {"senderName", "perch test"},
    {"senderNumber", "+1 202 555 0100"},
    {"message", "perch test: It's \"quoted\" \\ ünïcode"},
};

static const char other_sample[] = "perch test";

const char *object_name(enum test_object object)
{
    return objects[object];
}

/* ---- create and copy ---- */

static void mapping_free(gpointer data)
{
    struct mapping *mapping = data;
    g_free(mapping->field);
    g_free(mapping->label);
    g_free(mapping->type);
    g_free(mapping->text);
    json_free(mapping->extra);
    g_free(mapping);
}

static void variable_free(gpointer data)
{
    struct variable *variable = data;
    g_free(variable->name);
    g_free(variable->sample);
    json_free(variable->extra);
    g_free(variable);
}

static void set_text(char **member, const char *text)
{
    char *fresh = g_strdup(text);
    g_free(*member);
    *member = fresh;
}

static struct channel *channel_empty(const char *id, const char *name, enum test_object object)
{
    struct channel *channel = g_new0(struct channel, 1);
    channel->id = g_strdup(id);
    channel->name = g_strdup(name);
    channel->object = object;
    channel->mappings = g_ptr_array_new_with_free_func(mapping_free);
    channel->variables = g_ptr_array_new_with_free_func(variable_free);
    return channel;
}

static void map_guide(struct channel *channel)
{
    for (gsize i = 0; i < G_N_ELEMENTS(guide); i++) {
        if (guide[i].object != channel->object)
            continue;
        g_auto(GStrv) around = g_strsplit(guide[i].text, "%s", 2);
        g_autofree char *name = g_strdup(channel->name);
        if (*guide[i].text == '{')
            g_strdelimit(name, "\"", '\''); /* it is inserted between quotes */
        g_autofree char *text = g_strjoinv(name, around);
        channel_map(channel, guide[i].field, NULL, NULL, text);
    }
}

static char *plain_id(const char *name)
{
    GString *id = g_string_new(NULL);
    for (const char *p = name; *p != '\0' && id->len < CHANNEL_NAME_MAX; p++) {
        if (g_ascii_isalnum(*p))
            g_string_append_c(id, g_ascii_tolower(*p));
        else if (id->len > 0 && id->str[id->len - 1] != '-')
            g_string_append_c(id, '-');
    }
    while (id->len > 0 && id->str[id->len - 1] == '-')
        g_string_truncate(id, id->len - 1);
    if (id->len == 0)
        g_string_assign(id, "channel");
    return g_string_free(id, FALSE);
}

struct channel *channel_unmapped(const char *name, enum test_object object)
{
    g_autofree char *id = plain_id(name);
    struct channel *channel = channel_empty(id, name, object);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        channel_set_sample(channel, known[i].name, known[i].sample);
    return channel;
}

struct channel *channel_new(const char *name, enum test_object object)
{
    struct channel *channel = channel_unmapped(name, object);
    map_guide(channel);
    return channel;
}

static Json *copy_extra(const Json *extra)
{
    return extra == NULL ? NULL : json_copy(extra);
}

struct channel *channel_copy(const struct channel *channel)
{
    struct channel *copy = channel_empty(channel->id, channel->name, channel->object);
    copy->fitted = channel->fitted;
    copy->extra = copy_extra(channel->extra);
    for (guint i = 0; i < channel->variables->len; i++) {
        const struct variable *variable = channel->variables->pdata[i];
        channel_set_sample(copy, variable->name, variable->sample);
        channel_variable(copy, variable->name)->extra = copy_extra(variable->extra);
    }
    for (guint i = 0; i < channel->mappings->len; i++) {
        const struct mapping *mapping = channel->mappings->pdata[i];
        channel_map(copy, mapping->field, mapping->label, mapping->type, mapping->text);
        channel_mapping(copy, mapping->field)->extra = copy_extra(mapping->extra);
    }
    return copy;
}

void channel_free(struct channel *channel)
{
    if (channel == NULL)
        return;
    g_free(channel->id);
    g_free(channel->name);
    g_ptr_array_unref(channel->mappings);
    g_ptr_array_unref(channel->variables);
    json_free(channel->extra);
    g_free(channel);
}

void channel_set_object(struct channel *channel, enum test_object object)
{
    if (channel->object == object)
        return;
    channel->object = object;
    channel->fitted = false;
    g_ptr_array_set_size(channel->mappings, 0);
    map_guide(channel);
}

static void free_channel(gpointer data)
{
    channel_free(data);
}

GPtrArray *channels_none(void)
{
    return g_ptr_array_new_with_free_func(free_channel);
}

GPtrArray *channels_default(void)
{
    GPtrArray *channels = channels_none();
    g_ptr_array_add(channels, channel_new("WhatsApp", TEST_LEAD));
    g_ptr_array_add(channels, channel_new("Viber", TEST_CASE));
    return channels;
}

GPtrArray *channels_copy(const GPtrArray *channels)
{
    GPtrArray *copy = channels_none();
    for (guint i = 0; i < channels->len; i++)
        g_ptr_array_add(copy, channel_copy(channels->pdata[i]));
    return copy;
}

struct channel *channels_find(const GPtrArray *channels, const char *id)
{
    for (guint i = 0; i < channels->len; i++) {
        struct channel *channel = channels->pdata[i];
        if (g_strcmp0(channel->id, id) == 0)
            return channel;
    }
    return NULL;
}

char *channels_new_id(const GPtrArray *channels, const char *name)
{
    g_autofree char *plain = plain_id(name);
    char *id = g_strdup(plain);
    for (int i = 2; channels_find(channels, id) != NULL; i++) {
        g_free(id);
        id = g_strdup_printf("%s-%d", plain, i);
    }
    return id;
}

const char *channel_name_problem(const char *name)
{
    if (name == NULL || name[strspn(name, " ")] == '\0')
        return _("Give the channel a name, for example SMS.");
    if (g_utf8_strlen(name, -1) > CHANNEL_NAME_MAX)
        return _("The name is too long: 40 characters at most.");
    if (strpbrk(name, "{}") != NULL)
        return _("A channel's name cannot contain braces.");
    return NULL;
}

/* ---- the mapping ---- */

struct mapping *channel_mapping(const struct channel *channel, const char *field)
{
    for (guint i = 0; i < channel->mappings->len; i++) {
        struct mapping *mapping = channel->mappings->pdata[i];
        if (g_ascii_strcasecmp(mapping->field, field) == 0)
            return mapping;
    }
    return NULL;
}

/* The guide's own fields have a label before the org has been asked. */
static void name_mapping(struct mapping *mapping, enum test_object object)
{
    for (gsize i = 0; i < G_N_ELEMENTS(guide); i++) {
        if (guide[i].object != object || g_ascii_strcasecmp(guide[i].field, mapping->field) != 0)
            continue;
        mapping->label = g_strdup(_(guide[i].label));
        mapping->type = g_strdup(guide[i].type);
    }
}

bool channel_map(struct channel *channel, const char *field, const char *label, const char *type,
                 const char *text)
{
    struct mapping *mapping = channel_mapping(channel, field);
    if (mapping == NULL && channel->mappings->len >= MAPPINGS_MAX)
        return false;
    if (mapping == NULL) {
        mapping = g_new0(struct mapping, 1);
        mapping->field = g_strdup(field);
        if (label == NULL || type == NULL)
            name_mapping(mapping, channel->object);
        g_ptr_array_add(channel->mappings, mapping);
    }
    if (label != NULL)
        set_text(&mapping->label, label);
    if (type != NULL)
        set_text(&mapping->type, type);
    set_text(&mapping->text, text);
    g_autoptr(GPtrArray) names = text_variables(text);
    for (guint i = 0; i < names->len; i++)
        if (channel_variable(channel, names->pdata[i]) == NULL)
            channel_set_sample(channel, names->pdata[i], other_sample);
    return true;
}

void channel_unmap(struct channel *channel, const char *field)
{
    struct mapping *mapping = channel_mapping(channel, field);
    if (mapping != NULL)
        g_ptr_array_remove(channel->mappings, mapping);
}

struct variable *channel_variable(const struct channel *channel, const char *name)
{
    for (guint i = 0; i < channel->variables->len; i++) {
        struct variable *variable = channel->variables->pdata[i];
        if (strcmp(variable->name, name) == 0)
            return variable;
    }
    return NULL;
}

void channel_set_sample(struct channel *channel, const char *name, const char *sample)
{
    struct variable *variable = channel_variable(channel, name);
    if (variable == NULL) {
        if (channel->variables->len >= VARIABLES_MAX)
            return;
        variable = g_new0(struct variable, 1);
        variable->name = g_strdup(name);
        g_ptr_array_add(channel->variables, variable);
    }
    set_text(&variable->sample, sample);
}

/* ---- texts with variables ---- */

static const char *sample_of(const char *name, gpointer user)
{
    const struct variable *variable = channel_variable(user, name);
    return variable == NULL ? NULL : variable->sample;
}

char *channel_fill(const struct channel *channel, const char *text)
{
    return text_fill(text, sample_of, (gpointer)(guintptr)channel);
}

/* ---- the record ---- */

static Json *number_value(const char *text)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    if (end == text || *end != '\0')
        return json_string_new(text);
    g_ascii_dtostr(digits, sizeof digits, number);
    Json *json = json_parse(digits, strlen(digits), NULL);
    return json == NULL ? json_string_new(text) : json;
}

static Json *fixed_value(const char *type, const char *text)
{
    static const char *const numbers[] = {"int", "long", "double", "currency", "percent", NULL};
    if (type != NULL && strcmp(type, "boolean") == 0 &&
        (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return json_bool_new(*text == 't');
    if (type != NULL && g_strv_contains(numbers, type))
        return number_value(text);
    return json_string_new(text);
}

static Json *make_record(const struct channel *channel, bool samples)
{
    Json *record = json_object();
    for (guint i = 0; i < channel->mappings->len; i++) {
        const struct mapping *mapping = channel->mappings->pdata[i];
        g_autoptr(GPtrArray) names = text_variables(mapping->text);
        g_autofree char *filled = samples ? channel_fill(channel, mapping->text) : NULL;
        const char *text = filled != NULL ? filled : mapping->text;
        if (*text != '\0')
            json_set(record, mapping->field,
                     names->len > 0 ? json_string_new(text) : fixed_value(mapping->type, text));
    }
    return record;
}

Json *channel_template(const struct channel *channel)
{
    return make_record(channel, false);
}

Json *channel_record(const struct channel *channel)
{
    return make_record(channel, true);
}
