/* SPDX-License-Identifier: MIT */
#ifndef PERCH_METADATA_ZIP_H
#define PERCH_METADATA_ZIP_H

/* Include this instead of the library's <zip.h>. libzip is loaded at the first call: it brings
 * OpenSSL along, and only a deploy needs it. */
#include <zip.h>

#define ZIP_FUNCTIONS(X)    \
    X(close)                \
    X(error_fini)           \
    X(error_init)           \
    X(file_add)             \
    X(file_set_dostime)     \
    X(open_from_source)     \
    X(source_buffer)        \
    X(source_buffer_create) \
    X(source_close)         \
    X(source_free)          \
    X(source_keep)          \
    X(source_open)          \
    X(source_read)          \
    X(source_stat)

struct zip_functions {
#define X(name) __typeof__(zip_##name) *name;
    ZIP_FUNCTIONS(X)
#undef X
};

/* Exits with a message if libzip is not installed, as the dynamic loader would. */
const struct zip_functions *zip_functions(void);

#endif
