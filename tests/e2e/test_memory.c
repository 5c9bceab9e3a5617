/* SPDX-License-Identifier: MIT */

/* The memory of a running perch, read from outside: a secret stands in pages that are kept out of
 * the swap and nowhere else, once it is hidden again. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "e2e/tokens.h"
#include "support/pty.h"

struct region {
    off_t from, to;
};

/* The writable regions, without those that are locked. */
static GArray *read_regions(pid_t pid)
{
    GArray *regions = g_array_new(FALSE, FALSE, sizeof(struct region));
    g_autofree char *path = g_strdup_printf("/proc/%d/smaps", (int)pid);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool counts = false;
    for (gsize i = 0; lines[i] != NULL; i++) {
        unsigned long from, to;
        char rights[5];
        int locked;
        if (sscanf(lines[i], "%lx-%lx %4s", &from, &to, rights) == 3) {
            const struct region region = {(off_t)from, (off_t)to};
            counts = rights[1] == 'w';
            if (counts)
                g_array_append_val(regions, region);
        } else if (counts && sscanf(lines[i], "Locked: %d kB", &locked) == 1 && locked > 0) {
            g_array_set_size(regions, regions->len - 1);
        }
    }
    return regions;
}

static guint count_in(const char *bytes, gsize size, const char *secret)
{
    guint found = 0;
    const char *end = bytes + size;
    for (const char *hit = bytes; (hit = memmem(hit, (gsize)(end - hit), secret, strlen(secret)));
         hit++)
        found++;
    return found;
}

/* How often the secret stands there; -1: nobody may look. */
static int copies(pid_t pid, const char *secret)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/mem", (int)pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    if (memory < 0)
        return -1;
    int found = 0;
    g_autoptr(GArray) regions = read_regions(pid);
    for (guint i = 0; i < regions->len; i++) {
        const struct region *region = &g_array_index(regions, struct region, i);
        const gsize size = (gsize)(region->to - region->from);
        g_autofree char *bytes = g_malloc(size);
        const ssize_t got = pread(memory, bytes, size, region->from);
        if (got > 0)
            found += (int)count_in(bytes, (gsize)got, secret);
    }
    close(memory);
    return found;
}

static void assert_none(Pty *pty, const Secret *secret, const char *what)
{
    const int found = copies(pty_pid(pty), secret_peek(secret));
    if (found > 0)
        fail_msg("%d copies of the %s are in memory", found, what);
}

static void assert_clean(Pty *pty, const struct secrets *secrets)
{
    assert_none(pty, secrets->client_secret, "consumer secret");
    assert_none(pty, secrets->refresh_token, "refresh token");
    assert_none(pty, secrets->access_token, "access token");
}

/* Without the canary, which would find what v is there to show. False where nobody may look: a skip
 * inside would leave bus and keyring behind. */
static bool stand_in_locked_pages_only(void)
{
    g_autoptr(Rig) rig = tokens_rig(false);
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    const char *argv[] = {g_getenv("PERCH"), "setup", "acme", NULL};
    g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 120, 60);
    pty_expect(pty, "v show secrets");
    const int seen = copies(pty_pid(pty), "Into Flow Builder");
    if (seen >= 0) {
        assert_true(seen > 0);
        assert_clean(pty, &secrets);
        pty_key(pty, "v");
        pty_expect(pty, rig->org->client_secret);
        pty_expect(pty, "v hide secrets");
        pty_key(pty, "v");
        pty_expect(pty, "v show secrets");
        assert_clean(pty, &secrets);
    }
    secrets_clear(&secrets);
    return seen >= 0;
}

static void secrets__shown_and_hidden__are_in_locked_pages_only(void **state)
{
    (void)state;
    if (test_is_sanitized())
        skip(); /* the sanitizer's mlock() locks nothing */
    if (!stand_in_locked_pages_only()) {
        print_message("# SKIP: the memory of another process cannot be read here\n");
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets__shown_and_hidden__are_in_locked_pages_only),
    };
    return cmocka_run_group_tests_name("secrets in memory", tests, NULL, NULL);
}
