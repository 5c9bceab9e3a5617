/* SPDX-License-Identifier: MIT */
#include "perch/handoff/handoff.h"

#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

static struct flow_source source_of(const Connection *connection, const struct secrets *secrets)
{
    return (struct flow_source){connection, secrets, connection_channel(connection)};
}

GPtrArray *handoff_items(const Connection *connection, const struct secrets *secrets)
{
    const struct flow_source source = source_of(connection, secrets);
    GPtrArray *items = flow_forms(&source);
    for (guint i = items->len; i-- > 0;)
        if (((const struct handoff_item *)items->pdata[i])->group == NULL)
            g_ptr_array_remove_index(items, i);
    return items;
}

/* ---- obstacles ---- */

static bool no_app(const Connection *connection, const struct secrets *secrets)
{
    (void)secrets;
    return connection->login_url == NULL || connection->client_id == NULL;
}

static bool no_token(const Connection *connection, const struct secrets *secrets)
{
    return connection_way(connection)->attended && secret_length(secrets->refresh_token) == 0;
}

/* The values of a way that nobody has tried yet. */
static bool not_proven(const Connection *connection, const struct secrets *secrets)
{
    (void)secrets;
    return !connection_way(connection)->attended && !connection_is_proven(connection);
}

static bool no_instance(const Connection *connection, const struct secrets *secrets)
{
    return secrets->instance_url == NULL && connection->instance_url == NULL;
}

static bool no_version(const Connection *connection, const struct secrets *secrets)
{
    (void)secrets;
    return connection->api_version == NULL;
}

static bool no_secret(const Connection *connection, const struct secrets *secrets)
{
    const struct login_way *way = connection_way(connection);
    const bool needed = !way->signs && (connection->with_secret != 0 || !way->attended);
    return needed && secret_length(secrets->client_secret) == 0;
}

static bool no_key(const Connection *connection, const struct secrets *secrets)
{
    return connection_way(connection)->signs && secret_length(secrets->private_key) == 0;
}

static bool rotates(const Connection *connection, const struct secrets *secrets)
{
    (void)secrets;
    return connection->rotation != 0 && connection_way(connection)->attended;
}

static const struct {
    bool (*there)(const Connection *connection, const struct secrets *secrets);
    enum perch_exit code;
    const char *text;
} problems[] = {
    {no_app, PERCH_EXIT_AUTHORIZATION,
     N_("This connection has no org and no consumer key yet. Finish it with perch setup.")},
    {no_token, PERCH_EXIT_AUTHORIZATION,
     N_("There is no refresh token to hand over. Authorize the connection with perch setup.")},
    {not_proven, PERCH_EXIT_AUTHORIZATION,
     N_("The app has not logged in by itself yet, so these values are not proven. Log in first.")},
    {no_instance, PERCH_EXIT_AUTHORIZATION,
     N_("The instance URL of the org is not known. Authorize the connection again with perch "
        "setup.")},
    {no_version, PERCH_EXIT_AUTHORIZATION,
     N_("The API version of the org is not known. Finish the connection with perch setup.")},
    {no_secret, PERCH_EXIT_AUTHORIZATION,
     N_("The connection was proven with a consumer secret, but the keyring no longer has it. "
        "Without it a flow gets no token. Enter it in perch setup, step Keys.")},
    {no_key, PERCH_EXIT_AUTHORIZATION,
     N_("The keyring no longer has the private key, without which a flow gets no token. Make "
        "another in perch setup, and upload its certificate.")},
    {rotates, PERCH_EXIT_APP,
     N_("Refresh token rotation is on: the token dies at its first use, so a flow that holds it "
        "works once and then stops. Turn rotation off in the app's OAuth settings, then log in "
        "again; if it is greyed out there, choose client credentials or JWT bearer in step 3 of "
        "perch setup.")},
};

