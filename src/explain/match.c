/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/text.h"

static const struct failure_row { /* few bytes each: there are hundreds */
    const char *code, *text;
    guint16 status;
    guint8 stage, cause, certainty;
    bool own; /* perch's word: the source is "own", and no other has that length (a test) */
} rows[] = {
#define FAILURE(stage, status, code, text, cause, certainty, source) \
    {code,                                                           \
     text,                                                           \
     status,                                                         \
     stage,                                                          \
     CAUSE_##cause,                                                  \
     CERTAINTY_##certainty,                                          \
     sizeof source == sizeof "own"},
#include "perch/explain/failures.def"
#undef FAILURE
};

static const struct advice advices[] = {
#define ADVICE(code, text, step) {code, text, step, NULL, SETUP_PAGE_NONE},
#define ADVICE_ALONE(code, text, page, step) {code, text, step, NULL, SETUP_PAGE_##page},
#define ADVICE_TITLED(code, text, page, title, step) {code, text, step, title, SETUP_PAGE_##page},
#include "perch/explain/advice.def"
#undef ADVICE
};

/* A number is one by itself: no 407 is in port 40712. */
static bool holds(const char *message, const char *text)
{
    if (message == NULL)
        return false;
    g_autofree char *lower = g_ascii_strdown(message, -1);
    g_autofree char *wanted = g_ascii_strdown(text, -1);
    const gsize length = strlen(wanted);
    const bool number = strspn(wanted, "0123456789") == length;
    const char *at = strstr(lower, wanted);
    while (at != NULL && number &&
           (g_ascii_isdigit(at[length]) || (at > lower && g_ascii_isdigit(at[-1]))))
        at = strstr(at + 1, wanted);
    return at != NULL;
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
           g_strcmp0(row->code, failure->code) == 0 && (failure->own || !row->own) &&
           (row->text == NULL || holds(failure->message, row->text));
}

/* Codes that depend on the kind of call; they take precedence over the rows. */
static const struct {
    const char *code;
    enum failure_target target;
    struct match match;
} by_target[] = {
    {"NOT_FOUND", FAILURE_OF_RECORD, {CAUSE_RECORD_NOT_FOUND, CERTAINTY_CERTAIN, false}},
    {"NOT_FOUND", FAILURE_OF_SERVICE, {CAUSE_REQUEST_MALFORMED, CERTAINTY_LIKELY, false}},
};

/* ---- codes without rows: a hash of names ---- */

static const struct {
    enum cause cause;
    const char *names;
} groups[] = {
#define CODES(cause, names) {CAUSE_##cause, names},
#include "perch/explain/codes.def"
#undef CODES
};

static const struct status { /* few bytes each, too */
    const char *code, *text;
    guint8 cause, certainty;
} statuses[] = {
#define STATUS(code, text, cause, certainty) {code, text, CAUSE_##cause, CERTAINTY_##certainty},
#include "perch/explain/login_status.def"
#undef STATUS
};

static struct match match_of(const struct status *status)
{
    return (struct match){status->cause, status->certainty, false};
}

/* Unknown codes, by their beginning or end. */
static const struct {
    const char *pattern;
    enum cause cause;
} families[] = {
    {"^(?:LIMIT_|MAX_|MAXIMUM_|EXCEEDED_|TOO_MANY_)|_EXCEEDED$|_LIMIT$", CAUSE_LIMIT_REACHED},
    {"^EMAIL_", CAUSE_EMAIL_FAILED},
    {"^DUPLICATE_", CAUSE_DUPLICATE_VALUE},
    {"^TXN_SECURITY_", CAUSE_POLICY_BLOCKED},
    {"^(?:LOGIN_)?(?:SAML|SSO)_", CAUSE_SSO_FAILED},
    {"^LOGIN_", CAUSE_LOGIN_REFUSED},
    {"^(?:PORTAL|COMMUNITY|NETWORK)_", CAUSE_SITE_USER},
    {"^INSUFFICIENT_ACCESS", CAUSE_RECORD_ACCESS},
    {"_(?:UNAVAILABLE|TIMED_OUT|SERVICE_DOWN)$", CAUSE_SALESFORCE_UNAVAILABLE},
    {"^(?:CANNOT|CANT)_", CAUSE_OTHER_REQUEST},
};

/* Code → struct match *, from both tables; built once and cached. */
static const GHashTable *code_table(void)
{
    static GHashTable *table;
    if (table != NULL)
        return table;
    table = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        const struct match match = match_of(&statuses[i]);
        if (statuses[i].code != NULL)
            g_hash_table_insert(table, (gpointer)(guintptr)statuses[i].code,
                                g_memdup2(&match, sizeof match));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        struct match *match = g_new(struct match, 1);
        *match = (struct match){groups[i].cause, CERTAINTY_LIKELY, false};
        g_autofree char **names = g_strsplit(groups[i].names, " ", -1); /* the strings stay */
        for (char **name = names; *name != NULL; name++)
            g_hash_table_insert(table, *name, match);
    }
    return table;
}

