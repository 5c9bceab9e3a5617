/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "perch/base/process.h"
#include "perch/base/text.h"
#include "plain_private.h"

/* ---- the view, as this front end understands it ---- */

static bool is_answerable(const struct view *view, const struct view_item *item)
{
    static const bool numbered[] = {
        [VIEW_INPUT] = true,  [VIEW_CHOICE] = true, [VIEW_SETTING] = true,
        [VIEW_TOGGLE] = true, [VIEW_PAIR] = true,   [VIEW_ROW] = true};
    return item->kind < G_N_ELEMENTS(numbered) && numbered[item->kind] &&
           view_item_can_focus(item) && item->id != view->paste;
}

/* Where the paste field is not all there is, it is a field like the others. */
bool item_has_number(const struct view *view, const struct view_item *item)
{
    bool has_others = false;
    for (guint i = 0; item->id == view->paste && !view->busy && i < view->items->len; i++)
        has_others |= is_answerable(view, view->items->pdata[i]);
    return is_answerable(view, item) || (has_others && view_item_can_focus(item));
}

const struct view_item *item_first(const struct view *view)
{
    for (guint i = 0; i < view->items->len; i++)
        if (item_has_number(view, view->items->pdata[i]))
            return view->items->pdata[i];
    return NULL;
}

guint item_number(struct printer *printer, const struct view *view, const struct view_item *item)
{
    if (!item_has_number(view, item))
        return 0;
    gpointer id = GINT_TO_POINTER(item->id);
    if (!g_hash_table_contains(printer->numbers, id))
        g_hash_table_insert(printer->numbers, id,
                            GUINT_TO_POINTER(g_hash_table_size(printer->numbers) + 1));
    return GPOINTER_TO_UINT(g_hash_table_lookup(printer->numbers, id));
}

const struct view_item *item_by_number(struct printer *printer, const struct view *view,
                                       guint number)
{
    for (guint i = 0; i < view->items->len; i++)
        if (item_number(printer, view, view->items->pdata[i]) == number)
            return view->items->pdata[i];
    return NULL;
}

char *item_label(const struct view_item *item)
{
    char *label = g_strchomp(g_strdup(item->label == NULL ? "" : item->label));
    gsize length = strlen(label);
    if (length > 0 && label[length - 1] == ':')
        label[length - 1] = '\0';
    return label;
}

const char *item_yes(const struct view_item *item)
{
    return item->ticked ? _("yes") : _("no");
}

/* Words in place of a box, which next to the value of a setting would seem to contradict it. */
static char *state_of(const struct view_item *item)
{
    if (item->kind != VIEW_SETTING)
        return g_strdup("");
    const char *done = _("done"), *open = _("to do"), *state = item->ticked ? done : open;
    const int room = MAX(text_width(done), text_width(open)) + 2;
    return g_strdup_printf("%s%*s", state, room - text_width(state), "");
}

char *item_line(const struct view_item *item, guint number, const char *value)
{
    g_autofree char *label = item_label(item), *state = state_of(item);
    while (g_str_has_prefix(value, "•")) /* how long it is says enough */
        value += strlen("•");
    value += strspn(value, " ");
    g_autofree char *before =
        number > 0 ? g_strdup_printf("%3u  %s", number, state) : g_strdup_printf("  %s", state);
    g_autofree char *below = g_strdup_printf("\n%*s", text_width(before), "");
    const bool one = strchr(value, '\n') == NULL; /* it may be a secret: no more copies of it */
    g_auto(GStrv) lines = g_strsplit(one ? "" : value, "\n", -1);
    g_autoptr(WipedText) shown = one ? g_strdup(value) : g_strjoinv(below, lines);
    if (item->kind == VIEW_ROW || *label == '\0') /* a row's columns say it all */
        return g_strconcat(before, shown, NULL);
    const char *between = *value == '\0' ? "" : one ? " " : below;
    return g_strconcat(before, label, *value == '\0' || g_str_has_suffix(label, "?") ? "" : ":",
                       between, shown, NULL);
}

const char *item_option(const struct view_item *item)
{
    bool known =
        item->options != NULL && item->selected >= 0 && (guint)item->selected < item->options->len;
    return known ? item->options->pdata[item->selected] : NULL;
}

/* ---- output ---- */

