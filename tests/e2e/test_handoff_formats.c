/* SPDX-License-Identifier: MIT */

/* The exports, used by what they are for: sh and curl, newman, shells that source them. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "e2e/rig.h"
#include "perch/base/text.h"

static const char lead_path[] = "/services/data/v68.0/sobjects/Lead";
static const char case_path[] = "/services/data/v68.0/sobjects/Case";

/* perch handoff acme --format FORMAT --output (a new file below home, which is returned). */
static char *export(Rig *rig, const char *format, const char *name)
{
    char *file = g_build_filename(rig->home->home, name, NULL);
    g_autoptr(Child) child =
        rig_perch(rig, "handoff", "acme", "--format", format, "--output", file, NULL);
    assert_code(child, 0);
    return file;
}

/* It holds secrets, as it should; the search of all files must not find it. */
static void drop(const char *file)
{
    struct stat info;
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(remove(file), 0);
}

/* Bodies of the requests "METHOD path" that the org has served, in order. */
static GPtrArray *bodies(Rig *rig, const char *method, const char *path)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    JSON_FOREACH(entry, log)
    {
        if (strcmp(json_get_string(entry, "method"), method) == 0 &&
            g_str_has_prefix(json_get_string(entry, "target"), path))
            g_ptr_array_add(found, g_strdup(json_get_string(entry, "body")));
    }
    return found;
}

static void assert_awkward_lead(const char *body)
{
    g_autoptr(Json) lead = json_parse(body, strlen(body), NULL);
    assert_non_null(lead);
    assert_string_equal(json_get_string(lead, "Company"), "WhatsApp");
    assert_string_equal(json_get_string(lead, "Description"),
                        "perch test: It's \"quoted\" \\ ünïcode");
}

static void curl__as_it_is__creates_and_deletes_for_each_channel(void **state)
{
    static const char *const shells[] = {"dash", "bash"};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *file = export(rig, "curl", "flow.sh");
    for (gsize i = 0; i < G_N_ELEMENTS(shells); i++) {
        guint leads = demo_org_requests(rig->org, "POST", lead_path);
        guint cases = demo_org_requests(rig->org, "POST", case_path);
        guint deleted = demo_org_requests(rig->org, "DELETE", "/services/data/");
        const char *argv[] = {shells[i], file, NULL};
        g_autoptr(Child) script = child_run(argv, rig->home->env, NULL);
        assert_code(script, 0);
        assert_string_equal(script->errors->str, "");
        assert_true(g_regex_match_simple("\\Awhatsapp: Lead 00Q[A-Za-z0-9]{15} created\n"
                                         "whatsapp: Lead 00Q[A-Za-z0-9]{15} deleted again\n"
                                         "viber: Case 500[A-Za-z0-9]{15} created\n"
                                         "viber: Case 500[A-Za-z0-9]{15} deleted again\n\\z",
                                         script->output->str, 0, 0));
        assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), leads + 1);
        assert_int_equal(demo_org_requests(rig->org, "POST", case_path), cases + 1);
        assert_int_equal(demo_org_requests(rig->org, "DELETE", "/services/data/"), deleted + 2);
        canary_search(rig->canary, "the script's output", script->output->str, -1);
        g_autoptr(GPtrArray) sent = bodies(rig, "POST", lead_path);
        assert_awkward_lead(sent->pdata[sent->len - 1]);
    }
    drop(file);
}

static void curl__one_channel__and_errors_that_tell(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *file = export(rig, "curl", "flow.sh");
    guint leads = demo_org_requests(rig->org, "POST", lead_path);
    const char *one[] = {"sh", file, "viber", NULL};
    tmphome_set(rig->home, "KEEP", "1");
    g_autoptr(Child) viber = child_run(one, rig->home->env, NULL);
    assert_code(viber, 0);
    assert_true(g_regex_match_simple("\\Aviber: Case 500[A-Za-z0-9]{15} created\n\\z",
                                     viber->output->str, 0, 0));
    assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), leads);
    demo_org_patch(rig->org, "{'org':{'api_access':false}}");
    g_autoptr(Child) off = child_run(one, rig->home->env, NULL);
    assert_code(off, 1);
    assert_contains(off->errors->str, "viber: no Case was created");
    assert_contains(off->errors->str, "API_DISABLED_FOR_ORG");
    drop(file);
}

