/* warroom run PLAN. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plan/load.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/live.h"
#include "tui/cmd/people.h"

struct run_opts {
    const char *session, *role, *as, *drill, *at, *evidence, *fix;
    bool headless, json, rehearse, commands, ticks;
};

static int run_plan(const struct plan *p, const char *file, const struct run_opts *r)
{
    struct err e = ERR_INIT;
    struct buf path = BUF_INIT, id = BUF_INIT, evidence = BUF_INIT;
    struct clock clock = clock_make(1);
    int lock = -1;
    bool draft = !r->drill && (p->doc == DOC_DRAFT || p->doc == DOC_UNDER_REVIEW);
    if (r->drill && live_drill(r->drill, p, &clock, &e) < 0)
        return cmd_fail(&e);
    int64_t start_ms = 0, now_ms = clock_wall(&clock);
    if (r->at && (cmd_time(r->at, now_ms, &start_ms) < 0 || start_ms < now_ms)) {
        fprintf(stderr,
                "warroom run: --at %s; allowed is a time to come like 2026-02-01T22:00:00+07:00 "
                "(UTC without an offset), or +30m\n",
                r->at);
        return EX_BADUSAGE;
    }
    if (zone_set(p->timezone) < 0 || live_session_path(r->session, p->name, &path, &e) < 0)
        return cmd_fail(&e);
    live_run_id(p, path.p, &id);
    live_evidence_dir(r->evidence, path.p, &evidence);
    if (draft && !r->rehearse)
        fprintf(stderr, "warroom: the plan is not approved (document.status): this is a rehearsal, "
                        "nothing will be sent\n");
    bool live = !r->drill && !r->rehearse && !draft && !cmd_common.read_only;
    if (people_role_is(p, r->role, &e) < 0 ||
        (live && (people_retry(p, path.p, r->fix, &e) < 0 ||
                  people_lock(p, path.p, buf_str(&id), live_actor(r->as), &lock, &e) < 0)))
        return cmd_fail(&e);
    struct live_opts o = {.room = {.plan = p,
                                   .session_path = path.p,
                                   .clock = clock,
                                   .rehearse = r->rehearse || draft,
                                   .drill = r->drill,
                                   .read_only = cmd_common.read_only,
                                   .actor = live_actor(r->as),
                                   .role = r->role,
                                   .fix = r->fix,
                                   .run_id = buf_str(&id),
                                   .start_at_ms = start_ms,
                                   .plan_file = file,
                                   .evidence = evidence.p},
                          .headless = r->headless,
                          .json = r->json,
                          .ticks = r->ticks,
                          .commands = r->commands};
    int status = live_run(&o);
    if (lock >= 0)
        close(lock); /* the scope is free */
    buf_free(&path);
    buf_free(&id);
    buf_free(&evidence);
    return status;
}

int cmd_run(int argc, char **argv)
{
    struct run_opts r = {.role = "ic"};
    const struct cmd_opt opts[] = {
        {"--session", "FILE", NULL, &r.session, "where to record (must not exist)"},
        {"--role", "ROLE", NULL, &r.role, "your role (ic)"},
        {"--as", "NAME", NULL, &r.as, "your name ($USER)"},
        {"--evidence", "DIR", NULL, &r.evidence, "where evidence files go (SESSION.evidence)"},
        {"--headless", NULL, &r.headless, NULL, "no screen: log lines on stdout"},
        {"--json", NULL, &r.json, NULL, "with --headless: one JSON object per event"},
        {"--ticks", NULL, &r.ticks, NULL, "with --json: tick events too"},
        {"--commands", NULL, &r.commands, NULL, "with --headless: decisions from stdin lines"},
        {"--rehearse", NULL, &r.rehearse, NULL, "show and record every action, send nothing"},
        {"--at", "TIME", NULL, &r.at, "planned start of the first stage, or +30m from now"},
        {"--fix", "NOTE", NULL, &r.fix, "what was fixed since the plan was rolled back"},
        {"--drill", "URL", NULL, &r.drill, "against `warroom sim` at URL and on its clock"},
    };
    const struct cmd_spec spec = {
        "warroom run PLAN [--session FILE] [--role ROLE] [--as NAME] [--headless] [--json]",
        "Runs a canary live as the plan says, and records everything in a session file.",
        opts,
        sizeof opts / sizeof *opts,
        1,
        1};
    struct cmd_args args;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    struct buf errors = BUF_INIT;
    struct plan *p = plan_load_file(args.v[0], &plan_env_process, &errors, &status);
    if (!p) {
        fputs(buf_str(&errors), stderr);
        buf_free(&errors);
        return status;
    }
    status = run_plan(p, args.v[0], &r);
    plan_free(p);
    return status;
}
