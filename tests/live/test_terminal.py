#!/usr/bin/env python3
"""The terminal is given back as it was on every way out: leaving, TERM HUP INT, crashes, Ctrl-Z, a
terminal that is gone; while all is well and while every source hangs. The session stays whole. Shows UIX-4."""
import os, signal, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa
from pty_lab import *  # noqa
import mischief

url, world, _ = mischief.serve()
MOST_MS = 500  # a loaded machine; the figures are printed
METRICS = """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'canary_p95_ms', warning: ">= 150", critical: ">= 200", then: rollback }
"""
figures = []


def live(name, *args, hang=False, **kw):
    """A run that has taken the terminal, with values (or with every source hanging)."""
    name = name.lower()
    world.set("ok", "ok")
    world.weight, world.kill = 0, False
    session = path(name + ".wr")
    if hang:
        world.set("hang", "hang")
    t = Pty([WARROOM, "run", plan(name, url, url, stage_s=600, advance="manual", metrics=METRICS),
             "--session", session, "--as", "anna", *args], **kw)
    if hang:
        t.sees("NOT READY")
        t.sees("UNKNOWN")
    else:
        t.sees("120 ms")
    return t, session


def whole(session):
    v = warroom("verify", session)
    assert v.returncode == 0, v.stderr


def quit_ignored():
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)


def no_core():
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leave(t):
    t.send("q")
    t.sees("LEAVE A LIVE RUN?")
    t.send("y")


def told(what, ms):
    figures.append(f"{what} {ms:.1f} ms")
    assert ms < MOST_MS, f"{what}: {ms:.0f} ms"


def leaves_by_signal(name, sig, hang):
    t, session = live(name, hang=hang)
    with t:
        told(f"{name}", t.restored_ms(lambda: os.kill(t.p.pid, sig)))
        began = time.monotonic()
        status = t.status()
        figures[-1] += f", gone {(time.monotonic() - began) * 1000:.0f} ms later"
        assert status == 40, status
        assert not t.vt.garbage, t.vt.garbage
        until("the way to go on", lambda: "go on with: warroom resume" in t.screen().replace("\n", ""))
    whole(session)
    return session


@test
def leaving_by_key():
    for hang in (False, True):
        t, session = live(f"q-hang-{hang}", hang=hang)
        with t:
            t.send("q")
            t.sees("LEAVE A LIVE RUN?")
            told(f"q, hanging {hang}", t.restored_ms(lambda: t.send("y")))
            assert t.status() == 40
        whole(session)


@test
def signals_ask_to_leave():
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        leaves_by_signal(sig.name, sig, False)


@test
def signals_while_every_source_hangs():
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        leaves_by_signal(sig.name + "-hang", sig, True)


@test
def a_terminated_session_goes_on():
    session = leaves_by_signal("goes-on", signal.SIGTERM, False)
    with Pty([WARROOM, "resume", session, "--as", "anna"]) as t:
        t.sees("120 ms")
        t.sees("resumed")
        leave(t)
        assert t.status() == 40
    whole(session)


@test
def crashes_give_the_terminal_back():
    for sig in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGQUIT, signal.SIGSYS, signal.SIGUSR1,
                signal.SIGALRM):
        for hang in (False, True):
            t, session = live(f"crash-{sig.name}-{hang}", hang=hang, limits=no_core)
            with t:
                told(f"{sig.name}{' hanging' if hang else ''}", t.restored_ms(lambda: os.kill(t.p.pid, sig)))
                assert t.status() == -sig, t.p.returncode
            whole(session)


@test
def what_was_ignored_stays_ignored():
    t, session = live("ignored", limits=quit_ignored)
    with t:
        os.kill(t.p.pid, signal.SIGQUIT)
        told("? after an ignored QUIT", t.key_ms("?", "HELP"))
        assert not t.is_restored()
        os.kill(t.p.pid, signal.SIGTERM)
        assert t.status() == 40
    whole(session)


@test
def a_terminal_that_is_gone():
    t, session = live("gone")
    os.close(t.slave)
    t.open = False
    t.reader.join(2)
    began = time.monotonic()
    os.close(t.master)
    assert t.status() == 40, t.p.returncode
    figures.append(f"gone terminal, left after {(time.monotonic() - began) * 1000:.0f} ms")
    whole(session)


