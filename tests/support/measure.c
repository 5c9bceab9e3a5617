/* SPDX-License-Identifier: MIT */
#include "support/measure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

enum { RUNS = 31 };

void measure_add(struct series *series, double value)
{
    if (series->count < MEASURE_MAX) {
        series->values[series->count++] = value;
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double measure_median(struct series *series)
{
    qsort(series->values, (size_t)series->count, sizeof series->values[0], compare);
    return series->values[series->count / 2];
}

double measure_most(struct series *series)
{
    measure_median(series);
    return series->values[series->count - 1];
}

double measure_now_ms(void)
{
    return (double)g_get_monotonic_time() / 1000;
}

int measure_runs(void)
{
    const char *wish = g_getenv("BENCH_RUNS");
    int count = wish != NULL ? (int)g_ascii_strtoll(wish, NULL, 10) : RUNS;
    return CLAMP(count, 1, 1000);
}

void measure_print_ratio(const char *what, const char *ours, struct series *our, const char *theirs,
                         struct series *their, double aim)
{
    double a = measure_median(our), b = measure_median(their), ratio = a / b;
    printf("%-18s %s %.1f ms, %s %.1f ms: %.2f times (aim %.2f)%s\n", what, ours, a, theirs, b,
           ratio, aim, ratio <= aim ? "" : "  OVER THE AIM");
}

double measure_run(TmpHome *home, const char *const *argv)
{
    return measure_run_reading(home, argv, "/dev/null");
}

double measure_run_reading(TmpHome *home, const char *const *argv, const char *input)
{
    g_auto(GStrv) copy = g_strdupv((char **)(gintptr)argv);
    double began = measure_now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(open(input, O_RDONLY), STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        execvpe(copy[0], copy, home->env);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    double took = measure_now_ms() - began;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("%s %s failed (%d)", argv[0], argv[1], status);
    }
    return took;
}
