/* Bytes of a Prometheus answer -> one sample. Every way an answer can be wrong gives no data with
 * the reason, never 0. Pure; has a table test and a fuzz entry. */
#ifndef SOURCE_PROM_PARSE_H
#define SOURCE_PROM_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "plan/plan.h"
#include "wire/http.h"

struct sample {
    bool good;
    double value;  /* scaled; NaN when not good */
    int series;    /* how many came */
    char why[120]; /* when not good; a warning of the server's when good */
};

/* One instant query's answer (vector or scalar; several series by m->reduce). asked_ms: the time=
 * that was asked; an answer for another time (a cache in between) is no data. 0: not checked. */
void prom_parse_instant(const struct http_reply *r, const struct metric *m, int64_t asked_ms,
                        struct sample *out);

/* One range query's answer onto a grid: n slots from from_ms every step_ms; NaN where nothing.
 * 0, or -1 with why. */
int prom_parse_range(const struct http_reply *r, const struct metric *m, int64_t from_ms,
                     int64_t step_ms, size_t n, double *slots, char *why, size_t why_size);

/* The JSON body of a well-formed success answer, owned by the caller; else NULL and why says what
 * came instead: an error of the API, a proxy's HTML, half an answer, nothing. Shared by all
 * readers of HTTP JSON APIs. */
cJSON *answer_json(const struct http_reply *r, char *why, size_t why_size);

struct alert_seen {
    char name[80], severity[24], text[160];
    char runbook[200]; /* link of its annotations, "" none */
    bool firing;       /* else pending */
    bool matches;
    int64_t since_ms;
};

/* /api/v1/alerts of Prometheus, or /api/v2/alerts of Alertmanager. Returns how many were kept
 * (matching and firing first, at most max), or -1 with why: then nothing is known, which is not
 * "none". */
int alerts_parse(const struct http_reply *r, const struct alert_source *src, struct alert_seen *out,
                 int max, char *why, size_t why_size);

#endif
