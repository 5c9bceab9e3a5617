/* SPDX-License-Identifier: MIT */

/* The app sheet: its table, its rules, its values, and the files to deploy. */

#include "perch/sheet/sheet.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/checks/check.h"
#include "support/test.h"

static Connection *sheet(enum app_kind kind, enum app_values values)
{
    Connection *c = connection_new("acme");
    connection_set(&c->contact_email, "admin@acme.com");
    sheet_choose(c, values, kind);
    return c;
}

/* ---- the table ---- */

static void table__each_row__is_complete(void **state)
{
    (void)state;
    for (int kind = APP_EXTERNAL_CLIENT; kind <= APP_CONNECTED; kind++) {
        for (int values = 0; values < APP_VALUES_COUNT; values++) {
            g_autoptr(Connection) c = sheet((enum app_kind)kind, (enum app_values)values);
            for (int i = 0; i < SETTING_COUNT; i++) {
                enum setting setting = (enum setting)i;
                g_autofree char *value = sheet_value(c, setting);
                if (!sheet_has(c, setting))
                    continue;
                assert_true(*sheet_label(c, setting) != '\0');
                assert_true(*value != '\0' && *value != '{');
                assert_true(g_str_has_suffix(sheet_why(c, setting), "."));
                assert_true(g_str_has_suffix(sheet_without(c, setting), "."));
                g_autofree char *page =
                    setup_page_url(sheet_page(c, setting), "https://acme.my.salesforce.com", NULL);
                assert_non_null(page);
                assert_true(*setup_page_path(sheet_page(c, setting)) != '\0');
            }
        }
    }
}

static void table__ticks__are_of_one_row_each(void **state)
{
    (void)state;
    g_autoptr(Connection) c = connection_new("acme");
    for (int i = 0; i < SETTING_COUNT; i++) {
        assert_false(sheet_is_ticked(c, (enum setting)i));
        guint32 before = c->app_ticks;
        sheet_tick(c, (enum setting)i);
        assert_true(sheet_is_ticked(c, (enum setting)i));
        assert_int_equal(c->app_ticks & before, before);
    }
    for (int i = 0; i < SETTING_COUNT; i++)
        assert_true(sheet_is_ticked(c, (enum setting)i));
}

/* Where the guide or an app without a secret has another value, a sentence says why. */
static void table__difference__is_explained(void **state)
{
    (void)state;
    guint differing = 0;
    for (int i = 0; i < SETTING_COUNT; i++) {
        bool differs = false;
        g_autoptr(Connection) perch = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
        g_autofree char *ours = sheet_value(perch, (enum setting)i);
        for (int values = 1; values <= APP_VALUES_NO_SECRET; values++) {
            g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, (enum app_values)values);
            g_autofree char *theirs = sheet_value(c, (enum setting)i);
            differs = differs || strcmp(ours, theirs) != 0;
        }
        assert_int_equal(differs, sheet_differs(perch, (enum setting)i) != NULL);
        differing += differs;
    }
    assert_int_equal(differing, 7); /* callbacks, PKCE, three boxes of the refresh token, secrets */
}

static void order__both_kinds__is_that_of_the_screens(void **state)
{
    (void)state;
    g_autoptr(Connection) eca = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    g_autoptr(Connection) connected = sheet(APP_CONNECTED, APP_VALUES_PERCH);
    assert_string_equal(sheet_group(eca, SETTING_NAME), "Basic Information");
    assert_null(sheet_group(eca, SETTING_API_NAME));
    assert_string_equal(sheet_group(eca, SETTING_USERS), "Policies tab › OAuth Policies");
    assert_string_equal(sheet_group(connected, SETTING_USERS), "Manage › Edit Policies");
    assert_string_equal(sheet_label(eca, SETTING_NAME), "External Client App Name");
    assert_string_equal(sheet_label(connected, SETTING_NAME), "Connected App Name");
    assert_true(sheet_has(eca, SETTING_DISTRIBUTION));
    assert_false(sheet_has(connected, SETTING_DISTRIBUTION));
    assert_int_equal(sheet_page(connected, SETTING_USERS), SETUP_PAGE_CONNECTED_APPS);
}

