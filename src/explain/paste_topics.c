/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"
#include "perch/base/text.h"

/* A topic and what is wrong with it, in anybody's words: topics.def. */

enum { WINDOW = 8, GROUPS = 3, FOUND = 3, WORD_BYTES = 48 };

enum topic {
#define TOPIC(name, stems) TOPIC_##name,
#define SAYS(a, b, c, code)
#include "perch/explain/topics.def"
#undef TOPIC
#undef SAYS
    TOPICS,
};

/* A set of topics. */
#define WORD_BITS 64
enum { SET_WORDS = 2 };
G_STATIC_ASSERT(TOPICS <= SET_WORDS * WORD_BITS);
struct set {
    guint64 bits[SET_WORDS];
};

static const char *const topics[TOPICS] = {
#define TOPIC(name, stems) [TOPIC_##name] = (stems),
#define SAYS(a, b, c, code)
#include "perch/explain/topics.def"
#undef TOPIC
#undef SAYS
};

#define ANY G_MAXUINT64
#define TOPIC(name, stems)
#define SAYS(a, b, c, code) {{a, b, c}, code},
static const struct says {
    guint64 groups[GROUPS];
    const char *code;
} says[] = {
#define T(name) (TOPIC_##name < WORD_BITS ? G_GUINT64_CONSTANT(1) << TOPIC_##name % WORD_BITS : 0)
#include "perch/explain/topics.def"
#undef T
};

#undef SAYS

/* The groups' topics that need another word. */
#define SAYS(a, b, c, code) {a, b, c},
static const guint64 more_says[G_N_ELEMENTS(says)][GROUPS] = {
#define T(name) (TOPIC_##name < WORD_BITS ? 0 : G_GUINT64_CONSTANT(1) << TOPIC_##name % WORD_BITS)
#include "perch/explain/topics.def"
#undef T
};
#undef TOPIC
#undef SAYS

/* ---- which topics a word is of ---- */

struct stem {
    const char *text; /* "=word": the whole word; "*word": also at the end of a longer one */
    int topic;
};

/* The stems that begin with each byte; made once and kept. */
static const GArray *stems_of(char first)
{
    static GArray *by_first[256];
    if (by_first[0] == NULL) {
        for (gsize i = 0; i < G_N_ELEMENTS(by_first); i++)
            by_first[i] = g_array_new(FALSE, FALSE, sizeof(struct stem));
        for (int i = 0; i < TOPICS; i++) {
            g_autofree char **list = g_strsplit(topics[i], " ", -1); /* the strings stay */
            for (char **text = list; *text != NULL; text++) {
                struct stem stem = {*text, i};
                g_array_append_val(by_first[(guchar)(*text)[**text == '=']], stem);
            }
        }
    }
    return by_first[(guchar)first];
}

static bool is_empty(const struct set *set)
{
    return set->bits[0] == 0 && set->bits[1] == 0;
}

static void add_topic(struct set *set, int topic)
{
    set->bits[topic / WORD_BITS] |= G_GUINT64_CONSTANT(1) << topic % WORD_BITS;
}

static bool fits(const struct stem *stem, const char *word, bool two)
{
    const char *text = stem->text;
    if (two != (strchr(text, '-') != NULL))
        return false;
    return *text == '='   ? strcmp(word, text + 1) == 0
           : *text == '*' ? g_str_has_suffix(word, text + 1)
                          : g_str_has_prefix(word, text);
}

/* two: of two words with a hyphen between them, "read-only". */
static struct set topics_of(const char *word, bool two)
{
    const GArray *lists[] = {stems_of(*word), stems_of('*')};
    struct set found = {{0, 0}};
    for (gsize k = 0; k < G_N_ELEMENTS(lists); k++)
        for (guint i = 0; i < lists[k]->len; i++) {
            const struct stem *stem = &g_array_index(lists[k], struct stem, i);
            if (fits(stem, word, two))
                add_topic(&found, stem->topic);
        }
    return found;
}

/* ---- the words of a sentence ---- */

/* Of other bytes than the first of a character, true. */
static bool is_letter(const char *p)
{
    if ((guchar)*p < 0x80)
        return g_ascii_isalpha(*p) || *p == '\'';
    return (guchar)*p < 0xC0 || g_unichar_isalpha(g_utf8_get_char(p));
}

