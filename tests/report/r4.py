#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HL7's own definitions of FHIR R4 (4.0.1) against JSON documents: elements, counts, types and required codes.

r4.py MODULES FILE...: MODULES is a node_modules folder with the package "fhir", which carries the definitions as data.
A line for each fault; exit 1 where there is one.
"""
import json
import re
import sys

MOMENT = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)"
TEXTS = {
    "string": r"[^\x00-\x08\x0b\x0c\x0e-\x1f]*\S[^\x00-\x08\x0b\x0c\x0e-\x1f]*",
    "code": r"\S+( \S+)*",
    "id": r"[A-Za-z0-9.-]{1,64}",
    "uri": r"\S+",
    "instant": MOMENT,
    "dateTime": MOMENT + r"|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?",
}
TEXTS["markdown"], TEXTS["url"], TEXTS["canonical"], TEXTS["oid"] = TEXTS["string"], TEXTS["uri"], TEXTS["uri"], TEXTS["uri"]


class Definitions:
    def __init__(self, modules):
        with open(modules + "/fhir/profiles/types.json", encoding="utf-8") as f:
            self.types = json.load(f)
        with open(modules + "/fhir/profiles/valuesets.json", encoding="utf-8") as f:
            self.sets = json.load(f)

    def codes(self, url):
        whole = self.sets[url.split("|")[0]]
        return {c["code"] for s in whole["systems"] for c in s["codes"]}

    def referred(self, path):
        """The element that a definition names as the one it repeats: TestReport.setup.action.assert."""
        names = path.split(".")
        p = self.types[names[0]]
        for name in names[1:]:
            p = next(q for q in p["_properties"] if q["_name"] == name)
        return p

    def value(self, at, v, p):
        kind = p["_type"]
        if kind.startswith("#"):
            p = self.referred(kind[1:])
            kind = p["_type"]
        if p.get("_properties"):
            yield from self.record(at, v, p["_properties"], [])
        elif kind == "Resource":
            yield from self.resource(at, v)
        elif kind == "boolean" or kind in ("integer", "decimal", "positiveInt", "unsignedInt"):
            if not isinstance(v, bool if kind == "boolean" else (int, float)):
                yield f"{at}: no {kind}"
        elif kind in TEXTS:
            if not isinstance(v, str) or not re.fullmatch(TEXTS[kind], v, re.S):
                yield f"{at}: no {kind}: {v!r}"
            elif p.get("_valueSetStrength") == "required" and v not in self.codes(p["_valueSet"]):
                yield f"{at}: {v} is not in {p['_valueSet']}"
        elif self.types.get(kind, {}).get("_properties"):
            yield from self.record(at, v, self.types[kind]["_properties"], [])
        else:
            yield f"{at}: nothing is known of type {kind}"

    def record(self, at, v, properties, more):
        if not isinstance(v, dict):
            yield f"{at}: no object"
            return
        known = {p["_name"]: p for p in properties}
        for name in v:
            if name not in known and name not in more:
                yield f"{at}.{name}: no such element"
        for name, p in known.items():
            here = v.get(name)
            if here is None:
                if p.get("_required"):
                    yield f"{at}.{name}: missing"
            elif not p["_multiple"]:
                yield from self.value(f"{at}.{name}", here, p)
            elif not isinstance(here, list) or not here:
                yield f"{at}.{name}: no list"
            else:
                for i, one in enumerate(here):
                    yield from self.value(f"{at}.{name}[{i}]", one, p)

    def resource(self, at, v):
        kind = v.get("resourceType") if isinstance(v, dict) else None
        if self.types.get(kind, {}).get("_kind") != "resource":
            yield f"{at}: {kind} is no resource"
            return
        yield from self.record(f"{at}({kind})" if at else kind, v, self.types[kind]["_properties"], ["resourceType"])


def main():
    definitions = Definitions(sys.argv[1])
    faults = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as f:
            for fault in definitions.resource("", json.load(f)):
                print(fault)
                faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
