/* The keeper: which artifact's moment has come, what goes into it, and the end. Runs on the room's
 * thread and writes nothing itself. */
#include "evidence/evidence_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/dlog.h"
#include "base/json.h"

#define LOG_NAME      "warroom_log.txt"
#define MANIFEST_NAME "MANIFEST.sha256"
#define LOG_EVERY_MS  1000 /* real; on the way */

struct evidence *evidence_open(const struct evidence_opts *o)
{
    struct evidence *k = xzalloc(1, sizeof *k);
    size_t n = o->plan->artifacts.n_files;
    k->o = *o;
    k->dir = xstrdup(o->dir);
    k->session = xstrdup(o->session_path);
    k->folds = true;
    k->weight = k->weight_before = NAN;
    k->next_ms = xzalloc(n + 1, sizeof *k->next_ms);
    k->times = xzalloc(n + 1, sizeof *k->times);
    return k;
}

int evidence_start(struct evidence *k, const struct state *s, struct err *e)
{
    k->folds = false;
    if (!(k->writer = writer_start(k->dir, k->session, k->o.inbox, e)))
        return -1;
    for (size_t i = 0; i < s->evidence.n; i++) {
        const struct evidence_file *f = &s->evidence.files[i];
        if (strcmp(f->name, MANIFEST_NAME) != 0)
            writer_know(k->writer, f->name, f->bytes, f->sha256);
    }
    unwritten_write(&k->unwritten, k->writer);
    return 0;
}

/* ---- putting a file ---- */

static void failed(struct evidence *k, const struct moment *m, const char *name, const char *why)
{
    struct event *ev = event_new(EV_SOURCE, m->ev->t_ms, "warroom");
    json_add_str(ev->body, "op", "evidence");
    json_add_str(ev->body, "name", "evidence");
    json_add_str(ev->body, "file", name);
    json_add_int(ev->body, "artifact", m->a ? m->a - k->o.plan->artifacts.files : -1);
    json_add_bool(ev->body, "ok", false);
    json_add_str(ev->body, "why", why);
    if (queue_put(k->o.inbox, ev) < 0)
        event_free(ev);
}

/* Masks what is secret and hands the file to the thread. */
static void put(struct evidence *k, const struct moment *m, enum job_kind kind, const char *name,
                const struct buf *bytes, bool silent)
{
    struct job j = {.kind = kind,
                    .bytes = BUF_INIT,
                    .t_ms = m->ev->t_ms,
                    .artifact = m->a ? (int)(m->a - k->o.plan->artifacts.files) : -1,
                    .silent = silent};
    str_copy(j.name, sizeof j.name, name);
    if (bytes)
        secret_mask(&j.bytes, buf_str(bytes), bytes->len);
    if (k->folds) {
        unwritten_add(&k->unwritten, &j);
    } else if (writer_put(k->writer, &j) < 0) {
        buf_free(&j.bytes);
        failed(k, m, name, "too many files wait for the disk");
    }
}

static void put_artifact(struct evidence *k, struct moment *m, size_t i, bool silent)
{
    struct buf bytes = BUF_INIT;
    struct err e = ERR_INIT;
    char name[96];
    m->a = &k->o.plan->artifacts.files[i];
    artifact_name(m, k->times[i], name, sizeof name);
    if (m->a->content == ART_METRICS_CSV)
        put(k, m, JOB_METRICS, name, NULL, silent);
    else if (content_make(m, &bytes, &e) == 0)
        put(k, m, JOB_BYTES, name, &bytes, silent);
    else if (!k->folds)
        failed(k, m, name, e.text);
    k->times[i] += !silent;
    buf_free(&bytes);
}

/* The log, and timelines, as they stand. */
static void put_log(struct evidence *k, const struct state *s, const struct event *ev, bool silent)
{
    struct moment m = {.k = k, .s = s, .ev = ev, .stage = s->stage};
    put(k, &m, JOB_BYTES, LOG_NAME, &k->log, silent);
    k->log_dirty = false;
    k->log_real_ms = mono_now().ms;
}

static void put_timelines(struct evidence *k, const struct state *s, const struct event *ev)
{
    struct moment m = {.k = k, .s = s, .ev = ev, .stage = s->stage};
    for (size_t i = 0; i < k->o.plan->artifacts.n_files; i++)
        if (k->o.plan->artifacts.files[i].content == ART_TIMELINE)
            put_artifact(k, &m, i, true);
    k->line_dirty = false;
}

static void put_manifest(struct evidence *k, const struct state *s, const struct event *ev)
{
    struct moment m = {.k = k, .s = s, .ev = ev, .stage = s->stage};
    put(k, &m, JOB_MANIFEST, MANIFEST_NAME, NULL, false);
}

/* ---- moments ---- */

