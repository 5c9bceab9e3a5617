/* SPDX-License-Identifier: MIT */

/* Home's core: what each state is called, where Enter leads, what the keys ask for. */

#include "perch/wizard/home.h"

#include <string.h>

#include "support/test.h"

enum { FIND = 2, NAME = 3, FIRST = 10 }; /* ids of items; rows count from FIRST */

static void add_working(Home *home, const char *name, const char *host, const char *user)
{
    Connection *connection = connection_new(name);
    g_autofree char *url = g_strconcat("https://", host, NULL);
    connection_set(&connection->login_url, url);
    connection_set(&connection->username, user);
    connection_set(&connection->draft_step, NULL);
    home_add(home, name, connection, NULL);
}

static Home *home_of(guint count)
{
    Home *home = home_new();
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("acme-%03u", i);
        g_autofree char *host = g_strdup_printf("org%03u.my.salesforce.com", i);
        g_autofree char *user = g_strdup_printf("admin%03u@acme.example", i);
        add_working(home, name, host, user);
    }
    return home;
}

/* A row of which only the name is known yet: it is there, Enter opens it, nothing is said of it. */
static void row__unread__is_a_name_until_it_is_read(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(1);
    home_add(home, "later", NULL, NULL);
    const struct view_event next = {
        .kind = VIEW_EVENT_ACTION, .id = FIRST + 1, .action = ACTION_NEXT};
    const char *name = NULL;
    assert_int_equal(home_row_state(home_find(home, "later")), HOME_UNKNOWN);
    g_autoptr(View) view = home_view(home, FIRST + 1);
    assert_int_equal(home_handle(home, &next, &name), HOME_OPEN);
    assert_string_equal(name, "later");
    home_read(home_find(home, "later"), NULL, "The file is no JSON.");
    assert_int_equal(home_row_state(home_find(home, "later")), HOME_UNREADABLE);
    home_add(home, "latest", NULL, NULL);
    home_read(home_find(home, "latest"), connection_new("latest"), NULL);
    assert_int_equal(home_row_state(home_find(home, "latest")), HOME_DRAFT);
}

/* The answer to the live check: code NULL = everything is fine. */
static void answer(Home *home, const char *name, enum stage stage, const char *code, bool done)
{
    static const char revoked[] = "expired access/refresh token";
    g_autoptr(GPtrArray) results =
        g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    struct check_result *result = g_new0(struct check_result, 1);
    result->id = result->title = "api";
    result->blocks = true;
    result->status = code == NULL ? CHECK_OK : CHECK_FAILED;
    result->summary = g_strdup("answers; 41 of 15,000 API calls used today");
    if (code != NULL) {
        struct failure failure;
        const char *said = strcmp(code, "revoked") == 0 ? revoked : "the other side's words";
        code = said == revoked ? "invalid_grant" : code;
        failure_own(&failure, stage, code, said);
        result->diagnosis = explain(&failure);
        failure_clear(&failure);
    }
    g_ptr_array_add(results, result);
    home_checked(home, name, results, done);
}

static enum home_choice act(Home *home, enum action action, int id, const char **ret_name)
{
    *ret_name = NULL;
    return home_handle(home,
                       &(struct view_event){.kind = VIEW_EVENT_ACTION, .action = action, .id = id},
                       ret_name);
}

static void input(Home *home, int id, const char *text)
{
    const char *name = NULL;
    assert_int_equal(
        home_handle(home, &(struct view_event){.kind = VIEW_EVENT_INPUT, .id = id, .text = text},
                    &name),
        HOME_STAY);
}

/* The label of the action's key; NULL when the key is not offered. Owned by the caller. */
static char *key_of(const Home *home, int focus, enum action action)
{
    g_autoptr(View) view = home_view(home, focus);
    for (guint i = 0; i < view->keys->len; i++) {
        const struct view_key *key = &g_array_index(view->keys, struct view_key, i);
        if (key->action == action)
            return g_strdup(key->label);
    }
    return NULL;
}

static void assert_key(const Home *home, int focus, enum action action, const char *label)
{
    g_autofree char *found = key_of(home, focus, action);
    if (g_strcmp0(found, label) != 0)
        fail_msg("the key says \"%s\", not \"%s\"", found == NULL ? "nothing" : found,
                 label == NULL ? "nothing" : label);
}

static const struct view_item *item_of(const View *view, int id)
{
    const struct view_item *item = view_find(view, id);
    assert_non_null(item);
    return item;
}

