/* The lines of a scenario that make series, and the expressions in them. */
#include <string.h>

#include "sim/scenario_parse.h"

/* Turns bare names into signals; anything a scenario's expression must not hold is told. */
static int resolve(struct scn_line *l, struct pq_node *n)
{
    if (n->kind == PQ_SELECT) {
        if (n->n_match || n->range_ms || n->offset_ms)
            return scn_fail(l, "an expression of a scenario knows signals only, not %s{…}[…]",
                            n->name);
        n->signal = !strcmp(n->name, "weight")   ? SIGNAL_WEIGHT
                    : !strcmp(n->name, "killed") ? SIGNAL_KILLED
                                                 : scenario_signal(l->s, n->name);
        if (n->signal == -1)
            return scn_fail(l, "no signal \"%s\" above this line", n->name);
    } else if (n->kind == PQ_CALL || n->kind == PQ_AGG || n->kind == PQ_STR ||
               (n->kind == PQ_BINARY && n->op <= PQ_UNLESS)) {
        return scn_fail(l, "an expression of a scenario holds signals, numbers, + - * / %% ^ and "
                           "comparisons only");
    }
    for (size_t i = 0; i < n->n_args; i++)
        if (resolve(l, n->arg[i]) < 0)
            return -1;
    return 0;
}

struct pq *scn_expr(struct scn_line *l, const char *until)
{
    char why[360];
    struct buf b = BUF_INIT;
    for (const char *w; (w = scn_peek(l)) && (!until || strcmp(w, until) != 0); l->at++)
        buf_addf(&b, "%s ", w);
    struct pq *q = pq_parse(buf_str(&b), why, sizeof why);
    buf_free(&b);
    if (!q)
        scn_fail(l, "%.300s", why);
    else if (resolve(l, q->root) < 0) {
        pq_free(q);
        q = NULL;
    }
    return q;
}

static int series_name(struct scn_line *l, char *text, struct series *s)
{
    char *brace = strchr(text, '{');
    if (brace)
        *brace++ = '\0';
    if (!scn_is_name(text, sizeof s->name - 1))
        return scn_fail(l, "\"%s\" is no metric name", text);
    str_copy(s->name, sizeof s->name, text);
    if (!brace)
        return 0;
    char *end = brace + strlen(brace);
    if (end == brace || end[-1] != '}')
        return scn_fail(l, "labels must end with }");
    end[-1] = '\0';
    for (char *p = brace; p && *p;) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma++ = '\0';
        if (scn_label(l, p, s->label, &s->n_labels) < 0)
            return -1;
        p = comma;
    }
    return 0;
}

static void drop_series(struct series *s)
{
    for (size_t i = 0; i < s->n_expr; i++)
        pq_free(s->expr[i]);
}

/* gauge|counter NAME{labels} = EXPR; histogram NAME{labels} = P50 ; P95 ; P99 ; EVENTS/S */
int scn_series(struct scn_line *l, enum series_kind kind)
{
    struct series s = {.kind = kind};
    size_t want = kind == SERIES_HISTOGRAM ? 4 : 1;
    const char *name = scn_take(l);
    if (!name || series_name(l, l->word[l->at - 1], &s) < 0)
        return name ? -1 : scn_fail(l, "a series needs a metric name");
    if (!scn_next_is(l, "="))
        return scn_fail(l, "`= EXPRESSION` is missing after %s", s.name);
    if (l->s->n_series >= SERIES_MAX)
        return scn_fail(l, "more than %d series", SERIES_MAX);
    while (s.n_expr < want) {
        struct pq *q = scn_expr(l, ";");
        if (!q) {
            drop_series(&s);
            return -1;
        }
        s.expr[s.n_expr++] = q;
        if (s.n_expr < want && !scn_next_is(l, ";")) {
            drop_series(&s);
            return scn_fail(l, "a histogram needs p50 ; p95 ; p99 ; events per second");
        }
    }
    if (scn_end(l) < 0) {
        drop_series(&s);
        return -1;
    }
    l->s->series[l->s->n_series++] = s;
    return 0;
}
