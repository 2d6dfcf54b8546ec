#!/usr/bin/env python3
"""Evidence while a run goes on: every file against the journal, field by field; the log against what
was printed; a folder that cannot be written; a killed run that goes on."""
import glob, hashlib, json, os, signal, sqlite3, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa


def demo(name, scenario, *more):
    session = path(f"{name}.wr")
    r = warroom("demo", scenario, "--speed", "600", "--headless", "--session", session, *more)
    return session, session + ".evidence", r


def rows(session, sql, *args):
    db = sqlite3.connect(f"file:{session}?mode=ro", uri=True)
    try:
        return db.execute(sql, args).fetchall()
    finally:
        db.close()


def bodies(session, kind):
    return [(seq, t, json.loads(body)) for seq, t, body in
            rows(session, "SELECT seq, t_ms, body FROM event WHERE kind = ? ORDER BY seq", kind)]


def read(folder, pattern):
    found = glob.glob(os.path.join(folder, pattern))
    assert len(found) == 1, (pattern, found)
    return open(found[0], encoding="utf-8").read()


def printed(r):
    return "".join(l + "\n" for l in r.stdout.splitlines() if not l.startswith(("session ", "DECISION ")))


session, folder, result = demo("healthy", "healthy")


@test
def LOG_6_the_file_equals_the_log():
    assert result.returncode == 0, result.stderr
    assert read(folder, "warroom_log.txt") == printed(result)


@test
def EVI_1_names_and_times_are_as_planned():
    for name in ("canary_timeline.txt", "baseline.json", "after.json", "metrics.csv", "killswitch.csv",
                 "CANARY_DECISION_FINAL.txt", "CANARY_PROMOTION_FINAL.txt", "MANIFEST.sha256"):
        assert os.path.getsize(os.path.join(folder, name)) > 0, name
    assert not os.path.exists(os.path.join(folder, "CANARY_ROLLBACK_FINAL.txt"))
    t15 = glob.glob(os.path.join(folder, "SNAPSHOT_T15_*Z.json"))
    snapshot = json.loads(read(folder, "SNAPSHOT_T15_*"))
    stamp = snapshot["time"][:19].replace("-", "").replace(":", "").replace("T", "-") + "Z"
    assert t15[0].endswith(f"_T15_{stamp}.json"), (t15, stamp)
    assert sorted(glob.glob(os.path.join(folder, "summary_stage_*.txt")))[-1].endswith("summary_stage_5.txt")
    assert len(glob.glob(os.path.join(folder, "logs", "set_weight_*Z.log"))) == 5


@test
def EVI_2_a_snapshot_is_the_tick():
    ids = {str(i + 1): m for i, (m,) in enumerate(rows(session, "SELECT metric FROM series ORDER BY id"))}
    ticks = {t: b for _, t, b in bodies(session, "tick")}
    n = 0
    for file in glob.glob(os.path.join(folder, "snapshot_*.json")) + glob.glob(os.path.join(folder, "SNAPSHOT_*")):
        s = json.load(open(file, encoding="utf-8"))
        (t,), = rows(session, "SELECT t_ms FROM event WHERE seq = ?", s["seq"])
        tick = {ids[k]: v for k, v in ticks[t]["v"].items()}
        for m in s["metrics"]:
            assert m["value"] == tick[m["id"]], (file, m, tick)
            assert m["limits"]["warning"].startswith(">= ") and m["status"] in ("OK", "WARNING", "CRITICAL", "NODATA")
            n += 1
        assert s["counts"]["of"] == 6 and s["kill_switch"] == "OFF"
    assert n >= 60, n


@test
def EVI_3_weight_changes_with_before_and_after():
    seen = []
    for file in glob.glob(os.path.join(folder, "LB_DIFF_*")):
        lines = open(file, encoding="utf-8").read().splitlines()
        before = next(l for l in lines if l.startswith("Before:")).split()[2]
        after = next(l for l in lines if l.startswith("After:")).split()[2]
        seen.append((float(before), float(after)))
    verified = [b["weight"] for _, _, b in bodies(session, "observed") if "weight" in b and b.get("done")]
    assert sorted(seen) == list(zip([0.0] + verified[:-1], verified)), (seen, verified)


