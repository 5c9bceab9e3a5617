/* SPDX-License-Identifier: MIT */
/* The cleaner of keys and secrets, and what links do to an address. */
#include "support/test.h"

#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/typed.h"

#define KEY "3MVG9fake_Key.0123456789"
#define LONG_KEY \
    "3MVG9...key.with.dots.in_it.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu"
#define DOT_KEY \
    "3MVG9fake_key.with_a_dot_at_its_end.56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq."
#define SECRET "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"

#define OLD_SECRET "FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210"

static const struct {
    const char *text;
    enum typed_kind kind;
    const char *value;
} values[] = {
    {KEY, TYPED_KEY, KEY},
    {"\n " KEY " \r\n", TYPED_KEY, KEY},
    {"\xEF\xBB\xBF" KEY, TYPED_KEY, KEY},
    {KEY "\xC2\xA0", TYPED_KEY, KEY},
    {"3MVG9fake_\n   Key.0123456789", TYPED_KEY, KEY},
    {"3MVG9fake_\nKey.\xE2\x80\x8B"
     "0123456789",
     TYPED_KEY, KEY},
    {"\"" KEY "\",", TYPED_KEY, KEY},
    {"\xE2\x80\x9C" KEY "\xE2\x80\x9D", TYPED_KEY, KEY},
    {"<" KEY ">", TYPED_KEY, KEY},
    {"CLIENT_ID=" KEY, TYPED_KEY, KEY},
    {"Consumer Key: " KEY "\nConsumer Secret: " SECRET, TYPED_KEY, KEY},
    {"Consumer Key: " KEY "\nConsumer Secret: " SECRET, TYPED_SECRET, SECRET},
    {SECRET "\n", TYPED_SECRET, SECRET},
    {"1234567890123456789", TYPED_SECRET, "1234567890123456789"},
    {"CLIENT_SECRET=" SECRET, TYPED_SECRET, SECRET},
    {"export SALESFORCE_CLIENT_SECRET='" SECRET "'\n", TYPED_SECRET, SECRET},
    {"set SF_CONSUMER_SECRET=" SECRET "\r\n", TYPED_SECRET, SECRET},
    {"SALESFORCE_CLIENT_ID=" KEY "\nSALESFORCE_CLIENT_SECRET=" SECRET "\n", TYPED_SECRET, SECRET},
    {"{\"client_id\": \"" KEY "\", \"client_secret\": \"" SECRET "\"}", TYPED_SECRET, SECRET},
    {"{\"client_id\": \"" KEY "\", \"client_secret\": \"" SECRET "\"}", TYPED_KEY, KEY},
    {"client_secret: " SECRET " # of the app", TYPED_SECRET, SECRET},
    {"grant_type=refresh_token&client_id=" KEY "&client_secret=" SECRET, TYPED_SECRET, SECRET},
    {"> secret = " SECRET, TYPED_SECRET, SECRET},
    {"", TYPED_SECRET, ""},
    {"\"\"\n", TYPED_SECRET, ""},
    {NULL, TYPED_KEY, ""},
    {"mySecretKey0123", TYPED_SECRET, "mySecretKey0123"},
    {"two words", TYPED_SECRET, "two words"},
    /* whatever stands around it */
    {"Consumer Key\t" KEY, TYPED_KEY, KEY},
    {"--client-id " KEY, TYPED_KEY, KEY},
    {"Consumer Key:\xC2\xA0" KEY, TYPED_KEY, KEY},
    {"Consumer Key\n" KEY "\n", TYPED_KEY, KEY},
    {"Klucz u\xC5\xBCytkownika: " KEY, TYPED_KEY, KEY},
    {"<consumerKey>" KEY "</consumerKey>", TYPED_KEY, KEY},
    {"| Consumer Key | " KEY " |", TYPED_KEY, KEY},
    {KEY ".", TYPED_KEY, KEY},
    {"**" KEY "**", TYPED_KEY, KEY},
    {"$env:SF_CLIENT_ID=\"" KEY "\"", TYPED_KEY, KEY},
    {KEY "%20", TYPED_KEY, KEY},
    {KEY "\\n", TYPED_KEY, KEY},
    {"\x1B[200~" KEY "\x1B[201~", TYPED_KEY, KEY},
    {"> 3MVG9fake_\r\n> Key.0123456789", TYPED_KEY, KEY},
    {"3MVG9fake_=\r\nKey.0123456789", TYPED_KEY, KEY},
    {KEY KEY, TYPED_KEY, KEY},
    {KEY "\n" SECRET "\n", TYPED_KEY, KEY},
    {"client_id=\n" KEY, TYPED_KEY, KEY},
    {"SF_CLIENT_ID=" KEY " # not 3MVG9other", TYPED_KEY, KEY},
    {"3MVG9fake-Key.0123456789", TYPED_KEY, "3MVG9fake-Key.0123456789"}, /* no part of it */
    {"3MVG9fake_ Key.0123456789", TYPED_KEY, "3MVG9fake_ Key.0123456789"},
    {"3MVG9fake_\"Key.0123456789", TYPED_KEY, "3MVG9fake_\"Key.0123456789"},
    {KEY " " SECRET, TYPED_KEY, KEY},
    {"PlatformCLI", TYPED_KEY, "PlatformCLI"},
    {"Consumer Secret\t" SECRET, TYPED_SECRET, SECRET},
    {"Consumer Secret\n" SECRET, TYPED_SECRET, SECRET},
    {"Consumer Secret\n1234567890123456789", TYPED_SECRET, "1234567890123456789"},
    {"Consumer Secret\nmySecretKey0123", TYPED_SECRET, "mySecretKey0123"},
    {"# of the app\nmySecretKey0123\n", TYPED_SECRET, "mySecretKey0123"},
    {"// of the app\n" SECRET "\n", TYPED_SECRET, SECRET},
    {KEY "\n" SECRET, TYPED_SECRET, SECRET},
    {KEY "\nmySecretKey0123", TYPED_SECRET, "mySecretKey0123"},
    {"client_id,client_secret\n" KEY "," SECRET "\n", TYPED_SECRET, SECRET},
    {"machine login.salesforce.com login " KEY " password " SECRET, TYPED_SECRET, SECRET},
    {"<consumerSecret>" SECRET "</consumerSecret>", TYPED_SECRET, SECRET},
    {"{\"values\":[{\"key\":\"clientSecret\",\"value\":\"" SECRET "\"}]}", TYPED_SECRET, SECRET},
    {"client_secret=\n" SECRET, TYPED_SECRET, SECRET},
    {"> 0123456789ABCDEF0123456789ABCDEF01234567\n> 89ABCDEF0123456789ABCDEF", TYPED_SECRET,
     SECRET},
    {"Consumer Secret\n0123456789ABCDEF0123456789ABCDEF\n0123456789ABCDEF0123456789ABCDEF",
     TYPED_SECRET, SECRET},
    {"Consumer Secret: 0123456789ABCDEF0123456789ABCDEF\n0123456789ABCDEF0123456789ABCDEF",
     TYPED_SECRET, SECRET},
    {"client_secret=mySecretKey0123 # 12345678901234567", TYPED_SECRET, "mySecretKey0123"},
    /* as programs write it */
    {"{\"client_id\":\"3MVG9fake\\u005fKey.0123456789\"}", TYPED_KEY, KEY},
    {"Authorization: Basic M01WRzlmYWtlX0tleS4wMTIzNDU2Nzg5Om15U2VjcmV0S2V5MDEyMw==", TYPED_KEY,
     KEY},
    {"Authorization: Basic M01WRzlmYWtlX0tleS4wMTIzNDU2Nzg5Om15U2VjcmV0S2V5MDEyMw==", TYPED_SECRET,
     "mySecretKey0123"},
    {"{\"key\": \"client_secret\", \"value\": \"mySecretKey0123\"}", TYPED_SECRET,
     "mySecretKey0123"},
    {LONG_KEY "...", TYPED_KEY, LONG_KEY},
    /* a key may end in a full stop, and nothing is added to a whole one */
    {DOT_KEY, TYPED_KEY, DOT_KEY},
    {DOT_KEY ".", TYPED_KEY, DOT_KEY},
    {DOT_KEY "...", TYPED_KEY, DOT_KEY},
    {DOT_KEY DOT_KEY, TYPED_KEY, DOT_KEY},
    {DOT_KEY DOT_KEY ".", TYPED_KEY, DOT_KEY},
    {"Consumer Key\n" DOT_KEY "\nCopy\n", TYPED_KEY, DOT_KEY},
    {"Consumer Key\n3MVG9fake_\nkey.with_a_dot_at_its_end.56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"
     "jklmnopq.\nCopy\nView",
     TYPED_KEY, DOT_KEY},
    {DOT_KEY "\nCopy\n" LONG_KEY, TYPED_KEY, DOT_KEY "Copy" LONG_KEY},
    {DOT_KEY " 1234567890123456789", TYPED_KEY, DOT_KEY},
    {LONG_KEY "\t1234567890123456789", TYPED_KEY, LONG_KEY},
    {"client_id&#x3D;3MVG9fake&#95;Key.0123456789&#38;x", TYPED_KEY, KEY},
    /* of other programs, letters and lists */
    {"**Consumer Key:** " KEY "\n**Consumer Secret:** 1234567890123456789", TYPED_SECRET,
     "1234567890123456789"},
    {"**Consumer Secret**: mySecretKey0123", TYPED_SECRET, "mySecretKey0123"},
    {"**mySecretKey0123**", TYPED_SECRET, "mySecretKey0123"},
    {"my**Secret**Key0123", TYPED_SECRET, "my**Secret**Key0123"},
    {"'client_id' => '" KEY "',\n'client_secret' => 'mySecretKey0123',", TYPED_SECRET,
     "mySecretKey0123"},
    {":client_id => \"" KEY "\", :client_secret => \"8530279227800\"", TYPED_SECRET,
     "8530279227800"},
    {"Here you go: mySecretKey0123\n\nThanks,\nJane", TYPED_SECRET,
     "Here you go: mySecretKey0123Thanks,Jane"}, /* refused for its blanks */
    {"3MVG9fake_key.with_a_dot_at_its_end.56789ABC\nDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq.",
     TYPED_SECRET, DOT_KEY},
    {"1234567890123456789.", TYPED_SECRET, "1234567890123456789"},
    {"client_secret=1234567890123456789.", TYPED_SECRET, "1234567890123456789"},
    {"Secret\n\n1234567890123456789.", TYPED_SECRET, "1234567890123456789"},
    {"the secret is 1234567890123456789. Regards", TYPED_SECRET, "1234567890123456789"},
    {"1234567890123456789.5", TYPED_SECRET, "1234567890123456789.5"},
    {"client_secret: MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUYwMTIzNDU2Nzg5QUJDREVGMDEyMzQ1Njc4"
     "OUFCQ0RFRg==",
     TYPED_SECRET, SECRET},
    {"https%3A%2F%2Flogin.example%2F%3Fclient_id%3D" LONG_KEY "%26x%3D1", TYPED_KEY, LONG_KEY},
    {"https://safe.example/?url=https%253A%252F%252Fx%253Fclient_id%253D" KEY "%2526x", TYPED_KEY,
     KEY},
    {"key=3D3MVG9fake_=\nKey.0123456789", TYPED_KEY, KEY},
    {"secret=3D0123456789=\nABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", TYPED_SECRET,
     SECRET},
    /* signs of a key as links, Markdown and markup write them */
    {"3MVG9fake%5FKey%2E0123456789", TYPED_KEY, KEY},
    {"x?client_id=3MVG9fake%255fKey%252E0123456789&y", TYPED_KEY, KEY},
    {"3MVG9fake\\_Key\\.0123456789", TYPED_KEY, KEY},
    {"3MVG9fake&lowbar;Key&period;0123456789", TYPED_KEY, KEY},
    {SECRET SECRET, TYPED_SECRET, SECRET},
    /* a stump stays one */
    {"3MVG9fake%QQKey.0123456789", TYPED_KEY, "3MVG9fake%QQKey.0123456789"},
    {"3MVG9fake\\Key.0123456789", TYPED_KEY, "3MVG9fake\\Key.0123456789"},
    {"3MVG9fake*Key.0123456789", TYPED_KEY, "3MVG9fake*Key.0123456789"},
    {"3MVG9fake\xE2\x80\x91Key.0123456789", TYPED_KEY, "3MVG9fake\xE2\x80\x91Key.0123456789"},
    {"3MVG9fake_Key...", TYPED_KEY, "3MVG9fake_Key..."},
    {"3MVG9fake_Key\xE2\x80\xA6", TYPED_KEY, "3MVG9fake_Key\xE2\x80\xA6"},
    {"client_id: 3MVG9fake_Key[...]", TYPED_KEY, "3MVG9fake_Key[...]"},
    {KEY "\n3MVG9other_Key.0123456789", TYPED_KEY, KEY "3MVG9other_Key.0123456789"},
    /* no line of a key file is a value, and two values are none */
    {"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n",
     TYPED_SECRET,
     "-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkqhkiG9w0BAQ-----END PRIVATE KEY-----"},
    {SECRET "\n" OLD_SECRET, TYPED_SECRET, SECRET OLD_SECRET},
};

