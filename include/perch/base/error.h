/* SPDX-License-Identifier: MIT */
#ifndef PERCH_ERROR_H
#define PERCH_ERROR_H

#include <glib.h>

/*
 * One error domain. Codes stand for kinds of remedy, not for places in the code. The message of a
 * GError is one sentence for a person that says what to do, and never holds a secret.
 */
#define PERCH_ERROR (perch_error_quark())
GQuark perch_error_quark(void);

enum perch_error {
    PERCH_ERROR_USAGE,        /* the person (or the script) asked for something impossible */
    PERCH_ERROR_CANCELLED,    /* the person stopped it */
    PERCH_ERROR_INPUT,        /* text that does not parse: an address, a code, JSON, a file */
    PERCH_ERROR_NETWORK,      /* the other side was unreachable, or the connection was lost */
    PERCH_ERROR_OAUTH,        /* Salesforce refused a token */
    PERCH_ERROR_REST,         /* Salesforce refused a REST call */
    PERCH_ERROR_STORE_ABSENT, /* no Secret Service */
    PERCH_ERROR_STORE_LOCKED, /* the Secret Service's collection is locked */
    PERCH_ERROR_STORE_NO_COLLECTION, /* the Secret Service has no default collection */
    PERCH_ERROR_STORE_FAILED,        /* any other error of the Secret Service */
    PERCH_ERROR_STORE_DAMAGED,       /* the item exists but is not one of perch's */
    PERCH_ERROR_STORE_NEWER,         /* the item was written by a newer perch; never replace it */
    PERCH_ERROR_NOT_FOUND,           /* no such connection, item or file */
    PERCH_ERROR_FILE,                /* a file could not be read or written */
    PERCH_ERROR_BUSY,                /* in use by another process; works later */
    PERCH_ERROR_LIMIT,               /* larger than perch accepts */
    PERCH_ERROR_INTERNAL,            /* a bug in perch */
};

/* Exit codes, the same for every command (perch(1), EXIT STATUS). */
enum perch_exit {
    PERCH_EXIT_OK = 0,
    PERCH_EXIT_UNEXPECTED = 1,
    PERCH_EXIT_USAGE = 2,
    PERCH_EXIT_CANCELLED = 3,
    PERCH_EXIT_AUTHORIZATION = 4,
    PERCH_EXIT_APP = 5,
    PERCH_EXIT_API = 6,
    PERCH_EXIT_RECORD = 7,
    PERCH_EXIT_NETWORK = 8,
    PERCH_EXIT_KEYRING = 9,
    PERCH_EXIT_BUSY = 10,
};

/* The exit code for an error of PERCH_ERROR; PERCH_EXIT_UNEXPECTED for any other domain. */
enum perch_exit perch_error_exit(const GError *error);

#endif
