/* Any bytes as a CSV file of samples: read, or refused with a sentence; what is read is in order.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "report/samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct samples s;
    struct err e = ERR_INIT;
    FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
    if (!f)
        return 0;
    int rc = samples_read_from(f, "fuzz.csv", &s, &e);
    fclose(f);
    if ((rc < 0) != (e.status != 0) || (rc < 0 && !*e.text))
        abort();
    for (size_t i = 0; i < s.n; i++)
        if (!isfinite(s.v[i].t_s) || s.v[i].name >= s.n_names ||
            (rc == 0 && i && s.v[i].t_s < s.v[i - 1].t_s))
            abort();
    samples_clear(&s);
    return 0;
}
