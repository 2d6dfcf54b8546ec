/* The scene from the room, and the picture from the scene with what lies over it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "action/killswitch.h"
#include "event/event.h"
#include "base/text.h"
#include "tui/app_int.h"
#include "tui/format.h"
#include "tui/glance.h"
#include "tui/header.h"
#include "tui/pen.h"
#include "tui/people.h"

void app_say(struct app *a, enum role role, const char *fmt, ...)
{
    char raw[sizeof a->ui.message];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    text_clean_to(a->ui.message, sizeof a->ui.message, raw);
    a->ui.message_role = role;
    a->ui.message_ms = room_now(a->room);
    a->dirty = true;
}

bool app_small(const struct app *a)
{
    return a->canvas.w < APP_MIN_W || a->canvas.h < APP_MIN_H;
}

/* ROLLING BACK, BREACH, UNKNOWN, HOLD, PASS: the bell rings only upwards. */
static int rank_of(const struct scene *s, const struct glance *g)
{
    static const int ranks[] = {
        [V_NOT_VERIFIED] = 6, [V_KILL_FAILED] = 6, [V_ROLLING_BACK] = 5, [V_ROLLBACK_WANTED] = 5,
        [V_ABORTED] = 4,      [V_BREACH] = 4,      [V_KILL_ON] = 4,      [V_UNKNOWN] = 3,
        [V_PAUSED] = 3,       [V_ESCALATE] = 3,    [V_HOLD] = 2,         [V_PASS] = 0,
        [V_ROLLED_BACK] = 4,  [V_NOT_READY] = 0,   [V_READY] = 0,        [V_BASELINE] = 0,
        [V_DONE] = 0,
    };
    if (g->is == V_DONE)
        return !strncmp(s->state->verdict, "PASS", 4) ? 0 : 4;
    return ranks[g->is];
}

/* The command to flip by hand, in one line, while a flip cannot be read back. */
static void kill_by_hand(struct app *a)
{
    const struct state *st = room_state(a->room);
    bool failed = st->kill.is == ACT_FAILED || st->kill.is == ACT_UNKNOWN;
    for (size_t i = 0; i < st->plan->n_ks; i++)
        failed = failed || st->ks[i].is == KS_FAILED;
    a->kill_manual[0] = '\0';
    a->scene.kill_manual = NULL;
    if (!failed)
        return;
    struct buf b = BUF_INIT;
    killswitch_manual(st->plan, strcmp(st->kill.verb, "kill_off") != 0, &b);
    text_clean_to(a->kill_manual, sizeof a->kill_manual, buf_str(&b));
    buf_free(&b);
    a->scene.kill_manual = a->kill_manual;
}

/* Why the verdict is what it is now. The rules' strongest word fits while they decide; what is not
 * known, sent or read is said by the screen itself. */
static void verdict_why(const struct app *a, const struct glance *g, char *out, size_t size)
{
    bool calm = g->is == V_PASS || g->is == V_BASELINE || g->is == V_READY;
    event_sentence(g->is == V_DONE ? a->scene.state->verdict_why
                   : calm          ? a->standing.strongest.why
                                   : g->notices[0].text,
                   out, size);
}

/* Tells a change of the verdict once, and rings when it is for the worse. */
static void watch_verdict(struct app *a)
{
    struct glance g;
    glance_at(&a->scene, &g);
    int rank = rank_of(&a->scene, &g);
    bool noted = a->drawn_ms < a->note_until_ms && rank <= a->rank;
    if (a->rank >= 0 && strcmp(g.word, a->verdict) != 0 && !noted) {
        char why[sizeof g.notices[0].text];
        verdict_why(a, &g, why, sizeof why);
        app_say(a, rank > a->rank ? ROLE_WARN : ROLE_TEXT, "%s → %s: %s", a->verdict, g.word, why);
    }
    if (a->rank >= 0 && rank > a->rank && !a->quiet)
        screen_bell();
    a->rank = rank;
    str_copy(a->verdict, sizeof a->verdict, g.word);
}

