/* SPDX-License-Identifier: MIT */
#include "perch/base/connection.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/login_way.h"
#include "perch/base/secret.h"
#include "support/test.h"

static void connection__name__rules(void **state)
{
    (void)state;
    static const char *const good[] = {"a",
                                       "acme-prod",
                                       "Acme",
                                       "7",
                                       "a.b_",
                                       "1234567890123456789012345678901234567890",
                                       "ä",
                                       "Zażółć",
                                       "日本",
                                       "नमस्ते",
                                       "ąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąą"};
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      ".hidden",
                                      "-x",
                                      "_x",
                                      "a b",
                                      "a/b",
                                      "../etc",
                                      "a\u0308", /* two letters for one */
                                      "a\n",
                                      "a\\b",
                                      "acme%",
                                      "12345678901234567890123456789012345678901",
                                      "a\x01",
                                      "*",
                                      "a\u00a0b",
                                      "a\u202eb",
                                      "\u0301a",
                                      "a\xff",
                                      "ąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąąą"};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
        assert_null(connection_name_problem(good[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_non_null(connection_name_problem(bad[i]));
    assert_non_null(connection_name_problem(NULL));
    g_autofree char *made = connection_name_from(" Za\u0307o\u0301\u00a0 1 ");
    assert_string_equal(made, "Z\u0227\u00f3-1");
}

static void connection__callback__is_the_registered_form(void **state)
{
    (void)state;
    g_autofree char *callback = connection_callback(1717);
    assert_string_equal(callback, "http://localhost:1717/OauthRedirect");
}

static Connection *filled(void)
{
    Connection *c = connection_new("acme");
    connection_set(&c->login_url, "https://acme.my.salesforce.com");
    connection_set(&c->address, "acme.lightning.force.com/lightning/page/home");
    connection_set(&c->client_id, "3MVG9.key");
    connection_set(&c->granted_scopes, "api refresh_token");
    connection_set(&c->instance_url, "https://acme.my.salesforce.com");
    connection_set(&c->identity_url, "https://login.salesforce.com/id/00D/005");
    connection_set(&c->org_id, "00D5g000004XyZaEAK");
    connection_set(&c->user_id, "0055g00000AbCdEAAV");
    connection_set(&c->username, "zoë@acme.com");
    connection_set(&c->org_name, "Acme \"Süd\" 中文");
    connection_set(&c->api_version, "68.0");
    connection_set(&c->contact_email, "admin@acme.com");
    c->app_kind = APP_CONNECTED;
    c->platform = PLATFORM_BIRD_FLOWS;
    c->ports[0] = 1719;
    c->ports[1] = 0;
    c->ports[2] = 0;
    c->port = 1719;
    c->app_ticks = 0xfffffffe;
    connection_set_channel(c, 1);
    c->test_keep = true;
    c->session_seconds = 7200;
    c->proven_at = 1795420800123;
    c->tested_at = 1795420900456;
    connection_set(&c->draft_step, "handoff");
    return c;
}

static void assert_same(const Connection *a, const Connection *b)
{
    g_autoptr(Json) one = connection_to_json(a);
    g_autoptr(Json) two = connection_to_json(b);
    g_autofree char *text_one = json_print(one);
    g_autofree char *text_two = json_print(two);
    assert_string_equal(text_one, text_two);
}

static void connection__json__round_trip(void **state)
{
    (void)state;
    g_autoptr(Connection) before = filled();
    g_autoptr(Json) json = connection_to_json(before);
    g_autofree char *text = json_print_pretty(json);
    g_autoptr(Json) parsed = json_parse(text, strlen(text), NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) after = connection_from_json(parsed, "acme", &error);
    assert_no_error(error);
    assert_same(before, after);
    assert_string_equal(after->org_name, "Acme \"Süd\" 中文");
    assert_int_equal(after->app_kind, APP_CONNECTED);
    assert_int_equal(after->test_object, TEST_CASE);
    assert_true(after->test_keep);
    assert_true(after->proven_at == 1795420800123 && after->tested_at == 1795420900456);
    assert_int_equal(after->app_ticks, 0xfffffffe);
    assert_string_equal(after->draft_step, "handoff");
    /* One registered port stays one: the default pool must not creep back in. */
    assert_int_equal(after->ports[0], 1719);
    assert_int_equal(after->ports[1], 0);
    assert_int_equal(after->ports[2], 0);
}

static void connection__copy__is_deep(void **state)
{
    (void)state;
    g_autoptr(Connection) one = filled();
    one->extra = json_object();
    json_set_string(one->extra, "later", "kept");
    g_autoptr(Connection) two = connection_copy(one);
    assert_same(one, two);
    assert_string_equal(two->name, "acme");
    connection_set(&one->username, "other@acme.com");
    json_set_string(one->extra, "later", "changed");
    assert_string_equal(two->username, "zoë@acme.com");
    assert_string_equal(json_get_string(two->extra, "later"), "kept");
}

/* Two copies that work side by side: neither undoes what the other one's owner did. */
static void connection__told_and_typed__are_all_and_do_not_mix(void **state)
{
    (void)state;
    g_autoptr(Connection) full = filled();
    g_autoptr(Connection) told = connection_new("acme"), typed = connection_new("acme");
    full->rotation = full->with_secret = full->forgetting = 1;
    g_autoptr(Connection) both = connection_new(NULL);
    connection_take_typed(both, full);
    connection_take_told(both, full);
    assert_same(full, both);
    assert_string_equal(both->name, "acme");

    connection_take_told(told, full);
    assert_null(told->login_url);
    assert_string_equal(told->draft_step, "org");
    assert_string_equal(told->org_id, full->org_id);
    assert_string_equal(told->api_version, "68.0");
    assert_int_equal(told->port, 1719);
    assert_true(told->proven_at == full->proven_at && told->rotation == 1);

    connection_take_typed(typed, full);
    assert_string_equal(typed->client_id, full->client_id);
    assert_int_equal(typed->channel, 1);
    assert_null(typed->org_id);
    assert_int_equal(typed->port, 0);
    assert_true(typed->proven_at == 0);
}

static void connection__typed__another_host_has_an_unknown_version(void **state)
{
    (void)state;
    g_autoptr(Connection) asked = filled(), edited = filled();
    connection_take_typed(asked, edited);
    assert_string_equal(asked->api_version, "68.0");
    connection_set(&edited->login_url, "https://beta.my.salesforce.com");
    connection_take_typed(asked, edited);
    assert_null(asked->api_version);
}

/* A check may hold on to a channel while something else is typed. */
static void connection__typed__channels_that_are_the_same_stay(void **state)
{
    (void)state;
    g_autoptr(Connection) asked = filled(), edited = filled();
    const GPtrArray *before = asked->channels;
    connection_set(&edited->client_id, "3MVG9.another");
    connection_take_typed(asked, edited);
    assert_ptr_equal(asked->channels, before);
    connection_set(&connection_channel(edited)->name, "Telegram");
    connection_take_typed(asked, edited);
    assert_string_equal(connection_channel(asked)->name, "Telegram");
    assert_ptr_not_equal(asked->channels, edited->channels);
}

static Connection *parse(const char *text, GError **error)
{
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    assert_non_null(json);
    return connection_from_json(json, "acme", error);
}

static void connection__json__keeps_unknown_keys(void **state)
{
    (void)state;
    g_autoptr(Connection) c =
        parse("{\"version\":1,\"username\":\"a@b.c\",\"later\":[{\"x\":1}],\"note\":null}", NULL);
    connection_set(&c->username, NULL);
    connection_set(&c->org_id, "00D5g000004XyZaEAK");
    g_autoptr(Json) json = connection_to_json(c);
    g_autofree char *later = json_print(json_get(json, "later"));
    assert_string_equal(later, "[{\"x\":1}]");
    assert_non_null(json_get(json, "note"));
    assert_null(json_get(json, "username"));
    assert_string_equal(json_get_string(json, "org_id"), "00D5g000004XyZaEAK");
}

/* Files written by hand or by an older perch. */
/* Also inside of the lists, through a copy and a change of what is known. */
static void connection__json__keeps_unknown_keys_of_channels(void **state)
{
    (void)state;
    g_autoptr(Connection) c =
        parse("{\"version\":2,\"channels\":[{\"name\":\"SMS\",\"id\":\"sms\",\"object\":\"Lead\","
              "\"hue\":7,"
              "\"fields\":[{\"field\":\"Phone\",\"text\":\"x\",\"rule\":[1]}],"
              "\"variables\":[{\"name\":\"message\",\"sample\":\"hi\",\"from\":{\"a\":1}}]}]}",
              NULL);
    channel_map(c->channels->pdata[0], "Phone", NULL, NULL, "y");
    g_autoptr(Connection) copy = connection_copy(c);
    g_autoptr(Json) json = connection_to_json(copy);
    const Json *channel = json_first(json_get(json, "channels"));
    const Json *field = json_first(json_get(channel, "fields"));
    assert_int_equal(json_get_int(channel, "hue", 0), 7);
    assert_string_equal(json_get_string(field, "text"), "y");
    assert_int_equal(json_size(json_get(field, "rule")), 1);
    bool found = false;
    JSON_FOREACH(variable, json_get(channel, "variables"))
    found |= json_get_int(json_get(variable, "from"), "a", 0) == 1;
    assert_true(found);
}

static Json *migrated(const char *text)
{
    Json *json = json_parse(text, strlen(text), NULL);
    connection_migrate(json);
    return json;
}

static void connection__migrate__1_to_2__names_the_channel(void **state)
{
    (void)state;
    static const struct {
        const char *text, *channel;
        guint count;
    } rows[] = {
        {"{\"version\":1}", "whatsapp", 2},
        {"{\"version\":1,\"test_object\":\"Case\"}", "viber", 2},
        {"{\"version\":1,\"channels\":\"none\",\"test_object\":\"Lead\"}", "whatsapp", 2},
        {"{\"version\":1,\"channel\":\"sms\",\"channels\":[{\"name\":\"SMS\",\"id\":\"sms\"}]}",
         "sms", 1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Json) json = migrated(rows[i].text);
        assert_int_equal(json_get_int(json, "version", 0), CONNECTION_VERSION);
        assert_string_equal(json_get_string(json, "channel"), rows[i].channel);
        assert_int_equal(json_size(json_get(json, "channels")), rows[i].count);
        /* Reading the old text and writing the connection gives this version, too. */
        g_autoptr(Connection) c = parse(rows[i].text, NULL);
        g_autoptr(Json) written = connection_to_json(c);
        assert_int_equal(json_get_int(written, "version", 0), CONNECTION_VERSION);
        assert_string_equal(connection_channel(c)->id, rows[i].channel);
    }
}

/* Variables were names in single braces; what was typed in double braces stays. */
static void connection__migrate__3_to_4__variables_as_the_flow_writes_them(void **state)
{
    (void)state;
    static const char old[] =
        "{\"version\":3,\"channels\":[{\"name\":\"SMS\",\"id\":\"sms\",\"hue\":7,"
        "\"fields\":[{\"field\":\"LastName\",\"text\":\"{sender name} {9} {{x}}\"},"
        "{\"field\":\"City\",\"text\":\"{contact.city} { }\"}],"
        "\"variables\":[{\"name\":\"sender name\",\"sample\":\"{sender name}\"}]}]}";
    g_autoptr(Connection) c = parse(old, NULL);
    const struct channel *sms = connection_channel(c);
    assert_string_equal(channel_mapping(sms, "LastName")->text, "{{senderName}} {9} {{x}}");
    assert_string_equal(channel_mapping(sms, "City")->text, "{{contact.city}} { }");
    assert_string_equal(channel_variable(sms, "senderName")->sample, "{sender name}");
    assert_null(channel_variable(sms, "sender name"));
    g_autoptr(Json) written = connection_to_json(c);
    assert_int_equal(json_get_int(json_first(json_get(written, "channels")), "hue", 0), 7);
    static const char *const odd[] = {"{\"version\":2,\"channels\":7}",
                                      "{\"version\":2,\"channels\":[null,{\"fields\":[3]}]}"};
    for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autoptr(Connection) read = parse(odd[i], NULL);
        assert_int_equal(read->channels->len, 2);
    }
}

static void connection__platform__is_kept(void **state)
{
    (void)state;
    g_autoptr(Connection) none = parse("{\"version\":3}", NULL);
    g_autoptr(Connection) odd = parse("{\"version\":3,\"platform\":\"x\"}", NULL);
    assert_int_equal(none->platform, PLATFORM_FLOW_BUILDER);
    assert_int_equal(odd->platform, PLATFORM_FLOW_BUILDER);
    odd->platform = PLATFORM_BIRD_FLOWS;
    g_autoptr(Json) json = connection_to_json(odd);
    assert_string_equal(json_get_string(json, "platform"), "bird-flows");
    g_autoptr(WipedText) text = json_print(json);
    g_autoptr(Connection) again = parse(text, NULL);
    assert_int_equal(again->platform, PLATFORM_BIRD_FLOWS);
}

static void connection__migrate__leaves_the_rest_alone(void **state)
{
    (void)state;
    static const char *const same[] = {
        "{\"version\":5,\"x\":1}",           "{\"version\":99}", "{\"version\":0}", "[]", "{}",
        "{\"version\":-9223372036854775808}"};
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autoptr(Json) json = migrated(same[i]);
        g_autoptr(WipedText) text = json_print(json);
        if (i < 5)
            assert_string_equal(text, same[i]);
    }
    g_autoptr(Json) json = migrated("{\"later\":[1,{\"x\":null}],\"version\":1,\"note\":\"n\"}");
    assert_int_equal(json_size(json_get(json, "later")), 2);
    assert_string_equal(json_get_string(json, "note"), "n");
}

