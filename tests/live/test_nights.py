#!/usr/bin/env python3
"""The calendar of the run of show, asked and lived through; and the morning after, when somebody asks what
another limit would have done."""
import datetime, os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from drill import *  # noqa

PLANS = os.path.join(ROOT, "sample-config")
SHOW = os.path.join(PLANS, "run-of-show.yaml")
INDEX = os.path.join(PLANS, "executor-v1.yaml")
NIGHT = {}
ZONES = ("America/New_York", "Asia/Tokyo", "Europe/London")

# plan, zone, what, then rows of time, allowed or not, and a word of the answer. 2026-03-24 is a Tuesday in the
# week in which London and Berlin change (29 March), New York's is that of 8 March; 23 April is a holiday.
CALENDAR = [
    (INDEX, "+07:00", "start", [  # half-open, across midnight, with the two hours that must fit (CAL-1 CAL-2 CAL-3)
        ("2026-02-01T21:59:59", 0, "next 2026-02-01 22:00:00"), ("2026-02-01T22:00:00", 1, "until 2026-02-02 04:00:01"),
        ("2026-02-02T00:00:00", 1, ""), ("2026-02-02T04:00:00", 1, ""), ("2026-02-02T04:00:01", 0, "2h does not fit"),
        ("2026-02-02T06:00:00", 0, "next 2026-02-02 22:00:00")]),
    (INDEX, "+07:00", "advance", [("2026-02-02T05:59:59", 1, ""), ("2026-02-02T06:00:00", 0, "off-peak")]),
    (SHOW, "+03:00", "schema_change", [  # the exchange: Monday to Friday, holidays from the plan (CAL-4)
        ("2026-02-10T09:29:59", 1, "until 2026-02-10 09:30:00"), ("2026-02-10T09:30:00", 0, "next 2026-02-10 18:00:00"),
        ("2026-02-10T17:59:59", 0, "market hours"), ("2026-02-10T18:00:00", 1, "until 2026-02-11 09:30:00"),
        ("2026-02-14T12:00:00", 1, ""), ("2026-02-15T12:00:00", 1, "until 2026-02-16 09:30:00"),
        ("2026-04-22T12:00:00", 0, ""), ("2026-04-23T12:00:00", 1, "until 2026-04-24 09:30:00"),
        ("2026-04-24T12:00:00", 0, "")]),
    (SHOW, "+03:00", "advance", [  # stages in market hours: the IC confirms them (CAL-5)
        ("2026-02-10T09:29:59", 1, "!with a warning"), ("2026-02-10T09:30:00", 1, "with a warning: exchange is open"),
        ("2026-02-10T18:00:00", 1, "!with a warning"), ("2026-04-23T12:00:00", 1, "!with a warning"),
        # weeks with a change of clocks, Monday to Sunday (CAL-6)
        ("2026-03-01T23:59:59", 1, "until 2026-03-02 00:00:00"), ("2026-03-02T00:00:00", 0, "next 2026-03-02 06:00:00"),
        ("2026-03-08T12:00:00", 0, "next 2026-03-09 00:00:00"), ("2026-03-09T00:00:00", 1, "until 2026-03-23 00:00:00"),
        ("2026-03-24T05:59:59", 0, "DST week"), ("2026-03-24T06:00:00", 1, ""), ("2026-03-24T09:59:59", 1, ""),
        ("2026-03-24T10:00:00", 0, "next 2026-03-25 06:00:00"), ("2026-03-29T23:59:59", 0, "next 2026-03-30 00:00:00"),
        ("2026-03-30T00:00:00", 1, "until 2026-10-19 00:00:00"), ("2026-10-25T12:00:00", 0, "DST week"),
        ("2026-10-26T12:00:00", 0, "DST week"), ("2026-11-02T00:00:00", 1, "until 2027-03-08 00:00:00")]),
    (SHOW, "+03:00", "start", [("2026-03-24T08:30:00", 1, ""), ("2026-03-24T08:30:01", 0, "1h30m does not fit")]),
    *((plan_file, zone, "rollback", [(t, 1, "no window stops a rollback") for t in times]) for plan_file, zone, times in (
        (SHOW, "+03:00", ("2026-02-10T12:00:00", "2026-03-24T10:00:00", "2026-03-24T12:00:00", "2026-10-25T20:00:00")),
        (INDEX, "+07:00", ("2026-02-02T12:00:00",)))),
]


