/* SPDX-License-Identifier: MIT */
#include "support/fake_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "/org/freedesktop/secrets"
#define COLLECTION ROOT "/collection/c"
#define ITEM COLLECTION "/1"
#define PROMPT ROOT "/prompt/p"
#define SESSION ROOT "/session/s"

static const char interfaces_xml[] =
    "<node>"
    "<interface name='org.freedesktop.Secret.Service'>"
    "<method name='OpenSession'><arg type='s' direction='in'/><arg type='v' direction='in'/>"
    "<arg type='v' direction='out'/><arg type='o' direction='out'/></method>"
    "<method name='SearchItems'><arg type='a{ss}' direction='in'/>"
    "<arg type='ao' direction='out'/><arg type='ao' direction='out'/></method>"
    "<method name='Unlock'><arg type='ao' direction='in'/>"
    "<arg type='ao' direction='out'/><arg type='o' direction='out'/></method>"
    "<method name='GetSecrets'><arg type='ao' direction='in'/><arg type='o' direction='in'/>"
    "<arg type='a{o(oayays)}' direction='out'/></method>"
    "<method name='ReadAlias'><arg type='s' direction='in'/><arg type='o' "
    "direction='out'/></method>"
    "<method name='CreateCollection'><arg type='a{sv}' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='o' direction='out'/><arg type='o' direction='out'/>"
    "</method>"
    "</interface>"
    "<interface name='org.freedesktop.Secret.Collection'>"
    "<method name='CreateItem'><arg type='a{sv}' direction='in'/>"
    "<arg type='(oayays)' direction='in'/><arg type='b' direction='in'/>"
    "<arg type='o' direction='out'/><arg type='o' direction='out'/></method>"
    "<property name='Items' type='ao' access='read'/>"
    "<property name='Label' type='s' access='read'/>"
    "<property name='Locked' type='b' access='read'/>"
    "<property name='Created' type='t' access='read'/>"
    "<property name='Modified' type='t' access='read'/>"
    "</interface>"
    "<interface name='org.freedesktop.Secret.Item'>"
    "<method name='Delete'><arg type='o' direction='out'/></method>"
    "<property name='Attributes' type='a{ss}' access='read'/>"
    "<property name='Label' type='s' access='read'/>"
    "<property name='Locked' type='b' access='read'/>"
    "<property name='Created' type='t' access='read'/>"
    "<property name='Modified' type='t' access='read'/>"
    "</interface>"
    "<interface name='org.freedesktop.Secret.Prompt'>"
    "<method name='Prompt'><arg type='s' direction='in'/></method>"
    "<method name='Dismiss'/>"
    "<signal name='Completed'><arg type='b'/><arg type='v'/></signal>"
    "</interface>"
    "</node>";

static void give_up(const char *what, const GError *error)
{
    fprintf(stderr, "fake service: %s: %s\n", what, error == NULL ? "failed" : error->message);
    abort();
}

static GVariant *paths(bool one, const char *path)
{
    return g_variant_new_objv(&path, one ? 1 : 0);
}

/* ---- what a prompt does when it is accepted ---- */

static GVariant *accept(FakeService *service)
{
    const char *made = "/";
    if (g_str_equal(service->prompt_for, "Unlock")) {
        service->locked = false;
        return paths(true, COLLECTION);
    }
    if (g_str_equal(service->prompt_for, "CreateCollection")) {
        service->no_collection = false;
        made = COLLECTION;
    } else if (g_str_equal(service->prompt_for, "CreateItem")) {
        g_free(service->item);
        service->item = g_steal_pointer(&service->pending);
        made = ITEM;
    } else {
        g_clear_pointer(&service->item, g_free);
    }
    return g_variant_new_object_path(made);
}

static void complete(FakeService *service, bool dismissed)
{
    GVariant *value = dismissed ? g_variant_new_string("") : accept(service);
    g_dbus_connection_emit_signal(service->bus, NULL, PROMPT, "org.freedesktop.Secret.Prompt",
                                  "Completed", g_variant_new("(bv)", dismissed, value), NULL);
}

/* ---- methods ---- */