static const struct match *match_by_name(const char *code)
{
    return g_hash_table_lookup((GHashTable *)(guintptr)code_table(), code);
}

bool failure_code_has_row(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(rows[i].code, code) == 0 && !rows[i].own)
            return true;
    return code != NULL && match_by_name(code) != NULL;
}

bool failure_code_may_mean(const char *code, enum cause cause)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].text != NULL && rows[i].cause == cause && g_strcmp0(rows[i].code, code) == 0)
            return cause != CAUSE_LOGIN_REFUSED;
    return false;
}

/* The code as Salesforce spells it: InvalidSessionId, of the Bulk API, is INVALID_SESSION_ID, and
 * some programs change the case. NULL = no other spelling; *ret_sure: it is documented. */
static char *other_spelling(const char *code, bool *ret_sure)
{
    g_autoptr(GString) out = g_string_new(NULL);
    *ret_sure = code != NULL && regex_fits("\\A(?:[A-Z][a-z]+){2,}\\z", code);
    if (!*ret_sure) {
        if (code == NULL || strchr(code, '_') == NULL)
            return NULL;
        g_autofree char *upper = g_ascii_strup(code, -1);
        if (strcmp(upper, code) != 0 && failure_code_has_row(upper))
            return g_steal_pointer(&upper);
        g_autofree char *whole = g_strconcat("LOGIN_", code, NULL); /* Login History, cut */
        if (match_by_name(whole) != NULL)
            return g_steal_pointer(&whole);
        g_autofree char *lower = g_ascii_strdown(code, -1);
        return strcmp(lower, code) != 0 && failure_code_has_row(lower) ? g_steal_pointer(&lower)
                                                                       : NULL;
    }
    for (const char *p = code; *p != '\0'; p++) {
        if (p > code && g_ascii_isupper(*p))
            g_string_append_c(out, '_');
        g_string_append_c(out, g_ascii_toupper(*p));
    }
    return g_strdup(out->str);
}

static bool match_status_text(const struct failure *failure, struct match *ret_match)
{
    for (gsize i = 0; failure->code == NULL && i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i].text != NULL && holds(failure->message, statuses[i].text)) {
            *ret_match = match_of(&statuses[i]);
            return true;
        }
    return false;
}

static bool match_rows(const struct failure *failure, struct match *ret_match)
{
    for (gsize i = 0; i < G_N_ELEMENTS(by_target); i++)
        if (by_target[i].target == failure->target &&
            g_strcmp0(by_target[i].code, failure->code) == 0) {
            *ret_match = by_target[i].match;
            if (failure->own) /* perch's own word for a 404 */
                ret_match->certainty = CERTAINTY_LIKELY;
            return true;
        }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!fits(&rows[i], failure))
            continue;
        /* A text from Login History is more specific than an HTTP status. */
        if (rows[i].code == NULL && rows[i].text == NULL && match_status_text(failure, ret_match))
            return true;
        *ret_match = (struct match){rows[i].cause, rows[i].certainty, false};
        return true;
    }
    if (match_status_text(failure, ret_match))
        return true;
    const struct match *named = failure->code == NULL ? NULL : match_by_name(failure->code);
    if (named != NULL)
        *ret_match = *named;
    return named != NULL;
}

static const struct match *match_family(const char *code)
{
    static struct match match = {CAUSE_UNKNOWN, CERTAINTY_LIKELY, true};
    for (gsize i = 0; code != NULL && i < G_N_ELEMENTS(families); i++)
        if (regex_fits("\\A(?!ERR_)[A-Z]+(?:_[A-Z]+)+\\z", code) &&
            regex_fits(families[i].pattern, code)) {
            match.cause = families[i].cause;
            return &match;
        }
    return NULL;
}

/* ---- codes that are a known one but for a word, the order of words, or an end cut off ---- */