/* The parameters behind the name of a method, of which no word is quoted. */
static gsize parameters_length(const char *p)
{
    enum { FAR = 200 };
    gsize length = 0;
    while (length < FAR && strchr("\"'`)\n", p[length]) == NULL) /* or '\0' */
        length++;
    return *p == '(' && p[length] == ')' ? length + 1 : 0;
}

/* A query, whose names are no words of a sentence. */
static gsize soql_length(const char *p)
{
    enum { FAR = 2000 };
    gsize length = 0;
    if (g_ascii_strncasecmp(p, "SELECT ", strlen("SELECT ")) != 0)
        return 0;
    while (length < FAR && strchr("\"`;\n", p[length]) == NULL) /* or '\0' */
        length++;
    g_autofree char *query = g_strndup(p, length);
    return regex_fits("(?i) FROM \\w", query) ? length : 0;
}

/* What stands at p is no prose: an address, a path, a command such as force:auth:web:login, a
 * setting, a method that is called, or the name of a file, a host or a class other than an
 * exception's. */
static gsize opaque_length(const char *p)
{
    enum { FAR = 200 };
    gsize length = paste_setting_length(p);
    int colons = 0, slashes = 0, dots = 0, names = 0;
    if (length == 0)
        length = soql_length(p);
    if (length > 0)
        return length;
    if (text_begins(p, "http://") || text_begins(p, "https://"))
        return strcspn(p, " \t\n\"'`<>");
    while (length < FAR && strchr(" \t\n\"'`<>(),;|=", p[length]) == NULL) /* or '\0' */
        length++;
    for (gsize i = 1; i + 1 < length; i++) {
        const bool inside = g_ascii_isalnum(p[i - 1]) && is_letter(p + i + 1);
        colons += p[i] == ':' && (inside || p[i + 1] == ':');
        slashes += p[i] == '/' || p[i] == '\\';
        dots += p[i] == '.' && inside && !g_ascii_isupper(p[i + 1]);
        names += (p[i] == '.' || p[i] == ':') && inside;
    }
    const gsize parameters = names > 0 ? parameters_length(p + length) : 0;
    if (colons < 2 && slashes < 2 && dots == 0 && parameters == 0)
        return 0;
    const gsize whole = length + parameters;
    while (length > 0 && !g_ascii_isalpha(p[length - 1]))
        length--;
    g_autofree char *piece = g_strndup(p, length);
    if (regex_fits("(?:Error|Exception|Failed|Required|Expired)\\z", piece) &&
        !text_begins(piece, "org.apache.kafka.")) /* its ConnectException is of no connection */
        return 0;
    return parameters > 0 ? whole : length;
}

/* Chinese and Japanese have no blanks: each character begins a word. */
static bool stands_by_itself(const char *p)
{
    return (guchar)*p >= 0xE3 && (guchar)*p <= 0xE9;
}

static bool ends_sentence(const char *p)
{
    return strchr("\n;|{}", *p) != NULL || (*p == '.' && g_ascii_isspace(p[1])) ||
           text_begins(p, "。");
}

/* Whether a word ends at p, in the middle of letters: inva|lidC, l'|API, token|'. */
static bool ends_word(const char *start, const char *p, bool alone)
{
    if (p == start)
        return false;
    return (g_ascii_isupper(*p) && g_ascii_islower(p[-1])) || (stands_by_itself(p) && !alone) ||
           (*p == '\'' && !g_ascii_isalpha(p[1])) ||
           (p[-1] == '\'' && (p - start == 2 || (is_letter(p + 1) && is_letter(p + 2))));
}

/* Takes the next word in lower case; invalidClientId and INVALID_CLIENT_ID are three words each, of
 * which the first has an empty one before it. false: the sentence ends, at *text. */
