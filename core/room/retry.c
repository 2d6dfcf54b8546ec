#include "room/retry.h"

#include <dirent.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "journal/reader.h"
#include "room/scope_lock.h"

static bool same_scope(const struct plan *a, const struct plan *b)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    scope_words(a, &x);
    scope_words(b, &y);
    bool same = !strcmp(buf_str(&x), buf_str(&y));
    buf_free(&x);
    buf_free(&y);
    return same;
}

/* A live run of this plan on this scope; the reader then stands behind its first event. */
static bool of_this(struct reader *rd, const struct plan *p, char *run_id, size_t size)
{
    struct err e = ERR_INIT;
    struct event *ev = reader_next(rd, &e);
    bool same = ev && event_is(ev, "name", p->name) && event_is(ev, "mode", "live");
    if (same)
        str_copy(run_id, size, json_str_or(ev->body, "run_id", ""));
    event_free(ev);
    struct plan *was = same ? reader_plan(rd, &e) : NULL;
    same = was && same_scope(p, was);
    plan_free(was);
    return same && reader_seek(rd, 1) == 0;
}

static void look_at(const char *path, const struct plan *p, struct retry *out)
{
    struct err e = ERR_INIT;
    char run_id[sizeof out->run_id];
    int64_t rolled_ms = 0, passed_ms = 0;
    struct reader *rd = reader_open(path, &e);
    bool same = rd && of_this(rd, p, run_id, sizeof run_id);
    for (struct event *ev; same && (ev = reader_next(rd, &e)); event_free(ev)) {
        if (ev->kind == EV_ROLLBACK &&
            (event_is(ev, "op", "started") || event_is(ev, "op", "done") ||
             event_is(ev, "op", "not_verified")))
            rolled_ms = ev->t_ms;
        if (ev->kind == EV_FINAL && !strncmp(json_str_or(ev->body, "decision", ""), "PASS", 4))
            passed_ms = ev->t_ms;
    }
    if (rd)
        reader_close(rd);
    if (passed_ms > out->passed_ms)
        out->passed_ms = passed_ms;
    if (rolled_ms > out->at_ms) {
        out->at_ms = rolled_ms;
        str_copy(out->run_id, sizeof out->run_id, run_id);
    }
    out->found = out->at_ms > out->passed_ms;
}

void retry_find(const char *dir, const struct plan *p, struct retry *out)
{
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        size_t n = strlen(f->d_name);
        struct buf path = BUF_INIT;
        if (n < 4 || strcmp(f->d_name + n - 3, ".wr") != 0)
            continue;
        buf_addf(&path, "%s/%s", dir, f->d_name);
        look_at(path.p, p, out);
        buf_free(&path);
    }
    if (d)
        closedir(d);
}

int retry_allowed(const struct plan *p, const struct retry *r, int64_t now_ms, const char *fix,
                  struct err *e)
{
    int64_t until_ms = r->at_ms + p->rules.retry_cooldown_ms;
    char rolled[32], until[32], cooldown[32];
    if (!r->found || !p->rules.retry_cooldown_ms)
        return 0;
    time_full(r->at_ms, rolled, sizeof rolled);
    time_full(until_ms, until, sizeof until);
    dur_print(p->rules.retry_cooldown_ms, cooldown, sizeof cooldown);
    if (now_ms < until_ms)
        return err_set(e, EX_FAILED,
                       "run %s was rolled back at %s: the plan asks for %s until the next "
                       "(retry_cooldown), so not before %s, and then with --fix NOTE",
                       r->run_id, rolled, cooldown, until);
    if (!fix || !fix[strspn(fix, " \t")])
        return err_set(e, EX_FAILED,
                       "run %s was rolled back at %s: say what was fixed since, with --fix NOTE",
                       r->run_id, rolled);
    return 0;
}
