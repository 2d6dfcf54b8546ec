/* warroom judge SESSION|--samples FILE.csv: recorded samples judged again, with the recorded plan
 * or another. Sends nothing and writes nothing. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "plan/load.h"
#include "report/rejudge.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/judged.h"

struct job {
    const char *samples, *plan, *until, *session;
    bool json, diff;
    double until_s; /* INFINITY: to the end */
};

static void tell_unknown(void *ctx, const char *name)
{
    (void)ctx;
    fprintf(stderr, "warroom judge: the plan has no %s: its samples are left out\n", name);
}

static void print_state(const struct drive *d, const struct plan *plan, double t_s)
{
    const struct judge *j = drive_judge(d);
    const struct state *s = drive_state(d);
    struct standing st;
    director_standing(s, j, &st);
    printf("T%+.0f s  %s  %s  %s: %s\n", t_s, phase_word(s->phase),
           s->stage >= 0 ? plan->stages[s->stage].name : "before the first stage",
           decision_word(st.strongest.what), st.strongest.why);
    for (size_t m = 0; m < plan->n_metrics; m++)
        printf("  %-32s %-8s %s\n", plan->metrics[m].id, mstatus_word(j->m[m].status), j->m[m].why);
}

/* The last lines and the exit status. */
static int print_end(const struct job *job, const struct drive *d, const struct plan *plan)
{
    struct buf out = BUF_INIT;
    if (isfinite(job->until_s)) {
        if (job->json) {
            rejudge_state(d, plan, job->until_s, &out);
            puts(buf_str(&out));
        } else {
            print_state(d, plan, job->until_s);
        }
        buf_free(&out);
        return EX_PASS;
    }
    return judged_final(drive_state(d), job->json);
}

static struct plan *load_plan(const char *path, int *status)
{
    struct buf errors = BUF_INIT;
    struct plan *p = plan_load_file(path, &plan_env_process, &errors, status);
    if (!p)
        fputs(buf_str(&errors), stderr);
    buf_free(&errors);
    return p;
}

static int judge_file(const struct job *job, const struct rejudge_opts *o)
{
    struct samples s;
    struct err e = ERR_INIT;
    if (samples_read(job->samples, &s, &e) < 0) {
        samples_clear(&s);
        return cmd_fail(&e);
    }
    struct drive *d = rejudge_samples(o, &s);
    int status = print_end(job, d, o->plan);
    drive_free(d);
    samples_clear(&s);
    return status;
}

static int judge_session(const struct job *job, struct rejudge_opts *o, const char *path)
{
    struct err e = ERR_INIT;
    struct reader *r = reader_open(path, &e);
    struct plan *recorded = r ? reader_plan(r, &e) : NULL;
    int status = -1;
    if (!recorded) {
        status = cmd_fail(&e);
    } else if (job->diff) {
        status = judged_diff(r, recorded, o->plan, job->until_s, job->json, &e);
    } else {
        o->plan = o->plan ? o->plan : recorded;
        reader_seek(r, 0);
        struct drive *d = rejudge_session(o, r, &e);
        status = d ? print_end(job, d, o->plan) : -1;
        drive_free(d);
    }
    if (status < 0) {
        err_wrap(&e, path);
        status = cmd_fail(&e);
    }
    plan_free(recorded);
    if (r)
        reader_close(r);
    return status;
}

static int judge_with(const struct job *job, const struct plan *plan)
{
    struct judged_out out = {job->json, job->samples ? REJUDGE_T0_MS : -1};
    struct rejudge_opts o = {.plan = plan,
                             .until_s = job->until_s,
                             .on_event = judged_event,
                             .ctx = &out,
                             .on_unknown = tell_unknown};
    struct buf path = BUF_INIT;
    struct err e = ERR_INIT;
    if (job->samples)
        return judge_file(job, &o);
    int rc = cmd_session_path(job->session, &path, &e);
    int status = rc < 0 ? cmd_fail(&e) : judge_session(job, &o, path.p);
    buf_free(&path);
    return status;
}

/* Seconds from T0, or a duration with its unit. 0 or -1. */
static int parse_until(const char *text, double *out)
{
    int64_t ms;
    bool minus = *text == '-';
    *out = INFINITY;
    if (!text[0] || num_parse(text, out) == 0)
        return text[0] ? 0 : -1;
    if (dur_parse(text + minus, &ms) < 0)
        return -1;
    *out = (minus ? -1.0 : 1.0) * (double)ms / 1000;
    return 0;
}

static int misused(const char *sentence)
{
    fprintf(stderr, "warroom judge: %s\n", sentence);
    return EX_BADUSAGE;
}

static int check(struct job *job)
{
    job->until_s = INFINITY;
    if (!job->samples == !job->session)
        return misused("one of SESSION and --samples FILE is needed; see --help");
    if (job->samples && !job->plan)
        return misused("samples have no plan of their own: --plan PLAN is needed");
    if (job->diff && (job->samples || !job->plan))
        return misused("--diff compares with the recorded plan: SESSION and --plan are needed");
    if (job->until && parse_until(job->until, &job->until_s) < 0)
        return misused("--until takes seconds from T0, like 900, or a duration, like 15m");
    return -1;
}

int cmd_judge(int argc, char **argv)
{
    struct job job = {0};
    const struct cmd_opt opts[] = {
        {"--samples", "FILE.csv", NULL, &job.samples, "columns t,metric,value[,compare]"},
        {"--plan", "PLAN", NULL, &job.plan, "judge with this plan (what if)"},
        {"--until", "SECONDS", NULL, &job.until, "how things stood then, from T0"},
        {"--diff", NULL, &job.diff, NULL, "only the decisions that would differ, and when"},
        {"--json", NULL, &job.json, NULL, "one JSON object a line"},
    };
    const struct cmd_spec spec = {
        "warroom judge SESSION|--samples FILE.csv --plan PLAN [--until SECONDS] [--diff] [--json]",
        "Judges recorded samples again: the same rules as live, in virtual time.\nThe exit status "
        "is the verdict's; with --until or --diff it is 0.",
        opts,
        5,
        0,
        1};
    struct cmd_args args;
    struct plan *plan = NULL;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    job.session = args.n ? args.v[0] : NULL;
    if ((status = check(&job)) >= 0)
        return status;
    if (job.plan && !(plan = load_plan(job.plan, &status)))
        return status;
    status = judge_with(&job, plan);
    plan_free(plan);
    return status;
}
