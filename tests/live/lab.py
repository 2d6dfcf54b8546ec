"""What the live tests share: processes, conditions with a deadline, HTTP, terminals. Every wait is
for a condition; everything started is stopped."""
import atexit, json, os, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WARROOM = os.path.join(ROOT, os.environ.get("WARROOM", "build/warroom"))
DIR = tempfile.mkdtemp(prefix="warroom-live-")
os.environ["XDG_STATE_HOME"] = os.path.join(DIR, "state")  # nor its sessions, nor their locks
os.environ["XDG_CONFIG_HOME"] = os.path.join(DIR, "config")  # not what this machine's user likes
_procs = []
_results = {"passed": 0, "failed": 0}


def _clean():
    for p in _procs:
        stop(p)
    shutil.rmtree(DIR, ignore_errors=True)


atexit.register(_clean)


def path(name):
    return os.path.join(DIR, name)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(argv, **kw):
    kw.setdefault("stdout", subprocess.DEVNULL)
    kw.setdefault("stderr", subprocess.DEVNULL)
    kw.setdefault("stdin", subprocess.DEVNULL)
    p = subprocess.Popen(argv, start_new_session=True, **kw)
    _procs.append(p)
    return p


def stop(p, sig=signal.SIGTERM):
    if p.poll() is None:
        try:
            os.killpg(p.pid, signal.SIGCONT)
            os.killpg(p.pid, sig)
            p.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(p.pid, signal.SIGKILL)
            p.wait(5)


def until(what, condition, seconds=20):
    """Waits for a condition; its value, or a failure that says what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except (OSError, ValueError):
            pass
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for: {what}")


def get(url, data=None, method=None):
    request = urllib.request.Request(url, data=data, method=method)
    with urllib.request.urlopen(request, timeout=5) as r:
        return r.read().decode()


def events(file):
    """The JSON lines a headless run has printed so far."""
    out = []
    if os.path.exists(file):
        for line in open(file, encoding="utf-8"):
            try:
                out.append(json.loads(line))
            except ValueError:
                pass  # the last line may be half written
    return out


def warroom(*args, **kw):
    return subprocess.run([WARROOM, *args], capture_output=True, text=True, timeout=60, **kw)


def sim(scenario="healthy", *args):
    port = free_port()
    p = start([WARROOM, "sim", scenario, "--listen", f"127.0.0.1:{port}", *args])
    url = f"http://127.0.0.1:{port}"
    until("the simulator", lambda: get(url + "/-/ready"))
    return url, p


def test(fn):
    """Runs a test at once; its failure is told and counted, the others go on."""
    try:
        fn()
        _results["passed"] += 1
        print("ok", fn.__name__, flush=True)
    except Exception as e:  # noqa: every failure counts
        _results["failed"] += 1
        print("FAILED", fn.__name__, type(e).__name__, e, flush=True)
    return fn


def done():
    print(f"{_results['passed']} passed, {_results['failed']} failed")
    sys.exit(1 if _results["failed"] else 0)


def plan(name, url, prom, stage_s=4, advance="auto", stages=(10, 50, 100), mode="automatic", metrics=None,
         weight_path="/api/traffic"):
    """A plan of a few seconds against a control plane at url and a Prometheus at prom."""
    metrics = metrics or """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'canary_p95_ms', warning: ">= 150", critical: ">= 200", then: rollback }
  - { id: up, title: node exporter, min_samples: 1, query: 'up{job="node"}', critical: "< 1", then: hold }
"""
    text = f"""version: 1
name: {name}
title: "{name} live test"
environment: TEST
tick: 1s
advance: {advance}
rollback: {{ mode: {mode} }}
prometheus: {{ url: "{prom}", timeout: 900ms, backfill: 1m }}
metrics:{metrics}
stages:
"""
    for i, weight in enumerate(stages):
        text += f"  - {{ name: Stage {i + 1}, weight: {weight}, duration: {stage_s}s, actions: [set_weight] }}\n"
    text += f"""kill_switch:
  every: 1s
  scopes:
    - name: global
      status: {{ http: {{ url: "{url}/api/kill-switch/status", timeout: 1s }}, read: {{ json: global_active }} }}
      engage: {{ http: {{ method: PUT, url: "{url}/api/kill-switch/global", json: {{ is_active: true }} }} }}
      release: {{ http: {{ method: PUT, url: "{url}/api/kill-switch/global", json: {{ is_active: false }} }} }}
actions:
  set_weight:
    - http: {{ method: PUT, url: "{url}{weight_path}", json: {{ weight: "{{{{stage.weight}}}}" }} }}
      verify: {{ http: {{ url: "{url}{weight_path}" }}, expect: {{ json: {{ weight: "{{{{stage.weight}}}}" }} }}, within: 3s }}
  rollback:
    - http: {{ method: PUT, url: "{url}{weight_path}", json: {{ weight: 0 }} }}
      verify: {{ http: {{ url: "{url}{weight_path}" }}, expect: {{ json: {{ weight: 0 }} }}, within: 3s }}
"""
    file = path(name + ".yaml")
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return file


def run(plan_file, session, *args):
    """A headless run; its process and the file its JSON lines go to."""
    out = session + ".jsonl"
    p = start([WARROOM, "run", plan_file, "--headless", "--json", "--session", session, *args],
              stdout=open(out, "w", encoding="utf-8"), stderr=open(session + ".err", "w"))
    return p, out


class Terminal:
    """A run in a real terminal (tmux)."""

    def __init__(self, w, h, *args):
        self.name = f"warroom-{os.getpid()}-{w}"
        self.w, self.h = w, h
        env = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "tmux-256color"}
        self.tmux("kill-server", check=False)
        subprocess.run(["tmux", "-L", self.name, "-f", "/dev/null", "new-session", "-d", "-x", str(w), "-y", str(h),
                        " ".join([WARROOM, *args]) + "; echo left with $?; cat"], env=env, check=True)
        atexit.register(lambda: self.tmux("kill-server", check=False))

    def tmux(self, *args, check=True):
        return subprocess.run(["tmux", "-L", self.name, *args], capture_output=True, text=True, check=check).stdout

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def keys(self, *keys):
        """Like a person: one key at a time, so that it is not taken for a paste."""
        for key in keys:
            self.tmux("send-keys", "-l", key) if len(key) == 1 else self.tmux("send-keys", key)
            time.sleep(0.04)

    def type(self, text):
        self.keys(*text)

    def sees(self, text, seconds=15):
        try:
            return until(f"{text!r} on the screen", lambda: text in self.screen(), seconds)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.screen()}") from None
