/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_LINEAR_H
#define SUPPORT_LINEAR_H

#include <glib.h>

/*
 * Fails the test when reading part again and again, up to large bytes, takes more than twice as
 * much longer than up to small bytes as linear time would. By the least of several runs, since
 * other programs run, too; what is faster than 22 bytes a microsecond is not measured. Skips the
 * test under the sanitizers, which read strings to their ends.
 */
void assert_linear(void (*read)(const char *text), const char *const *parts, gsize count,
                   gsize small, gsize large);

#endif
