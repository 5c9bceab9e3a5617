/* SPDX-License-Identifier: MIT */

/* A whole set-up on a terminal with an org that answers one kind of request with something hostile:
 * nothing of it reaches the terminal as it is, and the person is told what is wrong. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e/walk.h"
#include "support/browser_login.h"
#include "support/listener.h"

/* In JSON's own escapes, and as bytes: a title, a cleared screen, a C1 control, a bidi override. */
#define EVIL "EVIL\\u001b]0;TITLE\\u0007\\u001b[2J\\u009b31m\\u202eTXETEND"
#define EVIL_RAW                          \
    "EVIL\x1b]0;TITLE\x07\x1b[2J\xc2\x9b" \
    "31m\xe2\x80\xaeTXETEND"
#define TELL_HTML "<html><title>" EVIL_RAW "</title><script>alert(1)</script>" EVIL_RAW

struct hostile {
    const char *target; /* a pattern */
    int status;
    const char *headers, *body; /* MANY in the body: a megabyte; DEEP: very many brackets */
    const char *told;           /* NULL: it changes nothing */
};

#define NOT_ITS "The answer is not one from Salesforce's API."
#define BETWEEN "Something between this computer and Salesforce answered instead."
#define UNKNOWN "perch does not know this answer."

static const struct hostile rows[] = {
    {"^/services/data/?$", 200, "", "[{\"version\":\"" EVIL "\",\"label\":\"MANY\"}]", NOT_ITS},
    {"^/services/data/?$", 200, "", TELL_HTML, NOT_ITS},
    {"^/services/data/?$", 200, "", "DEEP", NOT_ITS},
    {"^/services/data/?$", 302, "Location: file:///etc/passwd\r\n", "", BETWEEN},
    {"^/services/data/?$", 302, "Location: http://127.0.0.1:1/" EVIL_RAW "\r\n", "",
     "The call went to a host that does not serve this org."},
    {"/oauth2/authorize", 200, "", TELL_HTML, NOT_ITS},
    {"/oauth2/authorize", 302, "Location: /x?error=%1b%5b2J%9b&error_description=%e2%80%ae\r\n", "",
     UNKNOWN},
    {"/oauth2/token", 400, "", "{\"error\":\"" EVIL "\",\"error_description\":\"" EVIL "MANY\"}",
     UNKNOWN},
    {"/oauth2/token", 400, "", "{\"error\":\"a\\u0000b\",\"error_description\":\"MANY\"}", NOT_ITS},
    {"/oauth2/token", 200, "", "DEEP", NOT_ITS},
    {"/oauth2/token", 200, "", "{\"access_token\":\"" EVIL "\",\"refresh_token\":\"" EVIL "\"}",
     NOT_ITS},
    {"/oauth2/token", 200, "", "{\"access_token\":1e999,\"refresh_token\":[],\"id\":{}}", NOT_ITS},
    {"/oauth2/userinfo", 200, "",
     "{\"user_id\":\"" EVIL "\",\"organization_id\":\"00DDn00000Kp4WvMAJ\","
     "\"preferred_username\":\"" EVIL "MANY\",\"name\":\"MANY\",\"active\":1e999}",
     NOT_ITS},
    {"/oauth2/userinfo", 200, "",
     "{\"user_id\":\"005Dn00000Kp4WvMAJ\",\"organization_id\":\"00DDn00000Kp4WvMAJ\","
     "\"preferred_username\":\"" EVIL "MANY\",\"name\":\"MANY\",\"active\":true}",
     NULL},
    {"/oauth2/userinfo", 302, "Location: file:///etc/passwd\r\n", "", BETWEEN},
    {"/oauth2/userinfo", 403, "", "[{\"message\":\"" EVIL "MANY\",\"errorCode\":\"" EVIL "\"}]",
     UNKNOWN},
    {"/query", 200, "",
     "{\"records\":[{\"Name\":\"" EVIL "MANY\",\"OrganizationType\":\"" EVIL "\"}]}", NULL},
    {"/oauth2/introspect", 200, "", "{\"active\":true,\"exp\":1e308,\"scope\":\"" EVIL "\"}", NULL},
    {"/describe", 200, "",
     "{\"name\":\"Lead\",\"createable\":true,\"fields\":[{\"name\":\"" EVIL "\",\"label\":\"" EVIL
     "MANY\",\"type\":7,\"length\":-1e308,\"createable\":true,"
     "\"nillable\":false,\"picklistValues\":[{\"value\":\"" EVIL "\"}]}]}",
     "This field is required"},
    {"/describe", 200, "", "{\"fields\":{\"0\":\"" EVIL "\"},\"name\":[]}",
     "The answer does not describe an object."},
    {"/sobjects/Lead/?$", 400, "",
     "[{\"message\":\"" EVIL "MANY\",\"errorCode\":\"" EVIL "\",\"fields\":[\"" EVIL "\"]}]",
     UNKNOWN},
    {"/sobjects/Lead/?$", 201, "", "{\"id\":\"../../" EVIL "\",\"success\":true}",
     "The record may exist nonetheless: look for it in the org before"},
};

