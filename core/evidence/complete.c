/* What is there against what the plan wants. Pure. */
#include <string.h>

#include "evidence/evidence.h"

static bool passed(const struct state *s)
{
    return !strncmp(s->verdict, "PASS", 4);
}

static size_t stages_with(const struct state *s, bool ended)
{
    size_t n = 0;
    for (size_t i = 0; i < s->plan->n_stages; i++)
        n += ended ? s->stages[i].clock_ms && s->stages[i].ended_ms : s->stages[i].clock_ms != 0;
    return n;
}

/* An action of a stage is over once the stage's clock runs; one of the rollback once it is known;
 * others belong to a run that went well. */
static size_t action_due(const struct state *s, int action)
{
    const struct plan *p = s->plan;
    bool of_stage = false;
    for (size_t i = 0; i < p->n_stages; i++)
        for (size_t k = 0; k < p->stages[i].n_actions; k++) {
            of_stage |= p->stages[i].actions[k] == (size_t)action;
            if (p->stages[i].actions[k] == (size_t)action && s->stages[i].clock_ms)
                return 1;
        }
    for (size_t i = 0; i < p->n_timeline; i++)
        for (size_t k = 0; k < p->timeline[i].n_actions; k++) {
            of_stage |= p->timeline[i].actions[k] == (size_t)action;
            if (p->timeline[i].actions[k] == (size_t)action &&
                (s->times.items[i].is == ITEM_DONE || s->times.items[i].is == ITEM_FAILED))
                return 1;
        }
    if (action == p->rollback_action)
        return s->rollback_done || s->rollback_failed;
    return !of_stage && s->final && passed(s);
}

/* How many moments of an artifact have come. */
static size_t due(const struct state *s, const struct artifact *a)
{
    bool begun = s->t0_ms >= 0;
    switch (a->when) {
    case ART_AT:
    case ART_EVERY:
        return begun && s->now_ms >= s->t0_ms + a->ms;
    case ART_START:
        return begun;
    case ART_STAGE_START:
        return stages_with(s, false);
    case ART_STAGE_END:
        return stages_with(s, true);
    case ART_WEIGHT:
        return s->weight >= 0; /* NaN: never verified */
    case ART_BASELINE:
        return s->baseline_done;
    case ART_AFTER:
        return s->after_done;
    case ART_CHECKPOINT:
        return s->checkpoints_done;
    case ART_ACTION:
        return action_due(s, a->action);
    case ART_ROLLBACK:
        return s->rollback_done || s->rollback_failed;
    case ART_PASS:
        return s->final && passed(s);
    case ART_FAIL:
        return s->final && !passed(s);
    case ART_END:
        return s->final;
    case ART_FREEZE_START:
    case ART_FREEZE_END:
    case ARTIFACT_WHENS:
        break;
    }
    return 0;
}

/* Moments that a run which passed must have reached. */
static bool belongs_to_pass(enum artifact_when when)
{
    return when != ART_ROLLBACK && when != ART_FAIL;
}

/* Somebody who must sign it has not, or refuses. */
static bool lacks_signature(const struct state *s, const struct artifact *a)
{
    struct asked of;
    if (!*a->signature)
        return false;
    people_asked(s, a->signature, s->now_ms, &of);
    return of.missing || of.refused;
}

void evidence_item_of(const struct state *s, size_t artifact, struct evidence_item *out)
{
    const struct artifact *a = &s->plan->artifacts.files[artifact];
    *out = (struct evidence_item){.have = evidence_count(&s->evidence, (int)artifact),
                                  .due = due(s, a)};
    /* One name that is written again and again is one file. */
    size_t want = artifact_repeats(a) && a->content != ART_WARROOM_LOG && a->content != ART_TIMELINE
                      ? out->due
                      : out->due > 0;
    out->unsigned_by = out->have && s->final && lacks_signature(s, a);
    if (out->have < want || out->unsigned_by)
        out->is = EVIDENCE_MISSING;
    else if (out->have)
        out->is = EVIDENCE_PRESENT;
    else if (!s->final)
        out->is = EVIDENCE_WAITING;
    else
        out->is = passed(s) && belongs_to_pass(a->when) && a->required ? EVIDENCE_MISSING
                                                                       : EVIDENCE_NOT_REACHED;
}

void evidence_sum_of(const struct state *s, struct evidence_sum *out)
{
    *out = (struct evidence_sum){.files = s->evidence.n, .wanted = s->plan->artifacts.count};
    for (size_t i = 0; i < s->plan->artifacts.n_files; i++) {
        struct evidence_item it;
        if (!s->plan->artifacts.files[i].required)
            continue;
        evidence_item_of(s, i, &it);
        out->present += it.is == EVIDENCE_PRESENT;
        out->missing += it.is == EVIDENCE_MISSING;
        out->waiting += it.is == EVIDENCE_WAITING;
        out->not_reached += it.is == EVIDENCE_NOT_REACHED;
    }
    out->complete = !out->missing && !out->waiting && s->final &&
                    (!passed(s) || out->files >= (size_t)out->wanted);
}
