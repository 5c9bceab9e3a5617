/* SPDX-License-Identifier: MIT */

/* Channels: what goes into which field, as the flow's form holds it and with samples. */

#include "perch/base/channel.h"

#include <string.h>

#include "perch/base/connection.h"
#include "support/test.h"

static char *print(Json *json)
{
    char *text = json_print(json);
    json_free(json);
    return text;
}

static void channel__defaults__are_the_guide_s(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) channels = channels_default();
    assert_int_equal(channels->len, 2);
    const struct channel *lead = channels->pdata[0], *kase = channels->pdata[1];
    assert_string_equal(lead->id, "whatsapp");
    assert_string_equal(object_name(kase->object), "Case");
    g_autofree char *one = print(channel_template(lead)), *two = print(channel_template(kase));
    assert_string_equal(one, "{\"LastName\":\"{{senderName|default:\\\"WhatsApp contact\\\"}}\","
                             "\"Company\":\"WhatsApp\",\"Phone\":\"{{senderNumber}}\","
                             "\"LeadSource\":\"Other\","
                             "\"Description\":\"{{message|default:\\\"(no text)\\\"}}\"}");
    assert_string_equal(two, "{\"SuppliedName\":\"{{senderName}}\","
                             "\"SuppliedPhone\":\"{{senderNumber}}\","
                             "\"Subject\":\"Viber message\",\"Origin\":\"Web\","
                             "\"Description\":\"{{message|default:\\\"(no text)\\\"}}\"}");
    g_autofree char *sample = print(channel_record(lead));
    assert_string_equal(sample, "{\"LastName\":\"perch test\",\"Company\":\"WhatsApp\","
                                "\"Phone\":\"+1 202 555 0100\",\"LeadSource\":\"Other\","
                                "\"Description\":\"perch test: It's \\\"quoted\\\" \\\\ "
                                "ünïcode\"}");
}

static void channel__fixed_text__has_the_type_of_its_field(void **state)
{
    static const struct {
        const char *type, *text, *json;
    } rows[] = {
        {"boolean", "true", "true"},         {"boolean", "yes", "\"yes\""},
        {"double", "007.5", "7.5"},          {"currency", "+1", "1"},
        {"int", "12x", "\"12x\""},           {"string", "12", "\"12\""},
        {"double", "{{number}}", "\"1.5\""}, /* what a flow puts in stays a string */
        {NULL, "true", "\"true\""},          {"percent", "", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Channel) channel = channel_new("SMS", TEST_LEAD);
        channel_map(channel, "X__c", "X", rows[i].type, rows[i].text);
        channel_set_sample(channel, "number", "1.5");
        g_autoptr(Json) record = channel_record(channel);
        const Json *value = json_get(record, "X__c");
        g_autofree char *text = value == NULL ? NULL : json_print(value);
        if (rows[i].json == NULL)
            assert_null(text);
        else
            assert_string_equal(text, rows[i].json);
    }
}

static void channel__variables__are_filled_once_and_only_when_known(void **state)
{
    (void)state;
    g_autoptr(Channel) channel = channel_new("SMS", TEST_CASE);
    channel_set_sample(channel, "message", "{{senderName}} { } {9} {a;b} {{message}}");
    channel_set_sample(channel, "senderName", "Zoë");
    g_autofree char *text =
        channel_fill(channel, "[{{message}}] {{ senderName }}, {{unknown}}, {message}, {, {{}}");
    assert_string_equal(text, "[{{senderName}} { } {9} {a;b} {{message}}] Zoë, {{unknown}}, "
                              "{message}, {, {{}}");
    channel_map(channel, "Subject", NULL, NULL, "From {{contact.names[0].first-name}}");
    assert_string_equal(channel_variable(channel, "contact.names[0].first-name")->sample,
                        "perch test");
}

