/* SPDX-License-Identifier: MIT */

/*
 * The exact bytes of every request that perch sends, as a relay between it and the org has them,
 * compared with tests/e2e/golden/requests-*.txt (REGEN=1 rewrites them). What differs from run to
 * run is named: PORT, CODE, VERIFIER ...; Content-Length is checked, then left out.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e2e/rig.h"
#include "support/recorder.h"

struct wire {
    Rig *rig;
    Recorder *recorder;
    guint seen; /* requests that were compared before */
};

static struct wire *wire_new(void)
{
    struct wire *wire = g_new0(struct wire, 1);
    guint16 port;
    wire->rig = rig_new(SESSION_KEYRING_OPEN, NULL);
    wire->recorder = recorder_new(wire->rig->org->port, &port);
    g_autofree char *settings = g_strdup_printf("{\"connect_to\": [\"localhost:%u:127.0.0.1:%u\"]}",
                                                wire->rig->org->port, port);
    g_free(tmphome_write(wire->rig->home, "home/.config/perch/network.json", settings));
    return wire;
}

static void wire_free(struct wire *wire)
{
    recorder_free(wire->recorder);
    rig_free(wire->rig);
    g_free(wire);
}
typedef struct wire Wire;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/* ---- what differs from run to run ---- */

static char *replace(char *text, const char *pattern, const char *with)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *old = text;
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_OPTIMIZE, 0, &error);
    assert_no_error(error);
    char *changed = g_regex_replace(regex, old, -1, 0, with, 0, &error);
    assert_no_error(error);
    return changed;
}

static char *replace_word(char *text, const char *word, const char *with)
{
    g_autofree char *escaped = g_regex_escape_string(word, -1);
    return replace(text, escaped, with);
}

static char *replace_port(char *text, guint16 port, const char *with)
{
    g_autofree char *pattern = g_strdup_printf("localhost(:|%%3A)%u\\b", port);
    g_autofree char *named = g_strdup_printf("localhost\\1%s", with);
    return replace(text, pattern, named);
}

/* The lengths of the replaced values are part of the record: 43 for a verifier, and so on. */
static char *name_values(const Rig *rig, char *text)
{
    static const struct {
        const char *pattern, *with;
    } rows[] = {
        {"(?<=[?&])code=[A-Za-z0-9._%-]+", "code=CODE"},
        {"(?<=[?&])code_verifier=[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", "code_verifier=VERIFIER"},
        {"(?<=[?&])code_challenge=[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", "code_challenge=CHALLENGE"},
        {"(?<=[?&])state=[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", "state=STATE"},
        {"(?<=[?&])refresh_token=5Aep[A-Za-z0-9._]+", "refresh_token=REFRESH"},
        {"(?m)(?<=[?&]|^)token=00D[A-Za-z0-9]{12}%21[A-Za-z0-9._]+", "token=ACCESS"},
        {"(?m)(?<=[?&]|^)token=5Aep[A-Za-z0-9._]+", "token=REFRESH"},
        {"Bearer 00D[A-Za-z0-9]{12}![A-Za-z0-9._]+", "Bearer ACCESS"},
        {"\\b(00Q|500)[A-Za-z0-9]{15}\\b", "\\1..."},
        {"(?m)^User-Agent: perch/[0-9.]+$", "User-Agent: perch/VERSION"},
        {"(?m)^Accept-Encoding: [a-z, ]+$", "Accept-Encoding: LIBCURL'S OWN"},
        {"\\b00D[A-Za-z0-9]{15}\\b", "ORG"},
        {"\\b005[A-Za-z0-9]{15}\\b", "USER"},
        {"\\b00e[A-Za-z0-9]{15}\\b", "PROFILE"},
    };
    text = replace_port(text, rig->org->port, "PORT");
    text = replace_port(text, rig->org->callback_ports[0], "CALLBACK");
    text = replace_word(text, rig->org->client_id, "KEY");
    text = replace_word(text, rig->org->client_secret, "SECRET");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        text = replace(text, rows[i].pattern, rows[i].with);
    return text;
}

/* Head lines end with CR LF and nothing else; Content-Length is that of the body. */
static void check_form(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");
    assert_non_null(end);
    for (const char *at = request; at < end + 4; at++)
        assert_true((*at == '\n') == (at > request && at[-1] == '\r'));
    const char *length = strstr(request, "\r\nContent-Length: ");
    gsize body = strlen(end + 4);
    assert_true((length != NULL && length < end) || body == 0);
    if (length != NULL && length < end)
        assert_int_equal(strtoul(length + strlen("\r\nContent-Length: "), NULL, 10), body);
}

/* ---- comparing ---- */

static char *record(const Wire *wire, guint from)
{
    GString *all = g_string_new(NULL);
    g_autoptr(GPtrArray) requests = recorder_requests(wire->recorder);
    for (guint i = from; i < requests->len; i++) {
        check_form(requests->pdata[i]);
        char *text = replace(g_strdup(requests->pdata[i]), "\r\n", "\n");
        text = replace(text, "(?m)^Content-Length: [1-9][0-9]*$", "Content-Length: CHECKED");
        text = name_values(wire->rig, text);
        g_string_append_printf(all, "---- request %u\n%s%s", i - from + 1, text,
                               g_str_has_suffix(text, "\n") ? "" : "\n");
        g_free(text);
    }
    return g_string_free(all, FALSE);
}

