/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"

/* A long text is scanned once, quickly; what may matter is kept for the slow parsing. */

enum {
    SHORT_BYTES = 96 * 1024, /* a text this short is its own digest */
    DIGEST_BYTES = 192 * 1024,
    PIECE_BYTES = 4 * 1024, /* limit for a piece of a very long line */
    BEFORE = 3,             /* pieces kept before one that matters */
    AFTER = 8,
    SAME = 2, /* copies kept of a line that only differs in numbers */
};

struct piece {
    gsize start, length;
    bool matters, kept;
};

/* Upper case and an underscore: a code. */
static bool has_code(const char *text, gsize length)
{
    bool underscore = false;
    gsize run = 0;
    for (gsize i = 0; i < length; i++) {
        bool fits = g_ascii_isupper(text[i]) || text[i] == '_';
        underscore = fits && (text[i] == '_' || underscore);
        run = fits ? run + 1 : 0;
        if (run >= 8 && underscore)
            return true;
    }
    return false;
}

/* A hash that is equal for lines that differ in numbers only, such as times and ids. */
static guint likeness(const char *text, gsize length)
{
    guint hash = 5381;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isxdigit(text[i]))
            hash = hash * 33 + (guchar)text[i];
    return hash;
}

static gsize piece_length(const char *text)
{
    gsize length = 0;
    while (length < PIECE_BYTES && text[length] != '\0' && text[length] != '\n')
        length++;
    if (length < PIECE_BYTES)
        return length + (text[length] == '\n');
    length = PIECE_BYTES;
    while (((guchar)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

static GArray *cut(const char *text)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (gsize at = 0; text[at] != '\0';) {
        struct piece piece = {.start = at, .length = piece_length(text + at)};
        if (paste_line_matters(lower + at, piece.length) || has_code(text + at, piece.length)) {
            gpointer like = GUINT_TO_POINTER(likeness(text + at, piece.length));
            guint times = GPOINTER_TO_UINT(g_hash_table_lookup(seen, like));
            piece.matters = times < SAME;
            g_hash_table_insert(seen, like, GUINT_TO_POINTER(times + 1));
        }
        g_array_append_val(pieces, piece);
        at += piece.length;
    }
    return pieces;
}

static struct piece *piece_at(GArray *pieces, guint i)
{
    return &g_array_index(pieces, struct piece, i);
}

/* Marks what is kept; returns its bytes. */
static gsize mark(GArray *pieces)
{
    gsize bytes = 0;
    for (guint i = 0; i < pieces->len; i++) {
        if (!piece_at(pieces, i)->matters)
            continue;
        guint last = MIN(i + AFTER, pieces->len - 1);
        for (guint k = i - MIN(i, BEFORE); k <= last; k++)
            piece_at(pieces, k)->kept = true;
    }
    for (guint i = 0; i < pieces->len; i++)
        bytes += piece_at(pieces, i)->kept ? piece_at(pieces, i)->length : 0;
    return bytes;
}

/* Too much for the slow parsing: drop the middle. */
static gsize drop_middle(GArray *pieces, gsize bytes)
{
    gsize read = 0, dropped = 0;
    for (guint i = 0; i < pieces->len; i++) {
        struct piece *piece = piece_at(pieces, i);
        if (!piece->kept)
            continue;
        if (read > DIGEST_BYTES / 2 && bytes - dropped > DIGEST_BYTES) {
            piece->kept = false;
            dropped += piece->length;
        } else {
            read += piece->length;
        }
    }
    return dropped;
}

char *paste_digest(const char *text, gsize *ret_left_out)
{
    *ret_left_out = 0;
    if (strnlen(text, SHORT_BYTES + 1) <= SHORT_BYTES)
        return g_strdup(text);
    g_autoptr(GArray) pieces = cut(text);
    *ret_left_out = drop_middle(pieces, mark(pieces));
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < pieces->len; i++) {
        const struct piece *piece = piece_at(pieces, i);
        if (!piece->kept)
            continue;
        if (i > 0 && !piece_at(pieces, i - 1)->kept && out->len > 0)
            g_string_append_c(out, '\n');
        g_string_append_len(out, text + piece->start, (gssize)piece->length);
    }
    /* Nothing looks like an error: show the beginning. */
    if (out->len == 0) {
        g_autofree char *head = g_strndup(text, SHORT_BYTES);
        return g_utf8_make_valid(head, -1);
    }
    return g_strdup(out->str);
}