/* Who takes command sees what is open first. */
static void watch_command(struct app *a)
{
    const struct state *st = a->scene.state;
    bool taken = st->people.handed && *a->ic && strcmp(a->ic, st->ic) != 0;
    if (taken && !strcasecmp(st->ic, a->o->actor) && a->over == OVER_NONE && !a->prompt.open)
        a->over = OVER_CARD;
    str_copy(a->ic, sizeof a->ic, st->ic);
}

/* A message that could not be sent, and what is due, once each. */
static void watch_messages(struct app *a)
{
    const struct messages_state *m = &a->scene.state->messages;
    const struct message_kept *k = m->n ? &m->all[(m->first + m->n - 1) % MESSAGES_KEPT] : NULL;
    if (k && m->due > a->messages_due && !strcmp(k->op, "due"))
        app_say(a, ROLE_WARN, "DUE: %s", k->text);
    else if (k && m->failed + m->blocked > a->messages_failed)
        app_say(a, ROLE_WARN, "message %s %s: %s (:messages has its text)", k->id, k->op, k->why);
    a->messages_due = m->due;
    a->messages_failed = m->failed + m->blocked;
}

/* An ERROR line of a followed log is shown at once. */
static void watch_logs(struct app *a)
{
    const struct follow_state *f = &a->scene.state->follow;
    uint32_t errors = 0;
    for (size_t i = 0; i < a->scene.plan->n_logs && i < FOLLOWS_MAX; i++)
        errors += f->logs[i].errors;
    for (int i = f->n; errors > a->log_errors && i-- > 0;) {
        const struct followed_line *l = &f->all[(f->first + i) % FOLLOWED_KEPT];
        if (!l->error)
            continue;
        app_say(a, ROLE_WARN, "%s: %s", a->scene.plan->logs[l->log].title, l->text);
        break;
    }
    a->log_errors = errors;
}

void app_look(struct app *a)
{
    const struct state *st = room_state(a->room);
    const struct judge *j = room_judge(a->room);
    room_health(a->room, &a->health);
    a->guard = room_guard_env(a->room);
    director_standing(st, j, &a->standing);
    director_gate(st, j, a->guard.now_ms, &a->gate);
    a->scene = (struct scene){.plan = st->plan,
                              .state = st,
                              .judge = j,
                              .standing = &a->standing,
                              .gate = &a->gate,
                              .health = &a->health,
                              .guard = &a->guard,
                              .actor = a->o->actor,
                              .role = a->o->role,
                              .now_ms = a->guard.now_ms,
                              .ui = &a->ui};
    app_entry(a);
    kill_by_hand(a);
    watch_messages(a);
    watch_command(a);
    watch_logs(a);
    watch_verdict(a);
    if (a->prompt.open)
        facts_live(&a->scene, &a->prompt);
}

void app_resize(struct app *a, int w, int h)
{
    canvas_resize(&a->canvas, w, h);
    canvas_resize(&a->frozen, w, h);
    a->ui.frozen = false; /* a picture of another size cannot stand */
    a->ui.w = a->canvas.w;
    a->ui.h = a->canvas.h;
    a->dirty = true;
}

/* Header, message and keys go on; the view's rows stay as they were. */
static void keep_frozen(struct app *a)
{
    size_t from = 2 * (size_t)a->canvas.w, rows = (size_t)(a->canvas.h - 5);
    memcpy(a->canvas.cells + from, a->frozen.cells + from,
           rows * (size_t)a->canvas.w * sizeof *a->canvas.cells);
}

