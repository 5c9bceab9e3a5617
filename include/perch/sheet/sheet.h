/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SHEET_H
#define PERCH_SHEET_H

#include "perch/base/login_way.h"
#include "perch/salesforce/setup_pages.h"

/*
 * The app sheet: the settings that a connection's External Client App or Connected App must have.
 * Rows and texts come from app_settings.def; names, callbacks and scopes from the connection. Pure.
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

/* Whether an app of the connection's kind, with its values, has the setting. */
bool sheet_has(const Connection *connection, enum setting setting);
const char *sheet_id(enum setting setting); /* "web-secret", for JSON and tests */

/* The id of the check that tests the setting from outside; NULL = none can. And the reverse;
 * SETTING_COUNT: that check tests no setting. */
const char *sheet_check(enum setting setting);
enum setting sheet_compared_by(const char *check);

/* Translated and borrowed, for the connection's kind of app. sheet_group is NULL for a row in the
 * same group as the previous one. sheet_differs is NULL if there is no difference. */
const char *sheet_group(const Connection *connection, enum setting setting);
const char *sheet_part(const Connection *connection, enum setting setting); /* never NULL */
const char *sheet_label(const Connection *connection, enum setting setting);
const char *sheet_why(const Connection *connection, enum setting setting);
const char *sheet_without(const Connection *connection, enum setting setting);
const char *sheet_differs(const Connection *connection, enum setting setting);
enum setup_page sheet_page(const Connection *connection, enum setting setting);

/* What to enter, for a person; several lines for callbacks and scopes. Owned by the caller. */
char *sheet_value(const Connection *connection, enum setting setting);
enum setting_value sheet_wants(const Connection *connection, enum setting setting);
const char *sheet_value_text(enum setting_value value); /* "ticked" */
/* The value in the metadata; NULL = omit the element. */
const char *sheet_word(const Connection *connection, enum setting setting);

/* The callback URLs alone (char *): those of the ports, those added by the person, and
 * https://login.salesforce.com/. Free with g_ptr_array_unref. */
GPtrArray *sheet_callbacks(const Connection *connection);

/* Ticks, stored in the connection. */
bool sheet_is_ticked(const Connection *connection, enum setting setting);
void sheet_tick(Connection *connection, enum setting setting);

/* Whether a person can edit the setting: the names, the e-mail address, the user to run as,
 * more callback URLs. */
bool sheet_can_edit(const Connection *connection, enum setting setting);
const char *sheet_text(const Connection *connection,
                       enum setting setting); /* the current text, or "" */
/* Why text is not acceptable (translated, borrowed), or NULL. Names follow Salesforce's rules (API
 * name: letters, digits, single underscores; starts with a letter, does not end with an
 * underscore). */
const char *sheet_problem(const Connection *connection, enum setting setting, const char *text);
/* Sets the text and removes the tick; a derived API name follows the name. */
void sheet_edit(Connection *connection, enum setting setting, const char *text);

/* Changes the set of values or the kind of app; settings whose value changes lose their tick, and
 * another way to log in has scopes of its own. For an app that was proven with one way, what the
 * other has in common is ticked: the rest is what to change. */
void sheet_choose(Connection *connection, enum app_values values, enum app_kind kind);
/* The way to log in that suits this connection best, by what is known of its app, org and platform;
 * and why: translated, owned by the caller. */
enum login sheet_recommends(const Connection *connection);
char *sheet_advice(const Connection *connection);
const char *sheet_values_title(enum app_values values); /* "recommended settings", translated */
const char *sheet_values_hint(enum app_values values);  /* a sentence, translated */

#define SHEET_API_VERSION "62.0" /* of the files to deploy */

/* The whole sheet, as text no wider than columns (0 = the usual width); owned by the caller. */
char *sheet_as_text(const Connection *connection, int columns);
char *sheet_as_markdown(const Connection *connection);
Json *sheet_as_json(const Connection *connection); /* array of the rows */

/*
 * A source tree for `sf project deploy start` (Metadata API Developer Guide). It includes the
 * consumer key only if connection->app_key is set, and never the consumer secret. For a Connected
 * App it only serves to compare with an existing app, and says so.
 */
struct sheet_file {
    char *path; /* "force-app/main/default/…", relative */
    char *text;
};
/* struct sheet_file *, freed with the array. PERCH_ERROR_USAGE: a name or the e-mail address is
 * missing or not acceptable. */
GPtrArray *sheet_as_metadata(const Connection *connection, GError **error);

/*
 * The permission set for the user that an app runs as, which logs in by itself: API Enabled, Read
 * and Create for each object, and these fields. A field that everybody has, such as a required one,
 * may not be among them (Metadata API Developer Guide, PermissionSet: the deploy would fail).
 */
struct sheet_access {
    bool objects[TEST_OBJECT_COUNT];
    GPtrArray *fields;       /* char *: "Lead.Phone" */
    const char *license;     /* developer name of a permission set license; NULL = none */
    const char *description; /* as administrators see it */
};
char *sheet_access_name(const Connection *connection); /* owned by the caller */
/* What perch is about to do, translated; owned by the caller. */
char *sheet_access_announced(const Connection *connection);

/*
 * An External Client App as the org has it: the component of each type, as an element (xml.h), with
 * its fullName; NULL: the org has none.
 */
enum { SHEET_PART_APP, SHEET_PART_GLOBAL, SHEET_PARTS = 5 };
const char *sheet_part_type(guint part);
/* What the org has for each setting that its components show, in the order of the sheet. */
struct sheet_found {
    enum setting setting;
    char *found; /* in one line, for a person */
    bool same;   /* the sheet says the same; of lists: all that the sheet says is there */
};
/* Free with g_ptr_array_unref. */
GPtrArray *sheet_compare(const Connection *connection, const Json *const *parts);
/* The tree for an app that exists: its components under their names, with the sheet's settings, and
 * with everything else as it is. Callbacks and scopes are only added. With access the permission
 * set belongs to it, which also approves its user where the app wants that. A component that the
 * org does not have is a new app's; parts NULL: the permission set alone. Struct sheet_file *. */
GPtrArray *sheet_merge(const Connection *connection, const Json *const *parts,
                       const struct sheet_access *access);

/* Sets app_key to a consumer key of 64 digits from random_hex (at least 64 random hexadecimal
 * digits). */
void sheet_take_key(Connection *connection, const char *random_hex);

#endif
