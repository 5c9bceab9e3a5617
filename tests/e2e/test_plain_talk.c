/* SPDX-License-Identifier: MIT */

/* perch setup --plain with somebody who answers, line by line, from an empty home to a Lead. */

#include <stdio.h>
#include <string.h>

#include "e2e/rig.h"
#include "e2e/wire.h"
#include "support/pty.h"

enum { WAIT_MS = 30000 };

struct talk {
    Rig *rig;
    Child *child;
    bool json; /* it talks on standard error then */
};
typedef struct talk Talk;

static Talk *talk_new(bool json)
{
    Talk *talk = g_new0(Talk, 1);
    talk->rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    talk->json = json;
    g_autofree char *port = g_strdup_printf("%u", talk->rig->org->callback_ports[0]);
    const char *const argv[] = {g_getenv("PERCH"),      "setup", "--plain", "--callback-port", port,
                                json ? "--json" : NULL, NULL};
    talk->child = child_start(argv, talk->rig->home->env);
    return talk;
}

static void talk_free(Talk *talk)
{
    canary_search(talk->rig->canary, "standard output", talk->child->output->str, -1);
    canary_search(talk->rig->canary, "standard error", talk->child->errors->str, -1);
    child_free(talk->child);
    rig_free(talk->rig);
    g_free(talk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)

/* Waits until perch has said that. */
static void hear(Talk *talk, const char *text)
{
    bool there = talk->json ? child_wait_errors(talk->child, text, WAIT_MS)
                            : child_wait_output(talk->child, text, WAIT_MS);
    if (there)
        return;
    /* cmocka cuts long messages. */
    fprintf(stderr, "not said: %s\n%s\n%s\n", text, talk->child->output->str,
            talk->child->errors->str);
    fail();
}

static void say(Talk *talk, const char *line)
{
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    child_send(talk->child, text);
}

/* Back with -, help with ?, a bad address and a bad number on the way. */
static void talk_to_authorize(Talk *talk)
{
    hear(talk, "Which Salesforce org?");
    say(talk, "acme");
    say(talk, "1");
    say(talk, "https://acme-salesforce.com/");
    say(talk, talk->rig->org->url);
    say(talk, ""); /* check this computer */
    hear(talk, "Keyring: gnome-keyring; wrote, read back, deleted");
    hear(talk, "Step 3 of 8: App");
    say(talk, "?");
    say(talk, "99");
    say(talk, "");
    hear(talk, "Step 4 of 8: Keys");
    say(talk, talk->rig->org->client_id);
    say(talk, talk->rig->org->client_secret);
    say(talk, "-"); /* back to App: nothing typed is lost */
    say(talk, "");
    say(talk, "");
    hear(talk, "Callback: http://localhost:");
    say(talk, "");
    hear(talk, "Waiting for the login in your browser");
}

static void talk_to_the_end(Talk *talk)
{
    talk_to_authorize(talk);
    canary_snapshot(talk->rig->canary, talk->child->pid);
    hear(talk, "Stored: gnome-keyring, read back, identical");
    hear(talk, "Refreshed once: new access token, stored");
    say(talk, ""); /* test record */
    hear(talk, "Step 7 of 8: Test");
    hear(talk, "  1  Last Name *  {{senderName");
    say(talk, ""); /* insert */
    hear(talk, "Deleted: nothing left behind");
    say(talk, "");
    hear(talk, "Step 8 of 8: Hand-off");
    say(talk, "");
    child_close_input(talk->child);
    assert_true(child_wait_end(talk->child, WAIT_MS));
    assert_code(talk->child, 0);
    assert_int_equal(session_bus_count(talk->rig->home, "connection", "acme"), 1);
}

static void talk__line_by_line__ends_with_a_lead(void **state)
{
    (void)state;
    g_autoptr(Talk) talk = talk_new(false);
    talk_to_the_end(talk);
    assert_contains(talk->child->output->str, "Inserted: 00Q");
    assert_contains(talk->child->errors->str, "acme-salesforce.com is not a Salesforce host.");
    assert_contains(talk->child->errors->str, "perch token acme");
    /* Prompts on standard error, facts on standard output. */
    assert_null(strstr(talk->child->output->str, "Consumer secret: \n"));
    assert_null(strstr(talk->child->output->str, "\033"));
    assert_null(strstr(talk->child->output->str, "Last Name: Last Name"));
    assert_null(strstr(talk->child->output->str, "  1  Last Name  {{")); /* it is said once */
    assert_contains(talk->child->output->str, "Insert a test record: WhatsApp → Lead  channel 1");
}

static void talk__with_json__prints_one_object(void **state)
{
    (void)state;
    g_autoptr(Talk) talk = talk_new(true);
    talk_to_the_end(talk);
    g_autoptr(Json) json = child_json(talk->child);
    assert_string_equal(json_get_string(json, "command"), "setup");
    assert_string_equal(json_get_string(json, "connection"), "acme");
    assert_string_equal(json_get_string(json_check(json, "refreshed"), "status"), "ok");
    assert_string_equal(json_get_string(json_check(json, "deleted"), "status"), "ok");
}

/* The input ends in the middle: a draft is kept, and the code says that it was cancelled. */
static void talk__end_of_input__keeps_the_draft(void **state)
{
    (void)state;
    g_autoptr(Talk) talk = talk_new(false);
    hear(talk, "Which Salesforce org?");
    say(talk, "acme");
    say(talk, "1");
    say(talk, talk->rig->org->url);
    say(talk, "");
    hear(talk, "Step 3 of 8: App");
    child_close_input(talk->child);
    assert_true(child_wait_end(talk->child, WAIT_MS));
    assert_code(talk->child, 3);
    assert_contains(talk->child->errors->str, "To continue: perch setup acme");
}

/* All that was said, without colours and carriage returns. Owned by the caller. */
static char *said(Pty *pty)
{
    const GByteArray *raw = pty_raw(pty);
    g_autoptr(GRegex) colours = g_regex_new("\033\\[[0-9]*m|\r", 0, 0, NULL);
    return g_regex_replace_literal(colours, (const char *)raw->data, (gssize)raw->len, 0, "", 0,
                                   NULL);
}

static void assert_no_word_is_broken(Pty *pty, int columns)
{
    g_autofree char *text = said(pty);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *words = lines[i] + strspn(lines[i], " ");
        g_strchomp(lines[i]);
        if (g_utf8_strlen(lines[i], -1) > columns && strchr(words, ' ') != NULL)
            fail_msg("broken by the terminal: %s", lines[i]);
    }
}

