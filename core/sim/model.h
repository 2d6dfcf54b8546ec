/* The simulated world: values as pure functions of (scenario, time asked, what was done until
 * then). Knows no clock and no socket; the caller locks. Times are wall ms of the sim's clock. */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include "sim/scenario.h"

#define MODEL_ACTS_MAX   1024
#define MODEL_FORCED_MAX 256
#define LOOKBACK_MS      300000   /* Prometheus' default: how old an instant value may be */
#define HISTORY_MS       21600000 /* data exists from 6 h before the start */

struct model;

struct model *model_new(const struct scenario *sc, int64_t start_ms);
void model_free(struct model *m);
const struct scenario *model_scenario(const struct model *m);
int64_t model_start(const struct model *m);

/* What is done. Times never run backwards: an earlier one counts as the newest so far. The oldest
 * acts are forgotten beyond MODEL_ACTS_MAX. */
void model_set_weight(struct model *m, int64_t t_ms, double weight_pct);
void model_set_killed(struct model *m, int64_t t_ms, bool killed);
void model_set_executed(struct model *m, int64_t t_ms, bool executed);
/* Nothing will be done before t any more: sums up to then may be remembered. */
void model_touch(struct model *m, int64_t t_ms);
/* Forces a signal from t on (NaN: no longer), a metric away, or scrapes to stop. -1 when full. */
int model_force_signal(struct model *m, int64_t t_ms, int signal, double value);
int model_force_gone(struct model *m, int64_t t_ms, const char *metric, bool gone);
int model_force_stall(struct model *m, int64_t t_ms, bool stalled);

double model_weight(const struct model *m, int64_t t_ms);    /* as set */
double model_effective(const struct model *m, int64_t t_ms); /* 0 while killed */
bool model_killed(const struct model *m, int64_t t_ms);
int64_t model_last_kill(const struct model *m, int64_t t_ms); /* newest switch-on, INT64_MIN none */

bool model_when(const struct model *m, const struct when *w, int64_t t_ms);
/* How long it will still hold if nothing more is done; 0 when it does not, INT64_MAX for ever. */
int64_t model_when_left(const struct model *m, const struct when *w, int64_t t_ms);
/* 0..1: how far an effect has grown at t. */
double model_level(const struct model *m, const struct when *w, int64_t over_ms, int64_t heal_ms,
                   int64_t t_ms);
double model_signal(const struct model *m, int signal, int64_t t_ms);
double model_expr(const struct model *m, const struct pq_node *n, int64_t t_ms);

bool model_gone(const struct model *m, const char *metric, int64_t t_ms);
/* Time of the newest scrape at t, INT64_MIN when there is none within LOOKBACK_MS. */
int64_t model_scrape(const struct model *m, int64_t t_ms);

/* Mean of an expression over the scrapes of (t-window, t]; NaN when there is none. */
double model_window(const struct model *m, const struct pq_node *n, int64_t t_ms,
                    int64_t window_ms);
/* A counter's value at t: whole events since HISTORY_MS before the start. `series` indexes the
 * scenario's series. Past values are remembered, so m is not const. */
double model_counter(struct model *m, size_t series, int64_t t_ms);

#endif
