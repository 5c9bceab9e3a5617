/* SPDX-License-Identifier: MIT */
#ifndef DEMO_DEFAULTS_H
#define DEMO_DEFAULTS_H

/* The stock org, in the form that --state and the control endpoint take. */
extern const char demo_defaults[];

/* The app that the first line of output names, and its API name. */
#define DEMO_APP "Bird_Integration"
#define DEMO_ADMIN "admin@bird-demo.example"

#endif
