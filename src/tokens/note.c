/* SPDX-License-Identifier: MIT */
#include "answer.h"

/* The note in the lock's file. */

enum { FINGERPRINT = 16 };

/* A short digest of a long random token reveals nothing about it but identifies it. */
static char *fingerprint(const Secret *token)
{
    g_autofree char *digest = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)secret_peek(token), secret_length(token));
    return g_strndup(digest, FINGERPRINT);
}

gint64 refresh_note_read(const StoreLock *lock, const Secret *token)
{
    g_autofree char *note = store_lock_read_note(lock);
    g_autofree char *ours = fingerprint(token);
    char *rest = NULL;
    gint64 posted_ms = note == NULL ? 0 : g_ascii_strtoll(note, &rest, 10);
    return posted_ms > 0 && *rest == ' ' && g_str_equal(rest + 1, ours) ? posted_ms : 0;
}

void refresh_note_write(StoreLock *lock, const Secret *token, gint64 posted_ms)
{
    g_autofree char *ours = fingerprint(token);
    g_autofree char *note = g_strdup_printf("%" G_GINT64_FORMAT " %s", posted_ms, ours);
    store_lock_note(lock, note);
}
