#!/usr/bin/env python3
"""Real servers on loopback, to try a live run by hand: Prometheus, Alertmanager, node_exporter, and a
canary with its control plane. Everything they write is under build/stack.

    stack.py up | down | status        (make stack, make stack-down)
    stack.py regress | errors | heal   the canary's latency, its errors; well again
    stack.py hang | lie | tell-truth   the control plane does not answer; answers and does nothing
    stack.py outage | recover          Prometheus stops answering; answers again"""
import json, os, shutil, signal, socket, subprocess, sys, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.environ.get("WARROOM_STACK", os.path.join(ROOT, "build", "stack"))
BASE = int(os.environ.get("WARROOM_STACK_PORT", "19090"))
PORTS = {"prometheus": BASE, "alertmanager": BASE + 3, "node_exporter": BASE + 10, "plane": BASE + 100}
PIDS = os.path.join(FOLDER, "pids.json")
DRILLS = {"regress": {"p95_ms": 260}, "errors": {"errors_pct": 3}, "hang": {"hang": True}, "lie": {"lie": True},
          "tell-truth": {"hang": False, "lie": False},
          "heal": {"p95_ms": 120, "errors_pct": 0.2, "hang": False, "lie": False}}


def url(name):
    return f"http://127.0.0.1:{PORTS[name]}"


def get(address, data=None):
    with urllib.request.urlopen(urllib.request.Request(address, data=data), timeout=2) as r:
        return r.read().decode()


def stop_with(sentence):
    print(f"stack: {sentence}", file=sys.stderr)
    sys.exit(1)


def write(name, text):
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8") as f:
        f.write(text)


def running():
    """Names and processes that are ours and alive."""
    try:
        with open(PIDS, encoding="utf-8") as f:
            pids = json.load(f)
    except (OSError, ValueError):
        return {}
    return {name: pid for name, (pid, born) in pids.items() if birth(pid) == born}


def birth(pid):
    """When a process began, so that a number used anew is not taken for ours."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            fields = f.read().rsplit(")", 1)[1].split()
            return None if fields[0] == "Z" else fields[19]
    except OSError:
        return None


def configure():
    os.makedirs(FOLDER, exist_ok=True)
    write("prometheus.yml", f"""global: {{ scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s }}
rule_files: [ rules.yml ]
alerting: {{ alertmanagers: [ {{ static_configs: [ {{ targets: ["127.0.0.1:{PORTS['alertmanager']}"] }} ] }} ] }}
scrape_configs:
  - {{ job_name: node, static_configs: [ {{ targets: ["127.0.0.1:{PORTS['node_exporter']}"] }} ] }}
  - {{ job_name: canary, static_configs: [ {{ targets: ["127.0.0.1:{PORTS['plane']}"] }} ] }}
""")
    write("rules.yml", """groups:
  - name: canary
    rules:
      - { alert: CanaryErrors, expr: "canary_errors_pct > 2", for: 20s, labels: { severity: critical }, annotations: { summary: "the canary fails more than 2 % of its requests" } }
""")
    write("alertmanager.yml", "route: { receiver: nobody, group_wait: 1s, group_interval: 5s }\nreceivers: [ { name: nobody } ]\n")
    write("plan.yaml", f"""# Written by `make stack` for its servers.
version: 1
name: stack
title: "v1.4.0 canary"
environment: STACK
run_id: "STACK-###"
tick: 1s
advance: "${{ADVANCE:-manual}}"
rollback: {{ mode: automatic }}
scope: {{ service: shop, release: v1.4.0 }}

prometheus: {{ url: "{url('prometheus')}", timeout: 900ms, backfill: 5m, freshness: "time() - max(timestamp(up))" }}
alerts:
  - {{ from: prometheus, match: {{ severity: critical }}, then: rollback }}
  - {{ from: alertmanager, url: "{url('alertmanager')}", match: {{ severity: critical }}, then: hold }}

metrics:
  - {{ id: p95, title: p95 latency, group: application, unit: ms, signal: p95, query: canary_p95_ms, min_samples: 5, warning: ">= 150", critical: ">= 200 for 10s", then: rollback }}
  - {{ id: err, title: failed requests, group: application, unit: "%", signal: err, query: canary_errors_pct, min_samples: 5, warning: ">= 0.5" }}
  - {{ id: cpu, title: CPU busy, group: host, unit: "%", query: '100 * (1 - avg(rate(node_cpu_seconds_total{{mode="idle"}}[10s])))', gating: false, warning: ">= 99" }}
  - {{ id: targets, title: targets up, group: host, query: sum(up), min_samples: 5, critical: "< 2", then: hold }}

stages:
  - {{ name: Stage 1, weight: 1, duration: "${{STAGE:-1m}}", actions: [set_weight] }}
  - {{ name: Stage 2, weight: 25, duration: "${{STAGE:-1m}}", actions: [set_weight] }}
  - {{ name: Stage 3, weight: 100, duration: "${{STAGE:-1m}}", actions: [set_weight] }}

kill_switch:
  every: 2s
  scopes:
    - name: global
      status: {{ http: {{ url: "{url('plane')}/api/kill-switch/status", timeout: 1s }}, read: {{ json: global_active }} }}
      engage: {{ http: {{ method: PUT, url: "{url('plane')}/api/kill-switch/global", json: {{ is_active: true }} }} }}
      release: {{ http: {{ method: PUT, url: "{url('plane')}/api/kill-switch/global", json: {{ is_active: false }} }} }}

