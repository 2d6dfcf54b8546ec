#include "tui/cmd/people.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/near.h"
#include "room/retry.h"
#include "room/scope_lock.h"
#include "tui/cmd/cmd.h"

int people_role_is(const struct plan *p, const char *role, struct err *e)
{
    const char *words[TEAM_MAX];
    struct buf all = BUF_INIT;
    if (!p->n_team || !role || !*role || plan_role(p, role) >= 0)
        return 0;
    for (size_t i = 0; i < p->n_team; i++) {
        words[i] = p->team[i].role;
        buf_addf(&all, "%s%s", i ? " " : "", words[i]);
    }
    err_set(e, EX_BADUSAGE, "--role %s: the plan's roles are %s%s", role, buf_str(&all),
            near_hint(role, words, p->n_team).text);
    buf_free(&all);
    return -1;
}

static void folder_of(const char *session, struct buf *out)
{
    char *copy = xstrdup(session);
    buf_adds(out, dirname(copy));
    free(copy);
}

/* Where every run of this user looks: the session folder; without one, beside the session. */
static void lock_folder(const char *session, struct buf *out)
{
    struct err e = ERR_INIT;
    if (cmd_session_dir(out, true, &e) == 0)
        return;
    buf_clear(out);
    folder_of(session, out);
}

int people_lock(const struct plan *p, const char *session, const char *run_id, const char *actor,
                int *fd, struct err *e)
{
    struct buf dir = BUF_INIT;
    struct scope_owner me = {run_id, session, actor};
    lock_folder(session, &dir);
    *fd = scope_lock_take(dir.p, p, &me, e);
    buf_free(&dir);
    return *fd < 0 ? -1 : 0;
}

int people_retry(const struct plan *p, const char *session, const char *fix, struct err *e)
{
    struct buf common = BUF_INIT, own = BUF_INIT;
    struct retry found = {.found = false};
    if (!p->rules.retry_cooldown_ms)
        return 0;
    lock_folder(session, &common);
    folder_of(session, &own);
    retry_find(common.p, p, &found);
    if (strcmp(common.p, own.p) != 0)
        retry_find(own.p, p, &found);
    buf_free(&common);
    buf_free(&own);
    return retry_allowed(p, &found, clock_real_wall(), fix, e);
}
