/* warroom demo: the simulator and a room in one process, over real HTTP on loopback. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "plan/load.h"
#include "sim/sim.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/live.h"

#define DEMO_SCENARIO "latency"
#define DEMO_SPEED    30.0

struct demo_opts {
    const char *speed, *session, *evidence;
    bool headless, json, ticks, commands;
};

/* A demo must start without HOME, too: then it is recorded in the folder for temporary files. */
static int demo_session(const char *given, struct buf *path, struct err *e)
{
    const char *tmp = getenv("TMPDIR");
    if (live_session_path(given, "demo", path, e) == 0)
        return 0;
    buf_clear(path);
    buf_addf(path, "%s/warroom-demo-%ld.wr", tmp && *tmp ? tmp : "/tmp", (long)getpid());
    return 0;
}

static struct plan *demo_plan(const struct sim *sim)
{
    struct buf errors = BUF_INIT;
    char *text = sim_demo_plan(sim_port(sim), "auto", "automatic");
    struct plan *p = plan_load_text(text, strlen(text), "demo.yaml", &plan_env_process, &errors);
    if (!p)
        fputs(buf_str(&errors), stderr);
    buf_free(&errors);
    free(text);
    return p;
}

static int demo(const char *scenario, double speed, const struct demo_opts *d)
{
    struct err e = ERR_INIT;
    struct buf path = BUF_INIT, evidence = BUF_INIT;
    struct clock clock = clock_make(speed);
    struct sim *sim = sim_start(scenario, "127.0.0.1:0", &clock, &e);
    if (!sim)
        return cmd_fail(&e);
    struct plan *p = demo_plan(sim);
    int status = EX_INTERNAL;
    if (p && demo_session(d->session, &path, &e) == 0) {
        live_evidence_dir(d->evidence, path.p, &evidence);
        struct live_opts o = {.room = {.plan = p,
                                       .session_path = path.p,
                                       .clock = clock,
                                       .demo = true,
                                       .read_only = cmd_common.read_only,
                                       .actor = live_actor(NULL),
                                       .role = "ic",
                                       .run_id = "DEMO",
                                       .evidence = evidence.p},
                              .headless = d->headless,
                              .json = d->json,
                              .ticks = d->ticks,
                              .commands = d->commands};
        zone_set(p->timezone);
        status = live_run(&o);
        if (!d->headless && access(path.p, F_OK) == 0)
            printf("recorded in %s\n", path.p);
    }
    plan_free(p);
    sim_stop(sim);
    buf_free(&path);
    buf_free(&evidence);
    return status;
}

int cmd_demo(int argc, char **argv)
{
    struct demo_opts d = {0};
    const struct cmd_opt opts[] = {
        {"--speed", "N", NULL, &d.speed, "times faster than the world, 1 to 1000 (30)"},
        {"--session", "FILE", NULL, &d.session, "where to record (must not exist)"},
        {"--evidence", "DIR", NULL, &d.evidence, "where evidence files go (SESSION.evidence)"},
        {"--headless", NULL, &d.headless, NULL, "no screen: it decides by itself"},
        {"--json", NULL, &d.json, NULL, "with --headless: one JSON object per event"},
        {"--ticks", NULL, &d.ticks, NULL, "with --json: tick events too"},
        {"--commands", NULL, &d.commands, NULL, "with --headless: decisions from stdin lines"},
    };
    const struct cmd_spec spec = {
        "warroom demo [SCENARIO] [--speed N] [--session FILE] [--headless] [--json]",
        "Runs a whole canary against the built-in simulator: no server, no config, no network.\n"
        "Scenarios: `warroom sim --list`. Headless, `healthy` ends PASS (0) and `latency` is\n"
        "rolled back (FAIL, 20).",
        opts,
        sizeof opts / sizeof *opts,
        0,
        1};
    struct cmd_args args;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    double speed = DEMO_SPEED;
    if (d.speed && (num_parse(d.speed, &speed) < 0 || speed < 1 || speed > 1000)) {
        fprintf(stderr, "warroom demo: --speed %s: a number from 1 to 1000 is allowed\n", d.speed);
        return EX_BADUSAGE;
    }
    return demo(args.n ? args.v[0] : DEMO_SCENARIO, speed, &d);
}
