/* SPDX-License-Identifier: MIT */
#include "gnutls.h"

#include "perch/base/library.h"

const struct gnutls_functions *gnutls_functions(GError **error)
{
    static const char *const names[] = {"libgnutls.so.30", NULL};
    static struct gnutls_functions functions;
    gpointer library = functions.free != NULL ? NULL : library_open("GnuTLS", names, error);
    if (functions.free == NULL && library == NULL)
        return NULL;
    if (library != NULL) {
#define X(name) LIBRARY_SYMBOL(functions, library, "gnutls_", name);
        GNUTLS_FUNCTIONS(X)
        X(free)
#undef X
    }
    return &functions;
}
