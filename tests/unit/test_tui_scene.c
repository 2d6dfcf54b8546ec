/* Every screen at every size: no crash, the header or the card always there, counts that add up
 * to the plan, nothing allocated and little time spent while drawing. */
#include "unit.h"

#include <time.h>

#include "base/text.h"
#include "scene_times.h"
#include "tui/glance.h"
#include "tui/reading.h"

/* Allocations are counted by standing in front of the C library's; sanitizers bring their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCS 0
static size_t allocs;
#else
#define COUNTS_ALLOCS 1
static size_t allocs;
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);
void *malloc(size_t n)
{
    allocs++;
    return __libc_malloc(n);
}
void *calloc(size_t n, size_t size)
{
    allocs++;
    return __libc_calloc(n, size);
}
void *realloc(void *p, size_t n)
{
    allocs++;
    return __libc_realloc(p, n);
}
#endif

static void (*const cases[])(struct fix *f) = {
    case_healthy,      case_warn,         case_pending,       case_breach,      case_rolling_back,
    case_not_verified, case_no_data,      case_blind,         case_kill_failed, case_kill_unknown,
    case_kill_on,      case_paused,       case_not_recording, case_hold,        case_gate_open,
    case_advancing,    case_before_start, case_ready,         case_done_pass,   case_done_fail,
    case_thai,         case_read_only,    case_zoom,          case_scrolled,
};
#define N_CASES (sizeof cases / sizeof *cases)

/* Row y as plain text. */
static void row_text(const struct canvas *c, int y, struct buf *out)
{
    buf_clear(out);
    for (int x = 0; x < c->w; x++)
        buf_adds(out, c->cells[y * c->w + x].ch);
}

static bool has(const struct canvas *c, const char *words, struct buf *row)
{
    for (int y = 0; y < c->h; y++) {
        row_text(c, y, row);
        if (strstr(buf_str(row), words))
            return true;
    }
    return false;
}

static struct fix *made(size_t n, void (*make)(struct fix *f), int w, int h)
{
    struct fix *f = fix_new(n);
    make(f);
    f->ui.w = w;
    f->ui.h = h;
    return f;
}

static void test_every_size(void **state)
{
    (void)state;
    struct buf row = BUF_INIT;
    struct canvas c;
    canvas_init(&c, 1, 1);
    for (size_t i = 0; i < N_CASES; i++) {
        struct fix *f = made(i % 3 ? 6 : 40, cases[i], 0, 0);
        for (int w = 1; w <= 250; w += w < 20 ? 1 : w < 120 ? 7 : 13) {
            for (int h = 1; h <= 80; h += h < 10 ? 1 : 7) {
                canvas_resize(&c, w, h);
                c.ascii = (w + h) % 2;
                f->ui.braille = (w + h) % 3;
                draw_scene(&c, &f->s);
                if (w < 20 || h < 5)
                    continue;
                bool card = w < 80 || h < 24;
                if (!has(&c, "PROD", &row) || !has(&c, card ? "q" : "KILL", &row))
                    fail_msg("case %zu at %dx%d has no header", i, w, h);
            }
        }
        fix_free(f);
    }
    canvas_release(&c);
    buf_free(&row);
}

/* The numbers of row 1, as drawn: "5 pass  1 WARN  1 CRIT  0 unknown  (6)". */
static int drawn_sum(const char *row, int *of)
{
    static const char *const words[] = {"pass", "WARN", "warn", "CRIT", "UNKNOWN", "unknown"};
    int sum = 0;
    for (const char *at = row; *at; at++) {
        char *word;
        long n = *at >= '0' && *at <= '9' && at[-1] == ' ' ? strtol(at, &word, 10) : -1;
        for (size_t i = 0; n >= 0 && i < sizeof words / sizeof *words; i++)
            if (*word == ' ' && !strncmp(word + 1, words[i], strlen(words[i])))
                sum += (int)n;
    }
    const char *all = strchr(row, '(');
    *of = all ? (int)strtol(all + 1, NULL, 10) : -1;
    return sum;
}