static void open_session(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)service;
    const char *algorithm;
    g_variant_get(in, "(&s*)", &algorithm, NULL);
    if (g_str_equal(algorithm, "plain"))
        g_dbus_method_invocation_return_value(
            call, g_variant_new("(vo)", g_variant_new_string(""), SESSION));
    else
        g_dbus_method_invocation_return_dbus_error(call, "org.freedesktop.DBus.Error.NotSupported",
                                                   "plain sessions only");
}

static void search_items(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    bool there = service->item != NULL && !(service->locked && service->hides_locked);
    bool others = g_strcmp0(g_dbus_method_invocation_get_sender(call), service->writer) != 0;
    bool locked = service->locked || (service->asks_each && others);
    g_dbus_method_invocation_return_value(
        call,
        g_variant_new("(@ao@ao)", paths(there && !locked, ITEM), paths(there && locked, ITEM)));
}

static void unlock(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    service->unlock_calls++;
    service->prompt_for = "Unlock";
    g_dbus_method_invocation_return_value(call, g_variant_new("(@aoo)",
                                                              paths(!service->locked, COLLECTION),
                                                              service->locked ? PROMPT : "/"));
}

static void get_secrets(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    GVariantBuilder all;
    g_variant_builder_init(&all, G_VARIANT_TYPE("a{o(oayays)}"));
    g_variant_builder_add(
        &all, "{o(o@ay@ays)}", ITEM, SESSION,
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, NULL, 0, 1),
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, service->item, strlen(service->item), 1),
        "text/plain");
    g_dbus_method_invocation_return_value(call, g_variant_new("(a{o(oayays)})", &all));
}

static void read_alias(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    g_dbus_method_invocation_return_value(
        call, g_variant_new("(o)", service->no_collection ? "/" : COLLECTION));
}

static void create_collection(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    service->prompt_for = "CreateCollection";
    g_dbus_method_invocation_return_value(call, g_variant_new("(oo)", "/", PROMPT));
}

static void create_item(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    if (service->locked) {
        g_dbus_method_invocation_return_dbus_error(call, "org.freedesktop.Secret.Error.IsLocked",
                                                   "Cannot create an item");
        return;
    }
    g_autoptr(GVariant) secret = g_variant_get_child_value(in, 1);
    g_autoptr(GVariant) value = g_variant_get_child_value(secret, 2);
    gsize length;
    const char *bytes = g_variant_get_fixed_array(value, &length, 1);
    g_free(service->pending);
    service->pending = g_strndup(bytes, length);
    service->prompt_for = "CreateItem";
    g_free(service->writer);
    service->writer = g_strdup(g_dbus_method_invocation_get_sender(call));
    if (!service->asks_to_write && !service->forgets)
        g_variant_unref(g_variant_ref_sink(accept(service)));
    g_dbus_method_invocation_return_value(call, service->asks_to_write
                                                    ? g_variant_new("(oo)", "/", PROMPT)
                                                    : g_variant_new("(oo)", ITEM, "/"));
}

static void delete_item(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    service->prompt_for = "Delete";
    if (!service->asks_to_write)
        g_variant_unref(g_variant_ref_sink(accept(service)));
    g_dbus_method_invocation_return_value(
        call, g_variant_new("(o)", service->asks_to_write ? PROMPT : "/"));
}

static void prompt(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    service->prompted = true;
    g_dbus_method_invocation_return_value(call, NULL);
    if (service->prompt == FAKE_ACCEPTS || service->prompt == FAKE_DISMISSES)
        complete(service, service->prompt == FAKE_DISMISSES);
}

static void dismiss(FakeService *service, GVariant *in, GDBusMethodInvocation *call)
{
    (void)in;
    service->dismissed = true;
    if (service->prompt == FAKE_DEAF) {
        g_object_unref(call); /* no reply, ever */
        return;
    }
    g_dbus_method_invocation_return_value(call, NULL);
    complete(service, true);
}

static const struct {
    const char *name;
    void (*handle)(FakeService *service, GVariant *in, GDBusMethodInvocation *call);
} methods[] = {
    {"OpenSession", open_session},
    {"SearchItems", search_items},
    {"Unlock", unlock},
    {"GetSecrets", get_secrets},
    {"ReadAlias", read_alias},
    {"CreateCollection", create_collection},
    {"CreateItem", create_item},
    {"Delete", delete_item},
    {"Prompt", prompt},
    {"Dismiss", dismiss},
};