static void write_all(int fd, const char *text, gsize length)
{
    while (length > 0) {
        ssize_t done = write(fd, text, length);
        if (done < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        } else if (done < 0 && errno != EINTR) {
            if (fd == STDOUT_FILENO)
                process_output_lost(errno);
            return; /* what is stored stays stored */
        } else if (done > 0) {
            text += done;
            length -= (gsize)done;
        }
    }
}

/* Not through stdio, whose buffers would keep a displayed secret. */
static void put(int fd, const char *text)
{
    const char *charset = NULL;
    if (g_get_charset(&charset) || g_str_is_ascii(text)) {
        write_all(fd, text, strlen(text));
        return;
    }
    g_autofree char *target = g_strconcat(charset, "//TRANSLIT", NULL);
    g_autoptr(WipedText) converted =
        g_convert_with_fallback(text, -1, target, "UTF-8", "?", NULL, NULL, NULL);
    if (converted != NULL)
        write_all(fd, converted, strlen(converted));
}

void print_end(struct printer *printer)
{
    if (printer->in_prompt)
        put(STDERR_FILENO, "\n");
    printer->in_prompt = false;
}

/* 0 = it is no terminal. */
static int columns_of(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void plain_put(int fd, const char *text, const char *end)
{
    g_autoptr(WipedText) folded = text_fold(text, columns_of(fd));
    g_autoptr(WipedText) line = g_strconcat(g_strchomp(folded), end, NULL);
    put(fd, line);
}

int print_columns(void)
{
    enum { SMALLEST = 80 }; /* of the screens perch is made for */
    const int columns = columns_of(STDERR_FILENO);
    return columns > 0 ? MIN(columns, SMALLEST) : SMALLEST;
}

static void put_line(struct printer *printer, int fd, const char *text)
{
    print_end(printer);
    plain_put(fd, text, "\n");
}

void print_prompt(struct printer *printer, const char *text)
{
    plain_put(STDERR_FILENO, text, g_str_has_suffix(text, " ") ? " " : "");
    printer->in_prompt = true;
}

void print_aside(struct printer *printer, const char *text)
{
    put_line(printer, STDERR_FILENO, text);
}

void print_fact(struct printer *printer, const char *text, bool fine)
{
    if (!fine || !printer->options.quiet)
        put_line(printer, printer->options.to_stderr ? STDERR_FILENO : STDOUT_FILENO, text);
}

void print_notice(struct printer *printer, const char *text)
{
    const char *address = text_last_address(text);
    g_autofree char *before =
        g_strndup(text, address == NULL ? strlen(text) : (gsize)(address - text));
    print_fact(printer, g_strchomp(before), false);
    if (address != NULL)
        print_fact(printer, address, false);
}

/* ---- what has been printed ---- */

/* From now on the numbers are those of the screen with that heading. */
static void count_for(struct printer *printer, const char *heading)
{
    printer->numbers = g_hash_table_lookup(printer->screens, heading);
    if (printer->numbers != NULL)
        return;
    printer->numbers = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(printer->screens, g_strdup(heading), printer->numbers);
}

void printer_init(struct printer *printer, const struct plain_options *options)
{
    *printer = (struct printer){.options = *options, .asked = g_hash_table_new(NULL, NULL)};
    printer->said.texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    printer->said.lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    printer->said.bad = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    printer->screens =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    count_for(printer, "");
}

void printer_clear(struct printer *printer)
{
    g_hash_table_unref(printer->said.texts);
    g_hash_table_unref(printer->said.lines);
    g_hash_table_unref(printer->said.bad);
    g_hash_table_unref(printer->asked);
    g_hash_table_unref(printer->screens);
}

void printer_forget(struct printer *printer, const struct view *view)
{
    const char *heading = view->title == NULL ? "" : view->title;
    for (guint i = view->items->len; i-- > 0;) {
        const struct view_item *item = view->items->pdata[i];
        if (item->kind == VIEW_HEADING && item->label != NULL)
            heading = item->label;
    }
    count_for(printer, heading);
    g_hash_table_remove_all(printer->said.texts);
    g_hash_table_remove_all(printer->said.lines);
    g_hash_table_remove_all(printer->said.bad);
    g_hash_table_remove_all(printer->asked);
}

void printer_forget_bad(struct printer *printer)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, printer->said.bad);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_hash_table_remove(printer->said.lines, key);
}

/* Whether text is new on this screen. Numbers do not count, so that a countdown is printed once.
 * Stores checksums, so that no displayed secret is kept. */
