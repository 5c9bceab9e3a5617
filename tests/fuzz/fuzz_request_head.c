/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fuzz/fuzz.h"
#include "net/request_head.h"

static void check_inside(struct slice slice, const char *bytes, gsize length)
{
    if (slice.text != NULL) {
        must(slice.text >= bytes && slice.text + slice.length <= bytes + length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of exactly this size, so that a read past its end is seen. */
    g_autofree char *bytes = g_memdup2(data, MAX(size, 1));
    struct request_head head = {0};
    enum request_head_state state = request_head_parse(bytes, size, &head);
    if (state == REQUEST_HEAD_COMPLETE) {
        must(head.method.text != NULL && head.path.text != NULL);
        check_inside(head.method, bytes, size);
        check_inside(head.path, bytes, size);
        check_inside(head.query, bytes, size);
        check_inside(head.host, bytes, size);
        slice_equals(head.host, "localhost");
    }
    /* What is bad stays bad and what is complete stays complete when more arrives. */
    for (gsize part = 0; part < size && size < 300; part++) {
        struct request_head early = {0};
        enum request_head_state before = request_head_parse(bytes, part, &early);
        must(before != REQUEST_HEAD_COMPLETE || state == REQUEST_HEAD_COMPLETE);
        must(before != REQUEST_HEAD_BAD || state == REQUEST_HEAD_BAD);
    }
    return 0;
}
