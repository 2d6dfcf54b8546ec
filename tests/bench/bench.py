#!/usr/bin/env python3
"""What a live run costs, measured from outside on the simulator: each figure beside its target and
beside what other programs of the field need for the like (medians of our own measurements on a
machine of two cores; ratios carry over to other machines, absolute times do not).

    bench.py [--rounds N] [--panels 32,256] [--only WORD]

Status 1 when a target is missed. A figure counts on a quiet machine only: the load is printed."""
import argparse, os, random, resource, signal, statistics, subprocess, sys, tempfile, time

from terminal import Loop, Terminal
from world import MARK, ROOT, WARROOM, KillSwitch, Silent, Simulator, Wrong, plan, scenario

WARM_S, WINDOW_S = 3.0, 8.0
MESSAGES_S = 10.0  # so long messages stand
PANELS = (32, 256)
TAB = b"\t"
NEIGHBOURS = {
    "first": "grafterm 25 / 283, contrib 350 / 430, sampler 389 / 1381 ms",
    "cpu": "grafterm 4.3 %, contrib 7-9 %, sampler 58 %, htop 1.2 %",
    "rss": "grafterm 17.5, contrib 102-107, sampler 99 MiB",
    "bytes": "grafterm 16.1, sampler 21.4, htop 2.4-3.3 kB/s",
    "cell": "grafterm 11.6, contrib 5.5, sampler 9.4, btop 6.5 B",
    "key": "contrib 7 / 30, sampler 62 / 107, htop 1 / 20, btop 6 / 10.5 ms",
    "kill": "a blocking client waits for its whole time-out",
    "tick": "a curl process each: 461 / 2193 ms",
    "leave": "3 of 8 neighbours never restore the terminal",
}


class Table:
    """Rows in the order of their making; what was missed."""

    def __init__(self):
        self.rows, self.missed, self.met = [], 0, 0

    def add(self, figure, n, value, target, unit, neighbours="", digits=1):
        ok = value is not None and value <= target
        self.missed += not ok
        self.met += ok
        shown = "not measured" if value is None else f"{value:.{digits}f} {unit}"
        print(f"  {figure:<52} {n:>4} {shown:>14}   target {target:g} {unit:<5} {'met' if ok else 'MISSED':<7}"
              f" {NEIGHBOURS.get(neighbours, '')}", flush=True)


def percentile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, round(q / 100 * (len(values) - 1)))] if values else None


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


