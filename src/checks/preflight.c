/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/net/loopback.h"
#include "perch/rest/rest.h"
#include "registry.h"

/* Salesforce refuses logins from a clock that is minutes off (DX guide, "3-minute problem"). */
enum { CLOCK_WARN_MS = 60 * 1000, CLOCK_FAIL_MS = 3 * 60 * 1000 };

static char *login_host(const struct check_run *run)
{
    g_autoptr(GUri) uri = g_uri_parse(run->session->connection->login_url, G_URI_FLAGS_NONE, NULL);
    return g_strdup(uri == NULL ? "" : g_uri_get_host(uri));
}

static void looked_up(const struct http_lookup *lookup, gpointer user)
{
    struct check_run *run = user;
    if (!check_run_is_alive(run))
        return;
    run->result->milliseconds = lookup->milliseconds;
    if (lookup->end != HTTP_ANSWERED) {
        check_fail_own(run, STAGE_MACHINE, "dns", lookup->detail);
        return;
    }
    g_autofree char *host = login_host(run);
    check_evidence(run, "host", host);
    check_evidence(run, "address", lookup->ip);
    check_ok(run, ngettext("%s: %d address", "%s: %d addresses", (unsigned long)lookup->addresses),
             host, lookup->addresses);
}

void check_lookup(struct check_run *run)
{
    g_autofree char *host = login_host(run);
    g_autofree char *proxy =
        http_proxy_for(run->session->http, run->session->connection->login_url);
    if (proxy != NULL)
        check_skip(run, _("left to the proxy"));
    else
        http_lookup(run->session->http, host, run->cancellable, looked_up, run);
}

static void judge_connection(struct check_run *run, const struct http_response *response)
{
    struct session *session = run->session;
    gint64 server_ms = clock_parse_http_date(http_response_header(response, "Date"));
    session->has_date = server_ms >= 0;
    /* The header has whole seconds: add half a second, and half the round trip. */
    session->clock_offset_ms =
        response->received_ms - (response->received_ms - response->sent_ms) / 2 - server_ms - 500;
    json_free(session->versions);
    session->versions = response->status == 200 ? http_response_json(response) : NULL;
    failure_clear(&session->versions_failure);
    failure_from_response(&session->versions_failure, STAGE_REST, response);
    check_evidence(run, "address", response->ip);
    if (*response->tls.version != '\0') /* empty on a reused connection */
        session->tls = response->tls;
    if (*session->tls.version == '\0') {
        check_ok(run, _("plain http on this computer"));
        return;
    }
    check_evidence(run, "tls", session->tls.version);
    check_evidence(run, "issuer", session->tls.issuer);
    const char *authorities = http_authorities(session->http);
    if (authorities == NULL)
        check_ok(run, _("%s, certificate by %s"), session->tls.version, session->tls.issuer);
    else
        check_ok(run, _("%s, certificate by %s; authorities: %s"), session->tls.version,
                 session->tls.issuer, authorities);
}

void check_connection(struct check_run *run)
{
    HttpRequest *request = versions_request(run->session->connection->login_url);
    http_request_timeout(request, 15000);
    if (http_authorities(run->session->http) != NULL)
        check_evidence(run, "authorities", http_authorities(run->session->http));
    check_http(run, request, judge_connection);
}

void check_salesforce(struct check_run *run)
{
    struct session *session = run->session;
    g_autofree char *label = NULL;
    g_autofree char *version = versions_newest(session->versions, &label, NULL);
    if (version == NULL) {
        check_fail(run, &session->versions_failure);
        return;
    }
    connection_set(&session->connection->api_version, version);
    check_evidence(run, "api_version", version);
    check_ok(run, _("answers; newest API is v%s (%s)"), version, label == NULL ? "" : label);
}

/* The clock of another server says nothing about Salesforce's. */
static bool is_an_org(const struct session *session)
{
    g_autofree char *version = versions_newest(session->versions, NULL, NULL);
    return version != NULL;
}

