/* SPDX-License-Identifier: MIT */

/* Where else than on the command line an option's value can stand: PERCH_… variables, and the file
 * of perch setup --config. */

#include <string.h>

#include "e2e/rig.h"

/* perch with these words, and "NAME=value" first if variable is not NULL. */
static Child *perch_with(Rig *rig, const char *variable, const char *const *words)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)(guintptr) "env");
    if (variable != NULL)
        g_ptr_array_add(argv, (gpointer)(guintptr)variable);
    g_ptr_array_add(argv, (gpointer)(guintptr)g_getenv("PERCH"));
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)words[i]);
    g_ptr_array_add(argv, NULL);
    return child_run((const char *const *)argv->pdata, rig->home->env, NULL);
}

/* ---- the environment ---- */

static const struct row {
    const char *variable; /* set to something, */
    const char *words[6]; /* with this command */
    const char *says;     /* shows in what is said or printed */
} rows[] = {
    {"PERCH_PLAIN=maybe", {"list"}, "PERCH_PLAIN cannot be \"maybe\". It stands for --plain."},
    {"PERCH_JSON=1", {"list"}, "{\"perch\":1"},
    {"PERCH_NO_INPUT=yes", {"setup"}, "With --no-input these are missing: NAME, --client-id"},
    {"PERCH_QUIET=?", {"list"}, "PERCH_QUIET cannot be \"?\""},
    {"PERCH_TIMEOUT=-1", {"list"}, "--timeout takes a number of seconds"},
    {"PERCH_SETUP_LOGIN_URL=a.my.salesforce.com", {"setup", "--print-config"}, "a.my.sales"},
    {"PERCH_SETUP_LOGIN=magic", {"setup"}, "--login cannot be \"magic\""},
    {"PERCH_SETUP_USERNAME=robot@acme.com", {"setup", "--print-config"}, "robot@acme.com"},
    {"PERCH_SETUP_CLIENT_ID=3MVG9.Key", {"setup", "--print-config"}, "3MVG9.Key"},
    {"PERCH_SETUP_CLIENT_SECRET_FILE=s.txt", {"setup", "--print-config"}, "s.txt"},
    {"PERCH_SETUP_CALLBACK_PORT=2001", {"setup", "--print-config"}, "[2001]"},
    {"PERCH_CALLBACK_PORT=2002", {"setup", "--print-config"}, "[2002]"},
    {"PERCH_SETUP_CONFIG=/nowhere", {"setup"}, "/nowhere: It cannot be opened"},
    {"PERCH_REAUTHORIZE_CALLBACK_PORT=70000", {"reauthorize", "acme"}, "--callback-port takes"},
    {"PERCH_TEST_OBJECT=Task", {"test", "acme"}, "--object"},
    {"PERCH_TEST_CHANNEL=fax", {"test", "acme"}, "fax"},
    {"PERCH_CHANNEL=fax", {"test", "acme"}, "fax"},
    {"PERCH_STATUS_INTERVAL=1", {"status", "--watch"}, "--interval takes"},
    {"PERCH_HANDOFF_FORMAT=flugi", {"handoff", "acme"}, "flugi"},
    {"PERCH_HANDOFF_CHANNEL=fax", {"handoff", "acme"}, "fax"},
    {"PERCH_HANDOFF_PLATFORM=fax", {"handoff", "acme"}, "fax"},
    {"PERCH_HANDOFF_VAULT_PATH=x", {"handoff", "acme", "--format", "vault"}, "VAULT_ADDR"},
    {"PERCH_HANDOFF_VAULT_MOUNT=x", {"handoff", "acme", "--format", "vault"}, "VAULT_ADDR"},
    {"PERCH_HANDOFF_VAULT_TOKEN_FILE=/no", {"handoff", "acme", "--format", "vault"}, "VAULT_ADDR"},
    {"PERCH_IMPORT_FROM=sf", {"import", "cli"}, "auth URL"},
    {"PERCH_APP_KIND=fax", {"app", "acme"}, "fax"},
    {"PERCH_APP_VALUES=fax", {"app", "acme"}, "fax"},
    {"PERCH_APP_FORMAT=fax", {"app", "acme"}, "fax"},
    {"PERCH_APP_CONTACT_EMAIL=fax", {"app", "acme"}, "e-mail"},
    {"PERCH_APP_RUN_AS=me@acme.com", {"app", "acme", "--values", "client-credentials"}, "me@acme"},
};

