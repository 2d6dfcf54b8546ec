/* The war-room log: newest at the bottom, a rule across it where a stage, decision or breach
 * stands, filter, scroll. A scrolled log stays where it is and tells what came since. */
#include <string.h>

#include "base/text.h"
#include "tui/logfilter.h"
#include "tui/views/live.h"

static enum role line_role(const struct log_line *l)
{
    switch (l->kind) {
    case EV_CRITICAL:
    case EV_ROLLBACK:
        return ROLE_LIMIT_CRIT; /* ROLE_CRIT is for what is wrong now */
    case EV_WARNING:
        return ROLE_WARN;
    case EV_FINAL:
    case EV_STAGE:
        return ROLE_TITLE;
    case EV_SOURCE:
        return l->level == LINE_INFO ? ROLE_TEXT : ROLE_UNKNOWN;
    default:
        return ROLE_TEXT;
    }
}

/* These mark a turn of the run: a rule runs on behind them. */
static bool ruled(const struct log_line *l)
{
    return l->kind == EV_STAGE || l->kind == EV_CRITICAL || l->kind == EV_ROLLBACK ||
           l->kind == EV_FINAL || l->kind == EV_DECISION;
}

static void log_row(struct canvas *c, struct rect r, int y, const struct log_line *l)
{
    char text[512];
    str_copy(text, sizeof text, l->text);
    pen_shorten(text, sizeof text, r.w - 2);
    int used = pen_fit(c, r.x + 1, y, r.w - 2, line_role(l), text);
    if (ruled(l) && used + 4 < r.w)
        canvas_fill(c, r.x + used + 2, y, r.w - used - 3, 1, ROLE_FRAME, "─");
}

static void log_note(const struct scene *s, size_t shown, size_t fresh, char *out, size_t size)
{
    const struct state *st = s->state;
    int firing = 0;
    for (size_t i = 0; i < st->n_alerts; i++)
        firing += st->alerts[i].firing;
    str_fmt(out, size, "%zu lines", shown);
    if (st->n_parked)
        str_fmt(out + strlen(out), size - strlen(out), " · %zu parked", st->n_parked);
    if (alerts_unknown(s) && !firing)
        str_fmt(out + strlen(out), size - strlen(out), " · alerts NOT KNOWN");
    else if (s->plan->n_alerts)
        str_fmt(out + strlen(out), size - strlen(out), " · %d alert%s firing", firing,
                firing == 1 ? "" : "s");
    if (s->ui && *s->ui->filter)
        str_fmt(out + strlen(out), size - strlen(out), " · filter \"%s\"", s->ui->filter);
    if (s->ui && s->ui->scroll && fresh)
        str_fmt(out + strlen(out), size - strlen(out), " · %zu new ↓", fresh);
    else if (s->ui && s->ui->scroll)
        str_fmt(out + strlen(out), size - strlen(out), " · scrolled, End: newest");
}

void part_log(struct canvas *c, struct rect r, const struct scene *s)
{
    const struct state *st = s->state;
    const char *filter = s->ui ? s->ui->filter : "";
    struct log_filter f;
    size_t total = 0, fresh = 0, since = 0;
    char note[200];
    if (r.h < 1)
        return;
    log_filter_read(&f, s->plan, filter);
    if (s->ui && s->ui->scroll && st->log_total > s->ui->scroll_total)
        since = (size_t)(st->log_total - s->ui->scroll_total);
    size_t fresh_from = since < st->log_n ? st->log_n - since : 0;
    for (size_t i = 0; i < st->log_n; i++) {
        bool hit = log_filter_takes(&f, state_log(st, i));
        total += hit;
        fresh += hit && i >= fresh_from;
    }
    log_note(s, total, fresh, note, sizeof note);
    pen_rule(c, r.x, r.y, r.w, "LOG", note);
    size_t rows = (size_t)r.h - 1, back = fresh + (s->ui ? (size_t)s->ui->scroll : 0);
    size_t end = back < total ? total - back : 0; /* one past the last line shown */
    if (end < rows)
        end = total < rows ? total : rows;
    size_t first = end > rows ? end - rows : 0, seen = 0;
    for (size_t i = 0; i < st->log_n && seen < end; i++) {
        const struct log_line *l = state_log(st, i);
        if (!log_filter_takes(&f, l))
            continue;
        if (seen >= first)
            log_row(c, r, r.y + 1 + (int)(seen - first), l);
        seen++;
    }
    if (!total)
        canvas_text(c, r.x + 1, r.y + 1, r.w - 2, ROLE_DIM,
                    *filter ? "no line matches the filter (Esc clears it)" : "nothing yet");
}
