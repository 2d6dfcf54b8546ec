#!/usr/bin/env python3
"""In a real terminal, while Prometheus hangs, drips, lies, dies and comes back, and while the disk is
full: keys are answered, nothing old is shown as live, no gate opens, the kill switch acts. Shows MET-13."""
import os, re, resource, signal, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa
from pty_lab import *  # noqa
import mischief

KEY_MS, WIRE_MS, MEMORY_MB = 250, 100, 150  # on a loaded machine; the figures are printed
url, world, _ = mischief.serve()
prom_url, _, prom = mischief.serve(world)
METRICS = """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'canary_p95_ms', warning: ">= 250", critical: ">= 300", then: rollback }
"""
figures = []


def prom_dies():
    mischief.close(prom)


def prom_comes_back():
    global prom
    prom = mischief.serve(world, int(prom_url.rsplit(":", 1)[1]))[2]


def keys_are_answered(t, what):
    """The help opens and closes, a few times; the slowest, from key to picture."""
    slowest = 0
    for _ in range(5):
        slowest = max(slowest, t.key_ms("?", "HELP"))
        t.send("\x1b")
        t.gone("HELP", 5)
        time.sleep(0.1)
    figures.append(f"key to screen, {what}: {slowest:.0f} ms at most")
    assert slowest < KEY_MS, f"{what}: a key took {slowest:.0f} ms"


def body(screen):
    """Without the log, where what was once said stays, and without what is marked as the last value."""
    return re.sub(r"\(last [^)]*\)", "", screen.split(" LOG ")[0])


def advances():
    return [b for _, _, p, b in world.asked if p == "/api/traffic"]


def outage(t, n, how):
    """Stage n has begun: Prometheus misbehaves beyond the end of the stage, then comes back."""
    live = f"{120 + n} ms"
    t.sees(live)
    if how == "dies":
        prom_dies()
    else:
        world.set(prom=how)
    began = time.monotonic()
    try:
        until(f"{how}: {live} to be gone", lambda: live not in body(t.screen()), 8)
    except AssertionError as e:
        raise AssertionError(f"{e}\n{t.screen()}") from None
    gone_s = time.monotonic() - began
    t.sees("UNKNOWN")
    t.sees("no data")
    assert "6 pass" not in t.screen() and "1 pass" not in t.screen(), t.screen()
    figures.append(f"{how}: the old value stood for {gone_s:.1f} s (limit of the plan 3 s, tick 1 s)")
    assert gone_s < 5.5, gone_s
    keys_are_answered(t, how)
    until(f"{how}: metrics alone to shut the gate", lambda: shut(t) == ["metrics"], 15)
    time.sleep(2.5)  # two ticks more in which it could open
    assert len(advances()) == n, f"{how}: a gate was passed blind: {advances()}"
    assert not t.vt.garbage, t.vt.garbage
    world.value = 121 + n
    if how == "dies":
        prom_comes_back()
    world.set(prom="ok")
    until(f"{how}: the run to go on", lambda: len(advances()) == n + 1, 10)


def shut(t):
    """The items of the gate that are shut, by name."""
    lines = t.screen().splitlines()
    at = next((i for i, line in enumerate(lines) if " gate to " in line and ": " in line), None)
    return re.findall(r"(?:^|[: ])x (\w+)", " ".join(lines[at:at + 2])) if at is not None else []


OUTAGES = ["hang", "drip", "garbage", "html", "error", "truncated", "huge", "dead", "dies"]


