/* SPDX-License-Identifier: MIT */
#include "perch/tokens/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "perch/base/clock.h"
#include "perch/base/connection.h"
#include "perch/base/error.h"
#include "tokens_private.h"

/* Descriptors in a rescue process, after the standard ones. */
enum { PAGE_FD = 3, SOCKET_FD, LOCK_FD, FIRST_OTHER_FD };

enum { PATH_MAX_BYTES = 4096, ITEM_MAX = 12 * 1024 };

/* Memory shared by the two processes. The first fills it in before it starts the second; after that
 * only state and fate change, and former, which is set before fate refers to it. */
struct page {
    gint state;  /* enum state, atomic */
    gint fate;   /* enum rescue_fate, atomic */
    guint parts; /* enum secrets_part */
    bool has_lock;
    gint64 session_seconds;
    char name[CONNECTION_NAME_MAX + 1];
    char config_dir[PATH_MAX_BYTES], login_url[PATH_MAX_BYTES];
    gsize item_length;
    char item[ITEM_MAX], former[ITEM_MAX];
};

enum state { NOTHING, AWAITED, TAKEN, DONE };

struct Rescue {
    struct page *page;
    int socket; /* its end tells the rescue process that this process is gone */
};

static const char rescue_name[] = "perch-rescue";
static const char *rescue_program;

void rescue_use(const char *program)
{
    rescue_program = program;
}

static struct page *map(int fd)
{
    struct page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return NULL;
    /* Neither is essential: a swapped page is not a file left behind. */
    if (mlock(page, sizeof *page) != 0 || madvise(page, sizeof *page, MADV_DONTDUMP) != 0)
        g_debug("the rescue's page may be swapped: %s", g_strerror(errno));
    return page;
}

static bool set_former(struct page *page, const Secret *former)
{
    return g_strlcpy(page->former, secret_peek(former), sizeof page->former) < sizeof page->former;
}

static bool fill(struct page *page, const struct rescue_terms *terms)
{
    g_autoptr(Secret) item = secrets_to_item(terms->secrets, terms->name);
    g_autofree char *config_dir = g_canonicalize_filename(terms->config_dir, NULL);
    page->item_length = secret_length(item);
    page->session_seconds = terms->session_seconds;
    page->parts = terms->parts;
    page->fate = (gint)terms->fate;
    if (page->item_length > sizeof page->item || !set_former(page, terms->former) ||
        g_strlcpy(page->name, terms->name, sizeof page->name) >= sizeof page->name ||
        g_strlcpy(page->config_dir, config_dir, PATH_MAX_BYTES) >= PATH_MAX_BYTES ||
        g_strlcpy(page->login_url, terms->login_url, PATH_MAX_BYTES) >= PATH_MAX_BYTES)
        return false;
    memcpy(page->item, secret_peek(item), page->item_length);
    return true;
}

/* Its own session, so that neither Ctrl-C nor the end of the terminal reaches it; no open
 * descriptors except those it is given, so that readers of perch's output do not wait for it. */
static bool spawn(int page, int socket, int lock)
{
    int from[] = {page, socket, lock};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid = -1;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    for (int fd = 0; fd < PAGE_FD; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    /* First copy all above the target numbers: a target may be a descriptor still needed. */
    for (int i = 0; i < (int)G_N_ELEMENTS(from); i++)
        from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, FIRST_OTHER_FD);
    for (int i = 0; i < (int)G_N_ELEMENTS(from); i++)
        posix_spawn_file_actions_adddup2(&actions, from[i], PAGE_FD + i);
    char *argv[] = {(char *)(guintptr)rescue_name, NULL};
    int problem = posix_spawn(&pid, rescue_program, &actions, &attributes, argv, environ);
    for (int i = 0; i < (int)G_N_ELEMENTS(from); i++)
        if (from[i] >= 0)
            close(from[i]);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return problem == 0;
}

