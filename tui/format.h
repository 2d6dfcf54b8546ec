/* Numbers, changes, ages and spans as panels print them. Pure, allocates nothing: it is called
 * while drawing (base/num's dur_print is not). Every text is terminated and may be cut. */
#ifndef TUI_FORMAT_H
#define TUI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* "142 ms", "0.20 %", "12" without a unit; "-" for NaN. */
void fmt_value(double v, const char *unit, char *out, size_t size);

/* Change against the baseline: "+3.1%"; in the unit's own points, "+0.02", for metrics in per
 * cent and where the baseline is 0; "" without a baseline or value. */
void fmt_delta(double v, double base, const char *unit, char *out, size_t size);

/* A limit without unit, short enough for a column: "150", "0.5", "1.5k", "20M". */
void fmt_limit(double v, char *out, size_t size);

/* Duration for people without allocation: "15m", "1h30m", "90s" is "1m30s", "0s". */
void fmt_span(int64_t ms, char *out, size_t size);

/* Since T0: "T+00:21:07", "T-00:09:40", and over a day "T+26:00:00". */
void fmt_t_plus(int64_t ms, char *out, size_t size);

/* A weight: "5%", "0.5%"; "?%" for NaN. */
void fmt_weight(double pct, char *out, size_t size);

/* A count with thousands separated: "2,114". */
void fmt_count(int64_t n, char *out, size_t size);

#endif
