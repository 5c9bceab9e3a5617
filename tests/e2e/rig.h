/* SPDX-License-Identifier: MIT */
#ifndef E2E_RIG_H
#define E2E_RIG_H

#include "support/canary.h"
#include "support/child.h"
#include "support/demo_org_proc.h"
#include "support/session_bus.h"
#include "support/test.h"
#include "support/tmphome.h"

/* A machine for perch: a home, a session bus with a real gnome-keyring, a demo org and a browser
 * stand-in that logs in; and the canary that looks for secrets afterwards. */
typedef struct Rig Rig;
struct Rig {
    TmpHome *home;
    SessionBus *bus;
    DemoOrg *org;
    Canary *canary;
};

Rig *rig_new(enum session_keyring keyring, const char *const *org_arguments);
/* The same with an open keyring and an org over TLS under Salesforce's own names (see
 * demo_org_start_tls). */
Rig *rig_new_tls(const char *login_host, const char *instance_host,
                 enum demo_org_certificate certificate);
/* The same with an org that answers under domain, too, and says there that it is login_host. */
Rig *rig_new_custom_domain(const char *domain, const char *login_host);
/* Searches all files for secrets, then ends everything. */
void rig_free(Rig *rig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)

/* perch with these words (NULL at the end), to its end; its output is searched for secrets unless
 * the command's job is to print them. */
Child *rig_perch(Rig *rig, const char *first, ...) G_GNUC_NULL_TERMINATED;
Child *rig_perch_secret(Rig *rig, const char *first, ...) G_GNUC_NULL_TERMINATED;
/* The same with input, and the words as an array. */
Child *rig_perch_input(Rig *rig, const char *const *words, const char *input, bool may_show);

/* A login, to its end; or until an answer is refused and perch goes on waiting for the right one:
 * then it is ended with Ctrl-C. */
Child *rig_perch_login(Rig *rig, const char *const *words);
/* perch setup NAME --plain --no-input on the rig's org; fails the test unless the code is 0. */
void rig_setup(Rig *rig, const char *name);
/* The words of that call with "more" appended (NULL at the end); and those that a person at the
 * screen would give. */
GPtrArray *rig_setup_words(Rig *rig, const char *name, const char *const *more);
GPtrArray *rig_filled_words(Rig *rig, const char *name, const char *const *more);

/* A file among the connections' settings (NULL = their folder), and what is in it; owned by the
 * caller. The second fails the test when it is not there. */
char *rig_settings_path(const Rig *rig, const char *file);
char *rig_settings(const Rig *rig, const char *file);

/* Puts that file, a certificate, into the app: what a person uploads in Setup. */
void rig_upload(Rig *rig, const char *file);

void assert_code(const Child *child, int code);
/* The one JSON object on the child's standard output; owned by the caller. */
Json *child_json(const Child *child);
/* The check with that id of a result, borrowed; fails the test when it is not there. */
const Json *json_check(const Json *result, const char *id);

/* newman, which tests/support/newman.sh gets from npm, owned by the caller; or NULL, and why is
 * told as the reason to skip. */
char *rig_newman(void);

/* TRUE if strace may follow a program here; if not, it is told why. */
bool rig_may_trace(void);

#endif
