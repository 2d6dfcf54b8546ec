/* The checks before the start: each with its result, by whom, how old, and what it says; who has
 * signed off; the check under the cursor in full, and the risk table where there is room. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "tui/checks.h"
#include "tui/format.h"
#include "tui/pen.h"
#include "tui/reading.h"
#include "tui/screen.h"

struct columns {
    int check, result, by, age, detail; /* x of each */
    int w;
};

static enum role role_of(const struct scene *s, size_t i, const char **sign)
{
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    enum pf_stand is = preflight_stand(s->state, i, NULL, NULL);
    *sign = ".";
    if (x->running || x->old || x->is == PF_WAITS || x->is == PF_REHEARSED)
        return is == PF_WAIVED ? ROLE_WARN : ROLE_DIM;
    if (x->is == PF_PASSED) {
        *sign = "+";
        return ROLE_TEXT;
    }
    if (x->is == PF_WARNED || is == PF_WAIVED) {
        *sign = "▲";
        return ROLE_WARN;
    }
    *sign = x->is == PF_UNKNOWN ? "?" : "■";
    if (is == PF_NOTED)
        return ROLE_WARN;
    return x->is == PF_UNKNOWN ? ROLE_UNKNOWN : ROLE_CRIT;
}

static const char *word_of(const struct scene *s, size_t i)
{
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    if (x->running)
        return "runs";
    if (preflight_stand(s->state, i, NULL, NULL) == PF_WAIVED)
        return "waived";
    return pf_word(x->old ? PF_WAITS : x->is);
}

static void columns_of(int w, struct columns *k)
{
    k->w = w;
    k->check = 3;
    k->result = w >= 170 ? 60 : w >= 110 ? 46 : 32;
    k->by = k->result + 10;
    k->age = k->by + (w >= 110 ? 16 : 11);
    k->detail = k->age + 6;
}

static void head(struct canvas *c, struct rect r, int y, const struct columns *k)
{
    canvas_text(c, r.x + k->check, y, 8, ROLE_DIM, "CHECK");
    canvas_text(c, r.x + k->result, y, 8, ROLE_DIM, "RESULT");
    canvas_text(c, r.x + k->by, y, 8, ROLE_DIM, "BY");
    canvas_text(c, r.x + k->age, y, 8, ROLE_DIM, "AGE");
    canvas_text(c, r.x + k->detail, y, k->w - k->detail - 1, ROLE_DIM, "DETAIL");
}

static void item_row(struct canvas *c, struct rect r, int y, const struct columns *k,
                     const struct scene *s, size_t i)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    bool focus = s->ui && s->ui->check == (int)i;
    const char *sign;
    char text[240], age[16] = "";
    enum role role = role_of(s, i, &sign);
    canvas_text(c, r.x, y, 1, ROLE_FOCUS, focus ? ">" : " ");
    canvas_text(c, r.x + 1, y, 1, *sign == '+' ? ROLE_PASS : role, sign);
    str_fmt(text, sizeof text, "%s %s", it->id, it->title);
    pen_fit(c, r.x + k->check, y, k->result - k->check - 1, focus ? ROLE_FOCUS : ROLE_TEXT, text);
    pen_fit(c, r.x + k->result, y, k->by - k->result - 1, role, word_of(s, i));
    checks_by(s, i, text, sizeof text);
    pen_fit(c, r.x + k->by, y, k->age - k->by - 1, ROLE_TEXT, text);
    if (x->at_ms)
        dur_age(age_ms(s, x->at_ms), age, sizeof age);
    pen_fit(c, r.x + k->age, y, k->detail - k->age - 1, ROLE_TEXT, age);
    checks_detail(s, i, text, sizeof text);
    pen_fit(c, r.x + k->detail, y, k->w - k->detail - 1, ROLE_TEXT, text);
}

/* "+12 more: 1 FAIL 2 wait", so that nothing that blocks is hidden silently. */
static void more_row(struct canvas *c, struct rect r, int y, const struct scene *s, int from,
                     int shown)
{
    int n[6] = {0}, total = (int)s->plan->preflight.n_items;
    char text[120];
    for (int i = 0; i < total; i++)
        if (i < from || i >= from + shown)
            n[s->state->preflight.items[i].is]++;
    str_fmt(text, sizeof text, "+%d more%s%s:", total - shown, from + shown < total ? " ↓" : "",
            from > 0 ? " ↑" : "");
    static const enum pf_is order[] = {PF_FAILED, PF_UNKNOWN,   PF_WARNED,
                                       PF_WAITS,  PF_REHEARSED, PF_PASSED};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        if (n[order[k]])
            str_fmt(text + strlen(text), sizeof text - strlen(text), " %d %s", n[order[k]],
                    pf_word(order[k]));
    pen_fit(c, r.x + 3, y, r.w - 4, n[PF_FAILED] ? ROLE_CRIT : ROLE_DIM, text);
}

