/* SPDX-License-Identifier: MIT */
#include "perch/base/text.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "perch/base/secret.h"

/* Characters that reorder or hide the text around them. */
static bool is_invisible(gunichar c)
{
    return c == 0x00AD || c == 0x061C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

bool text_is_hidden(gunichar c)
{
    return g_unichar_iscntrl(c) || is_invisible(c);
}

static char *clean(const char *text, bool keep_lines)
{
    g_autoptr(WipedText) valid = g_utf8_make_valid(text == NULL ? "" : text, -1);
    GString *out = g_string_sized_new(strlen(valid));
    for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        bool is_break = c == '\n' || c == '\r' || c == 0x85;
        if (keep_lines && c == '\n')
            g_string_append_c(out, '\n');
        else if (is_break || c == '\t' || g_unichar_iscntrl(c)) {
            if (out->len > 0 && out->str[out->len - 1] != ' ' && out->str[out->len - 1] != '\n')
                g_string_append_c(out, ' ');
        } else if (!is_invisible(c))
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

char *text_clean(const char *text)
{
    return clean(text, false);
}

char *text_clean_lines(const char *text)
{
    return clean(text, true);
}

bool text_is_clean(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        if (text_is_hidden(g_utf8_get_char(p)))
            return false;
    return true;
}

/* The first variable that is set decides; C and POSIX ask for no language. */
static const char *language_asked_for(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"};
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        const char *value = g_getenv(variables[i]);
        if (value != NULL && *value != '\0')
            return strcmp(value, "POSIX") == 0 || strcmp(value, "C") == 0 ||
                           g_str_has_prefix(value, "C.")
                       ? NULL
                       : value;
    }
    return NULL;
}

/* Who comes over SSH brings the name of a locale that is not here. gettext needs one that is here,
 * whatever its language, and takes the language from LANGUAGE; C.UTF-8 has none since glibc 2.39.
 */
static void use_language(void)
{
    static const char *const carriers[] = {"en_US.UTF-8", "en_GB.UTF-8", "C.UTF-8"};
    const char *language = language_asked_for();
    if (language == NULL || g_strcmp0(setlocale(LC_MESSAGES, NULL), "C") != 0)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(carriers); i++)
        if (setlocale(LC_MESSAGES, carriers[i]) != NULL)
            break;
    g_setenv("LANGUAGE", language, FALSE);
}

void text_use_locale(void)
{
    static const int categories[] = {LC_CTYPE, LC_MESSAGES, LC_TIME, LC_NUMERIC, LC_COLLATE};
    if (setlocale(LC_ALL, "") == NULL)
        for (gsize i = 0; i < G_N_ELEMENTS(categories); i++)
            setlocale(categories[i], "");
    if (g_strcmp0(setlocale(LC_CTYPE, NULL), "C") == 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    use_language();
}

void text_use_catalogues(const char *folder)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *home = self == NULL ? NULL : g_path_get_dirname(self);
    g_autofree char *beside = home == NULL ? NULL : g_build_filename(home, "po", NULL);
    bool built = beside != NULL && g_file_test(beside, G_FILE_TEST_IS_DIR);
    bindtextdomain(GETTEXT_DOMAIN, built ? beside : folder);
    bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8");
    textdomain(GETTEXT_DOMAIN);
}

bool text_is_unicode(void)
{
    return g_get_charset(NULL);
}

/* wcwidth knows the characters of the locale only. */
static int char_width(gunichar c)
{
    if (c >= ' ' && c <= '~')
        return 1;
    int width = wcwidth((wchar_t)c);
    if (width >= 0 || text_is_unicode() || !g_unichar_isprint(c))
        return MAX(0, width);
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

int text_width(const char *text)
{
    int width = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        width += char_width(g_utf8_get_char(p));
    return width;
}

gsize text_fit(const char *text, int columns)
{
    int width = 0;
    const char *p = text;
    for (; *p != '\0'; p = g_utf8_next_char(p)) {
        width += char_width(g_utf8_get_char(p));
        if (width > columns)
            break;
    }
    return (gsize)(p - text);
}

char *text_truncate(const char *text, int columns)
{
    if (text_width(text) <= columns)
        return g_strdup(text);
    if (columns < 1)
        return g_strdup("");
    GString *out = g_string_new_len(text, (gssize)text_fit(text, columns - 1));
    return g_string_free(g_string_append(out, "…"), FALSE);
}

/* Wiped, as it may show a secret on request. */
static GPtrArray *lines_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)wipe_free);
}

