/* View 6: evidence files against the plan's artifacts: what is there, what is missing, what was
 * written last, whether the manifest stands. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "evidence/evidence.h"
#include "tui/format.h"
#include "tui/screen.h"
#include "tui/views/live.h"

static const struct {
    const char *sign, *word;
    enum role role;
} looks[] = {
    [EVIDENCE_WAITING] = {".", "waits", ROLE_DIM},
    [EVIDENCE_PRESENT] = {"+", "present", ROLE_TEXT},
    [EVIDENCE_MISSING] = {"■", "MISSING", ROLE_LIMIT_CRIT},
    [EVIDENCE_NOT_REACHED] = {"-", "not reached", ROLE_DIM},
};

/* The artifact's newest file. */
static const struct evidence_file *newest(const struct scene *s, size_t artifact)
{
    const struct evidence_state *e = &s->state->evidence;
    const struct evidence_file *at = NULL;
    for (size_t i = 0; i < e->n; i++)
        if (e->files[i].artifact == (int)artifact && (!at || e->files[i].t_ms >= at->t_ms))
            at = &e->files[i];
    return at;
}

static void row(struct canvas *c, int y, const struct scene *s, size_t i)
{
    const struct artifact *a = &s->plan->artifacts.files[i];
    const struct evidence_file *f = newest(s, i);
    struct evidence_item it;
    char text[300], count[24], clock[16] = "", name[100] = "";
    int wide = c->w >= 110 ? 44 : 34;
    evidence_item_of(s->state, i, &it);
    if (it.due > 1 || it.have > 1)
        str_fmt(count, sizeof count, "%zu/%zu", it.have, it.due > it.have ? it.due : it.have);
    else
        str_fmt(count, sizeof count, "%zu", it.have);
    if (f) {
        time_clock(f->t_ms, clock, sizeof clock);
        str_copy(name, sizeof name, f->name);
    }
    str_fmt(text, sizeof text, "%s %-11s %7s  %-15.15s", looks[it.is].sign,
            it.unsigned_by ? "NOT SIGNED" : looks[it.is].word, count, a->when_text);
    int x = 1 + pen_fit(c, 1, y, 40, looks[it.is].role, text) + 1;
    pen_fit(c, x, y, wide, it.is == EVIDENCE_MISSING ? ROLE_LIMIT_CRIT : ROLE_TEXT, a->name);
    x += wide + 1;
    if (c->w - x > 20)
        pen_fit(c, x, y, c->w - x - 1, ROLE_DIM, f ? clock : a->required ? "" : "not required");
    if (f && c->w - x > 30)
        pen_fit(c, x + 9, y, c->w - x - 10, ROLE_DIM, name);
}

static void head(struct canvas *c, int y, const struct scene *s, const struct evidence_sum *sum)
{
    const struct evidence_state *e = &s->state->evidence;
    char text[300], age[24];
    bool few = sum->wanted > 0 && sum->files < (size_t)sum->wanted;
    str_fmt(text, sizeof text, "%zu files", sum->files);
    if (sum->wanted)
        str_fmt(text + strlen(text), sizeof text - strlen(text), " of %d wanted%s", sum->wanted,
                few ? ": not met" : ": met");
    canvas_text(c, 1, y, c->w - 2, few && s->state->final ? ROLE_LIMIT_CRIT : ROLE_TEXT, text);
    if (e->n) {
        dur_age(age_ms(s, e->last_ms), age, sizeof age);
        str_fmt(text, sizeof text, "last written: %s, %s ago", e->files[e->last].name, age);
    } else {
        str_copy(text, sizeof text, "nothing written yet");
    }
    canvas_text(c, 1, y + 1, c->w - 2, ROLE_TEXT, text);
    str_fmt(text, sizeof text, "manifest: %s%s%s",
            e->manifest       ? "MANIFEST.sha256 stands (sha256sum -c proves it)"
            : s->state->final ? "not written yet"
                              : "is written at the end",
            e->failed ? "   NOT WRITTEN: " : "", e->failed ? e->failed_why : "");
    canvas_text(c, 1, y + 2, c->w - 2, e->failed ? ROLE_LIMIT_CRIT : ROLE_TEXT, text);
}

static void draw(struct canvas *c, int y, int h, const struct scene *s)
{
    struct evidence_sum sum;
    char note[100];
    size_t n = s->plan->artifacts.n_files, from = s->ui ? (size_t)s->ui->picked : 0;
    evidence_sum_of(s->state, &sum);
    str_fmt(note, sizeof note, "%zu present  %zu MISSING  %zu wait  %zu not reached", sum.present,
            sum.missing, sum.waiting, sum.not_reached);
    pen_rule(c, 0, y, c->w,
             s->state->final ? (sum.complete ? "EVIDENCE complete" : "EVIDENCE INCOMPLETE")
                             : "EVIDENCE",
             n ? note : "");
    head(c, y + 1, s, &sum);
    pen_rule(c, 0, y + 4, c->w, "ARTIFACTS", "as the plan wants them");
    if (!n)
        canvas_text(c, 1, y + 5, c->w - 2, ROLE_DIM,
                    "the plan names no artifacts; the log is written all the same");
    int rows = h - 5, r = 0;
    for (int missing = 1; missing >= 0; missing--) /* what is missing comes first */
        for (size_t i = 0; i < n; i++) {
            struct evidence_item it;
            evidence_item_of(s->state, i, &it);
            if ((it.is == EVIDENCE_MISSING) != (missing == 1))
                continue;
            if (from > 0) {
                from--;
                continue;
            }
            if (r < rows)
                row(c, y + 5 + r++, s, i);
        }
}

static enum handled key(struct ui *ui, const struct scene *s, int k)
{
    int most = (int)s->plan->artifacts.n_files - 1;
    int by = k == KEY_DOWN_   ? 1
             : k == KEY_UP_   ? -1
             : k == KEY_PGDN_ ? 10
             : k == KEY_PGUP_ ? -10
             : k == KEY_HOME_ ? -most
             : k == KEY_END_  ? most
                              : 0;
    if (k == KEY_ESC_)
        ui->view = 0;
    else if (!by)
        return HANDLED_NO;
    ui->picked += by;
    ui->picked = ui->picked > most ? most : ui->picked;
    ui->picked = ui->picked < 0 ? 0 : ui->picked;
    return HANDLED_REDRAW;
}

const struct view view_evidence = {"Evidence", '6', draw, key, 0};
