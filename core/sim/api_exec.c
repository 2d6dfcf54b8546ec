/* POST /sim/exec: what the stand-in programs of sample-config/sim-bin answer. The form has `cmd`,
 * the program's name, and one `arg` for each argument; the answer is the exit status on a line,
 * then what it prints. Knows the commands of the runbooks, and says so when it does not know one.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "sim/exec.h"

bool exec_flag(struct exec *x, const char *name)
{
    for (size_t i = 0; i < x->n; i++) {
        if (!x->used[i] && !strcmp(x->arg[i], name)) {
            x->used[i] = true;
            return true;
        }
    }
    return false;
}

const char *exec_opt(struct exec *x, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < x->n; i++) {
        if (x->used[i] || strncmp(x->arg[i], name, n) != 0)
            continue;
        if (x->arg[i][n] == '=') {
            x->used[i] = true;
            return x->arg[i] + n + 1;
        }
        if (!x->arg[i][n] && i + 1 < x->n) {
            x->used[i] = x->used[i + 1] = true;
            return x->arg[i + 1];
        }
    }
    return NULL;
}

const char *exec_word(struct exec *x)
{
    for (size_t i = 0; i < x->n; i++) {
        if (!x->used[i] && (x->arg[i][0] != '-' || !x->arg[i][1])) {
            x->used[i] = true;
            return x->arg[i];
        }
    }
    return NULL;
}

int exec_fail(struct exec *x, int status, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_clear(x->out);
    buf_addf(x->out, "%s: %s\n", x->name, text);
    return status;
}

int exec_end(struct exec *x)
{
    for (size_t i = 0; i < x->n; i++)
        if (!x->used[i])
            return exec_fail(x, 1, "the simulator does not know \"%.100s\" here", x->arg[i]);
    return 0;
}

int exec_number(struct exec *x, const char *what, const char *text, double lo, double hi,
                double *out)
{
    if (text && num_parse(text, out) == 0 && *out >= lo && *out <= hi)
        return 0;
    exec_fail(x, 1, "%s must be a number from %g to %g, not \"%.60s\"", what, lo, hi,
              text ? text : "");
    return -1;
}

double exec_signal(const struct exec *x, const char *name, double otherwise)
{
    int i = scenario_signal(x->s->sc, name);
    return i < 0 ? otherwise : model_signal(x->s->m, i, x->now_ms);
}

void exec_weight(struct exec *x, double weight)
{
    if (!x->lie)
        sim_set_weight(x->s, x->now_ms, weight);
}

/* ---- railway ---- */

/* "main:5,r0.5-hotfix:95"; the first target is the canary. */
static int split_of(struct exec *x, const char *text, char names[2][64], double w[2])
{
    for (int i = 0; i < 2; i++) {
        char number[32];
        const char *colon = text ? strchr(text, ':') : NULL;
        size_t n = colon ? strcspn(colon + 1, ",") : 0;
        if (!colon || colon == text || (size_t)(colon - text) >= 64 || n >= sizeof number)
            return exec_fail(x, 1, "--traffic-split takes TARGET:PERCENT,TARGET:PERCENT");
        str_fmt(names[i], 64, "%.*s", (int)(colon - text), text);
        str_fmt(number, sizeof number, "%.*s", (int)n, colon + 1);
        if (exec_number(x, "a percentage", number, 0, 100, &w[i]) < 0)
            return 1;
        text = colon[n + 1] == ',' ? colon + n + 2 : NULL;
    }
    if (text)
        return exec_fail(x, 1, "--traffic-split takes two targets");
    if (fabs(w[0] + w[1] - 100) > 1e-9)
        return exec_fail(x, 1, "the split adds up to %g, not to 100", w[0] + w[1]);
    return 0;
}

static int railway_update(struct exec *x)
{
    char names[2][64];
    double w[2];
    const char *split = exec_opt(x, "--traffic-split"), *service = exec_word(x);
    if (!service)
        return exec_fail(x, 1, "service update needs the service");
    if (exec_end(x) || split_of(x, split, names, w))
        return 1;
    bool turned = !strcmp(names[1], x->s->split[0]);
    if (!x->lie) {
        str_copy(x->s->split[0], 64, names[turned]);
        str_copy(x->s->split[1], 64, names[!turned]);
    }
    exec_weight(x, w[turned]);
    buf_addf(x->out, "updated %s %s:%g,%s:%g\n", service, names[0], w[0], names[1], w[1]);
    return 0;
}

