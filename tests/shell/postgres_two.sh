#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two processes on one database are one hub: one key, one numbering, one set of claims, and news at once.
. "${srcdir:-.}/tests/shell/pg_common.sh"
pg_new one
pg_start one
pg_database one
hub_store=$(pg_url one)
hub1=$hub hub2=$tmp/hub2

imported
serve --listen 127.0.0.1:0
served1=$served base1=$base
enrolled P01 --role monitor
hub=$hub2
serve --listen 127.0.0.1:0
served2=$served1	# so that the end finds both
enrolled P04 --role monitor
is 'both have the same key' "$(d --json doctor | jq -r .hub)" "$(hub=$hub1 d --json doctor | jq -r .hub)"

# shellcheck disable=SC2046 # ids
set -- $(tis P01 13)
exits 0 'graded at one' w P01 grade "$1" verified
exits 0 'and sent' w P01 sync
exits 0 'the other is asked' w P04 sync
is 'and tells it at once' "$(w P04 --json show "$1" | jq -r 'if type == "array" then .[0].status else .status end')" verified
one=$1
shift

# many through both
half=$(($# / 2))
(shift $half; for ti; do w P01 --quiet grade "$ti" verified && w P01 --quiet sync; done) >"$tmp/first" 2>&1 &
first=$!
i=0
for ti; do
	i=$((i + 1))
	[ $i -gt $half ] || { w P04 --quiet grade "$ti" verified && w P04 --quiet sync; }
done >"$tmp/second" 2>&1
# backups of a database that somebody writes to
backups=0
while [ "$backups" -lt 3 ] || { [ "$backups" -lt 30 ] && kill -0 $first 2>/dev/null; }; do
	backups=$((backups + 1))
	d --quiet backup "$tmp/backup$backups" >>"$tmp/first" 2>&1
done
wait $first
is 'nobody was refused' "$(cat "$tmp/first" "$tmp/second")" ''
check 'a last exchange at one' eventually w P01 sync
check 'and at the other' eventually w P04 sync
is 'all is received' "$(unreceived P01) $(unreceived P04)" '0 0'
is 'numbers have no holes' "$(q one 'SELECT count(*) = max(seq) AND min(seq) = 1 AND max(seq) = (SELECT size FROM verdict.event) FROM verdict.feed')" t
is 'each record is there once' "$(q one 'SELECT count(*), count(DISTINCT rid) FROM verdict.record')" "$(($# + 1))|$(($# + 1))"

# claims
w P01 --quiet claim "$one"
w P04 --quiet claim "$one"
w P01 --quiet sync >/dev/null 2>&1 &
first=$!
w P04 --quiet sync >/dev/null 2>&1
wait $first
is 'one of two has the claim' "$(for who in P01 P04; do
	w $who --json show "$one" | jq -r 'if type == "array" then .[0].claim.state else .claim.state end'
done | grep -c '^confirmed$')" 1

# news
d enrol P09 --role monitor >"$tmp/code" 2>/dev/null
code=$(head -n 1 "$tmp/code")
"$wire" key "$tmp/key" >/dev/null
check 'a key is let in' let_in "$tmp/key" "$code"
token=$(token "$tmp/key")
a "$base/v1/events/$event/hello" >/dev/null
epoch=$(jq -r .epoch "$tmp/answer") size=$(jq -r .head.size "$tmp/answer")
code=$(code_of -H "Authorization: Bearer $token" "$base1/v1/events/$event/hello" --cacert "$hub1/tls/hub.pem")
is 'a session of one is a session of the other' "$code" 200
waits() { c "$base/metrics" | grep -q '^verdictd_requests_waiting 1'; }
c -o /dev/null -w '%{http_code} %{time_total}' -H "Authorization: Bearer $token" \
	"$base/v1/events/$event/changes?epoch=$epoch&since=$size&wait=25" >"$tmp/polled" &
poll=$!
check 'a poll waits at one' eventually waits
w P01 --quiet comment "$one" -m 'Heard elsewhere.' >/dev/null 2>&1
w P01 --quiet sync >/dev/null 2>&1
wait $poll
check 'and wakes by a record at the other' awk '{ exit !($1 == 200 && $2 < 24) }' "$tmp/polled"

exits 0 'every hash, signature and root holds' d verify
for n in 1 2 $backups; do
	exits 0 "backup $n, made while others wrote, is restored" "$verdictd" --store "$tmp/again$n" restore "$tmp/backup$n"
	exits 0 'and whole' "$verdictd" --store "$tmp/again$n" verify
done
exits 0 'from both sides' "$verdictd" --store "$hub_store" --dir "$hub1" verify
# an older copy of the database in its place: less than was confirmed
epoch_of() { q one 'SELECT encode(epoch, '\''hex'\'') FROM verdict.event'; }
before=$(epoch_of)
exits 0 'a last verdict' w P01 comment "$one" -m 'The last word.'
exits 0 'is confirmed' w P01 sync
size=$(q one 'SELECT size FROM verdict.event') records=$(q one 'SELECT count(*) FROM verdict.record')
q one "BEGIN; ALTER TABLE verdict.feed DISABLE TRIGGER ALL; ALTER TABLE verdict.record DISABLE TRIGGER ALL;
	DELETE FROM verdict.feed WHERE seq > $size - 1; DELETE FROM verdict.record WHERE seq > $size - 1;
	UPDATE verdict.event SET size = f.seq, root = f.root, bytes = f.ends, version = version - 1 FROM verdict.feed f WHERE f.seq = $size - 1;
	ALTER TABLE verdict.feed ENABLE TRIGGER ALL; ALTER TABLE verdict.record ENABLE TRIGGER ALL; COMMIT"
w P04 --quiet comment "$one" -m 'Not knowing of it.'
tries=0
until w P04 --quiet sync >/dev/null 2>&1 || [ $tries -gt 60 ]; do	# the first writer finds out, and says so
	tries=$((tries + 1))
	sleep 0.5
done
check 'the event begins a new epoch' test "$(epoch_of)" != "$before"
has 'and the log tells why' "$(cat "$tmp"/log*)" 'it begins a new epoch'
is 'no fence is granted twice' "$(q one "SELECT convert_from(substring(value from 1 for octet_length(value) - 1), 'UTF8')::bigint >= 1000000 FROM verdict.item WHERE kind = ascii('N')")" t
exits 0 'the console whose word was lost comes to the other process' w P01 sync
exits 0 'and again' w P01 sync
is 'it is there again, once' "$(q one 'SELECT count(*), count(DISTINCT rid) FROM verdict.record')" "$((records + 1))|$((records + 1))"
is 'nothing waits' "$(unreceived P01) $(unreceived P04)" '0 0'
a "$base/v1/events/$event/hello" >/dev/null
is 'both processes tell the new epoch' "$(jq -r .epoch "$tmp/answer")" "$(epoch_of)"
a "$base1/v1/events/$event/hello" --cacert "$hub1/tls/hub.pem" >/dev/null
is 'and the other' "$(jq -r .epoch "$tmp/answer")" "$(epoch_of)"
is 'numbers have no holes here either' "$(q one 'SELECT count(*) = max(seq) AND max(seq) = (SELECT size FROM verdict.event) FROM verdict.feed')" t
exits 0 'all is whole' d verify

out=$(q one 'DELETE FROM verdict.feed WHERE seq = 1' 2>&1)
has 'the feed cannot be deleted' "$out" 'never changed or deleted'
out=$(q one 'TRUNCATE verdict.record' 2>&1)
has 'nor its records' "$out" 'never changed or deleted'
stop
is 'one ends in order' $? 0
served=$served1
stop
is 'and the other' $? 0
served2=
done_testing
