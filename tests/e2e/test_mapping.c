/* SPDX-License-Identifier: MIT */

/* Channels and their mapping: the editor on a terminal, and what comes out of it. */

#include <stdio.h>
#include <string.h>

#include "e2e/node.h"
#include "e2e/walk.h"
#include "perch/base/template.h"

static Json *body_of_last(Rig *rig, const char *path)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    Json *last = NULL;
    JSON_FOREACH(entry, log)
    {
        const char *body = json_get_string(entry, "body");
        if (strcmp(json_get_string(entry, "method"), "POST") != 0 ||
            !g_str_has_suffix(json_get_string(entry, "target"), path))
            continue;
        json_free(last);
        last = json_parse(body, strlen(body), NULL);
    }
    assert_non_null(last);
    return last;
}

static Json *settings(Rig *rig)
{
    g_autofree char *text = rig_settings(rig, "acme.json");
    return json_parse(text, strlen(text), NULL);
}

static const Json *channel_of(const Json *json, const char *id)
{
    JSON_FOREACH(channel, json_get(json, "channels"))
    {
        if (strcmp(json_get_string(channel, "id"), id) == 0)
            return channel;
    }
    return NULL;
}

static const char *text_of(const Json *channel, const char *field)
{
    JSON_FOREACH(row, json_get(channel, "fields"))
    {
        if (strcmp(json_get_string(row, "field"), field) == 0)
            return json_get_string(row, "text");
    }
    return NULL;
}

/* The finished connection opened at its values, then t: the Test step. */
static Walk *at_test(Rig *rig)
{
    Walk *walk = walk_start(rig, "setup", "acme", NULL);
    see(walk, "Into Flow Builder");
    press(walk, "t");
    see(walk, "Insert a test record");
    return walk;
}

static void leave(Walk *walk)
{
    press(walk, "q");
    see(walk, "Keep the draft and quit?");
    press(walk, "Enter");
    pty_expect_exit(walk->pty, 3);
}

static void down_to(Walk *walk, const char *row)
{
    g_autofree char *wanted = g_strdup_printf("▸ %s", row);
    for (int i = 0; i < 40 && !pty_has(walk->pty, wanted); i++) {
        press(walk, "Down");
        pty_wait_text(walk->pty, wanted, 200);
    }
    see(walk, wanted);
}

/* Red, beside the sentence that says the same. */
static void see_red(Walk *walk, const char *text)
{
    enum { RED = 160 };
    int column = 0, row = pty_find(walk->pty, text, &column);
    assert_true(row >= 0);
    assert_int_equal(pty_cell(walk->pty, row, column).foreground, RED);
}

static void fill_required(Walk *walk)
{
    see(walk, "▸ Branch *");
    press(walk, "Up");
    see_key(walk, "Enter insert Lead");
    see_red(walk, "Branch *");
    see(walk, "This field is required");
    press(walk, "Enter");
    see(walk, "Fill in the marked fields first.");
    assert_int_equal(demo_org_requests(walk->rig->org, "POST", "/services/data/v68.0/sobjects/"),
                     1);
    press(walk, "e");
    see(walk, "Branch__c · picklist · 2 values · required");
    see(walk, "(•) a fixed text");
    press(walk, "Down Down Space");
    see(walk, "(•) South");
    press(walk, "Enter");
    see(walk, "\"South\"");
}

static void add_field(Walk *walk)
{
    press(walk, "a");
    see(walk, "that you can write");
    type(walk, "indus");
    see(walk, "Industry");
    pty_expect_gone(walk->pty, "LeadSource");
    press(walk, "C-u");
    type(walk, "noSuchField");
    see(walk, "No field has that in its label or API name.");
    press(walk, "C-u");
    type(walk, "nnualrev");
    see(walk, "AnnualRevenue");
    press(walk, "Enter");
    see(walk, "AnnualRevenue · currency");
    type(walk, "much");
    see(walk, "This is not a number.");
    press(walk, "Enter");
    see(walk, "AnnualRevenue · currency");
    press(walk, "C-u");
    type(walk, "12.50");
    pty_expect_gone(walk->pty, "This is not a number.");
    press(walk, "Enter");
    see(walk, "\"12.50\"");
}

