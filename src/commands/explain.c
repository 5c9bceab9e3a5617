/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "paste_input.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/explain/explain.h"

/* Explains a pasted error. The exit code is that of its cause. */

struct question {
    enum stage stage;
    long status;
    const char *path; /* NULL: the terminal, or standard input if that is not one */
    bool no_input;
};

static bool is_blank(const SecretBuf *text)
{
    return strspn(text->text, " \t\r\n") == text->length;
}

/* What some bytes are, where they are no text; NULL = they are. Pasted into a terminal or a file,
 * bytes that are no UTF-8 may have become U+FFFD. */
static const char *kind_of_bytes(const SecretBuf *text)
{
    static const struct {
        const char *start, *kind;
    } kinds[] = {
        {"\x1F\x8B", "gzip"},     {"\x1F\xEF\xBF\xBD\x08", "gzip"},
        {"\x89PNG", "PNG"},       {"\xEF\xBF\xBDPNG\r", "PNG"},
        {"\xFF\xD8\xFF", "JPEG"}, {"PK\x03\x04", "ZIP"},
        {"%PDF-", "PDF"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(text->text, kinds[i].start))
            return kinds[i].kind;
    return NULL;
}

static SecretBuf *read_text(const struct question *question, GError **error)
{
    if (question->path != NULL)
        return paste_from_file(question->path, error);
    if (!isatty(STDIN_FILENO))
        return paste_from_file("-", error);
    if (!question->no_input)
        return paste_from_terminal(error);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE, "%s",
                _("With --no-input give a file, or pipe in the error: perch explain FILE"));
    return NULL;
}

static const char *stage_word(enum stage stage)
{
    static const char *const words[] = {
        [STAGE_MACHINE] = "machine", [STAGE_AUTHORIZE] = "authorize", [STAGE_TOKEN] = "token",
        [STAGE_REST] = "rest",       [STAGE_INSERT] = "insert",
    };
    return stage < G_N_ELEMENTS(words) ? words[stage] : NULL;
}

/* What was parsed from the text besides code and message. */
static Json *evidence_of(const struct failure *failure)
{
    Json *json = json_object();
    const char *stage = stage_word(failure->stage);
    if (stage != NULL)
        json_set_string(json, "stage", stage);
    if (failure->status != 0)
        json_set_int(json, "status", failure->status);
    if (failure->object != NULL)
        json_set_string(json, "object", failure->object);
    if (failure->fields == NULL || failure->fields[0] == NULL)
        return json;
    Json *fields = json_array();
    for (guint i = 0; failure->fields[i] != NULL; i++)
        json_append(fields, json_string_new(failure->fields[i]));
    json_set(json, "fields", fields);
    return json;
}

/* A row like that of any check, so that people and programs read it the same way. */
static struct check_result *make_row(guint i, const struct failure *failure, const char *org)
{
    static const char *const ids[] = {"pasted",   "pasted-2", "pasted-3", "pasted-4",
                                      "pasted-5", "pasted-6", "pasted-7", "pasted-8"};
    struct check_result *row = check_result_failed(
        ids[MIN(i, G_N_ELEMENTS(ids) - 1)], i == 0 ? _("What was pasted") : _("Also in it"), NULL);
    check_result_diagnose(row, explain(failure), org, NULL);
    row->evidence = evidence_of(failure);
    g_autofree char *words = failure_words(failure);
    check_result_summarize(row, words);
    return row;
}

static struct check_result *success_row(const char *text)
{
    struct check_result *row = check_result_failed("pasted", _("What was pasted"), NULL);
    row->status = CHECK_OK;
    row->summary = g_strdup(explain_success(text));
    return row;
}

/* More text looks like errors than is parsed closely: only its beginning and end were. */
static void tell_left_out(struct check_result *row, gsize left_out)
{
    g_autofree char *before = row->summary;
    if (row->evidence == NULL)
        row->evidence = json_object();
    json_set_int(row->evidence, "bytes_left_out", (gint64)left_out);
    row->summary =
        g_strdup_printf(_("%s (only the beginning and end were read, not %zu kB of errors in "
                          "between)"),
                        before, (left_out + 1023) / 1024);
}

