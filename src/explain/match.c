/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/text.h"

static const struct failure_row {
    enum stage stage;
    long status;
    const char *code, *text;
    enum cause cause;
    enum certainty certainty;
    const char *source;
} rows[] = {
#define FAILURE(stage, status, code, text, cause, certainty, source) \
    {stage, status, code, text, CAUSE_##cause, CERTAINTY_##certainty, source},
#include "perch/explain/failures.def"
#undef FAILURE
};

static const struct advice {
    const char *code, *text, *step;
} advices[] = {
#define ADVICE(code, text, step) {code, text, step},
#include "perch/explain/advice.def"
#undef ADVICE
};

static bool holds(const char *message, const char *text)
{
    if (message == NULL)
        return false;
    g_autofree char *lower = g_ascii_strdown(message, -1);
    g_autofree char *wanted = g_ascii_strdown(text, -1);
    return strstr(lower, wanted) != NULL;
}

/* An insert is a REST call, too. */
static bool stage_fits(enum stage row, enum stage met)
{
    return row == STAGE_ANY || met == STAGE_ANY || row == met ||
           (row == STAGE_REST && met == STAGE_INSERT);
}

static bool fits(const struct failure_row *row, const struct failure *failure)
{
    return stage_fits(row->stage, failure->stage) &&
           (row->status == 0 || row->status == failure->status) &&
           g_strcmp0(row->code, failure->code) == 0 &&
           (row->text == NULL || holds(failure->message, row->text));
}

/* Codes that mean another thing for another kind of call, before the rows. */
static const struct {
    const char *code;
    enum failure_target target;
    struct match match;
} by_target[] = {
    {"NOT_FOUND", FAILURE_OF_RECORD, {CAUSE_RECORD_NOT_FOUND, CERTAINTY_CERTAIN}},
    {"NOT_FOUND", FAILURE_OF_SERVICE, {CAUSE_REQUEST_MALFORMED, CERTAINTY_LIKELY}},
};

struct match failure_match(const struct failure *failure)
{
    for (gsize i = 0; i < G_N_ELEMENTS(by_target); i++)
        if (by_target[i].target == failure->target &&
            g_strcmp0(by_target[i].code, failure->code) == 0)
            return by_target[i].match;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (fits(&rows[i], failure))
            return (struct match){rows[i].cause, rows[i].certainty};
    if (g_strcmp0(failure->code, "empty") == 0) /* then the status alone tells */
        return failure_match(&(struct failure){.stage = failure->stage, .status = failure->status});
    return (struct match){CAUSE_UNKNOWN, CERTAINTY_UNKNOWN};
}

bool failure_code_is_known(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(rows[i].code, code) == 0 && strcmp(rows[i].source, "own") != 0)
            return true;
    return false;
}

const char *failure_words_in(const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].code == NULL && rows[i].text != NULL && holds(text, rows[i].text))
            return rows[i].text;
    return NULL;
}

const char *failure_advice(const struct failure *failure)
{
    for (gsize i = 0; i < G_N_ELEMENTS(advices); i++)
        if (g_strcmp0(advices[i].code, failure->code) == 0 &&
            (advices[i].text == NULL || holds(failure->message, advices[i].text)))
            return advices[i].step;
    return NULL;
}
