#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The design's day: two monitors, a lead and a hub. Online; the plug is pulled; both grade the same TI; back again;
# the dispute; the lead's word; and every hash and signature computed anew.
# On $hub_store where a test that includes this one has set it (day_postgres.sh).
[ -n "${hub_store:-}" ] || . "${srcdir:-.}/tests/shell/hub_common.sh"

if ! command -v jq >/dev/null; then
	skip 'the day' 'no jq'
	done_testing
fi

imported
serve --listen 127.0.0.1:0
listen=127.0.0.1:$port
enrolled P01 --role monitor
has 'it is told who it is' "$out" 'you are Kim Minji (P01)'
lacks 'and nothing of a hub restored' "$err" 'restored'
enrolled P04 --role monitor
enrolled P09 --role monitor --role lead
is 'the same code again changes nothing' "$(w P01 -q join "$(head -n 1 "$tmp/code-P01")" 2>&1)" ''
exits 1 'another installation cannot use it' w P02 join "$(head -n 1 "$tmp/code-P01")"
has 'and is told so' "$err" 'not enrolled'
is 'all three see the same event' "$(w P01 --json status | jq .instances.total)" "$(w P09 --json status | jq .instances.total)"

# online
# shellcheck disable=SC2046
set -- $(w P09 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 3)
one=$1 two=$2 three=$3
exits 0 'graded online' w P01 grade "$one" verified
exits 0 'sent' w P01 sync
has 'the receipt is here' "$(journal_of P01)" "verdict $one received"
exits 0 'a colleague takes it' w P04 sync
is 'and sees it' "$(state_of P04 "$one")" verified

# the plug
stop
exits 0 'P01 grades without a hub' w P01 grade "$two" verified
exits 0 'P04 grades the same' w P04 grade "$two" failed -m 'The allergy section is empty.'
exits 0 'P04 grades another' w P04 grade "$three" failed -m 'No answer at all.'
exits 3 'there is no way' w P01 sync
has 'and it says what to look at' "$err" 'the hub cannot be reached: the host answers, but no hub serves at that port'
has 'nothing is lost' "$(journal_of P01)" "verdict $two unsent"
is 'each sees its own' "$(state_of P01 "$two") $(state_of P04 "$two")" 'verified failed'

# back, in any order
serve --listen "$listen"
exits 0 'P04 is back' w P04 sync
exits 0 'P01 is back' w P01 sync
exits 0 'P04 hears of it' w P04 sync
exits 0 'the lead too' w P09 sync
is 'all see the dispute' "$(state_of P01 "$two") $(state_of P04 "$two") $(state_of P09 "$two")" 'disputed disputed disputed'
is 'and what needs no word is settled' "$(state_of P01 "$three")" failed
has 'the dispute shows both' "$(w P09 disputes)" 'The allergy section is empty.'
is 'two sides' "$(w P09 --json disputes | jq '.[0].sides | length')" 2
cat >"$tmp/look.scr" <<END
disputes
expect "The allergy section is empty."
save-screen $tmp/dispute.txt
journal
save-screen $tmp/journal.txt
END
check 'the lead looks at it on a screen' w P09 --clock "$clock" --script "$tmp/look.scr" --size 100x30
screen=$(cat "$tmp/dispute.txt")
has 'both stand beside each other' "$(grep 'Kim Minji' "$tmp/dispute.txt" | grep -c 'Aroha Ngata')" 1
has 'and differ' "$(grep verified "$tmp/dispute.txt")" '≠ ✗ failed'
has 'the tab counts it' "$screen" '4 Disputes·1'
has 'the journal tells of the hub' "$(cat "$tmp/journal.txt")" 'https'
rid=$(w P09 --json disputes | jq -r '.[0].sides[] | select(.outcome == "failed") | .rid')
exits 1 'who graded it cannot settle it' w P04 resolve "$two" "$rid" -m 'I am right.'
exits 2 'a reason is due' w P09 resolve "$two" "$rid"
exits 1 'a verdict of another TI is no side of it' w P09 resolve "$two" 0000000000 -m 'No.'
exits 0 'the lead settles it' w P09 resolve "$two" "$(printf %.10s "$rid")" -m 'Looked at it with both: the section is empty.'
exits 0 'and sends it' w P09 sync
exits 0 'P01 hears' w P01 sync
exits 0 'P04 hears' w P04 sync
is 'it is settled for all' "$(state_of P01 "$two") $(state_of P04 "$two") $(state_of P09 "$two")" 'failed failed failed'
is 'no dispute is left' "$(w P01 disputes)" 'no disputes'
exits 0 'a second exchange has nothing to do' w P01 --json sync
is 'no record, no change' "$(printf '%s' "$out" | jq -c '[.sent, .received, .unsent, .refused]')" '[0,0,0,0]'
is 'all stand at the same root' "$(for who in P01 P04 P09; do
	w $who --json sync | jq -r '"\(.cursor) \(.root)"'
done | sort -u | wc -l)" 1

# evidence comes from the hub when somebody looks at it
here() { w P04 --json show 81314 | jq -r 'if type == "array" then .[0] else . end | .evidence[0].here'; }
is 'the body is not here yet' "$(here)" false
printf 'set prefetch-mb 0\n' >"$tmp/frugal.conf"
cat >"$tmp/fetch.scr" <<END
open 81314
evidence 1
await "CapabilityStatement"
END
check 'opened, it is fetched and shown' w P04 --config "$tmp/frugal.conf" --script "$tmp/fetch.scr"
is 'and stays' "$(here)" true

# claims
exits 0 'a claim' w P01 claim "$one" --minutes 30
exits 0 'is asked of the hub' w P01 sync
exits 0 'and others hear' w P04 sync
is 'it is confirmed' "$(w P01 --json show "$one" | jq -r 'if type == "array" then .[0].claim.state else .claim.state end')" confirmed
exits 1 'a colleague is kept off' w P04 claim "$one"
has 'and told by whom' "$err" 'claimed by'
exits 0 'released' w P01 release "$one"
exits 0 'and given back' w P01 sync
exits 0 'which others hear' w P04 sync
exits 0 'so they may claim it' w P04 claim "$one"

# the day ends
exits 0 'every hash, signature and root holds at the hub' d verify
exits 0 'and in a console' w P01 journal verify
exits 0 'a laptop is stolen' d revoke P04
exits 1 'its console is let in no more' w P04 sync
has 'and says so' "$err" 'revoked'
has 'and what to do' "$err" 'ask the hub'
exits 0 'the others work on' w P01 sync
stop
is 'the hub ends in order' $? 0
done_testing
