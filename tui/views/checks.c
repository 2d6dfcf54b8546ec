/* The checks before the start: each with its result, by whom, how old, and what it says; who has
 * signed off; the check under the cursor in full, and the risk table where there is room. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "tui/format.h"
#include "tui/pen.h"
#include "tui/reading.h"
#include "tui/screen.h"
#include "tui/views/checks.h"

struct columns {
    int check, result, by, age, detail; /* x of each */
    int w;
};

enum role check_role(const struct scene *s, size_t i, const char **sign)
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

const char *check_word(const struct scene *s, size_t i)
{
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    if (x->running)
        return "runs";
    if (preflight_stand(s->state, i, NULL, NULL) == PF_WAIVED)
        return "waived";
    return pf_word(x->old ? PF_WAITS : x->is);
}

int check_urgency(const struct scene *s, size_t i)
{
    const struct preflight_item_state *x = &s->state->preflight.items[i];
    if (preflight_stand(s->state, i, NULL, NULL) < PF_NOTED)
        return 4;
    if (x->running || x->old || x->is == PF_WAITS || x->is == PF_REHEARSED)
        return 3;
    return x->is == PF_FAILED ? 0 : x->is == PF_UNKNOWN ? 1 : 2;
}

/* Rows of the list on a screen of this size, at least: three sentences may stand above it. */
static int rows_at_least(const struct scene *s)
{
    int h = s->ui->h - 8 - (s->plan->preflight.n_signoff ? 2 : 0);
    return h - 2 - (s->ui->w < CHECKS_SIDE_W && h >= 24 ? CHECKS_FULL : 0);
}

size_t checks_order(const struct scene *s, uint16_t order[CHECKS_MOST])
{
    size_t n = s->plan->preflight.n_items, at = 0;
    n = n < CHECKS_MOST ? n : CHECKS_MOST;
    bool keep = !s->ui || (int)n <= rows_at_least(s);
    for (int u = 0; u <= 4; u++)
        for (size_t i = 0; i < n; i++)
            if (keep ? u == 0 : check_urgency(s, i) == u)
                order[at++] = (uint16_t)i;
    return at;
}

void checks_enter(struct ui *ui, const struct scene *s)
{
    int n = (int)s->plan->preflight.n_items, best = 4;
    if (ui->check >= 0 && ui->check < n && check_urgency(s, (size_t)ui->check) < best)
        return;
    for (int i = 0; i < n; i++) {
        if (check_urgency(s, (size_t)i) >= best)
            continue;
        best = check_urgency(s, (size_t)i);
        ui->check = i;
    }
}

static int place_of(const uint16_t *order, size_t n, int check)
{
    for (size_t i = 0; i < n; i++)
        if (order[i] == check)
            return (int)i;
    return 0;
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
    enum role role = check_role(s, i, &sign);
    canvas_text(c, r.x, y, 1, ROLE_FOCUS, focus ? ">" : " ");
    canvas_text(c, r.x + 1, y, 1, *sign == '+' ? ROLE_PASS : role, sign);
    str_fmt(text, sizeof text, "%s %s", it->id, it->title);
    pen_fit(c, r.x + k->check, y, k->result - k->check - 1, focus ? ROLE_FOCUS : ROLE_TEXT, text);
    pen_fit(c, r.x + k->result, y, k->by - k->result - 1, role, check_word(s, i));
    checks_by(s, i, text, sizeof text);
    pen_fit(c, r.x + k->by, y, k->age - k->by - 1, ROLE_TEXT, text);
    if (x->at_ms)
        dur_age(age_ms(s, x->at_ms), age, sizeof age);
    pen_fit(c, r.x + k->age, y, k->detail - k->age - 1, ROLE_TEXT, age);
    checks_detail(s, i, text, sizeof text);
    pen_fit(c, r.x + k->detail, y, k->w - k->detail - 1, ROLE_TEXT, text);
}

/* "+12 more: 1 FAIL 2 wait", so that nothing that blocks is hidden silently. */
static void more_row(struct canvas *c, struct rect r, int y, const struct scene *s,
                     const uint16_t *order, int from, int shown)
{
    int n[6] = {0}, waived = 0, total = (int)s->plan->preflight.n_items;
    total = total < CHECKS_MOST ? total : CHECKS_MOST;
    char text[120];
    for (int i = 0; i < total; i++)
        if (i < from || i >= from + shown)
            preflight_stand(s->state, order[i], NULL, NULL) == PF_WAIVED
                ? waived++
                : n[s->state->preflight.items[order[i]].is]++;
    str_fmt(text, sizeof text, "+%d more%s%s:", total - shown, from + shown < total ? " ↓" : "",
            from > 0 ? " ↑" : "");
    static const enum pf_is kinds[] = {PF_FAILED, PF_UNKNOWN,   PF_WARNED,
                                       PF_WAITS,  PF_REHEARSED, PF_PASSED};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (n[kinds[k]])
            str_fmt(text + strlen(text), sizeof text - strlen(text), " %d %s", n[kinds[k]],
                    pf_word(kinds[k]));
    if (waived)
        str_fmt(text + strlen(text), sizeof text - strlen(text), " %d waived", waived);
    pen_fit(c, r.x + 3, y, r.w - 4, n[PF_FAILED] ? ROLE_CRIT : ROLE_DIM, text);
}

