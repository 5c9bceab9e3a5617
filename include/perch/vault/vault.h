/* SPDX-License-Identifier: MIT */
#ifndef PERCH_VAULT_H
#define PERCH_VAULT_H

#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/secret.h"
#include "perch/net/http.h"

/*
 * Writes to a key-value store (version 2) of HashiCorp Vault or OpenBao over its HTTP API
 * (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2; OpenBao's is the same).
 */
struct vault_place {
    char *address; /* origin, "https://vault.example.com:8200" */
    char *mount;   /* where the engine is mounted: "secret" */
    char *path;    /* path of the secret in it: "perch/acme" */
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
    bool ok;              /* written, and read back unchanged if the token may read */
    bool read_back;       /* it was read back */
    bool merged;          /* there were other keys, which are preserved */
    gint64 version;       /* of the secret; 0 = unknown */
    enum perch_exit exit; /* when not ok */
    char *problem;        /* one sentence for a person; NULL when ok */
};
typedef void (*vault_done)(const struct vault_result *result, gpointer user);

/*
 * Writes data (an object of strings) without losing foreign keys or overwriting a concurrent write:
 * reads the secret, merges its other keys, writes with check-and-set on that version, reads back
 * and compares. With a token that cannot read, writes without check-and-set. place and data are
 * copied; done is called once, from the loop.
 */
void vault_write(Http *http, const struct vault_place *place, const Json *data, vault_done done,
                 gpointer user);

#endif