static void another_variable(Walk *walk)
{
    press(walk, "a");
    see(walk, "that you can write");
    type(walk, "website");
    press(walk, "Enter");
    see(walk, "Website · url");
    /* The choices: three variables, another one, a fixed text. */
    press(walk, "Up Up Space");
    see(walk, "Its name");
    press(walk, "Tab");
    type(walk, "contact.site");
    press(walk, "Tab C-u");
    type(walk, "https://example.com/zoë");
    press(walk, "Enter");
    see(walk, "{{contact.site}}");
}

static void insert(Walk *walk, const char *key)
{
    press(walk, "Home");
    see_key(walk, key);
    press(walk, "Enter");
    see_key(walk, "Enter hand-off");
}

static void editor__required_picklist_number_and_variable__reach_the_org(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    demo_org_patch(rig->org, "{'custom_fields':{'Lead.Branch__c':{'label':'Branch','type':"
                             "'picklist','values':['North','South'],'required':true}}}");
    g_autoptr(Walk) walk = at_test(rig);
    fill_required(walk);
    add_field(walk);
    another_variable(walk);
    insert(walk, "Enter insert Lead");
    g_autoptr(Json) lead = body_of_last(rig, "/sobjects/Lead");
    assert_string_equal(json_get_string(lead, "Branch__c"), "South");
    assert_true(json_number(json_get(lead, "AnnualRevenue")) == 12.5);
    assert_string_equal(json_get_string(lead, "Website"), "https://example.com/zoë");
    press(walk, "Enter");
    see(walk, "Into Flow Builder");
    see_sentence(walk, "Rehearsed perch ran both steps using only these values");
    see_key(walk, "Enter done");
    press(walk, "Enter");
    see_end(walk, 0, "acme is ready. An access token for a script: perch token acme");
    g_autoptr(Json) kept = settings(rig);
    const Json *whatsapp = channel_of(kept, "whatsapp");
    assert_string_equal(text_of(whatsapp, "Branch__c"), "South");
    assert_string_equal(text_of(whatsapp, "Website"), "{{contact.site}}");
    g_autoptr(Child) child = rig_perch_secret(rig, "handoff", "acme", "--json", NULL);
    g_autoptr(Json) json = child_json(child);
    const Json *create = json_next(json_first(json_get(json, "steps")));
    assert_string_equal(json_get_string(json_get(create, "body"), "Website"), "{{contact.site}}");
}

/* Whoever types at once writes text: no letter takes the field out, and no empty text is kept. */
static void editor__typed_at_once__is_the_text(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Walk) walk = at_test(rig);
    see_key(walk, "Enter insert Lead");
    press(walk, "Down");
    see(walk, "▸ Company *");
    press(walk, "e");
    see(walk, "Company · string");
    see(walk, "(•) a fixed text");
    press(walk, "C-u Enter");
    see(walk, "Enter the text, or choose a variable.");
    type(walk, "exact");
    press(walk, "Enter");
    see(walk, "\"exact\"");
    press(walk, "Up");
    see(walk, "▸ Last Name *");
    press(walk, "e");
    see(walk, "(•) {{senderName}}");
    type(walk, "exact");
    press(walk, "Down Down Down Down Enter");
    see(walk, "Enter the text, or choose a variable.");
    type(walk, "other");
    press(walk, "Enter");
    see(walk, "\"other\"");
}

/* Opens the editor of the row with the focus at its fixed text, emptied; keys do that. */
static void fixed_text(Walk *walk, const char *facts, const char *keys)
{
    press(walk, "e");
    see(walk, facts);
    press(walk, keys);
    see(walk, "(•) a fixed text");
}

