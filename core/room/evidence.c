/* Evidence files of the run this room drives: opened with the session, fed by every folded event,
 * finished when the room closes. */
#include "room/room_int.h"

#include <poll.h>

#define FINISH_MS 10000 /* real; a disk that takes longer is left alone */

static void put_all(struct room *r, struct event_list *l)
{
    for (struct event *ev; (ev = event_list_take(l));)
        room_put(r, ev);
    event_list_free(l);
}

/* Before a resumed room folds its journal: what is remembered comes from there. */
void room_evidence_open(struct room *r)
{
    const struct evidence_opts o = {.plan = r->plan,
                                    .dir = r->opts.evidence,
                                    .session_path = r->opts.session_path,
                                    .inbox = r->inbox};
    if (o.dir && !r->opts.read_only)
        r->evidence = evidence_open(&o);
}

void room_evidence_pump(struct room *r)
{
    struct event_list l;
    if (!r->evidence || r->in_flight > 0)
        return;
    event_list_init(&l);
    evidence_pump(r->evidence, r->state, false, &l);
    put_all(r, &l);
}

int room_evidence_end(struct room *r)
{
    mono_t since = mono_now();
    bool more = true;
    if (!r->evidence)
        return 0;
    while (more && mono_since(since) < FINISH_MS) {
        struct event_list l;
        for (struct event *ev; (ev = queue_take(r->inbox));)
            room_put(r, ev);
        room_settle(r, 2000);
        event_list_init(&l);
        more = evidence_pump(r->evidence, r->state, true, &l);
        bool waits = more && !l.n;
        put_all(r, &l);
        if (waits)
            poll(NULL, 0, 2);
    }
    int rc = evidence_close(r->evidence, 2000);
    r->evidence = NULL;
    return rc;
}
