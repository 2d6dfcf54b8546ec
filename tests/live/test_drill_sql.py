#!/usr/bin/env python3
"""A drill of an index night: the executor adds an index, the simulated database shows it, lock waits climb to
five seconds, the run (log_only) sends no SQL, and a DBA's own client drops the index by hand."""
import json, os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

SPEED = 120


def simulator():
    port = free_port()
    out = open(path("sim.out"), "w+")
    p = start([WARROOM, "sim", "lock-climb", "--listen", f"127.0.0.1:{port}", "--speed", str(SPEED), "--start",
               "2026-02-01T22:00:00+07:00", "--mysql", "127.0.0.1:0", "--mysql-replica", ":0"], stdout=out)
    text = until("the simulator", lambda: (s := open(out.name).read()) and "replica1 on port" in s and s)
    ports = [int(x) for x in re.findall(r"mysql \w+ on port (\d+)", text)]
    return p, f"http://127.0.0.1:{port}", ports


def night(url, ports):
    file = path("night.yaml")
    json_body = 'action: ADD_INDEX, table_name: "{{scope.table}}", index_name: "{{scope.index}}", columns: [customer_id, created_at]'
    with open(file, "w", encoding="utf-8") as f:
        f.write(f"""version: 1
name: night
title: "index night"
environment: PROD
timezone: "+07:00"
tick: 5s
advance: auto
rollback: {{ mode: log_only }}
scope: {{ table: orders, index: idx_canary }}
denied: [DROP_INDEX]
prometheus: {{ url: "{url}", timeout: 4s }}
mysql:
  - {{ name: primary, host: 127.0.0.1, port: {ports[0]}, user: warroom, database: shop, tls: off }}
  - {{ name: replica1, host: 127.0.0.1, port: {ports[1]}, user: warroom, replica_of: primary, tls: off }}
metrics:
  - {{ id: lock_wait, title: Oldest lock wait, unit: s, mysql: {{ target: primary, probe: lock_wait_seconds }}, warning: ">= 1", critical: ">= 5", then: immediate_rollback }}
  - {{ id: lag, title: Replication lag, unit: s, mysql: {{ target: primary, probe: replication_lag_seconds }}, critical: ">= 60", then: immediate_rollback }}
  - {{ id: threads, title: Threads running, mysql: {{ target: primary, probe: threads_running }}, warning: ">= 50" }}
  - {{ id: idx, title: Index columns, mysql: {{ target: primary, sql: "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE INDEX_NAME = 'idx_canary'" }} }}
  - {{ id: exported, title: The exporter says, unit: s, query: 'mysql_lock_wait_seconds' }}
stages:
  - {{ name: Execute, duration: 1m, actions: [execute] }}
  - {{ name: Monitoring, duration: 30m }}
kill_switch: none
actions:
  execute:
    - http: {{ method: POST, url: "{url}/api/executions", json: {{ {json_body} }} }}
      expect: {{ status: 200, json: {{ status: scheduled }} }}
      capture: {{ run: {{ json: id }} }}
    - http: {{ method: POST, url: "{url}/api/executions/{{{{captured.run}}}}/execute" }}
      verify: {{ http: {{ url: "{url}/api/executions/{{{{captured.run}}}}" }}, expect: {{ json: {{ status: completed }} }}, within: 15m }}
""")
    return file


def samples(session, metric):
    out = subprocess.run(["sqlite3", "-json", session, f"select t_ms, value from samples where metric='{metric}'"],
                         capture_output=True, text=True).stdout
    return [(r["t_ms"], r["value"]) for r in json.loads(out or "[]")]


@test
def the_index_comes_the_lock_wait_climbs_and_a_hand_drops_it():
    world, url, ports = simulator()
    s = path("night.wr")
    out = open(path("night.out"), "w")
    run = start([WARROOM, "run", night(url, ports), "--session", s, "--headless", "--json", "--drill", url], stdout=out,
                stderr=subprocess.STDOUT)
    until("the critical lock wait", lambda: [e for e in events(out.name) if e.get("kind") == "rollback"], 60)
    would = [e for e in events(out.name) if e.get("kind") == "rollback"][0]
    assert would["op"] == "would" and would["rule"] == "critical.then:lock_wait", would
    started = [e for e in events(out.name) if e.get("kind") == "sent" and "/execute" in e.get("call", "")][0]
    seen = samples(s, "idx")
    first = next(t for t, v in seen if v == 2)
    begun = [e for e in events(out.name) if e.get("kind") == "stage" and e.get("op") == "clock"][0]
    assert any(v == 0 for t, v in seen if t < first), seen[:5]  # it was not there before
    assert started and begun
    waits = [v for _, v in samples(s, "lock_wait") if v is not None]
    assert max(waits) == 5 and min(waits) == 0, (min(waits), max(waits))
    changes = [r for r in json.loads(get(url + "/sim/requests?path=/mysql"))["requests"] if r["body"].startswith("ALTER")]
    assert not changes, changes  # log_only: the run has sent nothing
    by_hand = subprocess.run(["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{ports[0]}", "-udba", "--skip-ssl", "shop",
                              "-e", "ALTER TABLE orders DROP INDEX idx_canary; SHOW INDEX FROM orders WHERE Key_name='idx_canary'"],
                             capture_output=True, text=True, timeout=20)
    assert by_hand.returncode == 0 and by_hand.stdout == "", by_hand
    until("the lock wait to end", lambda: samples(s, "lock_wait")[-1][1] == 0, 20)
    until("the index to be gone", lambda: samples(s, "idx")[-1][1] == 0, 20)
    changes = [r for r in json.loads(get(url + "/sim/requests?path=/mysql"))["requests"] if r["body"].startswith("ALTER")]
    assert len(changes) == 1 and changes[0]["method"] == "SQL" and changes[0]["status"] == 200, changes
    assert run.wait(90) == 20, events(out.name)[-2:]  # an alert (critical) makes the verdict FAIL
    blind = [e for e in events(out.name) if e.get("kind") == "status" and e.get("to") == "NODATA"]
    assert not blind, blind[:2]
    assert warroom("verify", s).returncode == 0
    stop(world)


@test
def the_exporter_and_the_database_say_the_same():
    s = path("night.wr")
    db, exported = dict(samples(s, "lock_wait")), dict(samples(s, "exported"))
    apart = [(t, v, exported[t]) for t, v in db.items() if v is not None and exported.get(t) is not None
             and abs(v - exported[t]) > 1.2]
    assert len(db) > 50 and len(apart) <= len(db) // 20, apart[:5]  # asked at slightly different moments


done()