/* ---- values ---- */

static void values__guide__are_those_of_the_guide(void **state)
{
    (void)state;
    static const struct {
        enum setting setting;
        const char *value;
    } rows[] = {
        {SETTING_CALLBACKS, "https://login.salesforce.com/"},
        {SETTING_USERS, "All users can self-authorize"},
        {SETTING_IP, "Relax IP restrictions"},
        {SETTING_REFRESH, "Refresh token is valid until revoked"},
        {SETTING_TIMEOUT, "24 hours (1440 minutes)"},
    };
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_GUIDE);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *value = sheet_value(c, rows[i].setting);
        assert_string_equal(value, rows[i].value);
    }
    g_autoptr(Connection) connected = sheet(APP_CONNECTED, APP_VALUES_GUIDE);
    g_autofree char *users = sheet_value(connected, SETTING_USERS);
    assert_string_equal(users, "All users may self-authorize");
    g_autofree char *scopes = sheet_value(c, SETTING_SCOPES);
    assert_contains(scopes, "(api)");
    assert_contains(scopes, "(refresh_token, offline_access)");
    assert_contains(scopes, "(web)");
    g_autofree char *redirect = connection_redirect(c, 1718);
    assert_string_equal(redirect, "https://login.salesforce.com/");
}

static void values__perch__has_pool_and_guide_address(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    sheet_edit(c, SETTING_CALLBACKS,
               " https://example.com/cb  http://localhost:1717/OauthRedirect ");
    g_autofree char *value = sheet_value(c, SETTING_CALLBACKS);
    assert_string_equal(value, "http://localhost:1717/OauthRedirect\n"
                               "http://localhost:1718/OauthRedirect\n"
                               "http://localhost:1719/OauthRedirect\n"
                               "https://example.com/cb\n"
                               "https://login.salesforce.com/");
    g_autofree char *redirect = connection_redirect(c, 1718);
    assert_string_equal(redirect, "http://localhost:1718/OauthRedirect");
}

static void choose__other_values__untick_what_changed(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    sheet_tick(c, SETTING_NAME);
    sheet_tick(c, SETTING_CALLBACKS);
    sheet_tick(c, SETTING_PKCE);
    sheet_choose(c, APP_VALUES_GUIDE, APP_EXTERNAL_CLIENT);
    assert_true(sheet_is_ticked(c, SETTING_NAME));
    assert_false(sheet_is_ticked(c, SETTING_CALLBACKS));
    assert_false(sheet_is_ticked(c, SETTING_PKCE));
    sheet_choose(c, APP_VALUES_GUIDE, APP_CONNECTED); /* another app altogether */
    assert_false(sheet_is_ticked(c, SETTING_NAME));
}

static void edit__name__takes_the_api_name_along(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    sheet_tick(c, SETTING_NAME);
    sheet_tick(c, SETTING_API_NAME);
    sheet_edit(c, SETTING_NAME, " 2nd  Bird (EU) ");
    assert_string_equal(c->app_name, "2nd  Bird (EU)");
    assert_string_equal(c->app_api_name, "X2nd_Bird_EU");
    assert_null(sheet_problem(c, SETTING_API_NAME, c->app_api_name));
    assert_false(sheet_is_ticked(c, SETTING_NAME));
    assert_false(sheet_is_ticked(c, SETTING_API_NAME));
    sheet_edit(c, SETTING_API_NAME, "Own_name");
    sheet_edit(c, SETTING_NAME, "Another");
    assert_string_equal(c->app_api_name, "Own_name");
}

/* ---- rules ---- */

