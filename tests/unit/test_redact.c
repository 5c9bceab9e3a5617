/* SPDX-License-Identifier: MIT */
/* What explain shows of a text: no secret, however a program writes it; everything else. */
#include "support/test.h"

#include <string.h>

#include "explain/explain_private.h"
#include "support/linear.h"

static const char *const letters[] = {
#define SECRET(text)
#define LETTER(text) text,
#define WORDS(text)
#include "reports_secrets.def"
};

static const char *const secrets[] = {
#define SECRET(text) text,
#define LETTER(text)
#define WORDS(text)
#include "reports_secrets.def"
};

/* What sounds like one. */
static const char *const others[] = {
#define SECRET(text)
#define LETTER(text)
#define WORDS(text) text,
#include "reports_secrets.def"
};

static void look_for_canary(const char *text)
{
    g_autoptr(GPtrArray) all = explain_paste_all(text, strlen(text), STAGE_ANY, 0, NULL);
    for (guint i = 0; i < all->len; i++) {
        const struct failure *failure = all->pdata[i];
        g_autoptr(Diagnosis) diagnosis = explain(failure);
        const char *const shown[] = {diagnosis->message, diagnosis->code, failure->named,
                                     failure->object, failure->excerpt};
        for (gsize k = 0; k < G_N_ELEMENTS(shown); k++)
            if (shown[k] != NULL && strstr(shown[k], "CANARY") != NULL)
                fail_msg("%s\nshows %s", text, shown[k]);
    }
}

static void look_for_canary_beside(const char *text)
{
    g_autofree char *beside = g_strdup_printf("%s\n[{\"errorCode\":\"NEW_ODD_CODE\","
                                              "\"message\":\"odd thing\"}]",
                                              text);
    look_for_canary(text);
    look_for_canary(beside);
}

static void secrets__however_written__are_cut(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++) {
        look_for_canary_beside(secrets[i]);
        g_autofree char *safe = redact(secrets[i]);
        g_autofree char *again = redact(safe);
        if (strstr(safe, "CANARY") != NULL)
            fail_msg("%s\nleaves %s", secrets[i], safe);
        assert_string_equal(safe, again);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(letters); i++)
        look_for_canary_beside(letters[i]);
}

static void words__about_secrets__stay(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *text = g_strdup_printf("odd %s", others[i]);
        g_autofree char *safe = redact(text);
        assert_string_equal(safe, text);
    }
}

