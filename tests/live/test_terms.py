#!/usr/bin/env python3
"""Each kind of terminal, locale and colour wish, as a table: it starts, says what it fell back to,
sends no byte the terminal cannot show and no sequence it should not, and gives it back. Shows UIX-3 UIX-4."""
import os, re, signal, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa
from pty_lab import *  # noqa
import mischief

url, world, _ = mischief.serve()
METRICS = """
  - { id: p95, title: "เวลา p95 café", unit: ms, signal: p95, min_samples: 1, query: 'canary_p95_ms', warning: ">= 150", critical: ">= 200", then: rollback }
"""
UTF8 = {"LC_ALL": "C.UTF-8"}
NO_LOCALE = {"LC_ALL": None, "LC_CTYPE": None, "LANG": None}
SIXTEEN = r"(0|1|2|4|7|22|24|27|3[0-79]|4[0-79]|9[0-7]|10[0-7])"
COLORS = {
    "mono": r"(|0|1|2|4|7)(;(0|1|2|4|7))*",
    "16": rf"(|{SIXTEEN}(;{SIXTEEN})*)",
    "256": rf"(|({SIXTEEN}|[34]8;5;\d+)(;({SIXTEEN}|[34]8;5;\d+))*)",
    "true": rf"(|({SIXTEEN}|[34]8;2;\d+;\d+;\d+)(;({SIXTEEN}|[34]8;2;\d+;\d+;\d+))*)",
}
# TERM, environment, options, colours, ASCII alone, a sentence on the screen
ROWS = [
    ("xterm-256color", UTF8, [], "256", False, None),
    ("xterm-256color", {**UTF8, "COLORTERM": "truecolor"}, [], "true", False, None),
    ("xterm-256color", {**UTF8, "NO_COLOR": "1"}, [], "mono", False, None),
    ("xterm-256color", {**UTF8, "NO_COLOR": ""}, [], "256", False, None),
    ("xterm-256color", UTF8, ["--no-color"], "mono", False, None),
    ("xterm-256color", UTF8, ["--ascii"], "256", True, None),
    ("xterm-256color", UTF8, ["--ascii", "--no-color"], "mono", True, None),
    ("xterm-256color", {"LC_ALL": "C"}, [], "256", True, "locale is not UTF-8"),
    ("xterm-256color", {**NO_LOCALE, "LANG": "C"}, [], "256", True, "locale is not UTF-8"),
    ("xterm-256color", NO_LOCALE, [], "256", True, "locale is not UTF-8"),
    ("xterm-256color", {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, [], "256", True, "locale is not UTF-8"),
    ("xterm-256color", {**NO_LOCALE, "LANG": "C.UTF-8"}, [], "256", False, None),
    ("xterm-256color", UTF8, ["--theme", "terminal16"], "16", False, None),
    ("xterm-256color", UTF8, ["--theme", "no-such"], "256", False, "no-such"),
    ("xterm", UTF8, [], "16", False, None),
    ("linux", UTF8, [], "16", False, None),
    ("linux", {"LC_ALL": "C"}, [], "16", True, "ASCII"),
    ("screen", UTF8, [], "16", False, None),
    ("screen-256color", UTF8, [], "256", False, None),
    ("tmux-256color", UTF8, [], "256", False, None),
    ("rxvt", UTF8, [], "16", False, None),
    ("vt100", UTF8, [], "mono", True, "an old terminal"),
    ("vt220", {"LC_ALL": "C"}, [], "mono", True, "ASCII"),
    ("ansi", UTF8, [], "16", True, "an old terminal"),
    ("dumb", UTF8, [], "mono", True, "an old terminal"),
    ("xterm-of-tomorrow", UTF8, [], "256", False, "TERM=xterm-of-tomorrow is not known, shown as xterm-256color"),
    ("no-such-terminal", UTF8, [], None, None, "is not known"),
    ("", UTF8, [], None, None, "is not known"),
    (None, UTF8, [], None, None, "is not known"),
]


def one(n, term, env, options, colors, ascii, sentence):
    session = path(f"term-{n}.wr")
    file = plan(f"term-{n}", url, url, stage_s=600, advance="manual", metrics=METRICS)
    argv = [WARROOM, "run", file, "--session", session, "--as", "anna", *options]
    with Pty(argv, w=80, h=24, env={"COLORTERM": None, "NO_COLOR": None, "TERM": term, **env}) as t:
        if sentence:
            t.sees(sentence)
        t.sees("120 ms")
        t.sees("READY")
        t.key_ms("?", "HELP")
        t.send("\x1b")
        t.send("u")
        t.sees("graphs in" if ascii is False else "drawn with ASCII only")
        t.key_ms("K", "KILL")
        t.send("\x1b")
        os.kill(t.p.pid, signal.SIGTERM)
        assert t.status() == 40, t.p.returncode
        until("the terminal to be given back", t.is_restored, 2)
        t.sees("head ")
        raw = bytes(t.raw)
    assert not t.vt.garbage, t.vt.garbage
    if ascii:
        high = [c for c in raw if c >= 0x80]
        assert not high, f"{len(high)} bytes that are not ASCII"
    elif ascii is False:
        assert "เวลา".encode() in raw and "café".encode() in raw
    if colors:
        bad = [s for s in t.vt.looks if not re.fullmatch(COLORS[colors], s)]
        assert not bad, f"looks that {colors} should not have: {bad[:5]}"
    if colors not in (None, "mono"):
        assert [s for s in t.vt.looks if re.search(r"(^|;)[34]", s)], "no colour at all"
    if term == "vt100":
        assert not re.search(rb"\x1b\[\d+G", raw), "a VT100 knows no column address"
    if term == "dumb":
        assert b"\x1b" not in raw, "an escape on a terminal that knows none"


def row(n, r):
    def check():
        one(n, *r)
    env = " ".join(f"{k}={v}" for k, v in r[1].items() if r[1] is not UTF8)
    check.__name__ = f"TERM={r[0]} {env} {' '.join(r[2])}".strip()
    return check


for number, what in enumerate(ROWS):
    test(row(number, what))


@test
def without_a_terminal_it_says_what_to_do():
    file = plan("no-tty", url, url, metrics=METRICS)
    for argv in (["run", file], ["demo"]):
        r = warroom(*argv, "--session", path("no-tty.wr"), stdin=subprocess.DEVNULL)
        assert r.returncode == 64 and "--headless" in r.stderr and r.stdout == "", r
        assert r.stderr.count("\n") == 1 and not os.path.exists(path("no-tty.wr")), r.stderr


@test
def small_terminals_get_a_card():
    for w, h in ((79, 24), (80, 23), (44, 8), (20, 5), (10, 2), (1, 1)):
        session = path(f"card-{w}x{h}.wr")
        file = plan(f"card-{w}x{h}", url, url, stage_s=600, advance="manual", metrics=METRICS)
        with Pty([WARROOM, "run", file, "--session", session], w=w, h=h) as t:
            if w >= 20:
                t.sees("READY")
            else:
                until("a picture", lambda: t.vt.modes["1049"])
            for key in "ARKUy":
                t.send(key)
            os.kill(t.p.pid, signal.SIGTERM)
            assert t.status() == 40
            until("the terminal to be given back", t.is_restored, 2)
            assert not t.vt.garbage
    assert not world.asked, "an action on a screen too small for its box"


done()
