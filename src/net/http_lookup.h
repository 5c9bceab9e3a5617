/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_HTTP_LOOKUP_H
#define PERCH_NET_HTTP_LOOKUP_H

#include "perch/net/http.h"

/* http_lookup without the settings: host is a name or an address without brackets. */
void lookup_start(GMainContext *context, const char *host, GCancellable *cancellable,
                  http_lookup_done done, gpointer user);

#endif
