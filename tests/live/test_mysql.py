#!/usr/bin/env python3
"""Live runs against a real MariaDB primary and its replica, on loopback with data folders of their
own: waits for locks, a stopped replica, a server that hangs, dies and comes back, an account that may
not look. Each must be told truthfully within two polls, and hold up nobody else's values."""
import json, os, pwd, shutil, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import *  # noqa

ROOT_HERE = os.geteuid() == 0
USER = "mysql" if ROOT_HERE else pwd.getpwuid(os.geteuid()).pw_name
CLIENT = shutil.which("mariadb") or shutil.which("mysql")


def own(folder):
    if ROOT_HERE:
        os.chmod(DIR, 0o711)
        subprocess.run(["chown", "-R", USER, folder], check=True)


def install(folder):
    """mariadb-install-db crashes now and then: once more."""
    for _ in range(3):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        own(folder)
        r = subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={folder}", f"--user={USER}",
                            "--auth-root-authentication-method=normal", "--skip-test-db", "--force"],
                           capture_output=True, text=True)
        if r.returncode == 0:
            return
    raise AssertionError(r.stdout + r.stderr)


class Server:
    """A server of its own; its zone is not the host's, on purpose."""

    def __init__(self, number, folder):
        self.number, self.folder, self.port = number, folder, free_port()
        self.socket = path(f"s{number}.sock")
        os.chmod(DIR, 0o777)
        self.up()

    def up(self):
        self.p = start(["mariadbd", "--no-defaults", f"--user={USER}", f"--datadir={self.folder}",
                        f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1",
                        f"--server-id={self.number}", "--log-bin=b", "--default-time-zone=+05:00",
                        "--innodb-buffer-pool-size=24M", "--innodb-log-file-size=4M", "--sync-binlog=0",
                        "--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve", "--relay-log=r",
                        f"--pid-file={self.socket}.pid", "--slave-net-timeout=4"],
                       stderr=open(self.folder + ".log", "a"))
        until("the server", lambda: self.sql("SELECT 1", check=False) == "1\n", 60)

    def argv(self, *more):
        return [CLIENT, "--no-defaults", f"--socket={self.socket}", "-uroot", "-N", "-B", *more]

    def sql(self, text, check=True):
        r = subprocess.run(self.argv("-e", text), capture_output=True, text=True)
        assert r.returncode == 0 or not check, r.stderr
        return r.stdout

    def session(self, *texts):
        """A connection that stays open with what it has said; the last may wait for ever."""
        p = start(self.argv("-n", "shop"), stdin=subprocess.PIPE)
        for text in texts:
            p.stdin.write(text.encode() + b";\n")
        p.stdin.flush()
        return p

    def holder(self, *texts):
        """One that has said it all and idles. (INNODB_TRX, asked often, shows an old picture.)"""
        said = path(f"said{len(os.listdir(DIR))}")
        p = start(self.argv("-n", "shop"), stdin=subprocess.PIPE, stdout=open(said, "w"))
        p.stdin.write(b"".join(t.encode() + b";\n" for t in (*texts, "SELECT 'ready'")))
        p.stdin.flush()
        until("the session", lambda: "ready" in open(said).read())
        return p


first, second = path("data1"), path("data2")
install(first)
shutil.copytree(first, second)
own(second)
primary, replica = Server(1, first), Server(2, second)
primary.sql("""CREATE USER monitor@'127.0.0.1' IDENTIFIED BY 'mon-word-1';
GRANT PROCESS, SLAVE MONITOR ON *.* TO monitor@'127.0.0.1';
CREATE USER blind@'127.0.0.1' IDENTIFIED BY 'mon-word-1';
CREATE USER dba@'127.0.0.1' IDENTIFIED BY 'mon-word-1'; GRANT ALL ON shop.* TO dba@'127.0.0.1';
CREATE USER repl@'127.0.0.1' IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1';
CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(20)) ENGINE=InnoDB;
INSERT INTO shop.orders VALUES (1, 'a'), (2, 'b'), (3, 'c');
GRANT SELECT ON shop.* TO monitor@'127.0.0.1';""")
replica.sql(f"""CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={primary.port}, MASTER_USER='repl',
MASTER_PASSWORD='r', MASTER_LOG_FILE='b.000001', MASTER_LOG_POS=4, MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=1;
START SLAVE""")
until("replication", lambda: "3" in replica.sql("SELECT COUNT(*) FROM shop.orders", check=False), 30)

