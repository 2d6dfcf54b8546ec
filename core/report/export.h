/* Samples and events of a session as text, streamed. */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include <stdio.h>

#include "journal/reader.h"

/* `t,t_plus,metric,side,value` with one line a sample; no data is an empty value. A text that a
 * spreadsheet could run (= + - @ in front) is put behind an apostrophe. 0 or -1. */
int export_csv(struct reader *r, FILE *out, struct err *e);

/* One JSON object per event, as `run --json --ticks` prints them. 0 or -1. */
int export_jsonl(struct reader *r, FILE *out, struct err *e);

#endif
