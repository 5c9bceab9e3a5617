/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_BUS_MONITOR_H
#define TESTS_SUPPORT_BUS_MONITOR_H

#include <gio/gio.h>
#include <stdbool.h>

/* Sees every message on a bus (org.freedesktop.DBus.Monitoring), so that a test can act at an exact
 * moment of a call instead of after a delay. */
typedef struct BusMonitor BusMonitor;

BusMonitor *bus_monitor_new(const char *address);
void bus_monitor_free(BusMonitor *monitor);

/* Runs the main loop until one call of this method, or count calls, were on the bus. */
void bus_monitor_wait(BusMonitor *monitor, const char *method);
void bus_monitor_wait_count(BusMonitor *monitor, const char *method, guint count);
guint bus_monitor_count(BusMonitor *monitor, const char *method);
bool bus_monitor_saw(BusMonitor *monitor, const char *method);
/* Whether text was anywhere in the bytes of any message. */
bool bus_monitor_saw_text(BusMonitor *monitor, const char *text);

#endif
