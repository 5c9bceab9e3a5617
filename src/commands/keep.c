/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "perch/app/app.h"
#include "perch/base/clock.h"
#include "perch/commands/command.h"
#include "perch/tokens/rescue.h"

/* What a rescue process does (rescue.h): nobody sees it, and there is nobody to ask. */

enum { FIRST_PAUSE_MS = 250, LONGEST_PAUSE_MS = 5000 };

struct keep {
    struct rescue_charge charge;
    GMainLoop *loop;
    Store *store;
    guint pause_ms;
    bool stored;
};

static gboolean save(gpointer user);

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct keep *keep = user;
    (void)source;
    keep->stored = store_save_finish(keep->store, result, NULL);
    if (keep->stored || clock_wall_ms() >= keep->charge.until_ms) {
        g_main_loop_quit(keep->loop);
        return;
    }
    g_timeout_add(keep->pause_ms, save, keep);
    keep->pause_ms = MIN(keep->pause_ms * 2, LONGEST_PAUSE_MS);
}

static gboolean save(gpointer user)
{
    struct keep *keep = user;
    store_save(keep->store, keep->charge.name, &keep->charge.secrets, false, NULL, saved, keep);
    return G_SOURCE_REMOVE;
}

int command_keep(void)
{
    struct keep keep = {.pause_ms = FIRST_PAUSE_MS};
    if (chdir("/") != 0 || !rescue_wait(&keep.charge))
        return PERCH_EXIT_OK;
    keep.loop = g_main_loop_new(NULL, FALSE);
    app_open_keyring(false);
    keep.store = store_secret_new(keep.charge.config_dir);
    store_never_ask(keep.store);
    save(&keep);
    g_main_loop_run(keep.loop);
    if (keep.stored)
        store_lock_note(keep.charge.lock, NULL);
    store_free(keep.store);
    g_main_loop_unref(keep.loop);
    rescue_charge_clear(&keep.charge);
    return keep.stored ? PERCH_EXIT_OK : PERCH_EXIT_KEYRING;
}
