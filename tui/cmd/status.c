/* warroom status SESSION and warroom sessions: what is recorded, at a glance. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/recorded.h"

static const char *stage_name(const struct recorded *r)
{
    return r->state->stage >= 0 ? r->plan->stages[r->state->stage].name : "";
}

static cJSON *as_json(const struct recorded *r, const char *path)
{
    const struct state *s = r->state;
    const struct counts *c = &r->judge->counts;
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "session", path);
    json_add_str(o, "run_id", s->run_id);
    json_add_str(o, "title", r->plan->title);
    json_add_str(o, "environment", r->plan->environment);
    json_add_str(o, "mode", s->mode);
    json_add_str(o, "phase", phase_word(s->phase));
    json_add_str(o, "stage", stage_name(r));
    json_add_num(o, "weight", s->weight);
    if (s->t0_ms >= 0)
        json_add_num(o, "t_plus", (double)(s->now_ms - s->t0_ms) / 1000);
    json_add_int(o, "newest_ms", s->now_ms);
    json_add_str(o, "kill_switch", r->plan->has_kill_switch ? ks_word(state_ks(s)) : "none");
    cJSON *counts = json_add_obj(o, "counts");
    json_add_int(counts, "pass", c->pass);
    json_add_int(counts, "warning", c->warning);
    json_add_int(counts, "critical", c->critical);
    json_add_int(counts, "nodata", c->nodata);
    json_add_int(counts, "of", c->of);
    json_add_str(o, "decision", s->decision);
    json_add_str(o, "why", s->final ? s->verdict_why : s->decision_why);
    json_add_str(o, "verdict", s->final ? s->verdict : NULL);
    json_add_bool(o, "sealed", r->sealed);
    json_add_str(o, "head", r->head);
    return o;
}

static void print_json(cJSON *o)
{
    struct buf out = BUF_INIT;
    json_print(o, &out);
    puts(buf_str(&out));
    buf_free(&out);
    cJSON_Delete(o);
}

static void print_text(const struct recorded *r, const char *path)
{
    const struct state *s = r->state;
    const struct counts *c = &r->judge->counts;
    char newest[32], weight[24] = "not verified yet";
    time_full(s->now_ms, newest, sizeof newest);
    if (s->weight == s->weight)
        num_short(s->weight, weight, sizeof weight);
    printf("session   %s%s\n", path, r->sealed ? " (sealed)" : "");
    printf("run       %s  %s  %s  %s\n", s->run_id, r->plan->title, r->plan->environment, s->mode);
    printf("phase     %s  %s  weight %s\n", phase_word(s->phase), stage_name(r), weight);
    printf("verdict   %s\n", s->final ? s->verdict : "not yet");
    printf("decision  %s: %s\n", s->decision, s->final ? s->verdict_why : s->decision_why);
    printf("metrics   %d pass, %d WARN, %d CRIT, %d unknown of %d\n", c->pass, c->warning,
           c->critical, c->nodata, c->of);
    printf("kill      %s\n", r->plan->has_kill_switch ? ks_word(state_ks(s)) : "none (plan)");
    printf("newest    %s UTC\nhead      %s\n", newest, r->head);
}

int cmd_status(int argc, char **argv)
{
    bool json = false;
    const struct cmd_opt opts[] = {{"--json", NULL, &json, NULL, "one JSON object"}};
    const struct cmd_spec spec = {"warroom status SESSION [--json]",
                                  "Shows one live or recorded session at a glance.",
                                  opts,
                                  1,
                                  1,
                                  1};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf path = BUF_INIT;
    struct recorded r;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    if (cmd_session_path(args.v[0], &path, &e) < 0 || recorded_load(path.p, &r, &e) < 0) {
        buf_free(&path);
        return cmd_fail(&e);
    }
    if (json)
        print_json(as_json(&r, path.p));
    else
        print_text(&r, path.p);
    recorded_release(&r);
    buf_free(&path);
    return 0;
}

static int is_session(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n > 3 && !strcmp(d->d_name + n - 3, ".wr");
}

static void list_one(const char *dir, const char *name, bool json)
{
    struct buf path = BUF_INIT;
    struct recorded r;
    struct err e = ERR_INIT;
    char when[32];
    buf_addf(&path, "%s/%s", dir, name);
    if (recorded_load(path.p, &r, &e) < 0) {
        fprintf(stderr, "warroom: %s cannot be read: %s\n", name, e.text);
    } else if (json) {
        print_json(as_json(&r, path.p));
    } else {
        time_full(r.state->start_ms, when, sizeof when);
        printf("%-40s %s  %-18s %s\n", name, when,
               r.state->final ? r.state->verdict : phase_word(r.state->phase), r.plan->title);
    }
    if (!e.status)
        recorded_release(&r);
    buf_free(&path);
}

int cmd_sessions(int argc, char **argv)
{
    bool json = false;
    const struct cmd_opt opts[] = {{"--json", NULL, &json, NULL, "one JSON object a line"}};
    const struct cmd_spec spec = {
        "warroom sessions [--json]", "Lists the recorded sessions.", opts, 1, 0, 0};
    struct cmd_args args;
    struct err e = ERR_INIT;
    struct buf dir = BUF_INIT;
    struct dirent **found = NULL;
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    if (cmd_session_dir(&dir, false, &e) < 0)
        return cmd_fail(&e);
    int n = scandir(dir.p, &found, is_session, alphasort);
    for (int i = 0; i < n; i++) {
        list_one(dir.p, found[i]->d_name, json);
        free(found[i]);
    }
    free(found);
    if (n <= 0 && !json)
        printf("no sessions in %s\n", dir.p);
    buf_free(&dir);
    return 0;
}
