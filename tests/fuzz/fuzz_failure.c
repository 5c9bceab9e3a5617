/* SPDX-License-Identifier: MIT */
/* Error answers of any shape: always a listed cause, never a crash, nothing that reaches a terminal
 * unclean. The first byte chooses stage and status. */
#include "fuzz/fuzz.h"
#include "perch/explain/explain.h"

static void check_text(const char *text)
{
    if (text == NULL)
        return;
    must(g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        must(!g_unichar_iscntrl(g_utf8_get_char(p)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {0, 200, 300, 400, 401, 403, 404, 500, 503};
    if (size == 0)
        return 0;
    struct failure failure;
    failure_parse(&failure, (enum stage)(data[0] % (STAGE_INSERT + 1)),
                  statuses[data[0] / 8 % G_N_ELEMENTS(statuses)], (const char *)data + 1, size - 1);
    g_autoptr(Diagnosis) diagnosis = explain(&failure);
    must((int)diagnosis->cause >= 0 && diagnosis->cause < CAUSE_COUNT);
    must((diagnosis->cause == CAUSE_UNKNOWN) == (diagnosis->certainty == CERTAINTY_UNKNOWN));
    must(diagnosis->fix->len > 0);
    for (guint i = 0; i < diagnosis->fix->len; i++)
        check_text(diagnosis->fix->pdata[i]);
    check_text(diagnosis->code);
    check_text(diagnosis->message);
    check_text(failure.excerpt);
    failure_clear(&failure);
    return 0;
}
