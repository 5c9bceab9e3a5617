/* SPDX-License-Identifier: MIT */

/*
 * Any text of a message reaches the org as it was written: through the mapping, the JSON of the
 * export, the insert and the read-back; as a shell script and as a Postman body, too. The seeds are
 * fixed, so that every run tries the same texts; MESSAGE_SEED=N tries others.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e2e/flow.h"
#include "e2e/rig.h"

/* Salesforce trims white space at the ends of a text; "<" and ">" keep it out of there. */
static const char *const awkward[] = {
    "<\"quoted\" 'single' \\ back\\slash \\\" \\n \\u0041 / \\/>",
    "<line\nline\r\nline\ttab\bback\fform\x01\x1b[31mred\x7f>",
    "<😀👩‍👩‍👧‍👦🇵🇱 zażółć gęślą jaźń 日本語 ﷽ a\u0301>",
    "<\U0001F9D1\U0001F3FD\u200D\U0001F680 \U0001F468\u200D\U0001F4BB>",
    "<مرحبا \u202Eשלום\u202C \u200F\u2067abc\u2069 \uFEFF\u200B\u2028\u2029>",
    "<\uFFFD\uFFFE\uFFFF\U0010FFFF\U0001FFFE\xC2\x80\xC2\x9F\u00A0\u00AD>",
    "<{{message}}{{x}}{{$guid}}{{senderName}}%s%n$(id)`id`${HOME}!!&|;*?[a]~#>",
    "<{\"a\":[1,null]},\"}]><script>alert(1)</script>&amp;<!--]]>>",
    "<'); DROP TABLE Lead;-- ' OR Name LIKE '%\\_%>",
};

/* Every plane, and more of what is near ASCII; no surrogates, no NUL, for those are no text. */
static char *random_text(guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    GString *text = g_string_new("<");
    for (int n = g_rand_int_range(rand, 1, 200); n > 0; n--) {
        gunichar c = g_rand_boolean(rand) ? (gunichar)g_rand_int_range(rand, 1, 0x250)
                                          : (gunichar)g_rand_int_range(rand, 1, 0x110000);
        if (g_unichar_validate(c))
            g_string_append_unichar(text, c);
    }
    g_string_append(text, "\"\\\n\t{{message}}{{x}}>");
    return g_string_free(text, FALSE);
}

static Json *with_sample(const Json *variables, const char *name, const char *text)
{
    Json *copy = json_array();
    JSON_FOREACH(variable, variables)
    {
        Json *row = json_copy(variable);
        if (strcmp(json_get_string(row, "name"), name) == 0)
            json_set_string(row, "sample", text);
        json_append(copy, row);
    }
    return copy;
}

/* The message that tests send, in every channel; as the mapping editor keeps it. */
static void set_message(Rig *rig, const char *text)
{
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *before = rig_settings(rig, "acme.json");
    g_autoptr(Json) json = json_parse(before, strlen(before), NULL);
    Json *channels = json_array();
    JSON_FOREACH(channel, json_get(json, "channels"))
    {
        Json *one = json_copy(channel);
        json_set(one, "variables", with_sample(json_get(channel, "variables"), "message", text));
        json_append(channels, one);
    }
    json_set(json, "channels", channels);
    g_autofree char *printed = json_print(json);
    assert_true(g_file_set_contents(path, printed, -1, NULL));
}

static Rig *ready(void)
{
    Rig *rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    return rig;
}

/* What the org has: Description of its newest record of that object; owned by the caller. */
static char *newest_description(Rig *rig, const char *object)
{
    g_autoptr(Json) all = demo_org_control(rig->org, "GET", "records", NULL);
    char *text = NULL;
    JSON_FOREACH(record, all)
    {
        if (strcmp(json_get_string(record, "object"), object) != 0)
            continue;
        g_free(text);
        text = g_strdup(json_get_string(json_get(record, "fields"), "Description"));
    }
    return text;
}

static void assert_description(Rig *rig, const char *object, const char *wanted, guint32 seed)
{
    g_autofree char *text = newest_description(rig, object);
    if (g_strcmp0(text, wanted) != 0)
        fail_msg("seed %u, %s: %s\nis not %s", seed, object, text, wanted);
}

/* Played from the exported values and read back by perch; and left in the org, to be seen there. */
static void assert_survives(Rig *rig, const char *text, guint32 seed)
{
    set_message(rig, text);
    g_autoptr(Child) played = rig_perch(rig, "handoff", "acme", "--rehearse", "--json", NULL);
    assert_code(played, 0);
    g_autoptr(Json) json = child_json(played);
    assert_string_equal(json_get_string(json_check(json, "whatsapp-read"), "status"), "ok");
    assert_string_equal(json_get_string(json_check(json, "viber-read"), "status"), "ok");
    const Json *evidence = json_get(json_check(json, "whatsapp-create"), "evidence");
    assert_string_equal(json_get_string(json_get(evidence, "sent"), "Description"), text);
    g_autoptr(Child) lead = rig_perch(rig, "test", "acme", "--keep", "--json", NULL);
    assert_code(lead, 0);
    assert_description(rig, "Lead", text, seed);
}

static void message__awkward_texts__arrive_unchanged(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    for (gsize i = 0; i < G_N_ELEMENTS(awkward); i++)
        assert_survives(rig, awkward[i], 0);
    /* As long as the field is. */
    g_autofree char *filling = g_strnfill(31998, '"');
    g_autofree char *whole = g_strdup_printf("<%s>", filling);
    assert_survives(rig, whole, 0);
}

