/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/text.h"

enum { NAME_CHARACTERS = 80 };

static const char *const name_words[NAME_COUNT] = {"fields", "object", "limit", "value", "named"};

/* "Lead Source: bad value for restricted picklist field: Web", in any language; no program's "Error
 * creating record: ..." */
#define FIELD_AND_VALUE                                                            \
    "^(?i:(?![^:]*(?:error|fail|exception)))(?<fields>[^:=\"{]{1,80}): [^:\"{]+: " \
    "(?<value>.+?)(?: \\([A-Z_]+\\))?$"

/*
 * Where Salesforce's messages contain names. Messages are localized: if a pattern does not match,
 * the fix lacks a detail, but the cause is still right. Several rows for one code are tried in
 * turn.
 */
static const struct {
    const char *code, *pattern;
} patterns[] = {
    {"REQUIRED_FIELD_MISSING", "\\[(?<fields>\\w+(, *\\w+)*)\\]"},
    {"INVALID_FIELD", "'(?<fields>\\w+)'"},
    {"INVALID_FIELD", "sobject of type (?<object>\\w+)"},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", ": (?<fields>\\w+(, *\\w+)*)\\. "},
    {"INVALID_TYPE", "'(?<object>\\w+)'"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be \\w+: (?<object>\\w[\\w ]*)$"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "^(?<named>\\w+): execution of"},
    {"CANNOT_EXECUTE_FLOW_TRIGGER", "[\"“](?<named>[^\"”]+)[\"”]"},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", FIELD_AND_VALUE},
    {"STRING_TOO_LONG", "^(?<fields>[^:=\"]{1,80}): [^:]+: "},
    {"STRING_TOO_LONG", "\\([^()=]*=(?<limit>[0-9]+)\\)(?::[\\w, :-]*)?$"},
    {"FIELD_INTEGRITY_EXCEPTION", " field: (?<fields>[^:.]+)$"},
    {"FIELD_INTEGRITY_EXCEPTION", "^(?<fields>[\\w ]{1,40}): "},
    {"INVALID_EMAIL_ADDRESS", FIELD_AND_VALUE},
    {"NUMBER_OUTSIDE_VALID_RANGE", FIELD_AND_VALUE},
    {"DUPLICATE_VALUE", ": (?<fields>\\w+) \\w+ .*: (?<value>\\w{15,18})$"},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", ": (?<value>[a-zA-Z0-9]{15,18})\\b"},
    {"INVALID_CROSS_REFERENCE_KEY", ": (?<value>[a-zA-Z0-9]{15,18})\\b"},
    {"INACTIVE_OWNER_OR_USER", "\\[(?<value>[a-zA-Z0-9]{15,18})\\]"},
    {"INACTIVE_OWNER_OR_USER", "as owner of (?<object>\\w+)"},
    {"run-as-inactive", "\\((?<value>[a-zA-Z0-9]{15,18})\\)"},
    {"license-unfit", "\\((?<value>[a-zA-Z0-9]{15,18})\\)"},
    {"MALFORMED_ID", "(: |\\bid )(?<value>[a-zA-Z0-9]+)$"},
    {"invalid_request", "parameter:? (?<value>\\w+)"},
    {"JSON_PARSER_ERROR", "field:? \"?(?<fields>[\\w.]+)"},
    {"JSON_PARSER_ERROR", "STRING value (?<value>\\S+) or"},
    {"APEX_ERROR", "(?<named>(Class|Trigger)\\.[\\w.]+: line [0-9]+)"},
    {"UNKNOWN_EXCEPTION", "(?<named>[0-9]{3,}-[0-9]+( \\(-?[0-9]+\\))?)"},
};

static void take(struct names *names, enum name name, const char *text)
{
    if (text == NULL || *text == '\0' || names->text[name] != NULL)
        return;
    g_autofree char *clean = text_clean(text);
    names->text[name] = text_abbreviate(clean, NAME_CHARACTERS);
}

static void take_matches(struct names *names, const char *pattern, const char *message)
{
    g_autoptr(GMatchInfo) info = NULL;
    const GRegex *regex = regex_of(pattern);
    if (!g_regex_match(regex, message, 0, &info))
        return;
    for (int i = 0; i < NAME_COUNT; i++) {
        if (strstr(pattern, name_words[i]) == NULL)
            continue;
        g_autofree char *found = g_match_info_fetch_named(info, name_words[i]);
        take(names, (enum name)i, found);
    }
}

void names_find(struct names *ret_names, const struct failure *failure)
{
    *ret_names = (struct names){0};
    if (failure->fields != NULL && failure->fields[0] != NULL) {
        g_autofree char *joined = g_strjoinv(", ", failure->fields);
        take(ret_names, NAME_FIELDS, joined);
    }
    take(ret_names, NAME_OBJECT, failure->object);
    take(ret_names, NAME_NAMED, failure->named);
    if (failure->code == NULL || failure->message == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++)
        if (g_str_equal(patterns[i].code, failure->code))
            take_matches(ret_names, patterns[i].pattern, failure->message);
}

void names_clear(struct names *names)
{
    for (int i = 0; i < NAME_COUNT; i++)
        g_clear_pointer(&names->text[i], g_free);
}

/* The name for the placeholder "{word}" at place; NAME_COUNT = only a brace. */
static enum name name_at(const char *place)
{
    for (int i = 0; i < NAME_COUNT; i++) {
        gsize length = strlen(name_words[i]);
        if (strncmp(place + 1, name_words[i], length) == 0 && place[length + 1] == '}')
            return (enum name)i;
    }
    return NAME_COUNT;
}

char *names_fill(const struct names *names, const char *step)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *p = step; *p != '\0';) {
        enum name name = *p == '{' ? name_at(p) : NAME_COUNT;
        if (name == NAME_COUNT) {
            g_string_append_c(out, *p++);
            continue;
        }
        if (names->text[name] == NULL)
            return NULL;
        g_string_append(out, names->text[name]);
        p += strlen(name_words[name]) + 2;
    }
    return g_strdup(out->str);
}
