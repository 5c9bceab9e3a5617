/* SPDX-License-Identifier: MIT */
#ifndef PERCH_CLOCK_H
#define PERCH_CLOCK_H

#include <glib.h>

#define CLOCK_DAY_MS (G_GINT64_CONSTANT(24) * 60 * 60 * 1000)

gint64 clock_wall_ms(void);      /* milliseconds since 1970, UTC */
gint64 clock_monotonic_ms(void); /* milliseconds since an arbitrary start; never goes back */

/* Milliseconds since 1970 of an HTTP Date header (RFC 9110 5.6.7, all three forms); -1 if bad. */
gint64 clock_parse_http_date(const char *text);

/* Milliseconds since 1970 as "2026-11-23T08:14:00Z", owned by the caller; and back, -1 if bad. */
char *clock_format(gint64 wall_ms);
gint64 clock_parse(const char *text);

#endif
