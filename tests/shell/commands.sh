#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every subcommand on a store made from the sample event: what it says, and its exit code.
. "${srcdir:-.}/tests/shell/common.sh"

exits 1 'join by what is neither pack nor code' v join ABCD-EFGH
has 'says what a code looks like' "$err" 'begins with verdict1:'
exits 2 'join by a damaged code' v join verdict1:https://hub
exits 3 'join by a code takes a hub' \
	v join 'verdict1:https://127.0.0.1:1/ap-ips-2026#AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
has 'says what to look at' "$err" 'no hub serves at that port'
exits 2 'a code says who one is' v join --as P01 \
	'verdict1:https://127.0.0.1:1/ap-ips-2026#AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
exits 2 'join without a person' v join "$sample"
has 'lists the persons' "$out" 'Kim Minji'
has 'says what to do' "$err" '--as PERSON'
exits 1 'join as nobody' v join "$sample" --as P99
exits 0 'join' v join "$sample" --as P01
has 'says who you are' "$out" 'you are Kim Minji (P01), key '
exits 1 'join as another person' v join "$sample" --as P02
exits 0 'join again changes nothing' v join "$sample" --as P01
exits 0 'import the same pack again' v import pack "$sample"
exits 2 'import of something else' v import egg "$sample"
exits 1 'import of a missing pack' v import pack "$tmp/none"

exits 0 'status' v status
has 'tells where the hub is' "$out" 'hub: none'
has 'names the event' "$out" 'AP-IPS Connectathon 2026'
has 'names the person' "$out" 'Kim Minji (P01)'
exits 0 'queue' v queue
is 'critical TIs come first' "$(sed -n 2,3p "$tmp/out" | awk '{ print $1, $2 }' | LC_ALL=C sort | tr '\n' ' ')" '! 81228 ! 81270 '
lines=$(wc -l <"$tmp/out")
exits 0 'queue --quiet' v queue --quiet
is 'has no heading' "$(wc -l <"$tmp/out")" "$((lines - 1))"
exits 0 'queue --limit' v queue --quiet --limit 5
is 'lists five' "$(wc -l <"$tmp/out")" 5
exits 0 'queue --status' v queue --quiet --status aborted
is 'lists the three aborted ones' "$(awk '{ print $1 }' "$tmp/out" | LC_ALL=C sort | tr '\n' ' ')" '81144 81284 81348 '
exits 0 'queue --profile' v queue --quiet --profile mhd --limit 1
is 'knows the profile whatever its case' "$(wc -l <"$tmp/out")" 1
exits 0 'queue --profile of none' v queue --quiet --profile NONE
is 'lists nothing' "$out" ''
exits 0 'queue with a filter' v queue --quiet --all --sort id expand
has 'finds by title' "$out" '81254'
lacks 'and leaves the others' "$out" '81198'
exits 0 'queue with an excluding filter' v queue --quiet expand -81254
lacks 'leaves out' "$out" '81254'
has 'and keeps the rest' "$out" '81338'
exits 2 'queue by an unknown sort' v queue --sort beauty
exits 2 'queue of an unknown status' v queue --status nice
exits 2 'queue --limit of no number' v queue --limit ten

exits 0 'show' v show 81198
has 'has the test' "$out" 'SVCM_11_Translate'
has 'has the check-off list' "$out" 'To check'
has 'has history' "$out" 'History'
exits 1 'show of no TI' v show 99999
has 'names it' "$err" '99999'
exits 1 'show of one that is there and one that is not' v show 81198 99999
has 'shows the first' "$out" 'SVCM_11_Translate'

