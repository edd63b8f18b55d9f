#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the tables of doc/checks.md afresh: python3 data/maint/checks_doc.py [OUTPUT-OF-test_check_cases]

A maintainer's tool. The tables stand between markers; the prose around them is left alone. With the output of
tests/unit/test_check_cases the table of broken facts is written too.
"""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "..", "..")
DOC = os.path.join(TOP, "doc", "checks.md")
CHECKS = os.path.join(TOP, "data", "checks")


def cell(text):
    return text.replace("|", "\\|")


def groups():
    for name in sorted(os.listdir(CHECKS)):
        if name.endswith(".json") and name != "facts.json":
            with open(os.path.join(CHECKS, name), encoding="utf-8") as f:
                g = json.load(f)
            yield g["title"], g.get("checks") or g.get("rules"), g.get("scope", "cross")


def what_is_checked():
    out = []
    for title, checks, _ in sorted(groups(), key=lambda g: g[0].lower()):
        out += ["### " + title, "", "| id | severity | what | source |", "|---|---|---|---|"]
        out += ["| %s | %s | %s | %s |" % (c["id"], c["severity"], cell(c["text"]), cell(c["source"])) for c in checks]
        out.append("")
    return "\n".join(out)


def coverage():
    """Each item of the catalogue: the checks that speak for it, or why none does."""
    speaking = {"IPS-B11": ["DOC-03"]}
    for _, checks, _ in groups():
        for c in checks:
            speaking.setdefault(c.get("item", c["id"]), []).append(c["id"])
    with open(os.path.join(HERE, "not_checked.tsv"), encoding="utf-8") as f:
        reasons = dict(line.rstrip("\n").split("\t") for line in f if not line.startswith("#"))
    with open(os.path.join(TOP, "data", "catalogue", "ap-ips.json"), encoding="utf-8") as f:
        items = json.load(f)["checks"]
    out = ["| item | what it asks | by |", "|---|---|---|"]
    for i in items:
        by = ", ".join(speaking.get(i["id"], [])) or "the monitor: " + reasons[i["id"]]
        out.append("| %s | %s | %s |" % (i["id"], cell(i["assertion"]), cell(by)))
    n = sum(i["id"] in speaking for i in items)
    return "%d of %d items are looked at by a check, the others by the monitor alone.\n\n%s\n" % (n, len(items), "\n".join(out))


def broken(path):
    rows = [line[2:].rstrip() for line in open(path, encoding="utf-8") if line.startswith("# | ")]
    return "\n".join(["| scope | facts broken | caught | more |", "|---|---|---|---|"] + rows) + "\n"


def put(text, marker, table):
    pattern = r"(<!-- %s -->\n).*?(<!-- end -->)" % marker
    new, n = re.subn(pattern, lambda m: m.group(1) + "\n" + table + "\n" + m.group(2), text, flags=re.S)
    if n != 1:
        raise SystemExit("doc/checks.md has no place for: " + marker)
    return new


def main():
    with open(DOC, encoding="utf-8") as f:
        text = f.read()
    text = put(text, "checks", what_is_checked())
    text = put(text, "coverage", coverage())
    if len(sys.argv) > 1:
        text = put(text, "broken", broken(sys.argv[1]))
    with open(DOC, "w", encoding="utf-8", newline="\n") as f:
        f.write(text)


if __name__ == "__main__":
    main()
