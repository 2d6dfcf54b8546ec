/* One metric filling the view: what it says, why, its limits as the plan writes them, samples and
 * baseline, and a large graph with times below it. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "plan/side.h"
#include "tui/format.h"
#include "tui/views/live.h"

static void limits(const struct scene *s, size_t m, char *out, size_t size)
{
    const struct metric *pm = &s->plan->metrics[m];
    const struct {
        const char *word;
        const struct cond *c;
    } rows[] = {{"notice", &pm->notice},
                {"warning", &pm->warning},
                {"alert at", &pm->alert_at},
                {"critical", &pm->critical}};
    *out = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].c->set)
            str_fmt(out + strlen(out), size - strlen(out), "%s%s %s", *out ? "   " : "",
                    rows[i].word, rows[i].c->text);
    if (pm->critical.set)
        str_fmt(out + strlen(out), size - strlen(out), ", then %s", then_word(pm->then));
    if (!pm->judged)
        str_copy(out, size, "no conditions: shown, not judged");
}

static void facts(const struct scene *s, size_t m, const struct series *v, char *out, size_t size)
{
    const struct metric_state *ms = &s->state->metrics[m];
    const struct metric *pm = &s->plan->metrics[m];
    char base[48] = "none", min[32], max[32];
    if (!isnan(ms->baseline))
        fmt_value(ms->baseline, pm->unit, base, sizeof base);
    num_short(v->min, min, sizeof min);
    num_short(v->max, max, sizeof max);
    str_fmt(out, size,
            "baseline %s (%d samples)   shown: min %s max %s   samples: stage %u, run %u", base,
            ms->baseline_n, min, max, ms->n_stage, ms->n_run);
    if (pm->min_samples && !s->judge->m[m].enough)
        str_fmt(out + strlen(out), size - strlen(out), " (fewer than %d)", pm->min_samples);
}

/* "A/B +13.8 ms (+10.8 %), +8.1 to +17.2, p 0.0003, 120/118 samples, other side 3s old". */
static void versus(const struct scene *s, size_t m, char *out, size_t size)
{
    const struct comparison *c = &s->judge->m[m].versus;
    const struct side_state *o = &s->state->metrics[m].other;
    const char *unit = s->plan->metrics[m].unit;
    char shift[32], pct[32] = "", low[32], high[32], age[16] = "never seen";
    if (o->good_ms)
        dur_age(age_ms(s, o->good_ms), age, sizeof age);
    if (!c->known) {
        str_fmt(out, size, "A/B: nothing to say yet, %u/%u samples, other side %s", c->na, c->nb,
                age);
        return;
    }
    num_short(c->shift, shift, sizeof shift);
    num_short(c->low, low, sizeof low);
    num_short(c->high, high, sizeof high);
    if (!isnan(c->pct[0]))
        str_fmt(pct, sizeof pct, " (%+.1f %%)", c->pct[0]);
    str_fmt(out, size, "A/B %s%s%s%s%s, ", c->shift > 0 ? "+" : "", shift, *unit ? " " : "", unit,
            pct);
    bool open = isinf(c->low) || isinf(c->high);
    str_fmt(out + strlen(out), size - strlen(out), "%s%s%s, p %.2g, %u/%u samples",
            open ? "interval open" : low, open ? "" : " to ", open ? "" : high, c->p, c->na, c->nb);
    if (!c->independent)
        str_fmt(out + strlen(out), size - strlen(out), " worth %.0f", c->worth);
    str_fmt(out + strlen(out), size - strlen(out), ", other side %s", age);
}

/* Times below the graph, a label about every 20 cells. */
static void time_axis(struct canvas *c, struct rect r, const struct series *v)
{
    int cells = r.w - GRAPH_LABEL, step = 20;
    char at[16];
    for (int x = 0; x + 5 <= cells; x += step) {
        time_hm(v->from_ms + (v->to_ms - v->from_ms) * x / cells, at, sizeof at);
        canvas_text(c, r.x + x, r.y, 5, ROLE_DIM, at);
    }
    canvas_text(c, r.x + cells + 1, r.y, 3, ROLE_DIM, "now");
}

