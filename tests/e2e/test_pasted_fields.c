/* SPDX-License-Identifier: MIT */

/* What people paste where perch asks for something: on the full screen, line by line and as an
 * option, the same texts mean the same. */

#include <stdio.h>
#include <string.h>

#include "e2e/walk.h"
#include "support/browser_login.h"

#define PASSWORD "8F3kQz7LwN2vXb9RtY4mHs6PcD1gJe5A" /* stands beside what is asked for */
#define MY_DOMAIN "acme.my.salesforce.com"

enum { WAIT_MS = 30000 };

/* ---- line by line ---- */

/* perch setup acmeI --plain with more words (NULL at the end). */
static Child *talk_start(Rig *rig, gsize number, const char *const *more)
{
    g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
    g_autofree char *name = g_strdup_printf("acme%u", (guint)number);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *const fixed[] = {g_getenv("PERCH"), "setup",           name,
                                 "--plain",         "--callback-port", port};
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)fixed[i]);
    for (gsize i = 0; more[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)(guintptr)more[i]);
    g_ptr_array_add(argv, NULL);
    return child_start((const char *const *)argv->pdata, rig->home->env);
}

static void hear(Child *talk, const char *text)
{
    if (child_wait_output(talk, text, WAIT_MS))
        return;
    fprintf(stderr, "not said: %s\n%s\n%s\n", text, talk->output->str, talk->errors->str);
    fail();
}

static void hear_error(Child *talk, const char *text)
{
    if (child_wait_errors(talk, text, WAIT_MS))
        return;
    fprintf(stderr, "not said: %s\n%s\n%s\n", text, talk->output->str, talk->errors->str);
    fail();
}

static void say(Child *talk, const char *line)
{
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    child_send(talk, text);
}

/* ---- the org ---- */

static const struct org {
    const char *text;
    const char *sentence; /* why it is refused; NULL: it is MY_DOMAIN */
} orgs[] = {
    {"https//" MY_DOMAIN, NULL},
    {"https:/" MY_DOMAIN, NULL},
    {"https://https://" MY_DOMAIN, NULL},
    {MY_DOMAIN "\xC2\xA0", NULL},
    {"[Acme](https://" MY_DOMAIN "/)", NULL},
    {"<https://" MY_DOMAIN "|Acme>", NULL},
    {MY_DOMAIN "\xE3\x80\x82", NULL}, /* an ideographic full stop */
    {MY_DOMAIN "\xE3\x80\x81", NULL}, /* and comma */
    {"htps:\\\\" MY_DOMAIN, NULL},
    {"**" MY_DOMAIN "**", NULL},
    {"acme.my.salesforce,com", NULL},
    {"https://www.google.com/url?q=https://" MY_DOMAIN "&sa=D", NULL},
    {"force://PlatformCLI::5Aep861FakeRefreshToken@" MY_DOMAIN, NULL},
    {"\xE2\x80\x9Chttps://" MY_DOMAIN "\xE2\x80\x9D", NULL}, /* of a word processor */
    {"\xC2\xAB" MY_DOMAIN "\xC2\xBB", NULL},
    {"curl https://" MY_DOMAIN "/services -H 'Authorization: Bearer " PASSWORD "'", NULL},
    {"https://jane:" PASSWORD "@" MY_DOMAIN "/", NULL},
    {"https://" MY_DOMAIN "/services/oauth2/token?client_secret=" PASSWORD, NULL},
    {"password " PASSWORD, "This is not an address."},
    {"00D000000000001!" PASSWORD, "This is a secret or a token"},
    {"acme.my.saleforce.com", "Did you mean " MY_DOMAIN "?"},
    {"https://acme--c.vf.force.com/apex/x", "Did you mean " MY_DOMAIN "?"},
    {"IND171", "names a server instead of your org"},
    {"00D000000000001EAA", "This is the organization's id."},
    {"https://acme.okta.com/home", "This is your company's sign-on page."},
    {"http://localhost:1717/OauthRedirect", "This is the callback address"},
    {"https://ind171.salesforce.com", "names a server instead of your org"},
    {"usa640s.sfdc-abc123.salesforce.com", "names a server instead of your org"},
    {"swe72.sfdc-abc123.salesforce.com", "names a server instead of your org"},
    {"https://can72.lightning.force.com/lightning", "names a server instead of your org"},
    {"https://acme.my.sales", "This address is cut off. Did you mean " MY_DOMAIN "?"},
    {"https://crm.acme\xE2\x80\xA6", "This address is cut off."},
    {"MyDomainName.my.salesforce.com", "Salesforce's documentation writes this name"},
    {"https://secure-web.cisco.com/1x/https%3A%2F%2F" MY_DOMAIN, NULL},
    {"> https://acme.my.sales\n> force.com/lightning", NULL},
    {"https://acme.my.sales=\nforce.com/lightning", NULL},
    {MY_DOMAIN "\nglobex.my.salesforce.com", "These are addresses of several orgs."},
};

