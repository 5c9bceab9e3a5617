/* SPDX-License-Identifier: MIT */
#include "sheet_names.h"

#include <string.h>

#include "perch/base/text.h"
#include "perch/sheet/sheet.h"

const char *sheet_name_problem(const char *text)
{
    g_autofree char *clean = text_clean(text);
    g_strstrip(clean);
    if (*clean == '\0')
        return _("Give the app a name.");
    if (g_utf8_strlen(clean, -1) > SHEET_NAME_MAX)
        return _("The name is too long: 80 characters at most.");
    return NULL;
}

const char *sheet_api_name_problem(const char *text)
{
    gsize length = strlen(text);
    if (length == 0)
        return _("Give the app an API name, for example Bird_Integration.");
    if (length > SHEET_NAME_MAX)
        return _("The API name is too long: 80 characters at most.");
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '_')
            return _("An API name can have only letters, digits and underscores.");
    if (!g_ascii_isalpha(text[0]))
        return _("An API name must start with a letter.");
    if (text[length - 1] == '_')
        return _("An API name cannot end with an underscore.");
    if (strstr(text, "__") != NULL)
        return _("An API name cannot have two underscores in a row.");
    return NULL;
}

/* Usernames have the form of an e-mail address. */
static bool is_address(const char *text)
{
    const char *at = strchr(text, '@');
    bool fine = at != NULL && at != text && strchr(at + 1, '@') == NULL;
    for (const char *p = text; fine && *p != '\0'; p++)
        fine = g_ascii_isgraph(*p) && strchr("<>()[],;:\\\"", *p) == NULL;
    const char *dot = fine ? strchr(at, '.') : NULL;
    return dot != NULL && dot != at + 1 && strstr(text, "..") == NULL && *text != '.' &&
           at[-1] != '.' && text[strlen(text) - 1] != '.';
}

const char *sheet_username_problem(const char *text)
{
    if (*text == '\0')
        return _("Enter the username of the user that the app runs as.");
    if (!is_address(text) || strlen(text) > SHEET_NAME_MAX)
        return _(
            "This is not a username. One looks like name@company.com; Setup › Users shows it.");
    return NULL;
}

const char *sheet_email_problem(const char *text)
{
    if (*text == '\0')
        return _("Enter your e-mail address.");
    if (!is_address(text))
        return _("This is not an e-mail address. One looks like name@company.com.");
    if (strlen(text) > SHEET_NAME_MAX)
        return _("The e-mail address is too long: 80 characters at most.");
    return NULL;
}

/* https, or plain http on this computer, or a custom scheme (salesforce 3.5, REST API guide
 * "Defining Connected Apps"). */
const char *sheet_callback_problem(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    if (uri == NULL || strpbrk(url, "\"<>\\ ") != NULL)
        return _("A callback URL is a complete address, such as https://example.com/callback.");
    const char *scheme = g_uri_get_scheme(uri), *host = g_uri_get_host(uri);
    if (g_uri_get_fragment(uri) != NULL)
        return _("A callback URL cannot contain #.");
    if (strcmp(scheme, "http") == 0 &&
        (host == NULL || (strcmp(host, "localhost") != 0 && strcmp(host, "127.0.0.1") != 0)))
        return _("A callback URL must begin with https://; http:// is for localhost only.");
    if (strcmp(scheme, "https") == 0 && (host == NULL || *host == '\0'))
        return _("A callback URL is a complete address, such as https://example.com/callback.");
    return NULL;
}

char *sheet_api_name_of(const char *name)
{
    GString *out = g_string_new(NULL);
    for (const char *p = name == NULL ? "" : name; *p != '\0'; p++) {
        bool last = out->len > 0 && out->str[out->len - 1] == '_';
        if (g_ascii_isalnum(*p))
            g_string_append_c(out, *p);
        else if (!last && out->len > 0)
            g_string_append_c(out, '_');
    }
    g_string_truncate(out, MIN(out->len, SHEET_NAME_MAX - 1)); /* room for the letter below */
    while (out->len > 0 && out->str[out->len - 1] == '_')
        g_string_truncate(out, out->len - 1);
    if (out->len > 0 && !g_ascii_isalpha(out->str[0]))
        g_string_prepend(out, "X");
    return g_string_free(out, FALSE);
}
