#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A hub whose disk is full: it refuses with 503 and a time to come back, never with a false 200; what is stored is still
# read; when there is space it goes on by itself, and nothing that was acknowledged is lost. (Fault 20.)
. "${srcdir:-.}/tests/shell/hub_common.sh"

mkdir "$tmp/small"
if [ "$(id -u)" -ne 0 ] || ! mount -t tmpfs -o size=24m verdict-test "$tmp/small" 2>/dev/null; then
	skip 'a full disk' 'cannot mount a tmpfs here'
	done_testing
fi
trap '[ -z "$served" ] || kill -9 "$served" 2>/dev/null; umount -l "$tmp/small"; rm -rf "$tmp"' EXIT
hub=$tmp/small/hub
imported
serve --listen 127.0.0.1:0
exits 0 'a code' d enrol P01 --role monitor
"$wire" key "$tmp/one" >"$tmp/id"
check 'a key is let in' let_in "$tmp/one" "$(printf '%s\n' "$out" | head -n 1)"
token=$(token "$tmp/one")
"$wire" batch "$tmp/one" "$event" P01 81198 1 50 >"$tmp/first"
is 'records before' "$(push "$tmp/first")" 200
a "$base/v1/events/$event/hello" >/dev/null
epoch=$(sed -n 's/.*"epoch":"\([^"]*\)".*/\1/p' "$tmp/answer")

# what is left of the disk is for records: no participant fills it with evidence
d token --system S01 >"$tmp/participant" 2>/dev/null
participant=$(head -n 1 "$tmp/participant")
ti=$(grep '"S01"' "$sample/instances.ndjson" | sed -n '1s/.*"id": *"\([0-9]*\)".*/\1/p')
is 'evidence waits for room' "$(code_of -H "Authorization: Bearer $participant" --data-binary x \
	"$base/v1/events/$event/instances/$ti/evidence?name=x")" 503
has 'which the log tells' "$(cat "$tmp/log")" 'no room for evidence'
lacks 'and the answer does not' "$(answer)" "$hub"
is 'while records are taken' "$(push "$tmp/first")" 200

# the last byte is taken, so that even the smallest commit fails
dd if=/dev/zero of="$tmp/small/fill" bs=64k 2>/dev/null
dd if=/dev/zero of="$tmp/small/fill2" bs=1 count=65536 2>/dev/null
n=51 answers=
while [ $n -lt 351 ]; do
	"$wire" batch "$tmp/one" "$event" P01 81198 $n 100 >"$tmp/batch"
	got=$(push "$tmp/batch" -D "$tmp/head")
	answers="$answers $got"
	[ "$got" = 200 ] || break
	n=$((n + 100))
done
is 'no space is 503' "$got" 503
has 'with a time to come back' "$(tr -d '\r' <"$tmp/head")" 'Retry-After: '
has 'in the form of a refusal' "$(answer)" '"error":"unavailable"'
lacks 'and none of the store'\''s words' "$(answer)" "$hub"
is 'what is stored is read' "$(a "$base/v1/events/$event/changes?epoch=$epoch&since=0&limit=5")" 200
is 'and the hub says that it fails' "$(code_of "$base/healthz")" 503
has 'in its figures too' "$(c "$base/metrics")" 'verdictd_failing 1'

rm "$tmp/small/fill" "$tmp/small/fill2"
taken() { [ "$(push "$tmp/batch")" = 200 ]; }
check 'with space the same batch is taken' eventually taken
is 'the hub is well again' "$(code_of "$base/healthz")" 200
is 'again it is known' "$(push "$tmp/first")" 200
is 'each record once' "$("$wire" open application/vnd.verdict.receipt+json "$tmp/answer" | grep -o '"st":"duplicate"' | wc -l)" 50
exits 0 'everything is whole' d verify
stop
is 'it ends gracefully' $? 0
exits 0 'and is whole after a new start' d verify
done_testing