exits 0 'evidence' v evidence 81222
has 'lists the items' "$out" 'http'
exits 1 'evidence of no such number' v evidence 81222 9
exits 2 'evidence view of no item' v evidence 81222 --raw
exits 0 'evidence --raw' v evidence 81222 1 --raw
check 'writes the very bytes' sh -c 'cmp -s "$1" "$2"/81222-1-*' - "$tmp/out" "$sample/evidence"
exits 0 'evidence --save' v evidence 81222 1 --save "$tmp/saved"
check 'copies the very bytes' sh -c 'cmp -s "$1" "$2"/81222-1-*' - "$tmp/saved" "$sample/evidence"
exits 1 'evidence --save does not write over a file' v evidence 81222 1 --save "$tmp/saved"
exits 0 'evidence --hex' v evidence 81222 1 --hex
has 'begins at 0' "$out" '00000000  '
exits 0 'evidence --outline' v evidence 81222 1
exits 0 'evidence --pretty' v evidence 81222 1 --pretty
exits 0 'evidence --narrative' v evidence 81228 3 --narrative
has 'shows a section and a table' "$out" 'Hyperlipidemia           | 2018-02'
exits 1 'evidence without a narrative' v evidence 81222 1 --narrative
exits 0 'evidence --picture in a file' v evidence 81356 4 --picture --frame 3
is 'is a pixmap of the frame' "$(head -n 2 "$tmp/out" | tr '\n' ' ')$(wc -c <"$tmp/out")" 'P6 40 40 4813'
exits 0 'evidence --picture --window' v evidence 81356 4 --picture --frame 3 --window 1,1
is 'has no greys then' "$(tail -c 4800 "$tmp/out" | od -An -v -tu1 | tr -s ' ' '\n' | LC_ALL=C sort -u | tr '\n' ' ')" ' 0 255 '
exits 0 'evidence --picture in colours' v evidence 81356 4 --picture --color always
has 'tells frame and window' "$out" 'frame 1 of 8, 40 x 40, centre 110.5 width 221'
has 'draws half blocks' "$out" '▀▀'
exits 1 'evidence --picture of a frame that is not there' v evidence 81356 4 --picture --frame 9
has 'says how many there are' "$err" 'there are 8 frames'
exits 1 'evidence --picture packed as is not shown' v evidence 81356 5 --picture
has 'says how it is packed' "$err" 'JPEG 2000'
exits 1 'evidence --picture of text' v evidence 81222 1 --picture
exits 2 'evidence --frame of no picture' v evidence 81356 4 --frame 1
exits 2 'evidence --frame of no number' v evidence 81356 4 --picture --frame x
exits 2 'evidence --window of one number' v evidence 81356 4 --picture --window 40
exits 0 'evidence --encoding' v evidence 81222 1 --encoding utf16le
has 'reads the bytes that way' "$out" '敒'
exits 2 'evidence --encoding of an unknown one' v evidence 81222 1 --encoding klingon
has 'tells what is possible' "$err" 'EUC-KR, '
exits 2 'evidence --encoding of bytes' v evidence 81222 1 --raw --encoding EUC-KR
exits 0 'evidence with a moment of another zone' v evidence 81146 1
has 'tells it by the event'"'"'s clock' "$out" 'Tue, 24 Nov 2026 03:41:10 GMT · 12:41 +09:00'
lacks 'and none of the same zone twice' "$out" '+09:00 ·'
if [ -r /usr/share/zoneinfo/America/New_York ]; then
	cp -r "$sample" "$tmp/elsewhere"
	sed -i 's|"tz_name": "KST"|"tz_name": "America/New_York"|' "$tmp/elsewhere/event.json"
	"$verdict" --store "$tmp/elsewhere-store" --quiet join "$tmp/elsewhere" --as P01
	exits 0 'an event whose zone has a name' "$verdict" --store "$tmp/elsewhere-store" evidence 81146 1
	has 'keeps the rules of that zone' "$out" 'GMT · 2026-11-23 22:41 -05:00'
else
	skip 'an event whose zone has a name' 'no zone database'
fi
exits 1 'evidence that is not here' v evidence 81270 3 --raw
has 'says so' "$err" 'not in this store'

exits 0 'claim' v claim 81174
has 'an intention' "$out" 'not confirmed'
exits 0 'the claim is listed' v queue --mine --quiet
has 'as mine' "$out" '81174'
exits 2 'claim for too long' v claim 81174 --minutes 100000
exits 1 'claim of no TI' v claim 99999
exits 1 'claim of what a colleague holds' v claim 81222
has 'names the colleague' "$err" 'claimed by P04'
exits 1 'what is not claimed is not released' v release 81300
has 'says so' "$err" 'not claimed by you'
exits 0 'release' v release 81174
exits 0 'it is not claimed any more' v queue --mine --quiet
lacks 'after the release' "$out" '81174'

exits 2 'comment without text' v comment 81222
exits 0 'comment' v comment 81222 -m 'Looks good, one question open.'
exits 0 'the comment is shown' v show 81222
has 'in the history' "$out" 'one question open'

