/* The rows of a window, and what its keys mean together. */
#include <string.h>

#include "base/zone.h"
#include "plan/check.h"
#include "plan/read.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(f)       .at = offsetof(struct plan_window, f)
#define WORDS(list) .words = list, .n_words = N(list)

static const char *const words_day[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const words_for[] = {"start", "advance", "schema_change"};
static const char *const words_when[] = {NULL, "dst_week"};

#define HOURS "hours like \"22:00-06:00\" (the end is excluded; 00:00-24:00 is the whole day)"

static const struct key_row window_rows[] = {
    {"allow", KEY_WORD, 0, AT(allow), .fits = fits_hours, .allowed = HOURS,
     .doc = "hours in which it is allowed, only then"},
    {"deny", KEY_WORD, 0, AT(deny), .fits = fits_hours, .allowed = HOURS,
     .doc = "hours in which it is not"},
    {"timezone", KEY_WORD, KEY_COMPUTED, AT(timezone), .fits = fits_zone,
     .allowed = "an IANA name like Europe/Istanbul, UTC, or an offset like +07:00",
     .fallback = "the plan's", .doc = "zone of the hours"},
    {"days", KEY_WORDS, KEY_COMPUTED, AT(days), WORDS(words_day), .fallback = "all",
     .doc = "days on which the hours begin"},
    {"holidays", KEY_WORD_LIST, 0, AT(holidays),
     .count_at = offsetof(struct plan_window, n_holidays), .lo = 0, .hi = 400, .fits = fits_date,
     .allowed = "a list of dates like 2026-04-23", .doc = "dates on which no hours begin"},
    {"for", KEY_WORDS, KEY_COMPUTED, AT(of), WORDS(words_for), .fallback = "[start, advance]",
     .doc = "what it speaks of; never a rollback, never the kill switch"},
    {"warn", KEY_BOOL, 0, AT(warn), .fallback = "false",
     .doc = "against it one may go on when the IC confirms it: `confirm window WHY`"},
    {"when", KEY_ENUM, 0, AT(when), WORDS(words_when),
     .doc = "dst_week: only in weeks in which a zone of `zones` changes its clocks"},
    {"zones", KEY_WORD_LIST, 0, AT(zones), .count_at = offsetof(struct plan_window, n_zones),
     .lo = 1, .hi = 16, .fits = fits_zone, .allowed = "a list of IANA names like Europe/London",
     .doc = "the watched zones of dst_week"},
    {"label", KEY_LINE, KEY_COMPUTED, AT(label), .fallback = "the hours",
     .doc = "its name on screen"},
};
const struct key_map schema_window = {"windows", window_rows, N(window_rows),
                                      sizeof(struct plan_window), check_window};

/* ---- lists of words ---- */

static bool is_list(struct load *l, const struct key_row *row, const struct node *n)
{
    if (n->kind != NODE_LIST && n->kind != NODE_BROKEN)
        say_allowed(l, row, n);
    return n->kind == NODE_LIST;
}

void read_words(struct load *l, const struct key_row *row, const struct node *n, unsigned *field)
{
    struct key_row item = *row;
    item.type = KEY_ENUM;
    item.flags = 0;
    item.at = 0;
    if (!is_list(l, row, n))
        return;
    if (!n->n)
        say(l, n, "the list is empty; leave the key out, or name one");
    for (size_t i = 0; i < n->n; i++) {
        unsigned word = (unsigned)row->n_words;
        size_t mark = path_index(l, i);
        read_value(l, &item, n->items[i], &word);
        path_cut(l, mark);
        if (word < row->n_words)
            *field |= 1u << word;
    }
}

void read_word_list(struct load *l, const struct key_row *row, const struct node *n, char ***field,
                    size_t *count)
{
    struct key_row item = {.type = KEY_WORD, .fits = row->fits};
    if (!is_list(l, row, n))
        return;
    if ((double)n->n < row->lo || (double)n->n > row->hi) {
        say(l, n, "%zu items; allowed are %.0f to %.0f", n->n, row->lo, row->hi);
        return;
    }
    item.allowed = row->fits == fits_date        ? "a date like 2026-04-23"
                   : row->fits == fits_id        ? "1 to 32 of a-z 0-9 _"
                   : row->fits == fits_role      ? "1 to 31 of a-z 0-9 _ -"
                   : row->fits == fits_operation ? "a word in capitals like DROP_INDEX"
                   : row->fits == fits_variable  ? "a name like LB_API_KEY"
                                                 : "an IANA name, UTC, or an offset like +07:00";
    char **v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        v[i] = pool_str(l->pool, "", 0);
        read_value(l, &item, n->items[i], &v[i]);
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

/* ---- what they mean ---- */

static int two(const char *s)
{
    return (s[0] - '0') * 10 + s[1] - '0';
}

void check_window(struct load *l, const struct node *n, void *obj)
{
    struct plan_window *w = obj;
    bool allow = node_get(n, "allow"), deny = node_get(n, "deny"), zones = node_get(n, "zones");
    bool when = node_get(n, "when");
    const char *hours = *w->allow ? w->allow : w->deny;
    if (allow == deny)
        say(l, n, "%s allow and deny; allowed is exactly one of them",
            allow ? "has both" : "has none of");
    if (zones != when)
        say(l, n,
            zones ? "has zones without `when: dst_week`; allowed are both or none of them"
                  : "has `when: dst_week` without zones; name the zones to watch");
    if (fits_hours(hours)) {
        w->from_s = (two(hours) * 60 + two(hours + 3)) * 60;
        w->until_s = (two(hours + 6) * 60 + two(hours + 9)) * 60;
    }
    if (!w->days)
        w->days = 127;
    if (!w->of)
        w->of = 1u << FOR_START | 1u << FOR_ADVANCE;
    if (!*w->label)
        w->label = pool_str(l->pool, hours, strlen(hours));
    w->holiday_days = pool_zalloc(l->pool, w->n_holidays, sizeof *w->holiday_days);
    for (size_t i = 0; i < w->n_holidays; i++)
        if (fits_date(w->holidays[i])) {
            const char *d = w->holidays[i];
            w->holiday_days[i] = day_number(two(d) * 100 + two(d + 2), two(d + 5), two(d + 8));
        }
}

static const struct zone *zone_of(struct load *l, const char *name, const void *field,
                                  const struct node *n)
{
    struct zone *z = zone_load(name);
    if (!z && *name && fits_zone(name))
        say_at(l, field, false, n, "the zone file of %s cannot be read; install tzdata", name);
    return pool_keep(l->pool, z ? z : zone_load("UTC"));
}

/* A run that is longer than the hours it must fit into could never start. */
static void check_length(struct load *l, const struct plan_window *w, const struct node *n)
{
    const struct plan *p = l->plan;
    int64_t hours_s = w->until_s - w->from_s + (w->until_s > w->from_s ? 0 : 86400);
    if (!*w->allow || w->when || !(w->of & 1u << FOR_START) || hours_s == 86400)
        return;
    if (p->expected_ms > hours_s * 1000)
        say_at(l, &p->expected_ms, false, n, "is longer than the window %s; no start would fit",
               w->label);
}

void check_windows(struct load *l, const struct node *n)
{
    struct plan *p = l->plan;
    p->zone = zone_of(l, p->timezone, &p->timezone, n);
    for (size_t i = 0; i < p->n_windows; i++) {
        struct plan_window *w = &p->windows[i];
        if (!*w->timezone)
            w->timezone = p->timezone;
        w->zone = zone_of(l, w->timezone, &w->timezone, n);
        w->watched = pool_zalloc(l->pool, w->n_zones, sizeof(struct zone *));
        for (size_t k = 0; k < w->n_zones; k++)
            w->watched[k] = zone_of(l, w->zones[k], &w->zones[k], n);
        check_length(l, w, n);
    }
}