/* All combinations of four states over six metrics: 4096 screens. UNKNOWN never reads as PASS. */
static void test_counts_add_up(void **state)
{
    (void)state;
    struct fix *f = made(6, case_healthy, 80, 24);
    struct buf row = BUF_INIT;
    struct canvas c;
    canvas_init(&c, 80, 24);
    for (int code = 0; code < 4096; code++) {
        bool unknown = false, worse = false;
        for (int m = 0; m < 6; m++) {
            enum mstatus is = (enum mstatus)(code >> (2 * m) & 3);
            f->v[m].status = is;
            unknown |= is == M_NODATA;
            worse |= is == M_CRITICAL;
        }
        draw_scene(&c, &f->s);
        row_text(&c, 1, &row);
        int of, sum = drawn_sum(buf_str(&row), &of);
        if (sum != 6 || of != 6)
            fail_msg("%d: %d of %d: %s", code, sum, of, buf_str(&row));
        const char *want = worse ? " BREACH " : unknown ? " UNKNOWN " : code ? " HOLD " : " PASS ";
        if (!strstr(buf_str(&row), want))
            fail_msg("%d: not %s: %s", code, want, buf_str(&row));
    }
    canvas_release(&c);
    buf_free(&row);
    fix_free(f);
}

/* MET-12: each group has its counts, and they add up: 5 + 8 + 4 + 3 = 20. */
static void MET_12_groups_add_up(void **state)
{
    (void)state;
    static const char *const names[] = {"system", "database", "application", "kill switch"};
    static const int sizes[] = {5, 8, 4, 3};
    struct fix *f = made(20, case_healthy, 200, 60);
    struct buf row = BUF_INIT;
    struct canvas c;
    canvas_init(&c, 200, 60);
    for (int g = 0, m = 0; g < 4; g++)
        for (int i = 0; i < sizes[g]; i++, m++)
            f->metrics[m].group = fix_str(names[g]);
    f->v[0].status = M_CRITICAL;
    f->v[5].status = f->v[12].status = M_WARNING;
    f->v[13].status = M_NODATA;
    draw_scene(&c, &f->s);
    static const char *const says[] = {
        "20 metrics", "system          5: 4 pass  0 warn  1 crit  0 unknown  0 info",
        "database        8: 6 pass  2 warn  0 crit  0 unknown  0 info",
        "application     4: 3 pass  0 warn  0 crit  1 unknown  0 info",
        "kill switch     3: 3 pass  0 warn  0 crit  0 unknown  0 info"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!has(&c, says[i], &row))
            fail_msg("the screen does not say \"%s\"", says[i]);
    canvas_release(&c);
    buf_free(&row);
    fix_free(f);
}

