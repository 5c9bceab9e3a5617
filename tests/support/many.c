/* SPDX-License-Identifier: MIT */
#include "support/many.h"

#include "perch/store/store.h"
#include "support/keyring.h"
#include "support/test.h"

void many_connections(TmpHome *home, const SessionBus *bus, const char *name, guint count)
{
    g_autofree char *folder = g_build_filename(home->config, "perch", NULL);
    g_autoptr(GError) error = NULL;
    g_setenv("DBUS_SESSION_BUS_ADDRESS", bus->address, TRUE);
    g_setenv("XDG_RUNTIME_DIR", home->runtime, TRUE);
    g_autoptr(Store) store = store_open(STORE_SECRET_SERVICE, folder);
    g_autoptr(Connection) connection = connections_load(folder, name, &error);
    struct secrets secrets;
    assert_no_error(error);
    assert_int_equal(call_load(store, name, false, &secrets), CALL_OK);
    for (guint i = 0; i < count; i++) {
        g_autofree char *copy = g_strdup_printf("%s-%03u", name, i);
        connection_set(&connection->name, copy);
        assert_true(connections_save(folder, connection, &error));
        assert_int_equal(call_save(store, copy, &secrets, false), CALL_OK);
    }
    secrets_clear(&secrets);
}