/* Nothing that is said is broken inside a word; what has no blank, as an address, stays whole. */
static void narrow__lines_are_broken_at_blanks(void **state)
{
    enum { COLUMNS = 50, ROWS = 200 };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig->org->client_id = "3MVG9noSuchKeyIsKnownInThisOrg";
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_ptr_array_insert(words, 0, g_strdup(g_getenv("PERCH")));
    Pty *pty = pty_start((const char *const *)words->pdata, rig->home->env, COLUMNS, ROWS);
    pty_expect_exit(pty, 5);
    pty_expect(pty, "Salesforce does not know");
    assert_no_word_is_broken(pty, COLUMNS);
    pty_free(pty);
}

/* A screen reader gets words for the marks, whole questions, and no keys that there are not. */
static void accessible__questions_are_whole_and_marks_are_words(void **state)
{
    enum { COLUMNS = 50, ROWS = 200 };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    tmphome_set(rig->home, "ACCESSIBLE", "1");
    rig->org->client_id = "3MVG9noSuchKeyIsKnownInThisOrg";
    g_autoptr(GPtrArray) words = rig_filled_words(rig, "acme", NULL);
    g_ptr_array_insert(words, 0, g_strdup(g_getenv("PERCH")));
    g_autoptr(Pty) pty =
        pty_start((const char *const *)words->pdata, rig->home->env, COLUMNS, ROWS);
    static const char *const asked[] = {"Enter check this computer", "Enter next",
                                        "Enter ask Salesforce"};
    for (gsize i = 0; i < G_N_ELEMENTS(asked); i++) {
        pty_expect(pty, asked[i]);
        pty_send(pty, "\n");
    }
    pty_expect(pty, "  failed  Consumer key");
    assert_false(pty_has(pty, "!!"));
    assert_false(pty_has(pty, "Space"));
    assert_no_word_is_broken(pty, COLUMNS);
}

