/* warroom backtest PLAN --from TIME --to TIME: what the plan would have decided, had the canary run
 * then. Asks Prometheus alone; sends nothing else and writes nothing. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"
#include "plan/load.h"
#include "report/backtest.h"
#include "report/rejudge.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/judged.h"

/* "+03:00" or "Z" at the end of a time; 0 and ms east of UTC, or -1. */
static int parse_offset(const char *s, int64_t *ms)
{
    int64_t h, m;
    char part[3] = "";
    *ms = 0;
    if (!*s || !strcmp(s, "Z") || !strcmp(s, "z"))
        return 0;
    if ((*s != '+' && *s != '-') || strlen(s) != 6 || s[3] != ':')
        return -1;
    memcpy(part, s + 1, 2);
    if (int_parse(part, 0, 14, &h) < 0 || int_parse(s + 4, 0, 59, &m) < 0)
        return -1;
    *ms = (*s == '-' ? -1 : 1) * (h * 60 + m) * 60000;
    return 0;
}

/* "now", "-2h" (so long ago), unix seconds, "2026-02-01T22:00:00+03:00" (without an offset: UTC).
 */
static int parse_time(const char *text, int64_t now_ms, int64_t *out)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d %H:%M"};
    int64_t ms;
    double s;
    *out = now_ms;
    if (!strcmp(text, "now"))
        return 0;
    if (*text == '-' && dur_parse(text + 1, &ms) == 0) {
        *out = now_ms - ms;
        return 0;
    }
    if (num_parse(text, &s) == 0) {
        *out = llround(s * 1000);
        return s > 0 && s < 4e9 ? 0 : -1;
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm tm = {0};
        const char *rest = strptime(text, forms[i], &tm);
        if (!rest || parse_offset(rest, &ms) < 0)
            continue;
        *out = (int64_t)timegm(&tm) * 1000 - ms;
        return 0;
    }
    return -1;
}

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
    if (!from || parse_time(from, now_ms, &from_ms) < 0)
        return bad_time("--from", from);
    if (!to || parse_time(to, now_ms, &to_ms) < 0)
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