static bool stage_moment(const struct event *ev, const char *op)
{
    return ev->kind == EV_STAGE && event_is(ev, "op", op);
}

static bool baseline_moment(const struct event *ev, const char *set)
{
    return ev->kind == EV_BASELINE && event_is(ev, "op", "done") && event_is(ev, "set", set);
}

/* Time since T0 has come to an artifact's moment; one of `every` is due once however long nobody
 * looked. */
static bool time_has_come(struct evidence *k, const struct state *s, size_t i)
{
    const struct artifact *a = &k->o.plan->artifacts.files[i];
    int64_t gone = s->now_ms - s->t0_ms;
    if (s->t0_ms < 0 || (s->final && a->when == ART_EVERY))
        return false;
    if (a->when == ART_AT)
        return gone >= a->ms && !k->times[i];
    if (!k->next_ms[i])
        k->next_ms[i] = a->ms * (k->times[i] ? gone / a->ms + 1 : 1);
    if (gone < k->next_ms[i])
        return false;
    k->next_ms[i] = (gone / a->ms + 1) * a->ms;
    return true;
}

static bool verdict_moment(const struct state *s, const struct event *ev, enum artifact_when when)
{
    bool pass = !strncmp(s->verdict, "PASS", 4);
    return ev->kind == EV_FINAL &&
           (when == ART_END || (when == ART_PASS && pass) || (when == ART_FAIL && !pass));
}

static bool freeze_moment(const struct event *ev, const char *op)
{
    return ev->kind == EV_TIMELINE && event_is(ev, "op", "freeze") && event_is(ev, "which", op);
}

static bool moment_is(struct evidence *k, const struct state *s, const struct event *ev, size_t i,
                      bool weight)
{
    const struct artifact *a = &k->o.plan->artifacts.files[i];
    switch (a->when) {
    case ART_AT:
    case ART_EVERY:
        return ev->kind == EV_TICK && time_has_come(k, s, i);
    case ART_START:
        return stage_moment(ev, "clock") && s->t0_ms == ev->t_ms;
    case ART_STAGE_START:
        return stage_moment(ev, "clock");
    case ART_STAGE_END:
        return stage_moment(ev, "end") && s->stage >= 0;
    case ART_WEIGHT:
        return weight;
    case ART_BASELINE:
        return baseline_moment(ev, "baseline");
    case ART_AFTER:
        return baseline_moment(ev, "after");
    case ART_CHECKPOINT:
        return ev->kind == EV_CHECKPOINT;
    case ART_FREEZE_START:
        return freeze_moment(ev, "start");
    case ART_FREEZE_END:
        return freeze_moment(ev, "end");
    case ART_ACTION:
        return ev->kind == EV_OBSERVED && json_bool_or(ev->body, "done", false) &&
               event_is(ev, "id", k->act.id) && record_has_action(&k->act, k->o.plan, a->action);
    case ART_ROLLBACK:
        return ev->kind == EV_ROLLBACK &&
               (event_is(ev, "op", "done") || event_is(ev, "op", "not_verified"));
    case ART_PASS:
    case ART_FAIL:
    case ART_END:
        return verdict_moment(s, ev, a->when);
    case ARTIFACT_WHENS:
        break;
    }
    return false;
}

/* The stage an event speaks of: by its name, for it may have been left since. */
static int stage_of(const struct state *s, const struct event *ev)
{
    int64_t i = json_int_or(ev->body, "index", -1);
    return ev->kind == EV_STAGE && i >= 0 && i < (int64_t)s->plan->n_stages ? (int)i : s->stage;
}

/* ---- what is remembered ---- */

static void keep_log(struct evidence *k, const struct state *s)
{
    if (s->log_total == k->log_total || !s->log_n)
        return;
    k->log_total = s->log_total;
    buf_addf(&k->log, "%s\n", state_log(s, s->log_n - 1)->text);
    k->log_dirty = true;
}

static void csv_field(struct buf *out, const char *s)
{
    bool formula = *s && strchr("=+-@", *s);
    buf_addf(out, ",\"%s", formula ? "'" : "");
    for (; *s; s++)
        buf_addf(out, *s == '"' ? "\"%c" : "%c", *s);
    buf_addc(out, '"');
}

static void keep_kill_switch(struct evidence *k, const struct state *s, const struct event *ev)
{
    char at[40];
    int64_t ms = json_int_or(ev->body, "ms", -1);
    time_rfc3339(ev->t_ms, at, sizeof at);
    buf_addf(&k->kills, "%s,", at);
    if (s->t0_ms >= 0)
        buf_addf(&k->kills, "%.3f", (double)(ev->t_ms - s->t0_ms) / 1000);
    csv_field(&k->kills, json_str_or(ev->body, "scope", ""));
    csv_field(&k->kills, json_str_or(ev->body, "state", ""));
    if (ms >= 0)
        buf_addf(&k->kills, ",%lld", (long long)ms);
    else
        buf_addc(&k->kills, ',');
    csv_field(&k->kills, json_str_or(ev->body, "check", ""));
    csv_field(&k->kills, json_str_or(ev->body, "why", ""));
    buf_addc(&k->kills, '\n');
}

