/* SPDX-License-Identifier: MIT */

#include "support/tmphome.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What tests/run sets for sanitizers and GLib has to reach the programs that a test starts. */
static const char *const handed_on[] = {
    "LLVM_PROFILE_FILE", "PATH", "G_DEBUG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "USER",
};

static char *folder(const TmpHome *home, const char *path)
{
    char *full = g_build_filename(home->root, path, NULL);
    if (g_mkdir_with_parents(full, 0700) != 0) {
        g_error("cannot make %s: %s", full, g_strerror(errno));
    }
    return full;
}

TmpHome *tmphome_new(void)
{
    TmpHome *home = g_new0(TmpHome, 1);
    const char *parent = g_getenv("TMPDIR");
    home->root = g_strdup_printf("%s/h.XXXXXX", parent != NULL ? parent : "/tmp");
    if (g_mkdtemp_full(home->root, 0700) == NULL) {
        g_error("cannot make %s: %s", home->root, g_strerror(errno));
    }
    home->home = folder(home, "home");
    home->config = folder(home, "home/.config");
    home->state = folder(home, "home/.local/state");
    home->runtime = folder(home, "run");
    g_autofree char *data = folder(home, "home/.local/share");
    g_autofree char *cache = folder(home, "home/.cache");
    g_autofree char *tmp = folder(home, "tmp");

    home->env = g_new0(char *, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(handed_on); i++) {
        tmphome_set(home, handed_on[i], g_getenv(handed_on[i]));
    }
    tmphome_set(home, "HOME", home->home);
    tmphome_set(home, "XDG_CONFIG_HOME", home->config);
    tmphome_set(home, "XDG_STATE_HOME", home->state);
    tmphome_set(home, "XDG_DATA_HOME", data);
    tmphome_set(home, "XDG_CACHE_HOME", cache);
    tmphome_set(home, "XDG_RUNTIME_DIR", home->runtime);
    tmphome_set(home, "TMPDIR", tmp);
    tmphome_set(home, "LC_ALL", "C.UTF-8");
    tmphome_set(home, "TZ", "UTC");
    tmphome_set(home, "TERM", "xterm-256color");
    return home;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    remove(path);
    return 0;
}

void tmphome_free(TmpHome *home)
{
    if (home == NULL) {
        return;
    }
    if (g_getenv("KEEP") == NULL) {
        nftw(home->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    g_free(home->root);
    g_free(home->home);
    g_free(home->config);
    g_free(home->runtime);
    g_free(home->state);
    g_strfreev(home->env);
    g_free(home);
}

void tmphome_set(TmpHome *home, const char *name, const char *value)
{
    if (value != NULL) {
        home->env = g_environ_setenv(home->env, name, value, TRUE);
    } else {
        home->env = g_environ_unsetenv(home->env, name);
    }
}

char *tmphome_write(TmpHome *home, const char *path, const char *contents)
{
    g_autofree char *directory = g_path_get_dirname(path);
    g_free(folder(home, directory));
    char *full = g_build_filename(home->root, path, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents_full(full, contents, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &error)) {
        g_error("%s", error->message);
    }
    return full;
}

static GPtrArray *listed;
static gsize listed_from;

static int list_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)place;
    if (type == FTW_F && S_ISREG(status->st_mode)) {
        g_ptr_array_add(listed, g_strdup(path + listed_from));
    }
    return 0;
}

static int compare_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *tmphome_list(const TmpHome *home)
{
    listed = g_ptr_array_new_with_free_func(g_free);
    listed_from = strlen(home->root) + 1;
    nftw(home->root, list_one, 16, FTW_PHYS);
    g_ptr_array_sort(listed, compare_text);
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < listed->len; i++) {
        g_string_append_printf(lines, "%s\n", (const char *)g_ptr_array_index(listed, i));
    }
    g_ptr_array_unref(listed);
    listed = NULL;
    return g_string_free(lines, FALSE);
}
