/* From a plan to a running room. */
#include "tui/cmd/live.h"

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "action/drill.h"
#include "base/json.h"
#include "base/num.h"
#include "journal/reader.h"
#include "tui/app.h"
#include "tui/cmd/cmd.h"
#include "tui/headless.h"

int live_session_path(const char *given, const char *name, struct buf *out, struct err *e)
{
    char when[32];
    time_t now = (time_t)(clock_real_wall() / 1000);
    struct tm tm;
    if (given) {
        buf_adds(out, given);
        return 0;
    }
    if (cmd_session_dir(out, true, e) < 0)
        return -1;
    gmtime_r(&now, &tm);
    strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
    size_t base = out->len;
    buf_addf(out, "/%s-%s.wr", name, when);
    for (int n = 2; access(out->p, F_OK) == 0 && n < 1000; n++) {
        out->len = base;
        buf_addf(out, "/%s-%s-%d.wr", name, when, n);
    }
    return 0;
}

void live_evidence_dir(const char *given, const char *session_path, struct buf *out)
{
    buf_addf(out, "%s%s", given ? given : session_path, given ? "" : ".evidence");
}

/* Number in place of the pattern's ###, or 0 when the recorded id is of another pattern. */
static int64_t number_in(const char *id, const char *pattern, size_t at, size_t width)
{
    size_t tail = strlen(pattern + at + width), n = strlen(id);
    char digits[20];
    int64_t v;
    if (n < at + tail + 1 || strncmp(id, pattern, at) != 0 ||
        strcmp(id + n - tail, pattern + at + width) != 0 || n - at - tail >= sizeof digits)
        return 0;
    str_fmt(digits, sizeof digits, "%.*s", (int)(n - at - tail), id + at);
    return int_parse(digits, 0, 999999999, &v) < 0 ? 0 : v;
}

static int64_t recorded_number(const char *dir, const char *file, const char *pattern, size_t at,
                               size_t width)
{
    struct buf path = BUF_INIT;
    struct err e = ERR_INIT;
    buf_addf(&path, "%s/%s", dir, file);
    struct reader *rd = reader_open(path.p, &e);
    struct event *ev = rd ? reader_next(rd, &e) : NULL;
    int64_t n = ev ? number_in(json_str_or(ev->body, "run_id", ""), pattern, at, width) : 0;
    event_free(ev);
    if (rd)
        reader_close(rd);
    buf_free(&path);
    return n;
}

void live_run_id(const struct plan *p, const char *session_path, struct buf *out)
{
    const char *pattern = *p->run_id_pattern ? p->run_id_pattern : p->name;
    size_t at = strcspn(pattern, "#"), width = strspn(pattern + at, "#");
    int64_t last = 0;
    if (!width) {
        buf_adds(out, pattern);
        return;
    }
    char *copy = xstrdup(session_path), *dir = dirname(copy);
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        size_t n = strlen(f->d_name);
        if (n < 4 || strcmp(f->d_name + n - 3, ".wr") != 0)
            continue;
        int64_t v = recorded_number(dir, f->d_name, pattern, at, width);
        last = v > last ? v : last;
    }
    if (d)
        closedir(d);
    free(copy);
    buf_addf(out, "%.*s%0*lld%s", (int)at, pattern, (int)width, (long long)(last + 1),
             pattern + at + width);
}

const char *live_actor(const char *as)
{
    const char *user = getenv("USER");
    as = as && *as ? as : cmd_common.as;
    return as && *as ? as : user && *user ? user : "ic";
}

int live_drill(const char *url, const struct plan *p, struct clock *out, struct err *e)
{
    return drill_clock(url, out, e) < 0 ? -1 : drill_begin(url, p, e);
}

static int usable(const struct live_opts *o, struct err *e)
{
    const struct plan *p = o->room.plan;
    if (o->headless && p->advance == ADVANCE_MANUAL && !o->commands && !o->room.watch)
        fprintf(stderr,
                "warroom: advance: manual and nobody here: decisions come from `warroom "
                "watch %s --role ic`\n",
                o->room.session_path);
    if (!o->headless && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
        return err_set(e, EX_BADUSAGE, "this is not a terminal; add --headless");
    return 0;
}

int live_run(struct live_opts *o)
{
    struct err e = ERR_INIT;
    struct room *room;
    o->room.headless = o->headless && !o->room.watch;
    if (usable(o, &e) < 0 || !(room = room_open(&o->room, &e)))
        return cmd_fail(&e);
    if (o->headless) {
        struct headless_opts h = {.json = o->json,
                                  .commands = o->commands,
                                  .ticks = o->ticks,
                                  .out = stdout,
                                  .watch = o->room.watch,
                                  .session_path = o->room.session_path};
        return headless_run(room, &h);
    }
    struct app_opts a = {.theme = cmd_common.theme,
                         .ascii = cmd_common.ascii,
                         .no_color = cmd_common.no_color,
                         .mouse = cmd_common.mouse,
                         .quiet = cmd_common.quiet,
                         .watch = o->room.watch,
                         .note = cmd_common.note,
                         .session_path = o->room.session_path,
                         .actor = o->room.actor,
                         .role = o->room.role};
    int status = app_run(room, &a, &e);
    return e.status ? cmd_fail(&e) : status;
}
