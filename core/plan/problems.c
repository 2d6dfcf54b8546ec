/* Errors of a plan file. */
#include "plan/problems.h"

#include <stdlib.h>

#include "base/dlog.h"
#include "base/text.h"

void problem_add(struct problems *p, int line, int col, const char *fmt, ...)
{
    if (p->n == PROBLEMS_MAX) {
        p->more++;
        return;
    }
    struct buf text = BUF_INIT;
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&text, fmt, ap);
    va_end(ap);
    if (p->n % 64 == 0)
        p->v = xrealloc(p->v, (p->n + 64) * sizeof *p->v);
    p->v[p->n] = (struct problem){line, col, p->n, buf_take(&text)};
    p->n++;
}

bool problems_full(const struct problems *p)
{
    return p->n == PROBLEMS_MAX;
}

static int by_place(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->col != y->col)
        return x->col < y->col ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void problems_print(struct problems *p, const char *name, struct buf *out)
{
    if (p->n)
        qsort(p->v, p->n, sizeof *p->v, by_place);
    for (size_t i = 0; i < p->n; i++) {
        struct buf line = BUF_INIT, clean = BUF_INIT;
        buf_addf(&line, "%s:%d:%d: %s", name, p->v[i].line, p->v[i].col, p->v[i].text);
        text_clean(&clean, line.p, line.len);
        secret_mask(out, buf_str(&clean), clean.len);
        buf_addc(out, '\n');
        buf_free(&line);
        buf_free(&clean);
    }
    if (p->more)
        buf_addf(out, "%s: and %zu more errors\n", name, p->more);
}

void problems_free(struct problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->v[i].text);
    free(p->v);
    *p = (struct problems){0};
}
