/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <sys/stat.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/source.h"
#include "perch/base/text.h"

const SecretSchema call_schema = {
    .name = "io.perch.Connection",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"connection", SECRET_SCHEMA_ATTRIBUTE_STRING},
                   {"config", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

guint call_answer_ms = 10000;

static const char call_key[] = "perch-call";

Call *call_of(GCancellable *cancellable)
{
    return cancellable == NULL ? NULL : g_object_get_data(G_OBJECT(cancellable), call_key);
}

/* The bus to use instead of the session's; NULL = the session's. */
static char *chosen_bus;

/* Why every call is refused; NULL = calls are allowed. */
static char *refusal;

static void replace(char **text, const char *with)
{
    char *copy = g_strdup(with);
    g_free(*text);
    *text = copy;
}

void store_use_bus(const char *address)
{
    replace(&chosen_bus, address);
    replace(&refusal, NULL);
}

void store_refuse(const char *why)
{
    replace(&refusal, why);
}

/* ---- answers ---- */

static GTask *take_task(Call *call)
{
    source_drop(&call->cancel);
    source_drop(&call->close);
    source_drop(&call->timeout_source);
    return g_steal_pointer(&call->task);
}

void call_succeed(Call *call)
{
    g_autoptr(GTask) task = take_task(call);
    if (task != NULL)
        g_task_return_boolean(task, TRUE);
}

void call_succeed_with(Call *call, Secret *value)
{
    g_autoptr(GTask) task = take_task(call);
    if (task != NULL)
        g_task_return_pointer(task, secret_ref(value), (GDestroyNotify)secret_unref);
}

void call_fail(Call *call, int code, const char *sentence)
{
    g_autoptr(GTask) task = take_task(call);
    if (task != NULL)
        g_task_return_new_error(task, PERCH_ERROR, code, "%s", sentence);
}

/* The meaning of the libraries' errors. domain is a function because quarks are created at run
 * time. */
static const struct {
    GQuark (*domain)(void);
    int theirs;
    int code;
    const char *sentence;
} meanings[] = {
    {secret_error_get_quark, SECRET_ERROR_IS_LOCKED, PERCH_ERROR_STORE_LOCKED,
     N_("The keyring is locked.")},
    {g_dbus_error_quark, G_DBUS_ERROR_SERVICE_UNKNOWN, PERCH_ERROR_STORE_ABSENT,
     N_("No keyring service (Secret Service) is running on this machine.")},
    {g_dbus_error_quark, G_DBUS_ERROR_NAME_HAS_NO_OWNER, PERCH_ERROR_STORE_ABSENT,
     N_("No keyring service (Secret Service) is running on this machine.")},
    {g_dbus_error_quark, G_DBUS_ERROR_SPAWN_EXEC_FAILED, PERCH_ERROR_STORE_ABSENT,
     N_("The keyring service (Secret Service) does not start.")},
    {g_dbus_error_quark, G_DBUS_ERROR_SPAWN_CHILD_EXITED, PERCH_ERROR_STORE_ABSENT,
     N_("The keyring service (Secret Service) stops as soon as it starts.")},
    {g_dbus_error_quark, G_DBUS_ERROR_SPAWN_SERVICE_INVALID, PERCH_ERROR_STORE_ABSENT,
     N_("The keyring service (Secret Service) is not installed properly.")},
    {g_dbus_error_quark, G_DBUS_ERROR_NO_REPLY, PERCH_ERROR_STORE_FAILED,
     N_("The keyring service stopped before it answered. Try again.")},
    {g_dbus_error_quark, G_DBUS_ERROR_DISCONNECTED, PERCH_ERROR_STORE_FAILED,
     N_("The session bus was lost before the keyring answered. Log in again.")},
    {g_io_error_quark, G_IO_ERROR_CLOSED, PERCH_ERROR_STORE_FAILED,
     N_("The session bus was lost before the keyring answered. Log in again.")},
    {g_io_error_quark, G_IO_ERROR_CANCELLED, PERCH_ERROR_CANCELLED, N_("Cancelled.")},
};

enum { MESSAGE_MAX = 200 }; /* limit for a service's own message */

static void fail_with(Call *call, const GError *error)
{
    if (error->domain == PERCH_ERROR) { /* from the prompt's code */
        call_fail(call, error->code, error->message);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (g_error_matches(error, meanings[i].domain(), meanings[i].theirs)) {
            call_fail(call, meanings[i].code, _(meanings[i].sentence));
            return;
        }
    }
    g_autoptr(GError) copy = g_error_copy(error);
    g_dbus_error_strip_remote_error(copy);
    g_autofree char *clean = text_clean(copy->message);
    g_autofree char *fitting = text_abbreviate(clean, MESSAGE_MAX);
    g_autofree char *sentence = g_strdup_printf(_("The keyring refused: %s"), fitting);
    call_fail(call, PERCH_ERROR_STORE_FAILED, sentence);
}

static bool lost_service(const Call *call)
{
    return call->link != NULL && link_lost_service(call->link);
}

bool call_not_there(const Call *call, const GError *error)
{
    return !lost_service(call) &&
           (g_error_matches(error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT) ||
            g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
            g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD));
}