/* Over a pipe, each line is an answer. */
static bool has_lines(const char *text)
{
    return strchr(text, '\n') != NULL;
}

static void assert_asked_there(Rig *rig, const struct org *org)
{
    const guint count = demo_org_requests(rig->org, "GET", "/services/");
    if ((count > 0) != (org->sentence == NULL))
        fail_msg("%s: %u requests", org->text, count);
    json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
}

/* Of what was pasted only what is understood reaches the disk. */
static void assert_not_stored(Rig *rig, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".json", NULL);
    g_autofree char *path = rig_settings_path(rig, file);
    g_autofree char *text = NULL;
    if (g_file_get_contents(path, &text, NULL, NULL)) /* a refused one may leave no draft */
        assert_null(strstr(text, PASSWORD));
}

static void org__as_an_option__is_understood(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_tls(MY_DOMAIN, MY_DOMAIN, DEMO_ORG_VALID);
    for (gsize i = 0; i < G_N_ELEMENTS(orgs); i++) {
        g_autoptr(Child) child =
            rig_perch(rig, "setup", "acme", "--plain", "--no-input", "--login-url", orgs[i].text,
                      "--client-id", "3MVG9noSuchKeyIsKnownInThisOrg", "--client-secret-file",
                      rig->org->secret_file, NULL);
        assert_code(child, orgs[i].sentence == NULL ? 5 : 2); /* the key is refused there */
        if (orgs[i].sentence != NULL)
            assert_contains(child->errors->str, orgs[i].sentence);
        assert_null(strstr(child->output->str, "5Aep"));
        assert_null(strstr(child->output->str, PASSWORD));
        assert_null(strstr(child->errors->str, PASSWORD));
        assert_not_stored(rig, "acme");
        assert_asked_there(rig, &orgs[i]);
    }
}

static void org__line_by_line__is_understood(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_tls(MY_DOMAIN, MY_DOMAIN, DEMO_ORG_VALID);
    for (gsize i = 0; i < G_N_ELEMENTS(orgs); i++) {
        if (has_lines(orgs[i].text))
            continue;
        g_autoptr(Child) talk = talk_start(rig, i, (const char *const[]){NULL});
        hear(talk, "Which Salesforce org?");
        say(talk, "1");
        say(talk, orgs[i].text);
        if (orgs[i].sentence != NULL) {
            hear_error(talk, orgs[i].sentence);
            say(talk, MY_DOMAIN); /* asked again */
        }
        say(talk, "");
        hear(talk, "Step 3 of 8: App");
        g_autofree char *name = g_strdup_printf("acme%u", (guint)i);
        assert_not_stored(rig, name);
        json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
    }
}

