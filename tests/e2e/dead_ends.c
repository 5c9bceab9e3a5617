/* SPDX-License-Identifier: MIT */
#include "e2e/dead_ends.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/test.h"

/* More than the queue of a listener with a backlog of 0 takes. */
enum { FILLERS = 4, BACKLOG = 16 };

struct DeadEnd {
    int listener;
    int fillers[FILLERS];
    struct sockaddr_in address;
};

static void fill_queue(DeadEnd *end)
{
    for (int i = 0; i < FILLERS; i++) {
        end->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)!connect(end->fillers[i], (struct sockaddr *)&end->address, sizeof end->address);
    }
}

DeadEnd *dead_end_new(enum dead_end kind)
{
    DeadEnd *end = g_new0(DeadEnd, 1);
    socklen_t size = sizeof end->address;
    end->address.sin_family = AF_INET;
    end->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < FILLERS; i++)
        end->fillers[i] = -1;
    /* Bound but not listening, a port refuses, and nobody else gets it. */
    end->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(end->listener, (struct sockaddr *)&end->address, size), 0);
    assert_int_equal(getsockname(end->listener, (struct sockaddr *)&end->address, &size), 0);
    if (kind != DEAD_END_CLOSED)
        assert_int_equal(listen(end->listener, kind == DEAD_END_FULL ? 0 : BACKLOG), 0);
    if (kind == DEAD_END_FULL)
        fill_queue(end);
    return end;
}

guint16 dead_end_port(const DeadEnd *end)
{
    return ntohs(end->address.sin_port);
}

void dead_end_free(DeadEnd *end)
{
    if (end == NULL)
        return;
    for (int i = 0; i < FILLERS; i++)
        if (end->fillers[i] >= 0)
            close(end->fillers[i]);
    close(end->listener);
    g_free(end);
}
