/* The loop: waits for keys and the room, draws once per wake. Data is drawn at once, at most four
 * times a second, keys always at once, a burst of resizes once. Owns the screen and the room while
 * it runs. */
#include "tui/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app_int.h"
#include "tui/format.h"

#define DATA_EVERY_MS   250 /* redraws for data, in the long run */
#define DATA_BURST_MS   750 /* three more at once, so that what comes together is shown at once */
#define RESIZE_QUIET_MS 40  /* a burst of resizes is over after this long */
#define RESIZE_MOST_MS  200 /* or after this long at most */
#define BUSY_WAIT_MS    20  /* the terminal is slow: try the rest of the picture soon */
#define NOTE_MS         6000
#define KEYS_AT_ONCE    64

static int64_t least(int64_t a, int64_t b)
{
    return b >= 0 && b < a ? b : a;
}

/* Real ms until data may be drawn; 0: now. */
static int64_t data_wait_ms(const struct app *a, int64_t now)
{
    int64_t left = a->data_due_ms - DATA_BURST_MS - now;
    return left > 0 ? left : 0;
}

/* Real ms until something must be done without any event. */
static int64_t wait_ms(const struct app *a, int64_t now)
{
    int64_t wait = 1000 - a->guard.now_ms % 1000; /* the clock row's next second */
    wait = least(wait, screen_wait_ms());
    if (a->dirty_data)
        wait = least(wait, data_wait_ms(a, now));
    if (a->resize_from_ms)
        wait = least(wait, RESIZE_QUIET_MS);
    if (a->prompt.open)
        wait = least(wait, prompt_left_ms(&a->prompt, now));
    if (screen_busy())
        wait = least(wait, BUSY_WAIT_MS);
    return wait < 1 ? 1 : wait;
}

static void take_keys(struct app *a, int64_t now)
{
    int keys[KEYS_AT_ONCE], key;
    size_t n = 0;
    while (n < KEYS_AT_ONCE && (key = screen_key()) != KEY_NONE)
        keys[n++] = key;
    if (n) {
        app_look(a); /* decisions are taken on what is, not on the picture of a moment ago */
        app_keys(a, keys, n, now);
    }
}

static void take_resize(struct app *a, int64_t now)
{
    int w, h;
    if (!a->resize_from_ms ||
        (now - a->resize_at_ms < RESIZE_QUIET_MS && now - a->resize_from_ms < RESIZE_MOST_MS))
        return;
    a->resize_from_ms = a->resize_at_ms = 0;
    screen_size(&w, &h);
    app_resize(a, w, h);
}

static void show(struct app *a, int64_t now)
{
    if (a->resize_from_ms)
        return; /* a picture of the old size helps nobody */
    bool second = room_now(a->room) / 1000 != a->drawn_second;
    bool data = (a->dirty_data || second) && data_wait_ms(a, now) == 0;
    if (!a->dirty && !data && !screen_busy())
        return;
    if (data)
        a->data_due_ms = (a->data_due_ms > now ? a->data_due_ms : now) + DATA_EVERY_MS;
    app_look(a);
    app_draw(a, now);
    screen_show(&a->canvas);
}

static void turn(struct app *a)
{
    room_wait(a->room, screen_fd(), wait_ms(a, mono_now().ms));
    int64_t now = mono_now().ms;
    take_keys(a, now); /* before the data: a stop never waits for a thousand samples */
    if (room_pump(a->room))
        a->dirty_data = true;
    app_tick(a, now);
    take_resize(a, now);
    show(a, mono_now().ms);
}

static struct app *app_new(struct room *room, const struct app_opts *o)
{
    struct app *a = xzalloc(1, sizeof *a);
    int w, h;
    a->room = room;
    a->o = o;
    a->rank = -1;
    a->ui.check = -1; /* the first to look at, once the view is entered */
    a->quiet = o->quiet;
    a->ui.braille = screen_has_braille();
    screen_size(&w, &h);
    canvas_init(&a->canvas, w, h);
    canvas_init(&a->frozen, w, h);
    a->ui.w = a->canvas.w;
    a->ui.h = a->canvas.h;
    return a;
}

static void app_free(struct app *a)
{
    canvas_release(&a->canvas);
    canvas_release(&a->frozen);
    buf_free(&a->entry);
    free(a);
}

/* What is printed after the terminal is given back. */
struct farewell {
    bool final, begun; /* begun: something may have been sent */
    int status;
    char verdict[24], why[240], weight[16], mode[16];
};

static void remember(const struct state *st, struct farewell *f)
{
    f->final = st->final;
    f->begun = st->stage >= 0 || st->act.is != ACT_NONE || st->kill.is != ACT_NONE;
    f->status = st->final ? verdict_status(st->verdict) : EX_INCONCLUSIVE;
    str_copy(f->verdict, sizeof f->verdict, st->verdict);
    str_copy(f->why, sizeof f->why, st->verdict_why);
    str_copy(f->mode, sizeof f->mode, st->mode);
    fmt_weight(st->weight, f->weight, sizeof f->weight);
}

static void say_farewell(const struct farewell *f, const struct app_opts *o, const char *head)
{
    if (o->watch && !f->final) {
        printf("left; the run goes on without this screen\n");
        return;
    }
    if (f->final)
        printf("DECISION %s: %s\n", f->verdict, f->why);
    else if (f->begun)
        printf("left before the end: the canary stays at %s\n", f->weight);
    else
        printf("left before the start: nothing was done to production\n");
    if (!f->final && o->session_path && strcmp(f->mode, "demo") != 0)
        printf("go on with: warroom resume %s\n", o->session_path);
    if (*head)
        printf("head %s\n", head);
    fflush(stdout);
}

static int close_all(struct app *a, struct err *e)
{
    char head[65] = "";
    struct farewell f;
    struct err closing = ERR_INIT;
    bool watched = a->o->watch;
    screen_close(); /* first: the user has the terminal back whatever the disk does */
    remember(room_state(a->room), &f);
    int rc = room_close(a->room, head, &closing);
    say_farewell(&f, a->o, head);
    app_free(a);
    if (rc < 0)
        *e = closing;
    if (watched && !f.final)
        f.status = EX_PASS; /* nothing has ended */
    return rc < 0 ? closing.status : f.status;
}

int app_run(struct room *room, const struct app_opts *o, struct err *e)
{
    struct screen_opts so = {
        .theme = o->theme, .ascii = o->ascii, .no_color = o->no_color, .mouse = o->mouse};
    struct err ignored = ERR_INIT;
    if (screen_open(&so, e) < 0) {
        room_close(room, NULL, &ignored);
        return e->status;
    }
    struct app *a = app_new(room, o);
    app_look(a);
    if (*so.note || o->note) {
        app_say(a, ROLE_WARN, "%s%s%s", so.note, *so.note && o->note ? "; " : "",
                o->note ? o->note : "");
        a->note_until_ms = mono_now().ms + NOTE_MS;
    }
    app_draw(a, mono_now().ms);
    screen_show(&a->canvas); /* the first picture, before any connection is made */
    if (room_start(room, e) < 0) {
        close_all(a, &ignored);
        return e->status;
    }
    while (!a->leaving && !screen_signal())
        turn(a);
    return close_all(a, e);
}
