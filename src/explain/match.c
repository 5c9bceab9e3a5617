/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"

static const struct failure_row {
    enum stage stage;
    long status;
    const char *code, *text;
    enum cause cause;
    enum certainty certainty;
} rows[] = {
#define FAILURE(stage, status, code, text, cause, certainty, source) \
    {stage, status, code, text, CAUSE_##cause, CERTAINTY_##certainty},
#include "perch/failures.def"
#undef FAILURE
};

static bool holds(const char *message, const char *text)
{
    if (message == NULL)
        return false;
    g_autofree char *lower = g_ascii_strdown(message, -1);
    g_autofree char *wanted = g_ascii_strdown(text, -1);
    return strstr(lower, wanted) != NULL;
}

static bool fits(const struct failure_row *row, const struct failure *failure)
{
    return (row->stage == STAGE_ANY || failure->stage == STAGE_ANY ||
            row->stage == failure->stage) &&
           (row->status == 0 || row->status == failure->status) &&
           g_strcmp0(row->code, failure->code) == 0 &&
           (row->text == NULL || holds(failure->message, row->text));
}

struct match failure_match(const struct failure *failure)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (fits(&rows[i], failure))
            return (struct match){rows[i].cause, rows[i].certainty};
    return (struct match){CAUSE_UNKNOWN, CERTAINTY_UNKNOWN};
}

bool failure_code_is_known(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(rows[i].code, code) == 0)
            return true;
    return false;
}
