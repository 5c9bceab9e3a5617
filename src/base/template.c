/* SPDX-License-Identifier: MIT */
#include "perch/base/template.h"

#include <string.h>

enum { PATH_MAX_LENGTH = 120 };

/* ---- parse one variable ---- */

/* Length of the path at text, or 0. */
static gsize path_length(const char *text)
{
    static const char pattern[] = "\\A[A-Za-z][A-Za-z0-9_-]*(\\[[0-9]{1,3}\\])?(\\.[A-Za-z][A-Za-"
                                  "z0-9_-]*(\\[[0-9]{1,3}\\])?)*";
    static GRegex *regex; /* compiled once: a list of connections parses thousands */
    g_autoptr(GMatchInfo) match = NULL;
    int end = 0;
    if (regex == NULL)
        regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
    if (!g_ascii_isalpha(*text) || !g_regex_match(regex, text, 0, &match) ||
        !g_match_info_fetch_pos(match, 0, NULL, &end) || end > PATH_MAX_LENGTH)
        return 0;
    return (gsize)end;
}

static const char *after_blanks(const char *p)
{
    return p + strspn(p, " ");
}

/* The text between the quotes of |default:"…"; p points at the bar. *ret_end: its end. */
static char *read_fallback(const char *p, const char **ret_end)
{
    p = after_blanks(p + 1);
    if (!g_str_has_prefix(p, "default:"))
        return NULL;
    p = after_blanks(p + strlen("default:"));
    const char *close = *p == '"' ? strchr(p + 1, '"') : NULL;
    if (close == NULL)
        return NULL;
    *ret_end = after_blanks(close + 1);
    return g_strndup(p + 1, (gsize)(close - p - 1));
}

struct variable_text {
    char *path, *fallback; /* owned */
    gsize length;          /* of the whole, braces included; 0: no variable here */
};

static void variable_text_clear(struct variable_text *variable)
{
    g_free(variable->path);
    g_free(variable->fallback);
}

static struct variable_text read_variable(const char *text)
{
    struct variable_text read = {0};
    if (!g_str_has_prefix(text, "{{"))
        return read;
    const char *path = after_blanks(text + 2);
    gsize length = path_length(path);
    const char *end = after_blanks(path + length);
    g_autofree char *fallback = length > 0 && *end == '|' ? read_fallback(end, &end) : NULL;
    if (length == 0 || !g_str_has_prefix(end, "}}"))
        return read;
    read.path = g_strndup(path, length);
    read.fallback = g_steal_pointer(&fallback);
    read.length = (gsize)(end + 2 - text);
    return read;
}

/* ---- text that is one variable ---- */

char *text_variable(const char *text)
{
    struct variable_text read = read_variable(text);
    char *path = read.length > 0 && text[read.length] == '\0' ? g_strdup(read.path) : NULL;
    variable_text_clear(&read);
    return path;
}

char *text_fallback(const char *text)
{
    struct variable_text read = read_variable(text);
    char *fallback = read.length > 0 && text[read.length] == '\0' ? g_strdup(read.fallback) : NULL;
    variable_text_clear(&read);
    return fallback;
}

char *text_of_variable(const char *path, const char *fallback)
{
    return fallback == NULL ? g_strdup_printf("{{%s}}", path)
                            : g_strdup_printf("{{%s|default:\"%s\"}}", path, fallback);
}

bool text_path_is_valid(const char *path)
{
    gsize length = path_length(path);
    return length > 0 && path[length] == '\0';
}

/* ---- text with several variables ---- */

/* Replaces each variable with the result of replace; NULL leaves it unchanged. */
typedef char *(*replacer)(const struct variable_text *variable, gpointer user);

static char *rewrite(const char *text, replacer replace, gpointer user)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0') {
        struct variable_text read = read_variable(text);
        g_autofree char *inside = read.length > 0 ? replace(&read, user) : NULL;
        gsize taken = read.length > 0 ? read.length : 1 + strcspn(text + 1, "{");
        if (inside != NULL)
            g_string_append(out, inside);
        else
            g_string_append_len(out, text, (gssize)taken);
        text += taken;
        variable_text_clear(&read);
    }
    return g_string_free(out, FALSE);
}

static char *note_path(const struct variable_text *variable, gpointer user)
{
    GPtrArray *paths = user;
    if (!g_ptr_array_find_with_equal_func(paths, variable->path, g_str_equal, NULL))
        g_ptr_array_add(paths, g_strdup(variable->path));
    return g_strdup("");
}

GPtrArray *text_variables(const char *text)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *rest = rewrite(text, note_path, paths);
    return paths;
}

bool text_is_broken(const char *text)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *rest = rewrite(text, note_path, paths);
    const char *open = strstr(rest, "{{");
    return open != NULL && strstr(open, "}}") != NULL;
}

struct filling {
    text_lookup value;
    gpointer user;
};

static char *fill_one(const struct variable_text *variable, gpointer user)
{
    const struct filling *filling = user;
    const char *inside = filling->value(variable->path, filling->user);
    bool nothing = inside == NULL || *inside == '\0';
    return g_strdup(nothing && variable->fallback != NULL ? variable->fallback : inside);
}

char *text_fill(const char *text, text_lookup value, gpointer user)
{
    struct filling filling = {value, user};
    return rewrite(text, fill_one, &filling);
}

static char *drop_fallback(const struct variable_text *variable, gpointer user)
{
    (void)user;
    return text_of_variable(variable->path, NULL);
}

char *text_without_fallbacks(const char *text)
{
    return rewrite(text, drop_fallback, NULL);
}

/* ---- objects by path ---- */

static Json *place_in_list(Json *list, gint64 index, Json *fresh)
{
    while (json_size(list) <= (guint)index)
        json_append(list, json_size(list) == (guint)index ? fresh : json_null_new());
    const Json *found = json_first(list);
    for (gint64 i = 0; i < index; i++)
        found = json_next(found);
    if (found != fresh)
        json_free(fresh);
    return (Json *)(guintptr)found;
}

/* The member of that name; fresh takes its place if it is missing or of another type. Takes
 * ownership of fresh. */
static Json *member(Json *object, const char *name, Json *fresh)
{
    const Json *found = json_get(object, name);
    if (found != NULL && json_is_array(found) == json_is_array(fresh) &&
        json_is_object(found) == json_is_object(fresh)) {
        json_free(fresh);
        return (Json *)(guintptr)found;
    }
    json_set(object, name, fresh);
    return fresh;
}

void text_put(Json *object, const char *path, Json *value)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    for (guint i = 0; names[i] != NULL; i++) {
        char *bracket = strchr(names[i], '[');
        bool last = names[i + 1] == NULL;
        if (bracket == NULL && last) {
            json_set(object, names[i], value);
            return;
        }
        if (bracket == NULL) {
            object = member(object, names[i], json_object());
            continue;
        }
        *bracket = '\0';
        Json *list = member(object, names[i], json_array());
        object = place_in_list(list, g_ascii_strtoll(bracket + 1, NULL, 10),
                               last ? value : json_object());
    }
}