/* What is in double braces is a variable, with a default or without; all else is a text. */
static void template__variables__as_a_flow_s_editor_writes_them(void **state)
{
    static const struct {
        const char *text, *path, *fallback;
        bool broken;
    } rows[] = {
        {"{{senderName}}", "senderName", NULL, false},
        {"{{ a.b[0].c }}", "a.b[0].c", NULL, false},
        {"{{a.b[0].c|default:\"x\"}}", "a.b[0].c", "x", false},
        {"{{a | default: \"\" }}", "a", "", false},
        {"{{a|default:\"x}}", NULL, NULL, true},
        {"{{a|upper}}", NULL, NULL, true},
        {"{{sender name}}", NULL, NULL, true},
        {"{{9}}", NULL, NULL, true},
        {"{{a..b}}", NULL, NULL, true},
        {"{{a[x]}}", NULL, NULL, true},
        {"{{}}", NULL, NULL, true},
        {"{{a}} ", NULL, NULL, false}, /* and more */
        {"{a}", NULL, NULL, false},
        {"{ {{ }", NULL, NULL, false},
        {"}}{{", NULL, NULL, false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = text_variable(rows[i].text);
        g_autofree char *fallback = text_fallback(rows[i].text);
        if (g_strcmp0(path, rows[i].path) != 0 || g_strcmp0(fallback, rows[i].fallback) != 0 ||
            text_is_broken(rows[i].text) != rows[i].broken)
            fail_msg("%s: %s, %s", rows[i].text, path, fallback);
    }
    g_autoptr(GPtrArray) names = text_variables("{{a}}{{b|default:\"{{c}}\"}} {{a}}");
    assert_int_equal(names->len, 2);
    g_autofree char *plain = text_without_fallbacks("{{a|default:\"x\"}} {{b}} {c}");
    assert_string_equal(plain, "{{a}} {{b}} {c}");
}

static const char *nothing_of(const char *path, gpointer user)
{
    (void)user;
    return strcmp(path, "empty") == 0 ? "" : NULL;
}

static void template__default__takes_the_place_of_nothing(void **state)
{
    (void)state;
    g_autofree char *text = text_fill("{{empty|default:\"a\"}} {{none|default:\"b\"}} {{empty}}. "
                                      "{{none}}",
                                      nothing_of, NULL);
    assert_string_equal(text, "a b . {{none}}");
}

static void template__paths__become_objects_and_lists(void **state)
{
    (void)state;
    g_autoptr(Json) json = json_object();
    text_put(json, "senderName", json_string_new("Zoë"));
    text_put(json, "message.content.text", json_string_new("x"));
    text_put(json, "message.content.type", json_string_new("text"));
    text_put(json, "a.b[1].c", json_string_new("y"));
    text_put(json, "phones[0]", json_string_new("+1"));
    text_put(json, "senderName.first", json_string_new("Z")); /* the last one wins */
    g_autofree char *text = json_print(json);
    assert_string_equal(text, "{\"senderName\":{\"first\":\"Z\"},\"message\":{\"content\":{"
                              "\"text\":\"x\",\"type\":\"text\"}},\"a\":{\"b\":[null,{\"c\":"
                              "\"y\"}]},\"phones\":[\"+1\"]}");
}

static void channel__other_object__brings_its_own_mapping(void **state)
{
    (void)state;
    g_autoptr(Channel) channel = channel_new("SMS", TEST_LEAD);
    channel->fitted = true;
    channel_map(channel, "City", "City", "string", "Gdańsk");
    channel_set_object(channel, TEST_LEAD);
    assert_non_null(channel_mapping(channel, "city"));
    channel_set_object(channel, TEST_CASE);
    assert_null(channel_mapping(channel, "City"));
    assert_false(channel->fitted);
    assert_string_equal(channel_mapping(channel, "Subject")->text, "SMS message");
    channel_unmap(channel, "subject");
    assert_null(channel_mapping(channel, "Subject"));
}

static void channel__ids__are_plain_and_one_s_own(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) channels = channels_default();
    static const char *const rows[][2] = {{"SMS", "sms"},
                                          {"WhatsApp", "whatsapp-2"},
                                          {" Google  Business Chat! ", "google-business-chat"},
                                          {"微信", "channel"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *id = channels_new_id(channels, rows[i][0]);
        assert_string_equal(id, rows[i][1]);
    }
    assert_non_null(channel_name_problem(""));
    assert_non_null(channel_name_problem("  "));
    assert_non_null(channel_name_problem("{x}"));
    assert_null(channel_name_problem("微信"));
}

static void channel__json__round_trip(void **state)
{
    (void)state;
    g_autoptr(Connection) before = connection_new("acme");
    struct channel *sms = channel_new("SMS \"x\"", TEST_CASE);
    sms->fitted = true;
    channel_map(sms, "Priority", "Priority", "picklist", "High");
    channel_map(sms, "Subject", NULL, NULL, "{{topic}}");
    channel_set_sample(sms, "topic", "a\nb\\\"");
    g_ptr_array_add(before->channels, sms);
    connection_set_channel(before, 2);
    g_autoptr(Json) json = connection_to_json(before);
    g_autofree char *text = json_print_pretty(json);
    g_autoptr(Json) parsed = json_parse(text, strlen(text), NULL);
    g_autoptr(Connection) after = connection_from_json(parsed, "acme", NULL);
    assert_int_equal(after->channels->len, 3);
    assert_int_equal(after->channel, 2);
    assert_int_equal(after->test_object, TEST_CASE);
    const struct channel *read = connection_channel(after);
    assert_true(read->fitted);
    assert_string_equal(channel_variable(read, "topic")->sample, "a\nb\\\"");
    g_autoptr(Json) again = connection_to_json(after);
    g_autofree char *second = json_print_pretty(again);
    assert_string_equal(text, second);
}

/* Files of an older perch, and files that somebody edited. */
static void channel__json__takes_what_is_a_channel(void **state)
{
    static const struct {
        const char *json;
        guint channels;
        const char *current;
    } rows[] = {
        {"{'version':1}", 2, "whatsapp"},
        {"{'version':1,'test_object':'Case'}", 2, "viber"},
        {"{'version':1,'channels':[]}", 2, "whatsapp"},
        {"{'version':1,'channels':'x','channel':'viber'}", 2, "viber"},
        {"{'version':1,'channels':[{},7,null,{'name':''}],'channel':'no'}", 2, "whatsapp"},
        {"{'version':1,'channels':[{'name':'SMS','id':'../x'},{'name':'SMS','id':'sms'}],"
         "'channel':'sms-2'}",
         2, "sms-2"},
        {"{'version':1,'channels':[{'name':'SMS','fields':[{'field':'A b','text':'x'},"
         "{'field':'City','text':7},{'field':'Phone','text':'{x}'},{'field':'phone','text':'y'}],"
         "'variables':[{'name':'1','sample':'x'},{'name':'ok'}]}]}",
         1, "sms"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdelimit(g_strdup(rows[i].json), "'", '"');
        g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
        g_autoptr(Connection) c = connection_from_json(json, "acme", NULL);
        assert_int_equal(c->channels->len, rows[i].channels);
        assert_string_equal(connection_channel(c)->id, rows[i].current);
        if (i + 1 < G_N_ELEMENTS(rows))
            continue;
        const struct channel *sms = connection_channel(c);
        assert_int_equal(sms->mappings->len, 1);
        assert_string_equal(channel_mapping(sms, "Phone")->text, "y");
        assert_null(channel_variable(sms, "1"));
    }
}

static gunichar random_character(GRand *rand)
{
    for (;;) {
        gunichar c = g_rand_boolean(rand) ? (gunichar)g_rand_int_range(rand, 1, 0x300)
                                          : (gunichar)g_rand_int_range(rand, 1, 0x110000);
        if (g_unichar_validate(c))
            return c;
    }
}

/* Any text of a message comes out of the printed body as it went in. */
static void channel__any_unicode__survives_mapping_and_json(void **state)
{
    guint32 seed = g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    (void)state;
    print_message("# seed %u\n", seed);
    for (int i = 0; i < 2000; i++) {
        GString *message = g_string_new(NULL);
        for (int n = g_rand_int_range(rand, 1, 40); n > 0; n--)
            g_string_append_unichar(message, random_character(rand));
        g_autoptr(Channel) channel = channel_new("SMS", TEST_LEAD);
        channel_set_sample(channel, "message", message->str);
        channel_map(channel, "Title", NULL, NULL, "<{{message}}>");
        g_autofree char *wanted = g_strdup_printf("<%s>", message->str);
        g_autofree char *body = print(channel_record(channel));
        g_autoptr(Json) read = json_parse(body, strlen(body), NULL);
        assert_string_equal(json_get_string(read, "Description"), message->str);
        assert_string_equal(json_get_string(read, "Title"), wanted);
        g_string_free(message, TRUE);
    }
}

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channel__defaults__are_the_guide_s),
        cmocka_unit_test(channel__fixed_text__has_the_type_of_its_field),
        cmocka_unit_test(channel__variables__are_filled_once_and_only_when_known),
        cmocka_unit_test(template__variables__as_a_flow_s_editor_writes_them),
        cmocka_unit_test(template__default__takes_the_place_of_nothing),
        cmocka_unit_test(template__paths__become_objects_and_lists),
        cmocka_unit_test(channel__other_object__brings_its_own_mapping),
        cmocka_unit_test(channel__ids__are_plain_and_one_s_own),
        cmocka_unit_test(channel__json__round_trip),
        cmocka_unit_test(channel__json__takes_what_is_a_channel),
        cmocka_unit_test(channel__any_unicode__survives_mapping_and_json),
    };
    return cmocka_run_group_tests_name("channels", tests, NULL, NULL);
}
