/* warroom watch SESSION: a live session from another terminal. The process that runs it keeps the
 * hands; here one looks, and with a role speaks, agrees and asks. */
#include <stdio.h>
#include <stdlib.h>

#include "journal/reader.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/live.h"
#include "tui/cmd/people.h"

struct watch_opts {
    const char *role, *as;
    bool headless, json, ticks, commands;
};

static struct plan *plan_of(const char *path, struct err *e)
{
    struct reader *rd = reader_open(path, e);
    struct plan *p = rd ? reader_plan(rd, e) : NULL;
    if (rd)
        reader_close(rd);
    return p;
}

static int watch(const char *path, const struct watch_opts *w)
{
    struct err e = ERR_INIT;
    struct plan *p = plan_of(path, &e);
    if (!p || people_role_is(p, w->role, &e) < 0) {
        plan_free(p);
        return cmd_fail(&e);
    }
    struct live_opts o = {.room = {.plan = p,
                                   .session_path = path,
                                   .clock = clock_make(1),
                                   .watch = true,
                                   .read_only = cmd_common.read_only,
                                   .actor = live_actor(w->as),
                                   .role = w->role},
                          .headless = w->headless,
                          .json = w->json,
                          .ticks = w->ticks,
                          .commands = w->commands};
    zone_set(p->timezone);
    int status = live_run(&o);
    plan_free(p);
    return status;
}

int cmd_watch(int argc, char **argv)
{
    struct watch_opts w = {.role = ""};
    const struct cmd_opt opts[] = {
        {"--role", "ROLE", NULL, &w.role, "your role; without one you only look"},
        {"--as", "NAME", NULL, &w.as, "your name ($USER)"},
        {"--headless", NULL, &w.headless, NULL, "no screen: log lines on stdout"},
        {"--json", NULL, &w.json, NULL, "with --headless: one JSON object per event"},
        {"--ticks", NULL, &w.ticks, NULL, "with --json: tick events too"},
        {"--commands", NULL, &w.commands, NULL, "with --headless: words from stdin lines"},
    };
    const struct cmd_spec spec = {
        "warroom watch SESSION [--role ROLE] [--as NAME] [--headless] [--json]",
        "Joins a live session from another terminal: looks; with a role it posts signals, answers\n"
        "approvals and may take command. What the IC decides here is done by the process that "
        "runs.",
        opts,
        sizeof opts / sizeof *opts,
        1,
        1};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf path = BUF_INIT;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    if (cmd_session_path(args.v[0], &path, &e) < 0)
        status = cmd_fail(&e);
    else
        status = watch(path.p, &w);
    buf_free(&path);
    return status;
}
