/* See when.h. */
#include "base/when.h"

#include <string.h>
#include <time.h>

#include "base/num.h"

/* "+03:00" or "Z" at the end of a time; 0 and ms east of UTC, or -1. */
static int parse_offset(const char *s, int64_t *ms)
{
    int64_t h, m;
    char part[3] = "";
    *ms = 0;
    if (!*s || !strcmp(s, "Z") || !strcmp(s, "z"))
        return 0;
    if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':')
        return -1;
    memcpy(part, s + 1, 2);
    if (int_parse(part, 0, 14, &h) < 0 || int_parse(s + 4, 0, 59, &m) < 0)
        return -1;
    *ms = (*s == '-' ? -1 : 1) * (h * 60 + m) * 60000;
    return 0;
}

int when_parse(const char *text, int64_t *wall_ms)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d %H:%M"};
    int64_t ms;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm tm = {0};
        const char *rest = strptime(text, forms[i], &tm);
        if (!rest || parse_offset(rest, &ms) < 0)
            continue;
        *wall_ms = (int64_t)timegm(&tm) * 1000 - ms;
        return 0;
    }
    return -1;
}
