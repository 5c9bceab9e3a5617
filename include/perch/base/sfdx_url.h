/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SFDX_URL_H
#define PERCH_SFDX_URL_H

#include <glib.h>
#include <stdbool.h>

#include "perch/base/secret.h"

/*
 * The auth URL with which Salesforce's CLI hands over a login:
 *   force://<clientId>:<clientSecret>:<refreshToken>@<host[:port]>
 * Each part has its own small alphabet and nothing is percent-encoded; only the secret may be empty
 * (forcedotcom/sfdx-core src/org/authInfo.ts). No I/O.
 */
struct sfdx_url {
    char *client_id;
    Secret *client_secret; /* NULL = empty */
    Secret *refresh_token;
    char *host; /* with port; org_host_parse decides whether it is Salesforce's */
};

/* text: what `sf org auth show-sfdx-auth-url` prints with --json, a file with the member
 * sfdxAuthUrl, or the address alone on its line. Ignores what follows the host, as the CLI does.
 * PERCH_ERROR_INPUT says what is wrong and never repeats the text. */
bool sfdx_url_parse(struct sfdx_url *ret_url, const char *text, GError **error);
void sfdx_url_clear(struct sfdx_url *url);

/* Writes the URL, owned by the caller. host: with port, without scheme. client_secret may be NULL.
 * PERCH_ERROR_INPUT: a part has a character that the format cannot express. */
Secret *sfdx_url_write(const char *client_id, const Secret *client_secret,
                       const Secret *refresh_token, const char *host, GError **error);

#endif
