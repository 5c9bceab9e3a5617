/* SPDX-License-Identifier: MIT */
#include "call.h"
#include "perch/base/error.h"
#include "perch/base/text.h"

/*
 * A class derived from libsecret's SecretService, which libsecret supports (secret_service_open
 * takes a type, prompting is a virtual method). There are two reasons:
 *
 * Bus: libsecret 0.20 puts every SecretService on the process's shared GDBus connection, whatever
 * the caller wants, since its class's constructor overrides the caller's properties. Only the
 * constructor of a derived class can override them again.
 *
 * Prompts: libsecret 0.20 never returns from a prompt that was dismissed with a value of another
 * type than when accepted (KeePassXC does that), nor from one whose Dismiss is not answered.
 */

enum { DISMISS_MS = 2000 };

static const char prompt_interface[] = "org.freedesktop.Secret.Prompt";

/* ---- prompts ---- */

struct prompt {
    GTask *task; /* NULL once answered */
    GDBusConnection *bus;
    char *owner, *path;
    GVariantType *type; /* expected type of the answer; NULL = any */
    guint completed, owned;
    GSource *cancelled;
    gint references;
};

static void prompt_unref(gpointer data)
{
    struct prompt *prompt = data;
    if (--prompt->references > 0)
        return;
    g_object_unref(prompt->bus);
    g_free(prompt->owner);
    g_free(prompt->path);
    g_clear_pointer(&prompt->type, g_variant_type_free);
    g_free(prompt);
}

static struct prompt *prompt_ref(struct prompt *prompt)
{
    prompt->references++;
    return prompt;
}

/* Stops listening and returns the task, NULL if it was already answered. */
static GTask *take_task(struct prompt *prompt)
{
    GTask *task = g_steal_pointer(&prompt->task);
    if (task == NULL)
        return NULL;
    g_dbus_connection_signal_unsubscribe(prompt->bus, prompt->completed);
    g_bus_unwatch_name(prompt->owned);
    g_source_destroy(prompt->cancelled);
    g_source_unref(prompt->cancelled);
    Call *call = call_of(g_task_get_cancellable(task));
    if (call != NULL && call->task != NULL)
        call_expect_service(call);
    return task;
}

/* As an error, since parts of libsecret do not expect "no value, no error". */
static void return_dismissed(GTask *task)
{
    g_task_return_new_error(task, PERCH_ERROR, PERCH_ERROR_STORE_LOCKED, "%s",
                            _("The keyring asked whether to allow this, and nobody agreed."));
}

static void on_completed(GDBusConnection *bus, const char *sender, const char *path,
                         const char *interface, const char *signal, GVariant *parameters,
                         gpointer user)
{
    (void)bus, (void)sender, (void)path, (void)interface, (void)signal;
    struct prompt *prompt = user;
    g_autoptr(GTask) task = take_task(prompt);
    gboolean dismissed = TRUE;
    g_autoptr(GVariant) value = NULL;
    if (task == NULL)
        return;
    if (g_variant_is_of_type(parameters, G_VARIANT_TYPE("(bv)")))
        g_variant_get(parameters, "(bv)", &dismissed, &value);
    if (dismissed)
        return_dismissed(task);
    else if (prompt->type == NULL || g_variant_is_of_type(value, prompt->type))
        g_task_return_pointer(task, g_steal_pointer(&value), (GDestroyNotify)g_variant_unref);
    else
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                "The prompt ended with a value of another type.");
}

static void on_vanished(GDBusConnection *bus, const char *name, gpointer user)
{
    (void)bus, (void)name;
    g_autoptr(GTask) task = take_task(user);
    if (task != NULL)
        g_task_return_new_error(task, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY,
                                "The service ended while it prompted.");
}

static void on_prompted(GObject *source, GAsyncResult *result, gpointer user)
{
    struct prompt *prompt = user;
    GError *error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GTask) task = error == NULL ? NULL : take_task(prompt);
    if (task != NULL)
        g_task_return_error(task, error);
    else
        g_clear_error(&error);
    prompt_unref(prompt);
}

static void call_prompt(struct prompt *prompt, const char *method, GVariant *parameters,
                        int milliseconds, GAsyncReadyCallback done, gpointer user)
{
    g_dbus_connection_call(prompt->bus, prompt->owner, prompt->path, prompt_interface, method,
                           parameters, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, milliseconds, NULL,
                           done, user);
}

