/* Statements of actions: connections that are theirs alone, so that a long ALTER keeps no metric
 * waiting. A target has one; another is made when a statement comes while one is unanswered, so
 * that a rollback does not wait behind what it supersedes. Filled, looked at once more, then asked;
 * never blocks. */
#ifndef ACTION_SQL_H
#define ACTION_SQL_H

#include "plan/plan.h"
#include "plan/tmpl.h"
#include "wire/mysql.h"

struct sql_hands;

struct sql_hands *sql_hands_new(const struct plan *p); /* connects to nothing yet */
void sql_hands_free(struct sql_hands *h); /* callbacks of what is under way run first */

/* 0, or -1 with e when it cannot be filled, is not allowed (EX_NOPERMISSION) or cannot be asked:
 * then done is not called. */
int sql_hands_ask(struct sql_hands *h, const struct sql_call *c, const struct tmpl_vars *vars,
                  db_done done, void *ctx, struct err *e);

/* "primary: SHOW INDEX FROM `orders` …", secrets masked by the caller. */
int sql_call_text(const struct plan *p, const struct sql_call *c, const struct tmpl_vars *vars,
                  struct buf *out, struct err *e);

/* Does an answer meet an expectation? Pure; `why` says what was found instead. `write`: rows are
 * those that were changed. */
bool expect_sql(const struct expect *want, bool write, const struct db_reply *r,
                const struct tmpl_vars *vars, char *why, size_t why_size);

/* A copy that outlives the callback; what it holds is freed by sql_reply_clear. */
void sql_reply_copy(struct db_reply *to, const struct db_reply *from);
void sql_reply_clear(struct db_reply *r);

#endif
