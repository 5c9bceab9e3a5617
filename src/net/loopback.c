/* SPDX-License-Identifier: MIT */
#include "perch/net/loopback.h"

#include <string.h>

#include "loopback_private.h"
#include "perch/base/error.h"
#include "perch/base/source.h"
#include "perch/base/text.h"

enum {
    MAX_VISITORS = 16,
    MAX_ANSWERS = 64,      /* answers that wait for an earlier one to be judged */
    READ_SECONDS = 5,      /* for a request to arrive, and again for its answer to be read */
    HOLD_SECONDS = 60,     /* how long the tab waits for loopback_finish */
    ACCEPT_PAUSE_MS = 200, /* after accept failed (no descriptors left) */
};

struct Loopback {
    GMainContext *context;
    struct loopback_sockets sockets;
    GSource *accepting[2];
    GSource *pause;
    guint16 port;
    Secret *state;
    char *target, *ticket; /* redirects whoever asks for that path; NULL = catches a code */
    loopback_done done;
    gpointer user;
    enum {
        IDLE,
        JUDGING,
        HELD
    } at;                  /* state of the first answer; HELD: a pasted one is being judged */
    bool answered;         /* finished, or an unknown visitor was redirected */
    const char *addresses; /* translated, borrowed */
    bool other_login;      /* an answer with another state arrived */
    GPtrArray *visitors;   /* struct visitor, owned, in the order of arrival */
    GQueue answers;        /* struct answer, owned; the first is being judged */
};

/* The content of a redirect. Two with the same content count as one: a reloaded tab. */
struct answer {
    Secret *code; /* NULL = an error */
    char *error, *description;
};

/* One connection. */
struct visitor {
    Loopback *loopback;
    GSocket *socket;
    GSource *watch, *deadline;
    enum { READING, HOLDING, WRITING, LEAVING } phase;
    gsize length;
    char head[REQUEST_HEAD_MAX];
    const struct answer *brought; /* HOLDING: borrowed, compared only */
    GString *answer;
    gsize sent;
};

static void answer_free(gpointer data)
{
    struct answer *answer = data;
    secret_unref(answer->code);
    g_free(answer->error);
    g_free(answer->description);
    g_free(answer);
}

static bool answer_is(const struct answer *answer, const struct loopback_verdict *verdict)
{
    return verdict->code != NULL
               ? secret_equal_text(answer->code, verdict->code)
               : answer->code == NULL && g_strcmp0(answer->error, verdict->error) == 0 &&
                     g_strcmp0(answer->description, verdict->description) == 0;
}

/* NULL: too many answers already. */
static const struct answer *answer_keep(Loopback *loopback, const struct loopback_verdict *verdict)
{
    for (const GList *at = loopback->answers.head; at != NULL; at = at->next)
        if (answer_is(at->data, verdict))
            return at->data;
    if (loopback->answers.length >= MAX_ANSWERS)
        return NULL;
    struct answer *answer = g_new0(struct answer, 1);
    answer->code = verdict->code == NULL ? NULL : secret_new(verdict->code);
    answer->error = g_strdup(verdict->error);
    answer->description = g_strdup(verdict->description);
    g_queue_push_tail(&loopback->answers, answer);
    return answer;
}

/* Has the next answer judged, unless one is being judged. The loopback may be gone afterwards. */
static void judge_next(Loopback *loopback)
{
    const struct answer *answer = g_queue_peek_head(&loopback->answers);
    if (loopback->at != IDLE || answer == NULL)
        return;
    loopback->at = JUDGING;
    g_autoptr(Secret) code = answer->code == NULL ? secret_new("") : secret_ref(answer->code);
    g_autofree char *error = g_strdup(answer->error);
    g_autofree char *description = g_strdup(answer->description);
    const struct loopback_result result = {
        .outcome = answer->code == NULL ? LOOPBACK_ERROR : LOOPBACK_CODE,
        .code = code,
        .error = error == NULL ? "" : error,
        .description = description == NULL ? "" : description,
    };
    loopback->done(&result, loopback->user);
}