static void add_line(GPtrArray *lines, const char *start, gsize length)
{
    g_ptr_array_add(lines, g_strndup(start, length));
}

/* Where a line may end without a blank: between the members of JSON; if it must, after what joins
 * the parts of an address. 0 = nowhere. */
static gsize joint(const char *text, gsize fit, bool must)
{
    for (gsize cut = fit; cut > 0; cut--)
        if (text[cut - 1] == ',' && text[cut] == '"')
            return cut;
    for (gsize cut = fit; must && cut > MIN(fit / 2, strlen("https://")); cut--)
        if (strchr("/&,", text[cut - 1]) != NULL)
            return cut;
    return 0;
}

/* Bytes in the first line of a paragraph; *ret_skip: where the next line starts. */
static gsize line_length(const char *text, gsize left, int columns, gsize *ret_skip)
{
    gsize fit = MIN(text_fit(text, columns), left);
    *ret_skip = fit;
    if (fit >= left)
        return fit;
    gsize cut = joint(text, fit, false);
    if (cut > 0)
        return *ret_skip = cut;
    for (cut = fit; cut > 0 && text[cut] != ' ';)
        cut--;
    if (cut > 0) {
        *ret_skip = cut + strspn(text + cut, " ");
        while (cut > 0 && text[cut - 1] == ' ')
            cut--;
        return cut;
    }
    if (fit == 0) /* one character is wider than the line: take it, or loop forever */
        *ret_skip = fit = (gsize)(g_utf8_next_char(text) - text);
    else if ((cut = joint(text, fit, true)) > 0)
        *ret_skip = fit = cut;
    return fit;
}

GPtrArray *text_wrap(const char *text, int columns)
{
    GPtrArray *lines = lines_new();
    columns = MAX(columns, 1);
    for (const char *p = text;; p++) {
        gsize left = strcspn(p, "\n");
        do {
            gsize skip, length = line_length(p, left, columns, &skip);
            add_line(lines, p, length);
            p += skip;
            left -= MIN(skip, left);
        } while (left > 0);
        if (*p == '\0')
            return lines;
    }
}

GPtrArray *text_break(const char *text, int columns)
{
    GPtrArray *lines = lines_new();
    columns = MAX(columns, 1);
    do {
        gsize fit = text_fit(text, columns);
        if (fit == 0 && *text != '\0')
            fit = (gsize)(g_utf8_next_char(text) - text);
        add_line(lines, text, fit);
        text += fit;
    } while (*text != '\0');
    return lines;
}

/* ---- lines no wider than a terminal ---- */

/* Columns up to end; colours (ESC [ ... m) take none. */
static int width_until(const char *line, const char *end)
{
    int width = 0;
    for (const char *p = line; p < end; p = g_utf8_next_char(p)) {
        if (*p == '\033')
            p = strchr(p, 'm') != NULL ? strchr(p, 'm') : p;
        else
            width += char_width(g_utf8_get_char(p));
    }
    return width;
}

/* Where the rest of a long line begins: below its last column, if that is in the first half, else
 * two blanks in. */
static int hang_of(const char *line, int columns)
{
    const char *p = line + strspn(line, " ");
    int hang = (int)(p - line) + 2;
    while ((p = strstr(p, "  ")) != NULL) {
        p += strspn(p, " ");
        int width = width_until(line, p);
        if (*p == '\0' || width > columns / 2)
            break;
        hang = width;
    }
    return hang;
}

/* At the last blank that fits, else at the first one, so that an address stays whole. NULL =
 * nowhere. */
static const char *fold_at(const char *line, int columns)
{
    const char *first = line + strspn(line, " "), *blank = NULL;
    if (width_until(line, line + strlen(line)) <= columns)
        return NULL;
    for (const char *next = first; (next = strchr(next, ' ')) != NULL; next += strspn(next, " ")) {
        if (blank != NULL && width_until(line, next) > columns)
            break;
        blank = next;
    }
    return blank == NULL || blank[strspn(blank, " ")] == '\0' ? NULL : blank;
}

static void fold_line(GString *out, const char *line, int columns)
{
    enum { LEAST = 20 };
    const int hang = hang_of(line, columns);
    int room = columns;
    for (const char *end; columns >= LEAST + hang && (end = fold_at(line, room)) != NULL;) {
        g_string_append_len(out, line, end - line);
        g_string_append_printf(out, "\n%*s", hang, "");
        line = end + strspn(end, " ");
        room = columns - hang;
    }
    g_string_append(out, line);
}

