/* The only file that reads the host's clocks. */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

mono_t mono_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (mono_t){(int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000};
}

int64_t mono_since(mono_t t)
{
    return mono_now().ms - t.ms;
}

int64_t clock_real_wall(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct clock clock_make(double speed)
{
    return (struct clock){.speed = speed, .wall0_ms = clock_real_wall(), .mono0 = mono_now()};
}

struct clock clock_make_at(double speed, int64_t wall_ms)
{
    return (struct clock){.speed = speed, .wall0_ms = wall_ms, .mono0 = mono_now(), .apart = true};
}

int64_t clock_wall(const struct clock *c)
{
    if (c->speed == 1.0 && !c->apart)
        return clock_real_wall();
    return c->wall0_ms + (int64_t)((double)mono_since(c->mono0) * c->speed);
}

int64_t clock_wait(const struct clock *c, int64_t wall_ms)
{
    double left = (double)(wall_ms - clock_wall(c)) / c->speed;
    return left <= 0 ? 0 : (int64_t)left + 1;
}

int64_t clock_limit(const struct clock *c, int64_t ms, int64_t least)
{
    int64_t real = (int64_t)((double)ms / c->speed);
    int64_t floor = least < ms ? least : ms;
    return real > floor ? real : floor;
}

/* POSIX TZ wants the sign turned round: +07:00 east of Greenwich is "<+07>-07:00". */
static int zone_offset(const char *zone, char *out, size_t size)
{
    int h, m, end = 0;
    char sign = zone[0];
    if ((sign != '+' && sign != '-') || strlen(zone) != 6 ||
        sscanf(zone + 1, "%2d:%2d%n", &h, &m, &end) != 2 || end != 5 || h > 14 || m > 59)
        return -1;
    if (m)
        str_fmt(out, size, "<%c%02d%02d>%c%02d:%02d", sign, h, m, sign == '+' ? '-' : '+', h, m);
    else
        str_fmt(out, size, "<%c%02d>%c%02d", sign, h, sign == '+' ? '-' : '+', h);
    return 0;
}

int zone_set(const char *zone)
{
    char tz[128], path[200];
    if (zone_offset(zone, tz, sizeof tz) < 0) {
        if (strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") !=
                strlen(zone) ||
            !*zone || *zone == '/')
            return -1;
        str_fmt(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
        if (strcmp(zone, "UTC") != 0 && access(path, R_OK) != 0)
            return -1;
        str_copy(tz, sizeof tz, !strcmp(zone, "UTC") ? "UTC0" : zone);
    }
    setenv("TZ", tz, 1);
    tzset();
    return 0;
}

static struct tm local(int64_t wall_ms)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    return tm;
}

void time_clock(int64_t wall_ms, char *out, size_t size)
{
    struct tm tm = local(wall_ms);
    strftime(out, size, "%H:%M:%S", &tm);
}

void time_hm(int64_t wall_ms, char *out, size_t size)
{
    struct tm tm = local(wall_ms);
    strftime(out, size, "%H:%M", &tm);
}

void time_full(int64_t wall_ms, char *out, size_t size)
{
    struct tm tm = local(wall_ms);
    strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm);
}

void time_zone(int64_t wall_ms, char *out, size_t size)
{
    struct tm tm = local(wall_ms);
    strftime(out, size, "%Z", &tm);
}

void time_rfc3339(int64_t wall_ms, char *out, size_t size)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;
    char text[32];
    gmtime_r(&t, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    str_fmt(out, size, "%s.%03dZ", text, (int)(wall_ms % 1000));
}
