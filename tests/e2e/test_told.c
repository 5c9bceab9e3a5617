/* SPDX-License-Identifier: MIT */

/* What an org says about itself: hostile and very long names on every way out of perch. None holds
 * a control or bidi character, and none is longer than can be read. */

#include <stdio.h>
#include <string.h>

#include "e2e/tokens.h"
#include "perch/base/text.h"
#include "perch/handoff/handoff.h"

/* As JSON's own escapes: a title, a cleared screen, a C1 control, a bidi override, a hidden blank.
 */
#define EVIL "EVIL\\u001b]0;T\\u0007\\u001b[2J\\u009b31m\\u0085\\u202eTXET\\u2066\\u200bEND"

enum { LONGEST = 1100 };

/* MANY: 100 kB. */
static const char state_patch[] =
    "{'org':{'name':'" EVIL "MANY','edition':'" EVIL "MANY'},"
    "'users':{'admin@bird-demo.example':{'first_name':'" EVIL "','last_name':'" EVIL "MANY'}},"
    "'custom_fields':{'Lead.Region__c':{'label':'" EVIL "MANY','type':'picklist',"
    "'values':['" EVIL "MANY'],'required':true}},"
    "'validation_rules':{'Lead.Evil':{'field':'Company','refuse':'present',"
    "'message':'" EVIL "MANY'}}}";

static Rig *told_rig(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *many = g_strnfill(100000, 'x');
    g_autoptr(GString) patch = g_string_new(state_patch);
    g_string_replace(patch, "MANY", many, 0);
    demo_org_patch(rig->org, patch->str);
    g_autoptr(GPtrArray) words = rig_setup_words(rig, "acme", NULL);
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    return rig;
}

/* Line breaks and tabs are the layout's. */
static void assert_told(const char *where, const char *text)
{
    g_auto(GStrv) lines = g_strsplit_set(text, "\n\t", -1);
    for (gsize i = 0; lines[i] != NULL; i++)
        if (!text_is_clean(lines[i]))
            fail_msg("%s has hidden characters: %s", where, g_strescape(lines[i], NULL));
}

static void assert_values(const char *where, const Json *json)
{
    const char *text = json_string(json);
    if (text != NULL)
        assert_told(where, text);
    if (text != NULL && g_utf8_strlen(text, -1) > LONGEST)
        fail_msg("%s has a long text: %.300s", where, text);
    JSON_FOREACH(child, json)
    assert_values(where, child);
}

static void commands__an_org_with_hostile_names__say_clean_and_short_texts(void **state)
{
    static const char *const commands[][8] = {
        {"status"},
        {"status", "acme", "--json"},
        {"doctor", "acme"},
        {"doctor", "acme", "--json"},
        {"test", "acme"},
        {"test", "acme", "--json"},
        {"token", "acme"},
        {"token", "acme", "--json", "--fresh"},
        {"app", "acme"},
        {"app", "acme", "--json"},
        {"handoff", "acme", "--rehearse"},
        {"handoff", "acme", "--rehearse", "--json"},
        {"reauthorize", "acme", "--plain", "--no-input"},
        {"reauthorize", "acme", "--json", "--no-input"},
        {"forget", "acme", "--yes", "--json"},
    };
    (void)state;
    g_autoptr(Rig) rig = told_rig();
    g_autofree char *stored = rig_settings(rig, "acme.json");
    g_autoptr(Json) settings = json_parse(stored, strlen(stored), NULL);
    assert_contains(json_get_string(settings, "org_name"), "EVIL");
    assert_values("the settings", settings);
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *name = g_strjoinv(" ", (char **)(guintptr)commands[i]);
        g_autoptr(Child) child = rig_perch_input(rig, commands[i], NULL, true);
        assert_told(name, child->output->str);
        assert_told(name, child->errors->str);
        if (g_strv_contains(commands[i], "--json")) {
            g_autoptr(Json) json = child_json(child);
            assert_values(name, json);
        }
    }
}

static void exports__of_hostile_names__hold_no_hidden_characters(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = told_rig();
    g_autofree char *base = g_build_filename(rig->home->home, "export", NULL);
    for (int i = 0; i < HANDOFF_FORMAT_COUNT; i++) {
        const char *format = handoff_format_name((enum handoff_format)i);
        if (i == HANDOFF_VAULT || i == HANDOFF_SYSTEMD_CREDS) /* the JSON and env, elsewhere */
            continue;
        g_autoptr(Child) child =
            rig_perch(rig, "handoff", "acme", "--format", format, "--output", base, NULL);
        assert_code(child, 0);
        g_auto(GStrv) written = g_strsplit(child->errors->str, "\n", -1);
        int files = 0;
        for (gsize line = 0; written[line] != NULL; line++) {
            const char *path = strstr(written[line], base);
            g_autofree char *text = NULL;
            if (path == NULL || !g_file_get_contents(path, &text, NULL, NULL))
                continue;
            assert_told(format, text);
            assert_int_equal(remove(path), 0);
            files++;
        }
        assert_int_equal(files, i == HANDOFF_POSTMAN ? 2 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands__an_org_with_hostile_names__say_clean_and_short_texts),
        cmocka_unit_test(exports__of_hostile_names__hold_no_hidden_characters),
    };
    return cmocka_run_group_tests_name("what an org says", tests, NULL, NULL);
}