/* Before the main loop can hand the answer on, so that the client's next message finds nobody. */
static void vanish(FakeService *service)
{
    g_dbus_connection_flush_sync(service->bus, NULL, NULL);
    g_dbus_connection_close_sync(service->bus, NULL, NULL);
}

static void on_call(GDBusConnection *bus, const char *sender, const char *path,
                    const char *interface, const char *method, GVariant *in,
                    GDBusMethodInvocation *call, gpointer user)
{
    (void)bus, (void)sender, (void)path, (void)interface;
    FakeService *service = user;
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (g_str_equal(methods[i].name, method)) {
            methods[i].handle(service, in, call);
            if (g_strcmp0(service->vanish_after, method) == 0)
                vanish(service);
            return;
        }
    }
    give_up(method, NULL);
}

/* ---- garbage ---- */

/* Whatever the message was, even where GDBus would refuse such an answer. Runs in GDBus' thread. */
static GDBusMessage *garble(GDBusConnection *bus, GDBusMessage *message, gboolean incoming,
                            gpointer user)
{
    FakeService *service = user;
    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
        g_strcmp0(g_dbus_message_get_member(message), service->garbles) != 0)
        return message;
    const char *text = service->garbage;
    g_autoptr(GDBusMessage) answer = NULL;
    if (text != NULL && *text == '!') {
        answer = g_dbus_message_new_method_error_literal(message, text + 1, service->complaint);
    } else if (text != NULL) {
        answer = g_dbus_message_new_method_reply(message);
        g_dbus_message_set_body(answer, g_variant_new_parsed(text));
    }
    if (answer != NULL)
        g_dbus_connection_send_message(bus, answer, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
    g_object_unref(message);
    return NULL;
}

static GVariant *on_get(GDBusConnection *bus, const char *sender, const char *path,
                        const char *interface, const char *property, GError **error, gpointer user)
{
    (void)bus, (void)sender, (void)path, (void)interface, (void)error;
    FakeService *service = user;
    if (g_str_equal(property, "Items"))
        return paths(service->item != NULL, ITEM);
    if (g_str_equal(property, "Label"))
        return g_variant_new_string("fake");
    if (g_str_equal(property, "Locked"))
        return g_variant_new_boolean(service->locked);
    if (g_str_equal(property, "Attributes"))
        return g_variant_new_parsed("@a{ss} {'connection': 'acme'}");
    return g_variant_new_uint64(1795420800);
}

void fake_service_agree(FakeService *service)
{
    complete(service, false);
}

FakeService *fake_service_new(const char *address)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_call, .get_property = on_get};
    static const struct {
        const char *path, *interface;
    } objects[] = {
        {ROOT, "org.freedesktop.Secret.Service"},
        {COLLECTION, "org.freedesktop.Secret.Collection"},
        {ITEM, "org.freedesktop.Secret.Item"},
        {PROMPT, "org.freedesktop.Secret.Prompt"},
    };
    GError *error = NULL;
    FakeService *service = g_new0(FakeService, 1);
    service->interfaces = g_dbus_node_info_new_for_xml(interfaces_xml, &error);
    if (service->interfaces != NULL)
        service->bus = g_dbus_connection_new_for_address_sync(
            address,
            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
            NULL, NULL, &error);
    if (service->bus == NULL)
        give_up(address, error);
    for (gsize i = 0; i < G_N_ELEMENTS(objects); i++)
        g_dbus_connection_register_object(
            service->bus, objects[i].path,
            g_dbus_node_info_lookup_interface(service->interfaces, objects[i].interface), &vtable,
            service, NULL, NULL);
    g_dbus_connection_add_filter(service->bus, garble, service, NULL);
    g_autoptr(GVariant) owned = g_dbus_connection_call_sync(
        service->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "RequestName", g_variant_new("(su)", "org.freedesktop.secrets", 4), NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    if (owned == NULL)
        give_up("RequestName", error);
    return service;
}

void fake_service_free(FakeService *service)
{
    if (service == NULL)
        return;
    if (!g_dbus_connection_is_closed(service->bus))
        g_dbus_connection_close_sync(service->bus, NULL, NULL);
    g_clear_object(&service->bus);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_dbus_node_info_unref(service->interfaces);
    g_free(service->item);
    g_free(service->pending);
    g_free(service->writer);
    g_free(service);
}
