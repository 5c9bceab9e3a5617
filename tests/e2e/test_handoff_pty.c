/* SPDX-License-Identifier: MIT */

/* The Hand-off step on a terminal: masked values, copied one by one; the formats; what blocks them;
 * and the flow itself, started by its webhook. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/flow.h"
#include "e2e/tokens.h"
#include "e2e/walk.h"

static Rig *ready(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

/* The finished connection, opened at its values; new files go to its home. */
static Walk *at_values(Rig *rig)
{
    g_autofree char *before = g_get_current_dir();
    assert_int_equal(chdir(rig->home->home), 0);
    Walk *walk = walk_start(rig, "setup", "acme", NULL);
    assert_int_equal(chdir(before), 0);
    see(walk, "Into Flow Builder");
    return walk;
}

static char *exported(Rig *rig, const char *format)
{
    g_autoptr(Child) child = rig_perch_secret(rig, "handoff", "acme", "--format", format, NULL);
    assert_code(child, 0);
    return g_strdup(child->output->str);
}

static guint records(Rig *rig)
{
    g_autoptr(Json) all = demo_org_control(rig->org, "GET", "records", NULL);
    return json_size(all);
}

/* ---- masked, copied ---- */

struct copied {
    Pty *pty;
    char *sequence;
};

static bool is_copied(gpointer data)
{
    const struct copied *copied = data;
    const GByteArray *raw = pty_raw(copied->pty);
    return memmem(raw->data, raw->len, copied->sequence, strlen(copied->sequence)) != NULL;
}

/* Waits until the terminal was told to put text into the clipboard (OSC 52). */
static void see_copied(Walk *walk, const char *text)
{
    g_autofree char *base64 = g_base64_encode((const guchar *)text, strlen(text));
    g_autofree char *sequence = g_strdup_printf("\033]52;c;%s\a", base64);
    struct copied copied = {walk->pty, sequence};
    if (!pty_wait_until(walk->pty, is_copied, &copied, PTY_WAIT_MS))
        fail_msg("not copied: a text of %zu bytes", strlen(text));
}

/* The rows of the printed sheet, in the order of the screen: each is what c copies, unless
 * it is no value. */
static void values__every_row__is_copied_whole_and_secrets_are_masked(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autoptr(Child) sheet =
        rig_perch_secret(rig, "handoff", "acme", "--channel", "whatsapp", NULL);
    g_auto(GStrv) lines = g_strsplit(sheet->output->str, "\n", -1);
    guint copied = 0;
    g_autoptr(Walk) walk = at_values(rig);
    see(walk, "Step 1, Set variables");
    see(walk, "•••••");
    for (guint i = 0; strcmp(lines[i], "Texts in the body") != 0; i++) {
        const char *value = g_str_has_prefix(lines[i], "  ") ? strstr(lines[i], ": ") : NULL;
        if (value == NULL)
            continue;
        press(walk, "c");
        if (value[2] == '(') /* says what to do there */
            see_sentence(walk, "This line has no value: do what it says in the form.");
        else
            see_copied(walk, value + 2);
        press(walk, "Down");
        copied++;
    }
    assert_int_equal(copied, 27);
    press(walk, "End PageDown PageDown PageDown");
    see_sentence(walk, "The log of the flow's runs shows what Fetch variables got back");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* One key goes from platform to platform, and the connection keeps it. */
static void platform__chosen__changes_the_sheet_and_is_kept(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autoptr(Walk) walk = at_values(rig);
    press(walk, "b");
    see(walk, "Into Bird's Flows");
    see(walk, "Step 1, Http request: get a token");
    press(walk, "b");
    see(walk, "Into another program");
    see(walk, "Request 1: get a token");
    press(walk, "b");
    see(walk, "Into Flow Builder");
    press(walk, "b");
    see(walk, "Into Bird's Flows");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
    g_autofree char *kept = exported(rig, "text");
    assert_contains(kept, "Settings, Environment Variables, type Secret");
    g_autoptr(Child) other = rig_perch_secret(rig, "handoff", "acme", "--platform", "other", NULL);
    assert_code(other, 0);
    assert_contains(other->output->str, "Request 1: get a token");
    g_autofree char *again = exported(rig, "text");
    assert_contains(again, "Request 1: get a token");
    g_autoptr(Child) none = rig_perch(rig, "handoff", "acme", "--platform", "zapier", NULL);
    assert_code(none, 2);
    assert_contains(none->errors->str, "flow-builder, bird-flows or other");
}

/* Without the canary, which would find what v is there to show. */
static void values__shown_on_demand__and_hidden_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *begin = g_strndup(rig->org->client_secret, 20);
    const char *argv[] = {g_getenv("PERCH"), "setup", "acme", NULL};
    g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 120, 60);
    pty_expect(pty, "Into Flow Builder");
    pty_expect(pty, "•••••");
    assert_false(pty_has(pty, begin));
    pty_key(pty, "v");
    pty_expect(pty, rig->org->client_secret);
    pty_expect(pty, "grant_type=refresh_token&");
    pty_key(pty, "v");
    pty_expect_gone(pty, begin);
    /* Leaving the step hides them, too. */
    pty_keys(pty, "v t");
    pty_expect(pty, "Enter insert Lead");
    pty_keys(pty, "s");
    pty_expect(pty, "Into Flow Builder");
    assert_false(pty_has(pty, begin));
    pty_key(pty, "q");
    pty_expect_exit(pty, 0);
}

