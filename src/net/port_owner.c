/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loopback_private.h"
#include "perch/base/text.h"

/* Reads proc(5): /proc/net/tcp names the inode of a listening socket, /proc/PID/fd its owner. */

static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};

/* "0100007F" or "00000000000000000000000001000000": words of the address as this machine's
 * integers. Whether it accepts connections to loopback. */
static bool covers_loopback(const char *hex)
{
    guint32 words[4] = {0};
    gsize count = strlen(hex) / 8;
    for (gsize i = 0; i < count && i < G_N_ELEMENTS(words); i++) {
        g_autofree char *word = g_strndup(hex + 8 * i, 8);
        words[i] = (guint32)strtoul(word, NULL, 16);
    }
    GSocketFamily family = count == 4 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_bytes((const guint8 *)words, family);
    return g_inet_address_get_is_loopback(address) || g_inet_address_get_is_any(address);
}

/* The columns of /proc/net/tcp that are read. */
enum { LOCAL = 1, REMOTE, STATE, UID = 7, INODE = 9, COLUMNS };

/* Splits a line into its columns, in place. FALSE: some are missing. */
static bool split(char *spaced, const char *fields[COLUMNS])
{
    gsize count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(spaced, " ", &rest); word != NULL && count < COLUMNS;
         word = strtok_r(NULL, " ", &rest))
        fields[count++] = word;
    return count == COLUMNS;
}

static bool is_port(const char *field, guint16 port)
{
    const char *colon = strchr(field, ':');
    return colon != NULL && strtoul(colon + 1, NULL, 16) == port;
}

/* The inode of the socket in one line of /proc/net/tcp that listens on port, or NULL. */
static char *listening_inode(const char *line, guint16 port)
{
    const char *fields[COLUMNS];
    g_autofree char *spaced = g_strdup(line);
    if (!split(spaced, fields) || strcmp(fields[STATE], "0A") != 0 || !is_port(fields[LOCAL], port))
        return NULL;
    g_autofree char *host = g_strndup(fields[LOCAL], strcspn(fields[LOCAL], ":"));
    return covers_loopback(host) ? g_strdup(fields[INODE]) : NULL;
}

static char *find_inode(const char *table, guint16 port)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(table, &text, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        char *inode = listening_inode(*line, port);
        if (inode != NULL)
            return inode;
    }
    return NULL;
}

/* Whether the process has the socket open. Other users' processes cannot be inspected. */
static bool has_socket(const char *pid, const char *link)
{
    g_autofree char *folder = g_build_filename("/proc", pid, "fd", NULL);
    g_autoptr(GDir) fds = g_dir_open(folder, 0, NULL);
    const char *fd;
    while (fds != NULL && (fd = g_dir_read_name(fds)) != NULL) {
        g_autofree char *path = g_build_filename(folder, fd, NULL);
        char target[64];
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length <= 0)
            continue;
        target[length] = '\0';
        if (strcmp(target, link) == 0)
            return true;
    }
    return false;
}

static char *describe_process(const char *pid)
{
    g_autofree char *path = g_build_filename("/proc", pid, "comm", NULL);
    g_autofree char *name = NULL;
    if (!g_file_get_contents(path, &name, NULL, NULL))
        return NULL;
    g_autofree char *clean = text_clean(g_strstrip(name));
    return g_strdup_printf(_("%s (pid %s)"), clean, pid);
}

char *port_owner(guint16 port)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *inode = find_inode(tables[i], port);
        if (inode == NULL)
            continue;
        g_autofree char *link = g_strdup_printf("socket:[%s]", inode);
        g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
        const char *pid;
        while (processes != NULL && (pid = g_dir_read_name(processes)) != NULL)
            if (g_ascii_isdigit(*pid) && has_socket(pid, link))
                return describe_process(pid);
    }
    return NULL;
}

/* A closed end has no inode and no user any more. */
static enum port_user user_of(const char *line, guint16 port, guint16 own_port)
{
    const char *fields[COLUMNS];
    g_autofree char *spaced = g_strdup(line);
    if (!split(spaced, fields) || !is_port(fields[LOCAL], port) ||
        !is_port(fields[REMOTE], own_port))
        return PORT_USER_UNKNOWN;
    unsigned long uid = strtoul(fields[UID], NULL, 10);
    bool ours = strcmp(fields[INODE], "0") != 0 && (uid == geteuid() || uid == 0);
    return ours ? PORT_USER_SAME : PORT_USER_OTHER;
}

enum port_user port_user(guint16 port, guint16 own_port)
{
    enum port_user most = PORT_USER_UNKNOWN;
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *text = NULL;
        if (!g_file_get_contents(tables[i], &text, NULL, NULL))
            continue;
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line != NULL; line++)
            most = MAX(most, user_of(*line, port, own_port));
    }
    return most;
}
