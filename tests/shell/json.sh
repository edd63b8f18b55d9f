#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The JSON contract: these keys are there, with these types; keys may be added, never renamed.
. "${srcdir:-.}/tests/shell/common.sh"
if ! command -v jq >/dev/null 2>&1; then
	skip 'JSON' 'no jq'
	done_testing
fi
joined

# holds NAME FILTER COMMAND…: the filter is true of what the command writes
holds() {
	name=$1 filter=$2
	shift 2
	if "$@" >"$tmp/out" 2>"$tmp/err" && jq -e "$filter" "$tmp/out" >"$tmp/jq" 2>&1; then
		ok "$name"
	else
		not_ok "$name" "$(head -c 2000 "$tmp/out")" "$(cat "$tmp/err")" "$(head -c 300 "$tmp/jq")"
	fi
}

v grade 81222 failed -m 'Bad hash.' --step 1=failed >/dev/null
v claim 81174 >/dev/null

ti='
def text: type == "string"; def num: type == "number"; def bool: type == "boolean";
def words: type == "array" and all(.[]; text);
def ti: (.id, .test, .title, .track, .status | text) and (.profiles | words)
	and (.stale, .disputed, .critical | bool) and (.revision, .waiting_s | num)
	and (.claim | has("by") and (.state | text))
	and (.participants | type == "array" and all(.[]; .role, .system, .organisation, .country, .table | text))
	and (.steps | type == "array" and all(.[]; (.n | num) and (.from, .to, .transaction, .status, .mark | text)))
	and (.evidence | type == "array" and all(.[]; (.n, .step, .size | num) and (.name, .kind | text)
		and (.here | bool) and (.sha256 | test("^[0-9a-f]{64}$"))))
	and (.verdicts | type == "array" and all(.[]; (.rid | test("^[0-9a-f]{64}$")) and (.by, .outcome, .state | text)
		and has("reason")))
	and (.checklist | type == "array" and all(.[]; (.id, .text, .state | text) and has("by")));
def entry: (.rid | test("^[0-9a-f]{64}$")) and (.n | num) and (.kind, .ti, .saved_at | text)
	and (.state | . == "unsent" or . == "received" or . == "flagged" or . == "refused") and has("why");
'
holds 'queue' "$ti"'type == "array" and length > 30 and all(.[]; ti)' v queue --json
holds 'queue --all holds every TI' "$ti"'length >= 60 and all(.[]; ti) and ([.[].id] | unique | length) == length' v queue --all --json
holds 'an empty queue' 'type == "array" and length == 0' v queue nothing-is-called-like-this --json
holds 'queue --status' 'all(.[]; .status == "critical") and length == 2' v queue --status critical --json
holds 'a claim' '.[0].claim == { by: "P01", state: "intended" }' v queue --mine --json
holds 'show' "$ti"'length == 1 and all(.[]; ti) and .[0].id == "81222"' v show 81222 --json
holds 'a verdict in it' '.[0].verdicts[0] | .by == "P01" and .outcome == "failed" and .reason == "Bad hash." and .state == "unsent"' \
	v show 81222 --json
holds 'a step mark in it' '.[0].steps[0].mark == "failed"' v show 81222 --json
holds 'names stay as they are' 'any(.[0].participants[]; .organisation | test("[^ -~]"))' v show 81270 --json
holds 'evidence' 'type == "array" and length == 2 and all(.[]; .here)' v evidence 81222 --json
holds 'journal' "$ti"'type == "array" and length == 2 and all(.[]; entry)' v journal --json
holds 'journal verify' '.ok and .records == 2 and .bad_signature == 0' v journal verify --json
holds 'grade answers with the entry' "$ti"'entry and .ti == "81338" and .kind == "verdict"' v grade 81338 verified -m "Agreed." --json
holds 'comment too' "$ti"'entry and .kind == "comment"' v comment 81338 -m 'x' --json
holds 'claim too' "$ti"'entry and .kind == "claim"' v claim 81336 --json
holds 'release too' "$ti"'entry and .kind == "release"' v release 81336 --json
rid=$(v journal --json | jq -r '[.[] | select(.kind == "verdict")][0].rid')
holds 'withdraw too' "$ti"'entry and .kind == "withdrawal"' v withdraw "$rid" -m 'x' --json
holds 'export of one' "$ti"'length == 1 and all(.[]; ti)' v export 81222
holds 'export of all' "$ti"'length >= 60 and all(.[]; ti)' v export --all
holds 'status' '.event == "ap-ips-2026" and .person == "P01" and .status.critical == 2 and (.waiting | type) == "number"' v status --json
holds 'doctor' 'type == "array" and all(.[]; .check and .state and .text) and any(.[]; .check == "sqlite")' v doctor --json
holds 'join' '.event == "ap-ips-2026" and .person == "P01" and (.instances | type) == "number"' v join "$sample" --as P01 --json
exits 1 'errors leave standard output empty' v show 99999 --json
is 'but for the listing' "$(jq -c . "$tmp/out")" '[]'
done_testing