Rescue *rescue_start(const struct rescue_terms *terms, const StoreLock *lock)
{
    int ends[2] = {-1, -1};
    int fd = rescue_program == NULL ? -1 : memfd_create(rescue_name, MFD_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct page *page = ftruncate(fd, sizeof *page) == 0 ? map(fd) : NULL;
    Rescue *rescue = NULL;
    if (page != NULL && fill(page, terms) &&
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
        page->has_lock = lock != NULL;
        if (spawn(fd, ends[0], lock != NULL ? store_lock_fd(lock) : fd)) {
            rescue = g_new0(Rescue, 1);
            *rescue = (Rescue){page, ends[1]};
        } else {
            close(ends[1]);
        }
        close(ends[0]);
    }
    close(fd);
    if (rescue == NULL && page != NULL) {
        wipe(page, sizeof *page);
        munmap(page, sizeof *page);
    }
    return rescue;
}

void rescue_carries(Rescue *rescue, HttpRequest *request)
{
    if (rescue == NULL)
        return;
    g_atomic_int_set(&rescue->page->state, AWAITED);
    http_request_via(request, rescue->socket);
}

void rescue_drop(Rescue *rescue)
{
    if (rescue != NULL)
        g_atomic_int_compare_and_exchange(&rescue->page->state, TAKEN, NOTHING);
}

void rescue_done(Rescue *rescue)
{
    if (rescue == NULL)
        return;
    g_atomic_int_set(&rescue->page->state, DONE);
    wipe(rescue->page->item, sizeof rescue->page->item);
    wipe(rescue->page->former, sizeof rescue->page->former);
}

void rescue_reject(Rescue *rescue)
{
    if (rescue != NULL && g_atomic_int_get(&rescue->page->fate) != RESCUE_ENDS_FORMER)
        g_atomic_int_set(&rescue->page->fate, RESCUE_REJECTS);
}

bool rescue_ends_former(Rescue *rescue, const Secret *former)
{
    if (rescue == NULL || former == NULL || !set_former(rescue->page, former))
        return false;
    g_atomic_int_set(&rescue->page->fate, RESCUE_ENDS_FORMER);
    return true;
}

bool rescue_awaits(const Rescue *rescue)
{
    return rescue != NULL && g_atomic_int_get(&rescue->page->state) == AWAITED;
}

bool rescue_holds(const Rescue *rescue)
{
    return rescue_awaits(rescue) ||
           (rescue != NULL && g_atomic_int_get(&rescue->page->state) == TAKEN);
}

void rescue_free(Rescue *rescue)
{
    if (rescue == NULL)
        return;
    munmap(rescue->page, sizeof *rescue->page);
    close(rescue->socket);
    g_free(rescue);
}

/* ---- the other process ---- */

bool rescue_is_asked(char **argv)
{
    return argv[0] != NULL && strcmp(argv[0], rescue_name) == 0;
}

enum { FIRST_PAUSE_MS = 250, LONGEST_PAUSE_MS = 5000, ANSWER_MAX = 16 * 1024 };

/* The rescue process's task; nobody sees it, and nobody can be asked. */
struct charge {
    struct page *page;
    Secret *answer; /* the token endpoint's last answer; NULL = no tokens in it */
    bool awaits;
    GCancellable *stop;

    char *config_dir, *name;
    struct secrets secrets;
    Secret *former; /* NULL = none */
    guint parts;
    gint64 received_ms, until_ms; /* wall clock */
    bool has_lock;
    enum rescue_fate fate;
    char *login_url;
    Tokens *tokens;
    Http *http;
    guint pause_ms;
    bool stored, ended;
};

/* ---- sending ---- */

static void answered(const struct http_response *response, gpointer user)
{
    struct charge *charge = user;
    const bool taken = response->status == 200 && strlen(response->body) <= ANSWER_MAX;
    secret_unref(charge->answer);
    charge->answer = taken ? secret_new(response->body) : NULL;
    charge->received_ms = clock_wall_ms();
    g_atomic_int_compare_and_exchange(&charge->page->state, AWAITED, taken ? TAKEN : NOTHING);
    http_carried_answer(SOCKET_FD, response);
    charge->awaits = false;
}

/* The first process is gone: this ends the request only if nothing can be lost. */
static gboolean on_gone(gint fd, GIOCondition condition, gpointer user)
{
    const struct charge *charge = user;
    (void)fd, (void)condition;
    if (g_atomic_int_get(&charge->page->state) == DONE)
        g_cancellable_cancel(charge->stop);
    return G_SOURCE_REMOVE;
}

static void serve(struct charge *charge)
{
    HttpRequest *request;
    charge->http = http_new(NULL);
    while (charge->http != NULL && (request = http_carried_request(SOCKET_FD)) != NULL) {
        g_autoptr(GSource) gone = g_unix_fd_source_new(SOCKET_FD, G_IO_HUP);
        g_source_set_callback(gone, G_SOURCE_FUNC(on_gone), charge, NULL);
        g_source_attach(gone, NULL);
        charge->awaits = true;
        http_send(charge->http, request, charge->stop, answered, charge);
        while (charge->awaits)
            g_main_context_iteration(NULL, TRUE);
        g_source_destroy(gone);
    }
}

/* ---- unsettled answers ---- */

static bool read_answer(struct charge *charge)
{
    const struct page *page = charge->page;
    struct token_answer answer = {0};
    g_autoptr(Json) json = charge->answer == NULL ? NULL
                                                  : json_parse(secret_peek(charge->answer),
                                                               secret_length(charge->answer), NULL);
    const bool fine = token_answer_parse(&answer, json, page->login_url, NULL);
    /* Without a lock it is a code exchange, which begins a login or does not. */
    if (answer.refresh_token == NULL && !(fine && page->has_lock)) {
        token_answer_clear(&answer);
        return false;
    }
    if (!fine && !page->has_lock) /* no answer of Salesforce's: nobody would use the login */
        charge->fate = RESCUE_REJECTS;
    /* If the answer has nothing that the keyring lacks, one attempt must do. */
    const bool precious = answer.refresh_token != NULL || page->parts == SECRETS_ALL;
    charge->until_ms = clock_wall_ms() + (precious ? RESCUE_SECONDS * 1000 : 0);
    secrets_take_answer(&charge->secrets, &answer, page->session_seconds, charge->received_ms);
    token_answer_clear(&answer);
    return true;
}

/* Reads the secrets from the page and merges the answer. */
static bool read_page(struct charge *charge)
{
    const struct page *page = charge->page;
    g_autoptr(Secret) item = secret_new_len(page->item, page->item_length);
    if (g_atomic_int_get(&page->state) != TAKEN || !secrets_from_item(item, &charge->secrets, NULL))
        return false;
    charge->former = *page->former == '\0' ? NULL : secret_new(page->former);
    charge->login_url = g_strdup(page->login_url);
    charge->has_lock = page->has_lock;
    charge->fate = (enum rescue_fate)g_atomic_int_get(&page->fate);
    charge->config_dir = g_strdup(page->config_dir);
    charge->name = g_strdup(page->name);
    charge->parts = page->parts;
    return read_answer(charge);
}

static bool wait_for_end(struct charge *charge)
{
    charge->page = map(PAGE_FD);
    if (charge->page == NULL)
        return false;
    serve(charge);
    const bool asked = read_page(charge);
    wipe(charge->page, sizeof *charge->page);
    munmap(charge->page, sizeof *charge->page);
    return asked;
}

static gboolean try(gpointer user);

static void tried(Tokens *tokens, const GError *error, gpointer user)
{
    struct charge *charge = user;
    tokens_leave(tokens);
    charge->stored = error == NULL;
    charge->ended = charge->stored || clock_wall_ms() >= charge->until_ms;
    if (charge->ended)
        return;
    g_timeout_add(charge->pause_ms, try, charge);
    charge->pause_ms = MIN(charge->pause_ms * 2, LONGEST_PAUSE_MS);
}

static void revoked(const struct http_response *response, gpointer user)
{
    g_autoptr(GError) again = NULL;
    struct charge *charge = user;
    if (response->end != HTTP_ANSWERED || response->status >= 500) /* nobody reads the reason */
        g_set_error_literal(&again, PERCH_ERROR, PERCH_ERROR_NETWORK, response->detail);
    tried(charge->tokens, again, charge);
}

static void give_back(struct charge *charge)
{
    http_send(charge->http, token_revoke_request(charge->login_url, charge->secrets.refresh_token),
              NULL, revoked, charge);
}

/* The process that ended, or its other rescue process, has got further than this answer. */
static bool is_settled(const Tokens *tokens, const struct charge *charge)
{
    const struct secrets *kept = &tokens->kept;
    const bool wanted = charge->fate == RESCUE_STORES || charge->fate == RESCUE_REVOKES;
    const bool newer = wanted && kept->issued_at > charge->received_ms &&
                       !secret_equal(kept->refresh_token, charge->former);
    return !charge->has_lock && kept->refresh_token != NULL &&
           (newer || secret_equal(kept->refresh_token, charge->secrets.refresh_token));
}

/* The item has this login: only the former one remains to be revoked. */
static void turn_to_former(struct charge *charge, const struct secrets *kept)
{
    if (charge->fate == RESCUE_REVOKES && charge->former != NULL &&
        secret_equal(kept->refresh_token, charge->secrets.refresh_token))
        charge->fate = RESCUE_ENDS_FORMER;
    if (charge->fate == RESCUE_ENDS_FORMER)
        secret_set(&charge->secrets.refresh_token, charge->former);
}

static void entered(Tokens *tokens, const GError *error, gpointer user)
{
    struct charge *charge = user;
    /* As in tokens_change: a damaged item is replaced, one of a newer perch never. */
    const bool none = g_error_matches(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND) ||
                      g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_DAMAGED);
    const bool foreign = g_error_matches(error, PERCH_ERROR, PERCH_ERROR_STORE_NEWER);
    turn_to_former(charge, &tokens->kept);
    if (foreign && charge->has_lock) /* it may belong to this very login */
        charge->until_ms = 0;
    if (error != NULL && !none && (!foreign || charge->has_lock))
        tried(tokens, error, charge);
    else if (is_settled(tokens, charge))
        tried(tokens, NULL, charge);
    else if (foreign || charge->fate != RESCUE_STORES)
        give_back(charge);
    else
        tokens_put(tokens, &charge->secrets, none ? SECRETS_ALL : charge->parts, false, NULL, tried,
                   charge);
}

