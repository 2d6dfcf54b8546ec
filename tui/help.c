/* The help over the view: every key from the tables that also bind it, searchable by key or word,
 * and the signs. It looks only: nothing can be started from here. */
#include <string.h>

#include "base/text.h"
#include "tui/glance.h"
#include "tui/keymap.h"
#include "tui/pen.h"

static const char *const signs[] = {
    "SIGNS  + pass  ▲ WARN  ■ CRIT  ? UNKNOWN: no data or too old  x gate shut",
    "       3s is the age of a value; with ? it is past two intervals",
    "       w150 c200: warn and crit; a limit's row holds what is at or beyond it",
    "UNKNOWN is never pass: it keeps the gate shut. The kill switch works with data missing.",
    "A capital letter acts, and only opens a box; Enter alone never sends anything.",
};

/* Case-insensitive for ASCII; other scripts byte by byte. */
static bool found(const char *search, const char *a, const char *b)
{
    return !search || !*search || strcasestr(a, search) || strcasestr(b, search);
}

/* What stands in the way at this moment, in a few words; "" when nothing is known to. */
static void not_now(const struct scene *s, const struct key_row *r, char *out, size_t size)
{
    char can[64], key[16];
    int shut = 0;
    *out = '\0';
    if (!r->key || r->group == GROUP_LOOK || r->group == GROUP_MORE)
        return;
    str_fmt(key, sizeof key, "%s x", r->shown);
    glance_press(s, key, can, sizeof can);
    for (size_t i = 0; s->gate && i < s->gate->n; i++)
        shut += !s->gate->items[i].open;
    if (strlen(r->shown) == 1 && glance_idle(s, r->shown[0]))
        str_copy(out, size, "not in this plan");
    else if (strcmp(can, key) != 0)
        str_copy(out, size,
                 s->guard && s->guard->read_only ? "looks only"
                 : strchr("ARUHG", r->key)       ? "IC only"
                                                 : "needs a role");
    else if (r->key == 'A' && s->gate && !s->gate->open && shut)
        str_fmt(out, size, "gate shut: %d", shut);
}

/* A list of rows in a rectangle; what does not fit is counted in its last row. */
struct list {
    struct canvas *c;
    struct rect r;
    int y, lost, key_cells;
};

/* The first half of a sentence says the most where the whole one has no room. */
static void doc_fit(struct canvas *c, int x, int y, int cells, const char *doc)
{
    char half[128];
    str_copy(half, sizeof half, doc);
    if (text_width(half) > cells)
        half[strcspn(half, ";:")] = '\0';
    pen_fit(c, x, y, cells, ROLE_TEXT, half);
}

static void item(struct list *l, const struct scene *s, enum command c)
{
    const struct key_row *r = keymap_row(c);
    char note[48], doc[192], own[16];
    if (l->y >= l->r.h - 1) {
        l->lost++;
        return;
    }
    not_now(s, r, note, sizeof note);
    keymap_own(c, own, sizeof own);
    if (*own && !*note)
        str_fmt(note, sizeof note, "also %s", own);
    int y = l->r.y + l->y++, w = text_width(note), kw = l->key_cells;
    str_fmt(doc, sizeof doc, "%s%s%s", r->key ? "" : r->word, r->key ? "" : "  ", r->doc);
    canvas_text(l->c, l->r.x, y, kw - 1, r->group == GROUP_ACT ? ROLE_ACT : ROLE_KEY,
                r->key ? r->shown : ":");
    doc_fit(l->c, l->r.x + kw, y, l->r.w - kw - (w ? w + 3 : 0), doc);
    if (w)
        pen_right(l->c, l->r.x + l->r.w, y, w, ROLE_DIM, note);
}

enum keyed { KEYED, BY_NAME, EITHER };

