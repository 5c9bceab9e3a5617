/* SPDX-License-Identifier: MIT */
#include "explain_private.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

/* The same page for another object. */
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

/* The same page for the app as a Connected App. */
static const struct {
    enum setup_page external, connected;
} app_pages[] = {
    {SETUP_PAGE_EXTERNAL_CLIENT_APP, SETUP_PAGE_APP_MANAGER},
    {SETUP_PAGE_EXTERNAL_CLIENT_APPS, SETUP_PAGE_APP_MANAGER},
    {SETUP_PAGE_EXTERNAL_CLIENT_APP_POLICIES, SETUP_PAGE_CONNECTED_APPS},
    {SETUP_PAGE_EXTERNAL_CLIENT_APP_USAGE, SETUP_PAGE_CONNECTED_APPS_USAGE},
};

static enum setup_page page_for_app(enum setup_page page, enum failure_app app)
{
    for (gsize i = 0; app == FAILURE_APP_CONNECTED && i < G_N_ELEMENTS(app_pages); i++)
        if (page == app_pages[i].external)
            return app_pages[i].connected;
    return page;
}

/* Takes ownership of text. If the kind of app is unknown, says which kind the step is for. */
static void add_for_app(GPtrArray *fix, char *text, enum failure_app app, bool connected)
{
    if (app != FAILURE_APP_UNKNOWN) {
        g_ptr_array_add(fix, text);
        return;
    }
    g_ptr_array_add(fix, connected ? g_strdup_printf(_("Connected App: %s"), text)
                                   : g_strdup_printf(_("External Client App: %s"), text));
    g_free(text);
}

static void add_step(GPtrArray *fix, const struct step *step, char *text, enum failure_app app)
{
    bool connected = step->kind == STEP_CONNECTED;
    bool external = step[1].text != NULL && step[1].kind == STEP_CONNECTED;
    if ((connected && app == FAILURE_APP_EXTERNAL) || (external && app == FAILURE_APP_CONNECTED))
        g_free(text);
    else if (connected || external)
        add_for_app(fix, text, app, connected);
    else
        g_ptr_array_add(fix, text);
}

/* Of what perch names itself, an advice with a title says all, as does one without a page; the
 * cause is only the nearest. */
static const struct advice *whole_advice(const struct failure *failure)
{
    const struct advice *advice = failure_advice(failure);
    return advice == NULL || advice->title == NULL ||
                   (!failure->own && advice->page != SETUP_PAGE_NONE)
               ? NULL
               : advice;
}

/* *page: of the cause, then of the first step if that has one of its own. */
static GPtrArray *fill_steps(const struct failure *failure, const struct step *steps,
                             const struct names *names, enum setup_page *page)
{
    GPtrArray *fix = g_ptr_array_new_with_free_func(g_free);
    const struct advice *advice = failure_advice(failure);
    char *first = advice == NULL ? NULL : names_fill(names, _(advice->step));
    if (first != NULL)
        g_ptr_array_add(fix, first);
    if (first != NULL && (advice->page != SETUP_PAGE_NONE || whole_advice(failure) != NULL)) {
        *page = advice->page;
        return fix;
    }
    bool last_was_left_out = false, seen = false;
    for (const struct step *step = steps; step->text != NULL; step++) {
        if (step->kind != STEP_CONNECTED)
            seen = step->unless != SEEN_NOTHING && (failure->seen & 1u << step->unless) != 0;
        if (seen || (step->kind == STEP_OTHERWISE && !last_was_left_out))
            continue;
        char *text = names_fill(names, _(step->text));
        last_was_left_out = text == NULL;
        if (text != NULL && fix->len == 0 && step->page != SETUP_PAGE_NONE)
            *page = step->page;
        if (text != NULL)
            add_step(fix, step, text, failure->app);
    }
    return fix;
}

/* "403 The REST API is not enabled …": what a person can search for. */
static char *words_of(const struct failure *failure)
{
    const char *text = failure->message != NULL ? failure->message : failure->excerpt;
    if (text == NULL)
        text = failure->code != NULL ? failure->code : "";
    g_autofree char *digits = g_strdup_printf("%ld", failure->status);
    const gsize number = strspn(text, "0123456789");
    if (failure->status == 0 || (number == strlen(digits) && g_str_has_prefix(text, digits)))
        return g_strdup(text);
    if (*text == '\0')
        return g_steal_pointer(&digits);
    return g_strdup_printf("%ld %s", failure->status, text);
}

/* Errors of this computer, and a missing token, are not answers to be explained: the sentence says
 * it all, and the advice what to do. */
static void speak_for_itself(struct diagnosis *diagnosis, const struct failure *failure)
{
    const char *code = failure->stage == STAGE_MACHINE ? "file"
                       : failure->stage == STAGE_TOKEN ? "not-authorized"
                                                       : NULL;
    if (!failure->own || code == NULL || g_strcmp0(failure->code, code) != 0)
        return;
    g_free(diagnosis->title);
    diagnosis->title = g_strdup(failure->message);
    g_clear_pointer(&diagnosis->happened, g_free);
    g_clear_pointer(&diagnosis->message, g_free);
    g_ptr_array_set_size(diagnosis->fix, 1); /* keep the advice; the steps are for other causes */
    diagnosis->certainty = CERTAINTY_CERTAIN;
    diagnosis->retry = RETRY_AFTER_FIX;
}