static bool is_news(struct printer *printer, const char *text, bool digits_count)
{
    g_autoptr(WipedText) key = g_strdup(text);
    for (char *p = key; *p != '\0' && !digits_count; p++)
        if (g_ascii_isdigit(*p))
            *p = '0';
    return g_hash_table_add(printer->said.texts,
                            g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1));
}

/* Whether line differs from the last one printed for key. */
static bool is_change(struct printer *printer, const char *key, const char *line)
{
    if (g_strcmp0(g_hash_table_lookup(printer->said.lines, key), line) == 0)
        return false;
    g_hash_table_replace(printer->said.lines, g_strdup(key), g_strdup(line));
    return true;
}

static const char *const colours[] = {
    [MARK_NONE] = "0",    [MARK_OK] = "32",      [MARK_FAILED] = "31", [MARK_WARNING] = "33",
    [MARK_SKIPPED] = "2", [MARK_WORKING] = "36", [MARK_OPEN] = "2",
};

/* "  ok  Name lookup: 3 addresses" */
static char *marked(const struct printer *printer, enum mark mark, const char *label,
                    const char *value)
{
    bool has_value = value != NULL && *value != '\0';
    bool has_label = label != NULL && *label != '\0';
    const char *text = mark_text(mark, printer->options.words);
    g_autofree char *sign = printer->options.colour
                                ? g_strdup_printf("\033[%sm%-2s\033[0m", colours[mark], text)
                                : g_strdup_printf("%-2s", text);
    return g_strconcat("  ", sign, "  ", has_label ? label : "", has_label && has_value ? ": " : "",
                       has_value ? value : "", NULL);
}

void print_ok(struct printer *printer, const char *label, const char *value)
{
    g_autofree char *line = marked(printer, MARK_OK, label, value);
    print_fact(printer, line, true);
}

void print_bad(struct printer *printer, const char *label, const char *error)
{
    g_autofree char *line = marked(printer, MARK_FAILED, label, error);
    print_aside(printer, line);
}

/* Rails may number their titles themselves: "3 App". */
static const char *bare_title(const char *title)
{
    const char *p = title;
    while (g_ascii_isdigit(*p))
        p++;
    return p > title && *p == ' ' ? p + 1 : title;
}

void print_header(struct printer *printer, const struct view *view)
{
    /* Without steps, the screen's own first line is the headline. */
    g_autofree char *line = NULL;
    for (guint i = 0; i < view->rail->len; i++) {
        const struct view_rail *step = view->rail->pdata[i];
        if (!step->here)
            continue;
        g_free(line);
        line = g_strdup_printf(_("Step %u of %u: %s"), i + 1, view->rail->len,
                               bare_title(step->title));
    }
    if (line != NULL)
        print_fact(printer, line, true);
}

/* ---- items ---- */

/* State of printing a view, passed from item to item. */
struct pass {
    struct printer *printer;
    const struct view *view;
    const struct look *look;
    enum mark mark; /* mark of the check that the lines belong to; MARK_NONE = no check */
    bool forced;    /* print the check's lines again */
};

static bool is_settled(enum mark mark)
{
    return mark == MARK_OK || mark == MARK_FAILED || mark == MARK_WARNING || mark == MARK_SKIPPED;
}

static bool is_trouble(enum mark mark)
{
    return mark == MARK_FAILED || mark == MARK_WARNING;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* Lines of a diagnosis belong to their check; other texts are printed once per screen. */
static void print_text(struct pass *pass, const struct view_item *item)
{
    if (*or_empty(item->label) == '\0' || pass->mark == MARK_OPEN)
        return;
    /* Dim text outside a diagnosis is a hint for a person who types. */
    if (pass->mark == MARK_NONE && item->role == ROLE_DIM && pass->printer->options.no_input)
        return;
    if (!is_news(pass->printer, item->label, false) && !pass->forced)
        return;
    g_auto(GStrv) lines = g_strsplit(item->label, "\n", -1);
    int indent = (pass->mark != MARK_NONE ? 4 : 0) + CLAMP(item->indent, 0, 40);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *text = g_strdup_printf("%*s%s", indent, "", *line);
        print_fact(pass->printer, text, !is_trouble(pass->mark));
    }
}

