/* The fixture with a rollback and a stage action, for boxes that show the exact calls. */
#ifndef SCENE_ACTING_H
#define SCENE_ACTING_H

#include "scene_fixture.h"

static inline struct fix *acting(size_t n)
{
    static struct step steps[2];
    static struct action actions[2];
    static size_t stage_action = 0;
    struct fix *f = fix_new(n);
    for (int i = 0; i < 2; i++) {
        steps[i] = (struct step){.kind = STEP_HTTP,
                                 .http = {.method = fix_str("PUT"),
                                          .url = fix_str("https://rollout.example/api/rollout"),
                                          .body = fix_str("{\"feature\":\"v1.4.0\",\"pct\":0}"),
                                          .is_json = true},
                                 .verify = {.set = true,
                                            .kind = STEP_HTTP,
                                            .http = {.method = fix_str("GET"),
                                                     .url = fix_str("https://rollout.example/api")},
                                            .within_ms = 30000}};
        actions[i] = (struct action){fix_str(i ? "rollback" : "set_weight"), &steps[i], 1};
    }
    f->plan.actions = actions;
    f->plan.n_actions = 2;
    f->plan.rollback_action = 1;
    for (int i = 0; i < FIX_STAGES; i++) {
        f->stages[i].actions = &stage_action;
        f->stages[i].n_actions = 1;
    }
    f->ks[0].engage = steps[0].http;
    f->ks[0].release = steps[0].http;
    return f;
}

#endif
