/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SHEET_FIELDS_H
#define PERCH_SHEET_FIELDS_H

#include "perch/sheet/sheet.h"

/* The table of metadata.def: the elements of each component. */

enum sheet_component {
#define FILE(id, ...) COMPONENT_##id,
#include "metadata.def"
#undef FILE
};

enum sheet_form {
    FORM_WORD,
    FORM_NOT,
    FORM_TEXT,
    FORM_LIST,
    FORM_TOKENS,
    FORM_EACH,
    FORM_OWNER,
    FORM_SELF,
    FORM_KEY,
    FORM_CERTIFICATE,
    FORM_OPEN,
    FORM_CLOSE,
    FORM_FIXED,
    FORM_SHOWN,
    FORM_SET,
};

struct sheet_field {
    enum sheet_component component;
    const char *element; /* of FORM_FIXED with "=" and its text */
    enum setting setting;
    enum sheet_form form;
};
extern const struct sheet_field sheet_fields[];
extern const gsize sheet_field_count;

/* The element's text; self: the component's own name; set: of the permission set that goes with the
 * app. NULL: no such element. Owned by the caller. */
char *sheet_field_text(const Connection *connection, const struct sheet_field *field,
                       const char *self, const char *set);

/* The files of a tree. known: the name that the component has in the org; elements: what it has
 * there, with the sheet's; NULL = a new app's. set: the permission set's name; NULL = none. */
GPtrArray *sheet_files_new(void);
void sheet_add_component(GPtrArray *files, const Connection *connection, guint index,
                         const char *known, const Json *elements, const char *set);
void sheet_add_manifest(GPtrArray *files, const Connection *connection, bool app,
                        const char *const *known, const char *set);
void sheet_add_access(GPtrArray *files, const Connection *connection, const char *set,
                      const struct sheet_access *access);

#endif
