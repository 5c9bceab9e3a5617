/* SPDX-License-Identifier: MIT */
#ifndef PERCH_REFRESH_H
#define PERCH_REFRESH_H

#include <gio/gio.h>

#include "perch/explain.h"
#include "perch/session.h"

/*
 * One refresh, safe against other processes: takes the connection's lock, reads the keyring again
 * under it (another process may have refreshed meanwhile), posts the refresh token once, and stores
 * what came back, rotated refresh token included, before anybody uses the access token.
 */
struct refresh_result {
    bool ok;
    bool sent;              /* FALSE: another process had refreshed already */
    bool rotated;           /* another refresh token came */
    bool stored;            /* what came back is in the store */
    int milliseconds;       /* of the request; -1 = none was sent */
    struct failure failure; /* when not ok, or ok and not stored (the keyring's failure) */
};

typedef void (*refresh_done)(struct refresh_result *result, gpointer user);

/*
 * done comes exactly once, from the loop; result is valid during the call. When the store refuses
 * the new tokens they stay in session->secrets: nothing won is lost.
 */
void refresh_run(struct session *session, GCancellable *cancellable, refresh_done done,
                 gpointer user);

#endif
