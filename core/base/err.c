/* Error values and BUG(). Prints nothing but a BUG's last words. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void (*crash_hook)(void);

int err_set(struct err *e, int status, const char *fmt, ...)
{
    if (!e)
        return -1;
    va_list ap;
    va_start(ap, fmt);
    e->status = status;
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    return -1;
}

int err_wrap(struct err *e, const char *what)
{
    if (!e)
        return -1;
    char old[sizeof e->text];
    memcpy(old, e->text, sizeof old);
    str_fmt(e->text, sizeof e->text, "%s: %s", what, old);
    return -1;
}

void bug_hook(void (*hook)(void))
{
    crash_hook = hook;
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
    if (crash_hook)
        crash_hook();
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "warroom: bug at %s:%d: ", file, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}
