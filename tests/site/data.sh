#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The downloads of the results site, with names as they are and with hostile ones, read by others: CSV by Python, FHIR against
# the definition of TestReport, GITB against its schema. All tell the same passes.
. "${srcdir:-.}/tests/tap.sh"
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
report=$srcdir/tests/report
modules=${SITE_NPM:-$builddir/tests/site/npm}/node_modules

for names in plain hostile; do
	site=$tmp/$names
	mkdir "$site" "$site.tar"
	check "$names: a site is made" "$builddir/tests/site/make_site" "$site" 16 150 $names
	passes=$(grep -o 'class="y"' "$site/index.html" | wc -l)
	check "$names: it has passes" test "$passes" -gt 20
	is "$names: CSV has a row each" "$(python3 -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig", newline="")))
assert all(len(r) == 8 and r["result"] == "passed" and None not in r.values() for r in rows)
assert not any(v[:1] in "=+-@\t\r" and v for r in rows for v in r.values())
print(len(rows))' "$site/results.csv" 2>&1)" "$passes"
	if command -v jq >/dev/null 2>&1; then
		is "$names: JSON has one each" "$(jq '.results | length' "$site/results.json")" "$passes"
		is "$names: FHIR follows the definitions" "$(jq -r -f "$report/testreport.jq" "$site/results.fhir.json" 2>&1 | head -n 5)" ''
		is "$names: with a TestReport each" "$(jq '[.entry[].resource | select(.result == "pass")] | length' \
			"$site/results.fhir.json")" "$passes"
	else
		skip "$names: JSON and FHIR" 'no jq'
	fi
	if [ -r "$modules/fhir/profiles/types.json" ]; then
		is "$names: and HL7's own" "$(python3 "$report/r4.py" "$modules" "$site/results.fhir.json" 2>&1)" ''
	else
		skip "$names: and HL7's own" 'no package fhir (tests/site/npm)'
	fi
	check "$names: GITB is an archive" tar -xf "$site/results.gitb.tar" -C "$site.tar"
	is "$names: with a statement each" "$(find "$site.tar" -name '*.xml' | wc -l)" "$passes"
	if command -v xmllint >/dev/null 2>&1; then
		check "$names: which follow the schema" xmllint --nonet --noout --schema "$report/gitb-tr.xsd" "$site.tar"/*.xml
		if [ -r "${GITB_XSD-}/gitb_tr.xsd" ]; then
			check "$names: and GITB's own" xmllint --nonet --noout --schema "$GITB_XSD/gitb_tr.xsd" "$site.tar"/*.xml
		else
			skip "$names: and GITB's own" 'GITB_XSD names no folder with it'
		fi
	else
		skip "$names: which follow the schema" 'no xmllint'
	fi
	for f in "$site"/results.*; do
		is "$names: ${f##*/} names no system" "$(grep -c 'System [0-9]' "$f")" 0
	done
done
done_testing
