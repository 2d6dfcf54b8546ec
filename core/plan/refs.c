/* Names that point at other parts of the plan: resolved once everything is read. */
#include <string.h>

#include "base/near.h"
#include "plan/check.h"
#include "plan/read.h"
#include "plan/tmpl.h"

#define NAMES_MAX 512 /* in one list of names */

#define COUNT_FOLLOWS(s, f)                                                                        \
    _Static_assert(offsetof(struct s, n_##f) == offsetof(struct s, f) + sizeof(void *),            \
                   "a list and its count")
COUNT_FOLLOWS(stage, actions);
COUNT_FOLLOWS(timeline_item, actions);
COUNT_FOLLOWS(stage, pass);
COUNT_FOLLOWS(soak, pass);

void say_undefined(struct load *l, const struct node *n, const char *what, const char *name,
                   const char *const *words, size_t count)
{
    struct buf list = BUF_INIT;
    const char *hint = problems_full(&l->problems) ? NULL : near_find(name, words, count);
    for (size_t i = 0; i < count && list.len < 300; i++)
        if (*words[i])
            buf_addf(&list, "%s%s", list.len ? " " : "", words[i]);
    say(l, n, "there is no %s \"%.60s\"; allowed are %s%s%s%s", what, name,
        list.len ? list.p : "none, because none is defined", hint ? " (did you mean " : "",
        hint ? hint : "", hint ? ")" : "");
    buf_free(&list);
}

void undefined_metric(struct load *l, const struct node *n, const char *id)
{
    const char **words = pool_zalloc(&l->scratch, l->plan->n_metrics, sizeof *words);
    for (size_t i = 0; i < l->plan->n_metrics; i++)
        words[i] = l->plan->metrics[i].id;
    say_undefined(l, n, "metric", id, words, l->plan->n_metrics);
}

static void undefined_action(struct load *l, const struct node *n, const char *name)
{
    const char **words = pool_zalloc(&l->scratch, l->plan->n_actions, sizeof *words);
    for (size_t i = 0; i < l->plan->n_actions; i++)
        words[i] = l->plan->actions[i].name;
    say_undefined(l, n, "action", name, words, l->plan->n_actions);
}

/* One text of a list of names; NULL when an error was reported. */
static const char *name_item(struct load *l, const struct key_row *row, const struct node *n)
{
    struct given g;
    if (!read_given(l, row, n, false, &g))
        return NULL;
    return g.text;
}

static bool is_list(struct load *l, const struct key_row *row, const struct node *n)
{
    if (n->kind == NODE_LIST && n->n <= NAMES_MAX)
        return true;
    if (n->kind == NODE_LIST) {
        say(l, n, "%zu items; allowed are %d", n->n, NAMES_MAX);
        return false;
    }
    if (n->kind != NODE_BROKEN)
        say_allowed(l, row, n);
    return false;
}

static void one_pass(struct load *l, const struct key_row *row, const struct node *n,
                     struct pass_cond *out)
{
    const char *text = name_item(l, row, n);
    char id[64];
    struct err e = ERR_INIT;
    if (!text)
        return;
    text += strspn(text, " \t");
    size_t len = strcspn(text, " \t<>=!");
    if (!len || len >= sizeof id) {
        say_allowed(l, row, n);
        return;
    }
    memcpy(id, text, len);
    id[len] = '\0';
    int metric = plan_metric(l->plan, id);
    if (metric < 0)
        undefined_metric(l, n, id);
    else
        out->metric = (size_t)metric;
    if (!text[len]) {
        say(l, n, "the condition is missing; allowed is a text like \"%s < 150\"", id);
    } else if (cond_parse(text + len, &out->cond, &e) < 0) {
        say(l, n, "%s", holds_env(n->text) ? "its value is no condition" : e.text);
    } else if (metric >= 0) {
        check_compare_pass(l, n, out);
    }
}

/* `list`: a struct pass_cond * with its count right behind it. */
void read_pass(struct load *l, const struct node *n, void *list)
{
    static const struct key_row row = {.type = KEY_PASS},
                                item = {.type = KEY_LINE, .allowed = "a text like \"p95 < 150\""};
    struct pass_cond *found;
    if (!is_list(l, &row, n))
        return;
    found = pool_zalloc(l->pool, n->n, sizeof *found);
    memcpy(list, &found, sizeof found);
    memcpy((char *)list + sizeof found, &n->n, sizeof n->n);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        one_pass(l, &item, n->items[i], &found[i]);
        place_keep(l, &found[i], true, n->items[i]);
        path_cut(l, mark);
    }
}

/* `list`: a size_t * with its count right behind it. */
void read_action_names(struct load *l, const struct node *n, void *list)
{
    static const struct key_row row = {.type = KEY_ACTION_NAMES},
                                item = {.type = KEY_LINE, .allowed = "the name of an action"};
    size_t *found, count = 0;
    if (!is_list(l, &row, n))
        return;
    found = pool_zalloc(l->pool, n->n, sizeof *found);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        const char *name = name_item(l, &item, n->items[i]);
        int at = name ? plan_action(l->plan, name) : -1;
        if (name && at < 0)
            undefined_action(l, n->items[i], name);
        else if (at >= 0)
            found[count++] = (size_t)at;
        path_cut(l, mark);
    }
    memcpy(list, &found, sizeof found);
    memcpy((char *)list + sizeof found, &count, sizeof count);
}

