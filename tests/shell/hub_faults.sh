#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real consoles and a real hub with a bad network between them: latency, trickle, slices, cuts, resets, half closes,
# flipped bits. What is graded comes through, once, whatever it takes. (Faults 11 to 16.)
#   VERDICT_SEED=n   another run
. "${srcdir:-.}/tests/shell/hub_common.sh"
. "${srcdir:-.}/tests/shell/proxy.sh"
seed=${VERDICT_SEED:-1}

if ! command -v jq >/dev/null; then
	skip 'a bad network' 'no jq'
	done_testing
fi

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
serve --listen 127.0.0.1:0 --limit-key 0 --limit-address 0 8>&- 9>&-
proxy_start "$seed"
trouble to "$port"
trouble mix cut reset half flip slice latency slow clean
for who in P01 P04; do
	d -q enrol $who --role monitor --address "https://127.0.0.1:$proxy" >"$tmp/code" 2>"$tmp/err"
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
trouble clear
trouble end
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

check "the network was bad enough: $told" test "${told##* }" -ge 5
stop
is 'the hub ends in order' $? 0
done_testing
