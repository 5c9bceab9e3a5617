/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"

/* Texts that are conclusive without a code: sentences from Salesforce and from programs, and Login
 * History's. */

enum kind { WIRE, SAID, WORDS, NAMED, PAGE, ADDRESS, STATUS_TEXT, MATTERS, MUTE };

/* The words of each row, in their order, in a line each: a pointer to each would take half as many
 * bytes again. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const char row_words[] =
#define PHRASE(kind, words, code, who) words "\n"
#include "perch/explain/phrases.def"
#undef PHRASE
    ;
#pragma GCC diagnostic pop

static const char *const row_codes[] = {
#define PHRASE(kind, words, code, who) code,
#include "perch/explain/phrases.def"
#undef PHRASE
};

/* Texts that decide by themselves. */
static const char *const texts[] = {
#define FAILURE(...)
#define FAILURE_TEXT(stage, status, text, ...) text,
#include "perch/explain/failures.def"
#undef FAILURE
#define STATUS(code, text, ...) text == NULL ? "login_" : text,
#include "perch/explain/login_status.def"
#undef STATUS
    /* not findings, but lines with one of these may matter in a long text */
    "error",     "fail",    "exception", "invalid",      "denied", "refused", "expired",
    "forbidden", "message", "http/1",    "unauthorized", "http/2", "<html",   "=?utf-8",
};

enum { ROWS = G_N_ELEMENTS(row_codes), PHRASES = ROWS + G_N_ELEMENTS(texts) };

static const guint8 kinds[] = {
#define PHRASE(kind, words, code, who) kind,
#include "perch/explain/phrases.def"
#undef PHRASE
#define FAILURE(...)
#define FAILURE_TEXT(stage, status, text, ...) STATUS_TEXT,
#include "perch/explain/failures.def"
#undef FAILURE
#define STATUS(code, text, ...) text == NULL ? MATTERS : STATUS_TEXT,
#include "perch/explain/login_status.def"
#undef STATUS
};

static enum kind kind_of(gsize phrase)
{
    return phrase < G_N_ELEMENTS(kinds) ? kinds[phrase] : MATTERS;
}

/* NULL: the words themselves decide. */
static const char *code_of(gsize phrase)
{
    return phrase < ROWS ? row_codes[phrase] : NULL;
}

/* The words of each phrase, in lower case; made once and kept. */
static const char *const *words_of(void)
{
    static const char *list[PHRASES];
    if (list[0] != NULL)
        return list;
    g_autofree char **rows = g_strsplit(row_words, "\n", -1); /* the strings stay, */
    g_free(rows[ROWS]);                                       /* but nothing behind the last */
    for (gsize i = 0; i < PHRASES; i++)
        list[i] = i < ROWS ? rows[i] : g_ascii_strdown(texts[i - ROWS], -1);
    return list;
}

static const struct words *phrase_words(void)
{
    static struct words *index;
    if (index == NULL)
        index = words_new(words_of(), PHRASES);
    return index;
}

/* Whole words only: "restricted ip" is not in "unrestricted ipsum". */
static bool stands_alone(const char *lower, gsize at, gsize length)
{
    bool starts = at == 0 || !g_ascii_isalnum(lower[at - 1]) || !g_ascii_isalnum(lower[at]);
    return starts &&
           !(g_ascii_isalnum(lower[at + length]) && g_ascii_isalnum(lower[at + length - 1]));
}

/* Whether what stands at an offset is part of an address or a path. */
static bool is_in_address(const char *lower, gsize at)
{
    enum { FAR = 200 };
    int slashes = 0;
    for (gsize i = at; i > 0 && at - i < FAR && strchr(" \t\n\"'<>(),", lower[i - 1]) == NULL; i--)
        slashes += lower[i - 1] == '/';
    return slashes > 1;
}

/* The name of a class, or of a status, counts where it stands for itself, and not in the code that
 * knows it. */
static bool is_name_in_code(const char *lower, gsize at, guint phrase, gsize length)
{
    const char *words = words_of()[phrase];
    if (kind_of(phrase) == NAMED)
        return paste_is_in_code(lower, at);
    if (strchr(words, ' ') != NULL)
        return false;
    if (kind_of(phrase) == WIRE && paste_is_in_setting(lower, at))
        return true;
    return (g_str_has_suffix(words, "error") || g_str_has_suffix(words, "exception") ||
            g_str_has_suffix(words, "fault")) &&
           (g_ascii_isalpha(lower[at + length]) || paste_is_in_code(lower, at));
}

struct search {
    const char *lower;
    gsize first_at[PHRASES]; /* G_MAXSIZE = not found */
};

static void keep_first(guint i, gsize at, gpointer user)
{
    struct search *search = user;
    enum { SHORT = 10 };
    const gsize length = strlen(words_of()[i]);
    bool whole = kind_of(i) != STATUS_TEXT || stands_alone(search->lower, at, length);
    if (kind_of(i) == WIRE && length < SHORT && at > 0) /* no ENOTFOUND in ModuleNotFoundError */
        whole = !g_ascii_isalnum(search->lower[at - 1]);
    if (kind_of(i) == NAMED && at > 0) /* rejectUnauthorized */
        whole = !g_ascii_isalpha(search->lower[at - 1]) || !g_ascii_isalpha(search->lower[at]);
    if (kind_of(i) == WORDS)
        whole = !is_in_address(search->lower, at);
    if (whole && search->first_at[i] == G_MAXSIZE && !is_name_in_code(search->lower, at, i, length))
        search->first_at[i] = at;
}

static void search_text(struct search *search, const char *lower, gsize length)
{
    search->lower = lower;
    for (guint i = 0; i < PHRASES; i++)
        search->first_at[i] = G_MAXSIZE;
    words_each(phrase_words(), lower, length, keep_first, search);
}

