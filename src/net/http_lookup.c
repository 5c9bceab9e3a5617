/* SPDX-License-Identifier: MIT */
#include "http_lookup.h"

#include "perch/base/clock.h"
#include "perch/base/source.h"
#include "perch/base/text.h"

enum { LOOKUP_SECONDS = 10 };

struct lookup {
    GMainContext *context;
    GCancellable
        *resolving; /* cancels the resolver, on the deadline or the caller's cancellation */
    GSource *deadline, *cancel;
    bool late;
    gint64 started_ms;
    http_lookup_done done;
    gpointer user;
};

static gboolean on_deadline(gpointer user)
{
    struct lookup *lookup = user;
    lookup->late = true;
    g_cancellable_cancel(lookup->resolving);
    return G_SOURCE_REMOVE;
}

static gboolean on_cancel(GCancellable *cancellable, gpointer user)
{
    (void)cancellable;
    struct lookup *lookup = user;
    g_cancellable_cancel(lookup->resolving);
    return G_SOURCE_REMOVE;
}

static void on_resolved(GObject *source, GAsyncResult *result, gpointer user)
{
    struct lookup *lookup = user;
    g_autoptr(GError) error = NULL;
    GList *addresses = g_resolver_lookup_by_name_finish(G_RESOLVER(source), result, &error);
    source_drop(&lookup->deadline);
    source_drop(&lookup->cancel);
    g_autofree char *ip = NULL;
    if (addresses != NULL)
        ip = g_inet_address_to_string(addresses->data);
    g_autofree char *detail = text_clean(error == NULL ? "" : error->message);
    struct http_lookup answer = {
        .end = addresses != NULL ? HTTP_ANSWERED : HTTP_DNS,
        .addresses = (int)g_list_length(addresses),
        .milliseconds = (int)(clock_monotonic_ms() - lookup->started_ms),
        .ip = ip == NULL ? "" : ip,
        .detail = detail,
    };
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        answer.end = lookup->late ? HTTP_TIMEOUT_CONNECT : HTTP_CANCELLED;
        answer.detail = lookup->late ? "no answer from the name server" : "";
    }
    lookup->done(&answer, lookup->user);
    g_resolver_free_addresses(addresses);
    g_object_unref(lookup->resolving);
    g_main_context_unref(lookup->context);
    g_free(lookup);
}

void lookup_start(GMainContext *context, const char *host, GCancellable *cancellable,
                  http_lookup_done done, gpointer user)
{
    struct lookup *lookup = g_new0(struct lookup, 1);
    lookup->context = g_main_context_ref(context);
    lookup->resolving = g_cancellable_new();
    lookup->started_ms = clock_monotonic_ms();
    lookup->done = done;
    lookup->user = user;
    lookup->deadline = source_attach(g_timeout_source_new_seconds(LOOKUP_SECONDS), lookup->context,
                                     on_deadline, lookup);
    if (cancellable != NULL)
        lookup->cancel = source_attach(g_cancellable_source_new(cancellable), lookup->context,
                                       G_SOURCE_FUNC(on_cancel), lookup);
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    g_main_context_push_thread_default(context);
    g_resolver_lookup_by_name_async(resolver, host, lookup->resolving, on_resolved, lookup);
    g_main_context_pop_thread_default(context);
}
