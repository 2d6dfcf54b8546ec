/* The rule behind a zone file's last change: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX TZ with the wider
 * hours of RFC 8536). It is turned into plain changes once, so that nobody has to follow it. */
#include <string.h>

#include "base/zone_int.h"

struct turn {
    char kind; /* M: month.week.day, J: day of the year without 29 February, n: with it */
    int month, week, day;
    int64_t time_s; /* of that day, by the clock before the turn */
};

static bool digit(const char *p)
{
    return *p >= '0' && *p <= '9';
}

/* At most three digits; -1 when there is none. */
static int number(const char **p)
{
    int v = 0, n = 0;
    for (; digit(*p) && n < 3; (*p)++, n++)
        v = v * 10 + (**p - '0');
    return n && !digit(*p) ? v : -1;
}

static bool name(const char **p)
{
    const char *from = *p;
    if (**p == '<') {
        const char *end = strchr(*p, '>');
        *p = end ? end + 1 : *p;
        return end != NULL;
    }
    while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
        (*p)++;
    return *p > from;
}

/* [+-]h[h[h]][:mm[:ss]] in seconds. */
static bool hours(const char **p, int64_t *out)
{
    bool minus = **p == '-';
    int64_t unit = 3600;
    *out = 0;
    if (**p == '-' || **p == '+')
        (*p)++;
    for (int i = 0; i < 3; i++, unit /= 60) {
        int v = number(p);
        if (v < 0 || v > (i ? 59 : 167))
            return false;
        *out += v * unit;
        if (**p != ':')
            break;
        (*p)++;
    }
    *out = minus ? -*out : *out;
    return true;
}

static bool turn(const char **p, struct turn *t)
{
    *t = (struct turn){.kind = 'n', .time_s = 7200};
    if (*(*p)++ != ',')
        return false;
    if (**p == 'M' || **p == 'J')
        t->kind = *(*p)++;
    if (t->kind == 'M') {
        t->month = number(p);
        if (t->month < 1 || t->month > 12 || *(*p)++ != '.')
            return false;
        t->week = number(p);
        if (t->week < 1 || t->week > 5 || *(*p)++ != '.')
            return false;
    }
    t->day = number(p);
    if (t->day < (t->kind == 'J') || t->day > (t->kind == 'M' ? 6 : 366))
        return false;
    if (**p != '/')
        return true;
    (*p)++;
    return hours(p, &t->time_s);
}

/* Local day of the turn in a year. */
static int64_t day_of(const struct turn *t, int year)
{
    int64_t jan1 = day_number(year, 1, 1);
    bool leap = day_number(year + 1, 1, 1) - jan1 == 366;
    if (t->kind == 'n')
        return jan1 + t->day;
    if (t->kind == 'J')
        return jan1 + t->day - 1 + (leap && t->day > 59);
    int64_t first = day_number(year, t->month, 1);
    int64_t next = t->month == 12 ? day_number(year + 1, 1, 1) : day_number(year, t->month + 1, 1);
    int sunday_based = (day_weekday(first) + 1) % 7; /* the rule counts from Sunday */
    int64_t day_n = first + (t->day - sunday_based + 7) % 7 + 7 * (t->week - 1);
    return day_n >= next ? day_n - 7 : day_n;
}

static void follow_years(struct zone *z, const struct turn t[2], int64_t usual, int64_t summer)
{
    int year = 1970, month, day;
    if (z->last_s > 0 && z->last_s < day_number(ZONE_LAST_YEAR, 1, 1) * 86400)
        day_date(z->last_s / 86400, &year, &month, &day);
    for (; year <= ZONE_LAST_YEAR; year++) {
        int64_t on = day_of(&t[0], year) * 86400 + t[0].time_s - usual;
        int64_t off = day_of(&t[1], year) * 86400 + t[1].time_s - summer;
        if (on < off) {
            zone_add(z, on, summer);
            zone_add(z, off, usual);
        } else {
            zone_add(z, off, usual);
            zone_add(z, on, summer);
        }
    }
}

int zone_follow(struct zone *z, const char *rule)
{
    const char *p = rule;
    int64_t usual, summer;
    struct turn t[2];
    if (!*rule)
        return 0;
    if (!name(&p) || !hours(&p, &usual))
        return -1;
    usual = -usual; /* POSIX counts west */
    summer = usual + 3600;
    if (!*p) {
        if (!z->n)
            z->first_s = usual;
        return 0;
    }
    if (!name(&p))
        return -1;
    if (*p != ',') {
        if (!hours(&p, &summer))
            return -1;
        summer = -summer;
    }
    if (!turn(&p, &t[0]) || !turn(&p, &t[1]) || *p)
        return -1;
    follow_years(z, t, usual, summer);
    return 0;
}