static void stage_names(struct canvas *c, struct rect r, const struct scene *s,
                        const struct series *v)
{
    int cells = r.w - GRAPH_LABEL;
    for (size_t i = 0; i < s->plan->n_stages; i++) {
        int64_t at = s->state->stages[i].entered_ms;
        if (at <= v->from_ms || at >= v->to_ms)
            continue;
        int x = (int)((at - v->from_ms) * cells / (v->to_ms - v->from_ms));
        pen_fit(c, r.x + x, r.y, cells - x, ROLE_DIM, s->plan->stages[i].name);
    }
}

void part_zoom(struct canvas *c, struct rect r, const struct scene *s, size_t m)
{
    const struct metric *pm = &s->plan->metrics[m];
    const char *why = reading_why(s, m);
    struct reading rd;
    struct series v, o;
    struct axis a;
    char text[400], word[32];
    int64_t marks[32], now = scene_now(s);
    reading_of(s, m, &rd);
    enum role frame = rd.is == SHOWN_CRIT   ? ROLE_LIMIT_CRIT
                      : rd.is >= SHOWN_WARN ? rd.role
                                            : ROLE_FOCUS;
    enum role role = rd.is >= SHOWN_WARN ? rd.role : ROLE_TEXT;
    canvas_box(c, r.x, r.y, r.w, r.h, frame, pm->title, "");
    str_fmt(word, sizeof word, " %s %s ", rd.sign, rd.word);
    pen_right(c, r.x + r.w - 2, r.y, 24, rd.role, word);
    int x = r.x + 2, w = r.w - 4, y = r.y + 1;
    int used = pen_fit(c, x, y, w, rd.old ? ROLE_DIM : role, rd.value);
    bool sides = side_compared(pm);
    str_fmt(text, sizeof text, "%s%s%s%s   %s   %s%s",
            sides       ? "against "
            : *rd.delta ? "base "
                        : "",
            sides ? rd.other : "", sides ? " " : "", rd.delta, rd.arrow, rd.age,
            *rd.age ? " old" : "");
    if (!rd.blind)
        pen_fit(c, x + used + 3, y, w - used - 3, ROLE_TEXT, text);
    str_fmt(text, sizeof text, "%s%s%s", why, *rd.note && *why ? " · " : "",
            strcmp(rd.note, why) != 0 ? rd.note : "");
    pen_fit(c, x, y + 1, w, role, *text ? text : "within its limits");
    limits(s, m, text, sizeof text);
    pen_fit(c, x, y + 2, w, ROLE_TEXT, text);
    struct rect g = {x, y + 5 + sides, w, r.h - 8 - sides};
    enum graph_style style = graph_style_of(c, s);
    int64_t window = s->plan->prom.backfill_ms > WINDOW_MS ? s->plan->prom.backfill_ms : WINDOW_MS;
    series_take(s->state, m, now - window, now, graph_columns(style, g.w), &v);
    facts(s, m, &v, text, sizeof text);
    pen_fit(c, x, y + 3, w, ROLE_DIM, text);
    if (sides) {
        versus(s, m, text, sizeof text);
        pen_fit(c, x, y + 4, w, ROLE_TEXT, text);
        series_take_other(s->state, m, v.from_ms, v.to_ms, v.n, &o);
        series_span(&v, &o);
    }
    axis_make(pm, s->state->metrics[m].baseline, &v, &a);
    stage_names(c, (struct rect){x, y + 4 + sides, w, 1}, s, &v);
    graph_plot(c, g, style, &a, &v, marks, stage_starts(s, marks, 32));
    if (sides)
        graph_other(c, g, style, &a, &v, &o);
    if (rd.blind)
        graph_blind(c, g.x, g.y + g.h - 1, g.w - GRAPH_LABEL, rd.blind_ms, window);
    time_axis(c, (struct rect){x, g.y + g.h, w, 1}, &v);
}
