/* SPDX-License-Identifier: MIT */
#ifndef DEMO_DEFAULTS_H
#define DEMO_DEFAULTS_H

/* The stock org, in the format of --state and the control endpoint. */
extern const char demo_defaults[];

/* API name of the app in the first line of output. */
#define DEMO_APP "Bird_Integration"
#define DEMO_ADMIN "admin@bird-demo.example"

#endif
