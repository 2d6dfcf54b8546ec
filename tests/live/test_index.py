#!/usr/bin/env python3
"""The index night of executor-v1 against the simulated executor, database and kill switches: a clean
one, and those in which its own rules fire."""
import os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from drill import *  # noqa

PLAN = os.path.join(ROOT, "sample-config", "executor-v1.yaml")
TEAM = {"CANARY_LEAD": "anna", "DBA_NAME": "chai", "SRE_NAME": "boon", "DEV_NAME": "dao", "TECH_LEAD": "tida"}
SRE = ["TC-02", "TC-03", "TC-09", "alerting", "chat", "room", "pager", "boards"]
DEV = ["TC-01", "TC-06", "TC-04", "TC-05", "TC-07", "TC-08", "TC-10"]


def people(e):
    if e.get("kind") == "session" and e.get("op") == "start":
        return [*as_role("sre", "boon", *[f"sign {i} LOG-41" for i in SRE]),
                *as_role("dev", "dao", *[f"sign {i} LOG-41" for i in DEV]),
                *as_role("dba", "chai", "sign rehearsal LOG-42", "sign statement copied")]
    if e.get("kind") == "timeline" and e.get("op") == "open" and e["at"] == "T-15m":
        return ["confirm team_available all three", *as_role("dba", "chai", "sign all ok", "approve start"),
                *as_role("sre", "boon", "sign all ok", "approve start"), "sign all ok"]
    if e.get("kind") == "stage" and e.get("op") == "clock" and e["index"] == 2:
        return ["confirm metrics_ok yes", "approve final seen by the lead", *as_role("dba", "chai", "approve final index is fine"),
                *as_role("lead", "tida", "approve final agreed")]


def unsigned(e):
    """The Tech Lead does not sign."""
    return [x for x in people(e) or () if not x.startswith(("as lead", "approve final agreed"))]


def night(speed=800, start_at="2026-02-01T22:10:00+07:00", who=people, env=None, **signals):
    w = World("healthy", speed, start_at, mysql=True)
    for name, value in {"err": 0.03, "err_stable": 0.03, **signals}.items():
        w.set(signal=name, value=value)
    return w, Drill(w, PLAN, who, env={**TEAM, **(env or {})})


