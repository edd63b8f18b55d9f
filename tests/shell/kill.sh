#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Killed at any moment: what was said to be saved is there, and the journal holds.
. "${srcdir:-.}/tests/shell/common.sh"
joined
if ! command -v jq >/dev/null 2>&1; then
	skip 'killed while saving' 'no jq'
	done_testing
fi

tis=$(v queue --json | jq -r '.[].id' | head -n 24)
round=0 said=
for ti in $tis; do
	round=$((round + 1))
	v grade "$ti" failed -m Killed. >"$tmp/said" 2>/dev/null &
	pid=$!
	sleep "0.00$((round % 10))"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	grep -q "^$ti:.* saved " "$tmp/said" && said="$said $ti"
	if ! v journal verify >"$tmp/out" 2>"$tmp/err"; then
		not_ok "round $round: the journal holds" "$(cat "$tmp/out" "$tmp/err")"
	fi
done
check 'the journal holds after every kill' v journal verify
v journal --json | jq -r '.[].ti' >"$tmp/have"
lost=
for ti in $said; do
	grep -qx "$ti" "$tmp/have" || lost="$lost $ti"
done
is "nothing that was said to be saved is lost ($(echo "$said" | wc -w) of $round said so)" "$lost" ''
is 'nothing is there twice' "$(LC_ALL=C sort "$tmp/have" | uniq -d)" ''
exits 0 'and the store works on' v comment 81204 -m 'Still here.'
done_testing
