/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "redact_private.h"

/*
 * Secrets whose names stand at the head of a column: CSV, what is copied from a sheet, Markdown,
 * what databases and kubectl print, an INSERT.
 */

enum { MOST_CELLS = 100, LONGEST_HEAD = 1000, LONGEST_LABEL = 48 };

struct cell {
    gsize from, to;
    bool secret; /* of a head: whether it is a secret's name */
};

/* What keeps cells apart; the first that a head has counts. "" is a column by itself. */
static const char *const separators[] = {"|", "\t", ";", ",", "  ", ""};

struct table {
    const struct bare *bare;
    const char *separator;
    GArray *head, *row; /* struct cell */
    gsize start;        /* of the head's line */
    GArray *cuts;       /* struct cell: what is cut, in order */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '>';
}

static void add_cell(GArray *cells, const char *text, gsize from, gsize to)
{
    const char around[] = "\"'`*[]{}";
    while (from < to && (is_blank(text[from]) || strchr(around, text[from]) != NULL))
        from++;
    while (from < to && (is_blank(text[to - 1]) || strchr(around, text[to - 1]) != NULL))
        to--;
    const struct cell cell = {from, to, false};
    if (cells->len < MOST_CELLS)
        g_array_append_val(cells, cell);
}

/* Where a quoted cell closes; at itself where it does not in its line. */
static gsize behind_quote(const char *text, gsize at)
{
    const gsize end = at + 1 + strcspn(text + at + 1, text[at] == '"' ? "\"\n" : "'\n");
    return text[end] == text[at] ? end : at;
}

/* Cuts a row into its cells, up to its line's end, or to the ")" of one that is in brackets.
 * Returns where it ends. */
static gsize split(const char *text, gsize from, const char *separator, bool bracketed,
                   GArray *cells)
{
    const gsize length = strlen(separator);
    gsize at = from, start = from, depth = 0;
    bool empty = true, unclosed = false;
    g_array_set_size(cells, 0);
    for (; text[at] != '\0' && (bracketed || text[at] != '\n'); at++) {
        const char c = text[at];
        if (bracketed && c == ')' && depth-- == 0)
            break;
        depth += bracketed && c == '(';
        if (empty && !unclosed && (c == '"' || c == '\'')) {
            const gsize end = behind_quote(text, at);
            unclosed = end == at; /* so is each further one, nearly always */
            at = end;
        }
        if (length > 0 && depth == 0 && strncmp(text + at, separator, length) == 0) {
            if (length == 1 || !empty)
                add_cell(cells, text, start, at);
            start = at + 1;
            empty = true;
        } else if (!is_blank(c)) {
            empty = false;
        }
    }
    if (length == 1 || !empty)
        add_cell(cells, text, start, at);
    return at;
}

static char *text_of(const struct table *table, const struct cell *cell)
{
    return bare_piece(table->bare, cell->from, cell->to);
}

/* Whether all cells of a head are labels, and some a secret's name. */
static bool is_head(const struct table *table)
{
    const char *text = table->bare->text->str;
    bool any = false;
    for (guint i = 0; i < table->head->len; i++) {
        struct cell *cell = &g_array_index(table->head, struct cell, i);
        if (cell->to - cell->from > LONGEST_LABEL ||
            (cell->to > cell->from && !g_ascii_isalpha(text[cell->from]) &&
             (text[cell->from] & 0x80) == 0 && text[cell->from] != '_'))
            return false;
        g_autofree char *label = text_of(table, cell);
        cell->secret = cell->to > cell->from && secret_is_named(label);
        any = any || cell->secret;
    }
    return any;
}

/* Whether a row's cell stands below a head's: columns that blanks keep apart may be empty. */
static bool is_below(const struct table *table, guint head, guint cell, gsize line)
{
    const struct cell *above = &g_array_index(table->head, struct cell, head);
    const struct cell *below = &g_array_index(table->row, struct cell, cell);
    if (table->row->len == table->head->len || strlen(table->separator) == 1)
        return head == cell;
    return below->from - line < above->to - table->start &&
           below->to - line > above->from - table->start;
}

