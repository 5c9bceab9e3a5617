/* SPDX-License-Identifier: MIT */

/*
 * fake_keyring WORD...: FakeService as a program on the session bus, until it is ended. Words:
 * locked, no-collection, hides-locked, asks-to-write; holds, accepts, dismisses, deaf (what a
 * prompt does). The secret of its one item is what stands on standard input; nothing there = no
 * item. Says "ready", and "prompted" and "dismissed" when that has happened. SIGUSR1: the person at
 * the open prompt agrees.
 */

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support/fake_service.h"

static void read_item(FakeService *service)
{
    GString *item = g_string_new(NULL);
    char block[4096];
    ssize_t got;
    while ((got = read(STDIN_FILENO, block, sizeof block)) > 0)
        g_string_append_len(item, block, got);
    service->item = g_string_free(item, item->len == 0);
}

static void apply(FakeService *service, const char *word)
{
    static const char *const prompts[] = {[FAKE_HOLDS] = "holds",
                                          [FAKE_ACCEPTS] = "accepts",
                                          [FAKE_DISMISSES] = "dismisses",
                                          [FAKE_DEAF] = "deaf"};
    service->locked |= strcmp(word, "locked") == 0;
    service->hides_locked |= strcmp(word, "hides-locked") == 0;
    service->asks_to_write |= strcmp(word, "asks-to-write") == 0;
    service->no_collection |= strcmp(word, "no-collection") == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(prompts); i++)
        if (strcmp(word, prompts[i]) == 0)
            service->prompt = (enum fake_prompt)i;
}

static gboolean agree(gpointer user)
{
    fake_service_agree(user);
    return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    FakeService *service = fake_service_new(g_getenv("DBUS_SESSION_BUS_ADDRESS"));
    for (int i = 1; i < argc; i++)
        apply(service, argv[i]);
    read_item(service);
    g_unix_signal_add(SIGUSR1, agree, service);
    puts("ready");
    bool prompted = false, dismissed = false;
    for (;;) {
        g_main_context_iteration(NULL, TRUE);
        if (service->prompted && !prompted)
            puts("prompted");
        if (service->dismissed && !dismissed)
            puts("dismissed");
        prompted = service->prompted;
        dismissed = service->dismissed;
    }
}
