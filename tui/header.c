/* Rows 0 and 1, the same in every view: where am I, who decides, what mode; the verdict, the
 * counts, the kill switch and the age of the data. Narrow terminals get shorter words, never fewer
 * facts. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "calendar/calendar.h"
#include "tui/checks.h"
#include "tui/format.h"
#include "tui/glance.h"
#include "tui/header.h"
#include "tui/pen.h"

#define SEGS_MAX 24

struct seg {
    enum role role;
    char text[160];
};

struct row {
    struct seg seg[SEGS_MAX];
    int n;
};

static void put(struct row *r, enum role role, const char *text)
{
    if (r->n < SEGS_MAX) {
        r->seg[r->n].role = role;
        str_copy(r->seg[r->n++].text, sizeof r->seg[0].text, text);
    }
}

static int row_width(const struct row *r)
{
    int w = 0;
    for (int i = 0; i < r->n; i++)
        w += text_width(r->seg[i].text);
    return w;
}

static void row_draw(struct canvas *c, int y, const struct row *r)
{
    for (int i = 0, x = 0; i < r->n && x < c->w; i++)
        x += pen_fit(c, x, y, c->w - x, r->seg[i].role, r->seg[i].text);
}

void stage_words(const struct scene *s, bool brief, char *out, size_t size)
{
    const struct state *st = s->state;
    char w[16], to[32] = "";
    fmt_weight(st->weight, w, sizeof w);
    if (isnan(st->weight))
        str_copy(w, sizeof w, st->stage < 0 ? "0%?" : "?%");
    if (st->phase == PHASE_DONE || st->final)
        str_fmt(out, size, brief ? "END %s" : "ENDED  %s", w);
    else if (st->stage < 0)
        str_copy(out, size, st->phase == PHASE_BASELINE ? "BASELINE" : "BEFORE START");
    else if (st->phase == PHASE_SOAK)
        str_fmt(out, size, brief ? "NIGHT %s" : "FIRST NIGHT  %s", w);
    else {
        const struct stage *p = &s->plan->stages[st->stage];
        if (st->stages[st->stage].at == STAGE_STARTING && p->has_weight) {
            char next[16];
            fmt_weight(p->weight, next, sizeof next);
            str_fmt(to, sizeof to, "→%s?", next);
        }
        bool weightless = !p->has_weight && isnan(st->weight); /* such a stage has only its name */
        str_fmt(out, size, "%s %d/%zu%s%s%s", brief ? "ST" : "STAGE", st->stage + 1,
                s->plan->n_stages, brief ? " " : "  ", weightless ? p->name : w, to);
    }
}

void t_plus_words(const struct scene *s, char *out, size_t size)
{
    int64_t late = scene_now(s) - s->state->planned_start_ms;
    char by[24];
    dur_clock(late, by, sizeof by);
    if (s->state->t0_ms < 0 && s->state->planned_start_ms && !s->state->final && late < 0)
        fmt_t_plus(late, out, size);
    else if (s->state->t0_ms < 0 && s->state->planned_start_ms && !s->state->final)
        str_fmt(out, size, "T-0 late %s", by);
    else if (s->state->t0_ms < 0)
        str_copy(out, size, "T0 not yet");
    else
        fmt_t_plus(scene_now(s) - s->state->t0_ms, out, size);
}

/* A run against a simulator says so; NULL: it acts for real. */
static const char *played_word(const struct scene *s)
{
    return !strcmp(s->state->mode, "demo")    ? "DEMO"
           : !strcmp(s->state->mode, "drill") ? "DRILL"
                                              : NULL;
}

/* The environment's word says it already. */
static bool mode_told(const struct scene *s)
{
    const struct guard_env *g = s->guard;
    bool other = (g && (g->replay || g->rehearse || g->read_only || !g->recording)) ||
                 (s->health && !s->health->recording);
    const char *played = played_word(s);
    return played && !other && !strcasecmp(s->plan->environment, played);
}