static int by_word(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Calls visit for each form that a code has in common with those that it resembles: in one word as
 * in Bulk API 2.0, with one of its words left open, and with its words sorted. */
static void each_form(const char *code, void (*visit)(const char *form, gpointer user),
                      gpointer user)
{
    enum { SAME = 3 };
    g_auto(GStrv) words = g_strsplit(code, "_", -1);
    const guint count = g_strv_length(words);
    g_autofree char *joined = g_strjoinv("", words);
    visit(joined, user);
    for (guint i = 0; count > SAME && i < count; i++) {
        char *word = words[i];
        words[i] = (char *)(guintptr) "?";
        g_autofree char *form = g_strjoinv("_", words);
        words[i] = word;
        visit(form, user);
    }
    qsort(words, count, sizeof *words, by_word);
    g_autofree char *sorted = g_strjoinv(" ", words);
    if (count >= SAME)
        visit(sorted, user);
}

struct forms {
    GHashTable *table; /* form → known code */
    const char *code;
};

static void add_form(const char *form, gpointer user)
{
    const struct forms *forms = user;
    if (!g_hash_table_contains(forms->table, form))
        g_hash_table_insert(forms->table, g_strdup(form), (gpointer)(guintptr)forms->code);
}

/* A known code's own forms, and those of it without its first or its last letter. */
static void add_code(struct forms *forms, const char *code)
{
    forms->code = code;
    if (code == NULL || strchr(code, '_') == NULL)
        return;
    each_form(code, add_form, forms);
    g_auto(GStrv) words = g_strsplit(code, "_", -1);
    g_autofree char *joined = g_strjoinv("", words);
    add_form(joined + 1, forms);
    joined[strlen(joined) - 1] = '\0';
    add_form(joined, forms);
}

static void find_form(const char *form, gpointer user)
{
    struct forms *forms = user;
    if (forms->code == NULL)
        forms->code = g_hash_table_lookup(forms->table, form);
}

/* Built once and cached. */
static GHashTable *form_table(void)
{
    static struct forms forms;
    if (forms.table != NULL)
        return forms.table;
    forms.table = g_hash_table_new(g_str_hash, g_str_equal);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        add_code(&forms, rows[i].code);
    GHashTableIter names;
    gpointer name;
    g_hash_table_iter_init(&names, (GHashTable *)(guintptr)code_table());
    while (g_hash_table_iter_next(&names, &name, NULL))
        add_code(&forms, name);
    return forms.table;
}

const char *failure_code_resembled(const char *code)
{
    if (code == NULL || !regex_fits("\\A(?!ERR_)(?:[A-Z]\\w*_\\w*_\\w*|[A-Z]{9,})\\z", code))
        return NULL;
    struct forms forms = {form_table(), NULL};
    each_form(code, find_form, &forms);
    /* CRM_REQUEST_LIMIT_EXCEEDED: a vendor's name before it */
    for (const char *p = code; forms.code == NULL && (p = strchr(p, '_')) != NULL;)
        if (strchr(++p, '_') != NULL && strcmp(p, "NOT_FOUND") != 0 && failure_code_has_row(p))
            forms.code = p;
    return forms.code;
}

/* The failure as if the other side had said this code instead. */
static struct match match_instead(const struct failure *failure, const char *code, bool sure)
{
    struct failure same = *failure;
    same.code = (char *)(guintptr)code;
    struct match match = failure_match(&same);
    if (!sure)
        match.certainty = MIN(match.certainty, CERTAINTY_LIKELY);
    return match;
}

struct match failure_match(const struct failure *failure)
{
    struct match match;
    bool sure;
    if (match_rows(failure, &match))
        return match;
    g_autofree char *spelling = other_spelling(failure->code, &sure);
    if (spelling != NULL)
        return match_instead(failure, spelling, sure);
    if (g_strcmp0(failure->code, "empty") == 0) /* then only the status can tell */
        return failure_match(&(struct failure){.stage = failure->stage, .status = failure->status});
    const char *resembled = failure_code_resembled(failure->code);
    if (resembled != NULL) {
        match = match_instead(failure, resembled, false);
        match.guessed = true;
        return match;
    }
    const struct match *family = match_family(failure->code);
    return family != NULL ? *family : (struct match){CAUSE_UNKNOWN, CERTAINTY_UNKNOWN, false};
}

bool failure_code_is_known(const char *code)
{
    bool sure;
    if (failure_code_has_row(code))
        return true;
    g_autofree char *spelling = other_spelling(code, &sure);
    return spelling != NULL && failure_code_has_row(spelling);
}

bool failure_code_is_of_a_family(const char *code)
{
    return match_family(code) != NULL;
}

char *failure_choices(const struct failure *failure)
{
    const struct match match = failure_match(failure);
    const char *own = cause_name(match.cause);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (failure->message == NULL || failure->own || failure->code == NULL ||
        match.certainty == CERTAINTY_CERTAIN)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *name = cause_name(rows[i].cause);
        const bool fit = fits(&rows[i], failure);
        if (fit && rows[i].text != NULL)
            return NULL;
        if (fit)
            break;
        if (g_strcmp0(rows[i].code, failure->code) == 0 && rows[i].text != NULL &&
            stage_fits(rows[i].stage, failure->stage) && strcmp(name, own) != 0 &&
            !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
            g_ptr_array_add(names, (gpointer)(guintptr)name);
    }
    g_ptr_array_add(names, NULL);
    return names->len < 2 ? NULL : g_strjoinv(", ", (char **)names->pdata);
}

const struct advice *failure_advice(const struct failure *failure)
{
    for (gsize i = 0; i < G_N_ELEMENTS(advices); i++)
        if (g_strcmp0(advices[i].code, failure->code) == 0 &&
            (advices[i].text == NULL || holds(failure->message, advices[i].text)))
            return &advices[i];
    return NULL;
}
