/* SPDX-License-Identifier: MIT */
#include "perch/auth/oauth.h"

#include <string.h>

/* base64url without padding (RFC 4648 section 5), in place. */
static void to_base64url(char *text)
{
    gsize length = 0;
    for (char *p = text; *p != '\0' && *p != '='; p++, length++)
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    text[length] = '\0';
}

char *pkce_challenge(const char *verifier)
{
    guint8 digest[32];
    gsize length = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)verifier, (gssize)strlen(verifier));
    g_checksum_get_digest(checksum, digest, &length);
    char *challenge = g_base64_encode(digest, length);
    to_base64url(challenge);
    return challenge;
}

void pkce_make(struct pkce *ret_pkce)
{
    ret_pkce->verifier = secret_new_random(32);
    ret_pkce->challenge = pkce_challenge(secret_peek(ret_pkce->verifier));
}

void pkce_clear(struct pkce *pkce)
{
    secret_unref(pkce->verifier);
    g_free(pkce->challenge);
    *pkce = (struct pkce){0};
}
