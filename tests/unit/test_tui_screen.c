/* The screen on a pseudo terminal: what is sent to which terminal, and that the terminal is given
 * back on every way out. Every wait is for an event and ends after 5 s at most. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "base/clock.h"
#include "tui/screen.h"

struct term {
    int fd, slave;
    pid_t pid;
    struct termios before;
    struct buf out;
    int64_t ms; /* from the last thing sent to the end of the output */
};

/* ---- the programs that run on it ---- */

static void show(const char *text)
{
    struct canvas c;
    int w, h;
    screen_size(&w, &h);
    canvas_init(&c, w, h);
    c.ascii = screen_is_ascii();
    canvas_text(&c, 0, 0, -1, ROLE_WARN, text);
    screen_show(&c);
    canvas_release(&c);
}

static int pass_on(void) /* one picture, then closes */
{
    struct screen_opts o = {0};
    struct err e = ERR_INIT;
    if (screen_open(&o, &e) < 0)
        return 1;
    show("▲ HOLD ⣀");
    screen_copy("SELECT 1");
    screen_close();
    screen_close();
    printf("note:%s.\n", o.note);
    return 0;
}

static int keys_until_signal(void)
{
    struct screen_opts o = {0};
    struct err e = ERR_INIT;
    if (screen_open(&o, &e) < 0)
        return 1;
    show("ready");
    while (!screen_signal()) {
        struct pollfd p = {.fd = screen_fd(), .events = POLLIN};
        char text[32];
        poll(&p, 1, (int)screen_wait_ms());
        for (int key; (key = screen_key()) != KEY_NONE;) {
            if (key == KEY_SUSPEND_)
                screen_suspend();
            if (key == '!')
                BUG("asked for");
            if (key == '@')
                raise(SIGSEGV);
            if (key == '#')
                abort();
            if (key == '%')
                exit(3);
            if (key == 'q') {
                screen_close();
                return 0;
            }
            str_fmt(text, sizeof text, "key<%x>", (unsigned)key);
            screen_redraw(); /* whole, so that a reader of bytes finds it */
            show(text);
        }
    }
    screen_close();
    return 40;
}

/* ---- the terminal side ---- */

static void start(struct term *t, int (*program)(void), const char *const env[])
{
    struct winsize ws = {.ws_row = 24, .ws_col = 80};
    int slave;
    memset(t, 0, sizeof *t);
    assert_int_equal(openpty(&t->fd, &slave, NULL, NULL, &ws), 0);
    assert_int_equal(tcgetattr(slave, &t->before), 0);
    t->pid = fork();
    if (t->pid == 0) {
        close(t->fd);
        if (login_tty(slave) < 0)
            _exit(99);
        clearenv();
        for (int sig = 1; sig < 32; sig++)
            signal(sig, SIG_DFL); /* cmocka catches crashes itself */
        for (; *env; env++) {
            char name[40];
            str_fmt(name, sizeof name, "%.*s", (int)strcspn(*env, "="), *env);
            setenv(name, strchr(*env, '=') + 1, 1);
        }
        int rc = program();
        fflush(stdout);
        _exit(rc);
    }
    assert_true(t->pid > 0);
    /* The slave stays open here: its modes are looked at in the end. */
    t->slave = slave;
}

static bool pump(struct term *t, int wait_ms)
{
    char block[4096];
    struct pollfd p = {.fd = t->fd, .events = POLLIN};
    if (poll(&p, 1, wait_ms) <= 0)
        return false;
    ssize_t n = read(t->fd, block, sizeof block);
    if (n > 0)
        buf_add(&t->out, block, (size_t)n);
    return n > 0;
}

static void wait_for(struct term *t, const char *text)
{
    mono_t start_at = mono_now();
    while (!strstr(buf_str(&t->out), text)) {
        pump(t, 50);
        if (mono_since(start_at) > 5000)
            fail_msg("no \"%s\" came; the output was \"%s\"", text, buf_str(&t->out));
    }
}

