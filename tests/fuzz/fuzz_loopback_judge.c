/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fuzz/fuzz.h"
#include "net/loopback_private.h"

/* The loopback listener's way from the bytes of a request to its verdict. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Secret) expected = secret_new("STATE");
    struct request_head head;
    if (request_head_parse((const char *)data, size, &head) != REQUEST_HEAD_COMPLETE)
        return 0;
    struct loopback_verdict verdict;
    loopback_judge(&head, 1717, expected, &verdict);
    must(verdict.page < PAGE_COUNT);
    if (verdict.counts) {
        must(slice_equals(head.method, "GET"));
        must(head.query.text != NULL);
        must((verdict.code != NULL) == (verdict.outcome == LOOPBACK_CODE));
        must((verdict.error != NULL && *verdict.error != '\0') ==
             (verdict.outcome == LOOPBACK_ERROR));
    } else {
        must(verdict.code == NULL || verdict.without_body);
    }
    loopback_verdict_clear(&verdict);
    return 0;
}