/* The bus could not deliver the first message: the service has exited since the last call. */
static bool came_too_late(const Call *call, const GError *error)
{
    return call->link != NULL && !call->answered && !call->reopened &&
           (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
            g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER));
}

static void connect_call(Call *call);

void call_reopen(Call *call)
{
    call->link->broken = true;
    connect_call(call_ref(call));
}

bool call_is_over(Call *call, const GError *error)
{
    if (call->task == NULL)
        return true;
    if (error == NULL) {
        call->answered |= call->link != NULL;
        return false;
    }
    if (came_too_late(call, error)) {
        call->reopened = true;
        call_reopen(call);
        return true;
    }
    if (lost_service(call))
        call_fail(call, PERCH_ERROR_STORE_FAILED,
                  _("The keyring service stopped before it answered. Try again."));
    else
        fail_with(call, error);
    return true;
}

/* ---- early ends ---- */

/* Answers at once, whatever libsecret is doing, then cancels it. Steps that return later find the
 * call over. */
static void end_early(Call *call, int code, const char *sentence)
{
    call_ref(call);
    call_fail(call, code, sentence);
    g_cancellable_cancel(call->cancellable);
    call_unref(call);
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer user)
{
    (void)cancellable;
    end_early(user, PERCH_ERROR_CANCELLED, _("Cancelled."));
    return G_SOURCE_REMOVE;
}

static gboolean on_late(gpointer user)
{
    end_early(user, PERCH_ERROR_STORE_FAILED,
              _("The keyring service does not answer. Restart it, or log out and in."));
    return G_SOURCE_REMOVE;
}

static GSource *watch(Call *call, GCancellable *cancellable)
{
    if (cancellable == NULL)
        return NULL;
    /* The real type of the callback is GCancellableSourceFunc. */
    return source_attach(g_cancellable_source_new(cancellable), g_main_context_get_thread_default(),
                         G_SOURCE_FUNC(on_cancelled), call);
}

void call_expect_service(Call *call)
{
    source_drop(&call->timeout_source);
    call->timeout_source = source_attach(g_timeout_source_new(call_answer_ms),
                                         g_main_context_get_thread_default(), on_late, call);
}

bool call_prompts_always(const Call *call)
{
    return g_strcmp0(store_provider(call->store), "KeePassXC") == 0;
}

void call_expect_person(Call *call)
{
    source_drop(&call->timeout_source);
}

/* ---- life cycle ---- */

/* A bus limits the unanswered messages of a connection (128) and the connections that have not
 * authenticated yet (64). */
enum { CALLS_AT_ONCE = 32 };

static int at_once;
static GQueue waiting = G_QUEUE_INIT;

static void start_call(Call *call)
{
    call->counted = true;
    at_once++;
    connect_call(call);
}

