/* How a box looks: WHAT, HOW, WHO, the gate, WHY, the frozen values, and what to type. */
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "tui/composer.h"
#include "tui/pen.h"
#include "tui/prompt.h"

#define LABEL     8 /* cells of "WHAT    " */
#define ROWS_MOST 40

/* Rows are laid out first and drawn when they all fit. */
struct row {
    const char *label;
    enum role role;
    char text[240];
    enum { ROW_TEXT, ROW_WORD, ROW_OWN, ROW_VALUES } kind;
    int at; /* first value of ROW_VALUES */
};

struct layout_box {
    struct row rows[ROWS_MOST];
    int n, w;
    int brief; /* 0 all; rising: values, calls and reasons give way to the screen's height */
};

static struct row *add(struct layout_box *l, const char *label, enum role role, const char *text)
{
    static struct row beyond; /* what is too much is not drawn; the box says "+n" before */
    struct row *r = l->n < ROWS_MOST ? &l->rows[l->n++] : &beyond;
    *r = (struct row){.label = label, .role = role};
    str_copy(r->text, sizeof r->text, text);
    return r;
}

static void space(struct layout_box *l)
{
    add(l, "", ROLE_TEXT, "");
}

/* Text over several rows, broken at blanks where there are some; at most `most` rows. */
static void wrap(struct layout_box *l, const char *label, enum role role, const char *s, int most)
{
    int cells = l->w - 4 - LABEL;
    for (int i = 0; *s && i < most; i++) {
        size_t n = text_fit(s, cells), cut = n;
        bool last = i + 1 == most && s[n];
        while (s[n] && cut > n / 2 && s[cut] != ' ')
            cut--;
        n = s[n] && cut > n / 2 && !last ? cut : n;
        if (last)
            n = text_fit(s, cells - 1);
        struct row *r = add(l, i ? "" : label, role, "");
        str_fmt(r->text, sizeof r->text, "%.*s%s", (int)n, s, last ? "…" : "");
        s += n;
        s += strspn(s, " ");
    }
}

/* Rows from `first` on go on with what stands in the one before. */
static void indent(struct layout_box *l, int first, const char *by)
{
    char text[240];
    for (int i = first; i < l->n; i++) {
        str_fmt(text, sizeof text, "%s%s", by, l->rows[i].text);
        str_copy(l->rows[i].text, sizeof l->rows[i].text, text);
    }
}

/* The calls, one a row; long ones go on in a second row. */
static void calls(struct layout_box *l, const char *how, int most)
{
    int lines = 0, shown = 0;
    char one[600], more[40];
    for (const char *s = how; *s; s++)
        lines += *s == '\n';
    for (const char *s = how, *end; (end = strchr(s, '\n')) && shown < most; s = end + 1, shown++) {
        str_fmt(one, sizeof one, "%.*s", (int)(end - s), s);
        wrap(l, shown ? "" : "HOW", ROLE_TEXT, one, 2);
    }
    if (lines > shown) {
        str_fmt(more, sizeof more, "+%d more calls", lines - shown);
        add(l, "", ROLE_DIM, more);
    }
    if (!lines)
        add(l, "HOW", ROLE_DIM, "nothing is sent to production");
}

static void gates(struct layout_box *l, const struct prompt *p)
{
    for (size_t i = 0; i < p->f.n_gates && i < (l->brief > 2 ? 2 : PROMPT_GATES); i++)
        wrap(l, i ? "" : "GATE", ROLE_WARN, p->f.gates[i], p->f.n_gates < 3 && !l->brief ? 2 : 1);
    if (p->row->intent == INTENT_ADVANCE && !p->f.n_gates && !p->f.shut)
        add(l, "GATE", ROLE_GOOD, "+ open");
    if (p->f.shut && !p->f.n_gates)
        wrap(l, "SHUT", ROLE_WARN, p->f.shut_why, 2);
    if (p->f.n_gates && p->f.shut && p->f.hard)
        add(l, "", ROLE_DIM, "that cannot be overridden: wait for it");
    if (p->t.override)
        add(l, "", ROLE_CRIT, "[!] against the shut gate: recorded as an override");
    else if (p->f.shut && !p->f.hard && p->row->intent == INTENT_ADVANCE)
        add(l, "", ROLE_DIM, "[!] against it: IC only, with a reason, recorded as override");
}

