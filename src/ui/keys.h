/* SPDX-License-Identifier: MIT */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <glib.h>
#include <stdbool.h>

/*
 * Decodes curses' input into what a person did: characters, function keys, Esc, pastes. Recognises
 * a bracketed paste however the terminal splits it; with burst on, characters that come faster than
 * anybody types count as a paste, too. Makes no curses calls; the caller keeps the time.
 */
typedef struct KeyDecoder KeyDecoder;

enum key_kind {
    KEY_KIND_CHAR,  /* code: a character, control characters and Esc included */
    KEY_KIND_CODE,  /* code: one of curses' KEY_ codes */
    KEY_KIND_PASTE, /* text, length: wiped after the call */
};

struct key {
    enum key_kind kind;
    guint code;
    const char *text;
    gsize length;
};

/* Codes that term.c makes curses return for the paste brackets. */
enum { KEY_CODE_PASTE_BEGIN = 0x1001, KEY_CODE_PASTE_END = 0x1002 };
/* Alt with a digit: this plus the digit. */
enum { KEY_CODE_ALT = 0x2000 };

#define KEYS_BURST 6 /* this many characters at once are a paste */

typedef void (*KeySink)(const struct key *key, gpointer user);

KeyDecoder *keys_new(KeySink sink, gpointer user);
void keys_free(KeyDecoder *keys); /* wipes; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyDecoder, keys_free)

/* Sets whether characters in quick succession are a paste; a running burst continues. */
void keys_set_burst(KeyDecoder *keys, bool burst);

/* Takes the result of get_wch: a character, or (is_code) a KEY_ code. */
void keys_feed(KeyDecoder *keys, guint code, bool is_code);

/* Milliseconds of silence after which keys_timeout must be called; 0 = nothing is pending. */
guint keys_pending_ms(const KeyDecoder *keys);
void keys_timeout(KeyDecoder *keys);

#endif