static void cut__ends_where_the_value_does(void **state)
{
    static const char *const rows[][2] = {
        {"{\"password\":\"a b\",\"error\":\"x\"}", "{\"password\":\"…\",\"error\":\"x\"}"},
        {"{\\\"password\\\":\\\"ab\\\",\\\"e\\\":1}", "{\\\"password\\\":\\\"…\\\",\\\"e\\\":1}"},
        {"password%3Dabc%26error%3Dx", "password%3D…%26error%3Dx"},
        {"password=a%26b&error=x", "password=…&error=x"},
        {":password=>\"x\", :e=>1", ":password=>\"…\", :e=>1"},
        {"password=a%20b&error=x", "password=…&error=x"},
        {"password=x\u00A0e", "password=…\u00A0e"},
        {"password=a&b&error=x", "password=…&error=x"},
        {"password=a&amp;b&amp;error=x", "password=…&amp;error=x"},
        {"<password>x</password><e>", "<password>…</password><e>"},
        {"<password>x y</password><e>", "<password>…</password><e>"},
        {"name=\"password\"\r\n\r\nx y\r\n--e", "name=\"password\"\r\n\r\n…\r\n--e"},
        {"<password>x&lt;y</password><e>", "<password>…</password><e>"},
        {"&lt;password&gt;x y&lt;/password&gt;", "&lt;password&gt;…&lt;/password&gt;"},
        {"{\"password\":\"a\nb\",\"error\":\"x\"}", "{\"password\":\"…\",\"error\":\"x\"}"},
        {"password=\"x\ny\\\", e", "password=\"…\ny\\\", e"},
        {"password=\"x\ny\"c", "password=\"…\ny\"c"},
        {"password = \"a\" -> \"b\" # e", "password = \"…\" # e"},
        {"パスワード：x　エラー", "パスワード：…　エラー"},
        {"|password|a1|e|", "|password|…|e|"},
        {"name: password\nvalue: x\ne", "name: password\nvalue: …\ne"},
        {"client_secret=0123456789ABCDEF0123456789ABCDEF\n0123456789ABCDEF e", "client_secret=… e"},
        {"Salesforce(\"u\", \"p\", \"t\", e)", "Salesforce(\"u\", \"…\", e)"},
        {"access_token=00D5g0000000001!AQ\nabc123 is odd", "access_token=…\nabc123 is odd"},
        {"access_token=00D5g0000000001!AQ\n08:00 ERROR 42 e", "access_token=…\n08:00 ERROR 42 e"},
        {"Set-Cookie: a=0:0; INVALID_SESSION_ID", "Set-Cookie: …INVALID_SESSION_ID"},
        {"password=summer in the file", "password=… in the file"},
        {"password: summer user=x", "password: … user=x"},
        {"password: summer", "password: …"},
        {"odd A1B2C3D4E5F60718293A4B5C6D7E8F90\nA1B2C3D4E5F60718293A4B5C6D7E8F90 e", "odd … e"},
        {"client_secret=[abc], e", "client_secret=[…], e"},
        {"the client secret: x9, then", "the client secret: …, then"},
        {"name,password\na,x1y2z3w4\n\ne,x1y2z3w4", "name,password\na,…\n\ne,x1y2z3w4"},
        {"INSERT INTO c (n, secret) VALUES ('a', 'x1y2z3w4'); e",
         "INSERT INTO c (n, secret) VALUES ('a', '…'); e"},
        {"kind: Secret\ndata:\n  a: eA==\ntype: Opaque",
         "kind: Secret\ndata:\n  a: …\ntype: Opaque"},
        {"password = \"\"\"\nx\ny\"\"\" # e", "password = \"\"\"\n…\"\"\" # e"},
        {"Passphrase: correct horse battery staple\ne", "Passphrase: …\ne"},
        {"<input value=\"x\" name=\"password\"><p>e", "<input value=\"…\" name=\"password\"><p>e"},
        {"Digest response=\"6629fae49393a05397450978507c4ef1\", e", "Digest response=\"…\", e"},
        {"00000000  63 6c 69 65 6e 74 5f 73  65 63 72 65 74 3d 38 46  |client_secret=8F|\n"
         "00000010  33 6b 51 7a 26 65 72 72  6f 72 3d 78              |3kQz&error=x|\ne",
         "client_secret=…&error=x\ne"},
        {"0000: 63 6c 69 65 6e 74 5f 73 65 63 72 65 74 3d 38 46 client_secret=8F\n0010: 33 6b "
         "3kQz\n",
         "client_secret=…\n"},
        {"0000: grant_type=refresh_token&client_id=3MVG9abc&client_secret=8F3kQz\n"
         "0040: 7LwN&error=x\n== e",
         "grant_type=refresh_token&client_id=3MVG9abc&client_secret=…&error=x\n== e"},
        {"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\ne",
         "-----BEGIN PRIVATE KEY-----…-----END PRIVATE KEY-----\ne"},
        {"-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIGhQ0p9xkP2mN8sR\\ncannot be read",
         "-----BEGIN EC PRIVATE KEY-----…\\ncannot be read"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *safe = redact(rows[i][0]);
        assert_string_equal(safe, rows[i][1]);
    }
}

static void redact_all(const char *text)
{
    g_autofree char *safe = redact(text);
    assert_non_null(safe);
}

static void redaction__hostile_text__takes_linear_time(void **state)
{
    static const char *const parts[] = {
        "password=x\n",
        "password=\"a\n",
        "password='a",
        "token=\\\"x ",
        "password [((",
        "password is ",
        "<password ",
        "\"value\":\"",
        "://a:b",
        "name=\"password\"\n",
        "password\t",
        "refresh token: we got ",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n",
        "password\nvalue ",
        "password=&",
        "password=\"a\nb",
        "\"password\" = \"a\" -> ",
        "Salesforce(\"a\", ",
        "password | ",
        "password=\n1A",
        "　パスワード",
        "name,password\na,x1y2z3w4\n",
        "password\ta\n",
        "a,password,\"",
        "password(",
        "(password) VALUES ('x', ",
        "(password) VALUES (((",
        "password = \"\"\"a ",
        "password: correct horse battery staple ",
        "correct horse ",
        "0000: 63 6c 69 65\n",
        "0000: password=x\n",
        "kind: Secret\ndata:\n a: b\n",
        "<input value=\"",
        "password</b></b><b>",
        "password=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\n",
        "name,password,",
    };
    (void)state;
    assert_linear(redact_all, parts, G_N_ELEMENTS(parts), 64 * 1024, 256 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets__however_written__are_cut),
        cmocka_unit_test(words__about_secrets__stay),
        cmocka_unit_test(cut__ends_where_the_value_does),
        cmocka_unit_test(redaction__hostile_text__takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