/* What a screen must say, at every size that shows the whole picture. TIM-1: both clocks always. */
static const struct {
    void (*make)(struct fix *f);
    size_t metrics;
    const char *words[6];
} says[] = {
    {case_healthy, 6, {"T+00:21:07", "22:21:07 +07"}},
    {case_done_pass, 6, {"T+", " +07"}},
    {case_timeline, 6, {"pager yellow"}}, /* ALR-7: green comes after the first night */
    {case_healthy, 6, {"+ PASS", "6 pass", "KILL", "opens 22:30:04", "A advance"}},
    {case_pending, 6, {"▲ HOLD", "CRIT in 00:31", "then rollback", "R roll back"}},
    {case_breach, 6, {"■ BREACH", "1 CRIT", "214 ms >= 200 for 1m", "R roll back"}},
    {case_rolling_back, 6, {"■ ROLLING BACK", "waiting for read-back"}},
    {case_not_verified, 6, {"■ NOT VERIFIED", "NOT confirmed"}},
    {case_no_data, 6, {"? UNKNOWN", "no data 94s (last 139)", "empty answer"}},
    {case_blind, 6, {"? UNKNOWN", "6 UNKNOWN", "no answer from Prometheus for 43s", "NO DATA 43s"}},
    {case_kill_unknown, 6, {"? UNKNOWN", "UNKNOWN 12s", "timeout after 2s"}},
    {case_kill_failed, 6, {"KILL NOT CONFIRMED", "BY HAND: curl", "FAILED"}},
    {case_kill_on, 6, {"KILL IS ON", "U turn it off"}},
    {case_not_recording, 6, {"NOT RECORDING", "no space left"}},
    {case_paused, 6, {"PAUSED", "for 03:12", "G go on"}},
    {case_hold, 6, {"HOLD", "anna holds: waiting for the DBA", "G go on"}},
    {case_gate_open, 6, {"waits for the IC's word", "A advance"}},
    {case_advancing, 6, {"advance: sent 22:21:02, waiting for read-back", "5%→25%?"}},
    {case_before_start, 6, {"NOT READY", "BEFORE START", "start waits for kill switch"}},
    {case_ready, 6, {"READY", "A start"}},
    {case_late_step, 6, {"start waits for ic: timeline T-20m", "(+2 more)", ":item T-20m"}},
    {case_ended_killed, 6, {"DONE: FAIL", "U kill OFF"}},
    {case_named_stages, 6, {"Create 15m", "Clean up 30m", "#5 30m"}},
    {case_blocker, 6, {"start waits for SRE: blocker 19 of 28", "(+4 more)", "3 checks"}},
    {case_done_pass, 6, {"DONE: PASS", "ENDED"}},
    {case_done_fail, 6, {"DONE: FAIL", "rolled back: p95"}},
    {case_thai, 6, {"เฝ้าดู"}},
    {case_far_breach, 32, {"■ BREACH", "p95 latency 31", "pool used 30", "no data 94s"}},
    {case_far_breach, 256, {"■ BREACH", "p95 latency 31", "pool used 30", "more"}},
    {case_read_only, 6, {"READ-ONLY"}},
    {case_scrolled, 6, {"3 new"}},
};

static void test_says(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {120, 36}, {200, 60}};
    struct buf row = BUF_INIT;
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        for (size_t k = 0; k < 3; k++) {
            struct canvas c;
            struct fix *f = made(says[i].metrics, says[i].make, sizes[k][0], sizes[k][1]);
            canvas_init(&c, sizes[k][0], sizes[k][1]);
            draw_scene(&c, &f->s);
            for (size_t w = 0; w < 6 && says[i].words[w]; w++)
                if (!has(&c, says[i].words[w], &row))
                    fail_msg("screen %zu at %dx%d does not say \"%s\"", i, c.w, c.h,
                             says[i].words[w]);
            canvas_release(&c);
            fix_free(f);
        }
    }
    buf_free(&row);
}

/* Ticks stop although the newest verdict was fine: the screen sees it by the ages alone. */
static void test_ticks_stop(void **state)
{
    (void)state;
    struct buf row = BUF_INIT;
    struct canvas c;
    struct fix *f = made(6, case_healthy, 80, 24);
    canvas_init(&c, 80, 24);
    f->s.now_ms += 8000; /* values are 11 s old: past two intervals */
    draw_scene(&c, &f->s);
    assert_true(has(&c, "11s?", &row));
    assert_true(has(&c, "+ PASS", &row));
    f->s.now_ms += 32000; /* 43 s: past stale_after, and the kill switch is not read either */
    draw_scene(&c, &f->s);
    assert_true(has(&c, "? UNKNOWN", &row));
    assert_true(has(&c, "6 UNKNOWN", &row));
    assert_true(has(&c, "no data 43s (last 139)", &row));
    assert_true(has(&c, "KILL: UNKNOWN", &row));
    f->st.final = true; /* a run that is over does not age */
    str_copy(f->st.verdict, sizeof f->st.verdict, "PASS");
    draw_scene(&c, &f->s);
    assert_true(has(&c, "6 pass", &row));
    canvas_release(&c);
    buf_free(&row);
    fix_free(f);
}