@test
def prometheus_misbehaves():
    world.value, world.asked[:] = 121, []
    session = path("outages.wr")
    file = plan("outages", url, prom_url, stage_s=7, stages=range(10, 10 + len(OUTAGES) + 1), metrics=METRICS)
    with Pty([WARROOM, "run", file, "--session", session, "--as", "anna"], w=120, h=36) as t:
        until("the first stage", lambda: len(advances()) == 1, 20)
        for n, how in enumerate(OUTAGES, 1):
            outage(t, n, how)
        with open(f"/proc/{t.p.pid}/status") as f:
            peak = next(int(line.split()[1]) // 1024 for line in f if line.startswith("VmHWM"))
        figures.append(f"memory at most {peak} MB")
        assert peak < MEMORY_MB, peak
        os.kill(t.p.pid, signal.SIGTERM)
        assert t.status() == 40
        assert b"\x1b[31mPWNED" not in t.raw and "\u202e" not in t.raw.decode("utf-8", "replace")
    v = warroom("verify", session)
    assert v.returncode == 0, v.stderr


def file_limit(pid, most):
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@test
def disk_full_while_everything_hangs():
    """NOT RECORDING is said, and the kill switch's request is on the wire at once."""
    world.value, world.asked[:] = 121, []
    world.set("ok", "ok")
    session = path("full.wr")
    file = plan("full", url, prom_url, stage_s=600, stages=(10, 50), metrics=METRICS)
    with Pty([WARROOM, "run", file, "--session", session, "--as", "anna"]) as t:
        t.sees("STAGE 1/2  10%")
        t.sees("121 ms")
        file_limit(t.p.pid, os.path.getsize(session + "-wal"))
        t.sees("NOT RECORDING")
        world.set("hang", "hang")
        t.sees("no data")
        keys_are_answered(t, "disk full, everything hanging")
        began = time.monotonic()
        t.send("K")
        t.sees("KILL SWITCH")
        figures.append(f"kill box after {(time.monotonic() - began) * 1000:.0f} ms")
        pressed = time.monotonic()
        t.send("y")
        until("the kill switch's request", lambda: world.puts("/api/kill-switch/global"), 5)
        wire = (world.puts("/api/kill-switch/global")[0][0] - pressed) * 1000
        figures.append(f"kill switch, key to wire, disk full and everything hanging: {wire:.1f} ms")
        assert wire < WIRE_MS, wire
        assert "is_active" in world.puts("/api/kill-switch/global")[0][3]
        assert "NOT RECORDING" in t.screen()
        t.sees("KILL NOT CONFIRMED", 15)  # asked is not done
        file_limit(t.p.pid, resource.RLIM_INFINITY)
        world.kill = True
        world.set("ok", "ok")
        t.gone("NOT RECORDING", 20)
        t.sees("KILL IS ON", 20)
        os.kill(t.p.pid, signal.SIGTERM)
        assert t.status() == 40
    v = warroom("verify", session)
    assert v.returncode == 0, v.stderr
    told = warroom("export", session, "--format", "jsonl").stdout
    assert '"kill_on"' in told, "what was done while nothing could be written is on the tape afterwards"


@test
def disk_full_at_a_gate():
    """With `advance: auto` and nobody there: what cannot be recorded is not sent, and that is said. It is asked
    for again, and goes when the disk takes it."""
    world.value, world.kill, world.asked[:] = 121, False, []
    world.set("ok", "ok")
    session = path("gate.wr")
    file = plan("gate", url, prom_url, stage_s=2, stages=(10, 50), metrics=METRICS)
    with Pty([WARROOM, "run", file, "--session", session, "--as", "anna"], w=120, h=36) as t:
        t.sees("STAGE 1/2  10%")
        file_limit(t.p.pid, os.path.getsize(session + "-wal"))
        t.sees("nothing was sent: NOT RECORDING")
        assert len(advances()) == 1, advances()
        file_limit(t.p.pid, resource.RLIM_INFINITY)
        until("the second stage", lambda: len(advances()) == 2)
        t.sees("STAGE 2/2  50%")
        os.kill(t.p.pid, signal.SIGTERM)
        assert t.status() == 40
    v = warroom("verify", session)
    assert v.returncode == 0, v.stderr
    told = warroom("export", session, "--format", "jsonl").stdout
    assert "nothing was sent: NOT RECORDING" in told, "what was refused is on the tape afterwards"


print("\n".join(figures))
done()