static void values__of_each_channel__change_with_it(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autoptr(Walk) walk = at_values(rig);
    see(walk, "‹ WhatsApp → Lead ›  channel 1 of 2");
    see(walk, "create the Lead");
    press(walk, "Right");
    see(walk, "‹ Viber → Case ›  channel 2 of 2");
    see(walk, "create the Case");
    see_sentence(walk, "/services/data/v68.0/sobjects/Case");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* ---- formats ---- */

static const struct {
    const char *format, *begins, *files[2];
} formats[] = {
    {"function", "(•) function: ", {"acme.js", NULL}},
    {"env", "(•) env: ", {"acme.env", NULL}},
    {"json", "(•) json: ", {"acme.json", NULL}},
    {"curl", "(•) curl: ", {"acme.sh", NULL}},
    {"postman", "(•) postman: ", {"acme.postman_collection.json", "acme.postman_environment.json"}},
    {"markdown", "(•) markdown: ", {"acme.md", NULL}},
    {"text", "(•) text: ", {"acme.txt", NULL}},
    {"k8s-secret", "(•) k8s-secret: ", {"acme.yaml", NULL}},
};

/* The file is there for its owner only, and holds what the command prints. */
static void assert_written(Rig *rig, gsize index, int part)
{
    struct stat info;
    g_autofree char *path = g_build_filename(rig->home->home, formats[index].files[part], NULL);
    g_autofree char *text = NULL, *wanted = NULL;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    if (formats[index].files[1] == NULL) {
        wanted = exported(rig, formats[index].format);
        assert_string_equal(text, wanted);
    } else {
        assert_contains(text, part == 0 ? "\"item\"" : "\"_postman_variable_scope\"");
    }
    assert_int_equal(unlink(path), 0);
}

static void export__each_format__is_a_file_of_ones_own(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autoptr(Walk) walk = at_values(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        press(walk, "w");
        see(walk, "Export the values");
        if (i == 1) { /* what is said is of the chosen one, and Enter does only what it says */
            press(walk, "Down");
            see_key(walk, "Enter choose");
            see_sentence(walk, "It contains no secrets");
            press(walk, "Enter");
            see_key(walk, "Enter write the file");
        } else if (i > 1) {
            press(walk, "Down Space");
        }
        see(walk, formats[i].begins);
        see_sentence(walk, i == 0 ? "It contains no secrets" : "It contains the secrets.");
        press(walk, "Enter");
        see(walk, "Into Flow Builder");
        see_sentence(walk, "Written, readable only by you:");
        for (int part = 0; part < 2 && formats[i].files[part] != NULL; part++)
            assert_written(rig, i, part);
    }
    press(walk, "w");
    see(walk, "Export the values");
    press(walk, "Esc");
    see(walk, "Into Flow Builder");
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* On a terminal no secret is printed, in whatever form, unless asked for; a pipe gets them. */
static void command__on_a_terminal__masks(void **state)
{
    static const struct {
        const char *format, *masked;
    } rows[] = {{"text", "client_secret=masked"},
                {"env", "SALESFORCE_REFRESH_TOKEN='masked'"},
                {"json", "masked"},
                {"curl", "masked"},
                {"markdown", "masked"},
                {"k8s-secret", "bWFza2Vk"}, /* the word in base64 */
                {"sfdx-url", "masked:masked@"}};
    (void)state;
    g_autoptr(Rig) rig = ready();
    struct secrets secrets;
    tokens_load(rig, "acme", &secrets);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Walk) walk = walk_start(rig, "handoff", "acme", "--format", rows[i].format, NULL);
        pty_expect_exit(walk->pty, 0);
        see_sentence(walk, "Secrets are masked on a terminal.");
        g_autofree char *printed =
            g_strndup((const char *)pty_raw(walk->pty)->data, pty_raw(walk->pty)->len);
        if (strstr(printed, rows[i].masked) == NULL ||
            strstr(printed, secret_peek(secrets.client_secret)) != NULL)
            fail_msg("%s:\n%s", rows[i].format, printed);
    }
    const char *const argv[] = {g_getenv("PERCH"), "handoff", "acme", "--show", NULL};
    g_autoptr(Pty) pty = pty_start(argv, rig->home->env, 300, 60);
    pty_expect_exit(pty, 0);
    g_autofree char *shown = g_strndup((const char *)pty_raw(pty)->data, pty_raw(pty)->len);
    assert_contains(shown, secret_peek(secrets.refresh_token));
    secrets_clear(&secrets);
}

