/* The painter against a small terminal: after every frame the terminal shows the canvas, whatever
 * was on it before, and few bytes were sent. */
#include "unit.h"

#include <math.h>

#include "base/text.h"
#include "tui/paint.h"

#define W 100
#define H 30

/* ---- a terminal: the sequences the painter may send, everything else fails the test ---- */

struct vt {
    bool no_column;
    char ch[H][W][CELL_BYTES];
    struct look look[H][W];
    struct look pen;
    int x, y;
    bool shown, bce;
};

static void vt_init(struct vt *t, bool bce)
{
    memset(t, 0, sizeof *t);
    t->bce = bce;
    t->pen = (struct look){COLOR_DEFAULT, COLOR_DEFAULT, 0};
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            str_copy(t->ch[y][x], CELL_BYTES, "#"); /* rubbish of another program */
            t->look[y][x] = (struct look){1, 2, ATTR_REVERSE};
        }
}

static void vt_erase(struct vt *t, int y, int x)
{
    str_copy(t->ch[y][x], CELL_BYTES, " ");
    t->look[y][x] = (struct look){COLOR_DEFAULT, t->bce ? t->pen.bg : COLOR_DEFAULT, 0};
}

static void vt_split(struct vt *t, int y, int x)
{
    if (x > 0 && !t->ch[y][x][0])
        str_copy(t->ch[y][x - 1], CELL_BYTES, " ");
    if (x + 1 < W && !t->ch[y][x + 1][0])
        str_copy(t->ch[y][x + 1], CELL_BYTES, " ");
}

static size_t vt_print(struct vt *t, const char *s, size_t n)
{
    int32_t cp;
    size_t used = text_next(s, n, &cp);
    int width = text_cp_width(cp);
    if (width == 0) { /* goes to the character before */
        int x = t->x - 1;
        while (x > 0 && !t->ch[t->y][x][0])
            x--;
        assert_true(x >= 0);
        size_t have = strlen(t->ch[t->y][x]);
        assert_true(have + used < CELL_BYTES);
        memcpy(t->ch[t->y][x] + have, s, used);
        t->ch[t->y][x][have + used] = '\0';
        return used;
    }
    assert_true(t->x + width <= W);
    for (int i = 0; i < width; i++) {
        vt_split(t, t->y, t->x + i);
        str_fmt(t->ch[t->y][t->x + i], CELL_BYTES, "%.*s", i ? 0 : (int)used, s);
        t->look[t->y][t->x + i] = t->pen;
    }
    t->x += width;
    return used;
}

static int32_t vt_color(const int *n, int count, int *i)
{
    if (n[*i] % 10 == 9)
        return COLOR_DEFAULT;
    if (n[*i] >= 90)
        return n[*i] % 10 + 8;
    if (n[*i] % 10 < 8)
        return n[*i] % 10;
    assert_true(*i + 2 < count);
    if (n[*i + 1] == 5) {
        *i += 2;
        return n[*i];
    }
    assert_int_equal(n[*i + 1], 2);
    *i += 4;
    return n[*i - 2] << 16 | n[*i - 1] << 8 | n[*i];
}

static void vt_sgr(struct vt *t, const int *n, int count)
{
    static const uint8_t bits[] = {0, ATTR_BOLD, ATTR_DIM, 0, ATTR_UNDERLINE, 0, 0, ATTR_REVERSE};
    for (int i = 0; i < count; i++) {
        int v = n[i];
        if (v == 0)
            t->pen = (struct look){COLOR_DEFAULT, COLOR_DEFAULT, 0};
        else if (v < 8 && bits[v])
            t->pen.attr |= bits[v];
        else if (v == 22)
            t->pen.attr &= (uint8_t) ~(ATTR_BOLD | ATTR_DIM);
        else if (v == 24)
            t->pen.attr &= (uint8_t)~ATTR_UNDERLINE;
        else if (v == 27)
            t->pen.attr &= (uint8_t)~ATTR_REVERSE;
        else if ((v >= 30 && v <= 39) || (v >= 90 && v <= 97))
            t->pen.fg = vt_color(n, count, &i);
        else if ((v >= 40 && v <= 49) || (v >= 100 && v <= 107))
            t->pen.bg = vt_color(n, count, &i);
        else
            fail_msg("SGR %d: blinking, or not known", v);
    }
}

