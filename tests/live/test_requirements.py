#!/usr/bin/env python3
"""docs/requirements.md stays true: every id stands there once, with a test that names it, or the word
`later`. `test_requirements.py write` fills in the files that name an id."""
import os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import ROOT, done, test

PAGE = os.path.join(ROOT, "docs", "requirements.md")
GROUPS = {"PLN": 7, "SCO": 6, "PRE": 31, "TIM": 19, "BAS": 8, "MET": 15, "JDG": 25, "GRD": 7, "KIL": 10, "ACT": 16,
          "RBK": 15, "APR": 10, "LOG": 11, "ALR": 8, "COM": 12, "CAL": 10, "EVI": 9, "BST": 4, "REP": 17, "RPL": 6,
          "FNT": 6, "ABX": 6, "DBA": 11, "UIX": 6, "SEC": 4}
ID = re.compile(r"\b([A-Z]{3})-(\d+)((?:(?:/|, |\.\.| to | and )\d+\b)*)")
NAME = re.compile(r"\b(?:[A-Z]{3}_\d+_)+")  # of a test function


def ids(text):
    """Ids that a text names: `PRE-2/3`, `BST-1..4`, `JDG-14 to 17` are several."""
    out = {(g, int(n)) for name in NAME.findall(text) for g, n in re.findall(r"([A-Z]{3})_(\d+)_", name)}
    for group, first, more in ID.findall(text):
        last = int(first)
        out.add((group, last))
        for how, n in re.findall(r"(/|, |\.\.| to | and )(\d+)", more):
            span = range(last, int(n) + 1) if how in ("..", " to ") else (int(n),)
            out.update((group, i) for i in span)
            last = int(n)
    return {f"{g}-{n}" for g, n in out if n <= GROUPS.get(g, 0)}


def tests():
    """Which files of tests/ name an id."""
    named = {}
    for folder, _, files in os.walk(os.path.join(ROOT, "tests")):
        for f in sorted(files):
            if not f.endswith((".c", ".h", ".py", ".tape", ".txt", ".scene", ".tsv", ".yaml")) or f == os.path.basename(__file__):
                continue
            with open(os.path.join(folder, f), encoding="utf-8", errors="replace") as text:
                for i in ids(text.read()):
                    named.setdefault(i, []).append(os.path.relpath(os.path.join(folder, f), ROOT))
    return named


def rows():
    for line in open(PAGE, encoding="utf-8"):
        m = re.match(r"\| ([A-Z]{3}-\d+) \| (.*) \| (.*) \|$", line)
        if m:
            yield m.groups()


def write():
    named, out = tests(), []
    for line in open(PAGE, encoding="utf-8"):
        m = re.match(r"\| ([A-Z]{3}-\d+) \| (.*) \| (.*) \|$", line)
        if m:
            files = sorted(named.get(m[1], []), key=lambda f: ("live" not in f, f))[:3]
            line = f"| {m[1]} | {m[2]} | {', '.join(f'`{f[6:]}`' for f in files) or 'later'} |\n"
        out.append(line)
    open(PAGE, "w", encoding="utf-8").write("".join(out))


if sys.argv[1:] == ["write"]:
    write()
    sys.exit(0)


@test
def every_requirement_stands_once():
    found = [r[0] for r in rows()]
    assert found == [f"{g}-{n}" for g, most in GROUPS.items() for n in range(1, most + 1)], len(found)


@test
def each_is_named_by_the_tests_that_show_it():
    named, wrong = tests(), []
    for i, _, shown in rows():
        files = re.findall(r"`([^`]+)`", shown)
        if shown != "later" and not files:
            wrong.append(f"{i}: neither a test nor `later`")
        wrong += [f"{i}: tests/{f} does not name it" for f in files if f"tests/{f}" not in named.get(i, [])]
    assert not wrong, wrong


done()
