/* The pool. */
#include "plan/pool.h"

#include <stdlib.h>

#include "base/buf.h"

void *pool_keep(struct pool *p, void *piece)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 64;
        p->pieces = xrealloc(p->pieces, p->cap * sizeof *p->pieces);
    }
    return p->pieces[p->n++] = piece;
}

void *pool_zalloc(struct pool *p, size_t n, size_t size)
{
    return pool_keep(p, xzalloc(n, size));
}

char *pool_str(struct pool *p, const char *s, size_t n)
{
    return pool_keep(p, xstrndup(s, n));
}

void pool_free(struct pool *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->pieces[i]);
    free(p->pieces);
    *p = (struct pool)POOL_INIT;
}