/* To revoke a login, whatever the item has, takes neither lock nor item. */
static gboolean try(gpointer user)
{
    struct charge *charge = user;
    const guint kind = charge->fate == RESCUE_REJECTS ? 0 : VISIT_LOCKS | VISIT_READS;
    tokens_enter(charge->tokens, charge->name, &(struct visit_terms){.kind = kind}, entered,
                 charge);
    return G_SOURCE_REMOVE;
}

int rescue_main(void (*open_keyring)(void))
{
    struct charge charge = {.pause_ms = FIRST_PAUSE_MS, .stop = g_cancellable_new()};
    if (chdir("/") == 0 && wait_for_end(&charge)) {
        open_keyring();
        g_autoptr(Store) store = store_open(STORE_SECRET_SERVICE, charge.config_dir);
        store_never_ask(store);
        charge.tokens = tokens_new(charge.config_dir, store);
        charge.tokens->keeps_lock = charge.has_lock;
        if (charge.has_lock)
            charge.tokens->lock = store_lock_adopt(LOCK_FD);
        try(&charge);
        while (!charge.ended)
            g_main_context_iteration(NULL, TRUE);
        tokens_close(charge.tokens);
    }
    secrets_clear(&charge.secrets);
    secret_unref(charge.former);
    secret_unref(charge.answer);
    g_object_unref(charge.stop);
    g_clear_pointer(&charge.http, http_free);
    g_free(charge.config_dir);
    g_free(charge.name);
    g_free(charge.login_url);
    return charge.stored || !charge.ended ? PERCH_EXIT_OK : PERCH_EXIT_KEYRING;
}
