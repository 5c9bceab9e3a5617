/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_KEYRING_H
#define TESTS_SUPPORT_KEYRING_H

#include "perch/store/store.h"

/*
 * A temporary home and, on a private bus in it, a real gnome-keyring or KWallet; and blocking
 * versions of the calls of store.h, which run the main loop until the answer arrives. Everything
 * here ends the test program with a message when it is unavailable: no test passes because
 * something is missing.
 */

/* Creates an empty HOME with the XDG folders and changes the environment of the process to it (no
 * session bus, no display). tmp_home_free deletes it. */
char *tmp_home_new(void);
void tmp_home_free(char *home);

enum keyring_kind {
    KEYRING_UNLOCKED, /* a login keyring, open */
    KEYRING_EMPTY,    /* the service runs, without any keyring yet */
    KEYRING_NONE,     /* a bus without the service */
    KEYRING_KWALLET,  /* kwalletd5 (libkf5wallet-bin, libqca-qt5-2-plugins), its wallet open */
};
StorePrivate *keyring_start(const char *home, enum keyring_kind kind);

/* Locks the login keyring, as a screen lock would. */
void keyring_lock(void);

/* Runs the main loop until *flag; ends the program after 30 s. */
void run_until(const bool *flag, const char *what);

/* The calls: CALL_OK or the resulting code of PERCH_ERROR (G_MAXINT for another domain). The text
 * of the last error is in call_message. A cancellable may be NULL. */
extern char call_message[512];
int call_save(Store *store, const char *name, const struct secrets *secrets, bool unlock);
int call_load(Store *store, const char *name, bool unlock, struct secrets *ret_secrets);
int call_erase(Store *store, const char *name);
int call_probe(Store *store, GCancellable *cancellable);

enum { CALL_OK = -1 }; /* PERCH_ERROR_USAGE is 0 */

/* For calls that a test starts itself: the callback fills the struct. */
struct answer {
    bool done;
    int code;
    struct secrets secrets; /* of a successful load */
};
void on_save_answer(GObject *source, GAsyncResult *result, gpointer answer);
void on_load_answer(GObject *source, GAsyncResult *result, gpointer answer);
void on_erase_answer(GObject *source, GAsyncResult *result, gpointer answer);
void on_probe_answer(GObject *source, GAsyncResult *result, gpointer answer);

/* Runs a program to its end with input on its standard input; its output, without the last line
 * break, is the caller's. NULL when it failed. */
char *run_program(const char *const *argv, const char *input);

#endif