char *text_fold(const char *text, int columns)
{
    GString *out = g_string_sized_new(3 * strlen(text) + 1); /* not moved: it may show a secret */
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        g_autoptr(WipedText) line = g_strndup(text, (gsize)(end - text));
        fold_line(out, line, columns);
        g_string_append_c(out, '\n');
    }
    fold_line(out, text, columns);
    return g_string_free(out, FALSE);
}

glong text_utf16_length(const char *text)
{
    glong units = 0;
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
        units += g_utf8_get_char(c) > 0xFFFF ? 2 : 1;
    return units;
}

char *text_abbreviate(const char *text, guint characters)
{
    if (g_utf8_strlen(text, -1) <= (glong)characters)
        return g_strdup(text);
    g_autofree char *head = g_utf8_substring(text, 0, (glong)characters);
    return g_strconcat(head, "…", NULL);
}

const char *text_last_address(const char *text)
{
    const char *at = text == NULL ? NULL : g_strrstr(text, "http");
    const bool alone = at != NULL && at > text && g_ascii_isspace(at[-1]);
    return alone && strpbrk(at, " \n") == NULL && strstr(at, "://") != NULL ? at : NULL;
}

char *text_told(const char *text, int columns)
{
    enum { BYTES = 16 }; /* a column's, generously: an answer can be megabytes long */
    if (text == NULL)
        return NULL;
    g_autofree char *head = g_strndup(text, (gsize)columns * BYTES);
    g_autofree char *safe = text_clean(head);
    return text_truncate(safe, columns);
}

char *text_number(gint64 number)
{
    char digits[32];
    const char *separator = localeconv()->thousands_sep;
    if (separator == NULL || *separator == '\0')
        separator = ",";
    snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, number < 0 ? -number : number);
    GString *out = g_string_new(number < 0 ? "-" : "");
    for (gsize i = 0, n = strlen(digits); i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            g_string_append(out, separator);
        g_string_append_c(out, digits[i]);
    }
    return g_string_free(out, FALSE);
}

char *text_duration(gint64 seconds)
{
    gint64 minutes = (seconds + 30) / 60;
    gint64 hours = (minutes + 30) / 60;
    if (seconds < 120)
        return g_strdup_printf(ngettext("%d second", "%d seconds", (gulong)seconds), (int)seconds);
    if (minutes < 180 && minutes % 60 != 0)
        return g_strdup_printf(ngettext("%d minute", "%d minutes", (gulong)minutes), (int)minutes);
    if (hours <= 48)
        return g_strdup_printf(ngettext("%d hour", "%d hours", (gulong)hours), (int)hours);
    gint64 days = (hours + 12) / 24;
    return g_strdup_printf(ngettext("%d day", "%d days", (gulong)days), (int)days);
}

char *text_shell_word(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:@%+,=";
    if (*text != '\0' && text[strspn(text, plain)] == '\0')
        return g_strdup(text);
    return g_shell_quote(text);
}

bool host_is_loopback(const char *host)
{
    if (host == NULL)
        return false;
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return true;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address != NULL && g_inet_address_get_is_loopback(address);
}

/* ---- a mistyped word ---- */

enum { WORD_MAX = 40 };

/* How many letters were left out, added, changed or swapped with their neighbour. */
static guint slips(const char *word, const char *name)
{
    guint rows[3][WORD_MAX + 1] = {{0}};
    gsize length = strlen(name);
    for (guint j = 0; j <= length; j++)
        rows[0][j] = j;
    for (guint i = 1; word[i - 1] != '\0'; i++) {
        guint *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (guint j = 1; j <= length; j++) {
            row[j] = above[j - 1] + (word[i - 1] != name[j - 1]);
            row[j] = MIN(row[j], MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1])
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
    }
    return rows[strlen(word) % 3][length];
}

const char *text_nearest(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    guint least = (guint)strlen(word) / 3 + 1; /* one slip in three letters */
    for (; strlen(word) <= WORD_MAX && *names != NULL; names++) {
        guint count = strlen(*names) <= WORD_MAX ? slips(word, *names) : least;
        if (count < least) {
            nearest = *names;
            least = count;
        }
    }
    return nearest;
}

char *text_replace(const char *text, const char *pattern, const char *with)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    char *replaced = g_regex_replace(regex, text, -1, 0, with, 0, NULL);
    return replaced != NULL ? replaced : g_strdup(text);
}
