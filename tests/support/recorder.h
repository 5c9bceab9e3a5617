/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TESTS_RECORDER_H
#define PERCH_TESTS_RECORDER_H

#include <glib.h>

/*
 * A relay on 127.0.0.1 between perch and a server of the tests: passes everything on unchanged and
 * keeps the exact bytes of each request. It runs in its own threads, so a test may block or run any
 * loop meanwhile. For plain http; let perch reach it with connect_to in network.json
 * ("localhost:TARGET:127.0.0.1:RECORDER"), so that addresses and Host stay those of the target.
 */
typedef struct Recorder Recorder;

/* Relays to 127.0.0.1:target_port; listens on *ret_port. */
Recorder *recorder_new(guint16 target_port, guint16 *ret_port);

/* The requests that have arrived whole so far (head, and body by Content-Length), in that order,
 * over all connections: char *, NUL-terminated. Owned by the caller. */
GPtrArray *recorder_requests(Recorder *recorder);

/* How many connections were made. */
guint recorder_connections(Recorder *recorder);

void recorder_free(Recorder *recorder); /* closes every connection; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)

#endif
