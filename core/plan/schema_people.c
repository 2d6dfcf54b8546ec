/* Rows of the team and of who agrees, decides and is called; what their words must point at. */
#include <string.h>

#include "plan/check.h"
#include "plan/people.h"
#include "plan/read.h"

#define N(a)            (sizeof(a) / sizeof *(a))
#define AT(s, f)        .at = offsetof(struct s, f)
#define ROLES(s, f)     .at = offsetof(struct s, f.role), .count_at = offsetof(struct s, f.n)
#define A_ROLE          "1 to 31 of a-z 0-9 _ -"
#define A_LIST_OF_ROLES "a list of roles of the team"
#define DAY             86400000.0

static const char *const words_severity[] = {NULL, "minor", "major", "critical", "rollback_failed"};

static const struct key_row team_rows[] = {
    {"role", KEY_WORD, KEY_REQUIRED, AT(team_role, role), .fits = fits_role, .allowed = A_ROLE,
     .doc = "its word; `ic` decides"},
    {"title", KEY_LINE, KEY_COMPUTED, AT(team_role, title), .fallback = "the role",
     .doc = "what people call it"},
    {"name", KEY_LINE, 0, AT(team_role, name), .doc = "who has it"},
    {"backup", KEY_LINE, 0, AT(team_role, backup), .doc = "who may take it over"},
    {"contact", KEY_LINE, 0, AT(team_role, contact), .doc = "how to reach them"},
    {"required", KEY_BOOL, 0, AT(team_role, required), .fallback = "false",
     .doc = "without a name nothing starts"},
};
const struct key_map schema_team = {"team", team_rows, N(team_rows), sizeof(struct team_role),
                                    check_team_role};

static const struct key_row contact_rows[] = {
    {"situation", KEY_LINE, KEY_REQUIRED, AT(contact, situation), .doc = "what has happened"},
    {"who", KEY_LINE, KEY_REQUIRED, AT(contact, who), .doc = "whom to call"},
    {"how", KEY_LINE, KEY_REQUIRED, AT(contact, how), .doc = "pager, phone, hotline"},
};
const struct key_map schema_contact = {"contacts", contact_rows, N(contact_rows),
                                       sizeof(struct contact), NULL};

static const struct key_row rollback_rule_rows[] = {
    {"when", KEY_WORD, KEY_REQUIRED, AT(rollback_rule, when), .fits = fits_id,
     .allowed = "the id of a metric, `any`, or `consensus`",
     .doc = "what wants the rollback; any: whatever it is; consensus: people do, no rule fired"},
    {"decide", KEY_WORD, 0, AT(rollback_rule, decide), .fits = fits_role, .allowed = A_ROLE,
     .fallback = ROLE_IC, .doc = "role that decides"},
    {"approve", KEY_WORD_LIST, 0, ROLES(rollback_rule, approve), .lo = 0, .hi = TEAM_MAX,
     .fits = fits_role, .allowed = A_LIST_OF_ROLES, .doc = "roles that must agree"},
    {"after", KEY_DURATION, 0, AT(rollback_rule, after_ms), .lo = 0, .hi = DAY, .fallback = "0s",
     .doc = "the cause must have stood so long, unless those of `consensus` agree"},
};
const struct key_map schema_rollback_rule = {"rollback_rules", rollback_rule_rows,
                                             N(rollback_rule_rows), sizeof(struct rollback_rule),
                                             NULL};

static const struct key_row escalation_rows[] = {
    {"level", KEY_WORD, KEY_REQUIRED, AT(escalation_level, level), .fits = fits_label,
     .allowed = "1 to 32 of A-Z a-z 0-9 . _ -", .doc = "its name, L1"},
    {"roles", KEY_WORD_LIST, KEY_REQUIRED, ROLES(escalation_level, roles), .lo = 1, .hi = TEAM_MAX,
     .fits = fits_role, .allowed = A_LIST_OF_ROLES, .doc = "who is called"},
    {"within", KEY_DURATION, KEY_REQUIRED, AT(escalation_level, within_ms), .lo = 0, .hi = DAY,
     .allowed = "a duration; 0s: at once, without a countdown",
     .doc = "time to answer; then the next level is called"},
    {"when", KEY_ENUM, KEY_COMPUTED, AT(escalation_level, when), .words = words_severity,
     .n_words = N(words_severity), .fallback = "minor, major, critical, rollback_failed in turn",
     .doc = "what calls it"},
};
const struct key_map schema_escalation = {"escalation", escalation_rows, N(escalation_rows),
                                          sizeof(struct escalation_level), NULL};

/* ---- approvals: subjects of the plan's choice ---- */

