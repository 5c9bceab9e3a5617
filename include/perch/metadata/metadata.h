/* SPDX-License-Identifier: MIT */
#ifndef PERCH_METADATA_H
#define PERCH_METADATA_H

#include "perch/base/json.h"
#include "perch/net/http.h"
#include "perch/sheet/sheet.h"

/*
 * The REST Metadata API: the source tree of sheet_as_metadata as a package, deploys, and what came
 * of them. Requests are owned by the caller until passed to http_send.
 */

/* The zip: package.xml, and each component under its name without "-meta.xml". files: struct
 * sheet_file *. */
Secret *metadata_package(const GPtrArray *files);
/* The zip that removes the components of files from the org. */
Secret *metadata_removal(const GPtrArray *files);

/* POST metadata/deployRequest; check_only: validates and changes nothing. */
HttpRequest *deploy_request(const char *base, const char *version, Secret *package, bool check_only,
                            Secret *token);
HttpRequest *deploy_status_request(const char *base, const char *version, const char *id,
                                   Secret *token);

/* The same API by SOAP: the names of all components of these types (NULL at the end, at most
 * three); what the components of one type are; the org's switch that lets consumer secrets be read.
 */
HttpRequest *metadata_list_request(const char *base, const char *version, const char *const *types,
                                   Secret *token);
HttpRequest *metadata_read_request(const char *base, const char *version, const char *type,
                                   const GPtrArray *names, Secret *token);
HttpRequest *metadata_switch_request(const char *base, const char *version, bool on, Secret *token);
/* The element of the answer, with its "result" inside (xml.h); NULL: it is none. */
Json *metadata_answer(const struct http_response *response);

/* A deploy as the org reports it. */
struct deploy_report {
    char *id;     /* NULL: the answer is no report of a deploy */
    char *status; /* "InProgress" */
    bool done, success;
    gint64 deployed, total;
    GPtrArray *problems; /* struct deploy_problem *, never NULL */
};
struct deploy_problem {
    char *type, *name; /* NULL: a problem of the deploy as a whole */
    char *text;        /* Salesforce's, cleaned */
};
/* Numbers and flags may be texts, and a list of one may come as a single object. */
void deploy_report_read(struct deploy_report *ret_report, const Json *answer);
void deploy_report_clear(struct deploy_report *report);

#endif
