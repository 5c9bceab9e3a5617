/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_MEASURE_H
#define SUPPORT_MEASURE_H

#include "support/tmphome.h"

/* Figures of the benchmarks, in milliseconds. */
enum { MEASURE_MAX = 1024 };

struct series {
    double values[MEASURE_MAX];
    int count;
};

void measure_add(struct series *series, double value);
double measure_median(struct series *series); /* sorts the values */
double measure_most(struct series *series);
double measure_now_ms(void);

/* BENCH_RUNS, else 31. */
int measure_runs(void);

/* Time from starting argv to its end, output discarded; fails the test when the program fails. */
double measure_run(TmpHome *home, const char *const *argv);
/* The same with a file as its input. */
double measure_run_reading(TmpHome *home, const char *const *argv, const char *input);

/* Prints one line: both medians, their ratio, and whether that exceeds the aim. */
void measure_print_ratio(const char *what, const char *ours, struct series *our, const char *theirs,
                         struct series *their, double aim);

#endif