ids = ["waits", "waiters", "mdl", "lag", "rlag", "qps", "threads", "conn", "hit", "trx", "blindwaits", "blindlag", "rows",
       "nothing", "rthreads", "ddl", "p99"]


def plan_text():
    target = "host: 127.0.0.1, timeout: 1s, password: \"${DB_WORD}\", tls: off"
    probes = [("waits", "primary", "lock_wait_seconds"), ("waiters", "primary", "lock_waiters"),
              ("mdl", "primary", "metadata_lock_waiters"), ("lag", "primary", "replication_lag_seconds"),
              ("rlag", "replica", "replication_lag_seconds"), ("qps", "primary", "qps"),
              ("threads", "primary", "threads_running"), ("conn", "primary", "connections_pct"),
              ("hit", "primary", "buffer_pool_hit_pct"), ("trx", "primary", "longest_trx_seconds"),
              ("blindwaits", "blind", "lock_wait_seconds"), ("blindlag", "blind", "replication_lag_seconds")]
    lines = [f"  - {{ id: {i}, mysql: {{ target: {t}, probe: {p} }} }}" for i, t, p in probes]
    lines += ["  - { id: rows, mysql: { target: primary, sql: 'SELECT COUNT(*) FROM shop.orders' } }",
              "  - { id: nothing, mysql: { target: primary, sql: 'SELECT note FROM shop.orders WHERE id = 99' } }",
              "  - { id: rthreads, mysql: { target: replica, probe: threads_connected } }",
              "  - { id: ddl, mysql: { target: primary, probe: ddl_progress_pct } }",
              "  - { id: p99, mysql: { target: primary, probe: query_p99_ms } }"]
    return f"""version: 1
name: databases
title: databases
tick: 1s
advance: auto
rollback: {{ mode: log_only }}
kill_switch: none
mysql:
  - {{ name: primary, port: {primary.port}, user: monitor, {target} }}
  - {{ name: replica, port: {replica.port}, user: monitor, {target}, replica_of: primary }}
  - {{ name: blind, port: {primary.port}, user: blind, {target} }}
metrics:
""" + "\n".join(lines) + "\nstages: [{ name: S, duration: 1h }]\n"


os.environ["DB_WORD"] = "mon-word-1"
plan_file = path("databases.yaml")
with open(plan_file, "w", encoding="utf-8") as f:
    f.write(plan_text())
session = path("databases.wr")
run_p, out = run(plan_file, session, "--ticks")


def ticks():
    return [e for e in events(out) if e["kind"] == "tick"]


def now():
    """Values of the newest tick by id, and the reasons of those without."""
    t = ticks()[-1]
    key = {i: str(k + 1) for k, i in enumerate(ids)}
    return {i: t["v"].get(key[i]) for i in ids}, {i: t.get("why", {}).get(key[i], "") for i in ids}


def tells(what, condition, polls=2):
    """The condition must hold within so many polls from now on."""
    from_n = len(ticks())
    until(what, lambda: len(ticks()) > from_n and (condition(*now()) or len(ticks()) > from_n + polls + 1), 15)
    v, why = now()
    assert condition(v, why), f"{what}: {v} {why}"


try:
    until("two ticks", lambda: len(ticks()) >= 3, 20)
except AssertionError as e:
    raise AssertionError(f"{e}: {open(out).read()[:2000]} {open(session + '.err').read()}") from None


@test
def at_rest_everything_is_known():
    v, why = now()
    for i in ids:
        if i not in ("blindwaits", "blindlag", "nothing", "ddl", "p99", "hit"):
            assert v[i] is not None, (i, why[i])
    assert v["hit"] is not None or "no page was read" in why["hit"], why["hit"]
    assert v["waits"] == 0 and v["waiters"] == 0 and v["mdl"] == 0 and v["lag"] == 0 and v["rows"] == 3
    assert v["rlag"] == 0 and v["qps"] > 0 and 0 < v["conn"] < 100 and v["trx"] == 0
    assert why["nothing"] == "empty answer", why
    assert "no ALTER is under way" in why["ddl"] and "QUERY_RESPONSE_TIME" in why["p99"], why
    assert "[]" not in json.dumps(ticks()[-1]["v"])


@test
def pages_that_are_read_are_counted():
    def known(v, why):
        primary.sql("SELECT SUM(id) FROM shop.orders")
        return v["hit"] is not None and 0 < v["hit"] <= 100
    tells("the buffer pool's hits", known, 4)


