/* SPDX-License-Identifier: MIT */

/*
 * Writes perch-causes(7) from the tables of causes, failures and advice. It needs nothing but the C
 * library and the rows of a catalogue that man.sh puts into translations.h, so that man.sh can
 * build it without the rest of perch, for each language, on a machine that has no locale of it.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_(text) text
#define _(text) translated(text)

enum stage { STAGE_ANY, STAGE_MACHINE, STAGE_AUTHORIZE, STAGE_TOKEN, STAGE_REST, STAGE_INSERT };
enum retry { RETRY_NEVER, RETRY_NOW, RETRY_LATER, RETRY_AFTER_FIX };
enum perch_exit {
    PERCH_EXIT_OK,
    PERCH_EXIT_UNEXPECTED,
    PERCH_EXIT_USAGE,
    PERCH_EXIT_CANCELLED,
    PERCH_EXIT_AUTHORIZATION,
    PERCH_EXIT_APP,
    PERCH_EXIT_API,
    PERCH_EXIT_RECORD,
    PERCH_EXIT_NETWORK,
    PERCH_EXIT_KEYRING,
    PERCH_EXIT_BUSY,
};

enum setup_page {
    SETUP_PAGE_NONE,
#define SETUP_PAGE(id, name, path, link, source) SETUP_PAGE_##id,
#include "perch/salesforce/setup_pages.def"
#undef SETUP_PAGE
    SETUP_PAGE_COUNT,
};

static const char *const page_paths[SETUP_PAGE_COUNT] = {
#define SETUP_PAGE(id, name, path, link, source) [SETUP_PAGE_##id] = path,
#include "perch/salesforce/setup_pages.def"
#undef SETUP_PAGE
};

enum cause {
#define CAUSE(id, name, ...) CAUSE_##id,
#include "perch/explain/causes.def"
#undef CAUSE
    CAUSE_COUNT,
};

struct step {
    const char *text;
    enum { PLAIN, OTHER, FOR_CONNECTED } kind;
};

static const struct cause_row {
    const char *name;
    enum stage stage;
    enum perch_exit exit;
    enum retry retry;
    enum setup_page page;
    const char *title, *happened, *tell_apart;
    const struct step *steps;
} causes[CAUSE_COUNT] = {
/* clang-format off */
#define STEP(text) {text, PLAIN}
#define STEP_ON(page, text) STEP(text)
#define STEP_UNLESS(seen, text) STEP(text)
#define OTHERWISE(text) {text, OTHER}
#define CONNECTED(text) {text, FOR_CONNECTED}
#define CAUSE(id, name, stage, exit, retry, page, title, happened, tell_apart, ...) \
    [CAUSE_##id] = {name, stage, exit, retry, page, title, happened, tell_apart, \
                    (const struct step[]){__VA_ARGS__, {NULL, PLAIN}}},
/* clang-format on */
#include "perch/explain/causes.def"
};

