/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "paste.h"
#include "perch/base/text.h"

/* What stands in code, in a stack trace, a configuration or a header is no word of a sentence. */

enum { HEAD_BYTES = 400, NAME_BYTES = 64 };

/* The frames of stack traces, and statements, in the languages of the programs that people use. */
#define NAME "[\\w$.<>`\\[\\],&*:/@+-]"
static const char code_line[] =
    "(?i)\\A(?:(?:at|bei|à|em|en|in|w|в|場所|位置|在) (?:async |new )*"
    "(?:" NAME "*\\w[.:/>]" NAME
    "*(?:\\[as \\w+\\] ?)?\\(|[\\w$.]+ \\([^)]*:\\d+\\)|(?:/|file:)\\S*:\\d)"
    "|File \"[^\"]*\", line \\d"
    "|#\\d+\\s+[\\w/{\\[]"
    "|(?:from )?[\\w./\\\\-]*\\.(?:rb|py|[cm]?js|ts|php|go):\\d+"
    "|import (?:static )?\\w+[.\\w*]*\\.[\\w.*]+;?\\s*\\z"
    "|import .* from ['\"]"
    "|from [\\w.]+ import "
    "|using [\\w.]+;"
    "|(?:Number of|Maximum) [\\w ]+: \\d+ out of \\d" /* Apex, of what a transaction used */
    "|except [\\w., ]+:\\s*\\z|\\w+\\.\\w[\\w.]* = .*;\\s*\\z"
    "|//|rescue [\\w:, ]+(?:=>|\\z)"
    "|(?:\\} ?)?(?:if|else if|elif|catch|while|for|foreach|switch|except) ?\\([^\\n]*[{}):;]\\s*\\z"
    "|(?:const|let|var) \\w+ ?="
    "|return [\\w.]+\\("
    "|(?:(?:public|private|protected|internal|static|final|abstract|export|async|enum|interface"
    "|class|func?|function|fn|def|guard)\\s+)+\\w+[^\\n]*[{}(:;]\\s*\\z)";

gsize paste_code_length(const char *line)
{
    const char *start = line + strspn(line, " \t");
    gsize length = 0;
    while (length < HEAD_BYTES && start[length] != '\0' && start[length] != '\n')
        length++;
    while (length > 0 && ((guchar)start[length] & 0xC0) == 0x80)
        length--;
    g_autofree char *head = g_strndup(start, length);
    if (!regex_fits(code_line, head))
        return 0;
    const char *end = start + length + strcspn(start + length, "\n");
    /* Python's next line is the statement; what it raises may be said nowhere else */
    if (text_begins(start, "File \"") && *end == '\n' &&
        !text_begins(end + 1 + strspn(end + 1, " "), "raise "))
        end += 1 + strcspn(end + 1, "\n");
    return (gsize)(end - line);
}

bool paste_is_in_code(const char *text, gsize at)
{
    gsize start = at;
    while (start > 0 && at - start < HEAD_BYTES && text[start - 1] != '\n')
        start--;
    return (start == 0 || text[start - 1] == '\n') && paste_code_length(text + start) > 0;
}

/* ---- settings and headers ---- */

static const char *skip_quote(const char *p)
{
    return *p == '"' || *p == '\'' ? p + 1 : p;
}

static gsize name_length(const char *p)
{
    gsize length = 0;
    while (length < NAME_BYTES &&
           (g_ascii_isalnum(p[length]) || (p[length] != '\0' && strchr("_.-", p[length]) != NULL)))
        length++;
    return length;
}

bool paste_is_in_setting(const char *text, gsize at)
{
    gsize start = at;
    while (start > 0 && at - start < NAME_BYTES &&
           (g_ascii_isalnum(text[start - 1]) || strchr("_.-", text[start - 1]) != NULL))
        start--;
    return paste_setting_length(text + start) > 0;
}

static bool has_name(const char *p, gsize length, const char *name)
{
    return length == strlen(name) && g_ascii_strncasecmp(p, name, length) == 0;
}

/* Headers that any answer has, and no_proxy: where the value at p ends; NULL: none of them. */
static const char *header_end(const char *name, gsize length, const char *p)
{
    static const char *const passing[] = {"close", "keep-alive"};
    if (has_name(name, length, "no_proxy"))
        return p + strcspn(p, " \n");
    if (has_name(name, length, "set-cookie") ||
        g_ascii_strncasecmp(name, "access-control-", strlen("access-control-")) == 0)
        return *p == '"' || *p == '\'' ? p + 1 + strcspn(p + 1, *p == '"' ? "\"\n" : "'\n")
                                       : p + strcspn(p, *p == '[' ? "]\n" : "\n");
    for (gsize i = 0; i < G_N_ELEMENTS(passing); i++)
        if ((has_name(name, length, "connection") || has_name(name, length, "proxy-connection")) &&
            g_ascii_strncasecmp(skip_quote(p), passing[i], strlen(passing[i])) == 0 &&
            !g_ascii_isalnum(skip_quote(p)[strlen(passing[i])]))
            return skip_quote(p) + strlen(passing[i]);
    return NULL;
}

/* "expired": false: what is not so. */
static bool is_denied(const char *name, gsize length)
{
    g_autofree char *whole = g_strndup(name, length);
    return regex_fits("(?i)reject|expire|locked|disable|block|invalid|revoke|denied|missing|frozen"
                      "|fail|error|proxy",
                      whole);
}

/* Where the number, the null or the false at p ends; NULL: it is another value. */
static const char *value_end(const char *name, gsize length, const char *p, bool spaced)
{
    const bool quoted = skip_quote(p) > p;
    p = skip_quote(p);
    if (text_begins(p, "false") && is_denied(name, length)) {
        p += strlen("false");
    } else if (text_begins(p, "null") && !spaced) {
        p += strlen("null");
    } else {
        p += *p == '-';
        if (!g_ascii_isdigit(*p))
            return NULL;
        while (g_ascii_isalnum(*p) || *p == '.' || *p == '_') /* 30s, 1_000 */
            p++;
    }
    const bool closed = quoted && skip_quote(p) > p;
    p = skip_quote(p);
    return closed || strchr(",;}])&<\n", *p) != NULL ||
                   (spaced && *p == ' ' && p[1 + name_length(p + 1)] == '=')
               ? p
               : NULL;
}

gsize paste_setting_length(const char *p)
{
    const gsize length = name_length(p);
    const char *sign = skip_quote(p + length);
    sign += *sign == ' ';
    if (length == 0)
        return 0;
    if (sign[-1] == ' ' && g_ascii_isdigit(*sign) && memchr(p, '_', length) != NULL) /* nginx */
        return sign[strcspn(sign, ";\n ")] == ';' ? length : 0;
    if (*sign == '\0' || strchr(":=>", *sign) == NULL)
        return 0;
    const char *value = sign + strspn(sign, ":=>");
    value += *value == ' ';
    const char *end = header_end(p, length, value);
    if (end == NULL)
        end = value_end(p, length, value, *sign == '=');
    return end == NULL ? 0 : (gsize)(end - p);
}
