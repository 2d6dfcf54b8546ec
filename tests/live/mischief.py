"""A Prometheus and a control plane that misbehave on demand: hang, drip, garbage, html, truncated,
huge, dead. What the control plane was asked is kept with its time."""
import json, socket, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class World:
    def __init__(self):
        self.prom, self.plane = "ok", "ok"  # how each answers
        self.value, self.weight, self.kill = 120.0, 0, False
        self.asked = []  # (monotonic, method, path, body) of the control plane
        self.prom_asked = 0
        self.cond = threading.Condition()

    def set(self, prom=None, plane=None):
        with self.cond:
            self.prom, self.plane = prom or self.prom, plane or self.plane
            self.cond.notify_all()

    def puts(self, path):
        return [a for a in self.asked if a[1] == "PUT" and a[2] == path]


def handler(world):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def whole(self, body, kind="application/json", status=200):
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def start(self, length):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def misbehave(self, is_prom, good):
            how = world.prom if is_prom else world.plane
            self.close_connection = how != "ok"
            if how == "ok":
                self.whole(good)
            elif how == "hang":
                with world.cond:
                    world.cond.wait_for(lambda: (world.prom if is_prom else world.plane) != "hang", 60)
            elif how == "drip":
                self.start(len(good))
                for c in good:
                    self.wfile.write(c.encode())
                    self.wfile.flush()
                    time.sleep(0.2)
            elif how == "garbage":
                self.whole("\x1b[2J\x1b[31mPWNED\x07{]\u202e" + "\x00" * 20)
            elif how == "html":
                self.whole("<html><body>502 Bad Gateway \x1b[31mPWNED</body></html>", "text/html")
            elif how == "error":
                self.whole("upstream \x1b[31mPWNED connect error", "text/plain", 503)
            elif how == "truncated":
                self.start(len(good) + 100)
                self.wfile.write(good.encode()[: len(good) // 2])
            elif how == "huge":
                self.start(100 << 20)
                block = b"9" * 65536
                for _ in range((100 << 20) // 65536):
                    self.wfile.write(block)
            elif how == "dead":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        def body(self):
            return self.rfile.read(int(self.headers.get("Content-Length", 0) or 0)).decode()

        def prometheus(self, query):
            world.prom_asked += 1
            at = float(query.get("time", query.get("end", [time.time()]))[0])
            if "query_range" in self.path:
                data = {"resultType": "matrix", "result": []}
            else:
                old = "timestamp(" in query.get("query", [""])[0]
                value = "0.5" if old else str(world.value)
                data = {"resultType": "vector", "result": [{"metric": {}, "value": [at, value]}]}
            self.misbehave(True, json.dumps({"status": "success", "data": data}))

        def do_GET(self):
            url = urlsplit(self.path)
            if url.path.startswith("/api/v1/query"):
                self.prometheus(parse_qs(url.query))
            elif url.path == "/api/kill-switch/status":
                self.misbehave(False, json.dumps({"global_active": world.kill}))
            else:
                self.misbehave(False, json.dumps({"weight": world.weight}))

        def do_POST(self):
            self.prometheus(parse_qs(self.body()))

        def do_PUT(self):
            text = self.body()
            world.asked.append((time.monotonic(), "PUT", self.path, text))
            if world.plane == "ok" and "kill-switch" in self.path:
                world.kill = json.loads(text)["is_active"]
            elif world.plane == "ok":
                world.weight = json.loads(text)["weight"]
            self.misbehave(False, '{"ok":true}')

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that has gone is no fault of ours

    def process_request(self, request, address):
        self.__dict__.setdefault("alive", []).append(request)
        super().process_request(request, address)


def serve(world=None, port=0):
    """Serves until close(); its address, the world behind it, and the server."""
    world = world or World()
    server = Server(("127.0.0.1", port), handler(world))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}", world, server


def close(server):
    """Dies: nobody listens there any more."""
    server.shutdown()
    server.server_close()
    for s in server.__dict__.get("alive", []):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed already
