/* `warroom plan check|explain PLAN`, `warroom plan schema`: reads a plan, contacts nothing. */
#include <stdio.h>
#include <string.h>

#include "base/near.h"
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

static int bad_verb(const char *verb)
{
    if (!strcmp(verb, "when")) {
        fprintf(stderr, "warroom plan: when comes with a later version\n");
        return EX_BADUSAGE;
    }
    const char *hint = near_find(verb, verbs, N_VERBS);
    fprintf(stderr, "warroom plan: unknown word \"%s\"%s%s%s\n", verb,
            hint ? " (did you mean " : " (see --help", hint ? hint : "", ")");
    return EX_BADUSAGE;
}

int cmd_plan(int argc, char **argv)
{
    static const struct cmd_spec spec = {
        .usage = "warroom plan check PLAN | explain PLAN | schema",
        .about =
            "check validates a plan: prints every error of the file as FILE:LINE:COL: path: what "
            "was found; what is allowed.\nStatus 0 when it is valid, 65 when not, 66 when "
            "there is no such file. Nothing is contacted.\n"
            "explain says in plain words what will happen when, and what will roll back.\n"
            "schema prints a JSON Schema of the plan file, for editors.",
        .min_args = 1,
        .max_args = 2,
    };
    struct cmd_args args;
    int rc = cmd_parse(&spec, argc, argv, &args);
    if (rc >= 0)
        return rc;
    bool checks = !strcmp(args.v[0], "check"), explains = !strcmp(args.v[0], "explain");
    if (!strcmp(args.v[0], "schema") && args.n == 1)
        return schema();
    if (!checks && !explains)
        return bad_verb(args.v[0]);
    if (args.n < 2) {
        fprintf(stderr, "warroom plan: %s needs the plan file; usage: %s\n", args.v[0], spec.usage);
        return EX_BADUSAGE;
    }
    return checks ? check(args.v[1]) : explain(args.v[1]);
}
