/* SPDX-License-Identifier: MIT */
#include "perch/base/clock.h"

#include <stdio.h>
#include <string.h>

gint64 clock_wall_ms(void)
{
    return g_get_real_time() / 1000;
}

gint64 clock_monotonic_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

static int month_number(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (strncmp(names + (gsize)i * 3, name, 3) == 0)
            return i + 1;
    return 0;
}

static gint64 to_ms(int year, int month, int day, const int time[3])
{
    g_autoptr(GDateTime) date = g_date_time_new_utc(year, month, day, time[0], time[1], time[2]);
    return date == NULL ? -1 : g_date_time_to_unix(date) * 1000;
}

gint64 clock_parse_http_date(const char *text)
{
    char month[4] = "";
    int day, year, t[3];
    if (text == NULL)
        return -1;
    if (sscanf(text, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &t[0], &t[1],
               &t[2]) == 6)
        return to_ms(year, month_number(month), day, t);
    if (sscanf(text, "%*[A-Za-z], %2d-%3s-%2d %2d:%2d:%2d GMT", &day, month, &year, &t[0], &t[1],
               &t[2]) == 6)
        return to_ms(year + (year < 70 ? 2000 : 1900), month_number(month), day, t);
    if (sscanf(text, "%*3s %3s %2d %2d:%2d:%2d %4d", month, &day, &t[0], &t[1], &t[2], &year) == 6)
        return to_ms(year, month_number(month), day, t);
    return -1;
}

char *clock_format(gint64 wall_ms)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(wall_ms / 1000);
    return g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
}

gint64 clock_parse(const char *text)
{
    if (text == NULL)
        return -1;
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, NULL);
    return date == NULL ? -1 : g_date_time_to_unix(date) * 1000;
}
