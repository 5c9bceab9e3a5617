/* SPDX-License-Identifier: MIT */
#include "explain_private.h"
#include "perch/text.h"

/* The same page of another object. */
static const struct {
    enum setup_page lead, other;
    const char *object;
} object_pages[] = {
    {SETUP_PAGE_LEAD_FIELDS, SETUP_PAGE_CASE_FIELDS, "Case"},
    {SETUP_PAGE_LEAD_VALIDATION_RULES, SETUP_PAGE_CASE_VALIDATION_RULES, "Case"},
    {SETUP_PAGE_LEAD_TRIGGERS, SETUP_PAGE_CASE_TRIGGERS, "Case"},
};

static enum setup_page page_for(enum setup_page page, const char *object)
{
    for (gsize i = 0; object != NULL && i < G_N_ELEMENTS(object_pages); i++)
        if (page == object_pages[i].lead && g_str_equal(object, object_pages[i].object))
            return object_pages[i].other;
    return page;
}

static GPtrArray *fill_steps(const struct step *steps, const struct names *names)
{
    GPtrArray *fix = g_ptr_array_new_with_free_func(g_free);
    bool last_was_left_out = false;
    for (const struct step *step = steps; step->text != NULL; step++) {
        if (step->otherwise && !last_was_left_out)
            continue;
        char *text = names_fill(names, _(step->text));
        last_was_left_out = text == NULL;
        if (text != NULL)
            g_ptr_array_add(fix, text);
    }
    return fix;
}

/* "403 The REST API is not enabled …": what a person can search for. */
static char *words_of(const struct failure *failure)
{
    const char *text = failure->message != NULL ? failure->message : failure->excerpt;
    if (text == NULL)
        text = failure->code != NULL ? failure->code : "";
    if (failure->status == 0)
        return g_strdup(text);
    if (*text == '\0')
        return g_strdup_printf("%ld", failure->status);
    return g_strdup_printf("%ld %s", failure->status, text);
}

struct diagnosis *explain(const struct failure *failure)
{
    struct match match = failure_match(failure);
    return explain_as(failure, match.cause, match.certainty);
}

struct diagnosis *explain_as(const struct failure *failure, enum cause cause,
                             enum certainty certainty)
{
    const struct match match = {.cause = cause, .certainty = certainty};
    const struct cause_row *row = cause_row(match.cause);
    struct names names;
    names_find(&names, failure);
    struct diagnosis *diagnosis = g_new0(struct diagnosis, 1);
    *diagnosis = (struct diagnosis){
        .cause = match.cause,
        .certainty = match.certainty,
        .title = g_strdup(_(row->title)),
        .happened = g_strdup(_(row->happened)),
        .fix = fill_steps(row->steps, &names),
        .tell_apart = row->tell_apart == NULL ? NULL : g_strdup(_(row->tell_apart)),
        .page = page_for(row->page, names.text[NAME_OBJECT]),
        .retry = row->retry,
        .exit = row->exit,
        .code = g_strdup(failure->code),
        .message = words_of(failure),
    };
    names_clear(&names);
    return diagnosis;
}

void diagnosis_free(struct diagnosis *diagnosis)
{
    if (diagnosis == NULL)
        return;
    g_free(diagnosis->title);
    g_free(diagnosis->happened);
    g_free(diagnosis->tell_apart);
    g_free(diagnosis->code);
    g_free(diagnosis->message);
    g_ptr_array_unref(diagnosis->fix);
    g_free(diagnosis);
}

struct diagnosis *diagnosis_copy(const struct diagnosis *diagnosis)
{
    if (diagnosis == NULL)
        return NULL;
    struct diagnosis *copy = g_new0(struct diagnosis, 1);
    *copy = *diagnosis;
    copy->title = g_strdup(diagnosis->title);
    copy->happened = g_strdup(diagnosis->happened);
    copy->fix = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < diagnosis->fix->len; i++)
        g_ptr_array_add(copy->fix, g_strdup(diagnosis->fix->pdata[i]));
    copy->tell_apart = g_strdup(diagnosis->tell_apart);
    copy->code = g_strdup(diagnosis->code);
    copy->message = g_strdup(diagnosis->message);
    return copy;
}
