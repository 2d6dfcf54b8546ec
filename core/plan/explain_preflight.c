/* The checks before the start in plain words, a part of `plan explain`. */
#include <string.h>

#include "base/num.h"
#include "plan/load.h"
#include "plan/preflight_item.h"

static void put_roles(struct buf *b, char *const *roles, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s%s", i ? ", " : "", roles[i]);
}

static void put_kind(struct buf *b, const struct preflight_item *it)
{
    switch (it->kind) {
    case PF_HTTP:
        buf_addf(b, "%s %s", it->http.method, it->http.url);
        break;
    case PF_SQL:
        buf_addf(b, "asks %s: %s", it->sql.target.name, it->sql.query);
        break;
    case PF_PROM:
        buf_addf(b, "asks Prometheus: %s", it->prom);
        break;
    case PF_EXEC:
        for (size_t i = 0; i < it->exec.argc; i++)
            buf_addf(b, "%s%s", i ? " " : "runs ", it->exec.argv[i]);
        break;
    case PF_ENV:
        buf_adds(b, "set are ");
        put_roles(b, it->env, it->n_env);
        break;
    case PF_CONFIRM:
        buf_addf(b, "%s signs%s%s%s", it->confirm.role,
                 it->confirm.reference ? ", naming a document or run" : "",
                 *it->confirm.text ? ": " : "", it->confirm.text);
        break;
    case PF_PANELS:
        buf_adds(b, "the query of every metric gives data");
        break;
    case PF_DRILL:
        buf_adds(b, "the kill switch goes on and off in every scope, each read back");
        break;
    case PF_RESET:
        buf_adds(b, "the kill switch is set to off in every scope and read back");
        break;
    case PF_WINDOW:
        buf_adds(b, "a start is allowed at that time");
        break;
    }
}

static void put_item(struct buf *b, const struct preflight_item *it)
{
    static const char *const levels[] = {"blocks the start",
                                         "blocks the start unless a person waives it",
                                         "is recorded and blocks nothing"};
    char d[16];
    buf_addf(b, "  - %s %s: ", it->id, it->title);
    put_kind(b, it);
    buf_addf(b, "; not passed it %s%s", levels[it->level],
             it->never ? ", and nobody goes against it" : "");
    if (it->warning.set)
        buf_addf(b, "; %s is a WARNING%s%s", it->warning.text,
                 *it->approve ? " that needs the agreement of " : "", it->approve);
    if (it->critical.set)
        buf_addf(b, "; %s is not passed", it->critical.text);
    dur_print(it->within_ms, d, sizeof d);
    if (it->within_ms)
        buf_addf(b, "; an answer that takes %s or more is not passed", d);
    if (*it->after)
        buf_addf(b, "; after %s", it->after);
    buf_adds(b, it->final ? "; asked again at the start.\n" : ".\n");
}

void plan_explain_preflight(const struct plan *p, struct buf *b)
{
    const struct plan_preflight *pf = &p->preflight;
    char d[16];
    buf_adds(b, pf->n_items ? "\nChecked before the start:\n" : "");
    for (size_t i = 0; i < pf->n_items; i++)
        put_item(b, &pf->items[i]);
    if (pf->n_signoff) {
        buf_adds(b, "  All of it is signed by ");
        put_roles(b, pf->signoff, pf->n_signoff);
        buf_adds(b, ", each another person.\n");
    }
    dur_print(pf->minimum_ms, d, sizeof d);
    if (pf->minimum_ms)
        buf_addf(b, "  From the first check to the start it takes at least %s.\n", d);
    for (size_t i = 0; i < pf->n_risks; i++)
        buf_addf(b, "%s  - %s (impact %s, likelihood %s): %s\n", i ? "" : "\nRisks:\n",
                 pf->risks[i].risk, *pf->risks[i].impact ? pf->risks[i].impact : "not said",
                 *pf->risks[i].likelihood ? pf->risks[i].likelihood : "not said",
                 *pf->risks[i].mitigation ? pf->risks[i].mitigation : "nothing is said");
}
