/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fuzz/fuzz.h"
#include "perch/base/sfdx_url.h"

/* What is read from any text is written, and read again as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sfdx_url url = {0}, again = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strndup((const char *)data, size);
    bool fine = sfdx_url_parse(&url, text, &error);
    must(fine == (error == NULL));
    g_autoptr(Secret) written =
        fine ? sfdx_url_write(url.client_id, url.client_secret, url.refresh_token, url.host, NULL)
             : NULL;
    if (written != NULL) {
        must(sfdx_url_parse(&again, secret_peek(written), NULL));
        must(strcmp(url.client_id, again.client_id) == 0 && strcmp(url.host, again.host) == 0);
        must(secret_equal(url.refresh_token, again.refresh_token));
        must(secret_equal(url.client_secret, again.client_secret));
    }
    sfdx_url_clear(&again);
    sfdx_url_clear(&url);
    return 0;
}
