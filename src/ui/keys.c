/* SPDX-License-Identifier: MIT */
#include "keys.h"

#define NCURSES_NOMACROS 1
#include <curses.h>
#include <string.h>

#include "perch/base/secret.h"

#define BELL 7
#define ESC 27
#define CTRL_C 3

enum state {
    STATE_PLAIN,
    STATE_HELD,   /* characters that may become a burst */
    STATE_BURST,  /* a burst: a paste without brackets */
    STATE_ESC,    /* Esc alone, or the start of a sequence that curses did not see in one piece */
    STATE_CSI,    /* ESC [ or ESC O */
    STATE_STRING, /* ESC ] and similar: a terminal's answer to another program's query */
    STATE_PASTE,  /* between the paste brackets */
    STATE_PASTE_TAIL, /* in a paste, after Esc: maybe a split end bracket */
};

/* Silence after which a state ends by itself. Pastes end, too: an endless one would swallow every
 * key. */
static const guint pending_ms[] = {
    [STATE_PLAIN] = 0, [STATE_HELD] = 20,    [STATE_BURST] = 60,   [STATE_ESC] = 30,
    [STATE_CSI] = 100, [STATE_STRING] = 100, [STATE_PASTE] = 2000, [STATE_PASTE_TAIL] = 2000,
};

struct KeyDecoder {
    KeySink sink;
    gpointer user;
    enum state state;
    bool burst;
    guint held;      /* characters in text while STATE_HELD */
    SecretBuf *text; /* held characters, or the paste so far */
    char sequence[16];
    gsize sequence_length;
};

KeyDecoder *keys_new(KeySink sink, gpointer user)
{
    KeyDecoder *keys = g_new0(KeyDecoder, 1);
    keys->sink = sink;
    keys->user = user;
    keys->text = secret_buf_new();
    return keys;
}

void keys_free(KeyDecoder *keys)
{
    if (keys == NULL)
        return;
    secret_buf_free(keys->text);
    g_free(keys);
}

void keys_set_burst(KeyDecoder *keys, bool burst)
{
    keys->burst = burst;
}

guint keys_pending_ms(const KeyDecoder *keys)
{
    return pending_ms[keys->state];
}

static void emit(KeyDecoder *keys, enum key_kind kind, guint code)
{
    keys->sink(&(struct key){.kind = kind, .code = code}, keys->user);
}

/* Hand over the buffer first: the sink may feed this decoder again. */
static SecretBuf *take_text(KeyDecoder *keys)
{
    SecretBuf *text = keys->text;
    keys->text = secret_buf_new();
    keys->state = STATE_PLAIN;
    keys->held = 0;
    return text;
}

static void end_paste(KeyDecoder *keys)
{
    g_autoptr(SecretBuf) text = take_text(keys);
    struct key key = {.kind = KEY_KIND_PASTE, .text = text->text, .length = text->length};
    keys->sink(&key, keys->user);
}

static void release_held(KeyDecoder *keys)
{
    g_autoptr(SecretBuf) text = take_text(keys);
    for (const char *p = text->text; *p != '\0'; p = g_utf8_next_char(p))
        emit(keys, KEY_KIND_CHAR, g_utf8_get_char(p));
}

static void add(KeyDecoder *keys, guint code)
{
    char utf8[8];
    int length = g_unichar_to_utf8(g_unichar_validate(code) && code != 0 ? code : 0xFFFD, utf8);
    secret_buf_add_len(keys->text, utf8, (gsize)length);
    wipe(utf8, sizeof utf8);
}

static void feed_plain(KeyDecoder *keys, guint code)
{
    if (code == ESC) {
        keys->state = STATE_ESC;
    } else if (keys->burst && code >= ' ' && code != 127) {
        keys->state = STATE_HELD;
        keys->held = 1;
        add(keys, code);
    } else {
        emit(keys, KEY_KIND_CHAR, code);
    }
}

static void feed_held(KeyDecoder *keys, guint code)
{
    if (code < ' ' || code == 127) {
        release_held(keys);
        keys_feed(keys, code, false);
        return;
    }
    add(keys, code);
    if (++keys->held >= KEYS_BURST)
        keys->state = STATE_BURST;
}

/* A burst ends with silence, or with a key that cannot be part of text; line breaks can. */
static void feed_burst(KeyDecoder *keys, guint code)
{
    if (code == ESC || code == CTRL_C) {
        end_paste(keys);
        keys_feed(keys, code, false);
    } else {
        add(keys, code);
    }
}