static void list(struct canvas *c, struct rect r, const struct scene *s)
{
    struct columns k;
    char left[16], at[16], note[140] = "";
    int n = (int)s->plan->preflight.n_items, rows = r.h - 2, from = 0;
    int64_t wait = preflight_left_ms(s->state, scene_now(s));
    columns_of(r.w, &k);
    time_hm(s->state->preflight.first_ms, at, sizeof at);
    dur_clock(wait, left, sizeof left);
    if (s->state->preflight.first_ms)
        str_fmt(note, sizeof note, "first %s%s%s", at,
                wait && preflight_counts(s->state) ? ", no start for " : "",
                wait && preflight_counts(s->state) ? left : "");
    pen_rule(c, r.x, r.y, r.w, "CHECKS", note);
    if (!n) {
        pen_fit(c, r.x + 3, r.y + 2, r.w - 4, ROLE_DIM,
                "the plan has no `preflight`: nothing is checked before the start");
        return;
    }
    head(c, r, r.y + 1, &k);
    int shown = n <= rows ? n : rows - 1, focus = s->ui ? s->ui->check : 0;
    if (focus >= shown)
        from = focus - shown + 1;
    if (from > n - shown)
        from = n - shown;
    for (int i = 0; i < shown; i++)
        item_row(c, r, r.y + 2 + i, &k, s, (size_t)(from + i));
    if (shown < n)
        more_row(c, r, r.y + r.h - 1, s, from, shown);
}

/* ---- one check in full ---- */

/* A label and a text over as many rows as it needs; rows used. */
static int field(struct canvas *c, struct rect r, int y, const char *label, enum role role,
                 const char *text)
{
    int used = 0, cells = r.w - 12;
    while (*text && y + used < r.y + r.h && used < 6) {
        size_t n = text_fit(text, cells), cut = n;
        char line[400];
        while (text[n] && cut > n / 2 && text[cut] != ' ')
            cut--;
        n = text[n] && cut > n / 2 ? cut : n;
        str_fmt(line, sizeof line, "%.*s", (int)n, text);
        canvas_text(c, r.x, y + used, 11, ROLE_DIM, used ? "" : label);
        canvas_text(c, r.x + 11, y + used++, cells, role, line);
        text += n;
        text += strspn(text, " ");
    }
    return used;
}

static int word_field(struct canvas *c, struct rect r, int y, const char *label,
                      const struct pf_word *w)
{
    char at[16], text[300];
    if (!w->at_ms)
        return 0;
    time_clock(w->at_ms, at, sizeof at);
    str_fmt(text, sizeof text, "%s (%s) %s%s%s", w->by, w->role, at, *w->why ? ": " : "", w->why);
    return field(c, r, y, label, ROLE_TEXT, text);
}

static void level_words(const struct preflight_item *it, char *out, size_t size)
{
    char within[16];
    dur_print(it->within_ms, within, sizeof within);
    str_fmt(out, size, "%s%s%s%s%s%s%s%s%s", preflight_level_word(it->level),
            it->never ? ", nobody overrides it" : "", it->final ? ", asked again at the start" : "",
            *it->after ? ", after " : "", it->after, *it->approve ? ", a WARNING needs " : "",
            it->approve, it->within_ms ? ", in less than " : "", it->within_ms ? within : "");
}

static void detail(struct canvas *c, struct rect r, const struct scene *s)
{
    int at = s->ui ? s->ui->check : 0, y = r.y;
    const char *sign;
    char text[300], title[200];
    if (at < 0 || (size_t)at >= s->plan->preflight.n_items || r.h < 2)
        return;
    const struct preflight_item *it = &s->plan->preflight.items[at];
    const struct preflight_item_state *x = &s->state->preflight.items[at];
    enum role role = role_of(s, (size_t)at, &sign);
    str_fmt(title, sizeof title, "%s %s", it->id, it->title);
    pen_rule(c, r.x, y++, r.w, title, word_of(s, (size_t)at));
    struct rect in = {r.x + 1, r.y, r.w - 2, r.h};
    level_words(it, text, sizeof text);
    y += field(c, in, y, preflight_kind_word(it->kind), ROLE_TEXT, text);
    y += field(c, in, y, "expected", ROLE_TEXT, x->expected);
    y += field(c, in, y, "found", ROLE_TEXT, x->actual);
    checks_detail(s, (size_t)at, text, sizeof text);
    if (strcmp(text, x->actual) != 0)
        y += field(c, in, y, "so", role == ROLE_DIM ? ROLE_TEXT : role, text);
    y += field(c, in, y, "call", ROLE_TEXT, x->call);
    if (it->kind == PF_CONFIRM)
        y += field(c, in, y, "text", ROLE_TEXT, it->confirm.text);
    y += field(c, in, y, "reference", ROLE_TEXT, x->reference);
    if (x->at_ms) {
        char at_clock[16], by[100];
        time_clock(x->at_ms, at_clock, sizeof at_clock);
        checks_by(s, (size_t)at, by, sizeof by);
        str_fmt(text, sizeof text, "%s by %s", at_clock, by);
        if (x->ms >= 0)
            str_fmt(text + strlen(text), sizeof text - strlen(text), ", answered in %lld ms",
                    (long long)x->ms);
        y += field(c, in, y, "when", ROLE_TEXT, text);
    }
    y += word_field(c, in, y, "waived", &x->waived);
    y += word_field(c, in, y, "agreed", &x->approved);
    word_field(c, in, y, "refused", &x->refused);
}

