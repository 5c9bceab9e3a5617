/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "support/test.h"

/* Faults of the wire: what a client sees of each, and that the org is whole afterwards. */

#define VERSIONS "/services/data"

static void set_fault(DemoOrg *org, const char *path, const char *members)
{
    g_autofree char *patch = g_strdup_printf("{'faults': {'%s': {%s}}}", path, members);
    demo_org_patch(org, patch);
}

static struct fetched *get(DemoOrg *org, const char *path, int milliseconds)
{
    g_autofree char *url = g_strconcat(org->url, path, NULL);
    const struct fetch_options options = {.milliseconds = milliseconds};
    return fetch(url, &options);
}

static gint64 hits_of(DemoOrg *org, const char *path)
{
    g_autoptr(Json) now = demo_org_control(org, "GET", "state", NULL);
    return json_get_int(json_get(json_get(now, "faults"), path), "hits", -1);
}

static void each_kind__looks_as_it_says(void **state)
{
    DemoOrg *org = *state;
    static const struct {
        const char *members;
        long status;         /* 0: no whole answer */
        const char *body;    /* what it, or curl's reason, holds */
        const char *headers; /* what they hold; NULL: anything */
    } kinds[] = {
        {"'kind': 'close'", 0, "Server returned nothing", NULL},
        {"'kind': 'lose'", 0, "Server returned nothing", NULL},
        /* curl takes a connection that closes within the head for the end of the head. */
        {"'kind': 'cut-head'", 200, "", "HTTP/1.1 200 OK"},
        {"'kind': 'cut-body'", 0, "Transferred a partial file", "application/json"},
        {"'kind': 'garbage'", 0, "", NULL},
        {"'kind': 'huge-head'", 0, "", NULL},
        {"'kind': 'error'", 500, "UNKNOWN_EXCEPTION", "application/json"},
        {"'kind': 'bad-gateway'", 502, "502 Bad Gateway", "text/html"},
        {"'kind': 'unavailable', 'retry_after': 7", 503, "Service Not Available", "Retry-After: 7"},
        {"'kind': 'too-many', 'retry_after': 3", 429, "Too Many", "Retry-After: 3"},
        {"'kind': 'html'", 200, "Guest network", "text/html"},
        {"'kind': 'html', 'status': 403", 403, "Guest network", "text/html"},
        {"'kind': 'malformed-json'", 200, "{\"access_token\":\"00D", "application/json"},
        {"'kind': 'other-json'", 200, "{}", "application/json"},
        {"'kind': 'wrong-type'", 200, "\"version\":\"68.0\"", "application/octet-stream"},
        {"'kind': 'gzip'", 200, "\x1f\x8b", "Content-Encoding: gzip"},
        {"'kind': 'bad-gzip'", 200, "\"version\":\"68.0\"", "Content-Encoding: gzip"},
        {"'kind': 'redirect'", 302, "", "Location: /services/data"},
        {"'kind': 'redirect', 'location': 'https://other.example/'", 302, "",
         "Location: https://other.example/"},
        {"'kind': 'empty'", 200, "", "Content-Length: 0"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        demo_org_patch(org, "{'faults': {'*': null}}");
        set_fault(org, VERSIONS, kinds[i].members);
        g_autoptr(Fetched) answer = get(org, VERSIONS, 0);
        if (answer->status != kinds[i].status)
            fail_msg("%s: status %ld, %s", kinds[i].members, answer->status, answer->body);
        assert_contains(answer->body, kinds[i].body);
        if (kinds[i].headers != NULL)
            assert_contains(answer->headers, kinds[i].headers);
        assert_int_equal(hits_of(org, VERSIONS), 1);
    }
    demo_org_patch(org, "{'faults': {'*': null}}");
    g_autoptr(Fetched) healed = get(org, VERSIONS, 0);
    assert_int_equal(healed->status, 200);
}

static void every_kind__is_tried_here(void **state)
{
    (void)state;
    const char *program = g_getenv("PERCH_DEMO_ORG");
    const char *const argv[] = {program != NULL ? program : "build/release/perch-demo-org",
                                "--list-faults", NULL};
    g_autoptr(Child) child = child_run(argv, environ, NULL);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(child->output->str), "\n", -1);
    /* Those of the table above (two of them twice), refuse and endless-json. */
    assert_int_equal(g_strv_length(lines), 20);
    for (char **line = lines; *line != NULL; line++)
        assert_non_null(strchr(*line, '\t'));
}

static void refuse__closes_at_accept(void **state)
{
    DemoOrg *org = *state;
    set_fault(org, "/", "'kind': 'refuse', 'times': 2");
    for (int i = 0; i < 2; i++) {
        g_autoptr(Fetched) refused = get(org, VERSIONS, 0);
        assert_int_equal(refused->status, 0);
    }
    g_autoptr(Fetched) answer = get(org, VERSIONS, 0);
    assert_int_equal(answer->status, 200);
    assert_int_equal(demo_org_requests(org, "GET", VERSIONS), 1);
}

