/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "token.h"

/* perch credential get: the token in the form of git's credential helpers, for any program that can
 * run one. Lines key=value up to an empty one or the end say whose; so do the lines printed. */

struct wanted {
    char *connection, *host, *username;
};

static void wanted_clear(struct wanted *wanted)
{
    g_free(wanted->connection);
    g_free(wanted->host);
    g_free(wanted->username);
}

static void read_wanted(struct wanted *wanted)
{
    const struct {
        const char *key;
        char **value;
    } keys[] = {{"connection=", &wanted->connection},
                {"host=", &wanted->host},
                {"username=", &wanted->username}};
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0 && *g_strchomp(line) != '\0')
        for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
            if (g_str_has_prefix(line, keys[i].key)) {
                g_free(*keys[i].value);
                *keys[i].value = g_strdup(line + strlen(keys[i].key));
            }
    free(line);
}

/* "acme.my.salesforce.com", with a port that is not the usual one. */
static const char *host_of(const char *url)
{
    const char *host = url == NULL ? NULL : strstr(url, "://");
    return host == NULL ? "" : host + 3;
}

static bool suits(const Connection *c, const struct wanted *wanted)
{
    return c != NULL && !connection_is_draft(c) && c->forgetting == 0 &&
           (g_ascii_strcasecmp(host_of(c->instance_url), wanted->host) == 0 ||
            g_ascii_strcasecmp(host_of(c->login_url), wanted->host) == 0) &&
           (wanted->username == NULL || g_strcmp0(c->username, wanted->username) == 0);
}

/* The one connection for that host; NULL: a sentence is on standard error. Owned by the caller. */
static char *find(const struct wanted *wanted)
{
    g_autofree char *config_dir = paths_config_dir();
    g_autoptr(GPtrArray) entries = connections_list(config_dir);
    const char *found = NULL;
    for (guint i = 0; i < entries->len; i++) {
        const struct connections_entry *entry = entries->pdata[i];
        if (!suits(entry->connection, wanted))
            continue;
        if (found != NULL) {
            command_usage(_("%s and %s are both for %s. Say which: connection=NAME"), found,
                          entry->name, wanted->host);
            return NULL;
        }
        found = entry->name;
    }
    if (found == NULL)
        command_usage(_("No connection is for %s. perch list shows them."), wanted->host);
    return g_strdup(found);
}

static bool print_lines(const struct session *session)
{
    const gint64 end = token_expiry(session);
    const char *base = session_base(session), *host = host_of(base);
    printf("protocol=%.*s\nhost=%s\n", (int)MAX(0, host - base - 3), base, host);
    if (session->connection->username != NULL)
        printf("username=%s\n", session->connection->username);
    if (end != 0)
        printf("password_expiry_utc=%lld\n", (long long)(end / 1000));
    return fputs("password=", stdout) >= 0 &&
           puts(secret_peek(session_secrets(session)->access_token)) != EOF;
}

int command_credential(int argc, char **argv)
{
    static const struct token_use use = {"credential", print_lines};
    struct common_options common = {0};
    struct wanted wanted = {0};
    g_auto(GStrv) words = NULL;
    int code;
    if (!command_parse("credential", argc, argv, &common, NULL, &words, &code))
        return code;
    /* git also tells its helpers what to keep and what to forget; perch needs neither. */
    if (g_strcmp0(words[0], "store") == 0 || g_strcmp0(words[0], "erase") == 0)
        return PERCH_EXIT_OK;
    if (g_strcmp0(words[0], "get") != 0 || g_strv_length(words) > 2)
        return command_usage(_("Say what to do: perch credential get"));
    if (words[1] == NULL)
        read_wanted(&wanted);
    if (words[1] == NULL && wanted.connection == NULL && wanted.host == NULL)
        code = command_usage(_("Say for what on standard input: host=HOST or connection=NAME"));
    else {
        g_autofree char *found =
            words[1] != NULL || wanted.connection != NULL ? NULL : find(&wanted);
        const char *name = words[1] != NULL            ? words[1]
                           : wanted.connection != NULL ? wanted.connection
                                                       : found;
        code = name == NULL ? PERCH_EXIT_USAGE : token_use(name, &use, false, &common);
    }
    wanted_clear(&wanted);
    return code;
}