static void editor__text_too_long__is_not_kept(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *long_name = g_strnfill(81, 'x');
    rig_setup(rig, "acme");
    g_autoptr(Walk) walk = at_test(rig);
    see(walk, "▸ Last Name *");
    see_key(walk, "Enter insert Lead");
    /* The sample of a variable first: the field takes 80 characters. */
    press(walk, "e");
    see(walk, "LastName · string · 80 characters · required");
    see(walk, "(•) {{senderName}}");
    press(walk, "Tab C-u");
    paste(walk, long_name);
    see_sentence(walk, "80 characters");
    press(walk, "Enter");
    see(walk, "(•) {{senderName}}");
    press(walk, "Esc");
    see(walk, "▸ Last Name *");
    fixed_text(walk, "LastName · string · 80 characters · required",
               "Down Down Down Down Space Tab C-u");
    paste(walk, long_name);
    press(walk, "Enter");
    see(walk, "(•) a fixed text");
    press(walk, "Backspace");
    press(walk, "Enter");
    see(walk, "\"xxxx");
    leave(walk);
    g_autoptr(Json) kept = settings(rig);
    assert_int_equal(strlen(text_of(channel_of(kept, "whatsapp"), "LastName")), 80);
}

static void editor__text_with_variables__is_filled_with_their_samples(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Walk) walk = at_test(rig);
    see_key(walk, "Enter insert Lead");
    press(walk, "Down");
    see(walk, "▸ Company *");
    fixed_text(walk, "Company · string · 255 characters · required", "C-u");
    type(walk, "From {{senderName}} by {{way}} {way}");
    see(walk, "→ From perch test by {{way}} {way}");
    press(walk, "Enter");
    see(walk, "▸ Company *");
    see(walk, "From perch test by");
    insert(walk, "Enter insert Lead");
    g_autoptr(Json) lead = body_of_last(rig, "/sobjects/Lead");
    assert_string_equal(json_get_string(lead, "Company"), "From perch test by perch test {way}");
    leave(walk);
}

static void editor__list__is_narrowed_by_label_or_name_to_what_one_may_write(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, "{'profiles':{'*':{'read_only_fields':['Lead.Fax'],"
                             "'hidden_fields':['Lead.Rating']}}}");
    rig_setup(rig, "acme");
    g_autoptr(Walk) walk = at_test(rig);
    see_key(walk, "Enter insert Lead");
    press(walk, "a");
    see(walk, "that you can write");
    static const struct {
        const char *part, *there;
    } parts[] = {{"annual rev", "AnnualRevenue"}, /* a label */
                 {"ANNUALREV", "AnnualRevenue"},  /* an API name, in any case */
                 {"fax", NULL},                   /* may be read, not written */
                 {"rating", NULL},                /* may not be seen */
                 {"created date", NULL}};         /* nobody may write it */
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        type(walk, parts[i].part);
        see(walk, parts[i].there != NULL ? parts[i].there
                                         : "No field has that in its label or API name.");
        press(walk, "C-u");
        see(walk, "LastName");
    }
    press(walk, "Esc");
    see(walk, "▸ Last Name *");
    leave(walk);
}

