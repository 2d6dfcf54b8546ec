/* What is wrong and what to press, in full sentences; the message line; the keys. */
#include "tui/banner.h"

#include <string.h>

#include "event/event.h"
#include "base/clock.h"
#include "base/text.h"

int keys_draw(struct canvas *c, int x, int y, int cells, const char *keys)
{
    int used = 0;
    while (*keys && used < cells) {
        const char *end = strstr(keys, "  ");
        size_t len = end ? (size_t)(end - keys) : strlen(keys), word = 0;
        char key[32], text[96];
        while (word < len && keys[word] != ' ')
            word++;
        str_fmt(key, sizeof key, "%.*s", (int)word, keys);
        str_fmt(text, sizeof text, "%.*s", (int)(len - word), keys + word);
        if (used + text_width(key) + text_width(text) > cells)
            return used;
        bool act = word == 1 && *key >= 'A' && *key <= 'Z';
        used += canvas_text(c, x + used, y, cells - used, act ? ROLE_ACT : ROLE_KEY, key);
        used += canvas_text(c, x + used, y, cells - used, ROLE_TEXT, text);
        keys += len;
        while (*keys == ' ')
            keys++;
        used += *keys ? 2 : 0;
    }
    return used;
}

/* A notice takes two rows when its sentence does not fit beside its keys. */
static int notice_rows(const struct notice *n, int w)
{
    int room = w - 2 - (*n->press ? text_width(n->press) + 3 : 0);
    return text_width(n->text) <= room ? 1 : 2;
}

int banner_rows(const struct glance *g, int w, int h)
{
    int most = h < 30 ? 3 : h < 45 ? 4 : 6, rows = 0;
    for (int i = 0; i < g->n; i++)
        rows += notice_rows(&g->notices[i], w);
    /* Each notice keeps a row of its own before any gets its second. */
    if (rows > most)
        rows = g->n > most ? g->n < 4 ? g->n : most : most;
    return rows < 1 ? 1 : rows;
}

/* Breaks between words so that the second row gets the rest. */
static size_t break_at(const char *s, int cells)
{
    size_t fit = text_fit(s, cells), at = fit;
    if (!s[fit])
        return fit;
    while (at > fit / 2 && (s[at] != ' ' || !strncmp(s + at, " more)", 6)))
        at--;
    return s[at] == ' ' && at > fit / 2 ? at : fit;
}

static void notice_draw(struct canvas *c, int y, int rows, const struct notice *n)
{
    int keys = *n->press ? text_width(n->press) : 0, room = c->w - 2 - (keys ? keys + 3 : 0);
    if (keys)
        keys_draw(c, c->w - 1 - keys, y, keys, n->press);
    if (rows == 1 || text_width(n->text) <= room) {
        pen_fit(c, 1, y, room, n->role, n->text);
        return;
    }
    char head[512];
    size_t cut = break_at(n->text, room);
    str_fmt(head, sizeof head, "%.*s", (int)cut, n->text);
    canvas_text(c, 1, y, room, n->role, head);
    pen_fit(c, 3, y + 1, c->w - 4, n->role, n->text + cut + (n->text[cut] == ' '));
}

void banner_draw(struct canvas *c, int y, int rows, const struct glance *g)
{
    int spare = rows - g->n;
    for (int i = 0; i < g->n && rows > 0; i++) {
        int want = notice_rows(&g->notices[i], c->w);
        int take = want == 2 && spare > 0 ? 2 : 1;
        spare -= take - 1;
        notice_draw(c, y, take, &g->notices[i]);
        y += take;
        rows -= take;
    }
}

/* What was said to the person stands until a newer decision; what only answered a key goes soon. */
static bool said_stands(const struct scene *s)
{
    const struct ui *ui = s->ui;
    if (!ui || !*ui->message)
        return false;
    if (ui->message_role == ROLE_DIM)
        return s->now_ms - ui->message_ms < 10000 || !*s->state->decision;
    return ui->message_role == ROLE_WARN || s->state->final ||
           ui->message_ms >= s->state->decision_ms;
}

/* The newest thing said to the person, or else the newest decision. */
static void message(struct canvas *c, const struct scene *s, int y)
{
    char at[16], text[400];
    const struct ui *ui = s->ui;
    if (said_stands(s)) {
        bool fresh = s->now_ms - ui->message_ms < 10000;
        time_clock(ui->message_ms, at, sizeof at);
        int x = 1 + canvas_text(c, 1, y, -1, ROLE_DIM, at) + 1;
        if (fresh)
            x += canvas_text(c, x, y, -1, ROLE_NEW, "NEW") + 1;
        pen_fit(c, x, y, c->w - x - 1, (enum role)ui->message_role, ui->message);
        return;
    }
    if (s->state->final) {
        time_clock(s->state->now_ms, at, sizeof at);
        int end = 1 + canvas_text(c, 1, y, -1, ROLE_DIM, at) + 1;
        str_fmt(text, sizeof text, "VERDICT %s: %s", s->state->verdict, s->state->verdict_why);
        event_sentence(text, text, sizeof text);
        pen_fit(c, end, y, c->w - end - 1, ROLE_TEXT, text);
        return;
    }
    if (!*s->state->decision)
        return;
    time_clock(s->state->decision_ms, at, sizeof at);
    int x = 1 + canvas_text(c, 1, y, -1, ROLE_DIM, at) + 1;
    if (scene_now(s) - s->state->decision_ms < 10000)
        x += canvas_text(c, x, y, -1, ROLE_NEW, "NEW") + 1;
    str_fmt(text, sizeof text, "%s: %s (rule %s)", s->state->decision, s->state->decision_why,
            s->state->decision_rule);
    event_sentence(text, text, sizeof text);
    pen_fit(c, x, y, c->w - x - 1, ROLE_TEXT, text);
}

/* keys: "1 live  m signal\tA advance  K kill": what follows the tab stands at the right. */
void draw_footer(struct canvas *c, const struct scene *s, const char *keys)
{
    int y = c->h - 2;
    char left[256];
    const char *tab = strchr(keys, '\t');
    const char *right = tab ? tab + 1 : "";
    int rw = text_width(right);
    str_fmt(left, sizeof left, "%.*s", tab ? (int)(tab - keys) : (int)strlen(keys), keys);
    message(c, s, y);
    keys_draw(c, 1, y + 1, c->w - 3 - (rw ? rw + 1 : 0), left);
    if (rw)
        keys_draw(c, c->w - 1 - rw, y + 1, rw, right);
}