/* A set-up of version 2 goes on at the step of that place; a new step shifts nobody's draft. */
static void connection__migrate__2_to_3__names_the_step(void **state)
{
    static const struct {
        const char *number, *name;
    } rows[] = {{"0", NULL},      {"1", "org"},       {"2", "preflight"}, {"3", "app"},
                {"4", "keys"},    {"5", "authorize"}, {"6", "prove"},     {"7", "test"},
                {"8", "handoff"}, {"9", NULL},        {"-1", NULL},       {"\"x\"", NULL}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strdup_printf("{\"version\":2,\"draft_step\":%s}", rows[i].number);
        g_autoptr(Connection) c = parse(text, NULL);
        assert_int_equal(g_strcmp0(c->draft_step, rows[i].name), 0);
        assert_int_equal(connection_is_draft(c), rows[i].name != NULL);
        g_autoptr(Json) json = connection_to_json(c);
        assert_int_equal(json_get_int(json, "version", 0), CONNECTION_VERSION);
        assert_int_equal(json_get(json, "draft_step") != NULL, rows[i].name != NULL);
    }
}

/* Files of before this version have a refresh token; one that logs in by itself says so, and its
 * login is proven only by a login of that way. */
static void connection__login__follows_from_the_values(void **state)
{
    (void)state;
    g_autoptr(Connection) old = parse("{\"version\":4,\"app_values\":\"guide\","
                                      "\"proven_at\":17}",
                                      NULL);
    assert_int_equal(connection_login(old), LOGIN_REFRESH_TOKEN);
    assert_true(connection_is_proven(old));
    assert_string_equal(old->proven_values, "guide");
    old->app_values = APP_VALUES_CLIENT_CREDENTIALS;
    connection_set(&old->scopes, "api");
    assert_false(connection_is_proven(old));
    assert_true(connection_changes_way(old));
    /* Given up half-way: the way that works is in the file, and the choice beside it. */
    g_autoptr(Connection) kept = connection_copy(old);
    connection_postpone_change(kept);
    assert_true(connection_is_proven(kept));
    assert_int_equal(kept->app_values, APP_VALUES_GUIDE);
    assert_string_equal(kept->scopes, "api refresh_token web");
    assert_string_equal(kept->next_values, "client-credentials");
    assert_false(connection_has_ports(old));
    g_autoptr(Json) json = connection_to_json(old);
    g_autoptr(WipedText) text = json_print(json);
    g_autoptr(Connection) again = parse(text, NULL);
    assert_int_equal(connection_login(again), LOGIN_CLIENT_CREDENTIALS);
    assert_string_equal(connection_way(again)->grant_type, "client_credentials");
    for (int i = 0; i < LOGIN_COUNT; i++) {
        const struct login_way *way = login_way((enum login)i);
        assert_ptr_equal(login_way_from_name(way->name), way);
        assert_int_equal(app_values_login(way->values), i);
    }
    assert_null(login_way_from_name("smoke-signals"));
}

