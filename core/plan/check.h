/* What one key alone cannot tell: rules between keys. Each looks at one finished part and reports
 * every fault it finds; check_plan comes last, when all references are resolved. */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include <stddef.h>

struct load;
struct step;
struct node;

void check_http(struct load *l, const struct node *n, void *http_call);
void check_expect(struct load *l, const struct node *n, void *expect);
void check_mysql(struct load *l, const struct node *n, void *mysql_target);
void check_sql_metric(struct load *l, const struct node *n, void *sql_metric);
void check_sql(struct load *l, const struct node *n, void *sql_call);
void check_operations(struct load *l, const struct node *n); /* once the whole plan is read */
void check_verify(struct load *l, const struct node *n, void *verify);
void check_step(struct load *l, const struct node *n, void *step);
void check_hand_step(struct load *l, const struct node *n, const struct step *step);
void check_gradual(struct load *l, const struct node *n);
void check_ks_scope(struct load *l, const struct node *n, void *ks_scope);
void check_kill_switch(struct load *l, const struct node *n, void *plan);
void check_prometheus(struct load *l, const struct node *n, void *prometheus);
void check_alert(struct load *l, const struct node *n, void *alert_source);
/* side.c: `compare:` and the conditions that need it. */
struct cond;
struct metric;
struct pass_cond;
struct plan;
void check_compare(struct load *l, const struct node *n, struct metric *m);
void check_compare_limit(struct load *l, const struct metric *m, const struct cond *c,
                         const struct node *n);
void check_compare_pass(struct load *l, const struct node *n, struct pass_cond *p);
void check_directions(struct plan *p);
void check_metric(struct load *l, const struct node *n, void *metric);
void check_window(struct load *l, const struct node *n, void *window);
void check_split(struct load *l, const struct node *n);
void check_windows(struct load *l, const struct node *n); /* once the whole plan is read */
void check_timeline_item(struct load *l, const struct node *n, void *timeline_item);
void check_soak(struct load *l, const struct node *n, void *soak);
void check_times(struct load *l, const struct node *n); /* once the whole plan is read */
void check_freeze(struct load *l, const struct node *n, void *freeze);
void check_first(struct load *l, const struct node *n, void *stage_first);
void check_confirms(struct load *l, const struct node *n, char *const *names, size_t count);
void check_team_role(struct load *l, const struct node *n, void *team_role);
void check_people(struct load *l, const struct node *n); /* once the whole plan is read */
void check_preflight_item(struct load *l, const struct node *n, void *item);
void check_preflight(struct load *l, const struct node *n); /* once the whole plan is read */
void check_stage(struct load *l, const struct node *n, void *stage);
void check_artifacts(struct load *l, const struct node *n, void *artifacts);
void check_plan(struct load *l, const struct node *n, void *plan);

#endif
