"""Drills of the sample plans: a simulator, a headless run on its clock, and the people who answer.
Everything goes through public commands (PLN-1: one binary, no runbook compiled in); what is asserted is the journal and the simulator's requests."""
import threading, urllib.parse
from lab import *  # noqa

BIN = os.path.join(ROOT, "sample-config", "sim-bin")
TOKENS = [f"drill-secret-{i}" for i in range(1, 6)]


class World:
    """A simulator, and the environment in which every sample plan talks to it."""

    def __init__(self, scenario="healthy", speed=60, start_at=None, mysql=False):
        port, db, replica = free_port(), free_port(), free_port()
        args = ["--speed", str(speed)] + (["--start", start_at] if start_at else [])
        if mysql:
            args += ["--mysql", f"127.0.0.1:{db}", "--mysql-replica", f"127.0.0.1:{replica}"]
        self.url = f"http://127.0.0.1:{port}"
        self.p = start([WARROOM, "sim", scenario, "--listen", f"127.0.0.1:{port}", *args])
        until("the simulator", lambda: get(self.url + "/-/ready"))
        hook = self.url + "/hooks/"
        self.env = {**os.environ, "PATH": BIN + ":" + os.environ["PATH"], "WARROOM_SIM": self.url, "ADVANCE": "auto",
                    "PROMETHEUS_URL": self.url, "ALERTMANAGER_URL": self.url, "GRAFANA_URL": self.url,
                    "PROD_API_URL": self.url, "API_URL": self.url, "ROLLOUT_URL": self.url, "KILL_SWITCH_URL": self.url,
                    "HAL9_CONTROL_URL": self.url, "STATUS_PAGE_URL": self.url, "LB_API_KEY": "drill-lb",
                    "PROMETHEUS_TOKEN": "drill-prom", "GRAFANA_TOKEN": "drill-graf", "ALERTMANAGER_TOKEN": "drill-am",
                    "STATUS_PAGE_TOKEN": "drill-status", "ALERT_WEBHOOK_URL": hook + "pager", "MYSQL_HOST": "127.0.0.1",
                    "MYSQL_PORT": str(db), "REPLICA_HOST": "127.0.0.1", "REPLICA_PORT": str(replica),
                    **{f"API_TOKEN_USER_{i + 1}": t for i, t in enumerate(TOKENS)},
                    **{n + "_WEBHOOK": hook + n.lower().replace("_", "-") for n in
                       ("CANARY_LIVE", "ENGINEERING", "SPARK_DEPLOYS", "SPARK_WARROOM", "EXECUTOR", "PAGER")}}

    def set(self, **body):
        return json.loads(get(self.url + "/sim/set", data=json.dumps(body).encode(), method="POST"))

    def requests(self, path=None, method=None):
        q = "&".join(f"{k}={v}" for k, v in (("path", path), ("method", method)) if v)
        return json.loads(get(self.url + "/sim/requests" + ("?" + q if q else "")))["requests"]

    def commands(self, word):
        """Arguments of the stand-in commands that hold a word, oldest first."""
        said = [urllib.parse.unquote_plus(r["body"]) for r in self.requests("/sim/exec")]
        return [s for s in said if word in s]

    def stop(self):
        stop(self.p)


class Drill:
    """A headless run of a plan in a world. `people` is called for each event and may say lines."""

    def __init__(self, world, plan_file, people=None, args=(), env=None, session=None, resume=False):
        self.world, self.people, self.lines = world, people, []
        self.session = session or path(os.path.basename(plan_file).split(".")[0] + f"-{time.monotonic_ns()}.wr")
        self.err = self.session + f".{time.monotonic_ns()}.err"
        verb = ["resume", self.session] if resume else ["run", plan_file, "--session", self.session]
        self.p = start([WARROOM, *verb, "--headless", "--json", "--commands", "--as", "anna", "--drill", world.url, *args],
                       env={**world.env, **(env or {})}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                       stderr=open(self.err, "w"))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.p.stdout:
            try:
                e = json.loads(line)
            except ValueError:
                continue
            self.lines.append(e)
            if self.people:
                for said in self.people(e) or ():
                    self.say(said)

    def say(self, *lines):
        try:
            self.p.stdin.write(("\n".join(lines) + "\n").encode())
            self.p.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # the run is over

    def of(self, kind, **fields):
        return [e for e in list(self.lines) if e.get("kind") == kind and all(e.get(k) == v for k, v in fields.items())]

    def sees(self, what, kind, seconds=60, **fields):
        def there():
            if self.p.poll() is not None and not self.of(kind, **fields):
                raise AssertionError(f"the run ended without {what}: {self.lines[-3:]} {open(self.err).read()}")
            return self.of(kind, **fields)
        return until(what, there, seconds)[0]

    def final(self, seconds=120):
        self.p.wait(seconds)
        until("the last line", lambda: self.lines and self.lines[-1].get("kind") == "final", 5)
        return self.lines[-1]["decision"]

    def events(self):
        """The journal, from the session file."""
        return [json.loads(x) for x in warroom("export", self.session, "--format", "jsonl").stdout.splitlines()]

    def evidence(self):
        d = self.session + ".evidence"
        return sorted(os.listdir(d)) if os.path.isdir(d) else []


def as_role(role, name, *lines):
    return [f"as {role} {name}", *lines, "as ic anna"]
