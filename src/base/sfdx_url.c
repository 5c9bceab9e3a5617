/* SPDX-License-Identifier: MIT */
#include "perch/base/sfdx_url.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/text.h"

static const char scheme[] = "force://";
static const char after_host[] = "/?# \t\r\n";

enum part { PART_CLIENT_ID, PART_CLIENT_SECRET, PART_REFRESH_TOKEN, PART_HOST };

/* The alphabets: letters, digits and these characters, then at most this many '='. */
static const struct {
    const char *name; /* untranslated */
    const char *marks;
    int padding;
    bool may_be_empty;
} parts[] = {
    [PART_CLIENT_ID] = {N_("consumer key"), "._-", 2, false},
    [PART_CLIENT_SECRET] = {N_("consumer secret"), "._-", 2, true},
    [PART_REFRESH_TOKEN] = {N_("refresh token"), "._-", 2, false},
    [PART_HOST] = {N_("host"), ":._-", 0, false},
};

static bool part_fits(enum part part, const char *text, gsize length)
{
    int padding = 0;
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '=')
            padding++;
        else if (padding > 0 || text[i] == '\0' ||
                 (!g_ascii_isalnum(text[i]) && strchr(parts[part].marks, text[i]) == NULL))
            return false;
    }
    return padding <= parts[part].padding && (length > (gsize)padding || parts[part].may_be_empty);
}

static bool refuse(GError **error, const char *why)
{
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                _("This is not a Salesforce CLI auth URL. %s It has the form "
                  "force://<clientId>:<clientSecret>:<refreshToken>@<host>. Print it with: sf org "
                  "auth show-sfdx-auth-url --target-org ORG --json"),
                why);
    return false;
}

/* Checks the part from *at up to end. */
static bool take_part(const char **at, const char *end, enum part part, GError **error)
{
    if (part_fits(part, *at, (gsize)(end - *at)))
        return true;
    g_autofree char *why = *at == end
                               ? g_strdup_printf(_("Its %s is missing."), _(parts[part].name))
                               : g_strdup_printf(_("Its %s has a character that cannot be there."),
                                                 _(parts[part].name));
    return refuse(error, why);
}

static bool take_host(struct sfdx_url *url, const char *text, GError **error)
{
    gsize length = strcspn(text, after_host);
    if (g_str_has_prefix(text, "https:") || g_str_has_prefix(text, "http:"))
        return refuse(error, _("The host must not begin with https://."));
    if (!take_part(&text, text + length, PART_HOST, error))
        return false;
    url->host = g_strndup(text, length);
    return true;
}

static bool take_whole(struct sfdx_url *url, const char *text, GError **error)
{
    if (!g_str_has_prefix(text, scheme))
        return refuse(error, _("It does not begin with force://."));
    const char *start[PART_HOST + 1], *end[PART_HOST];
    start[PART_CLIENT_ID] = text + strlen(scheme);
    /* No part can contain ':' or '@', so the split is unambiguous. */
    const char *at = strchr(start[PART_CLIENT_ID], '@');
    if (at == NULL)
        return refuse(error, _("There is no @ before the host."));
    for (int part = PART_CLIENT_ID; part < PART_HOST; part++) {
        const char *colon = memchr(start[part], ':', (gsize)(at - start[part]));
        end[part] = part == PART_REFRESH_TOKEN ? at : colon;
        if (end[part] == NULL || (part == PART_REFRESH_TOKEN && colon != NULL))
            return refuse(error, _("It does not have three parts before the @."));
        if (!take_part(&start[part], end[part], (enum part)part, error))
            return false;
        start[part + 1] = end[part] + 1;
    }
    if (!take_host(url, start[PART_HOST], error))
        return false;
    url->client_id =
        g_strndup(start[PART_CLIENT_ID], (gsize)(end[PART_CLIENT_ID] - start[PART_CLIENT_ID]));
    if (end[PART_CLIENT_SECRET] > start[PART_CLIENT_SECRET])
        url->client_secret =
            secret_new_len(start[PART_CLIENT_SECRET],
                           (gsize)(end[PART_CLIENT_SECRET] - start[PART_CLIENT_SECRET]));
    url->refresh_token = secret_new_len(
        start[PART_REFRESH_TOKEN], (gsize)(end[PART_REFRESH_TOKEN] - start[PART_REFRESH_TOKEN]));
    return true;
}

static bool take_json(struct sfdx_url *url, const char *text, GError **error)
{
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    const Json *result = json_get(json, "result");
    const char *inner = json_get_string(result != NULL ? result : json, "sfdxAuthUrl");
    if (json == NULL)
        return refuse(error, _("It begins like JSON but is not valid JSON."));
    /* Do not repeat its message: it may contain anything. */
    if (inner == NULL && json_get_int(json, "status", 0) != 0)
        return refuse(error, _("It is the CLI's report of an error. Run that command alone to "
                               "read it."));
    if (inner == NULL)
        return refuse(error, _("The JSON has no member sfdxAuthUrl."));
    /* sf org display --verbose, since May 2026 */
    if (g_str_has_prefix(inner, "[REDACTED]"))
        return refuse(error, _("The CLI has redacted it."));
    return take_whole(url, inner, error);
}

bool sfdx_url_parse(struct sfdx_url *ret_url, const char *text, GError **error)
{
    struct sfdx_url url = {0};
    if (*text == '{' ? take_json(&url, text, error) : take_whole(&url, text, error)) {
        *ret_url = url;
        return true;
    }
    sfdx_url_clear(&url);
    return false;
}

void sfdx_url_clear(struct sfdx_url *url)
{
    g_free(url->client_id);
    secret_unref(url->client_secret);
    secret_unref(url->refresh_token);
    g_free(url->host);
    *url = (struct sfdx_url){0};
}

Secret *sfdx_url_write(const char *client_id, const Secret *client_secret,
                       const Secret *refresh_token, const char *host, GError **error)
{
    const char *texts[] = {client_id, secret_peek(client_secret), secret_peek(refresh_token), host};
    static const char *const before[] = {scheme, ":", ":", "@"};
    g_autoptr(SecretBuf) buf = secret_buf_new();
    for (int part = PART_CLIENT_ID; part <= PART_HOST; part++) {
        if (!part_fits((enum part)part, texts[part], strlen(texts[part]))) {
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                        _("The %s has a character that a Salesforce CLI auth URL cannot contain. "
                          "Log in with the CLI instead: sf org login web"),
                        _(parts[part].name));
            return NULL;
        }
        secret_buf_add(buf, before[part]);
        secret_buf_add(buf, texts[part]);
    }
    return secret_buf_to_secret(buf);
}
