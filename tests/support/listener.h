/* SPDX-License-Identifier: MIT */
#ifndef PERCH_TESTS_LISTENER_H
#define PERCH_TESTS_LISTENER_H

/* For doubles of servers that accept on their own, in a process of their own. */

/* Listens on a free port of 127.0.0.1. Returns the descriptor; *ret_url, without a slash at its
 * end, is owned by the caller. */
int listener_open(char **ret_url);

/* A whole request, head and body; less when the client ends before. Blocks. Owned by the caller. */
char *listener_read_request(int client);

#endif