static void curl_config__as_it_is__gets_a_token(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *file = export(rig, "curl-config", "token.curlrc");
    const char *argv[] = {"curl", "--config", file, NULL};
    g_autoptr(Child) curl = child_run(argv, rig->home->env, NULL);
    assert_code(curl, 0);
    g_autoptr(Json) answer = json_parse(curl->output->str, curl->output->len, NULL);
    assert_true(g_str_has_prefix(json_get_string(answer, "access_token"), "00D"));
    demo_org_patch(rig->org, "{'grants':{'*':null}}");
    g_autoptr(Child) revoked = child_run(argv, rig->home->env, NULL);
    assert_int_not_equal(child_code(revoked), 0);
    assert_contains(revoked->output->str, "invalid_grant");
    drop(file);
}

static void assert_secrets_in_environment_only(Rig *rig, const char *collection,
                                               const char *environment)
{
    g_autofree char *text = NULL, *values_text = NULL;
    assert_true(g_file_get_contents(collection, &text, NULL, NULL));
    canary_search(rig->canary, "the collection", text, -1);
    assert_true(g_file_get_contents(environment, &values_text, NULL, NULL));
    g_autoptr(Json) json = json_parse(values_text, strlen(values_text), NULL);
    guint secrets = 0;
    JSON_FOREACH(value, json_get(json, "values"))
    {
        bool secret = strcmp(json_get_string(value, "type"), "secret") == 0;
        secrets += secret;
        if (strcmp(json_get_string(value, "key"), "client_secret") == 0) {
            assert_true(secret);
            assert_string_equal(json_get_string(value, "value"), rig->org->client_secret);
        }
    }
    assert_int_equal(secrets, 3);
}

static void postman__newman__creates_and_deletes(void **state)
{
    (void)state;
    g_autofree char *newman = rig_newman();
    if (newman == NULL)
        skip();
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *base = g_build_filename(rig->home->home, "acme", NULL);
    g_autofree char *collection = g_strconcat(base, ".postman_collection.json", NULL);
    g_autofree char *environment = g_strconcat(base, ".postman_environment.json", NULL);
    g_autoptr(Child) child =
        rig_perch(rig, "handoff", "acme", "--format", "postman", "--output", base, NULL);
    assert_code(child, 0);
    assert_secrets_in_environment_only(rig, collection, environment);
    guint leads = demo_org_requests(rig->org, "POST", lead_path);
    guint cases = demo_org_requests(rig->org, "POST", case_path);
    const char *argv[] = {newman,    "run", collection,          "-e", environment, "-r", "cli",
                          "--color", "off", "--disable-unicode", NULL};
    g_autoptr(Child) run = child_run(argv, rig->home->env, NULL);
    assert_code(run, 0);
    assert_int_equal(demo_org_requests(rig->org, "POST", lead_path), leads + 1);
    assert_int_equal(demo_org_requests(rig->org, "POST", case_path), cases + 1);
    g_autoptr(GPtrArray) sent = bodies(rig, "POST", lead_path);
    assert_awkward_lead(sent->pdata[sent->len - 1]);
    assert_int_equal(demo_org_requests(rig->org, "DELETE", lead_path), 2);
    /* An invalid token: the run reports it. */
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(environment, &text, NULL, NULL));
    g_auto(GStrv) around = g_strsplit(text, "CANARY", -1);
    g_autofree char *broken = g_strjoinv("BROKEN", around);
    assert_true(g_file_set_contents(environment, broken, -1, NULL));
    g_autoptr(Child) refused = child_run(argv, rig->home->env, NULL);
    assert_code(refused, 1);
    remove(collection);
    remove(environment);
}

static void postman__without_output__is_usage(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) child = rig_perch(rig, "handoff", "acme", "--format", "postman", NULL);
    assert_code(child, 2);
    assert_contains(child->errors->str, "--output");
}

