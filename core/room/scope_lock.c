#include "room/scope_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"

#define NAME_BYTES 16 /* of the hash in the file's name */

static int by_key(const void *a, const void *b)
{
    const struct scope_item *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

/* Sorted: the order in the plan says nothing. */
void scope_words(const struct plan *p, struct buf *out)
{
    const struct scope_item **all = xzalloc(p->n_scope + 1, sizeof *all);
    for (size_t i = 0; i < p->n_scope; i++)
        all[i] = &p->scope[i];
    qsort(all, p->n_scope, sizeof *all, by_key);
    for (size_t i = 0; i < p->n_scope; i++)
        buf_addf(out, "%s%s=%s", i ? " " : "", all[i]->key, all[i]->value);
    if (!p->n_scope)
        buf_addf(out, "plan %s", p->name);
    free(all);
}

static void lock_path(const char *dir, const struct plan *p, struct buf *out)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf words = BUF_INIT;
    scope_words(p, &words);
    if (!EVP_Digest(buf_str(&words), words.len, sum, &len, EVP_sha256(), NULL))
        BUG("SHA-256 does not work");
    buf_addf(out, "%s/.scope-", dir);
    for (unsigned i = 0; i < NAME_BYTES; i++)
        buf_addf(out, "%02x", sum[i]);
    buf_adds(out, ".lock");
    buf_free(&words);
}

/* "run CANARY-7 of anna, session FILE", as its owner wrote it. */
static int in_progress(int fd, const struct plan *p, struct err *e)
{
    char raw[600], owner[600];
    struct buf words = BUF_INIT;
    ssize_t n = pread(fd, raw, sizeof raw - 1, 0);
    raw[n > 0 ? n : 0] = '\0';
    text_clean_to(owner, sizeof owner, raw);
    scope_words(p, &words);
    err_set(e, EX_FAILED,
            "%s is live on the same scope (%s): two at once are refused; `warroom watch` "
            "joins it",
            *owner ? owner : "another run", buf_str(&words));
    buf_free(&words);
    return -1;
}

static void write_owner(int fd, const struct scope_owner *me)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "run %s of %s, session %s", me->run_id, me->actor, me->session);
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text.p, text.len, 0) < 0)
        errno = 0; /* the lock holds all the same; only its owner's name is missing */
    buf_free(&text);
}

int scope_lock_take(const char *dir, const struct plan *p, const struct scope_owner *me,
                    struct err *e)
{
    struct buf path = BUF_INIT;
    lock_path(dir, p, &path);
    int fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_set(e, EX_NOCREATE, "cannot make the lock %s: %s", path.p, strerror(errno));
    } else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            in_progress(fd, p, e);
        else
            err_set(e, EX_NOCREATE, "cannot take the lock %s: %s", path.p, strerror(errno));
        close(fd);
        fd = -1;
    } else {
        write_owner(fd, me);
    }
    buf_free(&path);
    return fd;
}