/* ---- the org's double ---- */

static char *grown(const char *body)
{
    g_autofree char *many = g_strnfill(1 << 20, 'x'), *deep = g_strnfill(100000, '[');
    g_autoptr(GString) text = g_string_new(body);
    g_string_replace(text, "MANY", many, 0);
    g_string_replace(text, "DEEP", deep, 0);
    return g_strdup(text->str);
}

/* What the demo org answers, with the double's address as the instance's. */
static void forward(int client, const char *request, const char *target, const char *org,
                    const char *own)
{
    g_auto(GStrv) words = g_strsplit(request, " ", 2);
    const char *end = strstr(request, "\r\n\r\n");
    g_autofree char *head =
        g_strndup(strstr(request, "\r\n") + 2, (gsize)(end - strstr(request, "\r\n")));
    g_auto(GStrv) lines = g_strsplit(g_strstrip(head), "\r\n", -1);
    g_autoptr(GPtrArray) headers = g_ptr_array_new();
    for (int i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix(lines[i], "Authorization:") ||
            g_str_has_prefix(lines[i], "Content-Type:"))
            g_ptr_array_add(headers, lines[i]);
    g_ptr_array_add(headers, NULL);
    g_autofree char *url = g_strconcat(org, target, NULL);
    g_autoptr(Fetched) got =
        fetch(url, &(struct fetch_options){.method = words[0],
                                           .body = end[4] == '\0' ? NULL : end + 4,
                                           .headers = (const char *const *)headers->pdata});
    g_autofree char *theirs = g_strdup_printf("\"instance_url\":\"%s\"", org);
    g_autofree char *ours = g_strdup_printf("\"instance_url\":\"%s\"", own);
    g_autoptr(GString) body = g_string_new(got->body);
    g_string_replace(body, theirs, ours, 0);
    g_autofree char *location =
        *got->location == '\0' ? g_strdup("") : g_strdup_printf("Location: %s\r\n", got->location);
    dprintf(client,
            "HTTP/1.1 %ld Org\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\n"
            "Connection: close\r\n\r\n%s",
            got->status, location, got->type, got->status == 204 ? 0 : body->len,
            got->status == 204 ? "" : body->str);
}

static void serve(int client, const struct hostile *row, const char *org, const char *own)
{
    g_autofree char *request = listener_read_request(client);
    if (strstr(request, "\r\n\r\n") == NULL)
        return;
    g_auto(GStrv) words = g_strsplit(request, " ", 3);
    g_autofree char *path = g_strndup(words[1], strcspn(words[1], "?"));
    if (!g_regex_match_simple(row->target, path, 0, 0)) {
        forward(client, request, words[1], org, own);
        return;
    }
    g_autofree char *body = grown(row->body);
    dprintf(client,
            "HTTP/1.1 %d " EVIL_RAW "\r\n%sContent-Type: application/json\r\n"
            "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
            row->status, row->headers, strlen(body), body);
}

static pid_t double_start(const struct hostile *row, const char *org, char **ret_url)
{
    int listener = listener_open(ret_url);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGCHLD, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        for (;;) {
            int client = accept(listener, NULL, NULL);
            if (client >= 0 && fork() == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                serve(client, row, org, *ret_url);
                _exit(0);
            }
            close(client);
        }
    }
    close(listener);
    return pid;
}