static void org__on_the_screen__is_understood(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_tls(MY_DOMAIN, MY_DOMAIN, DEMO_ORG_VALID);
    for (gsize i = 0; i < G_N_ELEMENTS(orgs); i++) {
        g_autofree char *name = g_strdup_printf("acme%u", (guint)i);
        g_autoptr(Walk) walk = walk_start(rig, "setup", name, NULL);
        see(walk, "Which Salesforce org");
        paste(walk, orgs[i].text);
        if (orgs[i].sentence == NULL) {
            see(walk, MY_DOMAIN);
            press(walk, "Enter");
            see(walk, "· " MY_DOMAIN);
            see_key(walk, "Enter go on");
        } else {
            press(walk, "Enter");
            see_sentence(walk, orgs[i].sentence);
        }
        press(walk, "C-c");
        see(walk, "Keep the draft and quit?");
        press(walk, "Enter");
        pty_expect_exit(walk->pty, 3);
        assert_not_stored(rig, name);
        assert_asked_there(rig, &orgs[i]);
    }
}

/* ---- the key and the secret ---- */

static const char *const dresses[] = {
    "\xEF\xBB\xBF$VALUE\xC2\xA0", /* a byte order mark, a non-breaking blank */
    "\"$VALUE\",",
    "CLIENT_$NAME=$VALUE",
    "| The client's $NAME | **$VALUE** |", /* a label of any language, a table */
    "Consumer Key\t$KEY\tConsumer Secret\t$SECRET",
    "> $HEAD\n> $TAIL", /* a letter */
    "client_$NAME=3D$HEAD=\n$TAIL",
};

enum { HEAD = 30 };

static char *dress(const Rig *rig, gsize i, const char *name, const char *value)
{
    g_autoptr(GString) text = g_string_new(dresses[i]);
    g_autofree char *head = g_strndup(value, HEAD);
    g_string_replace(text, "$NAME", name, 0);
    g_string_replace(text, "$HEAD", head, 0);
    g_string_replace(text, "$TAIL", value + HEAD, 0);
    g_string_replace(text, "$KEY", rig->org->client_id, 0);
    g_string_replace(text, "$SECRET", rig->org->client_secret, 0);
    g_string_replace(text, "$VALUE", value, 0);
    return g_strdup(text->str);
}

static void key_and_secret__as_options__are_cleaned(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(dresses); i++) {
        g_autofree char *key = dress(rig, i, "ID", rig->org->client_id);
        g_autofree char *secret = dress(rig, i, "SECRET", rig->org->client_secret);
        g_autofree char *file = tmphome_write(rig->home, "home/client-secret", secret);
        g_autoptr(GPtrArray) words = rig_setup_words(
            rig, "acme",
            (const char *const[]){"--client-id", key, "--client-secret-file", file, NULL});
        g_autoptr(Child) child =
            rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
        assert_code(child, 0);
    }
}

/* Of an org that is none of the test's: an option's value stands in the list of processes. */
#define SWAPPED_SECRET "0123456789FEDCBA0123456789FEDCBA0123456789FEDCBA0123456789FEDCBA"
#define OTHER_SECRET "FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210"