static const struct failure_row {
    const char *code, *text;
    long status;
    enum cause cause;
    bool likely, own;
} failures[] = {
#define LIKELY true
#define CERTAIN false
#define FAILURE(stage, status, code, text, cause, certainty, source) \
    {code, text, status, CAUSE_##cause, certainty, sizeof source == sizeof "own"},
#include "perch/explain/failures.def"
};

/* The names of codes that are no rows, blanks between them. */
static const struct code_row {
    enum cause cause;
    const char *names;
} codes[] = {
#define CODES(cause, names) {CAUSE_##cause, names},
#include "perch/explain/codes.def"
};

/* Texts of Login History; those of other languages are not for roff. */
static const struct status_row {
    const char *code, *text;
    enum cause cause;
} statuses[] = {
#define STATUS(code, text, cause, certainty) {code, text, CAUSE_##cause},
#include "perch/explain/login_status.def"
};

static const struct advice_row {
    const char *code, *text, *step;
} advices[] = {
#define ADVICE(code, text, step) {code, text, step},
#include "perch/explain/advice.def"
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* None for English. */
static const struct translation {
    const char *english, *other;
} translations[] = {
#include "translations.h"
    {NULL, NULL},
};

static const char *translated(const char *text)
{
    for (const struct translation *row = translations; row->english != NULL; row++)
        if (strcmp(row->english, text) == 0)
            return row->other;
    return text;
}

/* ---- roff ---- */

enum { COLUMNS = 78, WORD_BYTES = 256 };

struct word {
    char text[WORD_BYTES];
    size_t length;
};

static void fail(const char *why, const char *where)
{
    fprintf(stderr, "causes_man.c: %s: %s\n", why, where);
    exit(1);
}

static void append(struct word *word, const char *text, size_t length)
{
    if (word->length + length >= WORD_BYTES)
        fail("a word that is too long", word->text);
    memcpy(word->text + word->length, text, length);
    word->length += length;
    word->text[word->length] = '\0';
}

/* One character of a text as roff; returns the bytes that it took. */
static size_t escape(const char *p, struct word *word)
{
    static const struct {
        const char *character, *roff;
    } special[] = {{"\\", "\\e"}, {"›", "\\(fc"}, {"…", "..."}};
    for (size_t i = 0; i < COUNT(special); i++) {
        size_t length = strlen(special[i].character);
        if (strncmp(p, special[i].character, length) == 0) {
            append(word, special[i].roff, strlen(special[i].roff));
            return length;
        }
    }
    if ((unsigned char)*p >= 0x80 && translations[0].english == NULL)
        fail("no roff for the character in", p);
    append(word, p, 1);
    return 1;
}

/* The word at p as roff; returns its bytes. */
static size_t take_word(const char *p, struct word *word)
{
    size_t taken = 0;
    *word = (struct word){0};
    while (p[taken] != '\0' && p[taken] != ' ')
        taken += escape(p + taken, word);
    return taken;
}

static bool ends_sentence(const struct word *word)
{
    return word->length > 1 && strchr(".?", word->text[word->length - 1]) != NULL;
}

/* Filled text: each sentence begins a line, no line looks like a macro. */
static void say(const char *text)
{
    struct word word;
    size_t column = 0;
    for (const char *p = text; *p != '\0'; p += strspn(p, " ")) {
        p += take_word(p, &word);
        if (column > 0 && column + 1 + word.length > COLUMNS) {
            putchar('\n');
            column = 0;
        }
        if (column > 0)
            column += (size_t)printf(" ");
        else if (word.text[0] == '.' || word.text[0] == '\'')
            column += (size_t)printf("\\&");
        column += (size_t)printf("%s", word.text);
        if (ends_sentence(&word)) {
            putchar('\n');
            column = 0;
        }
    }
    if (column > 0)
        putchar('\n');
}

/* An argument of a macro. */
static void say_argument(const char *text)
{
    putchar('"');
    for (const char *p = text; *p != '\0';) {
        struct word word = {0};
        p += escape(p, &word);
        printf("%s", strcmp(word.text, "\"") == 0 ? "\"\"" : word.text);
    }
    putchar('"');
}

/* ---- one cause ---- */

static bool has_place(const char *text)
{
    return strchr(text, '{') != NULL;
}

/* Whether the advice is for answers of this row. */
static bool advises(const struct advice_row *advice, const struct failure_row *row)
{
    bool same = advice->code == NULL ? row->code == NULL
                                     : row->code != NULL && strcmp(advice->code, row->code) == 0;
    bool own = advice->text == NULL || row->text == NULL || strcmp(advice->text, row->text) == 0;
    return same && own && (advice->code != NULL || row->text != NULL);
}

static void write_answer(const struct failure_row *row)
{
    printf(".It\n");
    if (row->code != NULL) {
        printf(".Li ");
        say_argument(row->code);
        putchar('\n');
    }
    if (row->text != NULL) {
        printf("%s\n.Dq ", row->code != NULL ? _("with") : _("the words"));
        say_argument(row->text);
        putchar('\n');
    }
    if (row->status != 0 && row->code != NULL)
        printf(_("with HTTP status %ld"), row->status);
    else if (row->status != 0)
        printf(_("HTTP status %ld, and nothing that tells more"), row->status);
    printf("%s", row->status != 0 ? "\n" : "");
    if (row->likely)
        printf(".Pq %s\n", _("likely"));
}

static void write_status(const struct status_row *status)
{
    if (status->code != NULL)
        printf(".It\n.Li %s\n", status->code);
    if (status->text != NULL) {
        printf("%s", status->code != NULL ? "" : ".It\n");
        printf("%s\n.Dq ", _("in Login History"));
        say_argument(status->text);
        putchar('\n');
    }
}

static bool is_ascii(const char *text)
{
    for (const char *p = text; p != NULL && *p != '\0'; p++)
        if ((unsigned char)*p >= 0x80)
            return false;
    return true;
}

/* What stands for words that anybody may use is no answer that a reader could look up. */
static bool stands_for_words(const char *code)
{
    static const char end[] = "-words";
    const size_t length = code == NULL ? 0 : strlen(code);
    return length >= sizeof end && strcmp(code + length + 1 - sizeof end, end) == 0;
}

static void write_answers(enum cause cause)
{
    printf(".Pp\n%s\n.Bl -bullet -compact -offset indent\n", _("It is named after these answers:"));
    for (size_t i = 0; i < COUNT(failures); i++)
        if (failures[i].cause == cause && !stands_for_words(failures[i].code))
            write_answer(&failures[i]);
    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i].cause == cause) {
            printf(".It\n%s\n", _("likely, by its name:"));
            say(codes[i].names);
        }
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].cause == cause && is_ascii(statuses[i].text))
            write_status(&statuses[i]);
    if (cause == CAUSE_UNKNOWN)
        printf(".It\n%s\n", _("every other one"));
    printf(".El\n");
}

/* The steps as they are when an answer names nothing, for both kinds of app. */
static void write_steps(const struct step *steps)
{
    printf(".Pp\n%s\n.Bl -enum -compact -offset indent\n", _("To fix it:"));
    for (const struct step *step = steps; step->text != NULL; step++) {
        bool external = step[1].text != NULL && step[1].kind == FOR_CONNECTED;
        if (has_place(step->text))
            continue;
        printf(".It\n");
        if (external)
            printf("External Client App:\n");
        else if (step->kind == FOR_CONNECTED)
            printf("Connected App:\n");
        say(_(step->text));
    }
    printf(".El\n");
}