/* ---- the person ---- */

struct hope {
    Pty *pty;
    const char *text;
};

static bool has_come(gpointer data)
{
    const struct hope *hope = data;
    return pty_has(hope->pty, hope->text) || pty_has(hope->pty, "✖");
}

/* False: something is wrong there, and it is on the screen. */
static bool reach(Walk *walk, const char *text)
{
    struct hope hope = {walk->pty, text};
    if (!pty_wait_until(walk->pty, has_come, &hope, 30000)) {
        g_autofree char *screen = pty_dump(walk->pty);
        fprintf(stderr, "neither %s nor a cross:\n%s\n", text, screen);
        fail();
    }
    return !pty_has(walk->pty, "✖");
}

/* As at the org itself: the double's authorize page is of no use to log in. */
static void log_in(Walk *walk, const char *own)
{
    const DemoOrg *org = walk->rig->org;
    g_autofree char *address = walk_address(walk);
    g_autofree char *there = g_strconcat(org->url, address + strlen(own), NULL);
    struct browser_options options = {
        .username = org->username, .password = org->password, .action = BROWSER_STOP_AT_CODE};
    g_autoptr(BrowserVisit) visit = browser_login(there, &options);
    assert_non_null(strstr(visit->url, "code="));
    paste(walk, visit->url);
}

static void set_up(Walk *walk, const char *own)
{
    static const char *const before[] = {"Which Salesforce org", "Enter go on", "App settings",
                                         "Enter ask Salesforce", "Enter open browser and log in"};
    static const char *const after[] = {"Enter test record", "Enter insert Lead", "Enter hand-off"};
    for (gsize i = 0; i < G_N_ELEMENTS(before); i++) {
        if (!reach(walk, before[i]))
            return;
        press(walk, "Enter");
    }
    if (!reach(walk, "Listening on"))
        return;
    log_in(walk, own);
    for (gsize i = 0; i < G_N_ELEMENTS(after); i++) {
        if (!reach(walk, after[i]))
            return;
        press(walk, "Enter");
    }
    see(walk, "Into Flow Builder");
}

/* Nothing of the double's is on the wire to the terminal but clean text. */
static void assert_clean(Walk *walk)
{
    static const char *const never[] = {"\x1b]0;TITLE", "\x9b\x33\x31m", "\xe2\x80\xae",
                                        "\x1b[2JEVIL", "root:"};
    const GByteArray *raw = pty_raw(walk->pty);
    for (gsize i = 0; i < G_N_ELEMENTS(never); i++)
        if (memmem(raw->data, raw->len, never[i], strlen(never[i])) != NULL)
            fail_msg("%zu reached the terminal", i);
    const char *title = pty_title(walk->pty);
    assert_true(title == NULL || strstr(title, "TITLE") == NULL);
}

/* What was learnt of a hostile org is of a size that perch reads again. */
static void assert_readable(Rig *rig)
{
    g_autoptr(Child) child = rig_perch_secret(rig, "handoff", "acme", "--format", "json", NULL);
    assert_code(child, 0);
    assert_true(child->output->len < 100000);
}

static void hostile_answers__are_told_in_words_and_never_shown_raw(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Rig) rig = rig_new(SESSION_KEYRING_OPEN, NULL);
        g_autofree char *own = NULL;
        demo_org_use_browser(rig->org, rig->home, "nothing");
        pid_t pid = double_start(&rows[i], rig->org->url, &own);
        g_autofree char *port = g_strdup_printf("%u", rig->org->callback_ports[0]);
        g_autoptr(Walk) walk = walk_start(rig, "setup", "acme", "--login-url", own, "--client-id",
                                          rig->org->client_id, "--client-secret-file",
                                          rig->org->secret_file, "--callback-port", port, NULL);
        set_up(walk, own);
        if (rows[i].told != NULL)
            see_sentence(walk, rows[i].told);
        else
            assert_readable(rig);
        assert_clean(walk);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_answers__are_told_in_words_and_never_shown_raw),
    };
    return cmocka_run_group_tests_name("a hostile org", tests, NULL, NULL);
}