static void value__as_people_paste_it__is_found(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(WipedText) value = typed_value(values[i].text, values[i].kind);
        if (strcmp(value, values[i].value) != 0)
            fail_msg("%s: \"%s\"", values[i].text, value);
    }
}

static void file__of_any_editor__is_read_as_utf8(void **state)
{
    static const struct {
        const char *bytes;
        gsize length;
    } files[] = {
        {"ab12\xC3\xA9", 6},
        {"\xEF\xBB\xBF"
         "ab12\xC3\xA9",
         9},
        {"\xFF\xFE"
         "a\0b\0"
         "1\0"
         "2\0\xE9\0",
         12},
        {"\xFE\xFF\0a\0b\0"
         "1\0"
         "2\0\xE9",
         12},
        {"a\0b\0"
         "1\0"
         "2\0\xE9\0",
         10},
        {"\0a\0b\0"
         "1\0"
         "2\0\xE9",
         10},
        {"\xFF\xFE\0\0a\0\0\0b\0\0\0"
         "1\0\0\0"
         "2\0\0\0\xE9\0\0\0",
         24},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *text = typed_utf8(files[i].bytes, files[i].length);
        assert_string_equal(text, "ab12é");
    }
    g_autofree char *empty = typed_utf8("", 0);
    assert_string_equal(empty, "");
}

