/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

static void effect_clear(gpointer data)
{
    struct effect *effect = data;
    g_free(effect->text);
    secret_unref(effect->secret);
}

GArray *effects_new(void)
{
    GArray *effects = g_array_new(FALSE, TRUE, sizeof(struct effect));
    g_array_set_clear_func(effects, effect_clear);
    return effects;
}

struct effect *effect_add(GArray *out, enum effect_kind kind)
{
    struct effect effect = {.kind = kind};
    g_array_append_val(out, effect);
    return &g_array_index(out, struct effect, out->len - 1);
}

void effect_text(GArray *out, enum effect_kind kind, const char *text)
{
    effect_add(out, kind)->text = g_strdup(text);
}

void effect_secret(GArray *out, enum effect_kind kind, Secret *secret)
{
    effect_add(out, kind)->secret = secret_ref(secret);
}
