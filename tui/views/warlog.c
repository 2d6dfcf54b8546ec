/* View 4: the war-room log with its entries' numbers, the incidents, the parking lot; Enter opens
 * an entry: every field, its values, its hash. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tui/logfilter.h"
#include "tui/screen.h"
#include "tui/views/live.h"

#define SIDE_FROM 132 /* columns from which the other lists stand at the right */
#define SIDE_W    58

static size_t matching(const struct scene *s, const struct log_filter *f)
{
    size_t n = 0;
    for (size_t i = 0; i < s->state->log_n; i++)
        n += log_filter_takes(f, state_log(s->state, i));
    return n;
}

/* The k-th matching line, 0 the newest; NULL. */
static const struct log_line *from_end(const struct scene *s, const struct log_filter *f, size_t k)
{
    for (size_t i = s->state->log_n; i-- > 0;) {
        const struct log_line *l = state_log(s->state, i);
        if (log_filter_takes(f, l) && k-- == 0)
            return l;
    }
    return NULL;
}

static enum role level_role(const struct log_line *l)
{
    bool news = l->kind == EV_STAGE || l->kind == EV_FINAL;
    return l->level == LINE_ERROR  ? ROLE_LIMIT_CRIT
           : l->level == LINE_WARN ? ROLE_WARN
           : news                  ? ROLE_TITLE
                                   : ROLE_TEXT;
}

/* " #123 22:15:04 ▲ :15 | Stage 1 …": the sign says the level without colour. */
static void row(struct canvas *c, struct rect r, int y, const struct log_line *l, bool picked)
{
    static const char *const signs[] = {" ", "▲", "■"};
    char text[512], seq[16], clock[16];
    int x = r.x + 1;
    str_fmt(seq, sizeof seq, "#%lld", (long long)l->seq);
    time_clock(l->t_ms, clock, sizeof clock);
    if (picked)
        canvas_fill(c, r.x, y, r.w, 1, ROLE_FOCUS, " ");
    canvas_text(c, r.x, y, 1, ROLE_FOCUS, picked ? ">" : " ");
    pen_right(c, x + 6, y, 6, picked ? ROLE_FOCUS : ROLE_DIM, seq);
    x += 7;
    if (r.w >= 100)
        x += canvas_textf(c, x, y, 9, picked ? ROLE_FOCUS : ROLE_DIM, "%s ", clock);
    x += canvas_textf(c, x, y, 2, level_role(l), "%s ", signs[l->level]);
    str_copy(text, sizeof text, l->text);
    pen_shorten(text, sizeof text, r.x + r.w - x - 1);
    pen_fit(c, x, y, r.x + r.w - x - 1, picked ? ROLE_FOCUS : level_role(l), text);
}

static void rule_note(const struct scene *s, size_t n, char *out, size_t size)
{
    char gap[100];
    str_fmt(out, size, "%zu lines", n);
    if (s->ui && *s->ui->filter)
        str_fmt(out + strlen(out), size - strlen(out), " · filter \"%s\"", s->ui->filter);
    if (log_gap(s->state, 0, gap, sizeof gap))
        str_fmt(out + strlen(out), size - strlen(out), " · NOT COMPLETE: %s", gap);
    else if (s->state->t0_ms >= 0)
        str_fmt(out + strlen(out), size - strlen(out), " · no gap");
}