#define A40 "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void rules__names_and_addresses(void **state)
{
    (void)state;
    static const struct {
        enum setting setting;
        const char *text, *problem; /* NULL = fine */
    } cases[] = {
        {SETTING_NAME, "Bird – Süd", NULL},
        {SETTING_NAME, "  ", "Give the app a name"},
        {SETTING_NAME, A40 A40, NULL},
        {SETTING_NAME, A40 A40 "b", "80 characters"},
        {SETTING_API_NAME, "Bird_Integration2", NULL},
        {SETTING_API_NAME, "", "Give the app an API name"},
        {SETTING_API_NAME, "2Bird", "start with a letter"},
        {SETTING_API_NAME, "_Bird", "start with a letter"},
        {SETTING_API_NAME, "Bird_", "end with an underscore"},
        {SETTING_API_NAME, "Bird__Two", "two underscores"},
        {SETTING_API_NAME, "Bird-Two", "letters, digits and underscores"},
        {SETTING_API_NAME, "Bírd", "letters, digits and underscores"},
        {SETTING_API_NAME, A40 A40, NULL},
        {SETTING_API_NAME, A40 A40 "b", "80 characters"},
        {SETTING_EMAIL, "admin@acme.com", NULL},
        {SETTING_EMAIL, "first.last+crm@mail.acme.co.uk", NULL},
        {SETTING_EMAIL, "", "Enter your e-mail address"},
        {SETTING_EMAIL, "admin", "not an e-mail address"},
        {SETTING_EMAIL, "admin@acme", "not an e-mail address"},
        {SETTING_EMAIL, "@acme.com", "not an e-mail address"},
        {SETTING_EMAIL, "a b@acme.com", "not an e-mail address"},
        {SETTING_EMAIL, "a@b@acme.com", "not an e-mail address"},
        {SETTING_EMAIL, "a@acme..com", "not an e-mail address"},
        {SETTING_EMAIL, "a@.com", "not an e-mail address"},
        {SETTING_CALLBACKS, "", NULL},
        {SETTING_CALLBACKS, "https://example.com/cb myapp://done", NULL},
        {SETTING_CALLBACKS, "http://127.0.0.1:8080/cb", NULL},
        {SETTING_CALLBACKS, "http://example.com/cb", "https://"},
        {SETTING_CALLBACKS, "example.com/cb", "complete address"},
        {SETTING_CALLBACKS, "https://example.com/cb#part", "contain #"},
    };
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *problem = sheet_problem(c, cases[i].setting, cases[i].text);
        if (cases[i].problem == NULL && problem != NULL)
            fail_msg("\"%s\": %s", cases[i].text, problem);
        if (cases[i].problem != NULL && problem == NULL)
            fail_msg("\"%s\" was taken", cases[i].text);
        if (cases[i].problem != NULL)
            assert_contains(problem, cases[i].problem);
    }
}

static void rules__callbacks__have_2000_characters(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    g_autofree char *own = sheet_value(c, SETTING_CALLBACKS);
    gsize room = SHEET_CALLBACKS_MAX - strlen(own) - 1 - strlen("https://e.com/");
    g_autofree char *path = g_strnfill(room, 'a');
    g_autofree char *fits = g_strconcat("https://e.com/", path, NULL);
    g_autofree char *over = g_strconcat("https://e.com/b", path, NULL);
    assert_null(sheet_problem(c, SETTING_CALLBACKS, fits));
    assert_contains(sheet_problem(c, SETTING_CALLBACKS, over), "2,000");
}

/* ---- what is seen from outside ---- */

/* Of each setting that a check compares, the doctor has that check; no check compares two. */
static void table__each_compared_setting__has_its_check(void **state)
{
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    const struct session session = {.connection = c};
    g_autoptr(GArray) doctor = g_array_new(FALSE, FALSE, sizeof(struct check_def));
    check_list_def(CHECKS_DOCTOR)->build(&session, doctor);
    int compared = 0;
    (void)state;
    for (int i = 0; i < SETTING_COUNT; i++) {
        const char *check = sheet_check((enum setting)i);
        bool found = false;
        if (check == NULL)
            continue;
        compared++;
        if (!sheet_has(c, (enum setting)i))
            continue;
        for (guint k = 0; k < doctor->len; k++)
            found |= strcmp(g_array_index(doctor, struct check_def, k).id, check) == 0;
        if (!found)
            fail_msg("%s: the doctor has no check %s", sheet_id((enum setting)i), check);
        assert_int_equal(sheet_compared_by(check), i);
    }
    assert_int_equal(compared, 15);
    assert_int_equal(sheet_compared_by("lookup"), SETTING_COUNT);
}

/* ---- text ---- */

