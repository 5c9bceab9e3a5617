/* SPDX-License-Identifier: MIT */
#include "perch/wizard/check_view.h"

#include <string.h>

#include "perch/base/text.h"

/* A time is shown from here on: what is shorter tells nothing. */
enum { WORTH_TELLING_MS = 50, MOMENT_MS = 1000 };

enum mark check_status_mark(enum check_status status)
{
    static const enum mark marks[] = {
        [CHECK_WAITING] = MARK_OPEN,    [CHECK_RUNNING] = MARK_WORKING,
        [CHECK_OK] = MARK_OK,           [CHECK_FAILED] = MARK_FAILED,
        [CHECK_WARNING] = MARK_WARNING, [CHECK_SKIPPED] = MARK_SKIPPED,
    };
    return marks[status];
}

/* What perch makes of the failure, in one plain sentence. Owned by the caller. */
static char *sentence(const struct diagnosis *d)
{
    return d->certainty == CERTAINTY_LIKELY ? g_strdup_printf(_("Probably: %s"), d->title)
                                            : g_strdup(d->title);
}

/* A failure's row has the sentence, and what was answered comes second; a warning's row says by
 * itself what was found. */
static void view_diagnosis(const struct check_result *result, struct view *view)
{
    const struct diagnosis *d = result->diagnosis;
    const char *answer = result->summary == NULL ? "" : result->summary;
    g_autofree char *title = sentence(d);
    if (result->status != CHECK_FAILED)
        view_text(view, ROLE_WARN, 2, title);
    else if (*answer != '\0' && strcmp(answer, d->title) != 0)
        view_text(view, ROLE_DIM, 2, answer);
    if (d->happened != NULL)
        view_text(view, ROLE_PLAIN, 2, d->happened);
    if (d->fix->len > 0)
        view_text(view, ROLE_TITLE, 2, _("To fix"));
    for (guint i = 0; i < d->fix->len; i++) {
        g_autofree char *step = g_strdup_printf("%u. %s", i + 1, (const char *)d->fix->pdata[i]);
        view_text(view, ROLE_PLAIN, 4, step);
    }
    if (d->page != SETUP_PAGE_NONE) {
        g_autofree char *page = g_strdup_printf(_("Page: %s"), setup_page_path(d->page));
        view_text(view, ROLE_ACCENT, 4, page);
    }
    if (d->tell_apart != NULL)
        view_text(view, ROLE_DIM, 2, d->tell_apart);
    const char *words = d->message == NULL ? "" : d->message;
    words += strspn(words, "0123456789 "); /* the HTTP status */
    if (strstr(answer, words) == NULL) {
        g_autofree char *said = g_strdup_printf(_("The answer was: %s"), d->message);
        view_text(view, ROLE_DIM, 2, said);
    }
}

/* The check's name, and what it has said so far. Owned by the caller. */
static char *waiting_for(const struct check_result *result)
{
    g_autofree char *what =
        g_strconcat(result->title, result->summary == NULL ? "" : ": ", result->summary, NULL);
    return g_strdup_printf(_("Waiting: %s …"), what);
}

void check_result_view(const struct check_result *result, struct view *view, int id, bool open)
{
    struct view_item *item = view_add(view, VIEW_CHECK, id, result->title);
    const bool failed = result->status == CHECK_FAILED && result->diagnosis != NULL;
    view_item_take(&item->value, failed ? sentence(result->diagnosis) : g_strdup(result->summary));
    item->role = failed ? ROLE_TITLE : item->role;
    item->mark = check_status_mark(result->status);
    if (result->status == CHECK_RUNNING && view->now_ms - result->started_ms >= 300)
        item->right =
            g_strdup_printf("%.1f s", (double)(view->now_ms - result->started_ms) / 1000.0);
    else if (result->milliseconds >= WORTH_TELLING_MS && result->status != CHECK_RUNNING)
        item->right = g_strdup_printf("%d ms", result->milliseconds);
    if (result->status == CHECK_RUNNING && view->now_ms - result->started_ms >= MOMENT_MS)
        item->waits = waiting_for(result);
    const char *forward = json_get_string(result->evidence, "forward");
    if (forward != NULL)
        view_item_set(&view_add(view, VIEW_ADDRESS, 0, NULL)->value, forward);
    if (open && result->diagnosis != NULL)
        view_diagnosis(result, view);
}
