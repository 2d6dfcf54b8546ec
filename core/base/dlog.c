/* Debug log and secrets. Thread-safe. */
#include "base/dlog.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static char **secrets;
static size_t n_secrets;

int dlog_open(const char *path, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, EX_NOCREATE, "cannot open log file %s: %s", path, strerror(errno));
    pthread_mutex_lock(&lock);
    log_fd = fd;
    pthread_mutex_unlock(&lock);
    return 0;
}

static void mask_locked(struct buf *out, const char *text, size_t n)
{
    size_t i = 0;
    while (i < n) {
        size_t hit = 0;
        for (size_t s = 0; s < n_secrets; s++) {
            size_t len = strlen(secrets[s]);
            if (len > hit && len <= n - i && !memcmp(text + i, secrets[s], len))
                hit = len;
        }
        if (hit)
            buf_adds(out, "***");
        else
            buf_addc(out, text[i]);
        i += hit ? hit : 1;
    }
}

void secret_mask(struct buf *out, const char *text, size_t n)
{
    pthread_mutex_lock(&lock);
    if (n_secrets)
        mask_locked(out, text, n);
    else
        buf_add(out, text, n);
    pthread_mutex_unlock(&lock);
}

void secret_mask_to(char *dst, size_t size, const char *text)
{
    struct buf b = BUF_INIT;
    secret_mask(&b, text, strlen(text));
    str_copy(dst, size, buf_str(&b));
    buf_free(&b);
}

void secret_add(const char *value)
{
    if (!value || strlen(value) < 4)
        return;
    pthread_mutex_lock(&lock);
    secrets = xrealloc(secrets, (n_secrets + 1) * sizeof *secrets);
    secrets[n_secrets++] = xstrdup(value);
    pthread_mutex_unlock(&lock);
}

void secret_clear(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_secrets; i++)
        free(secrets[i]);
    free(secrets);
    secrets = NULL;
    n_secrets = 0;
    pthread_mutex_unlock(&lock);
}

void dlog(const char *fmt, ...)
{
    if (log_fd < 0)
        return;
    struct buf raw = BUF_INIT, out = BUF_INIT;
    char when[40];
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&raw, fmt, ap);
    va_end(ap);
    time_rfc3339(clock_real_wall(), when, sizeof when);
    buf_addf(&out, "%s ", when);
    secret_mask(&out, buf_str(&raw), raw.len);
    buf_addc(&out, '\n');
    pthread_mutex_lock(&lock);
    if (log_fd >= 0 && write(log_fd, out.p, out.len) < 0)
        log_fd = -1; /* a full disk must not stop the room */
    pthread_mutex_unlock(&lock);
    buf_free(&raw);
    buf_free(&out);
}
