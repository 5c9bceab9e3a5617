/* SPDX-License-Identifier: MIT */
/* What is typed or pasted where one value is asked for: the value is one line of text without what
 * nobody sees, and unwrapping a link comes to an end. The first byte chooses the kind. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"

static void check_value(const char *value)
{
    must(g_utf8_validate(value, -1, NULL));
    must(strpbrk(value, "\r\n") == NULL);
    for (const char *p = value; *p != '\0'; p = g_utf8_next_char(p))
        must(*p == ' ' || *p == '\t' || !text_is_hidden(g_utf8_get_char(p)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LAYERS = 64 };
    if (size < 1)
        return 0;
    g_autofree char *text = typed_utf8((const char *)data + 1, size - 1);
    must(g_utf8_validate(text, -1, NULL));
    g_autofree char *value = typed_value(text, data[0] % 2 == 0 ? TYPED_KEY : TYPED_SECRET);
    check_value(value);
    char *inner = typed_unwrap(text);
    for (int layer = 0; inner != NULL; layer++) {
        must(layer < LAYERS || strlen(inner) <= size * 4);
        must(g_utf8_validate(inner, -1, NULL));
        g_autofree char *outer = inner;
        inner = layer < LAYERS ? typed_unwrap(outer) : NULL;
    }
    return 0;
}