@test
def the_whole_calendar_wherever_the_host_is():
    """Story 8. CAL-1 CAL-2 CAL-3 CAL-4 CAL-5 CAL-6 RBK-12, to the second."""
    asked = 0
    for plan_file, zone, what, rows in CALENDAR:
        for host, (when, allowed, word) in ((h, r) for h in ZONES for r in rows):
            r = warroom("plan", "when", plan_file, "--at", when + zone, "--for", what, env={**os.environ, "TZ": host})
            there = word.lstrip("!") in r.stdout
            assert r.returncode == (0 if allowed else 20) and there != word.startswith("!"), (what, when, host, r.stdout)
            asked += 1
    assert asked == 3 * sum(len(rows) for *_, rows in CALENDAR) > 100


def clock(w):
    """The simulated wall clock in Istanbul, "09:31:07"."""
    now = json.loads(get(w.url + "/sim/state"))["now_ms"] / 1000
    return (datetime.datetime.fromtimestamp(now, datetime.timezone.utc) + datetime.timedelta(hours=3)).strftime("%H:%M:%S")


def room(e):
    if e.get("kind") == "timeline" and e.get("op") == "open":
        return {"T-20m": ["confirm room_open opened"], "T-10m": ["confirm preflight_read 9/9"]}.get(e["at"])
    if e.get("kind") == "stage" and e.get("op") == "clock" and e["index"] == 2:
        return ["hold the orders look odd"]


@test
def a_tuesday_of_a_dst_week_that_runs_into_the_market():
    """Story 8. CAL-5 CAL-6 CAL-7 CAL-8 RBK-12 KIL-8: the exchange opens while a stage is held, the IC confirms one
    gate, at ten no stage begins any more; the kill switch and the rollback know no calendar."""
    w = World("healthy", 600, "2026-03-24T07:35:00+03:00")
    d = Drill(w, SHOW, room, env={"IC_NAME": "anna"})
    weights = lambda: re.findall(r"canary-weight=(\d+)", " ".join(w.commands("annotate")))
    d.sees("the third stage", "stage", op="clock", index=2)
    w.set(signal="pool", value=70)  # within its limit of 80; somebody will ask in the morning
    until("a while", lambda: clock(w) > "08:45:00")
    w.set(signal="pool", value=None)
    until("the exchange to open", lambda: clock(w) > "09:30:00")
    d.say("go they are fine")
    warned = d.sees("the warning", "decision", rule="window.warn")
    assert "exchange is open" in warned["why"] and weights() == ["1", "5", "25"], (warned, weights())
    d.say("confirm window the orders are quiet on Tuesdays")
    d.sees("the fourth stage", "stage", op="clock", index=3)
    assert weights() == ["1", "5", "25", "50"]
    shut = d.sees("ten o'clock", "decision", rule="window.shut")
    assert shut["t"][11:19] >= "07:00:00" and "next 2026-03-25 06:00:00" in shut["why"], shut
    d.say("confirm window it is late", "advance ! we are late")
    refused = d.sees("no override of hours", "refused", command="advance ! we are late")
    assert "DST week" in refused["why"] and "cannot be overridden" in refused["why"], refused
    assert weights() == ["1", "5", "25", "50"] and clock(w) > "10:00:00"
    shown = warroom("status", d.session).stdout
    assert "HOLD: outside the allowed hours: only DST week 06:00-10:00" in shown, shown
    freeze = d.of("timeline", op="freeze")
    assert [f["which"] for f in freeze] == ["start"] and "rollback" in freeze[0]["allowed"] and "schema" in freeze[0]["blocked"]
    d.say("kill on the market moves")
    on = d.sees("the kill switch", "observed", outcome="verified", why="read back in every scope")
    assert on["actor"] == "anna" and json.loads(get(w.url + "/api/kill-switch/status"))["global_active"] is True
    d.say("rollback the market moves")
    assert d.final() == "FAIL" and d.p.returncode == 20, d.lines[-2]
    assert weights() == ["1", "5", "25", "50", "0"], weights()
    done = d.sees("the rollback", "rollback", op="done")
    assert done["t"][11:19] >= "07:00:00" and [f["which"] for f in d.of("timeline", op="freeze")] == ["start"], done
    v = warroom("verify", d.session, "--head", d.lines[-1]["head"])
    assert v.returncode == 0, v.stdout
    w.stop()
    NIGHT["session"] = d.session


