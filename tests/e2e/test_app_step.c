/* SPDX-License-Identifier: MIT */

/* The App step on a terminal, and perch app: the same sheet in three other forms. */

#include <string.h>
#include <sys/stat.h>

#include "e2e/walk.h"

/* What the terminal was told to put into the clipboard (OSC 52). */
static bool was_copied(gpointer data)
{
    const struct copied {
        Walk *walk;
        const char *text;
    } *copied = data;
    const GByteArray *raw = pty_raw(copied->walk->pty);
    g_autofree char *base64 = g_base64_encode((const guchar *)copied->text, strlen(copied->text));
    g_autofree char *sequence = g_strdup_printf("\033]52;c;%s\a", base64);
    return memmem(raw->data, raw->len, sequence, strlen(sequence)) != NULL;
}

static void assert_copied(Walk *walk, const char *text)
{
    struct {
        Walk *walk;
        const char *text;
    } copied = {walk, text};
    assert_true(pty_wait_until(walk->pty, was_copied, &copied, PTY_WAIT_MS));
}

static Json *draft(Rig *rig)
{
    g_autofree char *text = rig_settings(rig, "acme.json");
    return json_parse(text, strlen(text), NULL);
}

/* Name: refused, put right; the API name follows; the address is checked as well. */
static void edit_names(Walk *walk)
{
    see(walk, "▸○ External Client App Name");
    see_key(walk, "e change");
    press(walk, "Space");
    see(walk, "▸✔ External Client App Name");
    press(walk, "e");
    see_key(walk, "Enter keep");
    press(walk, "C-u Enter");
    see(walk, "Give the app a name.");
    type(walk, "Bird (EU)");
    pty_expect_gone(walk->pty, "Give the app a name.");
    press(walk, "Enter");
    see(walk, "▸○ External Client App Name"); /* what was entered there is not this */
    see(walk, "Bird (EU)");
    see(walk, "Bird_EU");
    press(walk, "Down e");
    see_key(walk, "Enter keep");
    press(walk, "C-u");
    type(walk, "Bird__EU");
    press(walk, "Enter");
    see_sentence(walk, "An API name cannot have two underscores in a row.");
    press(walk, "Esc");
    see(walk, "Bird_EU");
    press(walk, "Down e");
    see_key(walk, "Enter keep");
    type(walk, "admin@acme");
    press(walk, "Enter");
    see_sentence(walk, "This is not an e-mail address.");
    type(walk, ".com");
    press(walk, "Enter");
    see(walk, "admin@acme.com");
}

static void switch_values(Walk *walk)
{
    see(walk, "‹ recommended settings ›");
    press(walk, "Right");
    see(walk, "‹ the guide's settings ›");
    press(walk, "Down Down Down c");
    assert_copied(walk, "https://login.salesforce.com/");
    press(walk, "Right");
    see(walk, "‹ without a secret ›");
    press(walk, "Down Down Down");
    see(walk, "Require secret for Web Server Flow");
    see(walk, "not ticked");
    press(walk, "Left Left");
    see(walk, "‹ recommended settings ›");
    press(walk, "Home");
}

/* The kind comes after the question how the flow logs in, which is the first row. */
static void switch_kind(Walk *walk)
{
    see(walk, "(•) External Client App");
    press(walk, "Down Down Down Down Space");
    see(walk, "Connected App Name");
    see_no(walk, "Distribution State");
    press(walk, "Up Space");
    see(walk, "External Client App Name");
}

static void app_step__with_keys__is_edited_switched_and_resumed(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_app(walk);
    pty_resize(walk->pty, 80, 48);
    edit_names(walk);
    switch_values(walk);
    switch_kind(walk);
    press(walk, "Enter");
    see(walk, "Consumer key and secret");
    press(walk, "Esc");
    see(walk, "Bird (EU)");
    press(walk, "Space"); /* the row that was changed last: the address */
    see(walk, "✔ Contact Email");
    press(walk, "Esc");
    see(walk, "Before we start");
    see_key(walk, "Enter go on");
    press(walk, "Enter");
    see(walk, "✔ Contact Email");
    press(walk, "q");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, "The draft is kept. To continue: perch setup acme");
    g_autoptr(Json) json = draft(rig);
    assert_string_equal(json_get_string(json, "app_api_name"), "Bird_EU");
    assert_string_equal(json_get_string(json, "contact_email"), "admin@acme.com");
    assert_string_equal(json_get_string(json, "app_values"), "perch");
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "Consumer key and secret");
    pty_resize(again->pty, 80, 48);
    press(again, "Esc");
    see(again, "Bird (EU)");
    see(again, "✔ Contact Email");
}

/* ---- perch app ---- */

