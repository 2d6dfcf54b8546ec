/* {{path}} placeholders, filled at run time and escaped for where they stand. */
#ifndef PLAN_TMPL_H
#define PLAN_TMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* A header's value refuses control characters; the other places escape. */
enum tmpl_place { TMPL_PLAIN, TMPL_JSON_STRING, TMPL_URL, TMPL_ARGV, TMPL_HEADER, TMPL_SQL };

struct tmpl_vars {
    /* Appends the raw value of path to out; -1 when there is none (the action is then blocked). */
    int (*get)(void *ctx, const char *path, struct buf *out);
    void *ctx;
};

/* Appends the filled text to out. An unfilled or malformed placeholder is an error that names it.
 * In TMPL_JSON_STRING the text is whole JSON: a placeholder inside quotes is escaped as string
 * content, one outside quotes must be a number, true, false or null, or is written as
 * {{path:string}} and becomes a string with its quotes. In TMPL_SQL {{path}} becomes a checked name
 * in backquotes (`a.b` two of them; a number stays one), {{path:string}} a text in quotes. Texts
 * have at most 1 MiB when filled. */
int tmpl_fill(const char *text, enum tmpl_place place, const struct tmpl_vars *vars,
              struct buf *out, struct err *e);

/* Checks syntax and that each path is a known one (tmpl_known); e names the first bad one. */
int tmpl_check(const char *text, struct err *e);

/* The known paths, NULL-terminated; `*` stands for a name: "scope.*", "stage.weight", … */
extern const char *const tmpl_known[];

/* Is the value always a number? (Such a placeholder may stand alone in a JSON body.) */
bool tmpl_is_number(const char *path);

/* One placeholder of a text. */
struct tmpl_ref {
    size_t start, end; /* of `{{…}}` in the text */
    char path[80];
    bool as_string; /* written {{path:string}} */
};

/* The next placeholder from `from` on: 1, 0 when there is none, -1 when it is malformed. */
int tmpl_next(const char *text, size_t from, struct tmpl_ref *out, struct err *e);

#endif
