/* Strokes; see pen.h. */
#include "tui/pen.h"

#include <string.h>

#include "base/text.h"

int pen_fit(struct canvas *c, int x, int y, int cells, enum role role, const char *s)
{
    if (cells <= 0)
        return 0;
    if (text_width(s) <= cells)
        return canvas_text(c, x, y, cells, role, s);
    char head[1024];
    size_t n = text_fit(s, cells - 1);
    while (n && s[n - 1] == ' ')
        n--;
    if (n >= sizeof head)
        n = sizeof head - 1;
    memcpy(head, s, n);
    head[n] = '\0';
    int used = canvas_text(c, x, y, cells - 1, role, head);
    return used + canvas_text(c, x + used, y, 1, role, c->ascii ? "~" : "…");
}

int pen_right(struct canvas *c, int x_end, int y, int cells, enum role role, const char *s)
{
    int w = text_width(s);
    if (w > cells)
        w = cells;
    pen_fit(c, x_end - w, y, w, role, s);
    return x_end - w;
}

#define FIELDS_MAX 12

struct fields {
    char *start[FIELDS_MAX], *end[FIELDS_MAX];
    size_t n;
};

static void split_fields(char *text, struct fields *f)
{
    f->n = 0;
    for (char *at = text; f->n < FIELDS_MAX;) {
        char *bar = f->n + 1 < FIELDS_MAX ? strstr(at, " | ") : NULL;
        f->start[f->n] = at;
        f->end[f->n++] = bar ? bar : at + strlen(at);
        if (!bar)
            return;
        at = bar + 3;
    }
}

/* The field that gives words away; -1 when the line has no middle. */
static int longest_middle(const struct fields *f)
{
    int best = -1;
    for (size_t i = 1; i + 2 < f->n; i++)
        if (best < 0 || f->end[i] - f->start[i] > f->end[best] - f->start[best])
            best = (int)i;
    return best;
}

/* Where the last word of the field begins; the field's start when it is one word. "lag=no data" is
 * one word. */
static char *last_word(char *start, char *end)
{
    char *p = end;
    while (p > start && p[-1] != ' ')
        p--;
    if (end - p == 4 && p - start > 4 && !strncmp(p - 4, "=no data", 8))
        for (p--; p > start && p[-1] != ' ';)
            p--;
    return p;
}

/* "p95=142ms", and not "201 ms >= 200". */
static bool has_values(const char *start, const char *end)
{
    for (const char *p = start + 1; p < end; p++)
        if (*p == '=' && p[-1] != ' ' && !strchr("<>=!", p[-1]))
            return true;
    return false;
}

/* "5/6 PASS": the line has a verdict that must stay. */
static bool is_tally(const char *start)
{
    size_t digits = strspn(start, "0123456789");
    return digits && start[digits] == '/';
}

void pen_shorten(char *text, size_t size, int cells)
{
    int over = text_width(text) - cells;
    struct fields f;
    if (over <= 0)
        return;
    split_fields(text, &f);
    int at = longest_middle(&f);
    bool counted = at >= 0 && has_values(f.start[at], f.end[at]);
    if (at < 0 || (!counted && !is_tally(f.start[f.n - 2])))
        return;
    char *start = f.start[at], *end = f.end[at], *cut = end, tail[512], mark[16] = "";
    int dropped = 0;
    str_copy(tail, sizeof tail, end);
    while (over > 0 && last_word(start, cut) > start) {
        char *word = last_word(start, cut);
        char saved = *cut;
        *cut = '\0';
        over -= text_width(word) + 1;
        *cut = saved;
        cut = word - 1;
        if (counted)
            over += dropped == 0 ? 3 : dropped == 9 ? 1 : 0; /* " +1", then " +10" */
        else
            over += dropped == 0; /* "…" */
        dropped++;
    }
    if (!dropped)
        return;
    if (counted)
        str_fmt(mark, sizeof mark, " +%d", dropped);
    else
        str_copy(mark, sizeof mark, "…");
    str_fmt(cut, size - (size_t)(cut - text), "%s%s", mark, tail);
}

void pen_rule(struct canvas *c, int x, int y, int w, const char *title, const char *note)
{
    if (w <= 0)
        return;
    canvas_fill(c, x, y, w, 1, ROLE_FRAME, "─");
    int used = 1;
    if (*title && w > 6) {
        canvas_text(c, x + 1, y, 1, ROLE_FRAME, " ");
        used = 2 + pen_fit(c, x + 2, y, w - 6, ROLE_TITLE, title);
        canvas_text(c, x + used, y, 1, ROLE_FRAME, " ");
        used++;
    }
    int room = w - used - 4;
    if (*note && room > 4) {
        canvas_text(c, x + w - 2, y, 1, ROLE_FRAME, " ");
        int at = pen_right(c, x + w - 2, y, room, ROLE_DIM, note);
        canvas_text(c, at - 1, y, 1, ROLE_FRAME, " ");
    }
}