static void type(struct term *t, const char *bytes)
{
    assert_int_equal(write(t->fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

/* Waits for the end; the wait status. The modes must be as before. */
static int finish(struct term *t)
{
    struct termios now;
    int status = 0;
    mono_t at = mono_now();
    while (waitpid(t->pid, &status, WNOHANG) == 0) {
        pump(t, 2);
        if (mono_since(at) > 5000) {
            kill(t->pid, SIGKILL);
            fail_msg("the program did not end; the output was \"%s\"", buf_str(&t->out));
        }
    }
    t->ms = mono_since(at);
    while (pump(t, 0))
        ;
    assert_int_equal(tcgetattr(t->slave, &now), 0);
    assert_int_equal(now.c_lflag, t->before.c_lflag);
    assert_int_equal(now.c_iflag, t->before.c_iflag);
    assert_int_equal(now.c_oflag, t->before.c_oflag);
    close(t->slave);
    close(t->fd);
    return status;
}

static const char *last(const char *text, const char *what)
{
    const char *found = NULL;
    for (const char *s = text; (s = strstr(s, what)); s++)
        found = s;
    return found;
}

/* Alternate screen left, cursor shown, paste mode off, attributes reset, each after its opposite.
 */
static void expect_restored(struct term *t)
{
    static const char *const pairs[][2] = {{"\x1b[?1049h", "\x1b[?1049l"},
                                           {"\x1b[?25l", "\x1b[?25h"},
                                           {"\x1b[?2004h", "\x1b[?2004l"},
                                           {"\x1b[?7l", "\x1b[?7h"},
                                           {"\x1b[38;5;", "\x1b[m"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *on = last(buf_str(&t->out), pairs[i][0]),
                   *off = last(buf_str(&t->out), pairs[i][1]);
        if (!off || (on && on > off))
            fail_msg("%s is not undone in \"%s\"", pairs[i][0] + 1, buf_str(&t->out));
    }
}

static const char *const xterm[] = {"TERM=xterm-256color", "LANG=C.UTF-8", NULL};

/* ---- tests ---- */

static const struct {
    const char *env[5];
    const char *has[4], *lacks[4];
} terminals[] = {
    {{"TERM=xterm-256color", "LANG=C.UTF-8"},
     {"▲ HOLD ⣀", "38;5;", "\x1b]52;c;U0VMRUNUIDE=\a", "note:."},
     {"38;2;"}},
    {{"TERM=xterm-256color", "LANG=tr_TR.utf8", "COLORTERM=truecolor"},
     {"▲", "38;2;255;193;77", "note:."},
     {"38;5;"}},
    {{"TERM=xterm-256color", "LC_ALL=C", "LANG=C.UTF-8"},
     {"! HOLD .", "locale is not UTF-8"},
     {"▲"}},
    {{"TERM=xterm-256color", "LANG=C.UTF-8", "NO_COLOR=1"},
     {"▲ HOLD", "\x1b[1m"},
     {"38;", "48;", "\x1b[3"}},
    {{"TERM=linux", "LANG=C.UTF-8"}, {"▲ HOLD", "note:."}, {"38;5;", "\x1b]52", "?1049"}},
    {{"TERM=vt100", "LANG=C.UTF-8"},
     {"! HOLD .", "an old terminal"},
     {"38;", "\x1b[40", "▲", "?1049"}},
    {{"TERM=dumb", "LANG=C.UTF-8"}, {"! HOLD .", "an old terminal"}, {"\x1b"}},
    {{"LANG=C.UTF-8"}, {"HOLD", "is not known, shown as ansi"}, {"▲"}},
    {{"TERM=alacritty-next", "LANG=C.UTF-8"},
     {"▲ HOLD", "TERM=alacritty-next is not known, shown as xterm-256color"},
     {NULL}},
    {{"TERM=tmux-256color", "LANG=C.UTF-8"}, {"▲ HOLD", "38;5;"}, {"blink", "\x1b[5m"}},
};

static void each_terminal_gets_what_it_knows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        struct term t;
        start(&t, pass_on, terminals[i].env);
        int status = finish(&t);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        for (size_t k = 0; k < 4; k++) {
            if (terminals[i].has[k] && !strstr(buf_str(&t.out), terminals[i].has[k]))
                fail_msg("%s: \"%s\" is missing in \"%s\"", terminals[i].env[0],
                         terminals[i].has[k], buf_str(&t.out));
            if (terminals[i].lacks[k] && strstr(buf_str(&t.out), terminals[i].lacks[k]))
                fail_msg("%s: \"%s\" stands in \"%s\"", terminals[i].env[0], terminals[i].lacks[k],
                         buf_str(&t.out));
        }
        buf_free(&t.out);
    }
}

static const struct {
    const char *name, *key;
    int signal, exit_status, dies_of;
} ends[] = {
    {"q", "q", 0, 0, 0},
    {"TERM", NULL, SIGTERM, 40, 0},
    {"HUP", NULL, SIGHUP, 40, 0},
    {"INT", NULL, SIGINT, 40, 0},
    {"exit()", "%", 0, 3, 0},
    {"BUG", "!", 0, 0, SIGABRT},
    {"abort", "#", 0, 0, SIGABRT},
    {"SEGV", "@", 0, 0, SIGSEGV},
    {"SEGV from outside", NULL, SIGSEGV, 0, SIGSEGV},
};

static void every_way_out_restores(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct term t;
        start(&t, keys_until_signal, xterm);
        wait_for(&t, "ready");
        if (ends[i].key)
            type(&t, ends[i].key);
        else
            kill(t.pid, ends[i].signal);
        int status = finish(&t);
        expect_restored(&t);
        print_message("%s: restored and gone after %lld ms\n", ends[i].name, (long long)t.ms);
        if (ends[i].dies_of)
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == ends[i].dies_of);
        else
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == ends[i].exit_status);
        buf_free(&t.out);
    }
}