static const char *cell(const View *view, int id, guint column)
{
    return item_of(view, id)->columns->pdata[column];
}

static guint rows_shown(const View *view)
{
    guint count = 0;
    for (guint i = 0; i < view->items->len; i++)
        count += ((const struct view_item *)view->items->pdata[i])->id >= FIRST;
    return count;
}

/* ---- states ---- */

static const struct state_case {
    enum stage stage;
    const char *code;
    enum home_state state;
    const char *text, *enter;
    enum home_choice choice;
} cases[] = {
    {STAGE_ANY, NULL, HOME_WORKING, "working", "open", HOME_OPEN},
    {STAGE_TOKEN, "revoked", HOME_REVOKED, "revoked", "re-authorize", HOME_REAUTHORIZE},
    {STAGE_TOKEN, "inactive_user", HOME_REFUSED, "login refused", "troubleshoot", HOME_DOCTOR},
    {STAGE_TOKEN, "not-authorized", HOME_NEEDS_LOGIN, "no token", "re-authorize", HOME_REAUTHORIZE},
    {STAGE_REST, "API_DISABLED_FOR_ORG", HOME_API_OFF, "API off", "troubleshoot", HOME_DOCTOR},
    {STAGE_REST, "REQUEST_LIMIT_EXCEEDED", HOME_BUSY, "busy", "troubleshoot", HOME_DOCTOR},
    {STAGE_MACHINE, "dns", HOME_UNREACHABLE, "unreachable", "troubleshoot", HOME_DOCTOR},
    {STAGE_MACHINE, "absent", HOME_KEYRING, "keyring", "troubleshoot", HOME_DOCTOR},
    {STAGE_MACHINE, "locked", HOME_KEYRING, "keyring", "troubleshoot", HOME_DOCTOR},
    {STAGE_TOKEN, "invalid_client", HOME_FAILED, "failed", "troubleshoot", HOME_DOCTOR},
    {STAGE_REST, "A_CODE_THAT_NOBODY_KNOWS", HOME_FAILED, "failed", "troubleshoot", HOME_DOCTOR},
};

static void state__every_answer__has_a_word_and_leads_somewhere(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct state_case *row = &cases[i];
        g_autoptr(Home) home = home_of(2);
        const char *name;
        answer(home, "acme-001", row->stage, row->code, true);
        g_autoptr(View) view = home_view(home, FIRST + 1);
        if (home_row_state(home->rows->pdata[1]) != row->state)
            fail_msg("%s: state %d, not %d", row->code, (int)home_row_state(home->rows->pdata[1]),
                     (int)row->state);
        assert_string_equal(cell(view, FIRST + 1, 3), row->text);
        assert_key(home, FIRST + 1, ACTION_NEXT, row->enter);
        assert_int_equal(act(home, ACTION_NEXT, FIRST + 1, &name), row->choice);
        assert_string_equal(name, "acme-001");
    }
}

static void state__draft_and_damaged_file__are_told_apart(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(1);
    const char *name;
    Connection *draft = connection_new("old");
    connection_set(&draft->login_url, "https://drafted.my.salesforce.com");
    connection_set(&draft->draft_step, "app");
    home_add(home, "old", draft, NULL);
    home_add(home, "rotten", NULL, "The file is no JSON.");
    home_find(home, "rotten")->replaceable = true;
    g_autoptr(View) view = home_view(home, 0);
    assert_string_equal(cell(view, FIRST + 1, 1), "(draft, step 3 of 8)");
    assert_string_equal(cell(view, FIRST + 1, 3), "unfinished");
    assert_string_equal(cell(view, FIRST + 2, 3), "file damaged");
    assert_contains(item_of(view, FIRST + 2)->note, "The file is no JSON. Enter sets it up");
    assert_key(home, FIRST + 1, ACTION_NEXT, "continue");
    assert_int_equal(act(home, ACTION_NEXT, FIRST + 1, &name), HOME_OPEN);
    /* There is nothing to test or to log in to yet. */
    static const enum action finished[] = {ACTION_RETRY, ACTION_TEST, ACTION_DOCTOR,
                                           ACTION_HANDOFF};
    for (gsize i = 0; i < G_N_ELEMENTS(finished); i++) {
        assert_key(home, FIRST + 1, finished[i], NULL);
        assert_int_equal(act(home, finished[i], FIRST + 1, &name), HOME_STAY);
    }
    /* It is found by its host all the same. */
    act(home, ACTION_FIND, FIRST, &name);
    input(home, FIND, "drafted");
    g_autoptr(View) found = home_view(home, FIND);
    assert_int_equal(rows_shown(found), 1);
    act(home, ACTION_BACK, FIND, &name);
}

