#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Participants hand in evidence with curl and mark a TI; consoles see it; a later import keeps it.
# On $hub_store where a test that includes this one has set it.
[ -n "${hub_store:-}" ] || . "${srcdir:-.}/tests/shell/hub_common.sh"
if ! command -v jq >/dev/null; then
	skip 'participants' 'no jq'
	done_testing
fi
imported
serve --listen 127.0.0.1:0
listen=127.0.0.1:$port
w() { "$verdict" --store "$tmp/P04" "$@"; }
d enrol P04 --role monitor >"$tmp/code" 2>/dev/null
exits 0 'a monitor joins' w join "$(head -n 1 "$tmp/code")"

# a running TI, who takes part in it, and who does not
ti=$(w --json queue --status running | jq -r '.[0].id')
sys=$(jq -r --arg ti "$ti" 'select(.id == $ti).participants[0].system' "$sample/instances.ndjson")
org=$(jq -r --arg s "$sys" '.[] | select(.id == $s).organisation' "$sample/systems.json")
other=$(jq -r --arg ti "$ti" 'select(.id == $ti).participants[].system' "$sample/instances.ndjson" >"$tmp/in"
	jq -r '.[].id' "$sample/systems.json" | grep -vxFf "$tmp/in" | head -n 1)
at=$base/v1/events/$event/instances/$ti

exits 1 'no token for a system that is none' d token --system S99
exits 2 'a token is for one thing' d token --system "$sys" --organisation "$org"
exits 0 'a token for a system' d -q token --system "$sys" --valid 1h
token=$out
exits 0 'another for its organisation' d -q token --organisation "$org"
org_token=$out
exits 0 'one of somebody else' d -q token --system "$other"
other_token=$out
is 'three are listed, none of them told' "$(d --json token | jq 'length')" 3
lacks 'the token is in no log' "$(cat "$tmp/log")" "$token"

printf 'MSH|^~\\&|한빛\r' >"$tmp/message.hl7"
give() {	# TOKEN FILE WORD…
	bearer=$1 file=$2
	shift 2
	code_of -H "Authorization: Bearer $bearer" --data-binary "@$file" "$@"
}
is 'evidence' "$(give "$token" "$tmp/message.hl7" "$at/evidence?name=message.hl7&step=1&kind=message-log")" 200
n=$(jq .n "$tmp/answer")
is 'is told its digest' "$(jq -r .sha256 "$tmp/answer")" "$(sha256sum "$tmp/message.hl7" | cut -d' ' -f1)"
is 'the same again is the same item' "$(give "$token" "$tmp/message.hl7" "$at/evidence?name=again.hl7&step=1") $(jq .n "$tmp/answer")" "200 $n"
is 'for the TI as a whole it is another' "$(give "$org_token" "$tmp/message.hl7" "$at/evidence?name=all.hl7") $(jq .n "$tmp/answer")" "200 $((n + 1))"
is 'the short address does too' "$(give "$token" "$sample/event.json" "$base/v1/instances/$ti/evidence?name=event.json")" 200
is 'marked to be verified' "$(code_of -H "Authorization: Bearer $token" --json '{"status": "to-be-verified", "comment": "준비됐습니다"}' "$at/status")" 200

is 'not without a token' "$(code_of --data-binary x "$at/evidence?name=x")" 401
is 'nor with a session' "$(give nonsense "$tmp/message.hl7" "$at/evidence?name=x")" 401
is 'nor by somebody else' "$(give "$other_token" "$tmp/message.hl7" "$at/evidence?name=x")" 403
has 'who is told why' "$(answer)" 'takes no part'
is 'nor of a TI that is none' "$(give "$token" "$tmp/message.hl7" "$base/v1/events/$event/instances/99999/evidence?name=x")" 404
is 'nor without a name' "$(give "$token" "$tmp/message.hl7" "$at/evidence")" 400
is 'nor at a step that is none' "$(give "$token" "$tmp/message.hl7" "$at/evidence?name=x&step=77")" 400
has 'and is told which there are' "$(cat "$tmp/answer")" 'its test has no step 77, but 1 to '
is 'nor what is too large' "$(give "$token" "$tmp/message.hl7" -H 'Content-Length: 268435457' "$at/evidence?name=x")" 413
is 'nor other bytes than told' "$(give "$token" "$tmp/message.hl7" -H \
	'Content-Digest: sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:' "$at/evidence?name=x")" 400
is 'nor a name that hides' "$(give "$token" "$tmp/message.hl7" "$at/evidence?name=a%0Ab")" 400
for status in verified failed disputed nonsense; do
	is "nobody marks it $status" "$(code_of -H "Authorization: Bearer $token" --json "{\"status\": \"$status\"}" "$at/status" | cut -c1)" 4
done

exits 0 'a console hears' w sync
show() { w --json show "$ti" | jq -r ".[0] | $1"; }
is 'of the status' "$(show .status)" to-be-verified
is 'of all three items' "$(show '.evidence[] | [.name, .step] | join(" ")' | tail -n 3 | tr '\n' ' ')" 'message.hl7 1 all.hl7 0 event.json 0 '
has 'of the comment' "$(show '.history[] | [.who, .kind, .text] | join(" ")')" "$sys comment 준비됐습니다"
exits 0 'and fetches' w sync --prefetch 50
exits 0 'the bytes' w evidence "$ti" "$n" --raw --save "$tmp/got"
check 'as they were' cmp "$tmp/got" "$tmp/message.hl7"
exits 0 'and grades what it saw' w grade "$ti" verified -m 'a message by hand'
is 'which is not stale' "$(show '[.status, .stale] | map(tostring) | join(" ")')" 'verified false'

