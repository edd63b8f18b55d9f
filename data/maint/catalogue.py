# SPDX-License-Identifier: Apache-2.0
"""Reshape data/catalogue/ap-ips.json into the catalogue.json of an event pack (verdict-pack(5)).

A maintainer's tool: run through make_sample.py, never by the build.
"""
import json

# Checks that a program can prove from the evidence alone; all others ask for a person's eyes.
BY_CHECK = set("""
IPS-B01 IPS-B02 IPS-B03 IPS-B04 IPS-B05 IPS-B06 IPS-B07 IPS-B08 IPS-B09 IPS-B10 IPS-B11
IPS-C01 IPS-C02 IPS-C03 IPS-C04 IPS-C05 IPS-C06 IPS-C08 IPS-C09 IPS-C10 IPS-C11 IPS-C12 IPS-C14 IPS-C15
IPS-C17 IPS-C18 IPS-A01 IPS-A03 IPS-A04 IPS-A05 IPS-R01 IPS-R02 IPS-R03 IPS-R04 IPS-R05 IPS-R06
IPS-R07 IPS-R08 IPS-R09 IPS-R10 IPS-R11 IPS-R13 IPS-R14 SIPS-01 SIPS-03 SIPS-05
M65-01 M65-02 M65-03 M65-04 M65-05 M65-06 M65-07 M65-08 M65-09 M66-01 M66-02 M67-01 M67-03 M68-01 M68-02
M105-01 M106-01 V8-01 V8-02 V8-03 V9-01 P83-01 P83-02 D78-02 D119-01
T95-04 T95-05 T95-06 T97-01 T97-02 T97-05 T98-01 T98-02 T98-03 T99-01 T99-02 T99-03 T101-01 T101-02 T101-03
I-01 I-02 I-03 I-05 I-06 I-07 I-08 K-01 K-03 K-04 K-05 K-06 K-08 W-01 W-04 W-05 W-06 W-07 IMR-01 IMR-02
D119-02 D119-03 M105-02 M106-02 P104-01 T95-02 T96-01 U71-01 V44-01 V45-01 X18-01 XCA-01 XCPD-01 XCPD-02 SEC-04
""".split())

SEVERITY = {"error": "error", "warning": "warning", "info": "note"}
PEER = {"NO_PEER_TEST": "none", "P2P_TEST": "p2p", "WORKFLOW_TEST": "workflow"}
TITLES = {"IPS_EXCHANGE": "IPS Exchange", "IPS_IMAGING": "IPS Imaging", "SVCM": "SVCM", "PLUGATHON": "Plugathon"}


def description(test, kinds):
    parts = []
    if test["preconditions"]:
        parts.append("Before: " + " ".join(test["preconditions"]))
    if test["evidence"]:
        parts.append("Evidence expected: " + " ".join(
            "%s (%s)." % (e["what"].rstrip("."), e["kind"]) for e in test["evidence"]))
    options = sorted({o for r in test["roles"] for o in r["requires_options"]})
    if options:
        parts.append("Only where the option is declared: " + ", ".join(options) + ".")
    if test["type"] == "plugathon":
        parts.append("Plugathon: an observation, not a graded pass.")
    return "\n\n".join(parts)


def reshape_test(test, checks, names, kinds):
    return {
        "id": test["id"], "title": test["title"], "track": test["track"], "peer": PEER[test["peer"]],
        "description": description(test, kinds), "profiles": test["profiles"],
        "roles": [{"label": r["label"], "profile": r["profile"], "actor": r["actor"], "min": 1, "max": 1,
                   "wanted": test["runs"], "required": test["optionality"] == "R"} for r in test["roles"]],
        "steps": [{"n": s["n"], "kind": s["kind"], "from": s["initiator"], "to": s["responder"],
                   "transaction": s["transaction"], "text": s["sent"]} for s in test["steps"]],
        "items": [{"id": c, "text": checks[c]["assertion"], "source": ", ".join(names[s] for s in checks[c]["sources"]),
                   "by": "check" if c in BY_CHECK else "person",
                   "severity": SEVERITY[checks[c]["severity"]]} for c in test["checks"]],
    }


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def reshape(cat):
    checks = {c["id"]: c for c in cat["checks"]}
    names = {s["id"]: s["id"] if s["id"] == "BG" else "%s %s" % (s["where"], s["version"].split(" (")[0])
             for s in cat["sources"]}
    names = {k: v.removesuffix(" -") for k, v in names.items()}
    names["BG"] = "background, confirm before use"
    kinds = {k["id"]: k["meaning"] for k in cat["evidence_kinds"]}
    return {
        "tracks": [{"id": t["id"], "name": t["name"], "goal": t["goal"], **({"exploratory": True} if t["id"] == "PLUGATHON" else {})} for t in cat["tracks"]],
        "profiles": [{"id": p["id"], "name": p["name"], "domain": p["domain"], "version": p["version"]}
                     for p in cat["profiles"]],
        "actors": [{"id": a["id"], "name": a["name"]} for a in cat["actors"]],
        "transactions": [{"id": t["id"], "name": t["name"]} for t in cat["transactions"]],
        "tests": [reshape_test(t, checks, names, kinds) for t in cat["tests"]],
    }
