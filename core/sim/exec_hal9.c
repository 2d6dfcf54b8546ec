/* hal9-migrate and hal9-cli. What they print is short and always of the same form, so that a plan
 * can read it back; numbers are those of the simulated world. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "sim/exec.h"

static double weight(const struct exec *x)
{
    return model_weight(x->s->m, x->now_ms);
}

static int checkpoint(struct exec *x)
{
    const char *name = exec_opt(x, "--name");
    exec_opt(x, "--description");
    if (!name || exec_end(x))
        return *buf_str(x->out) ? 1 : exec_fail(x, 1, "state checkpoint needs --name");
    if (!x->lie)
        records_add(x->s->records, RECORD_MANIFEST, name, x->now_ms, cJSON_CreateObject());
    buf_addf(x->out, "checkpoint %s created\n", name);
    return 0;
}

static int checkpoints(struct exec *x)
{
    struct record *r;
    if (exec_end(x))
        return 1;
    for (size_t i = 0; (r = records_at(x->s->records, RECORD_MANIFEST, i)); i++)
        buf_addf(x->out, "%s\n", r->name);
    return 0;
}

/* The stand-in itself writes --output, here as everywhere. */
static int export_state(struct exec *x)
{
    exec_opt(x, "--output");
    if (exec_end(x))
        return 1;
    buf_addf(x->out, "{\"system\":\"hal9\",\"flat\":%g,\"hierarchical\":%g,\"t_ms\":%lld}\n",
             100 - weight(x), weight(x), (long long)x->now_ms);
    return 0;
}

static const char *const thresholds[] = {"error-threshold", "latency-threshold-p99",
                                         "latency-threshold-p50", "window"};

static int configure(struct exec *x)
{
    cJSON *o = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++) {
        char name[40];
        str_fmt(name, sizeof name, "--%s", thresholds[i]);
        const char *v = exec_opt(x, name);
        if (v)
            json_add_str(o, thresholds[i], v);
    }
    int bad = exec_end(x);
    if (!bad && !o->child)
        bad = exec_fail(x, 1, "configure rollback needs a threshold");
    if (bad || x->lie)
        cJSON_Delete(o);
    else
        sim_config_set(x->s, "hal9-rollback", x->now_ms, o);
    if (!bad)
        buf_adds(x->out, "rollback configured\n");
    return bad;
}

/* "error-threshold=0.001 latency-threshold-p99=50 latency-threshold-p50=15 window=5m" */
static int show_config(struct exec *x)
{
    struct record *r = records_find(x->s->records, RECORD_CONFIG, "hal9-rollback");
    exec_flag(x, "--rollback");
    if (exec_end(x))
        return 1;
    if (!r)
        return exec_fail(x, 1, "no rollback is configured");
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++)
        if (json_str(r->body, thresholds[i]))
            buf_addf(x->out, "%s%s=%s", x->out->len ? " " : "", thresholds[i],
                     json_str(r->body, thresholds[i]));
    buf_addc(x->out, '\n');
    return 0;
}

static void phase(struct exec *x)
{
    double w = weight(x);
    if (w > 0)
        buf_addf(x->out, "Phase: canary (%g%%)\n", w);
    else
        buf_addf(x->out, "Phase: %s (0%%)\n", x->s->undone ? "rolled back" : "flat");
}

static int migrate(struct exec *x)
{
    const char *to = exec_opt(x, "--phase"), *pct = exec_opt(x, "--percentage");
    double w;
    bool yes = exec_flag(x, "--yes");
    if (exec_end(x))
        return 1;
    if (!to || strcmp(to, "canary") != 0)
        return exec_fail(x, 1, "migrate needs --phase canary");
    if (exec_number(x, "--percentage", pct, 0, 100, &w) < 0)
        return 1;
    if (!yes)
        return exec_fail(x, 1, "not confirmed: add --yes");
    exec_weight(x, w);
    buf_addf(x->out, "migrating: canary %g%%\n", w);
    return 0;
}

static int status(struct exec *x)
{
    bool detailed = exec_flag(x, "--detailed");
    if (exec_end(x))
        return 1;
    phase(x);
    if (detailed)
        buf_addf(x->out, "hierarchical: errors %.3f%% p50 %.1f ms p99 %.1f ms\n",
                 exec_signal(x, "hal_err", 0), exec_signal(x, "hal_p50", 0),
                 exec_signal(x, "hal_p99", 0));
    return 0;
}

static int traffic(struct exec *x)
{
    bool show = exec_flag(x, "--show-split"), verify = exec_flag(x, "--verify-split");
    bool rebalance = exec_flag(x, "--rebalance");
    double w = weight(x), share = w > 0 ? w + exec_signal(x, "hal_skew", 0) : 0;
    if (exec_end(x))
        return 1;
    if (!show && !verify && !rebalance)
        return exec_fail(x, 1, "traffic needs --show-split, --verify-split or --rebalance");
    if (rebalance && !x->lie) {
        int i = scenario_signal(x->s->sc, "hal_skew");
        if (i >= 0 && model_force_signal(x->s->m, x->now_ms, i, 0) < 0)
            return exec_fail(x, 1, "too many conditions are forced");
        share = w;
    }
    if (verify && fabs(share - w) > 2)
        return exec_fail(x, 1, "planned %g%%, actual %.1f%%: more than 2 points apart", w, share);
    buf_addf(x->out, "hierarchical:%.1f flat:%.1f\n", share, 100 - share);
    return 0;
}

