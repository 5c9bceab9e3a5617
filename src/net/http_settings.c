/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http_private.h"
#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"

enum { MAX_FILE = 64 * 1024 };

struct setting {
    const char *key;
    bool (*take)(struct http_settings *settings, const Json *value, GError **error);
};

static bool refuse(GError **error, const char *sentence)
{
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT, sentence);
    return false;
}

/* OpenSSL would wait for a FIFO, with everything else. */
static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool refuse_file(const char *named, const char *path, GError **error)
{
    g_autofree char *clean = text_clean(path);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                _("%s: %s is not a regular file. Name a file of certificates (PEM)."), named,
                clean);
    return false;
}

static bool take_ca_file(struct http_settings *settings, const Json *value, GError **error)
{
    const char *path = json_string(value);
    if (path == NULL || !g_path_is_absolute(path))
        return refuse(error, _("\"ca_file\" must be the full path of a file, as a string."));
    if (access(path, R_OK) != 0) {
        g_autofree char *clean = text_clean(path);
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE, _("\"ca_file\": cannot read %s: %s."),
                    clean, g_strerror(errno));
        return false;
    }
    if (!is_file(path))
        return refuse_file("\"ca_file\"", path, error);
    settings->ca_file = g_strdup(path);
    return true;
}

/* host:port:host:port; any part may be empty; IPv6 addresses are in brackets. */
static bool is_connect_to(const char *text)
{
    return text != NULL &&
           g_regex_match_simple("^([^:\\[\\]\\s]*|\\[[0-9A-Fa-f:.]+\\]):[0-9]{0,5}:"
                                "([^:\\[\\]\\s]*|\\[[0-9A-Fa-f:.]+\\]):[0-9]{0,5}\\z",
                                text, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT);
}

static bool take_connect_to(struct http_settings *settings, const Json *value, GError **error)
{
    bool fine = json_is_array(value);
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
    JSON_FOREACH(entry, value)
    {
        fine = fine && is_connect_to(json_string(entry));
        g_ptr_array_add(entries, g_strdup(json_string(entry)));
    }
    if (!fine)
        return refuse(error, _("\"connect_to\" must be a list of \"host:port:host:port\"."));
    g_ptr_array_add(entries, NULL);
    settings->connect_to = (char **)g_ptr_array_steal(entries, NULL);
    return true;
}

static bool take_proxy(struct http_settings *settings, const Json *value, GError **error)
{
    const char *proxy = json_string(value);
    if (proxy == NULL || *proxy == '\0' || strpbrk(proxy, " \t\r\n") != NULL)
        return refuse(error, _("\"proxy\" must be an address such as http://proxy:3128."));
    settings->proxy = g_strdup(proxy);
    return true;
}

static const struct setting known[] = {
    {"ca_file", take_ca_file},
    {"connect_to", take_connect_to},
    {"proxy", take_proxy},
};

static bool take(struct http_settings *settings, const Json *value, GError **error)
{
    const char *key = json_key(value);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].key, key) == 0)
            return known[i].take(settings, value, error);
    g_autofree char *clean = text_clean(key);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                _("\"%s\" is not a setting. The settings are ca_file, connect_to and "
                  "proxy."),
                clean);
    return false;
}

static bool take_all(struct http_settings *settings, const Json *json, GError **error)
{
    if (!json_is_object(json))
        return refuse(error, _("It must contain one JSON object."));
    JSON_FOREACH(value, json)
    if (!take(settings, value, error))
        return false;
    return true;
}

/* info is from the open descriptor, so that the file cannot be swapped in between. */
static bool is_ours(const struct stat *info, GError **error)
{
    if (info->st_uid == geteuid() && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return true;
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_FILE,
                        _("It must be your own file, writable by nobody else. Check its owner, "
                          "then run chmod go-w on it."));
    return false;
}

