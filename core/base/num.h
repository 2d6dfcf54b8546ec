/* Strict parsing and short printing of numbers and durations. The whole text must match. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

/* Decimal number, finite, no spaces, no hex, independent of the locale. 0 or -1. */
int num_parse(const char *s, double *out);

/* Like num_parse, but also NaN, +Inf, Inf, -Inf as Prometheus prints them. 0 or -1. */
int num_parse_prom(const char *s, double *out);

/* Whole number in [lo, hi]. 0 or -1. */
int int_parse(const char *s, int64_t lo, int64_t hi, int64_t *out);

/* Duration `500ms 5s 15m 2h 1h30m 1d` to milliseconds; units once each, falling. 0 or -1. */
int dur_parse(const char *s, int64_t *ms);

/* Duration for people: "5s", "1h30m", "15m"; "0s" for 0. */
void dur_print(int64_t ms, char *out, size_t size);

/* Clock form for stage times: "06:07", "1:02:03" from an hour on; negative times get '-'. */
void dur_clock(int64_t ms, char *out, size_t size);

/* Age for a panel: "3s", "94s", "12m", "3h". */
void dur_age(int64_t ms, char *out, size_t size);

/* Number for a panel: about four significant digits, no exponent below 1e7, "0.20", "142". */
void num_short(double v, char *out, size_t size);

/* Number that reads back as the same double (shortest of %.15g, %.17g). */
void num_exact(double v, char *out, size_t size);

/* Compares computed values with a relative tolerance of 1e-9: -1, 0 or 1 (CONTRACT 4). */
int num_cmp(double a, double b);

#endif