static void lines(struct canvas *c, struct rect r, const struct scene *s)
{
    struct log_filter f;
    char note[200];
    int rows = r.h - 1, pick = s->ui ? s->ui->pick : 0;
    log_filter_read(&f, s->plan, s->ui ? s->ui->filter : "");
    size_t n = matching(s, &f);
    rule_note(s, n, note, sizeof note);
    pen_rule(c, r.x, r.y, r.w, "WAR-ROOM LOG", note);
    if (!n) {
        canvas_text(c, r.x + 1, r.y + 1, r.w - 2, ROLE_DIM,
                    *note && s->ui && *s->ui->filter ? "no line matches the filter (Esc clears it)"
                                                     : "nothing yet");
        return;
    }
    int last = pick >= rows ? pick - rows + 1 : 0; /* of the line in the lowest row */
    for (int i = 0; i < rows && last + i < (int)n; i++) {
        const struct log_line *l = from_end(s, &f, (size_t)(last + i));
        int y = r.y + ((int)n - last < rows ? (int)n - last : rows) - i;
        if (l)
            row(c, r, y, l, last + i == pick);
    }
}

/* ---- incidents, parking lot ---- */

static void incidents(struct canvas *c, struct rect r, const struct scene *s)
{
    const struct talk *t = &s->state->talk;
    char note[80], clock[16];
    uint32_t before = t->incidents_total - (uint32_t)t->n_incidents;
    str_fmt(note, sizeof note, "%u: %zu critical %zu warning %zu info · %zu open",
            t->incidents_total, talk_severity(t, "Critical"), talk_severity(t, "Warning"),
            talk_severity(t, "Info"), talk_open(t));
    pen_rule(c, r.x, r.y, r.w, "INCIDENTS", t->n_incidents ? note : "");
    if (!t->n_incidents && r.h > 1)
        canvas_text(c, r.x + 1, r.y + 1, r.w - 2, ROLE_DIM, "no incident");
    for (int i = 0; i < r.h - 1 && i < (int)t->n_incidents; i++) {
        size_t k = t->n_incidents - 1 - (size_t)i;
        const struct incident *in = &t->incidents[k];
        char text[700];
        time_hm(in->t_ms, clock, sizeof clock);
        str_fmt(text, sizeof text, "%zu %s %-8s %-8s %s: %s%s%s", k + 1 + before, clock,
                in->severity, in->resolved_ms ? "Resolved" : "Open", in->who, in->text,
                in->resolved_ms ? " → " : "", in->resolution);
        enum role role = in->resolved_ms                     ? ROLE_TEXT
                         : !strcmp(in->severity, "Critical") ? ROLE_LIMIT_CRIT
                         : !strcmp(in->severity, "Warning")  ? ROLE_WARN
                                                             : ROLE_TEXT;
        pen_fit(c, r.x + 1, r.y + 1 + i, r.w - 2, role, text);
    }
}

static void parking(struct canvas *c, struct rect r, const struct scene *s)
{
    const struct talk *t = &s->state->talk;
    char note[60], clock[16];
    uint32_t before = t->notes_total - (uint32_t)t->n_notes;
    str_fmt(note, sizeof note, "%u, for the review", t->notes_total);
    pen_rule(c, r.x, r.y, r.w, "PARKING LOT", t->n_notes ? note : "");
    if (!t->n_notes && r.h > 1)
        canvas_text(c, r.x + 1, r.y + 1, r.w - 2, ROLE_DIM, "empty");
    for (int i = 0; i < r.h - 1 && i < (int)t->n_notes; i++) {
        size_t k = t->n_notes - 1 - (size_t)i;
        const struct note *n = &t->notes[k];
        char text[600];
        time_hm(n->t_ms, clock, sizeof clock);
        str_fmt(text, sizeof text, "%zu %s %s \"%s\"%s%s", k + 1 + before, clock, n->who, n->text,
                *n->into ? " → " : "", n->into);
        pen_fit(c, r.x + 1, r.y + 1 + i, r.w - 2, *n->into ? ROLE_DIM : ROLE_TEXT, text);
    }
}

/* ---- one entry ---- */

