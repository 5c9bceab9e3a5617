/* SPDX-License-Identifier: MIT */

/* Every format for every channel, and every platform's sheets, as files to be read: a change of a
 * word shows in the diff. REGEN=1 writes them anew. */

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/login_way.h"
#include "perch/handoff/handoff.h"
#include "support/test.h"

static Connection *acme(enum platform platform, guint channel)
{
    Connection *c = connection_new("acme");
    connection_set(&c->login_url, "https://acme.my.salesforce.com");
    connection_set(&c->client_id, "3MVG9.key");
    connection_set(&c->granted_scopes, "api refresh_token");
    connection_set(&c->instance_url, "https://acme.my.salesforce.com");
    connection_set(&c->api_version, "68.0");
    connection_set(&c->org_id, "00D5g000004XyZaEAK");
    connection_set(&c->username, "admin@acme.com");
    c->platform = platform;
    g_ptr_array_remove_index(c->channels, 1 - channel);
    connection_set_channel(c, 0);
    return c;
}

static void assert_golden(const char *name, const char *text)
{
    g_autofree char *file = g_build_filename("tests/unit/golden", name, NULL);
    g_autofree char *path = test_source_path(file);
    g_autofree char *wanted = NULL;
    g_autoptr(GError) error = NULL;
    if (g_getenv("REGEN") != NULL) {
        assert_true(g_file_set_contents(path, text, -1, &error));
        return;
    }
    if (!g_file_get_contents(path, &wanted, NULL, &error))
        fail_msg("%s (REGEN=1 writes it)", error->message);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s is not this any more:\n%s", file, text);
}

static void assert_files(const Connection *c, enum handoff_format format, const char *what)
{
    struct secrets secrets = {.client_secret = secret_new("S3cr3t.x"),
                              .private_key = secret_new("-----BEGIN PRIVATE KEY-----\nMIIE+vQ/\n"
                                                        "BADA==\n-----END PRIVATE KEY-----\n"),
                              .refresh_token = secret_new("5Aep861.KIw==")};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = handoff_files(c, &secrets, format, &error);
    assert_no_error(error);
    for (guint i = 0; i < files->len; i++) {
        const struct handoff_file *file = files->pdata[i];
        g_autofree char *name =
            g_strdup_printf("%s-%s%s.golden", handoff_format_name(format), what, file->suffix);
        assert_golden(name, secret_peek(file->text));
        if (!connection_way(c)->attended)
            assert_null(strstr(secret_peek(file->text), "5Aep861"));
        if (connection_way(c)->signs)
            assert_null(strstr(secret_peek(file->text), "S3cr3t"));
        else
            assert_null(strstr(secret_peek(file->text), "MIIE"));
    }
    secrets_clear(&secrets);
}

static void assert_format(enum platform platform, enum handoff_format format)
{
    static const char *const channels[] = {"whatsapp", "viber"};
    for (guint channel = 0; channel < G_N_ELEMENTS(channels); channel++) {
        g_autoptr(Connection) c = acme(platform, channel);
        g_autofree char *what =
            g_strdup_printf("%s-%s", platform_name(platform), channels[channel]);
        assert_files(c, format, what);
    }
}

static void formats__golden__for_every_channel(void **state)
{
    (void)state;
    for (int format = 0; format < HANDOFF_FORMAT_COUNT; format++)
        assert_format(PLATFORM_FLOW_BUILDER, (enum handoff_format)format);
}

/* What a flow holds that logs in with client credentials: no refresh token, though the keyring may
 * still have one of before. */
static void formats__client_credentials__hold_no_refresh_token(void **state)
{
    g_autoptr(Connection) c = acme(PLATFORM_FLOW_BUILDER, 0);
    (void)state;
    c->app_values = APP_VALUES_CLIENT_CREDENTIALS;
    c->proven_at = 1;
    connection_set(&c->proven_values, "client-credentials");
    connection_set(&c->granted_scopes, "api");
    for (int format = 0; format < HANDOFF_FORMAT_COUNT; format++)
        if (format != HANDOFF_SFDX_URL)
            assert_files(c, (enum handoff_format)format, "client-credentials");
    c->platform = PLATFORM_BIRD_FLOWS;
    assert_files(c, HANDOFF_TEXT, "client-credentials-bird-flows");
}

/* What a flow holds that signs: neither secret nor refresh token. A format for a program that
 * cannot sign says so. */
static void formats__jwt_bearer__hold_the_key_or_say_why_not(void **state)
{
    static const enum handoff_format cannot[] = {HANDOFF_CURL, HANDOFF_CURL_CONFIG, HANDOFF_POSTMAN,
                                                 HANDOFF_FLOW, HANDOFF_SFDX_URL};
    static const struct secrets none = {.private_key = NULL};
    g_autoptr(Connection) c = acme(PLATFORM_FLOW_BUILDER, 0);
    (void)state;
    c->app_values = APP_VALUES_JWT_BEARER;
    c->proven_at = 1;
    connection_set(&c->proven_values, "jwt-bearer");
    connection_set(&c->granted_scopes, "api");
    connection_set(&c->run_as, "integration@acme.com");
    assert_non_null(handoff_problem(c, &none, NULL));
    for (int format = 0; format < HANDOFF_FORMAT_COUNT; format++) {
        bool can = true;
        for (gsize i = 0; i < G_N_ELEMENTS(cannot); i++)
            can = can && format != (int)cannot[i];
        if (can) {
            assert_files(c, (enum handoff_format)format, "jwt-bearer");
            continue;
        }
        struct secrets secrets = {.private_key = secret_new("-----BEGIN PRIVATE KEY-----\n")};
        g_autoptr(GError) error = NULL;
        assert_null(handoff_files(c, &secrets, (enum handoff_format)format, &error));
        assert_contains(error->message, "json");
        secrets_clear(&secrets);
    }
    c->platform = PLATFORM_BIRD_FLOWS;
    assert_files(c, HANDOFF_TEXT, "jwt-bearer-bird-flows");
    c->platform = PLATFORM_OTHER;
    assert_files(c, HANDOFF_TEXT, "jwt-bearer-other");
}

