/* Child processes, all watched by one thread. A child gets no shell, no terminal and nothing of
 * ours but its environment; on time-out its whole group is ended, TERM first, KILL a second later.
 * A grandchild that keeps a pipe open holds nobody up. */
#include "wire/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/thread.h"
#include "wire/fence.h"

#define RUNNING_MAX 16
#define OUTPUT_MAX  65536
#define GRACE_MS    1000
#define REAP_MS     20 /* how often an exited child is looked for while any runs */

struct child {
    int64_t id;
    pid_t pid;
    int fds[2]; /* stdout, stderr; -1 once closed */
    struct buf out[2];
    size_t max;
    bool cut, timed_out, cancelled;
    int64_t timeout_ms;
    mono_t started, killed;
    bool terminated, exited;
    int status;
    child_done done;
    void *ctx;
};

struct children {
    pthread_t thread;
    pthread_mutex_t lock;
    int wake;
    bool stop;
    int64_t next_id;
    struct child *list[RUNNING_MAX];
    int n;
};

static void wake(struct children *c)
{
    uint64_t one = 1;
    if (write(c->wake, &one, sizeof one) < 0)
        return; /* already as awake as it gets */
}

/* In the child, between fork and exec: async-signal-safe calls only. */
static void become(char *const argv[], int out, int err, int report)
{
    sigset_t none;
    int null = open("/dev/null", O_RDONLY);
    setsid(); /* own group, no controlling terminal */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execvp(argv[0], argv);
    int why = errno;
    if (write(report, &why, sizeof why) < 0)
        _exit(126);
    _exit(127);
}

static void close_pair(int p[2])
{
    close(p[0]);
    close(p[1]);
}

/* 0 with pid and the reading ends; else errno of what failed, exec included. */
static int spawn(char *const argv[], pid_t *pid, int fds[2])
{
    int out[2], err[2], report[2], why = 0;
    if (pipe2(out, O_CLOEXEC) < 0)
        return errno;
    if (pipe2(err, O_CLOEXEC) < 0) {
        close_pair(out);
        return errno;
    }
    if (pipe2(report, O_CLOEXEC) < 0) {
        close_pair(out);
        close_pair(err);
        return errno;
    }
    *pid = fork();
    if (*pid == 0)
        become(argv, out[1], err[1], report[1]);
    why = *pid < 0 ? errno : 0;
    close(out[1]);
    close(err[1]);
    close(report[1]);
    if (!why && read(report[0], &why, sizeof why) > 0)
        waitpid(*pid, NULL, 0);
    close(report[0]);
    fds[0] = out[0];
    fds[1] = err[0];
    if (why) {
        close(out[0]);
        close(err[0]);
        return why;
    }
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    return 0;
}

static void slurp(struct child *k, int which)
{
    char block[4096];
    ssize_t n;
    while (k->fds[which] >= 0 && (n = read(k->fds[which], block, sizeof block)) != 0) {
        if (n < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EAGAIN)
                return;
            break;
        }
        size_t room = k->max - k->out[which].len;
        k->cut = k->cut || (size_t)n > room;
        buf_add(&k->out[which], block, (size_t)n < room ? (size_t)n : room);
    }
    if (k->fds[which] >= 0)
        close(k->fds[which]);
    k->fds[which] = -1;
}

static void report(struct child *k)
{
    struct child_result r = {
        .started = true, .timed_out = k->timed_out, .cancelled = k->cancelled, .cut = k->cut};
    r.exit_status = WIFEXITED(k->status) ? WEXITSTATUS(k->status) : 128 + WTERMSIG(k->status);
    r.out = buf_str(&k->out[0]);
    r.out_len = k->out[0].len;
    r.errout = buf_str(&k->out[1]);
    r.errout_len = k->out[1].len;
    r.ms = mono_since(k->started);
    if (k->timed_out)
        str_fmt(r.why, sizeof r.why, "not finished within %lld ms; its group was ended",
                (long long)k->timeout_ms);
    else if (k->cancelled)
        str_copy(r.why, sizeof r.why, "cancelled; its group was ended");
    k->done(k->ctx, &r);
}

