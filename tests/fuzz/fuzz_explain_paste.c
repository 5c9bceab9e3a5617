/* SPDX-License-Identifier: MIT */
/* What people paste: always a listed cause or a success, nothing unclean, and a planted secret
 * never comes out. The first byte chooses stage and status. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "perch/explain/explain.h"

/* As every access token looks; wherever it stands, it has to vanish. */
#define SECRET "00D000000000001!AQCANARY0123456789"

static void check_text(const char *text)
{
    if (text == NULL)
        return;
    must(g_utf8_validate(text, -1, NULL));
    must(strstr(text, "AQCANARY0123456789") == NULL);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        must(!g_unichar_iscntrl(g_utf8_get_char(p)));
}

static void check_failure(const struct failure *failure)
{
    g_autoptr(Diagnosis) diagnosis = explain(failure);
    must((int)diagnosis->cause >= 0 && diagnosis->cause < CAUSE_COUNT);
    must(diagnosis->fix->len > 0);
    for (guint i = 0; i < diagnosis->fix->len; i++)
        check_text(diagnosis->fix->pdata[i]);
    check_text(diagnosis->code);
    check_text(diagnosis->message);
    check_text(failure->object);
    check_text(failure->named);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {0, 200, 400, 403, 503};
    /* The fuzzer learns the words of the check below; alone they are no secret. */
    if (size == 0 || memmem(data, size, "CANARY", strlen("CANARY")) != NULL)
        return 0;
    g_autoptr(GString) text = g_string_new_len((const char *)data + 1, (gssize)size - 1);
    g_string_append(text, " " SECRET " ");
    g_string_append_len(text, (const char *)data + 1, (gssize)size - 1);
    g_autoptr(GPtrArray) all =
        explain_paste_all(text->str, text->len, (enum stage)(data[0] % (STAGE_INSERT + 1)),
                          statuses[data[0] / 8 % G_N_ELEMENTS(statuses)], NULL);
    for (guint i = 0; i < all->len; i++)
        check_failure(all->pdata[i]);
    g_autofree char *org = paste_org(text->str, text->len);
    must(org == NULL || g_str_has_prefix(org, "https://"));
    return 0;
}