void check_clock(struct check_run *run)
{
    struct session *session = run->session;
    if (!is_an_org(session)) {
        check_skip(run, _("needs an answer of Salesforce's"));
        return;
    }
    if (!session->has_date) {
        check_skip(run, _("the answer had no date"));
        return;
    }
    gint64 off = ABS(session->clock_offset_ms);
    off = MAX(0, off - 500); /* uncertainty of the header's whole seconds */
    check_evidence_int(run, "offset_ms", session->clock_offset_ms);
    if (off < CLOCK_WARN_MS) {
        check_ok(run,
                 salesforce_url_is_local(session->connection->login_url)
                     ? _("within %.1f s of the server's")
                     : _("within %.1f s of Salesforce's"),
                 (double)MAX(off, 100) / 1000.0);
        return;
    }
    g_autofree char *much = text_duration((off + 500) / 1000);
    g_autofree char *text = g_strdup_printf(
        session->clock_offset_ms > 0 ? _("This computer's clock is %s ahead of Salesforce's.")
                                     : _("This computer's clock is %s behind Salesforce's."),
        much);
    struct failure failure;
    failure_own(&failure, STAGE_MACHINE, "clock", text);
    if (off >= CLOCK_FAIL_MS)
        check_fail(run, &failure);
    else
        check_warn(run, &failure, "%s", text);
}

static void tried_proxy(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (!check_run_is_alive(run))
        return;
    g_autofree char *proxy =
        http_proxy_for(run->session->http, run->session->connection->login_url);
    if (http_proxy_try_finish(async, &error)) {
        check_ok(run, "%s", proxy);
        return;
    }
    g_autofree char *text = g_strdup_printf("%s: %s", proxy, error->message);
    check_fail_own(run, STAGE_MACHINE, "proxy", text);
}

void check_proxy(struct check_run *run)
{
    g_autofree char *proxy =
        http_proxy_for(run->session->http, run->session->connection->login_url);
    if (proxy == NULL)
        check_skip(run, _("none set"));
    else
        http_proxy_try(proxy, run->cancellable, tried_proxy, run);
}

/* "1717 is used by node (pid 4211)" for each port that is not free. */
static void add_taken(GString *text, guint16 port, const char *owner)
{
    if (text->len > 0)
        g_string_append(text, ", ");
    if (owner != NULL)
        g_string_append_printf(text, _("%u is used by %s"), port, owner);
    else if (loopback_port_is_forbidden(port))
        g_string_append_printf(text, _("%u is for root only"), port);
    else
        g_string_append_printf(text, _("%u is in use"), port);
}

void check_callback_port(struct check_run *run)
{
    struct session *session = run->session;
    const guint16 *ports = session->connection->ports;
    GString *taken = g_string_new(NULL);
    const char *addresses = NULL;
    session->port = 0;
    for (int i = 0; i < CONNECTION_PORTS && session->port == 0; i++) {
        g_autofree char *owner = NULL;
        if (ports[i] == 0)
            continue;
        if ((addresses = loopback_port_is_free(ports[i], &owner)) != NULL)
            session->port = ports[i];
        else
            add_taken(taken, ports[i], owner);
    }
    g_autofree char *text = g_string_free(taken, FALSE);
    check_evidence_int(run, "port", session->port);
    if (session->port == 0) {
        /* A person can paste the address; in a script nobody can. */
        run->result->blocks = !tokens_asks(session->tokens);
        check_fail_own(run, STAGE_MACHINE, "port-taken", text);
    } else if (*text == '\0')
        check_ok(run, _("%u is free on %s"), session->port, addresses);
    else
        check_warn(run, NULL, _("%s; %u is free"), text, session->port);
}

