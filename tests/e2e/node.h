/* SPDX-License-Identifier: MIT */
#ifndef E2E_NODE_H
#define E2E_NODE_H

#include "e2e/rig.h"

/*
 * The function of perch handoff NAME --format function, written to a file and run by Node.js the
 * way a flow runs it: one process, many calls. Its secrets go through a pipe, as context.env.
 */
typedef struct Node Node;
struct Node {
    Child *child;
    Json *env;           /* context.env: the names and values that perch handoff --json tells */
    guint tokens_before; /* token requests that the org had served */
};

/* For the connection acme; channel NULL: all of them. Skips the test where there is no node. */
Node *node_start(Rig *rig, const char *channel);
/* The same with changes to the file, as pairs of old and new text with NULL at the end, and with
 * clocks that run pace times as fast. */
Node *node_start_edited(Rig *rig, const char *channel, const char *const *edits, const char *pace);
void node_free(Node *node); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Node, node_free)

/* One call; the object that it returned, owned by the caller. variables as JSON, or with ' for ".
 */
Json *node_call(Node *node, const Json *variables);
Json *node_call_text(Node *node, const char *variables);
/* Several at once: a list of what they returned. Also in two halves. */
Json *node_calls(Node *node, const char *variables, guint count);
void node_send(Node *node, const char *variables, guint count);
Json *node_receive(Node *node);

#endif