/* What was mapped stays, and is red where the org has changed since. */
static void editor__org_that_changed__is_seen_before_the_insert(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, "{'custom_fields':{'Lead.Branch__c':{'label':'Branch','type':"
                             "'picklist','values':['North','South'],'required':true}}}");
    rig_setup(rig, "acme");
    guint inserted = demo_org_requests(rig->org, "POST", "/services/data/v68.0/sobjects/Lead");
    demo_org_patch(rig->org, "{'custom_fields':{'Lead.Branch__c':{'label':'Branch','type':"
                             "'picklist','values':['East','West'],'required':true,"
                             "'restricted':true}},"
                             "'profiles':{'*':{'hidden_fields':['Lead.LeadSource']}}}");
    g_autoptr(Walk) walk = at_test(rig);
    see_key(walk, "Enter insert Lead");
    see_sentence(walk, "Lead has no such field in this org, or you are not allowed to see it.");
    see_red(walk, "Lead Source");
    see_red(walk, "Branch *");
    press(walk, "Enter");
    see(walk, "Fill in the marked fields first.");
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/data/v68.0/sobjects/Lead"),
                     inserted);
    down_to(walk, "Lead Source");
    press(walk, "x");
    pty_expect_gone(walk->pty, "has no such field");
    down_to(walk, "Branch *");
    press(walk, "e");
    see(walk, "Branch__c · picklist · 2 values · required");
    press(walk, "Down Down Space");
    see(walk, "(•) West");
    press(walk, "Enter");
    see(walk, "\"West\"");
    insert(walk, "Enter insert Lead");
    g_autoptr(Json) lead = body_of_last(rig, "/sobjects/Lead");
    assert_string_equal(json_get_string(lead, "Branch__c"), "West");
    assert_null(json_get(lead, "LeadSource"));
    leave(walk);
}

static void editor__channels__new_changed_and_taken_out(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Walk) walk = at_test(rig);
    see(walk, "‹ WhatsApp → Lead ›  channel 1 of 2");
    press(walk, "Right");
    see(walk, "‹ Viber → Case ›  channel 2 of 2");
    see(walk, "\"Viber message\"");
    see_key(walk, "Enter insert Case");
    press(walk, "n");
    see(walk, "New channel");
    press(walk, "Enter");
    see(walk, "Give the channel a name");
    type(walk, "SMS");
    press(walk, "Tab Down Space Enter");
    see(walk, "‹ SMS → Case ›  channel 3 of 3");
    see(walk, "\"SMS message\"");
    insert(walk, "Enter insert Case");
    g_autoptr(Json) record = body_of_last(rig, "/sobjects/Case");
    assert_string_equal(json_get_string(record, "Subject"), "SMS message");
    press(walk, "l");
    see(walk, "Creates");
    press(walk, "Tab Up Space");
    see_sentence(walk, "The other object's fields replace these.");
    press(walk, "Enter");
    see(walk, "‹ SMS → Lead ›  channel 3 of 3");
    see(walk, "Last Name *");
    press(walk, "Left l");
    see(walk, "Creates");
    press(walk, "Tab x");
    see(walk, "1 of 2");
    press(walk, "Right");
    see(walk, "‹ SMS → Lead ›  channel 2 of 2");
    leave(walk);
    g_autoptr(Json) kept = settings(rig);
    assert_null(channel_of(kept, "viber"));
    assert_string_equal(json_get_string(channel_of(kept, "sms"), "object"), "Lead");
    assert_string_equal(json_get_string(kept, "channel"), "sms");
}

static void mapping__fields_that_may_not_be_written__are_left_out(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org, "{'profiles':{'*':{'read_only_fields':['Lead.Phone'],"
                             "'hidden_fields':['Lead.LeadSource']}}}");
    rig_setup(rig, "acme");
    g_autoptr(Json) kept = settings(rig);
    const Json *whatsapp = channel_of(kept, "whatsapp");
    assert_null(text_of(whatsapp, "Phone"));
    assert_null(text_of(whatsapp, "LeadSource"));
    assert_string_equal(text_of(whatsapp, "LastName"),
                        "{{senderName|default:\"WhatsApp contact\"}}");
}

static void mapping__required_field_without_a_person__gets_a_text(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_patch(rig->org,
                   "{'custom_fields':{'Lead.Branch__c':{'label':'Branch','required':true}}}");
    rig_setup(rig, "acme");
    g_autoptr(Json) lead = body_of_last(rig, "/sobjects/Lead");
    assert_string_equal(json_get_string(lead, "Branch__c"), "perch test");
}

