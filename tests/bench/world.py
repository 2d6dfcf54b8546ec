"""The world around the measured program: plans of N panels, the simulator, a kill switch that notes
when it is asked, a Prometheus that never answers and one that answers everything wrongly."""
import json, os, socket, subprocess, threading, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WARROOM = os.path.join(ROOT, os.environ.get("WARROOM", "build/warroom"))
SIGNALS = 100  # a simulated world has no more than 128; panels share them, each with an offset
MARK = 777     # the value of the first panel, so that it is known when its data is seen


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def listening():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 0))
    s.listen(128)
    return s, f"http://127.0.0.1:{s.getsockname()[1]}"


def scenario(path, n, noise):
    shared = min(n, SIGNALS)
    lines = ["about panels to be measured", "seed 7", "scrape 1s"]
    lines += [f"signal s{i} base {100 + i} noise {noise * (10 + i % 7)} period 20s" for i in range(shared)]
    lines += [f'gauge bench_value{{panel="{i}"}} = {f"s{i % shared} + {i}" if i else MARK}' for i in range(n - 1)]
    lines += ['gauge up{job="bench"} = 1']
    return write(path, "\n".join(lines) + "\n")


def plan(path, n, prometheus, kill_switch=None):
    text = f"""version: 1
name: bench
title: "bench {n}"
environment: BENCH
tick: 1s
advance: auto
rollback: {{ mode: log_only }}
prometheus: {{ url: "{prometheus}", timeout: 900ms, backfill: 15m }}
metrics:
"""
    for i in range(n):
        query = "up" if i == n - 1 else f'bench_value{{panel="{i}"}}'
        text += (f"  - {{ id: m{i}, title: \"Metric {i}\", unit: ms, query: '{query}', min_samples: 1, "
                 f"warning: \">= 5000\", critical: \">= 9000\" }}\n")
    text += "stages:\n  - { name: Stage 1, weight: 5, duration: 60m }\n"
    if kill_switch is None:
        return write(path, text + "kill_switch: none\n")
    return write(path, text + f"""kill_switch:
  every: 1s
  scopes:
    - name: global
      status: {{ http: {{ url: "{kill_switch}/status", timeout: 1s }}, read: {{ json: active }} }}
      engage: {{ http: {{ method: PUT, url: "{kill_switch}/on", json: {{ active: true }} }} }}
      release: {{ http: {{ method: PUT, url: "{kill_switch}/off", json: {{ active: false }} }} }}
""")


class Simulator:
    def __init__(self, file):
        self.port = self._free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen([WARROOM, "sim", file, "--listen", f"127.0.0.1:{self.port}"],
                                        stdout=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(self.url + "/-/ready", timeout=1).read()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"the simulator does not run {file}")

    def stay_on(self, cores):
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            os.sched_setaffinity(int(task), cores)

    @staticmethod
    def _free():
        s, url = listening()
        s.close()
        return int(url.rsplit(":", 1)[1])

    def stop(self):
        self.process.terminate()
        self.process.wait(5)


class Silent:
    """Takes connections and never answers: the kernel does it alone."""

    def __init__(self):
        self.socket, self.url = listening()

    def stop(self):
        self.socket.close()


class KillSwitch:
    """Answers at once, within the loop that reads the terminal; notes when it was told to go on."""

    def __init__(self, loop):
        self.loop, self.active, self.asked = loop, False, []
        self.reads = 0  # of its state since it changed
        self.socket, self.url = listening()
        loop.add(self.socket, self._accept)

    def _accept(self):
        connection, _ = self.socket.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.loop.add(connection, lambda: self._read(connection))

    def _read(self, connection):
        now = time.monotonic()
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.loop.remove(connection)
            connection.close()
            return
        if data.startswith((b"PUT /on", b"PUT /off")):
            self.active, self.reads = data.startswith(b"PUT /on"), 0
            if self.active:
                self.asked.append(now)
        elif data.startswith(b"GET"):
            self.reads += 1
        body = json.dumps({"active": self.active}).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                           % (len(body), body))


class Wrong:
    """Each request goes wrong in another way, huge bodies among them."""

    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    OPEN = b'{"status":"success","data":{"resultType":"vector","result":['

    def __init__(self):
        self.n = 0
        self.socket, self.url = listening()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.n += 1
            threading.Thread(target=self._answer, args=(connection, self.n), daemon=True).start()

    def _answer(self, c, n):
        try:
            c.recv(65536)
            kind = n % 6
            if kind == 0:
                time.sleep(30)  # hangs; the client has to leave
            elif kind == 1:  # 200 MB that never end
                c.sendall(self.HEAD + b"\r\n" + self.OPEN)
                row = b'{"metric":{"a":"' + b"x" * 1000 + b'"},"value":[1,"1"]},'
                for _ in range(200):
                    c.sendall(row * 1000)
            elif kind == 2:
                c.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>502</html>")
            elif kind == 3:
                c.sendall(self.HEAD + b"Content-Length: 100\r\n\r\n" + self.OPEN)
            elif kind == 4:
                c.sendall(self.HEAD + b"\r\n" + b"[" * 1000000)
            else:  # drips
                c.sendall(self.HEAD + b"\r\n")
                for i in range(100):
                    c.sendall(self.OPEN[i:i + 1])
                    time.sleep(0.3)
        except OSError:
            pass
        finally:
            c.close()

    def stop(self):
        self.socket.close()