static void vt_csi(struct vt *t, const char *s, size_t n, char final)
{
    int num[24] = {0}, count = 1;
    if (n && s[0] == '?') {
        assert_true(n == 3 && !strncmp(s, "?25", 3) && (final == 'h' || final == 'l'));
        t->shown = final == 'h';
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (s[i] == ';')
            count++;
        else
            num[count - 1] = num[count - 1] * 10 + s[i] - '0';
        assert_true(count < 24);
    }
    int by = num[0] ? num[0] : 1;
    switch (final) {
    case 'm':
        vt_sgr(t, num, count);
        break;
    case 'H':
        t->y = by - 1;
        t->x = num[1] ? num[1] - 1 : 0;
        break;
    case 'G':
        assert_false(t->no_column);
        t->x = by - 1;
        break;
    case 'C':
        t->x += by;
        break;
    case 'D':
        t->x -= by;
        break;
    case 'B':
        t->y += by;
        break;
    case 'J':
        assert_int_equal(num[0], 2);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                vt_erase(t, y, x);
        break;
    case 'K':
        assert_true(t->x < W);
        vt_split(t, t->y, t->x);
        for (int x = t->x; x < W; x++)
            vt_erase(t, t->y, x);
        break;
    default:
        fail_msg("CSI %c is not known", final);
    }
    assert_true(t->x >= 0 && t->x < W + (final == 'm') && t->y >= 0 && t->y < H);
}

static void vt_feed(struct vt *t, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        if (s[i] == '\x1b') {
            size_t end = i + 2;
            assert_int_equal(s[i + 1], '[');
            while (s[end] < 0x40)
                end++;
            vt_csi(t, s + i + 2, end - i - 2, s[end]);
            i = end + 1;
        } else if (s[i] == '\r' || s[i] == '\n' || s[i] == '\b') {
            t->x = s[i] == '\r' ? 0 : s[i] == '\b' ? t->x - 1 : t->x < W ? t->x : W - 1;
            t->y += s[i] == '\n';
            i++;
            assert_true(t->x >= 0 && t->y < H);
        } else {
            i += vt_print(t, s + i, n - i);
        }
    }
}

static void vt_shows(const struct vt *t, const struct paint *p, const struct canvas *c, int frame)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const struct cell *cell = &c->cells[y * W + x];
            if (!cell->ch[0] && !t->ch[y][x][0])
                continue; /* right half */
            struct look want = p->looks[1 + cell->role], got = t->look[y][x];
            bool ink = strcmp(cell->ch, " ") || (want.attr & (ATTR_UNDERLINE | ATTR_REVERSE));
            uint8_t lines = ink ? 0xFF : ATTR_UNDERLINE | ATTR_REVERSE;
            if (y == H - 1 && x == W - 1 && !p->caps.full_last_cell)
                continue;
            if (strcmp(cell->ch, t->ch[y][x]) || want.bg != got.bg ||
                ((want.attr ^ got.attr) & lines) || (ink && want.fg != got.fg))
                fail_msg("frame %d, cell %d,%d: \"%s\" %d/%d/%d, wanted \"%s\" %d/%d/%d", frame, x,
                         y, t->ch[y][x], got.fg, got.bg, got.attr, cell->ch, want.fg, want.bg,
                         want.attr);
        }
}

/* ---- frames ---- */

static uint32_t seed = 1;
static int rnd(int n)
{
    seed = seed * 1664525 + 1013904223;
    return (int)((seed >> 8) % (uint32_t)n);
}

static void scribble(struct canvas *c)
{
    static const char *const words[] = {
        "p95 latency 142 ms", "เฝ้าดู lag", "漢字 x", "▲ HOLD", "⣀⣤⠒⠉⠉⠒⣀", "         ", "x",
        "e\xCC\x81t\xCC\x81", "━━━▶──"};
    for (int i = rnd(12); i >= 0; i--) {
        enum role role = (enum role)rnd(ROLES);
        int x = rnd(W + 4) - 4, y = rnd(H);
        switch (rnd(8)) {
        case 0:
            canvas_fill(c, x, y, rnd(W), 1 + rnd(3), role, " ");
            break;
        case 1:
            canvas_box(c, x, y, rnd(40), rnd(9), role, "t", "note");
            break;
        case 2:
            canvas_role(c, x, y, rnd(30), 1 + rnd(2), role);
            break;
        case 3:
            canvas_rule(c, y, "LOG", "");
            break;
        default:
            canvas_text(c, x, y, -1, role, words[rnd((int)(sizeof words / sizeof *words))]);
        }
    }
    if (!rnd(5)) {
        c->cursor_x = rnd(W);
        c->cursor_y = rnd(H);
    } else if (!rnd(4)) {
        c->cursor_x = -1;
    }
}

static const struct paint_caps kinds[] = {
    {DEPTH_TRUE, true, true, true, false},    {DEPTH_256, true, true, true, false},
    {DEPTH_16, true, true, true, false},      {DEPTH_16, false, true, true, false},
    {DEPTH_MONO, false, false, false, false}, {DEPTH_256, true, false, false, false},
    {DEPTH_MONO, false, false, false, true},  {DEPTH_16, false, true, true, true},
};

