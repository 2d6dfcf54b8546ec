/* Rules of words that name things. */
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "plan/schema.h"

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool made_of(const char *s, const char *chars, size_t most)
{
    size_t n = strspn(s, chars);
    return n && !s[n] && n <= most;
}

bool fits_name(const char *s)
{
    return made_of(s, LOWER DIGITS "-", 64);
}

bool fits_id(const char *s)
{
    return made_of(s, LOWER DIGITS "_", 32);
}

bool fits_label(const char *s)
{
    return made_of(s, LOWER UPPER DIGITS "._-", 32);
}

bool fits_role(const char *s)
{
    return made_of(s, LOWER DIGITS "_-", 31);
}

/* It stands as NAME=VALUE in a minute line. */
bool fits_signal(const char *s)
{
    return *s && strlen(s) <= 64 && text_width(s) <= 16 && !strpbrk(s, " \t\r\n=|");
}

bool fits_run_id(const char *s)
{
    const char *hash = strchr(s, '#');
    if (!made_of(s, LOWER UPPER DIGITS "._-#", 60) || !hash)
        return false;
    return !strchr(hash + strspn(hash, "#"), '#');
}

bool fits_zone(const char *s)
{
    char path[200];
    if (*s == '+' || *s == '-')
        return strlen(s) == 6 && strspn(s + 1, DIGITS) == 2 && s[3] == ':' &&
               strspn(s + 4, DIGITS) == 2 && (s[1] - '0') * 10 + (s[2] - '0') <= 14 && s[4] < '6';
    if (!strcmp(s, "UTC"))
        return true;
    if (!made_of(s, LOWER UPPER DIGITS "/_+-", 60) || *s == '/')
        return false;
    str_fmt(path, sizeof path, "/usr/share/zoneinfo/%s", s);
    return access(path, R_OK) == 0;
}

static bool time_of_day(const char *s, bool end)
{
    if (strspn(s, DIGITS) != 2 || s[2] != ':' || strspn(s + 3, DIGITS) < 2)
        return false;
    int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
    return m < 60 && (h < 24 || (end && h == 24 && !m));
}

/* "22:00-06:00": the end is not part of it, and may be 24:00. */
bool fits_hours(const char *s)
{
    return strlen(s) == 11 && s[5] == '-' && time_of_day(s, false) && time_of_day(s + 6, true) &&
           strncmp(s, s + 6, 5) != 0;
}

bool fits_date(const char *s)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (size_t i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
            return false;
    int month = (s[5] - '0') * 10 + s[6] - '0', day = (s[8] - '0') * 10 + s[9] - '0';
    return !s[10] && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

bool fits_json_path(const char *s)
{
    return *s && strlen(s) < 120 && !strpbrk(s, " \t\r\n{}\"") && *s != '.' &&
           s[strlen(s) - 1] != '.' && !strstr(s, "..");
}

bool fits_method(const char *s)
{
    static const char *const words[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(s, words[i]))
            return true;
    return false;
}
