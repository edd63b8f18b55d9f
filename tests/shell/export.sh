#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Exports: what others' schemas, definitions and tools say of them.
. "${srcdir:-.}/tests/shell/common.sh"
joined
schema=$srcdir/tests/report/gitb-tr.xsd
corpus=$srcdir/../shared/corpus/report/ISAITB-docs-itb-ta
modules=${SITE_NPM:-$builddir/tests/site/npm}/node_modules

# texts that would break out of each form
nasty=$(printf '=HYPERLINK("x") <b>&amp; ]]> "q" \342\200\256gnp \001 end\nsecond line')
exits 0 'a verdict' v grade 81270 verified
exits 0 'a verdict with a reason that breaks out' v grade 81228 failed -m "$nasty"
exits 0 'a partial one, with a mark' v grade 81216 partial -m '+1' --step 1=verified --step 2=failed

# faults FILE: what the definition of TestReport says against it
faults() { jq -r -f "$srcdir/tests/report/testreport.jq" "$1" 2>&1 | head -5; }

# hl7 NAME FILE…: HL7's own definitions of R4 find nothing in them
hl7() {
	name=$1
	shift
	if [ ! -r "$modules/fhir/profiles/types.json" ]; then
		skip "$name" 'no package fhir (tests/site/npm)'
		return
	fi
	is "$name" "$(python3 "$srcdir/tests/report/r4.py" "$modules" "$@" 2>&1)" ''
}

# original NAME FILE…: GITB's own schemas, where GITB_XSD names a folder with gitb_tr.xsd and gitb_core.xsd
original() {
	name=$1
	shift
	if [ -r "${GITB_XSD-}/gitb_tr.xsd" ]; then
		check "$name" xmllint --noout --nonet --schema "$GITB_XSD/gitb_tr.xsd" "$@"
	else
		skip "$name" 'GITB_XSD names no folder with them'
	fi
}

if command -v jq >/dev/null 2>&1; then
	exits 0 'one TI as TestReport' v export 81228 --format fhir -o "$tmp/one.json"
	is 'holds against the definition' "$(faults "$tmp/one.json")" ''
	is 'says the verdict' "$(jq -r '[.status, .result, .tester, .issued] | join(" ")' "$tmp/one.json")" \
		'completed fail Kim Minji 2026-11-24T05:32:07.000Z'
	exits 0 'all as a Bundle' v export --all --format fhir -o "$tmp/all.json"
	is 'holds against the definition' "$(faults "$tmp/all.json")" ''
	hl7 "holds against HL7's own definitions" "$tmp/one.json" "$tmp/all.json"
	is 'of as many as there are' "$(jq '.entry | length' "$tmp/all.json")" "$(v export --all | jq length)"
	is 'an initiator is a client, the others servers' \
		"$(jq -r '[.participant[].type] | join(" ")' "$tmp/one.json")" 'client server server server server'
	is 'marks are results' "$(jq -r '.entry[].resource | select(.id == "ti-81216")
		| .test[] | select(.name == "Steps").action[].operation.result' "$tmp/all.json" | sort | uniq -c |
		awk '{ print $2 }' | tr '\n' ' ')" 'fail pass '
	is 'and where nobody looked, nothing is' "$(jq -r '.test[] | select(.name == "Steps").action[].operation.result' \
		"$tmp/one.json" | sort -u)" skip
	is 'nothing pending is called passed' "$(jq '[.entry[].resource | select(.result == "pass" and .status != "completed")]
		| length' "$tmp/all.json")" 0
	rid=$(v journal --json | jq -r '.[] | select(.ti == "81270") | .rid' | head -1)
	exits 0 'a verdict is withdrawn' v withdraw "$(echo "$rid" | cut -c1-12)" -m 'The wrong one.'
	exits 0 'and exported' v export 81270 --format fhir -o "$tmp/back.json"
	is 'as entered in error, its result as it was' "$(jq -r '[.status, .result, .tester] | join(" ")' "$tmp/back.json")" \
		'entered-in-error pass Kim Minji'
	is 'and holds against the definition' "$(faults "$tmp/back.json")" ''
	hl7 "and HL7's own" "$tmp/back.json"
	exits 0 'a new verdict' v grade 81270 verified
	exits 0 'is exported' v export 81270 --format fhir -o "$tmp/again.json"
	is 'as usual' "$(jq -r '[.status, .result] | join(" ")' "$tmp/again.json")" 'completed pass'
	# the check itself
	is 'a missing code is noticed' "$(jq 'del(.status)' "$tmp/one.json" >"$tmp/bad.json"; faults "$tmp/bad.json")" \
		'TestReport.status: missing'
	is 'a foreign code is noticed' "$(jq '.result = "passed"' "$tmp/one.json" >"$tmp/bad.json"; faults "$tmp/bad.json")" \
		'TestReport.result: passed is none of pass|fail|pending'
	is 'a foreign element is noticed' "$(jq '.outcome = 1' "$tmp/one.json" >"$tmp/bad.json"; faults "$tmp/bad.json")" \
		'TestReport.outcome: TestReport has no such element'
else
	skip 'TestReport' 'no jq'
fi

