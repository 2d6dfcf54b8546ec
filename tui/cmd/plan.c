/* `warroom plan check|explain|when PLAN`, `warroom plan schema`: reads a plan, contacts nothing. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/near.h"
#include "base/zone.h"
#include "calendar/calendar.h"
#include "plan/load.h"
#include "tui/cmd/cmd.h"

static const char *const verbs[] = {"check", "explain", "schema", "when"};
#define N_VERBS (sizeof verbs / sizeof *verbs)

static struct plan *load(const char *path, int *status)
{
    struct buf errors = BUF_INIT;
    struct plan *p = plan_load_file(path, &plan_env_process, &errors, status);
    fputs(buf_str(&errors), stderr);
    buf_free(&errors);
    return p;
}

static int check(const char *path)
{
    int status = EX_PASS;
    struct plan *p = load(path, &status);
    if (p)
        printf("%s: plan %s is valid: %zu metrics (%d gating), %zu stages, rollback %s, kill "
               "switch %s\n",
               path, p->name, p->n_metrics, plan_gating(p), p->n_stages,
               rollback_mode_word(p->rollback_mode), p->has_kill_switch ? "set" : "none");
    plan_free(p);
    return status;
}

static int explain(const char *path)
{
    struct buf out = BUF_INIT;
    int status = EX_PASS;
    struct plan *p = load(path, &status);
    if (p)
        plan_explain(p, &out);
    fputs(buf_str(&out), stdout);
    buf_free(&out);
    plan_free(p);
    return status;
}

static int schema(void)
{
    struct buf out = BUF_INIT;
    plan_schema_json(&out);
    fputs(buf_str(&out), stdout);
    buf_free(&out);
    return 0;
}

/* "start at 2026-02-01 22:00:00 +07:00: allowed until …", or why not and when next. */
static int print_when(const struct plan *p, enum window_for what, int64_t at_ms)
{
    struct calendar_answer a;
    char at[48], until[48];
    calendar_when(p, what, at_ms, &a);
    zone_print(p->zone, at_ms, at, sizeof at);
    printf("%s at %s: ", window_for_word(what), at);
    if (!a.allowed) {
        printf("not allowed: %s\n", a.why);
        return EX_FAILED;
    }
    zone_print(p->zone, a.until_ms, until, sizeof until);
    if (what == FOR_ROLLBACK)
        printf("allowed: no window stops a rollback\n");
    else if (a.until_ms)
        printf("allowed until %s\n", until);
    else
        printf("allowed\n");
    if (a.warned >= 0)
        printf("  with a warning: %s %s; the IC confirms it\n", p->windows[a.warned].label,
               p->windows[a.warned].timezone);
    return EX_PASS;
}

/* Which of the plan's actions a window for schema changes stops. */
static void print_schema_actions(const struct plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_actions; i++)
        if (plan_changes_schema(p, &i, 1))
            printf("%s%s", n++ ? " " : "  actions that change a schema: ", p->actions[i].name);
    if (n)
        putchar('\n');
}

static int when(const char *path, const char *at, const char *word)
{
    static const enum window_for all[] = {FOR_START, FOR_ADVANCE, FOR_SCHEMA_CHANGE, FOR_ROLLBACK};
    int64_t now_ms = clock_real_wall(), at_ms = now_ms;
    int what = -1, status = EX_PASS;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(word, window_for_word(all[i])))
            what = (int)all[i];
    if (what < 0) {
        fprintf(stderr,
                "warroom plan: --for %s; allowed are start advance schema_change rollback\n", word);
        return EX_BADUSAGE;
    }
    if (at && cmd_time(at, now_ms, &at_ms) < 0) {
        fprintf(stderr,
                "warroom plan: --at %s; allowed is a time like 2026-02-01T22:00:00+03:00 (UTC "
                "without an offset), unix seconds, now\n",
                at);
        return EX_BADUSAGE;
    }
    struct plan *p = load(path, &status);
    if (p)
        status = print_when(p, (enum window_for)what, at_ms);
    if (p && what == FOR_SCHEMA_CHANGE)
        print_schema_actions(p);
    plan_free(p);
    return status;
}

static int bad_verb(const char *verb)
{
    const char *hint = near_find(verb, verbs, N_VERBS);
    fprintf(stderr, "warroom plan: unknown word \"%s\"%s%s%s\n", verb,
            hint ? " (did you mean " : " (see --help", hint ? hint : "", ")");
    return EX_BADUSAGE;
}

int cmd_plan(int argc, char **argv)
{
    const char *at = NULL, *what = NULL;
    const struct cmd_opt opts[] = {
        {"--at", "TIME", NULL, &at, "when: the time asked about (default: now)"},
        {"--for", "WHAT", NULL, &what, "when: start (default), advance, schema_change or rollback"},
    };
    const struct cmd_spec spec = {
        .opts = opts,
        .n_opts = sizeof opts / sizeof *opts,
        .usage = "warroom plan check PLAN | explain PLAN | when PLAN [--at TIME] [--for WHAT] | "
                 "schema",
        .about =
            "check validates a plan: prints every error of the file as FILE:LINE:COL: path: what "
            "was found; what is allowed.\nStatus 0 when it is valid, 65 when not, 66 when "
            "there is no such file. Nothing is contacted.\n"
            "explain says in plain words what will happen when, and what will roll back.\n"
            "when says whether the plan's windows allow a thing at a time (status 0), or why not "
            "and "
            "when next (status 20).\n"
            "schema prints a JSON Schema of the plan file, for editors.",
        .min_args = 1,
        .max_args = 2,
    };
    struct cmd_args args;
    int rc = cmd_parse(&spec, argc, argv, &args);
    if (rc >= 0)
        return rc;
    bool checks = !strcmp(args.v[0], "check"), explains = !strcmp(args.v[0], "explain"),
         asks = !strcmp(args.v[0], "when");
    if (!asks && (at || what)) {
        fprintf(stderr, "warroom plan: --at and --for belong to `plan when`\n");
        return EX_BADUSAGE;
    }
    if (!strcmp(args.v[0], "schema") && args.n == 1)
        return schema();
    if (!checks && !explains && !asks)
        return bad_verb(args.v[0]);
    if (args.n < 2) {
        fprintf(stderr, "warroom plan: %s needs the plan file; usage: %s\n", args.v[0], spec.usage);
        return EX_BADUSAGE;
    }
    if (asks)
        return when(args.v[1], at, what ? what : "start");
    return checks ? check(args.v[1]) : explain(args.v[1]);
}
