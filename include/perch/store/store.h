/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_H
#define PERCH_STORE_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/connection.h"
#include "perch/base/secrets.h"

/*
 * Where secrets are kept: one item per connection, in one of several kinds of store behind one
 * interface.
 */
typedef struct Store Store;

enum store_kind {
#define STORE_KIND(id, name, ops) id,
#include "perch/store/kinds.def"
#undef STORE_KIND
    STORE_KIND_COUNT
};

/* Opens a store for the connections of config_dir. The Secret Service is contacted at the first
 * call. Its items have public attributes only: the schema "io.perch.Connection", the connection's
 * name, and config_dir (so that a demo or test never sees the person's own). The memory store lasts
 * as long as the Store and ignores config_dir. */
Store *store_open(enum store_kind kind, const char *config_dir);
void store_free(Store *store); /* cancels running calls */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

/* "gnome-keyring", "KeePassXC", "KWallet", "memory" ... as far as recognised; borrowed. */
const char *store_provider(const Store *store);

/* From the next call on, every store of this process looks for the Secret Service on the bus at
 * address; NULL goes back to the session bus. Programs that perch starts are not affected. */
void store_use_bus(const char *address);
/* From now on every store call of this process fails with PERCH_ERROR_STORE_LOCKED and the sentence
 * why, until store_use_bus is called. */
void store_refuse(const char *why);

/* From now on every call, including probe and erase, treats unlock as false: for runs that must not
 * ask (--no-input). */
void store_never_ask(Store *store);

/*
 * All calls are asynchronous on the default main context; the callback comes exactly once, from the
 * loop. They follow GIO: start, then _finish in the callback. Errors are those of PERCH_ERROR:
 * STORE_ABSENT, STORE_LOCKED, STORE_NO_COLLECTION, STORE_FAILED, CANCELLED; lookup gives NOT_FOUND
 * when nothing is stored under that name, STORE_DAMAGED or STORE_NEWER for an item that cannot be
 * read; an invalid name gives USAGE. unlock: the service may prompt the person, until cancelled;
 * save may then also create the default keyring. If the person closes the prompt, the error is
 * STORE_LOCKED (when creating a keyring: STORE_NO_COLLECTION). With no prompt open, a service that
 * is silent for 10 s gives STORE_FAILED, as does a service that exits, or a bus that is lost,
 * during a call.
 *
 * All stores and calls of the process share one connection to the bus and one session with the
 * service. The first call opens them; they are reopened by the first call after the service was
 * restarted or the bus was lost. Nothing is cached: each read asks the service again. A process
 * that exits while the connection is opening waits for it, up to one second, because gnome-keyring
 * 42 aborts if a client leaves at that moment.
 *
 * If several items match, load takes the newest readable one; save leaves one; erase leaves none.
 * NOT_FOUND is only given when the default collection is open, as some services hide locked items.
 */

/* A save succeeds once the item was written, read back through a connection and session opened only
 * for this, as another process would read it, and found identical. A service that asks the person
 * about each program (KeePassXC can) is not made to ask again: what is locked for the new
 * connection only is read back through the one that wrote it. */
void store_save(Store *store, const char *name, const struct secrets *secrets, bool unlock,
                GCancellable *cancellable, GAsyncReadyCallback done, gpointer user);
bool store_save_finish(Store *store, GAsyncResult *result, GError **error);

void store_load(Store *store, const char *name, bool unlock, GCancellable *cancellable,
                GAsyncReadyCallback done, gpointer user);
/* The caller clears *ret_secrets. */
bool store_load_finish(Store *store, GAsyncResult *result, struct secrets *ret_secrets,
                       GError **error);

/* Call it once per store before loading many names (NULL-terminated, of connections) without asking
 * anybody: reads their items together, and the first load of each name uses the result. Loads still
 * read for themselves what is uncertain (several items, a locked one, an error), and after a save
 * or an erase of the name. */
void store_read_ahead(Store *store, const char *const *names);

void store_erase(Store *store, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user);
bool store_erase_finish(Store *store, GAsyncResult *result, GError **error);

/* Saves a dummy item, which includes reading it back, and deletes it. May ask, as with unlock.
 * Returns at once when cancelled; the dummy is then deleted in the background. */
void store_probe(Store *store, GCancellable *cancellable, GAsyncReadyCallback done, gpointer user);
bool store_probe_finish(Store *store, GAsyncResult *result, GError **error);

