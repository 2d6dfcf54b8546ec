/* warroom preflight PLAN: the checks alone, no session. Reads, asks and runs what the plan's checks
 * ask and run; writes to the kill switch only when told so. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "action/preflight.h"
#include "base/json.h"
#include "fold/fold.h"
#include "plan/load.h"
#include "tui/cmd/cmd.h"

struct check_run {
    struct plan *plan;
    struct state *state;
    struct judge *judge;
    struct http *http;
    struct children *children;
    struct preflight *checks;
    int64_t seq;
    bool json;
};

static const char *sign_of(enum pf_is is)
{
    static const char *const signs[] = {".", "+", "!", "x", "?", "."};
    return signs[is];
}

static void print_item(const struct check_run *r, const struct event *ev)
{
    int i = preflight_item_of(r->plan, json_str_or(ev->body, "id", ""));
    if (r->json) {
        struct buf line = BUF_INIT;
        event_json_line(ev, -1, &line);
        puts(buf_str(&line));
        buf_free(&line);
    } else if (i >= 0 && !json_str(ev->body, "op")) {
        const struct preflight_item_state *x = &r->state->preflight.items[i];
        printf("%s %-10s %-32s %-9s %s%s%s", sign_of(x->is), r->plan->preflight.items[i].id,
               r->plan->preflight.items[i].title, pf_word(x->is), x->actual,
               *x->actual && *x->why ? ": " : "", x->why);
        if (x->ms >= 0)
            printf("  (%lld ms)", (long long)x->ms);
        puts("");
    }
    fflush(stdout);
}

static void fold_one(struct check_run *r, struct event *ev)
{
    ev->seq = ++r->seq;
    ev->ours = true;
    fold_apply(r->state, ev);
    preflight_event(r->checks, r->state, r->judge, ev);
    if (ev->kind == EV_PREFLIGHT)
        print_item(r, ev);
    event_free(ev);
}

static void run_all(struct check_run *r, bool drills)
{
    preflight_start(r->checks, r->state, r->judge, drills);
    do {
        struct pollfd fd = {.fd = preflight_fd(r->checks), .events = POLLIN};
        struct event_list l;
        int64_t wait = preflight_wait_ms(r->checks);
        poll(&fd, 1, wait < 0 || wait > 1000 ? 1000 : (int)wait);
        event_list_init(&l);
        preflight_pump(r->checks, r->state, r->judge, &l);
        for (struct event *ev; (ev = event_list_take(&l));)
            fold_one(r, ev);
    } while (preflight_busy(r->checks));
}

/* What only a run can have: a signature, and a drill that was not asked for. */
static bool left_to_the_run(const struct check_run *r, size_t i)
{
    const struct preflight_item *it = &r->plan->preflight.items[i];
    return r->state->preflight.items[i].is == PF_WAITS &&
           (it->kind == PF_CONFIRM || preflight_writes(it));
}

/* The last line; the exit status. */
static int finish(const struct check_run *r)
{
    int passed = 0, blocked = 0, unknown = 0, people = 0, n = (int)r->plan->preflight.n_items;
    cJSON *o = cJSON_CreateObject(), *blocking = json_add_arr(o, "blocking");
    for (int i = 0; i < n; i++) {
        enum pf_is is = r->state->preflight.items[i].is;
        bool later = left_to_the_run(r, (size_t)i);
        bool shut = preflight_stand(r->state, (size_t)i, NULL, NULL) >= PF_SHUT && !later;
        passed += is == PF_PASSED || is == PF_WARNED;
        people += later;
        blocked += shut;
        unknown += shut && is == PF_UNKNOWN;
        if (shut)
            cJSON_AddItemToArray(blocking, cJSON_CreateString(r->plan->preflight.items[i].id));
        if (later && !r->json)
            printf(". %-10s %-32s waits     %s\n", r->plan->preflight.items[i].id,
                   r->plan->preflight.items[i].title,
                   preflight_writes(&r->plan->preflight.items[i])
                       ? "writes to the kill switch: --drill runs it"
                       : "is signed in the run");
    }
    const char *word = blocked ? "BLOCKED" : "PASSED";
    if (r->json) {
        struct buf line = BUF_INIT;
        json_add_str(o, "kind", "final");
        json_add_str(o, "result", word);
        json_add_int(o, "passed", passed);
        json_add_int(o, "blocked", blocked);
        json_add_int(o, "waits", people);
        json_add_int(o, "of", n);
        json_print(o, &line);
        puts(buf_str(&line));
        buf_free(&line);
    } else {
        printf("PREFLIGHT %s: %d of %d passed, %d block, %d wait for people\n", word, passed, n,
               blocked, people);
    }
    cJSON_Delete(o);
    return !blocked ? EX_PASS : blocked == unknown ? EX_NOSERVICE : EX_FAILED;
}

static int check(struct check_run *r, bool drills, struct err *e)
{
    int status = EX_INTERNAL;
    r->state = state_new(r->plan);
    r->judge = judge_new(r->plan);
    r->http = http_start(8, e);
    r->children = r->http ? children_start(e) : NULL;
    struct preflight_opts o = {
        .plan = r->plan, .http = r->http, .children = r->children, .clock = clock_make(1)};
    if (r->children && (r->checks = preflight_new(&o, e))) {
        run_all(r, drills);
        status = finish(r);
    }
    if (r->http)
        http_stop(r->http);
    if (r->children)
        children_stop(r->children);
    preflight_free(r->checks);
    state_free(r->state);
    judge_free(r->judge);
    return r->checks ? status : cmd_fail(e);
}

int cmd_preflight(int argc, char **argv)
{
    struct check_run r = {.seq = 0};
    bool drills = false;
    const struct cmd_opt opts[] = {
        {"--json", NULL, &r.json, NULL, "one JSON object per check, and a final one"},
        {"--drill", NULL, &drills, NULL,
         "run the kill switch's drill and reset, too: they change production"},
    };
    const struct cmd_spec spec = {
        "warroom preflight PLAN [--json] [--drill]",
        "Runs the checks before the start that need nobody, and records nothing. Status 0: they "
        "have passed; 20: BLOCKED; 69: all that blocks did not answer. Signatures are given in "
        "the run.",
        opts,
        sizeof opts / sizeof *opts,
        1,
        1};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf errors = BUF_INIT;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    if (!(r.plan = plan_load_file(args.v[0], &plan_env_process, &errors, &status))) {
        fputs(buf_str(&errors), stderr);
        buf_free(&errors);
        return status;
    }
    zone_set(r.plan->timezone);
    status = check(&r, drills, &e);
    plan_free(r.plan);
    return status;
}
