#!/usr/bin/env python3
"""kill -9 at 50 random moments of a run: the chain is whole, what was told is on the tape, and the
run goes on with `resume`, holding until somebody has looked."""
import hashlib, json, os, random, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

random.seed(9)
url, simulator = sim()


def killed_run(n, moment):
    """Kills run n once it has printed `moment` events; the last sequence number it told."""
    get(url + "/api/traffic", b'{"weight":0}', "PUT")
    session = path(f"kill{n}.wr")
    p, out = run(plan(f"kill{n}", url, url, stage_s=2, stages=(10, 50), metrics=METRICS), session)
    until(f"{moment} events", lambda: len(events(out)) >= moment or p.poll() is not None, 30)
    os.killpg(p.pid, signal.SIGKILL)
    p.wait(5)
    told = [e["seq"] for e in events(out) if "seq" in e]
    return session, max(told, default=0)


METRICS = """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{track="canary"}[5m])))', scale: 1000, warning: ">= 400", critical: ">= 500", then: rollback }
"""


def records(session):
    r = subprocess.run(["sqlite3", session, "select count(*), coalesce(max(seq), 0) from event"],
                       capture_output=True, text=True, check=True)
    return [int(x) for x in r.stdout.strip().split("|")]


survivors = []


@test
def fifty_kills_lose_nothing():
    for n in range(50):
        session, told = killed_run(n, random.randint(1, 22))
        v = warroom("verify", session)
        assert v.returncode == 0, (n, v.stderr)
        count, newest = records(session)
        assert count == newest and newest >= told, (n, count, newest, told)
        survivors.append(session)


def resume_one(session):
    out = session + ".resumed"
    p = start([WARROOM, "resume", session, "--headless", "--json", "--commands"], stdin=subprocess.PIPE,
              stdout=open(out, "w", encoding="utf-8"), stderr=open(session + ".err2", "w"))
    told = until("the resumed run", lambda: [e for e in events(out) if e["kind"] == "session"] or
                 (p.poll() is not None and "over"), 20)
    if told == "over":
        return p.returncode, events(out)
    until("a read of the kill switch", lambda: [e for e in events(out) if e["kind"] == "kill_switch"], 20)
    assert not [e for e in events(out) if e["kind"] == "intent"], "it acted before anybody had looked"
    for line in ("resolve verified looked by hand", "go looked at it", "advance"):
        p.stdin.write((line + "\n").encode())
    p.stdin.flush()
    p.wait(60)
    return p.returncode, events(out)


@test
def survivors_go_on():
    resumed = 0
    for session in survivors[::7]:
        status, told = resume_one(session)
        if status == 65:
            continue  # it had come to its verdict before it was killed
        assert status in (0, 10, 20), (session, status, told[-2:], open(session + ".err2").read())
        assert warroom("verify", session).returncode == 0
        resumed += 1
    assert resumed >= 3, resumed


@test
def a_changed_plan_is_no_longer_this_run():
    """PLN-6: the plan's hash is in the journal, and another plan is refused on resume."""
    session = survivors[0]
    first = json.loads(warroom("export", session, "--format", "jsonl").stdout.splitlines()[0])
    file = first["plan_file"]
    with open(file, encoding="utf-8") as f:
        text = f.read()
    assert first["plan_hash"] == hashlib.sha256(text.encode()).hexdigest(), first["plan_hash"]
    with open(file, "w", encoding="utf-8") as f:
        f.write(text.replace(">= 500", ">= 900"))
    r = warroom("resume", session, "--headless")
    assert r.returncode == 65 and "has changed since this run began" in r.stderr, (r.returncode, r.stderr)
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)


@test
def what_changed_meanwhile_is_told():
    for weight, kill, says in ((10, False, ""), (35, False, "weight is 35, expected 10"),
                               (10, True, "kill switch global: was OFF, is ENGAGED")):
        get(url + "/api/traffic", b'{"weight":0}', "PUT")
        session = path(f"meanwhile-{weight}-{kill}.wr")
        p, out = run(plan("meanwhile", url, url, stage_s=60, stages=(10, 50), metrics=METRICS), session)
        until("the stage's clock", lambda: [e for e in events(out) if e["kind"] == "stage" and e["op"] == "clock"], 20)
        os.killpg(p.pid, signal.SIGKILL)
        p.wait(5)
        get(url + "/api/traffic", json.dumps({"weight": weight}).encode(), "PUT")
        get(url + "/api/kill-switch/global", json.dumps({"is_active": kill}).encode(), "PUT")
        told = session + ".resumed"
        p = start([WARROOM, "resume", session, "--headless", "--json"], stdout=open(told, "w", encoding="utf-8"))
        again = lambda: [e for e in events(told) if e.get("op") == "reread"]
        if kill:
            until("the kill switch's difference", lambda: [e for e in again() if says in e["differences"]], 20)
        else:
            first = until("production read again", lambda: [e for e in again() if e["subject"] == "Stage 1"], 20)[0]
            assert says in " ".join(first["differences"]) and bool(says) == bool(first["differences"]), first
            assert bool(says) != (first["why"] == "as recorded"), first
        assert not [e for e in events(told) if e["kind"] == "intent"], "it acted before anybody had looked"
        stop(p)
        get(url + "/api/kill-switch/global", b'{"is_active":false}', "PUT")


done()