/* Holds the connection until the service has received the message. */
static void on_dismissed(GObject *source, GAsyncResult *result, gpointer user)
{
    (void)user;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
}

static gboolean on_cancelled(GCancellable *cancellable, gpointer user)
{
    (void)cancellable;
    struct prompt *prompt = user;
    g_autoptr(GTask) task = take_task(prompt);
    if (task == NULL)
        return G_SOURCE_REMOVE;
    call_prompt(prompt, "Dismiss", NULL, DISMISS_MS, on_dismissed, NULL);
    g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled.");
    return G_SOURCE_REMOVE;
}

static struct prompt *prompt_new(GTask *task, const Call *call, GDBusProxy *proxy,
                                 const GVariantType *type)
{
    struct prompt *prompt = g_new0(struct prompt, 1);
    prompt->references = 1;
    prompt->task = task;
    prompt->bus = g_object_ref(g_dbus_proxy_get_connection(proxy));
    prompt->owner = g_strdup(call->link->owner);
    prompt->path = g_strdup(g_dbus_proxy_get_object_path(proxy));
    prompt->type = type == NULL ? NULL : g_variant_type_copy(type);
    prompt->completed = g_dbus_connection_signal_subscribe(
        prompt->bus, prompt->owner, prompt_interface, "Completed", prompt->path, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_completed, prompt_ref(prompt), prompt_unref);
    prompt->owned =
        g_bus_watch_name_on_connection(prompt->bus, prompt->owner, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       NULL, on_vanished, prompt_ref(prompt), prompt_unref);
    prompt->cancelled = g_cancellable_source_new(g_task_get_cancellable(task));
    g_source_set_callback(prompt->cancelled, G_SOURCE_FUNC(on_cancelled), prompt_ref(prompt),
                          prompt_unref);
    g_source_attach(prompt->cancelled, g_main_context_get_thread_default());
    return prompt;
}

/* Called by libsecret for each prompt, always with its call's cancellable. */
static void prompt_async(SecretService *service, SecretPrompt *object, const GVariantType *type,
                         GCancellable *cancellable, GAsyncReadyCallback done, gpointer user)
{
    Call *call = call_of(cancellable);
    GTask *task = g_task_new(service, cancellable, done, user);
    g_task_set_check_cancellable(task, FALSE);
    if (call == NULL || (!call->may_ask && !call_prompts_always(call))) {
        return_dismissed(task);
        g_object_unref(task);
        return;
    }
    struct prompt *prompt = prompt_new(task, call, G_DBUS_PROXY(object), type);
    if (call->may_ask)
        call_expect_person(call);
    /* No timeout: some services answer this call only after the prompt. */
    call_prompt(prompt, "Prompt", g_variant_new("(s)", ""), G_MAXINT, on_prompted, prompt);
}

static GVariant *prompt_finish(SecretService *service, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, service), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* ---- the class ---- */

/* Properties and signals are off: only the name's owner and the session are needed, and libsecret's
 * signal handler reads properties that were never loaded. */
static GObject *construct(GType type, guint count, GObjectConstructParam *properties)
{
    GObjectClass *parent = g_type_class_peek(SECRET_TYPE_SERVICE);
    GObject *service = parent->constructor(type, count, properties);
    g_object_set(service, "g-bus-type", G_BUS_TYPE_NONE, "g-flags",
                 G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                     G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                 NULL);
    /* Set them only once: GDBusProxy leaks the first value. */
    if (g_dbus_proxy_get_name(G_DBUS_PROXY(service)) == NULL)
        g_object_set(service, "g-name", link_service_name, "g-object-path",
                     "/org/freedesktop/secrets", "g-interface-name",
                     "org.freedesktop.Secret.Service", NULL);
    return service;
}

static void init_class(gpointer class, gpointer data)
{
    (void)data;
    G_OBJECT_CLASS(class)->constructor = construct;
    SECRET_SERVICE_CLASS(class)->prompt_async = prompt_async;
    SECRET_SERVICE_CLASS(class)->prompt_finish = prompt_finish;
}

GType link_service_type(void)
{
    static gsize type;
    if (g_once_init_enter(&type))
        g_once_init_leave(
            &type, g_type_register_static_simple(SECRET_TYPE_SERVICE, "PerchSecretService",
                                                 sizeof(SecretServiceClass), init_class,
                                                 sizeof(SecretService), NULL, G_TYPE_FLAG_NONE));
    return type;
}