@test
def the_other_files_equal_the_journal():
    base = {m["id"]: m for m in json.loads(read(folder, "baseline.json"))["metrics"]}
    done = [b for _, _, b in bodies(session, "baseline") if b["op"] == "done" and b["set"] == "baseline"][0]
    assert {k: v["baseline"] for k, v in base.items()} == done["values"]
    after = {m["id"]: m["after"] for m in json.loads(read(folder, "after.json"))["metrics"]}
    assert after == [b for _, _, b in bodies(session, "baseline") if b["op"] == "done" and b["set"] == "after"][0]["values"]
    assert read(folder, "metrics.csv") == warroom("export", session, "--format", "csv").stdout
    checks = bodies(session, "kill_switch")
    final = bodies(session, "final")[0]
    lines = read(folder, "killswitch.csv").splitlines()[1:]
    assert len(lines) == len([c for c in checks if c[0] < final[0]]), (len(lines), len(checks))
    t0 = [t for _, t, b in bodies(session, "stage") if b["op"] == "clock"][0]
    text = read(folder, "canary_timeline.txt")  # TIM-15
    assert text.startswith("T0=") and f"\nT{(final[1] - t0) // 60000}=" in text and "Rollbacks: 0" in text
    decision = read(folder, "CANARY_DECISION_FINAL.txt")
    for c in final[2]["criteria"]:
        assert f"[{'PASS' if c['met'] else 'FAIL'}] {c['id']}" in decision, c