@test
def ctrl_z_under_a_shell():
    world.set("ok", "ok")
    session = path("ctrl-z.wr")
    file = plan("ctrl-z", url, url, stage_s=600, advance="manual", metrics=METRICS)
    with Pty(["bash", "--norc", "--noprofile", "-i"], env={"PS1": "shell> "}) as t:
        t.sees("shell>")
        t.send("stty -a >" + path("before") + f"; {WARROOM} run {file} --session {session} --as anna --mouse\r")
        t.sees("120 ms")
        assert t.vt.modes["1049"] and t.vt.modes["2004"] and t.vt.modes["1000"] and not t.vt.modes["25"]
        began = time.monotonic()
        t.send("\x1a")
        t.sees("Stopped")
        figures.append(f"Ctrl-Z to the shell {(time.monotonic() - began) * 1000:.1f} ms")
        assert not t.vt.modes["1049"] and t.vt.modes["25"] and not t.vt.modes["1000"], t.vt.modes
        t.send("stty -a >" + path("after") + "; echo looked\r")
        until("the shell's modes", lambda: os.path.getsize(path("after")) > 100)
        assert open(path("before")).read() == open(path("after")).read()
        t.send("fg\r")
        t.sees("STAGE")
        t.sees("120 ms")
        assert t.vt.modes["1049"] and t.vt.modes["2004"] and t.vt.modes["1000"], "not taken again"
        t.key_ms("?", "HELP")
        t.send("\x1b")
        t.gone("HELP")
        leave(t)
        t.sees("head ")
        t.send("stty -a >" + path("end") + "\r")
        until("the modes at the end", lambda: os.path.exists(path("end")) and os.path.getsize(path("end")) > 100)
        assert open(path("before")).read() == open(path("end")).read()
    whole(session)


@test
def killed_while_stopped():
    """`kill %1` of a stopped job: it leaves, it does not stop again for touching the terminal."""
    world.set("ok", "ok")
    session = path("kill-job.wr")
    file = plan("kill-job", url, url, stage_s=600, advance="manual", metrics=METRICS)
    with Pty(["bash", "--norc", "--noprofile", "-i"], env={"PS1": "shell> "}) as t:
        t.sees("shell>")
        t.send(f"{WARROOM} run {file} --session {session} --as anna\r")
        t.sees("120 ms")
        t.send("\x1a")
        t.sees("Stopped")
        t.send("kill %1\r")
        t.sees("head ")

        def told():  # the shell says so before a prompt, once it has reaped the job
            t.send("\r")
            return "Exit 40" in t.screen()
        until("the shell to say that it ended with 40", told)
        assert t.vt.modes["25"] and not t.vt.modes["1049"], t.vt.modes
    whole(session)


@test
def stopped_and_continued_from_outside():
    t, session = live("stop-cont")
    with t:
        os.kill(t.p.pid, signal.SIGSTOP)
        import termios
        termios.tcsetattr(t.slave, termios.TCSANOW, t.before)  # as a shell does
        with t.lock:
            t.vt.clear()
        os.kill(t.p.pid, signal.SIGCONT)
        t.sees("120 ms")
        assert not t.is_restored()
        told("? after SIGCONT", t.key_ms("?", "HELP"))
        told("SIGTERM after SIGCONT", t.restored_ms(lambda: os.kill(t.p.pid, signal.SIGTERM)))
        assert t.status() == 40
    whole(session)


@test
def ctrl_z_without_a_shell_does_not_hang():
    """The leader of a session cannot be stopped: the screen comes back by itself."""
    t, session = live("orphan")
    with t:
        t.send("\x1a")
        t.key_ms("?", "HELP")
        os.kill(t.p.pid, signal.SIGTERM)
        assert t.status() == 40
    whole(session)


@test
def the_demo_too():
    for scenario in ("healthy", "latency"):
        session = path(f"demo-{scenario}.wr")
        began = time.monotonic()
        with Pty([WARROOM, "demo", scenario, "--speed", "100", "--session", session]) as t:
            t.sees("STAGE")
            figures.append(f"first picture of the demo {(time.monotonic() - began) * 1000:.0f} ms")
            t.sees("T+00:02")
            told(f"demo {scenario}", t.restored_ms(lambda: os.kill(t.p.pid, signal.SIGTERM)))
            assert t.status() == 40, t.p.returncode
        whole(session)


@test
def the_demos_verdict_is_its_status():
    with Pty([WARROOM, "demo", "latency", "--speed", "1000", "--session", path("demo-end.wr")]) as t:
        t.sees("DONE: FAIL", 60)
        t.send("q")
        assert t.status() == 20, t.p.returncode
        assert t.is_restored(), t.what_is_left()
    whole(path("demo-end.wr"))


print("\n".join(figures))
done()
