/* SPDX-License-Identifier: MIT */
#ifndef PERCH_XML_H
#define PERCH_XML_H

#include "perch/base/json.h"

/*
 * XML as the Metadata API writes it: elements with either text or elements inside. An element
 * becomes {"name", "text", "children"}; prefixes of namespaces, attributes and comments are gone.
 */

/* The root; owned by the caller. PERCH_ERROR_INPUT: it is no XML, or nested deeper than 30 levels.
 */
Json *xml_parse(const char *text, gsize length, GError **error);

/* The elements inside; NULL is fine. */
const Json *xml_children(const Json *element);
const char *xml_name(const Json *element);
/* The first element inside of that name, and its text; NULL = there is none. */
const Json *xml_child(const Json *element, const char *name);
const char *xml_text(const Json *element, const char *name);

/* Appends the element and what is inside, indented by depth. */
void xml_print(GString *out, const Json *element, int depth);

#endif
