#!/usr/bin/env python3
"""Live runs against a real Prometheus that scrapes node_exporter and an exporter of our own, with a
control plane over real HTTP: healthy, regression, hanging, dying and coming back, lying. Shows UIX-6 MET-13."""
import json, os, signal, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa


class Plane(BaseHTTPRequestHandler):
    """Traffic split, kill switch and /metrics of the canary it controls."""
    protocol_version = "HTTP/1.1"
    weight, kill, lies, slow_from = 0, False, False, 1000
    log = []

    def log_message(self, *_):
        pass

    def answer(self, body, kind="application/json"):
        data = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/metrics":
            p95 = 260 if Plane.weight >= Plane.slow_from else 120
            self.answer(f"canary_p95_ms {p95}\n", "text/plain; version=0.0.4")
        elif self.path == "/api/traffic":
            self.answer(json.dumps({"weight": Plane.weight}))
        elif self.path == "/api/kill-switch/status":
            self.answer(json.dumps({"global_active": Plane.kill}))
        else:
            self.send_error(404)

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        Plane.log.append((self.path, body))
        if self.path == "/api/traffic" and not Plane.lies:
            Plane.weight = body["weight"]
        elif self.path == "/api/kill-switch/global" and not Plane.lies:
            Plane.kill = body["is_active"]
        self.answer(json.dumps({"ok": True}))


def fresh(**kw):
    Plane.weight, Plane.kill, Plane.lies, Plane.slow_from, Plane.log = 0, False, False, 1000, []
    for k, v in kw.items():
        setattr(Plane, k, v)


