/* Looks at each file five times a second (fstat and read: works on every file system, which a
 * watch of the kernel's does not). A path that names another file now was rotated: what is left of
 * the old one is read first. */
#include "source/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dlog.h"
#include "base/json.h"
#include "base/text.h"
#include "base/thread.h"
#include "event/event.h"

#define LOOK_MS     200
#define READ_MOST   65536 /* of one file at one look */
#define LINE_MOST   4000
#define SHOWN_MOST  400
#define PER_SECOND  20 /* lines of one file that are told; errors and marks count apart */
#define ALARMS_MOST 20 /* errors and marks a second */

struct file {
    const struct follow_row *row;
    int fd; /* -1: not there */
    struct stat st;
    off_t at;
    bool seen;   /* it was looked for once */
    bool absent; /* told so */
    char part[LINE_MOST + 1];
    size_t n_part;
    size_t mark; /* next one expected */
    unsigned early;
    mono_t second;
    int lines, alarms; /* told in this second */
    int64_t lost;
};

struct follow {
    struct clock clock;
    struct queue *out;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    struct file files[FOLLOWS_MAX];
    size_t n;
};

static struct event *tell(struct follow *f, const struct file *x, const char *op)
{
    struct event *ev = event_new(EV_SOURCE, clock_wall(&f->clock), "warroom");
    json_add_str(ev->body, "op", op);
    json_add_int(ev->body, "log", x->row - f->files[0].row);
    json_add_str(ev->body, "name", x->row->title);
    return ev;
}

static void put(struct follow *f, struct file *x, struct event *ev)
{
    if (queue_put(f->out, ev) == 0)
        return;
    x->lost++;
    event_free(ev);
}

static bool has_word(const struct follow_row *row, const char *line)
{
    for (size_t i = 0; i < row->n_words; i++)
        if (strcasestr(line, row->words[i]))
            return true;
    return !row->n_words;
}

/* ERROR as a word of its own, in capitals as logs write it. */
static bool is_error(const char *line)
{
    for (const char *p = line; (p = strstr(p, "ERROR")); p += 5) {
        bool before = p > line && ((p[-1] >= 'A' && p[-1] <= 'Z') || p[-1] == '_');
        bool after = (p[5] >= 'A' && p[5] <= 'Z') || p[5] == '_';
        if (!before && !after)
            return true;
    }
    return false;
}

/* The next mark, or one that came before its turn (told once). */
static bool marks(struct follow *f, struct file *x, const char *line)
{
    const struct follow_row *row = x->row;
    for (size_t i = x->mark; i < row->n_expect; i++) {
        bool turn = i == x->mark;
        if (!strstr(line, row->expect[i]) || (!turn && (x->early & 1u << i)))
            continue;
        struct event *ev = tell(f, x, "log_mark");
        json_add_int(ev->body, "mark", (int64_t)i + 1);
        json_add_int(ev->body, "of", (int64_t)row->n_expect);
        json_add_str(ev->body, "text", row->expect[i]);
        json_add_bool(ev->body, "early", !turn);
        put(f, x, ev);
        if (turn)
            x->mark++;
        else
            x->early |= 1u << i;
        return true;
    }
    return false;
}

static void a_line(struct follow *f, struct file *x)
{
    char clean[SHOWN_MOST], masked[SHOWN_MOST];
    x->part[x->n_part] = '\0';
    x->n_part = 0;
    bool error = is_error(x->part);
    if (error || x->row->n_expect)
        x->alarms++;
    if (x->alarms <= ALARMS_MOST && marks(f, x, x->part) && !error)
        return;
    if (!error && !has_word(x->row, x->part))
        return;
    if (error ? x->alarms > ALARMS_MOST : ++x->lines > PER_SECOND) {
        x->lost++;
        return;
    }
    text_clean_to(clean, sizeof clean, x->part);
    secret_mask_to(masked, sizeof masked, clean);
    struct event *ev = tell(f, x, "log_line");
    json_add_str(ev->body, "text", masked);
    json_add_bool(ev->body, "error", error);
    put(f, x, ev);
}

