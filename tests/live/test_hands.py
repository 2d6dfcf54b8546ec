#!/usr/bin/env python3
"""One live run that uses every kind of hand: a burst with tokens, work by hand, a ramp that becomes
immediate, what follows a rollback, messages of which one cannot be sent, a log file that is rotated.
What was on the wire is counted at the other end."""
import json, os, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

TOKENS = [f"sesame-user-{i}-open" for i in range(1, 6)]


class Plane(BaseHTTPRequestHandler):
    """Prometheus, kill switch, traffic split, the queried service and the chat, in one."""
    protocol_version = "HTTP/1.1"
    weight, queries, chat, calls = 0, [], [], []
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def answer(self, body, status=200):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path.startswith("/api/v1/query"):
            self.answer({"status": "success", "data": {"resultType": "vector", "result": [
                {"metric": {}, "value": [time.time(), "120"]}]}})
        elif self.path == "/weight":
            self.answer({"weight": Plane.weight})
        else:
            self.answer({"active": False})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with Plane.lock:
            if self.path == "/memory/query":
                Plane.queries.append(self.headers.get("Authorization", ""))
            elif self.path == "/chat":
                Plane.chat.append(json.loads(body)["text"])
            elif self.path == "/weight":
                Plane.weight = json.loads(body)["weight"]
                Plane.calls.append(f"weight {Plane.weight}")
            else:
                Plane.calls.append(self.path)
        self.answer({}, 500 if self.path == "/broken" else 200)


