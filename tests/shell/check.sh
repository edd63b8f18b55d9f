#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdict check: files without an event, as text, JSON, OperationOutcome and GITB report.
. "${srcdir:-.}/tests/shell/common.sh"
e=$sample/evidence
c() { "$verdict" --store "$tmp/none" --clock "$clock" check "$@"; }

exits 0 'a clean file' c "$e/81174-1-request.json"
has 'it says that nothing was found' "$out" 'nothing found'
exits 1 'an error' c "$e/81170-1-ips-han.json"
has 'id and sentence' "$out" 'IPS-C05  There is at least one section and none is nested.'
has 'path and byte' "$out" 'at Bundle.entry[0].resource, byte 454'
lacks 'no source' "$out" 'HL7 IPS 2.0.1'
exits 1 'with its source' c -v "$e/81170-1-ips-han.json"
has 'source' "$out" 'by HL7 IPS 2.0.1'
exits 1 'a warning counts' c -q "$e/81158-1-ips-jaidee.json"
has 'quiet shows the warning' "$out" 'IPS-R14'
lacks 'and no note' "$out" 'IPS-C17'
exits 1 'HL7 v2' c "$e/81324-2-feed.hl7"
has 'a field' "$out" 'at PID-3'
exits 0 'one edition' c -q --ips 1.1 "$e/81218-1-ips-li.json"
exits 1 'the other edition' c -q --ips 2.0 "$e/81218-1-ips-li.json"
has 'judged by it' "$out" 'IPS-A04'
check 'no store was made' test ! -e "$tmp/none"

head -c 3000 "$e/81158-1-ips-jaidee.json" >"$tmp/cut.json"
exits 1 'cut short' c "$tmp/cut.json"
is 'is one finding' "$(printf '%s\n' "$out" | grep -c ' at ')" 1
has 'that says so' "$out" 'ends too early at byte 3000'

exits 2 'no such file' c "$tmp/none.json"
is 'which is named once' "$(printf '%s\n' "$err" | grep -o none.json | wc -l)" 1
mkfifo "$tmp/pipe"
exits 2 'a FIFO without a writer' timeout 10 "$verdict" check "$tmp/pipe"
has 'is told' "$err" 'this is no file'
exits 2 'nor is it compared' timeout 10 "$verdict" compare "$tmp/pipe" "$e/81174-1-request.json"
exits 2 'a folder' c "$tmp"
has 'is told as well' "$err" 'this is a folder; name a file in it'
exits 2 'no such edition' c --ips 3 "$e/81174-1-request.json"
exits 2 'no such format' c --format pdf "$e/81174-1-request.json"
exits 2 'no such kind' c --as nothing "$e/81174-1-request.json"
exits 2 'two answers' c --json --format oo "$e/81174-1-request.json"
exits 2 'no file' c
printf '{"a":"x' >"$tmp/${esc}[31mred.json"
exits 1 'a hostile name' c "$tmp/${esc}[31mred.json"
lacks 'is neutralised' "$out" "$esc"

if command -v jq >/dev/null 2>&1; then
	c --json "$e/81170-1-ips-han.json" "$e/81324-2-feed.hl7" >"$tmp/j"
	is 'JSON: ids' "$(jq -r '.[].id' "$tmp/j" | tr '\n' ' ')" 'IPS-C05 IPS-C14 V8-02 '
	check 'JSON: the contract' jq -e 'all(.[]; (.id, .severity, .text, .source, .path, .file | type == "string")
		and (.byte_offset | type == "number"))' "$tmp/j"
	c --format oo "$e/81170-1-ips-han.json" >"$tmp/j"
	check 'OperationOutcome' jq -e '.resourceType == "OperationOutcome" and (.issue | length == 2)
		and .issue[0].severity == "error" and .issue[0].expression[0] == "Bundle.entry[0].resource"' "$tmp/j"
	c --format oo "$e/81174-1-request.json" >"$tmp/j"
	check 'OperationOutcome of a clean file' jq -e '.issue | length == 1 and .[0].severity == "information"' "$tmp/j"
else
	skip 'JSON and OperationOutcome' 'no jq'
fi
if command -v xmllint >/dev/null 2>&1; then
	c --format tar "$e/81170-1-ips-han.json" "$tmp/${esc}[31mred.json" >"$tmp/x"
	order=$(xmllint --xpath '//*[local-name()="TestStepReport"]/*' "$tmp/x" | sed -n 's/^ *<\([a-z]*\).*/\1/p' |
		grep -e date -e result -e overview -e counters -e context -e reports | tr '\n' ' ')
	is 'TAR: elements in the order of its schema' "$order" 'date result overview counters context reports '
	is 'TAR: result' "$(xmllint --xpath 'string(//*[local-name()="result"])' "$tmp/x")" FAILURE
	is 'TAR: errors' "$(xmllint --xpath 'string(//*[local-name()="nrOfErrors"])' "$tmp/x")" 3
	is 'TAR: assertion' "$(xmllint --xpath 'string(//*[local-name()="error"][1]/*[local-name()="assertionID"])' "$tmp/x")" IPS-C05
else
	skip 'TAR' 'no xmllint'
fi
done_testing
