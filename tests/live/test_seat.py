#!/usr/bin/env python3
"""What a person sets up: config.yaml, the mouse's wheel, shell completion."""
import os, shutil, signal, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa
from pty_lab import *  # noqa
import mischief

url, world, _ = mischief.serve()
METRICS = """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'canary_p95_ms', warning: ">= 150", critical: ">= 200", then: rollback }
  - { id: err, title: errors, min_samples: 1, query: 'canary_err', warning: ">= 150", critical: ">= 200", then: rollback }
"""


def config(text):
    folder = os.path.join(os.environ["XDG_CONFIG_HOME"], "warroom")
    os.makedirs(folder, exist_ok=True)
    file = os.path.join(folder, "config.yaml")
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return file


def live(name, *args):
    file = plan(name, url, url, stage_s=600, advance="manual", metrics=METRICS)
    t = Pty([WARROOM, "run", file, "--session", path(name + ".wr"), *args], w=80, h=24)
    t.sees("120 ms")
    return t


def end(t):
    os.kill(t.p.pid, signal.SIGTERM)
    assert t.status() == 40
    until("the terminal to be given back", t.is_restored, 2)


@test
def config_is_followed_and_never_written():
    file = config("theme: mono\ndefaults:\n  as: chai\n  mouse: true\nkeys:\n  help: h\n")
    before = open(file).read(), os.stat(file).st_mtime_ns
    with live("config") as t:
        t.sees("IC chai")
        assert t.vt.modes["1000"]
        t.key_ms("h", "HELP")
        t.sees("also h")
        t.send("\x1b")
        t.gone("HELP")
        assert not [s for s in t.vt.looks if "8;5" in s], "mono has no colour"
        end(t)
        assert "config.yaml" not in t.screen()
    assert before == (open(file).read(), os.stat(file).st_mtime_ns)


@test
def an_option_goes_before_the_config():
    config("theme: mono\ndefaults: { as: chai, session-dir: /nowhere }\n")
    with live("before", "--as", "anna", "--theme", "dark") as t:
        t.sees("IC anna")
        assert [s for s in t.vt.looks if ";5;" in s], "the theme of the option"
        end(t)
    assert "/nowhere" in warroom("paths").stdout
    assert "/elsewhere" in warroom("paths", "--session-dir", "/elsewhere").stdout


@test
def a_bad_config_warns_and_stops_nothing():
    file = config("theme: dark\ncolour: red\ndefaults: { asci: true }\n")
    with live("bad-config") as t:
        t.sees("config.yaml:2:1: colour: an unknown key is not used")
        end(t)
        assert b"did you mean ascii?" in t.raw, "all of them on stderr"
    r = warroom("sessions", "--session-dir", path("none"))
    assert r.returncode == 0 and f"{file}:2:1: colour" in r.stderr, r
    config("theme: {\n")
    r = warroom("paths")
    assert r.returncode == 0 and "config.yaml:" in r.stderr and "sessions" in r.stdout, r
    config("theme: no-such\n")
    with live("bad-theme") as t:
        t.sees('no theme "no-such"')
        end(t)


config("")


@test
def the_wheel_moves_and_buttons_do_nothing():
    world.asked.clear()
    with live("wheel", "--mouse") as t:
        assert t.vt.modes["1000"] and t.vt.modes["1006"]
        t.sees(">p95 latency")
        t.send("\x1b[<65;10;10M")
        t.sees(">errors")
        t.send("\x1b[<64;10;10M")
        t.sees(">p95 latency")
        t.send("\x1b[<0;10;10M\x1b[<0;10;10m\x1b[<2;5;5M\x1b[<2;5;5m\x1b[M AR\x1b[M KK\x1b[M!AA")
        t.key_ms("?", "HELP")
        t.send("\x1b")
        t.gone("HELP")
        assert "LEAVE" not in t.screen() and "KILL SWITCH ON" not in t.screen()
        t.send(":")
        t.type("mouse off\r")
        until("the mouse to be off", lambda: not t.vt.modes["1000"])
        end(t)
    assert not world.asked
    with live("no-wheel") as t:
        assert not t.vt.modes["1000"], "off unless asked for"
        end(t)


def offers(want, *words):
    got = complete("warroom", *words)
    assert got == want, f"{words}: {got}, wanted {want}"


def complete(*words):
    """What bash offers for the last word."""
    script = ('source <("$1" completion bash); shift; PATH=' + os.path.dirname(WARROOM) + ':$PATH; '
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _warroom; printf "%s\\n" "${COMPREPLY[@]}"')
    r = subprocess.run(["bash", "--norc", "-c", script, "bash", WARROOM, *words], capture_output=True, text=True,
                       timeout=30, cwd=DIR)
    assert r.returncode == 0 and not r.stderr, r
    return r.stdout.split()


@test
def bash_completes():
    state = path("state")
    os.makedirs(os.path.join(state, "warroom/sessions"), exist_ok=True)
    open(os.path.join(state, "warroom/sessions/monday.wr"), "w").close()
    open(path("a-plan.yaml"), "w").close()
    os.environ["XDG_STATE_HOME"] = state
    offers(["resume"], "re")
    offers(["latency"], "demo", "lat")
    offers(["--session", "--session-dir"], "demo", "--ses")
    offers(["--rehearse"], "run", "--reh")
    offers(["a-plan.yaml"], "run", "a-p")
    offers(["dark"], "run", "--theme", "da")
    offers(["dark"], "run", "--theme", "=", "da")
    offers(["monday"], "verify", "mon")
    offers(["check"], "plan", "ch")
    offers(["bash", "zsh", "fish"], "completion", "")
    offers([], "run", "--role", "x")


@test
def the_other_shells_read_theirs():
    for shell in ("zsh", "fish"):
        script = warroom("completion", shell)
        assert script.returncode == 0 and "rehearse" in script.stdout
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script.stdout, text=True, check=True, timeout=30)
    r = warroom("completion", "csh")
    assert r.returncode == 64 and "bash, zsh and fish" in r.stderr, r


done()
