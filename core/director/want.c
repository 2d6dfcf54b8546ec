/* The body of an intent, the same for the director and for people (action/intent.c adds the exact
 * calls). Ids are unique without anybody counting: place on the tape, then for a person's the
 * kind and the time, because several may be made before the first is folded. */
#include "director/want.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "director/director_int.h"

static void id_of(const struct state *s, const struct want *want, int64_t now_ms, char *out,
                  size_t size)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    unsigned t = (unsigned)(now_ms % (36 * 36));
    if (want->tag)
        str_fmt(out, size, "a%lld%c%c%c", (long long)s->seq + 1, want->tag, digits[t / 36],
                digits[t % 36]);
    else
        str_fmt(out, size, "a%lld", (long long)s->seq + 1);
}

int advance_target(const struct state *s)
{
    if (s->stage >= 0 && s->stages[s->stage].at == STAGE_STARTING)
        return s->stage;
    return (size_t)(s->stage + 1) < s->plan->n_stages ? s->stage + 1 : -1;
}

static void say_what(const struct state *s, const char *word, int stage, char *out, size_t size)
{
    char from[16] = "", to[16];
    if (!isnan(s->weight))
        num_short(s->weight, from, sizeof from);
    if (!strcmp(word, "advance") && stage >= 0) {
        const struct stage *p = &s->plan->stages[stage];
        num_short(p->weight, to, sizeof to);
        if (p->has_weight)
            str_fmt(out, size, "%s %s: canary weight %s%s%s%%", s->stage < 0 ? "start" : "go to",
                    p->name, from, *from ? "% -> " : "", to);
        else
            str_fmt(out, size, "%s %s", s->stage < 0 ? "start" : "go to", p->name);
    } else if (!strcmp(word, "rollback") && !*from && !plan_moves_traffic(s->plan)) {
        str_copy(out, size, "roll back");
    } else if (!strcmp(word, "rollback")) {
        str_fmt(out, size, "roll back from %s%s", *from ? from : "an unknown weight",
                *from ? "%" : "");
    } else {
        str_copy(out, size, word);
    }
}

struct event *director_want(const struct state *s, const struct judge *j, const struct want *want,
                            int64_t now_ms)
{
    bool advance = !strcmp(want->word, "advance");
    int stage = advance ? advance_target(s) : s->stage;
    struct event *ev = event_new(EV_INTENT, now_ms, want->actor);
    char id[16], what[160];
    str_copy(ev->role, sizeof ev->role, want->role ? want->role : "");
    if (stage >= 0)
        str_copy(ev->stage, sizeof ev->stage, s->plan->stages[stage].name);
    id_of(s, want, now_ms, id, sizeof id);
    say_what(s, want->word, stage, what, sizeof what);
    if (want->gradual)
        str_fmt(what + strlen(what), sizeof what - strlen(what), ", step by step");
    json_add_str(ev->body, "id", id);
    json_add_str(ev->body, "do", want->word);
    json_add_int(ev->body, "stage_index", stage);
    json_add_str(ev->body, "what", what);
    json_add_str(ev->body, "reason", want->reason ? want->reason : "");
    json_add_str(ev->body, "cause", want->cause ? want->cause : "");
    json_add_bool(ev->body, "override", want->override);
    if (want->gradual)
        json_add_bool(ev->body, "gradual", true);
    if (!strcmp(s->mode, "rehearse"))
        json_add_bool(ev->body, "rehearse", true);
    add_values(ev->body, s, j);
    return ev;
}
