/* SPDX-License-Identifier: MIT */
#include "perch/wizard/home.h"

#include <string.h>

#include "perch/base/login_way.h"
#include "perch/base/text.h"
#include "perch/wizard/wizard.h"

enum { HOME_ITEM_NEW = 1, HOME_ITEM_FIND, HOME_ITEM_NAME, HOME_ITEM_ROW = 10, FIND_FROM = 5 };

/* Name of each state, and what Enter does. */
static const struct state_row {
    enum mark mark;
    const char *text, *enter;
    enum home_choice choice;
} states[] = {
    [HOME_UNREADABLE] = {MARK_FAILED, N_("unreadable"), NULL, HOME_STAY},
    [HOME_DAMAGED] = {MARK_FAILED, N_("file damaged"), N_("set up again"), HOME_OPEN},
    [HOME_DRAFT] = {MARK_OPEN, N_("unfinished"), N_("continue"), HOME_OPEN},
    [HOME_UNKNOWN] = {MARK_OPEN, N_("not checked"), N_("open"), HOME_OPEN},
    [HOME_WORKING] = {MARK_OK, N_("working"), N_("open"), HOME_OPEN},
    [HOME_REVOKED] = {MARK_FAILED, N_("revoked"), N_("re-authorize"), HOME_REAUTHORIZE},
    [HOME_REFUSED] = {MARK_FAILED, N_("login refused"), N_("troubleshoot"), HOME_DOCTOR},
    [HOME_NEEDS_LOGIN] = {MARK_FAILED, N_("no token"), N_("re-authorize"), HOME_REAUTHORIZE},
    [HOME_API_OFF] = {MARK_FAILED, N_("API off"), N_("troubleshoot"), HOME_DOCTOR},
    [HOME_UNREACHABLE] = {MARK_FAILED, N_("unreachable"), N_("troubleshoot"), HOME_DOCTOR},
    [HOME_KEYRING] = {MARK_FAILED, N_("keyring"), N_("troubleshoot"), HOME_DOCTOR},
    [HOME_BUSY] = {MARK_WARNING, N_("busy"), N_("troubleshoot"), HOME_DOCTOR},
    [HOME_FAILED] = {MARK_FAILED, N_("failed"), N_("troubleshoot"), HOME_DOCTOR},
    [HOME_LEAVING] = {MARK_WARNING, N_("not revoked"), N_("forget it"), HOME_FORGET},
    [HOME_GONE] = {MARK_OK, N_("forgotten"), NULL, HOME_STAY},
    [HOME_NOT_FORGOTTEN] = {MARK_FAILED, N_("not forgotten"), N_("forget it"), HOME_FORGET},
};

/* State for the exit code of a failed check. */
static const enum home_state failed_states[] = {
    [PERCH_EXIT_AUTHORIZATION] = HOME_REFUSED,
    [PERCH_EXIT_APP] = HOME_FAILED,
    [PERCH_EXIT_API] = HOME_API_OFF,
    [PERCH_EXIT_RECORD] = HOME_FAILED,
    [PERCH_EXIT_NETWORK] = HOME_UNREACHABLE,
    [PERCH_EXIT_KEYRING] = HOME_KEYRING,
    [PERCH_EXIT_BUSY] = HOME_BUSY,
};

static void row_free(gpointer data)
{
    struct home_row *row = data;
    connection_free(row->connection);
    g_clear_pointer(&row->results, g_ptr_array_unref);
    g_free(row->name);
    g_free(row->problem);
    g_free(row->same_login);
    g_free(row->not_forgotten);
    g_free(row);
}

struct home *home_new(void)
{
    struct home *home = g_new0(struct home, 1);
    home->rows = g_ptr_array_new_with_free_func(row_free);
    home->screen = 1;
    return home;
}

void home_free(struct home *home)
{
    if (home == NULL)
        return;
    g_ptr_array_unref(home->rows);
    g_free(home->filter);
    g_free(home->typed);
    g_free(home->error);
    g_free(home->notice);
    g_free(home->target);
    g_free(home);
}

