/* SPDX-License-Identifier: MIT */
#include "urls.h"

#include "perch/rest/rest.h"

HttpRequest *rest_request(const char *method, const char *base, const char *version,
                          const char *path, Secret *token)
{
    g_autofree char *url = rest_url(base, version, path);
    HttpRequest *request = http_request_new(method, url);
    http_request_header(request, "Accept", "application/json");
    http_request_bearer(request, token);
    return request;
}

HttpRequest *versions_request(const char *base)
{
    g_autofree char *url = g_strconcat(base, "/services/data/", NULL);
    HttpRequest *request = http_request_new("GET", url);
    http_request_header(request, "Accept", "application/json");
    return request;
}

HttpRequest *record_insert_request(const char *base, const char *version, const char *object,
                                   const Json *body, Secret *token)
{
    g_autofree char *name = g_uri_escape_string(object, NULL, FALSE);
    g_autofree char *path = g_strconcat("sobjects/", name, NULL);
    g_autoptr(WipedText) text = json_print(body);
    g_autoptr(Secret) content = secret_new(text);
    HttpRequest *request = rest_request("POST", base, version, path, token);
    http_request_header(request, "Sforce-Auto-Assign", "FALSE");
    http_request_header(request, "Sforce-Duplicate-Rule-Header",
                        "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true");
    http_request_body(request, "application/json", content);
    return request;
}

HttpRequest *record_read_request(const char *base, const char *version, const char *object,
                                 const char *id, const Json *fields, Secret *token)
{
    g_autofree char *path = record_read_path(object, id, fields);
    return rest_request("GET", base, version, path, token);
}

HttpRequest *record_delete_request(const char *base, const char *version, const char *object,
                                   const char *id, Secret *token)
{
    g_autofree char *path = record_path(object, id);
    return rest_request("DELETE", base, version, path, token);
}

HttpRequest *query_request(const char *base, const char *version, const char *soql, Secret *token)
{
    g_autofree char *path = query_path(soql);
    return rest_request("GET", base, version, path, token);
}
