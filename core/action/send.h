/* A call of the plan, filled and handed to its transport. Never blocks. */
#ifndef ACTION_SEND_H
#define ACTION_SEND_H

#include "plan/plan.h"
#include "plan/tmpl.h"
#include "wire/child.h"
#include "wire/http.h"

#define SEND_HEADERS_MAX 16

/* A call with its placeholders filled. `call` points into it and holds texts of its own. */
struct filled_call {
    struct http_call call;
    struct kv heads[SEND_HEADERS_MAX];
};
int send_fill(const struct http_call *c, const struct tmpl_vars *vars, struct filled_call *out,
              struct err *e);
void send_filled_free(struct filled_call *f);

/* What is sent for a call that is filled; `list` takes its headers and stays as long as it. */
struct http_request send_request(const struct http_call *c,
                                 struct http_header list[SEND_HEADERS_MAX + 1]);

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
