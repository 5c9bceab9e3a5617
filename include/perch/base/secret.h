/* SPDX-License-Identifier: MIT */
#ifndef PERCH_SECRET_H
#define PERCH_SECRET_H

#include <glib.h>
#include <stdbool.h>

/*
 * Secrets: values that must not reach argv, the environment, a log, an error text, a file or an
 * unmasked screen. A Secret is immutable, reference-counted and kept in memory that is never
 * swapped out and is wiped with the last reference. A SecretBuf builds one.
 */
typedef struct _SecretValue Secret;

/* Copies text. The result is owned by the caller. NULL in, NULL out. */
Secret *secret_new(const char *text);
Secret *secret_new_len(const char *text, gsize length);
Secret *secret_ref(Secret *secret); /* NULL in, NULL out */
void secret_unref(Secret *secret);  /* NULL is fine */

/* The text, NUL-terminated, valid while a reference is held; "" for NULL. Call it as late as
 * possible. */
const char *secret_peek(const Secret *secret);
gsize secret_length(const Secret *secret);

/* Constant time in the contents (not in the length). NULL equals only NULL. */
bool secret_equal(const Secret *a, const Secret *b);
bool secret_equal_text(const Secret *a, const char *b);

/* Replaces *place with a new reference to value (may be NULL). */
void secret_set(Secret **place, Secret *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_unref)

/* Overwrites memory; the compiler may not optimise this away. */
void wipe(void *memory, gsize size);

/* Wipes and frees a NUL-terminated string from g_malloc. NULL is fine. */
void wipe_free(char *text);

/* A string that is wiped and freed when it goes out of scope: g_autoptr(WipedText). */
typedef char WipedText;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WipedText, wipe_free)

/* A byte buffer that wipes its memory when it grows or is freed. Always NUL-terminated. */
typedef struct SecretBuf SecretBuf;
struct SecretBuf {
    char *text;
    gsize length;
    gsize capacity;
};

SecretBuf *secret_buf_new(void);
void secret_buf_free(SecretBuf *buf); /* NULL is fine */
void secret_buf_add(SecretBuf *buf, const char *text);
void secret_buf_add_len(SecretBuf *buf, const char *bytes, gsize length);
void secret_buf_clear(SecretBuf *buf); /* wipes, keeps the object */

/* Adds "name=value" to an application/x-www-form-urlencoded body, with '&' before it if needed. */
void secret_buf_add_form(SecretBuf *buf, const char *name, const char *value);
Secret *secret_buf_to_secret(const SecretBuf *buf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecretBuf, secret_buf_free)

/*
 * Process-wide preparations that must come first in main: cJSON's allocators wipe what they free,
 * core dumps are off, files are created for the owner only.
 */
void secret_init_process(void);

/* Allocators that wipe: for curl_global_init_mem and cJSON_InitHooks. */
void *wiping_malloc(gsize size);
void *wiping_calloc(gsize count, gsize size);
void *wiping_realloc(void *old, gsize size);
char *wiping_strdup(const char *text);
void wiping_free(void *memory);

/* Fills bytes from the kernel's random source; aborts if it is unavailable. */
void random_bytes(void *bytes, gsize count);

/* count random bytes as unpadded base64url text (RFC 4648 section 5). */
Secret *secret_new_random(gsize count);

#endif
