/* A run a minute into its first stage, for what people say about it. */
#ifndef WORDS_UNIT_H
#define WORDS_UNIT_H

#include "director_tape.h"

#include "action/words.h"

static struct tape t;

static inline void open_run(double p95)
{
    struct want start = {.word = "advance", .actor = "anna", .role = "ic", .tag = 'x'};
    memset(&t, 0, sizeof t);
    tape_open(&t, " ADVANCE=manual ", 0, false);
    t.values[0] = 100;
    drive_tick(t.drive, EPOCH, t.values, NULL);
    drive_want(t.drive, EPOCH + 1000, &start);
    t.values[0] = p95;
    drive_tick(t.drive, EPOCH + 60000, t.values, NULL);
}

static inline void close_run(void)
{
    event_list_free(&t.events);
    drive_free(t.drive);
    plan_free(t.plan);
}

#endif