if command -v xmllint >/dev/null 2>&1; then
	for ti in 81270 81228 81216 81144; do
		exits 0 "$ti as TestCaseOverviewReport" v export $ti --format gitb -o "$tmp/$ti.xml"
		check 'is valid' xmllint --noout --nonet --schema "$schema" "$tmp/$ti.xml"
	done
	is 'a failed one is FAILURE' "$(xmllint --xpath '//*[local-name()="result"][1]/text()' "$tmp/81228.xml" | head -1)" FAILURE
	has 'a partial one says so' "$(cat "$tmp/81216.xml")" '<message>partially verified, Kim Minji: +1</message>'
	exits 0 'all in an archive' v export --all --format gitb -o "$tmp/all.tar"
	mkdir "$tmp/all" && tar -C "$tmp/all" -xmf "$tmp/all.tar"
	check 'all are valid' sh -c "xmllint --noout --nonet --schema '$schema' '$tmp'/all/*.xml"
	original "valid by GITB's own schema too" "$tmp"/all/*.xml
	if [ -d "$corpus" ]; then
		check "GITB's own report of a step is valid by ours" xmllint --noout --nonet --schema "$schema" "$corpus/TestStepReport.xml"
		# an empty list of reports stands in that document and is valid by no schema
		sed '/<reports\/>/d' "$corpus/TestCaseOverviewReport.xml" >"$tmp/theirs.xml"
		check 'and of a test case' xmllint --noout --nonet --schema "$schema" "$tmp/theirs.xml"
	else
		skip "GITB's own reports are valid by ours" 'no corpus'
	fi
	is 'the one in it is the one alone' "$(cmp "$tmp/all/ti-81228.xml" "$tmp/81228.xml" && echo same)" same
	sed 's/<sessionId>.*//' "$tmp/81228.xml" >"$tmp/bad.xml"
	if xmllint --noout --nonet --schema "$schema" "$tmp/bad.xml" 2>/dev/null; then
		not_ok 'a missing element is noticed'
	else
		ok 'a missing element is noticed'
	fi
else
	skip 'GITB reports' 'no xmllint'
fi

exits 0 'lines as GITB' v export --lines --format gitb -o "$tmp/lines.tar"
mkdir "$tmp/lines" && tar -C "$tmp/lines" -xmf "$tmp/lines.tar"
is 'a document each' "$(find "$tmp/lines" -name '*.xml' | wc -l)" "$(v results --lines --format json | jq length)"
if command -v xmllint >/dev/null 2>&1; then
	check 'all are valid' sh -c "xmllint --noout --nonet --schema '$schema' '$tmp'/lines/*.xml"
	original "valid by GITB's own schema too" "$tmp"/lines/*.xml
fi
exits 0 'lines as FHIR' v export --lines --format fhir -o "$tmp/lines.json"
is 'hold against the definition' "$(faults "$tmp/lines.json")" ''
hl7 "hold against HL7's own definitions" "$tmp/lines.json"
exits 0 'one line' v export S01/CT/TIME_CLIENT/- --lines --format gitb
has 'is that one' "$out" '<statement id="S01/CT/TIME_CLIENT/-">'
exits 1 'a line that is none' v export S01/NONE --lines --format fhir
exits 2 'lines have another CSV' v export --lines --format csv

page=$tmp/session.html
exits 0 'a session report' v export --organisation O02 --format html -o "$page"
exits 1 'of nobody' v export --organisation O99 --format html
exits 2 'in no other form' v export --organisation O02 --format csv
has 'tells what was graded' "$(cat "$page")" '<bdi>failed</bdi>'
lacks 'no markup of others' "$(cat "$page")" '<b>'
has 'which is shown instead' "$(cat "$page")" '&lt;b&gt;&amp;amp; ]]&gt; &quot;q&quot; &lt;U+202E&gt;gnp'
is 'every TI of theirs' "$(grep -c '^<tr><td><bdi>[0-9]*</bdi></td><td><bdi>[A-Z]' "$page")" \
	"$(v export --all | jq --slurpfile s "$sample/systems.json" '[.[] | select([.participants[].organisation] |
		index($o))] | length' --arg o "$(jq -r '.[] | select(.id == "O02").name' "$sample/organisations.json")")"
if command -v xmllint >/dev/null 2>&1; then
	sed -e 's/<!DOCTYPE html>//' -e 's/<meta \([^>]*\)>/<meta \1 \/>/' -e 's/<br>/<br \/>/g' "$page" >"$tmp/session.xml"
	check 'every element ends where it should' xmllint --noout "$tmp/session.xml"
fi

exits 0 'CSV' v export 81228 81216 --format csv
has 'no formula begins a cell' "$out" "\"'=HYPERLINK(\"\"x\"\") <b>&amp; ]]> \"\"q\"\" <U+202E>gnp  end second line\""
has 'nor a plus' "$out" "\"'+1\""
is 'a row is a line' "$(wc -l <"$tmp/out")" 3
exits 2 'an unknown format' v export 81228 --format pdf
has 'lists the known ones' "$err" 'fhir gitb json csv'

exits 2 'a signature needs a file' v export 81228 --sign
exits 0 'a signed export' v export --all --format csv --sign -o "$tmp/signed.csv"
if command -v ssh-keygen >/dev/null 2>&1; then
	verify() { ssh-keygen -Y verify -f "$tmp/signed.csv.signers" -I "$1" -n "$2" -s "$tmp/signed.csv.sig" <"$3"; }
	check 'ssh-keygen knows it' verify P01 verdict-export "$tmp/signed.csv"
	exits 255 'of nobody else' verify P02 verdict-export "$tmp/signed.csv"
	exits 255 'for nothing else' verify P01 file "$tmp/signed.csv"
	sed 's/failed/verified/' "$tmp/signed.csv" >"$tmp/other.csv"
	exits 255 'of no other bytes' verify P01 verdict-export "$tmp/other.csv"
else
	skip 'ssh-keygen checks the signature' 'no ssh-keygen'
fi
exits 1 'what is not there' v export 99999
is 'is half an answer to nobody' "$out" ''
exits 1 'a file where no folder is' v export 81270 -o "$tmp/none/x.json"
has 'says so by its own name' "$err" "$tmp/none/x.json: there is no such folder"
done_testing