static void entry(struct canvas *c, struct rect r, const struct scene *s)
{
    char title[40];
    int y = r.y + 1, skip = s->ui->picked;
    str_fmt(title, sizeof title, "ENTRY #%lld", (long long)s->ui->entry_seq);
    pen_rule(c, r.x, r.y, r.w, title, "Up Down scroll · Esc back");
    if (!s->entry) {
        canvas_text(c, r.x + 1, y, r.w - 2, ROLE_DIM, "it cannot be read from the journal now");
        return;
    }
    for (const char *p = s->entry; *p && y < r.y + r.h;) {
        char line[700];
        size_t n = strcspn(p, "\n");
        str_fmt(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), p);
        p += n + (p[n] == '\n');
        if (skip-- > 0)
            continue;
        pen_fit(c, r.x + 1, y++, r.w - 2, *line == ' ' ? ROLE_TEXT : ROLE_TITLE, line);
    }
}

static void draw(struct canvas *c, int y, int h, const struct scene *s)
{
    struct rect all = {0, y, c->w, h};
    if (s->ui && s->ui->entry_seq) {
        entry(c, all, s);
        return;
    }
    const struct talk *t = &s->state->talk;
    if (c->w >= SIDE_FROM) {
        int in = h / 2;
        lines(c, (struct rect){0, y, c->w - SIDE_W - 1, h}, s);
        incidents(c, (struct rect){c->w - SIDE_W, y, SIDE_W, in}, s);
        parking(c, (struct rect){c->w - SIDE_W, y + in, SIDE_W, h - in}, s);
        return;
    }
    int most = h / 5, in = 1 + (int)t->n_incidents, park = 1 + (int)t->n_notes;
    in = in < 2 ? 2 : in > most ? most : in;
    park = park < 2 ? 2 : park > most ? most : park;
    lines(c, (struct rect){0, y, c->w, h - in - park}, s);
    incidents(c, (struct rect){0, y + h - in - park, c->w, in}, s);
    parking(c, (struct rect){0, y + h - park, c->w, park}, s);
}

/* ---- keys ---- */

static enum handled move(struct ui *ui, const struct scene *s, int by)
{
    struct log_filter f;
    if (ui->entry_seq) {
        ui->picked = ui->picked - by < 0 ? 0 : ui->picked - by;
        return HANDLED_REDRAW;
    }
    log_filter_read(&f, s->plan, ui->filter);
    int n = (int)matching(s, &f);
    ui->pick += by;
    ui->pick = ui->pick >= n ? n - 1 : ui->pick;
    ui->pick = ui->pick < 0 ? 0 : ui->pick;
    return HANDLED_REDRAW;
}

static enum handled open_entry(struct ui *ui, const struct scene *s)
{
    struct log_filter f;
    log_filter_read(&f, s->plan, ui->filter);
    const struct log_line *l = ui->entry_seq ? NULL : from_end(s, &f, (size_t)ui->pick);
    if (!l)
        return HANDLED_QUIET;
    ui->entry_seq = l->seq;
    ui->picked = 0;
    return HANDLED_REDRAW;
}

static enum handled back(struct ui *ui)
{
    if (ui->entry_seq)
        ui->entry_seq = 0;
    else if (ui->pick)
        ui->pick = 0;
    else if (*ui->filter)
        ui->filter[0] = '\0';
    else
        ui->view = 0;
    return HANDLED_REDRAW;
}

static enum handled key(struct ui *ui, const struct scene *s, int k)
{
    switch (k) {
    case KEY_UP_:
        return move(ui, s, 1);
    case KEY_DOWN_:
        return move(ui, s, -1);
    case KEY_PGUP_:
        return move(ui, s, ui->h / 2);
    case KEY_PGDN_:
        return move(ui, s, -ui->h / 2);
    case KEY_HOME_:
        return move(ui, s, (int)LOG_CAP);
    case KEY_END_:
        return move(ui, s, -(int)LOG_CAP);
    case KEY_ENTER_:
        return open_entry(ui, s);
    case KEY_ESC_:
        return back(ui);
    default:
        return HANDLED_NO;
    }
}

const struct view view_log = {"Log", '4', draw, key, 0};
