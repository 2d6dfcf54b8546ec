/* The lines of a scenario about servers: faults and alert rules. */
#include <string.h>

#include "base/num.h"
#include "sim/scenario_parse.h"

static const struct {
    const char *word;
    unsigned target;
} targets[] = {
    {"prometheus", TARGET_PROMETHEUS},
    {"alertmanager", TARGET_ALERTMANAGER},
    {"kill_switch", TARGET_KILL_SWITCH},
    {"traffic", TARGET_TRAFFIC},
    {"rollout", TARGET_ROLLOUT},
    {"executor", TARGET_EXECUTOR},
    {"status_page", TARGET_STATUS_PAGE},
    {"memory", TARGET_MEMORY},
    {"grafana", TARGET_GRAFANA},
    {"hooks", TARGET_HOOKS},
    {"commands", TARGET_COMMANDS},
    {"mysql", TARGET_MYSQL},
    {"mysql_replica", TARGET_MYSQL_REPLICA},
    {"control", TARGET_CONTROL},
    {"all", TARGET_ALL},
};

unsigned target_of(const char *word)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (!strcmp(word, targets[i].word))
            return targets[i].target;
    return TARGET_NONE;
}

/* `delay 300ms..1200ms` in real time, or `delay 2s`. */
static int delay(struct scn_line *l, struct fault *f)
{
    char text[64];
    const char *w = scn_take(l);
    str_copy(text, sizeof text, w ? w : "");
    char *dots = strstr(text, "..");
    if (dots)
        *dots = '\0';
    if (dur_parse(text, &f->min_ms) < 0 || (dots && dur_parse(dots + 2, &f->max_ms) < 0))
        return scn_fail(l, "delay needs a real time like 2s or 1500ms..8s");
    if (!dots)
        f->max_ms = f->min_ms;
    if (f->max_ms < f->min_ms || f->max_ms > 60000)
        return scn_fail(l, "delay must rise and stay within 60s");
    return 0;
}

static int fault_kind(struct scn_line *l, struct fault *f)
{
    static const struct {
        const char *word;
        enum fault_kind kind;
    } kinds[] = {{"drop", FAULT_DROP},       {"hang", FAULT_HANG}, {"status", FAULT_STATUS},
                 {"delay", FAULT_DELAY},     {"lie", FAULT_LIE},   {"html", FAULT_HTML},
                 {"garbage", FAULT_GARBAGE}, {"cut", FAULT_CUT}};
    const char *w = scn_take(l);
    for (size_t i = 0; w && i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(w, kinds[i].word))
            f->kind = kinds[i].kind;
    if (f->kind == FAULT_DELAY)
        return delay(l, f);
    if (f->kind == FAULT_STATUS) {
        const char *n = scn_take(l);
        int64_t status;
        if (!n || int_parse(n, 300, 599, &status) < 0)
            return scn_fail(l, "status needs a number from 300 to 599");
        f->status = (int)status;
    }
    if (f->kind == FAULT_NONE)
        return scn_fail(l, "a fault is one of drop hang status delay lie html garbage cut");
    return 0;
}

/* fault TARGET from MOMENT [for D] [every D] KIND [chance N] */
int scn_fault(struct scn_line *l)
{
    struct fault f = {.chance_pct = 100};
    const char *w = scn_take(l);
    f.targets = w ? target_of(w) : TARGET_NONE;
    if (!f.targets)
        return scn_fail(l, "a fault needs one of prometheus alertmanager kill_switch traffic "
                           "rollout executor status_page memory grafana hooks commands mysql "
                           "mysql_replica control "
                           "all");
    if (scn_when(l, &f.when) < 0 || fault_kind(l, &f) < 0)
        return -1;
    w = scn_peek(l);
    if (w && !strcmp(w, "chance")) {
        double pct;
        l->at++;
        if (scn_number(l, "chance", &pct) < 0)
            return -1;
        if (pct < 1 || pct > 100)
            return scn_fail(l, "chance is from 1 to 100 per cent");
        f.chance_pct = (int)pct;
    }
    if (l->s->n_faults >= FAULTS_MAX)
        return scn_fail(l, "more than %d faults", FAULTS_MAX);
    l->s->fault[l->s->n_faults++] = f;
    return scn_end(l);
}

static int alert_rest(struct scn_line *l, struct alert_rule *a)
{
    if (!scn_take(l))
        return scn_fail(l, "alert %s: `pending DURATION` is missing after the expression", a->name);
    if (scn_duration(l, "pending", &a->pending_ms) < 0)
        return -1;
    for (const char *w; (w = scn_take(l));) {
        struct label one[SERIES_LABELS_MAX];
        size_t n = 0;
        if (!strncmp(w, "summary=", 8)) {
            size_t len = strlen(w);
            bool quoted = len > 10 && w[8] == '"' && w[len - 1] == '"';
            str_fmt(a->summary, sizeof a->summary, "%.*s", (int)(quoted ? len - 10 : len - 8),
                    w + (quoted ? 9 : 8));
        } else if (scn_label(l, w, one, &n) < 0) {
            return -1;
        } else if (a->n_labels >= SERIES_LABELS_MAX) {
            return scn_fail(l, "more than %d labels", SERIES_LABELS_MAX);
        } else {
            a->label[a->n_labels++] = one[0];
        }
    }
    return 0;
}

/* alert NAME if EXPR pending D [label=value]... [summary="..."] */
int scn_alert(struct scn_line *l)
{
    struct alert_rule a = {.name = ""};
    const char *name = scn_take(l), *word = scn_take(l);
    if (!name || !word || strcmp(word, "if") != 0)
        return scn_fail(l, "an alert is `alert NAME if EXPRESSION pending DURATION labels…`");
    str_copy(a.name, sizeof a.name, name);
    if (l->s->n_alerts >= ALERTS_DEFINED_MAX)
        return scn_fail(l, "more than %d alerts", ALERTS_DEFINED_MAX);
    a.expr = scn_expr(l, "pending");
    if (!a.expr)
        return -1;
    if (alert_rest(l, &a) < 0) {
        pq_free(a.expr);
        return -1;
    }
    l->s->alert[l->s->n_alerts++] = a;
    return 0;
}
