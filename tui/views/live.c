/* The live view: metrics, stages with the gate, the log; at 160x36 and more also what feeds and
 * follows. Enter fills the view with the focused metric. */
#include "tui/gates.h"
#include "tui/views/live.h"

#include "tui/screen.h"

static void live_draw(struct canvas *c, int y, int h, const struct scene *s)
{
    struct layout l;
    if (s->ui && s->ui->zoom && timeline_focused(s)) {
        part_timeline(c, (struct rect){0, y, c->w, h}, s);
        return;
    }
    if (s->ui && s->ui->zoom && s->ui->focus >= 0 && (size_t)s->ui->focus < s->plan->n_metrics) {
        part_zoom(c, (struct rect){0, y, c->w, h}, s, (size_t)s->ui->focus);
        return;
    }
    layout_live(c->w, y, h, s->plan->n_metrics, gate_matters(s), &l);
    if (l.boxes)
        part_boxes(c, &l, s);
    else
        part_table(c, &l, s);
    part_stages(c, l.stages, s);
    part_log(c, l.log, s);
    if (l.side.w)
        part_side(c, l.side, s);
}

bool timeline_focused(const struct scene *s)
{
    return s->ui && s->plan->n_metrics > 0 && (size_t)s->ui->focus == s->plan->n_metrics;
}

/* The next metric as the screen shows them; a row further in boxes. The focus stays on its metric
 * when trouble changes the order. */
static enum handled move_focus(struct ui *ui, const struct scene *s, int by, bool row)
{
    struct layout l;
    struct listing list;
    layout_live(ui->w, 0, ui->h - 6, s->plan->n_metrics, gate_matters(s), &l);
    listing_of(s, layout_in_plan_order(&l, s->plan->n_metrics), &list);
    if (!list.n)
        return HANDLED_QUIET;
    int n = (int)list.n, step = row && l.boxes && !ui->zoom ? by * l.cols : by;
    ui->focus = list.order[((list.focus_at + step) % n + n) % n];
    return HANDLED_REDRAW;
}

/* Tab walks on to the panel of the stages, behind the last metric. */
static enum handled tab(struct ui *ui, const struct scene *s, int by)
{
    struct layout l;
    struct listing list;
    layout_live(ui->w, 0, ui->h - 6, s->plan->n_metrics, gate_matters(s), &l);
    listing_of(s, layout_in_plan_order(&l, s->plan->n_metrics), &list);
    if (!list.n)
        return HANDLED_QUIET;
    bool last = by > 0 ? list.focus_at + 1 == (int)list.n : list.focus_at == 0;
    if (timeline_focused(s))
        ui->focus = list.order[by > 0 ? 0 : list.n - 1];
    else if (last)
        ui->focus = (int)s->plan->n_metrics;
    else
        ui->focus = list.order[list.focus_at + by];
    return HANDLED_REDRAW;
}

static enum handled scroll_log(struct ui *ui, const struct scene *s, int by)
{
    if (!ui->scroll && by > 0)
        ui->scroll_total = s->state->log_total;
    int most = (int)s->state->log_n;
    ui->scroll += by;
    ui->scroll = ui->scroll < 0 ? 0 : ui->scroll > most ? most : ui->scroll;
    return HANDLED_REDRAW;
}

static enum handled live_key(struct ui *ui, const struct scene *s, int key)
{
    switch (key) {
    case KEY_TAB_:
        return tab(ui, s, 1);
    case KEY_BACKTAB_:
        return tab(ui, s, -1);
    case KEY_RIGHT_:
        return move_focus(ui, s, 1, false);
    case KEY_DOWN_:
        return move_focus(ui, s, 1, true);
    case KEY_LEFT_:
        return move_focus(ui, s, -1, false);
    case KEY_UP_:
        return move_focus(ui, s, -1, true);
    case KEY_PGUP_:
        return scroll_log(ui, s, 5);
    case KEY_PGDN_:
        return scroll_log(ui, s, -5);
    case KEY_HOME_:
        return scroll_log(ui, s, (int)s->state->log_n);
    case KEY_END_:
        return scroll_log(ui, s, -ui->scroll);
    case KEY_ENTER_:
        ui->zoom = !ui->zoom;
        return HANDLED_REDRAW;
    case KEY_ESC_:
        if (ui->zoom)
            ui->zoom = false;
        else if (ui->scroll)
            ui->scroll = 0;
        else if (*ui->filter)
            ui->filter[0] = '\0';
        else
            return HANDLED_NO;
        return HANDLED_REDRAW;
    default:
        return HANDLED_NO;
    }
}

const struct view view_live = {"Live", '1', live_draw, live_key, -1};
