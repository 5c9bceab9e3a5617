/* SPDX-License-Identifier: MIT */

#include "fuzz/fuzz.h"
#include "net/certificate.h"

/* The issuer's name out of a TLS Certificate message of anybody's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of exactly this size, so that a read past its end is seen. */
    g_autofree guint8 *bytes = g_memdup2(data, MAX(size, 1));
    g_autofree char *issuer = certificate_message_issuer(bytes, size);
    must(issuer == NULL || (*issuer != '\0' && g_utf8_validate(issuer, -1, NULL)));
    return 0;
}