static bool keep_weight(struct evidence *k, const struct state *s, const struct event *ev)
{
    if (isnan(s->weight) || s->weight == k->weight)
        return false;
    k->weight_before = isnan(k->weight) ? 0 : k->weight; /* nothing was routed to it before */
    k->weight = s->weight;
    k->weight_ms = ev->t_ms;
    return true;
}

void evidence_event(struct evidence *k, const struct state *s, const struct judge *j,
                    const struct event *ev)
{
    struct moment m = {.k = k, .s = s, .j = j, .ev = ev, .stage = stage_of(s, ev)};
    bool weight = keep_weight(k, s, ev);
    record_event(&k->act, ev);
    keep_log(k, s);
    if (ev->kind == EV_KILL_SWITCH)
        keep_kill_switch(k, s, ev);
    k->line_dirty |= ev->kind == EV_STAGE || ev->kind == EV_ROLLBACK;
    unwritten_told(&k->unwritten, ev);
    if (!k->writer && !k->folds)
        return;
    for (size_t i = 0; i < k->o.plan->artifacts.n_files; i++)
        if (moment_is(k, s, ev, i, weight))
            put_artifact(k, &m, i, false);
    if (k->folds)
        return;
    if (ev->kind == EV_FINAL && k->ending == RUNS)
        k->ending = ENDS;
    if (ev->kind == EV_SOURCE && event_is(ev, "op", "evidence_end") && k->ending == TOLD) {
        k->ending = CLOSES;
        put_log(k, s, ev, false);
        put_manifest(k, s, ev);
    }
}

/* ---- the end ---- */

static void tell_end(const struct state *s, struct event_list *out)
{
    struct event *ev = event_new(EV_SOURCE, s->now_ms, "warroom");
    struct evidence_sum sum;
    evidence_sum_of(s, &sum);
    json_add_str(ev->body, "op", "evidence_end");
    json_add_str(ev->body, "name", "evidence");
    json_add_bool(ev->body, "complete", sum.complete);
    json_add_int(ev->body, "files", (int64_t)sum.files);
    json_add_int(ev->body, "of", sum.wanted);
    cJSON *missing = json_add_arr(ev->body, "missing");
    for (size_t i = 0; i < s->plan->artifacts.n_files; i++) {
        struct evidence_item it;
        evidence_item_of(s, i, &it);
        if (it.is != EVIDENCE_MISSING || !s->plan->artifacts.files[i].required)
            continue;
        char name[120];
        str_fmt(name, sizeof name, "%s%s", s->plan->artifacts.files[i].name,
                it.unsigned_by ? " (not signed)" : "");
        cJSON_AddItemToArray(missing, cJSON_CreateString(name));
    }
    event_list_add(out, ev);
}

bool evidence_pump(struct evidence *k, const struct state *s, bool leaving, struct event_list *out)
{
    struct event now = {.kind = EV_SOURCE, .t_ms = s->now_ms};
    if (!k->writer)
        return false;
    bool busy = writer_pending(k->writer) > 0 || queue_len(k->o.inbox) > 0;
    if (k->ending == ENDS && !busy) {
        k->ending = TOLD;
        tell_end(s, out);
        return true;
    }
    if (k->ending == CLOSES && !busy)
        k->ending = OVER;
    bool resting = k->ending == RUNS || k->ending == OVER;
    if (resting && leaving && (k->log_dirty || k->ending == RUNS)) {
        put_timelines(k, s, &now);
        put_log(k, s, &now, false);
        put_manifest(k, s, &now);
        k->ending = CLOSES;
        return true;
    }
    if (resting && k->log_dirty && !busy && mono_now().ms - k->log_real_ms >= LOG_EVERY_MS)
        put_log(k, s, &now, true);
    if (k->ending == RUNS && k->line_dirty && !busy)
        put_timelines(k, s, &now);
    return busy || !resting;
}

int evidence_close(struct evidence *k, int64_t ms)
{
    if (!k)
        return 0;
    int rc = k->writer ? writer_stop(k->writer, ms) : 0;
    unwritten_free(&k->unwritten);
    record_release(&k->act);
    buf_free(&k->log);
    buf_free(&k->kills);
    free(k->dir);
    free(k->session);
    free(k->next_ms);
    free(k->times);
    free(k);
    return rc;
}
