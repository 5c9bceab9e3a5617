/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SALESFORCE_H
#define PERCH_SALESFORCE_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/json.h"

/* ---- hosts (help.salesforce.com: My Domain URL formats) ---- */

enum org_kind { ORG_PRODUCTION, ORG_SANDBOX, ORG_LOCAL };

struct org_host {
    char *url;  /* origin of the login host, lower case, no trailing slash */
    char *host; /* without port */
    enum org_kind kind;
    bool generic; /* login. or test.salesforce.com: the org itself is not known by it */
    char *note;   /* what was changed, translated ("My Domain host is …"); NULL = nothing */
};

/* Turns whatever a person pasted (My Domain, Lightning, Setup, record page, with or without scheme,
 * path, query) into the login host; http becomes https but on loopback. kind is what was chosen on
 * screen: empty text gives its generic host; what the address itself tells wins. Anything that is
 * no Salesforce host: PERCH_ERROR_INPUT with the reason and what to paste instead. */
bool org_host_parse(struct org_host *ret_host, const char *typed, enum org_kind kind,
                    GError **error);
void org_host_clear(struct org_host *host);

/* Whether url is an https origin under Salesforce's own domains, or any loopback origin. */
bool salesforce_url_is_trusted(const char *url);

/* The org's Lightning origin for its My Domain or instance URL; NULL when it cannot be known. */
char *lightning_url(const char *org_url);
/* Address of one record in the browser; owned by the caller. */
char *record_url(const char *instance_url, const char *object, const char *id);

/* Ids of records, users and orgs: 15 letters and digits, or 18 with a check for programs that do
 * not mind capital letters. long: the 18-character form of a valid id; owned by the caller. */
bool salesforce_id_is_valid(const char *id);
char *salesforce_id_long(const char *id);

/* ---- answers of REST ---- */

/* Whoever reads an answer gets it as JSON; NULL, no JSON at all, is refused as any other wrong one.
 */

/* Newest version of a /services/data/ answer ("68.0") and its label; PERCH_ERROR_INPUT. */
char *versions_newest(const Json *answer, char **ret_label, GError **error);

/* "api-usage=18/5000" of Sforce-Limit-Info. */
bool limit_info_parse(const char *header, gint64 *ret_used, gint64 *ret_allowed);

/* ---- describe ---- */

struct field {
    char *name, *label, *type; /* type as Salesforce names it: string, email, picklist, ... */
    gint64 length;             /* characters; 0 = no limit known */
    bool createable, nillable, defaulted, restricted;
    GPtrArray *values; /* char *: active picklist values; NULL = none */
};
bool field_is_required(const struct field *field); /* createable, not nillable, not defaulted */

struct describe {
    char *object, *label;
    bool createable;
    GPtrArray *fields; /* struct field *, in Salesforce's order */
};
bool describe_parse(struct describe *ret_describe, const Json *answer, GError **error);
void describe_clear(struct describe *describe);
const struct field *describe_field(const struct describe *describe, const char *name); /* or NULL */
guint describe_createable_count(const struct describe *describe);

/* ---- records ---- */

/* The id of a 201 answer (15 or 18 letters and digits); PERCH_ERROR_INPUT. */
char *record_created_id(const Json *answer, GError **error);

/* Whether it is the record that was asked for: every field of sent is in it, and its id, if it
 * names one, is that one. PERCH_ERROR_INPUT. */
bool record_is_answer(const Json *answer, const Json *sent, const char *id, GError **error);
/* Compares what was sent with what was read; names of the fields that differ (char *), empty when
 * all are the same. Salesforce trims white space at the ends of text and normalises dates; that
 * counts as the same. */
GPtrArray *record_differences(const Json *sent, const Json *read);

/* A first body for the test insert: every required field of describe with a value that its type,
 * length and picklist allow, plus the guide's own fields that this user may write (Phone, LastName,
 * Company, LeadSource, Description; SuppliedPhone, SuppliedName, Subject, Origin, Description),
 * carrying marker so that the record can be told. Owned by the caller. */
Json *record_sample(const struct describe *describe, const char *marker);

/* NULL when text may go into field, else the reason (too long by n, not a value of the list, not a
 * number, …), translated, owned by the caller. */
char *field_problem(const struct field *field, const char *text);
/* text as the JSON value that the field's type wants; owned by the caller. */
Json *field_value(const struct field *field, const char *text);

#endif
