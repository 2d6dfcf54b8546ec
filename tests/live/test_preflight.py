#!/usr/bin/env python3
"""warroom preflight against a simulator: statuses, output, and what is written to production."""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

WARROOM = os.path.abspath("build/warroom")

PLAN = """version: 1
name: checks
title: checks
rollback: { mode: log_only }
prometheus: { url: "%(url)s" }
metrics:
  - { id: lag, query: mysql_slave_status_seconds_behind_master, reduce: max, warning: "> 30" }
stages:
  - { name: One, duration: 1m }
kill_switch:
  scopes:
    - name: global
      status: { http: { url: "%(url)s/api/kill-switch/status" }, read: { json: global_active } }
      engage: { http: { method: PUT, url: "%(url)s/api/kill-switch/global", json: { is_active: true } } }
      release: { http: { method: PUT, url: "%(url)s/api/kill-switch/global", json: { is_active: false } } }
preflight:
  - { id: PF-1, title: API healthy, http: { url: "%(url)s/health" } }
  - { id: PF-2, title: panels, panels: all }
  - { id: KS-1, title: drill, drill: kill_switch, within: 5s }
  - { id: TC-02, title: signed, confirm: { role: sre } }
%(more)s
"""


def start_sim():
    sim = subprocess.Popen([WARROOM, "sim", "healthy", "--listen", "127.0.0.1:0"],
                           stdout=subprocess.PIPE, text=True)
    line = sim.stdout.readline()
    return sim, "http://127.0.0.1:" + re.search(r":(\d+)", line.split("127.0.0.1", 1)[1]).group(1)


def preflight(folder, url, more="", *args):
    path = os.path.join(folder, "plan.yaml")
    with open(path, "w") as f:
        f.write(PLAN % {"url": url, "more": more})
    return subprocess.run([WARROOM, "preflight", path, *args], capture_output=True, text=True,
                          timeout=60)


def puts(url):
    with urllib.request.urlopen(url + "/sim/requests?method=PUT") as r:
        return len(json.load(r)["requests"])


counts = {True: 0, False: 0}


def check(name, ok, said=""):
    counts[bool(ok)] += 1
    print("ok" if ok else "FAILED", name, "" if ok else said, flush=True)


def main():
    sim, url = start_sim()
    try:
        with tempfile.TemporaryDirectory() as d:
            r = preflight(d, url)
            check("all that runs by itself passes: status 0", r.returncode == 0, r.stdout + r.stderr)
            check("people's checks are told", "is signed in the run" in r.stdout, r.stdout)
            check("a drill is not run unasked", puts(url) == 0 and "--drill runs it" in r.stdout)

            r = preflight(d, url, "", "--drill", "--json")
            lines = [json.loads(x) for x in r.stdout.splitlines()]
            check("PRE-9 --drill runs it", r.returncode == 0 and puts(url) == 2, r.stdout)
            check("JSON: an object a check and a final one",
                  lines[-1] == {"kind": "final", "blocking": [], "result": "PASSED", "passed": 3,
                                "blocked": 0, "waits": 1, "of": 4}
                  and {x["id"] for x in lines[:-1]} == {"PF-1", "PF-2", "KS-1"}, r.stdout)

            r = preflight(d, url, "  - { id: PF-9, title: score, exec: { argv: [echo, 8/9] }, "
                                  "expect: { score: full } }")
            check("PRE-24 8/9 is BLOCKED: status 20",
                  r.returncode == 20 and "the score is 8/9" in r.stdout, r.stdout)

            r = preflight(d, url, "  - { id: PF-9, title: far, http: { url: \"http://127.0.0.1:1/\" } }")
            check("nobody answers: status 69", r.returncode == 69, r.stdout)

            r = preflight(d, url, "  - { id: PF-9, title: key, env: [NO_SUCH_LB_API_KEY] }", "--json")
            check("PRE-21 the missing variable is named",
                  r.returncode == 20 and "ERROR: NO_SUCH_LB_API_KEY missing" in r.stdout, r.stdout)

            r = preflight(d, url, "  - { id: PF-9, title: x }")
            check("a bad plan: status 65", r.returncode == 65 and "preflight[4]" in r.stderr, r.stderr)
    finally:
        sim.terminate()
        sim.wait()


main()
print("%d passed, %d failed" % (counts[True], counts[False]))
sys.exit(counts[False] > 0)
