/* A seat at the app over a room made by hand that takes notes and asks the real guard. Virtual
 * time. Include once a program: it defines the room's functions. */
#ifndef APP_SEAT_H
#define APP_SEAT_H

#include "base/text.h"
#include "scene_acting.h"
#include "tui/app_int.h"

/* ---- a room that takes notes ---- */

struct room {
    struct fix *f;
    bool read_only;
    int submitted, production;
    struct intent last;
    char note[160];
    const struct app *app;
};

const struct state *room_state(const struct room *r)
{
    return &r->f->st;
}

const struct judge *room_judge(const struct room *r)
{
    return &r->f->j;
}

void room_health(const struct room *r, struct journal_health *out)
{
    *out = r->f->health;
}

int64_t room_now(const struct room *r)
{
    return r->f->s.now_ms;
}

struct guard_env room_guard_env(const struct room *r)
{
    return (struct guard_env){
        .read_only = r->read_only, .recording = true, .now_ms = r->f->s.now_ms};
}

int room_submit(struct room *r, const struct intent *in, struct err *why)
{
    struct guard_env env = room_guard_env(r);
    if (guard_check(&r->f->st, &r->f->j, in, &env, why) < 0)
        return -1;
    r->submitted++;
    r->last = *in;
    if (!intent_row(in->kind)->production)
        return 0;
    r->production++;
    /* Whatever keys came: a word was typed, or it is the kill switch's y. */
    const struct prompt *p = &r->app->prompt;
    assert_true(p->open && p->row->intent == (int)in->kind);
    if (in->kind != INTENT_KILL_ON)
        assert_string_equal(p->t.word, p->row->verb);
    return 0;
}

void room_refused(struct room *r, const struct intent *in, const char *why)
{
    if (!r->read_only && guard_wrong_role(&r->f->st, in))
        str_fmt(r->note, sizeof r->note, "refused %s: %s", intent_row(in->kind)->word, why);
}

void room_note(struct room *r, const char *op, const char *why)
{
    str_fmt(r->note, sizeof r->note, "%s: %s", op, why);
}

/* ---- fixture ---- */

struct seat {
    struct room room;
    struct app_opts o;
    struct app a;
    int64_t ms;
};

static inline struct seat *sit(int w, int h)
{
    struct seat *t = xzalloc(1, sizeof *t);
    t->room.f = acting(6);
    t->room.f->plan.rules = (struct rules){.extend_at = 1,
                                           .escalate_at = 3,
                                           .pause_at = 5,
                                           .extend_factor = 2,
                                           .trend_window_ms = 900000,
                                           .trend_hold_ms = 900000,
                                           .minor_recheck_ms = 900000};
    t->room.app = &t->a;
    t->o = (struct app_opts){.actor = "anna", .role = "ic", .session_path = "s.wr"};
    t->a.room = &t->room;
    t->a.o = &t->o;
    t->a.rank = -1;
    t->a.ui.braille = true;
    t->ms = 1000000;
    canvas_init(&t->a.canvas, w, h);
    canvas_init(&t->a.frozen, w, h);
    app_resize(&t->a, w, h);
    app_look(&t->a);
    app_draw(&t->a, t->ms);
    return t;
}

static inline void leave(struct seat *t)
{
    canvas_release(&t->a.canvas);
    canvas_release(&t->a.frozen);
    fix_free(t->room.f);
    free(t);
}

/* Types like a person: 60 ms a key, 400 ms before a box is answered. `\n` Enter, `\x1b` Esc, `\t`
 * Tab, `\b` Backspace. */
static inline void type(struct seat *t, const char *keys)
{
    while (*keys) {
        int32_t cp;
        keys += text_next(keys, strlen(keys), &cp);
        int key = cp == '\n'     ? KEY_ENTER_
                  : cp == '\x1b' ? KEY_ESC_
                  : cp == '\t'   ? KEY_TAB_
                  : cp == '\b'   ? KEY_BACKSPACE_
                                 : cp;
        bool box = t->a.prompt.open && t->a.prompt.opened_ms + 300 > t->ms;
        t->ms += box && t->a.prompt.box != BOX_YES ? 400 : 60;
        app_tick(&t->a, t->ms);
        app_look(&t->a);
        app_keys(&t->a, &key, 1, t->ms);
    }
}

static inline char *picture(struct seat *t)
{
    struct buf b = BUF_INIT;
    app_look(&t->a);
    app_draw(&t->a, t->ms);
    canvas_dump(&t->a.canvas, false, &b);
    return buf_take(&b);
}

static inline void expect_on_screen(struct seat *t, const char *text)
{
    char *p = picture(t);
    if (!strstr(p, text))
        fail_msg("\"%s\" is not on the screen:\n%s", text, p);
    free(p);
}

#endif
