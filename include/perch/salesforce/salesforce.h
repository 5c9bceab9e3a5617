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
    bool generic; /* login. or test.salesforce.com: does not identify the org */
    char *note;   /* what was corrected, translated ("My Domain host is …"); NULL = nothing */
};

/* Turns whatever a person pasted (My Domain, Lightning, Setup, record page, with or without scheme,
 * path, query) into the login host; http becomes https except on loopback. kind is the choice on
 * the screen: empty text gives its generic host; a kind evident from the address wins.
 * PERCH_ERROR_INPUT: not a Salesforce host; the message says what to paste instead. */
bool org_host_parse(struct org_host *ret_host, const char *typed, enum org_kind kind,
                    GError **error);
void org_host_clear(struct org_host *host);
/* typed without what logs in: the host of a force:// URL, no session id or token of a link; to be
 * shown and stored. Owned by the caller. */
char *org_address_safe(const char *typed);
/* The origin that is understood of typed, whatever else was pasted with it; NULL = none is. Owned
 * by the caller. */
char *org_address_kept(const char *typed);
/* The address of an org for a person: that of a sandbox says so. Owned by the caller. */
char *org_host_told(const char *url);
/* Whether the first is the login host of many orgs, and the second an org of its kind; either may
 * be NULL. */
bool org_host_covers(const char *login_url, const char *org_url);
/* The https origin of a host that is none of Salesforce's names, but may be a name that the company
 * gave its org ("crm.acme.com"): it has to be asked. NULL: there is nothing to ask. Owned by the
 * caller. */
char *org_host_unknown(const char *typed);
/* org_host_parse, which takes such a host, too; typed may be NULL. */
bool org_host_parse_any(const char *typed, enum org_kind kind, struct org_host *ret_host,
                        GError **error);

/* The audience of an assertion for that login host: since 2026 External Client Apps know only the
 * org's own address, and Connected Apps are documented with the generic one. Owned by the caller.
 */
char *login_audience(const char *login_url, bool connected_app);

/* Whether url is a loopback origin. */
bool salesforce_url_is_local(const char *url);

/* Whether url is an https origin under Salesforce's own domains, or any loopback origin. */
bool salesforce_url_is_trusted(const char *url);

/* The org's Lightning origin for its My Domain or instance URL; NULL when it cannot be derived. */
char *lightning_url(const char *org_url);
/* Address of one record in the browser; owned by the caller. */
char *record_url(const char *instance_url, const char *object, const char *id);

/* Ids of records, users and orgs: 15 letters and digits, or 18 with a checksum for programs that
 * ignore case. long: the 18-character form of a valid id; owned by the caller. */
bool salesforce_id_is_valid(const char *id);
char *salesforce_id_long(const char *id);

/* ---- answers of REST ---- */

/* Functions that read an answer take JSON; NULL (the answer was not JSON) is rejected like any
 * other wrong answer. */

/* Newest version of a /services/data/ answer ("68.0") and its label; PERCH_ERROR_INPUT. */
char *versions_newest(const Json *answer, char **ret_label, GError **error);

/* "api-usage=18/5000" of Sforce-Limit-Info. */
bool limit_info_parse(const char *header, gint64 *ret_used, gint64 *ret_allowed);

/* ---- describe ---- */

struct field {
    char *name, *label, *type; /* type as Salesforce names it: string, email, picklist, ... */
    gint64 length;             /* characters; 0 = no limit known */
    bool createable, nillable, defaulted, restricted, external_id;
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

/* The id in a 201 answer (15 or 18 letters and digits); PERCH_ERROR_INPUT. */
char *record_created_id(const Json *answer, GError **error);

/* Whether answer is the requested record: it has every field of sent, and its id, if present, is
 * id. PERCH_ERROR_INPUT. */
bool record_is_answer(const Json *answer, const Json *sent, const char *id, GError **error);
/* Compares the record sent with the record read: names of the fields that differ (char *), empty
 * when none do. Ignores white space at the ends of text, which Salesforce trims, and different
 * forms of one date, which it normalises. */
GPtrArray *record_differences(const Json *sent, const Json *read);

/* A default body for the test insert: every required field of describe with a value that its type,
 * length and picklist allow, plus the guide's own fields that this user may write (Phone, LastName,
 * Company, LeadSource, Description; SuppliedPhone, SuppliedName, Subject, Origin, Description).
 * Contains marker so that the record can be recognised. Owned by the caller. */
Json *record_sample(const struct describe *describe, const char *marker);

/* NULL when text may go into field, else the reason (too long by n, not a value of the list, not a
 * number, …), translated, owned by the caller. */
char *field_problem(const struct field *field, const char *text);
/* text as the JSON value for the field's type; owned by the caller. */
Json *field_value(const struct field *field, const char *text);

#endif
