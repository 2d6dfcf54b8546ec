/* Golden screens: whole pictures as text in tests/golden, changed only by a reviewed diff. MET-10:
 * a panel has name, value, unit, delta, limits, status, arrow and graph; ALR-5: a critical alert,
 * its link; TIM-2: planned, actual, started, ended and state of each stage. (`make golden` writes
 * them). WARROOM_SHOW=CASE:80x24 prints one in colours instead. */
#include "unit.h"

#include <time.h>

#include "scene_times.h"
#include "scene_checks.h"
#include "scene_talk.h"
#include "scene_ansi.h"

static const struct golden {
    const char *name;
    void (*make)(struct fix *f);
    size_t metrics;
    int w, h; /* 0: at 80x24, 120x36 and 200x60 */
    bool ascii, blocks;
    const char *help; /* drawn over it: what is searched, "" all */
} goldens[] = {
    {"healthy", case_healthy, 6, 0, 0, false, false, NULL},
    {"warn", case_warn, 6, 0, 0, false, false, NULL},
    {"pending", case_pending, 6, 0, 0, false, false, NULL},
    {"breach", case_breach, 6, 0, 0, false, false, NULL},
    {"rolling-back", case_rolling_back, 6, 0, 0, false, false, NULL},
    {"not-verified", case_not_verified, 6, 0, 0, false, false, NULL},
    {"no-data", case_no_data, 6, 0, 0, false, false, NULL},
    {"blind", case_blind, 6, 0, 0, false, false, NULL},
    {"kill-unknown", case_kill_unknown, 6, 0, 0, false, false, NULL},
    {"kill-failed", case_kill_failed, 6, 0, 0, false, false, NULL},
    {"kill-on", case_kill_on, 6, 0, 0, false, false, NULL},
    {"not-recording", case_not_recording, 6, 0, 0, false, false, NULL},
    {"paused", case_paused, 6, 0, 0, false, false, NULL},
    {"hold", case_hold, 6, 0, 0, false, false, NULL},
    {"gate-open", case_gate_open, 6, 0, 0, false, false, NULL},
    {"advancing", case_advancing, 6, 0, 0, false, false, NULL},
    {"before-start", case_before_start, 6, 0, 0, false, false, NULL},
    {"ready", case_ready, 6, 80, 24, false, false, NULL},
    {"done-pass", case_done_pass, 6, 0, 0, false, false, NULL},
    {"done-fail", case_done_fail, 6, 0, 0, false, false, NULL},
    {"thai", case_thai, 6, 0, 0, false, false, NULL},
    {"many", case_far_breach, 32, 0, 0, false, false, NULL},
    {"crowd", case_far_breach, 256, 0, 0, false, false, NULL},
    {"read-only", case_read_only, 6, 80, 24, false, false, NULL},
    {"compare", case_compare, 6, 0, 0, false, false, NULL},
    {"compare-zoom", case_compare_zoom, 6, 0, 0, false, false, NULL},
    {"compare-blind", case_compare_blind, 6, 120, 36, false, false, NULL},
    {"compare-ascii", case_compare_zoom, 6, 80, 24, true, false, NULL},
    {"scrolled", case_scrolled, 6, 80, 24, false, false, NULL},
    {"by-hand", case_by_hand, 6, 80, 24, false, false, NULL},
    {"checks", case_checks, 6, 0, 0, false, false, NULL},
    {"checks-many", case_many_checks, 6, 0, 0, false, false, NULL},
    {"check-zoom", case_check_zoom, 6, 0, 0, false, false, NULL},
    {"countdown", case_countdown, 6, 0, 0, false, false, NULL},
    {"late-step", case_late_step, 6, 80, 24, false, false, NULL},
    {"blocker", case_blocker, 6, 80, 24, false, false, NULL},
    {"no-baseline", case_no_baseline, 6, 80, 24, false, false, NULL},
    {"no-baseline", case_no_baseline, 16, 200, 60, false, false, NULL},
    {"timeline", case_timeline, 6, 0, 0, false, false, NULL},
    {"hours", case_hours, 6, 0, 0, false, false, NULL},
    {"night", case_night, 6, 0, 0, false, false, NULL},
    {"zoom", case_zoom, 6, 0, 0, false, false, NULL},
    {"ascii", case_pending, 6, 0, 0, true, false, NULL},
    {"blocks", case_pending, 6, 120, 36, false, true, NULL},
    {"card", case_warn, 6, 44, 8, false, false, NULL},
    {"card", case_warn, 6, 20, 5, false, false, NULL},
    {"card-blind", case_blind, 6, 44, 8, false, false, NULL},
    {"log", case_talk, 6, 0, 0, false, false, NULL},
    {"log-filter", case_log_filter, 6, 80, 24, false, false, NULL},
    {"log-entry", case_log_entry, 6, 80, 24, false, false, NULL},
    {"alerts", case_alerts, 6, 0, 0, false, false, NULL},
    {"alerts-blind", case_alerts_blind, 6, 80, 24, false, false, NULL},
    {"evidence", case_evidence, 6, 0, 0, false, false, NULL},
    {"help", case_healthy, 6, 0, 0, false, false, ""},
    {"help-search", case_healthy, 6, 80, 24, false, false, "roll"},
    {"help-watcher", case_read_only, 6, 80, 24, false, false, ""},
};

