#!/usr/bin/env python3
"""What is judged again: a recorded run by itself, as a table of its samples, with another plan; and a time
in the past that nobody has run, from what Prometheus still has of it."""
import json, os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa


def world(name, p95):
    """A simulated world whose canary always has this latency."""
    file = path(name + ".scn")
    with open(file, "w", encoding="utf-8") as f:
        f.write(f"about a constant\nscrape 1s\nsignal p95 base {p95}\ngauge canary_p95_ms = p95\n"
                'gauge up{job="node"} = 1\n')
    return sim(file)[0]


well, ill = world("well", 120), world("ill", 260)
session, plan_file = path("run.wr"), plan("judged", well, well, stage_s=3)
p, out = run(plan_file, session)
p.wait(60)


def last(r):
    return json.loads(r.stdout.splitlines()[-1])


@test
def a_session_is_judged_the_same_again():
    assert p.returncode == 0, events(out)[-2:]
    r = warroom("judge", session, "--json")
    assert r.returncode == 0 and last(r)["decision"] == "PASS", r
    assert warroom("judge", session, "--json").stdout == r.stdout, "twice the same bytes"
    assert warroom("judge", session, "--plan", plan_file, "--diff").stdout == "no decision would differ\n"


@test
def its_samples_as_a_table_too():
    table = path("run.csv")
    assert warroom("export", session, "--format", "csv", "--out", table).returncode == 0
    r = warroom("judge", "--samples", table, "--plan", plan_file, "--json")
    assert r.returncode == 0 and last(r)["decision"] == "PASS", r
    r = warroom("judge", "--samples", table, "--plan", plan_file, "--until", "2", "--json")
    state = last(r)
    assert r.returncode == 0 and state["kind"] == "state" and state["stage"] == "Stage 1", state
    assert state["metrics"]["p95"]["value"] == 120 and state["counts"] == {
        "ok": 2, "warning": 0, "critical": 0, "nodata": 0, "of": 2}, state


@test
def another_plan_would_have_decided_otherwise():
    other = path("other.yaml")
    with open(plan_file, encoding="utf-8") as f, open(other, "w", encoding="utf-8") as g:
        g.write(f.read().replace('">= 200"', '">= 110"').replace('">= 150"', '">= 100"'))
    r = warroom("judge", session, "--plan", other, "--diff", "--json")
    found = [json.loads(line) for line in r.stdout.splitlines()]
    assert r.returncode == 0 and {"other", "recorded"} == {d["plan"] for d in found}, r
    assert [d for d in found if d["plan"] == "other" and d["decision"] == "ROLLBACK"], found
    assert found == sorted(found, key=lambda d: d["t_plus"])


RELAY = {"ttfv": 820, "rls": 0, "sse": 99.9, "tenant": 0, "ann": 84, "pool": 46, "rerank": 0.3}


def relay(name, health):
    """The relay's own plan over twenty minutes of samples, with these answers of its health probe (every 15 s)."""
    table = path(name + ".csv")
    with open(table, "w", encoding="utf-8") as f:
        f.write("t,metric,value\n")
        for i in range(-40, 80):
            for metric, value in {**RELAY, "health": health.get(i, 1)}.items():
                f.write(f"{i * 15},{metric},{value}\n")
    env = {**os.environ, **{f"API_TOKEN_USER_{i}": "t" for i in range(1, 6)}}
    r = warroom("judge", "--samples", table, "--plan", os.path.join(ROOT, "sample-config", "relay-guardrails.yaml"),
                "--until", "1185", "--json", env=env)
    assert r.returncode == 0, r.stderr
    return last(r)


@test
def a_health_probe_that_is_down_three_times_rolls_back():
    """GRD-3: twice is no rollback, three times in a row is; a probe that nobody sees is not known, and no rollback."""
    assert relay("well", {})["decision"] in ("PROCEED", "HOLD"), relay("well", {})
    twice = relay("twice", {40: 0, 41: 0})
    assert twice["decision"] != "ROLLBACK" and twice["metrics"]["health"]["status"] == "OK", twice
    down = relay("down", {40: 0, 41: 0, 42: 0})
    assert down["decision"] == "ROLLBACK" and "Canary service health" in down["why"], down
    unseen = relay("unseen", {i: "" for i in range(40, 80)})
    assert unseen["decision"] == "HOLD" and unseen["metrics"]["health"]["status"] == "NODATA", unseen


def hal9(name, share, until):
    """HAL9's own plan in its first stage (5 %), with this share of the traffic at a second."""
    table = path(name + ".csv")
    flat = {"err": 0.04, "p99": 8.2, "p50": 3.1, "rps": 20, "cpu": 27, "cpu_flat": 42, "mem": 2200, "mem_flat": 2300}
    with open(table, "w", encoding="utf-8") as f:
        f.write("t,metric,value,compare\n")
        for t in range(-600, until + 1, 60):
            for metric, value in {**flat, "share": share(t)}.items():
                f.write(f"{t},{metric},{value},{value if metric in ('p99', 'p50') else ''}\n")
    r = warroom("judge", "--samples", table, "--plan", os.path.join(ROOT, "sample-config", "hal9-migration.yaml"),
                "--until", str(until), "--json")
    assert r.returncode == 0, r.stderr
    return last(r)


@test
def traffic_that_goes_elsewhere_than_it_was_sent_is_a_warning():
    """ABX-2: 5 % planned and 9 % real; within the tolerance, or while the share still climbs, it is none."""
    off = hal9("off", lambda t: 9 if t >= 1800 else 5, 1800)
    assert off["metrics"]["share"]["status"] == "WARNING" and off["counts"]["warning"] == 0, off  # beside the three that gate
    assert "5 % is planned" in off["metrics"]["share"]["why"] and "rebalance" in off["metrics"]["share"]["why"], off
    assert off["decision"] == "EXTEND", off["decision"]
    low = hal9("low", lambda t: 2.9 if t >= 1800 else 5, 1800)
    assert low["metrics"]["share"]["status"] == "WARNING", low
    for name, share, until in (("near", lambda t: 7 if t > 0 else 0, 1800), ("climbs", lambda t: 0, 540)):
        fine = hal9(name, share, until)
        assert fine["metrics"]["share"]["status"] == "OK" and fine["decision"] != "EXTEND", (name, fine)


@test
def the_past_is_judged_from_prometheus():
    for url, decision, status in ((well, "PASS", 0), (ill, "FAIL", 20)):
        file = plan("past-" + decision.lower(), url, url, stage_s=10)
        r = warroom("backtest", file, "--from", "-2m", "--to", "-1m", "--json")
        assert r.returncode == status and last(r)["decision"] == decision, r
        assert warroom("backtest", file, "--from", "2026-02-01T00:00:00Z", "--to", "2026-01-31 22:00").returncode == 64
    nowhere = plan("nowhere", well, "http://127.0.0.1:1", stage_s=10)
    r = warroom("backtest", nowhere, "--from", "-2m", "--to", "-1m")
    assert r.returncode == 69 and "connection refused" in r.stderr, r
    assert "too many at once" in warroom("backtest", nowhere, "--from", "1000000000", "--to", "now").stderr


done()
