#!/usr/bin/env python3
"""Two processes on one session: who watches looks, speaks, agrees, asks and takes command; the one
that runs has the hands. Two runs on one scope, and a retry too soon, are refused."""
import fcntl, json, os, random, select, signal, struct, subprocess, sys, termios, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa
from pty_lab import *  # noqa

METRICS = """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{track="canary"}[5m])))', scale: 1000, warning: ">= 400", critical: ">= 500", then: rollback }
"""
TEAM = """
team:
  - { role: ic, title: Canary Lead, name: anna, backup: dao, required: true }
  - { role: dba, name: chai, required: true, backup: eda }
  - { role: sre, name: boon }
"""
url, simulator = sim()


def team_plan(name, more="", **kw):
    kw.setdefault("advance", "manual")
    file = plan(name, url, url, stage_s=kw.pop("stage_s", 3), stages=kw.pop("stages", (10, 50)), metrics=METRICS, **kw)
    with open(file, "a", encoding="utf-8") as f:
        f.write(TEAM + more)
    return file


class Seat:
    """A headless process that takes lines; its JSON events."""

    def __init__(self, name, *argv):
        self.out, self.err = path(name + ".jsonl"), path(name + ".err")
        self.p = start([WARROOM, *argv, "--headless", "--json", "--commands"], stdin=subprocess.PIPE,
                       stdout=open(self.out, "w", encoding="utf-8"), stderr=open(self.err, "w"))

    def say(self, line):
        self.p.stdin.write(line.encode() + b"\n")
        self.p.stdin.flush()

    def all(self, kind, **fields):
        return [e for e in events(self.out) if e.get("kind") == kind and all(e.get(k) == v for k, v in fields.items())]

    def sees(self, what, condition, seconds=25):
        return until(what, condition, seconds)


def seats(name, file, **watchers):
    """A run of anna's, and watchers by name: role (empty: only looks)."""
    get(url + "/api/traffic", b'{"weight":0}', "PUT")
    session = path(name + ".wr")
    run = Seat(name, "run", file, "--session", session, "--as", "anna", "--ticks")
    run.sees("ticks", lambda: len(run.all("tick")) > 1)
    out = [run]
    for who, role in watchers.items():
        w = Seat(f"{name}-{who}", "watch", session, "--as", who, "--ticks", *(["--role", role] if role else []))
        out.append(w)
        if role:
            run.sees(f"{who} joins", lambda: run.all("session", op="join", actor=who))
    return session, *out


def sql(session, query):
    r = subprocess.run(["sqlite3", "-cmd", ".timeout 3000", session, query], capture_output=True, text=True, check=True)
    return r.stdout.split()


def sockets_of(p):
    """Sockets that a process has open."""
    return [x for x in os.listdir(f"/proc/{p.pid}/fd") if os.readlink(f"/proc/{p.pid}/fd/{x}").startswith("socket:")]


def puts():
    """Weights that were set since the last reset."""
    log = json.loads(get(url + "/sim/requests?path=/api/traffic&method=PUT"))["requests"]
    weights = [json.loads(r["body"])["weight"] for r in log]
    return weights[len(weights) - weights[::-1].index(0):] if 0 in weights else weights


def taken(w, line):
    """Says a decision once; did the run's process take it? A shut gate refuses it here or there."""
    refused, asked = len(w.all("refused")), len(w.all("intent", ask=True))
    w.say(line)
    w.sees("what came of it", lambda: len(w.all("refused")) > refused or len(w.all("intent", ask=True)) > asked)
    if len(w.all("refused")) > refused:
        return False
    ask = w.all("intent", ask=True)[-1]["id"]
    w.sees("the answer", lambda: w.all("intent", asked=ask) or w.all("observed", id=ask, outcome="refused"))
    return bool(w.all("intent", asked=ask))


@test
def UIX_5_who_only_looks_leaves_no_trace():
    session, run, w = seats("looks", team_plan("looks"), eda="")
    w.say("advance")
    w.say("kill on")
    w.say("signal p95 fine")
    w.sees("three refusals", lambda: len(w.all("refused")) == 3)
    w.sees("what the run writes", lambda: len(w.all("tick")) > 1)
    assert not sockets_of(w.p) and sockets_of(run.p), "a watcher has neither eyes nor hands"
    stop(w.p)
    assert sql(session, "select count(*) from event where actor='eda'") == ["0"]
    assert sql(session, "select count(*) from event where body->>'op'='backfill'") == ["1"]
    assert puts() == []
    stop(run.p)


