/* Modes, output and signals of the one terminal. The handlers touch flags, write() and tcsetattr()
 * alone; a crash restores the terminal before the process dies of it. */
#include "tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define SEND_WAIT_MS    15        /* how long one frame may wait for a slow terminal */
#define RESTORE_WAIT_MS 30        /* and the restoring */
#define PENDING_MAX     (1 << 20) /* bytes that may wait */

static struct {
    volatile sig_atomic_t taken, flags, quit;
    int out, event, poll; /* own description of the terminal, eventfd, epoll */
    bool own_out;
    struct termios before;
    char enter[TTY_SEQ_MAX], leave[TTY_SEQ_MAX];
    size_t leave_len;
    struct buf pending;
    size_t sent; /* bytes of pending that are out */
} tty = {.out = -1, .event = -1, .poll = -1};

static const int quit_signals[] = {SIGTERM, SIGHUP, SIGINT};
static const int other_signals[] = {SIGWINCH, SIGTSTP, SIGCONT};
/* Everything else that ends a process: a crash, or somebody else's signal. */
static const int crash_signals[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT,  SIGQUIT,
                                    SIGSYS,  SIGTRAP, SIGXCPU, SIGALRM, SIGUSR1,  SIGVTALRM,
                                    SIGPROF, SIGUSR2, SIGPOLL, SIGPWR,  SIGSTKFLT};
#define COUNT(a) (sizeof(a) / sizeof *(a))
static struct sigaction crash_before[COUNT(crash_signals)];

/* ---- output ---- */

/* Writes what it can within wait_ms; bytes written. Async-signal-safe. */
static size_t write_some(const char *s, size_t n, int wait_ms)
{
    size_t done = 0;
    while (done < n) {
        ssize_t w = write(tty.out, s + done, n - done);
        if (w > 0) {
            done += (size_t)w;
        } else if (w < 0 && errno == EAGAIN && wait_ms > 0) {
            struct pollfd p = {.fd = tty.out, .events = POLLOUT};
            wait_ms -= 5;
            poll(&p, 1, 5);
        } else if (w < 0 && errno == EINTR) {
            continue;
        } else {
            break;
        }
    }
    return done;
}

bool tty_flush(void)
{
    if (tty.pending.len > tty.sent)
        tty.sent += write_some(tty.pending.p + tty.sent, tty.pending.len - tty.sent, SEND_WAIT_MS);
    if (tty.sent < tty.pending.len)
        return false;
    tty.sent = 0;
    buf_clear(&tty.pending);
    return true;
}

void tty_send(const char *bytes, size_t n)
{
    if (!tty.taken || tty.pending.len + n > PENDING_MAX)
        return;
    if (!tty.pending.len) {
        size_t done = write_some(bytes, n, SEND_WAIT_MS);
        bytes += done;
        n -= done;
    }
    if (n) {
        buf_add(&tty.pending, bytes, n);
        tty_flush();
    }
}

/* ---- giving it back ---- */

/* Async-signal-safe. In the background, too: SIGTTOU would stop us with the terminal raw. */
static void restore_now(void)
{
    sigset_t block, had;
    if (!tty.taken)
        return;
    tty.taken = 0;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &had);
    write_some(tty.leave, tty.leave_len, RESTORE_WAIT_MS);
    tcsetattr(STDIN_FILENO, TCSANOW, &tty.before);
    pthread_sigmask(SIG_SETMASK, &had, NULL);
}

