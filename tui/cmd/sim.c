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

static int serve(const char *scenario, const char *listen, struct clock clock)
{
    struct err e = ERR_INIT;
    sigset_t stop;
    int got;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGHUP);
    /* Blocked before the simulator's threads exist, so that only sigwait takes them. */
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    struct sim *s = sim_start(scenario, listen, &clock, &e);
    if (!s)
        return cmd_fail(&e);
    if (!is_loopback(listen))
        fprintf(stderr, "warroom sim: %s is reachable from other machines, without any check\n",
                listen);
    const char *colon = strrchr(listen, ':');
    printf("listening on http://%.*s:%d (scenario %s, speed %g)\n",
           listen[0] == ':' ? 9 : (int)(colon - listen), listen[0] == ':' ? "127.0.0.1" : listen,
           sim_port(s), scenario, clock.speed);
    fflush(stdout);
    sigwait(&stop, &got);
    sim_stop(s);
    return 0;
}

int cmd_sim(int argc, char **argv)
{
    static bool listing;
    static const char *listen, *speed, *start;
    const struct cmd_opt opts[] = {
        {"--listen", "ADDR:PORT", NULL, &listen,
         "where to listen; \":PORT\" is loopback, port 0 a free one (127.0.0.1:9190)"},
        {"--speed", "N", NULL, &speed, "how many times as fast as the world (1)"},
        {"--start", "TIME", NULL, &start,
         "when its world begins: 2026-03-01T22:00:00+07:00, -2h, unix seconds (now)"},
        {"--list", NULL, &listing, NULL, "list the scenarios"},
    };
    const struct cmd_spec spec = {
        "warroom sim [SCENARIO] [--listen ADDR:PORT] [--speed N] [--start TIME] | sim --list",
        "Answers as Prometheus, Alertmanager, executor, kill switch and traffic split do, from a\n"
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
    return serve(args.n ? args.v[0] : "healthy", listen ? listen : "127.0.0.1:9190",
                 start ? clock_make_at(times, at_ms) : clock_make(times));
}
