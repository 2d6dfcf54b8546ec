/* A run judged again, printed; two lists of decisions side by side. A decision is the same when it
 * falls at the same time, is the same word and comes by the same rule. */
#include "tui/cmd/judged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "report/rejudge.h"

static bool starts_clock(const struct event *ev)
{
    return ev->kind == EV_STAGE && event_is(ev, "op", "clock");
}

void judged_event(void *ctx, const struct event *ev)
{
    struct judged_out *o = ctx;
    struct buf line = BUF_INIT;
    if (o->t0_ms < 0 && starts_clock(ev))
        o->t0_ms = ev->t_ms;
    if (!o->json)
        event_log_line(ev, o->t0_ms, &line);
    else if (ev->kind != EV_TICK && ev->kind != EV_FINAL)
        event_json_line(ev, o->t0_ms, &line);
    if (line.len)
        puts(line.p);
    buf_free(&line);
}

int judged_final(const struct state *s, bool json)
{
    struct buf out = BUF_INIT;
    if (!json) {
        printf("DECISION %s: %s\n", s->verdict, s->verdict_why);
        return verdict_status(s->verdict);
    }
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "kind", "final");
    json_add_str(o, "decision", s->verdict);
    json_add_str(o, "why", s->verdict_why);
    json_print(o, &out);
    puts(buf_str(&out));
    buf_free(&out);
    cJSON_Delete(o);
    return verdict_status(s->verdict);
}

struct decided {
    int64_t t_ms;
    char word[24], rule[48], why[240];
};

struct decisions {
    struct decided *v;
    size_t n;
    int64_t t0_ms;
    char verdict[24];
};

static void keep(void *ctx, const struct event *ev)
{
    struct decisions *l = ctx;
    bool final = ev->kind == EV_FINAL;
    if (l->t0_ms < 0 && starts_clock(ev))
        l->t0_ms = ev->t_ms;
    if (ev->kind != EV_DECISION && !final)
        return;
    l->v = xrealloc(l->v, (l->n + 1) * sizeof *l->v);
    struct decided *d = &l->v[l->n++];
    *d = (struct decided){.t_ms = ev->t_ms};
    str_fmt(d->word, sizeof d->word, "%s", json_str_or(ev->body, "decision", ""));
    str_copy(d->rule, sizeof d->rule, final ? "final" : json_str_or(ev->body, "rule", ""));
    str_copy(d->why, sizeof d->why, json_str_or(ev->body, "why", ""));
}

static int judge_with(struct reader *r, const struct plan *plan, double until_s,
                      struct decisions *out, struct err *e)
{
    struct rejudge_opts o = {.plan = plan, .until_s = until_s, .on_event = keep, .ctx = out};
    *out = (struct decisions){.t0_ms = -1};
    reader_seek(r, 0);
    struct drive *d = rejudge_session(&o, r, e);
    drive_free(d);
    return d ? 0 : -1;
}

static bool same(const struct decided *a, const struct decided *b)
{
    return a->t_ms == b->t_ms && !strcmp(a->word, b->word) && !strcmp(a->rule, b->rule);
}

static bool holds(const struct decisions *l, const struct decided *d)
{
    for (size_t i = 0; i < l->n; i++)
        if (same(&l->v[i], d))
            return true;
    return false;
}

static void print_one(const struct decided *d, const char *plan, int64_t t0_ms, bool json)
{
    char clock[24];
    if (!json) {
        dur_clock(d->t_ms - t0_ms, clock, sizeof clock);
        printf("T%s%s  %-8s  %-12s %s: %s\n", d->t_ms < t0_ms ? "" : "+", clock, plan, d->word,
               d->rule, d->why);
        return;
    }
    struct buf out = BUF_INIT;
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "kind", "diff");
    json_add_num(o, "t_plus", (double)(d->t_ms - t0_ms) / 1000);
    json_add_str(o, "plan", plan);
    json_add_str(o, "decision", d->word);
    json_add_str(o, "rule", d->rule);
    json_add_str(o, "why", d->why);
    json_print(o, &out);
    puts(buf_str(&out));
    buf_free(&out);
    cJSON_Delete(o);
}

/* Both lists are in the order of time; at one time the recorded plan speaks first. */
static size_t print_both(const struct decisions *a, const struct decisions *b, bool json)
{
    size_t differing = 0;
    for (size_t i = 0, k = 0; i < a->n || k < b->n;) {
        bool first = i < a->n && (k == b->n || a->v[i].t_ms <= b->v[k].t_ms);
        const struct decided *d = first ? &a->v[i++] : &b->v[k++];
        if (holds(first ? b : a, d))
            continue;
        print_one(d, first ? "recorded" : "other", a->t0_ms, json);
        differing++;
    }
    return differing;
}

int judged_diff(struct reader *r, const struct plan *recorded, const struct plan *other,
                double until_s, bool json, struct err *e)
{
    struct decisions a, b = {0};
    int rc = judge_with(r, recorded, until_s, &a, e);
    if (rc == 0)
        rc = judge_with(r, other, until_s, &b, e);
    if (rc == 0 && !print_both(&a, &b, json) && !json)
        puts("no decision would differ");
    free(a.v);
    free(b.v);
    return rc;
}
