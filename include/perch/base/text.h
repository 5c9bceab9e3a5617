/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TEXT_H
#define PERCH_TEXT_H

#include <glib.h>
#include <libintl.h>
#include <stdbool.h>
#include <string.h>

/* Text for people. Widths are in terminal columns, by libc's wcwidth, as in ncursesw. */

#define _(text) gettext(text)
#define N_(text) text
#define GETTEXT_DOMAIN "perch"

/*
 * Sets the person's locale, category by category, so that a missing one does not disable the
 * others. When the character set is unknown (no locale, "C", or a locale that this machine lacks),
 * assumes UTF-8, as every modern terminal uses. The language is the one asked for even then, where
 * the C library allows it.
 */
void text_use_locale(void);
/* Binds the catalogues: those in "po" beside the program (it was not installed yet), else those of
 * folder. After text_use_locale. */
void text_use_catalogues(const char *folder);

/* Whether the locale can show any character. */
bool text_is_unicode(void);

/* For each place in a long text: GLib's own, from 2.76 on, asks for the whole text's length. */
#define text_begins(text, literal) (strncmp((text), "" literal, sizeof(literal) - 1) == 0)

/*
 * Makes untrusted text (from Salesforce, a file, a user) safe for a terminal, a page or a file:
 * invalid UTF-8 becomes U+FFFD, control characters and line breaks become one blank, bidi controls
 * and other invisible characters vanish. NULL gives "". Owned by the caller.
 */
char *text_clean(const char *text);
/* The same, but keeps line breaks (\n). */
char *text_clean_lines(const char *text);

/* The address of a page that a sentence ends with, in it; NULL = none, or nothing before it. */
const char *text_last_address(const char *text); /* NULL is fine */

/* What an org or a network says about itself: cleaned and cut to so many columns, so that it can be
 * stored and shown whatever it is. NULL gives NULL. Owned by the caller. */
enum { TOLD_NAME = 160, TOLD_LIST = 1000 }; /* Salesforce's own names have at most 80 characters */
char *text_told(const char *text, int columns);

/* Whether text is already safe: text_clean would change nothing. Makes no copy. */
bool text_is_clean(const char *text);
/* Whether c is a control or invisible character: a terminal acts on it, or shows nothing. */
bool text_is_hidden(gunichar c);

/* Columns that UTF-8 text takes; unprintable characters count as 0. */
int text_width(const char *text);

/* Bytes of text that fit into columns; never splits a character from its combining marks. */
gsize text_fit(const char *text, int columns);

/* A copy no wider than columns; an ellipsis marks a cut. Owned by the caller. */
char *text_truncate(const char *text, int columns);

/* Word-wraps at columns; breaks words that are too long. At least one line (char *); free with
 * g_ptr_array_unref. A line break in the text ends a line. */
GPtrArray *text_wrap(const char *text, int columns);

/* Breaks at exactly columns, for addresses, so that a mouse selection copies them in one piece. */
GPtrArray *text_break(const char *text, int columns);

/* The same lines, none wider than columns: each is broken at a blank, and goes on below where its
 * last column begins. A word that is wider stays whole. Fewer than some 20 columns change nothing.
 * Owned by the caller (it may show a secret). */
char *text_fold(const char *text, int columns);

/* Length in UTF-16 units, as Salesforce counts: an emoji has two (help 005166849). */
glong text_utf16_length(const char *text);

/* The first characters of a long value and an ellipsis: "3MVG9wt4IL4O5wvKx…". */
char *text_abbreviate(const char *text, guint characters);

/* 12345 → "12,345" by the locale's rules, if it has any; owned by the caller. */
char *text_number(gint64 number);

/* A duration in the largest unit that is precise enough: "90 seconds", "59 minutes", "24 hours", "3
 * days"; owned by the caller. */
char *text_duration(gint64 seconds);

/* The one of names (NULL at the end) that word was probably meant to be, some slips of the finger
 * apart; borrowed; NULL = none. */
const char *text_nearest(const char *word, const char *const *names);
/* text with each match of the pattern (PCRE, with its options inside) replaced; \1 in with is the
 * first group. Owned by the caller. */
char *text_replace(const char *text, const char *pattern, const char *with);

/* text as one shell word, quoted only if necessary; owned by the caller. */
char *text_shell_word(const char *text);

/* Whether host is "localhost" or a loopback address; false for NULL. */
bool host_is_loopback(const char *host);

#endif