def writes(w):
    """Statements that change something, as they reached the database."""
    verbs = ("ALTER", "CREATE", "DROP", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    return [r for r in w.requests(None, "SQL") if r["body"].lstrip().upper().startswith(verbs)]


DROP = "ALTER TABLE orders DROP INDEX idx_orders_status"
EXECUTION = "/api/executions/exec-0001"


def by_hand(w, text):
    """A statement through the DBA's own client, not through the run."""
    r = subprocess.run(["mariadb", "--no-defaults", "-h127.0.0.1", "-P" + w.env["MYSQL_PORT"], "-udba", "--skip-ssl", "shop",
                        "-e", text], capture_output=True, text=True, timeout=20)
    assert r.returncode == 0, r.stderr


def refusal(d, words, *lines):
    """One of these lines is refused with these words."""
    d.say(*lines)
    until("the refusal: " + words, lambda: [e for e in d.of("refused") if words in e["why"] and e["command"] in lines])


@test
def a_clean_index_night():
    """PLN-7 MET-1 MET-11 ACT-9 PRE-2 PRE-7 PRE-8 PRE-9 PRE-10 PRE-16 PRE-17 PRE-31 BAS-1 BAS-5 KIL-1 KIL-6 ACT-8
    ACT-11 TIM-5 SCO-1 JDG-14 FNT-4 BAS-6 APR-6"""
    w, d = night()
    refusal(d, "there is nothing to sign yet", *as_role("lead", "tida", "approve final too early"))
    assert d.final() == "PASS", d.lines[-2]
    assert d.events()[0]["run_id"].startswith("CANARY-EXEC-V1-")
    assert len(w.requests("/api/executions", "POST")) == 2, "one create and one execute"
    assert w.requests(None, "SQL") and not writes(w), "the tool wrote to the database itself"
    base = d.of("baseline", op="done", set="baseline")[0]
    assert all(base["samples"][m] >= 10 for m in ("q50", "q99", "conns", "table_locks", "lag", "cpu")), base
    assert d.of("baseline", op="done", set="after")
    assert len(d.of("timeline", op="kill_check")) == 5
    assert [e["elapsed_ms"] >= least for e, least in zip(d.of("stage", op="end"), (120000, 420000, 3600000))] == [True] * 3
    assert d.of("source", op="evidence_end")[0]["complete"]
    told, = w.requests(EXECUTION + "/status", "PATCH")
    assert json.loads(told["body"]) == {"status": "completed", "message": "Canary run successful"}, told
    final = [e for e in d.events() if e["kind"] == "final"][0]
    assert final["follow_up"][0]["title"] == "24 h of monitoring before the scope grows", final
    decision = open(os.path.join(d.session + ".evidence", "decision.txt")).read()
    signed = decision[decision.index("Status: Final\nSigned (final), 3 of 3:"):].splitlines()[2:5]
    assert [re.sub(r"\d{4}-\S+Z", "DATE", line) for line in signed] == [
        "  Canary Lead: anna, agreed, DATE: seen by the lead", "  DBA: chai, agreed, DATE: index is fine",
        "  Tech Lead: tida, agreed, DATE: agreed"], signed
    table = re.findall(r"^  \S.* \| before (\S+) \| during median (\S+) worst (\S+) \| after (\S+) \| (?:OK|shown)$",
                       decision, re.M)
    assert len(table) == 20 and not [v for row in table for v in row if not re.match(r"-?[0-9.e+-]+k?M?$", v)], table
    v = warroom("verify", d.session, "--head", d.lines[-1]["head"])
    assert v.returncode == 0, v.stdout
    w.stop()


@test
def ten_million_rows_ask_the_dba_and_one_more_is_blocked():
    """DBA-1 DBA-2 APR-5: 10,000,000 waits for the DBA's word; 10,000,001 is cancelled, no override."""
    w, d = night(rows=10000000)
    d.sees("the WARNING", "preflight", id="size", result="warn")
    d.sees("the announcement", "timeline", op="open", at="T-15m")
    d.sees("the end of the pre-checks", "timeline", op="done", at="T-5m")
    assert not d.of("stage"), "it started without the DBA's word"
    d.say(*as_role("dba", "chai", "sign size more monitoring is on"))
    d.sees("the start", "stage", op="clock")
    stop(d.p)
    w.stop()
    w, d = night(rows=10000001)
    assert d.final() == "ABORTED" and d.p.returncode == 30, d.lines[-2]
    assert not d.of("stage") and not w.requests("/api/executions", "POST"), "DDL in spite of a BLOCK"
    w.stop()


@test
def five_warnings_pause_only_the_lead_resumes_and_the_doubled_window_ends_in_fail():
    """Story 2. JDG-3 JDG-4 JDG-5 APR-2 TIM-12: one warning after the other up to the latched pause, which the
    DBA's word does not end; the last one outlasts the two hours that the hour became."""
    w, d = night(speed=1000)
    clock = d.sees("the monitoring", "stage", op="clock", index=2)
    beyond = (("cpu", 72), ("mem", 82), ("rtt", 60), ("threads", 60), ("hit_rate", 94))
    for i, (name, value) in enumerate(beyond):
        w.set(signal=name, value=value)
        until(f"{i + 1} warnings", lambda: len({e["metric"] for e in d.of("warning", stage="Monitoring")}) == i + 1)
    d.sees("the pause", "decision", decision="AUTO_PAUSE")
    steps = [e["decision"] for e in d.of("decision", stage="Monitoring") if e["rule"].startswith("warnings.")]
    assert steps == ["EXTEND", "ESCALATE", "AUTO_PAUSE"], steps
    shown = warroom("status", d.session).stdout
    assert "phase     PAUSED  Monitoring" in shown and "AUTO_PAUSE: 5 concurrent warnings" in shown, shown
    assert "13 pass, 5 WARN, 0 CRIT, 0 unknown of 18" in shown, shown
    d.say(*as_role("dba", "chai", "approve resume_after_pause seen"))
    why = d.sees("the refusal", "refused")["why"]
    assert "waits for LEAD tida: you are dba" in why, why
    for name, _ in beyond[1:]:
        w.set(signal=name, value=None)
    d.sees("warnings that end while it is paused", "status", metric="hit_rate", to="OK", **{"from": "WARNING"})
    d.say(*as_role("lead", "tida", "approve resume_after_pause warnings are explained"))
    resumed = d.sees("the lead's word", "approval", actor="tida")
    paused = d.of("decision", decision="AUTO_PAUSE")[0]
    between = [e for e in d.of("decision") if paused["seq"] < e["seq"] < resumed["seq"] and e["decision"] != "AUTO_PAUSE"]
    assert not between, f"the pause ended by itself: {between}"
    assert d.final() == "FAIL" and d.p.returncode == 20, d.lines[-2]
    events = d.events()
    assert [e["planned_ms"] for e in events if e["kind"] == "stage" and e.get("op") == "extend"] == [7200000]
    ends = [e for e in events if e["kind"] == "rollback"]
    assert [(e["op"], e["rule"]) for e in ends] == [("would", "warnings.persist:cpu")], ends
    observed = d.of("rollback")[0]["t_plus"] - clock["t_plus"] - (resumed["t_plus"] - paused["t_plus"])
    assert 7200 <= observed < 7800, f"{observed} s of observation"
    final = d.of("final")[0]
    assert "still there at the end of the extension (2h)" in final["why"], final
    assert [c["id"] for c in final["criteria"] if not c["met"]] == ["no_rollback", "extension"], final
    shown = warroom("status", d.session).stdout
    assert "verdict   FAIL" in shown and "17 pass, 1 WARN" in shown, shown
    assert len(w.requests("/api/executions", "POST")) == 2 and not writes(w), "nothing undoes the index by itself"
    said = [json.loads(r["body"])["text"] for r in w.requests("/hooks/executor", "POST")]
    assert len([s for s in said if s.startswith("[WARNING]")]) >= 5 and "FAIL" in said[-1], said
    w.stop()


def told(d, line, what, seconds=20):
    """Says a line again and again until something has come of it, as people do at a gate."""
    def heard():
        d.say(line)
        return what()
    return until(f"what comes of {line!r}", heard, seconds)


@test
def a_kill_switch_that_is_slow_then_hangs_then_lies_then_tells_the_truth():
    """Story 4. KIL-1 KIL-2 KIL-3 KIL-4 KIL-5 KIL-8 KIL-9: slow is a WARNING, silence is UNKNOWN and nobody goes
    on over it, a lie is NOT VERIFIED and tried until it is true, and the index stays."""
    def hands(e):
        begun = e.get("kind") == "session" and e.get("op") == "start"
        passed = e.get("kind") == "preflight" and e.get("id") == "drill" and e.get("result") == "pass"
        return (people(e) or []) + (["drill drill"] if begun else ["drill reset"] if passed else [])

    w, d = night(speed=600, who=hands, env={"ADVANCE": "manual"})
    d.sees("the open gate", "decision", rule="proceed")
    w.set(fault="delay", ms=600, target="kill_switch")
    why = d.sees("that it is slow", "warning", metric="ks_ms")["why"]
    assert ">= 500" in why and not d.of("kill_switch", state="UNKNOWN"), why
    w.set(fault="none", target="kill_switch")
    d.sees("that it is quick again", "status", metric="ks_ms", to="OK", **{"from": "WARNING"})
    told(d, "advance", lambda: d.of("stage", op="clock", index=0))
    # It hangs: the advance that is asked for reads it first, and ends there.
    w.set(fault="hang", target="kill_switch")
    told(d, "advance", lambda: d.of("intent", do="advance", stage_index=1))
    ended = d.sees("the advance that is refused", "observed", outcome="failed")
    assert "nothing was sent: kill switch global is UNKNOWN" in ended["why"], ended
    d.sees("a hold or more", "decision", rule="kill.unknown")
    d.say("advance ! I am sure that it is off")
    d.sees("no override of that", "refused", command="advance ! I am sure that it is off")
    assert "cannot be overridden" in d.of("refused")[-1]["why"], d.of("refused")[-1]
    assert "kill      UNKNOWN" in warroom("status", d.session).stdout
    assert len(w.requests("/api/executions", "POST")) == 1, "it was executed over an unknown kill switch"
    w.set(fault="none", target="kill_switch")
    for i in (1, 2):
        told(d, "advance ! it answers again, only its availability is bad", lambda: d.of("stage", op="clock", index=i))
    assert len(w.requests("/api/executions", "POST")) == 2
    # It lies: every write is answered 200 and changes nothing.
    w.set(fault="lie", target="kill_switch")
    d.say("kill on errors at the checkout")
    failed = d.sees("that nothing came of it", "observed", outcome="not_verified")
    assert "not read back as on" in failed["why"], failed
    assert sorted(e["scope"] for e in d.of("kill_switch", state="FAILED")) == ["connection", "global"]
    asked = d.of("intent", do="kill_on")[-1]["seq"]
    engaged = lambda: {e["scope"] for e in d.of("kill_switch", state="ENGAGED") if e["seq"] > asked}
    assert not engaged(), "a false ON"
    d.sees("people are called", "decision", decision="ESCALATE", rule="kill.failed")
    shown = warroom("status", d.session).stdout
    assert "kill      FAILED" in shown and "flip it by hand" in shown, shown
    tries = lambda: [r["path"] for r in w.requests("/api/kill-switch", "PUT") if "lie" in r["fault"]]
    n = len(tries())
    until("it is tried on and on", lambda: len(tries()) >= n + 6)
    w.set(fault="none", target="kill_switch")
    until("the truth", lambda: engaged() == {"global", "connection"})
    d.sees("that it stops here", "decision", rule="kill.stop")
    assert json.loads(get(w.url + "/api/kill-switch/status"))["global_active"] is True
    assert json.loads(get(w.url + "/api/kill-switch/connection/conn-7"))["is_active"] is True
    assert "kill      ENGAGED" in warroom("status", d.session).stdout
    d.say("end the kill switch is on, the DBA looks at the index tomorrow")
    assert d.final() == "FAIL" and d.p.returncode == 20, d.lines[-2]
    assert len(w.requests("/api/executions", "POST")) == 2 and not writes(w), "the index stays until people decide"
    whole = d.events()
    missed = [(m["label"], e["t_plus"]) for m in whole if m["kind"] == "checkpoint" and m.get("op") == "missed"
              for e in whole if e["kind"] == "kill_switch" and e["check"] == "checkpoint:" + m["label"] and e["seq"] > m["seq"]]
    assert not missed, f"read for a checkpoint that was missed: {missed}"
    known = {"global": "UNKNOWN", "connection": "UNKNOWN"}
    for e in whole:
        if e["kind"] == "kill_switch":
            known[e["scope"]] = e["state"]
        if e["kind"] == "sent" and "/api/executions" in e["call"] and not e["verify"]:
            assert set(known.values()) == {"OFF"}, (e, known)
    v = warroom("verify", d.session, "--head", d.lines[-1]["head"])
    assert v.returncode == 0, v.stdout
    w.stop()


@test
def lock_wait_of_5_s_is_recorded_and_no_sql_leaves():
    """GRD-7 RBK-2 JDG-8 C1: log_only."""
    w, d = night()
    d.sees("the monitoring", "stage", op="clock", index=2)
    w.set(signal="lock_wait", value=5.0)
    d.sees("the decision", "rollback", op="would")
    assert d.final() == "FAIL", d.lines[-2]
    assert not writes(w), writes(w)
    assert not d.of("intent", do="rollback")
    w.stop()


@test
def the_dba_decides_the_ic_agrees_and_the_index_is_dropped_by_hand():
    """RBK-2 RBK-4 RBK-5 RBK-6 RBK-7 RBK-13 RBK-14 ACT-11: a word without a drop is NOT VERIFIED and calls L4; the
    second try is read back by SQL, the run is told, and half an hour later all is as it was."""
    w, d = night(speed=600, who=unsigned)
    d.sees("the monitoring", "stage", op="clock", index=2)
    w.set(signal="lock_wait", value=5.0)
    would = d.sees("the decision", "rollback", op="would")
    assert would["whom"] == "DBA chai (with IC anna)", would
    refusal(d, "DBA chai decides", *as_role("sre", "boon", "rollback of mine"))
    refusal(d, "DBA chai decides", "rollback as the IC")
    refusal(d, "IC anna must agree", *as_role("dba", "chai", "rollback too early"))
    refusal(d, "your word is not asked for", *as_role("sre", "boon", "approve rollback"))
    assert not d.of("intent", do="rollback") and not d.of("sent", hand="manual")
    d.say("approve rollback the index goes")
    agreed = d.sees("the IC's word", "approval", subject=f"rollback:r{would['seq']}", actor="anna", ok=True)

    d.say(*as_role("dba", "chai", "rollback lock wait of 5 s"))
    first = d.sees("work by hand", "sent", hand="manual")
    assert first["of_role"] == "dba" and first["text"] == DROP + ";", first
    asked = d.of("sent", id=first["id"], step=0)[0]
    assert asked["call"].startswith("primary: SHOW INDEX"), "offered without a look whether the index is there"
    refusal(d, "this is the dba's work", "done it is gone")
    d.say(*as_role("dba", "chai", "done as shown"))
    d.sees("what is not so", "rollback", op="not_verified")
    d.sees("who must come", "escalation", op="called", level="L4")
    assert not w.requests(EXECUTION + "/status", "PATCH") and not writes(w)

    d.say(*as_role("dba", "chai", "rollback once more"))
    until("work by hand again", lambda: [e for e in d.of("sent", hand="manual") if e["id"] != first["id"]])
    by_hand(w, DROP)
    d.say(*as_role("dba", "chai", "done dropped now"))
    done = d.sees("the rollback", "rollback", op="done")
    assert d.final() == "FAIL", d.lines[-2]

    assert [r["body"] for r in writes(w)] == [DROP], "more on the wire than the DBA's own statement"
    told, = w.requests(EXECUTION + "/status", "PATCH")
    assert json.loads(told["body"]) == {"status": "rolled_back", "fail_reason": "manual_rollback", "message": "once more"}
    journal = d.events()
    intents = [e for e in journal if e["kind"] == "intent" and e["do"] in ("rollback", "done")]
    assert [(e["do"], e["actor"], e["role"]) for e in intents] == [("rollback", "chai", "dba"), ("done", "chai", "dba")] * 2
    assert would["seq"] < agreed["seq"] < intents[0]["seq"], "it went before its agreement"
    steps = [e for e in journal if e["kind"] == "observed" and e["id"] == intents[2]["id"]]
    assert [(e["step"], e["outcome"]) for e in steps] == [(0, "ok"), (1, "verified"), (2, "verified"), (-1, "verified")]
    assert steps[-1]["why"] == "read back" and all(e["actor"] == "chai" for e in steps), steps
    record = json.load(open(os.path.join(d.session + ".evidence", "rollback-record.json")))
    details = record.pop("rollback_details")
    assert record["execution_run_id"] == "exec-0001" and record["tenant_id"] == "t-42", record
    assert (record["rollback_status"], record["rollback_type"]) == ("completed", "full"), record
    assert record["rollback_started_at"] < record["rollback_completed_at"] and record["connection_profile_id"] == "conn-7"
    assert details["reason"] == "once more" and details["triggered_by"] == "chai" and details["trigger"] == "Manual", details
    assert (details["index_name"], details["table_name"]) == ("idx_orders_status", "orders"), details
    assert sorted(details["metrics_at_decision"]) == ["error_rate", "latency_p50", "latency_p99"], details
    assert details["metrics_at_decision"]["latency_p50"] == intents[2]["values"]["q50"], details
    assert "Status: Draft\nSigned (final), 2 of 3:" in open(os.path.join(d.session + ".evidence", "decision.txt")).read()
    end = d.of("source", op="evidence_end")[0]
    assert end["missing"] == ["decision.txt (not signed)"] and not end["complete"], end
    assert [a["name"] for a in details["approved_by"]] == ["anna"], details
    assert [(x["step"], x["by"], x["outcome"]) for x in details["steps"]] == [
        (1, "chai", "ok"), (2, "chai", "verified"), (3, "chai", "verified")], details
    assert done["record"]["triggered_by"] == "manual" and done["record"]["decided_by"] == "chai", done
    checked, = [e for e in journal if e["kind"] == "rollback" and e["op"] == "checked"]
    assert checked["observed_ms"] >= 30 * 60000 and all(c["met"] for c in checked["checks"]), checked
    assert [c["id"].split()[0] for c in checked["checks"]] == ["read_back", "no_new_alert", "q50", "q99", "err", "lag"]
    items = {f["title"]: f["owner"] for f in journal[-1 - [e["kind"] for e in reversed(journal)].index("final")]["follow_up"]}
    assert items["Analysis of the last hour"] == "dba" and items["Incident report"] == "ic" and items["Retrospective"] == "ic"
    assert "a retry after 24 h with a fix note" in " ".join(items), items
    w.stop()


@test
def an_index_that_is_not_there_ends_the_run_before_any_monitoring():
    """ACT-15: the executor says yes and does nothing; the step is NOT VERIFIED, never done."""
    w, d = night(speed=600)
    d.sees("the created run", "stage", op="clock", index=0)
    w.set(fault="lie", target="executor")
    d.sees("what is not there", "observed", outcome="not_verified", done=True)
    assert d.final() == "FAIL", d.lines[-2]
    final = [e for e in d.events() if e["kind"] == "final"][0]
    assert "rows" in final["why"] and "Execute" in [e["stage"] for e in d.of("observed", outcome="not_verified")], final
    assert [e["index"] for e in d.of("stage", op="clock")] == [0], "monitoring of an index that is not there"
    assert not [r for r in w.requests(EXECUTION + "/status", "PATCH")] and not writes(w)
    w.stop()


@test
def peak_hours_are_no_time_for_it():
    """CAL-1 CAL-2 CAL-3: at 04:00:01 two hours do not fit, wherever the host is and whatever its clocks do."""
    for when, ok in (("2026-02-02T03:59:59+07:00", 0), ("2026-02-02T04:00:01+07:00", 20), ("2026-02-02T21:59:59+07:00", 20),
                     ("2026-02-02T22:00:00+07:00", 0), ("2026-02-02T06:00:00+07:00", 20),
                     # the night in which New York, and the one in which Berlin changes its clocks
                     ("2026-03-08T21:59:59+07:00", 20), ("2026-03-08T22:00:00+07:00", 0), ("2026-03-09T03:59:59+07:00", 0),
                     ("2026-03-09T04:00:01+07:00", 20), ("2026-03-29T22:00:00+07:00", 0), ("2026-03-30T04:00:01+07:00", 20)):
        for zone in ("America/New_York", "Asia/Tokyo", "Europe/Berlin"):
            r = warroom("plan", "when", PLAN, "--at", when, "--for", "start", env={**os.environ, "TZ": zone})
            assert r.returncode == ok, (when, zone, r.returncode, r.stdout)


done()
