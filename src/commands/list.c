/* SPDX-License-Identifier: MIT */
#include "perch/base/clock.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"

/* perch list: what the settings' files say. Nobody is asked, neither an org nor the keyring. */

static char *state_of(const struct connections_entry *entry)
{
    const Connection *c = entry->connection;
    char *unchecked = c == NULL ? g_strdup(entry->problem) : command_unchecked(c);
    if (unchecked != NULL)
        return unchecked;
    g_autofree char *proven = clock_format(c->proven_at);
    return c->proven_at == 0 ? g_strdup("") : g_strdup_printf(_("proven %.10s"), proven);
}

static Json *channels_of(const Connection *connection)
{
    Json *list = json_array();
    for (guint i = 0; i < connection->channels->len; i++) {
        const struct channel *channel = connection->channels->pdata[i];
        Json *one = json_object();
        json_set_string(one, "id", channel->id);
        json_set_string(one, "object", object_name(channel->object));
        json_set_string(one, "name", channel->name);
        json_append(list, one);
    }
    return list;
}

static void print_json(const GPtrArray *entries)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autoptr(Json) json = check_results_to_json(none, "list", NULL);
    Json *list = json_array();
    for (guint i = 0; i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        const Connection *c = entry->connection;
        g_autofree char *state = state_of(entry);
        Json *one = json_object();
        json_set_string(one, "connection", entry->name);
        json_set_string(one, "state", state);
        json_set_string(one, "login_url", c == NULL ? NULL : c->login_url);
        json_set_string(one, "username", c == NULL ? NULL : c->username);
        json_set(one, "channels", c == NULL ? json_array() : channels_of(c));
        json_append(list, one);
    }
    json_set(json, "connections", list);
    g_autofree char *text = json_print(json);
    puts(text);
}

/* The completions read the first word of each line. */
static void print_text(const GPtrArray *entries, bool its_channels)
{
    int width = 4;
    for (guint i = 0; i < entries->len; i++)
        width = MAX(width, text_width(((struct connections_entry *)entries->pdata[i])->name));
    for (guint i = 0; i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        g_autofree char *state = state_of(entry);
        g_autofree char *line =
            command_connection_line(entry->name, width, entry->connection, state);
        if (!its_channels)
            command_say("%s\n", g_strchomp(line));
        for (guint c = 0; its_channels && c < entry->connection->channels->len; c++) {
            const struct channel *channel = entry->connection->channels->pdata[c];
            command_say("%-16s  %-4s  %s\n", channel->id, object_name(channel->object),
                        channel->name);
        }
    }
}

int command_list(int argc, char **argv)
{
    struct common_options common = {0};
    g_auto(GStrv) names = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *config_dir = paths_config_dir();
    int code;
    if (!command_parse("list", argc, argv, &common, NULL, &names, &code))
        return code;
    if (g_strv_length(names) > 1)
        return command_usage(_("List the channels of one connection at a time."));
    g_autoptr(Connection) only =
        names[0] == NULL ? NULL : connections_load(config_dir, names[0], &error);
    if (error != NULL)
        return command_error(error);
    struct connections_entry entry = {.name = names[0], .connection = only};
    g_autoptr(GPtrArray) entries = only == NULL ? connections_list(config_dir) : g_ptr_array_new();
    if (only != NULL)
        g_ptr_array_add(entries, &entry);
    if (common.json)
        print_json(entries);
    else if (entries->len == 0 && !common.quiet)
        command_say("%s\n", _("No connections yet. Create one with: perch setup"));
    else
        print_text(entries, only != NULL);
    return PERCH_EXIT_OK;
}
