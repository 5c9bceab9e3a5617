/* SPDX-License-Identifier: MIT */
#include "perch/app/app.h"
#include "perch/base/paths.h"
#include "perch/tokens/tokens.h"

bool services_init(struct services *services, bool may_ask, GError **error)
{
    app_open_keyring(may_ask);
    services->config_dir = paths_config_dir();
    services->http = http_new(error);
    services->store = store_open(STORE_SECRET_SERVICE, services->config_dir);
    return services->http != NULL;
}

void services_clear(struct services *services)
{
    tokens_settle(); /* an expected answer may hold the only refresh token */
    g_clear_pointer(&services->http, http_free);
    g_clear_pointer(&services->store, store_free);
    g_clear_pointer(&services->config_dir, g_free);
}
