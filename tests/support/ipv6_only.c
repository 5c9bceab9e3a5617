/* SPDX-License-Identifier: MIT */

/*
 * ipv6_only PROGRAM [ARGUMENT...]: runs it in a network of its own whose loopback interface has ::1
 * and no 127.0.0.1. Exit code 77 where this machine does not allow that.
 */

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXIT_SKIPPED = 77 };

int main(int argc, char **argv)
{
    struct ifreq flags = {.ifr_name = "lo"}, address = {.ifr_name = "lo"};
    if (argc < 2)
        return 2;
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        perror("ipv6_only: unshare");
        return EXIT_SKIPPED;
    }
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    address.ifr_addr.sa_family = AF_INET; /* 0.0.0.0 takes the address away */
    flags.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &flags) != 0 || ioctl(fd, SIOCSIFADDR, &address) != 0) {
        perror("ipv6_only: lo");
        return EXIT_SKIPPED;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
