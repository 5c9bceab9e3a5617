/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "support/pty_private.h"
#include "support/test.h"

static const struct {
    const char *name;
    VTermKey key;
    VTermModifier modifier;
} named_keys[] = {
    {"Enter", VTERM_KEY_ENTER, VTERM_MOD_NONE},
    {"Tab", VTERM_KEY_TAB, VTERM_MOD_NONE},
    {"BackTab", VTERM_KEY_TAB, VTERM_MOD_SHIFT},
    {"Esc", VTERM_KEY_ESCAPE, VTERM_MOD_NONE},
    {"Backspace", VTERM_KEY_BACKSPACE, VTERM_MOD_NONE},
    {"Delete", VTERM_KEY_DEL, VTERM_MOD_NONE},
    {"Insert", VTERM_KEY_INS, VTERM_MOD_NONE},
    {"Up", VTERM_KEY_UP, VTERM_MOD_NONE},
    {"Down", VTERM_KEY_DOWN, VTERM_MOD_NONE},
    {"Left", VTERM_KEY_LEFT, VTERM_MOD_NONE},
    {"Right", VTERM_KEY_RIGHT, VTERM_MOD_NONE},
    {"Home", VTERM_KEY_HOME, VTERM_MOD_NONE},
    {"End", VTERM_KEY_END, VTERM_MOD_NONE},
    {"PageUp", VTERM_KEY_PAGEUP, VTERM_MOD_NONE},
    {"PageDown", VTERM_KEY_PAGEDOWN, VTERM_MOD_NONE},
};

void pty_key(Pty *pty, const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(named_keys); i++) {
        if (strcmp(named_keys[i].name, name) == 0) {
            vterm_keyboard_key(pty->vterm, named_keys[i].key, named_keys[i].modifier);
            return;
        }
    }
    if (strcmp(name, "Space") == 0) {
        pty_send(pty, " ");
    } else if (name[0] == 'F' && g_ascii_isdigit(name[1])) {
        guint64 number = g_ascii_strtoull(name + 1, NULL, 10);
        vterm_keyboard_key(pty->vterm, (VTermKey)VTERM_KEY_FUNCTION((int)number), VTERM_MOD_NONE);
    } else if (name[0] == 'C' && name[1] == '-' && name[2] != '\0' && name[3] == '\0') {
        const char control[] = {(char)(g_ascii_toupper(name[2]) & 0x1f), '\0'};
        pty_send(pty, control);
    } else if (name[0] == 'M' && name[1] == '-' && name[2] != '\0' && name[3] == '\0') {
        const char meta[] = {27, name[2], '\0'};
        pty_send(pty, meta);
    } else if (g_utf8_strlen(name, -1) == 1) {
        pty_send(pty, name);
    } else {
        fail_msg("no key is called %s", name);
    }
}

void pty_keys(Pty *pty, const char *names)
{
    g_auto(GStrv) keys = g_strsplit(names, " ", -1);
    for (gsize i = 0; keys[i] != NULL; i++) {
        if (keys[i][0] != '\0') {
            pty_key(pty, keys[i]);
        }
    }
}
