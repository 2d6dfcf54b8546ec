#!/usr/bin/env python3
"""The runbooks' nights as drills of the sample plans: clean ones, and those in which their own rules
fire. Each asserts the journal and the requests on the wire."""
import os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from drill import *  # noqa

PLANS = os.path.join(ROOT, "sample-config")
RELAY = os.path.join(PLANS, "relay-guardrails.yaml")
SHOW = os.path.join(PLANS, "run-of-show.yaml")
RELAY_TEAM = {"DEVOPS_NAME": "anna", "ENGINEERING_NAME": "eva", "REVIEWER_NAME": "rob"}


def relay_people(e):
    if e.get("kind") == "timeline" and e.get("op") == "open" and "review" in e["title"]:
        return as_role("reviewer", "rob", f"confirm review_{e['at'][2:-1]} was read".replace("review_", "review_t"))
    if e.get("kind") == "stage" and e.get("op") == "clock" and e["index"] == 0:
        return as_role("engineering", "eva", "approve advance agreed")
    if e.get("kind") == "stage" and e.get("op") == "clock" and e["index"] == 1:
        return ["approve decision promoted", *as_role("engineering", "eva", "approve decision all six met")]


def splits(world):
    return [re.search(r"main:\d+,r0.5-hotfix:\d+", r)[0] for r in world.commands("--traffic-split")]


def whole(d):
    v = warroom("verify", d.session, "--head", d.lines[-1]["head"])
    assert v.returncode == 0, v.stdout + v.stderr
    journal = open(d.session, "rb").read()
    for secret in TOKENS + ["drill-prom", "drill-graf", "drill-am", "drill-lb", "drill-status"]:
        assert secret.encode() not in journal, f"{secret} stands in the journal"


@test
def relay_clean_run_is_promoted():
    """BST-1 BST-2 BST-4 EVI-1 EVI-3 EVI-4 GRD-4 PRE-21 PRE-22 PRE-23 COM-5 COM-6 TIM-14 APR-8 APR-9"""
    w = World("healthy", 500)
    d = Drill(w, RELAY, relay_people, env=RELAY_TEAM)
    assert d.final() == "PASS", d.lines[-2]
    assert splits(w) == ["main:5,r0.5-hotfix:95", "main:100,r0.5-hotfix:0"], splits(w)
    burst = [r for e in d.of("observed") for r in e.get("burst", {}).get("rows", [])]
    assert len(burst) == 100 and sorted({r[1] for r in burst}) == [1, 2, 3, 4, 5], burst[:3]
    assert all(sum(1 for r in burst if r[1] == u) == 20 for u in range(1, 6))
    users = json.loads(get(w.url + "/sim/users"))
    assert len(w.requests("/api/v1/memory/query")) == 100, users
    assert len(w.requests("/api/dashboards/db", "POST")) == 6 and len(w.requests("/api/v2/policies", "POST")) == 4
    files = d.evidence()
    for name in ("CANARY_LB_DIFF_", "CANARY_DASHBOARDS_", "CANARY_ALERTS_", "canary_load_burst_", "CANARY_SNAPSHOT_T15_",
                 "CANARY_SNAPSHOT_T30_", "CANARY_SNAPSHOT_T60_", "CANARY_DECISION_FINAL.txt", "CANARY_PROMOTION_FINAL.txt"):
        assert any(f.startswith(name) for f in files), f"{name} is missing: {files}"
    assert d.of("source", op="evidence_end")[0]["complete"], d.of("source", op="evidence_end")
    decision = open(os.path.join(d.session + ".evidence", "CANARY_DECISION_FINAL.txt")).read()
    assert "Decision: PROMOTE" in decision and "Signed (decision), 2 of 2:" in decision and "Engineering: eva, agreed" in decision
    check = subprocess.run(["sha256sum", "-c", "MANIFEST.sha256"], cwd=d.session + ".evidence", capture_output=True)
    assert check.returncode == 0, check.stderr
    assert len(w.requests("/hooks/canary-live", "POST")) >= 12 and len(w.requests("/hooks/engineering", "POST")) == 1
    assert len(d.of("timeline", op="done")) == 8
    whole(d)
    w.stop()


