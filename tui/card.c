/* Below 80x24: the verdict, what is wrong, stage, kill switch, age of the data, the worst metric.
 * Nothing acts from here. Works from 1x1 up: what does not fit is left out from the end. */
#include <string.h>

#include "tui/format.h"
#include "tui/header.h"
#include "tui/pen.h"

struct card {
    struct canvas *c;
    int y;
};

static void line(struct card *k, enum role role, const char *text)
{
    if (k->y < k->c->h)
        pen_fit(k->c, k->c->w > 30, k->y, k->c->w - (k->c->w > 30), role, text);
    k->y++;
}

static void verdict_line(struct card *k, const struct glance *g)
{
    const struct tally *t = &g->tally;
    const struct {
        int n;
        const char *some, *none;
    } part[] = {{t->pass, "pass", "pass"},
                {t->warn, "WARN", "warn"},
                {t->crit, "CRIT", NULL},
                {t->unknown, "UNKNOWN", "unknown"}};
    char text[160];
    bool narrow = k->c->w < 40; /* only what is wrong */
    bool fine = t->pass == t->of;
    str_fmt(text, sizeof text, "%s %s ", g->sign, g->word);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (part[i].n ? !narrow || i || fine : !narrow && part[i].none)
            str_fmt(text + strlen(text), sizeof text - strlen(text), " %d %s", part[i].n,
                    part[i].n ? part[i].some : part[i].none);
    str_fmt(text + strlen(text), sizeof text - strlen(text), " of %d", t->of);
    line(k, g->role, text);
}

static void stage_line(struct card *k, const struct scene *s)
{
    char stage[64], t_plus[32], text[160];
    stage_words(s, k->c->w < 34, stage, sizeof stage);
    t_plus_words(s, t_plus, sizeof t_plus);
    if (*s->plan->environment)
        str_fmt(text, sizeof text, "%s  %s  %s", s->plan->environment, stage, t_plus);
    else
        str_fmt(text, sizeof text, "%s  %s", stage, t_plus);
    line(k, ROLE_TEXT, text);
}

static void kill_line(struct card *k, const struct scene *s)
{
    char kill[96], data[96], text[200];
    enum role kill_role, data_role;
    kill_words(s, k->c->w < 44 ? 3 : 1, &kill_role, kill, sizeof kill);
    data_words(s, k->c->w < 44 ? 3 : 1, &data_role, data, sizeof data);
    str_fmt(text, sizeof text, "%s  %s", kill, data);
    line(k, kill_role != ROLE_TEXT ? kill_role : data_role, text);
}

static void metric_line(struct card *k, const struct scene *s, size_t m)
{
    struct reading r;
    char text[200];
    reading_of(s, m, &r);
    str_fmt(text, sizeof text, "%s %s %s %s", r.sign, s->plan->metrics[m].title, r.value, r.word);
    line(k, r.is == SHOWN_PASS || r.is == SHOWN_INFO ? ROLE_TEXT : r.role, text);
}

void draw_card(struct canvas *c, const struct scene *s)
{
    struct card k = {c, 0};
    struct glance g;
    uint16_t order[ORDER_MAX];
    size_t trouble;
    char text[96];
    glance_at(s, &g);
    verdict_line(&k, &g);
    stage_line(&k, s);
    kill_line(&k, s);
    if (s->health && !s->health->recording)
        line(&k, ROLE_CRIT, "NOT RECORDING");
    if (c->h > 5 && g.n)
        line(&k, g.notices[0].role, g.notices[0].text);
    size_t n = reading_order(s, false, order, &trouble);
    int room = c->h - k.y - (c->w >= 44 ? 2 : 1);
    for (size_t i = 0; i < n && room-- > 0; i++)
        metric_line(&k, s, order[i]);
    if (c->w >= 44 && k.y <= c->h - 2) {
        k.y = c->h - 2;
        str_fmt(text, sizeof text, "Screen is %dx%d. From 80x24 on: all panels.", c->w, c->h);
        line(&k, ROLE_DIM, text);
    }
    if (k.y < c->h)
        k.y = c->h - 1;
    line(&k, ROLE_TEXT,
         c->w >= 34   ? "A R K are off here. q leaves."
         : c->w >= 22 ? "actions off, q leaves"
                      : "actions off, q");
}