/* A call has ended: starts the next one that was not cancelled meanwhile. */
static void start_next(void)
{
    Call *next;
    at_once--;
    while (at_once < CALLS_AT_ONCE && (next = g_queue_pop_head(&waiting)) != NULL) {
        if (next->task != NULL)
            start_call(next);
        else
            call_unref(next);
    }
}

Call *call_ref(Call *call)
{
    call->references++;
    return call;
}

static void item_free(gpointer data)
{
    struct item *item = data;
    g_free(item->path);
    g_free(item);
}

void call_unref(Call *call)
{
    if (call == NULL || --call->references > 0)
        return;
    /* Every step answers or goes on; this catches a bug in one that does neither. */
    call_fail(call, PERCH_ERROR_INTERNAL, _("The keyring call ended without an answer."));
    g_ptr_array_unref(call->items);
    g_strfreev(call->locked);
    g_free(call->collection);
    link_unref(call->link);
    g_object_set_data(G_OBJECT(call->cancellable), call_key, NULL);
    g_object_unref(call->cancellable);
    g_hash_table_unref(call->attributes);
    secret_unref(call->item);
    g_free(call->name);
    g_free(call->kept);
    store_unref(call->store);
    bool counted = call->counted;
    g_free(call);
    if (counted)
        start_next();
}

Call *call_open(Store *store, const char *name, bool unlock, GTask *task)
{
    Call *call = g_new0(Call, 1);
    call->references = 1;
    call->store = store_ref(store);
    call->name = g_strdup(name);
    call->may_ask = unlock;
    call->unlock = unlock;
    call->task = task;
    call->cancellable = g_cancellable_new();
    g_object_set_data(G_OBJECT(call->cancellable), call_key, call);
    call->items = g_ptr_array_new_with_free_func(item_free);
    call->attributes = secret_attributes_build(&call_schema, "config", store->config_dir,
                                               name == NULL ? NULL : "connection", name, NULL);
    call->cancel = watch(call, g_task_get_cancellable(task));
    call->close = watch(call, store->closing);
    return call;
}

/* ---- connecting ---- */

/* The address of the session bus as GDBus would find it, but without starting one: GDBus would run
 * dbus-launch and wait for it. NULL when there is none. */
static char *bus_address(void)
{
    const char *given = chosen_bus != NULL ? chosen_bus : g_getenv("DBUS_SESSION_BUS_ADDRESS");
    if (given != NULL && *given != '\0')
        return g_strdup(given);
    g_autofree char *session = paths_session_dir();
    if (session == NULL)
        return NULL;
    g_autofree char *path = g_build_filename(session, "bus", NULL);
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISSOCK(info.st_mode) || info.st_uid != geteuid())
        return NULL;
    g_autofree char *escaped = g_dbus_address_escape_value(path);
    return g_strconcat("unix:path=", escaped, NULL);
}

static void on_link(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)source;
    g_autoptr(Call) call = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(Link) link = link_open_finish(result, &error);
    if (call_is_over(call, error))
        return;
    call->link = g_steal_pointer(&link);
    call->begin(call);
}

/* Takes a reference to the call. */
static void connect_call(Call *call)
{
    g_autofree char *address = bus_address();
    g_clear_pointer(&call->link, link_unref);
    if (refusal == NULL && address != NULL) {
        call_expect_service(call);
        call->link = call->fresh ? NULL : link_shared(address);
        if (call->link == NULL) {
            link_open(address, call->fresh, on_link, call);
        } else {
            call->begin(call);
            call_unref(call);
        }
        return;
    }
    if (refusal != NULL)
        call_fail(call, PERCH_ERROR_STORE_LOCKED, refusal);
    else
        call_fail(call, PERCH_ERROR_STORE_ABSENT,
                  _("There is no session bus here, so there is no keyring."));
    call_unref(call);
}

void call_start(Call *call, call_step begin)
{
    call->begin = begin;
    if (at_once < CALLS_AT_ONCE)
        start_call(call);
    else
        g_queue_push_tail(&waiting, call);
}
