/* warroom sim as a process of its own: what it prints, answers, and how it ends. */
#include "sim_client.h"

#include <signal.h>
#include <sys/wait.h>

#include "tui/cmd/cmd.h"

struct child {
    pid_t pid;
    int out;
    char text[4096]; /* what it has printed */
};

/* Runs the subcommand in a child whose output comes through a pipe. */
static void start(struct child *c, char **argv)
{
    int fd[2], argc = 0;
    memset(c, 0, sizeof *c);
    while (argv[argc])
        argc++;
    assert_int_equal(pipe(fd), 0);
    fflush(NULL);
    c->pid = fork();
    assert_true(c->pid >= 0);
    if (c->pid == 0) {
        dup2(fd[1], 1);
        dup2(fd[1], 2);
        close(fd[0]);
        close(fd[1]);
        alarm(20); /* never outlives the test by much */
        int r = cmd_sim(argc, argv);
        fflush(NULL);
        _exit(r);
    }
    close(fd[1]);
    c->out = fd[0];
}

/* Reads until a newline came (or all, at the end). */
static void read_line(struct child *c)
{
    size_t n = strlen(c->text);
    ssize_t got;
    while (!strchr(c->text, '\n') && (got = read(c->out, c->text + n, sizeof c->text - 1 - n)) > 0)
        n += (size_t)got;
}

static void read_all(struct child *c)
{
    size_t n = strlen(c->text);
    ssize_t got;
    while ((got = read(c->out, c->text + n, sizeof c->text - 1 - n)) > 0)
        n += (size_t)got;
}

static int end(struct child *c)
{
    int status;
    read_all(c);
    close(c->out);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void serves_until(int sig)
{
    struct child c;
    char *argv[] = {(char[]){"sim"},
                    (char[]){"latency"},
                    (char[]){"--listen"},
                    (char[]){":0"},
                    (char[]){"--speed"},
                    (char[]){"60"},
                    NULL};
    start(&c, argv);
    read_line(&c);
    int at = 0;
    if (sscanf(c.text, "listening on http://127.0.0.1:%d (scenario latency, speed 60)", &at) != 1)
        fail_msg("%s", c.text);
    cJSON *o = ask_json(at, "GET", "/sim/state", NULL, 200);
    assert_string_equal(json_str(o, "scenario"), "latency");
    cJSON_Delete(o);
    cJSON_Delete(ask_json(at, "POST", "/sim/set", "{\"fault\":\"hang\",\"target\":\"all\"}", 200));
    int fd = client_open(at);
    client_send(fd, "GET", "/health", "", NULL);
    kill(c.pid, sig);
    assert_int_equal(end(&c), 0);
    close(fd);
}

static void test_serves(void **state)
{
    (void)state;
    serves_until(SIGTERM);
    serves_until(SIGINT);
}

static const struct {
    const char *argv[5];
    int status;
    const char *part;
} calls[] = {
    {{"sim", "--list"}, 0, "latency "},
    {{"sim", "nosuch", "--listen", "127.0.0.1:0"}, EX_NOFILE, "no scenario \"nosuch\""},
    {{"sim", "--speed", "0"}, EX_BADUSAGE, "from 1 to 1000"},
    {{"sim", "--speed", "1001"}, EX_BADUSAGE, "from 1 to 1000"},
    {{"sim", "--listen", "everywhere"}, EX_BADUSAGE, "allowed is ADDRESS:PORT"},
    {{"sim", "--listen", "example.org:80"}, EX_BADUSAGE, "no address in numbers"},
    {{"sim", "--listten", ":0"}, EX_BADUSAGE, "--listen"},
    {{"sim", "tests/fuzz/seeds/scenario/q1"}, EX_BADDATA, "seeds/scenario/q1:1: unknown kind"},
};

static void test_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char words[5][64], *argv[6] = {NULL};
        struct child c;
        for (int k = 0; k < 5 && calls[i].argv[k]; k++) {
            str_copy(words[k], sizeof words[k], calls[i].argv[k]);
            argv[k] = words[k];
        }
        start(&c, argv);
        int status = end(&c);
        if (status != calls[i].status || !strstr(c.text, calls[i].part))
            fail_msg("call %zu: status %d, %s", i, status, c.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_serves), cmocka_unit_test(test_calls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