class Bench:
    def __init__(self, args):
        self.args, self.table, self.folder = args, Table(), tempfile.mkdtemp(prefix="warroom-bench-")
        self.sessions = 0

    def file(self, name):
        return os.path.join(self.folder, name)

    def session(self):
        self.sessions += 1
        return self.file(f"{self.sessions}.warroom")

    def start(self, loop, plan_file, **kw):
        return Terminal(loop, [WARROOM, "run", plan_file, "--session", kw.pop("session", self.session())], **kw)

    def rounds(self, measure, n, *args):
        """The measurement, repeated: a list of what it returned, figure by figure."""
        return list(zip(*(measure(n, *args) for _ in range(self.args.rounds))))

    # -- one measurement each; all return tuples

    def steady(self, n, prometheus):
        """A run that records, from its start: first frame, first data, processor, memory, output."""
        loop = Loop()
        t = self.start(loop, plan(self.file("steady.yaml"), n, prometheus))
        loop.run(WARM_S)
        cpu, since = t.cpu_s(), time.monotonic()
        loop.run(WINDOW_S)
        cpu, until = t.cpu_s() - cpu, time.monotonic()
        rss = t.peak_mib()
        t.leave([b"q", b"y"])
        frame, data = t.first(r"Metric 1\b", rf"Metric 0\b.*\b{MARK} ms")
        size, cells = t.output(since, until)
        took = until - since
        return (frame and frame * 1e3, data and data * 1e3, cpu / took * 100, rss, size / took / 1e3,
                size / cells if cells else None)

    def still(self, n, prometheus):
        """Output per second while no value changes and no message comes or goes."""
        loop = Loop()
        t = self.start(loop, plan(self.file("still.yaml"), n, prometheus))
        loop.run(WARM_S + MESSAGES_S)
        since = time.monotonic()
        loop.run(WINDOW_S)
        size, _ = t.output(since, time.monotonic())
        t.leave([b"q", b"y"])
        return (size / WINDOW_S,)

    def keys(self, n, prometheus):
        """Latencies of keys at random moments, in ms."""
        loop, chance = Loop(), random.Random(7)
        t = self.start(loop, plan(self.file("keys.yaml"), n, prometheus))
        loop.run(WARM_S)
        took = []
        for _ in range(self.args.keys):
            loop.run(0.05 + chance.random() * 0.15)
            took.append((t.answered(TAB) or 2.0) * 1e3)
        t.leave([b"q", b"y"])
        return (took,)

    def leaving(self, n, prometheus, how):
        """ms from a key or signal to the restored terminal."""
        loop = Loop()
        t = self.start(loop, plan(self.file("leave.yaml"), n, prometheus))
        loop.run(1.5)
        took = t.leave(how)
        return (took and took * 1e3,)

    def fault(self, n, prometheus):
        loop = Loop()
        t = self.start(loop, plan(self.file("wrong.yaml"), n, prometheus))
        loop.run(WARM_S + WINDOW_S)
        rss = t.peak_mib()
        t.leave([b"q", b"y"])
        return (rss,)

    def kill_switch(self, n, prometheus):
        """ms from the key that confirms to the request at the kill switch; every source hangs and
        nothing more can be written to the disk."""
        loop = Loop()
        switch = KillSwitch(loop)
        session = self.session()
        t = self.start(loop, plan(self.file("kill.yaml"), n, prometheus, switch.url), session=session)
        loop.run(WARM_S)
        full = os.path.getsize(session)
        resource.prlimit(t.pid, resource.RLIMIT_FSIZE, (full, full))
        if not loop.run(10, lambda: "NOT RECORDING" in t.screen()):
            raise RuntimeError("the disk is full and the screen does not say so:\n" + t.screen())
        took = []
        for _ in range(self.args.keys):
            asked = len(switch.asked)
            t.key(b"K")
            loop.run(0.4)
            at = t.key(b"y")
            if not loop.run(3, lambda: len(switch.asked) > asked):
                raise RuntimeError("the kill switch was not asked:\n" + t.screen())
            took.append((switch.asked[-1] - at) * 1e3)
            loop.run(5, lambda: switch.reads >= 2)
            switch.active = False
            loop.run(5, lambda: "OFF" in t.screen() or "off" in t.screen())
        t.leave([b"q", b"y"])
        return (took,)

    def tick(self, n, prometheus):
        """Both clients on one core, the simulator on the other: when a client happens to share its core
        it needs half as long again, whichever it is, and that would be all one measured."""
        cores = sorted(os.sched_getaffinity(0))
        out = subprocess.run([self.args.tick, prometheus, str(n), "200"], capture_output=True, text=True, check=True,
                             preexec_fn=lambda: os.sched_setaffinity(0, cores[:1]))
        return tuple(map(float, out.stdout.split()))

    def timed(self, *args):
        """Wall seconds and MiB of one command."""
        began = time.monotonic()
        p = subprocess.Popen([WARROOM, *args], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(p.pid, 0)
        if os.waitstatus_to_exitcode(status) >= 64:  # below: a verdict
            raise RuntimeError(f"{args[0]} ended with {status}")
        return time.monotonic() - began, used.ru_maxrss / 1024

    def day(self):
        """24 h of 64 metrics at 5 s, judged again: a CSV of 1.1 M rows."""
        file, csv = self.file("day.yaml"), self.file("day.csv")
        text = open(plan(file, 64, "http://127.0.0.1:9"), encoding="utf-8").read()
        with open(file, "w", encoding="utf-8") as f:
            f.write(text.replace("tick: 1s", "tick: 5s").replace("duration: 60m", "duration: 24h"))
        with open(csv, "w", encoding="utf-8") as f:
            f.write("t,metric,value\n")
            for t in range(0, 86405, 5):
                f.write("".join(f"{t},m{i},{1000 + (t // 5 * 7 + i * 13) % 997}.25\n" for i in range(64)))
        return file, csv

    # -- the rows

    def afterwards(self):
        """What is judged and checked without a run."""
        add, wanted = self.table.add, lambda word: not self.args.only or self.args.only in word
        if wanted("judge"):
            file, csv = self.day()
            took, rss = self.rounds(lambda _: self.timed("judge", "--samples", csv, "--plan", file), 0)
            add("judge, 24 h at 5 s, 1.1 M samples", 64, median(took), 1, "s", digits=2)
            add("judge, memory", 64, median(rss), 64, "MiB")
        if wanted("check"):
            samples = os.path.join(ROOT, "sample-config")
            largest = max((os.path.join(samples, f) for f in os.listdir(samples) if f.endswith(".yaml")), key=os.path.getsize)
            took = [self.timed("plan", "check", largest)[0] for _ in range(10 * self.args.rounds)]
            add(f"plan check, {os.path.basename(largest)}", 20, median(took) * 1e3, 20, "ms")

    def measure(self, n):
        add, wanted = self.table.add, lambda word: not self.args.only or self.args.only in word
        big = n > 32
        sim = Simulator(scenario(self.file("moving.scn"), n, 1))
        quiet = Simulator(scenario(self.file("still.scn"), n, 0))
        silent, wrong = Silent(), Wrong()
        try:
            if wanted("steady"):
                frame, data, cpu, rss, size, cell = self.rounds(self.steady, n, sim.url)
                add("first frame", n, median(frame), 40 if big else 30, "ms", "first")
                add("first data", n, median(data), 120 if big else 60, "ms")
                add("processor at 1 Hz, recording", n, median(cpu), 3.0 if big else 1.0, "%", "cpu", 2)
                add("memory, resident", n, median(rss), 28 if big else 20, "MiB", "rss")
                add("bytes per second", n, median(size), 20 if big else 8, "kB", "bytes", 2)
                add("bytes per changed cell", n, median(cell), 6, "B", "cell", 2)
            if wanted("still"):
                add("bytes per second, nothing changing", n, median(self.rounds(self.still, n, quiet.url)[0]), 200, "B")
            if wanted("faults"):
                add("memory, every answer wrong", n, median(self.rounds(self.fault, n, wrong.url)[0]), 64, "MiB")
            for name, source in (("", sim), (", every source hanging", silent)):
                if wanted("keys"):
                    took = sum(self.rounds(self.keys, n, source.url)[0], [])
                    add(f"key to screen p50{name}", n, percentile(took, 50), 1, "ms", "" if name else "key", 2)
                    add(f"key to screen p99{name}", n, percentile(took, 99), 12 if big else 8, "ms", digits=2)
            if wanted("kill"):
                took = sum(self.rounds(self.kill_switch, n, silent.url)[0], [])
                add("kill switch to the wire p50, hanging, disk full", n, percentile(took, 50), 1, "ms", "kill", 2)
                add("kill switch to the wire p99, hanging, disk full", n, percentile(took, 99), 10, "ms", digits=2)
            if wanted("tick"):
                sim.stay_on(sorted(os.sched_getaffinity(0))[-1:])
                ours, bare, ratio = self.rounds(self.tick, n, sim.url)
                sim.stay_on(os.sched_getaffinity(0))
                add(f"metrics of a tick asked, {median(ours) / 1e3:.1f} ms against {median(bare) / 1e3:.1f} ms", n,
                    median(ratio), 1.2, "x", "tick", 2)
            for name, source, target in (("", sim, 50), (", every source hanging", silent, 100)):
                ways = {"q": [b"q", b"y"], "TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "INT": signal.SIGINT}
                for way, how in ways.items():
                    if wanted("leave"):
                        add(f"terminal restored after {way}{name}", n,
                            median(self.rounds(self.leaving, n, source.url, how)[0]), target, "ms",
                            "leave" if way == "q" and not name else "")
        finally:
            for server in (sim, quiet, silent, wrong):
                server.stop()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--keys", type=int, default=40, help="keys a round")
    p.add_argument("--panels", default=",".join(map(str, PANELS)))
    p.add_argument("--only", default="", help="steady still faults keys kill tick leave judge check")
    p.add_argument("--tick", default=os.path.join(ROOT, "build/bench/tick"))
    args = p.parse_args()
    print(f"warroom, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, 200x60, medians of {args.rounds}", flush=True)
    bench = Bench(args)
    try:
        for n in map(int, args.panels.split(",")):
            bench.measure(n)
        bench.afterwards()
    finally:
        subprocess.run(["rm", "-rf", bench.folder], check=False)
    print(f"{bench.table.met} targets met, {bench.table.missed} missed")
    return 1 if bench.table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
