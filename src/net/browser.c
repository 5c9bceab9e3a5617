/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "desktop_private.h"
#include "perch/base/error.h"
#include "perch/base/text.h"

static const struct command openers[] = {
    {"wslview", ON_WSL},
    {"rundll32.exe url.dll,FileProtocolHandler", ON_WSL},
    {"explorer.exe", ON_WSL},
    {"xdg-open", ON_DISPLAY},
    {"gio open", ON_DISPLAY},
    {"sensible-browser", ON_DISPLAY},
    {"x-www-browser", ON_DISPLAY},
    {"firefox", ON_DISPLAY},
    {"google-chrome", ON_DISPLAY},
    {"chromium", ON_DISPLAY},
    {NULL, ANYWHERE},
};

/* Terminal browsers need perch's own terminal, and cannot display Salesforce's pages. */
static bool is_for_terminal(const char *line)
{
    static const char *const programs[] = {"w3m",    "lynx",   "links",       "links2",
                                           "elinks", "browsh", "www-browser", NULL};
    g_auto(GStrv) argv = NULL;
    if (!g_shell_parse_argv(line, NULL, &argv, NULL))
        return false;
    g_autofree char *name = g_path_get_basename(argv[0]);
    return g_strv_contains(programs, name);
}

char *browser_of_variable(char **ret_useless)
{
    const char *list = g_getenv("BROWSER");
    g_auto(GStrv) lines = g_strsplit(list == NULL ? "" : list, ":", -1);
    for (char **line = lines; *line != NULL; line++)
        if (desktop_is_installed(*line) && !is_for_terminal(*line))
            return g_strdup(*line);
    if (list != NULL && *list != '\0')
        *ret_useless = text_clean(list);
    return NULL;
}

char *browser_of_machine(const struct desktop *desktop)
{
    return g_strdup(desktop_choose(desktop, openers));
}

/* Replaces %s with the address and %% with a percent sign; *ret_found: whether there was a %s. */
static char *fill_in(const char *word, const char *url, bool *ret_found)
{
    GString *text = g_string_new(NULL);
    for (const char *p = word; *p != '\0'; p++) {
        if (p[0] == '%' && p[1] == 's') {
            g_string_append(text, url);
            *ret_found = true;
            p++;
        } else {
            g_string_append_c(text, *p);
            p += p[0] == '%' && p[1] == '%';
        }
    }
    return g_string_free(text, FALSE);
}

/* NULL when the line cannot be split into words. */
static char **browser_argv(const char *line, const char *url)
{
    g_auto(GStrv) words = NULL;
    if (!g_shell_parse_argv(line, NULL, &words, NULL))
        return NULL;
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    bool found = false;
    for (char **word = words; *word != NULL; word++) {
        if (word[1] == NULL && strcmp(*word, "&") == 0) /* it runs in the background anyway */
            continue;
        g_autofree char *filled = fill_in(*word, url, &found);
        g_strv_builder_add(builder, filled);
    }
    if (!found)
        g_strv_builder_add(builder, url);
    return g_strv_builder_end(builder);
}

bool desktop_open(const struct desktop *desktop, const char *url, GError **error)
{
    /* Anything else could be taken for an option, or for a program to run. */
    if (!g_str_has_prefix(url, "https://") && !g_str_has_prefix(url, "http://")) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("This is not a web address, so no browser was started."));
        return false;
    }
    g_auto(GStrv) argv = desktop->browser == NULL ? NULL : browser_argv(desktop->browser, url);
    if (argv == NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_NOT_FOUND,
                            _("There is no browser here. Open the address on your own computer, "
                              "or set BROWSER to a browser."));
        return false;
    }
    g_autoptr(GError) problem = NULL;
    if (desktop_spawn(argv, -1, NULL, &problem))
        return true;
    g_autofree char *name = text_clean(argv[0]);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_FILE,
                _("The browser (%s) did not start. Open the address yourself, or set BROWSER to "
                  "another browser."),
                name);
    return false;
}
