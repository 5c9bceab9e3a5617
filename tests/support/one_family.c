/* SPDX-License-Identifier: MIT */

/*
 * one_family 4|6 PROGRAM [ARGUMENT...]: started by unshare --net, gives the loopback interface
 * 127.0.0.1 or ::1 alone and runs the program. Exit code 77 where this machine does not allow that.
 */

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXIT_SKIPPED = 77 };

static const char ipv6_switch[] = "/proc/sys/net/ipv6/conf/lo/disable_ipv6";

static int skip(const char *what)
{
    perror(what);
    return EXIT_SKIPPED;
}

int main(int argc, char **argv)
{
    struct ifreq flags = {.ifr_name = "lo"}, address = {.ifr_name = "lo"};
    if (argc < 3)
        return 2;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    address.ifr_addr.sa_family = AF_INET; /* 0.0.0.0 takes the address away */
    flags.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &flags) != 0)
        return skip("one_family: lo");
    if (*argv[1] == '6' && ioctl(fd, SIOCSIFADDR, &address) != 0)
        return skip("one_family: 127.0.0.1");
    if (*argv[1] == '4') {
        const int off = open(ipv6_switch, O_WRONLY | O_CLOEXEC);
        if (off < 0 || write(off, "1", 1) != 1)
            return skip(ipv6_switch);
        close(off);
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