exits 2 'an unknown outcome' v grade 81222 splendid
exits 2 'failed without a reason' v grade 81222 failed
has 'says that a reason is due' "$err" 'reason'
exits 2 'partial with an empty reason' v grade 81222 partial -m '  '
exits 1 'grade of no TI' v grade 99999 verified
exits 1 'a step that is not there' v grade 81222 verified --step 77=verified
exits 2 'an odd step' v grade 81222 verified --step one
exits 1 'an item that is not there' v grade 81222 verified --tick NONE
exits 1 'grade of a running TI' v grade 81264 verified -m 'Seen at the table.'
has 'is a correction' "$err" '--correction'
before=$(v journal --quiet | wc -l)
exits 1 'verified against what checks found' v grade 81222 verified --step 1=verified
has 'names the finding' "$err" 'M65-06'
has 'and the evidence' "$err" 'evidence 1, request.json'
has 'and asks for a reason' "$err" 'give the reason why it passes'
is 'nothing was saved' "$(v journal --quiet | wc -l)" "$before"
exits 0 'with a reason it is verified' v grade 81222 verified --step 1=verified -m 'Size and hash were agreed with the vendor.'
has 'said after it was saved' "$out" 'saved '
has 'and what was found is told' "$err" 'M65-06'
exits 1 'what is found across evidence counts too' v grade 81230 verified
has 'and is named' "$err" 'X-08'
exits 0 'where nothing is found verified needs no reason' v grade 81266 verified
is 'nor is anything told' "$err" ''
exits 0 'failed with a reason' v grade 81174 failed -m 'The response is missing.' --step 1=failed
exits 0 'partial with a reason' v grade 81272 partial -m 'Two lists.'
is 'four records more' "$(v journal --quiet | wc -l)" "$((before + 4))"
exits 0 'show tells the verdict' v show 81174
has 'outcome' "$out" 'failed by Kim Minji'
has 'reason' "$out" 'The response is missing.'
exits 1 'a graded TI waits no more' v grade 81222 failed -m 'Second thoughts.'
has 'but can be corrected' "$err" '--correction'
exits 0 'a correction' v grade 81222 failed -m 'Second thoughts.' --correction
exits 2 'a correction needs a reason' v grade 81174 verified --correction

rid=$(v journal --json | jq -r '[.[] | select(.kind == "verdict" and .ti == "81272")][0].rid' 2>/dev/null)
if [ "$rid" ]; then
	exits 2 'withdraw without a reason' v withdraw "$rid"
	exits 1 'withdraw of an unknown record' v withdraw 0123456789abcdef -m x
	exits 2 'withdraw of no id' v withdraw XYZ -m x
	exits 0 'withdraw by the first digits' v withdraw "$(printf %.12s "$rid")" -m 'Wrong TI.'
	exits 0 'the TI waits again' v queue --quiet --status to-be-verified
	has 'as before' "$out" '81272'
else
	skip 'withdraw' 'no jq'
fi

exits 0 'journal' v journal
has 'newest first' "$(sed -n 2p "$tmp/out")" "$(v journal --quiet | head -n 1 | awk '{ print $1 }')"
exits 0 'journal unsent' v journal unsent --quiet
check 'holds them all' test "$(wc -l <"$tmp/out")" -eq "$(v journal --quiet | wc -l)"
exits 0 'journal refused' v journal refused --quiet
is 'holds none' "$out" ''
exits 2 'journal of an unknown state' v journal lost
exits 0 'journal verify' v journal verify
has 'every one holds' "$out" 'every hash, signature and chain holds'

exits 2 'export of nothing' v export
exits 2 'export in an unknown format' v export 81198 --format pdf
exits 0 'export' v export 81198 --format json
exits 0 'export -o' v export --all -o "$tmp/all.json"
is 'writes nothing beside' "$out" ''
check 'ends the file' sh -c 'tail -n 1 "$1" | grep -qx "]"' - "$tmp/all.json"
exits 1 'export of no TI' v export 99999 -o "$tmp/none.json"
check 'leaves no file' test ! -e "$tmp/none.json" -a ! -e "$tmp/none.json.part"

exits 0 'doctor' v doctor
has 'has the store' "$out" 'integrity check passed'
has 'has the reader' "$out" 'sandbox'
has 'knows the bug of SQLite, or that it is gone' "$out" 'sqlite'

# damaged DIR FILE: a copy of the store in which FILE is cut short
damaged() { rm -rf "${tmp:?}/$1" && cp -R "$store" "$tmp/$1" && printf x >"$tmp/$1/$2"; }
damaged nokey replica.key
exits 1 'doctor with a damaged key' "$verdict" --store "$tmp/nokey" doctor
has 'says which' "$out" 'bad   key'
rm "$tmp/nokey/replica.key"
exits 1 'doctor without the key' "$verdict" --store "$tmp/nokey" doctor
has 'says that it is gone' "$out" 'replica.key is gone'
damaged noname identity.json
exits 1 'doctor with a damaged identity' "$verdict" --store "$tmp/noname" doctor
has 'says so' "$out" 'identity.json is damaged'
exits 1 'no verdict by nobody' "$verdict" --store "$tmp/noname" comment 81198 -m x
has 'says why' "$err" 'identity.json is damaged'
damaged nodb verdict.db
rm "$tmp/nodb/verdict.db"
exits 0 'a database that is gone is built again' "$verdict" --store "$tmp/nodb" show 81198
has 'tells it' "$err" 'the database was gone: built again with 77 TIs'

exits 1 'doctor without a store' "$verdict" --store "$tmp/nowhere" doctor
has 'still looks at the rest' "$out" 'libsodium'
done_testing