void home_add(struct home *home, const char *name, Connection *connection, const char *problem)
{
    struct home_row *row = g_new0(struct home_row, 1);
    row->name = g_strdup(name);
    home_read(row, connection, problem);
    g_ptr_array_add(home->rows, row);
}

void home_read(struct home_row *row, Connection *connection, const char *problem)
{
    row->connection = connection;
    row->problem = g_strdup(problem);
}

static bool is_unread(const struct home_row *row)
{
    return row->connection == NULL && row->problem == NULL;
}

struct home_row *home_find(const struct home *home, const char *name)
{
    for (guint i = 0; name != NULL && i < home->rows->len; i++) {
        struct home_row *row = home->rows->pdata[i];
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

void home_checked(struct home *home, const char *name, GPtrArray *results, bool done)
{
    struct home_row *row = home_find(home, name);
    if (row == NULL)
        return;
    if (row->results != results) {
        g_clear_pointer(&row->results, g_ptr_array_unref);
        row->results = g_ptr_array_ref(results);
    }
    row->checking = !done;
}

static void add_same(struct home_row *row, const char *name)
{
    char *names =
        row->same_login == NULL ? g_strdup(name) : g_strdup_printf("%s, %s", row->same_login, name);
    g_free(row->same_login);
    row->same_login = names;
}

void home_same_login(struct home *home, const char *one, const char *other)
{
    struct home_row *first = home_find(home, one), *second = home_find(home, other);
    if (first == NULL || second == NULL)
        return;
    add_same(first, other);
    add_same(second, one);
}

void home_notice(struct home *home, const char *text)
{
    connection_set(&home->notice, text);
}

void home_not_forgotten(struct home *home, const char *name, const char *why)
{
    struct home_row *row = home_find(home, name);
    if (row == NULL) {
        home_notice(home, why);
        return;
    }
    connection_set(&row->not_forgotten, why);
}

static const struct check_result *first_failed(const struct home_row *row)
{
    for (guint i = 0; row->results != NULL && i < row->results->len; i++) {
        const struct check_result *result = row->results->pdata[i];
        if (result->status == CHECK_FAILED)
            return result;
    }
    return NULL;
}

enum home_state home_row_state(const struct home_row *row)
{
    const struct check_result *failed = first_failed(row);
    if (row->not_forgotten != NULL && (row->connection == NULL || !row->connection->forgetting))
        return HOME_NOT_FORGOTTEN;
    if (is_unread(row))
        return HOME_UNKNOWN;
    if (row->connection == NULL)
        return row->replaceable ? HOME_DAMAGED : HOME_UNREADABLE;
    if (row->connection->forgetting)
        return row->results != NULL && !row->checking && failed == NULL ? HOME_GONE : HOME_LEAVING;
    if (connection_is_draft(row->connection))
        return HOME_DRAFT;
    if (failed != NULL && failed->diagnosis != NULL) {
        enum perch_exit code = failed->diagnosis->exit;
        if (g_strcmp0(failed->diagnosis->code, "not-authorized") == 0)
            return HOME_NEEDS_LOGIN;
        if (failed->diagnosis->cause == CAUSE_AUTHORIZATION_REVOKED)
            return HOME_REVOKED;
        enum home_state state =
            (gsize)code < G_N_ELEMENTS(failed_states) ? failed_states[code] : HOME_FAILED;
        return state == HOME_UNREADABLE ? HOME_FAILED : state;
    }
    return row->results == NULL || row->checking ? HOME_UNKNOWN : HOME_WORKING;
}

bool home_wants_ticks(const struct home *home)
{
    for (guint i = 0; i < home->rows->len; i++)
        if (((const struct home_row *)home->rows->pdata[i])->checking)
            return true;
    return false;
}

/* ---- the list ---- */

static char *row_host(const struct home_row *row)
{
    const Connection *c = row->connection;
    g_autoptr(GUri) uri = c == NULL || c->login_url == NULL
                              ? NULL
                              : g_uri_parse(c->login_url, G_URI_FLAGS_NONE, NULL);
    return g_strdup(uri == NULL ? "" : g_uri_get_host(uri));
}

static char *row_org(const struct home_row *row)
{
    const Connection *c = row->connection;
    if (c != NULL && connection_is_draft(c))
        return g_strdup_printf(_("(draft, step %d of %d)"), (int)step_from_name(c->draft_step) + 1,
                               STEP_COUNT);
    return row_host(row);
}

static bool contains(const char *text, const char *part)
{
    g_autofree char *a = g_utf8_casefold(text == NULL ? "" : text, -1);
    g_autofree char *b = g_utf8_casefold(part, -1);
    return strstr(a, b) != NULL;
}

static bool row_shown(const struct home *home, const struct home_row *row)
{
    if (home->filter == NULL || *home->filter == '\0')
        return true;
    g_autofree char *host = row_host(row);
    return contains(row->name, home->filter) || contains(host, home->filter) ||
           contains(row->connection == NULL ? NULL : row->connection->username, home->filter) ||
           contains(_(states[home_row_state(row)].text), home->filter);
}

/* A table row made of its cells (char *, ownership taken). */
static struct view_item *view_cells(struct view *view, int id, const char *label, char *name,
                                    char *host, char *user, char *state)
{
    struct view_item *item = view_add(view, VIEW_ROW, id, label);
    item->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->columns, name);
    g_ptr_array_add(item->columns, host);
    g_ptr_array_add(item->columns, user);
    g_ptr_array_add(item->columns, state);
    return item;
}

/* ---- details of a row ---- */

static char *age(const struct home *home, gint64 then_ms)
{
    const gulong minutes = (gulong)MAX(0, home->wall_ms - then_ms) / 60000;
    if (then_ms <= 0)
        return g_strdup(_("never"));
    if (minutes < 1)
        return g_strdup(_("just now"));
    if (minutes < 120)
        return g_strdup_printf(ngettext("%lu minute ago", "%lu minutes ago", minutes), minutes);
    const gulong hours = minutes / 60, days = hours / 24;
    return hours < 48 ? g_strdup_printf(ngettext("%lu hour ago", "%lu hours ago", hours), hours)
                      : g_strdup_printf(ngettext("%lu day ago", "%lu days ago", days), days);
}

static char *history(const struct home *home, const struct home_row *row)
{
    const Connection *c = row->connection;
    const struct check_result *last =
        row->results == NULL || row->results->len == 0 || row->checking
            ? NULL
            : row->results->pdata[row->results->len - 1];
    g_autofree char *proven = age(home, c->proven_at), *tested = age(home, c->tested_at);
    g_autofree char *org = text_clean(c->org_name);
    g_autofree char *end = check_results_phrase(row->results, "login-end");
    const char *known = last != NULL && last->summary != NULL ? last->summary
                        : c->org_name != NULL                 ? org
                                                              : _("this org");
    g_autofree char *facts = end != NULL ? g_strdup_printf("%s · %s", known, end) : g_strdup(known);
    return g_strdup_printf(_("%s · %s · proven %s · test record %s"), row->name, facts, proven,
                           tested);
}

/* Why forgetting a connection failed; NULL = not known yet. */
static char *stay_details(const struct home_row *row)
{
    const struct check_result *failed = first_failed(row);
    const bool leaving = row->connection != NULL && row->connection->forgetting;
    g_autofree char *why =
        leaving && failed != NULL ? check_result_why(failed) : g_strdup(row->not_forgotten);
    if (why == NULL)
        return NULL;
    if (!leaving)
        return g_strdup_printf(_("%s is not forgotten; Enter tries again. %s"), row->name, why);
    return g_strdup_printf(_("%s is not forgotten; Enter tries again. To delete it without "
                             "revoking its login: perch forget %s --keep-grant. %s"),
                           row->name, row->name, why);
}

/* Text at the bottom of the screen for the focused row; owned by the caller. NULL: none yet. */
static char *row_details(const struct home *home, const struct home_row *row)
{
    const struct check_result *failed = first_failed(row);
    enum home_state state = home_row_state(row);
    char *stays = state == HOME_LEAVING || state == HOME_NOT_FORGOTTEN ? stay_details(row) : NULL;
    if (stays != NULL)
        return stays;
    if (row->problem != NULL && row->replaceable)
        return g_strdup_printf(_("%s Enter sets it up again; the damaged file is kept."),
                               row->problem);
    if (row->problem != NULL)
        return g_strdup(row->problem);
    if (is_unread(row))
        return NULL;
    if (connection_is_draft(row->connection))
        return g_strdup(_("Everything you typed is kept. Enter continues."));
    g_autofree char *text = failed == NULL ? history(home, row) : check_result_why(failed);
    const bool weak = state == HOME_REVOKED || row->connection->rotation != 0;
    if (!weak || !connection_way(row->connection)->attended)
        return g_steal_pointer(&text);
    return g_strdup_printf(_("%s · l: client credentials, which have no refresh token to lose"),
                           text);
}

static void view_row(const struct home *home, struct view *view, guint index)
{
    const struct home_row *row = home->rows->pdata[index];
    enum home_state state = home_row_state(row);
    bool waiting = row->checking && (state == HOME_UNKNOWN || state == HOME_LEAVING);
    struct view_item *item =
        view_cells(view, HOME_ITEM_ROW + (int)index, row->name, g_strdup(row->name), row_org(row),
                   text_clean(row->connection == NULL ? "" : row->connection->username),
                   g_strdup(waiting ? _("asking …") : _(states[state].text)));
    item->mark = waiting ? MARK_WORKING : states[state].mark;
    view_item_take(&item->note, row_details(home, row));
}

/* ---- the screen ---- */

static const struct home_row *row_of(const struct home *home, int id)
{
    return id >= HOME_ITEM_ROW && id < HOME_ITEM_ROW + (int)home->rows->len
               ? home->rows->pdata[id - HOME_ITEM_ROW]
               : NULL;
}

/* An unreadable folder has a row, too, but is not a connection. */
static bool can_forget(const struct home_row *row)
{
    return connection_name_problem(row->name) == NULL;
}

/* Whether the flow holds a refresh token, which may rotate, expire or be revoked. */
static bool may_change(const struct home_row *row)
{
    return row->connection != NULL && !connection_is_draft(row->connection) &&
           connection_way(row->connection)->attended;
}

static void view_list_keys(const struct home *home, struct view *view, const struct home_row *row)
{
    bool finished = row != NULL && row->connection != NULL && !connection_is_draft(row->connection);
    bool enter_logs_in = row != NULL && states[home_row_state(row)].choice == HOME_REAUTHORIZE;
    view_key(view, ACTION_NEW, _("new"));
    if (finished) {
        if (!enter_logs_in)
            view_key(view, ACTION_RETRY, _("re-authorize"));
        view_key(view, ACTION_TEST, _("test"));
        view_key(view, ACTION_DOCTOR, _("doctor"));
        view_key(view, ACTION_HANDOFF, _("hand-off"));
    }
    if (home->rows->len > FIND_FROM)
        view_key(view, ACTION_FIND, _("find"));
    if (row != NULL && row->connection != NULL)
        view_key(view, ACTION_RENAME, _("rename"));
    if (row != NULL && can_forget(row))
        view_key(view, ACTION_FORGET, _("forget"));
    if (row != NULL && may_change(row))
        view_key(view, ACTION_EDIT, _("client credentials"));
    if (enter_logs_in)
        view_key(view, ACTION_RETRY, _("re-authorize"));
    view_key(view, ACTION_QUIT, _("quit"));
    view_key(view, ACTION_KEYS, _("keys"));
}

/* In the field, letters are text, so the only keys are Enter, for the first row, and Esc. */
static void view_keys(const struct home *home, struct view *view, const struct home_row *row,
                      bool in_field)
{
    const char *enter = row != NULL ? states[home_row_state(row)].enter
                        : in_field  ? NULL
                                    : N_("new");
    if (enter != NULL)
        view_key(view, ACTION_NEXT, _(enter));
    if (home->finding)
        view_key(view, ACTION_BACK, _("show all"));
    if (!in_field)
        view_list_keys(home, view, row);
}

static void view_list(const struct home *home, struct view *view, int focus)
{
    int first = 0;
    guint shown = 0;
    if (home->finding) {
        struct view_item *find = view_add(view, VIEW_INPUT, HOME_ITEM_FIND, _("Find"));
        view_item_set(&find->value, home->filter == NULL ? "" : home->filter);
    }
    view_cells(view, 0, NULL, g_strdup(_("Connection")), g_strdup(_("Org")), g_strdup(_("User")),
               g_strdup(_("State")));
    for (guint i = 0; i < home->rows->len; i++) {
        const struct home_row *row = home->rows->pdata[i];
        if (!row_shown(home, row))
            continue;
        if (first == 0 || g_strcmp0(row->name, home->target) == 0)
            first = HOME_ITEM_ROW + (int)i;
        view_row(home, view, i);
        shown++;
    }
    view_blank(view);
    struct view_item *add = view_add(view, VIEW_ROW, HOME_ITEM_NEW, _("New connection"));
    add->columns = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(add->columns, g_strdup(_("+ New connection")));
    view->focus = home->finding ? HOME_ITEM_FIND : first != 0 ? first : HOME_ITEM_NEW;
    bool in_field = home->finding && (focus == 0 || focus == HOME_ITEM_FIND);
    const struct home_row *row = row_of(home, focus == 0 || in_field ? first : focus);
    view_keys(home, view, row, in_field);
    if (home->finding)
        view_item_take(&view->right,
                       g_strdup_printf(_("%u of %u connections"), shown, home->rows->len));
}

static void view_rename(const struct home *home, struct view *view)
{
    view_heading(view, _("Rename"), home->target);
    view_blank(view);
    struct view_item *item = view_add(view, VIEW_INPUT, HOME_ITEM_NAME, _("New name"));
    view_item_set(&item->value, home->typed);
    view_item_set(&item->error, home->error);
    view->focus = HOME_ITEM_NAME;
    view_key(view, ACTION_NEXT, _("rename"));
    view_key(view, ACTION_BACK, _("back"));
    view->discards = true;
}

static void view_forget(const struct home *home, struct view *view)
{
    const struct home_row *row = home_find(home, home->target);
    g_autoptr(GString) question = g_string_new(NULL);
    g_string_printf(question,
                    _("Forget %s? Its login will be revoked at Salesforce, and its settings and "
                      "keyring item deleted here. Flows that use its refresh token will stop."),
                    home->target);
    if (row != NULL && row->same_login != NULL) {
        g_string_append_c(question, ' ');
        g_string_append_printf(question, _("The same login is in use by: %s. It ends there, too."),
                               row->same_login);
    }
    view_dialog(view, question->str);
    view_dialog_key(view, ACTION_YES, _("forget it"));
    view_dialog_key(view, ACTION_BACK, _("keep it"));
}

struct view *home_view(const struct home *home, int focus)
{
    struct view *view = view_new();
    view->title = g_strdup("perch");
    view->right = g_strdup_printf(ngettext("%u connection", "%u connections", home->rows->len),
                                  home->rows->len);
    view->screen = home->screen;
    view->now_ms = home->now_ms;
    view->notice = g_strdup(home->notice);
    if (home->mode == HOME_RENAMING)
        view_rename(home, view);
    else
        view_list(home, view, focus);
    if (home->mode == HOME_FORGETTING)
        view_forget(home, view);
    return view;
}

/* ---- events ---- */

static void set_mode(struct home *home, enum home_mode mode, const char *target)
{
    home->mode = mode;
    home->screen++;
    char *copy = g_strdup(target);
    g_free(home->target);
    home->target = copy;
    g_clear_pointer(&home->error, g_free);
    g_free(home->typed);
    home->typed = g_strdup(home->target); /* target may be the string just freed */
}

static enum home_choice handle_rename(struct home *home, const struct view_event *event,
                                      const char **ret_name)
{
    if (event->kind == VIEW_EVENT_INPUT) {
        connection_set(&home->typed, event->text);
        g_clear_pointer(&home->error, g_free);
    } else if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_BACK) {
        set_mode(home, HOME_LIST, home->target);
    } else if (event->kind == VIEW_EVENT_ACTION && event->action == ACTION_NEXT) {
        g_autofree char *name = connection_name_from(home->typed);
        connection_set(&home->typed, name);
        const char *problem = connection_name_problem(home->typed);
        if (problem == NULL && home_find(home, home->typed) != NULL)
            problem = _("There is already a connection with that name.");
        connection_set(&home->error, problem);
        *ret_name = home->target;
        return problem == NULL ? HOME_RENAME : HOME_STAY;
    }
    return HOME_STAY;
}

