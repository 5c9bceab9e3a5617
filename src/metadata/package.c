/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "metadata/zip.h"
#include "perch/metadata/metadata.h"

#define COMPONENTS "force-app/main/default/"
#define MANIFEST "manifest/package.xml"
#define LONG_END "-meta.xml"

static void add_member(zip_t *zip, const char *name, const char *text)
{
    zip_source_t *source = zip_functions()->source_buffer(zip, text, strlen(text), 0);
    const zip_int64_t index =
        source == NULL ? -1 : zip_functions()->file_add(zip, name, source, ZIP_FL_ENC_UTF_8);
    g_assert(index >= 0);
    /* The same settings give the same bytes. */
    zip_functions()->file_set_dostime(zip, (zip_uint64_t)index, 0, (1 << 5) | 1, 0);
}

/* Writes the archive into memory. */
static Secret *finish(zip_t *zip, zip_source_t *source)
{
    zip_stat_t stat;
    const bool written = zip_functions()->close(zip) == 0 &&
                         zip_functions()->source_open(source) == 0 &&
                         zip_functions()->source_stat(source, &stat) == 0;
    g_assert(written); /* only memory is involved */
    g_autofree char *bytes = g_malloc(stat.size);
    const zip_int64_t got = zip_functions()->source_read(source, bytes, stat.size);
    g_assert(got == (zip_int64_t)stat.size);
    zip_functions()->source_close(source);
    zip_functions()->source_free(source);
    return secret_new_len(bytes, stat.size);
}

static zip_t *begin(zip_source_t **ret_source)
{
    zip_error_t error;
    zip_functions()->error_init(&error);
    *ret_source = zip_functions()->source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = *ret_source == NULL
                     ? NULL
                     : zip_functions()->open_from_source(*ret_source, ZIP_TRUNCATE, &error);
    zip_functions()->error_fini(&error);
    g_assert(zip != NULL);
    zip_functions()->source_keep(*ret_source);
    return zip;
}

/* "externalClientApps/Bird.eca" from the path in the source tree; NULL for any other file. Owned by
 * the caller. */
static char *member_name(const char *path)
{
    if (strcmp(path, MANIFEST) == 0)
        return g_strdup("package.xml");
    if (!g_str_has_prefix(path, COMPONENTS) || !g_str_has_suffix(path, LONG_END))
        return NULL;
    const char *name = path + strlen(COMPONENTS);
    return g_strndup(name, strlen(name) - strlen(LONG_END));
}

Secret *metadata_package(const GPtrArray *files)
{
    zip_source_t *source;
    zip_t *zip = begin(&source);
    for (guint i = 0; i < files->len; i++) {
        const struct sheet_file *file = files->pdata[i];
        g_autofree char *name = member_name(file->path);
        if (name != NULL)
            add_member(zip, name, file->text);
    }
    return finish(zip, source);
}

Secret *metadata_removal(const GPtrArray *files)
{
    static const char nothing[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                  "<Package xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n"
                                  "    <version>62.0</version>\n</Package>\n";
    zip_source_t *source;
    zip_t *zip = begin(&source);
    add_member(zip, "package.xml", nothing);
    for (guint i = 0; i < files->len; i++) {
        const struct sheet_file *file = files->pdata[i];
        if (strcmp(file->path, MANIFEST) == 0)
            add_member(zip, "destructiveChanges.xml", file->text);
    }
    return finish(zip, source);
}
