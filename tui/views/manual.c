/* What a person must do by hand now, over the lower part of the view: it does not take keys, so
 * that a stop is never behind it. */
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "tui/pen.h"
#include "tui/views/live.h"

#define ROWS_MOST 8 /* of the text */

static void upper(const char *s, char *out, size_t size)
{
    str_copy(out, size, s);
    for (char *p = out; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 32);
}

/* One row of the text, at most w cells; returns what is left of it. */
static const char *next_row(const char *s, int w, char *out, size_t size)
{
    size_t line = strcspn(s, "\n"), n;
    char one[1200];
    str_fmt(one, sizeof one, "%.*s", (int)line, s);
    n = text_fit(one, w);
    str_fmt(out, size, "%.*s", (int)n, one);
    s += n ? n : line;
    return n >= line && *s == '\n' ? s + 1 : s;
}

static int rows_of(const char *text, int w)
{
    char row[400];
    int n = 0;
    for (const char *s = text; *s && n < ROWS_MOST; n++)
        s = next_row(s, w, row, sizeof row);
    return n;
}

void draw_manual(struct canvas *c, const struct scene *s)
{
    const struct hands_state *h = &s->state->hands;
    char title[80], role[32], age[16], row[400];
    if (h->is != HAND_MANUAL || c->w < 80 || c->h < 24)
        return;
    int w = c->w - 4, n = rows_of(h->text, w - 4), y = c->h - 3 - (n + 4);
    bool mine = s->role && !strcmp(s->role, h->role);
    upper(h->role, role, sizeof role);
    dur_age(s->now_ms - h->since_ms, age, sizeof age);
    str_fmt(title, sizeof title, "BY HAND: %s, action %s", role, h->id);
    str_fmt(row, sizeof row, "waits for %s", age);
    canvas_fill(c, 2, y, w, n + 4, ROLE_TEXT, " ");
    canvas_box(c, 2, y, w, n + 4, ROLE_BOX, title, h->said ? "said, read back now" : row);
    const char *p = h->text;
    for (int i = 0; i < n; i++) {
        p = next_row(p, w - 4, row, sizeof row);
        canvas_text(c, 4, y + 1 + i, w - 4, ROLE_FOCUS, row);
    }
    str_fmt(row, sizeof row, "%s%s", *p ? "(goes on: y copies all of it)  " : "",
            h->said ? "R rolls back at any moment"
            : mine  ? "y copies it   D done   :failed it was not   R rolls back at any moment"
                    : "y copies it   the one who does it says done   R rolls back at any moment");
    canvas_text(c, 4, y + n + 2, w - 4, ROLE_DIM, row);
}
