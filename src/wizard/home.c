/* SPDX-License-Identifier: MIT */
#include "perch/home.h"

#include <string.h>

#include "perch/text.h"
#include "perch/wizard.h"

enum { ITEM_NEW = 1, ITEM_ROW = 10 };

static void row_free(gpointer data)
{
    struct home_row *row = data;
    connection_free(row->connection);
    g_free(row->name);
    g_free(row->problem);
    g_free(row);
}

struct home *home_new(void)
{
    struct home *home = g_new0(struct home, 1);
    home->rows = g_ptr_array_new_with_free_func(row_free);
    return home;
}

void home_free(struct home *home)
{
    if (home == NULL)
        return;
    g_ptr_array_unref(home->rows);
    g_free(home);
}

void home_add(struct home *home, const char *name, Connection *connection, const char *problem)
{
    struct home_row *row = g_new0(struct home_row, 1);
    row->name = g_strdup(name);
    row->connection = connection;
    row->problem = g_strdup(problem);
    g_ptr_array_add(home->rows, row);
}

static char *row_host(const struct home_row *row)
{
    const Connection *c = row->connection;
    g_autoptr(GUri) uri = c == NULL || c->login_url == NULL
                              ? NULL
                              : g_uri_parse(c->login_url, G_URI_FLAGS_NONE, NULL);
    if (c != NULL && c->draft_step != 0)
        return g_strdup_printf(_("(draft, step %d of %d)"), c->draft_step, STEP_COUNT);
    return g_strdup(uri == NULL ? "" : g_uri_get_host(uri));
}

static const char *row_state(const struct home_row *row, enum mark *ret_mark)
{
    const Connection *c = row->connection;
    *ret_mark = c == NULL ? MARK_FAILED : c->draft_step != 0 ? MARK_OPEN : MARK_OK;
    return c == NULL ? _("file damaged") : c->draft_step != 0 ? _("unfinished") : _("set up");
}

static char *age(const struct home *home, gint64 then_ms)
{
    gint64 minutes = MAX(0, home->wall_ms - then_ms) / 60000;
    if (minutes < 1)
        return g_strdup(_("just now"));
    if (minutes < 120)
        return g_strdup_printf(ngettext("%d minute ago", "%d minutes ago", (gulong)minutes),
                               (int)minutes);
    if (minutes < 48 * 60)
        return g_strdup_printf(_("%d hours ago"), (int)(minutes / 60));
    return g_strdup_printf(_("%d days ago"), (int)(minutes / (24 * 60)));
}

static void view_row_details(const struct home *home, struct view *view, const struct home_row *row)
{
    const Connection *c = row->connection;
    if (row->problem != NULL) {
        view_text(view, ROLE_FAIL, 0, row->problem);
        return;
    }
    if (c->draft_step != 0) {
        view_text(view, ROLE_DIM, 0,
                  _("Everything that was typed is kept. Enter goes on with it."));
        return;
    }
    g_autofree char *proven = age(home, c->proven_at);
    g_autofree char *text =
        g_strdup_printf(_("%s · %s · proven %s"), row->name,
                        c->org_name != NULL ? c->org_name : _("this org"), proven);
    view_text(view, ROLE_DIM, 0, text);
}

static const struct home_row *row_of(const struct home *home, int id)
{
    return id >= ITEM_ROW && id < ITEM_ROW + (int)home->rows->len ? home->rows->pdata[id - ITEM_ROW]
                                                                  : NULL;
}

struct view *home_view(const struct home *home, int focus)
{
    struct view *view = view_new();
    g_autofree char *count = g_strdup_printf(
        ngettext("%u connection", "%u connections", home->rows->len), home->rows->len);
    view->title = g_strdup("perch");
    view->right = g_strdup(count);
    view->screen = 1;
    view->focus = home->rows->len > 0 ? ITEM_ROW : ITEM_NEW;
    for (guint i = 0; i < home->rows->len; i++) {
        const struct home_row *row = home->rows->pdata[i];
        struct view_item *item = view_add(view, VIEW_ROW, ITEM_ROW + (int)i, row->name);
        enum mark mark;
        item->columns = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(item->columns, g_strdup(row->name));
        g_ptr_array_add(item->columns, row_host(row));
        g_ptr_array_add(item->columns,
                        text_clean(row->connection == NULL ? "" : row->connection->username));
        g_ptr_array_add(item->columns, g_strdup(row_state(row, &mark)));
        item->mark = mark;
    }
    view_blank(view);
    struct view_item *add = view_add(view, VIEW_ROW, ITEM_NEW, _("New connection"));
    add->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(add->columns, g_strdup(_("+ New connection")));
    view_blank(view);
    const struct home_row *row = row_of(home, focus == 0 ? view->focus : focus);
    if (row != NULL)
        view_row_details(home, view, row);
    view_key(view, ACTION_NEXT,
             row == NULL || row->connection == NULL ? _("new")
             : row->connection->draft_step != 0     ? _("continue")
                                                    : _("open"));
    view_key(view, ACTION_NEW, _("new"));
    view_key(view, ACTION_QUIT, _("quit"));
    view_key(view, ACTION_KEYS, _("keys"));
    return view;
}

enum home_choice home_handle(struct home *home, const struct view_event *event,
                             const char **ret_name)
{
    if (event->kind != VIEW_EVENT_ACTION)
        return HOME_STAY;
    const struct home_row *row = row_of(home, event->id);
    switch (event->action) {
    case ACTION_NEXT:
        if (row == NULL)
            return HOME_NEW;
        if (row->connection == NULL)
            return HOME_STAY;
        *ret_name = row->name;
        return HOME_OPEN;
    case ACTION_NEW:
        return HOME_NEW;
    case ACTION_QUIT:
    case ACTION_INTERRUPT:
    case ACTION_BACK:
        return HOME_QUIT;
    default:
        return HOME_STAY;
    }
}
