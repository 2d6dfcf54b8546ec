/* {{path}} placeholders, filled at run time and escaped for where they stand. */
#ifndef PLAN_TMPL_H
#define PLAN_TMPL_H

#include "base/buf.h"
#include "base/err.h"

enum tmpl_place { TMPL_PLAIN, TMPL_JSON_STRING, TMPL_URL, TMPL_ARGV };

struct tmpl_vars {
    /* Appends the raw value of path to out; -1 when there is none (the action is then blocked). */
    int (*get)(void *ctx, const char *path, struct buf *out);
    void *ctx;
};

/* Appends the filled text to out. An unfilled or malformed placeholder is an error that names it.
 * In TMPL_JSON_STRING the text is whole JSON: a placeholder inside quotes is escaped as string
 * content, one outside quotes must be a number, true, false or null. */
int tmpl_fill(const char *text, enum tmpl_place place, const struct tmpl_vars *vars,
              struct buf *out, struct err *e);

/* Checks syntax and that each path starts with a known root (scope stage metric t_plus actor
 * reason run captured); e names the first bad one. */
int tmpl_check(const char *text, struct err *e);

#endif