@test
def who_may_not_look_is_told_the_right():
    v, why = now()
    assert v["blindwaits"] is None and "needs GRANT PROCESS ON *.*" in why["blindwaits"], why
    assert v["blindlag"] is None and "needs GRANT SLAVE MONITOR ON *.*" in why["blindlag"], why


@test
def a_row_lock_wait_is_seen_and_ends():
    a = primary.holder("BEGIN", "UPDATE shop.orders SET note='x' WHERE id=1")
    b = primary.session("UPDATE shop.orders SET note='y' WHERE id=1")
    tells("one waits", lambda v, why: v["waiters"] == 1)
    tells("it waits for seconds, in the server's own zone", lambda v, why: 1 <= (v["waits"] or 0) < 20, 3)
    assert now()[0]["mdl"] == 0 and now()[0]["trx"] >= 1
    stop(a)
    tells("nobody waits", lambda v, why: v["waits"] == 0 and v["waiters"] == 0)
    stop(b)


@test
def a_metadata_lock_wait_is_a_lock_wait():
    a = primary.holder("BEGIN", "SELECT * FROM shop.orders")
    b = primary.session("ALTER TABLE shop.orders ADD COLUMN more INT")
    until("the ALTER waits", lambda: "metadata lock" in primary.sql("SHOW PROCESSLIST"))
    c = primary.session("SELECT * FROM shop.orders")
    tells("two wait for a metadata lock", lambda v, why: v["mdl"] == 2 and v["waiters"] == 0)
    tells("for seconds", lambda v, why: 1 <= (v["waits"] or 0) < 20, 3)
    assert now()[0]["rows"] is None, "our own question waits behind it, too"
    assert "waits for a lock" in now()[1]["ddl"]
    stop(a)
    tells("nobody waits", lambda v, why: v["mdl"] == 0 and v["waits"] == 0)
    stop(b), stop(c)


@test
def a_stopped_replica_has_no_lag():
    replica.sql("STOP SLAVE SQL_THREAD")
    tells("no lag, with the reason", lambda v, why: v["lag"] is None and "applier is stopped" in why["lag"]
          and v["rlag"] is None)
    assert now()[0]["waits"] == 0, "the primary's own values stand"
    replica.sql("START SLAVE SQL_THREAD")
    tells("lag again", lambda v, why: v["lag"] == 0)


def on_time(from_n):
    """No tick came late: the hanging server held up nobody. A loaded machine may miss one."""
    times = [e["t"] for e in ticks()[from_n:]]
    assert len(times) >= 3, times


@test
def a_hanging_primary_marks_its_own_values_alone():
    n = len(ticks())
    os.kill(primary.p.pid, signal.SIGSTOP)
    try:
        tells("its values are no data", lambda v, why: v["waits"] is None and "no answer" in why["waits"]
              and v["rthreads"] is not None)
        tells("nor is the lag that its replica tells", lambda v, why: v["lag"] is None, 3)
        until("blind is told", lambda: [e for e in events(out) if e["kind"] == "source" and e.get("name") == "mysql:primary"
                                        and e.get("state") == "blind"], 10)
        until("more ticks", lambda: len(ticks()) >= n + 6, 12)
        assert now()[0]["rthreads"] is not None
    finally:
        os.kill(primary.p.pid, signal.SIGCONT)
    until("it answers again", lambda: now()[0]["waits"] == 0, 15)
    assert [e for e in events(out) if e["kind"] == "source" and e.get("name") == "mysql:primary"][-1]["state"] == "ok"


@test
def a_dead_replica_is_told_and_comes_back():
    stop(replica.p, signal.SIGKILL)
    tells("its values are no data", lambda v, why: v["rthreads"] is None and v["lag"] is None
          and f"127.0.0.1:{replica.port}" in why["rthreads"] and v["waits"] == 0)
    replica.up()
    until("it answers again", lambda: now()[0]["rthreads"] is not None and now()[0]["lag"] == 0, 20)


@test
def the_run_stops_cleanly_and_keeps_the_password():
    stop(run_p)
    assert warroom("verify", session).returncode == 0
    for file in (session, out, session + ".err"):
        assert b"mon-word-1" not in open(file, "rb").read(), file
    assert primary.sql("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER IN ('monitor', 'blind')") == "0\n"

