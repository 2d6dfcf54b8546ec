/* The right column of a large screen: stages, what feeds the verdict, alerts, what comes next,
 * the parking lot. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "tui/format.h"
#include "tui/gates.h"
#include "tui/header.h"
#include "tui/views/live.h"

/* Panels are stacked from the top; one that finds no room is left out. */
struct column {
    struct canvas *c;
    struct rect r; /* what is left */
};

/* Opens a panel of `rows` rows of content; false when there is no room for even one. */
static bool panel(struct column *k, int *rows, const char *title, const char *note,
                  struct rect *inside)
{
    if (*rows > k->r.h - 2)
        *rows = k->r.h - 2;
    if (*rows < 1)
        return false;
    canvas_box(k->c, k->r.x, k->r.y, k->r.w, *rows + 2, ROLE_FRAME, title, note);
    *inside = (struct rect){k->r.x + 2, k->r.y + 1, k->r.w - 4, *rows};
    k->r.y += *rows + 2;
    k->r.h -= *rows + 2;
    return true;
}

static void stage_row(struct canvas *c, struct rect r, int y, const struct scene *s, size_t i)
{
    static const struct {
        const char *sign, *word;
        enum role role;
    } looks[] = {
        [STAGE_PLANNED] = {".", "planned", ROLE_DIM},
        [STAGE_STARTING] = {">", "STARTING", ROLE_NEW},
        [STAGE_RUNNING] = {">", "running", ROLE_TITLE},
        [STAGE_DONE] = {"+", "done", ROLE_GOOD},
        [STAGE_STOPPED] = {"x", "STOPPED", ROLE_LIMIT_CRIT},
    };
    const struct stage *p = &s->plan->stages[i];
    const struct stage_state *st = &s->state->stages[i];
    char weight[16] = "-", planned[16], gone[16] = "-", at[16] = "-", to[16] = "-", text[160];
    if (p->has_weight)
        fmt_weight(p->weight, weight, sizeof weight);
    dur_clock(st->planned_ms ? st->planned_ms : p->duration_ms, planned, sizeof planned);
    if (st->clock_ms) {
        dur_clock(stage_elapsed(s->state, (int)i, scene_now(s)), gone, sizeof gone);
        time_clock(st->clock_ms, at, sizeof at);
    }
    if (st->ended_ms)
        time_clock(st->ended_ms, to, sizeof to);
    str_fmt(text, sizeof text, "%s %-5s%8s%s%8s %-8s %-8s %-8s %s", looks[st->at].sign, weight,
            planned, st->extended ? "*" : " ", gone, at, to, looks[st->at].word, p->name);
    pen_fit(c, r.x, y, r.w, looks[st->at].role, text);
}

static void stages(struct column *k, const struct scene *s)
{
    struct rect r;
    int n = (int)s->plan->n_stages, most = k->r.h / 5, rows = (n < most ? n : most) + 1, first = 0;
    char t[32];
    t_plus_words(s, t, sizeof t);
    if (!panel(k, &rows, "STAGES", t, &r))
        return;
    canvas_text(k->c, r.x, r.y, r.w, ROLE_DIM,
                "  weight planned   actual started  ended    state    name");
    if (s->state->stage >= rows - 1)
        first = s->state->stage - rows + 2;
    for (int i = 0; i < rows - 1 && first + i < n; i++)
        stage_row(k->c, r, r.y + 1 + i, s, (size_t)(first + i));
}

/* "+ time      08:53 left of 15:00       clock": one item a row, shut ones first. */
static void gate(struct column *k, const struct scene *s)
{
    struct rect r;
    char next[64], title[80], text[200];
    if (!gate_matters(s))
        return;
    int rows = (int)s->gate->n, y = 0;
    glance_next(s, next, sizeof next);
    str_fmt(title, sizeof title, s->state->stage < 0 ? "GATE to start" : "GATE to %s", next);
    if (!panel(k, &rows, title, s->gate->open ? "OPEN" : "shut", &r))
        return;
    for (int rank = 0; rank <= 2; rank++) {
        for (size_t i = 0; i < s->gate->n && y < rows; i++) {
            const struct gate_item *it = &s->gate->items[i];
            if (gate_rank(it) != rank)
                continue;
            str_fmt(text, sizeof text, "%s %-9s %s", it->open ? "+" : "x", it->name, it->text);
            int w = text_width(it->whom);
            enum role role = it->open || gate_by_clock(it) ? ROLE_TEXT : ROLE_WARN;
            pen_fit(k->c, r.x, r.y + y, r.w - w - 2, role, text);
            pen_right(k->c, r.x + r.w, r.y + y, w, ROLE_DIM, it->whom);
            y++;
        }
    }
}

