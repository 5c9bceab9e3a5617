/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"

/* Finds many words in one pass: at each position, four bytes select the few words that can begin
 * there. */

enum { KEY_BYTES = 4, BUCKET_BITS = 12, BUCKETS = 1 << BUCKET_BITS };

struct words {
    const char *const *list;
    gsize *length;
    int first[BUCKETS]; /* index of a word; -1 = no word begins like this */
    int *next;
};

static guint bucket_of(const char *p)
{
    guint32 key;
    memcpy(&key, p, KEY_BYTES);
    return (key * 2654435761U) >> (32 - BUCKET_BITS);
}

struct words *words_new(const char *const *list, gsize count)
{
    struct words *words = g_new(struct words, 1);
    words->list = list;
    words->length = g_new(gsize, count);
    words->next = g_new(int, count);
    for (int i = 0; i < BUCKETS; i++)
        words->first[i] = -1;
    for (gsize i = count; i-- > 0;) {
        guint bucket = bucket_of(list[i]);
        words->length[i] = strlen(list[i]);
        words->next[i] = words->first[bucket];
        words->first[bucket] = (int)i;
    }
    return words;
}

void words_each(const struct words *words, const char *lower, gsize length, words_found found,
                gpointer user)
{
    for (gsize at = 0; at + KEY_BYTES <= length; at++)
        for (int i = words->first[bucket_of(lower + at)]; i >= 0; i = words->next[i])
            if (words->length[i] <= length - at &&
                memcmp(words->list[i], lower + at, words->length[i]) == 0)
                found((guint)i, at, user);
}
