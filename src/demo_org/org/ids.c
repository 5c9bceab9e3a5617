/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/org/state.h"
#include "perch/base/secret.h"

enum { ID_SHORT = 15, ID_LONG = 18 };

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Three characters, each encoding which of five characters are upper case, so that ids survive
 * programs that ignore case. */
static void id_checksum(const char *id, char *sum)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    for (int group = 0; group < 3; group++) {
        unsigned capitals = 0;
        for (unsigned i = 0; i < 5; i++)
            if (g_ascii_isupper(id[group * 5 + (int)i]))
                capitals |= 1u << i;
        sum[group] = letters[capitals];
    }
}

char *id_18(const char *id)
{
    if (strlen(id) < ID_SHORT)
        return g_strdup(id);
    char *result = g_malloc0(ID_LONG + 1);
    memcpy(result, id, ID_SHORT);
    id_checksum(id, result + ID_SHORT);
    return result;
}

bool id_same(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return false;
    gsize a_length = strlen(a), b_length = strlen(b);
    if ((a_length != ID_SHORT && a_length != ID_LONG) ||
        (b_length != ID_SHORT && b_length != ID_LONG))
        return false;
    g_autofree char *left = id_18(a);
    g_autofree char *right = id_18(b);
    return strcmp(left, right) == 0 && (a_length == ID_SHORT || strcmp(a, left) == 0) &&
           (b_length == ID_SHORT || strcmp(b, right) == 0);
}

char *id_make(struct state *state, const char *prefix)
{
    char *id = g_strdup_printf("%sDn0000000000", prefix);
    guint64 rest = ++state->serial;
    for (int at = ID_SHORT - 1; at > 4 && rest > 0; at--) {
        id[at] = digits[rest % 62];
        rest /= 62;
    }
    return id;
}

char *token_make(const char *start, gsize length)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    gsize used = strlen(start);
    guint8 noise[256];
    g_assert(length < sizeof noise && used + strlen(TOKEN_MARKER) < length);
    random_bytes(noise, sizeof noise);
    char *token = g_malloc0(length + 1);
    memcpy(token, start, used);
    for (gsize i = used; i < length; i++)
        token[i] = alphabet[noise[i] & 63];
    memcpy(token + used, TOKEN_MARKER, strlen(TOKEN_MARKER));
    return token;
}

char *secret_make(void)
{
    guint8 noise[32];
    GString *text = g_string_new(NULL);
    random_bytes(noise, sizeof noise);
    for (gsize i = 0; i < sizeof noise; i++)
        g_string_append_printf(text, "%02X", noise[i]);
    memcpy(text->str + 20, TOKEN_MARKER_HEX, strlen(TOKEN_MARKER_HEX));
    return g_string_free(text, FALSE);
}