static bool next_word(const char **text, char word[WORD_BYTES])
{
    enum { ROOM = 8 }; /* for any character */
    gsize length = 0;
    bool starts = *word == '\0';
    const char *p = *text, *const begin = p;
    for (; (!is_letter(p) || *p == '\'') && !ends_sentence(p); p = g_utf8_next_char(p))
        starts = starts || strchr(" \t\"'`<>(),=[", *p) != NULL; /* ends_sentence has '\0' */
    *text = p;
    if (ends_sentence(p))
        return false;
    const bool alone = stands_by_itself(p);
    if (p - begin >= 2 && (text_begins(p - 2, "</") || text_begins(p - 2, "--")))
        while (g_ascii_isalnum(*p) || *p == '-' || *p == '_') /* </timeout>, --connect-timeout */
            p++;
    else if (starts)
        p += opaque_length(p);
    for (const char *start = p; is_letter(p) && !ends_word(start, p, alone);
         p = g_utf8_next_char(p))
        if (length + ROOM < WORD_BYTES)
            length +=
                (gsize)g_unichar_to_utf8(g_unichar_tolower(g_utf8_get_char(p)), word + length);
        else if (alone)
            break;
    word[length] = '\0';
    *text = alone ? g_utf8_next_char(*text) : p;
    return true;
}

/* ---- what is said ---- */

static bool is_said(gsize row, const struct set *near)
{
    for (gsize i = 0; i < GROUPS; i++)
        if ((says[row].groups[i] & near->bits[0]) == 0 && (more_says[row][i] & near->bits[1]) == 0)
            return false;
    return true;
}

/* The topics of a word, or those of it with the one before it ("read-only"), which then has none of
 * its own. */
static struct set topics_here(char before[2 * WORD_BYTES], const char *word, struct set *last)
{
    g_strlcat(before, "-", 2 * WORD_BYTES);
    g_strlcat(before, word, 2 * WORD_BYTES);
    struct set both = topics_of(before, true), one = topics_of(word, false);
    g_strlcpy(before, word, 2 * WORD_BYTES);
    if (is_empty(&both))
        return one;
    *last = (struct set){{0, 0}};
    return both;
}

/* The first row before best that the words in the window say; best if none. */
static gsize row_for(const struct set window[WINDOW], gsize best)
{
    struct set near = {{0, 0}};
    for (gsize i = 0; i < WINDOW * SET_WORDS; i++)
        near.bits[i % SET_WORDS] |= window[i / SET_WORDS].bits[i % SET_WORDS];
    for (gsize row = 0; !is_empty(&near) && row < best; row++)
        if (is_said(row, &near))
            return row;
    return best;
}

/* The first row that fits a window of the sentence; NULL = none. *ret_end: the sentence's; *ret_at:
 * the window's. */
static const struct says *said_in(const char *sentence, const char **ret_end, const char **ret_at)
{
    gsize best = G_N_ELEMENTS(says), count = 0;
    struct set window[WINDOW] = {{{0, 0}}};
    char word[WORD_BYTES] = "", before[2 * WORD_BYTES] = "";
    const char *p = sentence;
    *ret_at = sentence;
    while (next_word(&p, word)) {
        struct set *last = &window[(count + WINDOW - 1) % WINDOW];
        const struct set here = topics_here(before, word, last);
        const gsize row = is_empty(last) ? best : row_for(window, best); /* now it is known of
                                                                             what topics it is */
        *ret_at = row < best ? p : *ret_at;
        best = row;
        if (!is_empty(&here) || !stands_by_itself(word))
            window[count++ % WINDOW] = here;
    }
    const gsize last_row = row_for(window, best);
    *ret_at = last_row < best ? p : *ret_at;
    best = last_row;
    *ret_end = *p == '\0' ? p : g_utf8_next_char(p);
    return best < G_N_ELEMENTS(says) ? &says[best] : NULL;
}

const char *paste_topic(const char **text)
{
    const struct says *row = NULL;
    const char *at;
    while (row == NULL && **text != '\0')
        row = said_in(*text, text, &at);
    return row == NULL ? NULL : row->code;
}

void paste_find_topics(struct paste_text *paste)
{
    int found = 0;
    for (const char *p = paste->text, *end; *p != '\0' && found < FOUND; p = end) {
        const bool begins = p == paste->text || p[-1] == '\n';
        const gsize code = begins ? paste_code_length(p) : 0;
        end = p + code;
        if (code > 0)
            continue;
        const char *window;
        const struct says *row = said_in(p, &end, &window);
        const gsize at = (gsize)(p - paste->text);
        if (row == NULL || paste_is_mute(paste, at) ||
            paste_is_mute(paste, (gsize)(window - paste->text)))
            continue;
        struct failure failure = {0};
        g_autofree char *line = paste_line_at(paste->text, at);
        failure_say_own(&failure, row->code, line);
        paste_add(paste, &failure, RANK_TOPIC, at);
        found++;
    }
}
