#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A laptop without network: it joins by a file, works, and is let in when its records come to the hub.
. "${srcdir:-.}/tests/shell/hub_common.sh"
command -v jq >/dev/null || {
	skip 'a join file' 'no jq'
	done_testing
}

imported
serve --listen 127.0.0.1:0
listen=127.0.0.1:$port
exits 1 'a file for nobody of the event' d enrol stranger --role monitor --file "$tmp/none.join"
has 'says so' "$err" 'a person of the event'
check 'and is not written' test ! -e "$tmp/none.join"
exits 0 'a join file' d enrol P01 --role monitor --file "$tmp/P01.join"
is 'shows no code' "$out" ''
has 'until when it is good' "$err" 'whose first records must come before'
is 'is for one pair of eyes' "$(stat -c %a "$tmp/P01.join")" 600
is 'nothing is left on the way' "$(find "$hub/tmp" "$hub"/join-* -mindepth 1 2>/dev/null)" ''
exits 0 'one without evidence' d --json enrol P04 --role monitor --file "$tmp/P04.join" --no-evidence
has 'tells its person' "$out" '"person": "P04"'
check 'and is smaller' test "$(stat -c %s "$tmp/P04.join")" -lt "$(stat -c %s "$tmp/P01.join")"
lacks 'the log has no code' "$(cat "$tmp/log")" 'verdict1:'
stop

# no network from here on
exits 0 'joined without a network' w P01 join "$tmp/P01.join"
has 'it is told who it is' "$out" 'you are Kim Minji (P01)'
has 'and when it will be let in' "$out" 'certifies this key when its first records get there'
exits 0 'the same again changes nothing' w P01 join "$tmp/P01.join"
is 'but one proof' "$(w P01 --json journal | jq length)" 1
exits 2 'somebody else cannot be named' w P02 join "$tmp/P01.join" --as P09
exits 0 'a second laptop with the same file' w copy join "$tmp/P01.join"
has 'evidence came along' "$(w P01 --json show 81314 | jq -r 'if type == "array" then .[0] else . end | .evidence[0].here')" true
exits 0 'one without evidence joins too' w P04 join "$tmp/P04.join"
# shellcheck disable=SC2046 # ids
set -- $(w P01 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 2)
exits 0 'it grades' w P01 grade "$1" verified
exits 3 'there is no way to the hub' w P01 sync
lacks 'but no code is asked for' "$err" 'verdict join'
exits 0 'the second laptop grades too' w copy grade "$1" verified

# the hub can be reached
serve --listen "$listen"
exits 0 'the first one is let in' w P01 sync
has 'and its verdict is there' "$(journal_of P01)" "verdict $1 received"
has 'so is its proof' "$(journal_of P01)" 'certificate  received'
exits 1 'the copy is not' w copy sync
has 'and is told why' "$err" 'used by another installation'
is 'its verdict waits' "$(journal_of copy | grep -c unsent)" 2
exits 0 'the status knows one' d --json status
is 'key of that person' "$(printf '%s' "$out" | jq '[.[0].replicas[] | select(.person == "P01")] | length')" 1
d enrol P01 --role monitor >"$tmp/code" 2>/dev/null
exits 0 'with a new code the copy' w copy join "$(head -n 1 "$tmp/code")"
has 'brings its verdict' "$(journal_of copy)" "verdict $1 received"
has 'and its proof, which says nothing new' "$(journal_of copy)" 'certificate  received'
# one that never sees a network: there and back on a stick
exits 0 'P04 grades too' w P04 grade "$2" failed -m 'No answer.'
exits 0 'and writes a bundle' w P04 bundle write "$tmp/p04.bundle"
exits 0 'which the hub takes' d take "$tmp/p04.bundle"
exits 0 'the answer goes back' w P04 bundle read "$tmp/p04.bundle.receipts"
has 'the verdict was received' "$(journal_of P04)" "verdict $2 received"
exits 0 'colleagues hear of it' w P01 sync
is 'and see it' "$(w P01 --json show "$2" | jq -r 'if type == "array" then .[0].status else .status end')" failed
exits 0 'should it meet a network after all, it is let in' w P04 sync
exits 0 'every hash, signature and root holds' d verify
exits 0 'a revoked one' d revoke P01
exits 1 'is out, file or not' w P01 sync
stop
is 'the hub ends in order' $? 0
done_testing
