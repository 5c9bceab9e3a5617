/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TEXT_H
#define PERCH_TEXT_H

#include <glib.h>
#include <libintl.h>
#include <stdbool.h>

/* Text for people. Widths are in terminal columns, by libc's wcwidth, as ncursesw counts them. */

#define _(text) gettext(text)
#define N_(text) text
#define GETTEXT_DOMAIN "perch"

/*
 * The person's locale, category by category, so that one which is missing here does not cost the
 * others. Where nothing says in which characters the terminal writes (no locale, "C", one that this
 * machine does not have), they are UTF-8's, as on every terminal of today.
 */
void text_use_locale(void);

/* Whether the locale can show any character. */
bool text_is_unicode(void);

/*
 * Makes foreign text (Salesforce's, a file's, a user's) safe for a terminal, a page or a file:
 * invalid UTF-8 becomes U+FFFD, control characters and line breaks become one blank, bidi controls
 * and other invisible characters vanish. NULL gives "". Owned by the caller.
 */
char *text_clean(const char *text);
/* The same, but keeps line breaks (\n). */
char *text_clean_lines(const char *text);

/* Whether a terminal, a page or a file may have it as it is: text_clean would change nothing. Makes
 * no copy. */
bool text_is_clean(const char *text);
/* A control or an invisible character: a terminal acts on it, or shows nothing. */
bool text_is_hidden(gunichar c);

/* Columns that UTF-8 text takes; every unprintable character counts 0. */
int text_width(const char *text);

/* Bytes of text that fit into columns, never splitting a character from its combining marks. */
gsize text_fit(const char *text, int columns);

/* A copy no wider than columns, its end replaced by an ellipsis where something was cut. */
char *text_truncate(const char *text, int columns);

/* Word-wraps at columns; a word that is too long is broken. Lines (char *), at least one; free
 * with g_ptr_array_unref. '\n' in the text ends a line. */
GPtrArray *text_wrap(const char *text, int columns);

/* Breaks hard at exactly columns, for addresses that a mouse selection must join again. */
GPtrArray *text_break(const char *text, int columns);

/* Length in UTF-16 units, as Salesforce counts: an emoji has two (help 005166849). */
glong text_utf16_length(const char *text);

/* The first characters of a secret-like text and an ellipsis: "3MVG9wt4IL4O5wvKx…". */
char *text_abbreviate(const char *text, guint characters);

/* 12345 → "12,345" by the locale's rules where it has any; owned by the caller. */
char *text_number(gint64 number);

/* A span of time in the largest unit that still says enough: "90 seconds", "59 minutes", "24
 * hours", "3 days"; owned by the caller. */
char *text_duration(gint64 seconds);

/* text as one word for a shell, quoted only where it needs it; owned by the caller. */
char *text_shell_word(const char *text);

/* "localhost", or an address of the loopback interface; NULL is none. */
bool host_is_loopback(const char *host);

#endif