static void child_free(struct child *k)
{
    for (int i = 0; i < 2; i++) {
        if (k->fds[i] >= 0)
            close(k->fds[i]);
        buf_free(&k->out[i]);
    }
    free(k);
}

static void end_group(struct child *k)
{
    if (!k->terminated) {
        kill(-k->pid, SIGTERM);
        k->terminated = true;
        k->killed = mono_now();
    } else if (mono_since(k->killed) >= GRACE_MS) {
        kill(-k->pid, SIGKILL);
    }
}

/* True when the child is over: it has exited and its output is read (or nobody will write more). */
static bool look_after(struct child *k, bool stop)
{
    slurp(k, 0);
    slurp(k, 1);
    if (!k->exited && waitpid(k->pid, &k->status, WNOHANG) == k->pid)
        k->exited = true;
    if (k->exited) {
        slurp(k, 0);
        slurp(k, 1);
        if (k->fds[0] >= 0 || k->fds[1] >= 0)
            kill(-k->pid, SIGKILL); /* what it left behind in its group */
        return true;
    }
    if (!k->cancelled && mono_since(k->started) >= k->timeout_ms)
        k->timed_out = true;
    k->cancelled = k->cancelled || (stop && !k->timed_out);
    if (stop && k->terminated)
        kill(-k->pid, SIGKILL);
    if (k->timed_out || k->cancelled)
        end_group(k);
    return false;
}

static int round_of(struct children *c, bool stop)
{
    pthread_mutex_lock(&c->lock);
    struct child *over[RUNNING_MAX];
    int n_over = 0;
    for (int i = 0; i < c->n;) {
        if (look_after(c->list[i], stop)) {
            over[n_over++] = c->list[i];
            c->list[i] = c->list[--c->n];
        } else {
            i++;
        }
    }
    int left = c->n;
    pthread_mutex_unlock(&c->lock);
    for (int i = 0; i < n_over; i++) {
        report(over[i]);
        child_free(over[i]);
    }
    return left;
}

static void *run(void *arg)
{
    struct children *c = arg;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        bool stop = c->stop;
        pthread_mutex_unlock(&c->lock);
        int left = round_of(c, stop);
        if (stop && !left)
            return NULL;
        struct pollfd fd = {.fd = c->wake, .events = POLLIN};
        uint64_t drop;
        if (poll(&fd, 1, left ? REAP_MS : -1) > 0 && read(c->wake, &drop, sizeof drop) < 0)
            return NULL;
    }
}

struct children *children_start(struct err *e)
{
    struct children *c = xzalloc(1, sizeof *c);
    c->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    c->next_id = 1;
    pthread_mutex_init(&c->lock, NULL);
    if (thread_start(&c->thread, run, c, "child processes", e) < 0) {
        free(c);
        return NULL;
    }
    return c;
}

void children_stop(struct children *c)
{
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_mutex_unlock(&c->lock);
    wake(c);
    pthread_join(c->thread, NULL);
    close(c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

int64_t child_run(struct children *c, char *const argv[], int64_t timeout_ms, size_t max_output,
                  child_done done, void *ctx, struct err *e)
{
    if (fence_program(argv[0], e) < 0)
        return -1;
    struct child *k = xzalloc(1, sizeof *k);
    *k = (struct child){.max = max_output ? max_output : OUTPUT_MAX,
                        .timeout_ms = timeout_ms,
                        .done = done,
                        .ctx = ctx,
                        .started = mono_now(),
                        .fds = {-1, -1}};
    pthread_mutex_lock(&c->lock);
    int why = c->n == RUNNING_MAX ? EAGAIN : spawn(argv, &k->pid, k->fds);
    if (!why) {
        k->id = c->next_id++;
        c->list[c->n++] = k;
    }
    int64_t id = k->id;
    pthread_mutex_unlock(&c->lock);
    if (why) {
        free(k);
        return err_set(e, EX_NOSERVICE, "cannot run %.100s: %s", argv[0], strerror(why));
    }
    wake(c);
    return id;
}

void child_cancel(struct children *c, int64_t id)
{
    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < c->n; i++)
        if (c->list[i]->id == id)
            c->list[i]->cancelled = true;
    pthread_mutex_unlock(&c->lock);
    wake(c);
}