/* Of another kind: told before anything is asked in the network, and never shown. */
static void key_and_secret__of_another_kind__are_refused_first(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    const char *const right[] = {rig->org->client_id, rig->org->client_secret};
    const struct {
        const char *key, *secret, *sentence;
    } others[] = {
        {OTHER_SECRET, right[1], "This is a consumer secret."},
        {right[0], right[0], "This is a consumer key."},
        {"5Aep861FakeRefreshToken.x_yz", right[1], "This is a token of a login"},
        {"acme.my.salesforce.com", right[1], "This is an address."},
        {"00D000000000001!" PASSWORD, right[1], "This is a token of a login"},
        {"client_secret=" PASSWORD, right[1], "A consumer key has letters"},
        {"3MVG9fake%QQKey.0123456789", right[1], "A consumer key has letters"},
        {"3MVG9fake\xD0\xB0Key.0123456789", right[1], "a character that only looks like"},
        {right[0], "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n",
         "This is a private key or a certificate."},
        {right[0], "SF_TOKEN=00D000000000001!" PASSWORD, "This is a token of a login"},
        {right[0], "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx.c2ln", "This is a token of a login"},
        {right[0], OTHER_SECRET "\n" SWAPPED_SECRET "\n", "These are two consumer secrets."},
        {right[0], "FEDCBA9876543210FEDCBA9876543210FEDCBA98", "secrets have 64 characters"},
        {right[0],
         "\xD0\x90"
         "EDCBA9876543210FEDCBA9876543210",
         "a character that only looks"},
        {"3MVG9Kip4IKA...f7g8h9.0", right[1], "Part of this is missing"},
        {"\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2", right[1], "Part of this is missing"},
        {right[0], "********", "Part of this is missing"},
        {right[0], "<secret>", "Part of this is missing"},
        {"my-app", right[1], "This is too short for a consumer key."},
        {right[0], "{\"a\": 1}", "does not contain a consumer secret"},
        {right[0], "{\"a\":1}", "A consumer secret has no spaces or quotes."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *file = tmphome_write(rig->home, "home/client-secret", others[i].secret);
        g_autoptr(Child) child =
            rig_perch(rig, "setup", "acme", "--plain", "--no-input", "--login-url", rig->org->url,
                      "--client-id", others[i].key, "--client-secret-file", file, NULL);
        assert_code(child, 2);
        assert_contains(child->errors->str, others[i].sentence);
        assert_null(strstr(child->errors->str, right[1]));
        assert_null(strstr(child->errors->str, OTHER_SECRET));
        assert_not_stored(rig, "acme");
        g_autofree char *path = rig_settings_path(rig, "acme.json");
        g_autofree char *draft = NULL;
        if (g_file_get_contents(path, &draft, NULL, NULL))
            assert_null(strstr(draft, OTHER_SECRET));
        assert_int_equal(demo_org_requests(rig->org, "GET", "/services/"), 0);
    }
    /* The callback URL where its port belongs. */
    g_free(tmphome_write(rig->home, "home/client-secret", right[1]));
    g_autofree char *callback =
        g_strdup_printf("http://localhost:%u/OauthRedirect", rig->org->callback_ports[0]);
    g_autoptr(GPtrArray) words =
        rig_setup_words(rig, "acme", (const char *const[]){"--callback-port", callback, NULL});
    g_autoptr(Child) child = rig_perch_input(rig, (const char *const *)words->pdata, NULL, false);
    assert_code(child, 0);
}

static void key_and_secret__line_by_line__are_cleaned(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    for (gsize i = 0; i < G_N_ELEMENTS(dresses) && !has_lines(dresses[i]); i++) {
        g_autofree char *key = dress(rig, i, "ID", rig->org->client_id);
        g_autofree char *secret = dress(rig, i, "SECRET", rig->org->client_secret);
        g_autoptr(Child) talk =
            talk_start(rig, i, (const char *const[]){"--login-url", rig->org->url, NULL});
        hear(talk, "Which Salesforce org?");
        say(talk, ""); /* check this computer */
        hear(talk, "Step 3 of 8: App");
        say(talk, "");
        hear(talk, "Step 4 of 8: Keys");
        say(talk, key);
        say(talk, secret);
        say(talk, "");
        hear(talk, "Callback: http://localhost:"); /* asked with both */
        canary_search(rig->canary, "standard output", talk->output->str, -1);
        canary_search(rig->canary, "standard error", talk->errors->str, -1);
    }
}

/* Into a terminal; the last line waits for Enter. */
static void org_key_and_secret__line_by_line__of_several_lines_are_one_answer(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new_tls(MY_DOMAIN, MY_DOMAIN, DEMO_ORG_VALID);
    for (gsize i = 0; i < G_N_ELEMENTS(dresses); i++) {
        if (!has_lines(dresses[i]))
            continue;
        g_autofree char *key = dress(rig, i, "ID", rig->org->client_id);
        g_autofree char *secret = dress(rig, i, "SECRET", rig->org->client_secret);
        g_autofree char *name = g_strdup_printf("acme%u", (guint)i);
        const char *const words[] = {g_getenv("PERCH"), "setup", name, "--plain", NULL};
        g_autoptr(Pty) pty = pty_start(words, rig->home->env, 200, 100);
        pty_expect(pty, "Number, Enter for 1:");
        pty_send(pty, "\n");
        pty_expect(pty, "Address:");
        pty_send(pty, "> https://acme.my.sales\n> force.com/lightning");
        pty_send(pty, "\n");
        pty_expect(pty, "ok  Address: " MY_DOMAIN);
        pty_send(pty, "\n");
        pty_expect(pty, "Step 3 of 8: App");
        pty_send(pty, "\n");
        pty_expect(pty, "Consumer key:");
        pty_send(pty, key);
        pty_send(pty, "\n");
        pty_expect(pty, "Consumer secret (not shown while you type):");
        pty_send(pty, secret);
        pty_send(pty, "\n");
        pty_expect(pty, "Enter ask Salesforce");
        pty_send(pty, "\n");
        pty_expect(pty, "Callback: http://localhost:"); /* asked with both */
        assert_null(strstr((const char *)pty_raw(pty)->data, rig->org->client_secret));
    }
}

/* At a real org's address a short one is asked for again, once; a stump for as long as it is one.
 */
static void key__line_by_line__a_short_one_is_asked_for_once_more(void **state)
{
    static const char short_key[] = "3MVG9noSuchKeyIsKnownInThisOrg";
    (void)state;
    g_autoptr(Rig) rig = rig_new_tls(MY_DOMAIN, MY_DOMAIN, DEMO_ORG_VALID);
    g_autoptr(Child) talk =
        talk_start(rig, 0, (const char *const[]){"--login-url", MY_DOMAIN, NULL});
    hear(talk, "Which Salesforce org?");
    say(talk, ""); /* check this computer */
    hear(talk, "Step 3 of 8: App");
    say(talk, "");
    hear(talk, "Step 4 of 8: Keys");
    say(talk, "3MVG9noSuchKey...Org");
    hear_error(talk, "Part of this is missing");
    say(talk, ""); /* as it is */
    hear_error(talk, "Part of this is missing");
    say(talk, short_key);
    hear_error(talk, "Salesforce's consumer keys have 85 characters");
    say(talk, "");
    say(talk, rig->org->client_secret);
    say(talk, "");
    hear(talk, "Salesforce does not know this consumer key.");
}

static void key_and_secret__on_the_screen__are_cleaned(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    g_autofree char *key_length = g_strdup_printf("%zu characters", strlen(rig->org->client_id));
    g_autofree char *secret_length =
        g_strdup_printf("%zu characters", strlen(rig->org->client_secret));
    for (gsize i = 0; i < G_N_ELEMENTS(dresses); i++) {
        g_autofree char *key = dress(rig, i, "ID", rig->org->client_id);
        g_autofree char *secret = dress(rig, i, "SECRET", rig->org->client_secret);
        g_autofree char *name = g_strdup_printf("acme%u", (guint)i);
        g_autoptr(Walk) walk = walk_start(rig, "setup", name, "--login-url", rig->org->url, NULL);
        walk_to_keys(walk);
        paste(walk, key);
        see(walk, key_length);
        press(walk, "Tab");
        paste(walk, secret);
        see(walk, secret_length);
    }
}

/* ---- the redirect address ---- */

static const struct redirect {
    const char *text;
    const char *sentence; /* why the right one is asked for again; NULL: it is found */
    enum {
        AS_IT_IS,
        IN_LINES,  /* line by line each is an answer, and over a pipe none without an address is */
        EXPLAINED, /* the sentence is that of a failed login */
    } how;
} redirects[] = {
    {"$URL and then nothing happened", NULL, AS_IT_IS},
    {"[here]($URL)", NULL, AS_IT_IS},
    {"<$URL|the page>", NULL, AS_IT_IS},
    {"> $HEAD\n> $TAIL", NULL, IN_LINES},
    {"$SOFT", NULL, IN_LINES},
    {"| $HEAD\n| $TAIL", NULL, IN_LINES},
    {"$JSON", NULL, AS_IT_IS},
    {"$BASE64", NULL, AS_IT_IS},
    {"https://acme.okta.com/app/salesforce/exk1/sso/saml", "This is your company's sign-on page.",
     AS_IT_IS},
    {"http://localhost:1717/OauthRedirect?code=aPrxold.Code_99999999%3D%3D&state=old\n$URL", NULL,
     AS_IT_IS},
    {"https://login.salesforce.com/?ec=302&startURL=%2Fsetup%2Fsecur%2F"
     "RemoteAccessAuthorizationPage.apexp%3Fsource%3DCAAAFAKE",
     "This is the login page. Log in and press Allow", AS_IT_IS},
    {"$HEAD", "The code in this address is cut off", AS_IT_IS},
    {"> $HEAD", "The code in this address is cut off", AS_IT_IS}, /* line by line, of a letter */
    {"$BROKEN", "The code in this address is cut off", AS_IT_IS},
    /* what perch explain reads, too */
    {"https://acme.my.salesforce.com/identity/app/AppInstallErrorPage.apexp?error_code=generic",
     "The connected app is not installed in this org.", EXPLAINED},
    {"1800 : There was a problem in setting up your remote access",
     "Salesforce refused the authorization without giving a reason.", IN_LINES},
    {"This site can't be reached", "This is neither an address nor a code.", IN_LINES},
};

/* $HEAD ends inside the code; $SOFT is quoted-printable, broken there, too, and $BROKEN its first
 * line. */
static char *redirect_as(const struct redirect *redirect, const char *url)
{
    const char *middle = strstr(url, "code=") + 30;
    g_autofree char *head = g_strndup(url, (gsize)(middle - url));
    g_autoptr(GString) soft = g_string_new(url), text = g_string_new(redirect->text);
    g_string_insert(soft, middle - url, "\n");
    g_string_replace(soft, "=", "=3D", 0);
    g_string_replace(soft, "\n", "=\n", 0);
    g_string_replace(text, "$HEAD", head, 0);
    g_string_replace(text, "$TAIL", middle, 0);
    g_string_replace(text, "$SOFT", soft->str, 0);
    g_string_truncate(soft, (gsize)(strchr(soft->str, '\n') - soft->str));
    g_string_replace(text, "$BROKEN", soft->str, 0);
    g_string_replace(text, "$URL", url, 0);
    g_string_replace(text, "$JSON", url, 0);
    if (g_str_equal(redirect->text, "$JSON"))
        g_string_replace(text, "&", "\\u0026", 0);
    g_autofree char *base64 = g_base64_encode((const guchar *)url, strlen(url));
    g_string_replace(text, "$BASE64", base64, 0);
    return g_strdup(text->str);
}

enum { EXCHANGED = 2 }; /* the code, and the refresh that proves the token */

static void assert_posted(Rig *rig, guint count)
{
    assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/token"), count);
}

static void redirect__on_the_screen__is_ours_or_asked_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    for (gsize i = 0; i < G_N_ELEMENTS(redirects); i++) {
        g_autofree char *name = g_strdup_printf("acme%u", (guint)i);
        g_autoptr(Walk) walk = walk_start_filled(rig, name);
        walk_to_authorize(walk);
        g_autofree char *url = walk_redirect(walk);
        g_autofree char *text = redirect_as(&redirects[i], url);
        canary_add(rig->canary, url);
        json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
        paste(walk, text);
        if (redirects[i].sentence != NULL) {
            see_sentence(walk, redirects[i].sentence);
            assert_posted(rig, 0);
            paste(walk, url);
        }
        see_key(walk, "Enter test record");
        assert_posted(rig, EXCHANGED);
    }
}

