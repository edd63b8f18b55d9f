#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real consoles and a real hub with a bad network between them: latency, trickle, slices, cuts, resets, half closes,
# flipped bits, a black hole. What is graded comes through, once, whatever it takes. (Faults 11 to 16.)
#   VERDICT_SEED=n   another run
. "${srcdir:-.}/tests/shell/hub_common.sh"
proxy=$builddir/tests/fault/proxy
seed=${VERDICT_SEED:-1}
net=

if ! command -v jq >/dev/null; then
	skip 'a bad network' 'no jq'
	done_testing
fi
w() {
	who=$1
	shift
	"$verdict" --store "$tmp/$who" "$@"
}

# network FAULT…: a new proxy; its port in $through
network() {
	[ -z "$net" ] || kill "$net"
	: >"$tmp/port"
	"$proxy" "$port" "$seed" "$@" >"$tmp/port" 2>"$tmp/faults" &
	net=$!
	eventually test -s "$tmp/port"
	through=$(cat "$tmp/port")
}
trap '[ -z "$net" ] || kill "$net" 2>/dev/null; [ -z "$served" ] || kill -9 "$served" 2>/dev/null; rm -rf "$tmp"' EXIT

# until_done NAME TRIES COMMAND…: every try ends by itself, and one of them well
until_done() {
	name=$1 tries=$2 n=0
	shift 2
	while [ $n -lt "$tries" ]; do
		n=$((n + 1))
		"$@" >"$tmp/out" 2>"$tmp/err"
		got=$?
		case $got in
		0) ok "$name ($n)"; return ;;
		1 | 3) ;;
		*) break ;;
		esac
	done
	not_ok "$name" "seed $seed: try $n exited $got" "$(cat "$tmp/err")"
}

imported
serve --listen 127.0.0.1:0 --limit-key 0 --limit-address 0
network cut reset half flip slice latency slow clean
for who in P01 P04; do
	d -q enrol $who --role monitor --address "https://127.0.0.1:$through" >"$tmp/code" 2>"$tmp/err"
	until_done "$who joins" 40 w $who -q join "$(head -n 1 "$tmp/code")"
done
until_done 'P01 has the event' 40 w P01 -q sync
w P01 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 6 >"$tmp/tis"
while read -r ti; do
	w P01 -q grade "$ti" verified >/dev/null 2>"$tmp/err" || not_ok "P01 grades $ti" "$(cat "$tmp/err")"
	until_done "$ti comes through" 40 w P01 -q sync
done <"$tmp/tis"
until_done 'P04 hears of it' 40 w P04 -q sync

# the network is good again
kill -USR1 "$net"
until_done 'P01 on a good network' 3 w P01 -q sync
until_done 'P04 on a good network' 3 w P04 -q sync
is 'every record was received' "$(w P01 --json journal | jq -r '.[].state' | sort | uniq -c | tr -s ' ')" \
	" $(wc -l <"$tmp/tis") received"
is 'the hub has each once' "$(d --json doctor | jq -r .state | sed 's/.*, \([0-9]*\) records.*/\1/')" "$(wc -l <"$tmp/tis")"
while read -r ti; do
	is "P04 sees $ti" "$(w P04 --json show "$ti" | jq -r 'if type == "array" then .[0].status else .status end')" verified
done <"$tmp/tis"
exits 0 'the hub is whole' d verify
exits 0 'so is P01' w P01 journal verify

# a black hole: no answer, no end of the connection
kill -USR2 "$net"
ti=$(w P01 --json queue | jq -r '.[] | select(.status == "to-be-verified") | .id' | head -n 1)
exits 0 'P01 grades on' w P01 grade "$ti" verified
exits 3 'a hub that is silent is not waited for for ever' timeout 240 "$verdict" --store "$tmp/P01" sync
has 'and it is said' "$err" 'cannot be reached'
is 'the record waits' "$(w P01 --json journal | jq -r '.[] | select(.state == "unsent") | .ti')" "$ti"
kill -USR1 "$net"
until_done 'it comes through when there is light' 3 w P01 -q sync
is 'nothing waits' "$(w P01 --json journal | jq -r '.[] | select(.state == "unsent") | .ti')" ''
kill "$net"
wait "$net"
net=
check 'the network was bad enough' test "$(awk '$1 != "clean" { n += $2 } END { print n + 0 }' "$tmp/faults")" -ge 5
stop
is 'the hub ends in order' $? 0
done_testing
