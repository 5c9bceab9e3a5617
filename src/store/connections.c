/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "perch/base/error.h"
#include "perch/base/paths.h"
#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "perch/store/store.h"

/* One file per connection: CONFIG_DIR/connections/NAME.json. Names are checked before they become
 * paths. */

enum { FILE_MAX = 1024 * 1024, SET_ASIDE_MAX = 1000 };

static const char suffix[] = ".json";
static const char certificate_suffix[] = ".crt";

static char *folder_of(const char *config_dir)
{
    return g_build_filename(config_dir, "connections", NULL);
}

static char *in_folder(const char *config_dir, const char *name, const char *end)
{
    g_autofree char *folder = folder_of(config_dir);
    g_autofree char *file = g_strconcat(name, end, NULL);
    return g_build_filename(folder, file, NULL);
}

static char *path_of(const char *config_dir, const char *name, GError **error)
{
    const char *problem = connection_name_problem(name);
    if (problem == NULL)
        return in_folder(config_dir, name, suffix);
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE, problem);
    return NULL;
}

static Json *read_json(const char *path, const char *name, GError **error)
{
    gsize length;
    struct stat info;
    g_autoptr(GError) problem = NULL;
    g_autofree char *text = paths_read_file(path, FILE_MAX, &info, &length, &problem);
    if (text == NULL && !g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_INPUT)) {
        if (g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
            g_propagate_error(error, g_steal_pointer(&problem));
        else
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                        _("The settings of %s cannot be read: %s Repair or remove %s."), name,
                        problem->message, path);
        return NULL;
    }
    Json *json = text != NULL ? json_parse(text, length, NULL) : NULL;
    if (json == NULL)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("The settings of %s are damaged. Repair or delete %s."), name, path);
    return json;
}

static void no_such(GError **error, const char *config_dir, const char *name)
{
    g_autoptr(GPtrArray) entries = connections_names(config_dir);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < entries->len; i++)
        g_ptr_array_add(names, ((struct connections_entry *)entries->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    const char *nearest = text_nearest(name, (const char *const *)names->pdata);
    if (nearest != NULL)
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND,
                    _("There is no connection named %s. Did you mean %s?"), name, nearest);
    else
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND,
                    _("There is no connection named %s. perch list shows them."), name);
}

Connection *connections_load(const char *config_dir, const char *name, GError **error)
{
    g_autofree char *path = path_of(config_dir, name, error);
    if (path == NULL)
        return NULL;
    g_autoptr(GError) problem = NULL;
    g_autoptr(Json) json = read_json(path, name, &problem);
    if (json != NULL)
        return connection_take_json(g_steal_pointer(&json), name, error);
    if (g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        no_such(error, config_dir, name);
    else
        g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
}

/* Moves an unreadable file out of the way, to an unused name. */
static bool set_aside(const char *path, const char *name, char **ret_aside, GError **error)
{
    for (int i = 1; i <= SET_ASIDE_MAX; i++) {
        g_autofree char *aside = g_strdup_printf("%s.damaged-%d", path, i);
        if (link(path, aside) == 0) { /* unlike rename, never replaces */
            *ret_aside = g_strdup_printf(_("The settings of %s were damaged. That file is kept as "
                                           "%s."),
                                         name, aside);
            return true;
        }
        if (errno != EEXIST)
            break;
    }
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, _("Cannot set the damaged file %s aside: %s"),
                path, g_strerror(errno));
    return false;
}

enum state { STATE_NONE, STATE_FINE, STATE_DAMAGED, STATE_REFUSED };

/* REFUSED sets error: the file cannot be read, or a newer perch wrote it, which is not damage. */
static enum state look(const char *path, const char *name, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(Json) json = read_json(path, name, &problem);
    g_autoptr(Connection) old = json == NULL ? NULL : connection_from_json(json, name, &problem);
    if (old != NULL)
        return STATE_FINE;
    if (g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_NOT_FOUND))
        return STATE_NONE;
    if (g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_INPUT) &&
        json_get_int(json, "version", 0) <= CONNECTION_VERSION)
        return STATE_DAMAGED;
    g_propagate_error(error, g_steal_pointer(&problem));
    return STATE_REFUSED;
}

bool connections_is_damaged(const char *config_dir, const char *name)
{
    g_autofree char *path = path_of(config_dir, name, NULL);
    return path != NULL && look(path, name, NULL) == STATE_DAMAGED;
}

/* The file to upload, from what the settings say. */
static bool save_certificate(const char *config_dir, const Connection *connection, GError **error)
{
    const char *pem = connection->certificate;
    g_autofree char *path = in_folder(config_dir, connection->name, certificate_suffix);
    return pem == NULL || paths_replace_file(path, pem, strlen(pem), error);
}