/* Adds "NAME /path" to ca_said and returns the path; NULL when the variable is not set. */
static char *from_variable(struct http_settings *settings, const char *name)
{
    const char *value = g_getenv(name);
    if (value == NULL || *value == '\0')
        return NULL;
    g_autofree char *before = settings->ca_said;
    g_autofree char *clean = text_clean(value);
    settings->ca_said = before == NULL ? g_strconcat(name, " ", clean, NULL)
                                       : g_strconcat(before, ", ", name, " ", clean, NULL);
    return g_strdup(value);
}

/* Read like the curl program does; network.json has precedence. */
static bool take_environment(struct http_settings *settings, GError **error)
{
    static const char *const names[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    if (settings->ca_file != NULL) {
        g_autofree char *clean = text_clean(settings->ca_file);
        settings->ca_said = g_strconcat("ca_file ", clean, NULL);
        return true;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names) && settings->ca_file == NULL; i++) {
        settings->ca_file = from_variable(settings, names[i]);
        if (settings->ca_file != NULL && !is_file(settings->ca_file) &&
            paths_is_taken(settings->ca_file))
            return refuse_file(names[i], settings->ca_file, error);
        if (settings->ca_file != NULL && i == 0)
            return true;
    }
    settings->ca_folder = from_variable(settings, "SSL_CERT_DIR");
    return true;
}

bool http_settings_read(struct http_settings *settings, GError **error)
{
    *settings = (struct http_settings){0};
    g_autofree char *folder = paths_config_dir();
    g_autofree char *path = g_build_filename(folder, "network.json", NULL);
    g_autoptr(GError) problem = NULL;
    struct stat info;
    gsize length = 0;
    g_autoptr(WipedText) text = paths_read_file(path, MAX_FILE, &info, &length, &problem);
    bool fine = g_error_matches(problem, PERCH_ERROR, PERCH_ERROR_NOT_FOUND);
    g_autoptr(Json) json =
        text != NULL && is_ours(&info, &problem) ? json_parse(text, length, &problem) : NULL;
    if (fine || (json != NULL && take_all(settings, json, &problem))) {
        if (take_environment(settings, error))
            return true;
        http_settings_clear(settings);
        return false;
    }
    http_settings_clear(settings);
    g_autofree char *name = g_filename_display_name(path);
    g_autofree char *clean = text_clean(name);
    g_set_error(error, problem->domain, problem->code,
                _("The network settings in %s: %s Repair or remove the file."), clean,
                problem->message);
    return false;
}

void http_settings_clear(struct http_settings *settings)
{
    g_clear_pointer(&settings->ca_file, g_free);
    g_clear_pointer(&settings->ca_folder, g_free);
    g_clear_pointer(&settings->ca_said, g_free);
    g_clear_pointer(&settings->connect_to, g_strfreev);
    g_clear_pointer(&settings->proxy, wipe_free);
}

/* "[::1]" and "::1" both give "::1". */
static char *without_brackets(const char *host)
{
    gsize length = strlen(host);
    if (length >= 2 && host[0] == '[' && host[length - 1] == ']')
        return g_strndup(host + 1, length - 2);
    return g_strdup(host);
}

/* Cuts "host:" off the front of text; colons inside brackets do not count. */
static char *cut_host(const char **text)
{
    const char *end = **text == '[' ? strchr(*text, ']') + 1 : strchr(*text, ':');
    g_autofree char *host = g_strndup(*text, (gsize)(end - *text));
    *text = end + 1;
    return without_brackets(host);
}

char *http_settings_target(const struct http_settings *settings, const char *host)
{
    g_autofree char *plain = without_brackets(host);
    for (char **entry = settings->connect_to; entry != NULL && *entry != NULL; entry++) {
        const char *rest = *entry;
        g_autofree char *from = cut_host(&rest);
        rest = strchr(rest, ':') + 1;
        g_autofree char *to = cut_host(&rest);
        if (*from == '\0' || g_ascii_strcasecmp(from, plain) == 0)
            return g_strdup(*to == '\0' ? plain : to);
    }
    return g_steal_pointer(&plain);
}