/* The answer to a paste comes into sight, also below a diagnosis that fills the pane. */
static void redirect__under_a_diagnosis__is_answered_in_sight(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    g_autoptr(Walk) walk = walk_start_filled(rig, "acme");
    walk_to_authorize(walk);
    paste(walk, "https://acme.my.salesforce.com/_ui/identity/verification/method/x");
    see_sentence(walk, "Salesforce wants a second factor");
    press(walk, "End");
    see(walk, "▸Paste");
    paste(walk, "http://localhost:1717/OauthRedirect?code=aPrxCutOff&state=x");
    see_sentence(walk, "The code in this address is cut off");
    see(walk, "▸Paste");
    press(walk, "Up");
    see(walk, "▸✖ Login");
    paste(walk, "http://localhost:1717/OauthRedirect?code=aPrxCutOffAgain&state=x");
    see_sentence(walk, "The code in this address is cut off");
    paste(walk, "https://acme.my.salesforce.com/_ui/identity/verification/method/x");
    see_sentence(walk, "Salesforce wants a second factor"); /* once more */
}

/* Where perch says that the browser can be sent. */
static char *visit(Rig *rig, Child *talk)
{
    hear(talk, "/services/oauth2/authorize?response_type=code");
    const char *start = strstr(talk->output->str, "/services/oauth2/authorize?response_type=code");
    g_autofree char *address =
        g_strdup_printf("%s%.*s", rig->org->url, (int)strcspn(start, " \n"), start);
    struct browser_options options = {.username = rig->org->username,
                                      .password = rig->org->password,
                                      .action = BROWSER_STOP_AT_CODE};
    g_autoptr(BrowserVisit) login = browser_login(address, &options);
    assert_contains(login->url, "code=");
    return g_strdup(login->url);
}