/* Reads and discards pending input. TRUE at the end of the connection. */
static bool discard_input(GSocket *socket)
{
    char rest[4096];
    gssize got;
    g_autoptr(GError) error = NULL;
    do
        got = g_socket_receive(socket, rest, sizeof rest, NULL, &error);
    while (got > 0);
    wipe(rest, sizeof rest);
    return got == 0 || !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static void visitor_free(gpointer data)
{
    struct visitor *visitor = data;
    source_drop(&visitor->watch);
    source_drop(&visitor->deadline);
    /* Unread input would turn the close into a reset and lose the page. */
    discard_input(visitor->socket);
    g_socket_close(visitor->socket, NULL);
    g_object_unref(visitor->socket);
    if (visitor->answer != NULL)
        g_string_free(visitor->answer, TRUE);
    wipe(visitor->head, sizeof visitor->head);
    g_free(visitor);
}

static void visitor_leave(struct visitor *visitor)
{
    g_ptr_array_remove(visitor->loopback->visitors, visitor); /* frees it */
}

static gboolean on_visitor_ready(GSocket *socket, GIOCondition condition, gpointer user);
static gboolean on_visitor_late(gpointer user);

static void visitor_watch(struct visitor *visitor, GIOCondition condition)
{
    source_drop(&visitor->watch);
    if (condition != 0)
        visitor->watch =
            source_attach(g_socket_create_source(visitor->socket, condition, NULL),
                          visitor->loopback->context, G_SOURCE_FUNC(on_visitor_ready), visitor);
}

static void visitor_give(struct visitor *visitor, guint seconds)
{
    source_drop(&visitor->deadline);
    visitor->deadline = source_attach(g_timeout_source_new_seconds(seconds),
                                      visitor->loopback->context, on_visitor_late, visitor);
}

/* Writes as much as the socket takes. The visitor may be gone afterwards. */
static void visitor_write(struct visitor *visitor)
{
    while (visitor->sent < visitor->answer->len) {
        g_autoptr(GError) error = NULL;
        gssize sent = g_socket_send(visitor->socket, visitor->answer->str + visitor->sent,
                                    visitor->answer->len - visitor->sent, NULL, &error);
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
            visitor_watch(visitor, G_IO_OUT);
            return;
        }
        if (sent < 0) {
            visitor_leave(visitor);
            return;
        }
        visitor->sent += (gsize)sent;
    }
    visitor->phase = LEAVING;
    g_socket_shutdown(visitor->socket, FALSE, TRUE, NULL);
    visitor_watch(visitor, G_IO_IN);
}

static void visitor_answer(struct visitor *visitor, enum loopback_page page, bool without_body);

/* Keeps the tab waiting for the result of its answer. */
static void visitor_hold(struct visitor *visitor, const struct loopback_verdict *verdict)
{
    Loopback *loopback = visitor->loopback;
    visitor->brought = answer_keep(loopback, verdict);
    if (visitor->brought == NULL) {
        visitor_answer(visitor, PAGE_REFUSED, false);
        return;
    }
    visitor->phase = HOLDING;
    visitor_watch(visitor, 0);
    visitor_give(visitor, HOLD_SECONDS);
    judge_next(loopback);
}

static void visitor_say(struct visitor *visitor, GString *answer)
{
    visitor->phase = WRITING;
    visitor->answer = answer;
    visitor_give(visitor, READ_SECONDS);
    visitor_write(visitor);
}

/* The visitor may be gone afterwards. */
static void visitor_answer(struct visitor *visitor, enum loopback_page page, bool without_body)
{
    visitor_say(visitor, loopback_page(page, without_body));
}

static enum port_user visitor_user(const struct visitor *visitor)
{
    g_autoptr(GSocketAddress) address = g_socket_get_remote_address(visitor->socket, NULL);
    return address == NULL
               ? PORT_USER_OTHER
               : port_user(g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address)),
                           visitor->loopback->port);
}

static void visitor_lead(struct visitor *visitor, const struct request_head *head)
{
    Loopback *loopback = visitor->loopback;
    bool asks = slice_equals(head->method, "GET") &&
                loopback_is_own_host(head->host, loopback->port) &&
                slice_equals(head->path, loopback->ticket);
    enum port_user user = asks ? visitor_user(visitor) : PORT_USER_OTHER;
    if (user == PORT_USER_SAME || (user == PORT_USER_UNKNOWN && !loopback->answered)) {
        loopback->answered = loopback->answered || user == PORT_USER_UNKNOWN;
        visitor_say(visitor, loopback_redirect(loopback->target));
    } else {
        visitor_answer(visitor, PAGE_LEADS_NOWHERE, slice_equals(head->method, "HEAD"));
    }
}

static void visitor_judge(struct visitor *visitor, const struct request_head *head)
{
    struct loopback_verdict verdict;
    if (visitor->loopback->target != NULL) {
        visitor_lead(visitor, head);
        return;
    }
    loopback_judge(head, visitor->loopback->port, visitor->loopback->state, &verdict);
    wipe(visitor->head, sizeof visitor->head); /* the code was in it */
    if (verdict.page == PAGE_NOT_THIS_LOGIN)
        visitor->loopback->other_login = true;
    if (verdict.counts)
        visitor_hold(visitor, &verdict);
    else
        visitor_answer(visitor, verdict.page, verdict.without_body);
    loopback_verdict_clear(&verdict);
}

