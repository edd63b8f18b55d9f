#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fault 21: the primary is killed in the middle of pushes and its standby promoted: nothing confirmed is lost, nothing
# is there twice. Fault 20: the database stopped: 503, consoles queue; started again, they send.
. "${srcdir:-.}/tests/shell/pg_common.sh"
pg_new a
pg_start a
pg_database a
pg_standby b a
is 'commits wait for the standby' "$(q a 'SELECT sync_state FROM pg_stat_replication')" sync
hub_store="postgresql://hub@127.0.0.1:$(pg_port a),127.0.0.1:$(pg_port b)/hub"

imported
serve --listen 127.0.0.1:0
enrolled P01 --role monitor
# shellcheck disable=SC2046 # ids
set -- $(tis P01 16)

# 21: pushes go on over the kill
n=0
for ti; do
	n=$((n + 1))
	# the last are for after the kill, however slow the killer is
	[ $n -ne 13 ] || eventually test -e "$tmp/killed"
	w P01 --quiet grade "$ti" verified && w P01 --quiet sync
done >"$tmp/pushed" 2>&1 &
pushing=$!
confirmed() { [ "$(q a 'SELECT count(*) FROM verdict.record')" -ge 4 ]; }
check 'pushes are under way' eventually confirmed
pg_kill a
: >"$tmp/killed"
before=$(q b 'SELECT count(*) FROM verdict.record')
check 'some were confirmed before' test "$before" -ge 4
check 'and some were not' test "$before" -lt $#
# a writer's call, whoever asks
"$wire" key "$tmp/key" >/dev/null
"$wire" enrol "$tmp/key" "$event" AAAAAAAAAAAAAAAAAAAAAA >"$tmp/request"
unavailable() {
	[ "$(code_of -H 'Content-Type: application/vnd.verdict.signed' --data-binary "@$tmp/request" \
		"$base/v1/events/$event/enrol")" = 503 ]
}
check 'without a primary nothing is confirmed' eventually unavailable
pg_promote b
wait $pushing
check 'the standby took over' eventually w P01 sync
is 'all is received' "$(unreceived P01)" 0
is 'each record is there once' "$(q b 'SELECT count(*), count(DISTINCT rid) FROM verdict.record')" "$#|$#"
is 'numbers have no holes' "$(q b 'SELECT count(*) = max(seq) AND min(seq) = 1 FROM verdict.feed')" t
exits 0 'every hash, signature and root holds' d verify

# 20: stopped and started while a console wants to send
enrolled P04 --role monitor
pg_stop b
w P04 --quiet comment "$1" -m 'Written while the database was away.' >/dev/null
w P04 --quiet sync >"$tmp/pushed" 2>&1 &
pushing=$!
check 'it is kept' eventually unavailable
pg_start b
wait $pushing
check 'started again' eventually w P04 sync
is 'it is received' "$(unreceived P04)" 0
exits 0 'and all holds' d verify
exits 0 'at the console too' w P01 journal verify
stop
is 'the hub ends in order' $? 0
done_testing
