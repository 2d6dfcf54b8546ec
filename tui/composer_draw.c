/* How the composer looks. */
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "tui/composer.h"
#include "tui/pen.h"

#define LABEL 13 /* cells of "OBSERVATION  " */
#define ROWS  14

struct sheet {
    struct canvas *c;
    const struct prompt *p;
    int x, y, w; /* inside */
};

static void label(const struct sheet *s, int row, const char *text)
{
    canvas_text(s->c, s->x, s->y + row, LABEL, ROLE_TITLE, text);
}

static void observation(const struct sheet *s)
{
    const char *text = s->p->t.text;
    char count[16];
    int w = s->w - LABEL - 8, x = s->x + LABEL;
    str_fmt(count, sizeof count, "%d/%d", text_width(text), COMPOSER_CELLS);
    label(s, 0, "OBSERVATION");
    while (text_width(text) >= w) /* the end is what is being typed */
        text += text_fit(text, 1) ? text_fit(text, 1) : text_fit(text, 2);
    canvas_fill(s->c, x, s->y, w, 1, ROLE_INPUT, " ");
    int used = canvas_text(s->c, x, s->y, w, ROLE_INPUT, text);
    pen_right(s->c, s->x + s->w, s->y, 7, ROLE_DIM, count);
    s->c->cursor_x = x + used;
    s->c->cursor_y = s->y;
}

static void metric(const struct sheet *s)
{
    bool picked = s->p->t.metric >= 0;
    const char *hint = picked ? "(Tab: next)" : "(Tab: pick)";
    label(s, 1, "METRIC");
    pen_fit(s->c, s->x + LABEL, s->y + 1, s->w - LABEL - 12, picked ? ROLE_FOCUS : ROLE_TEXT,
            picked ? s->p->f.metric : "none picked; one may be named in the text");
    pen_right(s->c, s->x + s->w, s->y + 1, 11, ROLE_DIM, hint);
}

static void decision(const struct sheet *s)
{
    static const char *const words[SAYS_COUNT] = {"none", "ask IC", "proceed", "hold", "rollback"};
    int x = s->x + LABEL, end = s->x + s->w;
    label(s, 2, "DECISION");
    for (int i = 0; i < SAYS_COUNT; i++) {
        bool mine = i == SAYS_NONE || (i == SAYS_ASK) != s->p->f.decider;
        bool picked = s->p->t.decision == i;
        if (i == SAYS_PROCEED)
            x += canvas_text(s->c, x, s->y + 2, end - x, s->p->f.decider ? ROLE_TITLE : ROLE_DIM,
                             "IC: ");
        x += canvas_textf(s->c, x, s->y + 2, end - x,
                          picked ? ROLE_FOCUS
                          : mine ? ROLE_TEXT
                                 : ROLE_DIM,
                          "(%s) %s", picked ? "*" : " ", words[i]);
        x += i < SAYS_PROCEED ? 2 : 1;
    }
}

/* Text over at most two rows. */
static void two_rows(const struct sheet *s, int row, enum role role, const char *text)
{
    char first[400];
    size_t n = text_fit(text, s->w), cut = n;
    while (text[n] && cut > n / 2 && text[cut] != ' ')
        cut--;
    n = text[n] && cut > n / 2 ? cut : n;
    str_fmt(first, sizeof first, "%.*s", (int)(n < sizeof first ? n : sizeof first - 1), text);
    pen_fit(s->c, s->x, s->y + row, s->w, role, first);
    pen_fit(s->c, s->x, s->y + row + 1, s->w, role, text + n + strspn(text + n, " "));
}

static const char *ordinal(uint32_t n)
{
    uint32_t tens = n % 100;
    if (tens >= 11 && tens <= 13)
        return "th";
    return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

static void refused(const struct sheet *s)
{
    const struct prompt *p = s->p;
    char keys[120];
    pen_rule(s->c, s->x, s->y + 7, s->w, p->parkable ? "refused: this is no signal yet" : "refused",
             "");
    two_rows(s, 8, ROLE_WARN, p->said);
    if (!p->parkable)
        return;
    str_fmt(keys, sizeof keys,
            "Tab  add a metric and keep it     p  put it in the parking lot (%u%s)",
            p->f.parked + 1, ordinal(p->f.parked + 1));
    pen_fit(s->c, s->x + 2, s->y + 10, s->w - 2, ROLE_KEY, keys);
}

bool composer_draw(struct canvas *c, struct prompt *p, int64_t now_ms)
{
    int w = c->w - 4 < 104 ? c->w - 4 : 104, h = ROWS + 2, x = (c->w - w) / 2;
    int y = c->h > h + 5 ? 2 + (c->h - h - 5) / 3 : c->h - h;
    char keys[140], left[16];
    p->fits = w >= PROMPT_W && y >= 2;
    if (!p->fits)
        return false;
    struct sheet s = {c, p, x + 2, y + 1, w - 4};
    canvas_fill(c, x - 1, y, w + 2, h, ROLE_TEXT, " ");
    canvas_box(c, x, y, w, h, ROLE_BOX, p->f.title, p->f.moment);
    observation(&s);
    metric(&s);
    decision(&s);
    canvas_text(c, s.x, s.y + 4, s.w, ROLE_DIM, "will be written as");
    two_rows(&s, 5, ROLE_TEXT, p->f.preview);
    if (*p->said)
        refused(&s);
    dur_clock(prompt_left_ms(p, now_ms) + 999, left, sizeof left);
    str_fmt(keys, sizeof keys, "Enter post   Tab metric   ←→ decision   Esc drop   closes in %s",
            left);
    pen_fit(c, s.x, s.y + ROWS - 1, s.w, ROLE_DIM, keys);
    return true;
}