static const struct {
    const char *value;
    enum typed_kind kind;
    const char *problem;
} others[] = {
    {KEY, TYPED_KEY, NULL},
    {KEY, TYPED_SECRET, "a consumer key"},
    {SECRET, TYPED_KEY, "a consumer secret"},
    {SECRET, TYPED_SECRET, NULL},
    /* The key of an app that was made with one of its own. */
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", TYPED_KEY, NULL},
    {"1234567890123456789", TYPED_KEY, "a consumer secret"},
    {"mySecretKey0123", TYPED_SECRET, NULL},
    {"5Aep861FakeRefreshToken", TYPED_KEY, "a token"},
    {"00D000000000001!AQ4AQFake.Token_x", TYPED_SECRET, "a token"},
    {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx", TYPED_SECRET, "a token"},
    {"acme.my.salesforce.com", TYPED_KEY, "an address"},
    {"https://acme.example/x", TYPED_SECRET, "an address"},
    {"3MVG9fake.com", TYPED_KEY, NULL},
    {"PlatformCLI", TYPED_KEY, NULL},
    {NULL, TYPED_SECRET, NULL},
    {LONG_KEY, TYPED_KEY, NULL},
    {"3MVG9fake_K...6789", TYPED_KEY, "Part of this is missing"},
    {"3MVG9fake_Key\xE2\x80\xA6", TYPED_KEY, "Part of this is missing"},
    {"\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2", TYPED_KEY, "Part of this is missing"},
    {"********", TYPED_SECRET, "Part of this is missing"},
    {"[REDACTED]", TYPED_SECRET, "Part of this is missing"},
    {"secret", TYPED_SECRET, "Part of this is missing"}, /* it was <secret> */
    {"your consumer key", TYPED_KEY, "Part of this is missing"},
    {"YOUR_CLIENT_ID", TYPED_KEY, "Part of this is missing"},
    {"client_secret", TYPED_SECRET, "Part of this is missing"},
    {"A1B2C3D4E5...7E8F90", TYPED_SECRET, "Part of this is missing"},
    {KEY "3MVG9other_Key.0123456789", TYPED_KEY, "two consumer keys"},
    {"0xI000000000001", TYPED_KEY, "the app's id"},
    {"$SF_CLIENT_SECRET", TYPED_SECRET, "Part of this is missing"},
    {"${SF_CLIENT_SECRET}", TYPED_SECRET, "Part of this is missing"},
    {"{{SF_SECRET}}", TYPED_SECRET, "Part of this is missing"},
    {"hidden", TYPED_SECRET, "Part of this is missing"},
    {"null", TYPED_SECRET, "Part of this is missing"},
    {"undefined", TYPED_SECRET, "Part of this is missing"},
    {"n/a", TYPED_SECRET, "Part of this is missing"},
    {"-", TYPED_SECRET, "Part of this is missing"},
    {"TODO", TYPED_SECRET, "Part of this is missing"},
    {"__SECRET__", TYPED_SECRET, "Part of this is missing"},
    {"SF_CLIENT_SECRET=", TYPED_SECRET, "Part of this is missing"},
    {"null", TYPED_KEY, "Part of this is missing"},
    {"{{SF_KEY}}", TYPED_KEY, "Part of this is missing"},
    {"$SF_CLIENT_ID", TYPED_KEY, "Part of this is missing"},
    {"https%3A%2F%2Facme.example%2Fx", TYPED_KEY, "an address"},
    {"$ecret_0123", TYPED_SECRET, NULL},
    {"nullable0123", TYPED_SECRET, NULL},
    {"", TYPED_SECRET, NULL},
    {"yourname0123", TYPED_KEY, NULL},
    {"SF_ACCESS_TOKEN=00D000000000001!AQ4AQFake.Token_x", TYPED_SECRET, "a token"},
    {"token:eyJhbGciOi-JSUzI1NiJ9.eyJzdWIiOiIx", TYPED_SECRET, "a token"},
    {"-----BEGIN PRIVATE KEY-----", TYPED_SECRET, "a private key"},
    {"-----BEGIN CERTIFICATE-----MIIC-----END CERTIFICATE-----", TYPED_KEY, "a certificate"},
    {"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7MIIEvQIBADANBgkqhkiG9w0", TYPED_SECRET,
     "a private key"},
    {SECRET OLD_SECRET, TYPED_SECRET, "two consumer secrets"},
    {"12345678901234567891234567890123456789", TYPED_SECRET, "two consumer secrets"},
    {"\xD0\x90"
     "123456789ABCDEF",
     TYPED_SECRET, "a character that only looks"},
    {"3MVG9\xD0\xB0"
     "Key.0123456789",
     TYPED_KEY, "a character that only looks"},
    {"3MVG9fake%QQKey.0123456789", TYPED_KEY, "letters, digits, dots and underscores"},
    {"3MVG9fake-Key.0123456789", TYPED_KEY, "letters, digits, dots and underscores"},
    {"client_secret=mySecretKey0123", TYPED_KEY, "letters, digits, dots and underscores"},
    {"my-own-key.0123", TYPED_KEY, NULL},
    {"secretarySecret01", TYPED_SECRET, NULL},
};

static void value__of_another_kind__is_told(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        const char *problem = typed_problem(others[i].value, others[i].kind);
        if ((problem == NULL) != (others[i].problem == NULL) ||
            (problem != NULL && strstr(problem, others[i].problem) == NULL))
            fail_msg("%s: %s", others[i].value, problem);
    }
}

