/* plan explain: the timeline around the stages, first minutes, manual items, the soak. */
#include <string.h>

#include "base/num.h"
#include "plan/explain_int.h"

static void put_ms(struct buf *b, int64_t ms)
{
    char text[32];
    dur_print(ms, text, sizeof text);
    buf_adds(b, text);
}

static void put_names(struct buf *b, const char *before, char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s%s", i ? ", " : before, names[i]);
}

static void put_limits(const struct plan *p, const struct first_limit *l, size_t n,
                       const char *before, struct buf *b)
{
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s%s %s", i ? ", " : before, p->metrics[l[i].metric].title, l[i].cond.text);
}

void explain_stage_times(const struct plan *p, const struct stage *st, struct buf *b)
{
    const struct stage_first *f = &st->first;
    if (f->for_ms) {
        buf_adds(b, "    In its first ");
        put_ms(b, f->for_ms);
        put_limits(p, f->critical, f->n_critical, " also CRITICAL: ", b);
        if (f->then)
            buf_addf(b, " (%s)", then_word((enum then_do)(f->then - 1)));
        put_limits(p, f->warning, f->n_warning,
                   f->n_critical ? "; also WARNING: " : " also WARNING: ", b);
        buf_adds(b, ".\n");
    }
    if (st->n_confirm) {
        put_names(b, "    Its gate needs people to confirm: ", st->confirm, st->n_confirm);
        buf_adds(b, ".\n");
    }
}

static void put_item(const struct plan *p, const struct timeline_item *t, struct buf *b)
{
    buf_addf(b, "  %s %s", t->at, t->title);
    if (*t->owner)
        buf_addf(b, " (%s)", t->owner);
    for (size_t i = 0; i < t->n_actions; i++)
        buf_addf(b, "%s%s", i ? ", " : ": runs ", p->actions[t->actions[i]].name);
    if (*t->confirm)
        buf_addf(b, "; closed when a person confirms %s", t->confirm);
    if (*t->checkpoint)
        buf_addf(b, " (%s)", t->checkpoint);
    if (t->preflight)
        buf_adds(b, "; closed when every check before the start has passed");
    if (*t->pager)
        buf_addf(b, "; the pager goes %s", t->pager);
    if (t->after_stages)
        buf_adds(b, "; not before the last stage was passed");
    if (t->freeze)
        buf_addf(b, "; the freeze %s", t->freeze == FREEZE_START ? "begins" : "ends");
    buf_adds(b, ".\n");
}

void explain_timeline(const struct plan *p, struct buf *b)
{
    if (*p->start_at)
        buf_addf(b, "\nPlanned start: %s.\n", p->start_at);
    for (size_t i = 0; i < p->n_timeline; i++) {
        if (!i)
            buf_adds(b, "\nAround the stages (T is the start of the first one):\n");
        put_item(p, &p->timeline[i], b);
    }
}

void explain_soak(const struct plan *p, struct buf *b)
{
    const struct soak *k = &p->soak;
    if (!k->set)
        return;
    buf_addf(
        b,
        "\nAfter the last stage it is watched on until %s, rules and rollback armed; people are "
        "asked every ",
        k->until);
    put_ms(b, k->checkin_ms);
    buf_adds(b, ".\n");
    for (size_t i = 0; i < k->n_pass; i++)
        buf_addf(b, "%s%s %s", i ? ", " : "  At its end: ", p->metrics[k->pass[i].metric].title,
                 k->pass[i].cond.text);
    buf_adds(b, k->n_pass ? ".\n" : "");
    put_names(b, "  People confirm: ", k->confirm, k->n_confirm);
    buf_adds(b, k->n_confirm ? ".\n" : "");
}
