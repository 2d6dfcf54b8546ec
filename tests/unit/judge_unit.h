/* Scenes: a plan of a few lines, samples with their seconds, and what the judge says then. */
#ifndef JUDGE_UNIT_H
#define JUDGE_UNIT_H

#include "fold_unit.h"
#include "judge/judge.h"

struct scene_run {
    struct plan *plan;
    struct state *s;
    struct judge *j;
    char where[300];
    double second;
    int seen;
};

#define SCENE_TOP                                                                                  \
    "version: 1\nname: scene\ntitle: scene\nrollback: { mode: log_only }\nkill_switch: none\n"     \
    "prometheus: { url: \"http://127.0.0.1:9090\" }\nbaseline: { window: 1m }\n"

static inline void scene_open(struct scene_run *r, const char *yaml)
{
    r->plan = unit_plan(yaml);
    r->s = state_new(r->plan);
    r->j = judge_new(r->plan);
}

static inline void scene_close(struct scene_run *r)
{
    judge_free(r->j);
    state_free(r->s);
    plan_free(r->plan);
    r->plan = NULL;
}

static inline void scene_fold(struct scene_run *r, const char *what, double second,
                              const char *body)
{
    unit_fold(r->s, what, second, body);
    r->second = second;
    if (!strncmp(what, "tick", 4))
        judge_tick(r->j, r->s);
}

static inline void scene_stage(struct scene_run *r, double second, int index)
{
    char body[80];
    str_fmt(body, sizeof body, "{\"op\":\"enter\",\"index\":%d}", index);
    scene_fold(r, "stage", second, body);
    str_fmt(body, sizeof body, "{\"op\":\"clock\",\"index\":%d}", index);
    scene_fold(r, "stage", second, body);
}

static inline void scene_baseline(struct scene_run *r, double second, const char *metric, double v)
{
    struct buf b = BUF_INIT;
    char n[40] = "null";
    if (!isnan(v))
        num_exact(v, n, sizeof n);
    buf_addf(&b,
             "{\"set\":\"baseline\",\"op\":\"done\",\"values\":{\"%s\":%s},\"samples\":{\"%s\":12},"
             "\"why\":{\"%s\":\"%s\"}}",
             metric, n, metric, metric, isnan(v) ? "no valid sample in the window" : "");
    scene_fold(r, "baseline", second, b.p);
    buf_free(&b);
}

/* Words "METRIC=VALUE": a number, `-` (asked, no data), `~REASON` (no data because; _ is a blank).
 * A metric that is not named was not asked in this tick. METRIC/other is its other side. */
static inline void scene_tick(struct scene_run *r, double second, char *const *words, int n)
{
    struct buf v = BUF_INIT, why = BUF_INIT, body = BUF_INIT;
    for (int i = 0; i < n; i++) {
        char id[40], *eq = strchr(words[i], '=');
        if (!eq)
            fail_msg("%s: %s is no METRIC=VALUE", r->where, words[i]);
        str_fmt(id, sizeof id, "%.*s", (int)(eq - words[i]), words[i]);
        char *other = strstr(id, "/other");
        if (other)
            *other = '\0';
        int m = plan_metric(r->plan, id);
        if (m >= 0 && other)
            m += (int)r->plan->n_metrics;
        if (m < 0)
            fail_msg("%s: no metric %s", r->where, id);
        bool none = eq[1] == '-' && !eq[2];
        buf_addf(&v, "%s\"%d\":%s", v.len ? "," : "", m + 1,
                 none || eq[1] == '~' ? "null" : eq + 1);
        if (eq[1] != '~' && !none)
            continue;
        buf_addf(&why, "%s\"%d\":\"", why.len ? "," : "", m + 1);
        for (const char *p = none ? "empty answer" : eq + 2; *p; p++)
            buf_addc(&why, *p == '_' ? ' ' : *p);
        buf_addc(&why, '"');
    }
    buf_addf(&body, "{\"v\":{%s},\"why\":{%s}}", buf_str(&v), buf_str(&why));
    scene_fold(r, "tick", second, body.p);
    buf_free(&v);
    buf_free(&why);
    buf_free(&body);
}