static char *file_in(const char *folder, const char *path)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    char *text = NULL;
    if (!g_file_get_contents(full, &text, NULL, NULL))
        fail_msg("%s is not there", full);
    return text;
}

static void app__without_a_name__prints_the_sheet(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(Child) text = rig_perch(rig, "app", NULL);
    assert_code(text, 0);
    assert_contains(text->output->str, "External Client App Name: Bird Integration");
    assert_contains(text->output->str, "http://localhost:1719/OauthRedirect");
    g_autoptr(Child) markdown = rig_perch(rig, "app", "--format", "markdown", "--kind", "connected",
                                          "--values", "guide", NULL);
    assert_code(markdown, 0);
    assert_contains(markdown->output->str, "| Connected App Name | `Bird Integration` |");
    assert_contains(markdown->output->str, "| Callback URL | `https://login.salesforce.com/` |");
    g_autoptr(Child) json = rig_perch(rig, "app", "--json", NULL);
    assert_code(json, 0);
    g_autoptr(Json) parsed = json_parse(json->output->str, strlen(json->output->str), NULL);
    assert_string_equal(json_get_string(parsed, "command"), "app");
    assert_string_equal(json_get_string(parsed, "kind"), "eca");
    assert_true(json_size(json_get(parsed, "settings")) > 10);
    static const char *const wrong[][2] = {
        {"--kind", "other"}, {"--values", "other"}, {"--format", "xml"}};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Child) child = rig_perch(rig, "app", wrong[i][0], wrong[i][1], NULL);
        assert_code(child, 2);
        assert_contains(child->errors->str, "Use one of:");
    }
}

/* A draft gets a key that it keeps; what is there is not overwritten; a second run has the same. */
static void app__metadata__keeps_its_key_with_the_draft(void **state)
{
    (void)state;
    static const char global[] = "force-app/main/default/extlClntAppGlobalOauthSets/"
                                 "Bird_Integration_glbloauth.ecaGlblOauth-meta.xml";
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *folder = g_build_filename(rig->home->root, "deploy", NULL);
    g_autofree char *second = g_build_filename(rig->home->root, "again", NULL);
    g_autoptr(Child) none = rig_perch(rig, "app", "acme", "--format", "metadata", NULL);
    assert_code(none, 2);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", "--login-url", rig->org->url, NULL);
    walk_to_app(walk);
    press(walk, "q");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, "The draft is kept. To continue: perch setup acme");
    g_autoptr(Child) no_email =
        rig_perch(rig, "app", "acme", "--format", "metadata", "--output", folder, NULL);
    assert_code(no_email, 2);
    assert_contains(no_email->errors->str, "--contact-email: Enter your e-mail address.");
    assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    g_autoptr(Child) child =
        rig_perch(rig, "app", "acme", "--format", "metadata", "--values", "no-secret",
                  "--contact-email", "admin@acme.com", "--output", folder, NULL);
    assert_code(child, 0);
    g_autoptr(Json) json = draft(rig);
    const char *key = json_get_string(json, "client_id");
    assert_int_equal(strlen(key), 64);
    g_autofree char *text = file_in(folder, global);
    g_autofree char *element = g_strdup_printf("<consumerKey>%s</consumerKey>", key);
    assert_contains(text, element);
    g_autofree char *readme = file_in(folder, "README.md");
    assert_contains(readme, "nothing to copy back");
    g_autoptr(Child) over =
        rig_perch(rig, "app", "acme", "--format", "metadata", "--output", folder, NULL);
    assert_code(over, 2);
    assert_contains(over->errors->str, "already exists; nothing was written");
    g_autoptr(Child) again =
        rig_perch(rig, "app", "acme", "--format", "metadata", "--json", "--output", second, NULL);
    assert_code(again, 0);
    g_autoptr(Json) told = json_parse(again->output->str, strlen(again->output->str), NULL);
    assert_string_equal(json_get_string(told, "consumer_key"), key);
    assert_int_equal(json_size(json_get(told, "files")), 8);
    g_autofree char *same = file_in(second, global);
    assert_string_equal(same, text);
    /* The wizard has it too: nothing to type back. */
    g_autoptr(Walk) keys = walk_start(rig, "setup", "acme", NULL);
    see(keys, "App settings");
    see(keys, "‹ without a secret ›");
    press(keys, "Enter");
    see(keys, "Consumer key and secret");
    g_autofree char *begin = g_strndup(key, 20);
    see(keys, begin);
}