static void visitor_read(struct visitor *visitor)
{
    g_autoptr(GError) error = NULL;
    gssize got = g_socket_receive(visitor->socket, visitor->head + visitor->length,
                                  sizeof visitor->head - visitor->length, NULL, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return;
    if (got <= 0) {
        visitor_leave(visitor);
        return;
    }
    visitor->length += (gsize)got;
    struct request_head head;
    switch (request_head_parse(visitor->head, visitor->length, &head)) {
    case REQUEST_HEAD_MORE:
        break;
    case REQUEST_HEAD_COMPLETE:
        visitor_judge(visitor, &head);
        break;
    case REQUEST_HEAD_BAD:
        visitor_answer(visitor, PAGE_NOT_UNDERSTOOD, false);
        break;
    case REQUEST_HEAD_TOO_LARGE:
        visitor_answer(visitor, PAGE_TOO_LARGE, false);
        break;
    }
}

static gboolean on_visitor_ready(GSocket *socket, GIOCondition condition, gpointer user)
{
    (void)condition;
    struct visitor *visitor = user;
    if (visitor->phase == READING)
        visitor_read(visitor);
    else if (visitor->phase == WRITING)
        visitor_write(visitor);
    else if (discard_input(socket))
        visitor_leave(visitor);
    return G_SOURCE_CONTINUE; /* no effect if the source was replaced */
}

static gboolean on_visitor_late(gpointer user)
{
    struct visitor *visitor = user;
    if (visitor->phase == READING && visitor->length > 0)
        visitor_answer(visitor, PAGE_TIMEOUT, false);
    else if (visitor->phase == HOLDING)
        visitor_answer(visitor, PAGE_STILL_WORKING, false);
    else
        visitor_leave(visitor);
    return G_SOURCE_CONTINUE;
}

/* Makes room for one more: drops the oldest visitor without a valid answer or, if most have one,
 * the oldest with it; its answer is kept. */
static void make_room(Loopback *loopback)
{
    const GPtrArray *visitors = loopback->visitors;
    guint holding = 0;
    if (visitors->len < MAX_VISITORS)
        return;
    for (guint i = 0; i < visitors->len; i++)
        holding += ((struct visitor *)visitors->pdata[i])->phase == HOLDING;
    for (guint i = 0; i < visitors->len; i++) {
        struct visitor *visitor = visitors->pdata[i];
        if ((visitor->phase == HOLDING) == (holding > MAX_VISITORS / 2)) {
            visitor_leave(visitor);
            return;
        }
    }
}

static void admit(Loopback *loopback, GSocket *socket)
{
    make_room(loopback);
    g_socket_set_blocking(socket, FALSE);
    struct visitor *visitor = g_new0(struct visitor, 1);
    visitor->loopback = loopback;
    visitor->socket = socket;
    g_ptr_array_add(loopback->visitors, visitor);
    visitor_give(visitor, READ_SECONDS);
    visitor_watch(visitor, G_IO_IN);
}

static void start_accepting(Loopback *loopback);

static gboolean on_pause_over(gpointer user)
{
    Loopback *loopback = user;
    source_drop(&loopback->pause);
    start_accepting(loopback);
    return G_SOURCE_REMOVE;
}

static void stop_accepting(Loopback *loopback)
{
    for (gsize i = 0; i < G_N_ELEMENTS(loopback->accepting); i++)
        source_drop(&loopback->accepting[i]);
    source_drop(&loopback->pause);
}

static gboolean on_knock(GSocket *socket, GIOCondition condition, gpointer user)
{
    (void)condition;
    Loopback *loopback = user;
    g_autoptr(GError) error = NULL;
    GSocket *accepted = g_socket_accept(socket, NULL, &error);
    if (accepted != NULL) {
        admit(loopback, accepted);
    } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        /* No descriptors left: the connection stays queued, so the source would fire endlessly. */
        stop_accepting(loopback);
        loopback->pause = source_attach(g_timeout_source_new(ACCEPT_PAUSE_MS), loopback->context,
                                        on_pause_over, loopback);
    }
    return G_SOURCE_CONTINUE;
}

static void start_accepting(Loopback *loopback)
{
    GSocket *const sockets[] = {loopback->sockets.ipv4, loopback->sockets.ipv6};
    for (gsize i = 0; i < G_N_ELEMENTS(sockets); i++)
        if (sockets[i] != NULL)
            loopback->accepting[i] =
                source_attach(g_socket_create_source(sockets[i], G_IO_IN, NULL), loopback->context,
                              G_SOURCE_FUNC(on_knock), loopback);
}