@test
def relay_rule_that_is_broken_in_time_does_not_fire_and_a_second_one_fires_once():
    """GRD-1 GRD-6 JDG-10 JDG-11 JDG-22 RBK-9 RBK-2 C14"""
    w = World("healthy", 120)
    d = Drill(w, RELAY, relay_people, env=RELAY_TEAM)
    d.sees("the burst's end", "timeline", op="done", index=2)
    w.set(signal="ttfv", value=2400)
    d.sees("the rule to be pending", "decision", rule="for.pending")
    w.set(signal="ttfv", value=None)
    until("the metric to be well again", lambda: [e for e in d.of("decision") if e["rule"] != "for.pending" and
                                                  e["seq"] > d.of("decision", rule="for.pending")[0]["seq"]], 60)
    assert not d.of("rollback"), "a rule that was broken for less than five minutes fired"
    w.set(signal="ttfv", value=2400)
    d.sees("the rollback", "rollback", op="wanted")
    w.set(alert="CanaryTTFV", state="firing", labels={"severity": "critical", "auto_rollback": "true"})
    assert d.final() == "FAIL", d.lines[-2]
    assert splits(w) == ["main:5,r0.5-hotfix:95", "main:0,r0.5-hotfix:100"], splits(w)
    assert len(d.of("intent", do="rollback")) == 1
    fired = d.of("rollback", op="wanted")[0]
    assert fired["rule"] == "critical.then:ttfv", fired
    ticks = [(e["t_ms"] if "t_ms" in e else e["t"], e) for e in d.events() if e["kind"] == "critical"]
    assert len(ticks) == 1 and ticks[0][1]["metric"] == "ttfv", ticks
    assert any(f == "CANARY_ROLLBACK_FINAL.txt" for f in d.evidence())
    whole(d)
    w.stop()


@test
def relay_gate_with_two_answers_rolls_back_at_the_limit():
    """JDG-23: the pool at 85 % breaks no rule, and is no promotion."""
    w = World("healthy", 500)
    d = Drill(w, RELAY, relay_people, env=RELAY_TEAM)
    d.sees("the canary", "stage", op="clock")
    w.set(signal="dbpool", value=85)
    assert d.final() == "FAIL", d.lines[-2]
    assert d.of("rollback", op="wanted")[0]["rule"] == "gate.decides", d.of("rollback")
    assert splits(w)[-1] == "main:0,r0.5-hotfix:100" and "main:100,r0.5-hotfix:0" not in splits(w)
    whole(d)
    w.stop()


@test
def relay_security_guardrail_fires_at_the_first_attempt():
    """GRD-2 GRD-5 MET-15 APR-8: a decision that nobody has signed is incomplete evidence."""
    w = World("healthy", 120)
    d = Drill(w, RELAY, relay_people, env=RELAY_TEAM)
    d.sees("the canary", "stage", op="clock")
    w.set(signal="tenant", value=0.01)
    d.sees("the rollback", "rollback", op="wanted")
    assert d.final() == "FAIL"
    assert "tenant" in d.of("rollback", op="wanted")[0]["rule"]
    log = subprocess.run(["sqlite3", d.session, "select text from log"], capture_output=True, text=True).stdout
    assert "SECURITY" in log, log[-2000:]
    rails = re.findall(r"^  \[(FIRED|PASS|PENDING|NODATA)\] (.+?) [<>=].* \| worst (.+) at (\S+Z) \(T\+\S+\)$",
                       open(os.path.join(d.session + ".evidence", "CANARY_DECISION_FINAL.txt")).read(), re.M)
    assert [(state, name) for state, name, _, _ in rails] == [
        ("PASS", "TTFV p95"), ("PASS", "RLS errors"), ("PASS", "SSE success"), ("FIRED", "SECURITY: Cross-tenant attempts"),
        ("PASS", "Canary service health"), ("PASS", "ANN p95"), ("PASS", "DB pool")], rails
    assert "CANARY_DECISION_FINAL.txt (not signed)" in d.of("source", op="evidence_end")[0]["missing"]
    assert float(rails[3][2]) > 0 and float(rails[1][2]) == 0, rails
    w.stop()


def relay_with(name, **lines):
    """The relay's plan with some of its lines said otherwise."""
    text = open(RELAY, encoding="utf-8").read()
    for key, line in lines.items():
        text, n = re.subn(rf"(?m)^{key}: .*$", f"{key}: {line}", text)
        text += "" if n else f"{key}: {line}\n"
    file = path(name + ".yaml")
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return file


