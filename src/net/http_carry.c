/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_private.h"

/* Both ends run the same program on the same computer, so numbers and plain structs are sent
 * unconverted. A message is its length and its fields; a field is its length and its bytes. */
enum { MESSAGE_MAX = 8 * 1024 * 1024 };

static const char nothing[] = ""; /* for an empty field */

static void add_field(SecretBuf *message, const void *bytes, gsize length)
{
    secret_buf_add_len(message, (const char *)&length, sizeof length);
    secret_buf_add_len(message, length == 0 ? nothing : bytes, length);
}

static void add_text(SecretBuf *message, const char *text)
{
    add_field(message, text, strlen(text) + 1);
}

struct reader {
    const char *at;
    gsize left;
    bool good;
};

static const char *next_field(struct reader *reader, gsize *ret_length)
{
    gsize length = 0;
    const char *field = nothing;
    reader->good = reader->good && reader->left >= sizeof length;
    if (reader->good) {
        memcpy(&length, reader->at, sizeof length);
        reader->good = length <= reader->left - sizeof length;
    }
    if (reader->good) {
        field = reader->at + sizeof length;
        reader->at = field + length;
        reader->left -= sizeof length + length;
    }
    *ret_length = reader->good ? length : 0;
    return field;
}

static const char *next_text(struct reader *reader)
{
    gsize length = 0;
    const char *text = next_field(reader, &length);
    reader->good = reader->good && length > 0 && text[length - 1] == '\0';
    return reader->good ? text : nothing;
}

static bool next_struct(struct reader *reader, void *into, gsize size)
{
    gsize length = 0;
    const char *bytes = next_field(reader, &length);
    reader->good = reader->good && length == size;
    if (reader->good)
        memcpy(into, bytes, size);
    return reader->good;
}

/* Blocking; FALSE: the other side is gone. */
static bool send_message(int fd, const SecretBuf *message)
{
    const struct {
        const void *bytes;
        gsize length;
    } parts[] = {{&message->length, sizeof message->length}, {message->text, message->length}};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        for (gsize done = 0; done < parts[i].length;) {
            const char *rest = (const char *)parts[i].bytes + done;
            const ssize_t sent = send(fd, rest, parts[i].length - done, MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR)
                return false;
            done += sent < 0 ? 0 : (gsize)sent;
        }
    }
    return true;
}

/* Whether the message is still incomplete by its own length. */
static bool is_partial(const SecretBuf *message)
{
    gsize length = 0;
    if (message->length < sizeof length)
        return true;
    memcpy(&length, message->text, sizeof length);
    return message->length - sizeof length < MIN(length, MESSAGE_MAX);
}

/* Receives one more piece. FALSE: the other side is gone. */
static bool receive_piece(int fd, SecretBuf *message)
{
    char piece[4096];
    const ssize_t got = recv(fd, piece, sizeof piece, 0);
    if (got > 0)
        secret_buf_add_len(message, piece, (gsize)got);
    wipe(piece, sizeof piece);
    return got > 0 || (got < 0 && errno == EINTR);
}

static struct reader read_message(const SecretBuf *message)
{
    gsize length = sizeof length;
    return (struct reader){message->text + length, message->length - length, true};
}

/* ---- in this process ---- */

bool carry_send(int fd, const HttpRequest *request)
{
    g_autoptr(SecretBuf) message = secret_buf_new();
    add_text(message, request->method);
    add_text(message, request->url);
    add_field(message, &request->timeout_ms, sizeof request->timeout_ms);
    add_field(message, secret_peek(request->body), secret_length(request->body));
    for (guint i = 0; i < request->headers->len; i++)
        add_text(message, request->headers->pdata[i]);
    return send_message(fd, message);
}

enum carry_state carry_receive(int fd, SecretBuf *message)
{
    if (!receive_piece(fd, message))
        return CARRY_GONE;
    return is_partial(message) ? CARRY_PARTIAL : CARRY_WHOLE;
}

bool carry_read(struct http_response *response, const SecretBuf *message)
{
    struct reader reader = read_message(message);
    if (!next_struct(&reader, response, sizeof *response))
        return false;
    GHashTable *headers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)wipe_free);
    response->private_headers = headers;
    response->body = next_field(&reader, &response->body_length);
    response->body_length -= response->body_length > 0; /* its NUL */
    response->detail = g_strdup(next_text(&reader));
    while (reader.good && reader.left > 0) {
        const char *name = next_text(&reader);
        g_hash_table_replace(headers, g_strdup(name), g_strdup(next_text(&reader)));
    }
    if (!reader.good)
        response_clear(response);
    return reader.good;
}

/* ---- in the sending process ---- */

HttpRequest *http_carried_request(int fd)
{
    g_autoptr(SecretBuf) message = secret_buf_new();
    while (is_partial(message))
        if (!receive_piece(fd, message))
            return NULL;
    struct reader reader = read_message(message);
    const char *method = next_text(&reader);
    g_autoptr(HttpRequest) request = http_request_new(method, next_text(&reader));
    gsize length = 0;
    next_struct(&reader, &request->timeout_ms, sizeof request->timeout_ms);
    const char *bytes = next_field(&reader, &length);
    g_autoptr(Secret) body = secret_new_len(bytes, length);
    http_request_body(request, NULL, body);
    while (reader.good && reader.left > 0)
        g_ptr_array_add(request->headers, g_strdup(next_text(&reader)));
    return reader.good ? g_steal_pointer(&request) : NULL;
}

void http_carried_answer(int fd, const struct http_response *response)
{
    g_autoptr(SecretBuf) message = secret_buf_new();
    add_field(message, response, sizeof *response);
    add_field(message, response->body, response->body_length + 1);
    add_text(message, response->detail);
    GHashTableIter iter;
    gpointer name, value;
    if (response->private_headers != NULL)
        g_hash_table_iter_init(&iter, response->private_headers);
    while (response->private_headers != NULL && g_hash_table_iter_next(&iter, &name, &value)) {
        add_text(message, name);
        add_text(message, value);
    }
    if (!send_message(fd, message))
        g_debug("nobody waits for the answer any more");
}
