#!/usr/bin/env python3
"""HAL9's 38 hours at 1000 times the speed, killed at hour 11, resumed, ended with the verdict."""
import os, re, signal, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from drill import *  # noqa

PLAN = os.path.join(ROOT, "sample-config", "hal9-migration.yaml")
TEAM = {"ENGINEERING_LEAD": "anna", "OPERATIONS_LEAD": "olaf", "PRODUCT_OWNER": "pia"}
TICKS = {"canary-5": ["no_complaints", "no_alerts", "consensus"], "canary-10": ["no_complaints", "consensus"],
         "canary-25": ["no_complaints", "no_inconsistency", "engagement", "transactions", "satisfaction", "consensus"],
         "canary-50": ["no_complaints", "no_inconsistency", "sustainable", "consensus"]}


def people(e):
    if e.get("kind") == "session" and e.get("op") == "start":
        return [*as_role("ops", "olaf", "sign shadow_hours SHADOW-1", "sign match_rate SHADOW-1", "sign rollback_read read"),
                *as_role("product", "pia", "sign support told"), "sign team all here"]
    if e.get("kind") == "session" and e.get("op") == "resume":
        return ["go resumed after a crash"]
    if e.get("kind") == "stage" and e.get("op") == "clock":
        ticks = [f"confirm {item} yes" for item in TICKS[e["stage"]]]
        return ticks if e["stage"] != "canary-50" else [*ticks, "approve review proceed", *as_role("ops", "olaf", "approve review proceed"),
                                                        *as_role("product", "pia", "approve review proceed")]


@test
def hal9_in_38_hours_with_a_crash_at_hour_11():
    """PRE-27 PRE-28 PRE-29 PRE-30 TIM-8 TIM-9 TIM-11 TIM-17 JDG-24 ABX-4 ABX-5 APR-7 FNT-5 COM-8 PLN-4 ACT-12 ACT-13"""
    w = World("healthy", 1000)
    env = {**TEAM, "HAL9_STATE_FILE": path("pre-canary-state.json")}
    d = Drill(w, PLAN, people, env=env)
    until("hour 11", lambda: d.lines and (d.lines[-1].get("t_plus") or 0) >= 11 * 3600, 120)
    os.killpg(d.p.pid, signal.SIGKILL)
    d.p.wait(10)
    assert warroom("verify", d.session).returncode == 0
    r = Drill(w, PLAN, people, env=env, session=d.session, resume=True)
    assert r.final(200) in ("PASS", "PASS_WITH_WARNING"), r.lines[-2]
    events = r.events()
    clocks = [e for e in events if e["kind"] == "stage" and e.get("op") == "clock"]
    assert [e["weight"] for e in clocks] == [5, 10, 25, 50], clocks
    ends = [e["elapsed_ms"] / 3.6e6 for e in events if e["kind"] == "stage" and e.get("op") == "end"]
    assert len(ends) == 4 and all(h >= least for h, least in zip(ends, (2, 4, 8, 24))), ends
    moves = [re.search(r"percentage[^0-9]+(\d+)", c)[1] for c in w.commands("--percentage")]
    assert moves == ["5", "10", "25", "50"], moves
    assert os.path.getsize(env["HAL9_STATE_FILE"]) > 0
    assert len(w.requests("/api/v1/incidents", "POST")) == 1
    assert not [e for e in events if e["kind"] == "rollback"]
    assert len(w.commands("ux-metrics")) == 1 and len(w.commands("business-metrics")) == 1
    said = {e["item"] for e in events if e["kind"] == "intent" and e["do"] == "confirm" and e["stage"] == "canary-25" and e["ok"]}
    assert {"engagement", "transactions", "satisfaction"} <= said, said
    review = open(os.path.join(d.session + ".evidence", "canary-final.txt")).read()
    assert "Signed (review), 3 of 3:" in review, review
    assert all(f"  {who}, agreed, " in review for who in ("Engineering Lead: anna", "Operations Lead: olaf", "Product Owner: pia"))
    v = warroom("verify", r.session, "--head", r.lines[-1]["head"])
    assert v.returncode == 0, v.stdout
    w.stop()


@test
def hal9_without_shadow_evidence_does_not_start():
    """PRE-27: an unsigned prerequisite is no start."""
    w = World("healthy", 1000)
    d = Drill(w, PLAN, None, env={**TEAM, "HAL9_STATE_FILE": path("no-state.json")})
    assert d.final() == "ABORTED", d.lines[-2]
    assert not w.commands("--percentage")
    w.stop()


done()