/* The tree is XML for others than us too. */
static void app__metadata__is_xml(void **state)
{
    (void)state;
    g_autofree char *xmllint = g_find_program_in_path("xmllint");
    if (xmllint == NULL) {
        skip();
        return;
    }
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    static const char *const kinds[] = {"eca", "connected"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *folder = g_build_filename(rig->home->root, kinds[i], NULL);
        g_autoptr(Child) child =
            rig_perch(rig, "app", "--kind", kinds[i], "--format", "metadata", "--contact-email",
                      "o'hara&sons@acme.com", "--output", folder, NULL);
        assert_code(child, 0);
        g_auto(GStrv) lines = g_strsplit(child->output->str, "\n", -1);
        guint count = 0;
        for (gsize j = 0; lines[j] != NULL; j++) {
            if (!g_str_has_suffix(lines[j], ".xml"))
                continue;
            const char *const argv[] = {xmllint, "--noout", "--nonet", lines[j], NULL};
            int status = -1;
            count++;
            assert_true(g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, G_SPAWN_DEFAULT, NULL,
                                     NULL, NULL, NULL, &status, NULL));
            assert_int_equal(status, 0);
        }
        assert_int_equal(count, i == 0 ? 6 : 2);
    }
}

/* ---- what is chosen in the step is what the login does ---- */

/* The guide's only callback is Salesforce's own address: no listener, the address is pasted. */
static void guide__login__ends_with_a_paste(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_app(walk);
    press(walk, "Right");
    see(walk, "‹ the guide's settings ›");
    press(walk, "Enter");
    see(walk, "Consumer key and secret");
    press(walk, "Enter");
    see_key(walk, "Enter open browser and log in");
    see(walk, "✔ Callback          https://login.salesforce.com/");
    see(walk, "▲ PKCE              ticked; the App step says: not ticked");
    press(walk, "Enter");
    see(walk, "Not listening: paste the address the browser ends up on");
    g_autofree char *redirect = walk_redirect(walk);
    assert_true(g_str_has_prefix(redirect, "https://login.salesforce.com/?code="));
    canary_add(rig->canary, redirect);
    paste(walk, redirect);
    walk_home(walk, "acme");
}

/* From files with a key of perch's own to a proven connection: nothing was typed back. */
static void no_secret__deployed__connects_without_one(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *folder = g_build_filename(rig->home->root, "deploy", NULL);
    g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
    g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", "--login-url", rig->org->url,
                                      "--callback-port", port, NULL);
    walk_to_app(walk);
    press(walk, "q");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    see_end(walk, 3, "The draft is kept. To continue: perch setup acme");
    g_autoptr(Child) child =
        rig_perch(rig, "app", "acme", "--format", "metadata", "--values", "no-secret",
                  "--contact-email", "admin@acme.com", "--output", folder, NULL);
    assert_code(child, 0);
    g_autoptr(Json) json = draft(rig);
    g_autofree char *deployed = g_strdup_printf(
        "{'apps':{'Bird_Integration':{'key':'%s','secret':'','secret_required':false,"
        "'refresh_secret_required':false}}}",
        json_get_string(json, "client_id"));
    demo_org_patch(rig->org, deployed);
    g_autoptr(Walk) again = walk_start(rig, "setup", "acme", NULL);
    see(again, "App settings");
    press(again, "Enter");
    see(again, "Consumer key and secret");
    press(again, "Enter");
    see_key(again, "Enter open browser and log in");
    see(again, "✔ Login secret      matches step 3: not ticked");
    see(again, "✔ Refresh secret    matches step 3: not ticked");
    press(again, "Enter");
    see_key(again, "Enter test record");
    walk_home(again, "acme");
    g_autoptr(Child) token = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(token, 0);
}

/* Line by line: a number ticks, e and a number changes, > turns the values. */
static void plain__app_step__is_edited_and_switched(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    static const char input[] = "\n3\ne 3\n"
                                "Own Name\n\n>\nq\n\n";
    const char *const words[] = {"setup", "acme", "--plain", "--login-url", rig->org->url, NULL};
    g_autoptr(Child) child = rig_perch_input(rig, words, input, false);
    assert_code(child, 3);
    g_autoptr(Json) json = draft(rig);
    assert_string_equal(json_get_string(json, "app_name"), "Own Name");
    assert_string_equal(json_get_string(json, "app_api_name"), "Own_Name");
    assert_string_equal(json_get_string(json, "app_values"), "guide");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(app_step__with_keys__is_edited_switched_and_resumed),
        cmocka_unit_test(app__without_a_name__prints_the_sheet),
        cmocka_unit_test(app__metadata__keeps_its_key_with_the_draft),
        cmocka_unit_test(app__metadata__is_xml),
        cmocka_unit_test(guide__login__ends_with_a_paste),
        cmocka_unit_test(no_secret__deployed__connects_without_one),
        cmocka_unit_test(plain__app_step__is_edited_and_switched),
    };
    return cmocka_run_group_tests_name("the app sheet", tests, NULL, NULL);
}
