/* View 5: alerts of all sources, worst first, and what is not known. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "tui/screen.h"
#include "tui/views/live.h"

static int severity_rank(const char *word)
{
    static const char *const words[] = {"critical", "page",    "alert", "high",
                                        "error",    "warning", "warn",  "info"};
    for (int i = 0; i < 8; i++)
        if (!strcasecmp(word, words[i]))
            return i;
    return 8;
}

/* Lower comes first: what counts and fires, then by severity, then the older. */
static int rank(const struct alert_state *a)
{
    return (a->firing && a->matches ? 0 : a->firing ? 100 : 200) + severity_rank(a->severity);
}

static size_t sorted(const struct state *st, uint8_t order[ALERTS_MAX])
{
    size_t n = st->n_alerts;
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k > 0 && rank(&st->alerts[order[k - 1]]) > rank(&st->alerts[i]); k--)
            order[k] = order[k - 1];
        order[k] = (uint8_t)i;
    }
    return n;
}

static const char *source_word(const struct scene *s, const struct alert_state *a, bool brief)
{
    if (a->source < 0 || (size_t)a->source >= s->plan->n_alerts)
        return brief ? "own" : "own metric";
    return s->plan->alerts[a->source].alertmanager ? "manager" : brief ? "prom" : "prometheus";
}

/* Two rows: the alert, and where to read what to do. */
static int row(struct canvas *c, int y, int most, const struct scene *s,
               const struct alert_state *a)
{
    char text[400], age[24], clock[16];
    bool counts = a->firing && a->matches, brief = c->w < 100;
    dur_age(age_ms(s, a->since_ms), age, sizeof age);
    time_clock(a->since_ms, clock, sizeof clock);
    str_fmt(text, sizeof text,
            brief ? "%s %-7s %-8s %-22s %-10s %s%s (%s)  %s"
                  : "%s %-8s %-10s %-28s %-10s %s%s (%s)  %s",
            counts      ? "■"
            : a->firing ? "▲"
                        : ".",
            a->firing ? "FIRING" : "pending", *a->severity ? a->severity : "-", a->name,
            counts ? "counts" : "shown only", brief ? "" : "since ", clock, age,
            source_word(s, a, brief));
    pen_fit(c, 1, y, c->w - 2, counts ? ROLE_LIMIT_CRIT : a->firing ? ROLE_WARN : ROLE_DIM, text);
    if (most < 2)
        return 1;
    str_fmt(text, sizeof text, "%s%s%s%s%s%s", a->text, *a->text ? "   " : "",
            *a->runbook ? "runbook: " : "", *a->runbook ? a->runbook : "no runbook link",
            *a->ack_by ? "   acknowledged by " : "", a->ack_by);
    pen_fit(c, 12, y + 1, c->w - 13, ROLE_TEXT, text);
    return 2;
}

/* A source that does not answer is shown as such: its alerts are not known, not absent. */
static int source_rows(struct canvas *c, int y, const struct scene *s)
{
    int rows = 0;
    for (size_t i = 0; i < s->plan->n_alerts; i++) {
        const struct alert_source_state *a = &s->state->alert_sources[i];
        const struct alert_source *p = &s->plan->alerts[i];
        char text[400], labels[160] = "any label", age[24] = "never";
        bool known = alert_source_known(s, i);
        for (size_t k = 0; k < p->n_match; k++)
            str_fmt(labels + (k ? strlen(labels) : 0), sizeof labels - (k ? strlen(labels) : 0),
                    "%s%s=\"%s\"", k ? " " : "", p->match[k].key, p->match[k].value);
        if (a->at_ms) {
            dur_age(age_ms(s, a->at_ms), age, sizeof age);
            str_fmt(age + strlen(age), sizeof age - strlen(age), " ago");
        }
        str_fmt(text, sizeof text, "%s %-10s %-9s %s  counts: %s → %s%s%s", known ? "+" : "?",
                p->alertmanager ? "manager" : "prometheus", age, known ? "answers" : "NOT KNOWN",
                labels, then_word(p->then), *a->why ? "  " : "", a->why);
        pen_fit(c, 1, y + rows++, c->w - 2, known ? ROLE_TEXT : ROLE_UNKNOWN, text);
    }
    if (!rows)
        canvas_text(c, 1, y + rows++, c->w - 2, ROLE_DIM, "the plan reads no alert source");
    return rows;
}

static void draw(struct canvas *c, int y, int h, const struct scene *s)
{
    const struct state *st = s->state;
    uint8_t order[ALERTS_MAX];
    char note[120];
    size_t n = sorted(st, order), from = s->ui ? (size_t)s->ui->picked : 0;
    int firing = 0, critical = 0, unknown = alerts_unknown(s), used;
    for (size_t i = 0; i < n; i++) {
        firing += st->alerts[i].firing;
        critical += st->alerts[i].firing && !severity_rank(st->alerts[i].severity);
    }
    str_fmt(note, sizeof note, "%s%d firing, %d critical · %u counted since T0",
            unknown ? "NOT ALL KNOWN · " : "", firing, critical, st->alerts_fired);
    pen_rule(c, 0, y, c->w, "ALERT SOURCES", "");
    used = 1 + source_rows(c, y + 1, s);
    pen_rule(c, 0, y + used, c->w, "ALERTS", note);
    used++;
    if (!n && !unknown)
        canvas_text(c, 1, y + used, c->w - 2, ROLE_DIM, "none fires and none is pending");
    else if (!n)
        canvas_text(c, 1, y + used, c->w - 2, ROLE_UNKNOWN,
                    "? NOT KNOWN whether one fires: a source above does not answer");
    for (size_t i = from; i < n && used < h; i++)
        used += row(c, y + used, h - used, s, &st->alerts[order[i]]);
}

static enum handled key(struct ui *ui, const struct scene *s, int k)
{
    int most = (int)s->state->n_alerts - 1;
    int by = k == KEY_DOWN_ ? 1 : k == KEY_UP_ ? -1 : k == KEY_PGDN_ ? 5 : k == KEY_PGUP_ ? -5 : 0;
    if (k == KEY_ESC_)
        ui->view = 0;
    else if (!by)
        return HANDLED_NO;
    ui->picked += by;
    ui->picked = ui->picked > most ? most : ui->picked;
    ui->picked = ui->picked < 0 ? 0 : ui->picked;
    return HANDLED_REDRAW;
}

const struct view view_alerts = {"Alerts", '5', draw, key, 0};