@test
def relay_gate_is_fail_though_all_is_fine_again():
    """Story 6. JDG-22 GRD-1 RBK-9: watched for an hour after the rollback, every guardrail well, and still FAIL."""
    w = World("healthy", 1000)
    d = Drill(w, relay_with("relay-watched", observe="{ after_rollback: 60m }"), relay_people, env=RELAY_TEAM)
    clock = d.sees("the canary", "stage", op="clock")
    w.set(signal="ttfv", value=2400)
    undone = d.sees("the rollback", "rollback", op="done")
    w.set(signal="ttfv", value=None)
    well = d.sees("that it is well again", "status", metric="ttfv", to="OK", **{"from": "CRITICAL"})
    assert d.final() == "FAIL" and d.p.returncode == 20, d.lines[-2]
    final = d.of("final")[0]
    assert final["t_plus"] >= undone["t_plus"] + 3600 and final["t_plus"] - clock["t_plus"] >= 3600, final
    assert well["t_plus"] < final["t_plus"] - 1800, (well, final)
    assert final["counts"]["ok"] == final["counts"]["of"] == 5, final["counts"]
    assert final["why"].startswith("rolled back: TTFV p95"), final["why"]
    assert [c["id"] for c in final["criteria"] if c["met"] is False] == ["no_rollback", "alerts"], final["criteria"]
    assert len([c for c in final["criteria"] if c["id"].startswith("metric:") and c["met"] is True]) == 5, final["criteria"]
    assert not [e for e in d.of("decision") if e["seq"] > undone["seq"] and e["decision"] == "PROCEED"]
    assert splits(w) == ["main:5,r0.5-hotfix:95", "main:0,r0.5-hotfix:100"], splits(w)
    shown = warroom("status", d.session).stdout
    assert "verdict   FAIL" in shown and "5 pass, 0 WARN, 0 CRIT, 0 unknown of 5" in shown, shown
    whole(d)
    w.stop()


@test
def relay_retry_is_refused_for_a_day_and_without_a_note():
    """Story 6. TIM-19 RBK-13: a live run this time (a drill holds nobody up), rolled back at its first attempt."""
    w = World("healthy", 1)
    env = {**w.env, **RELAY_TEAM}
    day = relay_with("relay-day", tick="1s")
    soon = relay_with("relay-soon", tick="1s", rules="{ retry_cooldown: 1s }")

    def live(plan_file, name, *args):
        s = path(name)
        return s, start([WARROOM, "run", plan_file, "--session", s, "--headless", "--json", "--as", "anna", "--at", "+1s", *args],
                        env=env, stdout=open(s + ".jsonl", "w"), stderr=open(s + ".err", "w"))

    def seen(s, kind, **fields):
        return until(f"{kind} of {s}", lambda: [e for e in events(s + ".jsonl") if e.get("kind") == kind and
                                               all(e.get(k) == v for k, v in fields.items())])
    s, p = live(day, "relay-first.wr")
    seen(s, "stage", op="clock")
    w.set(signal="tenant", value=0.5)
    assert p.wait(20) == 20 and seen(s, "final")[0]["decision"] == "FAIL", events(s + ".jsonl")[-2:]
    name = seen(s, "session", op="start")[0]["run_id"]
    w.set(signal="tenant", value=None)
    moved = splits(w)
    assert moved == ["main:5,r0.5-hotfix:95", "main:0,r0.5-hotfix:100"], moved
    for fix in ([], ["--fix", "the tenant filter is mended"]):
        again, p = live(day, "relay-again.wr", *fix)
        assert p.wait(20) == 20, fix
        said = open(again + ".err").read()
        assert f"{name} was rolled back" in said and "1d until the next" in said, said
        assert not os.path.exists(again), "nothing may be begun"
    until("the cooldown is over; the note is missing", lambda: "say what was fixed" in warroom(
        "run", soon, "--session", again, "--headless", "--as", "anna", env=env).stderr)
    assert splits(w) == moved and not os.path.exists(again), "a refused retry has sent something"
    again, p = live(soon, "relay-again.wr", "--fix", "the tenant filter is mended")
    assert seen(again, "session", op="start")[0]["fix"] == "the tenant filter is mended"
    stop(p)
    w.stop()


def show_people(e):
    if e.get("kind") == "timeline" and e.get("op") == "open":
        return {"T-20m": ["confirm room_open opened"], "T-10m": ["confirm preflight_read 9/9, blast radius PASS"]}.get(e["at"])
    if e.get("kind") == "soak" and e.get("op") == "checkin" and e["index"] % 2 == 0:
        return ["checkin all quiet"]


