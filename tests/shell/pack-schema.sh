#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The JSON Schema of event packs against the sample event and a generated pack, and the generator's promise.
: "${srcdir:=.}" "${builddir:=.}"
. "$srcdir/tests/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
genpack=$builddir/tests/bench/genpack

"$genpack" --instances 400 --seed 7 --evidence 9 "$work/a" && "$genpack" --instances 400 --seed 7 --evidence 9 "$work/b"
check "the same seed gives the same pack" diff -r "$work/a" "$work/b"
"$genpack" --instances 400 --seed 8 --evidence 9 "$work/c"
if cmp -s "$work/a/instances.ndjson" "$work/c/instances.ndjson"; then not_ok "another seed gives another pack"; else ok "another seed gives another pack"; fi
is "as many TIs as asked for" "$(wc -l < "$work/a/instances.ndjson" | tr -d ' ')" 400
is "as many bodies as asked for" "$(find "$work/a/evidence" -type f | wc -l | tr -d ' ')" 9
is "three steps a TI" "$(grep -o '{"n":[0-9]*,"status"' "$work/a/instances.ndjson" | wc -l | tr -d ' ')" 1200

cat > "$work/validate.py" <<'P'
import json, os, sys, jsonschema
schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
def checker(name):
    return jsonschema.Draft202012Validator({"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/" + name})
bad = 0
def look(name, value, where):
    global bad
    for e in checker(name).iter_errors(value):
        print(where, list(e.absolute_path), e.message[:200])
        bad += 1
for pack in sys.argv[2:]:
    for name in ("event", "catalogue", "organisations", "systems", "persons"):
        look(name, json.load(open(os.path.join(pack, name + ".json"), encoding="utf-8")), name)
    for n, line in enumerate(open(os.path.join(pack, "instances.ndjson"), encoding="utf-8"), 1):
        look("instance", json.loads(line), "instances.ndjson:%d" % n)
sys.exit(1 if bad else 0)
P
if python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2> /dev/null; then
	check "the sample event fits the schema" python3 "$work/validate.py" "$srcdir/data/pack.schema.json" "$srcdir/data/sample-event"
	check "a generated pack fits the schema" python3 "$work/validate.py" "$srcdir/data/pack.schema.json" "$work/a"
	sed 's/"status":"[a-z-]*","since"/"status":"odd","since"/' "$work/a/instances.ndjson" > "$work/c/instances.ndjson"
	if python3 "$work/validate.py" "$srcdir/data/pack.schema.json" "$work/c" > /dev/null; then
		not_ok "an unknown status does not fit"
	else
		ok "an unknown status does not fit"
	fi
else
	skip "packs fit the schema" "python3-jsonschema is not installed"
fi
done_testing
