/* Files whose moment is on the tape and of which the tape does not tell: their process died in
 * between. Found while a resumed run folds what is recorded, written when it starts. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "evidence/evidence_int.h"

void unwritten_add(struct unwritten *u, struct job *job)
{
    u->all = xrealloc(u->all, (u->n + 1) * sizeof *u->all);
    u->all[u->n++] = *job;
}

void unwritten_told(struct unwritten *u, const struct event *ev)
{
    const char *file = json_str_or(ev->body, "file", "");
    if (ev->kind != EV_SOURCE || !event_is(ev, "op", "evidence"))
        return;
    for (size_t i = 0; i < u->n; i++) {
        if (strcmp(u->all[i].name, file) != 0)
            continue;
        buf_free(&u->all[i].bytes);
        u->n--;
        memmove(&u->all[i], &u->all[i + 1], (u->n - i) * sizeof *u->all);
        return;
    }
}

void unwritten_write(struct unwritten *u, struct writer *w)
{
    for (size_t i = 0; i < u->n; i++)
        if (writer_put(w, &u->all[i]) < 0)
            buf_free(&u->all[i].bytes);
    u->n = 0;
}

void unwritten_free(struct unwritten *u)
{
    for (size_t i = 0; i < u->n; i++)
        buf_free(&u->all[i].bytes);
    free(u->all);
    *u = (struct unwritten){0};
}
