/* A call of the plan, filled and handed to its transport. Never blocks. */
#ifndef ACTION_SEND_H
#define ACTION_SEND_H

#include "plan/plan.h"
#include "plan/tmpl.h"
#include "wire/child.h"
#include "wire/http.h"

/* The transport's id (> 0), or -1 with e when a placeholder cannot be filled or nothing can be
 * sent: then done is not called. */
int64_t send_http_call(struct http *http, const struct http_call *c, const struct tmpl_vars *vars,
                       http_done done, void *ctx, struct err *e);
/* One whose placeholders are filled already. */
int64_t send_http_filled(struct http *http, const struct http_call *c, http_done done, void *ctx,
                         struct err *e);
int64_t send_exec_call(struct children *children, const struct exec_call *c,
                       const struct tmpl_vars *vars, child_done done, void *ctx, struct err *e);

#endif