def action_plan(name, steps, rollback="{ mode: log_only }"):
    text = f"""version: 1
name: {name}
title: {name}
tick: 1s
advance: auto
rollback: {rollback}
kill_switch: none
scope: {{ table: shop.orders, index: idx_note, word: "it's" }}
denied: [DROP_INDEX]

mysql: [{{ name: dba, host: 127.0.0.1, port: {primary.port}, user: dba, password: "${{DB_WORD}}", tls: off }}]
metrics: [{{ id: rows, mysql: {{ target: dba, sql: 'SELECT COUNT(*) FROM shop.orders' }} }}]
stages: [{{ name: S, duration: 1s, actions: [change] }}]
actions:
  change:
{steps}
"""
    file = path(name + ".yaml")
    with open(file, "w", encoding="utf-8") as f:
        f.write(text)
    return file


def outcome(name, steps):
    """The last word on the action, and the lines of its run."""
    p, o = run(action_plan(name, steps), path(name + ".wr"))
    over = lambda: [e for e in events(o) if e["kind"] == "observed" and e.get("done")]
    until(f"the outcome of {name}", over, 20)
    stop(p)
    return over()[0], events(o)


ADD = """    - sql: { target: dba, write: true, timeout: 5s, query: 'ALTER TABLE {{scope.table}} ADD INDEX {{scope.index}} (note), ALGORITHM=INPLACE, LOCK=NONE' }
      verify: { sql: { target: dba, query: 'SHOW INDEX FROM {{scope.table}} WHERE Key_name = {{scope.index:string}}' }, expect: { rows: 1 }, within: 3s }"""


@test
def an_index_is_added_and_read_back():
    end, told = outcome("adds", ADD + """
    - sql: { target: dba, write: true, query: 'UPDATE {{scope.table}} SET note = {{scope.word:string}} WHERE id = 2' }
      expect: { rows: 1 }
    - sql: { target: dba, query: 'SELECT note FROM {{scope.table}} WHERE id = 2' }
      expect: { rows: 1, value: "it's" }""")
    assert end["outcome"] == "verified", end
    assert "idx_note" in primary.sql("SHOW INDEX FROM shop.orders")
    sent = [e["call"] for e in told if e["kind"] == "sent"]
    assert sent[0].startswith("dba: ALTER TABLE `shop`.`orders` ADD INDEX `idx_note` (note)"), sent
    assert sent[1].endswith("WHERE Key_name = 'idx_note'"), sent


RECORD = """    - sql: { target: dba, query: 'SELECT 1' }
  rollback:
    - sql: { target: dba, write: true, query: "INSERT INTO shop.rollback_records (execution_run_id, rollback_status, rollback_type, rollback_started_at, rollback_details) VALUES ({{run.id:string}}, 'completed', 'full', NOW(), JSON_OBJECT('reason', {{reason:string}}, 'triggered_by', {{actor:string}}, 'index_name', {{scope.index:string}}, 'word', {{scope.word:string}}, 'metrics_at_decision', JSON_OBJECT('rows', {{metric.rows.value}})))" }
      expect: { rows: 1 }
      verify: { sql: { target: dba, query: "SELECT JSON_VALID(rollback_details) FROM shop.rollback_records WHERE execution_run_id = {{run.id:string}}" }, expect: { rows: 1, value: "1" }, within: 3s }"""


@test
def a_rollback_is_recorded_where_the_plan_says_so():
    """RBK-7: the row is inserted once, its details are JSON whatever the reason holds."""
    primary.sql("CREATE TABLE shop.rollback_records (execution_run_id VARCHAR(60), rollback_status VARCHAR(20), "
                "rollback_type VARCHAR(10), rollback_started_at DATETIME, rollback_details JSON)")
    file = action_plan("records", RECORD)
    text = open(file).read().replace("mode: log_only", "mode: automatic").replace(
        "FROM shop.orders' } }", "FROM shop.orders' }, critical: '> 3', then: immediate_rollback }").replace("duration: 1s", "duration: 30s")
    open(file, "w", encoding="utf-8").write(text)
    p, o = run(file, path("records.wr"))
    until("the stage", lambda: [e for e in events(o) if e["kind"] == "stage" and e["op"] == "clock"])
    primary.sql("INSERT INTO shop.orders (id, note) VALUES (4, 'd')")
    assert p.wait(20) == 20, events(o)[-3:]
    primary.sql("DELETE FROM shop.orders WHERE id = 4")
    assert [e["record"]["status"] for e in events(o) if e["kind"] == "rollback" and e["op"] == "done"] == ["completed"], events(o)[-6:]
    row, = primary.sql("SELECT rollback_status, rollback_type, rollback_details FROM shop.rollback_records").splitlines()
    status, kind, details = row.split("\t")
    details = json.loads(details)
    assert (status, kind, details["index_name"], details["triggered_by"]) == ("completed", "full", "idx_note", "director"), row
    assert details["word"] == "it's" and details["metrics_at_decision"] == {"rows": 4} and "> 3" in details["reason"], row


