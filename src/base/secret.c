/* SPDX-License-Identifier: MIT */
#include "perch/base/secret.h"

#include <errno.h>
#include <libsecret/secret.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "perch/base/json.h"

Secret *secret_new(const char *text)
{
    return text == NULL ? NULL : secret_new_len(text, strlen(text));
}

Secret *secret_new_len(const char *text, gsize length)
{
    return secret_value_new(text, (gssize)length, "text/plain");
}

Secret *secret_ref(Secret *secret)
{
    return secret == NULL ? NULL : secret_value_ref(secret);
}

void secret_unref(Secret *secret)
{
    if (secret != NULL)
        secret_value_unref(secret);
}

const char *secret_peek(const Secret *secret)
{
    return secret == NULL ? "" : secret_value_get((Secret *)(guintptr)secret, NULL);
}

gsize secret_length(const Secret *secret)
{
    gsize length = 0;
    if (secret != NULL)
        secret_value_get((Secret *)(guintptr)secret, &length);
    return length;
}

static bool equal_bytes(const char *a, gsize a_length, const char *b, gsize b_length)
{
    unsigned char difference = a_length != b_length;
    for (gsize i = 0; i < a_length && i < b_length; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

bool secret_equal(const Secret *a, const Secret *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return equal_bytes(secret_peek(a), secret_length(a), secret_peek(b), secret_length(b));
}

bool secret_equal_text(const Secret *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == NULL && b == NULL;
    return equal_bytes(secret_peek(a), secret_length(a), b, strlen(b));
}

void secret_set(Secret **place, Secret *value)
{
    Secret *old = *place;
    *place = secret_ref(value);
    secret_unref(old);
}

void wipe(void *memory, gsize size)
{
    if (memory != NULL)
        explicit_bzero(memory, size);
}

void wipe_free(char *text)
{
    if (text != NULL)
        wipe(text, strlen(text));
    g_free(text);
}

SecretBuf *secret_buf_new(void)
{
    SecretBuf *buf = g_new0(SecretBuf, 1);
    buf->capacity = 256;
    buf->text = g_malloc0(buf->capacity);
    return buf;
}

void secret_buf_free(SecretBuf *buf)
{
    if (buf == NULL)
        return;
    wipe(buf->text, buf->capacity);
    g_free(buf->text);
    g_free(buf);
}

void secret_buf_clear(SecretBuf *buf)
{
    wipe(buf->text, buf->capacity);
    buf->length = 0;
}

void secret_buf_add_len(SecretBuf *buf, const char *bytes, gsize length)
{
    gsize needed = buf->length + length + 1;
    if (needed > buf->capacity) {
        gsize capacity = MAX(needed, buf->capacity * 2);
        char *text = g_malloc0(capacity);
        memcpy(text, buf->text, buf->length);
        wipe(buf->text, buf->capacity);
        g_free(buf->text);
        buf->text = text;
        buf->capacity = capacity;
    }
    if (length > 0)
        memcpy(buf->text + buf->length, bytes, length);
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void secret_buf_add(SecretBuf *buf, const char *text)
{
    secret_buf_add_len(buf, text, strlen(text));
}

static void add_escaped(SecretBuf *buf, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (const char *p = text; *p != '\0'; p++) {
        if (g_ascii_isalnum(*p) || strchr("-._~", *p) != NULL) {
            secret_buf_add_len(buf, p, 1);
        } else {
            unsigned char c = (unsigned char)*p;
            secret_buf_add_len(buf, (const char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
        }
    }
}

void secret_buf_add_form(SecretBuf *buf, const char *name, const char *value)
{
    if (buf->length > 0)
        secret_buf_add(buf, "&");
    add_escaped(buf, name);
    secret_buf_add(buf, "=");
    add_escaped(buf, value);
}

Secret *secret_buf_to_secret(const SecretBuf *buf)
{
    return secret_new_len(buf->text, buf->length);
}

void *wiping_malloc(gsize size)
{
    return malloc(size);
}

void *wiping_calloc(gsize count, gsize size)
{
    return calloc(count, size);
}

void wiping_free(void *memory)
{
    if (memory == NULL)
        return;
    explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

/* Never realloc(3): it may move the block and leave the old copy behind. */
void *wiping_realloc(void *old, gsize size)
{
    if (old == NULL)
        return malloc(size);
    gsize old_size = malloc_usable_size(old);
    void *fresh = malloc(size);
    if (fresh == NULL)
        return NULL;
    memcpy(fresh, old, MIN(old_size, size));
    wiping_free(old);
    return fresh;
}

char *wiping_strdup(const char *text)
{
    return strdup(text);
}

void secret_init_process(void)
{
    json_use_wiping_allocators();
    umask(077);
    unsetenv("SSLKEYLOGFILE"); /* libcurl would write the keys of every connection there */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGXFSZ,
           SIG_IGN); /* a write beyond the file size limit fails instead of killing perch */
#ifndef PERCH_DEBUGGABLE
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

void random_bytes(void *bytes, gsize count)
{
    char *p = bytes;
    while (count > 0) {
        ssize_t got = getrandom(p, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            g_error("the kernel gives no random bytes: %s", g_strerror(errno));
        p += got;
        count -= (gsize)got;
    }
}

Secret *secret_new_random(gsize count)
{
    guchar *bytes = g_malloc(count);
    random_bytes(bytes, count);
    char *text = g_base64_encode(bytes, count);
    gsize length = 0;
    for (char *p = text; *p != '\0' && *p != '='; p++, length++)
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    Secret *secret = secret_new_len(text, length);
    wipe(bytes, count);
    g_free(bytes);
    wipe_free(text);
    return secret;
}
