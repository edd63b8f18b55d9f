#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write data/sample-event/ afresh: python3 data/maint/make_sample.py

A maintainer's tool; the build uses the committed files only. The same input gives the same bytes.
"""
import datetime
import hashlib
import json
import os
import random
import shutil

import catalogue
import evidence
import instances
import people

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "sample-event")
KST = datetime.timezone(datetime.timedelta(hours=9))
NOW = datetime.datetime(2026, 11, 24, 14, 32, 7, tzinfo=KST)
SENT = {"running": "running", "paused": "paused", "aborted": "aborted", "to-be-verified": "to be verified",
        "critical": "critical"}
MONITORS = ["P04", "P06", "P02", "P07", "P03", "P05"]


def write(name, value):
    """One list item a line: readable differences, and no deep indentation."""
    def item(v):
        return json.dumps(v, ensure_ascii=False)
    with open(os.path.join(OUT, name), "w", encoding="utf-8", newline="\n") as f:
        if isinstance(value, list):
            f.write("[\n" + ",\n".join(item(v) for v in value) + "\n]\n")
        elif any(isinstance(v, list) for v in value.values()):
            f.write("{\n" + ",\n".join('"%s": [\n%s\n]' % (k, ",\n".join(item(x) for x in v))
                                       for k, v in value.items()) + "\n}\n")
        else:
            f.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


class Bodies:
    """Evidence files, each kept once."""

    def __init__(self):
        self.by_digest = {}

    def put(self, ti, n, name, body):
        if body is None:     # a picture that stayed with the vendor
            ghost = ("%s/%d/%s" % (ti, n, name)).encode()
            return {"sha256": hashlib.sha256(ghost).hexdigest(), "size": 180000 + len(ghost) * 7919 % 90000}
        digest = hashlib.sha256(body).hexdigest()
        if digest not in self.by_digest:
            path = "evidence/%s-%d-%s" % (ti, n, name)
            with open(os.path.join(OUT, path), "wb") as f:
                f.write(body)
            self.by_digest[digest] = path
        return {"sha256": digest, "size": len(body), "file": self.by_digest[digest]}


def vendor(system):
    org = next(s[3] for s in people.SYSTEMS if s[0] == system)
    return people.VENDORS[org]


def neutral_monitor(systems, start):
    orgs = {s[3] for s in people.SYSTEMS if s[0] in systems}
    ties = {p[0]: set(p[3]) for p in people.PERSONS}
    order = MONITORS[start % len(MONITORS):] + MONITORS[:start % len(MONITORS)]
    return next(m for m in order if not ties[m] & orgs)


def history_of(row, number, systems, since, items, rng):
    """What happened to the TI, oldest first, ending with what made its status."""
    test, _, status, _, variant, claim = row
    stamp = evidence.stamp
    graded = status in (instances.V, instances.P, instances.F)
    ready = since - datetime.timedelta(minutes=rng.randint(25, 70)) if graded else since
    start = ready if status == "running" else ready - datetime.timedelta(minutes=rng.randint(18, 65))
    who, phrase = vendor(systems[0])
    out = [{"at": stamp(start), "who": who, "kind": "status", "text": "running"}]
    for i, item in enumerate(items):
        at = start + (ready - start) * (i + 1) / (len(items) + 2)
        out.append({"at": stamp(at), "who": who, "kind": "evidence", "text": item["name"]})
    if status != "running":
        if status == "critical":
            out.append({"at": stamp(ready - datetime.timedelta(minutes=3)), "who": who, "kind": "comment",
                        "text": "Our last partner for this line leaves on Wednesday evening."})
        if status not in ("paused", "aborted"):
            out.append({"at": stamp(ready - datetime.timedelta(minutes=2)), "who": who, "kind": "comment", "text": phrase})
        if len(systems) > 1 and rng.random() < 0.5:
            other, words = vendor(systems[-1])
            out.append({"at": stamp(ready - datetime.timedelta(minutes=1)), "who": other, "kind": "comment", "text": words})
        out.append({"at": stamp(ready), "who": who, "kind": "status", "text": SENT.get(status, "to be verified")})
    if graded:
        monitor = neutral_monitor(systems, number)
        words = {instances.V: "verified", instances.P: "partially verified", instances.F: "failed"}[status]
        out.append({"at": stamp(since - datetime.timedelta(minutes=9)), "who": monitor, "kind": "claim", "text": ""})
        if status != instances.V:
            reasons = instances.REASONS[status]
            out.append({"at": stamp(since), "who": monitor, "kind": "comment", "text": reasons[number % len(reasons)]})
        out.append({"at": stamp(since), "who": monitor, "kind": "status", "text": words})
    if claim:
        out.append({"at": stamp(NOW - datetime.timedelta(minutes=12)), "who": claim, "kind": "claim", "text": ""})
    return out


def step_states(test, status, number):
    states = []
    for s in test["steps"]:
        done = "done"
        if status in ("running", "paused") and s["n"] > (number + s["n"]) % 3:
            done = "activated"
        elif status == "aborted":
            done = "skipped"
        elif status == "failed" and s["n"] == len(test["steps"]):
            done = "failed"
        states.append({"n": s["n"], "status": done})
    return states


def make_instance(number, row, ti, tests, bodies, rng):
    test, systems, status, minutes, variant, claim = row
    systems, since = systems.split(), NOW - datetime.timedelta(minutes=minutes, seconds=rng.randint(3, 55))
    definition = tests[test]
    if len(definition["roles"]) != len(systems):
        raise SystemExit("%s: %s wants %d systems" % (ti, test, len(definition["roles"])))
    items = []
    made = evidence.stamp(since - datetime.timedelta(minutes=30))
    for n, (step, name, kind, body) in enumerate(evidence.build(test, systems, variant, made), 1):
        items.append(dict({"n": n, "step": min(step, len(definition["steps"])), "name": name, "kind": kind},
                          **bodies.put(ti, n, name, body)))
    history = history_of(row, number, systems, since, items, rng)
    out = {"id": ti, "test": test, "status": status, "since": evidence.stamp(since), "revision": len(history),
           "participants": [{"role": r["label"], "system": s} for r, s in zip(definition["roles"], systems)],
           "steps": step_states(definition, status, number), "evidence": items, "history": history,
           "permalink": "https://tm.ap-ips.example/testInstance?id=" + ti}
    if claim:
        out["claim"] = {"by": claim, "until": evidence.stamp(NOW + datetime.timedelta(minutes=48))}
    return out


def write_faults(ids):
    """What is planted where, for the checks to come."""
    lines = ["# Faults planted in the sample event's evidence", "",
             "Written by `data/maint/make_sample.py`. Everything else is meant to be right.", "",
             "| TI | test | fault | checks that should notice |", "|---|---|---|---|"]
    for ti, row in sorted(zip(ids, instances.ROWS)):
        if row[4] in instances.FAULTS:
            what, checks = instances.FAULTS[row[4]]
            lines.append("| %s | %s | %s | %s |" % (ti, row[0], what, checks))
    lines += ["", "Screenshots and one capture are known by digest only: they are not in the pack.",
              "The two reports of XDS_01 (GITB, SVRL) fail on purpose: the custodian of its CDA has no telecom.",
              "`console.log` of SEC_02_Audit_Trail holds control bytes, escape sequences and broken UTF-8 on purpose;",
              "`latin1.json` and `cut-short.json` of IPSX_09_Consumer_Robustness are not valid UTF-8 and not whole.", ""]
    with open(os.path.join(OUT, "FAULTS.md"), "w", encoding="utf-8", newline="\n") as f:
        f.write("\n".join(lines))


def write_parts():
    write("event.json", {
        "format": "verdict-pack", "version": 1, "id": "ap-ips-2026", "name": "AP-IPS Connectathon 2026",
        "place": "서울 COEX, Seoul", "begins": "2026-11-23", "ends": "2026-11-27", "tz_min": 540, "tz_name": "KST",
        "critical_on": True, "now": NOW.isoformat()})
    write("organisations.json", [dict(zip(("id", "name", "country", "country_name"), o)) for o in people.ORGANISATIONS])
    write("systems.json", [{"id": i, "name": n, "version": v, "organisation": o, "table": t, "lines": [
        {"profile": p, "actor": a, "options": [], "type": "supportive" if p in weak else "thorough",
         **({"grade": people.GRADES[f"{i}/{p}/{a}"]} if f"{i}/{p}/{a}" in people.GRADES else {})}
        for p, a in lines]} for i, n, v, o, t, lines, weak in people.SYSTEMS])
    write("persons.json", [dict(zip(("id", "name", "roles", "organisations"), p)) for p in people.PERSONS])


def write_list(paths):
    """Names for the makefile: what is installed and distributed."""
    with open(os.path.join(OUT, "files.mk"), "w", encoding="utf-8", newline="\n") as f:
        f.write("# SPDX-License-Identifier: Apache-2.0\n# Written by data/maint/make_sample.py.\nsample_evidence = \\\n")
        f.write(" \\\n".join("\tdata/sample-event/" + p for p in sorted(paths)) + "\n")


def main():
    shutil.rmtree(os.path.join(OUT, "evidence"), ignore_errors=True)
    os.makedirs(os.path.join(OUT, "evidence"))
    cat = catalogue.reshape(catalogue.load(os.path.join(HERE, "..", "catalogue", "ap-ips.json")))
    write("catalogue.json", cat)
    write_parts()
    tests, bodies, rng = {t["id"]: t for t in cat["tests"]}, Bodies(), random.Random(20261124)
    ids = [instances.FIRST_ID + i * 3 + i % 2 for i in range(len(instances.ROWS))]
    rng.shuffle(ids)
    with open(os.path.join(OUT, "instances.ndjson"), "w", encoding="utf-8", newline="\n") as f:
        for number, row in enumerate(instances.ROWS):
            f.write(json.dumps(make_instance(number, row, str(ids[number]), tests, bodies, rng), ensure_ascii=False) + "\n")
    write_list(bodies.by_digest.values())
    write_faults([str(i) for i in ids])


if __name__ == "__main__":
    main()
