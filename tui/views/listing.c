/* Which metrics are on the screen and in which order: trouble is never scrolled away silently. */
#include <string.h>

#include "tui/views/live.h"

void listing_of(const struct scene *s, bool plan_order, struct listing *l)
{
    l->n = reading_order(s, plan_order, l->order, &l->trouble);
    l->focus_at = 0;
    for (size_t i = 0; s->ui && i < l->n; i++)
        if (l->order[i] == s->ui->focus)
            l->focus_at = (int)i;
}

void listing_hidden(const struct scene *s, const struct listing *l, const struct window *w,
                    char *out, size_t size)
{
    static const char *const words[] = {"pass", "info", "WARN", "UNKNOWN", "CRIT"};
    int count[5] = {0};
    for (int i = w->pinned; i < (int)l->n; i++)
        if (i < w->start || i >= w->start + w->shown)
            count[reading_is(s, l->order[i])]++;
    int above = w->start - w->pinned, below = w->hidden - above;
    str_fmt(out, size, "+%d more %s%s:", w->hidden, below > 0 ? "↓" : "", above > 0 ? "↑" : "");
    for (int k = 4; k >= 0; k--)
        if (count[k])
            str_fmt(out + strlen(out), size - strlen(out), " %d %s", count[k], words[k]);
}

enum graph_style graph_style_of(const struct canvas *c, const struct scene *s)
{
    if (c->ascii)
        return GRAPH_ASCII;
    return s->ui && !s->ui->braille ? GRAPH_BLOCKS : GRAPH_BRAILLE;
}

int stage_starts(const struct scene *s, int64_t *out, int max)
{
    int n = 0;
    for (size_t i = 0; i < s->plan->n_stages && n < max; i++)
        if (s->state->stages[i].entered_ms)
            out[n++] = s->state->stages[i].entered_ms;
    return n;
}
