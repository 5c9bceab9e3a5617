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

static void import_login(DemoOrg *org, TmpHome *home)
{
    const Json *user = json_first(json_get(org->ready, "users"));
    org->url = json_get_string(org->ready, "url");
    org->port = (guint16)json_get_int(org->ready, "port", 0);
    org->client_id = json_get_string(org->ready, "client_id");
    org->client_secret = json_get_string(org->ready, "client_secret");
    org->username = json_get_string(user, "name");
    org->password = json_get_string(user, "password");
    assert_non_null(org->url);
    assert_non_null(org->client_id);
    assert_non_null(org->client_secret);
    assert_non_null(org->username);
    org->secret_file = tmphome_write(home, "home/client-secret", org->client_secret);
}

/* options go before the caller's arguments; both may be NULL. */
static void start(DemoOrg *org, TmpHome *home, const char *const *options,
                  const char *const *arguments)
{
    const char *program = g_getenv("PERCH_DEMO_ORG");
    const char *const *lists[] = {options, arguments};
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(argv, g_strdup(program != NULL ? program : "perch-demo-org"));
    g_ptr_array_add(argv, g_strdup("--port=0"));
    g_ptr_array_add(argv, g_strdup("--print-json"));
    g_ptr_array_add(argv, g_strdup("--die-with-parent"));
    free_ports(org->callback_ports);
    for (gsize i = 0; i < G_N_ELEMENTS(org->callback_ports); i++) {
        g_ptr_array_add(argv, g_strdup_printf("--callback-port=%u", org->callback_ports[i]));
    }
    for (gsize list = 0; list < G_N_ELEMENTS(lists); list++) {
        for (gsize i = 0; lists[list] != NULL && lists[list][i] != NULL; i++) {
            g_ptr_array_add(argv, g_strdup(lists[list][i]));
        }
    }
    g_ptr_array_add(argv, NULL);
    org->process = child_start((const char *const *)argv->pdata, home->env);
    org->ready = read_ready_line(org->process);
    if (org->ready == NULL) {
        demo_org_free(org);
        fail();
    }
    import_login(org, home);
}

DemoOrg *demo_org_start(TmpHome *home, const char *const *arguments)
{
    DemoOrg *org = g_new0(DemoOrg, 1);
    start(org, home, NULL, arguments);
    return org;
}

static char *read_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    assert_no_error(error);
    return g_strchomp(text);
}

/* Certificates in a folder of home; its path, owned by the caller. */
static char *make_certificates(TmpHome *home, const char *login_host, const char *instance_host)
{
    g_autofree char *script = test_source_path("tests/support/tls/pki.sh");
    char *folder = g_build_filename(home->root, "tls", NULL);
    g_mkdir_with_parents(folder, 0700);
    const char *argv[] = {script,      folder,      login_host, instance_host,
                          "localhost", "127.0.0.1", NULL};
    g_autoptr(Child) child = child_run(argv, home->env, NULL);
    if (child_code(child) != 0) {
        fail_msg("pki.sh: %s%s", child->output->str, child->errors->str);
    }
    return folder;
}

static void tell_perch(const DemoOrg *org, TmpHome *home, bool trusted)
{
    g_autoptr(Json) settings = json_object();
    Json *connect_to = json_array();
    for (gsize i = 0; org->connect_to[i] != NULL; i++) {
        json_append(connect_to, json_string_new(org->connect_to[i]));
    }
    json_set(settings, "connect_to", connect_to);
    if (trusted) {
        json_set_string(settings, "ca_file", org->ca_file);
    }
    g_autoptr(WipedText) text = json_print(settings);
    g_free(tmphome_write(home, "home/.config/perch/network.json", text));
}

DemoOrg *demo_org_start_tls(TmpHome *home, const char *login_host, const char *instance_host,
                            enum demo_org_certificate certificate, const char *const *arguments)
{
    DemoOrg *org = g_new0(DemoOrg, 1);
    g_autofree char *folder = make_certificates(home, login_host, instance_host);
    g_autofree char *cert = g_strdup_printf(
        "--tls-cert=%s/%s", folder, certificate == DEMO_ORG_EXPIRED ? "expired.pem" : "cert.pem");
    g_autofree char *key = g_strdup_printf("--tls-key=%s/key.pem", folder);
    g_autofree char *login = g_strdup_printf("--public-url=https://%s", login_host);
    g_autofree char *instance = g_strdup_printf("--instance-url=https://%s", instance_host);
    const char *options[] = {cert, key, login, instance, NULL};
    start(org, home, options, arguments);
    org->ca_file = g_build_filename(folder, "ca.pem", NULL);
    org->trusted_key = read_file(folder, "spki.txt");
    org->host_rules = g_strdup_printf("MAP %s:443 127.0.0.1:%u, MAP %s:443 127.0.0.1:%u",
                                      login_host, org->port, instance_host, org->port);
    org->connect_to = g_new0(char *, 3);
    org->connect_to[0] = g_strdup_printf("%s:443:127.0.0.1:%u", login_host, org->port);
    /* Another name for the same address: libcurl counts connections by name, and two hosts of
     * Salesforce are two. */
    if (strcmp(login_host, instance_host) != 0) {
        org->connect_to[1] = g_strdup_printf("%s:443:localhost:%u", instance_host, org->port);
    }
    tell_perch(org, home, certificate != DEMO_ORG_UNTRUSTED);
    return org;
}

void demo_org_free(DemoOrg *org)
{
    if (org != NULL) {
        child_free(org->process);
        json_free(org->ready);
        g_free(org->secret_file);
        g_free(org->ca_file);
        g_free(org->host_rules);
        g_free(org->trusted_key);
        g_strfreev(org->connect_to);
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
    struct fetch_options options = {.method = method,
                                    .body = body,
                                    .headers = headers,
                                    .ca_file = org->ca_file,
                                    .connect_to = (const char *const *)org->connect_to};
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
        /* Its output ends when it does; until then, this is the pause between two looks. */
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
    Json *connect_to = json_array();
    for (gsize i = 0; org->connect_to != NULL && org->connect_to[i] != NULL; i++) {
        json_append(connect_to, json_string_new(org->connect_to[i]));
    }
    json_set(config, "connect_to", connect_to);
    g_autoptr(WipedText) text = json_print(config);
    g_free(tmphome_write(home, "home/.fake-browser.json", text));
    tmphome_set(home, "BROWSER", program);
}