const char *handoff_problem(const Connection *connection, const struct secrets *secrets,
                            enum perch_exit *ret_exit)
{
    for (gsize i = 0; i < G_N_ELEMENTS(problems); i++) {
        if (!problems[i].there(connection, secrets))
            continue;
        if (ret_exit != NULL)
            *ret_exit = problems[i].code;
        return _(problems[i].text);
    }
    return NULL;
}

/* ---- formats ---- */

enum { FORMAT_COMMAND_ONLY = false, FORMAT_ON_SCREEN = true };

static const struct format {
    const char *name, *what;
    bool on_screen;
} formats[] = {
#define FORMAT(ID, name, where, suffix, write, what) [HANDOFF_##ID] = {name, what, FORMAT_##where},
#define MORE_FILE(ID, suffix, write)
#include "perch/handoff/formats.def"
#undef FORMAT
#undef MORE_FILE
};

static const struct {
    enum handoff_format format;
    const char *suffix;
    flow_write write;
} format_files[] = {
#define FORMAT(ID, name, where, suffix, write, what) {HANDOFF_##ID, suffix, write},
#define MORE_FILE(ID, suffix, write) {HANDOFF_##ID, suffix, write},
#include "perch/handoff/formats.def"
#undef FORMAT
#undef MORE_FILE
};

int handoff_format_from_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        if (g_strcmp0(name, formats[i].name) == 0)
            return (int)i;
    return -1;
}

const char *handoff_format_name(enum handoff_format format)
{
    return formats[format].name;
}

const char *handoff_format_what(enum handoff_format format)
{
    return _(formats[format].what);
}

bool handoff_format_on_screen(enum handoff_format format)
{
    return formats[format].on_screen;
}

char *handoff_format_names(void)
{
    const char *names[G_N_ELEMENTS(formats) + 1] = {NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        names[i] = formats[i].name;
    return g_strjoinv(", ", (char **)(guintptr)names);
}

static void file_free(gpointer data)
{
    struct handoff_file *file = data;
    secret_unref(file->text);
    g_free(file);
}

GPtrArray *handoff_files(const Connection *connection, const struct secrets *secrets,
                         enum handoff_format format, GError **error)
{
    const char *problem = handoff_problem(connection, secrets, NULL);
    if (problem != NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT, problem);
        return NULL;
    }
    const struct flow_source source = source_of(connection, secrets);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(file_free);
    for (gsize i = 0; i < G_N_ELEMENTS(format_files); i++) {
        if (format_files[i].format != format)
            continue;
        g_autoptr(SecretBuf) out = secret_buf_new();
        if (!format_files[i].write(&source, out, error))
            return NULL;
        struct handoff_file *file = g_new0(struct handoff_file, 1);
        file->suffix = format_files[i].suffix;
        file->text = secret_buf_to_secret(out);
        g_ptr_array_add(files, file);
    }
    return g_steal_pointer(&files);
}

Secret *handoff_export(const Connection *connection, const struct secrets *secrets,
                       enum handoff_format format, GError **error)
{
    g_autoptr(GPtrArray) files = handoff_files(connection, secrets, format, error);
    const struct handoff_file *first = files == NULL ? NULL : files->pdata[0];
    return first == NULL ? NULL : secret_ref(first->text);
}

Connection *handoff_select(const Connection *connection, const char *channel, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    Connection *copy = connection_copy(connection);
    for (guint i = copy->channels->len; i-- > 0;) {
        const struct channel *candidate = copy->channels->pdata[i];
        if (strcmp(candidate->id, channel) != 0)
            g_ptr_array_remove_index(copy->channels, i);
    }
    if (copy->channels->len == 1) {
        connection_set_channel(copy, 0);
        return copy;
    }
    for (guint i = 0; i < connection->channels->len; i++)
        g_ptr_array_add(ids, ((const struct channel *)connection->channels->pdata[i])->id);
    g_ptr_array_add(ids, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **)ids->pdata);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                _("This connection has no channel %s, only: %s"), channel, names);
    copy->channel = 0; /* its channels are gone; the copy is only freed */
    connection_free(copy);
    return NULL;
}