static bool is_in_secret_column(const struct table *table, guint cell, gsize line)
{
    for (guint i = 0; i < table->head->len; i++)
        if (g_array_index(table->head, struct cell, i).secret && is_below(table, i, cell, line))
            return true;
    return false;
}

static void cut_row(const struct table *table, gsize line)
{
    /* a row with a comma too many, or no row but a sentence */
    const bool odd = table->row->len != table->head->len &&
                     (strcmp(table->separator, ",") == 0 || strcmp(table->separator, ";") == 0);
    for (guint i = 0; i < table->row->len; i++) {
        const struct cell *cell = &g_array_index(table->row, struct cell, i);
        if (cell->from == cell->to || (!odd && !is_in_secret_column(table, i, line)))
            continue;
        g_autoptr(WipedText) value = text_of(table, cell);
        if ((odd ? secret_is_made(value) : secret_is_value(value)) &&
            !regex_fits("[{}\\n]|\":", value))
            g_array_append_vals(table->cuts, cell, 1);
    }
}

/* A line below a head: | --- | --- |. */
static bool is_rule(const char *line, gsize length)
{
    const gsize marks = strcspn(line, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "\"'{[\n");
    return marks >= length && (g_strstr_len(line, (gssize)length, "--") != NULL ||
                               g_strstr_len(line, (gssize)length, "==") != NULL ||
                               g_strstr_len(line, (gssize)length, "─") != NULL);
}

/* Cuts the rows that begin at an offset; returns where they end. */
static gsize cut_rows(const struct table *table, gsize at)
{
    const char *text = table->bare->text->str;
    while (text[at] != '\0') {
        const gsize length = strcspn(text + at, "\n");
        const gsize first = strspn(text + at, "> \t\r");
        if (first >= length || strchr("{[<(", text[at + first]) != NULL)
            break;
        if (!is_rule(text + at, length)) {
            split(text, at, table->separator, false, table->row);
            if (table->row->len < 2 && table->head->len > 1)
                break;
            cut_row(table, at);
        }
        at += length;
        at += text[at] == '\n';
    }
    return at;
}

/* Where a line's own text begins, behind what an email or a log's string puts before it. */
static gsize behind_opening(const char *text, gsize start, gsize end)
{
    gsize first = start + strspn(text + start, "> \t");
    for (gsize at = end; at-- > first;)
        if ((text[at] == '"' || text[at] == '\'') && at > first &&
            strchr(":=(", text[at - 1]) != NULL)
            return at + 1;
    return first;
}

/* Reads the line at an offset as a head, and what is below it as its rows; returns where they
 * end. */
static gsize read_lines(struct table *table, gsize start)
{
    const char *text = table->bare->text->str;
    const gsize length = strcspn(text + start, "\n");
    const gsize end = start + length;
    const gsize first = behind_opening(text, start, end);
    const char *below = text + end + (text[end] == '\n');
    if (length > LONGEST_HEAD || first >= end ||
        first + strcspn(text + first, ":=<>(){}@\\\n") < end || *below == '\0')
        return end;
    for (gsize i = 0; i < G_N_ELEMENTS(separators); i++) {
        table->separator = separators[i];
        split(text, first, table->separator, false, table->head);
        if (table->head->len < 2 &&
            (*table->separator != '\0' || !is_rule(below, strcspn(below, "\n"))))
            continue;
        table->start = start;
        return is_head(table) ? cut_rows(table, (gsize)(below - text)) : end;
    }
    return end;
}

/* The same for names in brackets that end at close: INSERT INTO x (a, b) VALUES (1, 2), (3, 4);
 * COPY x (a, b) FROM stdin. */
