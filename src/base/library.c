/* SPDX-License-Identifier: MIT */
#include "perch/base/library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "perch/base/error.h"
#include "perch/base/text.h"

gpointer library_open(const char *title, const char *const *names, GError **error)
{
    gpointer library = NULL;
    for (; library == NULL && *names != NULL; names++)
        library = dlopen(*names, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INTERNAL,
                    _("%s is not installed. Install it and try again. (%s)"), title, dlerror());
    return library;
}

gpointer library_need(const char *title, const char *const *names)
{
    g_autoptr(GError) error = NULL;
    gpointer library = library_open(title, names, &error);
    if (library == NULL) {
        g_printerr("perch: %s\n", error->message);
        exit(PERCH_EXIT_UNEXPECTED);
    }
    return library;
}

gpointer library_symbol(gpointer library, const char *name)
{
    return dlsym(library, name);
}
