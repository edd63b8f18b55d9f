#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdict results, grade-line, floor, queue by value: over the sample event.
. "${srcdir:-.}/tests/shell/common.sh"
joined

exits 0 'lines' v results
has 'a line' "$out" 'S03/MHD/DOC_SOURCE/-'
has 'a head' "$out" 'enough'
exits 0 'one line' v results S03/MHD/DOC_SOURCE/-
has 'its system' "$out" 'さくら EHR'
has 'what is missing' "$out" 'needs 1 more partner of Document Recipient'
has 'who has no peer' "$out" 'nobody else is registered as Document Registry of MHDS'
has 'its TIs with their status' "$(echo "$out" | tr -s ' \n' ' ')" 'MHD_02_Publish_IPS: 81'
exits 1 'no such line' v results S99/X/Y/-
has 'it says where to look' "$err" 'verdict results lists them'
exits 0 'lines of a system' v results S03
is 'of that one alone' "$(printf '%s\n' "$out" | tail -n +2 | cut -d/ -f1 | sort -u)" S03
has 'by its name' "$out" 'さくら EHR'
exits 0 'and of a profile of it' v results S03/MHD
is 'both actors' "$(printf '%s\n' "$out" | wc -l)" 3
exits 1 'half an id names nothing' v results S0
exits 2 'two listings at once' v results --matrix --borders
exits 2 'no such format' v results --format pdf
exits 2 'no such track' v results --track nowhere
exits 0 'what managers said before the pack was written' v results --matrix
has 'an organisation' "$out" 'Kererū Hauora Ltd'
lacks 'nothing that did not pass' "$out" 'PIX '
exits 0 'of a track without passes' v results --matrix --track PLUGATHON
has 'it says so' "$err" 'nothing would be published'
exits 0 'a line graded elsewhere' v results S01/CT/TIME_CLIENT/-
has 'says so' "$out" 'grade: passed, given elsewhere'
exits 0 'borders' v results --borders
has 'a pair' "$out" 'JP       KR'

# a monitor does not grade lines; a manager does
exits 1 'a monitor may not' v grade-line S10/MCSD/CS_DIRECTORY/- passed
has 'the reason' "$err" 'only managers grade lines'
store=$tmp/manager
"$verdict" --store "$store" --quiet join "$sample" --as P10 >/dev/null 2>&1 || not_ok 'a manager joins'
exits 2 'no such grade' v grade-line S10/MCSD/CS_DIRECTORY/- gold
exits 1 'no such line to grade' v grade-line S01/CT/NOBODY/- passed
exits 2 'a line of the Plugathon' v grade-line S16/VHL/VHL_RECEIVER/- passed
has 'why' "$err" 'exploratory'
exits 0 'a grade' v grade-line S10/MCSD/CS_DIRECTORY/- at-risk -m '=seen at the table'
has 'says of what' "$out" 'S10/MCSD/CS_DIRECTORY/-: at risk, saved'
exits 0 'nothing passed' v results --matrix
lacks 'at risk is not published' "$out" 'MCSD'
exits 0 'another grade' v grade-line S10/MCSD/CS_DIRECTORY/- passed
is 'enough, so nothing more is said' "$err" ''
exits 0 'a line passed too early' v grade-line S03/FIPS/CONTENT_CREATOR/- passed
has 'is saved, and the manager warned' "$err" 'has not enough yet: 1 of 18 count; it is published'
exits 0 'and taken back as told' v grade-line S03/FIPS/CONTENT_CREATOR/- none -m 'the wrong line'
exits 0 'it is published' v results --matrix
has 'organisation and profile' "$out" 'MCSD'
exits 0 'the history' v results S10/MCSD/CS_DIRECTORY/-
has 'both grades' "$out" '=seen at the table'
has 'by whom' "$out" 'Margaret O'
has 'the last one stands' "$out" 'grade: passed'
exits 0 'withdrawn' v grade-line S02/MHD/DOC_RECIPIENT/- withdrawn
exits 0 'one peer fewer' v --json results S03/MHD/DOC_SOURCE/-
exits 0 'after a restart too' v results --matrix
has 'still published' "$out" 'MCSD'
exits 2 'what nobody graded is not taken back' v grade-line S01/MHD/DOC_SOURCE/- none -m 'so'
has 'why' "$err" 'nothing to take back'
exits 2 'nor anything without a reason' v grade-line S10/MCSD/CS_DIRECTORY/- none
exits 0 'a grade taken back' v grade-line S10/MCSD/CS_DIRECTORY/- none -m 'The wrong line.'
has 'says so' "$out" 'S10/MCSD/CS_DIRECTORY/-: taken back, saved'
exits 0 'its line' v results S10/MCSD/CS_DIRECTORY/-
has 'has none' "$out" 'grade: not reviewed'
has 'and all its history' "$out" 'taken back  by Margaret'
has 'with the reason' "$out" 'The wrong line.'
exits 0 'nothing is published of it' v results --matrix
lacks 'no more' "$out" 'MCSD'
exits 0 'it may be graded again' v grade-line S10/MCSD/CS_DIRECTORY/- passed
exits 0 'the journal names the line' v journal
has 'line and grade' "$out" 'S02/MHD/DOC_RECIPIENT/-: withdrawn'