/* The rows of a group that apply here and are searched for; how many. */
static int items(struct list *l, const struct scene *s, const char *search, enum key_group group,
                 enum keyed which)
{
    int n = 0, scope = s->guard && s->guard->replay ? SCOPE_REPLAY : SCOPE_LIVE;
    for (int c = 0; c < COMMANDS; c++) {
        const struct key_row *r = keymap_row((enum command)c);
        char words[192];
        str_fmt(words, sizeof words, "%s %s", r->word, r->doc);
        if (r->group != group || !(r->scope & scope) || !found(search, r->shown, words) ||
            (which != EITHER && (which == KEYED) != (r->key != 0)))
            continue;
        item(l, s, (enum command)c);
        n++;
    }
    return n;
}

static void head(struct list *l, const char *text)
{
    if (l->y < l->r.h - 1)
        pen_fit(l->c, l->r.x, l->r.y + l->y++, l->r.w, ROLE_TITLE, text);
}

static void list_end(struct list *l)
{
    char text[64];
    if (l->lost) {
        str_fmt(text, sizeof text, "+%d more: type to search", l->lost);
        pen_fit(l->c, l->r.x, l->r.y + l->r.h - 1, l->r.w, ROLE_TITLE, text);
    }
}

static void searched(struct canvas *c, struct rect r, const struct scene *s, const char *search)
{
    struct list l = {c, r, 0, 0, 10};
    char text[96];
    int n = 0;
    for (int i = 0; i < 4; i++)
        n += items(&l, s, search,
                   (enum key_group[]){GROUP_ACT, GROUP_TALK, GROUP_LOOK, GROUP_MORE}[i], EITHER);
    if (!n) {
        str_fmt(text, sizeof text, "nothing is called \"%s\"; Backspace shortens the search",
                search);
        pen_fit(c, r.x, r.y, r.w, ROLE_TEXT, text);
    }
    list_end(&l);
}

static void whole(struct canvas *c, struct rect r, const struct scene *s)
{
    int below = r.h > 20 ? (int)(sizeof signs / sizeof *signs) + 1 : r.h > 15 ? 3 : 0;
    int left = r.w / 2 - 3, right = r.w - left - 2;
    struct list look = {c, {r.x, r.y, left, r.h - below}, 0, 0, 7};
    struct list act = {c, {r.x + left + 2, r.y, right, r.h - below}, 0, 0, 3};
    head(&look, "LOOK  changes nothing");
    items(&look, s, NULL, GROUP_LOOK, EITHER);
    head(&act, "ACT  opens a box, never acts alone");
    items(&act, s, NULL, GROUP_ACT, KEYED);
    head(&act, "TALK  speaks into the record");
    items(&act, s, NULL, GROUP_TALK, KEYED);
    items(&act, s, NULL, GROUP_ACT, BY_NAME); /* what has no key gives way */
    items(&act, s, NULL, GROUP_TALK, BY_NAME);
    list_end(&look);
    list_end(&act);
    for (int i = 0; i + 1 < below; i++)
        pen_fit(c, r.x, r.y + r.h - below + 1 + i, r.w, i ? ROLE_DIM : ROLE_TEXT, signs[i]);
}

void draw_help(struct canvas *c, const struct scene *s, const char *search)
{
    int top = c->h >= 24 ? 2 : 0, w = c->w < 110 ? c->w : 110, h = c->h - top;
    int x = (c->w - w) / 2;
    char note[96];
    int most = c->h < 50 ? 26 : 40;
    if (h > most)
        h = most;
    if (w < 12 || h < 4) {
        pen_fit(c, 0, 0, c->w, ROLE_TITLE, "help: Esc closes");
        return;
    }
    canvas_fill(c, x, top, w, h, ROLE_TEXT, " ");
    if (search && *search)
        str_fmt(note, sizeof note, "search: %s", search);
    else
        str_copy(note, sizeof note, "type to search, ? or Esc closes");
    canvas_box(c, x, top, w, h, ROLE_BOX, "HELP", w > 60 || (search && *search) ? note : "");
    struct rect inside = {x + 2, top + 1, w - 4, h - 2};
    if ((search && *search) || w < 76)
        searched(c, inside, s, search ? search : "");
    else
        whole(c, inside, s);
}
