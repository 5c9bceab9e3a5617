/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_DEMO_ORG_PROC_H
#define SUPPORT_DEMO_ORG_PROC_H

#include "perch/base/json.h"
#include "perch/base/secret.h"
#include "support/child.h"
#include "support/fetch.h"
#include "support/tmphome.h"

/* The test's own demo org: $PERCH_DEMO_ORG --port 0 --print-json. */
typedef struct DemoOrg DemoOrg;
struct DemoOrg {
    Child *process;
    Json *ready; /* the line it prints once it listens */
    const char *url;
    guint16 port;
    const char *client_id;
    const char *client_secret;
    guint16 callback_ports[3]; /* of the loopback callbacks that its app has registered */
    const char *username;      /* the first user and the password */
    const char *password;
    char *secret_file; /* file with client_secret, 0600, below the home it was started with */
    /* With TLS, else NULL: */
    char *ca_file;     /* authority to trust */
    char **connect_to; /* HOST:443:ADDRESS:PORT... */
    char *host_rules;  /* the same for Chromium (webdriver_options) */
    char *trusted_key; /* of the certificate's public key, for Chromium */
};

/*
 * arguments: more options, NULL at the end, may be NULL. Free callback_ports are chosen and
 * registered (--callback-port), so that tests can run in parallel. Fails the test when the org does
 * not start.
 */
DemoOrg *demo_org_start(TmpHome *home, const char *const *arguments);
/*
 * The same over TLS under Salesforce's own names: the login host is https://login_host and the
 * instance https://instance_host (may be the same), with a certificate from this run's authority.
 * Writes a network.json so that perch, started in home, trusts and finds it.
 */
enum demo_org_certificate { DEMO_ORG_VALID, DEMO_ORG_EXPIRED, DEMO_ORG_UNTRUSTED };
DemoOrg *demo_org_start_tls(TmpHome *home, const char *login_host, const char *instance_host,
                            enum demo_org_certificate certificate, const char *const *arguments);
/* Ends it by its pid and waits; fails the test when it does not end or had errors (including a
 * sanitizer's). NULL is fine. */
void demo_org_stop(DemoOrg *org);
/* The same for cleanup; never fails the test. */
void demo_org_free(DemoOrg *org);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemoOrg, demo_org_free)

/* A request to the control endpoints: path is "state", "log", "records", "clock". body may be
 * NULL. NULL for an answer without JSON; fails the test unless the answer is 2xx. */
Json *demo_org_control(DemoOrg *org, const char *method, const char *path, const char *body);
/* Patches the state with JSON that has ' for ". */
void demo_org_patch(DemoOrg *org, const char *patch);
/* How many requests "METHOD /path" (query left out, prefix of the path is enough) it has served. */
guint demo_org_requests(DemoOrg *org, const char *method, const char *path);
/* Waits until it has served count such requests; false on timeout. */
bool demo_org_wait_requests(DemoOrg *org, const char *method, const char *path, guint count,
                            int milliseconds);

/* Sets BROWSER in home to fake_browser and writes its settings: action as there. */
void demo_org_use_browser(DemoOrg *org, TmpHome *home, const char *action);

/* Three TCP ports that nothing on this machine uses, on 127.0.0.1 and ::1. */
void free_ports(guint16 ret_ports[3]);

#endif
