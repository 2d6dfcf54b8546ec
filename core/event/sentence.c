/* A decision's sentence without its evidence: "p95 214 ms >= 200; 42 samples, 3s old" is on the
 * tape for whoever checks it; on a line read minutes later the age would be a lie. */
#include "event/event.h"

#include <string.h>

/* Bytes of "; 42 samples, 3s old" or "; 0 samples, never seen" at s; 0 when it is something else.
 */
static size_t evidence(const char *s)
{
    static const char samples[] = " samples, ";
    size_t digits = strncmp(s, "; ", 2) ? 0 : strspn(s + 2, "0123456789"), age;
    const char *p = s + 2 + digits;
    if (!digits || strncmp(p, samples, sizeof samples - 1) != 0)
        return 0;
    p += sizeof samples - 1;
    if (!strncmp(p, "never seen", 10))
        return (size_t)(p + 10 - s);
    age = strspn(p, "0123456789hmsd");
    return age && !strncmp(p + age, " old", 4) ? (size_t)(p + age + 4 - s) : 0;
}

void event_sentence(const char *why, char *out, size_t size)
{
    size_t n = 0;
    while (*why && n + 1 < size) {
        size_t cut = evidence(why);
        if (cut)
            why += cut;
        else
            out[n++] = *why++;
    }
    out[n] = '\0';
}
