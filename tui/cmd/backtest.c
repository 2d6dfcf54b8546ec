/* warroom backtest PLAN --from TIME --to TIME: what the plan would have decided, had the canary run
 * then. Asks Prometheus alone; sends nothing else and writes nothing. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "plan/load.h"
#include "report/backtest.h"
#include "report/rejudge.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/judged.h"

static void tell_missing(const char *metric, const char *why)
{
    fprintf(stderr, "warroom backtest: %s: %s\n", metric, why);
}

static int run(const struct plan *plan, int64_t from_ms, int64_t to_ms, bool json)
{
    struct judged_out out = {json, from_ms};
    struct rejudge_opts o = {
        .plan = plan, .until_s = INFINITY, .on_event = judged_event, .ctx = &out};
    struct samples s;
    struct err e = ERR_INIT;
    int status = -1;
    if (backtest_samples(plan, from_ms, to_ms, &s, tell_missing, &e) == 0) {
        struct drive *d = rejudge_samples(&o, &s);
        status = judged_final(drive_state(d), json);
        drive_free(d);
    }
    samples_clear(&s);
    return status < 0 ? cmd_fail(&e) : status;
}

static int bad_time(const char *option, const char *text)
{
    fprintf(
        stderr,
        "warroom backtest: %s %s; allowed is a time like 2026-02-01T22:00:00+03:00 (UTC without "
        "an offset), unix seconds, -2h (so long ago) or now\n",
        option, text ? text : "is missing");
    return EX_BADUSAGE;
}

int cmd_backtest(int argc, char **argv)
{
    const char *from = NULL, *to = NULL;
    bool json = false;
    const struct cmd_opt opts[] = {
        {"--from", "TIME", NULL, &from, "when the first stage would have started"},
        {"--to", "TIME", NULL, &to, "the end of the data"},
        {"--json", NULL, &json, NULL, "one JSON object a line"},
    };
    const struct cmd_spec spec = {"warroom backtest PLAN --from TIME --to TIME [--json]",
                                  "Judges what Prometheus still has of that time, as if the canary "
                                  "had run then. Alerts and the\n"
                                  "kill switch count as silent, the people's word as given. The "
                                  "exit status is the verdict's.",
                                  opts,
                                  3,
                                  1,
                                  1};
    struct cmd_args args;
    struct buf errors = BUF_INIT;
    int64_t now_ms = clock_real_wall(), from_ms, to_ms;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    if (!from || cmd_time(from, now_ms, &from_ms) < 0)
        return bad_time("--from", from);
    if (!to || cmd_time(to, now_ms, &to_ms) < 0)
        return bad_time("--to", to);
    if (to_ms <= from_ms) {
        fprintf(stderr, "warroom backtest: --to %s is not after --from %s\n", to, from);
        return EX_BADUSAGE;
    }
    struct plan *p = plan_load_file(args.v[0], &plan_env_process, &errors, &status);
    fputs(buf_str(&errors), stderr);
    buf_free(&errors);
    if (!p)
        return status;
    status = run(p, from_ms, to_ms, json);
    plan_free(p);
    return status;
}
