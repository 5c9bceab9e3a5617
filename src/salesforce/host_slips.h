/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HOST_SLIPS_H
#define PERCH_HOST_SLIPS_H

#include <glib.h>
#include <stdbool.h>

/* Slips in an org's address. Results are owned by the caller unless they say otherwise. */

/* Corrects a scheme that is mistyped, cut or there twice: "https//", "htps://", "https:\\". */
char *host_mend_scheme(const char *text);
/* Undoes what keyboards and word processors do to a host: a dash for "--", a comma for a dot,
 * blanks around dots. */
char *host_mend_signs(const char *text);
/* The login host of the org that serves this host's pages or files, or that a mistyped host was
 * probably meant to be: only ever a suggestion. NULL = none. */
char *host_of_page(const char *host);
char *host_nearest(const char *host);
/* yourdomain.my.salesforce.com: what the documentation writes for an org's own name. */
bool host_is_placeholder(const char *host);
/* Why text is something else than an address of an org, translated, borrowed; NULL = it may be. */
const char *host_stray(const char *text);

#endif
