/* SPDX-License-Identifier: MIT */
#ifndef UNIT_LOOPBACK_RIG_H
#define UNIT_LOOPBACK_RIG_H

#include "perch/net/loopback.h"
#include "support/http_client.h"
#include "support/raw_client.h"
#include "support/test.h"

/* A listener, and what it told last. */
#define STATE "s7ate-Value_0123456789"
#define GOOD "/OauthRedirect?code=aPrx.x%3D%3D&state=" STATE

enum in_done { KEEP, FINISH, FREE };

struct fixture {
    Loopback *loopback;
    guint16 port;
    int calls;
    enum loopback_outcome outcome;
    char *code, *error, *description;
    enum in_done in_done;
};

/* Called with a struct fixture as user. */
void on_done(const struct loopback_result *result, gpointer user);
int set_up(void **state);
int tear_down(void **state);

/* The bytes of a request; owned by the caller. */
char *request(const char *method, const char *target, guint16 port);
struct client *ask(struct fixture *fixture, const char *bytes);
struct client *visit(struct fixture *fixture, const char *method, const char *target);
/* What every answer has to carry, and that the length is right. */
void check_answer(const char *answer, int status, bool has_body);

#endif