# a manager who belongs to the line's organisation
mkdir "$tmp/tied" && cp -R "$sample/." "$tmp/tied" && chmod -R u+w "$tmp/tied"
sed '/"P10"/s/\[\]/["O07"]/' "$sample/persons.json" >"$tmp/tied/persons.json"
"$verdict" --store "$tmp/own" --quiet join "$tmp/tied" --as P10 >/dev/null 2>&1 || not_ok 'a tied manager joins'
exits 1 'their own line they grade not' "$verdict" --store "$tmp/own" --clock "$clock" grade-line S10/MCSD/CS_DIRECTORY/- passed
has 'why' "$err" 'whose line this is: another manager must grade it'
exits 0 'those of others they do' "$verdict" --store "$tmp/own" --clock "$clock" grade-line S01/CT/TIME_CLIENT/- passed

# what a pass rests on, what a role covers, and what another tool said
if command -v jq >/dev/null 2>&1; then
	jq '.dependencies = [{profile: "MCSD", needs: [{profile: "VHL"}, {profile: "CT", actor: "TIME_CLIENT"}]}]
		| (.tests[] | select(.id == "MHD_02_Publish_IPS").roles[] | select(.actor == "DOC_RECIPIENT").covers) =
		[{profile: "MHD", actor: "DOC_RECIPIENT"}, {profile: "MCSD", actor: "CS_DIRECTORY"}]' "$sample/catalogue.json" \
		>"$tmp/tied/catalogue.json"
	jq '(.[] | select(.id == "S10").lines[] | select(.profile == "MCSD" and .actor == "CS_DIRECTORY").elsewhere) = [{grade: "at-risk",
		place: "Gazelle", who: "kmueller", at: "2026-11-24T10:00:00+09:00", text: "Not yet."}]' "$sample/systems.json" \
		>"$tmp/tied/systems.json"
	cp "$sample/persons.json" "$tmp/tied/persons.json"
	store=$tmp/rests
	"$verdict" --store "$store" --quiet join "$tmp/tied" --as P10 >/dev/null 2>&1 || not_ok 'a manager joins that event'
	exits 0 'a pass that rests on another' v grade-line S10/MCSD/CS_DIRECTORY/- passed
	exits 0 'its line' v results S10/MCSD/CS_DIRECTORY/-
	has 'is provisional' "$out" 'grade: passed, provisionally'
	has 'and says until when' "$out" 'provisional until its system has passed VHL or CT as'
	has 'another tool is named' "$out" 'graded in Gazelle: at risk, by kmueller; does not count here'
	has 'the role counts here too' "$out" 'MHD_02_Publish_IPS'
	exits 0 'nothing is published of it' v results --matrix
	lacks 'yet' "$out" 'MCSD'
	# the tests that are assigned to a monitor
	jq '(.[] | select(.id == "P01").tests) = ["MHD_02_Publish_IPS"]' "$sample/persons.json" >"$tmp/tied/persons.json"
	"$verdict" --store "$tmp/mine" --quiet join "$tmp/tied" --as P01 >/dev/null 2>&1 || not_ok 'a monitor with tests joins'
	assigned() { "$verdict" --store "$tmp/mine" --clock "$clock" --json queue --assigned "$@" | jq -r '.[] | "\(.id) \(.test)"' | sort; }
	is 'of theirs, what waits' "$(assigned)" "$("$verdict" --store "$tmp/mine" --json queue | jq -r '.[] | select(.claim.by == "P01" or
		(.test == "MHD_02_Publish_IPS" and .claim.state == "none")) | "\(.id) \(.test)"' | sort)"
	check 'which is some' test -n "$(assigned)"
	other=$("$verdict" --store "$tmp/mine" --json queue | jq -r '[.[] | select(.test != "MHD_02_Publish_IPS" and .claim.state == "none").id][0]')
	exits 0 'a claim of another test' "$verdict" --store "$tmp/mine" --clock "$clock" claim "$other"
	has 'comes with it' "$(assigned)" "$other "
	is 'in any order' "$(assigned --sort value | cksum)" "$(assigned --sort id | cksum)"
	is 'JSON says so' "$(v --json results S10/MCSD/CS_DIRECTORY/- | jq -c '[.provisional, .elsewhere[0].grade]')" '[true,"at-risk"]'
	store=$tmp/manager