# many at once: none is lost
for i in 1 2 3 4 5 6 7 8; do
	printf 'item %s' $i >"$tmp/item$i"
	c -o /dev/null -H "Authorization: Bearer $token" --retry 10 --retry-all-errors --data-binary "@$tmp/item$i" \
		"$at/evidence?name=item$i" 2>"$tmp/err$i" &
	eval "pid$i=$!"
done
for i in 1 2 3 4 5 6 7 8; do
	eval "wait \$pid$i"
done
exits 0 'eight at once' w sync
is 'are all there, each with its number' "$(show '[.evidence[] | select(.name | startswith("item")) | .n] | unique | length')" 8
is 'and bring the verdict back to the queue' "$(show .stale)" true

# the operator's way
mkdir "$tmp/folder" && printf one >"$tmp/folder/1.txt" && printf two >"$tmp/folder/2.txt" && mkdir "$tmp/folder/sub"
exits 0 'a folder' d import evidence "$tmp/folder" --ti "$ti"
has 'of two files' "$out" '2 items of evidence'
exits 0 'a file' d import evidence "$sample/organisations.json" --ti "$ti" --step 1
exits 2 'for no TI' d import evidence "$tmp/folder"
exits 1 'for a TI that is none' d import evidence "$tmp/folder" --ti 99999
exits 0 'the console hears of it' w sync
is 'under their own names' "$(show '.evidence[] | .name' | tail -n 3 | tr '\n' ' ')" '1.txt 2.txt organisations.json '

# revoked
exits 0 'revoke' d token --revoke "$sys"
is 'then it is good for nothing' "$(give "$token" "$tmp/message.hl7" "$at/evidence?name=x")" 401
is 'the organisation goes on' "$(give "$org_token" "$tmp/message.hl7" "$at/evidence?name=y.hl7")" 200
exits 1 'nothing is left to revoke' d token --revoke "$sys"

# the same pack again, then one in which that TI changed
before=$(show '.evidence | length')
exits 0 'the event is imported again' d import pack "$sample"
has 'which changes nothing' "$out" ' 0 changes'
cp -r "$sample" "$tmp/pack" && chmod -R u+w "$tmp/pack"
jq -c --arg ti "$ti" 'if .id == $ti then .description = "another" else . end' "$sample/instances.ndjson" >"$tmp/pack/instances.ndjson"
exits 0 'another pack' d import pack "$tmp/pack"
exits 0 'the console hears of it' w sync
is 'what participants gave is still there' "$(show '.evidence | length')" "$before"
exits 0 'and once more' d import pack "$tmp/pack"
has 'nothing is said twice' "$out" ' 0 changes'
exits 0 'all is whole' d verify
exits 0 'the hub ends' stop
serve --listen "$listen"
is 'a token survives' "$(give "$org_token" "$tmp/message.hl7" "$base/v1/instances/$ti/evidence?name=z.hl7")" 200
exits 0 'and the hub still knows' d import pack "$tmp/pack"
has 'what was imported' "$out" ' 0 changes'
stop

# a watched folder
drop=$tmp/drop
mkdir -p "$drop/$ti/1" "$drop/77777"
printf whole >"$drop/$ti/whole.txt"
touch -d '1 minute ago' "$drop/$ti/whole.txt"
printf half >"$drop/$ti/1/half.txt.part"
ln -s /etc/hostname "$drop/$ti/link.txt"
exits 4 'a folder that is none' d serve --listen 127.0.0.1:0 --watch "$tmp/nothing"
serve --listen "$listen" --watch "$drop"
# arrives NAME: until the log says that it was taken; at most 30 s
arrives() {
	i=0
	until grep -q "event=watched file=\"$1\".* n=" "$tmp/log" || [ $i -gt 600 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	check "$1 is taken" grep -q "event=watched file=\"$1\".* n=" "$tmp/log"
}
arrives "$ti/whole.txt"
mv "$drop/$ti/1/half.txt.part" "$drop/$ti/1/half.txt"
printf ' whole' >>"$drop/$ti/1/half.txt"
arrives "$ti/1/half.txt"
# what comes to a folder that was not there, once nothing is awaited any more
mkdir "$drop/$ti/2"
printf later >"$drop/$ti/2/later.txt"
arrives "$ti/2/later.txt"
has 'it says how it watches' "$(cat "$tmp/log")" 'event=watching'
lacks 'no link is followed' "$(cat "$tmp/log")" 'link.txt'
has 'a folder of no TI is told' "$(cat "$tmp/log")" 'file="77777"'
exits 0 'the console hears of them' w sync
is 'as they were when they rested' "$(show '.evidence[] | select(.name | test("whole|half|later")) | [.name, .step, .size] | join(" ")' |
	tr '\n' ' ')" 'whole.txt 0 5 half.txt 1 10 later.txt 2 5 '
exits 0 'the hub ends' stop
done_testing
