/* Errors with paths, the places of fields, and work put off until all is read. */
#include <string.h>

#include "base/near.h"
#include "base/num.h"
#include "plan/read.h"

static void say_path(struct load *l, const struct node *n, const char *path, const char *fmt,
                     va_list ap)
{
    struct buf text = BUF_INIT;
    buf_vaddf(&text, fmt, ap);
    problem_add(&l->problems, n->line, n->col, "%s%s%s", path, *path ? ": " : "", buf_str(&text));
    buf_free(&text);
}

void say(struct load *l, const struct node *n, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say_path(l, n, buf_str(&l->path), fmt, ap);
    va_end(ap);
}

void say_at(struct load *l, const void *field, bool whole, const struct node *otherwise,
            const char *fmt, ...)
{
    const struct place *p = place_of(l, field, whole);
    va_list ap;
    va_start(ap, fmt);
    say_path(l, p ? p->node : otherwise, p ? p->path : buf_str(&l->path), fmt, ap);
    va_end(ap);
}

void shown(const struct node *n, char *out, size_t size)
{
    char cut[64];
    str_copy(cut, sizeof cut, n->text);
    str_fmt(out, size, "\"%s%s\"", cut, strlen(cut) < n->len ? "…" : "");
}

void say_allowed(struct load *l, const struct key_row *row, const struct node *n)
{
    char found[96];
    struct buf allowed = BUF_INIT;
    const char *hint = NULL;
    schema_allowed(row, &allowed);
    if (n->kind != NODE_SCALAR || null_scalar(n)) {
        str_fmt(found, sizeof found, "%s was found",
                n->kind == NODE_SCALAR ? "nothing" : node_kind_words(n));
    } else {
        shown(n, found, sizeof found);
        const char *words[32];
        size_t m = 0;
        for (size_t i = 0; i < row->n_words && m < 32; i++)
            if (row->words[i])
                words[m++] = row->words[i];
        hint = near_find(n->text, words, m);
    }
    say(l, n, "%s; allowed is %s%s%s%s", found, buf_str(&allowed), hint ? " (did you mean " : "",
        hint ? hint : "", hint ? ")" : "");
    buf_free(&allowed);
}

size_t path_key(struct load *l, const char *key)
{
    size_t mark = l->path.len;
    buf_addf(&l->path, "%s%.80s", mark ? "." : "", key);
    return mark;
}

size_t path_index(struct load *l, size_t i)
{
    size_t mark = l->path.len;
    buf_addf(&l->path, "[%zu]", i);
    return mark;
}

void path_cut(struct load *l, size_t mark)
{
    l->path.len = mark;
    l->path.p[mark] = '\0';
}

static size_t slot(const struct load *l, const void *field, bool whole)
{
    uintptr_t h = ((uintptr_t)field * 2 + whole) * (uintptr_t)UINT64_C(0x9E3779B97F4A7C15);
    size_t i = (size_t)(h >> 20) & (l->cap_places - 1);
    while (l->places[i].field && !(l->places[i].field == field && l->places[i].whole == whole))
        i = (i + 1) & (l->cap_places - 1);
    return i;
}

const struct place *place_of(const struct load *l, const void *field, bool whole)
{
    if (!l->cap_places)
        return NULL;
    const struct place *p = &l->places[slot(l, field, whole)];
    return p->field ? p : NULL;
}

static void grow_places(struct load *l)
{
    struct place *old = l->places;
    size_t cap = l->cap_places;
    l->cap_places = cap ? cap * 2 : 256;
    l->places = pool_zalloc(&l->scratch, l->cap_places, sizeof *l->places);
    for (size_t i = 0; i < cap; i++)
        if (old[i].field)
            l->places[slot(l, old[i].field, old[i].whole)] = old[i];
}

void place_keep(struct load *l, const void *field, bool whole, const struct node *n)
{
    if (2 * (l->n_places + 1) > l->cap_places)
        grow_places(l);
    struct place *p = &l->places[slot(l, field, whole)];
    l->n_places += !p->field;
    *p = (struct place){field, whole, false, n,
                        pool_str(&l->scratch, buf_str(&l->path), l->path.len)};
}

void place_bad(struct load *l, const void *field)
{
    if (place_of(l, field, false))
        l->places[slot(l, field, false)].bad = true;
}

