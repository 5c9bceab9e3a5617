/* SPDX-License-Identifier: MIT */
#include "metadata/zip.h"

#include "perch/base/library.h"

const struct zip_functions *zip_functions(void)
{
    /* What perch calls is the same in both. */
    static const char *const names[] = {"libzip.so.5", "libzip.so.4", NULL};
    static struct zip_functions functions;
    if (functions.close == NULL) {
        gpointer library = library_need("libzip", names);
#define X(name) LIBRARY_SYMBOL(functions, library, "zip_", name);
        ZIP_FUNCTIONS(X)
#undef X
    }
    return &functions;
}