ThreadingHTTPServer.handle_error = lambda *_: None  # a client that has gone is no fault of the plane
plane = ThreadingHTTPServer(("127.0.0.1", 0), Plane)
threading.Thread(target=plane.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{plane.server_address[1]}"
node_port, prom_port = free_port(), free_port()
prom = f"http://127.0.0.1:{prom_port}"
start(["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{node_port}"])
with open(path("prometheus.yml"), "w", encoding="utf-8") as f:
    f.write(f"""global: {{ scrape_interval: 1s, scrape_timeout: 900ms }}
scrape_configs:
  - {{ job_name: node, static_configs: [{{ targets: ["127.0.0.1:{node_port}"] }}] }}
  - {{ job_name: app, static_configs: [{{ targets: ["127.0.0.1:{plane.server_address[1]}"] }}] }}
""")
prom_argv = ["prometheus", f"--config.file={path('prometheus.yml')}", f"--storage.tsdb.path={path('tsdb')}",
             f"--web.listen-address=127.0.0.1:{prom_port}"]
prometheus = start(prom_argv)


def value(query):
    result = json.loads(get(f"{prom}/api/v1/query?query={query}"))["data"]["result"]
    return result and float(result[0]["value"][1])


def ready():
    until("Prometheus with samples of both targets",
          lambda: value("canary_p95_ms") == 120 and value("up{job=%22node%22}") == 1, 60)


ready()


def weights():
    return [body["weight"] for p, body in Plane.log if p == "/api/traffic"]


def final(p, out, seconds=90):
    p.wait(seconds)
    return events(out)[-1]["decision"]


def kinds(out, kind, **fields):
    return [e for e in events(out) if e.get("kind") == kind and all(e.get(k) == v for k, v in fields.items())]


@test
def healthy_run_passes():
    fresh()
    s = path("healthy.wr")
    p, out = run(plan("healthy", url, prom), s)
    assert final(p, out) == "PASS", events(out)[-3:]
    assert p.returncode == 0
    assert weights() == [10, 50, 100], weights()
    assert len(kinds(out, "stage", op="clock")) == 3
    head = events(out)[-1]["head"]
    assert warroom("verify", s, "--head", head).returncode == 0
    assert warroom("verify", s, "--head", "0" * 64).returncode == 20
    status = json.loads(warroom("status", s, "--json").stdout)
    assert status["verdict"] == "PASS" and status["sealed"] and status["weight"] == 100
    rows = warroom("export", s, "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("t,metric,value") and any(",p95," in r and ",120," in r for r in rows)
    shell = subprocess.run(["sqlite3", s, "select count(*) from samples where metric='p95' and value=120"],
                           capture_output=True, text=True, check=True)
    assert int(shell.stdout) > 5


@test
def regression_is_rolled_back_once():
    fresh(slow_from=50)
    s = path("slow.wr")
    p, out = run(plan("slow", url, prom, stage_s=6), s)
    assert final(p, out) == "FAIL" and p.returncode == 20
    assert weights() == [10, 50, 0], weights()
    assert len(kinds(out, "intent", do="rollback")) == 1
    assert kinds(out, "rollback", op="done"), "the rollback must be read back"


@test
def backfilled_history_is_there_at_once():
    out = path("slow.wr") + ".jsonl"
    fill = [e for e in events(out) if e["kind"] == "source" and e.get("op") == "backfill"]
    assert len(fill) == 1 and any(v is not None for v in fill[0]["v"]["1"]), fill


@test
def a_plane_that_lies_is_never_done():
    fresh(lies=True)
    s = path("lies.wr")
    p, out = run(plan("lies", url, prom), s)
    until("the outcome", lambda: kinds(out, "observed", done=True), 30)
    stop(p)
    assert kinds(out, "observed", done=True)[0]["outcome"] == "not_verified"
    assert not kinds(out, "stage", op="clock"), "a stage clock ran without a verified weight"
    assert not [e for e in kinds(out, "observed") if e["outcome"] == "verified"]


@test
def a_hanging_prometheus_passes_no_gate():
    fresh()
    s = path("hang.wr")
    p, out = run(plan("hang", url, prom, stage_s=5, stages=(10, 100)), s, "--ticks")
    until("the first stage's clock", lambda: kinds(out, "stage", op="clock"), 30)
    os.killpg(prometheus.pid, signal.SIGSTOP)
    until("no data", lambda: kinds(out, "status", metric="p95", to="NODATA"), 20)
    until("blind", lambda: [e for e in kinds(out, "source") if e.get("state") == "blind"], 20)
    try:
        until("ten blind ticks beyond the gate's time",
              lambda: len([e for e in kinds(out, "tick") if e.get("blind")]) >= 10, 40)
        assert len(kinds(out, "stage", op="clock")) == 1, "a gate was passed blind"
        assert weights() == [10]
        assert kinds(out, "decision", decision="HOLD"), "the gate must say that it waits"
    finally:
        os.killpg(prometheus.pid, signal.SIGCONT)
    assert final(p, out) == "PASS", events(out)[-3:]
    assert weights() == [10, 100]


@test
def a_dead_prometheus_comes_back():
    global prometheus
    fresh()
    s = path("dead.wr")
    p, out = run(plan("dead", url, prom, stage_s=5, stages=(10, 100)), s)
    until("the first stage's clock", lambda: kinds(out, "stage", op="clock"), 30)
    stop(prometheus, signal.SIGKILL)
    until("no data", lambda: kinds(out, "status", metric="p95", to="NODATA"), 20)
    prometheus = start(prom_argv)
    assert final(p, out) == "PASS", events(out)[-3:]


@test
def the_kill_switch_flips_while_prometheus_hangs():
    fresh()
    s = path("kill.wr")
    file = plan("kill", url, prom, stage_s=60, stages=(10, 100))
    out = s + ".jsonl"
    p = start([WARROOM, "run", file, "--headless", "--json", "--commands", "--session", s],
              stdin=subprocess.PIPE, stdout=open(out, "w", encoding="utf-8"))
    until("the first stage's clock", lambda: kinds(out, "stage", op="clock"), 30)
    os.killpg(prometheus.pid, signal.SIGSTOP)
    try:
        p.stdin.write(b"kill on\n")
        p.stdin.flush()
        until("the switch to be read back", lambda: kinds(out, "kill_switch", state="ENGAGED"), 5)
    finally:
        os.killpg(prometheus.pid, signal.SIGCONT)
    assert ("/api/kill-switch/global", {"is_active": True}) in Plane.log
    assert Plane.kill is True
    stop(p)


done()