static void secret__anywhere_in_a_text__is_seen(void **state)
{
    static const struct {
        const char *text;
        bool secret;
    } texts[] = {
        {SECRET, true},
        {"https://acme.example/?x=" SECRET, true},
        {"1234567890123456789", true},
        {"id 1234567890123456789", false},
        {"Bearer 00D000000000001!AQ4AQFake.Token_x", true},
        {"5Aep861FakeRefreshToken", true},
        {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx", true},
        {"-----BEGIN RSA PRIVATE KEY-----", true},
        {"https://acme.my.salesforce.com/00D000000000001EAA", false},
        {"jane@acme.example", false},
        {"Bird Integration", false},
        {"", false},
        {NULL, false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (typed_is_secret(texts[i].text) != texts[i].secret)
            fail_msg("%s", texts[i].text);
}

/* Keys and secrets that were chosen for an app may be of any length. */
static void value__of_an_odd_length__is_doubted(void **state)
{
    static const struct {
        const char *value;
        enum typed_kind kind;
        bool doubted;
    } values_of_length[] = {
        {LONG_KEY, TYPED_KEY, false},
        {LONG_KEY "x", TYPED_KEY, true},
        {KEY, TYPED_KEY, true},
        {"PlatformCLI", TYPED_KEY, false},
        {SECRET, TYPED_KEY, false},
        {SECRET, TYPED_SECRET, false},
        {"0123456789ABCDEF0123456789ABCDEF01234567", TYPED_SECRET, true},
        {SECRET "0", TYPED_SECRET, true},
        {"1234567890123456789", TYPED_SECRET, false},
        {"1234567890123", TYPED_SECRET, false},
        {"123456789012345", TYPED_SECRET, false},
        {"123456789012", TYPED_SECRET, true},
        {"mySecretKey0123", TYPED_SECRET, false},
        {NULL, TYPED_SECRET, false},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(values_of_length); i++) {
        const char *doubt = typed_doubt(values_of_length[i].value, values_of_length[i].kind);
        if ((doubt != NULL) != values_of_length[i].doubted)
            fail_msg("%s: %s", values_of_length[i].value, doubt);
    }
}

static void port__as_people_give_it__is_found(void **state)
{
    static const struct {
        const char *text;
        guint port;
    } ports[] = {
        {"1717", 1717},
        {"http://localhost:1717/OauthRedirect", 1717},
        {"http://127.0.0.1:1717", 1717},
        {":1717,", 1717},
        {"1717\xC2\xA0", 1717},
        {"\xEF\xBC\x91\xEF\xBC\x97\xEF\xBC\x91\xEF\xBC\x97", 1717}, /* full width */
        {"0", 0},
        {"65536", 0},
        {"-1", 0},
        {"1717 1718", 0},
        {"17.17", 0},
        {"", 0},
        {NULL, 0},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(ports); i++)
        if (typed_port(ports[i].text) != ports[i].port)
            fail_msg("%s: %u", ports[i].text, typed_port(ports[i].text));
}

/* Proofpoint's examples are their own; the addresses are made up. */
static void link__one_layer__is_taken_off(void **state)
{
    static const struct {
        const char *link, *address;
    } links[] = {
        {"https://eur01.safelinks.protection.outlook.com/"
         "?url=https%3A%2F%2Facme.example%2Fx&data=05",
         "https://eur01.safelinks.protection.outlook.com/?url=https://acme.example/x&data=05"},
        {"https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.example_a-2Db-3Fc-3Dd&d=Dw&c=e",
         "https://acme.example/a-b?c=d"},
        {"https://urldefense.com/v3/__https://acme.example/x?code=a*3D*3D&b=c__;JSU!!Abc!x$",
         "https://acme.example/x?code=a%3D%3D&b=c"},
        {"https://urldefense.com/v3/__https:**Aacme.example/x__;Ly8!!Abc!x$",
         "https://acme.example/x"},
        {"https://urldefense.com/v3/__https://acme.example/a*b*c__;!!Abc!x$",
         "https://acme.example/abc"},
        {"redirect=aHR0cHM6Ly9hY21lLmV4YW1wbGUvP2E__w, that is",
         "https://acme.example/?a?\xEF\xBF\xBD"},
        {"https://acme.example/", NULL},
        {"100% sure", NULL},
        {"https://acme.example/?code=%D4%3D", NULL}, /* no UTF-8 */
        {"https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.example_-D4-3D&d=c", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(links); i++) {
        g_autofree char *inner = typed_unwrap(links[i].link);
        if (g_strcmp0(inner, links[i].address) != 0)
            fail_msg("%s: %s", links[i].link, inner);
    }
}

static void base64__of_a_text__is_read(void **state)
{
    static const struct {
        const char *code, *text;
    } codes[] = {
        {"a2V5OnNlY3JldA==", "key:secret"},
        {"a2V5OnNlY3JldA", "key:secret"},
        {"a2V5OnNl\nY3JldA==", "key:secret"},
        {"Pj4+Pz8/", ">>>???"},
        {"Pj4-Pz8_", ">>>???"},
        {"xbw", "ż"},
        {"", ""},
        {"xbx5xQ==", NULL}, /* ends within a character */
        {"YQBi", NULL},     /* a NUL */
        {"aPrxu1SB", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autofree char *text = typed_base64(codes[i].code);
        if (g_strcmp0(text, codes[i].text) != 0)
            fail_msg("%s: %s", codes[i].code, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value__as_people_paste_it__is_found),
        cmocka_unit_test(file__of_any_editor__is_read_as_utf8),
        cmocka_unit_test(value__of_another_kind__is_told),
        cmocka_unit_test(secret__anywhere_in_a_text__is_seen),
        cmocka_unit_test(value__of_an_odd_length__is_doubted),
        cmocka_unit_test(port__as_people_give_it__is_found),
        cmocka_unit_test(link__one_layer__is_taken_off),
        cmocka_unit_test(base64__of_a_text__is_read),
    };
    return cmocka_run_group_tests_name("typed", tests, NULL, NULL);
}
