/* Drives a fuzz entry as a plain loop: the seeds given as files, then mutations of them or random
 * bytes, from a fixed start, for a bounded number of inputs. Prints the closing line of a test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LONGEST 8192

static uint64_t rng = 88172645463325252u;

/* xorshift64 (Marsaglia 2003) */
static uint32_t next(void)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (uint32_t)(rng >> 16);
}

static const char odd[] = "{}[]\"':,\\\xff 0-9~%$#\n\x1b\xe0\xb8\x81";

static size_t mutate_once(uint8_t *data, size_t n)
{
    size_t at = n ? next() % n : 0;
    switch (next() % 5) {
    case 0:
        if (n)
            data[at] = (uint8_t)next();
        return n;
    case 1:
        if (n)
            data[at] ^= (uint8_t)(1u << next() % 8);
        return n;
    case 2:
        if (n > 1)
            memmove(data + at, data + at + 1, n - at - 1);
        return n > 1 ? n - 1 : n;
    case 3:
        if (n >= LONGEST)
            return n;
        memmove(data + at + 1, data + at, n - at);
        data[at] = (uint8_t)odd[next() % (sizeof odd - 1)];
        return n + 1;
    default:
        return n && next() % 8 == 0 ? next() % n : n;
    }
}

static size_t read_seed(const char *path, uint8_t *data)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    size_t n = fread(data, 1, LONGEST, f);
    fclose(f);
    return n;
}

static size_t make_input(int argc, char **argv, long k, uint8_t *data)
{
    size_t n;
    if (argc > 1) {
        n = read_seed(argv[1 + k % (argc - 1)], data);
    } else {
        n = next() % 256;
        for (size_t i = 0; i < n; i++)
            data[i] = next() % 3 ? (uint8_t)odd[next() % (sizeof odd - 1)] : (uint8_t)next();
    }
    for (uint32_t times = next() % 8; times > 0; times--)
        n = mutate_once(data, n);
    return n;
}

int main(int argc, char **argv)
{
    static uint8_t work[LONGEST + 8];
    const char *count = getenv("FUZZ_INPUTS");
    long inputs = count ? strtol(count, NULL, 10) : 5000;
    for (int i = 1; i < argc; i++)
        LLVMFuzzerTestOneInput(work, read_seed(argv[i], work));
    for (long k = 0; k < inputs; k++) {
        size_t n = make_input(argc, argv, k, work);
        uint8_t *exact = malloc(n + 1); /* so that one byte too far is seen */
        memcpy(exact, work, n);
        uint8_t *tight = realloc(exact, n ? n : 1);
        LLVMFuzzerTestOneInput(tight ? tight : exact, n);
        free(tight ? tight : exact);
    }
    printf("1 passed, 0 failed\n");
    return 0;
}