static void test__channel_and_object__use_the_mapping(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    g_autoptr(Child) viber = rig_perch(rig, "test", "acme", "--channel", "viber", "--json", NULL);
    assert_code(viber, 0);
    g_autoptr(Json) one = body_of_last(rig, "/sobjects/Case");
    assert_string_equal(json_get_string(one, "Subject"), "Viber message");
    g_autoptr(Child) lead = rig_perch(rig, "test", "acme", "--object", "Lead", "--set",
                                      "Company=Ünï & Co", "--json", NULL);
    assert_code(lead, 0);
    g_autoptr(Json) two = body_of_last(rig, "/sobjects/Lead");
    assert_string_equal(json_get_string(two, "Company"), "Ünï & Co");
    g_autoptr(Child) none = rig_perch(rig, "test", "acme", "--channel", "fax", NULL);
    assert_code(none, 2);
}

/* ---- the flow's language ---- */

/* Description of WhatsApp's Lead: a member of a list, a fallback, and braces that are text. */
static void map_path(Rig *rig)
{
    static const char *const edits[][2] = {
        {"{{message|default:\\\"(no text)\\\"}}",
         "{{payload.items[0].text|default:\\\"none\\\"}} {kept} {"},
        {"\"variables\":",
         "\"variables\":[{\"name\":\"payload.items[0].text\",\"sample\":\"a \\\"sample\\\"\"},"},
    };
    g_autofree char *path = rig_settings_path(rig, "acme.json");
    g_autofree char *text = rig_settings(rig, "acme.json");
    for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
        g_auto(GStrv) parts = g_strsplit(text, edits[i][0], 2);
        assert_non_null(parts[1]);
        const char *rest = i == 0 ? parts[1] : strchr(parts[1], '[') + 1;
        g_free(text);
        text = g_strconcat(parts[0], edits[i][1], rest, NULL);
    }
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_description(Rig *rig, const char *wanted)
{
    g_autoptr(Json) lead = body_of_last(rig, "/sobjects/Lead");
    assert_string_equal(json_get_string(lead, "Description"), wanted);
}

