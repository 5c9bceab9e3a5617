/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_H
#define PERCH_STORE_H

#include <gio/gio.h>
#include <stdbool.h>

#include "perch/base/connection.h"
#include "perch/base/secrets.h"

/*
 * Where secrets live: one item a connection, in one of several kinds of store behind one face.
 */
typedef struct Store Store;

enum store_kind {
#define STORE_KIND(id, name, ops) id,
#include "perch/store/kinds.def"
#undef STORE_KIND
    STORE_KIND_COUNT
};

/* For the connections of config_dir. The Secret Service is reached lazily, at the first call; its
 * items carry public attributes only: the schema "io.perch.Connection", the connection's name, and
 * config_dir (so that a demo or a test never sees the person's own). Memory lasts as long as the
 * Store, and ignores config_dir. */
Store *store_open(enum store_kind kind, const char *config_dir);
void store_free(Store *store); /* cancels what is under way */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

/* "gnome-keyring", "KeePassXC", "KWallet", "memory" ... as far as can be told; borrowed. */
const char *store_provider(const Store *store);

/* From the next call on, every store of this process looks for the Secret Service on the bus at
 * address instead of on the session bus; NULL goes back to that. Programs that perch starts do not
 * notice. */
void store_use_bus(const char *address);
/* From the next call on, every call of this process fails with PERCH_ERROR_STORE_LOCKED and this
 * sentence, until store_use_bus is called. */
void store_refuse(const char *why);

/* From now on unlock counts as false in every call, the probe and erase included: for runs that
 * must not ask (--no-input). */
void store_never_ask(Store *store);

/*
 * All calls are asynchronous on the default main context; the callback comes exactly once,
 * from the loop. They follow GIO: start, then _finish in the callback. Errors are those of
 * PERCH_ERROR: STORE_ABSENT, STORE_LOCKED, STORE_NO_COLLECTION, STORE_FAILED, CANCELLED; lookup
 * gives NOT_FOUND when nothing is stored under that name, STORE_DAMAGED or STORE_NEWER for an item
 * that cannot be read; a name that is none gives USAGE. unlock:
 * may the service ask the person (a prompt, for as long as the cancellable lets it)? Save may then
 * also make the default keyring. A prompt that the person closes is STORE_LOCKED (making a keyring:
 * STORE_NO_COLLECTION). While nobody is asked, a service that says nothing for 10 s is given up
 * with STORE_FAILED; so is one that ends, or a bus that is lost, in the middle of a call.
 *
 * The process has one connection to the bus and one session with the service, for all stores and
 * calls. They are opened by the first call, and anew by the next one after the service was
 * restarted or the bus was lost. Nothing that the service says is kept: each read asks it again. A
 * process that ends while the connection opens waits for that, one second at most: gnome-keyring 42
 * aborts when a client leaves meanwhile.
 *
 * Where several items match, load takes the newest readable one; save leaves one; erase none.
 * NOT_FOUND is only said when the default collection is open: some services hide locked items.
 */

/* Stored means: written, then read back through a connection and a session that were opened for
 * this alone, as another process would read it, and found identical. A service that asks the person
 * about each program (KeePassXC can) is not made to ask again: what is locked for the new
 * connection only is read back through the one that wrote. */
void store_save(Store *store, const char *name, const struct secrets *secrets, bool unlock,
                GCancellable *cancellable, GAsyncReadyCallback done, gpointer user);
bool store_save_finish(Store *store, GAsyncResult *result, GError **error);

void store_load(Store *store, const char *name, bool unlock, GCancellable *cancellable,
                GAsyncReadyCallback done, gpointer user);
/* *ret_secrets is the caller's, to be cleared. */
bool store_load_finish(Store *store, GAsyncResult *result, struct secrets *ret_secrets,
                       GError **error);

/* Once for each store, for a run that is about to load many names (NULL-terminated, of connections)
 * and to ask nobody: reads their items together, and the first load of each takes what was read
 * then. Nothing else changes: what is not sure (several items, a locked one, an error) each load
 * reads for itself, and a save or an erase makes its name's next load read anew. */
void store_read_ahead(Store *store, const char *const *names);

void store_erase(Store *store, const char *name, GCancellable *cancellable,
                 GAsyncReadyCallback done, gpointer user);
bool store_erase_finish(Store *store, GAsyncResult *result, GError **error);

/* Saves a dummy item, which includes reading it back, and deletes it. May ask, as with unlock.
 * Answers at once when cancelled; the dummy is then deleted behind it. */