static void source_row(struct canvas *c, struct rect r, int y, const char *name, int64_t since,
                       bool ok, const char *text)
{
    char age[16] = "never", line[240];
    if (since >= 0) {
        dur_age(since, age, sizeof age);
        str_fmt(age + strlen(age), sizeof age - strlen(age), " ago");
    }
    str_fmt(line, sizeof line, "%s %-15.15s %9s  %-5s  %s", ok ? "+" : "?", name, age,
            ok ? "ok" : "BLIND", text);
    pen_fit(c, r.x, y, r.w, ok ? ROLE_TEXT : ROLE_UNKNOWN, line);
}

static void prom_row(struct canvas *c, struct rect r, int y, const struct scene *s)
{
    char text[160], every[16];
    int64_t since;
    bool blind = glance_blind(s, &since);
    fmt_span(s->plan->tick_ms, every, sizeof every);
    if (blind)
        str_copy(text, sizeof text, *s->state->source_why ? s->state->source_why : "no answer");
    else if (isfinite(s->state->fresh_s))
        str_fmt(text, sizeof text, "every %s, scraped %.0fs ago", every, s->state->fresh_s);
    else
        str_fmt(text, sizeof text, "every %s, %zu metrics", every, s->plan->n_metrics);
    source_row(c, r, y, "prometheus", since, !blind, text);
}

static void kill_row(struct canvas *c, struct rect r, int y, const struct scene *s, size_t i)
{
    const struct ks_state *ks = &s->state->ks[i];
    char text[160], name[40];
    int64_t age = ks->at_ms ? age_ms(s, ks->at_ms) : -1;
    bool fresh = age >= 0 && age <= ks_fresh_ms(s);
    str_fmt(name, sizeof name, "kill %s", s->plan->ks[i].name);
    if (ks->is == KS_OFF && ks->ms >= 0)
        str_fmt(text, sizeof text, "off, %lld ms", (long long)ks->ms);
    else
        str_fmt(text, sizeof text, "%s%s%s", ks_word(ks->is), *ks->why ? ": " : "", ks->why);
    source_row(c, r, y, name, age, fresh && ks->is != KS_UNKNOWN, text);
}

static void journal_row(struct canvas *c, struct rect r, int y, const struct scene *s)
{
    char n[32], line[240];
    fmt_count(s->health->events, n, sizeof n);
    if (s->health->recording)
        str_fmt(line, sizeof line, "+ %-15s %9s  ok     synced in %.1f ms, %.8s…", "journal", n,
                (double)s->health->sync_us / 1000, s->health->head);
    else
        str_fmt(line, sizeof line, "■ %-15s %9s  NOT RECORDING, %zu in memory: %s", "journal", n,
                s->health->backlog, s->health->why);
    pen_fit(c, r.x, y, r.w, s->health->recording ? ROLE_TEXT : ROLE_CRIT, line);
}

static void sources(struct column *k, const struct scene *s)
{
    struct rect r;
    char name[40];
    int rows = 1 + (int)s->plan->n_ks + (int)s->plan->n_alerts + (s->health != NULL), y = 0;
    if (!panel(k, &rows, "SOURCES", "what feeds the verdict", &r))
        return;
    prom_row(k->c, r, r.y + y++, s);
    for (size_t i = 0; i < s->plan->n_ks && y < rows; i++)
        kill_row(k->c, r, r.y + y++, s, i);
    for (size_t i = 0; i < s->plan->n_alerts && y < rows; i++) {
        const struct alert_source_state *a = &s->state->alert_sources[i];
        str_fmt(name, sizeof name, "alerts %s",
                s->plan->alerts[i].alertmanager ? "manager" : "prom");
        bool known = alert_source_known(s, i);
        source_row(k->c, r, r.y + y++, name, a->at_ms ? age_ms(s, a->at_ms) : -1, known,
                   known     ? then_word(s->plan->alerts[i].then)
                   : *a->why ? a->why
                             : "no answer");
    }
    if (s->health && y < rows)
        journal_row(k->c, r, r.y + y, s);
}

