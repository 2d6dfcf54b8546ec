#!/usr/bin/env python3
"""The timeline around the stages and the first night, over real HTTP on the clock of a fast simulator."""
import json, os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

START = "2026-02-01T22:00:00+03:00"


def night_plan(name, url, advance="auto", extra=""):
    text = f"""version: 1
name: {name}
title: "{name}"
environment: PROD
timezone: Europe/Istanbul
tick: 5s
advance: {advance}
rollback: {{ mode: automatic }}
prometheus: {{ url: "{url}", timeout: 4s, freshness: "time() - max(timestamp(up))" }}
metrics:
  - {{ id: err, title: errors, unit: "%", query: '100 * sum(rate(hal9_errors_total{{system="hierarchical"}}[5m])) / sum(rate(hal9_requests_total{{system="hierarchical"}}[5m]))', critical: "> 1", then: rollback }}
  - {{ id: burn, title: burn rate, query: 'sum(slo_error_budget_burn_rate)', gating: false }}
timeline:
  - {{ at: T-10m, title: Reset the split, owner: sre, actions: [reset], freeze: start }}
  - {{ at: T-5m, title: Announce, owner: ic{extra} }}
  - {{ at: T+2h, title: Lift the freeze, actions: [reset_note], freeze: end }}
freeze: {{ release: v1.4.0, allowed: [hotfix], blocked: [schema] }}
stages:
  - {{ name: Stage 1, weight: 5, duration: 15m, first: {{ for: 5m, critical: {{ err: "> 0.5" }} }}, actions: [set_weight] }}
  - {{ name: Stage 2, weight: 50, duration: 15m, actions: [set_weight] }}
checkpoints: [15m]
soak: {{ until: T+3h, checkin: 1h, pass: ["burn < 1.5"] }}
kill_switch:
  every: 5s
  checkpoints: [10m, 40m]
  scopes:
    - name: global
      status: {{ http: {{ url: "{url}/api/kill-switch/status" }}, read: {{ json: global_active }} }}
      engage: {{ http: {{ method: PUT, url: "{url}/api/kill-switch/global", json: {{ is_active: true }} }} }}
      release: {{ http: {{ method: PUT, url: "{url}/api/kill-switch/global", json: {{ is_active: false }} }} }}
actions:
  reset:
    - http: {{ method: PUT, url: "{url}/api/traffic", json: {{ weight: 0 }} }}
      verify: {{ http: {{ url: "{url}/api/traffic" }}, expect: {{ json: {{ weight: 0 }} }}, within: 30s }}
  reset_note:
    - http: {{ url: "{url}/api/kill-switch/status" }}
  set_weight:
    - http: {{ method: PUT, url: "{url}/api/traffic", json: {{ weight: "{{{{stage.weight}}}}" }} }}
      verify: {{ http: {{ url: "{url}/api/traffic" }}, expect: {{ json: {{ weight: "{{{{stage.weight}}}}" }} }}, within: 30s }}
  rollback:
    - http: {{ method: PUT, url: "{url}/api/traffic", json: {{ weight: 0 }} }}
      verify: {{ http: {{ url: "{url}/api/traffic" }}, expect: {{ json: {{ weight: 0 }} }}, within: 30s }}
"""
    file = path(name + ".yaml")
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return file


def kind(seen, kind, **fields):
    return [e for e in seen if e.get("kind") == kind and all(e.get(k) == v for k, v in fields.items())]


@test
def a_night_from_t_minus_10_to_its_verdict():
    url, world = sim("healthy", "--speed", "600", "--start", START)
    s = path("night.wr")
    p, out = run(night_plan("night", url), s, "--drill", url)
    assert p.wait(120) == 0, events(out)[-3:]
    seen = events(out)
    opened = kind(seen, "timeline", op="open")
    assert [e["at"] for e in opened] == ["T-10m", "T-5m", "T+2h"], opened
    clock = kind(seen, "stage", op="clock")[0]
    steps = kind(seen, "intent", do="item")
    assert len(steps) == 2 and steps[0]["calls"], steps
    # Each action of a step has had the kill switch read before it (KIL-1).
    checks = [e["check"] for e in kind(seen, "kill_switch")]
    assert all(f"before:{e['id']}" in checks for e in steps), (steps, checks)
    assert "checkpoint:10m" in checks and "checkpoint:40m" in checks, checks
    done = kind(seen, "observed", id=steps[0]["id"], done=True)[0]
    assert done["outcome"] == "verified" and "weight" not in done, done
    assert seen.index(done) < seen.index(clock)
    # The freeze spans what lies between its two records (CAL-7).
    freeze = kind(seen, "timeline", op="freeze")
    assert [e["which"] for e in freeze] == ["start", "end"] and freeze[1]["duration_ms"] >= 7200e3, freeze
    # Three check-ins, nobody there: asked and missed (FNT-1); the night ends the run (TIM-18).
    assert len(kind(seen, "soak", op="begin")) == 1 and len(kind(seen, "soak", op="checkin")) == 3
    assert len(kind(seen, "soak", op="missed")) == 2
    assert seen[-1]["decision"] == "PASS", seen[-1]
    final = kind(seen, "final")[0]
    assert final["t_plus"] >= 3 * 3600, final
    assert warroom("verify", s).returncode == 0
    writes = [r for r in json.loads(get(url + "/sim/requests"))["requests"] if r["method"] == "PUT"]
    assert len(writes) == 3, writes  # the reset and two stages, each once
    stop(world)


@test
def a_burn_rate_in_the_night_is_no_pass():
    url, world = sim("healthy", "--speed", "600", "--start", START)
    s = path("burnt.wr")
    p, out = run(night_plan("burnt", url), s, "--drill", url)
    until("the first night", lambda: kind(events(out), "soak", op="begin"), 60)
    get(url + "/sim/set", json.dumps({"signal": "burn", "value": 1.6}).encode())
    assert p.wait(120) == 20, events(out)[-3:]
    seen = events(out)
    assert "burn" in kind(seen, "final")[0]["why"], seen[-2]
    assert json.loads(get(url + "/api/traffic"))["weight"] == 0  # not PASS is the negative answer
    stop(world)


@test
def people_close_a_step_and_the_start_waits_for_them():
    url, world = sim("healthy", "--speed", "300", "--start", START)
    s = path("waits.wr")
    out = s + ".jsonl"
    p = start([WARROOM, "run", night_plan("waits", url, extra=", confirm: told, duration: 2m"), "--headless", "--json",
               "--session", s, "--commands", "--drill", url], stdin=subprocess.PIPE, stdout=open(out, "w"),
              stderr=open(s + ".err", "w"))
    until("the late step", lambda: kind(events(out), "timeline", op="late", at="T-5m"), 60)
    until("the start that waits", lambda: kind(events(out), "decision", rule="timeline.open"), 60)
    assert not kind(events(out), "stage"), "nothing starts over an open step"
    p.stdin.write(b"confirm told everybody knows\n")
    p.stdin.flush()
    until("the first stage", lambda: kind(events(out), "stage", op="clock"), 60)
    done = kind(events(out), "timeline", op="done", at="T-5m")
    assert done and done[0]["note"] == "everybody knows" and done[0]["late_ms"] > 0, done
    p.stdin.write(b"end seen enough\n")
    p.stdin.flush()
    p.stdin.close()
    assert p.wait(60) == 40, events(out)[-2:]
    stop(world)


done()