static bool belongs_to(const struct advice_row *advice, enum cause cause)
{
    for (size_t i = 0; i < COUNT(failures); i++)
        if (failures[i].cause == cause && advises(advice, &failures[i]))
            return true;
    return false;
}

static void write_advice(enum cause cause)
{
    bool begun = false;
    for (size_t i = 0; i < COUNT(advices); i++) {
        if (has_place(advices[i].step) || !belongs_to(&advices[i], cause))
            continue;
        if (!begun)
            printf(".Pp\n%s\n.Bl -bullet -compact -offset indent\n",
                   _("For some answers there is something to do first:"));
        begun = true;
        printf(".It\n");
        if (advices[i].code != NULL) {
            printf(".Li ");
            say_argument(advices[i].code);
            putchar('\n');
        }
        if (advices[i].text != NULL) {
            printf("%s%s.Dq ", advices[i].code != NULL ? _("with") : "",
                   advices[i].code != NULL ? "\n" : "");
            say_argument(advices[i].text);
            putchar('\n');
        }
        printf("\\(em\n");
        say(_(advices[i].step));
    }
    if (begun)
        printf(".El\n");
}

/* Whether nothing but perch itself tells of it. */
static bool is_own(enum cause cause)
{
    for (size_t i = 0; i < COUNT(failures); i++)
        if (failures[i].cause == cause && !failures[i].own)
            return false;
    return cause != CAUSE_UNKNOWN;
}

static void write_cause(enum cause cause)
{
    static const char *const again[] = {
        [RETRY_NEVER] = N_("not without a change of the request"),
        [RETRY_NOW] = N_("at once"),
        [RETRY_LATER] = N_("later"),
        [RETRY_AFTER_FIX] = N_("after the fix"),
    };
    const struct cause_row *row = &causes[cause];
    printf(".Ss %s\n", row->name);
    say(_(row->title));
    say(_(row->happened));
    printf(".Pp\n%s\n", _("To be sure:"));
    say(row->tell_apart != NULL ? _(row->tell_apart)
        : is_own(cause)         ? _("perch saw it happen itself.")
                                : _("The answer says it itself, and perch shows it untouched."));
    write_answers(cause);
    write_steps(row->steps);
    write_advice(cause);
    printf(".Pp\n.Bl -tag -width \"%s\" -compact\n", _("Exit status"));
    if (row->page != SETUP_PAGE_NONE) {
        printf(".It %s\n", _("Setup page"));
        say(_(page_paths[row->page]));
    }
    printf(".It %s\n%s\n.It %s\n%d\n.El\n", _("Try again"), _(again[row->retry]), _("Exit status"),
           (int)row->exit);
}

/* ---- the page ---- */

static void write_head(void)
{
    printf(".\\\" SPDX-License-Identifier: MIT\n"
           ".\\\" Written by make man; the texts are in "
           "include/perch/explain/*.def.\n"
           ".Dd November 23, 2026\n.Dt PERCH-CAUSES 7\n.Os\n"
           ".Sh NAME\n.Nm perch-causes\n.Nd %s\n.Sh %s\n",
           _("what perch names when something fails, and how to fix it"), _("DESCRIPTION"));
    say(_("Each failure that perch(1) explains has one of these causes. With --json it is the "
          "member cause of a diagnosis: the headings here are its values."));
    printf(".Pp\n");
    say(_("A cause is \"certain\" where the answer allows nothing else, \"likely\" where it can "
          "mean something else too, and \"unknown\" where perch does not know the answer; then it "
          "is shown as it came, without a guess. Answers are told by their code. Words are looked "
          "for in any case, and only where nothing else in the answer tells."));
    printf(".Pp\n");
    say(_("Pages of Setup are called what Lightning Experience calls them. Where the two kinds of "
          "app differ, perch says what to do for the kind that the connection has; where it does "
          "not know the kind, and here, both are said. What Salesforce's answer names (a field, an "
          "object, a limit, a value) is named in the steps, too."));
}

static void write_section(const char *title, enum stage first, enum stage last)
{
    printf(".Sh %s\n", title);
    for (int i = 0; i < CAUSE_COUNT; i++)
        if (causes[i].stage >= first && causes[i].stage <= last)
            write_cause((enum cause)i);
}

int main(void)
{
    write_head();
    write_section(_("THIS COMPUTER AND THE WAY TO SALESFORCE"), STAGE_MACHINE, STAGE_MACHINE);
    write_section(_("AUTHORIZATION AND TOKENS"), STAGE_AUTHORIZE, STAGE_TOKEN);
    write_section(_("THE REST API"), STAGE_REST, STAGE_REST);
    write_section(_("TEST RECORDS"), STAGE_INSERT, STAGE_INSERT);
    write_section(_("ANYWHERE"), STAGE_ANY, STAGE_ANY);
    printf(".Sh %s\n.Xr perch 1\n", _("SEE ALSO"));
    return 0;
}