static void redirect__line_by_line__is_ours_or_asked_again(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    demo_org_use_browser(rig->org, rig->home, "nothing");
    for (gsize i = 0; i < G_N_ELEMENTS(redirects); i++) {
        if (redirects[i].how == IN_LINES)
            continue;
        g_autoptr(Child) talk = talk_start(
            rig, i,
            (const char *const[]){"--login-url", rig->org->url, "--client-id", rig->org->client_id,
                                  "--client-secret-file", rig->org->secret_file, NULL});
        hear(talk, "Which Salesforce org?");
        say(talk, "");
        hear(talk, "Step 3 of 8: App");
        say(talk, "");
        hear(talk, "Step 4 of 8: Keys");
        say(talk, "");
        hear(talk, "Callback: http://localhost:");
        say(talk, "");
        g_autofree char *url = visit(rig, talk);
        g_autofree char *text = redirect_as(&redirects[i], url);
        canary_add(rig->canary, url);
        json_free(demo_org_control(rig->org, "DELETE", "log", NULL));
        say(talk, text);
        if (redirects[i].sentence != NULL) {
            (redirects[i].how == EXPLAINED ? hear : hear_error)(talk, redirects[i].sentence);
            assert_posted(rig, 0);
            say(talk, url);
        }
        hear(talk, "Refreshed once: new access token, stored");
        assert_posted(rig, EXCHANGED);
        canary_search(rig->canary, "standard output", talk->output->str, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(org__as_an_option__is_understood),
        cmocka_unit_test(org__line_by_line__is_understood),
        cmocka_unit_test(org__on_the_screen__is_understood),
        cmocka_unit_test(key_and_secret__as_options__are_cleaned),
        cmocka_unit_test(key_and_secret__of_another_kind__are_refused_first),
        cmocka_unit_test(key_and_secret__line_by_line__are_cleaned),
        cmocka_unit_test(org_key_and_secret__line_by_line__of_several_lines_are_one_answer),
        cmocka_unit_test(key__line_by_line__a_short_one_is_asked_for_once_more),
        cmocka_unit_test(key_and_secret__on_the_screen__are_cleaned),
        cmocka_unit_test(redirect__on_the_screen__is_ours_or_asked_again),
        cmocka_unit_test(redirect__under_a_diagnosis__is_answered_in_sight),
        cmocka_unit_test(redirect__line_by_line__is_ours_or_asked_again),
    };
    return cmocka_run_group_tests_name("what is pasted into fields", tests, NULL, NULL);
}