static void reasons(struct layout_box *l, const struct prompt *p)
{
    char text[240];
    for (size_t i = 0; i < p->f.n_reasons; i++) {
        bool picked = p->t.reason == (int)i;
        str_fmt(text, sizeof text, "%s[%zu] %s%s", picked ? "» " : "  ", i + 1, p->f.reasons[i],
                !i && p->f.proposed ? "   <- by rule" : "");
        int at = l->n;
        if (l->brief < 3 || picked)
            wrap(l,
                 i                                   ? ""
                 : p->row->intent == INTENT_HANDOVER ? "TO"
                                                     : "WHY",
                 picked ? ROLE_FOCUS : ROLE_TEXT, text, !i && !l->brief ? 2 : 1);
        indent(l, at + 1, "      ");
    }
    bool own = *p->t.text || p->t.field == FIELD_TEXT;
    str_fmt(text, sizeof text, "%s[%zu] %s%s", own ? "» " : "  ", p->f.n_reasons + 1,
            p->row->intent == INTENT_HANDOVER ? "somebody else, by name" : "own words",
            own ? ":" : "");
    add(l, "", own ? ROLE_FOCUS : ROLE_TEXT, text);
    if (own)
        add(l, "", ROLE_INPUT, p->t.text)->kind = ROW_OWN;
}

static void values(struct layout_box *l, const struct prompt *p)
{
    char text[120];
    if (!p->f.n_values || l->brief > 1)
        return;
    space(l);
    str_fmt(text, sizeof text, "VALUES AT %s, frozen: they go into the record", p->f.clock);
    add(l, NULL, ROLE_TITLE, text);
    int a_row = l->w >= 90 ? 3 : 2;
    for (int i = 0; i < (int)p->f.n_values && i < (l->brief ? 1 : 3) * a_row; i += a_row) {
        struct row *r = add(l, NULL, ROLE_TEXT, "");
        r->kind = ROW_VALUES;
        r->at = i;
    }
    str_fmt(text, sizeof text, "now: %s", p->f.now);
    if (*p->f.now)
        add(l, NULL, ROLE_DIM, text);
}

static void rows_speak(struct layout_box *l, const struct prompt *p)
{
    wrap(l, "WHAT", ROLE_FOCUS, p->f.what, 2);
    add(l, "TEXT", ROLE_INPUT, p->t.text)->kind = ROW_OWN;
}

static void rows_act(struct layout_box *l, const struct prompt *p)
{
    wrap(l, "WHAT", ROLE_FOCUS, p->f.what, 2);
    calls(l, p->f.how, p->box == BOX_REASON || l->brief > 1 ? 1 : l->brief ? 2 : 4);
    wrap(l, "WHO", ROLE_TEXT, p->f.who, 1);
    gates(l, p);
    if (p->box == BOX_YES)
        return;
    reasons(l, p);
    if (p->box == BOX_WORD)
        values(l, p);
}

static void last_rows(struct layout_box *l, const struct prompt *p)
{
    static const char *const ends[] = {
        [BOX_YES] = "y turns it on at once.   Esc goes back.   Enter does nothing.",
        [BOX_WORD] = "Esc goes back, nothing is sent.   Enter alone does nothing.",
        [BOX_REASON] = "Enter says it.   Esc goes back, nothing is said.",
        [BOX_NONE] = "",
    };
    space(l);
    if (p->box == BOX_WORD)
        add(l, NULL, ROLE_TEXT, p->t.word)->kind = ROW_WORD;
    if (*p->said) {
        wrap(l, NULL, ROLE_WARN, p->said, 2);
    } else {
        space(l);
    }
    add(l, NULL, ROLE_DIM, ends[p->box]);
}

/* ---- drawing ---- */