static void probed(GObject *source, GAsyncResult *async, gpointer user)
{
    struct check_run *run = user;
    g_autoptr(GError) error = NULL;
    (void)source;
    if (!check_run_is_alive(run))
        return;
    if (store_probe_finish(tokens_store(run->session->tokens), async, &error))
        check_ok(run, _("%s; wrote, read back, deleted"),
                 store_provider(tokens_store(run->session->tokens)));
    else {
        /* A person can choose to go on without storing; in a script nobody can. */
        run->result->blocks = !tokens_asks(run->session->tokens);
        check_fail_error(run, STAGE_MACHINE, error);
    }
}

static void check_keyring(struct check_run *run)
{
    check_waits_for_keyring(run);
    store_probe(tokens_store(run->session->tokens), run->cancellable, probed, run);
}

static void warn_no_browser(struct check_run *run, const Desktop *desktop)
{
    struct failure failure;
    failure_own(&failure, STAGE_MACHINE, "no-browser", NULL);
    if (desktop->ssh) {
        g_autofree char *line = desktop_forward_line(desktop, run->session->port);
        check_evidence(run, "forward", line);
        check_warn(run, &failure,
                   _("none here: you are connected over SSH from %s. Either forward the port "
                     "first, with the command below in a new terminal on your own computer, or "
                     "paste the address that your browser ends up on. Both work."),
                   desktop->ssh_client);
    } else {
        check_warn(run, &failure,
                   _("none found. Open the address on any computer, and paste the address that "
                     "the browser ends up on."));
    }
}

/* The part of a command line that a person recognises: no folders, no options. */
static char *program_name(const char *line)
{
    g_auto(GStrv) words = NULL;
    return g_shell_parse_argv(line, NULL, &words, NULL) ? g_path_get_basename(words[0])
                                                        : g_strdup(line);
}

void check_browser(struct check_run *run)
{
    const Desktop *desktop = run->session->desktop;
    if (desktop == NULL) {
        check_skip(run, _("not needed"));
    } else if (desktop->browser != NULL) {
        g_autofree char *name = program_name(desktop->browser);
        check_evidence(run, "command", desktop->browser);
        if (desktop->no_browser == NULL)
            check_ok(run, "%s", name);
        else
            check_warn(run, NULL, _("%s; BROWSER is set to %s, which cannot be run here"), name,
                       desktop->no_browser);
    } else if (desktop->no_browser != NULL) {
        struct failure failure;
        failure_own(&failure, STAGE_MACHINE, "no-browser", NULL);
        check_warn(run, &failure,
                   _("BROWSER is set to %s, which cannot be run here. Set it to another program, "
                     "or open the address on any computer."),
                   desktop->no_browser);
    } else {
        warn_no_browser(run, desktop);
    }
}

static void check_terminal(struct check_run *run)
{
    struct winsize size;
    const char *charset;
    bool utf8 = g_get_charset(&charset);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        check_ok(run, "%ux%u, %s", size.ws_col, size.ws_row, utf8 ? "UTF-8" : charset);
    else
        check_skip(run, _("none; works line by line"));
}

static const struct check_def preflight[] = {
    {"lookup", N_("Name lookup"), true, {"custom-domain"}, check_lookup},
    {"connection", N_("Connection"), true, {"custom-domain", "!lookup"}, check_connection},
    {"salesforce", N_("Salesforce"), true, {"connection"}, check_salesforce},
    {"clock", N_("Clock"), true, {"connection"}, check_clock},
    {"proxy", N_("Proxy"), false, {NULL}, check_proxy},
    {"callback-port", N_("Callback port"), true, {NULL}, check_callback_port},
    {"keyring", N_("Keyring"), false, {NULL}, check_keyring},
    {"browser", N_("Browser"), false, {NULL}, check_browser},
    {"terminal", N_("Terminal"), false, {NULL}, check_terminal},
};

static void build(const struct session *session, GArray *checks)
{
    custom_domain_add(checks, session);
    check_rows_add(checks, session, preflight, G_N_ELEMENTS(preflight));
}

const struct check_list_def preflight_checks = {.build = build};