/* Types, and waits until the program has told that it got this key. */
static void key_comes(struct term *t, const char *bytes, int key)
{
    char want[24];
    buf_clear(&t->out);
    type(t, bytes);
    str_fmt(want, sizeof want, "key<%x>", (unsigned)key);
    wait_for(t, want);
}

static void keys_come_through(void **state)
{
    (void)state;
    struct term t;
    char want[24];
    struct winsize ws = {.ws_row = 40, .ws_col = 100};
    start(&t, keys_until_signal, xterm);
    wait_for(&t, "ready");
    key_comes(&t, "a", 'a');
    type(&t, "\x1b["); /* split over two reads */
    key_comes(&t, "A", KEY_UP_);
    key_comes(&t, "\x1b", KEY_ESC_); /* alone */
    key_comes(&t, "\x03", 3);
    buf_clear(&t.out);
    assert_int_equal(ioctl(t.fd, TIOCSWINSZ, &ws), 0);
    str_fmt(want, sizeof want, "key<%x>", KEY_RESIZE_);
    wait_for(&t, want);
    type(&t, "q");
    assert_int_equal(finish(&t), 0);
    buf_free(&t.out);
}

/* A shell of three lines: stops with the program and sends it on. */
static int job_control(void)
{
    int status;
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        _exit(keys_until_signal());
    }
    if (waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status))
        return 90;
    struct termios now;
    tcgetattr(STDIN_FILENO, &now);
    dprintf(STDOUT_FILENO, "stopped, %s\r\n", now.c_lflag & ICANON ? "cooked" : "raw");
    kill(job, SIGCONT);
    return waitpid(job, &status, 0) == job && WIFEXITED(status) ? WEXITSTATUS(status) : 91;
}

static void stops_and_comes_back(void **state)
{
    (void)state;
    struct term t;
    start(&t, job_control, xterm);
    wait_for(&t, "ready");
    type(&t, "\x1a");
    wait_for(&t, "stopped, cooked");
    const char *off = last(buf_str(&t.out), "\x1b[?1049l"), *on;
    assert_non_null(off);
    wait_for(&t, "key<");
    on = last(buf_str(&t.out), "\x1b[?1049h");
    assert_true(on > last(buf_str(&t.out), "stopped"));
    type(&t, "q");
    assert_int_equal(finish(&t), 0);
    expect_restored(&t);
    buf_free(&t.out);
}

/* Nobody reads the terminal: showing must not wait for it, and leaving neither. */
static int floods(void)
{
    struct screen_opts o = {0};
    struct err e = ERR_INIT;
    struct canvas c;
    int64_t worst = 0;
    if (screen_open(&o, &e) < 0)
        return 1;
    canvas_init(&c, 200, 60);
    for (int i = 0; i < 100; i++) {
        mono_t at = mono_now();
        canvas_fill(&c, 0, 0, 200, 60, i & 1 ? ROLE_WARN : ROLE_CRIT, i & 1 ? "▲" : "■");
        screen_show(&c);
        worst = mono_since(at) > worst ? mono_since(at) : worst;
    }
    mono_t at = mono_now();
    bool busy = screen_busy();
    screen_close();
    canvas_release(&c);
    return !busy ? 2 : worst > 400 ? 3 : mono_since(at) > 400 ? 4 : 0;
}

static void a_stuck_terminal_stops_nobody(void **state)
{
    (void)state;
    struct term t;
    int status = 0;
    start(&t, floods, xterm);
    mono_t at = mono_now();
    while (waitpid(t.pid, &status, WNOHANG) == 0) { /* nothing is read here */
        if (mono_since(at) > 20000) {
            kill(t.pid, SIGKILL);
            fail_msg("stuck");
        }
        poll(NULL, 0, 5);
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(t.slave);
    close(t.fd);
    buf_free(&t.out);
}

static void no_terminal_is_an_error(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct screen_opts o = {0};
        struct err e = ERR_INIT;
        dup2(fds[0], STDIN_FILENO);
        _exit(screen_open(&o, &e) == -1 && e.status == EX_BADUSAGE ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_terminal_gets_what_it_knows),
        cmocka_unit_test(every_way_out_restores),
        cmocka_unit_test(keys_come_through),
        cmocka_unit_test(stops_and_comes_back),
        cmocka_unit_test(a_stuck_terminal_stops_nobody),
        cmocka_unit_test(no_terminal_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
