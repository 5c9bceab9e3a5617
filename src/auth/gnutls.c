/* SPDX-License-Identifier: MIT */
#include "gnutls.h"

#include <dlfcn.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

const struct gnutls_functions *gnutls_functions(GError **error)
{
    static struct gnutls_functions functions;
    gpointer library =
        functions.free != NULL ? NULL : dlopen("libgnutls.so.30", RTLD_LAZY | RTLD_LOCAL);
    if (functions.free == NULL && library == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INTERNAL,
                    _("GnuTLS is not installed, and a private key needs it. Install it and try "
                      "again. (%s)"),
                    dlerror());
        return NULL;
    }
    if (functions.free == NULL) {
#define X(name) *(gpointer *)&functions.name = dlsym(library, "gnutls_" #name);
        GNUTLS_FUNCTIONS(X)
#undef X
        functions.free = dlsym(library, "gnutls_free");
    }
    return &functions;
}