static enum home_choice handle_forget(struct home *home, const struct view_event *event,
                                      const char **ret_name)
{
    if (event->kind != VIEW_EVENT_ACTION)
        return HOME_STAY;
    bool yes = event->action == ACTION_YES;
    if (yes || event->action == ACTION_BACK) {
        home->mode = HOME_LIST;
        *ret_name = home->target;
    }
    return yes ? HOME_FORGET : HOME_STAY;
}

static void find(struct home *home, bool on)
{
    home->finding = on;
    home->screen++;
    g_clear_pointer(&home->filter, g_free);
}

static enum home_choice handle_row(struct home *home, const struct home_row *row,
                                   enum action action)
{
    bool finished = row->connection != NULL && !connection_is_draft(row->connection);
    if (action == ACTION_NEXT)
        return states[home_row_state(row)].choice;
    if (action == ACTION_RENAME && row->connection != NULL)
        set_mode(home, HOME_RENAMING, row->name);
    else if (action == ACTION_FORGET && can_forget(row)) {
        set_mode(home, HOME_FORGETTING, row->name);
        home->screen--; /* the list stays, with a question over it */
    }
    if (!finished)
        return HOME_STAY;
    if (action == ACTION_EDIT && may_change(row))
        return HOME_CHANGE;
    return action == ACTION_RETRY     ? HOME_REAUTHORIZE
           : action == ACTION_DOCTOR  ? HOME_DOCTOR
           : action == ACTION_TEST    ? HOME_TEST
           : action == ACTION_HANDOFF ? HOME_OPEN
                                      : HOME_STAY;
}

