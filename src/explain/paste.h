/* SPDX-License-Identifier: MIT */
#ifndef EXPLAIN_PASTE_H
#define EXPLAIN_PASTE_H

#include "explain_private.h"

/* Reading of what people paste: paste.c collects findings from each variant of the text and chooses
 * among them. */

/* How much a finding tells: the highest is what the text is about. */
enum rank {
    RANK_NOTHING = 0,
    RANK_WORDS_ONLY = 20, /* an "error" that holds a sentence, no code */
    RANK_STATUS = 30,     /* an HTTP status and nothing else */
    RANK_PAGE = 40,       /* a page of HTML */
    RANK_OAUTH = 55,      /* an unknown "error" that looks like a code */
    RANK_WIRE = 60,       /* what programs print when the wire fails */
    RANK_PHRASE = 65,     /* a text that decides without a code: Login History */
    RANK_WORD = 70,       /* a known code in the middle of other text */
    RANK_CODE = 75,       /* an unknown errorCode */
    RANK_CURL = 80,       /* cURL's own verdict */
    RANK_LOOSE = 88,      /* a known code in JSON that is cut off */
    RANK_KNOWN = 90,      /* a known code where codes stand */
};

struct finding {
    struct failure failure;
    int rank;
};

struct paste_text {
    const char *text;
    enum stage stage;    /* as told; STAGE_ANY = read it from the text */
    long status;         /* as told; 0 = read it from the text */
    GPtrArray *findings; /* struct finding * */
};

/* Adds a finding at an offset of the text; fills in stage, status and object from what stands
 * around it. Takes failure's contents. */
void paste_add(struct paste_text *paste, struct failure *failure, int rank, gsize at);

/* ---- each looks for one thing ---- */
void paste_find_json(struct paste_text *paste);
void paste_find_forms(struct paste_text *paste);
void paste_find_markup(struct paste_text *paste);
void paste_find_words(struct paste_text *paste);
void paste_find_phrases(struct paste_text *paste);
void paste_find_curl(struct paste_text *paste);
void paste_find_status(struct paste_text *paste);

/* The line of text that holds the offset, presentable; owned by the caller. In every text of a
 * paste_text a line ends with one "\n" and with nothing else. */
char *paste_line_at(const char *text, gsize at);

/* perch's own word for what a line says of the wire; NULL = it says nothing of it. */
const char *paste_wire_code(const char *line);
/* Whether a piece of text may be what went wrong; the piece is lower case. */
bool paste_line_matters(const char *lower, gsize length);

/* ---- paste_digest.c ---- */

/* Of a text of any length what may matter, in its order; *ret_left_out: bytes that may matter as
 * well, but were too many. Owned by the caller. */
char *paste_digest(const char *text, gsize *ret_left_out);

/* ---- paste_variants.c ---- */

/* text with the next layer of quoting taken off; NULL when there is none left. */
char *paste_next_variant(const char *text, guint *layer);
/* Valid UTF-8 without a terminal's colours. */
char *paste_plain(const char *text, gsize length);

#endif