@test
def APR_2_a_wrong_role_is_refused_and_recorded():
    session, run, w = seats("wrong", team_plan("wrong"), chai="dba")
    w.say("advance")
    told = w.sees("the refusal", lambda: w.all("refused"))
    assert "the IC's decision, you are dba" in told[0]["why"], told
    run.sees("its record", lambda: run.all("observed", outcome="refused", actor="chai", do="advance"))
    w.say("hold x")
    run.sees("its record", lambda: run.all("observed", outcome="refused", actor="chai", do="hold"))
    assert puts() == [] and not run.all("intent")
    assert warroom("watch", session, "--role", "dab", "--headless").returncode == 64
    stop(w.p)
    stop(run.p)


@test
def the_ic_decides_from_another_terminal_and_the_run_acts_once():
    session, run, w = seats("remote", team_plan("remote"), anna="ic")
    until("the gate of the start", lambda: taken(w, "advance"))
    w.sees("the first stage", lambda: w.all("stage", op="clock"))
    assert not taken(w, "advance"), "too early"
    assert taken(w, "hold a look") and taken(w, "go looked")
    assert run.all("intent", do="hold", actor="anna", role="ic")
    until("the second gate", lambda: taken(w, "advance"), 30)
    w.p.wait(40), run.p.wait(40)
    assert events(run.out)[-1]["decision"] == "PASS", events(run.out)[-3:]
    assert w.p.returncode == 0 and run.p.returncode == 0
    assert puts() == [10, 50], puts()
    # every ask was answered by the one process that runs, with its own intent
    asks = [e for e in run.all("intent", ask=True)]
    done = {e["asked"] for e in run.all("intent") if "asked" in e}
    refused = {e["id"] for e in run.all("observed", outcome="refused")}
    assert asks and {e["id"] for e in asks} == done | refused - {""}, (asks, done, refused)
    assert len([e for e in run.all("intent", do="advance") if "ask" not in e]) == 2
    assert warroom("verify", session).returncode == 0
    assert not os.path.exists(session + "-wal"), "whoever closes last seals"


@test
def APR_9_the_start_waits_for_the_dba_in_another_terminal():
    session, run, dba, sre = seats("agree", team_plan("agree", "approvals: { start: [ic, dba] }\n"), chai="dba", boon="sre")
    until("the gate names whom it waits for", lambda: (run.say("advance"), any(
        "DBA chai must agree" in e["why"] for e in run.all("refused")))[1])
    sre.say("approve start")
    sre.sees("a refusal", lambda: sre.all("refused"))
    assert "your word is not asked for" in sre.all("refused")[0]["why"]
    dba.say("approve start")
    got = run.sees("the approval", lambda: run.all("approval", subject="start", ok=True))
    assert got[0]["actor"] == "chai" and got[0]["role"] == "dba"
    dba.say("approve start")
    dba.sees("one signature", lambda: dba.all("refused"))
    run.say("advance")
    run.sees("the first stage", lambda: run.all("stage", op="clock"))
    for s in (dba, sre, run):
        stop(s.p)


@test
def APR_4_command_goes_to_another_terminal():
    session, run, sre = seats("hand", team_plan("hand", stage_s=60), boon="sre")
    sre.say("handover boon")
    sre.sees("only the IC gives it", lambda: sre.all("refused"))
    run.say("as ic anna")
    run.say("handover sre: end of the shift")
    for seat in (run, sre):
        seat.sees("the handover", lambda: seat.all("handover", to="boon", actor="anna"))
    run.say("hold mine")
    told = run.sees("anna does not decide any more", lambda: run.all("refused"))
    assert "boon has command since it was handed over" in told[-1]["why"], told
    sre.say("hold ours")
    run.sees("boon decides", lambda: run.all("intent", do="hold", actor="boon", role="ic"))
    stop(sre.p)
    stop(run.p)