static void set_raw(void)
{
    struct termios raw = tty.before;
    raw.c_iflag &= (tcflag_t) ~(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
    raw.c_oflag &= (tcflag_t)~OPOST;
    raw.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    raw.c_cflag |= CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* Not when it is time to leave: continued in the background only to die (`kill %1`), it would be
 * stopped again for touching the terminal. */
static void take(void)
{
    if (tty.quit)
        return;
    set_raw();
    tty.taken = 1;
    tty_send(tty.enter, strlen(tty.enter));
}

/* ---- signals ---- */

static void wake(void)
{
    uint64_t one = 1;
    int keep = errno;
    if (write(tty.event, &one, sizeof one) < 0)
        errno = keep; /* already readable */
    errno = keep;
}

static void on_quit(int sig)
{
    tty.quit = sig;
    tty.flags |= TTY_QUIT;
    wake();
}

static void on_other(int sig)
{
    tty.flags |= sig == SIGWINCH ? TTY_RESIZED : sig == SIGTSTP ? TTY_STOP : TTY_BACK;
    wake();
}

static void on_crash(int sig)
{
    restore_now();
    for (size_t i = 0; i < COUNT(crash_signals); i++)
        if (crash_signals[i] == sig)
            sigaction(sig, &crash_before[i], NULL);
    raise(sig);
    _exit(128 + sig); /* whatever was to happen has not: without a terminal nobody may go on */
}

static void handle(int sig, void (*fn)(int), int flags, struct sigaction *before)
{
    struct sigaction sa = {.sa_flags = flags};
    sa.sa_handler = fn;
    sigemptyset(&sa.sa_mask);
    sigaction(sig, &sa, before);
}

static void handle_all(void)
{
    static char stack[32768]; /* a crash may be of the stack */
    stack_t alt = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction old;
    sigaltstack(&alt, NULL);
    for (size_t i = 0; i < COUNT(quit_signals); i++) {
        handle(quit_signals[i], on_quit, SA_RESTART, &old);
        if (old.sa_handler == SIG_IGN && quit_signals[i] == SIGHUP)
            sigaction(SIGHUP, &old, NULL); /* nohup keeps its meaning */
    }
    for (size_t i = 0; i < COUNT(other_signals); i++)
        handle(other_signals[i], on_other, SA_RESTART, NULL);
    for (size_t i = 0; i < COUNT(crash_signals); i++) {
        handle(crash_signals[i], on_crash, SA_ONSTACK | SA_NODEFER, &crash_before[i]);
        if (crash_before[i].sa_handler == SIG_IGN) /* ends nobody: QUIT of a shell's background */
            sigaction(crash_signals[i], &crash_before[i], NULL);
    }
    bug_hook(restore_now);
}

static void unhandle_all(void)
{
    for (size_t i = 0; i < COUNT(quit_signals); i++)
        handle(quit_signals[i], SIG_DFL, 0, NULL);
    for (size_t i = 0; i < COUNT(other_signals); i++)
        handle(other_signals[i], SIG_DFL, 0, NULL);
    for (size_t i = 0; i < COUNT(crash_signals); i++)
        sigaction(crash_signals[i], &crash_before[i], NULL);
    bug_hook(NULL);
}

int tty_signals(void)
{
    uint64_t n;
    int flags;
    while (read(tty.event, &n, sizeof n) > 0)
        ;
    flags = tty.flags;
    tty.flags = 0;
    return flags;
}

int tty_quit_signal(void)
{
    return tty.quit;
}

/* ---- input ---- */

int tty_fd(void)
{
    return tty.poll;
}

size_t tty_read(char *out, size_t size)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    if (tty.quit == SIGHUP || poll(&p, 1, 0) <= 0)
        return 0;
    ssize_t n = read(STDIN_FILENO, out, size);
    if (n > 0)
        return (size_t)n;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    tty.quit = SIGHUP; /* nobody can press a key any more */
    tty.flags |= TTY_QUIT;
    return 0;
}

void tty_flush_input(void)
{
    tcflush(STDIN_FILENO, TCIFLUSH);
}

void tty_size(int *w, int *h)
{
    struct winsize ws = {0};
    *w = *h = 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0) {
        *w = ws.ws_col;
        *h = ws.ws_row;
    }
}

/* ---- open, stop, close ---- */

/* An own description, so that O_NONBLOCK stays with us and does not reach the shell. */
static void open_out(void)
{
    char name[256];
    tty.out = -1;
    if (ttyname_r(STDOUT_FILENO, name, sizeof name) == 0)
        tty.out = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    tty.own_out = tty.out >= 0;
    if (!tty.own_out)
        tty.out = STDOUT_FILENO;
}

static int open_poll(struct err *e)
{
    struct epoll_event in = {.events = EPOLLIN};
    tty.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    tty.poll = epoll_create1(EPOLL_CLOEXEC);
    if (tty.event < 0 || tty.poll < 0 ||
        epoll_ctl(tty.poll, EPOLL_CTL_ADD, STDIN_FILENO, &in) < 0 ||
        epoll_ctl(tty.poll, EPOLL_CTL_ADD, tty.event, &in) < 0)
        return err_set(e, EX_INTERNAL, "cannot wait for keys: %s", strerror(errno));
    return 0;
}

int tty_open(const char *enter, const char *leave, struct err *e)
{
    static bool at_exit;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &tty.before) < 0)
        return err_set(e, EX_BADUSAGE, "this is not a terminal; add --headless");
    tty.quit = tty.flags = 0;
    if (open_poll(e) < 0)
        return -1;
    open_out();
    str_copy(tty.enter, sizeof tty.enter, enter);
    tty_leave_with(leave);
    handle_all();
    if (!at_exit)
        atexit(tty_close);
    at_exit = true;
    take();
    return 0;
}

void tty_leave_with(const char *leave)
{
    tty.leave_len = 0; /* a crash in between sends nothing half */
    str_copy(tty.leave, sizeof tty.leave, leave);
    tty.leave_len = strlen(tty.leave);
}

void tty_suspend(void)
{
    restore_now();
    handle(SIGTSTP, SIG_DFL, 0, NULL);
    raise(SIGTSTP); /* we stop here */
    handle(SIGTSTP, on_other, SA_RESTART, NULL);
    tty_again();
}

void tty_again(void)
{
    tty.flags &= ~TTY_BACK;
    take();
}

void tty_close(void)
{
    if (tty.poll < 0)
        return;
    restore_now();
    unhandle_all();
    if (tty.own_out)
        close(tty.out);
    close(tty.poll);
    close(tty.event);
    tty.out = tty.poll = tty.event = -1;
    buf_free(&tty.pending);
    tty.sent = 0;
}