void read_approvals(struct load *l, const struct key_row *row, const struct node *n,
                    struct approval_rule **field, size_t *count)
{
    static const struct key_row roles = {.type = KEY_WORD_LIST,
                                         .lo = 0,
                                         .hi = TEAM_MAX,
                                         .fits = fits_role,
                                         .allowed = A_LIST_OF_ROLES};
    if (n->kind != NODE_MAP) {
        if (n->kind != NODE_BROKEN)
            say_allowed(l, row, n);
        return;
    }
    struct approval_rule *v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        const struct pair *p = &n->pairs[i];
        size_t mark = path_key(l, p->key);
        struct node at = {.line = p->line, .col = p->col};
        if (!fits_id(p->key))
            say(l, &at, "the subject does not fit; allowed are 1 to 32 of a-z 0-9 _");
        v[i].subject = pool_str(l->pool, p->key, strlen(p->key));
        if (null_scalar(p->value))
            say_allowed(l, &roles, p->value);
        else
            read_word_list(l, &roles, p->value, &v[i].roles.role, &v[i].roles.n);
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

/* ---- what the words point at ---- */

void check_team_role(struct load *l, const struct node *n, void *obj)
{
    struct team_role *r = obj;
    for (size_t i = 0; i < l->plan->n_team && &l->plan->team[i] < r; i++)
        if (*r->role && !strcmp(l->plan->team[i].role, r->role))
            say_at(l, &r->role, false, n, "\"%s\" is given twice; roles are unique", r->role);
    if (!*r->title)
        r->title = pool_str(l->pool, r->role, strlen(r->role));
}

static void check_role(struct load *l, const struct node *n, const char *role)
{
    const struct plan *p = l->plan;
    if (!*role || plan_role(p, role) >= 0 || (!p->n_team && !strcmp(role, ROLE_IC)))
        return;
    const char **words = pool_zalloc(&l->scratch, p->n_team + 1, sizeof *words);
    size_t count = p->n_team;
    for (size_t i = 0; i < p->n_team; i++)
        words[i] = p->team[i].role;
    if (!count)
        words[count++] = ROLE_IC;
    say_undefined(l, n, "role", role, words, count);
}

static void check_roles(struct load *l, const struct node *map, const char *key,
                        const struct roles *r)
{
    const struct node *list = node_get(map, key);
    size_t mark = path_key(l, key);
    for (size_t i = 0; list && list->kind == NODE_LIST && i < r->n && i < list->n; i++) {
        size_t item = path_index(l, i);
        check_role(l, list->items[i], r->role[i]);
        for (size_t k = 0; k < i; k++)
            if (*r->role[i] && !strcmp(r->role[k], r->role[i]))
                say(l, list->items[i], "\"%s\" is given twice; allowed is once", r->role[i]);
        path_cut(l, item);
    }
    path_cut(l, mark);
}

/* The list at `key`, or NULL when it is none (then that was reported). */
static const struct node *list_of(const struct node *top, const char *key, size_t n)
{
    const struct node *list = node_get(top, key);
    return list && list->kind == NODE_LIST && list->n == n ? list : NULL;
}

static int cause_of(struct load *l, const struct rollback_rule *r, const struct node *n)
{
    const struct plan *p = l->plan;
    int metric = plan_metric(p, r->when);
    if (!strcmp(r->when, "any"))
        return CAUSE_ANY;
    if (!strcmp(r->when, "consensus"))
        return CAUSE_CONSENSUS;
    if (metric >= 0 || !*r->when)
        return metric;
    const char **words = pool_zalloc(&l->scratch, p->n_metrics + 2, sizeof *words);
    for (size_t i = 0; i < p->n_metrics; i++)
        words[i] = p->metrics[i].id;
    words[p->n_metrics] = "any";
    words[p->n_metrics + 1] = "consensus";
    say_undefined(l, n, "metric", r->when, words, p->n_metrics + 2);
    return CAUSE_ANY;
}

static void check_rollback_rules(struct load *l, const struct node *top)
{
    struct plan *p = l->plan;
    const struct node *list = list_of(top, "rollback_rules", p->n_rollback_rules);
    size_t mark = path_key(l, "rollback_rules");
    for (size_t i = 0; list && i < list->n; i++) {
        struct rollback_rule *r = &p->rollback_rules[i];
        const struct node *decide = node_get(list->items[i], "decide");
        const struct node *when = node_get(list->items[i], "when");
        size_t item = path_index(l, i), key = path_key(l, "when");
        r->metric = cause_of(l, r, when ? when : list->items[i]);
        for (size_t k = 0; k < i; k++)
            if (*r->when && !strcmp(p->rollback_rules[k].when, r->when))
                say(l, when, "\"%s\" is given twice; allowed is once", r->when);
        path_cut(l, key);
        key = path_key(l, "decide");
        if (decide)
            check_role(l, decide, r->decide);
        path_cut(l, key);
        check_roles(l, list->items[i], "approve", &r->approve);
        path_cut(l, item);
    }
    path_cut(l, mark);
}

/* Levels without a `when` are called by minor, major, … as they stand. */
static void check_levels(struct load *l, const struct node *top)
{
    struct plan *p = l->plan;
    const struct node *list = list_of(top, "escalation", p->n_levels);
    size_t mark = path_key(l, "escalation");
    for (size_t i = 0; list && i < list->n; i++) {
        struct escalation_level *v = &p->levels[i];
        size_t item = path_index(l, i);
        if (!v->when)
            v->when = i < SEVERITY_FAILED ? (enum severity)(i + 1) : SEVERITY_FAILED;
        if (i && v->when < v[-1].when)
            say(l, list->items[i],
                "is called for less than the level before; allowed is the same "
                "or worse");
        check_roles(l, list->items[i], "roles", &v->roles);
        path_cut(l, item);
    }
    path_cut(l, mark);
}

void check_people(struct load *l, const struct node *top)
{
    struct plan *p = l->plan;
    const struct node *team = list_of(top, "team", p->n_team);
    const struct node *approvals = node_get(top, "approvals");
    if (team && p->n_team && plan_role(p, ROLE_IC) < 0)
        say_at(l, &p->team, false, team,
               "has no role `ic`, and somebody must decide; allowed is { role: ic, … }");
    if (approvals && approvals->kind == NODE_MAP) {
        size_t mark = path_key(l, "approvals");
        for (size_t i = 0; i < p->n_approvals && i < approvals->n; i++)
            check_roles(l, approvals, p->approvals[i].subject, &p->approvals[i].roles);
        path_cut(l, mark);
    }
    check_rollback_rules(l, top);
    check_levels(l, top);
}