static int railway_list(struct exec *x)
{
    const char *service = exec_word(x);
    double w = model_weight(x->s->m, x->now_ms);
    if (exec_end(x))
        return 1;
    if (!service)
        return exec_fail(x, 1, "service list needs the service");
    buf_addf(x->out, "%s:%g,%s:%g\n", x->s->split[0], w, x->s->split[1], 100 - w);
    return 0;
}

/* ---- kubectl ---- */

#define WEIGHT_KEY "nginx.ingress.kubernetes.io/canary-weight"

static int kubectl_annotate(struct exec *x)
{
    bool over = exec_flag(x, "--overwrite") || exec_flag(x, "--overwrite=true");
    const char *ns = exec_opt(x, "-n"), *kind, *name, *set;
    double w;
    if (!ns)
        ns = exec_opt(x, "--namespace");
    kind = exec_word(x);
    name = exec_word(x);
    set = exec_word(x);
    if (!set || strncmp(kind, "ingress", 7) != 0)
        return exec_fail(x, 1, "error: annotate takes ingress NAME KEY=VALUE");
    if (strncmp(set, WEIGHT_KEY "=", sizeof WEIGHT_KEY) != 0)
        return exec_fail(x, 1, "error: the simulator knows the annotation " WEIGHT_KEY " alone");
    if (exec_end(x) || exec_number(x, WEIGHT_KEY, set + sizeof WEIGHT_KEY, 0, 100, &w) < 0)
        return 1;
    if (x->s->annotated && !over)
        return exec_fail(x, 1,
                         "error: --overwrite is false but found the following declared "
                         "annotation(s): '" WEIGHT_KEY "' already has a value (%g)",
                         model_weight(x->s->m, x->now_ms));
    if (!x->lie)
        x->s->annotated = true;
    exec_weight(x, w);
    buf_addf(x->out, "ingress.networking.k8s.io/%s annotated\n", name);
    return 0;
}

/* The weight alone, as a jsonpath of the annotation gives it, or the object. */
static int kubectl_get_ingress(struct exec *x, const char *name, const char *form)
{
    double w = model_weight(x->s->m, x->now_ms);
    if (form && !strncmp(form, "jsonpath=", 9)) {
        if (!strstr(form, "canary-weight"))
            return exec_fail(x, 1,
                             "error: the simulator knows the jsonpath of the annotation "
                             "canary-weight alone");
        buf_addf(x->out, "%g", w);
    } else if (form && !strcmp(form, "json")) {
        buf_adds(x->out, "{\"kind\":\"Ingress\",\"metadata\":{\"name\":");
        json_quote(x->out, name);
        buf_addf(x->out, ",\"annotations\":{\"" WEIGHT_KEY "\":\"%g\"}}}\n", w);
    } else {
        buf_addf(x->out, "ingress.networking.k8s.io/%s\n", name);
    }
    return 0;
}

static int kubectl_get(struct exec *x)
{
    const char *form = exec_opt(x, "-o"), *ns = exec_opt(x, "-n"), *kind, *name;
    if (!form)
        form = exec_opt(x, "--output");
    if (!ns)
        ns = exec_opt(x, "--namespace");
    kind = exec_word(x);
    name = exec_word(x);
    if (!name || exec_end(x))
        return *buf_str(x->out) ? 1 : exec_fail(x, 1, "error: get takes KIND NAME");
    if (!strncmp(kind, "ingress", 7))
        return kubectl_get_ingress(x, name, form);
    if (!records_find(x->s->records, RECORD_MANIFEST, name))
        return exec_fail(x, 1, "Error from server (NotFound): %.40s \"%.80s\" not found", kind,
                         name);
    buf_addf(x->out, "%s/%s\n", kind, name);
    return 0;
}

/* What is in the file stays with the stand-in; its name is what can be found again. */
static int kubectl_apply(struct exec *x)
{
    const char *file = exec_opt(x, "-f"), *ns = exec_opt(x, "-n");
    char name[96];
    if (!ns)
        ns = exec_opt(x, "--namespace");
    if (!file)
        return exec_fail(x, 1, "error: must specify one of -f and -k");
    if (exec_end(x))
        return 1;
    const char *base = strrchr(file, '/');
    str_copy(name, sizeof name, !strcmp(file, "-") ? "canary-alerts" : base ? base + 1 : file);
    name[strcspn(name, ".")] = '\0';
    bool known = records_find(x->s->records, RECORD_MANIFEST, name) != NULL;
    if (!x->lie && !known)
        records_add(x->s->records, RECORD_MANIFEST, name, x->now_ms, cJSON_CreateObject());
    buf_addf(x->out, "prometheusrule.monitoring.coreos.com/%s %s\n", name,
             known ? "unchanged" : "created");
    return 0;
}

