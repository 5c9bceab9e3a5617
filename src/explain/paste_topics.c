/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"

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
G_STATIC_ASSERT(TOPICS <= 64);

static const char *const topics[TOPICS] = {
#define TOPIC(name, stems) [TOPIC_##name] = (stems),
#define SAYS(a, b, c, code)
#include "perch/explain/topics.def"
#undef TOPIC
#undef SAYS
};

#define T(name) (G_GUINT64_CONSTANT(1) << TOPIC_##name)
#define ANY G_MAXUINT64
static const struct says {
    guint64 groups[GROUPS];
    const char *code;
} says[] = {
#define TOPIC(name, stems)
#define SAYS(a, b, c, code) {{a, b, c}, code},
#include "perch/explain/topics.def"
#undef TOPIC
#undef SAYS
};

/* ---- which topics a word is of ---- */

struct stem {
    const char *text; /* "=word": the whole word; "*word": also at the end of a longer one */
    guint64 topic;
};

/* The stems that begin with each byte; made once and kept. */
static const GArray *stems_of(char first)
{
    static GArray *by_first[256];
    if (by_first[0] == NULL) {
        for (gsize i = 0; i < G_N_ELEMENTS(by_first); i++)
            by_first[i] = g_array_new(FALSE, FALSE, sizeof(struct stem));
        for (gsize i = 0; i < TOPICS; i++) {
            g_autofree char **list = g_strsplit(topics[i], " ", -1); /* the strings stay */
            for (char **text = list; *text != NULL; text++) {
                struct stem stem = {*text, G_GUINT64_CONSTANT(1) << i};
                g_array_append_val(by_first[(guchar)(*text)[**text == '=']], stem);
            }
        }
    }
    return by_first[(guchar)first];
}

static guint64 topics_of(const char *word)
{
    const GArray *stems = stems_of(*word), *ends = stems_of('*');
    guint64 found = 0;
    for (guint i = 0; i < ends->len; i++) {
        const struct stem *stem = &g_array_index(ends, struct stem, i);
        if (g_str_has_suffix(word, stem->text + 1))
            found |= stem->topic;
    }
    for (guint i = 0; i < stems->len; i++) {
        const struct stem *stem = &g_array_index(stems, struct stem, i);
        if (*stem->text == '=' ? strcmp(word, stem->text + 1) == 0
                               : g_str_has_prefix(word, stem->text))
            found |= stem->topic;
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

/* What stands at p is an address, or a command such as force:auth:web:login: neither tells. */
static gsize command_length(const char *p)
{
    gsize length = 0;
    int colons = 0;
    if (g_str_has_prefix(p, "http://") || g_str_has_prefix(p, "https://"))
        return strcspn(p, " \t\n\"'`<>");
    while (length < WORD_BYTES && strchr(" \t\n", p[length]) == NULL) /* which also ends at '\0' */
        length++;
    for (gsize i = 1; i + 1 < length; i++)
        colons += p[i] == ':' && is_letter(p + i - 1) && is_letter(p + i + 1);
    return colons > 1 ? length : 0;
}

/* Chinese and Japanese have no blanks: each character begins a word. */
static bool stands_by_itself(const char *p)
{
    return (guchar)*p >= 0xE3 && (guchar)*p <= 0xE9;
}

static bool ends_sentence(const char *p)
{
    return strchr("\n;|{}", *p) != NULL || (*p == '.' && g_ascii_isspace(p[1])) ||
           g_str_has_prefix(p, "。");
}

/* Takes the next word in lower case; invalidClientId and INVALID_CLIENT_ID are three words each.
 * false: the sentence ends, at *text. */
static bool next_word(const char **text, char word[WORD_BYTES])
{
    gsize length = 0;
    const char *p = *text;
    while (!is_letter(p) && !ends_sentence(p)) /* which has '\0' */
        p = g_utf8_next_char(p);
    *text = p;
    if (ends_sentence(p))
        return false;
    const bool alone = stands_by_itself(p);
    p += command_length(p);
    for (const char *start = p; is_letter(p); p++) {
        if (p > start &&
            ((g_ascii_isupper(*p) && g_ascii_islower(p[-1])) || (stands_by_itself(p) && !alone)))
            break;
        if (length + 1 < WORD_BYTES)
            word[length++] = g_ascii_tolower(*p);
        else if (alone)
            break;
    }
    word[length] = '\0';
    *text = alone ? g_utf8_next_char(*text) : p;
    return true;
}

static bool is_said(const struct says *row, guint64 near)
{
    for (gsize i = 0; i < GROUPS; i++)
        if ((row->groups[i] & near) == 0)
            return false;
    return true;
}

/* The first row that fits a window of the sentence; NULL = none. *ret_end: the sentence's. */
static const struct says *said_in(const char *sentence, const char **ret_end)
{
    const struct says *best = NULL;
    guint64 last[WINDOW] = {0};
    char word[WORD_BYTES];
    const char *p = sentence;
    gsize count = 0;
    while (next_word(&p, word)) {
        guint64 near = topics_of(word);
        if (near == 0 && stands_by_itself(word))
            continue;
        last[count++ % WINDOW] = near;
        for (gsize i = 0; i < WINDOW; i++)
            near |= last[i];
        for (const struct says *row = says;
             near != 0 && row < (best != NULL ? best : says + G_N_ELEMENTS(says)); row++)
            if (is_said(row, near))
                best = row;
    }
    *ret_end = *p == '\0' ? p : g_utf8_next_char(p);
    return best;
}

const char *paste_topic(const char **text)
{
    const struct says *row = NULL;
    while (row == NULL && **text != '\0')
        row = said_in(*text, text);
    return row == NULL ? NULL : row->code;
}

void paste_find_topics(struct paste_text *paste)
{
    int found = 0;
    for (const char *p = paste->text, *end; *p != '\0' && found < FOUND; p = end) {
        const struct says *row = said_in(p, &end);
        if (row == NULL)
            continue;
        struct failure failure = {0};
        const gsize at = (gsize)(p - paste->text);
        g_autofree char *line = paste_line_at(paste->text, at);
        failure_say_own(&failure, row->code, line);
        paste_add(paste, &failure, RANK_TOPIC, at);
        found++;
    }
}
