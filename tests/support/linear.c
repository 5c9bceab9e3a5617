/* SPDX-License-Identifier: MIT */
#include "support/linear.h"

#include <time.h>

#include "support/test.h"

static clock_t time_of(void (*read)(const char *text), const char *part, gsize size)
{
    g_autoptr(GString) text = g_string_new(NULL);
    while (text->len < size)
        g_string_append(text, part);
    const clock_t start = clock();
    read(text->str);
    return clock() - start;
}

void assert_linear(void (*read)(const char *text), const char *const *parts, gsize count,
                   gsize small, gsize large)
{
    enum { RUNS = 20, FASTEST = 22 };
    const clock_t least = (clock_t)(small / FASTEST) * CLOCKS_PER_SEC / 1000000;
    const clock_t most = (clock_t)(2 * large / small);
    if (test_is_sanitized())
        skip();
    for (gsize i = 0; i < count; i++) {
        clock_t one = CLOCKS_PER_SEC, many = 100 * CLOCKS_PER_SEC;
        for (int run = 0; run < RUNS && (run < 2 || many > most * one); run++) {
            one = MIN(one, MAX(time_of(read, parts[i], small), least));
            many = MIN(many, time_of(read, parts[i], large));
        }
        if (many > most * one)
            fail_msg("%s: %ld and %ld", parts[i], (long)one, (long)many);
    }
}