static void draw(const struct golden *g, int w, int h, struct buf *text, struct buf *ansi)
{
    struct fix *f = fix_new(g->metrics);
    struct canvas c;
    g->make(f);
    f->ui.ascii = g->ascii;
    f->ui.braille = !g->blocks;
    f->ui.w = w;
    f->ui.h = h;
    canvas_init(&c, w, h);
    c.ascii = g->ascii;
    draw_scene(&c, &f->s);
    if (g->help)
        draw_help(&c, &f->s, g->help);
    if (text)
        canvas_dump(&c, h <= 24, text); /* roles too where the file stays small */
    if (ansi)
        scene_ansi(&c, ansi);
    canvas_release(&c);
    fix_free(f);
}

static void compare(const struct golden *g, int w, int h)
{
    char path[128];
    struct buf got = BUF_INIT;
    const char *write = getenv("WARROOM_GOLDEN");
    str_fmt(path, sizeof path, "tests/golden/%s-%dx%d.txt", g->name, w, h);
    draw(g, w, h, &got, NULL);
    if (write && !strcmp(write, "write")) {
        FILE *f = fopen(path, "wb");
        if (!f)
            fail_msg("cannot write %s", path);
        fwrite(buf_str(&got), 1, got.len, f);
        fclose(f);
    } else {
        size_t n;
        char *want = unit_file(path, &n);
        struct buf owner = {want, n, n};
        if (n != got.len || memcmp(want, buf_str(&got), n) != 0)
            fail_msg("%s differs; now it is:\n%s", path, buf_str(&got));
        buf_free(&owner);
    }
    buf_free(&got);
}

static const int sizes[][2] = {{80, 24}, {120, 36}, {200, 60}};

static void test_goldens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        const struct golden *g = &goldens[i];
        if (g->w)
            compare(g, g->w, g->h);
        for (size_t k = 0; !g->w && k < 3; k++)
            compare(g, sizes[k][0], sizes[k][1]);
    }
}

/* WARROOM_SHOW=breach:120x36 */
static int show(const char *what)
{
    char name[64];
    int w, h;
    struct buf out = BUF_INIT;
    if (sscanf(what, "%63[^:]:%dx%d", name, &w, &h) != 3)
        return 64;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        if (strcmp(goldens[i].name, name) != 0)
            continue;
        draw(&goldens[i], w, h, NULL, &out);
        fwrite(buf_str(&out), 1, out.len, stdout);
        buf_free(&out);
        return 0;
    }
    return 66;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
    };
    const char *what = getenv("WARROOM_SHOW");
    return what ? show(what) : cmocka_run_group_tests(tests, NULL, NULL);
}
