/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SHEET_H
#define PERCH_SHEET_H

#include "perch/base/connection.h"
#include "perch/salesforce/setup_pages.h"

/*
 * The app sheet: what has to stand in the External Client App, or Connected App, of a connection.
 * Rows and words come from app_settings.def; names, callbacks and scopes from the connection. Pure.
 */
enum setting {
#define SETTING(id, ...) SETTING_##id,
#include "perch/sheet/app_settings.def"
#undef SETTING
    SETTING_COUNT,
};

enum setting_value {
#define VALUE(id, ...) VALUE_##id,
#include "perch/sheet/app_settings.def"
#undef VALUE
};

enum { SHEET_NAME_MAX = 80, SHEET_CALLBACKS_MAX = 2000 };

/* FALSE: an app of the connection's kind has no such setting. */
bool sheet_has(const Connection *connection, enum setting setting);
const char *sheet_id(enum setting setting); /* "web-secret", for JSON and tests */

/* The id of the check that compares it with what is seen from outside; NULL = nothing tells. And
 * the other way round; SETTING_COUNT: that check compares none. */
const char *sheet_check(enum setting setting);
enum setting sheet_compared_by(const char *check);

/* Translated and borrowed, for the connection's kind of app. sheet_group is NULL for a row of the
 * same group as the row before. sheet_differs is NULL where nothing differs. */
const char *sheet_group(const Connection *connection, enum setting setting);
const char *sheet_part(const Connection *connection, enum setting setting); /* never NULL */
const char *sheet_label(const Connection *connection, enum setting setting);
const char *sheet_why(enum setting setting);
const char *sheet_without(enum setting setting);
const char *sheet_differs(enum setting setting);
enum setup_page sheet_page(const Connection *connection, enum setting setting);

/* What to enter, as a person reads it; several lines for callbacks and scopes. Owned by the caller.
 */
char *sheet_value(const Connection *connection, enum setting setting);
enum setting_value sheet_wants(const Connection *connection, enum setting setting);
const char *sheet_value_text(enum setting_value value); /* "ticked" */
/* The word of the metadata; NULL = the element is left out. */
const char *sheet_word(const Connection *connection, enum setting setting);

/* The addresses alone (char *): those of the ports, those that the person added, and
 * https://login.salesforce.com/. Free with g_ptr_array_unref. */
GPtrArray *sheet_callbacks(const Connection *connection);

/* Ticks in the connection. */
bool sheet_is_ticked(const Connection *connection, enum setting setting);
void sheet_tick(Connection *connection, enum setting setting);

/* What a person may write themselves: the names, the e-mail address, more callback URLs. */
bool sheet_can_edit(const Connection *connection, enum setting setting);
const char *sheet_text(const Connection *connection, enum setting setting); /* as it is; or "" */
/* A sentence when text will not do (translated, borrowed), NULL when it will. Names by Salesforce's
 * rules (API name: letters, digits, single underscores; starts with a letter, ends with none). */
const char *sheet_problem(const Connection *connection, enum setting setting, const char *text);
/* Sets it and takes its tick away; an API name that came from the name follows it. */
void sheet_edit(Connection *connection, enum setting setting, const char *text);

/* Another set of values, or another kind of app: what has another value loses its tick. */
void sheet_choose(Connection *connection, enum app_values values, enum app_kind kind);
const char *sheet_values_title(enum app_values values); /* "recommended settings", translated */
const char *sheet_values_hint(enum app_values values);  /* a sentence, translated */

/* The whole sheet; owned by the caller. */
char *sheet_as_text(const Connection *connection);
char *sheet_as_markdown(const Connection *connection);
Json *sheet_as_json(const Connection *connection); /* array of the rows */

/*
 * A source tree that `sf project deploy start` takes (Metadata API Developer Guide). The consumer
 * key is in it only when connection->app_key is set, the secret never. Of a Connected App it is
 * for comparing with one that is there, and says so.
 */
struct sheet_file {
    char *path; /* "force-app/main/default/…", relative */
    char *text;
};
/* struct sheet_file *, freed with the array. PERCH_ERROR_USAGE: a name or the e-mail address is
 * missing or will not do. */
GPtrArray *sheet_as_metadata(const Connection *connection, GError **error);

/* A consumer key for app_key: 64 random hexadecimal digits of random_hex (at least 64). */
void sheet_take_key(Connection *connection, const char *random_hex);

#endif