static void bytes(struct follow *f, struct file *x, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\n')
            a_line(f, x);
        else if (x->n_part < LINE_MOST) /* the rest of a longer one is dropped */
            x->part[x->n_part++] = p[i] ? p[i] : ' ';
    }
}

static void read_on(struct follow *f, struct file *x)
{
    static _Thread_local char buf[READ_MOST];
    ssize_t n = x->fd >= 0 ? pread(x->fd, buf, sizeof buf, x->at) : 0;
    if (n <= 0)
        return;
    x->at += n;
    bytes(f, x, buf, (size_t)n);
}

static void is_absent(struct follow *f, struct file *x, const char *why)
{
    if (x->absent)
        return;
    x->absent = true;
    struct event *ev = tell(f, x, "log_state");
    json_add_str(ev->body, "is", "absent");
    json_add_str(ev->body, "why", why);
    put(f, x, ev);
}

static void open_it(struct follow *f, struct file *x)
{
    int fd = open(x->row->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool first = !x->seen;
    x->seen = true;
    if (fd < 0 || fstat(fd, &x->st) < 0 || !S_ISREG(x->st.st_mode)) {
        is_absent(f, x, fd < 0 ? strerror(errno) : "it is no regular file");
        if (fd >= 0)
            close(fd);
        return;
    }
    x->fd = fd;
    x->at = first ? x->st.st_size : 0;
    if (!x->absent)
        return;
    x->absent = false;
    struct event *ev = tell(f, x, "log_state");
    json_add_str(ev->body, "is", "there");
    put(f, x, ev);
}

/* Another file under the name, or none: this one is over once it is read to its end. */
static bool rotated(const struct file *x)
{
    struct stat now;
    return stat(x->row->file, &now) < 0 || now.st_ino != x->st.st_ino || now.st_dev != x->st.st_dev;
}

static void look(struct follow *f, struct file *x)
{
    struct stat now;
    if (x->fd < 0)
        open_it(f, x);
    if (x->fd < 0)
        return;
    bool over = rotated(x);
    if (fstat(x->fd, &now) == 0 && now.st_size < x->at) {
        x->at = 0; /* truncated: what is there now is new */
        x->n_part = 0;
    }
    off_t was = x->at;
    read_on(f, x);
    if (!over || x->at != was)
        return;
    close(x->fd);
    x->fd = -1;
    x->n_part = 0;
    open_it(f, x);
    read_on(f, x);
}

static void new_second(struct follow *f, struct file *x)
{
    if (mono_since(x->second) < 1000)
        return;
    x->second = mono_now();
    x->lines = x->alarms = 0;
    if (!x->lost)
        return;
    struct event *ev = tell(f, x, "log_lost");
    json_add_int(ev->body, "n", x->lost);
    x->lost = 0;
    if (queue_put(f->out, ev) < 0)
        event_free(ev);
}

static void *run(void *arg)
{
    struct follow *f = arg;
    for (;;) {
        for (size_t i = 0; i < f->n; i++) {
            new_second(f, &f->files[i]);
            look(f, &f->files[i]);
        }
        pthread_mutex_lock(&f->lock);
        if (!f->stop)
            cond_wait_ms(&f->wake, &f->lock, LOOK_MS);
        bool stop = f->stop;
        pthread_mutex_unlock(&f->lock);
        if (stop)
            return NULL;
    }
}

static void release(struct follow *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->files[i].fd >= 0)
            close(f->files[i].fd);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

struct follow *follow_start(const struct plan *plan, const struct clock *clock, struct queue *out,
                            struct err *e)
{
    struct follow *f = xzalloc(1, sizeof *f);
    *f = (struct follow){.clock = *clock, .out = out, .n = plan->n_logs};
    for (size_t i = 0; i < f->n; i++) {
        f->files[i] = (struct file){.row = &plan->logs[i], .fd = -1};
        open_it(f, &f->files[i]); /* what is written from now on is new */
    }
    pthread_mutex_init(&f->lock, NULL);
    cond_init(&f->wake);
    if (thread_start(&f->thread, run, f, "the followed logs", e) == 0)
        return f;
    release(f);
    return NULL;
}

void follow_stop(struct follow *f)
{
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    release(f);
}
