/* Starts and stops a simulator; lists the built-in scenarios; fills in the demo's plan. */
#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "sim/sim_int.h"

struct sim *sim_start(const char *scenario, const char *listen, const struct clock *clock,
                      struct err *e)
{
    struct scenario *sc = scenario_open(scenario, e);
    if (!sc)
        return NULL;
    struct sim *s = xzalloc(1, sizeof *s);
    s->sc = sc;
    s->clock = *clock;
    str_copy(s->scenario_name, sizeof s->scenario_name, scenario);
    str_copy(s->feature, sizeof s->feature, "none");
    s->m = model_new(sc, clock_wall(clock));
    s->alerts_at_ms = model_start(s->m);
    s->log = reqlog_new();
    s->records = records_new();
    db_init(&s->db);
    str_copy(s->split[0], sizeof s->split[0], "main");
    str_copy(s->split[1], sizeof s->split[1], "r0.5-hotfix");
    for (int i = 0; i < SIM_PULLS; i++)
        s->pull[i].number = 101 + i;
    pthread_mutex_init(&s->lock, NULL);
    if (server_start(s, listen, e) == 0)
        return s;
    model_free(s->m);
    reqlog_free(s->log);
    records_free(s->records);
    scenario_free(sc);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

void sim_stop(struct sim *s)
{
    if (!s)
        return;
    mysql_server_stop(s);
    server_stop(s);
    model_free(s->m);
    reqlog_free(s->log);
    records_free(s->records);
    scenario_free(s->sc);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int sim_port(const struct sim *s)
{
    return s->port;
}

static const char *const names[] = {
    "healthy", "latency",           "errors",           "lag",          "lock-storm", "flapping",
    "no-data", "prometheus-outage", "kill-switch-down", "slow-control", "ttfv",       "tenant",
    "trend",   "burst-errors",      "first-night",      "lock-climb",   "warnings",
};
#define N_NAMES (sizeof names / sizeof *names)

static const char *list[2 * N_NAMES + 1];
static char abouts[N_NAMES][200];
static pthread_once_t listed = PTHREAD_ONCE_INIT;

static void make_list(void)
{
    size_t n = 0;
    for (size_t i = 0; i < N_NAMES; i++) {
        struct err e = ERR_INIT;
        struct scenario *sc = scenario_open(names[i], &e);
        if (!sc)
            BUG("built-in scenario: %s", e.text);
        str_copy(abouts[i], sizeof abouts[i], sc->about);
        scenario_free(sc);
        list[n++] = names[i];
        list[n++] = abouts[i];
    }
}

const char *const *sim_scenarios(void)
{
    pthread_once(&listed, make_list);
    return list;
}

char *sim_demo_plan(int port, const char *advance, const char *rollback_mode)
{
    const struct sim_text *t = sim_text_find("demo.yaml");
    struct buf b = BUF_INIT;
    char number[16];
    const struct {
        const char *mark, *value;
    } marks[] = {{"@PORT@", number}, {"@ADVANCE@", advance}, {"@ROLLBACK@", rollback_mode}};
    str_fmt(number, sizeof number, "%d", port);
    for (size_t i = 0; i < t->n;) {
        const char *p = (const char *)t->text + i;
        size_t used = 0;
        for (size_t k = 0; k < 3 && !used; k++) {
            size_t n = strlen(marks[k].mark);
            if (i + n <= t->n && !memcmp(p, marks[k].mark, n)) {
                buf_adds(&b, marks[k].value);
                used = n;
            }
        }
        if (!used) {
            buf_addc(&b, *p);
            used = 1;
        }
        i += used;
    }
    return buf_take(&b);
}
