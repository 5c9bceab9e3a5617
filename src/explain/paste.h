/* SPDX-License-Identifier: MIT */
#ifndef EXPLAIN_PASTE_H
#define EXPLAIN_PASTE_H

#include "explain_private.h"

/* Parsing of pasted text: paste.c collects findings from each variant of the text and chooses among
 * them. */

/* How specific a finding is: the highest rank is what the text is about. */
enum rank {
    RANK_NOTHING = 0,
    RANK_WORDS_ONLY = 20, /* an "error" with a sentence instead of a code */
    RANK_STATUS = 28,     /* a bare HTTP status */
    RANK_TOPIC = 30,      /* a topic and what is wrong with it, in any words */
    RANK_ANYBODY = 35,    /* words that anybody may use for a cause */
    RANK_PAGE = 40,       /* an HTML page */
    RANK_OAUTH = 55,      /* an unknown "error" that looks like a code */
    RANK_WIRE = 60,       /* what programs print on network failures */
    RANK_PHRASE = 65,     /* a text that is conclusive without a code: Login History */
    RANK_WORD = 70,       /* a known code in the middle of other text */
    RANK_CODE = 75,       /* an unknown errorCode */
    RANK_CURL = 80,       /* cURL's own verdict */
    RANK_LOOSE = 88,      /* a known code in truncated JSON */
    RANK_KNOWN = 90,      /* a known code in the place of a code */
};

struct finding {
    struct failure failure;
    int rank;
    gsize at; /* in the variant of the text that it was found in */
    enum cause cause;
    enum certainty certainty;
};

struct paste_text {
    const char *text;
    enum stage stage;    /* given by the person; STAGE_ANY = take it from the text */
    long status;         /* given by the person; 0 = take it from the text */
    GPtrArray *findings; /* struct finding * */
};

/* Adds a finding at an offset of the text; takes stage, status and object from the surrounding
 * text. Takes failure's contents. */
void paste_add(struct paste_text *paste, struct failure *failure, int rank, gsize at);

/* ---- each looks for one thing ---- */
void paste_find_json(struct paste_text *paste);
void paste_find_forms(struct paste_text *paste);
void paste_find_markup(struct paste_text *paste);
void paste_find_words(struct paste_text *paste);
void paste_find_phrases(struct paste_text *paste);
void paste_find_curl(struct paste_text *paste);
void paste_find_status(struct paste_text *paste);
/* The last resort, for a text in which nothing else was found. */
void paste_find_topics(struct paste_text *paste);

/* Whether what stands at the offset is a program's own fault or another system's, of which words
 * that anybody may use tell nothing. */
bool paste_is_mute(const struct paste_text *paste, gsize at);

/* perch's own word for what the next sentence that says something says, in any words; NULL =
 * nothing. Moves *text behind that sentence. */
const char *paste_topic(const char **text);

/* The line of text at the offset, presentable; owned by the caller. In every text of a paste_text,
 * lines end with a single line feed. */
char *paste_line_at(const char *text, gsize at);
/* The line as it is, but no more of it than 200 bytes on either side; owned by the caller. */
char *paste_near_in_line(const char *text, gsize at);

/* perch's own word for the network failure that a line shows; NULL = none. */
const char *paste_wire_code(const char *line);
/* Whether a lower-case piece of text may show an error. */
bool paste_line_matters(const char *lower, gsize length);

/* ---- paste_code.c ---- */

/* Bytes of a line that is a frame of a stack trace or a statement of a program; 0: it is neither.
 */
gsize paste_code_length(const char *line);
/* Whether an offset of a text is in such a line. */
bool paste_is_in_code(const char *text, gsize at);
/* Bytes of a setting ("timeout": 60000) or a header that any answer has, at a word; 0: none. */
gsize paste_setting_length(const char *word);
/* Whether an offset of a text is in a setting's name. */
bool paste_is_in_setting(const char *text, gsize at);

/* ---- paste_digest.c ---- */

/* The parts of a text of any length that may matter, in order; *ret_left_out: bytes that may
 * matter, too, but exceeded the limit. Owned by the caller. */
char *paste_digest(const char *text, gsize *ret_left_out);

/* ---- paste_variants.c ---- */

/* text with the next layer of quoting removed; NULL when none is left. */
char *paste_next_variant(const char *text, guint *layer);
/* Valid UTF-8 without a terminal's colours. */
char *paste_plain(const char *text, gsize length);

#endif
