/* The whole screen for the size of the canvas: header, sentences, the view, message and keys; the
 * card where 80x24 do not fit. Draws what it is given, knows no clock and no terminal. */
#include <string.h>

#include "tui/banner.h"
#include "tui/header.h"

static const struct view *const views[] = {&view_live, &view_checks, &view_log, &view_alerts,
                                           &view_evidence};

int view_by_key(int key)
{
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (views[i]->key == key)
            return (int)i;
    return -1;
}

const struct view *view_of(const struct ui *ui)
{
    size_t at = ui && ui->view >= 0 ? (size_t)ui->view : 0;
    return views[at < sizeof views / sizeof *views ? at : 0];
}

/* Only what this seat may do, in words of the moment. */
static void keys_words(const struct scene *s, int w, char *out, size_t size)
{
    const struct state *st = s->state;
    char act[96], want[160], looks[128];
    bool before = st->stage < 0;
    int view = view_of(s->ui)->key;
    bool back = s->ui && (s->ui->zoom || s->ui->entry_seq);
    const char *zoom = back          ? "Esc back"
                       : view == '4' ? "Enter entry"
                       : view == '1' ? "Enter zoom"
                                     : "Esc live";
    const char *more =
        w >= 110   ? "  PgUp log  / filter  m signal  b mark  p park  c checkpoint  : command"
        : w >= 100 ? "  PgUp log  / filter  m signal"
                   : "  m signal";
    int64_t age;
    const char *why;
    const char *kill = !s->plan->has_kill_switch                  ? ""
                       : glance_kill(s, &age, &why) == KS_ENGAGED ? "  U kill OFF"
                                                                  : "  K kill ON";
    str_fmt(want, sizeof want, "%s%s",
            before                               ? "A start"
            : st->rollback_wanted || st->aborted ? "R roll back"
            : w >= 110                           ? "A advance  H hold  R roll back"
                                                 : "A advance  R roll back",
            kill);
    if (st->final) /* what still stands: the canary cut off */
        str_fmt(want, sizeof want, "%s%s", *kill && kill[2] == 'U' ? kill + 2 : "",
                w < 100 ? "  q leave" : "");
    glance_press(s, want + strspn(want, " "), act, sizeof act);
    if (s->guard && s->guard->replay)
        str_copy(act, sizeof act, "REPLAY: nothing acts");
    else if (s->guard && s->guard->read_only)
        str_copy(act, sizeof act, "READ-ONLY: nothing acts");
    str_fmt(want, sizeof want, "%s  %s  ? help%s%s", view == '1' ? "Tab panel" : "1 live", zoom,
            w >= 100 ? "  q leave" : "", more);
    if (view == '3')
        str_fmt(want, sizeof want, "%s  e run again  w waive  o sign  1 live  ? help",
                s->ui->zoom ? "Esc back" : "Enter detail");
    glance_press(s, want, looks, sizeof looks);
    str_fmt(out, size, "%s\t%s", looks, act);
}

void draw_scene(struct canvas *c, const struct scene *s)
{
    struct glance g;
    char keys[320];
    canvas_clear(c);
    c->cursor_x = c->cursor_y = -1;
    if (c->w < 80 || c->h < 24) {
        draw_card(c, s);
        return;
    }
    glance_at(s, &g);
    header_draw(c, s, &g);
    int rows = banner_rows(&g, c->w, c->h);
    banner_draw(c, 2, rows, &g);
    const struct view *v = view_of(s->ui);
    v->draw(c, 2 + rows, c->h - 2 - rows - 3, s);
    draw_manual(c, s);
    pen_rule(c, 0, c->h - 3, c->w, "",
             s->ui && s->ui->frozen ? "PICTURE FROZEN, Space goes on" : "");
    keys_words(s, c->w, keys, sizeof keys);
    draw_footer(c, s, keys);
}