fi

exits 0 'csv' v results --format csv
has 'the heads' "$out" '"Line","Organisation","System","Profile","Actor","Option","Type","Results","R/O","V","W","P","F"'
exits 0 'html' v results --matrix --format html
has 'a table head with scope' "$out" '<th scope="col">Organisation</th>'

if command -v jq >/dev/null 2>&1; then
	v --json results >"$tmp/j"
	check 'JSON: the contract' jq -e --slurpfile s "$sample/systems.json" 'length == ([$s[0][].lines[]] | length) and all(.[]; (.id, .system, .organisation, .profile, .actor, .type, .enough,
		.grade | type == "string") and (.expected, .counted, .verified, .waiting, .partial, .failed, .required, .optional
		| type == "number") and (.exploratory | type == "boolean") and (.tracks | type == "array"))' "$tmp/j"
	is 'JSON: one graded here' "$(jq -r '.[] | select(.grade == "passed" and (.grade_told | not)) | .id' "$tmp/j")" \
		'S10/MCSD/CS_DIRECTORY/-'
	is 'JSON: one withdrawn here, no longer what was told' "$(jq -r '.[] | select(.grade == "withdrawn") |
		"\(.id) \(.grade_told)"' "$tmp/j" | tr '\n' ' ')" 'S02/MHD/DOC_RECIPIENT/- false S04/SVCM/TERM_CONSUMER/- true '
	v --json results --track PLUGATHON >"$tmp/j"
	check 'the Plugathon: exploratory lines are not graded' jq -e '[.[] | select(.exploratory)] | length > 0 and
		all(.[]; .enough == "not-graded")' "$tmp/j"
	v --json results S03/MHD/DOC_SOURCE/- >"$tmp/j"
	is 'partners used and registered, without who withdrew' "$(jq -r '.tests[] | select(.test == "MHD_02_Publish_IPS") |
		.partners[0] | "\(.used)/\(.available)"' "$tmp/j")" '4/3'
	check 'TIs with their status' jq -e 'all(.tests[]; [.instances[].id] == .tis) and ([.tests[].instances[].status] | index("verified"))' "$tmp/j"
	v --json floor >"$tmp/j"
	check 'JSON: the floor in walking order' jq -e 'length > 0 and (map(.table) | . == sort) and
		all(.[]; .waiting + .disputed > 0)' "$tmp/j"
	v --json floor --all >"$tmp/j2"
	check 'every table' jq -e --slurpfile some "$tmp/j" 'length > ($some[0] | length)' "$tmp/j2"
	v --json queue --sort value | jq -r '.[].id' >"$tmp/by-value"
	v --json queue | jq -r '.[].id' | sort >"$tmp/all"
	is 'by value: the same TIs' "$(sort "$tmp/by-value")" "$(cat "$tmp/all")"
	is 'what completes most comes first' "$(head -1 "$tmp/by-value")" "$(v queue --sort value --limit 1 | awk 'NR == 2 {
		print $2 }')"
else
	skip 'JSON' 'no jq'
fi
done_testing
