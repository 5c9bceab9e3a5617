/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"

/* cURL's exit codes (man curl, EXIT CODES) as perch's own words for network failures. */
static const struct {
    int number;
    const char *code;
} numbers[] = {
    {3, "refused-url"}, {5, "proxy"},      {6, "dns"},        {7, "connect"}, {28, "timeout"},
    {35, "tls"},        {51, "tls"},       {52, "cut"},       {55, "cut"},    {56, "cut"},
    {58, "tls"},        {60, "tls"},       {77, "tls"},       {80, "tls"},    {83, "tls"},
    {90, "tls"},        {91, "tls"},       {97, "proxy"},     {18, "cut"},    {92, "cut"},
    {61, "bad-answer"}, {1, "bad-answer"}, {8, "bad-answer"}, {16, "cut"},    {63, "too-large"},
    {100, "too-large"}, {101, "tls"},
};

static const char *code_of_number(const char *digits)
{
    gint64 number = g_ascii_strtoll(digits, NULL, 10);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (numbers[i].number == number)
            return numbers[i].code;
    return NULL;
}

static void add(struct paste_text *paste, const char *code, const char *message, int rank, gsize at)
{
    struct failure failure = {0};
    failure_own(&failure, STAGE_MACHINE, code, message);
    paste_add(paste, &failure, rank, at);
}

/* "curl: (60) SSL certificate problem: ...": if both are known, the words are more specific than
 * the number. */
void paste_find_curl(struct paste_text *paste)
{
    const GRegex *regex = regex_of("(?i)curl(?:: \\(| error ?#? ?:? ?)(\\d{1,3})\\b[^\\n]*");
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(regex, paste->text, 0, &info))
        return;
    g_autofree char *line = g_match_info_fetch(info, 0);
    g_autofree char *digits = g_match_info_fetch(info, 1);
    const char *code = paste_wire_code(line);
    int start = 0;
    g_match_info_fetch_pos(info, 0, &start, NULL);
    if (code == NULL)
        code = code_of_number(digits);
    if (code != NULL)
        add(paste, code, line, RANK_CURL, (gsize)start);
}