static int metrics(struct exec *x)
{
    const char *metric = exec_opt(x, "--metric");
    exec_opt(x, "--window");
    exec_opt(x, "--percentiles");
    exec_opt(x, "--phase");
    exec_flag(x, "--compare");
    exec_flag(x, "--realtime");
    exec_flag(x, "--summary");
    if (exec_end(x))
        return 1;
    if (!metric || !strcmp(metric, "error-rate"))
        buf_addf(x->out, "error-rate=%.3f%%\n", exec_signal(x, "hal_err", 0));
    if (!metric || !strcmp(metric, "latency"))
        buf_addf(x->out, "p50=%.1fms p99=%.1fms\n", exec_signal(x, "hal_p50", 0),
                 exec_signal(x, "hal_p99", 0));
    return *buf_str(x->out) ? 0 : exec_fail(x, 1, "no metric %.40s", metric);
}

/* Signal hal_valid: how many per cent of the answers agree; below 99.9 the suite fails. */
static int validate(struct exec *x)
{
    double match = exec_signal(x, "hal_valid", 100);
    exec_flag(x, "--comprehensive");
    exec_opt(x, "--phase");
    exec_opt(x, "--tests");
    exec_opt(x, "--duration");
    if (exec_end(x))
        return 1;
    if (match < 99.9)
        return exec_fail(x, 1, "FAILED: %.2f%% of the answers agree", match);
    buf_addf(x->out, "PASSED: %.2f%% of the answers agree\n", match);
    return 0;
}

static int undo(struct exec *x)
{
    bool now = exec_flag(x, "--immediate"), slowly = exec_flag(x, "--gradual");
    bool yes = exec_flag(x, "--yes");
    const char *target = exec_opt(x, "--target"), *over = exec_opt(x, "--duration");
    int64_t ms = 0;
    double w = 0;
    if (exec_end(x))
        return 1;
    if (now == slowly)
        return exec_fail(x, 1, "rollback needs --immediate or --gradual");
    if (now && !yes)
        return exec_fail(x, 1, "not confirmed: add --yes");
    if (target && exec_number(x, "--target", target, 0, 100, &w) < 0)
        return 1;
    if (slowly && (!over || dur_parse(over, &ms) < 0))
        return exec_fail(x, 1, "--gradual needs --duration, e.g. 30m");
    if (now)
        exec_weight(x, 0);
    else if (!x->lie)
        sim_ramp(x->s, x->now_ms, w, ms);
    x->s->undone = x->s->undone || !x->lie;
    if (now)
        buf_adds(x->out, "rolled back: flat 100%\n");
    else
        buf_addf(x->out, "rolling back to %g%% over %s\n", w, over);
    return 0;
}

/* report, analyze, monitor, trace, errors, logs, latency, verify: words for people. */
static int tell(struct exec *x)
{
    static const char *const takes[] = {
        "--stage",     "--duration",        "--output",          "--phase",         "--tail",
        "--dashboard", "--alert-threshold", "--sample-sessions", "--system",        "--sample-rate",
        "--threshold", "--time-range",      "--group-by",        "--compare-period"};
    for (size_t i = 0; i < sizeof takes / sizeof *takes; i++)
        exec_opt(x, takes[i]);
    for (size_t i = 0; i < x->n; i++)
        x->used[i] = x->used[i] || !strncmp(x->arg[i], "--", 2);
    if (exec_end(x))
        return 1;
    phase(x);
    buf_addf(x->out,
             "hierarchical: errors %.3f%% p50 %.1f ms p99 %.1f ms\nflat: errors 0.040%% p50 "
             "3.2 ms p99 8.4 ms\n",
             exec_signal(x, "hal_err", 0), exec_signal(x, "hal_p50", 0),
             exec_signal(x, "hal_p99", 0));
    return 0;
}

/* Shares that a person compares: satisfaction of both systems' users, in per cent. */
static int compare(struct exec *x)
{
    exec_flag(x, "--compare-systems");
    exec_opt(x, "--compare-period");
    if (exec_end(x))
        return 1;
    buf_addf(x->out, "hierarchical=%.1f%% flat=%.1f%%\n", exec_signal(x, "hal_ux", 97.2), 97.0);
    return 0;
}

const struct exec_row exec_hal9[] = {
    {"hal9-migrate", "state checkpoint", TARGET_COMMANDS, checkpoint},
    {"hal9-migrate", "state list", TARGET_COMMANDS, checkpoints},
    {"hal9-migrate", "state export", TARGET_COMMANDS, export_state},
    {"hal9-migrate", "configure rollback", TARGET_COMMANDS, configure},
    {"hal9-migrate", "config show", TARGET_COMMANDS, show_config},
    {"hal9-migrate", "migrate", TARGET_TRAFFIC, migrate},
    {"hal9-migrate", "status", TARGET_TRAFFIC, status},
    {"hal9-migrate", "traffic", TARGET_TRAFFIC, traffic},
    {"hal9-migrate", "rollback", TARGET_TRAFFIC, undo},
    {"hal9-migrate", "metrics", TARGET_COMMANDS, metrics},
    {"hal9-migrate", "validate", TARGET_COMMANDS, validate},
    {"hal9-migrate", "verify", TARGET_COMMANDS, validate},
    {"hal9-migrate", "report", TARGET_COMMANDS, tell},
    {"hal9-migrate", "analyze", TARGET_COMMANDS, tell},
    {"hal9-migrate", "monitor", TARGET_COMMANDS, tell},
    {"hal9-migrate", "trace", TARGET_COMMANDS, tell},
    {"hal9-migrate", "errors", TARGET_COMMANDS, tell},
    {"hal9-migrate", "logs", TARGET_COMMANDS, tell},
    {"hal9-migrate", "latency", TARGET_COMMANDS, tell},
    {"hal9-cli", "ux-metrics", TARGET_COMMANDS, compare},
    {"hal9-cli", "business-metrics", TARGET_COMMANDS, compare},
    {NULL, NULL, 0, NULL},
};
