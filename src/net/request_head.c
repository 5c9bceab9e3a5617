/* SPDX-License-Identifier: MIT */
#include "request_head.h"

#include <string.h>

bool slice_equals(struct slice slice, const char *text)
{
    return slice.text != NULL && slice.length == strlen(text) &&
           memcmp(slice.text, text, slice.length) == 0;
}

/* RFC 9110 5.6.2 */
static bool is_token_char(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* Characters of a header's value: RFC 9110 5.5. */
static bool is_value_char(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte == '\t' || (byte >= ' ' && byte != 0x7f);
}

/* Length of the initial run of characters that pass. */
static gsize run(struct slice text, bool (*passes)(char c))
{
    gsize length = 0;
    while (length < text.length && passes(text.text[length]))
        length++;
    return length;
}

static bool is_target_char(char c)
{
    return g_ascii_isgraph(c);
}

static void skip(struct slice *text, gsize count)
{
    text->text += count;
    text->length -= count;
}

static struct slice take(struct slice *text, gsize count)
{
    struct slice taken = {text->text, count};
    skip(text, count);
    return taken;
}

static bool take_char(struct slice *text, char c)
{
    if (text->length == 0 || *text->text != c)
        return false;
    skip(text, 1);
    return true;
}

/* Takes one line without its CRLF, which every line of a complete head has. */
static struct slice take_line(struct slice *text)
{
    const char *end = memmem(text->text, text->length, "\r\n", 2);
    struct slice line = take(text, (gsize)(end - text->text));
    skip(text, 2);
    return line;
}

static bool parse_request_line(struct slice line, struct request_head *head)
{
    head->method = take(&line, run(line, is_token_char));
    if (head->method.length == 0 || !take_char(&line, ' '))
        return false;
    struct slice target = take(&line, run(line, is_target_char));
    if (target.length == 0 || !take_char(&line, ' '))
        return false;
    const char *mark = memchr(target.text, '?', target.length);
    head->path = take(&target, mark == NULL ? target.length : (gsize)(mark - target.text));
    if (take_char(&target, '?'))
        head->query = target;
    return slice_equals(line, "HTTP/1.1") || slice_equals(line, "HTTP/1.0");
}

static struct slice trimmed(struct slice value)
{
    while (value.length > 0 && strchr(" \t", value.text[0]) != NULL)
        skip(&value, 1);
    while (value.length > 0 && strchr(" \t", value.text[value.length - 1]) != NULL)
        value.length--;
    return value;
}

static bool parse_header(struct slice line, struct request_head *head)
{
    struct slice name = take(&line, run(line, is_token_char));
    if (name.length == 0 || !take_char(&line, ':') || run(line, is_value_char) != line.length)
        return false;
    if (name.length != strlen("host") || g_ascii_strncasecmp(name.text, "host", name.length) != 0)
        return true;
    if (head->host.text != NULL)
        return false;
    head->host = trimmed(line);
    return true;
}

/* Lines end with CRLF; anything else will never become a request. */
static bool has_bare_line_feed(const char *bytes, gsize length)
{
    const char *end = bytes + length;
    for (const char *p = bytes; (p = memchr(p, '\n', (gsize)(end - p))) != NULL; p++)
        if (p == bytes || p[-1] != '\r')
            return true;
    return false;
}

enum request_head_state request_head_parse(const char *bytes, gsize length,
                                           struct request_head *ret_head)
{
    *ret_head = (struct request_head){0};
    if (length == 0)
        return REQUEST_HEAD_MORE;
    const char *end = memmem(bytes, MIN(length, REQUEST_HEAD_MAX), "\r\n\r\n", 4);
    if (end == NULL && (has_bare_line_feed(bytes, length) || !is_token_char(*bytes)))
        return REQUEST_HEAD_BAD;
    if (end == NULL)
        return length >= REQUEST_HEAD_MAX ? REQUEST_HEAD_TOO_LARGE : REQUEST_HEAD_MORE;
    struct slice rest = {bytes, (gsize)(end - bytes) + 2};
    if (!parse_request_line(take_line(&rest), ret_head))
        return REQUEST_HEAD_BAD;
    while (rest.length > 0)
        if (!parse_header(take_line(&rest), ret_head))
            return REQUEST_HEAD_BAD;
    return REQUEST_HEAD_COMPLETE;
}
