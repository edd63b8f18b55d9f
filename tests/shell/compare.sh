#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdict compare: what was sent beside what was received; layout and order do not count where the format says so.
. "${srcdir:-.}/tests/shell/common.sh"
e=$sample/evidence
c() { "$verdict" --store "$tmp/none" --clock "$clock" compare "$@"; }

printf '{"resourceType":"Patient","id":"a","name":[{"family":"Kim","given":["A","B"]}],"active":true}' >"$tmp/one.json"
printf '{\n  "active" : true,\n  "id": "a", "name": [ {"given":["A","B"],"family":"\\u004bim"} ],\n "resourceType":"Patient" }\n' \
	>"$tmp/same.json"
printf '{"resourceType":"Patient","id":"a","name":[{"family":"Lee","given":["A","B"]}],"birthDate":"1980"}' >"$tmp/other.json"
printf '<Patient xmlns="http://hl7.org/fhir"><id value="a"/><active value="true"/></Patient>' >"$tmp/one.xml"
printf '<?xml version="1.0"?>\n<f:Patient xmlns:f="http://hl7.org/fhir">\n  <f:id   value="a"></f:id>\n  <f:active value="true"/>\n</f:Patient>\n' \
	>"$tmp/same.xml"

exits 0 'the same file' c "$tmp/one.json" "$tmp/one.json"
exits 0 'layout, order and escapes' c "$tmp/one.json" "$tmp/same.json"
has 'it says so' "$out" 'same content; only layout or order differ'
exits 0 'XML: prefixes and blanks' c "$tmp/one.xml" "$tmp/same.xml"
exits 0 'HL7 v2, framed and not' c "$e/81204-1-adt-a04.hl7" "$e/81204-2-adt-a04.mllp"
exits 1 'another value' c "$tmp/one.json" "$tmp/other.json"
has 'both are shown' "$out" 'Kim  │  Lee'
is 'what is there on one side alone' "$(printf '%s\n' "$out" | grep -c '^[<>]')" 2
is 'how many' "$(printf '%s\n' "$out" | head -n 1)" "$(printf '%s\n' "$out" | grep -c '^[~<>]') differences"
exits 1 'quiet' c -q "$tmp/one.json" "$tmp/other.json"
is 'says nothing' "$out$err" ''
exits 1 'the other way round' c "$tmp/other.json" "$tmp/one.json"
has 'mirrored' "$out" 'Lee  │  Kim'
check 'no store was made' test ! -e "$tmp/none"

exits 2 'one file' c "$tmp/one.json"
exits 2 'no such file' c "$tmp/one.json" "$tmp/none.json"
has 'is named' "$err" 'none.json'
exits 2 'a folder' c "$tmp/one.json" "$tmp"
printf '\033[31m{"a":' >"$tmp/${esc}[31mbad.json"
exits 1 'hostile bytes' c "$tmp/one.json" "$tmp/${esc}[31mbad.json"
lacks 'are neutralised' "$out$err" "$esc"
head -c 40 "$tmp/one.json" >"$tmp/cut.json"
exits 1 'cut short' c "$tmp/one.json" "$tmp/cut.json"

if command -v jq >/dev/null 2>&1; then
	c --json "$tmp/one.json" "$tmp/other.json" >"$tmp/j"
	is 'JSON: states' "$(jq -r '[.[].state] | sort | unique | join(" ")' "$tmp/j")" 'changed left right'
	check 'JSON: each has its byte' jq -e 'all(.[]; (.byte_offset | type == "number")
		and (.name, .left, .right | type == "string"))' "$tmp/j"
	is 'JSON: the value' "$(jq -r '.[] | select(.name == "family") | .left + " " + .right' "$tmp/j")" 'Kim Lee'
	c --json "$tmp/one.json" "$tmp/same.json" >"$tmp/j"
	is 'JSON: nothing' "$(jq -c . "$tmp/j")" '[]'
else
	skip 'JSON' 'no jq'
fi
done_testing
