/* The eyes: asks Prometheus, the alert sources and freshness once a tick, all metrics with the
 * same time=; never blocks. Parsing is apart (prom_parse.h, alerts_parse.h). Results come as
 * ready events (tick, source, alert, backfill) in a queue the room drains. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "base/clock.h"
#include "base/queue.h"
#include "event/event.h"
#include "plan/plan.h"
#include "wire/http.h"

struct source;

/* Samples of the room's own probes (the kill switch thread), read at each tick. NaN: no data. */
struct control_values {
    double ks_ms, ks_checks, ks_availability_pct;
    int64_t ks_at_ms; /* wall time of the oldest scope's newest answer; 0: none yet */
    char why[80];
};
typedef void (*control_read)(void *ctx, struct control_values *out); /* any thread */

struct source *source_start(const struct plan *plan, struct http *http, const struct clock *clock,
                            control_read control, void *control_ctx, struct queue *out,
                            struct err *e);

/* Ends its thread: nothing new is asked. Answers on their way still hold on to it, so the order is
 * source_stop, http_stop, source_free. The queue must outlive it. */
void source_stop(struct source *s);
void source_free(struct source *s);

#endif