static gsize read_statement(struct table *table, gsize name, gsize close)
{
    g_autoptr(GMatchInfo) info = NULL;
    const char *text = table->bare->text->str;
    int at = 0, copied = 0;
    if (text[close] != ')' ||
        !g_regex_match_full(
            regex_of("(?i)\\G\\)\\s*+(?:VALUES\\s*+(?=\\()|FROM stdin;?\\s*?(\\n))"), text,
            (gssize)table->bare->text->len, (int)close, 0, &info, NULL))
        return close;
    g_match_info_fetch_pos(info, 0, NULL, &at);
    const gsize first = name - MIN(name, LONGEST_HEAD);
    const char *open = g_strrstr_len(text + first, (gssize)(name - first), "(");
    table->separator = ",";
    if (open == NULL || split(text, (gsize)(open - text) + 1, ",", true, table->head) != close ||
        !is_head(table))
        return close;
    g_match_info_fetch_pos(info, 1, &copied, NULL);
    if (g_match_info_get_match_count(info) > 1 && copied > 0) {
        table->separator = "\t";
        return cut_rows(table, (gsize)at);
    }
    gsize end = (gsize)at;
    while (text[end] == '(') {
        end = split(text, end + 1, ",", true, table->row);
        cut_row(table, 0);
        end += text[end] == ')';
        end += strspn(text + end, ", \t\r\n");
    }
    return end;
}

char *redact_tables(const char *raw, const struct bare *bare, const GArray *names)
{
    g_autoptr(GArray) head = g_array_new(FALSE, FALSE, sizeof(struct cell));
    g_autoptr(GArray) row = g_array_new(FALSE, FALSE, sizeof(struct cell));
    g_autoptr(GArray) cuts = g_array_new(FALSE, FALSE, sizeof(struct cell));
    struct table table = {.bare = bare, .head = head, .row = row, .cuts = cuts};
    const char *text = bare->text->str;
    gsize line = 0, close = 0; /* everything before them has been read */
    for (guint i = 0; i < names->len; i++) {
        const gsize at = g_array_index(names, gsize, i);
        if (at >= close) {
            close = at + strcspn(text + at, "()");
            const gsize end = read_statement(&table, at, close);
            line = end > close ? MAX(line, end) : line;
            close = end;
        }
        if (at >= line) {
            const char *before = g_strrstr_len(text + line, (gssize)(at - line), "\n");
            line = read_lines(&table, before == NULL ? line : (gsize)(before - text) + 1);
            close = MAX(close, line);
        }
    }
    if (cuts->len == 0)
        return NULL;
    GString *out = g_string_sized_new(strlen(raw));
    gsize done = 0;
    for (guint i = 0; i < cuts->len; i++) {
        const struct cell *cell = &g_array_index(cuts, struct cell, i);
        bare_cut(out, raw, bare, done, cell->from);
        done = cell->to;
    }
    g_string_append(out, raw + bare->at[done]);
    return g_string_free(out, FALSE);
}

/* ---- manifests ---- */

static gboolean cut_values(const GMatchInfo *info, GString *out, gpointer user)
{
    static const char value[] =
        "(:[ \\t]*+(?:[|>][+-]?\\s++)?\\\\*+[\"']?)(?![{\\s])[^\"',}\\\\\\r\\n]++";
    g_autoptr(WipedText) block = g_match_info_fetch(info, 0);
    g_autofree char *safe = g_regex_replace(regex_of(value), block, -1, 0, "\\1…", 0, NULL);
    (void)user;
    g_string_append(out, safe == NULL ? "…" : safe);
    return FALSE;
}

/* Whatever the keys of a Secret are called; in a list of things, of all of them. */
char *redact_manifests(char *text)
{
    static const char kind[] = "\\bkind\\\\*+[\"']?\\s*+:\\s*+\\\\*+[\"']?Secret\\b";
    static const char data[] =
        "^([ \\t]*+)(?:stringData|data):[ \\t\\r]*+(?:\\n\\1[ \\t]++[^\\n]*+)++"
        "|\\b(?:stringData|data)\\\\*+[\"']\\s*+:\\s*+\\{[^{}]*+\\}";
    if (strstr(text, "Secret") == NULL || !regex_fits(kind, text))
        return text;
    char *out = g_regex_replace_eval(regex_of(data), text, -1, 0, 0, cut_values, NULL, NULL);
    wipe_free(text);
    return out == NULL ? g_strdup("…") : out;
}