/* What is damaged can be set up anew and forgotten; what is only closed, or a newer perch's, is not
 * replaced; and a folder that nobody may look into is no connection at all. */
static void state__what_cannot_be_read__offers_what_works_there(void **state)
{
    static const struct {
        const char *name;
        bool replaceable, forgets;
    } files[] = {{"rotten", true, true}, {"newer", false, true}, {"/a/folder", false, false}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(Home) home = home_of(1);
        const char *name;
        home_add(home, files[i].name, NULL, "Why.");
        home_find(home, files[i].name)->replaceable = files[i].replaceable;
        assert_key(home, FIRST + 1, ACTION_NEXT, files[i].replaceable ? "set up again" : NULL);
        assert_key(home, FIRST + 1, ACTION_FORGET, files[i].forgets ? "forget" : NULL);
        assert_key(home, FIRST + 1, ACTION_RENAME, NULL);
        for (int action = 0; action < ACTION_COUNT; action++) {
            if (action == ACTION_BACK || action == ACTION_QUIT || action == ACTION_INTERRUPT ||
                action == ACTION_NEW || action == ACTION_FORGET)
                continue;
            assert_int_equal(act(home, (enum action)action, FIRST + 1, &name),
                             action == ACTION_NEXT && files[i].replaceable ? HOME_OPEN : HOME_STAY);
            assert_int_equal(home->mode, HOME_LIST);
        }
        act(home, ACTION_FORGET, FIRST + 1, &name);
        assert_int_equal(home->mode, files[i].forgets ? HOME_FORGETTING : HOME_LIST);
        if (!files[i].forgets)
            continue;
        assert_int_equal(act(home, ACTION_YES, FIRST + 1, &name), HOME_FORGET);
        assert_string_equal(name, files[i].name);
    }
}

static void state__while_asking__no_key_waits(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(2);
    const char *name;
    for (int i = 0; i < 2; i++)
        ((struct home_row *)home->rows->pdata[i])->checking = true;
    assert_true(home_wants_ticks(home));
    g_autoptr(View) view = home_view(home, 0);
    assert_int_equal(item_of(view, FIRST)->mark, MARK_WORKING);
    assert_int_equal(act(home, ACTION_NEXT, FIRST, &name), HOME_OPEN);
    assert_int_equal(act(home, ACTION_RETRY, FIRST, &name), HOME_REAUTHORIZE);
    assert_int_equal(act(home, ACTION_TEST, FIRST, &name), HOME_TEST);
    assert_int_equal(act(home, ACTION_DOCTOR, FIRST, &name), HOME_DOCTOR);
    assert_int_equal(act(home, ACTION_HANDOFF, FIRST, &name), HOME_OPEN);
    assert_int_equal(act(home, ACTION_NEW, FIRST, &name), HOME_NEW);
    /* What was found out so far counts before the rest has come; what is fine so far does not. */
    answer(home, "acme-000", STAGE_ANY, NULL, false);
    assert_int_equal(home_row_state(home->rows->pdata[0]), HOME_UNKNOWN);
    answer(home, "acme-000", STAGE_TOKEN, "revoked", false);
    assert_int_equal(home_row_state(home->rows->pdata[0]), HOME_REVOKED);
    answer(home, "acme-000", STAGE_ANY, NULL, true);
    answer(home, "acme-001", STAGE_ANY, NULL, true);
    assert_false(home_wants_ticks(home));
    answer(home, "gone", STAGE_ANY, NULL, true); /* renamed meanwhile */
}

static void details__say_what_is_known(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(2);
    Connection *c = ((struct home_row *)home->rows->pdata[0])->connection;
    home->wall_ms = 100 * G_GINT64_CONSTANT(86400000);
    c->proven_at = home->wall_ms - 3 * 60000;
    c->tested_at = home->wall_ms - 5 * G_GINT64_CONSTANT(86400000);
    connection_set(&c->org_name, "Acme\033[31m Ltd");
    g_autoptr(View) view = home_view(home, FIRST);
    const char *before = item_of(view, FIRST)->note;
    assert_contains(before, "proven 3 minutes ago · test record 5 days ago");
    assert_null(strchr(before, '\033'));
    answer(home, "acme-000", STAGE_ANY, NULL, true);
    answer(home, "acme-001", STAGE_TOKEN, "revoked", true);
    g_autoptr(View) after = home_view(home, FIRST);
    assert_contains(item_of(after, FIRST)->note, "41 of 15,000 API calls used today");
    assert_null(strstr(item_of(after, FIRST + 1)->note, "41 of"));
    assert_contains(item_of(after, FIRST + 1)->note, "no longer");
}