static void alerts(struct column *k, const struct scene *s)
{
    const struct state *st = s->state;
    struct rect r;
    char text[320], at[16], note[48];
    int firing = 0, y = 0, rows;
    if (!s->plan->n_alerts && !st->n_alerts)
        return;
    for (size_t i = 0; i < st->n_alerts; i++)
        firing += st->alerts[i].firing;
    rows = st->n_alerts ? (int)st->n_alerts : 1;
    rows = rows > 6 ? 6 : rows;
    int unknown = alerts_unknown(s);
    str_fmt(note, sizeof note,
            firing    ? "%d FIRING%s"
            : unknown ? "NOT KNOWN"
                      : "none firing",
            firing, unknown ? ", not all known" : "");
    if (!panel(k, &rows, "ALERTS", note, &r))
        return;
    for (int pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < st->n_alerts && y < rows; i++) {
            const struct alert_state *a = &st->alerts[i];
            if ((a->firing ? a->matches ? 0 : 1 : 2) != pass)
                continue;
            time_clock(a->since_ms, at, sizeof at);
            str_fmt(text, sizeof text, "%s %s %s %s %s %s%s", a->firing ? "■" : "·", at,
                    a->firing ? "FIRING" : "pending", a->name, a->severity,
                    a->source < 0 ? ""
                    : a->matches  ? "then "
                                  : "no rule",
                    a->source < 0 ? a->text
                    : a->matches  ? then_word(s->plan->alerts[a->source].then)
                                  : "");
            pen_fit(k->c, r.x, r.y + y++, r.w,
                    a->firing && a->matches ? ROLE_CRIT
                    : a->firing             ? ROLE_WARN
                                            : ROLE_DIM,
                    text);
        }
    }
    if (!st->n_alerts)
        canvas_text(k->c, r.x, r.y, r.w, unknown ? ROLE_UNKNOWN : ROLE_DIM,
                    unknown ? "not known: a source does not answer"
                            : "none that a rule of the plan looks for");
}

/* Things that will happen at a known time, soonest first. */
struct coming {
    struct {
        int64_t at_ms;
        char text[96];
    } item[16];
    int n;
};

static void comes(struct coming *k, int64_t now, int64_t at_ms, const char *text)
{
    int i = k->n;
    if (at_ms <= now || k->n == 16)
        return;
    for (; i > 0 && k->item[i - 1].at_ms > at_ms; i--)
        k->item[i] = k->item[i - 1];
    k->item[i].at_ms = at_ms;
    str_copy(k->item[i].text, sizeof k->item[i].text, text);
    k->n++;
}

static void collect(const struct scene *s, struct coming *k)
{
    const struct state *st = s->state;
    int64_t now = scene_now(s);
    char next[64], text[96], span[16];
    k->n = 0;
    if (st->final)
        return;
    if (s->gate) {
        glance_next(s, next, sizeof next);
        str_fmt(text, sizeof text, "time gate to %s opens", next);
        comes(k, now, s->gate->opens_ms, text);
    }
    if (st->t0_ms >= 0 && st->checkpoints_done < s->plan->n_checkpoints) {
        int64_t at = s->plan->checkpoints[st->checkpoints_done];
        fmt_span(at, span, sizeof span);
        str_fmt(text, sizeof text, "checkpoint T+%s", span);
        comes(k, now, st->t0_ms + at, text);
    }
    comes(k, now, st->baseline_until_ms, "baseline is taken");
    comes(k, now, st->after_until_ms, "after values are taken");
    comes(k, now, st->observe_until_ms, "observation ends, verdict");
    if (st->stage >= 0)
        comes(k, now, st->stages[st->stage].cooldown_until_ms, "cooldown ends");
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        const struct metric_verdict *v = &s->judge->m[m];
        if (!v->pending)
            continue;
        bool crit = v->watch[LEVEL_CRITICAL].since_ms && !v->watch[LEVEL_CRITICAL].hit;
        str_fmt(text, sizeof text, "%s %s%s%s", s->plan->metrics[m].title, crit ? "CRIT" : "WARN",
                crit ? ", then " : " if it goes on",
                crit ? then_word(s->plan->metrics[m].then) : "");
        comes(k, now, s->judge->now_ms + v->pending_left_ms, text);
    }
}

