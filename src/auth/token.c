/* SPDX-License-Identifier: MIT */
#include "perch/auth/oauth.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/secrets.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

/* Origin of a host that may be sent tokens: Salesforce's, or this computer if it was also the login
 * host. NULL otherwise. */
static char *trusted_origin(const char *url, const char *login_url)
{
    if (url == NULL || !salesforce_url_is_trusted(url))
        return NULL;
    if (salesforce_url_is_local(url) && !salesforce_url_is_local(login_url))
        return NULL;
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    return g_uri_join(G_URI_FLAGS_NONE, g_uri_get_scheme(uri), NULL, g_uri_get_host(uri),
                      g_uri_get_port(uri), "", NULL, NULL);
}

/* https://login.salesforce.com/id/00D…/005… (help remoteaccess_using_openid) */
static void take_identity(struct token_answer *answer, const char *url)
{
    const char *ids = url == NULL ? NULL : strstr(url, "/id/");
    if (ids == NULL || !text_is_clean(url) || strlen(url) > TOLD_LIST)
        return;
    answer->identity_url = g_strdup(url);
    g_auto(GStrv) parts = g_strsplit(ids + strlen("/id/"), "/", 3);
    if (g_strv_length(parts) < 2)
        return;
    parts[1][strcspn(parts[1], "?#")] = '\0';
    if (salesforce_id_is_valid(parts[0]) && g_str_has_prefix(parts[0], "00D") &&
        salesforce_id_is_valid(parts[1])) {
        answer->org_id = salesforce_id_long(parts[0]);
        answer->user_id = salesforce_id_long(parts[1]);
    }
}

static Secret *take_secret(const Json *json, const char *key)
{
    const char *text = json_get_string(json, key);
    return text == NULL || *text == '\0' ? NULL : secret_new(text);
}

/* issued_at is a string of digits; a number is accepted, too. */
static char *take_issued_at(const Json *json)
{
    const char *text = json_get_string(json, "issued_at");
    if (text != NULL)
        return g_strdup(text);
    gint64 number = json_get_int(json, "issued_at", -1);
    return number < 0 ? NULL : g_strdup_printf("%" G_GINT64_FORMAT, number);
}

bool token_answer_parse(struct token_answer *ret_answer, const Json *json, const char *login_url,
                        GError **error)
{
    const char *token = json_get_string(json, "access_token");
    if (token == NULL || *token == '\0') {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("The token endpoint's answer contains no access token. Authorize "
                              "again."));
        return false;
    }
    const char *refresh = json_get_string(json, "refresh_token");
    if (!secrets_token_is_plain(token) || (refresh != NULL && !secrets_token_is_plain(refresh))) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("The token endpoint's answer contains a token with spaces, line "
                              "breaks or control characters, which Salesforce's never have. "
                              "Authorize again, on a network that does not change answers."));
        return false;
    }
    const char *instance = json_get_string(json, "instance_url");
    *ret_answer = (struct token_answer){
        .access_token = secret_new(token),
        .refresh_token = take_secret(json, "refresh_token"),
        .instance_url = trusted_origin(instance, login_url),
        .scope = text_told(json_get_string(json, "scope"), TOLD_LIST),
        .signature = g_strdup(json_get_string(json, "signature")),
        .issued_at = take_issued_at(json),
    };
    take_identity(ret_answer, json_get_string(json, "id"));
    if (ret_answer->instance_url == NULL)
        g_set_error_literal(
            error, PERCH_ERROR, PERCH_ERROR_INPUT,
            instance == NULL ? _("The token endpoint's answer names no instance URL, which every "
                                 "answer of Salesforce's does. Check the login host.")
                             : _("The answer names an instance URL that is not a Salesforce host, "
                                 "so perch does not send the token there. Check the login host."));
    return ret_answer->instance_url != NULL;
}

void token_answer_clear(struct token_answer *answer)
{
    secret_unref(answer->access_token);
    secret_unref(answer->refresh_token);
    g_free(answer->instance_url);
    g_free(answer->identity_url);
    g_free(answer->org_id);
    g_free(answer->user_id);
    g_free(answer->scope);
    g_free(answer->signature);
    g_free(answer->issued_at);
    *answer = (struct token_answer){0};
}

enum signature_check token_signature_check(const struct token_answer *answer,
                                           const Secret *client_secret)
{
    if (answer->signature == NULL || answer->identity_url == NULL || answer->issued_at == NULL)
        return SIGNATURE_ABSENT;
    if (secret_length(client_secret) == 0)
        return SIGNATURE_NO_SECRET;
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GHmac) hmac =
        g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret_peek(client_secret),
                   secret_length(client_secret));
    g_hmac_update(hmac, (const guchar *)answer->identity_url, -1);
    g_hmac_update(hmac, (const guchar *)answer->issued_at, -1);
    g_hmac_get_digest(hmac, digest, &length);
    g_autoptr(WipedText) expected = g_base64_encode(digest, length);
    g_autoptr(Secret) secret = secret_new(expected);
    return secret_equal_text(secret, answer->signature) ? SIGNATURE_OK : SIGNATURE_WRONG;
}

/* Names that mean the same scope, or a scope that includes others (help
 * remoteaccess_oauth_tokens_scopes). */
static bool scope_word_covers(const char *granted, const char *wanted)
{
    static const struct {
        const char *granted, *wanted;
    } equal[] = {
        {"full", "api"},
        {"full", "web"},
        {"refresh_token", "offline_access"},
        {"offline_access", "refresh_token"},
    };
    if (g_str_equal(granted, wanted))
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(equal); i++)
        if (g_str_equal(granted, equal[i].granted) && g_str_equal(wanted, equal[i].wanted))
            return true;
    return false;
}

static bool covers_word(char **granted, const char *wanted)
{
    for (char **word = granted; *word != NULL; word++)
        if (scope_word_covers(*word, wanted))
            return true;
    return *wanted == '\0';
}

bool scope_covers(const char *granted, const char *scope)
{
    g_auto(GStrv) have = g_strsplit_set(granted == NULL ? "" : granted, " \t\n,", -1);
    g_auto(GStrv) want = g_strsplit_set(scope == NULL ? "" : scope, " \t\n,", -1);
    for (char **word = want; *word != NULL; word++)
        if (!covers_word(have, *word))
            return false;
    return true;
}