/* ---- gh ---- */

static bool labelled(const struct sim_pull *p, const char *label)
{
    for (size_t i = 0; i < SIM_PULL_LABELS; i++)
        if (!strcmp(p->label[i], label))
            return true;
    return false;
}

static int gh_pr_list(struct exec *x)
{
    const char *label = exec_opt(x, "--label"), *state = exec_opt(x, "--state");
    const char *json = exec_opt(x, "--json"), *query = exec_opt(x, "-q");
    struct buf array = BUF_INIT, lines = BUF_INIT;
    size_t n = 0;
    if (!query)
        query = exec_opt(x, "--jq");
    if (exec_end(x))
        return 1;
    for (size_t i = 0; i < SIM_PULLS && (!state || strcmp(state, "closed") != 0); i++) {
        const struct sim_pull *p = &x->s->pull[i];
        if (label && !labelled(p, label))
            continue;
        buf_addf(&array, "%s{\"number\":%d}", n++ ? "," : "", p->number);
        buf_addf(&lines, "%d\n", p->number);
    }
    if (json && query && !strcmp(query, "length"))
        buf_addf(x->out, "%zu\n", n);
    else if (json && !query)
        buf_addf(x->out, "[%s]\n", buf_str(&array));
    else
        buf_adds(x->out, buf_str(&lines));
    buf_free(&array);
    buf_free(&lines);
    return 0;
}

static void relabel(struct sim_pull *p, const char *add, const char *drop)
{
    for (size_t i = 0; drop && i < SIM_PULL_LABELS; i++)
        if (!strcmp(p->label[i], drop))
            p->label[i][0] = '\0';
    for (size_t i = 0; add && !labelled(p, add) && i < SIM_PULL_LABELS; i++)
        if (!p->label[i][0])
            str_copy(p->label[i], sizeof p->label[i], add);
}

/* One pull request, or several numbers at once; `all`: every one (the runbook's loop in one call).
 */
static int gh_pr_edit(struct exec *x)
{
    const char *add = exec_opt(x, "--add-label"), *drop = exec_opt(x, "--remove-label"), *w;
    size_t n = 0;
    if (!add && !drop)
        return exec_fail(x, 1, "pr edit needs --add-label or --remove-label");
    while ((w = exec_word(x))) {
        size_t before = n;
        for (size_t i = 0; i < SIM_PULLS; i++) {
            struct sim_pull *p = &x->s->pull[i];
            char number[16];
            str_fmt(number, sizeof number, "%d", p->number);
            if (strcmp(w, "all") != 0 && strcmp(w, number) != 0)
                continue;
            if (!x->lie)
                relabel(p, add, drop);
            buf_addf(x->out, "https://github.com/spark/spark-trading/pull/%d\n", p->number);
            n++;
        }
        if (n == before)
            return exec_fail(x, 1, "no pull request found for %.60s", w);
    }
    if (exec_end(x))
        return 1;
    return n ? 0 : exec_fail(x, 1, "pr edit needs a number");
}

/* ---- mail, and the plan's own scripts ---- */

static int mail(struct exec *x)
{
    const char *subject = exec_opt(x, "-s"), *to;
    cJSON *o = cJSON_CreateObject(), *list = json_add_arr(o, "to");
    while ((to = exec_word(x)))
        cJSON_AddItemToArray(list, cJSON_CreateString(to));
    json_add_str(o, "subject", subject ? subject : "");
    int bad = exec_end(x);
    if (!bad && !cJSON_GetArraySize(list))
        bad = exec_fail(x, 1, "nobody to send it to");
    if (bad || x->lie)
        cJSON_Delete(o);
    else
        records_add(x->s->records, RECORD_MAIL, "mail", x->now_ms, o);
    return bad;
}

static int preflight_script(struct exec *x)
{
    const char *release = exec_word(x);
    int score = (int)exec_signal(x, "preflight_score", 9);
    if (exec_end(x))
        return 1;
    if (score < 9)
        return exec_fail(x, 1, "%s %d/9 FAIL", release ? release : "", score);
    buf_addf(x->out, "%s %d/9 PASS\n", release ? release : "", score);
    return 0;
}

