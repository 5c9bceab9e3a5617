/* SPDX-License-Identifier: MIT */
#ifndef PERCH_STORE_PRIVATE_H
#define PERCH_STORE_PRIVATE_H

#include "perch/store/store.h"

/*
 * Interface of a kind of store: keeps one text under a name. Each call owns its GTask and returns a
 * result exactly once, from the loop, with errors of PERCH_ERROR. Names have been checked and texts
 * are valid items.
 */
struct store_ops {
    void (*open)(Store *store); /* creates store->own; may be NULL */
    void (*save)(Store *store, const char *name, Secret *item, bool unlock, GTask *task);
    /* Returns a Secret. fresh: read it like another process. */
    void (*load)(Store *store, const char *name, bool unlock, bool fresh, GTask *task);
    void (*erase)(Store *store, const char *name, bool unlock, GTask *task);
    void (*read_ahead)(Store *store, const char *const *names); /* may be NULL */
    void (*clear)(Store *store);                                /* frees store->own; may be NULL */
};

struct Store {
    const struct store_ops *ops;
    gint references;
    bool never_ask;
    GCancellable *closing; /* cancelled by store_free; running calls watch it */
    char *provider;
    char *config_dir; /* absolute */
    void *own;        /* the kind's own data */
};

#define STORE_KIND(id, name, ops) extern const struct store_ops ops;
#include "perch/store/kinds.def"
#undef STORE_KIND

Store *store_ref(Store *store);
void store_unref(Store *store);

#endif
