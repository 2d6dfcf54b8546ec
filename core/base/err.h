/* Errors travel as values: one full sentence that names the thing and the next step, and the
 * exit status it would mean. Only main prints them. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Exit statuses of the program (docs/exit-status.md). */
enum {
    EX_PASS = 0,
    EX_WARN = 10,
    EX_FAILED = 20,
    EX_ABORTED = 30,
    EX_INCONCLUSIVE = 40,
    EX_BADUSAGE = 64,
    EX_BADDATA = 65,
    EX_NOFILE = 66,
    EX_NOSERVICE = 69,
    EX_INTERNAL = 70,
    EX_NOCREATE = 73,
    EX_RECORDING = 74,
    EX_NOPERMISSION = 77,
};

struct err {
    int status; /* one of the above; 0 while nothing is wrong */
    char text[512];
};

#define ERR_INIT                                                                                   \
    {                                                                                              \
        0, ""                                                                                      \
    }

/* Sets e (which may be NULL) and returns -1, so that callers write `return err_set(...)`. */
int err_set(struct err *e, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "what: " in front of the sentence already in e; returns -1. */
int err_wrap(struct err *e, const char *what);

/* Our own fault: calls the crash hook (which restores the terminal), prints where, aborts. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
void bug_at(const char *file, int line, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* The hook runs once before a BUG aborts; async-signal-safe code only. */
void bug_hook(void (*hook)(void));

#endif