void defer(struct load *l, void (*fn)(struct load *, const struct node *, void *),
           const struct node *n, void *field, bool last)
{
    if (l->n_laters == l->cap_laters) {
        l->cap_laters = l->cap_laters ? l->cap_laters * 2 : 64;
        l->laters = xrealloc(l->laters, l->cap_laters * sizeof *l->laters);
    }
    char *path = pool_str(&l->scratch, buf_str(&l->path), l->path.len);
    l->laters[l->n_laters++] = (struct later){fn, n, field, path, last};
}

void run_deferred(struct load *l, bool last)
{
    for (size_t i = 0; i < l->n_laters; i++) {
        struct later w = l->laters[i];
        if (w.last != last)
            continue;
        buf_clear(&l->path);
        buf_adds(&l->path, w.path);
        w.fn(l, w.node, w.field);
    }
    buf_clear(&l->path);
    buf_adds(&l->path, "");
}

static void range(const struct key_row *row, struct buf *out)
{
    char lo[40], hi[40];
    if (row->type == KEY_DURATION || row->type == KEY_DURATIONS) {
        dur_print((int64_t)row->lo, lo, sizeof lo);
        dur_print((int64_t)row->hi, hi, sizeof hi);
    } else {
        str_fmt(lo, sizeof lo, "%.15g", row->lo);
        str_fmt(hi, sizeof hi, "%.15g", row->hi);
    }
    buf_addf(out, " from %s to %s", lo, hi);
}

void schema_allowed(const struct key_row *row, struct buf *out)
{
    static const char *const by_type[] = {
        [KEY_LINE] = "a text of one line",
        [KEY_TEXT] = "a text",
        [KEY_WORD] = "a word",
        [KEY_URL] = "an address that begins with http:// or https://",
        [KEY_SECRET] = "${NAME} or a file",
        [KEY_SECRET_FILE] = "the path of a file",
        [KEY_BOOL] = "true or false",
        [KEY_INT] = "a whole number",
        [KEY_NUMBER] = "a number",
        [KEY_DURATION] = "a duration (500ms 5s 15m 2h 1h30m)",
        [KEY_COND] = "a condition like \">= 150\", \">= +20%\", \"< 99.6 for 5m\"",
        [KEY_MAP] = "a mapping of keys",
        [KEY_MAPS] = "a list of mappings",
        [KEY_DURATIONS] = "a rising list of durations like [15m, 30m]",
        [KEY_PAIRS] = "a mapping of names to texts",
        [KEY_HEADERS] = "a mapping of header names to texts",
        [KEY_ARGV] = "a list of texts: the program and its arguments",
        [KEY_JSON] = "any value",
        [KEY_JSON_EXPECT] = "a mapping of fields to values",
        [KEY_CAPTURES] = "NAME: { json: path }",
        [KEY_ACTIONS] = "a mapping of names to lists of steps",
        [KEY_PASS] = "a list of texts like \"p95 < 150\"",
        [KEY_ACTION_NAMES] = "a list of names of actions",
        [KEY_WORDS] = "a list of words",
        [KEY_WORD_LIST] = "a list of words",
        [KEY_FIRST_WARN] = "METRIC: condition",
        [KEY_FIRST_CRIT] = "METRIC: condition",
        [KEY_BASELINE_OF] = "a list of ids of metrics",
        [KEY_AFTER_OF] = "a list of ids of metrics",
        [KEY_SECRETS] = "a list of ${NAME}",
        [KEY_APPROVALS] = "a mapping of subjects to lists of roles",
        [KEY_TEXTS] = "a mapping of names to texts",
        [KEY_LATER] = "nothing",
    };
    if (row->allowed) {
        buf_adds(out, row->allowed);
        return;
    }
    if (row->type == KEY_ENUM || row->type == KEY_WORDS) {
        const char *between = row->type == KEY_WORDS ? "a list of " : "";
        bool list = *between;
        for (size_t i = 0; i < row->n_words; i++) {
            if (!row->words[i])
                continue;
            buf_addf(out, "%s%s", between, row->words[i]);
            between = list ? " " : " | ";
        }
        return;
    }
    buf_adds(out, by_type[row->type]);
    if (row->type == KEY_INT || row->type == KEY_NUMBER || row->type == KEY_DURATION)
        range(row, out);
    if (row->flags & KEY_OR_NONE)
        buf_adds(out, ", or none");
}
