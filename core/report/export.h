/* Samples and events of a session as text, streamed. */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include <stdio.h>

#include "journal/reader.h"

/* `t,metric,value,time` with one line a sample, as `judge --samples` reads it: t in seconds from T0
 * (empty when the first stage never started); no data is an empty value. A session with an other
 * side (A/B) has a column `compare` behind the value. A text that a spreadsheet
 * could run (= + - @ in front) is put behind an apostrophe. 0 or -1. */
int export_csv(struct reader *r, FILE *out, struct err *e);

/* Wall ms at which the first stage's clock started, -1: never (or e is set); of the first event in
 * *start_ms. The reader stands at the beginning afterwards. */
int64_t session_t0(struct reader *r, int64_t *start_ms, struct err *e);

/* One JSON object per event, as `run --json --ticks` prints them. 0 or -1. */
int export_jsonl(struct reader *r, FILE *out, struct err *e);

#endif