/* What kind of session this is. The plain word only for a run that acts for real. */
static void mode_words(const struct scene *s, struct row *r)
{
    const struct guard_env *g = s->guard;
    bool rehearse = !strcmp(s->state->mode, "rehearse") || (g && g->rehearse);
    if (g && g->replay)
        put(r, ROLE_REPLAY, "REPLAY");
    else if (rehearse)
        put(r, ROLE_REPLAY, "REHEARSE");
    else if (played_word(s))
        put(r, ROLE_REPLAY, played_word(s));
    else if (!*s->state->mode)
        put(r, ROLE_HEADER, "starting"); /* not on the tape yet */
    else if (g && g->silent_ms)
        put(r, ROLE_REPLAY, "WATCH");
    else if (!(g && g->read_only))
        put(r, ROLE_HEADER, "RUN");
    if (g && g->read_only && !g->replay) {
        if (rehearse || played_word(s))
            put(r, ROLE_HEADER, " ");
        put(r, ROLE_REPLAY, "READ-ONLY");
    }
    if ((s->health && !s->health->recording) || (g && !g->recording && !g->replay)) {
        put(r, ROLE_HEADER, " ");
        put(r, ROLE_CRIT, "NOT RECORDING");
    }
}

static void extras(const struct scene *s, const char *sep, struct row *r)
{
    char n[32], text[160];
    if (s->health && s->health->recording) {
        fmt_count(s->health->events, n, sizeof n);
        put(r, ROLE_HEADER, sep);
        str_fmt(text, sizeof text, "REC %s events", n);
        put(r, ROLE_HEADER, text);
    }
    put(r, ROLE_HEADER, sep);
    str_fmt(text, sizeof text, "plan %s %.8s", s->plan->name, s->plan->hash);
    put(r, ROLE_HEADER, text);
    if (*s->state->run_id && strcasecmp(s->state->run_id, s->plan->environment) != 0) {
        put(r, ROLE_HEADER, sep);
        put(r, ROLE_HEADER, s->state->run_id);
    }
}

/* level 0: everything; 1: without extras; 2: brief words; 3: also without spaces round bars. */
static void row0(const struct scene *s, int level, int title_cells, struct row *r)
{
    const char *sep = level >= 3 ? "│" : " │ ";
    char text[160], clock[16], zone[16];
    int64_t now = scene_now(s);
    r->n = 0;
    str_copy(text, sizeof text, s->plan->title);
    if (text_width(text) > title_cells) {
        text[text_fit(text, title_cells > 1 ? title_cells - 1 : 0)] = '\0';
        str_fmt(text + strlen(text), sizeof text - strlen(text), "…");
    }
    put(r, ROLE_HEADER, " ");
    put(r, ROLE_HEADER, text);
    if (*s->plan->environment) {
        put(r, ROLE_HEADER, level >= 3 ? " " : "  ");
        str_fmt(text, sizeof text, " %s ", s->plan->environment);
        put(r, ROLE_ENV, text);
    }
    put(r, ROLE_HEADER, *s->plan->environment && level < 3 ? "│ " : sep);
    stage_words(s, level >= 2, text, sizeof text);
    put(r, ROLE_HEADER, text);
    put(r, ROLE_HEADER, sep);
    t_plus_words(s, text, sizeof text);
    put(r, ROLE_HEADER, text);
    put(r, ROLE_HEADER, sep);
    time_clock(now, clock, sizeof clock);
    time_zone(now, zone, sizeof zone);
    str_fmt(text, sizeof text, "%s %s", clock, zone);
    put(r, ROLE_HEADER, text);
    put(r, ROLE_HEADER, sep);
    str_fmt(text, sizeof text, "IC %.*s", level >= 2 ? 12 : 40, *s->state->ic ? s->state->ic : "-");
    put(r, ROLE_HEADER, text);
    if (level == 0 && s->actor && *s->actor && strcmp(s->actor, s->state->ic) != 0) {
        str_fmt(text, sizeof text, "  you %s (%s)", s->actor, s->role && *s->role ? s->role : "-");
        put(r, ROLE_HEADER, text);
    }
    if (!mode_told(s)) {
        put(r, ROLE_HEADER, sep);
        mode_words(s, r);
    }
    if (level == 0)
        extras(s, sep, r);
}

static void draw_row0(struct canvas *c, const struct scene *s)
{
    struct row r;
    int title = text_width(s->plan->title);
    for (int level = 0; level <= 3; level++) {
        row0(s, level, title, &r);
        if (row_width(&r) <= c->w)
            break;
        int left = title - (row_width(&r) - c->w);
        if (level >= 1 && (left >= 8 || level == 3)) {
            row0(s, level, left > 4 ? left : 4, &r);
            break;
        }
    }
    canvas_fill(c, 0, 0, c->w, 1, ROLE_HEADER, " ");
    row_draw(c, 0, &r);
}

static void count(struct row *r, int n, const char *some, const char *none, enum role role)
{
    char text[32];
    str_fmt(text, sizeof text, "%d %s", n, n ? some : none);
    put(r, n ? role : ROLE_DIM, text);
}