static void list(struct canvas *c, struct rect r, const struct scene *s)
{
    struct columns k;
    uint16_t order[CHECKS_MOST];
    char left[16], at[16], note[140] = "";
    int n = (int)checks_order(s, order), rows = r.h - 2, from = 0;
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
    int shown = n <= rows ? n : rows - 1;
    int focus = place_of(order, (size_t)n, s->ui ? s->ui->check : 0);
    if (focus >= shown)
        from = focus - shown + 1;
    if (from > n - shown)
        from = n - shown;
    for (int i = 0; i < shown; i++)
        item_row(c, r, r.y + 2 + i, &k, s, order[from + i]);
    if (shown < n)
        more_row(c, r, r.y + r.h - 1, s, order, from, shown);
}

/* One row a risk; in the narrow column at the right two. */
static int risk_rows(const struct canvas *c, const struct rect *r, const struct scene *s)
{
    return (int)s->plan->preflight.n_risks * (r->w < c->w ? 2 : 1) + 1;
}

static void risks(struct canvas *c, struct rect r, const struct scene *s)
{
    const struct plan_preflight *p = &s->plan->preflight;
    char text[400];
    int y = r.y;
    if (r.h < 2 || !p->n_risks)
        return;
    pen_rule(c, r.x, y++, r.w, "RISKS", "impact · likelihood · what is done");
    for (size_t i = 0; i < p->n_risks && y < r.y + r.h; i++) {
        const struct preflight_risk *k = &p->risks[i];
        bool two = r.w < c->w;
        str_fmt(text, sizeof text, "%s: %s · %s%s%s", k->risk, k->impact, k->likelihood,
                two ? "" : " · ", two ? "" : k->mitigation);
        pen_fit(c, r.x + 1, y++, r.w - 2, ROLE_TEXT, text);
        if (two)
            pen_fit(c, r.x + 3, y++, r.w - 4, ROLE_TEXT, k->mitigation);
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

/* The check under the cursor, what keeps the start shut, the risks: as far as there is room. */
static void below(struct canvas *c, struct rect r, const struct scene *s)
{
    int want = s->plan->preflight.n_risks ? risk_rows(c, &r, s) : 0, used = check_full(c, r, s);
    int left = r.h - used, blocking = 0;
    if (r.w < c->w && left >= 4) /* below the list it would only say the list again */
        blocking = checks_blocking(c, (struct rect){r.x, r.y + used, r.w, left}, s);
    left -= blocking;
    int rows = left >= want ? want : 0;
    risks(c, (struct rect){r.x, r.y + r.h - rows, r.w, rows}, s);
}

static void checks_draw(struct canvas *c, int y, int h, const struct scene *s)
{
    int n = (int)s->plan->preflight.n_items, side = c->w >= CHECKS_SIDE_W ? CHECKS_SIDE + 1 : 0;
    bool sign = s->plan->preflight.n_signoff > 0;
    struct rect r = {0, y, c->w, h - (sign ? 2 : 0)};
    if (sign)
        sign_off(c, (struct rect){0, y + h - 2, c->w, 2}, s);
    if (s->ui && s->ui->zoom && n) {
        below(c, r, s);
        return;
    }
    if (side) {
        list(c, (struct rect){0, r.y, r.w - side, r.h}, s);
        below(c, (struct rect){r.w - side + 1, r.y, side - 1, r.h}, s);
        return;
    }
    int extra = r.h - (n + 2);
    int full = extra >= 8 ? extra : r.h >= 24 ? CHECKS_FULL : 0;
    list(c, (struct rect){0, r.y, r.w, r.h - full}, s);
    if (full)
        below(c, (struct rect){0, r.y + r.h - full, r.w, full}, s);
}

static enum handled move(struct ui *ui, const struct scene *s, int by)
{
    uint16_t order[CHECKS_MOST];
    int n = (int)checks_order(s, order), to = place_of(order, (size_t)n, ui->check) + by;
    if (!n)
        return HANDLED_QUIET;
    ui->check = order[to < 0 ? 0 : to >= n ? n - 1 : to];
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
