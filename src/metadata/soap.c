/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/text.h"
#include "perch/base/xml.h"
#include "perch/metadata/metadata.h"

/* The Metadata API by SOAP: REST has no calls that read. */

#define SCHEMA "http://soap.sforce.com/2006/04/metadata"

/* The session is in the envelope, not in a header. */
static HttpRequest *soap_request(const char *base, const char *version, const char *call,
                                 const char *inside, Secret *token)
{
    g_autofree char *url = g_strdup_printf("%s/services/Soap/m/%s", base, version);
    g_autofree char *session = g_markup_escape_text(secret_peek(token), -1);
    g_autoptr(SecretBuf) body = secret_buf_new();
    secret_buf_add(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope "
                         "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                         "xmlns=\"" SCHEMA "\"><soapenv:Header><SessionHeader><sessionId>");
    secret_buf_add(body, session);
    secret_buf_add(body, "</sessionId></SessionHeader></soapenv:Header><soapenv:Body>");
    g_autofree char *whole =
        g_strdup_printf("<%s>%s</%s></soapenv:Body></soapenv:Envelope>", call, inside, call);
    secret_buf_add(body, whole);
    wipe(session, strlen(session));
    g_autoptr(Secret) content = secret_new_len(body->text, body->length);
    HttpRequest *request = http_request_new("POST", url);
    http_request_header(request, "SOAPAction", "\"\"");
    http_request_header(request, "Accept", "text/xml");
    http_request_body(request, "text/xml; charset=UTF-8", content);
    return request;
}

HttpRequest *metadata_list_request(const char *base, const char *version, const char *const *types,
                                   Secret *token)
{
    GString *inside = g_string_new(NULL);
    for (; *types != NULL; types++)
        g_string_append_printf(inside, "<queries><type>%s</type></queries>", *types);
    g_string_append_printf(inside, "<asOfVersion>%s</asOfVersion>", version);
    HttpRequest *request = soap_request(base, version, "listMetadata", inside->str, token);
    g_string_free(inside, TRUE);
    return request;
}

HttpRequest *metadata_read_request(const char *base, const char *version, const char *type,
                                   const GPtrArray *names, Secret *token)
{
    GString *inside = g_string_new(NULL);
    g_string_append_printf(inside, "<type>%s</type>", type);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *safe = g_markup_escape_text(names->pdata[i], -1);
        g_string_append_printf(inside, "<fullNames>%s</fullNames>", safe);
    }
    HttpRequest *request = soap_request(base, version, "readMetadata", inside->str, token);
    g_string_free(inside, TRUE);
    return request;
}

HttpRequest *metadata_switch_request(const char *base, const char *version, bool on, Secret *token)
{
    g_autofree char *inside = g_strdup_printf(
        "<metadata xsi:type=\"ExternalClientAppSettings\"><fullName>ExternalClientApp</fullName>"
        "<enableClientSecretInRestApiAccess>%s</enableClientSecretInRestApiAccess></metadata>",
        on ? "true" : "false");
    return soap_request(base, version, "updateMetadata", inside, token);
}

Json *metadata_answer(const struct http_response *response)
{
    g_autoptr(Json) envelope = response->status == 200 ? http_response_xml(response) : NULL;
    const Json *inside = json_first(xml_children(xml_child(envelope, "Body")));
    return inside == NULL ? NULL : json_copy(inside);
}