static void terminal_shows_the_canvas(void **state)
{
    (void)state;
    static const char *const themes[] = {"themes/dark.theme", "themes/light.theme",
                                         "themes/terminal16.theme", "themes/mono.theme"};
    static struct vt t;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < 4; i++) {
            struct theme theme;
            struct err e = ERR_INIT;
            struct paint p;
            struct canvas c;
            struct buf out = BUF_INIT;
            char path[40];
            str_fmt(path, sizeof path, "./%s", themes[i]);
            assert_int_equal(theme_load(path, &theme, &e), 0);
            vt_init(&t, kinds[k].erase_colors);
            t.no_column = kinds[k].no_column;
            paint_init(&p, &kinds[k]);
            paint_theme(&p, &theme);
            canvas_init(&c, W, H);
            for (int frame = 0; frame < 250; frame++) {
                if (frame == 100)
                    canvas_clear(&c);
                if (frame == 150)
                    paint_forget(&p);
                scribble(&c);
                buf_clear(&out);
                paint_frame(&p, &c, &out);
                vt_feed(&t, buf_str(&out), out.len);
                vt_shows(&t, &p, &c, frame);
                assert_int_equal(t.shown, c.cursor_x >= 0);
                if (t.shown)
                    assert_true(t.x == c.cursor_x && t.y == c.cursor_y);
                buf_clear(&out);
                assert_int_equal(paint_frame(&p, &c, &out), 0);
                assert_int_equal(out.len, 0); /* nothing changed, nothing sent */
            }
            buf_free(&out);
            canvas_release(&c);
            paint_release(&p);
        }
}

/* 12 panels whose graphs scroll and whose numbers change, as at one tick. */
static void panels(struct canvas *c, int tick)
{
    canvas_clear(c);
    for (int i = 0; i < 12; i++) {
        int x = i % 3 * 33, y = i / 3 * 7, last = 0;
        enum role status = i == 1 ? ROLE_WARN : ROLE_PASS;
        canvas_box(c, x, y, 32, 7, ROLE_FRAME, "p95 latency", i == 1 ? "WARN" : "pass");
        canvas_textf(c, x + 2, y + 1, -1, status, "%d ms", 140 + (tick * 7 + i * 3) % 20);
        canvas_textf(c, x + 14, y + 1, -1, ROLE_DIM, "base %+.1f%%", (tick * 3 + i) % 9 / 10.0);
        canvas_text(c, x + 2, y + 2, 28, ROLE_LIMIT_WARN, "┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈ w150");
        for (int k = 0; k < 26; k++) {
            double v = sin((tick + k + i * 5) * 0.23) + sin((tick + k) * 1.7 + i) * 0.4;
            int row = v > 0.5 ? 0 : v > -0.4 ? 1 : 2;
            static const char *const dots[] = {"⠤", "⠒", "⣀", "⠉"};
            canvas_text(c, x + 2 + k, y + 3 + row, 1, ROLE_GRAPH, dots[(k + tick + last) % 4]);
            last = row;
        }
        canvas_text(c, x + 24, y + 5, -1, ROLE_DIM, "3s old");
    }
}

static void few_bytes_a_cell(void **state)
{
    (void)state;
    static struct vt t;
    for (size_t k = 0; k < 3; k++) {
        struct theme theme;
        struct paint p;
        struct canvas c;
        struct buf out = BUF_INIT;
        size_t bytes = 0, cells = 0;
        theme_builtin(&theme);
        vt_init(&t, true);
        paint_init(&p, &kinds[k]);
        paint_theme(&p, &theme);
        canvas_init(&c, W, H);
        for (int tick = 0; tick < 60; tick++) {
            buf_clear(&out);
            panels(&c, tick);
            int changed = paint_frame(&p, &c, &out);
            vt_feed(&t, out.p, out.len);
            vt_shows(&t, &p, &c, tick);
            if (tick) {
                bytes += out.len;
                cells += (size_t)changed;
            }
        }
        print_message("depth %d: %zu bytes a frame, %.2f bytes a changed cell\n", kinds[k].depth,
                      bytes / 59, (double)bytes / (double)cells);
        assert_true((double)bytes / (double)cells <= 6.0);
        buf_free(&out);
        canvas_release(&c);
        paint_release(&p);
    }
}

static void a_clock_costs_little(void **state)
{
    (void)state;
    struct theme theme;
    struct paint p;
    struct canvas c;
    struct buf out = BUF_INIT;
    theme_builtin(&theme);
    paint_init(&p, &kinds[0]);
    paint_theme(&p, &theme);
    canvas_init(&c, W, H);
    canvas_text(&c, 30, 0, -1, ROLE_HEADER, "22:21:07");
    paint_frame(&p, &c, &out);
    buf_clear(&out);
    canvas_text(&c, 30, 0, -1, ROLE_HEADER, "22:21:08");
    assert_int_equal(paint_frame(&p, &c, &out), 1);
    assert_true(out.len <= 8);
    buf_clear(&out);
    canvas_text(&c, 30, 0, -1, ROLE_HEADER, "22:23:08"); /* one unchanged cell is not jumped over */
    canvas_text(&c, 30, 0, -1, ROLE_HEADER, "22:24:19");
    assert_int_equal(paint_frame(&p, &c, &out), 3);
    assert_true(out.len <= 12);
    buf_free(&out);
    canvas_release(&c);
    paint_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminal_shows_the_canvas),
        cmocka_unit_test(few_bytes_a_cell),
        cmocka_unit_test(a_clock_costs_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
