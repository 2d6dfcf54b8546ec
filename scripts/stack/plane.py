#!/usr/bin/env python3
"""A canary with its control plane, for `make stack`: traffic split, kill switch, and the canary's own
/metrics, which follow what is done to it. POST /drill {"p95_ms": 260, "hang": false, "lie": false} is
how a drill makes it ill. usage: plane.py PORT"""
import json, random, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

world = {"weight": 0, "kill": False, "p95_ms": 120, "errors_pct": 0.2, "hang": False, "lie": False}
started = time.time()
ThreadingHTTPServer.handle_error = lambda *_: None  # a client that has gone is no fault of the plane


def metrics():
    hurt = world["weight"] > 0 and not world["kill"]
    p95 = world["p95_ms"] if hurt else 120
    errors = world["errors_pct"] if hurt else 0.2
    seconds = time.time() - started
    return (f"canary_p95_ms {p95 * random.uniform(0.98, 1.02):.3f}\n"
            f"canary_errors_pct {errors * random.uniform(0.9, 1.1):.4f}\n"
            f"canary_weight_percent {world['weight']}\n"
            f"canary_requests_total {seconds * 40 * (1 + world['weight']):.0f}\n")


class Plane(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/metrics":
            return self.answer(200, metrics(), "text/plain; version=0.0.4")
        if world["hang"]:
            time.sleep(60)
        if self.path == "/api/traffic":
            return self.answer(200, json.dumps({"weight": world["weight"]}))
        if self.path == "/api/kill-switch/status":
            return self.answer(200, json.dumps({"global_active": world["kill"]}))
        if self.path == "/drill":
            return self.answer(200, json.dumps(world))
        return self.answer(404, json.dumps({"error": "no such path"}))

    def body(self):
        value = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        if not isinstance(value, dict):
            raise ValueError("an object is needed")
        return value

    def change(self):
        try:
            body = self.body()
        except ValueError as e:
            return self.answer(400, json.dumps({"error": str(e)}))
        if self.path == "/drill":
            unknown = sorted(set(body) - set(world))
            if unknown:
                return self.answer(400, json.dumps({"error": f"unknown: {unknown}; known: {sorted(world)}"}))
            world.update(body)
            return self.answer(200, json.dumps(world))
        if world["hang"]:
            time.sleep(60)
        if self.path == "/api/traffic" and isinstance(body.get("weight"), (int, float)):
            world["weight"] = world["weight"] if world["lie"] else body["weight"]
        elif self.path == "/api/kill-switch/global" and isinstance(body.get("is_active"), bool):
            world["kill"] = world["kill"] if world["lie"] else body["is_active"]
        else:
            return self.answer(404, json.dumps({"error": "no such path, or not its field"}))
        return self.answer(200, json.dumps({"ok": True}))

    do_PUT = do_POST = change


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Plane).serve_forever()