static void connection__json__defaults_and_bounds(void **state)
{
    (void)state;
    g_autoptr(Connection) few = parse("{\"version\":1}", NULL);
    assert_int_equal(few->ports[0], 1717);
    assert_int_equal(few->ports[2], 1719);
    assert_string_equal(few->scopes, "api refresh_token web");
    assert_null(few->draft_step);
    g_autoptr(Connection) odd =
        parse("{\"version\":1,\"port\":70000,\"draft_step\":9,\"app_ticks\":-1,\"proven_at\":\"x\","
              "\"ports\":[0,-5,80000,\"7\",1720,1721,1722,1723],\"scopes\":7,\"test_keep\":\"yes\","
              "\"app_kind\":\"no such\",\"username\":null}",
              NULL);
    assert_int_equal(odd->port, 0);
    assert_null(odd->draft_step);
    assert_int_equal(odd->app_ticks, 0);
    assert_true(odd->proven_at == 0);
    assert_int_equal(odd->ports[0], 1720);
    assert_int_equal(odd->ports[1], 1721);
    assert_int_equal(odd->ports[2], 1722);
    assert_string_equal(odd->scopes, "api refresh_token web");
    assert_false(odd->test_keep);
    assert_int_equal(odd->app_kind, APP_EXTERNAL_CLIENT);
    assert_null(odd->username);
    g_autoptr(Connection) none = parse("{\"version\":1,\"ports\":[]}", NULL);
    assert_int_equal(none->ports[0], 1717);
}

