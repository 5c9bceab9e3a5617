/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fuzz/fuzz.h"
#include "perch/auth/oauth.h"
#include "perch/salesforce/salesforce.h"

static void check_paste(const char *text)
{
    g_autoptr(Secret) state = secret_new("our-state");
    struct paste paste = {0};
    paste_parse(&paste, text, state);
    must((paste.kind == PASTE_CODE) == (paste.code != NULL));
    must(paste.kind != PASTE_NOTHING || paste.problem != NULL);
    must(!paste.state_matches || paste.has_state);
    paste_clear(&paste);
}

static void check_host(const char *text, enum org_kind kind)
{
    struct org_host host = {0};
    g_autoptr(GError) error = NULL;
    if (org_host_parse(&host, text, kind, &error)) {
        must(error == NULL && host.url != NULL && host.host != NULL);
        must(salesforce_url_is_trusted(host.url));
        must(strpbrk(host.url, " \t\r\n\"'<>\\@") == NULL);
        /* The result is an address, too, and means itself. */
        struct org_host again = {0};
        must(org_host_parse(&again, host.url, kind, NULL));
        must(strcmp(again.url, host.url) == 0);
        org_host_clear(&again);
        org_host_clear(&host);
    } else {
        must(error != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    if (!g_utf8_validate(text, -1, NULL)) {
        return 0; /* what reaches these functions was typed or read as UTF-8 */
    }
    check_paste(text);
    check_host(text, (enum org_kind)(data[0] % 3));
    salesforce_url_is_trusted(text);
    g_autofree char *lightning = lightning_url(text);
    g_autofree char *id = salesforce_id_is_valid(text) ? salesforce_id_long(text) : NULL;
    must(id == NULL || strlen(id) == 18);
    return 0;
}
