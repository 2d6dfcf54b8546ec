/* A/B in the record: what stands on the other side, the difference and how sure it is. */
#include <math.h>

#include "base/json.h"
#include "director/director_int.h"

void add_comparison(cJSON *body, const char *key, const struct comparison *c)
{
    const struct {
        const char *key;
        double v;
    } look[] = {{"median", c->mid[0]},  {"other_median", c->mid[1]}, {"shift", c->shift},
                {"low", c->low},        {"high", c->high},           {"shift_pct", c->pct[0]},
                {"low_pct", c->pct[1]}, {"high_pct", c->pct[2]},     {"p", c->p},
                {"alpha", c->alpha},    {"worth", c->worth}};
    cJSON *o = json_add_obj(body, key);
    json_add_num(o, "value", c->value);
    json_add_num(o, "age_s", c->age_ms < 0 ? NAN : (double)c->age_ms / 1000);
    json_add_int(o, "samples", c->na);
    json_add_int(o, "other_samples", c->nb);
    for (size_t i = 0; i < sizeof look / sizeof *look; i++)
        json_add_num(o, look[i].key, c->known ? look[i].v : NAN);
    if (c->known)
        json_add_bool(o, "worse", c->worse);
    else
        json_add_str(o, "worse", NULL);
}

void add_comparisons(cJSON *body, const struct state *s, const struct judge *j)
{
    cJSON *all = NULL;
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        if (!j->m[m].versus.on)
            continue;
        if (!all)
            all = json_add_obj(body, "compare");
        add_comparison(all, s->plan->metrics[m].id, &j->m[m].versus);
    }
}