/* It is a variable everywhere, never a text in a record; and what is no variable stays. */
static void mapping__path_and_braces__alike_in_every_format(void **state)
{
    static const char sample[] = "a \"sample\" {kept} {";
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    map_path(rig);
    g_autoptr(Child) tested = rig_perch(rig, "test", "acme", NULL);
    assert_code(tested, 0);
    assert_description(rig, sample);
    g_autoptr(Child) played =
        rig_perch(rig, "handoff", "acme", "--rehearse", "--channel", "whatsapp", NULL);
    assert_code(played, 0);
    g_autofree char *file = g_build_filename(rig->home->home, "flow", NULL);
    g_autoptr(Child) written =
        rig_perch(rig, "handoff", "acme", "--format", "curl", "--output", file, NULL);
    assert_code(written, 0);
    const char *argv[] = {"sh", file, "whatsapp", NULL};
    g_autoptr(Child) script = child_run(argv, rig->home->env, NULL);
    assert_code(script, 0);
    assert_description(rig, sample);
    assert_int_equal(remove(file), 0); /* it holds the secrets */
    static const struct {
        const char *platform, *body;
    } sheets[] = {
        {"flow-builder", "\"Description\":\"{{payload.items[0].text}} {kept} {\""},
        {"bird-flows",
         "\"Description\":\"{{payload.items[0].text|default:\\\"none\\\"}} {kept} {\""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(sheets); i++) {
        g_autoptr(Child) sheet =
            rig_perch_secret(rig, "handoff", "acme", "--platform", sheets[i].platform, "--channel",
                             "whatsapp", NULL);
        assert_contains(sheet->output->str, sheets[i].body);
    }
    g_autoptr(Node) node = node_start(rig, "whatsapp");
    g_autoptr(Json) made = node_call_text(
        node, "{'senderName':'Z','senderNumber':'1','payload':{'items':[{'text':'{{x}} y'}]}}");
    assert_true(json_get_bool(made, "success", false));
    assert_description(rig, "{{x}} y {kept} {");
    g_autoptr(Json) empty =
        node_call_text(node, "{'senderName':'Z','senderNumber':'1','payload':{'items':[]}}");
    assert_true(json_get_bool(empty, "success", false));
    assert_description(rig, "none {kept} {");
}

/* Where the platform replaces double braces itself, too. */
static void mapping__path_and_braces__alike_in_postman(void **state)
{
    (void)state;
    g_autofree char *newman = rig_newman();
    if (newman == NULL)
        skip();
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    map_path(rig);
    g_autofree char *base = g_build_filename(rig->home->home, "acme", NULL);
    g_autofree char *collection = g_strconcat(base, ".postman_collection.json", NULL);
    g_autofree char *environment = g_strconcat(base, ".postman_environment.json", NULL);
    g_autoptr(Child) written =
        rig_perch(rig, "handoff", "acme", "--format", "postman", "--output", base, NULL);
    assert_code(written, 0);
    const char *argv[] = {newman, "run", collection, "-e", environment, "-r", "cli", NULL};
    g_autoptr(Child) run = child_run(argv, rig->home->env, NULL);
    assert_code(run, 0);
    assert_description(rig, "a \"sample\" {kept} {");
    assert_int_equal(remove(collection), 0);
    assert_int_equal(remove(environment), 0);
}

static const char *value_of(const char *path, gpointer user)
{
    (void)user;
    return strcmp(path, "payload.items[0].text") == 0 ? "some text" : "x";
}

static void mapping__path_and_braces__alike_in_the_flow_file(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    rig_setup(rig, "acme");
    map_path(rig);
    g_autofree char *file = g_build_filename(rig->home->home, "flow.json", NULL);
    g_autoptr(Child) written = rig_perch(rig, "handoff", "acme", "--format", "flow", "--channel",
                                         "whatsapp", "--output", file, NULL);
    assert_code(written, 0);
    g_autofree char *text = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(file, &text, &length, NULL));
    g_autoptr(Json) flow = json_parse(text, length, NULL);
    const Json *names = json_first(json_get(flow, "steps")), *create = NULL;
    assert_null(json_get(json_get(json_get(names, "options"), "variableSet"), "payload"));
    JSON_FOREACH(step, json_get(flow, "steps"))
    {
        const char *url = json_get_string(json_get(step, "options"), "url");
        if (url != NULL && g_str_has_suffix(url, "/sobjects/Lead"))
            create = json_get(step, "options");
    }
    /* As the platform does: the text of the variable in its place, and nothing else changed. */
    g_autofree char *body = text_fill(json_get_string(create, "body"), value_of, NULL);
    g_autoptr(Json) lead = json_parse(body, strlen(body), NULL);
    assert_string_equal(json_get_string(lead, "Description"), "some text {kept} {");
    g_autoptr(Child) checked =
        rig_perch(rig, "handoff", "acme", "--channel", "whatsapp", "--check", file, NULL);
    assert_code(checked, 0);
    assert_int_equal(remove(file), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(editor__required_picklist_number_and_variable__reach_the_org),
        cmocka_unit_test(editor__typed_at_once__is_the_text),
        cmocka_unit_test(editor__text_too_long__is_not_kept),
        cmocka_unit_test(editor__text_with_variables__is_filled_with_their_samples),
        cmocka_unit_test(editor__list__is_narrowed_by_label_or_name_to_what_one_may_write),
        cmocka_unit_test(editor__org_that_changed__is_seen_before_the_insert),
        cmocka_unit_test(editor__channels__new_changed_and_taken_out),
        cmocka_unit_test(mapping__fields_that_may_not_be_written__are_left_out),
        cmocka_unit_test(mapping__required_field_without_a_person__gets_a_text),
        cmocka_unit_test(test__channel_and_object__use_the_mapping),
        cmocka_unit_test(mapping__path_and_braces__alike_in_every_format),
        cmocka_unit_test(mapping__path_and_braces__alike_in_postman),
        cmocka_unit_test(mapping__path_and_braces__alike_in_the_flow_file),
    };
    return cmocka_run_group_tests_name("channels and mapping", tests, NULL, NULL);
}
