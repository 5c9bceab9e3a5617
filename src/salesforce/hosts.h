/* SPDX-License-Identifier: MIT */
#ifndef PERCH_HOSTS_H
#define PERCH_HOSTS_H

#include "perch/salesforce/salesforce.h"

/* One address of an org, with or without a scheme; else false with the reason. */
bool host_use(struct org_host *ret_host, const char *text, GError **error);
bool host_refuse(GError **error, const char *reason);

/* Labels of letters, digits and inner hyphens, separated by dots; none empty, none
 * internationalised (xn--). */
bool host_is_name(const char *host);
/* Whether it ends in one of Salesforce's names, mistyped or cut off perhaps. */
bool host_is_near(const char *host);
/* acme.my.salesforce.com.mcas.ms: the session proxy of Microsoft Defender for Cloud Apps. */
void host_drop_session_proxy(char *host);

#endif