/* An env file of a connection whose user name holds what shells and parsers trip over. */
static void set_username(Rig *rig, const char *username)
{
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    json_set_string(json, "username", username);
    g_autofree char *printed = json_print(json);
    assert_true(g_file_set_contents(path, printed, -1, NULL));
}

static void env__sourced__by_dash_and_bash(void **state)
{
    static const char hard[] = " a#b $HOME $(id) `id` \"q\" {x} ü!;&|<>*?~ = ";
    static const char *const shells[] = {"dash", "bash"};
    static const char script[] = ". \"$1\" && printf '%s' \"$SALESFORCE_USERNAME\"";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    set_username(rig, hard);
    g_autofree char *file = export(rig, "env", "acme.env");
    for (gsize i = 0; i < G_N_ELEMENTS(shells); i++) {
        const char *argv[] = {shells[i], "-c", script, "sh", file, NULL};
        g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
        assert_code(child, 0);
        assert_string_equal(child->output->str, hard);
    }
    drop(file);
}

/* Values that every reader of such files would interpret. */
static bool is_inexpressible(const char *value)
{
    return strpbrk(value, "'\\\n\r\t") != NULL || strstr(value, "${") != NULL;
}

static char *hard_value(GRand *rand)
{
    static const char *const parts[] = {"'", "\"", "\\", "$", "${", "}", "`", "$(", ")", "\n",
                                        "#", " ",  "=",  "!", "&",  "ü", "😀", "a",  "~", "\t"};
    GString *value = g_string_new(NULL);
    for (int n = g_rand_int_range(rand, 1, 7); n > 0; n--)
        g_string_append(value, parts[g_rand_int_range(rand, 0, G_N_ELEMENTS(parts))]);
    return g_string_free(value, FALSE);
}

static void env__any_value__comes_back_whole_or_is_refused(void **state)
{
    enum { SEED = 20261123, VALUES = 40 };
    static const char *const shells[] = {"dash", "bash"};
    static const char script[] = ". \"$1\" && printf '%s' \"$SALESFORCE_USERNAME\"";
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    guint refused = 0;
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *file = g_build_filename(rig->home->home, "acme.env", NULL);
    for (int i = 0; i < VALUES; i++) {
        g_autofree char *any = hard_value(rand);
        g_autofree char *value = text_told(any, TOLD_LIST); /* as perch reads its settings */
        set_username(rig, any);
        g_autoptr(Child) child =
            rig_perch(rig, "handoff", "acme", "--format", "env", "--output", file, NULL);
        bool written = child_code(child) == 0;
        if (written == is_inexpressible(value))
            fail_msg("%s: <%s>", written ? "written" : "refused", value);
        refused += !written;
        for (gsize j = 0; written && j < G_N_ELEMENTS(shells); j++) {
            const char *argv[] = {shells[j], "-c", script, "sh", file, NULL};
            g_autoptr(Child) shell = child_run(argv, rig->home->env, NULL);
            assert_string_equal(shell->output->str, value);
        }
        if (written)
            drop(file);
    }
    assert_true(refused >= 1 && refused < VALUES);
}

static void env__what_it_cannot_say__is_refused(void **state)
{
    static const char *const refused[] = {"o'clock", "${HOME}", "back\\slash"};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        set_username(rig, refused[i]);
        g_autoptr(Child) child = rig_perch(rig, "handoff", "acme", "--format", "env", NULL);
        assert_int_not_equal(child_code(child), 0);
        assert_string_equal(child->output->str, "");
        assert_contains(child->errors->str, "SALESFORCE_USERNAME");
    }
}

/* Programs that read such files, and how each is made to say one of the values: $1 is the file, $2
 * the folder of the Node modules, $3 that of the source. */
