#!/usr/bin/env python3
"""The keys in real terminals of three sizes: start, hold, go, signal, kill switch on and off, roll
back, leave. The simulator's log of requests says what really left. Shows UIX-2 UIX-1."""
import json, os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

url, simulator = sim()
METRICS = """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{track="canary"}[5m])))', scale: 1000, warning: ">= 400", critical: ">= 500", then: rollback }
"""


def writes(since):
    """What was asked of the control plane since then: (path, value) of every PUT."""
    log = json.loads(get(url + "/sim/requests"))
    log = log["requests"] if isinstance(log, dict) else log
    out = []
    for r in log[since:]:
        if r["method"] == "PUT":
            body = r["body"] if isinstance(r["body"], dict) else json.loads(r["body"])
            out.append((r["path"], next(iter(body.values()))))
    return out


def seen_so_far():
    log = json.loads(get(url + "/sim/requests"))
    return len(log["requests"] if isinstance(log, dict) else log)


def box(t, key, shows, word="", enter=True):
    """Opens a box, waits until it can be read, types like a person. On a loaded machine a few keys
    may arrive at once and be dropped as a paste: then, like a person, it rubs out and types again."""
    t.keys(key)
    t.sees(shows)
    time.sleep(0.35)  # a box is deaf for its first 300 ms: this is the thing under test
    text = word.lstrip("1")
    for _ in range(5):
        t.type(word)
        try:
            until("the typed text", lambda: text in t.screen().replace(shows, ""), 1)
            break
        except AssertionError:
            t.keys(*["BSpace"] * 20)
    if enter:
        t.keys("Enter")


def drive(w, h):
    get(url + "/api/traffic", b'{"weight":0}', "PUT")
    start_at = seen_so_far()
    session = path(f"tmux-{w}.wr")
    t = Terminal(w, h, "run", plan(f"tmux-{w}", url, url, stage_s=600, advance="manual", stages=(10, 50), metrics=METRICS),
                 "--session", session, "--as", "anna")
    t.sees("A start")
    until("the start gate", lambda: "gate to start: x" not in t.screen(), 20)
    box(t, "A", "advance  and press Enter", "advance")
    t.sees("STAGE 1/2  10%")
    t.keys("a", "k", "r")  # unbound: Caps Lock cannot act
    box(t, "H", "HOLD", "looking at p95")
    t.sees("looking at p95")
    t.sees("HOLD")
    box(t, "G", "GO", "p95 is fine")
    until("the hold to end", lambda: "■ HOLD" not in t.screen() and "▲ HOLD" not in t.screen(), 10)
    box(t, "m", "SIGNAL", "queue is short", enter=False)
    t.keys("Tab", "Enter")
    t.sees("anna: queue is short | p95=")
    t.keys("K")
    t.sees("KILL")
    t.keys("y")
    t.sees("KILL IS ON")
    assert writes(start_at)[-1] == ("/api/kill-switch/global", True), writes(start_at)
    box(t, "U", "release  and press Enter", "1release")
    until("the switch to be off", lambda: ("/api/kill-switch/global", False) in writes(start_at), 10)
    box(t, "R", "rollback  and press Enter", "1rollback")
    t.sees("ROLLBACK verified")
    assert writes(start_at) == [("/api/traffic", 10), ("/api/kill-switch/global", True),
                                ("/api/kill-switch/global", False), ("/api/traffic", 0)], writes(start_at)
    t.keys("q")
    time.sleep(0.4)
    if "left with" not in t.screen():
        t.keys("y")
    t.sees("left with")
    assert warroom("verify", session).returncode == 0


@test
def keys_at_80x24():
    drive(80, 24)


@test
def keys_at_120x36():
    drive(120, 36)


@test
def keys_at_200x60():
    drive(200, 60)


@test
def read_only_sends_nothing():
    start_at = seen_so_far()
    t = Terminal(100, 30, "run", plan("readonly", url, url, stage_s=600, advance="manual", metrics=METRICS), "--session",
                 path("readonly.wr"), "--read-only")
    t.sees("READ-ONLY")
    for key, word in (("A", "advance"), ("R", "1rollback"), ("K", "y"), ("U", "release")):
        t.keys(key)
        time.sleep(0.35)
        t.type(word)
        t.keys("Enter", "Escape")
    assert writes(start_at) == [], writes(start_at)
    t.keys("q")


done()