/* URL RELEASE REQUESTS: above 95 % success and below 0.5 s p95, as the run of show says. */
static int blast_script(struct exec *x)
{
    const char *url = exec_word(x), *release = exec_word(x), *count = exec_word(x);
    double n = 30, good = exec_signal(x, "blast_success", 99.8), p95;
    p95 = exec_signal(x, "blast_p95", 0.21);
    if (!url || !release || exec_end(x))
        return *buf_str(x->out) ? 1 : exec_fail(x, 1, "needs URL RELEASE [REQUESTS]");
    if (count && exec_number(x, "REQUESTS", count, 1, 10000, &n) < 0)
        return 1;
    bool pass = good > 95 && p95 < 0.5;
    char text[160];
    str_fmt(text, sizeof text, "requests=%g success=%.1f%% p95=%.3fs %s", n, good, p95,
            pass ? "PASS" : "FAIL");
    if (!pass)
        return exec_fail(x, 1, "%s", text);
    buf_addf(x->out, "%s\n", text);
    return 0;
}

static int note_script(struct exec *x)
{
    while (exec_word(x))
        ;
    return exec_end(x);
}

static const struct exec_row rows[] = {
    {"railway", "service update", TARGET_TRAFFIC, railway_update},
    {"railway", "service list", TARGET_TRAFFIC, railway_list},
    {"kubectl", "annotate", TARGET_TRAFFIC, kubectl_annotate},
    {"kubectl", "get", TARGET_TRAFFIC, kubectl_get},
    {"kubectl", "apply", TARGET_COMMANDS, kubectl_apply},
    {"gh", "pr list", TARGET_COMMANDS, gh_pr_list},
    {"gh", "pr edit", TARGET_COMMANDS, gh_pr_edit},
    {"mail", "", TARGET_HOOKS, mail},
    {"60s-preflight.sh", "", TARGET_COMMANDS, preflight_script},
    {"micro-blast-radius-test.sh", "", TARGET_COMMANDS, blast_script},
    {"snapshot-metrics.sh", "", TARGET_COMMANDS, note_script},
    {NULL, NULL, 0, NULL},
};

/* Do the first words of the call stand in the row? Takes them. */
static bool begins(struct exec *x, const char *words)
{
    size_t i = 0;
    while (*words) {
        size_t n = strcspn(words, " ");
        if (i == x->n || strlen(x->arg[i]) != n || strncmp(x->arg[i], words, n) != 0)
            return false;
        i++;
        words += n + (words[n] == ' ');
    }
    while (i-- > 0)
        x->used[i] = true;
    return true;
}

static const struct exec_row *row_in(const struct exec_row *r, struct exec *x, bool *program)
{
    for (; r->name; r++) {
        if (strcmp(r->name, x->name) != 0)
            continue;
        *program = true;
        if (begins(x, r->words))
            return r;
    }
    return NULL;
}

static const struct exec_row *row_of(struct exec *x, bool *program)
{
    *program = false;
    const struct exec_row *r = row_in(rows, x, program);
    return r ? r : row_in(exec_hal9, x, program);
}

static void take_call(struct exec *x, const struct sim_params *p)
{
    x->name = "";
    for (size_t i = 0; i < p->n; i++) {
        if (!strcmp(p->p[i].key, "cmd"))
            x->name = p->p[i].value;
        else if (!strcmp(p->p[i].key, "arg") && x->n < EXEC_ARGS_MAX)
            x->arg[x->n++] = p->p[i].value;
    }
}

unsigned exec_target(const struct sim_params *p)
{
    struct exec x = {.n = 0};
    bool program;
    take_call(&x, p);
    const struct exec_row *r = row_of(&x, &program);
    return r ? r->target | TARGET_COMMANDS : TARGET_COMMANDS;
}

void api_exec(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    struct buf said = BUF_INIT;
    struct exec x = {.s = s, .now_ms = r->now_ms, .lie = r->lie, .out = &said};
    bool program;
    int status;
    if (strcmp(r->method, "POST") != 0) {
        reply_error(out, 405, "use POST");
        return;
    }
    take_call(&x, r->params);
    const struct exec_row *row = row_of(&x, &program);
    if (row)
        status = row->run(&x);
    else if (program)
        status = exec_fail(&x, 127, "the simulator has no \"%.60s %.60s\"; see docs/simulator.md",
                           x.n ? x.arg[0] : "", x.n > 1 ? x.arg[1] : "");
    else
        status = exec_fail(&x, 127, "the simulator stands in for no such program");
    reply_text(out, 200, "");
    buf_addf(&out->body, "%d\n%s", status, buf_str(&said));
    buf_free(&said);
}