/* What differs between the platforms. */
static void sheets__golden__for_every_platform(void **state)
{
    static const enum handoff_format sheets[] = {HANDOFF_TEXT, HANDOFF_MARKDOWN, HANDOFF_JSON};
    (void)state;
    for (int platform = 0; platform < PLATFORM_COUNT; platform++)
        for (gsize i = 0; i < G_N_ELEMENTS(sheets); i++)
            assert_format((enum platform)platform, sheets[i]);
}

/* Every row of the forms says where it is known from. */
static void forms__rows__have_a_source(void **state)
{
    static const char *const sources[] = {
#define PLATFORM(ID, title, name, names, defaults, source) source,
#define HEADING(PLATFORM, GROUP, text, source) source,
#define FIELD(PLATFORM, GROUP, id, label, secret, value, source) source,
#define NOTE(PLATFORM, GROUP, title, text, source) source,
#include "perch/handoff/forms.def"
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        assert_true(strlen(sources[i]) > 3);
}

/* ---- the manual ---- */

/* The part of the page from this heading to the next; owned by the caller. */
static char *section(const char *page, const char *heading)
{
    g_autofree char *line = g_strconcat("\n", heading, "\n", NULL);
    const char *start = strstr(page, line);
    if (start == NULL)
        fail_msg("there is no %s", heading);
    start += strlen(line);
    const char *end = strstr(start, "\n.S");
    while (end != NULL && g_str_has_prefix(end, "\n.Sx"))
        end = strstr(end + 1, "\n.S");
    return g_strndup(start, end == NULL ? strlen(start) : (gsize)(end - start));
}

static void assert_items(const char *page, const char *heading, const char *const *items)
{
    g_autofree char *text = section(page, heading);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int next = 0;
    for (char **line = lines; *line != NULL; line++)
        if (g_str_has_prefix(*line, ".It ")) {
            if (items[next] == NULL || strcmp(*line + 4, items[next]) != 0)
                fail_msg("%s: %s, not %s", heading, *line, items[next]);
            next++;
        }
    assert_null(items[next]);
}

/* The guide's chapters in its order, each with a place that exists; the forms as they are. */
static void manual__guide_and_forms__are_followed(void **state)
{
    static const char *const chapters[] = {"What you need",
                                           "Create a connected app",
                                           "Get the consumer key and secret",
                                           "Get the instance URL with cURL",
                                           "Authorize in a new tab, and copy the code",
                                           "Get the tokens with cURL or Postman",
                                           "The REST API is not enabled for this Organization",
                                           "Download the sample flow, and import it",
                                           "Prepare authentication",
                                           "Create a lead",
                                           "Create a case",
                                           "Which channel creates which object",
                                           "Add the channels, and publish",
                                           "Try it with a message",
                                           NULL};
    static const char *const token[] = {
        "URL", "Method", "OAuth Integration", "Body", "Set Content-Type header", "Variables", NULL};
    static const char *const create[] = {
        "URL",       "Method", "OAuth Integration", "Body", "Set Content-Type header", "Headers",
        "Variables", NULL};
    (void)state;
    g_autofree char *path = g_build_filename(g_getenv("TEST_SOURCE"), "man/perch-handoff.7", NULL);
    g_autofree char *page = NULL;
    assert_true(g_file_get_contents(path, &page, NULL, NULL));
    assert_items(page, ".Sh THE WRITTEN GUIDE", chapters);
    assert_items(page, ".Ss 2. Fetch variables: get a token", token);
    assert_items(page, ".Ss 3. Fetch variables: create the record", create);
    g_auto(GStrv) references = g_strsplit(page, "\n.Sx ", -1);
    for (guint i = 1; references[i] != NULL; i++) {
        g_autofree char *name = g_strndup(references[i], strcspn(references[i], "\n"));
        g_autoptr(GRegex) mark = g_regex_new(" [.,]$", 0, 0, NULL);
        g_autofree char *bare = g_regex_replace_literal(mark, name, -1, 0, "", 0, NULL);
        g_autofree char *heading = g_strconcat("\n.Sh ", bare, "\n", NULL);
        g_autofree char *smaller = g_strconcat("\n.Ss ", bare, "\n", NULL);
        if (strstr(page, heading) == NULL && strstr(page, smaller) == NULL)
            fail_msg("%s is no heading of the page", bare);
    }
}

int main(void)
{
    secret_init_process();
    json_use_wiping_allocators();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats__golden__for_every_channel),
        cmocka_unit_test(formats__client_credentials__hold_no_refresh_token),
        cmocka_unit_test(formats__jwt_bearer__hold_the_key_or_say_why_not),
        cmocka_unit_test(sheets__golden__for_every_platform),
        cmocka_unit_test(forms__rows__have_a_source),
        cmocka_unit_test(manual__guide_and_forms__are_followed),
    };
    return cmocka_run_group_tests_name("hand-off, golden files", tests, NULL, NULL);
}