/* What went wrong and what to do, in a sentence for each of the STORE_* codes; borrowed,
 * translated. */
const char *store_error_remedy(int code);

/* ---- connections on disk ---- */

/* $XDG_CONFIG_HOME/perch/connections/NAME.json. Missing folders are created. */
Connection *connections_load(const char *config_dir, const char *name, GError **error);
/* A damaged file is set aside as NAME.json.damaged-N, never overwritten; a file from a newer perch
 * is refused with PERCH_ERROR_INPUT. *ret_aside: a sentence about what was set aside, owned by the
 * caller; NULL when nothing was. connections_save, which does not report this, is for callers that
 * have just read the file. */
bool connections_save(const char *config_dir, const Connection *connection, GError **error);
bool connections_save_telling(const char *config_dir, const Connection *connection,
                              char **ret_aside, GError **error);
/* Whether the file exists but is not a connection, nor one of a newer perch. */
bool connections_is_damaged(const char *config_dir, const char *name);
/* Saves what the org told (instance URL, ids, granted scopes, rotation, how long a login lasts) and
 * nothing else, to preserve other processes' changes to the file; writes only if something changed.
 */
bool connections_learn(const char *config_dir, const Connection *learnt, GError **error);
bool connections_delete(const char *config_dir, const char *name, GError **error);

struct connections_entry {
    char *name;
    Connection *connection; /* NULL when the file cannot be read; ... */
    char *problem;          /* ... then why, for a person */
};
/* All connections, sorted by name (struct connections_entry *, freed with the array). An unreadable
 * folder gives one entry with a problem, named by its path. */
GPtrArray *connections_list(const char *config_dir);
/* The same without reading the files: entries have neither connection nor problem until
 * connections_read. */
GPtrArray *connections_names(const char *config_dir);
void connections_read(const char *config_dir, struct connections_entry *entry);

/* ---- one refresh at a time ---- */

/* Lock between processes for one connection ($XDG_RUNTIME_DIR/perch/NAME-<hash of config_dir>.lock,
 * fcntl open-file-description lock). Asynchronous, reasonably fair, cancellable. store_lock_free
 * releases the lock, as does the end of the process, however it ends. */
typedef struct StoreLock StoreLock;
void store_lock_take(const char *config_dir, const char *name, GCancellable *cancellable,
                     GAsyncReadyCallback done, gpointer user);
StoreLock *store_lock_take_finish(GAsyncResult *result, GError **error);
void store_lock_free(StoreLock *lock); /* NULL is fine */

/* Allows one set-up (import, rename, end) of a name at a time, for as long as it is held. Does not
 * wait; PERCH_ERROR_BUSY says who holds it and what to do. Child processes do not inherit it. */
StoreLock *store_lock_setup(const char *config_dir, const char *name, GError **error);

/* A line in the lock's file for the next holder; it survives if this one is killed. NULL or ""
 * clears it. Never put a secret there. Reading gives NULL when there is none; owned by the caller.
 */
void store_lock_note(StoreLock *lock, const char *note);
char *store_lock_read_note(const StoreLock *lock);
/* For sharing the lock with another process: fd is the descriptor to pass on (borrowed); adopt
 * makes a lock of such a descriptor in the other process (takes it); leave drops this process's
 * share, whereas store_lock_free would release the lock for all. */
int store_lock_fd(const StoreLock *lock);
StoreLock *store_lock_adopt(int fd);
void store_lock_leave(StoreLock *lock); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLock, store_lock_free)

/* ---- a Secret Service of our own (demo in a container; a server without one) ---- */

/* Starts dbus-daemon on a private bus (no service folders) and, on it, gnome-keyring-daemon in the
 * given folder, unlocked with password; sets DBUS_SESSION_BUS_ADDRESS for this process. Both end
 * with store_private_free or when this process dies. PERCH_ERROR_NOT_FOUND names the missing
 * package; PERCH_ERROR_STORE_LOCKED: the folder's keyring has another password. Stored items stay
 * in the folder, encrypted, for the next run. Synchronous: call it before anything else runs. */
typedef struct StorePrivate StorePrivate;
StorePrivate *store_private_start(const char *folder, Secret *password, GError **error);
void store_private_free(StorePrivate *service); /* NULL is fine; stops both, by pid */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePrivate, store_private_free)

#endif
