/* Words as events. What a person typed is read by event/grammar; what is written are the journal's
 * numbers of that moment. */
#include "action/words_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "base/json.h"
#include "base/near.h"
#include "base/num.h"

bool words_kind(enum intent_kind k)
{
    return k == INTENT_SIGNAL || k == INTENT_PARK || k == INTENT_MARK || k == INTENT_CORRECT ||
           k == INTENT_INCIDENT || k == INTENT_INCIDENT_OVER || k == INTENT_TURN ||
           k == INTENT_ACK_ALERT;
}

static struct line_metric *metrics_of(const struct plan *p)
{
    struct line_metric *m = xzalloc(p->n_metrics + 1, sizeof *m);
    for (size_t i = 0; i < p->n_metrics; i++)
        m[i] = (struct line_metric){p->metrics[i].id, p->metrics[i].signal, p->metrics[i].unit};
    return m;
}

static const char **files_of(const struct evidence_state *e)
{
    const char **names = xzalloc(e->n + 1, sizeof *names);
    for (size_t i = 0; i < e->n; i++)
        names[i] = e->files[i].name;
    return names;
}

enum line_fault words_read_plan(const struct plan *p, const struct state *s,
                                const struct intent *in, struct line *out, struct err *why)
{
    struct line_metric *m = metrics_of(p);
    const char **files = s ? files_of(&s->evidence) : NULL;
    struct line_terms terms = {.metrics = m,
                               .n_metrics = p->n_metrics,
                               .files = files,
                               .n_files = s ? s->evidence.n : 0,
                               .seq = s ? s->seq : 0};
    enum line_fault got =
        line_read(in->reason, *in->metric ? plan_metric(p, in->metric) : -1, &terms, out, why);
    free(files);
    free(m);
    if (*in->decision)
        str_copy(out->decision, sizeof out->decision, in->decision);
    return got;
}

enum line_fault words_read(const struct state *s, const struct intent *in, struct line *out,
                           struct err *why)
{
    return words_read_plan(s->plan, s, in, out, why);
}

/* ---- may it be said? ---- */

static int unknown_metric(const struct plan *p, const char *metric, struct err *why)
{
    const char **ids = xzalloc(p->n_metrics + 1, sizeof *ids);
    for (size_t i = 0; i < p->n_metrics; i++)
        ids[i] = p->metrics[i].id;
    struct near_hint hint = near_hint(metric, ids, p->n_metrics);
    free(ids);
    return err_set(why, EX_FAILED, "%s is no metric of the plan%s", metric, hint.text);
}

/* A decision is written by the decision maker; everybody may ask for one. */
static int check_decision(const struct state *s, const struct intent *in, const struct line *l,
                          struct err *why)
{
    if (!*l->decision || !strcmp(l->decision, "ask") || !strcmp(in->role, "ic"))
        return 0;
    return err_set(why, EX_FAILED,
                   "\"%s\" is a decision, and decisions are the IC's%s%s; you are %s: ask the IC "
                   "instead",
                   l->decision, *s->ic ? " " : "", s->ic, in->role);
}

int words_allowed(const struct state *s, const struct intent *in, struct err *why)
{
    struct line l;
    if (in->kind != INTENT_SIGNAL)
        return talk_allowed(s, in, why);
    if (*in->metric && plan_metric(s->plan, in->metric) < 0)
        return unknown_metric(s->plan, in->metric, why);
    if (words_read(s, in, &l, why) != LINE_GOOD)
        return -1;
    return check_decision(s, in, &l, why);
}

/* ---- as events ---- */

static double judged(const struct judge *j, size_t m)
{
    return j->m[m].status == M_NODATA ? NAN : j->m[m].value;
}

void words_value(const struct state *s, const struct judge *j, size_t metric, struct buf *out)
{
    const struct metric *m = &s->plan->metrics[metric];
    double v = judged(j, metric);
    char n[32];
    buf_addf(out, "%s%s=", out->len ? " " : "", *m->signal ? m->signal : m->id);
    if (isnan(v)) {
        buf_adds(out, "no data");
        return;
    }
    num_short(v, n, sizeof n);
    buf_addf(out, "%s%s", n, m->unit);
}

static void add_tally(const struct judge *j, cJSON *body)
{
    const struct counts *c = &j->counts;
    cJSON *v = json_add_obj(body, "verdict"), *n = json_add_obj(body, "counts");
    json_add_int(v, "pass", c->pass);
    json_add_int(v, "of", c->of);
    json_add_int(n, "pass", c->pass);
    json_add_int(n, "of", c->of);
    json_add_int(n, "warning", c->warning);
    json_add_int(n, "critical", c->critical);
    json_add_int(n, "nodata", c->nodata);
}

void words_evidence(const struct state *s, const struct judge *j, const struct line *l, cJSON *body)
{
    struct buf b = BUF_INIT;
    cJSON *values = json_add_obj(body, "values");
    for (size_t i = 0; i < l->n_metrics; i++) {
        json_add_num(values, s->plan->metrics[l->metrics[i]].id, judged(j, l->metrics[i]));
        words_value(s, j, l->metrics[i], &b);
    }
    if (l->event)
        buf_addf(&b, "%s#%lld", b.len ? " " : "", (long long)l->event);
    if (*l->file)
        buf_addf(&b, "%s%s", b.len ? " " : "", l->file);
    json_add_str(body, "evidence", buf_str(&b));
    buf_free(&b);
    if (l->event)
        json_add_int(body, "event", l->event);
    if (*l->file)
        json_add_str(body, "file", l->file);
    if (l->tally)
        add_tally(j, body);
}

static void say_signal(const struct state *s, const struct judge *j, const struct intent *in,
                       struct event *ev)
{
    struct line l;
    char text[LINE_TEXT_MAX];
    words_read(s, in, &l, NULL);
    secret_mask_to(text, sizeof text, l.text);
    json_add_str(ev->body, "text", text);
    json_add_str(ev->body, "metric", l.n_metrics ? s->plan->metrics[l.metrics[0]].id : "");
    words_evidence(s, j, &l, ev->body);
    json_add_str(ev->body, "decision", l.decision);
}

/* A note keeps its words as they are; why it is no signal stands beside them. */
static void say_note(const struct state *s, const struct intent *in, struct event *ev)
{
    struct line l;
    struct err why = ERR_INIT;
    char text[sizeof in->reason];
    secret_mask_to(text, sizeof text, in->reason);
    json_add_str(ev->body, "text", text);
    json_add_str(ev->body, "metric", in->metric);
    if (words_read(s, in, &l, &why) == LINE_OPINION)
        json_add_str(ev->body, "why", why.text);
}

struct event *words_event(const struct state *s, const struct judge *j, const struct intent *in,
                          int64_t now_ms)
{
    bool note = in->kind == INTENT_PARK || in->kind == INTENT_TURN;
    struct event *ev = event_new(in->kind == INTENT_ACK_ALERT ? EV_ALERT
                                 : note                       ? EV_PARKING
                                                              : EV_SIGNAL,
                                 now_ms, in->actor);
    str_copy(ev->role, sizeof ev->role, in->role);
    if (s->stage >= 0)
        str_copy(ev->stage, sizeof ev->stage, s->plan->stages[s->stage].name);
    if (in->kind == INTENT_SIGNAL)
        say_signal(s, j, in, ev);
    else if (in->kind == INTENT_PARK)
        say_note(s, in, ev);
    else if (in->kind == INTENT_MARK)
        json_add_str(ev->body, "text", "mark");
    else
        talk_event(s, j, in, ev);
    return ev;
}