/* ---- find ---- */

static void find__narrows_by_name_host_user_and_state(void **state)
{
    static const struct {
        const char *text;
        guint rows;
    } searches[] = {{"ACME-007", 1}, {"org01", 10},   {"admin19", 10}, {"revoked", 1},
                    {"", 200},       {"acme-1", 100}, {"nowhere", 0}};
    (void)state;
    g_autoptr(Home) home = home_of(200);
    const char *name;
    answer(home, "acme-042", STAGE_TOKEN, "revoked", true);
    assert_int_equal(act(home, ACTION_FIND, FIRST, &name), HOME_STAY);
    for (gsize i = 0; i < G_N_ELEMENTS(searches); i++) {
        input(home, FIND, searches[i].text);
        g_autoptr(View) view = home_view(home, FIND);
        g_autofree char *right = g_strdup_printf("%u of 200 connections", searches[i].rows);
        assert_int_equal(rows_shown(view), searches[i].rows);
        assert_string_equal(view->right, right);
        assert_int_equal(view->focus, FIND);
    }
    assert_int_equal(act(home, ACTION_NEXT, FIND, &name), HOME_STAY); /* nothing is shown */
    assert_key(home, FIND, ACTION_NEXT, NULL);
    assert_int_equal(act(home, ACTION_BACK, FIND, &name), HOME_STAY);
    g_autoptr(View) all = home_view(home, 0);
    assert_int_equal(rows_shown(all), 200);
    assert_string_equal(all->right, "200 connections");
    assert_int_equal(act(home, ACTION_BACK, FIRST, &name), HOME_QUIT);
}

/* Letters are text in the field, so it offers none as keys; Enter takes the first row. */
static void find__enter_takes_the_first_row_that_is_shown(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(20);
    const char *name;
    answer(home, "acme-012", STAGE_TOKEN, "revoked", true);
    act(home, ACTION_FIND, FIRST, &name);
    input(home, FIND, "acme-012");
    assert_key(home, FIND, ACTION_NEXT, "re-authorize");
    assert_key(home, FIND, ACTION_BACK, "show all");
    assert_key(home, FIND, ACTION_TEST, NULL);
    assert_key(home, FIRST + 12, ACTION_TEST, "test");
    assert_int_equal(act(home, ACTION_NEXT, FIND, &name), HOME_REAUTHORIZE);
    assert_string_equal(name, "acme-012");
}

/* ---- rename, forget ---- */

static void rename__refuses_taken_and_bad_names(void **state)
{
    static const char *const bad[] = {"acme-001", "acme-000", "acme 001", "a\\b", "../x", ""};
    (void)state;
    g_autoptr(Home) home = home_of(2);
    const char *name;
    assert_int_equal(act(home, ACTION_RENAME, FIRST, &name), HOME_STAY);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        input(home, NAME, bad[i]);
        assert_int_equal(act(home, ACTION_NEXT, NAME, &name), HOME_STAY);
        g_autoptr(View) view = home_view(home, NAME);
        assert_non_null(item_of(view, NAME)->error);
    }
    input(home, NAME, " beta ");
    assert_int_equal(act(home, ACTION_NEXT, NAME, &name), HOME_RENAME);
    assert_string_equal(name, "acme-000");
    assert_string_equal(home->typed, "beta");
    assert_int_equal(act(home, ACTION_BACK, NAME, &name), HOME_STAY);
    assert_int_equal(home->mode, HOME_LIST);
}