@test
def the_same_screens_and_a_card_for_who_takes_over():
    session, run = seats("screen", team_plan("screen", "approvals: { start: [ic, sre] }\n", stage_s=60))
    with Pty([WARROOM, "watch", session, "--role", "sre", "--as", "boon"], w=120, h=36) as t:
        t.sees("WATCH")
        t.sees("IC anna")
        t.key_ms("o", "APPROVAL")
        time.sleep(0.4)  # the box takes no keys before it was seen
        t.type("agree\r")
        run.sees("the approval", lambda: run.all("approval", actor="boon", subject="start", ok=True))
        t.key_ms("A", "IC's decision")
        run.sees("which is on record", lambda: run.all("observed", outcome="refused", actor="boon", do="advance"))
        run.say("as ic anna")
        run.say("handover boon")
        t.sees("HANDOVER to boon")
        t.sees("OPEN NOW")
        t.send("\x1b")
        t.gone("OPEN NOW")
        t.sees("IC boon")
        t.key_ms(":", ":")
        t.type("team\r")
        t.sees("Canary Lead")
        t.send("\x1b")
        t.send("q")
        assert t.status() == 0
        until("its last word", lambda: b"the run goes on" in t.raw, 5)
    assert run.p.poll() is None and puts() == []
    stop(run.p)