static void risks(struct canvas *c, struct rect r, const struct scene *s)
{
    const struct plan_preflight *p = &s->plan->preflight;
    char text[400];
    if (r.h < 2 || !p->n_risks)
        return;
    pen_rule(c, r.x, r.y, r.w, "RISKS", "impact · likelihood · what is done");
    for (size_t i = 0; i < p->n_risks && (int)i + 1 < r.h; i++) {
        str_fmt(text, sizeof text, "%s: %s · %s · %s", p->risks[i].risk, p->risks[i].impact,
                p->risks[i].likelihood, p->risks[i].mitigation);
        pen_fit(c, r.x + 1, r.y + 1 + (int)i, r.w - 2, ROLE_TEXT, text);
    }
}

/* "IC -   DBA chai 21:44   SRE boon 21:46" */
static void sign_off(struct canvas *c, struct rect r, const struct scene *s)
{
    const struct plan_preflight *p = &s->plan->preflight;
    char text[80], at[16], role[32];
    int x = r.x + 1;
    pen_rule(c, r.x, r.y, r.w, "SIGN-OFF",
             preflight_passed(s->state) ? "ALL PASSED"
                                        : "BLOCKED until all pass and all have signed");
    for (size_t i = 0; i < p->n_signoff && i < SIGNOFF_MAX; i++) {
        const struct pf_word *w = &s->state->preflight.signoff[i];
        time_hm(w->at_ms, at, sizeof at);
        str_copy(role, sizeof role, p->signoff[i]);
        for (char *q = role; *q; q++)
            if (*q >= 'a' && *q <= 'z')
                *q = (char)(*q - 32);
        str_fmt(text, sizeof text, "%s %s %s", role, w->at_ms ? w->by : "-", w->at_ms ? at : "");
        x += pen_fit(c, x, r.y + 1, r.w - x - 1, w->at_ms ? ROLE_TEXT : ROLE_WARN, text) + 3;
    }
    if (!p->n_signoff)
        pen_fit(c, x, r.y + 1, r.w - 2, ROLE_DIM, "the plan asks nobody to sign the whole");
}

static void checks_draw(struct canvas *c, int y, int h, const struct scene *s)
{
    int n = (int)s->plan->preflight.n_items, n_risks = (int)s->plan->preflight.n_risks;
    bool sign = s->plan->preflight.n_signoff > 0;
    struct rect r = {0, y, c->w, h - (sign ? 2 : 0)};
    if (sign)
        sign_off(c, (struct rect){0, y + h - 2, c->w, 2}, s);
    if (s->ui && s->ui->zoom && n) {
        int below = n_risks && r.h > n_risks + 14 ? n_risks + 1 : 0;
        detail(c, (struct rect){0, r.y, r.w, r.h - below}, s);
        risks(c, (struct rect){0, r.y + r.h - below, r.w, below}, s);
        return;
    }
    int extra =
        r.h - (n + 2); /* what the list leaves: the check under the cursor, then the risks */
    int full = extra >= 8 ? extra : r.h >= 24 ? 10 : 0;
    list(c, (struct rect){0, r.y, r.w, r.h - full}, s);
    int below = n_risks && full > n_risks + 10 ? n_risks + 1 : 0;
    if (full)
        detail(c, (struct rect){0, r.y + r.h - full, r.w, full - below}, s);
    risks(c, (struct rect){0, r.y + r.h - below, r.w, below}, s);
}

static enum handled move(struct ui *ui, const struct scene *s, int by)
{
    int n = (int)s->plan->preflight.n_items, to = ui->check + by;
    if (!n)
        return HANDLED_QUIET;
    ui->check = to < 0 ? 0 : to >= n ? n - 1 : to;
    return HANDLED_REDRAW;
}

static enum handled checks_key(struct ui *ui, const struct scene *s, int key)
{
    int n = (int)s->plan->preflight.n_items;
    switch (key) {
    case KEY_DOWN_:
    case KEY_TAB_:
        return move(ui, s, 1);
    case KEY_UP_:
    case KEY_BACKTAB_:
        return move(ui, s, -1);
    case KEY_PGDN_:
        return move(ui, s, 10);
    case KEY_PGUP_:
        return move(ui, s, -10);
    case KEY_HOME_:
        return move(ui, s, -n);
    case KEY_END_:
        return move(ui, s, n);
    case KEY_ENTER_:
        ui->zoom = !ui->zoom;
        return HANDLED_REDRAW;
    case KEY_ESC_:
        if (ui->zoom)
            ui->zoom = false;
        else
            ui->view = 0;
        return HANDLED_REDRAW;
    default:
        return HANDLED_NO;
    }
}

const struct view view_checks = {"Checks", '3', checks_draw, checks_key, 0};
