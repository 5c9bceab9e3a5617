/* SPDX-License-Identifier: MIT */

#include "support/demo_org_proc.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/test.h"

enum {
    START_MS = 20000,
    STOP_MS = 10000,
    PORT_FIRST = 20000, /* below what the kernel hands out to outgoing connections */
    PORT_COUNT = 12000,
};

static bool port_is_free(guint16 port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    six.sin6_addr = in6addr_loopback;
    int fd4 = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int fd6 = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool free = bind(fd4, (struct sockaddr *)&four, sizeof four) == 0;
    /* A machine without IPv6 has no socket to try. */
    free = free && (fd6 < 0 || bind(fd6, (struct sockaddr *)&six, sizeof six) == 0);
    close(fd4);
    if (fd6 >= 0) {
        close(fd6);
    }
    return free;
}

void free_ports(guint16 ret_ports[3])
{
    for (int i = 0; i < 3;) {
        guint16 port = (guint16)g_random_int_range(PORT_FIRST, PORT_FIRST + PORT_COUNT);
        bool taken = (i > 0 && ret_ports[0] == port) || (i > 1 && ret_ports[1] == port);
        if (!taken && port_is_free(port)) {
            ret_ports[i++] = port;
        }
    }
}

static Json *read_ready_line(Child *process)
{
    g_autoptr(GError) error = NULL;
    if (!child_wait_output(process, "\n", START_MS)) {
        print_error("perch-demo-org does not start (%d):\n%s%s", child_code(process),
                    process->output->str, process->errors->str);
        return NULL;
    }
    const char *end = strchr(process->output->str, '\n');
    Json *ready = json_parse(process->output->str, (gsize)(end - process->output->str), &error);
    if (ready == NULL) {
        print_error("perch-demo-org: %s: %s\n", error->message, process->output->str);
    }
    return ready;
}

static void take_over(DemoOrg *org, TmpHome *home)
{
    const Json *user = json_first(json_get(org->ready, "users"));
    org->url = json_get_string(org->ready, "url");
    org->port = (guint16)json_get_int(org->ready, "port", 0);
    org->client_id = json_get_string(org->ready, "client_id");
    org->client_secret = json_get_string(org->ready, "client_secret");
    org->username = json_get_string(user, "name");
    org->password = json_get_string(user, "password");
    org->ca_file = g_strdup(json_get_string(org->ready, "ca_file"));
    assert_non_null(org->url);
    assert_non_null(org->client_id);
    assert_non_null(org->client_secret);
    assert_non_null(org->username);
    org->secret_file = tmphome_write(home, "home/client-secret", org->client_secret);
}

DemoOrg *demo_org_start(TmpHome *home, const char *const *arguments)
{
    DemoOrg *org = g_new0(DemoOrg, 1);
    const char *program = g_getenv("PERCH_DEMO_ORG");
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(argv, g_strdup(program != NULL ? program : "perch-demo-org"));
    g_ptr_array_add(argv, g_strdup("--port"));
    g_ptr_array_add(argv, g_strdup("0"));
    g_ptr_array_add(argv, g_strdup("--print-json"));
    free_ports(org->callback_ports);
    for (gsize i = 0; i < G_N_ELEMENTS(org->callback_ports); i++) {
        g_ptr_array_add(argv, g_strdup("--callback-port"));
        g_ptr_array_add(argv, g_strdup_printf("%u", org->callback_ports[i]));
    }
    for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++) {
        g_ptr_array_add(argv, g_strdup(arguments[i]));
    }
    g_ptr_array_add(argv, NULL);
    org->process = child_start((const char *const *)argv->pdata, home->env);
    org->ready = read_ready_line(org->process);
    if (org->ready == NULL) {
        demo_org_free(org);
        fail();
    }
    take_over(org, home);
    return org;
}

void demo_org_free(DemoOrg *org)
{
    if (org != NULL) {
        child_free(org->process);
        json_free(org->ready);
        g_free(org->secret_file);
        g_free(org->ca_file);
        g_free(org);
    }
}

void demo_org_stop(DemoOrg *org)
{
    if (org == NULL) {
        return;
    }
    bool gone = child_stop(org->process, STOP_MS);
    int code = child_code(org->process);
    bool fine = gone && (code == 0 || code == 128 + 15);
    if (!fine) {
        print_error("perch-demo-org ended with %d:\n%s", code, org->process->errors->str);
    }
    demo_org_free(org);
    if (!fine) {
        fail();
    }
}

Json *demo_org_control(DemoOrg *org, const char *method, const char *path, const char *body)
{
    g_autofree char *url = g_strdup_printf("%s/_demo/%s", org->url, path);
    g_autofree char *token =
        g_strdup_printf("X-Demo-Control: %s", json_get_string(org->ready, "control_token"));
    const char *headers[] = {token, "Content-Type: application/json", NULL};
    struct fetch_options options = {
        .method = method, .body = body, .headers = headers, .ca_file = org->ca_file};
    g_autoptr(Fetched) answer = fetch(url, &options);
    if (answer->status / 100 != 2) {
        fail_msg("%s %s: %ld %s", method, url, answer->status, answer->body);
    }
    return json_parse(answer->body, strlen(answer->body), NULL);
}

void demo_org_patch(DemoOrg *org, const char *patch)
{
    g_autofree char *body = g_strdelimit(g_strdup(patch), "'", '"');
    json_free(demo_org_control(org, "PATCH", "state", body));
}

guint demo_org_requests(DemoOrg *org, const char *method, const char *path)
{
    g_autoptr(Json) log = demo_org_control(org, "GET", "log", NULL);
    guint count = 0;
    JSON_FOREACH(entry, log)
    {
        const char *target = json_get_string(entry, "target");
        if (g_strcmp0(json_get_string(entry, "method"), method) == 0 && target != NULL &&
            g_str_has_prefix(target, path)) {
            count++;
        }
    }
    return count;
}

bool demo_org_wait_requests(DemoOrg *org, const char *method, const char *path, guint count,
                            int milliseconds)
{
    gint64 deadline = g_get_monotonic_time() / 1000 + milliseconds;
    while (demo_org_requests(org, method, path) < count) {
        /* Its output ends when it does; otherwise this is the pause between two looks. */
        if (g_get_monotonic_time() / 1000 >= deadline || child_wait_end(org->process, 20)) {
            return false;
        }
    }
    return true;
}

void demo_org_use_browser(DemoOrg *org, TmpHome *home, const char *action)
{
    g_autofree char *program = test_build_path("tests/support/fake_browser");
    g_autoptr(Json) config = json_object();
    json_set_string(config, "username", org->username);
    json_set_string(config, "password", org->password);
    json_set_string(config, "action", action);
    json_set_string(config, "ca_file", org->ca_file);
    g_autoptr(WipedText) text = json_print(config);
    g_free(tmphome_write(home, "home/.fake-browser.json", text));
    tmphome_set(home, "BROWSER", program);
}