static void coming_up(struct column *k, const struct scene *s)
{
    struct coming list;
    struct rect r;
    char at[16], left[16], text[160];
    collect(s, &list);
    int rows = list.n ? list.n : 1;
    if (!panel(k, &rows, "NEXT", "", &r))
        return;
    for (int i = 0; i < list.n && i < rows; i++) {
        time_clock(list.item[i].at_ms, at, sizeof at);
        dur_clock(list.item[i].at_ms - scene_now(s), left, sizeof left);
        str_fmt(text, sizeof text, "%s  %s", at, list.item[i].text);
        pen_fit(k->c, r.x, r.y + i, r.w - 12, ROLE_TEXT, text);
        str_fmt(text, sizeof text, "in %s", left);
        pen_right(k->c, r.x + r.w, r.y + i, 12, ROLE_TEXT, text);
    }
    if (!list.n)
        canvas_text(k->c, r.x, r.y, r.w, ROLE_DIM,
                    s->state->final ? "nothing: the run is over"
                                    : "nothing by the clock: people decide");
}

static void parking(struct column *k, const struct scene *s)
{
    struct rect r;
    char note[48];
    size_t n = s->state->n_parked;
    int rows = n > 6 ? 6 : n ? (int)n : 1;
    str_fmt(note, sizeof note, "%zu, for the review", n);
    if (!panel(k, &rows, "PARKING LOT", note, &r))
        return;
    for (int i = 0; i < rows && (size_t)i < n; i++)
        pen_fit(k->c, r.x, r.y + i, r.w, ROLE_TEXT, s->state->parked[n - (size_t)rows + (size_t)i]);
    if (!n)
        canvas_text(k->c, r.x, r.y, r.w, ROLE_DIM, "empty");
}

#define GROUPS_SHOWN 8

/* "system 5: 4 pass 1 WARN": the metrics of the plan's groups, in its order (MET-12). */
static void groups(struct column *k, const struct scene *s)
{
    const char *name[GROUPS_SHOWN];
    char note[32], text[160];
    struct rect r;
    int rows = 0;
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        bool met = false;
        for (int i = 0; i < rows && !met; i++)
            met = !strcmp(name[i], s->plan->metrics[m].group);
        if (!met && rows < GROUPS_SHOWN)
            name[rows++] = s->plan->metrics[m].group;
    }
    str_fmt(note, sizeof note, "%zu metrics", s->plan->n_metrics);
    if (rows < 2 || !panel(k, &rows, "GROUPS", note, &r))
        return;
    for (int i = 0; i < rows; i++) {
        int n[SHOWN_KINDS];
        reading_group(s, name[i], n);
        str_fmt(text, sizeof text, "%-14s%3d: %d pass  %d warn  %d crit  %d unknown  %d info",
                *name[i] ? name[i] : "(no group)",
                n[SHOWN_PASS] + n[SHOWN_WARN] + n[SHOWN_CRIT] + n[SHOWN_UNKNOWN] + n[SHOWN_INFO],
                n[SHOWN_PASS], n[SHOWN_WARN], n[SHOWN_CRIT], n[SHOWN_UNKNOWN], n[SHOWN_INFO]);
        pen_fit(k->c, r.x, r.y + i, r.w,
                n[SHOWN_CRIT]      ? ROLE_CRIT
                : n[SHOWN_UNKNOWN] ? ROLE_UNKNOWN
                : n[SHOWN_WARN]    ? ROLE_WARN
                                   : ROLE_TEXT,
                text);
    }
}

static void people(struct column *k, const struct scene *s)
{
    struct rect r;
    int n = s->plan->n_team < 10 ? (int)s->plan->n_team : 10;
    if (!n || !panel(k, &n, "PEOPLE", ":team has all", &r))
        return;
    for (int i = 0; i < n; i++)
        part_person(k->c, r, r.y + i, s, (size_t)i);
}

void part_side(struct canvas *c, struct rect r, const struct scene *s)
{
    struct column k = {c, r};
    stages(&k, s);
    gate(&k, s);
    alerts(&k, s);
    groups(&k, s);
    sources(&k, s);
    coming_up(&k, s);
    parking(&k, s);
    people(&k, s);
}