/* Only the IC's seat is offered the IC's keys, a look-only one none. */
static void test_seats(void **state)
{
    (void)state;
    static const struct {
        const char *role;
        bool read_only, replay;
        const char *yes, *no;
    } seats[] = {{"ic", false, false, "A advance", "decides"},
                 {"dba", false, false, "K kill ON", "A advance"},
                 {"", false, false, "IC anna decides", "K kill ON"},
                 {"ic", true, false, "READ-ONLY", "A advance"},
                 {"ic", false, true, "REPLAY", "K kill ON"}};
    struct buf row = BUF_INIT;
    for (size_t i = 0; i < sizeof seats / sizeof *seats; i++) {
        struct canvas c;
        struct fix *f = made(6, case_gate_open, 120, 36);
        f->s.role = seats[i].role;
        f->guard.read_only = seats[i].read_only;
        f->guard.replay = seats[i].replay;
        canvas_init(&c, 120, 36);
        draw_scene(&c, &f->s);
        if (!has(&c, seats[i].yes, &row) || has(&c, seats[i].no, &row))
            fail_msg("seat %zu", i);
        canvas_release(&c);
        fix_free(f);
    }
    buf_free(&row);
}

/* A plan that only watches: no weight, no rollback, no switch, and no key for any of them. */
static void test_a_plan_that_only_watches(void **state)
{
    (void)state;
    struct buf row = BUF_INIT;
    struct canvas c;
    struct fix *f = made(6, case_blind, 80, 24);
    f->plan.rollback_action = -1;
    f->plan.has_kill_switch = false;
    f->st.weight = NAN;
    f->stages[1].has_weight = false;
    f->stages[1].name = fix_str("Watch");
    canvas_init(&c, 80, 24);
    draw_scene(&c, &f->s);
    assert_true(has(&c, "STAGE 2/5  Watch", &row));
    assert_true(has(&c, "H hold", &row));
    assert_false(has(&c, "R roll back", &row));
    assert_false(has(&c, "K kill", &row));
    canvas_release(&c);
    buf_free(&row);
    fix_free(f);
}

/* What only answers a key gives way to the newest decision; a warning stands. */
static void test_said(void **state)
{
    static const struct {
        enum role role;
        int64_t age_ms; /* of the message; the decision is 3 s old */
        bool stands;
    } rows[] = {{ROLE_DIM, 9000, true},
                {ROLE_DIM, 11000, false},
                {ROLE_TEXT, 1000, true},
                {ROLE_TEXT, 5000, false},
                {ROLE_WARN, 60000, true}};
    struct buf row = BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct canvas c;
        struct fix *f = made(6, case_blind, 80, 24);
        str_copy(f->ui.message, sizeof f->ui.message, "2 does nothing here");
        f->ui.message_role = rows[i].role;
        f->ui.message_ms = f->s.now_ms - rows[i].age_ms;
        canvas_init(&c, 80, 24);
        draw_scene(&c, &f->s);
        if (has(&c, "2 does nothing here", &row) != rows[i].stands)
            fail_msg("row %zu", i);
        canvas_release(&c);
        fix_free(f);
    }
    buf_free(&row);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What a session is stands in row 0 at every size: a drill must not be taken for a run, nor a run
 * for a drill. */
static void test_mode_in_row_0(void **state)
{
    static const struct {
        const char *mode, *says, *never;
    } rows[] = {{"live", "RUN", "DRILL"}, {"drill", "DRILL", "RUN "}, {"demo", "DEMO", "RUN "}};
    struct buf row = BUF_INIT;
    struct canvas c;
    (void)state;
    canvas_init(&c, 1, 1);
    struct fix *f = made(6, case_healthy, 80, 24);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_copy(f->st.mode, sizeof f->st.mode, rows[i].mode);
        for (int w = 80; w <= 200; w += 8) {
            canvas_resize(&c, w, 30);
            draw_scene(&c, &f->s);
            row_text(&c, 0, &row);
            if (!strstr(buf_str(&row), rows[i].says) || strstr(buf_str(&row), rows[i].never))
                fail_msg("%s at %d: %s", rows[i].mode, w, buf_str(&row));
        }
    }
    canvas_release(&c);
    buf_free(&row);
    fix_free(f);
}