/* The names that perch help environment lists. */
static GHashTable *listed(Rig *rig)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(Child) child = rig_perch(rig, "help", "environment", NULL);
    assert_code(child, 0);
    g_auto(GStrv) lines = g_strsplit(child->output->str, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix(lines[i], "  PERCH_"))
            g_hash_table_add(names, g_strndup(lines[i] + 2, strcspn(lines[i] + 2, " ")));
    return names;
}

static void each_variable__stands_for_its_option(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(GHashTable) names = listed(rig);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strndup(rows[i].variable, strcspn(rows[i].variable, "="));
        g_autoptr(Child) child = perch_with(rig, rows[i].variable, rows[i].words);
        if (strstr(child->output->str, rows[i].says) == NULL &&
            strstr(child->errors->str, rows[i].says) == NULL)
            fail_msg("%s: %s%s", rows[i].variable, child->output->str, child->errors->str);
        g_hash_table_remove(names, name);
    }
    GHashTableIter iter;
    gpointer left;
    g_hash_table_iter_init(&iter, names);
    if (g_hash_table_iter_next(&iter, &left, NULL))
        fail_msg("no row tries %s", (const char *)left);
}

/* Each option of each command is listed, but those that are for the moment. */
static void the_list__has_each_option_that_may_stay(void **state)
{
    static const char momentary[] =
        " new-key print-config fresh keep dry-run watch all list rehearse keep-grant yes show set "
        "permission-set no-key create repair remove read-secret with output like check "
        "webhook-file stage status ";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autoptr(GHashTable) names = listed(rig);
    guint found = 0;
#define COMMAND(command, usage, summary)                                                 \
    {                                                                                    \
        g_autoptr(Child) child = rig_perch(rig, #command, "--help", NULL);               \
        g_auto(GStrv) lines = g_strsplit(child->output->str, "\n", -1);                  \
        for (gsize i = 0; lines[i] != NULL && strcmp(lines[i], "Examples:") != 0; i++) { \
            const char *option = strstr(lines[i], "--");                                 \
            if (option == NULL || option > lines[i] + 6)                                 \
                continue;                                                                \
            g_autofree char *word = g_strndup(option + 2, strcspn(option + 2, "= "));    \
            g_autofree char *of_all = g_strconcat("PERCH_", word, NULL);                 \
            g_autofree char *own = g_strconcat("PERCH_", #command, "_", word, NULL);     \
            g_autofree char *any = g_ascii_strup(g_strdelimit(of_all, "-", '_'), -1);    \
            g_autofree char *one = g_ascii_strup(g_strdelimit(own, "-", '_'), -1);       \
            g_autofree char *moment = g_strconcat(" ", word, " ", NULL);                 \
            const bool is =                                                              \
                g_hash_table_contains(names, any) || g_hash_table_contains(names, one);  \
            if (is == (strstr(momentary, moment) != NULL))                               \
                fail_msg("%s --%s: %d", #command, word, is);                             \
            found += is;                                                                 \
        }                                                                                \
    }
#include "perch/commands/commands.def"
#undef COMMAND
    assert_true(found > G_N_ELEMENTS(rows));
}

static void a_flag_of_one_command__cannot_be_set_for_ever(void **state)
{
    static const char *const variables[] = {"PERCH_FORGET_YES=1", "PERCH_YES=1", "PERCH_UNKNOWN=1"};
    static const char *const words[] = {"forget", "acme", "--no-input", NULL};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        g_autoptr(Child) child = perch_with(rig, variables[i], words);
        assert_code(child, 2);
        assert_contains(child->errors->str, "--yes");
    }
    g_autofree char *settings = rig_settings(rig, "acme.json");
    assert_contains(settings, "proven_at");
}

/* ---- the file ---- */

static char *printed_config(Rig *rig, const char *name, const char *file)
{
    g_autoptr(Child) child = rig_perch(rig, "setup", name, "--print-config",
                                       file == NULL ? NULL : "--config", file, NULL);
    assert_code(child, 0);
    assert_string_equal(child->errors->str, "");
    return g_strdup(child->output->str);
}

static void command_line__then_environment__then_file(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_EMPTY, NULL);
    g_autofree char *file = tmphome_write(
        rig->home, "c.json", "{\"ports\": [2001, 2002], \"client_id\": \"3MVG9.file\"}");
    const char *const words[] = {
        "setup", "x", "--print-config", "--config", file, "--callback-port", "2004", NULL};
    const char *const fewer[] = {"setup", "x", "--print-config", "--config", file, NULL};
    g_autoptr(Child) all = perch_with(rig, "PERCH_CALLBACK_PORT=2003", words);
    assert_contains(all->output->str, "[2004]");
    g_autoptr(Child) two = perch_with(rig, "PERCH_CALLBACK_PORT=2003", fewer);
    assert_contains(two->output->str, "[2003]");
    g_autoptr(Child) one = perch_with(rig, NULL, fewer);
    assert_contains(one->output->str, "[2001, 2002]");
    assert_contains(one->output->str, "3MVG9.file");
    g_autoptr(Child) key = perch_with(rig, "PERCH_CLIENT_ID=3MVG9.variable", fewer);
    assert_contains(key->output->str, "3MVG9.variable");
}

static void config__sets_up__and_what_is_printed_is_the_same(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *text = g_strdup_printf(
        "{\"login_url\": \"%s\", \"client_id\": \"%s\", \"client_secret_file\": \"%s\", "
        "\"ports\": [%u], \"platform\": \"other\", \"contact_email\": \"it@acme.com\", "
        "\"test_keep\": false, \"channel\": \"fax\", \"channels\": [{\"id\": \"fax\", "
        "\"name\": \"Fax\", \"object\": \"Case\", \"fields\": [{\"field\": \"Subject\", "
        "\"text\": \"Fax from {{senderName}}\"}]}]}",
        rig->org->url, rig->org->client_id, rig->org->secret_file, rig->org->callback_ports[0]);
    g_autofree char *file = tmphome_write(rig->home, "c.json", text);
    g_autoptr(Child) child =
        rig_perch(rig, "setup", "acme", "--plain", "--no-input", "--config", file, NULL);
    assert_code(child, 0);
    g_autoptr(Child) tested = rig_perch(rig, "test", "acme", NULL);
    assert_code(tested, 0);
    assert_contains(tested->output->str, "Case");

    g_autofree char *printed = printed_config(rig, "acme", NULL);
    g_autoptr(Json) json = json_parse(printed, strlen(printed), NULL);
    assert_string_equal(json_get_string(json, "login_url"), rig->org->url);
    assert_string_equal(json_get_string(json, "client_id"), rig->org->client_id);
    assert_string_equal(json_get_string(json, "platform"), "other");
    assert_null(json_get(json, "client_secret_file"));
    assert_null(strstr(printed, rig->org->client_secret));
    assert_int_equal(json_size(json_get(json, "channels")), 1);
    g_autofree char *second = tmphome_write(rig->home, "d.json", printed);
    g_autofree char *again = printed_config(rig, "other", second);
    assert_string_equal(again, printed);
    /* Nothing was set up by that. */
    g_autoptr(Child) none = rig_perch(rig, "list", "other", NULL);
    assert_code(none, 2);
}

static void config__another_way_to_log_in__has_its_scopes(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *text = g_strdup_printf(
        "{\"login_url\": \"%s\", \"client_id\": \"%s\", \"app_values\": \"client-credentials\"}",
        rig->org->url, rig->org->client_id);
    g_autofree char *file = tmphome_write(rig->home, "c.json", text);
    g_autoptr(Child) child =
        rig_perch(rig, "setup", "acme", "--plain", "--no-input", "--config", file, NULL);
    assert_int_not_equal(child_code(child), 0); /* no secret was given */
    g_autofree char *settings = rig_settings(rig, "acme.json");
    assert_contains(settings, "client-credentials");
    assert_null(strstr(settings, "refresh_token web"));
}

static void config__with_a_mistake__names_file_and_member(void **state)
{
    static const struct {
        const char *text, *says;
    } mistakes[] = {
        {"{'login_urls': 'x'}", "There is no setting login_urls. Did you mean login_url?"},
        {"{'refresh_token': 'x'}", "There is no setting refresh_token."},
        {"{'login_url': 5}", "login_url must be text."},
        {"{'login_url': 'http://acme.my.salesforce.com.example.com:1'}", "login_url: "},
        {"{'client_id': null}", "client_id must be text."},
        {"{'ports': '1717'}", "ports must be a list."},
        {"{'ports': ['1717']}", "ports[0] "},
        {"{'ports': [70000]}", "ports[0] cannot be 70000."},
        {"{'ports': [1, 2, 3, 4]}", "ports[3] cannot be used."},
        {"{'ports': []}", "ports cannot be []."},
        {"{'app_kind': 'foo'}", "app_kind cannot be \"foo\"."},
        {"{'app_values': 'foo'}", "app_values cannot be \"foo\"."},
        {"{'contact_email': 'nobody'}", "contact_email: This is not an e-mail address."},
        {"{'app_api_name': '1 2'}", "app_api_name: "},
        {"{'test_keep': 'yes'}", "test_keep must be true or false."},
        {"{'channel': 'fax'}", "channel cannot be \"fax\"."},
        {"{'channels': {}}", "channels must be a list."},
        {"{'channels': []}", "channels cannot be []."},
        {"{'channels': [{'name': 'SMS', 'x': 1}]}", "There is no setting channels[0].x."},
        {"{'channels': [{'name': 'SMS', 'object': 'Task'}]}", "channels[0].object cannot be"},
        {"{'channels': [{'name': 'SMS', 'fields': [{'field': 'LastName'}]}]}",
         "channels[0].fields[0] cannot be used."},
        {"[1]", "It has to be a JSON object."},
        {"{", "This is not valid JSON."},
    };
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_EMPTY, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree char *text = g_strdelimit(g_strdup(mistakes[i].text), "'", '"');
        g_autofree char *file = tmphome_write(rig->home, "c.json", text);
        g_autofree char *says = g_strdup_printf("perch: %s: %s", file, mistakes[i].says);
        g_autoptr(Child) child = rig_perch(rig, "setup", "x", "--config", file, NULL);
        assert_code(child, 2);
        g_strdelimit(child->errors->str, "\n", ' ');
        if (strstr(child->errors->str, says) == NULL)
            fail_msg("%s: %s", text, child->errors->str);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_variable__stands_for_its_option),
        cmocka_unit_test(the_list__has_each_option_that_may_stay),
        cmocka_unit_test(a_flag_of_one_command__cannot_be_set_for_ever),
        cmocka_unit_test(command_line__then_environment__then_file),
        cmocka_unit_test(config__sets_up__and_what_is_printed_is_the_same),
        cmocka_unit_test(config__another_way_to_log_in__has_its_scopes),
        cmocka_unit_test(config__with_a_mistake__names_file_and_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
