/* See near.h. */
#include "base/near.h"

#include <string.h>

#include "base/buf.h"

#define LONGEST 63

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Edits (insert, delete, replace, swap of neighbours) between two words of at most 63 bytes:
 * optimal string alignment distance (Damerau 1964, restricted). */
static int distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    int d[LONGEST + 1][LONGEST + 1];
    if (na > LONGEST || nb > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= na; i++)
        d[i][0] = (int)i;
    for (size_t j = 0; j <= nb; j++)
        d[0][j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        for (size_t j = 1; j <= nb; j++) {
            int replace = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, replace);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    }
    return d[na][nb];
}

const char *near_find(const char *word, const char *const *words, size_t n)
{
    const char *best = NULL;
    int best_d = (int)(strlen(word) < 5 ? 1 : strlen(word) / 3) + 1;
    for (size_t i = 0; i < n; i++) {
        int d = distance(word, words[i]);
        if (d < best_d) {
            best_d = d;
            best = words[i];
        }
    }
    return best;
}

struct near_hint near_hint(const char *word, const char *const *words, size_t n)
{
    const char *near = near_find(word, words, n);
    struct near_hint h = {""};
    if (near)
        str_fmt(h.text, sizeof h.text, " (did you mean %s?)", near);
    return h;
}
