/* SPDX-License-Identifier: MIT */
#ifndef PERCH_PATHS_H
#define PERCH_PATHS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Where perch stores its files (XDG Base Directory Specification). Owned by the caller. */
char *paths_config_dir(void); /* $XDG_CONFIG_HOME/perch */
/* $XDG_RUNTIME_DIR, else /run/user/UID if this user owns it: cron and system units do not set the
 * variable. NULL: no login session. */
char *paths_session_dir(void);
char *paths_runtime_dir(void); /* perch/ inside it, else this user's folder (0700) in /tmp */
char *paths_state_dir(void);   /* $XDG_STATE_HOME/perch */
char *paths_data_dir(void);    /* $XDG_DATA_HOME/perch */

/* Creates the folder (0700) and its parents. PERCH_ERROR_FILE. */
bool paths_make_dir(const char *path, GError **error);

/*
 * Replaces path by contents so that a crash or power loss leaves either the old file or the new
 * one, complete: temporary file in the same folder (0600), fsync, rename, fsync of the folder.
 * Removes temporary files of writers that were killed.
 */
bool paths_replace_file(const char *path, const char *contents, gsize length, GError **error);

/*
 * Reads a small file whole; the result is NUL-terminated and owned by the caller. *ret_info is the
 * fstat of the open file. Errors give the reason but not the path: PERCH_ERROR_NOT_FOUND,
 * PERCH_ERROR_INPUT (more than most bytes), PERCH_ERROR_FILE (unreadable, or not a regular file;
 * never blocks on a FIFO).
 */
char *paths_read_file(const char *path, gsize most, struct stat *ret_info, gsize *ret_length,
                      GError **error);

/* Whether anything has this name, even a symbolic link to nothing. */
bool paths_is_taken(const char *path);

/* Creates path (0600), which must not exist yet, with contents. PERCH_ERROR_FILE. */
bool paths_create_file(const char *path, const char *contents, gsize length, GError **error);

#endif