@test
def EVI_5_the_manifest_proves_every_file():
    check = subprocess.run(["sha256sum", "-c", "--strict", "MANIFEST.sha256"], cwd=folder, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr
    told = {b["file"]: b for _, _, b in bodies(session, "source") if b.get("op") == "evidence" and b["ok"]}
    for root, _, files in os.walk(folder):
        for f in files:
            full = os.path.join(root, f)
            name = os.path.relpath(full, folder)
            data = open(full, "rb").read()
            assert told[name]["bytes"] == len(data), name
            assert told[name]["sha256"] == hashlib.sha256(data).hexdigest(), name
            if name != "MANIFEST.sha256":
                assert f"# {len(data)} bytes {name}\n" in read(folder, "MANIFEST.sha256"), name
    victim = os.path.join(folder, "baseline.json")
    data = bytearray(open(victim, "rb").read())
    data[9] ^= 1
    open(victim, "wb").write(data)
    check = subprocess.run(["sha256sum", "-c", "MANIFEST.sha256"], cwd=folder, capture_output=True, text=True)
    assert check.returncode == 1 and "baseline.json: FAILED" in check.stdout


@test
def EVI_4_EVI_6_the_end_tells_what_is_there():
    end, = [b for _, _, b in bodies(session, "source") if b.get("op") == "evidence_end"]
    assert end["complete"] and end["files"] >= 20 and end["missing"] == [], end
    assert "| evidence complete | " in result.stdout


@test
def a_rollback_leaves_its_record():
    s, folder, r = demo("latency", "latency")
    assert r.returncode == 20, r.stdout
    record = json.loads(read(folder, "rollback_record.json"))
    intent = [b for _, _, b in bodies(s, "intent") if b["do"] == "rollback"][0]
    assert record["rollback_status"] == "completed" and record["rollback_type"] == "full"
    assert record["rollback_details"]["triggered_by"] == "Automatic"
    assert record["rollback_details"]["metrics_at_decision"] == intent["values"]
    assert "Decision: ROLLBACK (FAIL)" in read(folder, "CANARY_DECISION_FINAL.txt")
    assert read(folder, "warroom_log.txt") == printed(r)


@test
def EVI_7_a_folder_that_cannot_be_written_stops_nothing():
    blocker = path("a-file")
    open(blocker, "w").close()
    s, _, r = demo("nowhere", "healthy", "--evidence", blocker + "/evidence")
    assert r.returncode == 0, (r.returncode, r.stderr)
    assert "NOT WRITTEN | " in r.stdout and "EVIDENCE INCOMPLETE" in r.stdout and "Not a directory" in r.stdout
    assert warroom("verify", s).returncode == 0
    assert os.path.getsize(blocker) == 0


url, simulator = sim()
ARTIFACTS = """
artifacts:
  count: 50
  files:
    - { name: "LB_DIFF_<timestamp>_<weight>.txt", when: weight_change, content: lb_diff }
    - { name: "logs/set_weight_<timestamp>.log", when: action set_weight, content: action_output }
    - { name: "summary_stage_<n>.txt", when: stage_end, content: stage_summary }
    - { name: captured.txt, when: end, content: captured }
"""
METRICS = """
  - { id: p95, title: p95 latency, unit: ms, signal: p95, min_samples: 1, query: 'vector(120)', warning: ">= 400", critical: ">= 500", then: rollback }
"""


def own_plan(name, **kw):
    file = plan(name, url, url, metrics=METRICS, stages=(10, 50), **kw)
    text = open(file, encoding="utf-8").read() + ARTIFACTS
    text = text.replace('json: { weight: "{{stage.weight}}" }',
                        'headers: { Authorization: "Bearer ${API_TOKEN}" }, json: { weight: "{{stage.weight}}" }', 1)
    open(file, "w", encoding="utf-8").write(text)
    return file


@test
def EVI_6_EVI_8_too_few_files_and_no_secret():
    secret = "s3cr3t-t0ken-of-this-test"
    get(url + "/api/traffic", b'{"weight":0}', "PUT")
    s = path("secret.wr")
    r = warroom("run", own_plan("secret", stage_s=2), "--session", s, "--headless", "--evidence", path("bundle"),
                env={**os.environ, "API_TOKEN": secret})
    assert r.returncode == 0, r.stdout + r.stderr
    assert "API_TOKEN" in open(path("secret.yaml"), encoding="utf-8").read()
    assert "EVIDENCE INCOMPLETE | " in r.stdout and ", the plan wants 50" in r.stdout, r.stdout
    n = 0
    for root, _, files in os.walk(path("bundle")):
        for f in files:
            assert secret.encode() not in open(os.path.join(root, f), "rb").read(), f
            n += 1
    assert n >= 8, n


@test
def a_killed_run_goes_on_writing():
    get(url + "/api/traffic", b'{"weight":0}', "PUT")
    s, out = path("killed.wr"), path("killed.out")
    env = {**os.environ, "API_TOKEN": "another-token"}
    p = start([WARROOM, "run", own_plan("killed", stage_s=3), "--session", s, "--headless", "--json"], env=env,
              stdout=open(out, "w"), stderr=subprocess.DEVNULL)
    folder = s + ".evidence"
    until("the first summary", lambda: os.path.exists(os.path.join(folder, "summary_stage_1.txt")) and
          [e for e in events(out) if e["kind"] == "stage" and e["op"] == "end"], 40)
    os.killpg(p.pid, signal.SIGKILL)
    p.wait(5)
    first = open(os.path.join(folder, "summary_stage_1.txt")).read()
    p = start([WARROOM, "resume", s, "--headless", "--commands"], stdin=subprocess.PIPE, env=env,
              stdout=open(out + "2", "w"), stderr=open(out + ".err", "w"))
    until("a read of the kill switch", lambda: "kill switch global" in open(out + "2").read(), 20)
    p.stdin.write(b"resolve done looked by hand\ngo looked at it\nadvance\n")
    p.stdin.flush()
    until("the end", lambda: p.poll() is not None, 60)
    again = open(os.path.join(folder, "summary_stage_1.txt")).read()
    assert again == first, (first, again)
    assert os.path.exists(os.path.join(folder, "summary_stage_2.txt")), open(out + "2").read()[-2000:]
    check = subprocess.run(["sha256sum", "-c", "--strict", "MANIFEST.sha256"], cwd=folder, capture_output=True, text=True)
    assert check.returncode == 0 and "summary_stage_1.txt: OK" in check.stdout, check.stdout + check.stderr
    log = read(folder, "warroom_log.txt")
    assert "resumes the session" in log and log.index("Stage 1 (10%) START") < log.index("resumes the session"), log
    left = glob.glob(os.path.join(folder, ".*"))
    assert not left, left


done()