static void counts(const struct tally *t, int level, struct row *r)
{
    const char *gap = level >= 3 ? " " : "  ";
    char text[64];
    count(r, t->pass, "pass", "pass", ROLE_TEXT);
    put(r, ROLE_TEXT, gap);
    count(r, t->warn, "WARN", "warn", ROLE_WARN);
    if (t->crit) {
        put(r, ROLE_TEXT, gap);
        count(r, t->crit, "CRIT", "crit", ROLE_CRIT);
    }
    put(r, ROLE_TEXT, gap);
    count(r, t->unknown, "UNKNOWN", "unknown", ROLE_UNKNOWN);
    str_fmt(text, sizeof text, "%s(%d)", gap, t->of);
    put(r, ROLE_TEXT, text);
    if (level <= 1 && (t->out_warn || t->out_crit || t->out_unknown)) {
        str_fmt(text, sizeof text, "  +%d WARN %d CRIT %d UNKNOWN outside the gate", t->out_warn,
                t->out_crit, t->out_unknown);
        put(r, t->out_crit ? ROLE_CRIT : ROLE_WARN, text);
    }
}

/* The checks before the start instead of the metrics; they add up, too. */
static void check_counts(const struct scene *s, int level, struct row *r)
{
    struct preflight_tally t;
    char text[32];
    const char *gap = level >= 2 ? " " : "  ";
    preflight_tally(s->state, &t);
    str_fmt(text, sizeof text, level >= 3 ? "%d/%d pass" : "%d pass", t.pass, t.of);
    put(r, ROLE_TEXT, text);
    const struct {
        int n;
        const char *word;
        enum role role;
    } rows[] = {{t.warn, "WARN", ROLE_WARN},
                {t.fail, "FAIL", ROLE_CRIT},
                {t.unknown, "UNKNOWN", ROLE_UNKNOWN},
                {level >= 3 ? 0 : t.wait, "wait", ROLE_DIM}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].n)
            continue;
        put(r, ROLE_TEXT, gap);
        count(r, rows[i].n, rows[i].word, rows[i].word, rows[i].role);
    }
    str_fmt(text, sizeof text, "%sof %d", gap, t.of);
    if (level < 3)
        put(r, ROLE_TEXT, text);
}

void kill_words(const struct scene *s, int level, enum role *role, char *out, size_t size)
{
    const char *name = level == 0 ? "KILL SWITCH: " : level <= 2 ? "KILL: " : "KILL ";
    const char *why;
    char age[16] = "never", ms[32] = "";
    int64_t since_ms;
    enum ks_is is = glance_kill(s, &since_ms, &why);
    *role = ROLE_TEXT;
    if (!s->plan->has_kill_switch) {
        str_fmt(out, size, "%snone (plan)", name);
        return;
    }
    if (since_ms >= 0)
        dur_age(since_ms, age, sizeof age);
    if (level == 0 && s->plan->n_ks && s->state->ks[0].ms >= 0)
        str_fmt(ms, sizeof ms, " (%lld ms)", (long long)s->state->ks[0].ms);
    if (is == KS_OFF && level >= 2)
        str_fmt(out, size, "%soff %s", name, age);
    else if (is == KS_OFF)
        str_fmt(out, size, "%soff, read %s ago%s", name, age, ms);
    else if (is == KS_ENGAGED)
        str_fmt(out, size, level >= 2 ? "%sON %s" : "%sON, read %s ago", name, age);
    else if (is == KS_FAILED)
        str_fmt(out, size, "%sFAILED %s%s", name, age, level >= 2 ? "" : ", see below");
    else if (level >= 2 || !*why)
        str_fmt(out, size, "%sUNKNOWN %s", name, age);
    else
        str_fmt(out, size, "%sUNKNOWN %s: %.*s", name, age, level == 0 ? 60 : 16, why);
    if (is != KS_OFF)
        *role = is == KS_UNKNOWN ? ROLE_UNKNOWN : ROLE_CRIT;
}