void store_probe(Store *store, GCancellable *cancellable, GAsyncReadyCallback done, gpointer user);
bool store_probe_finish(Store *store, GAsyncResult *result, GError **error);

/* The sentence for a person and what to do, for each of the STORE_* codes; borrowed, translated. */
const char *store_error_remedy(int code);

/* ---- connections on disk ---- */

/* $XDG_CONFIG_HOME/perch/connections/NAME.json. All paths may be made on the way. */
Connection *connections_load(const char *config_dir, const char *name, GError **error);
/* A damaged file in its place is set aside as NAME.json.damaged-N, never overwritten; one of a
 * newer perch is refused with PERCH_ERROR_INPUT. *ret_aside: a sentence about what was set aside,
 * for the person, owned by the caller; NULL when nothing was. connections_save is for who has just
 * read the file. */
bool connections_save(const char *config_dir, const Connection *connection, GError **error);
bool connections_save_telling(const char *config_dir, const Connection *connection,
                              char **ret_aside, GError **error);
/* Whether a file is there that is no connection, and not of a newer perch either. */
bool connections_is_damaged(const char *config_dir, const char *name);
/* Takes over into the file what a token answer tells (instance URL, ids, granted scopes, rotation)
 * and nothing else, so that another program's changes to it stay; writes only what changed. */
bool connections_learn(const char *config_dir, const Connection *learnt, GError **error);
bool connections_delete(const char *config_dir, const char *name, GError **error);

struct connections_entry {
    char *name;
    Connection *connection; /* NULL when the file cannot be read: */
    char *problem;          /* then why, for a person */
};
/* All of them by name (struct connections_entry *, freed with the array). A folder that cannot be
 * read is one entry with a problem, named by its path. */
GPtrArray *connections_list(const char *config_dir);
/* The same without reading the files: an entry has neither connection nor problem until
 * connections_read. */
GPtrArray *connections_names(const char *config_dir);
void connections_read(const char *config_dir, struct connections_entry *entry);

/* ---- one refresh at a time ---- */

/* Lock between processes for one connection ($XDG_RUNTIME_DIR/perch/NAME-<hash of config_dir>.lock,
 * fcntl open-file-description lock). Asynchronous, fair enough, given up when cancelled. The lock
 * is let go by store_lock_free or when the process ends in any way. */
typedef struct StoreLock StoreLock;
void store_lock_take(const char *config_dir, const char *name, GCancellable *cancellable,
                     GAsyncReadyCallback done, gpointer user);
StoreLock *store_lock_take_finish(GAsyncResult *result, GError **error);
void store_lock_free(StoreLock *lock); /* NULL is fine */

/* One set-up (import, rename, end) of a name at a time: of this name, for as long as it is held.
 * Does not wait; PERCH_ERROR_BUSY with a sentence that says who has it and what to do. No program
 * that is started inherits it. */
StoreLock *store_lock_setup(const char *config_dir, const char *name, GError **error);

/* A line in the lock's file for whoever takes the lock next: it outlives a holder that is killed.
 * NULL or "" empties it. No secret goes there. The reader gets NULL when there is none; owned by
 * the caller. */
void store_lock_note(StoreLock *lock, const char *note);
char *store_lock_read_note(const StoreLock *lock);
/* A process that shares the lock: the descriptor to give it (borrowed), the lock of such a
 * descriptor over there (takes it), and leaving the lock to those that share it, where
 * store_lock_free would end it for all of them. */
int store_lock_fd(const StoreLock *lock);
StoreLock *store_lock_adopt(int fd);
void store_lock_leave(StoreLock *lock); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLock, store_lock_free)

/* ---- a Secret Service of our own (demo in a container; a server without one) ---- */

/* Starts dbus-daemon on a private bus (no service folders) and gnome-keyring-daemon on it, in the
 * given folder, unlocked with password; sets DBUS_SESSION_BUS_ADDRESS for this process. Both end
 * with store_private_free, and when this process dies. PERCH_ERROR_NOT_FOUND names the package
 * that is missing; PERCH_ERROR_STORE_LOCKED: the folder's keyring has another password. What is
 * stored stays in the folder, encrypted, for the next run. Synchronous: called before anything else
 * runs. */
typedef struct StorePrivate StorePrivate;
StorePrivate *store_private_start(const char *folder, Secret *password, GError **error);
void store_private_free(StorePrivate *service); /* NULL is fine; stops both, by pid */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePrivate, store_private_free)

#endif
