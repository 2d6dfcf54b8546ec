/* Any bytes as Prometheus' answer to an instant and to a range query: a finite value, or no data
 * with its reason; never both, never neither. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "source/prom_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SLOTS 16

static void instant(const struct http_reply *r, const struct metric *m)
{
    struct sample s;
    prom_parse_instant(r, m, 0, &s);
    if (s.good != (isfinite(s.value) != 0) || (!s.good && !s.why[0]) ||
        !memchr(s.why, '\0', sizeof s.why))
        abort();
    prom_parse_instant(r, m, 1769958000000, &s);
    if (s.good != (isfinite(s.value) != 0))
        abort();
}

static void range(const struct http_reply *r, const struct metric *m)
{
    double slots[SLOTS];
    char why[120] = "";
    int rc = prom_parse_range(r, m, 1769958000000, 5000, SLOTS, slots, why, sizeof why);
    for (size_t i = 0; rc == 0 && i < SLOTS; i++)
        if (isinf(slots[i]))
            abort();
    if (rc < 0 && !why[0])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = xstrndup((const char *)data, size); /* a body ends with a NUL beyond its length */
    struct http_reply r = {
        .end = HTTP_ANSWERED, .status = 200, .body = body, .body_len = strlen(body)};
    struct metric m = {.scale = 1000};
    for (int how = REDUCE_REFUSE; how <= REDUCE_SUM; how++) {
        m.reduce = (enum reduce_how)how;
        instant(&r, &m);
        range(&r, &m);
    }
    r.status = size && data[0] % 2 ? 503 : 422;
    instant(&r, &m);
    free(body);
    return 0;
}
