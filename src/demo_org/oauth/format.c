/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/oauth/oauth.h"

/* The token endpoint's three formats: JSON, XML, url-encoded. The format parameter takes precedence
 * over the Accept header. */

static char *value_text(const Json *value)
{
    return json_is_string(value) ? g_strdup(json_string(value)) : json_print(value);
}

static void as_xml(const Json *body, struct response *response)
{
    g_autoptr(GString) text = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?><OAuth>");
    JSON_FOREACH(value, body)
    {
        g_autofree char *plain = value_text(value);
        g_autofree char *escaped = g_markup_escape_text(plain, -1);
        g_string_append_printf(text, "<%s>%s</%s>", json_key(value), escaped, json_key(value));
    }
    g_string_append(text, "</OAuth>");
    response_text(response, response->status, "application/xml;charset=UTF-8", text->str);
}

static void as_form(const Json *body, struct response *response)
{
    g_autoptr(GString) text = g_string_new(NULL);
    JSON_FOREACH(value, body)
    {
        g_autofree char *plain = value_text(value);
        g_autofree char *encoded = url_encode(plain);
        g_string_append_printf(text, "%s%s=%s", text->len > 0 ? "&" : "", json_key(value), encoded);
    }
    response_text(response, response->status, "application/x-www-form-urlencoded;charset=UTF-8",
                  text->str);
}

void oauth_format(const struct request *request, struct response *response)
{
    static const struct {
        const char *format, *accept;
        void (*write)(const Json *body, struct response *response);
    } formats[] = {{"xml", "application/xml", as_xml},
                   {"urlencoded", "application/x-www-form-urlencoded", as_form}};
    const char *format = request_field(request, "format");
    const char *accept = request_header(request, "Accept");
    g_autoptr(Json) body = json_parse(response->body->str, response->body->len, NULL);
    for (gsize i = 0; body != NULL && i < G_N_ELEMENTS(formats); i++) {
        if (format != NULL ? strcmp(format, formats[i].format) == 0
                           : g_strcmp0(accept, formats[i].accept) == 0) {
            formats[i].write(body, response);
            return;
        }
    }
}
