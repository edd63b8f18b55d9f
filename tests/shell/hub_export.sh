#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the hub exports is what a console exports that has all of its feed; and it can be checked without us.
. "${srcdir:-.}/tests/shell/hub_common.sh"
if ! command -v jq >/dev/null; then
	skip 'exports of the hub' 'no jq'
	done_testing
fi
imported
serve --listen 127.0.0.1:0
for who in P01 P04; do
	d enrol $who --role monitor >"$tmp/code" 2>/dev/null
	exits 0 "$who joins" w $who join "$(head -n 1 "$tmp/code")"
done
exits 0 'a verdict' w P01 grade 81270 verified
exits 0 'another' w P01 grade 81216 partial -m 'half of it' --step 1=verified --step 2=failed
exits 0 'one that is taken back' w P01 grade 81174 failed -m 'wrong window'
rid=$(w P01 --json show 81174 | jq -r '.[0].verdicts[0].rid')
exits 0 'so it is' w P01 withdraw "$rid" -m 'it was another TI'
exits 0 'a comment' w P01 comment 81272 -m 'see the log'
exits 0 'somebody differs' w P04 grade 81270 failed -m 'no answer'
exits 0 'sent' w P01 sync
exits 0 'sent' w P04 sync
exits 0 'all is here' w P01 sync

# what a console knows of itself, and the moment, aside
plain() {
	jq -S 'map(del(.waiting_s, .claim) | .evidence |= map(del(.here, .looked)) | .verdicts |= map(del(.state)))
		| sort_by(.id)' "$1"
}
exits 0 'the hub exports' d export json "$tmp/hub.json"
has 'and says what it wrote' "$err" "$tmp/hub.json: $(($(wc -c <"$tmp/hub.json"))) bytes"
exits 0 'or nothing' d -q export json "$tmp/hub.json"
is 'when told so' "$err" ''
exits 0 'a console exports' w P01 export --all -o "$tmp/console.json"
plain "$tmp/hub.json" >"$tmp/a"
plain "$tmp/console.json" >"$tmp/b"
is 'and both say the same' "$(diff "$tmp/a" "$tmp/b" | head -n 20)" ''
is 'of a dispute too' "$(jq -r '.[] | select(.id == "81270").status' "$tmp/hub.json")" disputed
is 'and of what was withdrawn' "$(jq -r '.[] | select(.id == "81174") | [.verdicts[].counted, .status] | map(tostring)
	| join(" ")' "$tmp/hub.json")" "$(jq -r '.[] | select(.id == "81174") | [.verdicts[].counted, .status] |
	map(tostring) | join(" ")' "$tmp/console.json")"

exits 0 'as TestReports, signed' d export fhir "$tmp/all.json" --sign
is 'which hold against the definition' "$(jq -r -f "$srcdir/tests/report/testreport.jq" "$tmp/all.json")" ''
exits 0 'of one TI' d export gitb "$tmp/one.xml" --ti 81216
if command -v xmllint >/dev/null; then
	check 'which is valid' xmllint --noout --nonet --schema "$srcdir/tests/report/gitb-tr.xsd" "$tmp/one.xml"
else
	skip 'which is valid' 'no xmllint'
fi
if command -v ssh-keygen >/dev/null; then
	exits 0 'the signature holds' sh -c "ssh-keygen -Y verify -f '$tmp/all.json.signers' -I $event -n verdict-export \
		-s '$tmp/all.json.sig' <'$tmp/all.json'"
	said=$out
	has 'by the key that doctor names' "$said" "$(d --json doctor | jq -r .signs)"
else
	skip 'the signature holds' 'no ssh-keygen'
fi
exits 0 'lines' d export gitb "$tmp/hub-lines.tar" --lines
exits 0 'as the console has them' w P01 export --lines --format gitb -o "$tmp/console-lines.tar"
for who in hub console; do
	mkdir "$tmp/$who-lines" && tar -C "$tmp/$who-lines" -xmf "$tmp/$who-lines.tar" &&
		sed -i 's/<reportTime>.*//' "$tmp/$who-lines"/* &&
		for file in "$tmp/$who-lines"/*; do LC_ALL=C sort -o "$file" "$file"; done
done
is 'are the same' "$(diff -r "$tmp/hub-lines" "$tmp/console-lines" | head -n 5)" ''
exits 0 'one line' d export fhir "$tmp/line.json" --line S01/CT/TIME_CLIENT/-
is 'holds against the definition' "$(jq -r -f "$srcdir/tests/report/testreport.jq" "$tmp/line.json")" ''
exits 0 'a session report' d export html "$tmp/hub.html" --organisation O02
exits 0 'as the console has it' w P01 export --organisation O02 --format html -o "$tmp/console.html"
rows() { grep '^<tr><td><bdi>[0-9]*</bdi></td><td><bdi>[A-Z]' "$1" | LC_ALL=C sort; }
is 'with the same TIs' "$(rows "$tmp/hub.html" | sha256sum)" "$(rows "$tmp/console.html" | sha256sum)"
exits 1 'of nobody' d export html "$tmp/none.html" --organisation O99
exits 2 'html is of an organisation' d export html "$tmp/none.html"
exits 2 'TIs are no lines' d export gitb "$tmp/none.tar" --lines --ti 81216
exits 1 'no such TI' d export csv "$tmp/none.csv" --ti 99999
check 'leaves no file' test ! -e "$tmp/none.csv"
exits 2 'no such form' d export pdf "$tmp/none.pdf"
has 'names the forms' "$err" 'fhir gitb json csv'
exits 0 'the hub ends' stop
exits 0 'and exports without serving' d export json "$tmp/again.json"
is 'the same' "$(plain "$tmp/again.json" | cmp - "$tmp/a" && echo same)" same
done_testing