bool connections_save_telling(const char *config_dir, const Connection *connection,
                              char **ret_aside, GError **error)
{
    g_autofree char *folder = folder_of(config_dir);
    g_autofree char *path = path_of(config_dir, connection->name, error);
    *ret_aside = NULL;
    if (path == NULL || !paths_make_dir(folder, error))
        return false;
    enum state state = look(path, connection->name, error);
    if (state == STATE_REFUSED ||
        (state == STATE_DAMAGED && !set_aside(path, connection->name, ret_aside, error)))
        return false;
    g_autoptr(Json) json = connection_to_json(connection);
    connection_drop_secrets(json);
    g_autoptr(WipedText) text = json_print_pretty(json);
    g_autofree char *lines = g_strconcat(text, "\n", NULL);
    return paths_replace_file(path, lines, strlen(lines), error) &&
           save_certificate(config_dir, connection, error);
}

bool connections_save(const char *config_dir, const Connection *connection, GError **error)
{
    g_autofree char *aside = NULL;
    return connections_save_telling(config_dir, connection, &aside, error);
}

static bool learn_text(char **member, const char *value)
{
    if (value == NULL || g_strcmp0(*member, value) == 0)
        return false;
    connection_set(member, value);
    return true;
}

bool connections_learn(const char *config_dir, const Connection *learnt, GError **error)
{
    g_autoptr(Connection) c = connections_load(config_dir, learnt->name, error);
    if (c == NULL)
        return false;
    bool changed = learn_text(&c->instance_url, learnt->instance_url);
    changed |= learn_text(&c->identity_url, learnt->identity_url);
    changed |= learn_text(&c->org_id, learnt->org_id);
    changed |= learn_text(&c->user_id, learnt->user_id);
    changed |= learn_text(&c->granted_scopes, learnt->granted_scopes);
    changed |= c->rotation != learnt->rotation;
    c->rotation = learnt->rotation;
    changed |= c->rested_at < learnt->rested_at;
    c->rested_at = MAX(c->rested_at, learnt->rested_at);
    changed |= c->ends_seconds != learnt->ends_seconds || c->idle_seconds != learnt->idle_seconds;
    c->ends_seconds = learnt->ends_seconds;
    c->idle_seconds = learnt->idle_seconds;
    return !changed || connections_save(config_dir, c, error);
}

bool connections_delete(const char *config_dir, const char *name, GError **error)
{
    g_autofree char *path = path_of(config_dir, name, error);
    if (path == NULL)
        return false;
    g_autofree char *certificate = in_folder(config_dir, name, certificate_suffix);
    if (unlink(path) == 0) {
        unlink(certificate);
        return true;
    }
    if (errno == ENOENT)
        no_such(error, config_dir, name);
    else
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                    _("The settings of %s cannot be deleted: %s"), name, g_strerror(errno));
    return false;
}

static void free_entry(gpointer data)
{
    struct connections_entry *entry = data;
    g_free(entry->name);
    connection_free(entry->connection);
    g_free(entry->problem);
    g_free(entry);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const struct connections_entry *const *one = a;
    const struct connections_entry *const *two = b;
    return strcmp((*one)->name, (*two)->name);
}

static void add_entry(GPtrArray *list, const char *name, const char *problem)
{
    struct connections_entry *entry = g_new0(struct connections_entry, 1);
    entry->name = g_strdup(name);
    entry->problem = g_strdup(problem);
    g_ptr_array_add(list, entry);
}

GPtrArray *connections_names(const char *config_dir)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_entry);
    g_autofree char *folder = folder_of(config_dir);
    g_autoptr(GError) closed = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &closed);
    /* A folder that cannot be read is not an empty one. */
    if (closed != NULL && !g_error_matches(closed, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        add_entry(list, folder, closed->message);
    const char *file;
    while (dir != NULL && (file = g_dir_read_name(dir)) != NULL) {
        if (!g_str_has_suffix(file, suffix))
            continue;
        g_autofree char *name = g_strndup(file, strlen(file) - strlen(suffix));
        if (connection_name_problem(name) == NULL) /* else not written by perch */
            add_entry(list, name, NULL);
    }
    g_ptr_array_sort(list, by_name);
    return list;
}

void connections_read(const char *config_dir, struct connections_entry *entry)
{
    g_autoptr(GError) problem = NULL;
    if (entry->connection != NULL || entry->problem != NULL)
        return;
    entry->connection = connections_load(config_dir, entry->name, &problem);
    if (problem != NULL)
        entry->problem = g_strdup(problem->message);
}

GPtrArray *connections_list(const char *config_dir)
{
    GPtrArray *list = connections_names(config_dir);
    for (guint i = 0; i < list->len; i++)
        connections_read(config_dir, list->pdata[i]);
    return list;
}
