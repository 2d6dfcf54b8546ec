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

/* Each port on a line of its own; what is asked there is answered. */
static void test_databases(void **state)
{
    struct child c;
    char *argv[] = {(char[]){"sim"},         (char[]){"--listen"},
                    (char[]){":0"},          (char[]){"--mysql"},
                    (char[]){"127.0.0.1:0"}, (char[]){"--mysql-replica"},
                    (char[]){":0,:0"},       NULL};
    int at = 0, ports[3] = {0}, n = 0;
    char greeting[100];
    (void)state;
    start(&c, argv);
    for (char *end; !(end = strstr(c.text, "replica2 on port")) || !strchr(end, '\n');) {
        size_t have = strlen(c.text);
        ssize_t got = read(c.out, c.text + have, sizeof c.text - 1 - have);
        if (got <= 0)
            fail_msg("%s", c.text);
    }
    sscanf(c.text, "listening on http://127.0.0.1:%d", &at);
    n += sscanf(strstr(c.text, "primary on port"), "primary on port %d", &ports[0]);
    n += sscanf(strstr(c.text, "replica1 on port"), "replica1 on port %d", &ports[1]);
    n += sscanf(strstr(c.text, "replica2 on port"), "replica2 on port %d", &ports[2]);
    assert_int_equal(n, 3);
    cJSON *o = ask_json(at, "GET", "/sim/state", NULL, 200);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cJSON_GetArrayItem(json_arr(o, "mysql_ports"), i)->valueint, ports[i]);
        int fd = client_open(ports[i]);
        ssize_t got = recv(fd, greeting, sizeof greeting, 0);
        assert_true(got > 20 && greeting[4] == 10);
        close(fd);
    }
    cJSON_Delete(o);
    kill(c.pid, SIGTERM);
    assert_int_equal(end(&c), 0);
}

static const struct {
    const char *argv[6];
    int status;
    const char *part;
} calls[] = {
    {{"sim", "--list"}, 0, "latency "},
    {{"sim", "nosuch", "--listen", "127.0.0.1:0"}, EX_NOFILE, "no scenario \"nosuch\""},
    {{"sim", "--speed", "0"}, EX_BADUSAGE, "from 1 to 1000"},
    {{"sim", "--speed", "1001"}, EX_BADUSAGE, "from 1 to 1000"},
    {{"sim", "--listen", ":0", "--mysql", "here"}, EX_BADUSAGE, "allowed is ADDRESS:PORT"},
    {{"sim", "--listen", "everywhere"}, EX_BADUSAGE, "allowed is ADDRESS:PORT"},
    {{"sim", "--listen", "example.org:80"}, EX_BADUSAGE, "no address in numbers"},
    {{"sim", "--listten", ":0"}, EX_BADUSAGE, "--listen"},
    {{"sim", "tests/fuzz/seeds/scenario/q1"}, EX_BADDATA, "seeds/scenario/q1:1: unknown kind"},
};

static void test_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char words[6][64], *argv[7] = {NULL};
        struct child c;
        for (int k = 0; k < 6 && calls[i].argv[k]; k++) {
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_serves),
                                       cmocka_unit_test(test_databases),
                                       cmocka_unit_test(test_calls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