/* The org answers late, and the person is told what perch waits for before the answer comes. */
static void slow_org__what_is_waited_for_is_said(void **state)
{
    (void)state;
    g_autoptr(Talk) talk = talk_new(false);
    wire_fault(talk->rig, "/services/data", "'kind':'cut-head','pause_ms':60000");
    hear(talk, "Which Salesforce org?");
    say(talk, "acme");
    say(talk, "1");
    say(talk, talk->rig->org->url);
    say(talk, "");
    hear(talk, "Waiting: Connection");
    assert_true(child_stop(talk->child, WAIT_MS));
}

/* The demo org needs no address, so none is asked for. */
static void demo_org__chosen__needs_no_address(void **state)
{
    (void)state;
    g_autoptr(Talk) talk = talk_new(false);
    hear(talk, "Which Salesforce org?");
    say(talk, "acme");
    say(talk, "3");
    assert_true(child_wait_errors(talk->child, "Enter start the demo org", WAIT_MS));
    assert_null(strstr(talk->child->errors->str, "Address:"));
    assert_true(child_stop(talk->child, WAIT_MS));
}

/* perch demo, too, reads to a screen reader line by line. */
static void accessible__the_demo_is_line_by_line(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    tmphome_set(rig->home, "ACCESSIBLE", "1");
    const char *const argv[] = {g_getenv("PERCH"), "demo", NULL};
    g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 80, 50);
    pty_expect(pty, "Step 1 of 8: Org");
    pty_expect(pty, "Enter check this computer");
    pty_send(pty, "q\n");
    pty_expect(pty, "? help");
}

/* What was said up to now, since a text was said for the last time. Owned by the caller. */
static char *said_since(Pty *pty, const char *text)
{
    g_autofree char *all = said(pty);
    const char *from = g_strrstr(all, text);
    assert_non_null(from);
    return g_strdup(from);
}

static bool is_at_app(gpointer pty)
{
    return pty_has(pty, "Enter next") || pty_has(pty, "Enter go on");
}

/* Enter alone, up to the test record. */
static Pty *hurry(Rig *rig, const char *rehearsal)
{
    const char *const argv[] = {g_getenv("PERCH"), "demo", "--plain", rehearsal, NULL};
    static const char *const asked[] = {"Enter check this computer", "Enter next",
                                        "Enter ask Salesforce", "Enter open browser and log in",
                                        "Enter test record"};
    Pty *pty = pty_start(argv, rig->home->env, 80, 200);
    for (gsize i = 0; i < G_N_ELEMENTS(asked); i++) {
        pty_expect(pty, asked[i]);
        pty_send(pty, "\n");
        /* Another demo on this machine may have the first port, which is a warning. */
        if (i == 0 && pty_wait_until(pty, is_at_app, pty, PTY_WAIT_MS) && !pty_has(pty, asked[1]))
            pty_send(pty, "\n");
    }
    pty_expect(pty, "Enter insert Lead, a number to change, s skip, ");
    return pty;
}

/* Each step in its order, nothing twice, no address of a record that is deleted again; and an end
 * as honest as that of the full screen. */
static void hurried__enter_alone__reads_in_order_and_ends_honestly(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    tmphome_set(rig->home, "ACCESSIBLE", "1");
    g_autoptr(Pty) pty = hurry(rig, NULL);
    g_autofree char *fields = said_since(pty, "Step 7 of 8: Test\n");
    assert_contains(fields, "\n  ok  Fields: ");
    assert_true(strstr(fields, "ok  Fields: ") < strstr(fields, "  1  Last Name *"));
    assert_true(strstr(fields, "  1  Last Name *") < strstr(fields, "  7  keep the test record"));
    pty_send(pty, "\n");
    pty_expect(pty, "Enter hand-off, a number to change, < or > channel, ");
    pty_send(pty, "\n");
    pty_expect(pty, "Enter done, a number to copy, v show secrets, w to file, - back, ? more:");
    assert_false(pty_has(pty, "lightning/r/Lead"));
    g_autofree char *values = said_since(pty, "Step 8 of 8: Hand-off\n");
    assert_contains(values, "\n  ok  Rehearsed: ");
    assert_true(strstr(values, "ok  Rehearsed: ") < strstr(values, "Set variables"));
    assert_contains(values, " OAuth client ID:\n3MVG"); /* whole, as it is to be copied */
    assert_null(strstr(values, "exported"));
    assert_null(strstr(values, "fields as sent"));
    pty_send(pty, "\n");
    pty_expect(pty, "Enter end, - stay");
    assert_true(pty_has(pty, "Not done yet:"));
    assert_true(pty_has(pty, "No value has been copied (c) or written to a file (w)."));
    pty_send(pty, "-\n");
    pty_send(pty, "\n");
    pty_expect_exit(pty, 0);
}