static void forget__is_asked_and_needs_a_yes(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(2);
    const char *name;
    assert_int_equal(act(home, ACTION_FORGET, FIRST + 1, &name), HOME_STAY);
    g_autoptr(View) view = home_view(home, FIRST + 1);
    assert_non_null(view->dialog);
    assert_contains(view->dialog->text, "Forget acme-001?");
    assert_int_equal(act(home, ACTION_NEXT, FIRST, &name), HOME_STAY); /* Enter is no yes */
    assert_int_equal(act(home, ACTION_QUIT, FIRST, &name), HOME_STAY);
    assert_int_equal(act(home, ACTION_BACK, FIRST, &name), HOME_STAY);
    assert_int_equal(act(home, ACTION_YES, FIRST, &name), HOME_STAY); /* nobody asks any more */
    act(home, ACTION_FORGET, FIRST + 1, &name);
    assert_int_equal(act(home, ACTION_YES, FIRST, &name), HOME_FORGET);
    assert_string_equal(name, "acme-001");
}

static void forget__failed__says_why_and_is_tried_again(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(3);
    const char *name;
    home_add(home, "rotten", NULL, "The file is no JSON.");
    home_not_forgotten(home, "acme-000", "The keyring is locked.");
    home_not_forgotten(home, "rotten", "Salesforce is away.");
    answer(home, "acme-000", STAGE_ANY, NULL, true); /* it works, which is not what was asked for */
    static const char *const notes[] = {[0] = "acme-000 is not forgotten; Enter tries again. The "
                                              "keyring is locked.",
                                        [3] = "rotten is not forgotten; Enter tries again. "
                                              "Salesforce is away."};
    g_autoptr(View) view = home_view(home, FIRST);
    for (int i = 0; i < 4; i += 3) {
        assert_string_equal(cell(view, FIRST + i, 3), "not forgotten");
        assert_string_equal(item_of(view, FIRST + i)->note, notes[i]);
        assert_key(home, FIRST + i, ACTION_NEXT, "forget it");
        assert_int_equal(act(home, ACTION_NEXT, FIRST + i, &name), HOME_FORGET);
    }
    /* A login that is still to be revoked: the try that begins as the list opens says more. */
    ((struct home_row *)home->rows->pdata[1])->connection->forgetting = 1;
    home_not_forgotten(home, "acme-001", "The line was cut.");
    g_autoptr(View) before = home_view(home, FIRST + 1);
    assert_string_equal(cell(before, FIRST + 1, 3), "not revoked");
    assert_contains(item_of(before, FIRST + 1)->note, "The line was cut.");
    assert_contains(item_of(before, FIRST + 1)->note, "perch forget acme-001 --keep-grant");
    answer(home, "acme-001", STAGE_REST, "REQUEST_LIMIT_EXCEEDED", true);
    g_autoptr(View) after = home_view(home, FIRST + 1);
    assert_contains(item_of(after, FIRST + 1)->note, "acme-001 is not forgotten; Enter tries");
    assert_null(strstr(item_of(after, FIRST + 1)->note, "The line was cut."));
    answer(home, "acme-001", STAGE_ANY, NULL, true);
    g_autoptr(View) gone = home_view(home, FIRST + 1);
    assert_string_equal(cell(gone, FIRST + 1, 3), "forgotten");
    /* One whose file went meanwhile has no row to say it. */
    home_not_forgotten(home, "gone", "There is no connection named gone.");
    assert_string_equal(home->notice, "There is no connection named gone.");
}

/* ---- where the eye goes ---- */

static void focus__is_on_the_first_row_or_on_the_one_just_left(void **state)
{
    (void)state;
    g_autoptr(Home) home = home_of(3);
    g_autoptr(View) first = home_view(home, 0);
    assert_int_equal(first->focus, FIRST);
    home->target = g_strdup("acme-002");
    g_autoptr(View) back = home_view(home, 0);
    assert_int_equal(back->focus, FIRST + 2);
    assert_key(home, 0, ACTION_NEXT, "open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state__every_answer__has_a_word_and_leads_somewhere),
        cmocka_unit_test(state__draft_and_damaged_file__are_told_apart),
        cmocka_unit_test(state__what_cannot_be_read__offers_what_works_there),
        cmocka_unit_test(state__while_asking__no_key_waits),
        cmocka_unit_test(row__unread__is_a_name_until_it_is_read),
        cmocka_unit_test(details__say_what_is_known),
        cmocka_unit_test(find__narrows_by_name_host_user_and_state),
        cmocka_unit_test(find__enter_takes_the_first_row_that_is_shown),
        cmocka_unit_test(rename__refuses_taken_and_bad_names),
        cmocka_unit_test(forget__is_asked_and_needs_a_yes),
        cmocka_unit_test(forget__failed__says_why_and_is_tried_again),
        cmocka_unit_test(focus__is_on_the_first_row_or_on_the_one_just_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