static void feed_esc(KeyDecoder *keys, guint code)
{
    if (code == '[' || code == 'O') {
        keys->state = STATE_CSI;
        keys->sequence_length = 0;
        return;
    }
    if (code < 128 && strchr("]PX^_", (int)code) != NULL) {
        keys->state = STATE_STRING;
        return;
    }
    keys->state = STATE_PLAIN;
    if (code >= '1' && code <= '9') {
        emit(keys, KEY_KIND_CODE, KEY_CODE_ALT + code);
        return;
    }
    emit(keys, KEY_KIND_CHAR, ESC);
    keys_feed(keys, code, false);
}

/* Recognises keys whose sequence came in pieces, as over a slow line; drops all others. */
static void end_sequence(KeyDecoder *keys)
{
    static const struct {
        const char *sequence;
        guint code;
    } known[] = {{"A", KEY_UP},   {"B", KEY_DOWN},   {"C", KEY_RIGHT},
                 {"D", KEY_LEFT}, {"H", KEY_HOME},   {"F", KEY_END},
                 {"Z", KEY_BTAB}, {"5~", KEY_PPAGE}, {"6~", KEY_NPAGE},
                 {"3~", KEY_DC},  {"P", KEY_F(1)},   {"200~", KEY_CODE_PASTE_BEGIN}};
    keys->state = STATE_PLAIN;
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(keys->sequence, known[i].sequence) == 0)
            keys_feed(keys, known[i].code, true);
}

static void feed_csi(KeyDecoder *keys, guint code)
{
    if (code < ' ' || code > '~' || keys->sequence_length + 1 >= sizeof keys->sequence) {
        keys->state = STATE_PLAIN;
        if (code < ' ')
            keys_feed(keys, code, false);
        return;
    }
    keys->sequence[keys->sequence_length++] = (char)code;
    keys->sequence[keys->sequence_length] = '\0';
    if (code >= '@')
        end_sequence(keys);
}

/* Not keys. They end with BEL, or with Esc and a backslash, which answers never contain. */
static void feed_string(KeyDecoder *keys, guint code)
{
    if (code == CTRL_C)
        emit(keys, KEY_KIND_CHAR, code);
    if (code == BELL || code == CTRL_C || code == '\\')
        keys->state = STATE_PLAIN;
}

static void feed_paste(KeyDecoder *keys, guint code)
{
    if (code == ESC) {
        keys->state = STATE_PASTE_TAIL;
        keys->sequence_length = 0;
    } else if (code == CTRL_C) { /* the way out if a terminal omits the end bracket */
        end_paste(keys);
        emit(keys, KEY_KIND_CHAR, code);
    } else {
        add(keys, code);
    }
}

static void feed_paste_tail(KeyDecoder *keys, guint code)
{
    static const char tail[] = "[201~";
    if (code != (guint)tail[keys->sequence_length]) {
        keys->state = STATE_PASTE;
        secret_buf_add_len(keys->text, tail, keys->sequence_length);
        feed_paste(keys, code);
    } else if (tail[++keys->sequence_length] == '\0') {
        end_paste(keys);
    }
}

static void feed_code(KeyDecoder *keys, guint code)
{
    bool in_paste = keys->state == STATE_PASTE || keys->state == STATE_PASTE_TAIL;
    if (in_paste) {
        if (code == KEY_CODE_PASTE_END)
            end_paste(keys);
        return;
    }
    keys_timeout(keys);
    if (code == KEY_CODE_PASTE_BEGIN)
        keys->state = STATE_PASTE;
    else if (code != KEY_CODE_PASTE_END)
        emit(keys, KEY_KIND_CODE, code);
}

void keys_feed(KeyDecoder *keys, guint code, bool is_code)
{
    static void (*const feed[])(KeyDecoder *, guint) = {
        [STATE_PLAIN] = feed_plain, [STATE_HELD] = feed_held,
        [STATE_BURST] = feed_burst, [STATE_ESC] = feed_esc,
        [STATE_CSI] = feed_csi,     [STATE_STRING] = feed_string,
        [STATE_PASTE] = feed_paste, [STATE_PASTE_TAIL] = feed_paste_tail,
    };
    if (is_code)
        feed_code(keys, code);
    else
        feed[keys->state](keys, code);
}

void keys_timeout(KeyDecoder *keys)
{
    enum state state = keys->state;
    if (state == STATE_HELD) {
        release_held(keys);
    } else if (state == STATE_ESC) {
        keys->state = STATE_PLAIN;
        emit(keys, KEY_KIND_CHAR, ESC);
    } else if (state == STATE_CSI || state == STATE_STRING) {
        keys->state = STATE_PLAIN;
    } else if (state != STATE_PLAIN) {
        end_paste(keys);
    }
}