static void read_metric_set(struct load *l, const struct node *n, size_t flag)
{
    static const struct key_row row = {.type = KEY_BASELINE_OF},
                                item = {.type = KEY_LINE, .allowed = "the id of a metric"};
    if (!is_list(l, &row, n))
        return;
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        const char *id = name_item(l, &item, n->items[i]);
        int at = id ? plan_metric(l->plan, id) : -1;
        if (id && at < 0)
            undefined_metric(l, n->items[i], id);
        else if (at >= 0)
            *(bool *)((char *)&l->plan->metrics[at] + flag) = true;
        path_cut(l, mark);
    }
}

void read_baseline_of(struct load *l, const struct node *n, void *plan)
{
    (void)plan;
    read_metric_set(l, n, offsetof(struct metric, in_baseline));
}

void read_after_of(struct load *l, const struct node *n, void *plan)
{
    (void)plan;
    read_metric_set(l, n, offsetof(struct metric, in_after));
}

void keep_captured(struct load *l, const struct node *n, const char *name)
{
    for (size_t i = 0; i < l->n_captured; i++)
        if (!strcmp(l->captured[i], name))
            return;
    if (l->n_captured == CAPTURED_MAX)
        say(l, n, "more than %d captured values; allowed are %d", CAPTURED_MAX, CAPTURED_MAX);
    else
        l->captured[l->n_captured++] = name;
}

static void check_scope_ref(struct load *l, const struct node *n, const char *key)
{
    const struct plan *p = l->plan;
    if (plan_scope(p, key))
        return;
    const char **words = pool_zalloc(&l->scratch, p->n_scope, sizeof *words);
    for (size_t i = 0; i < p->n_scope; i++)
        words[i] = p->scope[i].key;
    say_undefined(l, n, "scope entry", key, words, p->n_scope);
}

static void check_metric_ref(struct load *l, const struct node *n, const char *rest)
{
    char id[64];
    size_t len = strcspn(rest, ".");
    str_copy(id, len < sizeof id ? len + 1 : sizeof id, rest);
    int at = plan_metric(l->plan, id);
    if (at < 0)
        undefined_metric(l, n, id);
    else if ((!strcmp(rest + len, ".baseline") || !strcmp(rest + len, ".change")) &&
             !l->plan->metrics[at].in_baseline)
        say(l, n, "{{metric.%s}} is never filled: %s is not in `baseline`", rest, id);
    else if (!strcmp(rest + len, ".after") && !l->plan->metrics[at].in_after)
        say(l, n, "{{metric.%s}} is never filled: %s is not in `after`", rest, id);
}

/* Remembers the action that the text at hand belongs to. */
static void keep_weighing(struct load *l)
{
    char head[80];
    if (!l->weighs)
        l->weighs = pool_zalloc(&l->scratch, l->plan->n_actions, sizeof *l->weighs);
    for (size_t i = 0; i < l->plan->n_actions; i++) {
        str_fmt(head, sizeof head, "actions.%s[", l->plan->actions[i].name);
        l->weighs[i] |= !strncmp(buf_str(&l->path), head, strlen(head));
    }
}

static void check_captured_ref(struct load *l, const struct node *n, const char *name)
{
    for (size_t i = 0; i < l->n_captured; i++)
        if (!strcmp(l->captured[i], name))
            return;
    say_undefined(l, n, "captured value", name, l->captured, l->n_captured);
}

static void check_refs(struct load *l, const struct node *n, void *text)
{
    struct tmpl_ref r;
    for (size_t at = 0; tmpl_next(text, at, &r, NULL) == 1; at = r.end) {
        if (!strncmp(r.path, "scope.", 6))
            check_scope_ref(l, n, r.path + 6);
        else if (!strncmp(r.path, "metric.", 7))
            check_metric_ref(l, n, r.path + 7);
        else if (!strncmp(r.path, "captured.", 9))
            check_captured_ref(l, n, r.path + 9);
        else if (!strcmp(r.path, "stage.weight"))
            keep_weighing(l);
        else
            check_message_ref(l, n, r.path);
    }
}

/* Every placeholder by itself, so that all faults of a text are reported. */
void check_template(struct load *l, const struct node *n, const struct given *g)
{
    struct tmpl_ref r;
    struct err e = ERR_INIT;
    bool good = true;
    int got;
    for (size_t at = 0; (got = tmpl_next(g->text, at, &r, &e)) == 1; at = r.end) {
        char one[sizeof r.path + 8];
        str_fmt(one, sizeof one, "{{%s}}", r.path);
        if (tmpl_check(one, &e) < 0) {
            say(l, n, "%s", e.text);
            good = false;
        }
    }
    if (got < 0)
        say(l, n, "%s", e.text);
    else if (good && strstr(g->text, "{{"))
        defer(l, check_refs, n, g->text, true);
}