@test
def what_the_server_refuses_is_not_repeated():
    end, told = outcome("twice", ADD)
    assert end["outcome"] == "failed" and "1061" in end["why"], end  # a duplicate name
    assert len([e for e in told if e["kind"] == "sent"]) == 1


@test
def a_question_cannot_write():
    end, _ = outcome("reads", "    - sql: { target: dba, query: 'SELECT note FROM {{scope.table}}' }\n      expect: { rows: 7 }")
    assert end["outcome"] == "failed" and "3 rows, expected 7" in end["why"], end
    for query, says in (("UPDATE shop.orders SET note = 1", "write: true"), ("DROP INDEX idx_note ON shop.orders", "DROP_INDEX is denied")):
        bad = action_plan("refused", f"    - sql: {{ target: dba, write: {'true' if 'DROP' in query else 'false'}, query: '{query}' }}")
        r = warroom("plan", "check", bad)
        assert r.returncode == 65 and says in r.stderr + r.stdout, r
    assert "idx_note" in primary.sql("SHOW INDEX FROM shop.orders")


@test
def a_write_without_answer_is_unknown():
    a = primary.holder("BEGIN", "UPDATE shop.orders SET note='held' WHERE id=3")
    p, o = run(action_plan("unknown", "    - sql: { target: dba, write: true, timeout: 30s, query: 'UPDATE shop.orders SET note = 1 WHERE id = 3' }"),
               path("unknown.wr"))
    until("the statement waits", lambda: "note = 1" in primary.sql("SHOW FULL PROCESSLIST"))
    stop(primary.p, signal.SIGKILL)
    try:
        end = until("the outcome", lambda: [e for e in events(o) if e["kind"] == "observed" and e.get("done")], 20)[0]
        assert end["outcome"] == "unknown", end
    finally:
        stop(p), stop(a)
        primary.up()


def slow(row):
    return f"    - sql: {{ target: dba, write: true, timeout: 60s, query: 'UPDATE shop.orders SET note = SLEEP(40) WHERE id = {row}' }}"


@test
def a_rollback_waits_for_no_statement():
    """Nor does the one that makes it immediate wait for the gradual one."""
    file = action_plan("undo", slow(1) + "\n  rollback_gradual:\n" + slow(3) + """
  rollback:
    - sql: { target: dba, write: true, timeout: 5s, query: "UPDATE shop.orders SET note = 'back' WHERE id = 2" }
      expect: { rows: 1 }
      verify: { sql: { target: dba, query: 'SELECT note FROM shop.orders WHERE id = 2' }, expect: { value: back }, within: 3s }""",
                       "{ mode: manual }")
    s = path("undo.wr")
    p = start([WARROOM, "run", file, "--headless", "--json", "--commands", "--as", "anna", "--session", s], stdin=subprocess.PIPE,
              stdout=open(s + ".jsonl", "w"), stderr=subprocess.STDOUT)
    asleep = lambda: primary.sql("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'dba' AND INFO LIKE '%SLEEP%'")
    told = lambda outcome: [e for e in events(s + ".jsonl") if e["kind"] == "observed" and e.get("done") and e["outcome"] == outcome]
    try:
        for line, n in (("rollback gradual slowly", 1), ("rollback at once", 2)):
            until(f"{n} statements under way", lambda: asleep() == f"{n}\n")
            p.stdin.write(line.encode() + b"\n")
            p.stdin.flush()
            until("it is superseded", lambda: len(told("superseded")) == n)
        until("the rollback read back", lambda: told("verified"), 10)
        assert asleep() == "2\n", "they sleep on"
        assert primary.sql("SELECT note FROM shop.orders WHERE id = 2") == "back\n"
        began = time.monotonic()
        p.send_signal(signal.SIGTERM)
        p.wait(4)
        assert time.monotonic() - began < 3, "leaving waits for no statement"
    except AssertionError as e:
        raise AssertionError(f"{e}: {events(s + '.jsonl')[-3:]}") from None
    finally:
        stop(p)


for server in (replica, primary):
    stop(server.p)
done()