@test
def show_clean_run_and_its_first_night():
    """TIM-8 TIM-9 TIM-18 PRE-24 PRE-25 CAL-7 CAL-9 EVI-2 EVI-6 FNT-1 COM-7 ALR-1"""
    w = World("healthy", 1000, "2026-02-07T21:00:00+03:00")
    d = Drill(w, SHOW, show_people, env={"IC_NAME": "anna", "FIRST_NIGHT": "T+5h"})
    assert d.final() == "PASS", d.lines[-2]
    weights = [re.search(r"canary-weight=(\d+)", r)[1] for r in w.commands("annotate")]
    assert weights == ["1", "5", "25", "50", "100"], weights
    assert [e["weight"] for e in d.of("stage", op="clock")] == [1, 5, 25, 50, 100]
    assert len(d.of("soak", op="checkin")) == 5, d.of("soak")
    assert d.of("soak", op="missed"), "a check-in that nobody answered is marked missed"
    assert len(w.commands("--add-label")) == 1 and len(w.commands("--remove-label")) == 1
    assert [e["which"] for e in d.of("timeline", op="freeze")] == ["start", "end"]
    end = d.of("source", op="evidence_end")[0]
    assert not end["complete"] and end["files"] < 50, end  # a short night has fewer than the 50 files
    assert not [m for m in end["missing"] if "freeze" in m or "summary" in m], end
    whole(d)
    w.stop()


@test
def show_trend_holds_a_gate_and_twice_in_a_row_asks_the_ic():
    """Story 7. JDG-19 JDG-20 APR-3: within every limit and getting worse is no advance for fifteen minutes; flat
    again it goes on; the second hold in a row wants the IC's word, which is a rollback here."""
    world = path("trend-night.scn")
    with open(world, "w", encoding="utf-8") as f:
        f.write("about p95 climbs in the first stage and stays, the pool climbs on in the second\ninclude common\n"
                "effect p95 from weight>=1 add 30 over 12m\neffect pool from weight>=5 add 20 over 40m\n")
    w = World(world, 600, "2026-02-07T21:00:00+03:00")
    d = Drill(w, SHOW, show_people, env={"IC_NAME": "anna", "FIRST_NIGHT": "T+5h"})
    held = d.sees("the hold", "decision", rule="gate.trend", stage="Stage 1")
    assert held["decision"] == "HOLD" and held["counts"]["ok"] == held["counts"]["of"] == 6, held
    assert re.match(r"HTTP p95: 1\d\d ms within its limits, its trend worsens by \d.* Mann-Kendall p ", held["why"]), held["why"]
    shown = warroom("status", d.session).stdout
    assert "its trend worsens" in shown and "6 pass, 0 WARN" in shown, shown
    assert re.findall(r"canary-weight=(\d+)", " ".join(w.commands("annotate"))) == ["1"]
    second = d.sees("the second stage", "stage", op="clock", index=1)
    end = d.of("stage", op="end", index=0)[0]
    assert 1800e3 <= end["elapsed_ms"] < 2400e3 and end["result"] == "pass", end
    asked = d.sees("the IC is asked", "decision", rule="trend.escalate")
    holds = [e for e in d.of("decision", stage="Stage 2") if e["rule"].split(".")[0] in ("gate", "trend")]
    assert [e["decision"] for e in holds] == ["HOLD", "ESCALATE"] and "pgBouncer pool" in asked["why"], holds
    assert asked["t_plus"] - second["t_plus"] >= 1800, (second, asked)
    d.say("rollback the pool does not stop climbing")
    assert d.final() == "FAIL", d.lines[-2]
    assert re.findall(r"canary-weight=(\d+)", " ".join(w.commands("annotate"))) == ["1", "5", "0"]
    assert d.of("intent", do="rollback")[0]["actor"] == "anna" and not d.of("critical") and not d.of("warning")
    whole(d)
    w.stop()


@test
def show_preflight_of_8_of_9_never_starts():
    """PRE-24: NO-GO, nothing is sent."""
    w = World("healthy", 600, "2026-02-07T21:00:00+03:00")
    w.set(signal="preflight_score", value=8)
    d = Drill(w, SHOW, show_people, env={"IC_NAME": "anna"})
    assert d.final() == "ABORTED", d.lines[-2]
    assert d.p.returncode == 30
    assert not w.commands("annotate") and not d.of("stage"), "a start against a failed preflight"
    failed = [e for e in d.of("preflight", id="script") if e["result"] == "fail"]
    assert failed and "8/9" in failed[0]["why"], d.of("preflight", id="script")
    w.stop()


@test
def show_metric_without_data_holds_the_gate():
    """JDG-13 ALR-8: 5 PASS and 1 NODATA is not 6/6."""
    w = World("healthy", 300, "2026-02-07T21:00:00+03:00")
    d = Drill(w, SHOW, show_people, env={"IC_NAME": "anna"})
    d.sees("the first stage", "stage", op="clock")
    w.set(gone="ws_last_message_age_seconds", on=True)
    d.sees("the hold", "decision", rule="gate.nodata")
    assert d.final() == "INCONCLUSIVE", d.lines[-2]
    assert len(d.of("stage", op="clock")) == 1, "a gate opened on five of six"
    whole(d)
    w.stop()


done()