static void connection__json__refuses_what_it_is_not(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}",
                                        "[]",
                                        "null",
                                        "7",
                                        "\"x\"",
                                        "{\"version\":0}",
                                        "{\"version\":\"a\"}",
                                        "{\"version\":99}"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(parse(texts[i], &error));
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
        assert_contains(error->message, "acme");
    }
}

static void json__without_secrets__keeps_what_belongs_there(void **state)
{
#define SECRET "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
    static const struct {
        const char *member, *value;
        bool kept;
    } rows[] = {
        {"client_id", SECRET, false},
        {"client_id", "00D000000000001!AQ4AQFake.Token_x", false},
        {"client_id", "{\"client_secret\":\"mySecretKey0123\"}", false},
        {"client_id", "3MVG9fake_Key.0123456789", true},
        {"client_id", "PlatformCLI", true},
        {"run_as", "5Aep861FakeRefreshToken", false},
        {"run_as", "jane@acme.example", true},
        {"app_name", SECRET, false},
        {"app_name", "Bird Integration", true},
        {"address", "https://acme.example/#access_token=00D000000000001!AQ4AQFake.Token_x", false},
        {"address", "https://acme.my.salesforce.com", true},
        {"certificate", "-----BEGIN CERTIFICATE-----", true},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Json) json = json_object();
        json_set_string(json, rows[i].member, rows[i].value);
        connection_drop_secrets(json);
        if ((json_get(json, rows[i].member) != NULL) != rows[i].kept)
            fail_msg("%s: %s", rows[i].member, rows[i].value);
    }
}

