/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

/* libFuzzer's entry point; each file of this folder is one program around one parser of ours. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold for every input. */
#define must(condition)                                                               \
    do {                                                                              \
        if (!(condition)) {                                                           \
            g_printerr("%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                  \
        }                                                                             \
    } while (0)

#endif