static void print_heading(struct pass *pass, const struct view_item *item)
{
    if (*or_empty(item->label) == '\0')
        return;
    g_autofree char *right = item->settled ? text_replace(item->right, "‹ | ›", "") : NULL;
    g_autofree char *line = g_strconcat(item->label, right == NULL ? NULL : ": ", right, NULL);
    if (is_news(pass->printer, line, right != NULL))
        print_fact(pass->printer, line, true);
}

/* Alone on its line, so that a mouse selection gets exactly the address. */
static void print_address(struct pass *pass, const struct view_item *item)
{
    if (item->value != NULL && (is_news(pass->printer, item->value, true) || pass->forced))
        print_fact(pass->printer, item->value, pass->printer->options.no_input);
}

/* What is to be copied and does not fit beside its label is alone on its line, which the terminal
 * wraps: no break and no blank is added to it. */
static bool is_alone(const struct view_item *item, const char *line, const char *value, int columns)
{
    return (item->kind == VIEW_PAIR || item->kind == VIEW_INPUT) && columns > 0 &&
           text_width(line) > columns && *value != '(' && strchr(value, '\n') == NULL;
}

/* Once for each value. */
static void print_value(struct pass *pass, const struct view_item *item, const char *value)
{
    guint n = pass->printer->options.no_input ? 0 : item_number(pass->printer, pass->view, item);
    g_autoptr(WipedText) line = item_line(item, n, value);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
    g_autofree char *key =
        item->id > 0 ? g_strdup_printf("#%d", item->id) : g_strdup_printf("#%s", sum);
    if (!is_change(pass->printer, key, sum) || pass->printer->options.quiet)
        return;
    const int fd = pass->printer->options.to_stderr ? STDERR_FILENO : STDOUT_FILENO;
    if (!is_alone(item, line, value, columns_of(fd))) {
        print_fact(pass->printer, line, true);
        return;
    }
    g_autofree char *label = item_line(item, n, ""), *above = g_strconcat(label, ":", NULL);
    print_fact(pass->printer, above, true);
    put(fd, value);
    put(fd, "\n");
}

static void print_pair(struct pass *pass, const struct view_item *item)
{
    print_value(pass, item, or_empty(item->value));
}

/* Whether to print an input: not if it was asked here, but if it was settled before. */
static bool is_shown(const struct pass *pass, const struct view_item *item)
{
    return item->fixed || (item->settled && item->id != pass->view->paste &&
                           !g_hash_table_contains(pass->printer->asked, GINT_TO_POINTER(item->id)));
}

static void print_input(struct pass *pass, const struct view_item *item)
{
    g_autofree char *length =
        item->secret && item->length > 0
            ? g_strdup_printf(ngettext("%zu character", "%zu characters", item->length),
                              item->length)
            : NULL;
    const char *value = length != NULL ? length : or_empty(item->value);
    if (is_shown(pass, item) && *value != '\0')
        print_value(pass, item, value);
}

static void print_choice(struct pass *pass, const struct view_item *item)
{
    const char *option = item_option(item);
    if (is_shown(pass, item) && option != NULL)
        print_value(pass, item, option);
}

static void print_toggle(struct pass *pass, const struct view_item *item)
{
    if (is_shown(pass, item))
        print_value(pass, item, item_yes(item));
}

static void print_row(struct pass *pass, const struct view_item *item)
{
    GString *line = g_string_new(NULL);
    for (guint i = 0; item->columns != NULL && i < item->columns->len; i++)
        g_string_append_printf(line, "%s%s", i > 0 ? "  " : "",
                               (const char *)item->columns->pdata[i]);
    print_value(pass, item, line->str);
    g_string_free(line, TRUE);
}

/* The lines of a check, in a view with the focus on it; borrowed. */
static GPtrArray *diagnosis_of(const struct view *view, const struct view_item *check)
{
    GPtrArray *lines = g_ptr_array_new();
    bool inside = false;
    for (guint i = 0; i < view->items->len; i++) {
        struct view_item *item = view->items->pdata[i];
        if (item->kind == VIEW_CHECK)
            inside = item->id == check->id && g_strcmp0(item->label, check->label) == 0;
        else if (inside && (item->kind == VIEW_TEXT || item->kind == VIEW_ADDRESS))
            g_ptr_array_add(lines, item);
        else
            inside = false;
    }
    return lines;
}