enum cause explain_cause(const struct failure *failure, enum certainty *ret_certainty)
{
    struct match match = failure_match(failure);
    if (ret_certainty != NULL)
        *ret_certainty = match.certainty;
    return match.cause;
}

struct diagnosis *explain(const struct failure *failure)
{
    enum certainty certainty;
    enum cause cause = explain_cause(failure, &certainty);
    return explain_as(failure, cause, certainty);
}

static char *title_of(const struct failure *failure, const struct names *names,
                      const struct cause_row *row)
{
    const struct advice *advice = failure_advice(failure);
    char *seen =
        advice == NULL || advice->title == NULL ? NULL : names_fill(names, _(advice->title));
    return seen != NULL ? seen : g_strdup(_(row->title));
}

/* What a cause means; also says so if the code is only known by its family, or its text not at all.
 */
static char *happened_of(const struct failure *failure, const struct cause_row *row,
                         enum cause cause)
{
    struct match match = failure_match(failure);
    g_autofree char *recognised = cause == CAUSE_UNKNOWN ? unknown_recognised(failure) : NULL;
    g_autofree char *choices = match.cause == cause ? failure_choices(failure) : NULL;
    if (recognised != NULL)
        return g_strdup_printf("%s %s", _(row->happened), recognised);
    if (choices != NULL) {
        g_autofree char *more =
            g_strdup_printf(_("perch does not know the text beside %s; other texts mean: %s."),
                            failure->code, choices);
        return g_strdup_printf("%s %s", _(row->happened), more);
    }
    return match.guessed && match.cause == cause
               ? g_strdup_printf("%s %s", _(row->happened),
                                 _("perch does not know this code; this is what codes with such a "
                                   "name mean."))
               : g_strdup(_(row->happened));
}

struct diagnosis *explain_as(const struct failure *failure, enum cause cause,
                             enum certainty certainty)
{
    const struct match match = {.cause = cause, .certainty = certainty};
    const struct cause_row *row = cause_row(match.cause);
    struct names names;
    names_find(&names, failure);
    enum setup_page page = row->page;
    GPtrArray *fix = fill_steps(failure, row->steps, &names, &page);
    const bool whole = whole_advice(failure) != NULL;
    struct diagnosis *diagnosis = g_new0(struct diagnosis, 1);
    *diagnosis = (struct diagnosis){
        .cause = match.cause,
        .certainty = match.certainty,
        .title = title_of(failure, &names, row),
        .happened = whole ? NULL : happened_of(failure, row, match.cause),
        .fix = fix,
        .tell_apart = whole || row->tell_apart == NULL ? NULL : g_strdup(_(row->tell_apart)),
        .page = page_for_app(page_for(page, names.text[NAME_OBJECT]), failure->app),
        .retry = row->retry,
        .exit = row->exit,
        .code = cause == CAUSE_UNKNOWN && failure->own ? NULL : g_strdup(failure->code),
        .message = words_of(failure),
    };
    if (page == SETUP_PAGE_USER && names.text[NAME_VALUE] != NULL &&
        salesforce_id_is_valid(names.text[NAME_VALUE]))
        diagnosis->user_id = g_strdup(names.text[NAME_VALUE]);
    if (cause == CAUSE_UNKNOWN && failure_advice(failure) == NULL &&
        unknown_question(failure) != NULL)
        g_ptr_array_insert(diagnosis->fix, 0, g_strdup(unknown_question(failure)));
    names_clear(&names);
    speak_for_itself(diagnosis, failure);
    return diagnosis;
}

void diagnosis_name(struct diagnosis *diagnosis, const char *connection)
{
    for (guint i = 0; connection != NULL && i < diagnosis->fix->len; i++) {
        char **step = (char **)&diagnosis->fix->pdata[i];
        g_autofree char *general = *step;
        g_autofree char *command = g_strconcat("\\1 ", connection, NULL);
        *step = g_regex_replace(regex_of("\\b(perch [a-z]+) NAME\\b"), general, -1, 0, command, 0,
                                NULL);
    }
}

void diagnosis_free(struct diagnosis *diagnosis)
{
    if (diagnosis == NULL)
        return;
    g_free(diagnosis->title);
    g_free(diagnosis->happened);
    g_free(diagnosis->tell_apart);
    g_free(diagnosis->user_id);
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
    copy->user_id = g_strdup(diagnosis->user_id);
    copy->code = g_strdup(diagnosis->code);
    copy->message = g_strdup(diagnosis->message);
    return copy;
}

void diagnosis_add(struct diagnosis *diagnosis, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *fact = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *text = diagnosis->happened == NULL ? g_strdup(fact)
                                             : g_strdup_printf("%s %s", diagnosis->happened, fact);
    g_free(diagnosis->happened);
    diagnosis->happened = text;
}
