#!/usr/bin/env python3
"""Drills: `warroom run --drill` on the clock of a `warroom sim` that runs up to a thousand times as fast as the
world. Hours of a run pass in seconds; nothing late may look like no data, nothing may leave the machine."""
import json, os, re, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

SYSTEM = """
  - {{ id: err_{0}, title: errors {0}, unit: "%", query: '100 * sum(rate(hal9_errors_total{{system="{0}"}}[5m])) / sum(rate(hal9_requests_total{{system="{0}"}}[5m]))', {1} }}
  - {{ id: p99_{0}, title: p99 {0}, unit: ms, query: 'histogram_quantile(0.99, sum by (le) (rate(hal9_request_duration_seconds_bucket{{system="{0}"}}[5m]))) * 1000', {2} }}
  - {{ id: p50_{0}, title: p50 {0}, unit: ms, query: 'histogram_quantile(0.5, sum by (le) (rate(hal9_request_duration_seconds_bucket{{system="{0}"}}[5m]))) * 1000', {3} }}
  - {{ id: rps_{0}, title: requests {0}, query: 'sum(rate(hal9_requests_total{{system="{0}"}}[5m]))' }}
  - {{ id: cpu_{0}, title: cpu {0}, query: 'hal9_cpu_percent{{system="{0}"}}' }}
"""


def hal9_plan(name, url, hours=(2, 2, 2), extra=""):
    """Ten metrics every five seconds, as the migration's plan has them."""
    metrics = SYSTEM.format("hierarchical", 'critical: "> 0.1 for 2m", then: rollback',
                            'critical: "> 50 for 5m", then: rollback', 'critical: "> 15", then: rollback')
    metrics += SYSTEM.format("flat", 'warning: "> 1"', 'warning: "> 100"', 'warning: "> 50"')
    text = f"""version: 1
name: {name}
title: "{name}"
environment: PROD
timezone: Europe/Istanbul
tick: 5s
advance: auto
rollback: {{ mode: automatic }}
prometheus: {{ url: "{url}", timeout: 4s, freshness: "time() - max(timestamp(up))" }}
alerts: [ {{ from: prometheus, match: {{ auto_rollback: "true" }}, then: rollback }} ]
metrics:{metrics}
baseline: {{ window: 5m, metrics: [p99_hierarchical] }}
stages:
"""
    for i, h in enumerate(hours):
        text += f"  - {{ name: Stage {i + 1}, weight: {(5, 10, 25, 50)[i]}, duration: {h}h, pass: [\"err_hierarchical < 0.1\"], actions: [set_weight] }}\n"
    text += f"""observe: {{ after_rollback: 30m, after_success: 15m }}
kill_switch:
  every: 5s
  scopes:
    - name: global
      status: {{ http: {{ url: "{url}/api/kill-switch/status" }}, read: {{ json: global_active }} }}
      engage: {{ http: {{ method: PUT, url: "{url}/api/kill-switch/global", json: {{ is_active: true }} }} }}
      release: {{ http: {{ method: PUT, url: "{url}/api/kill-switch/global", json: {{ is_active: false }} }} }}
actions:
  set_weight:
    - http: {{ method: PUT, url: "{url}/api/traffic", json: {{ weight: "{{{{stage.weight}}}}" }} }}
      verify: {{ http: {{ url: "{url}/api/traffic" }}, expect: {{ json: {{ weight: "{{{{stage.weight}}}}" }} }}, within: 30s }}
  rollback:
    - http: {{ method: PUT, url: "{url}/api/traffic", json: {{ weight: 0 }} }}
      verify: {{ http: {{ url: "{url}/api/traffic" }}, expect: {{ json: {{ weight: 0 }} }}, within: 30s }}
{extra}"""
    file = path(name + ".yaml")
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return file


def drill(file, session, url, *more):
    out = open(path(os.path.basename(session) + ".out"), "w")
    return start([WARROOM, "run", file, "--session", session, "--headless", "--json", "--drill", url, *more],
                 stdout=out, stderr=subprocess.STDOUT), out.name


def of_kind(out, kind):
    return [e for e in events(out) if e.get("kind") == kind]


