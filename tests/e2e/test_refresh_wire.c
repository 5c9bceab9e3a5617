/* SPDX-License-Identifier: MIT */

/* Refreshes and exchanges on a bad wire: what is asked again, how often, with which pauses, and
 * what is said when the answer was lost. */

#include <string.h>

#include "e2e/tokens.h"

static guint posts(Rig *rig)
{
    return demo_org_requests(rig->org, "POST", TOKEN_PATH);
}

static void fault(Rig *rig, const char *members)
{
    g_autofree char *patch = g_strdup_printf("{'faults': {'" TOKEN_PATH "': {%s}}}", members);
    demo_org_patch(rig->org, "{'faults': {'*': null}}"); /* what it has counted, too */
    demo_org_patch(rig->org, patch);
}

/* perch token --fresh; it has to end with code after count posts. */
static Child *token(Rig *rig, int code, guint count)
{
    guint before = posts(rig);
    Child *child = rig_perch_secret(rig, "token", "acme", "--fresh", NULL);
    assert_code(child, code);
    assert_int_equal(posts(rig), before + count);
    if (code == 0)
        tokens_assert_work(rig, child->output->str);
    else
        assert_string_equal(child->output->str, "");
    return child;
}

/* When the org got the last count posts, in its own milliseconds. */
static GArray *times(Rig *rig, guint count)
{
    g_autoptr(Json) log = demo_org_control(rig->org, "GET", "log", NULL);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(gint64));
    JSON_FOREACH(entry, log)
    {
        gint64 at = json_get_int(entry, "time", -1);
        if (strcmp(json_get_string(entry, "method"), "POST") == 0 &&
            g_str_has_prefix(json_get_string(entry, "target"), TOKEN_PATH))
            g_array_append_val(found, at);
    }
    assert_true(found->len >= count);
    g_array_remove_range(found, 0, found->len - count);
    return found;
}

static void unavailable__is_asked_again_after_growing_pauses(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    fault(rig, "'kind': 'unavailable', 'times': 3");
    g_autoptr(Child) child = token(rig, 0, 4);
    assert_non_null(strstr(child->errors->str, "Trying again"));
    /* 1 s, 2 s, 4 s, each a quarter more or less. */
    g_autoptr(GArray) at = times(rig, 4);
    for (guint i = 1; i < at->len; i++) {
        gint64 pause = g_array_index(at, gint64, i) - g_array_index(at, gint64, i - 1);
        if (pause + 2 < (750 << (i - 1))) /* both ends are cut to whole milliseconds */
            fail_msg("pause %u: %d ms", i, (int)pause);
    }
    assert_true(tokens_stored_alive(rig, "acme"));
}

static void unavailable_for_good__gives_up_with_the_token_alive(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    fault(rig, "'kind': 'unavailable'");
    child_free(token(rig, 10, 4));
    assert_true(tokens_stored_alive(rig, "acme"));
    /* A server that says when it will be back is taken at its word, not asked meanwhile. */
    fault(rig, "'kind': 'too-many', 'retry_after': 3600");
    child_free(token(rig, 8, 1));
}

static void connection_lost__before_the_org_acted__is_asked_once_more(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    static const char *const kinds[] = {"close", "error", "bad-gateway", "garbage"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *once = g_strdup_printf("'kind': '%s', 'times': 1", kinds[i]);
        fault(rig, once);
        child_free(token(rig, 0, 2));
        assert_true(tokens_stored_alive(rig, "acme"));
    }
    fault(rig, "'kind': 'close'");
    g_autoptr(Child) gone = token(rig, 8, 2);
    assert_non_null(strstr(gone->errors->str, "its answer did not arrive"));
    assert_non_null(strstr(gone->errors->str, "may have replaced the refresh token"));
    assert_true(tokens_stored_alive(rig, "acme"));
}

static void answer_lost__is_told_from_refused(void **state)
{
    (void)state;
    static const char *const kinds[] = {"lose", "cut-head", "cut-body"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(Rig) rig = tokens_rig(true);
        g_autofree char *once = g_strdup_printf("'kind': '%s', 'times': 1", kinds[i]);
        fault(rig, once);
        g_autoptr(Child) child = token(rig, 4, 2);
        assert_non_null(strstr(child->errors->str, "The answer to a refresh was lost on the way"));
        /* From here on it is an ordinary dead token. */
        child_free(token(rig, 4, 1));
    }
}

static void answer_lost__without_rotation__costs_nothing(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    fault(rig, "'kind': 'lose', 'times': 1");
    child_free(token(rig, 0, 2));
    fault(rig, "'kind': 'lose'");
    g_autoptr(Child) lost = token(rig, 8, 2);
    assert_non_null(strstr(lost->errors->str, "is still valid"));
}

static void refused__is_asked_once_and_is_no_lost_answer(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(true);
    demo_org_patch(rig->org, "{'grants': {'*': null}}");
    g_autoptr(Child) child = token(rig, 4, 1);
    assert_null(strstr(child->errors->str, "lost"));
    assert_null(strstr(child->errors->str, "did not arrive"));
}

/* A code works once: whatever happens to the answer, it is not posted again. */
static void code__is_posted_once(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = tokens_rig(false);
    static const char *const kinds[] = {"lose", "close", "cut-body", "unavailable", "error"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *always = g_strdup_printf("'kind': '%s'", kinds[i]);
        fault(rig, always);
        guint before = posts(rig);
        g_autoptr(Child) child =
            rig_perch(rig, "reauthorize", "acme", "--plain", "--no-input", NULL);
        assert_true(child_code(child) > 0);
        assert_null(strstr(child->errors->str, "is ready"));
        assert_int_equal(posts(rig), before + 1);
        /* Nor is the former login given up for it. */
        assert_true(tokens_stored_alive(rig, "acme"));
        assert_int_equal(demo_org_requests(rig->org, "POST", "/services/oauth2/revoke"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unavailable__is_asked_again_after_growing_pauses),
        cmocka_unit_test(unavailable_for_good__gives_up_with_the_token_alive),
        cmocka_unit_test(connection_lost__before_the_org_acted__is_asked_once_more),
        cmocka_unit_test(answer_lost__is_told_from_refused),
        cmocka_unit_test(answer_lost__without_rotation__costs_nothing),
        cmocka_unit_test(refused__is_asked_once_and_is_no_lost_answer),
        cmocka_unit_test(code__is_posted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