/* The first port that is free on all families; 0 with error. */
static guint16 bind_first(const guint16 *ports, guint count, struct loopback_sockets *sockets,
                          GError **error)
{
    g_autoptr(GString) taken = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        if (ports[i] == 0)
            continue;
        if (loopback_bind(ports[i], sockets))
            return ports[i];
        g_string_append_printf(taken, "%s%u", taken->len == 0 ? "" : ", ", ports[i]);
    }
    if (taken->len == 0)
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_NETWORK,
                            _("There is no callback port to listen on. Choose one."));
    else
        g_set_error(
            error, PERCH_ERROR, PERCH_ERROR_NETWORK,
            _("No callback port is free: %s. End a program that uses one of them, or choose "
              "another port here and in the app's callback URLs."),
            taken->str);
    return 0;
}

static Loopback *listen_at(guint16 port, const struct loopback_sockets *sockets)
{
    Loopback *loopback = g_new0(Loopback, 1);
    loopback->context = g_main_context_ref_thread_default();
    loopback->sockets = *sockets;
    loopback->addresses = loopback_sockets_addresses(sockets);
    loopback->port = port;
    loopback->visitors = g_ptr_array_new_with_free_func(visitor_free);
    start_accepting(loopback);
    return loopback;
}

Loopback *loopback_new(const guint16 *ports, guint count, Secret *state, loopback_done done,
                       gpointer user, guint16 *ret_port, GError **error)
{
    struct loopback_sockets sockets = {0};
    guint16 port = bind_first(ports, count, &sockets, error);
    if (port == 0)
        return NULL;
    Loopback *loopback = listen_at(port, &sockets);
    loopback->state = secret_ref(state);
    loopback->done = done;
    loopback->user = user;
    *ret_port = port;
    return loopback;
}

Loopback *loopback_lead_to(const char *url, char **ret_address)
{
    struct loopback_sockets sockets;
    guint16 port = loopback_bind_any(&sockets);
    if (port == 0)
        return NULL;
    Loopback *loopback = listen_at(port, &sockets);
    g_autoptr(Secret) random = secret_new_random(32);
    loopback->target = g_strdup(url);
    loopback->ticket = g_strconcat("/", secret_peek(random), NULL);
    *ret_address = g_strdup_printf("http://%s:%u%s", sockets.ipv4 != NULL ? "127.0.0.1" : "[::1]",
                                   port, loopback->ticket);
    return loopback;
}

const char *loopback_addresses(const Loopback *loopback)
{
    return loopback->addresses;
}

bool loopback_saw_other_login(const Loopback *loopback)
{
    return loopback->other_login;
}

static void close_listener(Loopback *loopback)
{
    stop_accepting(loopback);
    loopback_sockets_close(&loopback->sockets);
}

/* Answers the visitors that wait with this answer, or all. */
static void answer_holding(Loopback *loopback, const struct answer *answer, enum loopback_page page)
{
    for (guint i = loopback->visitors->len; i > 0; i--) {
        struct visitor *visitor = loopback->visitors->pdata[i - 1];
        if (visitor->phase == HOLDING && (answer == NULL || visitor->brought == answer))
            visitor_answer(visitor, page, false);
    }
}

void loopback_hold(Loopback *loopback)
{
    loopback->at = HELD;
}

void loopback_go_on(Loopback *loopback)
{
    if (loopback->at == JUDGING) {
        struct answer *refused = g_queue_pop_head(&loopback->answers);
        answer_holding(loopback, refused, PAGE_REFUSED);
        answer_free(refused);
    }
    loopback->at = IDLE;
    judge_next(loopback);
}

void loopback_finish(Loopback *loopback, bool succeeded)
{
    loopback->answered = true;
    loopback->at = HELD;
    close_listener(loopback);
    answer_holding(loopback, NULL, succeeded ? PAGE_SUCCEEDED : PAGE_FAILED);
    for (guint i = loopback->visitors->len; i > 0; i--) {
        struct visitor *visitor = loopback->visitors->pdata[i - 1];
        if (visitor->phase == READING)
            visitor_leave(visitor);
    }
}

void loopback_free(Loopback *loopback)
{
    if (loopback == NULL)
        return;
    close_listener(loopback);
    g_ptr_array_unref(loopback->visitors);
    g_queue_clear_full(&loopback->answers, answer_free);
    secret_unref(loopback->state);
    wipe_free(loopback->target);
    g_free(loopback->ticket);
    g_main_context_unref(loopback->context);
    g_free(loopback);
}