static enum home_choice handle_list(struct home *home, const struct view_event *event,
                                    const char **ret_name)
{
    const struct home_row *row = row_of(home, event->id);
    if (event->action == ACTION_BACK && home->finding) {
        find(home, false);
        return HOME_STAY;
    }
    if (event->action == ACTION_FIND) {
        find(home, true);
        return HOME_STAY;
    }
    if (event->action == ACTION_QUIT || event->action == ACTION_INTERRUPT ||
        event->action == ACTION_BACK)
        return HOME_QUIT;
    if (event->action == ACTION_NEW || (event->action == ACTION_NEXT && event->id == HOME_ITEM_NEW))
        return HOME_NEW;
    /* Enter in the find field opens the first visible row. */
    for (guint i = 0; row == NULL && event->id == HOME_ITEM_FIND && i < home->rows->len; i++)
        if (row_shown(home, home->rows->pdata[i]))
            row = home->rows->pdata[i];
    if (row == NULL)
        return HOME_STAY;
    *ret_name = row->name;
    return handle_row(home, row, event->action);
}

enum home_choice home_handle(struct home *home, const struct view_event *event,
                             const char **ret_name)
{
    if (home->mode == HOME_FORGETTING)
        return handle_forget(home, event, ret_name);
    if (home->mode == HOME_RENAMING)
        return handle_rename(home, event, ret_name);
    if (event->kind == VIEW_EVENT_INPUT && event->id == HOME_ITEM_FIND) {
        g_free(home->filter);
        home->filter = g_strdup(event->text);
        return HOME_STAY;
    }
    if (event->kind != VIEW_EVENT_ACTION)
        return HOME_STAY;
    home_notice(home, NULL);
    return handle_list(home, event, ret_name);
}