@test
def six_hours_at_a_thousand_times():
    url, world = sim("healthy", "--speed", "1000", "--start", "2026-02-01T22:00:00+03:00")
    s = path("six-hours.wr")
    began = time.monotonic()
    p, out = drill(hal9_plan("six-hours", url), s, url)
    assert p.wait(150) == 0, events(out)[-3:]
    took = time.monotonic() - began
    seen = events(out)
    assert seen[-1]["decision"] == "PASS", seen[-1]
    first = of_kind(out, "session")[0]
    assert first["mode"] == "drill" and first["speed"] == 1000, first
    assert first["t"].startswith("2026-02-01T19:"), first["t"]
    assert seen[-2]["t"].startswith("2026-02-02T01:"), seen[-2]["t"]
    blind = [e for e in seen if e.get("kind") == "status" and e.get("to") == "NODATA"]
    assert not blind, blind[:3]
    ends = [e for e in of_kind(out, "stage") if e.get("op") == "end"]
    assert len(ends) == 3 and all(7200e3 <= e["elapsed_ms"] < 7200e3 + 600e3 for e in ends), ends
    ticks = json.loads(subprocess.run(["sqlite3", "-json", s, "select count(*) n, coalesce(sum(body->>'late'), 0) late "
                       "from event where kind = 'tick'"], capture_output=True, text=True, check=True).stdout)[0]
    print(f"   6.3 hours in {took:.1f} s, {ticks['n']} ticks, late by {ticks['late'] / 1000:.0f} s in all")
    assert ticks["n"] > 400, ticks
    stop(world)


@test
def five_minutes_are_five_minutes_at_a_thousand_times():
    url, world = sim("healthy", "--speed", "1000", "--start", "2026-02-01T22:00:00+03:00")
    s = path("breach.wr")
    p, out = drill(hal9_plan("breach", url), s, url)
    until("the first stage", lambda: [e for e in of_kind(out, "stage") if e.get("op") == "clock"])
    get(url + "/sim/set", json.dumps({"signal": "hal_p99", "value": 80}).encode())
    assert p.wait(90) == 20, events(out)[-3:]
    sums = json.loads(subprocess.run(["sqlite3", "-json", s,
                      "select (select min(t_ms) from samples where metric='p99_hierarchical' and value > 50) warned,"
                      " (select min(t_ms) from event where kind='rollback') undone,"
                      " (select count(*) from event where kind='status' and body->>'to'='NODATA') blind"],
                      capture_output=True, text=True, check=True).stdout)[0]
    waited = (sums["undone"] - sums["warned"]) / 1000
    print(f"   held {waited:.0f} s before the rollback")
    assert 300 <= waited < 1800 and sums["blind"] == 0, sums
    assert json.loads(get(url + "/api/traffic"))["weight"] == 0
    stop(world)


@test
def a_drill_goes_on_after_kill_9_on_the_same_clock():
    url, world = sim("healthy", "--speed", "500", "--start", "2026-02-01T22:00:00+03:00")
    s = path("killed.wr")
    file = hal9_plan("killed", url, hours=(1, 1))
    p, out = drill(file, s, url)
    until("the first stage", lambda: [e for e in of_kind(out, "stage") if e.get("op") == "clock"])
    os.kill(p.pid, signal.SIGKILL)
    p.wait(5)
    bare = warroom("resume", s, "--headless")
    assert bare.returncode == 64 and "this session is a drill" in bare.stderr, bare
    out2 = open(path("killed2.out"), "w")
    p = start([WARROOM, "resume", s, "--headless", "--json", "--commands", "--drill", url], stdout=out2,
              stdin=subprocess.PIPE)
    until("the resumed run", lambda: [e for e in of_kind(out2.name, "session") if e.get("op") == "resume"])
    p.stdin.write(b"go it is as it was\n")
    p.stdin.flush()
    assert p.wait(90) == 0, events(out2.name)[-3:]
    assert warroom("verify", s).returncode == 0
    stop(world)


@test
def what_is_no_drill_is_refused():
    url, world = sim()
    file = hal9_plan("refused", url)
    r = warroom("run", file, "--headless", "--session", path("no.wr"), "--drill", "http://sim.example.org")
    assert r.returncode == 64 and "of this machine" in r.stderr, r
    r = warroom("run", file, "--headless", "--session", path("no.wr"), "--drill", f"http://127.0.0.1:{free_port()}")
    assert r.returncode == 69 and "no simulator answers" in r.stderr, r
    far = path("far.yaml")
    with open(far, "w", encoding="utf-8") as f:
        f.write(open(file, encoding="utf-8").read().replace(f'method: PUT, url: "{url}/api/traffic"',
                                                            'method: PUT, url: "https://api.example.org/traffic"'))
    r = warroom("run", far, "--headless", "--session", path("no.wr"), "--drill", url)
    assert r.returncode == 77 and "action set_weight" in r.stderr, r
    assert not os.path.exists(path("no.wr"))
    asked = {r["path"] for r in json.loads(get(url + "/sim/requests"))["requests"]}
    assert asked == {"/-/ready"}, asked  # by this test; the refused drills asked for the clock at most
    r = warroom("sim", "--start", "tomorrow")
    assert r.returncode == 64 and "--start tomorrow" in r.stderr, r
    stop(world)


done()
