/* The simulator: a real HTTP server on loopback that speaks Prometheus, Alertmanager, the
 * executor, kill-switch, rollout and traffic-split APIs from a scenario file. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct sim;

/* listen: "127.0.0.1:0" picks a free port. A scenario is a built-in name or a file. */
struct sim *sim_start(const char *scenario, const char *listen, const struct clock *clock,
                      struct err *e);
void sim_stop(struct sim *s);
int sim_port(const struct sim *s);

/* The simulated database (MySQL's protocol): a primary at one address, replicas at others, parted
 * by commas ("" none). Port 0 takes a free one. Once per simulator. */
int sim_mysql(struct sim *s, const char *primary, const char *replicas, struct err *e);
int sim_mysql_port(const struct sim *s, int which); /* 0: the primary; 1, 2, …; -1: there is none */

/* Names and one-line texts of the built-in scenarios, NULL-terminated pairs. */
const char *const *sim_scenarios(void);

/* The five-stage plan the demo runs, with the port filled in. The caller frees it. */
char *sim_demo_plan(int port, const char *advance, const char *rollback_mode);

#endif