/* At a thousand times the world's speed, a fifth of a second is three minutes: no reason to say
 * that nothing is known. A run that acts knows no such grace. */
static void test_a_fast_clock_is_no_blindness(void **state)
{
    static const struct {
        double speed;
        int64_t later_ms;
        bool fresh;
    } rows[] = {{1, 4000, true},       {1, 200000, false}, {1000, 200000, true},
                {1000, 300000, false}, {60, 20000, true},  {60, 60000, false}};
    (void)state;
    struct fix *f = made(6, case_healthy, 80, 24);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t age, since, now = f->s.now_ms;
        const char *why;
        f->st.speed = rows[i].speed;
        f->s.now_ms += rows[i].later_ms;
        bool off = glance_kill(&f->s, &age, &why) == KS_OFF, blind = glance_blind(&f->s, &since);
        bool pass = reading_is(&f->s, 0) == SHOWN_PASS;
        if (off != rows[i].fresh || blind == rows[i].fresh || pass != rows[i].fresh)
            fail_msg("speed %g, %lld ms later: kill switch %d, blind %d, pass %d", rows[i].speed,
                     (long long)rows[i].later_ms, off, blind, pass);
        f->s.now_ms = now;
    }
    fix_free(f);
}

/* With a tick of 15 s what was read just before one is 20 s old when the next says the same: no
 * reason to call the kill switch UNKNOWN for a third of the time. */
static void test_a_slow_tick_is_no_blindness(void **state)
{
    static const struct {
        int64_t tick_ms, every_ms, age_ms;
        bool fresh;
    } rows[] = {{5000, 5000, 15000, true},  {5000, 5000, 15001, false},
                {15000, 5000, 20000, true}, {15000, 5000, 25001, false},
                {5000, 30000, 90000, true}, {5000, 30000, 90001, false}};
    (void)state;
    struct fix *f = made(6, case_healthy, 80, 24);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t age;
        const char *why;
        f->plan.tick_ms = rows[i].tick_ms;
        f->plan.ks_every_ms = rows[i].every_ms;
        for (size_t k = 0; k < f->plan.n_ks; k++)
            f->ks_st[k].at_ms = f->s.now_ms - rows[i].age_ms;
        if ((glance_kill(&f->s, &age, &why) == KS_OFF) != rows[i].fresh)
            fail_msg("row %zu", i);
    }
    fix_free(f);
}

static void test_cost(void **state)
{
    (void)state;
    struct canvas c;
    struct fix *f = made(256, case_far_breach, 200, 60);
    canvas_init(&c, 200, 60);
    draw_scene(&c, &f->s); /* the C library reads the time zone once */
    size_t before = allocs;
    double from = seconds();
    for (int i = 0; i < 20; i++)
        draw_scene(&c, &f->s);
    double each_ms = (seconds() - from) / 20 * 1e3;
    print_message("256 metrics at 200x60: %.2f ms a picture\n", each_ms);
    if (COUNTS_ALLOCS)
        assert_int_equal(allocs - before, 0);
    assert_true(each_ms < 50);
    canvas_release(&c);
    fix_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_counts_add_up),
        cmocka_unit_test(MET_12_groups_add_up),
        cmocka_unit_test(test_says),
        cmocka_unit_test(test_ticks_stop),
        cmocka_unit_test(test_seats),
        cmocka_unit_test(test_mode_in_row_0),
        cmocka_unit_test(test_a_fast_clock_is_no_blindness),
        cmocka_unit_test(test_a_slow_tick_is_no_blindness),
        cmocka_unit_test(test_said),
        cmocka_unit_test(test_a_plan_that_only_watches),
        cmocka_unit_test(test_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
