/* Memory that is freed as a whole: each piece is its own allocation, so that an overrun is seen
 * by a sanitizer, and the pool remembers them all. */
#ifndef PLAN_POOL_H
#define PLAN_POOL_H

#include <stddef.h>

struct pool {
    void **pieces;
    size_t n, cap;
};

#define POOL_INIT                                                                                  \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

void *pool_keep(struct pool *p, void *piece);             /* takes over a malloc()ed piece */
void *pool_zalloc(struct pool *p, size_t n, size_t size); /* zeroed */
char *pool_str(struct pool *p, const char *s, size_t n);
void pool_free(struct pool *p); /* back to POOL_INIT */

#endif
