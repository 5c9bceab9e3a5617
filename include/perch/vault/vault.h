/* SPDX-License-Identifier: MIT */
#ifndef PERCH_VAULT_H
#define PERCH_VAULT_H

#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/secret.h"
#include "perch/net/http.h"

/*
 * Writing to a key-value store of version 2 of HashiCorp Vault or OpenBao, over its HTTP API
 * (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2; openbao.org has the same).
 */
struct vault_place {
    char *address; /* origin, "https://vault.example.com:8200" */
    char *mount;   /* where the engine is mounted: "secret" */
    char *path;    /* of the secret within it: "perch/acme" */
    char *space;   /* namespace; NULL = none */
    Secret *token;
};
void vault_place_clear(struct vault_place *place);

/* Fills mount and path from "secret/perch/acme" (or "team/kv" as mount and the rest as path, when
 * mount is not NULL). PERCH_ERROR_USAGE with the reason: empty parts, "." and "..", a period at the
 * end. */
bool vault_place_parse(struct vault_place *place, const char *mount, const char *path,
                       GError **error);

struct vault_result {
    bool ok;              /* written; and read back the same, where the token may read */
    bool read_back;       /* it was */
    bool merged;          /* there were other keys, which were kept */
    gint64 version;       /* of the secret; 0 = not told */
    enum perch_exit exit; /* when not ok */
    char *problem;        /* one sentence for a person; NULL when ok */
};
typedef void (*vault_done)(const struct vault_result *result, gpointer user);

/*
 * Writes data (an object of texts), so that nothing that is not perch's is lost and nobody else's
 * write is overwritten: reads what is there, writes with check-and-set on that version (all of it,
 * or merged when there are keys that data has not), reads back and compares. A token that may not
 * read writes without check-and-set. place and data are copied; done comes once, from the loop.
 */
void vault_write(Http *http, const struct vault_place *place, const Json *data, vault_done done,
                 gpointer user);

#endif