static inline bool say_verdict(const struct metric_verdict *v, const char *key, char *out,
                               size_t size)
{
    static const struct field rows[] = {
        FIELD(metric_verdict, notice, F_BOOL),    FIELD(metric_verdict, alert, F_BOOL),
        FIELD(metric_verdict, pending, F_BOOL),   FIELD(metric_verdict, pass_missed, F_BOOL),
        FIELD(metric_verdict, value, F_NUM),      FIELD(metric_verdict, base, F_NUM),
        FIELD(metric_verdict, change_pct, F_NUM), FIELD(metric_verdict, samples, F_U32),
        FIELD(metric_verdict, enough, F_BOOL),    FIELD(metric_verdict, worsening, F_BOOL),
        FIELD(metric_verdict, trend, F_INT),      FIELD(metric_verdict, why, F_TEXT),
        FIELD(metric_verdict, limit, F_TEXT),     FIELD(metric_verdict, trend_holds, F_BOOL),
    };
    static const struct field versus[] = {
        FIELD(comparison, known, F_BOOL), FIELD(comparison, worse, F_BOOL),
        FIELD(comparison, na, F_U32),     FIELD(comparison, nb, F_U32),
        FIELD(comparison, shift, F_NUM),  FIELD(comparison, low, F_NUM),
        FIELD(comparison, high, F_NUM),   FIELD(comparison, short_of, F_BOOL),
    };
    const struct forecast *f = &v->reach;
    double at = !f->known ? NAN : !f->foreseen ? INFINITY : 0;
    if (!strcmp(key, "age"))
        say_num(v->age_ms < 0 ? NAN : (double)v->age_ms / 1000, out, size);
    else if (!strcmp(key, "reach")) /* whole seconds; inf: none foreseen; NaN: cannot be said */
        say_num(at == 0 ? round(f->s) : at, out, size);
    else if (!strcmp(key, "soonest"))
        say_num(at == 0 ? round(f->soonest_s) : at, out, size);
    else if (!strcmp(key, "latest"))
        say_num(at == 0 ? round(f->latest_s) : at, out, size);
    else if (!strncmp(key, "ab.", 3))
        return SAY_FIELD(versus, &v->versus, key + 3, out, size);
    else if (!strcmp(key, "left"))
        say_num(v->pending ? (double)v->pending_left_ms / 1000 : NAN, out, size);
    else
        return SAY_FIELD(rows, v, key, out, size);
    return true;
}

static inline bool say_counts(const struct counts *c, const char *key, char *out, size_t size)
{
    static const struct field rows[] = {
        FIELD(counts, ok, F_INT),       FIELD(counts, warning, F_INT),
        FIELD(counts, critical, F_INT), FIELD(counts, nodata, F_INT),
        FIELD(counts, of, F_INT),       FIELD(counts, pass, F_INT),
        FIELD(counts, notices, F_INT),  FIELD(counts, concurrent_warnings, F_INT),
    };
    return SAY_FIELD(rows, c, key, out, size);
}

/* One word "KEY=TEXT" (the whole) or "KEY~TEXT" (a part). */
static inline void scene_is(struct scene_run *r, const char *of, char *word,
                            bool (*say)(const void *o, const char *key, char *out, size_t size),
                            const void *o)
{
    char out[400];
    size_t n = strcspn(word, "=~");
    char how = word[n];
    word[n] = '\0';
    if (!how || !say(o, word, out, sizeof out))
        fail_msg("%s: %s has no %s", r->where, of, word);
    if (how == '=' ? strcmp(out, word + n + 1) != 0 : !strstr(out, word + n + 1))
        fail_msg("%s: %s %s is \"%s\", not \"%s\"", r->where, of, word, out, word + n + 1);
    r->seen++;
}

static inline bool say_any_verdict(const void *o, const char *key, char *out, size_t size)
{
    return say_verdict(o, key, out, size);
}

static inline bool say_any_counts(const void *o, const char *key, char *out, size_t size)
{
    return say_counts(o, key, out, size);
}

/* see METRIC STATUS KEY=TEXT … | see counts KEY=TEXT … */
static inline void scene_see(struct scene_run *r, char *const *words, int n)
{
    if (!strcmp(words[0], "counts")) {
        for (int i = 1; i < n; i++)
            scene_is(r, "counts", words[i], say_any_counts, &r->j->counts);
        return;
    }
    int m = plan_metric(r->plan, words[0]);
    if (m < 0 || n < 2)
        fail_msg("%s: see what?", r->where);
    const struct metric_verdict *v = &r->j->m[m];
    if (strcmp(mstatus_word(v->status), words[1]) != 0)
        fail_msg("%s: %s is %s, not %s (%s)", r->where, words[0], mstatus_word(v->status), words[1],
                 v->why);
    r->seen++;
    for (int i = 2; i < n; i++)
        scene_is(r, words[0], words[i], say_any_verdict, v);
}

#endif
