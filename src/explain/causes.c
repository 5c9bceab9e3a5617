/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/text.h"

/* clang-format off */
#define STEP_ON(page, text) {text, STEP_PLAIN, SEEN_NOTHING, SETUP_PAGE_##page}
#define STEP_UNLESS(seen, text) {text, STEP_PLAIN, SEEN_##seen, SETUP_PAGE_NONE}
#define STEP(text) STEP_UNLESS(NOTHING, text)
#define OTHERWISE(text) {text, STEP_OTHERWISE, SEEN_NOTHING, SETUP_PAGE_NONE}
#define CONNECTED(text) {text, STEP_CONNECTED, SEEN_NOTHING, SETUP_PAGE_NONE}
/* clang-format on */

static const struct cause_row causes[CAUSE_COUNT] = {
#define CAUSE(id, name, stage, exit, retry, page, title, happened, tell_apart, ...) \
    [CAUSE_##id] = {name,     stage,      exit,                                     \
                    retry,    page,       title,                                    \
                    happened, tell_apart, (const struct step[]){__VA_ARGS__, {.text = NULL}}},
#include "perch/explain/causes.def"
#undef CAUSE
};

const struct cause_row *cause_row(enum cause cause)
{
    return &causes[(int)cause >= 0 && cause < CAUSE_COUNT ? cause : CAUSE_UNKNOWN];
}

const char *cause_name(enum cause cause)
{
    return cause_row(cause)->name;
}

const char *certainty_name(enum certainty certainty)
{
    static const char *const names[] = {
        [CERTAINTY_UNKNOWN] = "unknown",
        [CERTAINTY_LIKELY] = "likely",
        [CERTAINTY_CERTAIN] = "certain",
    };
    return names[certainty];
}

const char *retry_name(enum retry retry)
{
    static const char *const names[] = {
        [RETRY_NEVER] = "never",
        [RETRY_NOW] = "now",
        [RETRY_LATER] = "later",
        [RETRY_AFTER_FIX] = "after-fix",
    };
    return names[retry];
}

bool stage_from_name(const char *name, enum stage *ret_stage)
{
    static const struct {
        const char *name;
        enum stage stage;
    } stages[] = {
        {"authorize", STAGE_AUTHORIZE},
        {"token", STAGE_TOKEN},
        {"rest", STAGE_REST},
        {"insert", STAGE_INSERT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(stages); i++) {
        if (strcmp(stages[i].name, name) != 0)
            continue;
        *ret_stage = stages[i].stage;
        return true;
    }
    return false;
}