def told(r):
    """What is decided in a judgement, as (seconds from T, decision, rule), and its verdict."""
    said = [json.loads(line) for line in r.stdout.splitlines()]
    return [(e["t_plus"], e["decision"], e["rule"]) for e in said if e["kind"] == "decision"], said[-1]["decision"]


@test
def the_morning_after_another_limit_is_asked():
    """Story 10. RPL-6 JDG-1: with the pool's limit at 65 instead of 80 it would have been rolled back at the first
    tick with 70, and nothing else would differ; the same bytes twice; the session itself stays as it is."""
    session, other = NIGHT["session"], path("limit-65.yaml")
    before = open(session, "rb").read()
    with open(SHOW, encoding="utf-8") as f, open(other, "w", encoding="utf-8") as g:
        text = f.read()
        assert text.count('">= 80"') == 1
        g.write(text.replace('">= 80"', '">= 65"'))
    ask = lambda *args: warroom("judge", session, *args, "--diff", "--json")
    r = ask("--plan", other)
    assert r.returncode == 0 and r.stdout == ask("--plan", other).stdout, "twice the same bytes"
    diff = [json.loads(line) for line in r.stdout.splitlines()]
    # When, from the journal alone: what is judged comes in the order of its records.
    events = [json.loads(x) for x in warroom("export", session, "--format", "jsonl").stdout.splitlines()]
    pool = next(str(s["id"]) for s in events[0]["series"] if s["metric"] == "pool")
    known = [e for e in events if e["kind"] in ("tick", "kill_switch", "alert")]
    first = next(i for i, e in enumerate(known) if e["kind"] == "tick" and (e["v"].get(pool) or 0) >= 65)
    when = max(e["t_plus"] for e in known[:first + 1] if e["t_plus"] is not None)
    mine = [(d["t_plus"], d["decision"], d["rule"]) for d in diff if d["plan"] == "other"]
    assert mine == [(when, "ROLLBACK", "critical.then"), (when, "FAIL", "final")], (when, diff)
    assert "70 % >= 65" in diff[0]["why"], diff[0]
    # And all of it: what one of the two judgements decides and the other does not.
    was, was_end = told(warroom("judge", session, "--json"))
    would, would_end = told(warroom("judge", session, "--plan", other, "--json"))
    theirs = [(d["t_plus"], d["decision"], d["rule"]) for d in diff if d["plan"] == "recorded"]
    assert theirs[:-1] == [x for x in was if x not in would] and len(theirs) > 1, (theirs, was, would)
    assert theirs[-1][1:] == (was_end, "final") and theirs[-1][0] >= theirs[-2][0], theirs
    assert [x for x in would if x not in was] == mine[:1] and would_end == "FAIL"
    assert warroom("judge", session, "--plan", SHOW, "--diff").stdout == "no decision would differ\n"
    assert open(session, "rb").read() == before and warroom("verify", session).returncode == 0


done()