actions:
  set_weight:
    - http: {{ method: PUT, url: "{url('plane')}/api/traffic", timeout: 2s, json: {{ weight: "{{{{stage.weight}}}}" }} }}
      verify: {{ http: {{ url: "{url('plane')}/api/traffic", timeout: 2s }}, expect: {{ json: {{ weight: "{{{{stage.weight}}}}" }} }}, within: 10s }}
  rollback:
    - http: {{ method: PUT, url: "{url('plane')}/api/traffic", timeout: 2s, json: {{ weight: 0 }} }}
      verify: {{ http: {{ url: "{url('plane')}/api/traffic", timeout: 2s }}, expect: {{ json: {{ weight: 0 }} }}, within: 10s }}
""")


def commands():
    at = lambda name: f"127.0.0.1:{PORTS[name]}"
    inside = lambda name: os.path.join(FOLDER, name)
    return {
        "plane": [sys.executable, os.path.join(HERE, "plane.py"), str(PORTS["plane"])],
        "node_exporter": ["prometheus-node-exporter", f"--web.listen-address={at('node_exporter')}"],
        "alertmanager": ["prometheus-alertmanager", f"--config.file={inside('alertmanager.yml')}",
                         f"--storage.path={inside('alertmanager')}", f"--web.listen-address={at('alertmanager')}",
                         "--cluster.listen-address="],
        "prometheus": ["prometheus", f"--config.file={inside('prometheus.yml')}", f"--storage.tsdb.path={inside('tsdb')}",
                       f"--web.listen-address={at('prometheus')}"],
    }


READY = {"plane": "/metrics", "node_exporter": "/metrics", "alertmanager": "/-/ready", "prometheus": "/-/ready"}


def answers(name):
    try:
        return bool(get(url(name) + READY[name]))
    except OSError:
        return False


def free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return s.connect_ex(("127.0.0.1", port)) != 0


def up():
    ours = running()
    if set(ours) == set(PORTS):
        print("stack: it runs already")
        return tell()
    if ours:
        down()
    for name, port in PORTS.items():
        if not free(port):
            stop_with(f"port {port} for {name} is in use; WARROOM_STACK_PORT=N takes others (now {BASE})")
    configure()
    pids = {}
    for name, argv in commands().items():
        with open(os.path.join(FOLDER, name + ".log"), "w", encoding="utf-8") as log:
            p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        pids[name] = (p.pid, birth(p.pid))
        write("pids.json", json.dumps(pids))
    end = time.monotonic() + 30
    for name in PORTS:
        while not answers(name):
            if time.monotonic() > end or not birth(pids[name][0]):
                down()
                stop_with(f"{name} does not answer; see {os.path.join(FOLDER, name + '.log')}")
            time.sleep(0.1)
    tell()


def tell():
    plan = os.path.relpath(os.path.join(FOLDER, "plan.yaml"))
    me = os.path.relpath(os.path.abspath(__file__))
    print(f"""stack: {', '.join(f'{n} {url(n)}' for n in PORTS)}
  build/warroom run {plan}    # A starts, then advances; K flips the kill switch
  {me} regress    # in another terminal: the canary grows slow, it is rolled back
  {me} --help     # other drills
  make stack-down
MariaDB primary and replica come with the DBA room.""")


def down():
    ours = running()
    for name, pid in ours.items():
        for sig in (signal.SIGCONT, signal.SIGTERM):
            try:
                os.killpg(pid, sig)
            except ProcessLookupError:
                pass
    end = time.monotonic() + 10
    while time.monotonic() < end and any(birth(pid) for pid in ours.values()):
        time.sleep(0.05)
    for pid in ours.values():
        if birth(pid):
            os.killpg(pid, signal.SIGKILL)
    for name in ("pids.json", "tsdb", "alertmanager"):
        path = os.path.join(FOLDER, name)
        shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) else os.path.exists(path) and os.remove(path)
    print("stack: stopped " + ", ".join(ours) if ours else "stack: nothing runs")


def status():
    ours = running()
    for name in PORTS:
        print(f"{name:14} {url(name):24} {'answers' if answers(name) else 'DOES NOT ANSWER' if name in ours else 'down'}")
    return 0 if set(ours) == set(PORTS) else 1


def drill(word):
    ours = running()
    if "plane" not in ours:
        stop_with("nothing runs; `make stack` starts it")
    if word in ("outage", "recover"):
        os.killpg(ours["prometheus"], signal.SIGSTOP if word == "outage" else signal.SIGCONT)
        print(f"stack: Prometheus {'stands still' if word == 'outage' else 'goes on'}")
    else:
        print("stack: " + get(url("plane") + "/drill", json.dumps(DRILLS[word]).encode()))


def main():
    words = {"up": up, "down": down, "status": status}
    word = sys.argv[1] if len(sys.argv) == 2 else "--help"
    if word in ("--help", "-h", "help"):
        print(__doc__)
    elif word in words:
        sys.exit(words[word]())
    elif word in DRILLS or word in ("outage", "recover"):
        drill(word)
    else:
        stop_with(f"unknown word \"{word}\"; allowed: {' '.join([*words, *DRILLS, 'outage', 'recover'])}")


if __name__ == "__main__":
    main()
