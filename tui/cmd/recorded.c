/* Folds a session file, as replay does. */
#include "tui/cmd/recorded.h"

#include "journal/reader.h"

int recorded_load(const char *path, struct recorded *out, struct err *e)
{
    struct err bad = ERR_INIT;
    *out = (struct recorded){0};
    struct reader *rd = reader_open(path, e);
    if (!rd)
        return -1;
    out->plan = reader_plan(rd, e);
    if (out->plan) {
        out->state = state_new(out->plan);
        out->judge = judge_new(out->plan);
        for (struct event *ev; (ev = reader_next(rd, &bad)); event_free(ev)) {
            fold_apply(out->state, ev);
            if (ev->kind == EV_TICK)
                judge_tick(out->judge, out->state);
        }
        str_copy(out->head, sizeof out->head, reader_head(rd));
        out->sealed = reader_sealed(rd);
    }
    reader_close(rd);
    if (out->plan && !bad.status)
        return 0;
    if (bad.status && e)
        *e = bad;
    recorded_release(out);
    return -1;
}

void recorded_release(struct recorded *r)
{
    state_free(r->state);
    judge_free(r->judge);
    plan_free(r->plan);
    *r = (struct recorded){0};
}