static void print__every_row__is_in_each_form(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_CONNECTED, APP_VALUES_PERCH);
    connection_set(&c->login_url, "https://acme.my.salesforce.com");
    sheet_edit(c, SETTING_NAME, "Bird | `x` *y*");
    g_autofree char *text = sheet_as_text(c, 0);
    g_autofree char *markdown = sheet_as_markdown(c);
    g_autoptr(Json) json = sheet_as_json(c);
    guint rows = 0;
    for (int i = 0; i < SETTING_COUNT; i++) {
        if (!sheet_has(c, (enum setting)i))
            continue;
        rows++;
        assert_contains(text, sheet_label(c, (enum setting)i));
    }
    assert_int_equal(json_size(json), rows);
    assert_contains(text, "https://acme.lightning.force.com/lightning/setup/");
    assert_contains(markdown, "](https://acme.lightning.force.com/lightning/setup/");
    assert_contains(markdown, "`Bird \\| 'x' *y*`");
    assert_contains(markdown, "`http://localhost:1717/OauthRedirect`<br>`");
    const Json *first = json_first(json);
    assert_string_equal(json_get_string(first, "id"), "name");
    assert_string_equal(json_get_string(first, "value"), "Bird | `x` *y*");
    assert_non_null(json_get_string(first, "page"));
}

/* ---- files ---- */

static const char *file_of(const GPtrArray *files, const char *suffix)
{
    for (guint i = 0; i < files->len; i++) {
        const struct sheet_file *file = files->pdata[i];
        if (g_str_has_suffix(file->path, suffix))
            return file->text;
    }
    fail_msg("no file ends with %s", suffix);
    return NULL;
}

static bool is_well_formed(const char *text)
{
    static const GMarkupParser parser = {0};
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, NULL, NULL);
    return g_markup_parse_context_parse(context, text, -1, NULL) &&
           g_markup_parse_context_end_parse(context, NULL);
}

static void metadata__external__is_complete(void **state)
{
    (void)state;
    static const struct {
        const char *suffix;
        const char *parts[12];
    } files_wanted[] = {
        {"externalClientApps/Bird_Integration.eca-meta.xml",
         {"<ExternalClientApplication xmlns=\"http://soap.sforce.com/2006/04/metadata\">",
          "<contactEmail>admin@acme.com</contactEmail>",
          "<distributionState>Local</distributionState>", "<isProtected>false</isProtected>",
          "<label>Bird &lt;&amp;&gt; Integration</label>"}},
        {"extlClntAppGlobalOauthSets/Bird_Integration_glbloauth.ecaGlblOauth-meta.xml",
         {"<ExtlClntAppGlobalOauthSettings ",
          "<callbackUrl>http://localhost:1717/OauthRedirect\n"
          "http://localhost:1718/OauthRedirect\nhttp://localhost:1719/OauthRedirect\n"
          "https://login.salesforce.com/</callbackUrl>",
          "<externalClientApplication>Bird_Integration</externalClientApplication>",
          "<isConsumerSecretOptional>false<", "<isNamedUserJwtEnabled>false<",
          "<isPkceRequired>true<", "<isRefreshTokenRotationEnabled>false<",
          "<isSecretRequiredForRefreshToken>true<", "<label>", "<shouldRotateConsumerKey>false<",
          "<shouldRotateConsumerSecret>false<"}},
        {"extlClntAppOauthSettings/Bird_Integration_oauth.ecaOauth-meta.xml",
         {"<ExtlClntAppOauthSettings ",
          "<commaSeparatedOauthScopes>Api, RefreshToken, Web</commaSeparatedOauthScopes>",
          "<externalClientApplication>Bird_Integration<", "<label>"}},
        {"extlClntAppOauthPolicies/Bird_Integration_oauthPlcy.ecaOauthPlcy-meta.xml",
         {"<ExtlClntAppOauthConfigurablePolicies ", "<externalClientApplication>Bird_Integration<",
          "<ipRelaxationPolicyType>Bypass<", "<permittedUsersPolicyType>AllSelfAuthorized<",
          "<refreshTokenPolicyType>Infinite<", "<sessionTimeoutInMinutes>1440<"}},
        {"extlClntAppPolicies/Bird_Integration_plcy.ecaPlcy-meta.xml",
         {"<ExtlClntAppConfigurablePolicies ", "<externalClientApplication>Bird_Integration<",
          "<isEnabled>true<", "<isOauthPluginEnabled>true<"}},
        {"manifest/package.xml",
         {"<members>Bird_Integration</members>", "<name>ExternalClientApplication</name>",
          "<name>ExtlClntAppGlobalOauthSettings</name>", "<name>ExtlClntAppOauthSettings</name>",
          "<name>ExtlClntAppOauthConfigurablePolicies</name>",
          "<name>ExtlClntAppConfigurablePolicies</name>", "<version>62.0</version>"}},
        {"sfdx-project.json", {"\"path\": \"force-app\"", "\"sourceApiVersion\": \"62.0\""}},
        {"README.md",
         {"sf project deploy start", "Salesforce generates one",
          "View all External Client Apps, view their settings, and edit their policies"}},
    };
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    connection_set(&c->app_name, "Bird <&> Integration");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, &error);
    assert_no_error(error);
    assert_int_equal(files->len, G_N_ELEMENTS(files_wanted));
    for (gsize i = 0; i < G_N_ELEMENTS(files_wanted); i++) {
        const char *text = file_of(files, files_wanted[i].suffix);
        for (gsize j = 0; files_wanted[i].parts[j] != NULL; j++)
            assert_contains(text, files_wanted[i].parts[j]);
        assert_null(strstr(text, "consumerKey>"));
        assert_null(strstr(text, "consumerSecret>"));
        if (g_str_has_suffix(files_wanted[i].suffix, ".xml"))
            assert_true(is_well_formed(text));
    }
}

