/* What every unit test includes first. Tests run from the root of the project; data files are
 * read by path from there ("tests/data/…"). */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"

/* Reads a whole file; fails the test when it cannot. The caller frees p. */
static inline char *unit_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    struct buf b = BUF_INIT;
    char block[4096];
    size_t got;
    while ((got = fread(block, 1, sizeof block, f)) > 0)
        buf_add(&b, block, got);
    fclose(f);
    if (n)
        *n = b.len;
    return buf_take(&b);
}

#endif
