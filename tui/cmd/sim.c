/* warroom sim: the simulator alone, until it is told to stop. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "sim/sim.h"
#include "tui/cmd/cmd.h"

static int list(void)
{
    for (const char *const *s = sim_scenarios(); *s; s += 2)
        printf("%-18s %s\n", s[0], s[1]);
    return 0;
}

/* A host without numbers in front of the port means loopback; anything else was asked for. */
static bool is_loopback(const char *listen)
{
    return listen[0] == ':' || !strncmp(listen, "127.", 4) || !strncmp(listen, "[::1]:", 6) ||
           !strncmp(listen, "localhost:", 10);
}

struct sim_opts {
    const char *scenario, *listen, *mysql, *replicas;
    struct clock clock;
};

/* Each database on a line of its own, for whom started it. */
static void tell_databases(const struct sim *s)
{
    for (int i = 0; sim_mysql_port(s, i) > 0; i++) {
        if (i)
            printf("mysql replica%d on port %d\n", i, sim_mysql_port(s, i));
        else
            printf("mysql primary on port %d (no TLS, any password)\n", sim_mysql_port(s, i));
    }
}

static void warn_open(const char *listen)
{
    if (listen && !is_loopback(listen))
        fprintf(stderr, "warroom sim: %s is reachable from other machines, without any check\n",
                listen);
}

static int serve(const struct sim_opts *o)
{
    const char *listen = o->listen;
    struct err e = ERR_INIT;
    sigset_t stop;
    int got;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGHUP);
    /* Blocked before the simulator's threads exist, so that only sigwait takes them. */
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    struct sim *s = sim_start(o->scenario, listen, &o->clock, &e);
    if (!s)
        return cmd_fail(&e);
    if ((o->mysql || o->replicas) &&
        sim_mysql(s, o->mysql ? o->mysql : ":0", o->replicas ? o->replicas : "", &e) < 0) {
        sim_stop(s);
        return cmd_fail(&e);
    }
    warn_open(listen);
    warn_open(o->mysql);
    warn_open(o->replicas);
    const char *colon = strrchr(listen, ':');
    printf("listening on http://%.*s:%d (scenario %s, speed %g)\n",
           listen[0] == ':' ? 9 : (int)(colon - listen), listen[0] == ':' ? "127.0.0.1" : listen,
           sim_port(s), o->scenario, o->clock.speed);
    tell_databases(s);
    fflush(stdout);
    sigwait(&stop, &got);
    sim_stop(s);
    return 0;
}

int cmd_sim(int argc, char **argv)
{
    static bool listing;
    static const char *speed, *start;
    static struct sim_opts o = {.scenario = "healthy", .listen = "127.0.0.1:9190"};
    const struct cmd_opt opts[] = {
        {"--listen", "ADDR:PORT", NULL, &o.listen,
         "where to listen; \":PORT\" is loopback, port 0 a free one (127.0.0.1:9190)"},
        {"--speed", "N", NULL, &speed, "how many times as fast as the world (1)"},
        {"--start", "TIME", NULL, &start,
         "when its world begins: 2026-03-01T22:00:00+07:00, -2h, unix seconds (now)"},
        {"--mysql", "ADDR:PORT", NULL, &o.mysql,
         "a simulated database there, too (MySQL's protocol)"},
        {"--mysql-replica", "ADDR:PORT,…", NULL, &o.replicas, "and its replicas"},
        {"--list", NULL, &listing, NULL, "list the scenarios"},
    };
    const struct cmd_spec spec = {
        "warroom sim [SCENARIO] [--listen ADDR:PORT] [--speed N] [--start TIME] [--mysql "
        "ADDR:PORT] | "
        "sim --list",
        "Answers as Prometheus, Alertmanager, executor, kill switch, traffic split, Grafana, "
        "status\n"
        "page, chat, mail and a database do, from a\n"
        "scenario: a built-in name or a file (docs/simulator.md). Stops on INT or TERM.",
        opts,
        sizeof opts / sizeof *opts,
        0,
        1};
    struct cmd_args args;
    double times = 1;
    int r = cmd_parse(&spec, argc, argv, &args);
    if (r >= 0)
        return r;
    if (listing)
        return list();
    if (speed && (num_parse(speed, &times) < 0 || times < 1 || times > 1000)) {
        fprintf(stderr, "warroom sim: --speed needs a number from 1 to 1000, not \"%s\"\n", speed);
        return EX_BADUSAGE;
    }
    int64_t now_ms = clock_real_wall(), at_ms = now_ms;
    if (start && cmd_time(start, now_ms, &at_ms) < 0) {
        fprintf(stderr,
                "warroom sim: --start %s; allowed is a time like 2026-02-01T22:00:00+03:00 (UTC "
                "without an offset), unix seconds, -2h (so long ago) or now\n",
                start);
        return EX_BADUSAGE;
    }
    o.scenario = args.n ? args.v[0] : o.scenario;
    o.clock = start ? clock_make_at(times, at_ms) : clock_make(times);
    return serve(&o);
}