static void metadata__key_of_perch__is_in_one_file(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_NO_SECRET);
    sheet_take_key(c, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef99");
    assert_int_equal(strlen(c->client_id), 64);
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, NULL);
    const char *global = file_of(files, ".ecaGlblOauth-meta.xml");
    g_autofree char *element = g_strdup_printf("<consumerKey>%s</consumerKey>", c->client_id);
    assert_contains(global, element);
    assert_contains(global, "<isConsumerSecretOptional>true<");
    assert_contains(global, "<isSecretRequiredForRefreshToken>false<");
    assert_contains(file_of(files, "README.md"), "nothing to copy back");
}

/* Boxes without a documented element: not in the files, which say so, but in the sheet. */
static void metadata__idle_limit_and_allowlist__are_for_setup(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_PERCH);
    g_autofree char *text = sheet_as_text(c, 0);
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, NULL);
    assert_contains(text, "Limit Idle Refresh Token Time-to-Live (TTL) to 30 Days: not ticked\n");
    assert_contains(text, "Enforce Refresh Token IP Allowlist: not ticked\n");
    assert_contains(sheet_without(c, SETTING_ROTATION), "greyed out");
    assert_contains(sheet_without(c, SETTING_IDLE), "greyed out");
    assert_contains(file_of(files, "README.md"), "compare the app's Security section");
    assert_null(strstr(file_of(files, ".ecaGlblOauth-meta.xml"), "TTL"));
    sheet_choose(c, APP_VALUES_CLIENT_CREDENTIALS, APP_EXTERNAL_CLIENT);
    assert_false(sheet_has(c, SETTING_IDLE) || sheet_has(c, SETTING_ALLOWLIST));
}

/* An app that logs in by itself: both boxes, its user, one callback, scope api, and nothing of the
 * refresh token, whose boxes may be locked. */
