/* Who takes part, who must agree to what, who decides on a rollback, who is called when nobody
 * answers. The decision maker is always the role `ic`. */
#ifndef PLAN_PEOPLE_H
#define PLAN_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROLE_IC    "ic"
#define ROLE_WORD  32 /* bytes of a role */
#define TEAM_MAX   32
#define LEVELS_MAX 8

struct team_role {
    char *role;                    /* word of the plan, unique */
    char *title;                   /* "Incident Commander"; the role when not said */
    char *name, *backup, *contact; /* "" when not said */
    bool required;                 /* without a name nothing starts */
};

/* Whom to call in which emergency, in the team or not. */
struct contact {
    char *situation, *who, *how;
};

struct roles {
    char **role;
    size_t n;
};

/* Who must agree to a subject. The tool asks for those of start, advance, rollback and
 * resume_after_pause; other subjects are the plan's own. */
struct approval_rule {
    char *subject;
    struct roles roles;
};

#define CAUSE_ANY       (-1)
#define CAUSE_CONSENSUS (-2) /* no rule fired: people want it */

struct rollback_rule {
    char *when;   /* as written */
    int metric;   /* index, or CAUSE_ */
    char *decide; /* role */
    struct roles approve;
    int64_t after_ms; /* the cause must have stood so long, unless everybody agrees; 0 at once */
};

/* How bad it must be for a level of escalation to be called. */
enum severity { SEVERITY_NONE, SEVERITY_MINOR, SEVERITY_MAJOR, SEVERITY_CRITICAL, SEVERITY_FAILED };

struct escalation_level {
    char *level;
    struct roles roles;
    int64_t within_ms; /* to answer; 0: called at once, nobody waits for an answer */
    enum severity when;
};

struct plan;

/* Index in the team, or -1. */
int plan_role(const struct plan *p, const char *role);

/* The title of a role, or the role itself. */
const char *plan_role_title(const struct plan *p, const char *role);

/* Who must agree to a subject of `approvals`; never NULL, empty when nobody is named. */
const struct roles *plan_approvals(const struct plan *p, const char *subject);

/* Is this subject what a file of the plan is signed by? */
bool plan_signature(const struct plan *p, const char *subject);

/* The rule for a rollback that this metric wants (or a CAUSE_); NULL when the plan has none. */
const struct rollback_rule *plan_rollback_rule(const struct plan *p, int metric);

bool roles_hold(const struct roles *r, const char *role);

#endif