static const struct reader {
    const char *format, *program, *script;
} readers[] = {
    {"env", "node",
     "node -e 'process.stdout.write(require(process.argv[2]).parse(require(\"fs\").readFileSync("
     "process.argv[1])).SALESFORCE_USERNAME)' \"$1\" \"$2/dotenv\""},
    {"env", "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator",
     "mkdir -p \"$HOME/.config/environment.d\" && cp \"$1\" \"$HOME/.config/environment.d/x.conf\" "
     "&& line=$(/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator | "
     "grep ^SALESFORCE_USERNAME=); rm \"$HOME/.config/environment.d/x.conf\"; eval \"$line\"; "
     "printf %s \"$SALESFORCE_USERNAME\""},
    {"env-file", "node",
     "node -e 'process.stdout.write(require(process.argv[2]).parse(require(\"fs\").readFileSync("
     "process.argv[1])).SALESFORCE_USERNAME)' \"$1\" \"$2/dotenv\""},
    {"env-file", "kubectl",
     "kubectl create secret generic x --from-env-file=\"$1\" --dry-run=client -o "
     "'jsonpath={.data.SALESFORCE_USERNAME}' | base64 -d"},
    {"env-file", "docker",
     "node \"$3/tests/support/docker_env.js\" \"$HOME/socket\" \"$1\" "
     "SALESFORCE_USERNAME"},
    /* which keeps the values in its own files */
    {"env-file", "podman",
     "pod() { podman --storage-driver=vfs --root \"$HOME/store\" --runroot \"$HOME/run\" \"$@\"; "
     "}; "
     "pod create --name x --env-file \"$1\" --network none --rootfs \"$HOME\" true >/dev/null && "
     "value=$(pod inspect --format '{{range .Config.Env}}{{println .}}{{end}}' x | "
     "sed -n 's/^SALESFORCE_USERNAME=//p'); printf %s \"$value\"; pod rm -f x >/dev/null; "
     "rm -rf \"$HOME/store\" \"$HOME/run\""},
    {"github-actions", "gh",
     "node \"$3/tests/support/gh_secrets.js\" \"$2\" \"$1\" SALESFORCE_USERNAME"},
    {"container-secret", "docker",
     "node \"$3/tests/support/docker_env.js\" \"$HOME/socket\" \"$1\" >\"$HOME/opened\"; "
     ". \"$HOME/opened\"; rm \"$HOME/opened\"; printf %s \"$SALESFORCE_USERNAME\""},
    {"container-secret", "podman",
     "podman --storage-driver=vfs --root \"$HOME/store\" --runroot \"$HOME/run\" secret create "
     "--driver-opts path=\"$HOME/store\" x \"$1\" >/dev/null && "
     "sed -n 's/.*: *\"\\([A-Za-z0-9+/=]*\\)\".*/\\1/p' \"$HOME/store/secretsdata.json\" | "
     "base64 -d >\"$HOME/opened\"; . \"$HOME/opened\"; printf %s \"$SALESFORCE_USERNAME\"; "
     "rm -rf \"$HOME/store\" \"$HOME/run\" \"$HOME/opened\""},
    {"fish", "fish",
     "fish --no-config -c 'source $argv[1]; printf %s $SALESFORCE_USERNAME' \"$1\""},
};

static bool is_here(const struct reader *reader, const char *modules)
{
    static const char *const needed[][2] = {{"node", "dotenv"}, {"gh", "libsodium-wrappers"}};
    g_autofree char *program = g_find_program_in_path(reader->program);
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        g_autofree char *module = g_build_filename(modules, needed[i][1], NULL);
        if (strcmp(reader->program, needed[i][0]) == 0 && !g_file_test(module, G_FILE_TEST_IS_DIR))
            return false;
    }
    return program != NULL;
}