static void values__that_kill_a_flow__are_not_handed_over(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    demo_org_patch(rig->org, "{'apps':{'Bird_Integration':{'rotation':true}}}");
    g_autoptr(Child) found = rig_perch(rig, "handoff", "acme", "--rehearse", NULL);
    assert_code(found, 5);
    g_autoptr(Walk) walk = at_values(rig);
    see_sentence(walk, "Refresh token rotation is on: the token dies at its first use");
    press(walk, "w");
    see_sentence(walk, "Refresh token rotation is on");
    see_no(walk, "Export the values");
    press(walk, "P");
    see_no(walk, "Start the flow itself");
    press(walk, "6"); /* on the rail */
    see(walk, "▲ 8 Hand-off");
    press(walk, "8");
    see_key(walk, "Enter done");
    g_autofree char *path = g_build_filename(rig->home->home, "acme.env", NULL);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    press(walk, "q");
    pty_expect_exit(walk->pty, 0);
}

/* ---- the flow itself ---- */

static void webhook__pasted__starts_the_flow_and_finds_its_record(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig, "json");
    g_autoptr(Flow) flow = flow_start(values, "whatsapp", FLOW_ESCAPES);
    guint before = records(rig);
    g_autoptr(Walk) walk = at_values(rig);
    press(walk, "P");
    see(walk, "Start the flow itself");
    see(walk, "senderName, senderNumber, message, channel");
    type(walk, "http://flows.example.com/hook");
    see(walk, "••••");
    press(walk, "Enter");
    see_sentence(walk, "The webhook's address must begin with https://.");
    see_no(walk, "flows.example.com");
    press(walk, "C-u");
    paste(walk, flow_webhook(flow));
    pty_expect_gone(walk->pty, "must begin with");
    see(walk, "••••");
    press(walk, "Enter");
    see(walk, "Into Flow Builder");
    see_sentence(walk, "The flow Its record arrived: 00Q");
    see_key(walk, "Enter done");
    assert_int_equal(records(rig), before);
    /* Once more, without typing it again. */
    press(walk, "P");
    see(walk, "Start the flow itself");
    see(walk, "••••");
    press(walk, "Enter");
    see(walk, "Into Flow Builder");
    see_sentence(walk, "The flow Its record arrived: 00Q");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
}

static void webhook__asked_for_by_the_command__is_not_shown(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig, "json");
    static const struct {
        enum flow_kind kind;
        const char *key;
    } rows[] = {{FLOW_ESCAPES, ""}, {FLOW_KEYED, "CANARY-key"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Flow) flow = flow_start(values, "viber", rows[i].kind);
        g_autoptr(Walk) walk =
            walk_start(rig, "handoff", "acme", "--webhook-file", "-", "--channel", "viber", NULL);
        see(walk, "Address of the flow's webhook (not shown):");
        type(walk, flow_webhook(flow));
        press(walk, "Enter");
        see(walk, "Key that its trigger requires");
        type(walk, rows[i].key);
        press(walk, "Enter");
        if (rows[i].kind == FLOW_KEYED) {
            see(walk, "Name of the header for the signature");
            type(walk, "X-My-Signature");
            press(walk, "Enter");
        }
        see(walk, "Viber: record of the flow: 500");
        pty_expect_exit(walk->pty, 0);
    }
}

/* The same step line by line: w and a number, P and the address, its key, the signature's header.
 */
static void plain__exports_and_starts_the_flow(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *values = exported(rig, "json");
    g_autoptr(Flow) flow = flow_start(values, "whatsapp", FLOW_KEYED);
    g_autofree char *lines =
        g_strdup_printf("w\n4\n\nP\n%s\nCANARY-key\nX-My-Signature\n\nq\n", flow_webhook(flow));
    g_autofree char *before = g_get_current_dir();
    const char *words[] = {"setup", "acme", "--plain", NULL};
    assert_int_equal(chdir(rig->home->home), 0);
    g_autoptr(Child) child = rig_perch_input(rig, words, lines, false);
    assert_int_equal(chdir(before), 0);
    assert_code(child, 0);
    assert_contains(child->output->str, "The flow: Its record arrived: 00Q");
    g_autofree char *path = g_build_filename(rig->home->home, "acme.sh", NULL);
    g_autofree char *script = exported(rig, "curl"), *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, script);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values__every_row__is_copied_whole_and_secrets_are_masked),
        cmocka_unit_test(platform__chosen__changes_the_sheet_and_is_kept),
        cmocka_unit_test(values__shown_on_demand__and_hidden_again),
        cmocka_unit_test(values__of_each_channel__change_with_it),
        cmocka_unit_test(export__each_format__is_a_file_of_ones_own),
        cmocka_unit_test(command__on_a_terminal__masks),
        cmocka_unit_test(values__that_kill_a_flow__are_not_handed_over),
        cmocka_unit_test(webhook__pasted__starts_the_flow_and_finds_its_record),
        cmocka_unit_test(webhook__asked_for_by_the_command__is_not_shown),
        cmocka_unit_test(plain__exports_and_starts_the_flow),
    };
    return cmocka_run_group_tests_name("hand-off on a terminal", tests, NULL, NULL);
}