PIECES = [b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[5~", b"\x1b[6~", b"\x1b[Z", b"\x1b", b"\r", b"\t", b"\x7f", b"y", b"!", b"o",
          b"\x1b[200~K y advance\rrollback\r\x1b[201~", b"\x1b[<0;10;10M", b"\x1b[<0;10;10m", b"\x1b[<64;9;9M", b"\x1b[M !!",
          b"\x1b[200~", b"\x1b[201~", b":advance\r", b":kill on\r", b":rollback now\r", b"K", b"A", b"R", b"U", b"H", b"G", b"E"]


def storm(t, seed, refusal, size=1000000, rounds=10):
    """A million bytes of keys, pastes, mouse and rubbish, and between bursts single keys as a hand sends them."""
    rng = random.Random(seed)
    sent, os_write = 0, lambda data: os.write(t.master, data)
    leaves = bytes([3, 26, 28]) + b"q"  # interrupt, suspend, quit: it is to stay to the end
    waiting = lambda: struct.unpack("i", fcntl.ioctl(t.slave, termios.FIONREAD, b"\0" * 4))[0]
    os.set_blocking(t.master, False)
    for _ in range(rounds):
        burst = b"".join(rng.choice(PIECES) if rng.random() < 0.5 else rng.randbytes(8) for _ in range(size // rounds // 5))
        burst = burst.translate(None, leaves)[:size // rounds]
        assert len(burst) == size // rounds
        while burst:
            select.select([], [t.master], [], 5)
            try:
                n = os_write(burst[:4096])
            except BlockingIOError:
                continue
            burst, sent = burst[n:], sent + n
        until("it has read them", lambda: not waiting(), 10)
        t.send(b"\x1b[201~\x1b")
        for key in rng.choices(b"KyARUHGE!o1\r\x1b\t:", k=10):
            t.type(chr(key))
        assert t.p.poll() is None, f"it has left after {sent} bytes with {t.status()}"
    assert sent == size
    t.type("\x1b\x1b\x1b")
    t.type("?")
    t.sees("type to search")
    t.type("\x1b")
    t.gone("type to search")
    t.type("K")
    t.sees(refusal)  # keys arrive, and this is what becomes of those that act


@test
def a_million_random_keys_of_who_only_looks_reach_nothing():
    """UIX-3 UIX-5: keys, pastes and mouse bytes over a watcher and over a read-only run."""
    session, run = seats("storm", team_plan("storm"))
    began = max((r["seq"] for r in json.loads(get(url + "/sim/requests"))["requests"]), default=0)
    read_only = ["run", team_plan("storm-ro"), "--read-only", "--session", path("storm-ro.wr")]
    for seed, argv, refusal in ((11, ["watch", session], "kill_on needs a role: you only look here"),
                                (12, read_only, "read-only: kill_on is refused here")):
        with Pty([WARROOM, *argv], w=100, h=30) as t:
            t.sees("WATCH" if argv[0] == "watch" else "READ-ONLY")
            t.sees("KILL: off")
            storm(t, seed, refusal)
            stop(t.p)
            until("the terminal is as it was", t.is_restored, 5)
    done = [r for r in json.loads(get(url + f"/sim/requests?since={began}"))["requests"] if r["method"] != "GET"]
    writes = [r for r in done if r["path"] not in ("/api/v1/query", "/api/v1/query_range")]
    assert not writes, writes
    for s in (session, path("storm-ro.wr")):
        assert sql(s, "select count(*) from event where kind in ('intent','sent','approval','signal','parking')") == ["0"], s
    stop(run.p)


@test
def a_run_that_was_killed_is_seen_from_the_tape():
    session, run, w = seats("dead", team_plan("dead"), chai="dba")
    os.killpg(run.p.pid, signal.SIGKILL)
    until("that it does not answer", lambda: "does not answer since" in open(w.err).read(), 30)
    for line in ("kill on", "rollback now"):
        w.say(line)
    w.sees("nothing is asked of the dead", lambda: len(w.all("refused")) == 2)
    assert "has not answered for" in w.all("refused")[0]["why"] and not w.all("intent", ask=True)
    w.say("signal p95 still here")
    w.sees("a word on the tape", lambda: w.all("signal", actor="chai"))
    stop(w.p)
    assert warroom("verify", session).returncode == 0


@test
def SCO_3_two_live_runs_on_one_scope_are_refused():
    scope = "scope: { table: orders, tenant: t-1 }\n"
    first, second = team_plan("one", scope), team_plan("two", "scope: { tenant: t-1, table: orders }\n")
    other = team_plan("three", "scope: { tenant: t-2, table: orders }\n")
    session, run = seats("one", first)
    r = warroom("run", second, "--headless", "--session", path("two.wr"))
    assert r.returncode == 20, r
    assert "one-001" in r.stderr and "anna" in r.stderr and "table=orders tenant=t-1" in r.stderr, r.stderr
    assert not os.path.exists(path("two.wr")), "nothing may be begun"
    assert warroom("resume", session, "--headless").returncode == 20, "one beside itself"
    q = Seat("rehearsal", "run", second, "--rehearse", "--session", path("two-r.wr"))
    q.sees("a rehearsal is free", lambda: q.all("session", op="start"))
    t = Seat("three", "run", other, "--session", path("three.wr"))
    t.sees("another scope is free", lambda: t.all("session", op="start"))
    os.killpg(run.p.pid, signal.SIGKILL)
    run.p.wait(5)
    n = Seat("two", "run", second, "--session", path("two.wr"))
    n.sees("free when the other is dead", lambda: n.all("session", op="start"))
    for s in (q, t, n):
        stop(s.p)


@test
def TIM_19_after_a_rollback_the_next_waits_and_says_what_was_fixed():
    cool = "rules: { retry_cooldown: %s }\nscope: { table: cool }\n"
    file = team_plan("cool", cool % "24h", advance="auto", stage_s=60)
    get(url + "/api/traffic", b'{"weight":0}', "PUT")
    run = Seat("cool", "run", file, "--session", path("cool.wr"), "--as", "anna")
    run.sees("the first stage", lambda: run.all("stage", op="clock"))
    run.say("rollback it is slow")
    run.p.wait(30)
    assert run.p.returncode == 20 and events(run.out)[-1]["decision"] == "FAIL"
    for fix in ([], ["--fix", "index rebuilt"]):
        r = warroom("run", file, "--headless", "--session", path("cool2.wr"), *fix)
        assert r.returncode == 20 and "cool-001 was rolled back" in r.stderr and "1d until the next" in r.stderr, r.stderr
    short = team_plan("cool", cool % "1s", advance="auto", stage_s=60)
    until("the cooldown is over; the note is missing", lambda: "say what was fixed" in warroom(
        "run", short, "--headless", "--session", path("cool2.wr")).stderr, 10)
    again = Seat("cool2", "run", short, "--session", path("cool2.wr"), "--fix", "index rebuilt")
    again.sees("it runs, with the note on the tape", lambda: again.all("session", op="start", fix="index rebuilt"))
    stop(again.p)


done()