static void metadata__jwt_bearer__has_the_certificate(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_JWT_BEARER);
    assert_null(sheet_as_metadata(c, &error)); /* without a certificate nobody could log in */
    assert_true(g_error_matches(error, PERCH_ERROR, PERCH_ERROR_USAGE));
    connection_set(&c->certificate, "-----BEGIN CERTIFICATE-----\nMIIC\n");
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, NULL);
    const char *global = file_of(files, ".ecaGlblOauth-meta.xml");
    const char *policy = file_of(files, ".ecaOauthPlcy-meta.xml");
    assert_contains(global, "<certificate>-----BEGIN CERTIFICATE-----\nMIIC\n</certificate>");
    assert_null(strstr(global, "isClientCredentialsFlowEnabled"));
    assert_contains(policy, "<permittedUsersPolicyType>AdminApprovedPreAuthorized<");
    assert_contains(file_of(files, "README.md"), "After the deploy approve the user");
    g_autofree char *text = sheet_as_text(c, 0);
    assert_contains(text, "Enable JWT Bearer Flow: ticked");
    assert_contains(text, "connections/");
    assert_null(strstr(text, "Enable Client Credentials Flow"));
    g_autoptr(Connection) old = sheet(APP_CONNECTED, APP_VALUES_JWT_BEARER);
    connection_set(&old->certificate, "-----BEGIN CERTIFICATE-----\nMIIC\n");
    g_autoptr(GPtrArray) one = sheet_as_metadata(old, NULL);
    const char *app = file_of(one, ".connectedApp-meta.xml");
    assert_contains(app, "<certificate>-----BEGIN CERTIFICATE-----");
    assert_contains(app, "<isAdminApproved>true<");
    g_autofree char *connected = sheet_as_text(old, 0);
    assert_contains(connected, "Use digital signatures: ticked");
}

static void metadata__client_credentials__has_boxes_and_user(void **state)
{
    static const char *const absent[] = {"RefreshToken", "Pkce", "refreshTokenPolicyType",
                                         "localhost"};
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_CLIENT_CREDENTIALS);
    g_autoptr(GError) error = NULL;
    assert_null(sheet_as_metadata(c, &error));
    assert_contains(error->message, "Run As (Username): Enter the username");
    assert_non_null(sheet_problem(c, SETTING_RUN_AS, "Integration User"));
    assert_null(sheet_problem(c, SETTING_RUN_AS, "integration@acme.com"));
    sheet_edit(c, SETTING_RUN_AS, "integration@acme.com");
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, NULL);
    const char *global = file_of(files, ".ecaGlblOauth-meta.xml");
    const char *policy = file_of(files, ".ecaOauthPlcy-meta.xml");
    assert_contains(global, "<isClientCredentialsFlowEnabled>true<");
    assert_contains(global, "<callbackUrl>https://login.salesforce.com/</callbackUrl>");
    assert_contains(policy, "<isClientCredentialsFlowEnabled>true<");
    assert_contains(policy, "<clientCredentialsFlowUser>integration@acme.com<");
    assert_contains(file_of(files, ".ecaOauth-meta.xml"),
                    "<commaSeparatedOauthScopes>Api</commaSeparatedOauthScopes>");
    for (gsize i = 0; i < G_N_ELEMENTS(absent); i++)
        for (guint k = 0; k < files->len; k++) {
            const struct sheet_file *file = files->pdata[k];
            if (g_str_has_suffix(file->path, ".xml"))
                assert_null(strstr(file->text, absent[i]));
        }
    g_autoptr(Connection) old = sheet(APP_CONNECTED, APP_VALUES_CLIENT_CREDENTIALS);
    sheet_edit(old, SETTING_RUN_AS, "integration@acme.com");
    g_autoptr(GPtrArray) other = sheet_as_metadata(old, NULL);
    const char *app = file_of(other, ".connectedApp-meta.xml");
    assert_contains(app, "<isClientCredentialEnabled>true<");
    assert_contains(app, "<oauthClientCredentialUser>integration@acme.com<");
    assert_true(is_well_formed(app));
    assert_int_equal(sheet_has(old, SETTING_CLIENT_POLICY), 0);
    /* And the user, whom no metadata makes. */
    g_autofree char *rights = sheet_value(c, SETTING_USER_RIGHTS);
    assert_string_equal(sheet_group(c, SETTING_USER_LICENSE), "The user it runs as");
    assert_contains(rights, "Leads and Cases: Read, Create");
    assert_int_equal(sheet_page(c, SETTING_USER_RIGHTS), SETUP_PAGE_PERMISSION_SETS);
    assert_contains(sheet_label(old, SETTING_RUN_AS), "Client Credentials Flow");
    sheet_choose(c, APP_VALUES_PERCH, APP_EXTERNAL_CLIENT);
    assert_string_equal(c->scopes, "api refresh_token web");
    assert_false(sheet_has(c, SETTING_RUN_AS));
}