ThreadingHTTPServer.handle_error = lambda *_: None
plane = ThreadingHTTPServer(("127.0.0.1", 0), Plane)
threading.Thread(target=plane.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{plane.server_address[1]}"
dropped, worker = path("dropped"), path("worker.log")
with open(path("plan.yaml"), "w", encoding="utf-8") as f:
    f.write(f"""version: 1
name: hands
title: "hands, live"
tick: 1s
rollback: {{ mode: manual, then: [incident, broken, page] }}
prometheus: {{ url: "{url}", timeout: 2s, backfill: 1m, freshness: "" }}
metrics: [ {{ id: p95, title: p95, min_samples: 1, query: up, critical: ">= 200", then: hold }} ]
stages: [ {{ name: One, weight: 25, duration: 10m, actions: [load, drop, set] }} ]
kill_switch: {{ every: 1s, scopes: [ {{ name: g, status: {{ http: {{ url: "{url}/ks" }}, read: {{ json: active }} }},
  engage: {{ http: {{ method: POST, url: "{url}/ks" }} }}, release: {{ http: {{ method: POST, url: "{url}/ks" }} }} }} ] }}
logs: [ {{ file: "{worker}", title: worker, words: [canary], expect: [claimed, executing, added] }} ]
templates:
  begun: "STARTED {{{{run.title}}}} at {{{{stage.weight}}}}%"
  undone: "ROLLBACK {{{{event.op}}}}: {{{{event.cause}}}}"
  end: "{{{{run.verdict}}}} {{{{run.head}}}}"
notify:
  - {{ on: [start], template: begun, to: "#live", http: {{ url: "{url}/chat", json: {{ text: "{{{{message}}}}" }} }} }}
  - {{ on: [start], template: begun, to: pager, http: {{ url: "http://127.0.0.1:1/", body: "{{{{message}}}}" }} }}
  - {{ on: [rollback_done], template: undone, to: "#live", http: {{ url: "{url}/chat", json: {{ text: "{{{{message}}}}" }} }} }}
  - {{ on: [complete], template: end, to: "#live", http: {{ url: "{url}/chat", json: {{ text: "{{{{message}}}}" }} }} }}
actions:
  load:
    - burst: {{ url: "{url}/memory/query", json: {{ query: canary }}, requests: 100, concurrency: 5,
        users: ["${{TOKEN_1}}", "${{TOKEN_2}}", "${{TOKEN_3}}", "${{TOKEN_4}}", "${{TOKEN_5}}"] }}
      expect: {{ success_pct: "> 95", p95: "< 5000" }}
  drop:
    - manual: {{ role: dba, text: "ALTER TABLE orders DROP INDEX i;" }}
      verify: {{ exec: {{ argv: [test, -e, "{dropped}"] }}, within: 5s }}
  set:
    - http: {{ url: "{url}/weight", json: {{ weight: "{{{{stage.weight}}}}" }} }}
      verify: {{ http: {{ url: "{url}/weight" }}, expect: {{ json: {{ weight: "{{{{stage.weight}}}}" }} }}, within: 5s }}
  rollback:
    - http: {{ url: "{url}/weight", json: {{ weight: 0 }} }}
      verify: {{ http: {{ url: "{url}/weight" }}, expect: {{ json: {{ weight: 0 }} }}, within: 5s }}
  rollback_gradual:
    - ramp: {{ action: set, to: 0, over: 10m, step: 5 }}
  incident: [ {{ http: {{ method: POST, url: "{url}/incident" }} }} ]
  broken: [ {{ http: {{ method: POST, url: "{url}/broken" }} }} ]
  page: [ {{ http: {{ method: POST, url: "{url}/page" }} }} ]
""")


def seen(out, **want):
    """The first event whose fields are these (a value may be a test)."""
    for ev in events(out):
        if all(v(ev.get(k)) if callable(v) else ev.get(k) == v for k, v in want.items()):
            return ev
    return None


@test
def every_hand():
    out, session = path("out.jsonl"), path("hands.wr")
    open(worker, "w").close()
    env = dict(os.environ, **{f"TOKEN_{i + 1}": t for i, t in enumerate(TOKENS)})
    with open(out, "w", encoding="utf-8") as f:
        p = start([WARROOM, "run", path("plan.yaml"), "--session", session, "--headless", "--json", "--commands",
                   "--as", "anna", "--role", "ic"], stdin=subprocess.PIPE, stdout=f, stderr=f, env=env)

    def tell(line):
        p.stdin.write((line + "\n").encode())
        p.stdin.flush()

    until("the first values", lambda: seen(out, kind="kill_switch", state="OFF"))
    until("an advance that is taken", lambda: tell("advance") or time.sleep(0.5) or seen(out, kind="intent", do="advance"))
    until("work by hand", lambda: seen(out, kind="sent", of_role="dba", text=lambda t: t and "DROP INDEX" in t), 40)
    assert len(Plane.queries) == 100, len(Plane.queries)
    assert sorted(set(Plane.queries)) == sorted(f"Bearer {t}" for t in TOKENS)
    assert all(Plane.queries.count(q) == 20 for q in set(Plane.queries))
    sums = seen(out, kind="observed", burst=lambda b: b and "sent" in b)["burst"]
    assert sums["sent"] == 100 and sums["users"] == 5 and sums["success_pct"] == 100, sums
    tell("done it is not mine to say")  # the IC is not the DBA
    tell("as dba bob")
    with open(dropped, "w", encoding="utf-8"):
        pass
    tell("done dropped, as shown")
    until("the stage's clock", lambda: seen(out, kind="stage", op="clock"), 40)
    assert Plane.weight == 25
    with open(worker, "a", encoding="utf-8") as f:
        f.write("claimed\n")
    until("the first mark", lambda: seen(out, op="log_mark", mark=1), 5)
    os.rename(worker, worker + ".1")
    with open(worker, "w", encoding="utf-8") as f:
        f.write("executing\nERROR canary cannot be added\n")
    until("an error of the new file", lambda: seen(out, op="log_line", error=True), 5)
    until("the failed message", lambda: seen(out, kind="notify", op="failed", to="pager"))
    tell("as ic anna")
    tell("rollback gradual one by one")
    until("the first lowering", lambda: seen(out, kind="observed", outcome="verified", weight=20), 40)
    tell("rollback at once after all")
    until("the verdict", lambda: p.poll() is not None, 90)
    assert p.returncode == 20, p.returncode
    assert Plane.weight == 0
    assert Plane.calls == ["weight 25", "weight 20", "weight 0", "/incident", "/broken", "/page"], Plane.calls
    assert seen(out, kind="rollback", op="done")["record"]["triggered_by"] == "manual"
    assert [ev["outcome"] for ev in events(out) if ev.get("follow_up") and ev.get("done")] == ["verified", "failed", "verified"]
    assert Plane.chat[0] == "STARTED hands, live at 25%" and Plane.chat[1].startswith("ROLLBACK done: "), Plane.chat
    assert Plane.chat[2].startswith("FAIL ") and len(Plane.chat[2].split()[1]) == 64, Plane.chat
    said = [ev for ev in events(out) if ev.get("kind") == "intent" and ev.get("do") == "done"]
    assert [ev["role"] for ev in said] == ["dba"], said
    for file in os.listdir(DIR):
        if os.path.isfile(path(file)):
            with open(path(file), "rb") as f:
                data = f.read()
            for t in TOKENS:
                assert t.encode() not in data, f"a token stands in {file}"
    assert warroom("verify", session).returncode == 0


done()