static void endless_json__never_ends(void **state)
{
    DemoOrg *org = *state;
    set_fault(org, VERSIONS, "'kind': 'endless-json', 'pause_ms': 20");
    g_autoptr(Fetched) answer = get(org, VERSIONS, 400);
    assert_int_equal(answer->status, 0);
    assert_contains(answer->body, "Timeout");
    assert_contains(answer->headers, "200 OK");
}

static void delays__come_where_they_are_put(void **state)
{
    DemoOrg *org = *state;
    set_fault(org, VERSIONS, "'delay_ms': 300");
    gint64 began = g_get_monotonic_time();
    g_autoptr(Fetched) late = get(org, VERSIONS, 0);
    assert_int_equal(late->status, 200);
    assert_true(g_get_monotonic_time() - began >= 300000);
    set_fault(org, VERSIONS, "'delay_ms': 0, 'pause_ms': 300");
    began = g_get_monotonic_time();
    g_autoptr(Fetched) paused = get(org, VERSIONS, 0);
    assert_int_equal(paused->status, 200);
    assert_contains(paused->body, "\"version\":\"68.0\"");
    assert_true(g_get_monotonic_time() - began >= 300000);
    /* Before the head, in it, and in the body: the client's patience ends. */
    static const char *const stalls[] = {"'delay_ms': 60000, 'pause_ms': 0",
                                         "'delay_ms': 0, 'kind': 'cut-head', 'pause_ms': 60000",
                                         "'kind': 'cut-body', 'pause_ms': 60000"};
    for (gsize i = 0; i < G_N_ELEMENTS(stalls); i++) {
        set_fault(org, VERSIONS, stalls[i]);
        g_autoptr(Fetched) stalled = get(org, VERSIONS, 200);
        assert_contains(stalled->body, "Timeout");
    }
}

static void skip_times_and_method__choose_requests(void **state)
{
    DemoOrg *org = *state;
    static const long wanted[] = {200, 500, 500, 200};
    set_fault(org, VERSIONS, "'kind': 'error', 'skip': 1, 'times': 2");
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(Fetched) answer = get(org, VERSIONS, 0);
        assert_int_equal(answer->status, wanted[i]);
    }
    demo_org_patch(org, "{'faults': {'*': null}}");
    set_fault(org, "/", "'kind': 'error', 'method': 'POST'");
    g_autoptr(Fetched) read = get(org, VERSIONS, 0);
    assert_int_equal(read->status, 200);
    g_autoptr(Fetched) sent = client_post(org, "/services/oauth2/token", "a", "b", NULL);
    assert_int_equal(sent->status, 500);
}

/* What the org did before the answer was lost stays done; what never reached it does not. */
static void lose_and_close__differ_in_the_state(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *token = client_access(org, USER_ADMIN);
    static const char lead[] = "{\"LastName\":\"L\",\"Company\":\"C\"}";
    set_fault(org, LEAD_PATH, "'kind': 'close'");
    fetched_free(client_call(org, "POST", LEAD_PATH, token, lead));
    g_autoptr(Json) none = demo_org_control(org, "GET", "records", NULL);
    assert_int_equal(json_size(none), 0);
    set_fault(org, LEAD_PATH, "'kind': 'lose'");
    fetched_free(client_call(org, "POST", LEAD_PATH, token, lead));
    g_autoptr(Json) one = demo_org_control(org, "GET", "records", NULL);
    assert_int_equal(json_size(one), 1);
}

static void unknown_kind__is_refused(void **state)
{
    DemoOrg *org = *state;
    g_autofree char *url = g_strconcat(org->url, "/_demo/state", NULL);
    g_autofree char *token =
        g_strdup_printf("X-Demo-Control: %s", json_get_string(org->ready, "control_token"));
    const char *const headers[] = {token, NULL};
    const struct fetch_options options = {.method = "PATCH",
                                          .headers = headers,
                                          .body = "{\"faults\":{\"/\":{\"kind\":\"gremlin\"}}}"};
    g_autoptr(Fetched) answer = fetch(url, &options);
    assert_int_equal(answer->status, 400);
    assert_contains(answer->body, "There is no fault \"gremlin\"");
    assert_int_equal(hits_of(org, "/"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_kind__looks_as_it_says),
        cmocka_unit_test(every_kind__is_tried_here),
        TEST(refuse__closes_at_accept),
        TEST(endless_json__never_ends),
        TEST(delays__come_where_they_are_put),
        TEST(skip_times_and_method__choose_requests),
        TEST(lose_and_close__differ_in_the_state),
        TEST(unknown_kind__is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
