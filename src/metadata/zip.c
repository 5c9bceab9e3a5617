/* SPDX-License-Identifier: MIT */
#include "metadata/zip.h"

#include <dlfcn.h>
#include <glib.h>
#include <stdlib.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

/* What perch calls is the same in both. */
static const char *const names[] = {"libzip.so.5", "libzip.so.4"};

static gpointer load(void)
{
    gpointer library = NULL;
    for (gsize i = 0; library == NULL && i < G_N_ELEMENTS(names); i++)
        library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        g_printerr("perch: %s (%s)\n", _("libzip is not installed. Install it and try again."),
                   dlerror());
        exit(PERCH_EXIT_UNEXPECTED);
    }
    return library;
}

const struct zip_functions *zip_functions(void)
{
    static struct zip_functions functions;
    if (functions.close == NULL) {
        gpointer library = load();
#define X(name) *(gpointer *)&functions.name = dlsym(library, "zip_" #name);
        ZIP_FUNCTIONS(X)
#undef X
    }
    return &functions;
}
