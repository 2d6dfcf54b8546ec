/* warroom resume SESSION: the recorded plan under the secrets of this environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "journal/reader.h"
#include "plan/load.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/live.h"
#include "tui/cmd/people.h"

/* Recorded values first, secrets (recorded as null) from this process. */
static const char *resumed_env(void *ctx, const char *name)
{
    const char *v = json_str(json_obj(ctx, "env"), name);
    return v ? v : getenv(name);
}

/* A changed plan file is refused: the run would go on under rules nobody agreed to. */
static int same_file(const char *file, const char *hash, struct err *e)
{
    struct buf errors = BUF_INIT;
    int status, rc = 0;
    if (!*file || access(file, R_OK) < 0)
        return 0;
    struct plan *p = plan_load_file(file, &plan_env_process, &errors, &status);
    if (!p || strcmp(p->hash, hash) != 0)
        rc =
            err_set(e, EX_BADDATA,
                    "plan file %s has changed since this run began; put the old one back, or start "
                    "a new run",
                    file);
    plan_free(p);
    buf_free(&errors);
    return rc;
}

static struct plan *recorded_plan(const char *path, cJSON **first, struct err *e)
{
    struct reader *rd = reader_open(path, e);
    struct event *ev = rd ? reader_next(rd, e) : NULL;
    struct plan *p = NULL;
    struct buf errors = BUF_INIT;
    *first = NULL;
    if (ev) {
        *first = cJSON_Duplicate(ev->body, true);
        const struct plan_env env = {resumed_env, *first, false};
        const char *text = json_str_or(ev->body, "plan", "");
        if (same_file(json_str_or(ev->body, "plan_file", ""),
                      json_str_or(ev->body, "plan_hash", ""), e) == 0) {
            p = plan_load_text(text, strlen(text), path, &env, &errors);
            if (!p)
                err_set(e, EX_BADDATA, "the recorded plan does not load: %.300s", buf_str(&errors));
        }
    } else if (rd && !e->status) {
        err_set(e, EX_BADDATA, "session %s holds no event", path);
    }
    event_free(ev);
    if (rd)
        reader_close(rd);
    buf_free(&errors);
    return p;
}

/* A drill goes on as a drill, and nothing else does: its times are a simulator's. */
static int on_its_clock(const char *mode, const char *drill, const struct plan *p,
                        struct clock *out, struct err *e)
{
    if (!drill && !strcmp(mode, "drill"))
        return err_set(e, EX_BADUSAGE,
                       "this session is a drill: say on whose clock it goes on, --drill URL of its "
                       "`warroom sim`");
    if (drill && strcmp(mode, "drill") != 0)
        return err_set(e, EX_BADUSAGE,
                       "this session is no drill (%s): it cannot go on with a simulator's clock",
                       mode);
    return drill ? live_drill(drill, p, out, e) : 0;
}

/* A live run that is still running cannot be resumed beside itself. */
static int hold_scope(const struct plan *p, const char *path, const cJSON *first, const char *actor,
                      int *lock, struct err *e)
{
    if (strcmp(json_str_or(first, "mode", "live"), "live") != 0 || cmd_common.read_only)
        return 0;
    return people_lock(p, path, json_str_or(first, "run_id", ""), actor, lock, e);
}

int cmd_resume(int argc, char **argv)
{
    const char *role = "ic", *as = NULL, *drill = NULL, *evidence = NULL;
    bool headless = false, json = false, commands = false;
    const struct cmd_opt opts[] = {
        {"--role", "ROLE", NULL, &role, "your role (ic)"},
        {"--as", "NAME", NULL, &as, "your name ($USER)"},
        {"--evidence", "DIR", NULL, &evidence, "where evidence files go (SESSION.evidence)"},
        {"--headless", NULL, &headless, NULL, "no screen: log lines on stdout"},
        {"--json", NULL, &json, NULL, "with --headless: one JSON object per event"},
        {"--commands", NULL, &commands, NULL, "with --headless: decisions from stdin lines"},
        {"--drill", "URL", NULL, &drill, "of a drill: the simulator whose clock it goes on with"},
    };
    const struct cmd_spec spec = {
        "warroom resume SESSION [--as NAME] [--headless] [--commands]",
        "Goes on with a run whose process died. It holds until you have looked and said `go`.",
        opts,
        sizeof opts / sizeof *opts,
        1,
        1};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf path = BUF_INIT, dir = BUF_INIT;
    cJSON *first = NULL;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    struct plan *p =
        cmd_session_path(args.v[0], &path, &e) < 0 ? NULL : recorded_plan(path.p, &first, &e);
    struct clock clock = clock_make(1);
    const char *mode = json_str_or(first, "mode", "live");
    int lock = -1;
    if (p && on_its_clock(mode, drill, p, &clock, &e) == 0 && people_role_is(p, role, &e) == 0 &&
        hold_scope(p, path.p, first, live_actor(as), &lock, &e) == 0) {
        live_evidence_dir(evidence, path.p, &dir);
        struct live_opts o = {.room = {.plan = p,
                                       .session_path = path.p,
                                       .clock = clock,
                                       .resume = true,
                                       .rehearse = !strcmp(mode, "rehearse"),
                                       .drill = drill,
                                       .read_only = cmd_common.read_only,
                                       .actor = live_actor(as),
                                       .role = role,
                                       .evidence = dir.p},
                              .headless = headless,
                              .json = json,
                              .commands = commands};
        zone_set(p->timezone);
        status = live_run(&o);
        if (lock >= 0)
            close(lock);
    } else {
        status = cmd_fail(&e);
    }
    plan_free(p);
    cJSON_Delete(first);
    buf_free(&path);
    buf_free(&dir);
    return status;
}
