/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SCAN_H
#define DEMO_SCAN_H

#include <glib.h>
#include <stdbool.h>

/*
 * Parses JSON strictly and reports errors in the words and positions of Salesforce's parser, as
 * JSON_PARSER_ERROR does. Remembers the positions of the outer object's members.
 */
struct scan_member {
    char *name;
    guint line, column; /* of the value, from 1 */
};

struct scan {
    const char *text;
    gsize length;
    gsize at;
    guint line;
    gsize line_start;
    guint depth;
    char *problem;   /* NULL = no error */
    GArray *members; /* struct scan_member */
};

bool scan_run(struct scan *scan, const char *text, gsize length);
void scan_clear(struct scan *scan);
/* " at [line:1, column:14]" of a member's value; owned by the caller. */
char *scan_place(const struct scan *scan, const char *member);

#endif