void data_words(const struct scene *s, int level, enum role *role, char *out, size_t size)
{
    int64_t since = -1, oldest = -1;
    char age[16] = "";
    bool blind = glance_blind(s, &since);
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        int64_t good = s->state->metrics[m].good_ms;
        if (good && reading_is(s, m) != SHOWN_UNKNOWN && age_ms(s, good) > oldest)
            oldest = age_ms(s, good);
    }
    *role = ROLE_TEXT;
    if (blind || oldest < 0) {
        if (since >= 0)
            dur_age(since, age, sizeof age);
        str_fmt(out, size, since >= 0 ? "NO DATA %s" : "NO DATA yet", age);
        *role = ROLE_UNKNOWN;
        return;
    }
    dur_age(oldest, age, sizeof age);
    bool old = oldest > 2 * s->plan->tick_ms;
    str_fmt(out, size, level >= 2 ? "data %s%s" : "data %s old%s", age, old ? "?" : "");
    if (old)
        *role = ROLE_DIM;
    if (level == 0 && isfinite(s->state->fresh_s))
        str_fmt(out + strlen(out), size - strlen(out), " (scraped %.0fs before)",
                s->state->fresh_s);
}

#define HOURS_SOON_MS (30 * INT64_C(60000))
#define DAY_MS        (24 * INT64_C(3600000))

/* The plan's hours: how long they still allow going on, or when they do again (CAL-10). */
static void hours_words(const struct scene *s, int level, enum role *role, char *out, size_t size)
{
    struct calendar_answer a;
    char at[16], left[24];
    int64_t now = scene_now(s);
    out[0] = '\0';
    *role = ROLE_TEXT;
    if (!s->plan->n_windows || s->state->final || !s->plan->zone)
        return;
    calendar_when(s->plan, s->state->stage < 0 ? FOR_START : FOR_ADVANCE, now, &a);
    int64_t turn = a.allowed ? a.until_ms : a.next_ms;
    time_hm(turn, at, sizeof at);
    if (turn - now < DAY_MS)
        dur_clock(turn - now, left, sizeof left);
    else
        str_fmt(left, sizeof left, "%dd", (int)((turn - now) / DAY_MS));
    if (!a.allowed)
        str_fmt(out, size,
                level >= 2 ? "hours SHUT"
                : turn     ? "hours SHUT until %s"
                           : "hours SHUT",
                at);
    else if (!turn)
        return;
    else if (level >= 2)
        str_fmt(out, size, "hours %s", left);
    else if (turn - now >= DAY_MS)
        str_fmt(out, size, "hours: %s left", left);
    else
        str_fmt(out, size, "hours until %s, %s left", at, left);
    if (!a.allowed || turn - now <= HOURS_SOON_MS)
        *role = ROLE_WARN;
}

/* The pager's mode, as the newest closed step of the timeline says, and how soon it is answered. */
static void pager_words(const struct scene *s, int level, char *out, size_t size)
{
    const struct plan *p = s->plan;
    const char *mode = "";
    char within[24];
    for (size_t i = 0; i < p->n_timeline; i++)
        if (s->state->times.items[i].is == ITEM_DONE && *p->timeline[i].pager)
            mode = p->timeline[i].pager;
    out[0] = '\0';
    if (*mode)
        str_fmt(out, size, "pager %s", mode);
    for (size_t i = 0; *mode && level < 2 && i < p->n_levels; i++)
        if (!strcmp(p->levels[i].level, mode) && p->levels[i].within_ms) {
            dur_clock(p->levels[i].within_ms, within, sizeof within);
            str_fmt(out, size, "pager %s, answer in %s", mode, within);
        }
}

static void row1(const struct scene *s, const struct glance *g, int level, struct row *r)
{
    char text[160];
    enum role role;
    const char *gap = level == 0 ? "      " : level == 1 ? "   " : level == 2 ? "  " : " ";
    r->n = 0;
    str_fmt(text, sizeof text, " %s %s ", g->sign, g->word);
    put(r, g->role, text);
    put(r, ROLE_TEXT, level >= 2 ? " " : "  ");
    if (view_of(s->ui)->key == '3') {
        check_counts(s, level, r);
    } else {
        counts(&g->tally, level, r);
    }
    put(r, ROLE_TEXT, gap);
    kill_words(s, level, &role, text, sizeof text);
    put(r, role, text);
    put(r, ROLE_TEXT, gap);
    data_words(s, level, &role, text, sizeof text);
    put(r, role, text);
    hours_words(s, level, &role, text, sizeof text);
    if (*text) {
        put(r, ROLE_TEXT, gap);
        put(r, role, text);
    }
    pager_words(s, level, text, sizeof text);
    if (*text) {
        put(r, ROLE_TEXT, gap);
        put(r, ROLE_TEXT, text);
    }
}

void header_draw(struct canvas *c, const struct scene *s, const struct glance *g)
{
    struct row r;
    draw_row0(c, s);
    for (int level = 0; level <= 4; level++) {
        row1(s, g, level, &r);
        if (row_width(&r) <= c->w)
            break;
    }
    row_draw(c, 1, &r);
}