static gsize line_start(const char *text, gsize at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

/* What a program guesses of any login that failed counts less than the failure of the way that it
 * names behind it. */
static bool is_guess_before_wire(const struct paste_text *paste, const struct failure *failure,
                                 gsize at)
{
    enum { BEHIND = 400 };
    const enum cause cause = failure_match(failure).cause;
    if (cause != CAUSE_CONSUMER_SECRET_WRONG && cause != CAUSE_LOGIN_REFUSED &&
        cause != CAUSE_AUTHORIZATION_REVOKED)
        return false;
    gsize length = 0;
    while (length < BEHIND && paste->text[at + length] != '\0' && paste->text[at + length] != '\n')
        length++;
    g_autofree char *behind = g_strndup(paste->text + at, length);
    const struct failure wire = {.code = (char *)(guintptr)paste_wire_code(behind), .own = true};
    return wire.code != NULL && failure_match(&wire).certainty == CERTAINTY_CERTAIN;
}

static void add_phrase(struct paste_text *paste, gsize phrase, gsize at)
{
    const enum kind kind = kind_of(phrase);
    g_autofree char *line = paste_line_at(paste->text, at);
    const bool in_page =
        regex_fits("(?i)</?(?:html|body|title|h\\d|p|br|div|span|pre|t[dr]|b|a)\\b", line);
    g_autofree char *page = in_page ? page_text(line) : NULL;
    const char *words = page != NULL && *page != '\0' ? page : line;
    struct failure failure = {0};
    if (kind == WIRE)
        failure_own(&failure, STAGE_MACHINE, code_of(phrase), words);
    else
        failure_say_own(&failure, code_of(phrase), words);
    static const int ranks[] = {
        [WIRE] = RANK_WIRE,     [SAID] = RANK_PHRASE,  [ADDRESS] = RANK_KNOWN + 1,
        [WORDS] = RANK_ANYBODY, [NAMED] = RANK_STATUS, [STATUS_TEXT] = RANK_PHRASE};
    const bool guess = kind == SAID && is_guess_before_wire(paste, &failure, at);
    /* what a page says of a connection is said of its own */
    paste_add(paste, &failure, guess || (kind == WIRE && in_page) ? RANK_ANYBODY : ranks[kind], at);
}

struct mute {
    bool words, wire;
};

static void note_mute(guint word, gsize at, gpointer user)
{
    struct mute *mute = user;
    (void)at;
    if (kind_of(word) != MUTE)
        return;
    mute->words = true;
    mute->wire = mute->wire || code_of(word) != NULL;
}

static struct mute mute_at(const struct paste_text *paste, gsize at)
{
    struct mute mute = {false, false};
    g_autofree char *near = paste_near_in_line(paste->text, at);
    g_autofree char *lower = g_ascii_strdown(near, -1);
    words_each(phrase_words(), lower, strlen(lower), note_mute, &mute);
    return mute;
}

bool paste_is_mute(const struct paste_text *paste, gsize at)
{
    return mute_at(paste, at).words;
}

void paste_find_phrases(struct paste_text *paste)
{
    g_autofree char *lower = g_ascii_strdown(paste->text, -1);
    g_autofree struct search *search = g_new(struct search, 1);
    g_autoptr(GHashTable) lines = g_hash_table_new(g_direct_hash, g_direct_equal);
    search_text(search, lower, strlen(lower));
    for (guint i = 0; i < PHRASES; i++) {
        const gsize at = search->first_at[i];
        const bool says =
            at != G_MAXSIZE && kind_of(i) != MATTERS && kind_of(i) != MUTE && kind_of(i) != PAGE;
        const bool loose = kind_of(i) == WORDS || kind_of(i) == NAMED ||
                           kind_of(i) == STATUS_TEXT ||
                           (kind_of(i) == WIRE && g_str_has_suffix(code_of(i), "-words"));
        if (!says || (loose && paste_is_mute(paste, at)) ||
            (kind_of(i) == WIRE && mute_at(paste, at).wire))
            continue;
        /* Per line, one finding of the network's, one of anybody's words and one other: the first
         * row's. */
        const enum kind kind = kind_of(i) == STATUS_TEXT ? SAID : kind_of(i);
        const gsize line = line_start(paste->text, at) * MATTERS + kind;
        if (g_hash_table_add(lines, GSIZE_TO_POINTER(line + 1)))
            add_phrase(paste, i, at);
    }
}

static bool is_wire(gsize phrase)
{
    return kind_of(phrase) == WIRE;
}

static bool is_page(gsize phrase)
{
    const char *code = code_of(phrase);
    return kind_of(phrase) == PAGE ||
           (kind_of(phrase) != WIRE && code != NULL && g_str_has_suffix(code, "-page"));
}

/* The code of the first row of this kind that occurs in the text. */
static const char *first_code(const char *text, bool (*fits)(gsize phrase))
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autofree struct search *search = g_new(struct search, 1);
    search_text(search, lower, strlen(lower));
    for (guint i = 0; i < PHRASES; i++)
        if (search->first_at[i] != G_MAXSIZE && fits(i))
            return code_of(i);
    return NULL;
}

const char *paste_wire_code(const char *line)
{
    return first_code(line, is_wire);
}

const char *page_code(const char *html)
{
    const char *code = first_code(html, is_page);
    return code != NULL ? code : "html";
}

static void note(guint word, gsize at, gpointer user)
{
    (void)word;
    (void)at;
    *(bool *)user = true;
}

bool paste_line_matters(const char *lower, gsize length)
{
    bool matters = false;
    words_each(phrase_words(), lower, length, note, &matters);
    return matters;
}
