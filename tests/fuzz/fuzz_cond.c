/* Any text as a condition; what parses is judged against odd values. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/cond.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct cond *c)
{
    static const double odd[] = {0, -0.0, 1, -1, 1e-300, 1e300, -1e300, NAN, INFINITY, -INFINITY};
    size_t n = sizeof odd / sizeof *odd;
    for (size_t i = 0; i < n * n * n; i++) {
        double value = odd[i % n], base = odd[i / n % n], floor = odd[i / n / n], limit;
        bool judged;
        bool hit = cond_hit(c, value, base, floor, &judged);
        if (hit && (!judged || !isfinite(value)))
            abort();
        if (cond_limit(c, base, floor, &limit) && !isfinite(limit))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xstrndup((const char *)data, size);
    struct cond c, again;
    struct err e = ERR_INIT;
    if (cond_parse(text, &c, &e) < 0) {
        if (!e.text[0])
            abort();
    } else {
        /* What it kept as written means the same. */
        if (!c.set || c.for_ms < 0 || !isfinite(c.value) || cond_parse(c.text, &again, NULL) < 0 ||
            again.op != c.op || again.ref != c.ref || again.value != c.value ||
            again.for_ms != c.for_ms)
            abort();
        if (c.ref != COND_COMPARE)
            judge(&c);
    }
    free(text);
    return 0;
}