static void env_formats__each_tool__reads_the_value_back(void **state)
{
    static const char *const values[] = {"plain", "a b", "x=y;&!~|<>", "ünï 😀", "--x"};
    static const struct {
        const char *format, *value;
    } more[] = {{"env", "say \"hi\" #1 `x`"},
                {"github-actions", "say \"hi\" #1 `x`"},
                {"container-secret", "say \"hi\" #1 `x`"},
                {"fish", "It's \\ \"$HOME\" #1 $(x) '"}};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autofree char *folder = g_path_get_dirname(g_getenv("TEST_BUILD"));
    g_autofree char *modules = g_build_filename(folder, "node", "node_modules", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(values) + G_N_ELEMENTS(more); i++) {
        const bool common = i < G_N_ELEMENTS(values);
        const char *value = common ? values[i] : more[i - G_N_ELEMENTS(values)].value;
        set_username(rig, value);
        for (gsize j = 0; j < G_N_ELEMENTS(readers); j++) {
            if (!is_here(&readers[j], modules) ||
                (!common && strcmp(readers[j].format, more[i - G_N_ELEMENTS(values)].format) != 0))
                continue;
            g_autofree char *file = export(rig, readers[j].format, "values");
            const char *argv[] = {"sh", "-c",    readers[j].script,       "sh",
                                  file, modules, g_getenv("TEST_SOURCE"), NULL};
            g_autoptr(Child) child = child_run(argv, rig->home->env, NULL);
            if (strcmp(child->output->str, value) != 0)
                fail_msg("%s by %s: <%s>, not <%s>: %s", readers[j].format, readers[j].program,
                         child->output->str, value, child->errors->str);
            drop(file);
        }
    }
}

static void env_file__what_its_readers_see_more_in__is_refused(void **state)
{
    static const char *const refused[] = {"o'clock", "say \"x\"", "$x",  "a #b", "a#b",
                                          " a",      "a ",        "b\\", "`x`"};
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        set_username(rig, refused[i]);
        g_autoptr(Child) child = rig_perch(rig, "handoff", "acme", "--format", "env-file", NULL);
        assert_int_not_equal(child_code(child), 0);
        assert_string_equal(child->output->str, "");
        assert_contains(child->errors->str, "SALESFORCE_USERNAME");
    }
}

static void markdown_and_k8s__hold_the_values(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) sheet = rig_perch_secret(rig, "handoff", "acme", "--format", "markdown", NULL);
    assert_code(sheet, 0);
    assert_contains(sheet->output->str, rig->org->client_secret);
    assert_contains(sheet->output->str, "## Step 3, Fetch variables: create the Lead · WhatsApp");
    g_autoptr(Child) yaml =
        rig_perch_secret(rig, "handoff", "acme", "--format", "k8s-secret", NULL);
    assert_code(yaml, 0);
    g_autofree char *base64 =
        g_base64_encode((const guchar *)rig->org->client_secret, strlen(rig->org->client_secret));
    g_autofree char *line = g_strdup_printf("\n  SALESFORCE_CLIENT_SECRET: %s\n", base64);
    assert_contains(yaml->output->str, line);
    assert_contains(yaml->output->str, "\nkind: Secret\nmetadata:\n  name: salesforce-acme\n");
}

static void channel__chosen__and_unknown(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) viber =
        rig_perch_secret(rig, "handoff", "acme", "--json", "--channel", "viber", NULL);
    assert_code(viber, 0);
    g_autoptr(Json) json = child_json(viber);
    assert_string_equal(json_get_string(json, "object"), "Case");
    assert_int_equal(json_size(json_get(json, "channels")), 1);
    g_autoptr(Child) none = rig_perch(rig, "handoff", "acme", "--channel", "fax", NULL);
    assert_code(none, 2);
    assert_contains(none->errors->str, "whatsapp, viber");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curl__as_it_is__creates_and_deletes_for_each_channel),
        cmocka_unit_test(curl__one_channel__and_errors_that_tell),
        cmocka_unit_test(curl_config__as_it_is__gets_a_token),
        cmocka_unit_test(postman__newman__creates_and_deletes),
        cmocka_unit_test(postman__without_output__is_usage),
        cmocka_unit_test(env__sourced__by_dash_and_bash),
        cmocka_unit_test(env__any_value__comes_back_whole_or_is_refused),
        cmocka_unit_test(env__what_it_cannot_say__is_refused),
        cmocka_unit_test(env_formats__each_tool__reads_the_value_back),
        cmocka_unit_test(env_file__what_its_readers_see_more_in__is_refused),
        cmocka_unit_test(markdown_and_k8s__hold_the_values),
        cmocka_unit_test(channel__chosen__and_unknown),
    };
    return cmocka_run_group_tests_name("hand-off formats", tests, NULL, NULL);
}