static void draw_line(struct app *a)
{
    struct canvas *c = &a->canvas;
    int y = c->h - 2, x = 1;
    const char *near, *hint = "Enter runs it, Tab completes, Esc goes back";
    char word[sizeof a->line];
    str_fmt(word, sizeof word, "%.*s", (int)strcspn(a->line, " "), a->line);
    if (a->line_kind == '/')
        hint = "words, kind:decision who:anna stage:2 level:warn; Esc goes back";
    else if (*word && keymap_word(word, SCOPE_LIVE, &near) >= 0)
        hint = keymap_row((enum command)keymap_word(word, SCOPE_LIVE, &near))->doc;
    canvas_fill(c, 0, y, c->w, 1, ROLE_INPUT, " ");
    x += canvas_textf(c, x, y, 1, ROLE_INPUT, "%c", a->line_kind);
    x += canvas_text(c, x, y, c->w - x - 1, ROLE_INPUT, a->line);
    c->cursor_x = x;
    c->cursor_y = y;
    if (text_width(hint) + x + 3 < c->w)
        pen_right(c, c->w - 1, y, c->w - x - 3, ROLE_INPUT, hint);
}

static void draw_leave(struct app *a)
{
    struct canvas *c = &a->canvas;
    const struct state *st = a->scene.state;
    char weight[16];
    int w = c->w - 2 < 74 ? c->w - 2 : 74, h = 7, x = (c->w - w) / 2, y = (c->h - h) / 2;
    if (h > c->h || w < 20) {
        pen_fit(c, 0, 0, c->w, ROLE_WARN, "leave? y leaves, Esc stays");
        return;
    }
    fmt_weight(st->weight, weight, sizeof weight);
    canvas_fill(c, x, y, w, h, ROLE_TEXT, " ");
    canvas_box(c, x, y, w, h, ROLE_BOX, "LEAVE A LIVE RUN?", "");
    if (st->stage < 0 && isnan(st->weight))
        canvas_text(c, x + 2, y + 1, w - 4, ROLE_TEXT, "Nothing was done to production.");
    else
        canvas_textf(c, x + 2, y + 1, w - 4, ROLE_TEXT,
                     "The canary stays as it is (%s): nothing is rolled back.", weight);
    canvas_text(c, x + 2, y + 2, w - 4, ROLE_TEXT,
                "Nothing is watched or recorded until somebody resumes the run.");
    if (action_busy(st, NULL))
        canvas_textf(c, x + 2, y + 3, w - 4, ROLE_WARN,
                     "%s %s is under way: nobody would see what comes of it.", st->act.verb,
                     st->act.id);
    canvas_text(c, x + 2, y + 5, w - 4, ROLE_KEY, "y leaves     Esc stays");
}

static void draw_small_prompt(struct app *a)
{
    if (prompt_draw(&a->canvas, &a->prompt, a->drawn_ms))
        return;
    canvas_fill(&a->canvas, 0, a->canvas.h - 1, a->canvas.w, 1, ROLE_WARN, " ");
    pen_fit(&a->canvas, 0, a->canvas.h - 1, a->canvas.w, ROLE_WARN,
            "the box does not fit: nothing can be sent, Esc closes it");
}

void app_draw(struct app *a, int64_t real_ms)
{
    a->drawn_ms = real_ms;
    a->drawn_second = a->scene.now_ms / 1000;
    a->canvas.ascii = screen_is_ascii() || a->ui.ascii;
    draw_scene(&a->canvas, &a->scene);
    if (a->ui.frozen && !app_small(a))
        keep_frozen(a);
    if (a->over == OVER_LOGS)
        draw_followed(&a->canvas, &a->scene);
    if (a->over == OVER_TEAM)
        draw_team(&a->canvas, &a->scene);
    else if (a->over == OVER_CARD)
        draw_handover(&a->canvas, &a->scene);
    else if (a->over == OVER_MESSAGES)
        draw_messages(&a->canvas, &a->scene);
    if (a->over == OVER_HELP)
        draw_help(&a->canvas, &a->scene, a->search);
    else if (a->over == OVER_LINE)
        draw_line(a);
    else if (a->over == OVER_LEAVE)
        draw_leave(a);
    if (a->prompt.open)
        draw_small_prompt(a);
    a->dirty = a->dirty_data = false;
}
