/* Times as they are written on a command line. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/when.h"
#include "tui/cmd/cmd.h"

/* "now", "-2h" (so long ago), "+10m" (in so long), unix seconds, "2026-02-01T22:00:00+03:00"
 * (without an offset: UTC). */
int cmd_time(const char *text, int64_t now_ms, int64_t *out)
{
    int64_t ms;
    double s;
    *out = now_ms;
    if (!strcmp(text, "now"))
        return 0;
    if ((*text == '-' || *text == '+') && dur_parse(text + 1, &ms) == 0) {
        *out = *text == '-' ? now_ms - ms : now_ms + ms;
        return 0;
    }
    if (num_parse(text, &s) == 0) {
        *out = llround(s * 1000);
        return s > 0 && s < 4e9 ? 0 : -1;
    }
    return when_parse(text, out);
}
