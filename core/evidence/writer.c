/* Writes evidence files. Owns its folder and the list for the manifest; knows no plan. */
#include "evidence/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/thread.h"
#include "report/export.h"

#define JOBS_MAX 512

struct known {
    char *name;
    int64_t bytes;
    char sha256[65];
};

struct writer {
    char *dir, *session;
    struct queue *jobs, *inbox;
    pthread_t thread;
    atomic_int pending;
    atomic_bool stop;
    struct known *known; /* the thread's after the start */
    size_t n_known, cap_known;
    char told[160]; /* why the newest write failed; "" it did not */
};

static void job_free(void *p)
{
    struct job *j = p;
    buf_free(&j->bytes);
    free(j);
}

void writer_know(struct writer *w, const char *name, int64_t bytes, const char *sha256)
{
    size_t i = 0;
    while (i < w->n_known && strcmp(w->known[i].name, name) != 0)
        i++;
    if (i == w->n_known) {
        if (i == w->cap_known) {
            w->cap_known = i ? 2 * i : 32;
            w->known = xrealloc(w->known, w->cap_known * sizeof *w->known);
        }
        w->known[w->n_known++] = (struct known){.name = xstrdup(name)};
    }
    w->known[i].bytes = bytes;
    str_copy(w->known[i].sha256, sizeof w->known[i].sha256, sha256);
}

/* ---- one file ---- */

/* Makes the folders of a path; the last part is the file's. */
static int make_folders(const char *path)
{
    char *p = xstrdup(path);
    int rc = 0;
    for (char *s = strchr(p + 1, '/'); s && rc == 0; s = strchr(s + 1, '/')) {
        *s = '\0';
        if (mkdir(p, 0700) < 0 && errno != EEXIST)
            rc = -1;
        *s = '/';
    }
    free(p);
    return rc;
}

static int sync_folder(const char *path)
{
    char *p = xstrdup(path);
    *strrchr(p, '/') = '\0';
    int fd = open(p, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    free(p);
    return rc;
}

static int put_metrics(const struct writer *w, FILE *f)
{
    struct err e = ERR_INIT;
    struct reader *rd = reader_open(w->session, &e);
    int rc = rd ? export_csv(rd, f, &e) : -1;
    if (rd)
        reader_close(rd);
    if (rc < 0 && !errno)
        errno = EIO;
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct known *)a)->name, ((const struct known *)b)->name);
}

/* `HASH  NAME` as sha256sum reads it; sizes stand in comments, which it passes over. */
static int put_manifest(struct writer *w, FILE *f)
{
    qsort(w->known, w->n_known, sizeof *w->known, by_name);
    for (size_t i = 0; i < w->n_known; i++)
        fprintf(f, "# %lld bytes %s\n%s  %s\n", (long long)w->known[i].bytes, w->known[i].name,
                w->known[i].sha256, w->known[i].name);
    return 0;
}

static int fill(struct writer *w, const struct job *j, FILE *f)
{
    int rc = 0;
    if (j->kind == JOB_METRICS)
        rc = put_metrics(w, f);
    else if (j->kind == JOB_MANIFEST)
        rc = put_manifest(w, f);
    else
        fwrite(buf_str(&j->bytes), 1, j->bytes.len, f);
    return rc < 0 || fflush(f) != 0 || ferror(f) || fsync(fileno(f)) < 0 ? -1 : 0;
}

/* Size and hash of what now stands in the file. */
static int sum(const char *path, int64_t *bytes, char sha256[65])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char block[16384], md[EVP_MAX_MD_SIZE];
    unsigned n_md = 0;
    size_t n;
    FILE *f = fopen(path, "rbe");
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    *bytes = 0;
    if (!f || !ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)) {
        EVP_MD_CTX_free(ctx);
        if (f)
            fclose(f);
        return -1;
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0) {
        EVP_DigestUpdate(ctx, block, n);
        *bytes += (int64_t)n;
    }
    int rc = ferror(f) || !EVP_DigestFinal_ex(ctx, md, &n_md) || n_md != 32 ? -1 : 0;
    for (unsigned i = 0; rc == 0 && i < n_md; i++) {
        sha256[2 * i] = hex[md[i] >> 4];
        sha256[2 * i + 1] = hex[md[i] & 15];
    }
    sha256[64] = '\0';
    EVP_MD_CTX_free(ctx);
    fclose(f);
    return rc;
}

