/* The help over the view: every key from the tables that also bind it, searchable by key or word,
 * and the signs. It looks only: nothing can be started from here. */
#include <ctype.h>
#include <string.h>

#include "action/intent.h"
#include "base/text.h"
#include "tui/glance.h"
#include "tui/pen.h"

static const struct look_row {
    const char *key, *word, *doc;
} looks[] = {
#define X(key, word, doc) {key, word, doc},
#include "tui/looks.def"
#undef X
};
#define N_LOOKS (sizeof looks / sizeof *looks)

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

static void intent_key(const struct intent_row *r, char *out, size_t size)
{
    if (r->key)
        str_fmt(out, size, "%c", r->key);
    else
        str_copy(out, size, ":");
}

/* What stands in the way at this moment, in a few words; "" when nothing is known to. */
static void not_now(const struct scene *s, const struct intent_row *r, char *out, size_t size)
{
    char can[64], key[16];
    int shut = 0;
    *out = '\0';
    str_fmt(key, sizeof key, "%c x", r->key ? r->key : ':');
    glance_press(s, key, can, sizeof can);
    for (size_t i = 0; s->gate && i < s->gate->n; i++)
        shut += !s->gate->items[i].open;
    if (strcmp(can, key) != 0)
        str_copy(out, size,
                 s->guard && (s->guard->read_only || s->guard->replay) ? "looks only" : "IC only");
    else if (r->key == 'A' && s->gate && !s->gate->open && shut)
        str_fmt(out, size, "gate shut: %d", shut);
}

/* A list of rows in a rectangle; what does not fit is counted in its last row. */
struct list {
    struct canvas *c;
    struct rect r;
    int y, lost, key_cells;
};

static void item(struct list *l, enum role role, const char *key, const char *doc, const char *note)
{
    if (l->y >= l->r.h - 1) {
        l->lost++;
        return;
    }
    int y = l->r.y + l->y++, w = text_width(note), kw = l->key_cells;
    canvas_text(l->c, l->r.x, y, kw - 1, role, key);
    pen_fit(l->c, l->r.x + kw, y, l->r.w - kw - (w ? w + 3 : 0), ROLE_TEXT, doc);
    if (w)
        pen_right(l->c, l->r.x + l->r.w, y, w, ROLE_DIM, note);
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

static int look_items(struct list *l, const char *search)
{
    int n = 0;
    for (size_t i = 0; i < N_LOOKS; i++) {
        char both[160];
        str_fmt(both, sizeof both, "%s %s", looks[i].word, looks[i].doc);
        if (!found(search, looks[i].key, both))
            continue;
        item(l, ROLE_KEY, looks[i].key, looks[i].doc, "");
        n++;
    }
    return n;
}

static int intent_items(struct list *l, const struct scene *s, const char *search, bool production)
{
    int n = 0;
    for (int k = 0; k < INTENTS; k++) {
        const struct intent_row *r = intent_row((enum intent_kind)k);
        char key[24], name[64], note[48], both[160];
        intent_key(r, key, sizeof key);
        str_fmt(both, sizeof both, "%s %s", r->word, r->doc);
        if (r->production != production || !found(search, key, both))
            continue;
        if (!r->key) {
            str_fmt(name, sizeof name, "%s  %s", r->word, r->doc);
            item(l, ROLE_KEY, ":", name, "");
        } else {
            not_now(s, r, note, sizeof note);
            item(l, production ? ROLE_ACT : ROLE_KEY, key, r->doc, note);
        }
        n++;
    }
    return n;
}

static void searched(struct canvas *c, struct rect r, const struct scene *s, const char *search)
{
    struct list l = {c, r, 0, 0, 7};
    char text[96];
    int n = intent_items(&l, s, search, true);
    n += intent_items(&l, s, search, false);
    n += look_items(&l, search);
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
    look_items(&look, NULL);
    head(&act, "ACT  opens a box, never acts alone");
    intent_items(&act, s, NULL, true);
    head(&act, "TALK AND DECIDE");
    intent_items(&act, s, NULL, false);
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
    if (h > 26)
        h = 26;
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