static void draw_word(struct canvas *c, int x, int y, const struct prompt *p)
{
    x += canvas_text(c, x, y, -1, ROLE_TEXT, "Type the word  ");
    x += canvas_text(c, x, y, -1, ROLE_ACT, p->row->verb);
    if (*p->f.other) {
        x += canvas_text(c, x, y, -1, ROLE_TEXT, " or ");
        x += canvas_text(c, x, y, -1, ROLE_ACT, p->f.other);
    }
    x += canvas_text(c, x, y, -1, ROLE_TEXT, *p->f.other ? ", Enter:  " : "  and press Enter:  ");
    canvas_fill(c, x, y, 20, 1, ROLE_INPUT, " ");
    int used = canvas_text(c, x, y, 19, ROLE_INPUT, p->t.word);
    if (p->t.field == FIELD_WORD) {
        c->cursor_x = x + used;
        c->cursor_y = y;
    }
}

static void draw_own(struct canvas *c, int x, int y, int w, const struct prompt *p)
{
    const char *s = p->t.text;
    while (text_width(s) >= w) /* the end of a long text is what is being typed */
        s += text_fit(s, 1) ? text_fit(s, 1) : text_fit(s, 2);
    canvas_fill(c, x, y, w, 1, ROLE_INPUT, " ");
    int used = canvas_text(c, x, y, w, ROLE_INPUT, s);
    if (p->t.field == FIELD_TEXT) {
        c->cursor_x = x + used;
        c->cursor_y = y;
    }
}

static void draw_values(struct canvas *c, int x, int y, int w, const struct prompt *p, int at)
{
    int a_row = w >= 84 ? 3 : 2, col = w / a_row;
    for (int i = 0; i < a_row && at + i < (int)p->f.n_values; i++)
        pen_fit(c, x + i * col, y, col - 2, p->f.value_roles[at + i], p->f.values[at + i]);
}

static void draw_row(struct canvas *c, int x, int y, int w, const struct prompt *p,
                     const struct row *r)
{
    int skip = r->label ? LABEL : 0;
    if (r->label)
        canvas_text(c, x, y, LABEL - 1, ROLE_TITLE, r->label);
    if (r->kind == ROW_WORD)
        draw_word(c, x, y, p);
    else if (r->kind == ROW_OWN)
        draw_own(c, x + skip, y, w - skip, p);
    else if (r->kind == ROW_VALUES)
        draw_values(c, x + 2, y, w - 2, p, r->at);
    else
        pen_fit(c, x + skip, y, w - skip, r->role, r->text);
}

static void lay_out(struct layout_box *l, const struct prompt *p)
{
    bool speak = p->row->intent == INTENT_PARK || p->row->intent == INTENT_RESOLVE;
    l->n = 0;
    if (speak)
        rows_speak(l, p);
    else
        rows_act(l, p);
    last_rows(l, p);
}

bool prompt_draw(struct canvas *c, struct prompt *p, int64_t now_ms)
{
    struct layout_box l = {.n = 0};
    char note[64], left[16];
    if (p->row->intent == INTENT_SIGNAL)
        return composer_draw(c, p, now_ms);
    l.w = c->w - 4 < 104 ? c->w - 4 : 104;
    for (lay_out(&l, p); l.n + 4 > c->h && l.brief < 3; lay_out(&l, p))
        l.brief++; /* rows 0 and 1 stay in sight */
    int h = l.n + 2, x = (c->w - l.w) / 2, y = c->h > h + 5 ? 2 + (c->h - h - 5) / 3 : c->h - h;
    p->fits = l.w >= PROMPT_W && y >= 2;
    if (!p->fits)
        return false;
    dur_clock(prompt_left_ms(p, now_ms) + 999, left, sizeof left);
    str_fmt(note, sizeof note, "closes by itself in %s", left);
    canvas_fill(c, x - 1, y, l.w + 2, h, ROLE_TEXT, " ");
    c->cursor_x = c->cursor_y = -1;
    canvas_box(c, x, y, l.w, h, ROLE_BOX, p->f.title, note);
    for (int i = 0; i < l.n; i++)
        draw_row(c, x + 2, y + 1 + i, l.w - 4, p, &l.rows[i]);
    return true;
}