/* 0, or -1 with errno; then nothing of the file is left. */
static int write_file(struct writer *w, const struct job *j, int64_t *bytes, char sha256[65])
{
    struct buf path = BUF_INIT, tmp = BUF_INIT;
    buf_addf(&path, "%s/%s", w->dir, j->name);
    const char *base = strrchr(path.p, '/') + 1;
    buf_addf(&tmp, "%.*s.%s.tmp", (int)(base - path.p), path.p, base);
    int rc = make_folders(path.p);
    unlink(tmp.p); /* of a process that died */
    int fd = rc < 0 ? -1 : open(tmp.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
    errno = f ? 0 : errno;
    rc = f ? fill(w, j, f) : -1;
    int why = errno;
    if (f && fclose(f) != 0 && rc == 0) {
        why = errno;
        rc = -1;
    }
    if (rc == 0 && (sum(tmp.p, bytes, sha256) < 0 || rename(tmp.p, path.p) < 0)) {
        why = errno;
        rc = -1;
    }
    if (rc < 0 && fd >= 0)
        unlink(tmp.p);
    if (rc == 0)
        sync_folder(path.p);
    buf_free(&path);
    buf_free(&tmp);
    errno = why;
    return rc;
}

/* ---- the thread ---- */

static void tell(struct writer *w, const struct job *j, int64_t bytes, const char *sha256,
                 const char *why)
{
    struct event *ev = event_new(EV_SOURCE, j->t_ms, "warroom");
    json_add_str(ev->body, "op", "evidence");
    json_add_str(ev->body, "name", "evidence");
    json_add_str(ev->body, "file", j->name);
    json_add_int(ev->body, "artifact", j->artifact);
    json_add_bool(ev->body, "ok", !why);
    if (why) {
        json_add_str(ev->body, "why", why);
    } else {
        json_add_int(ev->body, "bytes", bytes);
        json_add_str(ev->body, "sha256", sha256);
    }
    for (int tries = 0; queue_put(w->inbox, ev) < 0; tries++) {
        if (tries == 50) { /* the room does not take events any more */
            event_free(ev);
            return;
        }
        poll(NULL, 0, 20);
    }
}

static void work(struct writer *w, const struct job *j)
{
    int64_t bytes = 0;
    char sha256[65], why[160];
    if (write_file(w, j, &bytes, sha256) < 0) {
        str_fmt(why, sizeof why, "%s/%.60s: %s", w->dir, j->name, strerror(errno ? errno : EIO));
        if (!j->silent || strcmp(why, w->told) != 0)
            tell(w, j, 0, "", why);
        str_copy(w->told, sizeof w->told, why);
        return;
    }
    w->told[0] = '\0';
    if (j->kind != JOB_MANIFEST)
        writer_know(w, j->name, bytes, sha256);
    if (!j->silent)
        tell(w, j, bytes, sha256, NULL);
}

static void *run(void *arg)
{
    struct writer *w = arg;
    struct pollfd fd = {.fd = queue_fd(w->jobs), .events = POLLIN};
    for (;;) {
        struct job *j = queue_take(w->jobs);
        if (j) {
            work(w, j);
            job_free(j);
            atomic_fetch_sub(&w->pending, 1);
        } else if (atomic_load(&w->stop)) {
            return NULL;
        } else {
            poll(&fd, 1, 200);
        }
    }
}

struct writer *writer_start(const char *dir, const char *session_path, struct queue *inbox,
                            struct err *e)
{
    struct writer *w = xzalloc(1, sizeof *w);
    w->dir = xstrdup(dir);
    w->session = xstrdup(session_path);
    w->inbox = inbox;
    w->jobs = queue_new(JOBS_MAX);
    if (thread_start(&w->thread, run, w, "evidence", e) == 0)
        return w;
    queue_free(w->jobs, job_free);
    free(w->dir);
    free(w->session);
    free(w);
    return NULL;
}

int writer_put(struct writer *w, struct job *job)
{
    struct job *own = xalloc(sizeof *own);
    *own = *job;
    atomic_fetch_add(&w->pending, 1);
    if (queue_put(w->jobs, own) == 0) {
        job->bytes = (struct buf)BUF_INIT;
        return 0;
    }
    atomic_fetch_sub(&w->pending, 1);
    free(own);
    return -1;
}

int writer_pending(struct writer *w)
{
    return atomic_load(&w->pending);
}

int writer_stop(struct writer *w, int64_t ms)
{
    mono_t since = mono_now();
    while (writer_pending(w) > 0 && mono_since(since) < ms)
        poll(NULL, 0, 5);
    atomic_store(&w->stop, true);
    if (writer_pending(w) > 0) {
        pthread_detach(w->thread);
        return -1;
    }
    pthread_join(w->thread, NULL);
    queue_free(w->jobs, job_free);
    for (size_t i = 0; i < w->n_known; i++)
        free(w->known[i].name);
    free(w->known);
    free(w->dir);
    free(w->session);
    free(w);
    return 0;
}
