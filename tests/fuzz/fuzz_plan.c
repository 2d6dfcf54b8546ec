/* Any bytes as a plan file: a plan or errors, never both, never neither. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "plan/load.h"
#include "plan/tmpl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *get(void *ctx, const char *name)
{
    (void)ctx;
    return strlen(name) % 3 ? "http://127.0.0.1:1" : NULL;
}

static void look(const struct plan *p)
{
    size_t sum = strlen(p->name) + strlen(p->title) + strlen(p->timezone) + strlen(p->prom.url);
    if (strlen(p->hash) != 64 || !p->n_metrics || !p->n_stages || !*p->run_id_pattern)
        abort();
    for (size_t i = 0; i < p->n_metrics; i++)
        sum += strlen(p->metrics[i].id) + strlen(p->metrics[i].query);
    for (size_t i = 0; i < p->n_stages; i++) {
        for (size_t k = 0; k < p->stages[i].n_pass; k++)
            if (p->stages[i].pass[k].metric >= p->n_metrics || !p->stages[i].pass[k].cond.set)
                abort();
        for (size_t k = 0; k < p->stages[i].n_actions; k++)
            if (p->stages[i].actions[k] >= p->n_actions)
                abort();
    }
    for (size_t i = 0; i < p->n_actions; i++)
        for (size_t k = 0; k < p->actions[i].n_steps; k++)
            sum += strlen(p->actions[i].steps[k].http.url);
    if (sum == SIZE_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan_env env = {get, NULL, size % 2};
    struct buf errors = BUF_INIT;
    struct plan *p = plan_load_text((const char *)data, size, "f", &env, &errors);
    if (!p == !errors.len)
        abort();
    if (p)
        look(p);
    plan_free(p);
    buf_free(&errors);
    secret_clear();
    return 0;
}
