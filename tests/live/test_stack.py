#!/usr/bin/env python3
"""`make stack` as a person uses it: up, a run, a drill, down; nothing is left behind."""
import json, os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

FOLDER = path("stack")


def base():
    """A port whose neighbours are free too."""
    while True:
        port = free_port()
        taken = []
        for n in (0, 3, 10, 100):
            with socket.socket() as s:
                taken.append(port + n > 65535 or s.connect_ex(("127.0.0.1", port + n)) == 0)
        if not any(taken):
            return port


ENV = {**os.environ, "WARROOM_STACK": FOLDER, "WARROOM_STACK_PORT": str(base()), "STAGE": "8s", "ADVANCE": "auto"}


def stack(word):
    return subprocess.run([os.path.join(ROOT, "scripts/stack/stack.py"), word], capture_output=True, text=True,
                          env=ENV, timeout=60, cwd=ROOT)


atexit.register(lambda: stack("down"))


@test
def it_starts_and_says_what_next():
    r = stack("up")
    assert r.returncode == 0 and "build/warroom run" in r.stdout, r
    assert stack("up").stdout.startswith("stack: it runs already")
    assert stack("status").stdout.count("answers") == 4, stack("status").stdout


@test
def a_drill_is_rolled_back():
    session, plan_file = path("drill.wr"), os.path.join(FOLDER, "plan.yaml")
    out = session + ".jsonl"
    p = start([WARROOM, "run", plan_file, "--headless", "--json", "--session", session], env=ENV,
              stdout=open(out, "w", encoding="utf-8"), stderr=open(session + ".err", "w"))
    until("the second stage", lambda: [e for e in events(out) if e["kind"] == "stage" and e["op"] == "clock"
                                       and e["stage"] == "Stage 2"], 60)
    assert stack("regress").returncode == 0
    p.wait(60)
    assert p.returncode == 20, (p.returncode, events(out)[-3:], open(session + ".err").read())
    assert [e for e in events(out) if e["kind"] == "rollback" and e["op"] == "done"], "it must be read back"
    assert warroom("verify", session).returncode == 0


@test
def wrong_words_and_used_ports_are_told():
    assert "unknown word" in stack("regres").stderr
    other = subprocess.run([os.path.join(ROOT, "scripts/stack/stack.py"), "up"], capture_output=True, text=True,
                           env={**ENV, "WARROOM_STACK": path("other")}, timeout=60)
    assert other.returncode == 1 and "is in use" in other.stderr, other


@test
def nothing_is_left():
    assert stack("down").stdout.startswith("stack: stopped"), "it says what it stopped"
    assert stack("status").stdout.count("down") == 4
    assert "nothing runs" in stack("regress").stderr
    assert stack("down").stdout.strip() == "stack: nothing runs"


done()
