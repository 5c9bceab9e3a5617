/* SPDX-License-Identifier: MIT */

/* What every command prints with --json, in success and in failure, is what the installed schema
 * says, and nothing else. */

#include <string.h>

#include "e2e/maker.h"

struct call {
    const char *words[10]; /* before --json */
    int code;
    const char *input;
};

enum { OUTCOMES = 2 };

/* The lines to be looked at, and which commands have succeeded and failed in them. */
struct printed {
    GString *lines;
    GHashTable *outcomes[OUTCOMES];
};

static void keep(struct printed *printed, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) json = json_parse(text, strlen(text), &error);
    if (json == NULL)
        fail_msg("no JSON: %s", text);
    g_autofree char *line = json_print(json);
    const bool failed = json_get_int(json, "exit", 0) != 0;
    g_string_append_printf(printed->lines, "%s\n", line);
    g_hash_table_add(printed->outcomes[failed], g_strdup(json_get_string(json, "command")));
}

static void call(Rig *rig, const struct call *call, struct printed *printed)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (int i = 0; call->words[i] != NULL; i++)
        g_ptr_array_add(words, (gpointer)(guintptr)call->words[i]);
    g_ptr_array_add(words, (gpointer)(guintptr) "--json");
    g_ptr_array_add(words, NULL);
    g_autoptr(Child) child =
        rig_perch_input(rig, (const char *const *)words->pdata, call->input, true);
    assert_code(child, call->code);
    keep(printed, child->output->str);
}