static GPtrArray *make_rows(const SecretBuf *text, const struct question *question)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    gsize left_out;
    g_autoptr(GPtrArray) failures =
        explain_paste_all(text->text, text->length, question->stage, question->status, &left_out);
    g_autofree char *org = paste_org(text->text, text->length);
    for (guint i = 0; i < failures->len; i++)
        g_ptr_array_add(rows, make_row(i, failures->pdata[i], org));
    if (failures->len == 0)
        g_ptr_array_add(rows, success_row(text->text));
    if (left_out > 0)
        tell_left_out(rows->pdata[0], left_out);
    return rows;
}

static void print_cause(const struct diagnosis *diagnosis)
{
    g_autofree char *line = g_strdup_printf(_("This is the cause \"%s\" of perch-causes(7)."),
                                            cause_name(diagnosis->cause));
    command_say("        %s\n", line);
}

/* Text for a bug report, so that a later perch recognises the error. It contains no secrets. */
static void print_report(const struct check_result *row)
{
    command_say("\n%s\n\n", _("perch does not know this. To report it, paste these lines into an "
                              "issue; secrets are removed, names and addresses are not:"));
    g_autofree char *facts = json_print(row->evidence);
    command_say("    perch %s\n    code: %s\n    seen: %s\n    text: %s\n", PERCH_VERSION,
                row->diagnosis->code == NULL ? "-" : row->diagnosis->code, facts,
                row->diagnosis->message);
}

static void print_text(const GPtrArray *rows, bool quiet)
{
    const struct check_result *first = rows->pdata[0];
    if (quiet && first->status == CHECK_OK)
        return;
    command_print_result(first, stdout);
    for (guint i = 1; i < rows->len && !quiet; i++) {
        const struct check_result *row = rows->pdata[i];
        command_say("  %s  %s: %s\n        %s\n", command_mark(MARK_FAILED), row->title,
                    row->diagnosis->title, row->summary);
    }
    if (first->diagnosis != NULL && !quiet)
        print_cause(first->diagnosis);
    if (first->diagnosis != NULL && !quiet && first->diagnosis->cause == CAUSE_UNKNOWN)
        print_report(first);
}

static int answer(const SecretBuf *text, const struct question *question,
                  const struct common_options *common)
{
    g_autoptr(GPtrArray) rows = make_rows(text, question);
    if (common->json) {
        g_autoptr(Json) json = check_results_to_json(rows, "explain", NULL);
        g_autoptr(WipedText) out = json_print(json);
        puts(out);
    } else {
        print_text(rows, common->quiet);
    }
    return (int)check_results_exit(rows);
}

static int run_explain(const struct question *question, const struct common_options *common)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SecretBuf) text = read_text(question, &error);
    if (text == NULL)
        return command_error(error);
    if (is_blank(text) && question->status == 0) /* an empty body is an answer, too */
        return command_usage(_("There is nothing to explain. Paste an error, or name a file."));
    const char *kind = kind_of_bytes(text);
    if (kind != NULL)
        return command_usage(
            _("This is %s data, not text. Paste the error itself as text: the answer's body, "
              "unpacked, or the lines of the log."),
            kind);
    return answer(text, question, common);
}

int command_explain(int argc, char **argv)
{
    struct common_options common = {0};
    struct question question = {.stage = STAGE_ANY};
    g_autofree char *stage = NULL;
    g_auto(GStrv) names = NULL;
    gint status = 0;
    int code;
    const GOptionEntry entries[] = {
        {"stage", 0, OPTION_NOT_KEPT, G_OPTION_ARG_STRING, &stage,
         N_("where it occurred: authorize, token, rest or insert"), N_("STAGE")},
        {"status", 0, OPTION_NOT_KEPT, G_OPTION_ARG_INT, &status, N_("HTTP status of the answer"),
         N_("NUMBER")},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse("explain", argc, argv, &common, entries, &names, &code))
        return code;
    if (stage != NULL && !stage_from_name(stage, &question.stage))
        return command_usage(_("There is no stage %s. Use authorize, token, rest or insert."),
                             stage);
    if (status != 0 && (status < 100 || status > 599))
        return command_usage(_("--status takes an HTTP status from 100 to 599."));
    if (g_strv_length(names) > 1)
        return command_usage(_("Explain one file at a time."));
    question.path = names[0];
    question.status = status;
    question.no_input = common.no_input;
    return run_explain(&question, &common);
}
