/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CHANNEL_H
#define PERCH_CHANNEL_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"
#include "perch/base/template.h"

/*
 * A channel is one way for customers to write (WhatsApp, Viber, SMS …): the object that a message
 * becomes, and the text for each field. Text is either fixed ("WhatsApp") or contains variables of
 * the flow ("{{senderName}}", template.h). Plain data; strings are owned by the struct.
 */
enum test_object { TEST_LEAD, TEST_CASE, TEST_OBJECT_COUNT };

enum { CHANNELS_MAX = 12, MAPPINGS_MAX = 80, VARIABLES_MAX = 40, CHANNEL_NAME_MAX = 40 };

struct mapping {
    char *field; /* API name: "LastName" */
    char *label; /* as Object Manager shows it; NULL = not known yet */
    char *type;  /* as describe names it; NULL = not known yet */
    char *text;  /* what goes into the field */
    Json
        *extra; /* keys in the file that this version does not know; NULL = none. The same below. */
};

struct variable {
    char *name;   /* its path: "senderName" */
    char *sample; /* value used in tests */
    Json *extra;
};

struct channel {
    char *id;   /* "whatsapp": unique within a connection, for --channel and in JSON */
    char *name; /* "WhatsApp" */
    enum test_object object;
    bool fitted;          /* the mapping has been compared with the org's fields */
    bool tested;          /* a record was inserted with this mapping since perch started */
    GPtrArray *mappings;  /* struct mapping *, in the order of the sheet; each field once */
    GPtrArray *variables; /* struct variable *: what the flow offers */
    Json *extra;
};

const char *object_name(enum test_object object); /* "Lead", not translated */

/* Uses the guide's mapping for the object; derives the id from the name. */
struct channel *channel_new(const char *name, enum test_object object);
struct channel *channel_unmapped(const char *name, enum test_object object); /* no fields yet */
struct channel *channel_copy(const struct channel *channel);
void channel_free(struct channel *channel); /* NULL is fine */
typedef struct channel Channel;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Channel, channel_free)

/* Changes the object and replaces the mapping with that object's default mapping. */
void channel_set_object(struct channel *channel, enum test_object object);

/* The channels of a new connection: WhatsApp → Lead, Viber → Case. struct channel *, freed with the
 * array. */
GPtrArray *channels_none(void); /* an empty list */
GPtrArray *channels_default(void);
GPtrArray *channels_copy(const GPtrArray *channels);
struct channel *channels_find(const GPtrArray *channels, const char *id); /* borrowed, or NULL */
/* An id derived from name and unused in channels ("sms", "sms-2"); owned by the caller. */
char *channels_new_id(const GPtrArray *channels, const char *name);
/* Why name cannot name a channel, translated and borrowed; NULL when it can. */
const char *channel_name_problem(const char *name);

/* ---- the mapping ---- */

struct mapping *channel_mapping(const struct channel *channel, const char *field); /* or NULL */
/* Maps field, or changes its text. Variables that text names are added to the channel. A NULL label
 * or type keeps the present one. FALSE: too many mappings. */
bool channel_map(struct channel *channel, const char *field, const char *label, const char *type,
                 const char *text);
void channel_unmap(struct channel *channel, const char *field);

struct variable *channel_variable(const struct channel *channel, const char *name); /* or NULL */
void channel_set_sample(struct channel *channel, const char *name, const char *sample);

/* text with every variable of the channel replaced by its sample; owned by the caller. */
char *channel_fill(const struct channel *channel, const char *text);

/* The record that the flow creates: channel_template keeps the variables in braces, as in the
 * platform's form; channel_record puts samples in their place. Fixed text becomes the JSON type
 * that suits the field; a flow's variables are always strings. Owned by the caller. */
Json *channel_template(const struct channel *channel);
Json *channel_record(const struct channel *channel);

/* ---- in the config file ---- */

Json *channels_to_json(const GPtrArray *channels);
/* Skips what is not a channel; NULL when none is left. */
GPtrArray *channels_from_json(const Json *json);
/* Converts channels of older files, where variables were {sender name}, to {{senderName}}. */
void channels_from_single_braces(Json *channels);

#endif
