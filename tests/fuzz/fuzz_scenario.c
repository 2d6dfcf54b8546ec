/* A scenario text or a PromQL query of any bytes: parsed or refused, evaluated when it parses. The
 * first byte says which of the two. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "sim/promql_eval.h"
#include "sim/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define T0 1770000000000

static void scenario(const char *text, size_t n)
{
    struct err e = ERR_INIT;
    struct scenario *sc = scenario_parse(text, n, "fuzz.scn", &e);
    if (!sc)
        return;
    struct model *m = model_new(sc, T0);
    model_set_weight(m, T0 + 1000, 30);
    for (size_t i = 0; i < sc->n_signals; i++)
        model_signal(m, (int)i, T0 + 600000);
    for (size_t i = 0; i < sc->n_series; i++)
        model_window(m, sc->series[i].expr[0]->root, T0 + 600000, 300000);
    for (size_t i = 0; i < sc->n_alerts; i++)
        model_expr(m, sc->alert[i].expr->root, T0 + 600000);
    model_scrape(m, T0 + 600000);
    model_free(m);
    scenario_free(sc);
}

static void query(const char *text)
{
    static struct scenario *sc;
    static struct model *m;
    struct err e = ERR_INIT;
    char why[300];
    if (!sc) {
        sc = scenario_open("healthy", &e);
        m = model_new(sc, T0);
    }
    struct pq *q = pq_parse(text, why, sizeof why);
    if (!q)
        return;
    struct pq_run run = {.m = m, .t_ms = T0};
    struct pq_value v;
    pq_eval(&run, q->root, &v);
    pq_arena_free(&run.arena);
    pq_free(q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 65536)
        return 0;
    char *text = xstrndup((const char *)data + 1, n - 1);
    if (data[0] & 1)
        query(text);
    else
        scenario(text, n - 1);
    free(text);
    return 0;
}
