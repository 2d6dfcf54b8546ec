/* The debug log (--log-file) and the list of secrets. Every text that leaves the process other
 * than to its addressee (log, journal, screen, error, report) goes through secret_mask. */
#ifndef BASE_DLOG_H
#define BASE_DLOG_H

#include "base/buf.h"
#include "base/err.h"

int dlog_open(const char *path, struct err *e); /* appends, mode 0600; without it dlog is free */
void dlog(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Remembers a secret value; shorter than 4 bytes is ignored (masking it would eat every text). */
void secret_add(const char *value);
void secret_clear(void);

/* Appends text to out with every known secret replaced by "***". */
void secret_mask(struct buf *out, const char *text, size_t n);

/* The masked text in a fixed array. */
void secret_mask_to(char *dst, size_t size, const char *text);

#endif