int main(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection__name__rules),
        cmocka_unit_test(connection__callback__is_the_registered_form),
        cmocka_unit_test(connection__json__round_trip),
        cmocka_unit_test(connection__copy__is_deep),
        cmocka_unit_test(connection__told_and_typed__are_all_and_do_not_mix),
        cmocka_unit_test(connection__typed__another_host_has_an_unknown_version),
        cmocka_unit_test(connection__typed__channels_that_are_the_same_stay),
        cmocka_unit_test(connection__json__keeps_unknown_keys),
        cmocka_unit_test(connection__json__keeps_unknown_keys_of_channels),
        cmocka_unit_test(connection__migrate__1_to_2__names_the_channel),
        cmocka_unit_test(connection__migrate__2_to_3__names_the_step),
        cmocka_unit_test(connection__migrate__3_to_4__variables_as_the_flow_writes_them),
        cmocka_unit_test(connection__platform__is_kept),
        cmocka_unit_test(connection__migrate__leaves_the_rest_alone),
        cmocka_unit_test(connection__login__follows_from_the_values),
        cmocka_unit_test(connection__json__defaults_and_bounds),
        cmocka_unit_test(connection__json__refuses_what_it_is_not),
        cmocka_unit_test(json__without_secrets__keeps_what_belongs_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