/* A fault that is still there is not told again, and its page's address can be copied as one. */
static void retried__the_same_fault__is_said_in_a_line(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Pty) pty = hurry(rig, "validation-rule");
    pty_send(pty, "\n");
    pty_expect(pty, "Enter insert Lead, o open Setup page, ");
    pty_send(pty, "r\n");
    pty_expect(pty, "Tried again: still the same.\n");
    g_autofree char *again = said_since(pty, "? more: r\n");
    assert_contains(again, "  !!  Inserted: ");
    assert_null(strstr(again, "To fix"));
    pty_send(pty, "o\n");
    pty_expect(pty, "/lightning/setup/ObjectManager/Lead/ValidationRules/view");
    g_autofree char *address = said_since(pty, "Opened in the browser:\n");
    assert_contains(address, "browser:\nhttp://localhost:");
}

/* Line by line, too, an error can be explained, one after the other. */
static void pasted__error__is_explained(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    const char *const argv[] = {g_getenv("PERCH"), "demo", "--plain", NULL};
    g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 80, 200);
    pty_expect(pty, "Enter check this computer");
    pty_send(pty, "E\n");
    pty_expect(pty, "Error (- back, ");
    pty_send(pty, "OAUTH_APP_BLOCKED\n");
    pty_expect(pty, "This is the cause \"app-blocked\"");
    pty_expect(pty, "Error (c copy fix, ");
    pty_send(pty, "INVALID_SESSION_ID\n");
    pty_expect(pty, "This is the cause \"session-expired\"");
}

/* A dumb terminal is talked to line by line, and would show the escapes of a colour. */
static void dumb_terminal__gets_no_escapes(void **state)
{
    static const char *const terms[] = {"dumb", "xterm"};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(terms); i++) {
        tmphome_set(rig->home, "TERM", terms[i]);
        const char *const argv[] = {g_getenv("PERCH"), "demo", i == 0 ? NULL : "--plain", NULL};
        g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 80, 50);
        pty_expect(pty, "Enter check this computer");
        pty_send(pty, "\n");
        pty_expect(pty, "Keyring: ");
        const GByteArray *raw = pty_raw(pty);
        assert_true((memchr(raw->data, '\033', raw->len) == NULL) == (i == 0));
    }
}

/* The commands' marks are the same words. */
static void accessible__commands_say_words(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    tmphome_set(rig->home, "ACCESSIBLE", "1");
    demo_org_patch(rig->org, "{'sessions':{'*':null}}");
    wire_fault(rig, "/services/oauth2/token", "'kind':'html'");
    static const char *const commands[] = {"status", "refresh", "doctor"};
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autoptr(Child) child = rig_perch(rig, commands[i], "acme", NULL);
        assert_int_not_equal(child_code(child), 0);
        if (strstr(child->output->str, "failed  ") == NULL ||
            strstr(child->output->str, "!!") != NULL)
            fail_msg("%s: %s", commands[i], child->output->str);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(talk__line_by_line__ends_with_a_lead),
        cmocka_unit_test(talk__with_json__prints_one_object),
        cmocka_unit_test(talk__end_of_input__keeps_the_draft),
        cmocka_unit_test(narrow__lines_are_broken_at_blanks),
        cmocka_unit_test(slow_org__what_is_waited_for_is_said),
        cmocka_unit_test(demo_org__chosen__needs_no_address),
        cmocka_unit_test(accessible__the_demo_is_line_by_line),
        cmocka_unit_test(dumb_terminal__gets_no_escapes),
        cmocka_unit_test(hurried__enter_alone__reads_in_order_and_ends_honestly),
        cmocka_unit_test(pasted__error__is_explained),
        cmocka_unit_test(retried__the_same_fault__is_said_in_a_line),
        cmocka_unit_test(accessible__commands_say_words),
        cmocka_unit_test(accessible__questions_are_whole_and_marks_are_words),
    };
    return cmocka_run_group_tests_name("line by line", tests, NULL, NULL);
}