/* A checksum of what is said of a check that is not ok. Numbers, such as times, do not count. */
static char *verdict_of(const struct view_item *check, const GPtrArray *lines)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%d %s", (int)check->mark, or_empty(check->value));
    for (guint i = 0; i < lines->len; i++) {
        const struct view_item *item = lines->pdata[i];
        g_string_append_printf(text, "\n%s %s", or_empty(item->label), or_empty(item->value));
    }
    for (char *p = text->str; *p != '\0'; p++)
        if (g_ascii_isdigit(*p))
            *p = '0';
    char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, -1);
    g_string_free(text, TRUE);
    return sum;
}

static void print_settled(struct pass *pass, const struct view_item *check, const char *value)
{
    g_autofree char *line = marked(pass->printer, check->mark, check->label, value);
    print_fact(pass->printer, line, !is_trouble(check->mark));
}

/* What is as bad as it was is said without its diagnosis, which is still above. */
static void print_bad_check(struct pass *pass, const struct view_item *check)
{
    const char *key = or_empty(check->label);
    g_autoptr(View) view = pass->look->at(check->id, pass->look->user);
    g_autoptr(GPtrArray) lines = diagnosis_of(view, check);
    g_autofree char *verdict = verdict_of(check, lines);
    const bool same = g_strcmp0(g_hash_table_lookup(pass->printer->said.bad, key), verdict) == 0;
    g_hash_table_replace(pass->printer->said.bad, g_strdup(key), g_steal_pointer(&verdict));
    if (same && !is_trouble(check->mark))
        return;
    print_settled(pass, check, check->value);
    struct pass inner = {
        .printer = pass->printer, .view = view, .mark = check->mark, .forced = true};
    for (guint i = 0; !same && is_trouble(check->mark) && i < lines->len; i++) {
        const struct view_item *item = lines->pdata[i];
        (item->kind == VIEW_TEXT ? print_text : print_address)(&inner, item);
    }
}

static void print_check(struct pass *pass, const struct view_item *item)
{
    const char *key = or_empty(item->label);
    pass->mark = item->mark;
    if (item->waits != NULL && is_change(pass->printer, key, item->waits))
        print_fact(pass->printer, item->waits, true);
    else if (item->waits == NULL && !is_settled(item->mark))
        g_hash_table_remove(pass->printer->said.lines, key);
    if (!is_settled(item->mark) || (pass->view->busy && pass->view->sums))
        return;
    g_autofree char *state = g_strdup_printf("%d %s", (int)item->mark, or_empty(item->value));
    if (!is_change(pass->printer, key, state))
        return;
    if (item->mark != MARK_OK) {
        print_bad_check(pass, item);
        return;
    }
    g_hash_table_remove(pass->printer->said.bad, key);
    print_settled(pass, item, item->value);
}

static void print_nothing(struct pass *pass, const struct view_item *item)
{
    (void)pass;
    (void)item;
}

static void (*const printers[])(struct pass *pass, const struct view_item *item) = {
    [VIEW_HEADING] = print_heading, [VIEW_TEXT] = print_text,     [VIEW_BLANK] = print_nothing,
    [VIEW_INPUT] = print_input,     [VIEW_CHOICE] = print_choice, [VIEW_SETTING] = print_pair,
    [VIEW_TOGGLE] = print_toggle,   [VIEW_CHECK] = print_check,   [VIEW_ADDRESS] = print_address,
    [VIEW_PAIR] = print_pair,       [VIEW_ROW] = print_row,
};

/* What may change with what is waited for, or comes below it: it is said once, and in order. */
static bool is_held(const struct pass *pass, const struct view_item *item)
{
    return item->kind == VIEW_PAIR || item->kind == VIEW_ROW || item->kind == VIEW_TOGGLE ||
           (item->kind == VIEW_TEXT && item->role == ROLE_TITLE && pass->mark == MARK_NONE);
}

void print_facts(struct printer *printer, const struct view *view, const struct look *look)
{
    const bool waits = view->busy && view->paste == 0;
    bool holds = false;
    struct pass pass = {.printer = printer, .view = view, .look = look};
    for (guint i = 0; i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        if (item->kind != VIEW_TEXT && item->kind != VIEW_ADDRESS)
            pass.mark = MARK_NONE; /* any other item ends the lines of a check */
        holds |= waits && is_held(&pass, item);
        if (holds && item->kind != VIEW_CHECK && pass.mark == MARK_NONE)
            continue;
        item_number(printer, view, item); /* in this order, printed or not */
        if (item->kind < G_N_ELEMENTS(printers))
            printers[item->kind](&pass, item);
    }
}