/* Rotation, of which the guide says nothing, is left to the org. */
static void metadata__guide__leaves_out_what_it_does_not_say(void **state)
{
    (void)state;
    g_autoptr(Connection) c = sheet(APP_EXTERNAL_CLIENT, APP_VALUES_GUIDE);
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, NULL);
    const char *global = file_of(files, ".ecaGlblOauth-meta.xml");
    assert_contains(global, "<callbackUrl>https://login.salesforce.com/</callbackUrl>");
    assert_contains(global, "<isPkceRequired>false<");
    assert_null(strstr(global, "Rotation"));
}

static void metadata__connected__is_for_comparing(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "<ConnectedApp xmlns=",
        "<label>Bird Integration</label>",
        "    <oauthConfig>\n        <callbackUrl>http://localhost:1717/",
        "<isAdminApproved>false<",
        "<isPkceRequired>true<",
        "<scopes>Api</scopes>\n        <scopes>RefreshToken</scopes>\n        <scopes>Web</scopes>",
        "    </oauthConfig>\n    <oauthPolicy>\n",
        "<ipRelaxation>BYPASS<",
        "<refreshTokenPolicy>infinite<",
        "<sessionTimeout>1440<"};
    g_autoptr(Connection) c = sheet(APP_CONNECTED, APP_VALUES_PERCH);
    sheet_take_key(c, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    g_autoptr(GPtrArray) files = sheet_as_metadata(c, NULL);
    const char *app = file_of(files, "connectedApps/Bird_Integration.connectedApp-meta.xml");
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        assert_contains(app, parts[i]);
    assert_true(is_well_formed(app));
    assert_null(strstr(app, "consumerKey"));
    assert_contains(file_of(files, "README.md"), "for comparison with an existing one");
    assert_int_equal(files->len, 4);
}

static void metadata__incomplete__is_refused(void **state)
{
    (void)state;
    g_autoptr(Connection) c = connection_new("acme");
    g_autoptr(GError) error = NULL;
    assert_null(sheet_as_metadata(c, &error));
    assert_error_code(error, PERCH_ERROR, PERCH_ERROR_USAGE);
    assert_contains(error->message, "Contact Email");
    g_clear_error(&error);
    connection_set(&c->contact_email, "a@acme.com");
    connection_set(&c->app_api_name, A40 "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_null(sheet_as_metadata(c, &error));
    assert_contains(error->message, "70 characters at most");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__each_row__is_complete),
        cmocka_unit_test(table__each_compared_setting__has_its_check),
        cmocka_unit_test(table__ticks__are_of_one_row_each),
        cmocka_unit_test(table__difference__is_explained),
        cmocka_unit_test(order__both_kinds__is_that_of_the_screens),
        cmocka_unit_test(values__guide__are_those_of_the_guide),
        cmocka_unit_test(values__perch__has_pool_and_guide_address),
        cmocka_unit_test(choose__other_values__untick_what_changed),
        cmocka_unit_test(edit__name__takes_the_api_name_along),
        cmocka_unit_test(rules__names_and_addresses),
        cmocka_unit_test(rules__callbacks__have_2000_characters),
        cmocka_unit_test(print__every_row__is_in_each_form),
        cmocka_unit_test(metadata__external__is_complete),
        cmocka_unit_test(metadata__key_of_perch__is_in_one_file),
        cmocka_unit_test(metadata__idle_limit_and_allowlist__are_for_setup),
        cmocka_unit_test(metadata__client_credentials__has_boxes_and_user),
        cmocka_unit_test(metadata__jwt_bearer__has_the_certificate),
        cmocka_unit_test(metadata__guide__leaves_out_what_it_does_not_say),
        cmocka_unit_test(metadata__connected__is_for_comparing),
        cmocka_unit_test(metadata__incomplete__is_refused),
    };
    return cmocka_run_group_tests_name("the app sheet", tests, NULL, NULL);
}