static void message__any_unicode__arrives_unchanged(void **state)
{
    enum { TEXTS = 25 };
    const char *wish = g_getenv("MESSAGE_SEED");
    guint32 first = wish == NULL ? 20261123 : (guint32)strtoul(wish, NULL, 10);
    (void)state;
    g_autoptr(Rig) rig = ready();
    for (guint32 seed = first; seed < first + TEXTS; seed++) {
        g_autofree char *text = random_text(seed);
        assert_survives(rig, text, seed);
    }
}

/* The same texts by the ways that are not perch: the script and the collection. */
static void message__as_shell_script__arrives_unchanged(void **state)
{
    static const char *const shells[] = {"dash", "bash"};
    (void)state;
    g_autoptr(Rig) rig = ready();
    g_autofree char *file = g_build_filename(rig->home->home, "flow.sh", NULL);
    tmphome_set(rig->home, "KEEP", "1");
    for (gsize i = 0; i < G_N_ELEMENTS(awkward); i++) {
        set_message(rig, awkward[i]);
        g_autoptr(Child) export =
            rig_perch(rig, "handoff", "acme", "--format", "curl", "--output", file, NULL);
        assert_code(export, 0);
        const char *argv[] = {shells[i % G_N_ELEMENTS(shells)], file, NULL};
        g_autoptr(Child) script = child_run(argv, rig->home->env, NULL);
        assert_code(script, 0);
        assert_description(rig, "Lead", awkward[i], 0);
        assert_description(rig, "Case", awkward[i], 0);
        assert_int_equal(remove(file), 0);
    }
}

static void message__as_postman_body__arrives_unchanged(void **state)
{
    (void)state;
    g_autofree char *newman = rig_newman();
    if (newman == NULL)
        skip();
    g_autoptr(Rig) rig = ready();
    g_autofree char *base = g_build_filename(rig->home->home, "acme", NULL);
    g_autofree char *collection = g_strconcat(base, ".postman_collection.json", NULL);
    g_autofree char *environment = g_strconcat(base, ".postman_environment.json", NULL);
    /* What Postman would take for variables, quotes and ends of texts, all in one. */
    g_autofree char *text = g_strdup_printf("%s%s%s", awkward[0], awkward[2], awkward[6]);
    set_message(rig, text);
    g_autoptr(Child) export =
        rig_perch(rig, "handoff", "acme", "--format", "postman", "--output", base, NULL);
    assert_code(export, 0);
    const char *argv[] = {newman, "run", collection, "-e", environment, "-r", "cli", NULL};
    g_autoptr(Child) run = child_run(argv, rig->home->env, NULL);
    assert_code(run, 0);
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    guint sent = 0;
    JSON_FOREACH(entry, log)
    {
        const char *body = json_get_string(entry, "body");
        g_autoptr(Json) record = json_parse(body, strlen(body), NULL);
        const char *description = json_get_string(record, "Description");
        sent += g_strcmp0(description, text) == 0;
    }
    assert_int_equal(sent, 2); /* a Lead and a Case */
    assert_int_equal(remove(collection), 0);
    assert_int_equal(remove(environment), 0);
}

/* Through the whole chain: a flow that was given nothing but the exported values. */
static void message__through_a_flow__arrives_unchanged(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    for (gsize i = 0; i < G_N_ELEMENTS(awkward); i++) {
        set_message(rig, awkward[i]);
        g_autoptr(Child) values =
            rig_perch_secret(rig, "handoff", "acme", "--format", "json", NULL);
        assert_code(values, 0);
        g_autoptr(Flow) flow = flow_start(values->output->str, "whatsapp", FLOW_ESCAPES);
        const char *words[] = {"handoff", "acme", "--webhook-file", "-", "--json", NULL};
        g_autoptr(Child) child = rig_perch_input(rig, words, flow_webhook(flow), false);
        assert_code(child, 0);
        g_autoptr(Json) json = child_json(child);
        assert_string_equal(json_get_string(json_check(json, "whatsapp-arrived"), "status"), "ok");
    }
}

/* A text ends at NUL for whoever is written in C: it is refused before anything is lost or sent. */
static void message__with_nul__is_refused(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = ready();
    set_message(rig, "before@NUL@after");
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = rig_settings(rig, "acme.json");
    g_auto(GStrv) around = g_strsplit(text, "@NUL@", -1);
    g_autofree char *bad = g_strjoinv("\\u0000", around);
    assert_true(g_file_set_contents(path, bad, -1, NULL));
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    g_autoptr(Child) played = rig_perch(rig, "handoff", "acme", "--rehearse", NULL);
    assert_int_not_equal(child_code(played), 0);
    g_autoptr(Child) test = rig_perch(rig, "test", "acme", NULL);
    assert_int_not_equal(child_code(test), 0);
    g_autoptr(Json) after = demo_org_control(rig->org, "GET", "log", NULL);
    assert_int_equal(json_size(after), json_size(log));
    g_autofree char *kept = NULL;
    assert_true(g_file_get_contents(path, &kept, NULL, NULL));
    assert_string_equal(kept, bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message__awkward_texts__arrive_unchanged),
        cmocka_unit_test(message__any_unicode__arrives_unchanged),
        cmocka_unit_test(message__as_shell_script__arrives_unchanged),
        cmocka_unit_test(message__as_postman_body__arrives_unchanged),
        cmocka_unit_test(message__through_a_flow__arrives_unchanged),
        cmocka_unit_test(message__with_nul__is_refused),
    };
    return cmocka_run_group_tests_name("texts of messages", tests, NULL, NULL);
}