static void set_up(Rig *rig, const char *name, const char *key, int code, struct printed *printed)
{
    g_autoptr(GPtrArray) words = rig_setup_words(
        rig, name, (const char *const[]){"--json", key == NULL ? NULL : "--client-id", key, NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, code);
    keep(printed, child->output->str);
}

static char *validate(Rig *rig, const struct printed *printed)
{
    g_autofree char *program =
        g_build_filename(g_getenv("TEST_SOURCE"), "tests/support/schema.py", NULL);
    g_autofree char *schema =
        g_build_filename(g_getenv("TEST_SOURCE"), "src/commands/output.schema.json", NULL);
    const char *const argv[] = {"/usr/bin/python3", program, schema, NULL};
    g_autoptr(Child) child = child_run(argv, rig->home->env, printed->lines->str);
    assert_string_equal(child->errors->str, "");
    assert_int_equal(child_code(child), child->output->len == 0 ? 0 : 1);
    return g_strdup(child->output->str);
}

/* Each command was seen to succeed and to fail, as far as it prints JSON then. */
static void assert_all(const struct printed *printed)
{
#define COMMAND(name, usage, summary)                                                      \
    if (strcmp(#name, "help") != 0 && !g_hash_table_contains(printed->outcomes[0], #name)) \
        fail_msg("%s never succeeded", #name);                                             \
    if (strstr("help list demo", #name) == NULL &&                                         \
        !g_hash_table_contains(printed->outcomes[1], #name))                               \
        fail_msg("%s never failed", #name);
#include "perch/commands/commands.def"
#undef COMMAND
}

static void each_command__prints_what_the_schema_says(void **state)
{
    static const struct call healthy[] = {
        {{"list"}, 0, NULL},
        {{"token", "acme"}, 0, NULL},
        {{"credential", "get", "acme"}, 0, NULL},
        {{"test", "acme"}, 0, NULL},
        {{"test", "acme", "--dry-run"}, 0, NULL},
        {{"test", "acme", "--set", "Email=not-an-address"}, 7, NULL},
        {{"status"}, 0, NULL},
        {{"refresh"}, 0, NULL},
        {{"doctor", "acme"}, 0, NULL},
        {{"doctor", "acme", "beta"}, 0, NULL},
        {{"explain", "-"},
         4,
         "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired\"}]"},
        {{"explain", "-"}, 0, "{\"id\":\"00QWx00000AbCdEFGH\",\"success\":true,\"errors\":[]}"},
        {{"handoff", "acme"}, 0, NULL},
        {{"handoff", "acme", "--rehearse"}, 0, NULL},
        {{"app", "acme"}, 0, NULL},
        {{"app", "acme", "--format", "metadata", "--contact-email", "it@acme.com"}, 0, NULL},
        {{"app", "flow", "--create"}, 0, NULL},
        {{"app", "flow", "--repair", "--dry-run"}, 0, NULL},
        {{"app", "flow", "--remove", "--yes"}, 0, NULL},
        {{"reauthorize", "acme", "--no-input"}, 0, NULL},
        {{"demo", "--list"}, 0, NULL},
        {{"handoff", "--list"}, 0, NULL},
    };
    static const struct call closed[] = {
        {{"token", "acme", "--fresh"}, 10, NULL},
        {{"test", "acme"}, 10, NULL},
        {{"status"}, 10, NULL},
        {{"refresh"}, 10, NULL},
        {{"doctor", "acme"}, 10, NULL},
        {{"doctor", "acme", "beta"}, 10, NULL},
        {{"handoff", "acme", "--rehearse"}, 10, NULL},
        {{"app", "flow", "--create"}, 10, NULL},
        {{"reauthorize", "acme", "--no-input", "--timeout", "1"}, 8, NULL},
        {{"credential", "get", "flow"}, 4, NULL},
        {{"forget", "acme", "--yes"}, 10, NULL},
    };
    static const struct call last = {{"forget", "acme", "--yes"}, 0, NULL};
    (void)state;
    g_autoptr(Rig) rig = maker_rig();
    struct printed printed = {g_string_new(NULL), {0}};
    for (int i = 0; i < OUTCOMES; i++)
        printed.outcomes[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    set_up(rig, "beta", NULL, 0, &printed);
    set_up(rig, "gamma", "3MVG9.NoSuchKey", 5, &printed);
    for (gsize i = 0; i < G_N_ELEMENTS(healthy); i++)
        call(rig, &healthy[i], &printed);
    g_autoptr(Child) url = rig_perch_secret(rig, "handoff", "acme", "--format", "sfdx-url", NULL);
    const struct call imported = {{"import", "cli", "--from", "sf"}, 0, url->output->str};
    call(rig, &imported, &printed);
    demo_org_patch(rig->org, "{'org': {'maintenance_until_ms': '+600000'}}");
    for (gsize i = 0; i < G_N_ELEMENTS(closed); i++)
        call(rig, &closed[i], &printed);
    const struct call refused = {{"import", "other", "--from", "sf"}, 10, url->output->str};
    call(rig, &refused, &printed);
    demo_org_patch(rig->org, "{'org': {'maintenance_until_ms': 0}}");
    call(rig, &last, &printed);

    g_autofree char *wrong = validate(rig, &printed);
    assert_string_equal(wrong, "");
    assert_all(&printed);
    for (int i = 0; i < OUTCOMES; i++)
        g_hash_table_unref(printed.outcomes[i]);
    g_string_free(printed.lines, TRUE);
}

/* The schema allows no member that it does not name, wherever perch owns the object. */
static void a_member_too_many__is_found(void **state)
{
    static const char *const lines[] = {
        "{'perch':1,'command':'token','connection':'a','status':'ok','exit':0,'checks':[],'x':1}",
        "{'perch':1,'command':'token','connection':'a','status':'ok','exit':0}",
        "{'perch':2,'command':'token','connection':'a','status':'ok','exit':0,'checks':[]}",
        "{'perch':1,'command':'doctor','status':'ok','exit':0,'connections':[{'perch':1,"
        "'command':'doctor','connection':'a','status':'ok','exit':0,'checks':[],'x':1}]}",
        "{'perch':1,'command':'test','connection':'a','status':'ok','exit':0,'record':null,"
        "'url':null,'checks':[{'id':'a','title':'A','status':'ok','milliseconds':0,"
        "'evidence':{'x':1}}]}",
        "{'perch':1,'command':'list','connection':null,'status':'ok','exit':0,'checks':[],"
        "'connections':[{'connection':'a','state':'','login_url':null,'username':null,"
        "'channels':[{'id':'a','name':'A','object':'Lead','x':1}]}]}",
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_EMPTY, NULL);
    struct printed printed = {g_string_new(NULL), {0}};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *line = g_strdelimit(g_strdup(lines[i]), "'", '"');
        g_string_append_printf(printed.lines, "%s\n", line);
    }
    g_autofree char *wrong = validate(rig, &printed);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *number = g_strdup_printf("%zu: ", i + 1);
        if (strstr(wrong, number) == NULL)
            fail_msg("allowed: %s", lines[i]);
    }
    g_string_free(printed.lines, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_command__prints_what_the_schema_says),
        cmocka_unit_test(a_member_too_many__is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
