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
    const char *text; /* "=word": the whole word */
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
    const GArray *stems = stems_of(*word);
    guint64 found = 0;
    for (guint i = 0; i < stems->len; i++) {
        const struct stem *stem = &g_array_index(stems, struct stem, i);
        if (*stem->text == '=' ? strcmp(word, stem->text + 1) == 0
                               : g_str_has_prefix(word, stem->text))
            found |= stem->topic;
    }
    return found;
}

/* ---- the words of a sentence ---- */

static bool is_letter(char c)
{
    return g_ascii_isalpha(c) || (guchar)c >= 0x80 || c == '\'';
}

/* What stands at p is a command such as force:auth:web:login, which tells nothing. */
static gsize command_length(const char *p)
{
    gsize length = 0;
    int colons = 0;
    while (length < WORD_BYTES && strchr(" \t\n", p[length]) == NULL) /* which also ends at '\0' */
        length++;
    for (gsize i = 1; i + 1 < length; i++)
        colons += p[i] == ':' && is_letter(p[i - 1]) && is_letter(p[i + 1]);
    return colons > 1 ? length : 0;
}

/* The next word in lower case; invalidClientId and INVALID_CLIENT_ID are three words each. Returns
 * its end, or NULL at the end of the sentence. */
static const char *next_word(const char *p, char word[WORD_BYTES])
{
    gsize length = 0;
    while (*p != '\0' && !is_letter(*p)) {
        if (strchr("\n;|{}", *p) != NULL || (*p == '.' && g_ascii_isspace(p[1])))
            return NULL;
        p++;
    }
    if (*p == '\0')
        return NULL;
    p += command_length(p);
    for (const char *start = p; is_letter(*p); p++) {
        if (p > start && g_ascii_isupper(*p) && g_ascii_islower(p[-1]))
            break;
        if (length + 1 < WORD_BYTES)
            word[length++] = g_ascii_tolower(*p);
    }
    word[length] = '\0';
    return p;
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
    for (const char *end; (end = next_word(p, word)) != NULL; p = end) {
        guint64 near = 0;
        last[count++ % WINDOW] = topics_of(word);
        for (gsize i = 0; i < WINDOW; i++)
            near |= last[i];
        for (const struct says *row = says;
             near != 0 && row < (best != NULL ? best : says + G_N_ELEMENTS(says)); row++)
            if (is_said(row, near))
                best = row;
    }
    p += strcspn(p, "\n;|{}.");
    *ret_end = *p == '\0' ? p : p + 1;
    return best;
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