static void assert_golden(Wire *wire, const char *name)
{
    g_autofree char *shown = record(wire, wire->seen);
    g_autofree char *file = g_strdup_printf("tests/e2e/golden/requests-%s.txt", name);
    g_autofree char *path = test_source_path(file), *wanted = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) requests = recorder_requests(wire->recorder);
    wire->seen = requests->len;
    if (g_getenv("REGEN") != NULL) {
        g_file_set_contents(path, shown, -1, &error);
        assert_no_error(error);
        return;
    }
    g_file_get_contents(path, &wanted, NULL, &error);
    assert_no_error(error);
    if (strcmp(wanted, shown) == 0)
        return;
    /* cmocka cuts long messages. */
    fprintf(stderr, "%s differs (REGEN=1 rewrites); now it is:\n%s\n", file, shown);
    fail();
}

/* A command, to its end, and what it sent. */
static void compare(Wire *wire, const char *name, const char *const *words)
{
    g_autoptr(Child) child = rig_perch_input(wire->rig, words, NULL, true);
    assert_code(child, 0);
    assert_golden(wire, name);
}

/* ---- the main job, and the commands afterwards ---- */

static void set_up(Wire *wire)
{
    rig_setup(wire->rig, "acme");
    assert_golden(wire, "setup");
}

static void setup__sends_exactly_this(void **state)
{
    (void)state;
    g_autoptr(Wire) wire = wire_new();
    set_up(wire);
}

static void commands__send_exactly_this(void **state)
{
    static const struct {
        const char *name;
        const char *words[8];
    } rows[] = {
        {"token", {"token", "acme"}},
        {"token-fresh", {"token", "acme", "--fresh"}},
        {"status", {"status"}},
        {"test-case", {"test", "acme", "--object", "Case", "--keep"}},
        {"rehearse", {"handoff", "acme", "--rehearse", "--channel=whatsapp"}},
        {"forget", {"forget", "acme", "--yes"}},
    };
    (void)state;
    g_autoptr(Wire) wire = wire_new();
    set_up(wire);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        compare(wire, rows[i].name, rows[i].words);
}

/* A new login; the former one is revoked once the new one is proven. */
static void reauthorize__sends_exactly_this(void **state)
{
    static const char *const words[] = {"reauthorize", "acme", "--plain", "--no-input", NULL};
    (void)state;
    g_autoptr(Wire) wire = wire_new();
    set_up(wire);
    compare(wire, "reauthorize", words);
}

/* ---- the address for the browser ---- */

static const char *query_of(const char *address)
{
    const char *query = strchr(address, '?');
    assert_non_null(query);
    return query + 1;
}

static char *value_of(const char *form, const char *name)
{
    g_autoptr(GHashTable) values = g_uri_parse_params(form, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
    assert_non_null(values);
    return g_strdup(g_hash_table_lookup(values, name));
}

/* The form of the code's exchange, and the address that the browser was given before. */
static void find_login(Wire *wire, char **ret_form, char **ret_address)
{
    g_autoptr(Json) log = demo_org_control(wire->rig->org, "GET", "log", NULL);
    JSON_FOREACH(entry, log)
    {
        const char *target = json_get_string(entry, "target");
        const char *body = json_get_string(entry, "body");
        g_autofree char *headers = json_print(json_get(entry, "headers"));
        if (g_str_has_prefix(target, "/services/oauth2/authorize?") &&
            strstr(headers, "Mozilla") != NULL)
            *ret_address = g_strdup(target);
        if (g_str_has_prefix(body, "grant_type=authorization_code&"))
            *ret_form = g_strdup(body);
    }
    assert_non_null(*ret_address);
    assert_non_null(*ret_form);
}

static void browser__gets_exactly_this_address(void **state)
{
    (void)state;
    g_autoptr(Wire) wire = wire_new();
    g_autofree char *form = NULL, *address = NULL;
    rig_setup(wire->rig, "acme");
    find_login(wire, &form, &address);
    g_autofree char *named = name_values(wire->rig, g_strdup(address));
    assert_string_equal(named,
                        "/services/oauth2/authorize?response_type=code&client_id=KEY"
                        "&redirect_uri=http%3A%2F%2Flocalhost%3ACALLBACK%2FOauthRedirect"
                        "&scope=api%20refresh_token%20web&state=STATE&code_challenge=CHALLENGE"
                        "&code_challenge_method=S256");
    /* The exchange names the same redirect address and the verifier of this challenge. */
    g_autofree char *asked = value_of(query_of(address), "redirect_uri");
    g_autofree char *sent = value_of(form, "redirect_uri");
    assert_string_equal(sent, asked);
    g_autofree char *challenge = value_of(query_of(address), "code_challenge");
    g_autofree char *verifier = value_of(form, "code_verifier");
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    g_checksum_update(sum, (const guchar *)verifier, -1);
    g_checksum_get_digest(sum, digest, &length);
    g_autofree char *base64 = g_base64_encode(digest, length);
    g_strdelimit(base64, "+", '-');
    g_strdelimit(base64, "/", '_');
    base64[strcspn(base64, "=")] = '\0';
    assert_string_equal(challenge, base64);
    /* Decoded once, encoded once, posted once. */
    g_autofree char *code = value_of(form, "code");
    g_autofree char *encoded = g_uri_escape_string(code, NULL, FALSE);
    assert_contains(form, encoded);
    assert_null(strchr(code, '%'));
    g_autoptr(GPtrArray) requests = recorder_requests(wire->recorder);
    guint posts = 0;
    for (guint i = 0; i < requests->len; i++)
        posts += strstr(requests->pdata[i], encoded) != NULL;
    assert_int_equal(posts, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup__sends_exactly_this),
        cmocka_unit_test(commands__send_exactly_this),
        cmocka_unit_test(reauthorize__sends_exactly_this),
        cmocka_unit_test(browser__gets_exactly_this_address),
    };
    return cmocka_run_group_tests_name("exact bytes", tests, NULL, NULL);
}
