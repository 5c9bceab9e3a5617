/* SPDX-License-Identifier: MIT */
#include "perch/salesforce/mapping.h"

#include <string.h>

#include "perch/base/text.h"

static bool is_picklist(const struct field *field)
{
    return field->values != NULL && field->values->len > 0;
}

static bool has_value(const struct field *field, const char *text)
{
    return g_ptr_array_find_with_equal_func(field->values, text, g_str_equal, NULL);
}

/* "Other" if the list has it; else, in a restricted picklist, the first value. */
static const char *listed_text(const struct field *field, const char *text)
{
    if (!is_picklist(field) || has_value(field, text))
        return text;
    if (has_value(field, "Other"))
        return "Other";
    return field->restricted ? field->values->pdata[0] : text;
}

static void fit_row(struct channel *channel, const struct field *field,
                    const struct mapping *mapping)
{
    g_autoptr(GPtrArray) names = text_variables(mapping->text);
    bool choose = !channel->fitted && names->len == 0;
    g_autofree char *text = g_strdup(choose ? listed_text(field, mapping->text) : mapping->text);
    g_autofree char *name = g_strdup(mapping->field);
    channel_map(channel, name, field->label, field->type, text);
}

static void fill_required(struct channel *channel, const struct describe *describe,
                          const char *marker)
{
    g_autoptr(Json) sample = record_sample(describe, marker);
    g_autoptr(GPtrArray) missing = channel_missing(channel, describe);
    for (guint i = 0; i < missing->len; i++) {
        const struct field *field = missing->pdata[i];
        const Json *value = json_get(sample, field->name);
        g_autofree char *printed = value == NULL ? NULL : json_print(value);
        if (value != NULL)
            channel_map(channel, field->name, field->label, field->type,
                        json_is_string(value) ? json_string(value) : printed);
    }
}

void channel_fit(struct channel *channel, const struct describe *describe, const char *marker)
{
    for (guint i = channel->mappings->len; i-- > 0;) {
        const struct mapping *mapping = channel->mappings->pdata[i];
        const struct field *field = describe_field(describe, mapping->field);
        if (field != NULL && (field->createable || channel->fitted))
            fit_row(channel, field, mapping);
        else if (!channel->fitted)
            channel_unmap(channel, mapping->field);
    }
    channel->fitted = true;
    if (marker != NULL)
        fill_required(channel, describe, marker);
}

char *mapping_problem(const struct channel *channel, const struct mapping *mapping,
                      const struct describe *describe)
{
    const struct field *field = describe_field(describe, mapping->field);
    if (field == NULL)
        return g_strdup_printf(_("%s has no such field in this org, or you are not allowed to see "
                                 "it."),
                               describe->object);
    if (text_is_broken(mapping->text))
        return g_strdup(_("What is in double braces is not a variable such as {{senderName}} or "
                          "{{a.b[0].c|default:\"x\"}}."));
    g_autofree char *filled = channel_fill(channel, mapping->text);
    return field_problem(field, filled);
}

GPtrArray *channel_missing(const struct channel *channel, const struct describe *describe)
{
    GPtrArray *missing = g_ptr_array_new();
    for (guint i = 0; describe->fields != NULL && i < describe->fields->len; i++) {
        struct field *field = describe->fields->pdata[i];
        if (field_is_required(field) && channel_mapping(channel, field->name) == NULL)
            g_ptr_array_add(missing, field);
    }
    return missing;
}

bool channel_is_fine(const struct channel *channel, const struct describe *describe)
{
    g_autoptr(GPtrArray) missing = channel_missing(channel, describe);
    bool fine = missing->len == 0;
    for (guint i = 0; fine && i < channel->mappings->len; i++) {
        g_autofree char *problem = mapping_problem(channel, channel->mappings->pdata[i], describe);
        fine = problem == NULL;
    }
    return fine;
}

static void add_fact(GString *facts, char *fact)
{
    if (facts->len > 0)
        g_string_append(facts, " · ");
    g_string_append(facts, fact);
    g_free(fact);
}

char *field_type(const struct field *field)
{
    const int size = is_picklist(field) ? (int)field->values->len : (int)field->length;
    g_autofree char *type = text_clean(field->type);
    return size > 0 ? g_strdup_printf("%s(%d)", type, size) : g_steal_pointer(&type);
}

char *field_facts(const struct field *field)
{
    GString *facts = g_string_new(NULL);
    add_fact(facts, text_clean(field->type));
    if (is_picklist(field))
        add_fact(facts, g_strdup_printf(ngettext("%u value", "%u values", field->values->len),
                                        field->values->len));
    else if (field->length > 0)
        add_fact(facts,
                 g_strdup_printf(ngettext("%d character", "%d characters", (gulong)field->length),
                                 (int)field->length));
    if (field->external_id)
        add_fact(facts, g_strdup(_("external ID")));
    if (field_is_required(field))
        add_fact(facts, g_strdup(_("required")));
    if (!field->createable)
        add_fact(facts, g_strdup(_("you cannot write it")));
    return g_string_free(facts, FALSE);
}
